//! What one event stops, and nothing else; and what is decided of it on the command line.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use domain::ids::{MandateId, SchoolYear, ServiceId, StreamId};
use domain::inspection::mandate;
use domain::textbook::entry::LessonRef;
use jiff::civil::date;
use tower::ServiceExt as _;

use super::*;
use crate::school::{
    ENGLISH, IDLE_INSPECTOR, INSPECTOR, MATHS, MONDAY, OTHER_TEACHER, TEACHER, YEAR, class, english, slot,
};

/// The same lesson again in a stream of its own, as no program of ours writes it. Pupil and inspector keep each version once, and refuse it.
async fn written_twice(world: &World) -> i64 {
    let insert = "with head as (update journal.heads set position = position + 1 where journal = 1 returning position)
        insert into journal.events
        select aggregate_type, gen_random_uuid() || '@2026', sequence, event_type, event_version, payload, metadata, era, journal,
            head.position, school, actor, capacity, recorded_at, occurred_at, causation, correlation, facts_position, salt, mac, mac_key
        from journal.events, head where event_type = 'EntryPublished' limit 1 returning position";
    sqlx::query_scalar(insert).fetch_one(&mut world.owner().await).await.unwrap()
}

/// A page: its status and its text.
async fn page(school: &School, who: PersonId, path: &str) -> (u16, String) {
    let cookie = format!("palimpseste={}", school.token(who));
    let request = Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let router = api::web::routes::router(school.app.clone(), None);
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
    (parts.status.as_u16(), String::from_utf8_lossy(&bytes).into_owned())
}

async fn readiness(school: &School) -> crate::school::Answer {
    school.send(Request::builder().uri("/readyz").body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_take_an_event_serves_all_but_what_shows_it_until_it_is_decided() {
    let mut school = School::open().await.written().await;
    school.app.close().await;
    let twice = written_twice(&school.world).await;
    // An earlier version took it in every model; this one folds that of the pupils otherwise.
    let left = "update subscriptions.models set position = $1, version = version - (name = 'pupil')::int";
    sqlx::query(left).bind(twice).execute(&school.world.writer).await.unwrap();
    school.reopen().await;

    let of_4b = format!("/api/v1/textbooks/{}", maths("4B"));
    school.read(PUPIL, &of_4b).await.refused(503, "model-stopped");
    let (status, shown) = page(&school, PUPIL, "/eleve").await;
    assert!(status == 503 && shown.contains("Cette page n’est pas disponible pour le moment"), "{status} {shown}");
    assert_eq!(school.read(INSPECTOR, &format!("{of_4b}/history")).await.status, 200);
    for (who, path) in
        [(TEACHER, "/enseignant"), (HEAD, "/direction"), (INSPECTOR, "/inspection"), (PUPIL, "/eleve/droits")]
    {
        let (status, text) = page(&school, who, path).await;
        assert_eq!(status, 200, "{path}: {text}");
    }
    // Writing goes on, and waits for the others alone.
    let monday = LessonRef::Slot { slot: slot("4ANG1", ENGLISH, 1), date: MONDAY };
    let of_english = format!("textbooks/{}", english());
    let asked = Instant::now();
    let written = school.tell(OTHER_TEACHER, &of_english, &[], &publish(monday, "Daily routines")).await;
    assert_eq!(written.status, 200, "{}", written.text);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    let read = school.read(HEAD, &format!("/api/v1/{of_english}/history")).await;
    assert!(read.text.contains("Daily routines"), "{}", read.text);

    let told = readiness(&school).await;
    let beside = told.json["models"].as_array().unwrap().iter().find(|model| model["live"] == false).unwrap().clone();
    assert_eq!((told.status, &beside["name"], &beside["stopped_at"]), (503, &json!("pupil"), &json!(twice)));
    let figures = school.send(Request::builder().uri("/metrics").body(Body::empty()).unwrap()).await.text;
    assert!(figures.contains("palimpseste_rebuild_stopped{model=\"pupil\"} 1"), "{figures}");
    let seen = text_of(&school, &["doctor"]);
    assert!(seen.contains(&format!("STOPPED reader: pupil (being rebuilt) at position {twice}: ")), "{seen}");
    assert!(seen.contains("duplicate key"), "{seen}");

    let done = skip(&school, "pupil", twice);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let started = Instant::now();
    while readiness(&school).await.status != 200 {
        assert!(started.elapsed() < LONG, "{}", readiness(&school).await.text);
        tokio::task::yield_now().await;
    }
    let read = school.read(PUPIL, &of_4b).await;
    assert_eq!(read.json["entries"].as_array().unwrap().len(), 1, "{}", read.text);
    assert!(school.read(PUPIL, &format!("/api/v1/{of_english}")).await.text.contains("Daily routines"));
    assert_eq!(page(&school, PUPIL, "/eleve").await.0, 200);
    let seen = text_of(&school, &["doctor"]);
    assert!(seen.contains("pupil passes over 1 in all") && !seen.contains("being rebuilt"), "{seen}");
}

fn text_of(school: &School, arguments: &[&str]) -> String {
    text(&run(&school.world, arguments).stdout)
}

fn skip(school: &School, reader: &str, position: i64) -> std::process::Output {
    let because = ["--because", "written by a version that was withdrawn"];
    run(&school.world, &[&["skip", reader, "--position", &position.to_string()][..], &because].concat())
}

/// One more row of a stream, whose payload no version of this program reads.
async fn unreadable_in(world: &World, stream: StreamId) -> i64 {
    let insert = "with head as (update journal.heads set position = position + 1, rights = position + 1 where journal = 1
            returning position)
        insert into journal.events
        select aggregate_type, aggregate_id, sequence + 1, 'Unheard', '9', '{\"Unheard\":{}}'::json, metadata, era, journal,
            head.position, school, actor, capacity, recorded_at, occurred_at, causation, correlation, facts_position, salt, mac, mac_key
        from journal.events, head where aggregate_type = $1 and aggregate_id = $2 order by sequence desc limit 1 returning position";
    let insert = sqlx::query_scalar(insert).bind(stream.aggregate).bind(stream.key());
    insert.fetch_one(&mut world.owner().await).await.unwrap()
}

async fn version_of(world: &World, stream: StreamId) -> i64 {
    let last = "select max(sequence) from journal.events where aggregate_type = $1 and aggregate_id = $2";
    sqlx::query_scalar(last).bind(stream.aggregate).bind(stream.key()).fetch_one(&world.reader).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rests_on_a_stream_whose_last_row_is_passed_over_is_still_decided() {
    let mut school = School::open().await.written().await;
    let of_head = StreamId::new("person", HEAD, SchoolYear::NONE);
    let of_service = StreamId::new("service", ServiceId::of(class("4B"), MATHS), YEAR);
    for stream in [of_head, of_service] {
        let unreadable = unreadable_in(&school.world, stream).await;
        let started = Instant::now();
        while school.app.subscriptions.halted("register").is_none() {
            assert!(started.elapsed() < LONG, "the register goes on");
            tokio::task::yield_now().await;
        }
        let done = skip(&school, "register", unreadable);
        assert!(done.status.success(), "{}", text(&done.stderr));
        school.app.subscriptions.wait_for("register", unreadable, LONG).await.unwrap();
    }
    for opened in [1, 2] {
        let (head, guards) = {
            let books = school.app.register.read();
            (books.standing_of(HEAD), books.right_in(TEACHER, maths("4B")))
        };
        for (stream, version) in guards.into_iter().chain([head]) {
            assert_eq!(version, version_of(&school.world, stream).await, "{stream}");
        }
        // A mandate is opened under the guard of the head's own stream.
        let open = mandate::Command::OpenMandate {
            inspector: IDLE_INSPECTOR,
            textbooks: [maths("4B")].into(),
            from: date(2026, 11, 18),
            until: date(2026, 11, 20),
        };
        let mandate = MandateId(Uuid::from_u128(opened));
        let done = school.app.in_mandate(HEAD, here(), mandate, api::app::Said::default(), open).await;
        done.unwrap_or_else(|problem| panic!("{}", problem.detail));
        // The same at the next start.
        school.app.close().await;
        school.reopen().await;
    }
}
