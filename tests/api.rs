//! What a program does with the API: writes and reads again, repeats safely, never overwrites what it has not read, and is told
//! precisely what is wrong.

mod hostile;
mod running;

use axum::body::Body;
use axum::http::Request;
use domain::directory::person::{self, Names, Role};
use domain::directory::{establishment, group, service};
use domain::ids::{GroupId, HomeworkId, PersonId, ServiceId, SlotId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewFraming};
use jiff::civil::time;
use serde_json::{Value, json};
use sqlx::Executor as _;
use uuid::Uuid;

use crate::school::*;

fn of_4b() -> String {
    format!("textbooks/{}", maths("4B"))
}

fn read_4b() -> String {
    format!("/api/v1/{}", of_4b())
}

#[tokio::test]
async fn a_lesson_is_published_read_revised_and_its_history_read() {
    let school = School::open().await;
    let published = school.tell(TEACHER, &of_4b(), &[], &publish(monday_in_4b(), "Équations")).await;
    assert_eq!(published.status, 200, "{}", published.text);
    assert_eq!(published.json["version"], 2);
    assert_eq!((published.header("etag"), published.header("location")), ("\"textbook-2\"", read_4b().as_str()));
    assert_eq!(published.header("cache-control"), "no-store");
    assert_eq!(published.header("x-content-type-options"), "nosniff");

    let entry = entry_of_monday_in_4b();
    let revise = |content: &str| Command::ReviseEntry {
        entry,
        content: Some(content.into()),
        framing: NewFraming::default(),
        resources: vec![],
        homework: vec![],
    };
    school.tell(TEACHER, &of_4b(), &[], &revise("x")).await.refused(428, "if-match-required");
    let stale = school.tell(CO_TEACHER, &of_4b(), &[("if-match", "\"textbook-1\"")], &revise("x")).await;
    stale.refused(412, "version-changed");
    assert_eq!(stale.json["version"], 2);
    let revised = school.tell(CO_TEACHER, &of_4b(), &[("if-match", "\"textbook-2\"")], &revise("Équations (2)")).await;
    assert_eq!((revised.status, revised.header("etag")), (200, "\"textbook-3\""));

    let read = school.read(PUPIL, &read_4b()).await;
    assert_eq!(read.json["entries"][0]["content"], "Équations (2)");
    assert_eq!(read.json["entries"][0]["revision"], 2);
    assert_eq!(read.json["version"], Value::Null, "a pupil revises nothing");
    assert_eq!(read.json["subject_label"], "MATHEMATIQUES");

    let history = school.read(HEAD, &format!("{}/history", read_4b())).await;
    let versions = history.json["items"].as_array().unwrap();
    let told: Vec<_> = versions
        .iter()
        .map(|version| (version["event"].as_str().unwrap(), version["capacity"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("EntryRevised", "co-teacher"), ("EntryPublished", "teacher")]);
    assert_eq!(versions[1]["text"], "Équations");
    // Monday 8:55 to Tuesday 17:30, before Thursday's lesson: days of class, and no hour for who did not write it.
    assert_eq!(versions[1]["delay"], json!({"ahead": false, "school_days": 1, "after_next_lesson": null}));
    assert_eq!((&versions[1]["written_on"], &versions[1]["visible_on"]), (&json!("2026-11-17"), &json!("2026-11-17")));
    assert_eq!(versions[1]["author"]["person"], TEACHER.to_string());
}

#[tokio::test]
async fn all_the_work_of_a_lesson_is_written_on_the_version_that_was_read_and_the_document_says_so() {
    let school = School::open().await;
    let write = Command::WriteHomework {
        given_in: monday_in_4b(),
        homework: vec![exercise(1, "Exercice 12 page 40", THURSDAY)],
    };
    school.tell(TEACHER, &of_4b(), &[], &write).await.refused(428, "if-match-required");
    let told = school.tell(TEACHER, &of_4b(), &[("if-match", "\"textbook-0\"")], &write).await;
    assert_eq!((told.status, told.header("etag")), (200, "\"textbook-2\""), "{}", told.text);
    // A command that needs none is compared all the same.
    let late = publish(monday_in_4b(), "Équations");
    let late = school.tell(TEACHER, &of_4b(), &[("if-match", "\"textbook-1\"")], &late).await;
    late.refused(412, "version-changed");
    let document = serde_json::to_value(api::http::openapi()).unwrap();
    let operation = &document["paths"]["/api/v1/textbooks/{id}/commands"]["post"];
    let commands = document["components"]["schemas"]["textbook.Command"]["oneOf"].as_array().unwrap();
    let command = commands.iter().find(|command| !command["properties"]["WriteHomework"].is_null()).unwrap();
    for said in [&operation["description"], &command["description"]] {
        let said = said.as_str().unwrap();
        assert!(said.contains("`If-Match`") && said.contains("new"), "{said}");
    }
    assert!(operation["description"].as_str().unwrap().contains("`WriteHomework`"));
}

#[tokio::test]
async fn a_repeated_command_has_the_receipt_of_the_first() {
    let school = School::open().await;
    let key = [("idempotency-key", "0193a1b2-publish-monday")];
    let command = publish(monday_in_4b(), "Équations");
    let first = school.tell(TEACHER, &of_4b(), &key, &command).await;
    let head = school.head().await;
    let again = school.tell(TEACHER, &of_4b(), &key, &command).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = school.tell(TEACHER, &of_4b(), &key, &publish(monday_in_4b(), "Autre chose")).await;
    other.refused(422, "idempotency-key-reused");
    // Another person's key is another key.
    school.tell(CO_TEACHER, &of_4b(), &key, &command).await.refused(409, "lesson-written");
    assert_eq!(school.head().await, head);
}

#[tokio::test]
async fn a_repeated_revision_is_not_a_conflict() {
    let school = School::open().await.written().await;
    let headers = [("idempotency-key", "r1"), ("if-match", "\"textbook-3\"")];
    let withdraw = Command::WithdrawEntry {
        entry: entry_of_monday_in_4b(),
        reason: "mauvaise classe".into(),
        with_homework: false,
    };
    let first = school.tell(TEACHER, &of_4b(), &headers, &withdraw).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = school.tell(TEACHER, &of_4b(), &headers, &withdraw).await;
    assert_eq!((again.status, again.json), (200, first.json));
    assert_eq!(school.read(PUPIL, &read_4b()).await.json["entries"], json!([]));
    let history = school.read(INSPECTOR, &format!("{}/history", read_4b())).await;
    assert_eq!(history.json["items"][0]["reason"], "mauvaise classe");
}

#[tokio::test]
async fn what_is_published_in_the_evening_is_read_in_the_morning() {
    let school = School::open().await;
    school.world.clock.set("2026-11-17T20:30:00Z".parse().unwrap());
    let published = school.tell(TEACHER, &of_4b(), &[], &publish(monday_in_4b(), "Équations")).await;
    assert_eq!(published.status, 200);
    let (pupil, teacher) = (school.read(PUPIL, &read_4b()).await, school.read(TEACHER, &read_4b()).await);
    assert_eq!(pupil.json["entries"], json!([]));
    assert_eq!(teacher.json["entries"][0]["visible_from"], "2026-11-18T06:00:00Z");
    let kept = pupil.header("etag").to_owned();
    let same = school.call(PUPIL, "GET", &read_4b(), &[("if-none-match", &kept)], None).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    school.world.clock.set("2026-11-18T06:00:00Z".parse().unwrap());
    let morning = school.call(PUPIL, "GET", &read_4b(), &[("if-none-match", &kept)], None).await;
    assert_eq!(
        (morning.status, &morning.json["entries"][0]["content"]),
        (200, &json!("Équations")),
        "no new version, and yet new"
    );
}

/// Whether some text of an answer is an instant of a day, hours and minutes said.
fn tells_an_instant(json: &Value) -> bool {
    match json {
        Value::String(text) => text.parse::<jiff::Timestamp>().is_ok(),
        Value::Array(items) => items.iter().any(tells_an_instant),
        Value::Object(fields) => fields.values().any(tells_an_instant),
        _ => false,
    }
}

#[tokio::test]
async fn the_hour_of_writing_is_for_its_author_alone() {
    let school = School::open().await.written().await;
    let history = format!("{}/history", read_4b());
    for path in [read_4b(), history.clone()] {
        let own = school.read(TEACHER, &path).await;
        assert!(tells_an_instant(&own.json), "{path}: {}", own.text);
        for other in [CO_TEACHER, HEAD, DEPUTY, INSPECTOR] {
            let told = school.read(other, &path).await;
            assert_eq!(told.status, 200, "{path}");
            assert!(!tells_an_instant(&told.json), "{path}: {}", told.text);
            assert!(told.text.contains("\"visible_on\":\"2026-11-17\""), "{path}: {}", told.text);
        }
    }
    let child = format!("?child={PUPIL}");
    for (who, path) in [
        (PUPIL, read_4b()),
        (PARENT, read_4b()),
        (SCHOOL_LIFE, read_4b()),
        (PUPIL, "/api/v1/me/week".to_owned()),
        (PARENT, format!("/api/v1/me/week{child}")),
        (PUPIL, "/api/v1/me/homework".to_owned()),
        (AESH, format!("/api/v1/me/homework{child}")),
    ] {
        let told = school.read(who, &path).await;
        assert!(told.text.contains("Exercice 12 page 40"), "{path}: {}", told.text);
        assert!(!tells_an_instant(&told.json) && !told.text.contains("visible_"), "{path}: {}", told.text);
    }
    // Four days of class after Monday, and after the lesson of Thursday.
    school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let homework = exercise(1, "Exercice 13", THURSDAY);
    let revise = Command::ReviseHomework { homework };
    let revised = school.tell(TEACHER, &of_4b(), &[("if-match", "\"textbook-3\"")], &revise).await;
    assert_eq!(revised.status, 200, "{}", revised.text);
    let told = school.read(HEAD, &history).await;
    let items = told.json["items"].as_array().unwrap();
    let last = items.iter().find(|item| item["event"] == "HomeworkRevised").unwrap();
    assert_eq!(last["delay"], json!({"ahead": false, "school_days": 4, "after_next_lesson": true}));
    assert_eq!(last["recorded_at"], Value::Null);
}

#[tokio::test]
async fn who_holds_the_version_is_told_so() {
    let school = School::open().await.written().await;
    let read = school.read(TEACHER, &read_4b()).await;
    assert_eq!((read.header("etag"), &read.json["version"]), ("\"textbook-3\"", &json!(3)));
    let same = school.call(TEACHER, "GET", &read_4b(), &[("if-none-match", "\"textbook-3\"")], None).await;
    assert_eq!((same.status, same.header("etag")), (304, "\"textbook-3\""));
    let shelf = school.read(TEACHER, "/api/v1/textbooks").await;
    assert!(shelf.header("etag").starts_with("W/\""));
}

#[tokio::test]
async fn a_pupil_reads_the_week_and_the_work_of_it() {
    let school = School::open().await.written().await;
    for (who, query) in [(PUPIL, ""), (PARENT, &*format!("?child={PUPIL}"))] {
        let week = school.read(who, &format!("/api/v1/me/week{query}")).await;
        assert_eq!(week.json["monday"], "2026-11-16");
        let days = week.json["days"].as_array().unwrap();
        assert_eq!(days.len(), 7);
        let monday = days[0]["lessons"].as_array().unwrap();
        assert_eq!(monday.len(), 2, "mathematics in 4B and English in the group");
        let maths = monday.iter().find(|lesson| lesson["textbook"] == maths("4B").to_string()).unwrap();
        assert_eq!(maths["entry"]["content"], "Équations à une inconnue");
        assert_eq!(maths["entry"]["homework"][0]["text"], "Exercice 12 page 40");
        assert_eq!(days[3]["due"][0]["text"], "Exercice 12 page 40");
    }
    let holidays = school.read(PUPIL, "/api/v1/me/week?monday=2026-10-19").await;
    assert_eq!(holidays.json["days"][0]["closure"], "Toussaint");
    school.read(PUPIL, "/api/v1/me/week?monday=2026-11-17").await.refused(400, "parameter-malformed");
    school.read(TEACHER, "/api/v1/me/week").await.refused(404, "unknown");
}

#[tokio::test]
async fn pages_follow_one_another_without_loss() {
    let school = School::open().await.written().await;
    for number in 10..15 {
        let lesson = LessonRef::Exceptional { date: MONDAY, starts_at: time(number as i8, 0, 0, 0), minutes: 55 };
        let command = Command::PublishEntry {
            lesson,
            content: format!("Séance {number}"),
            framing: NewFraming::default(),
            copied_from: None,
            resources: vec![],
            homework: vec![exercise(number, &format!("Ex. {number}"), THURSDAY)],
        };
        assert_eq!(school.tell(TEACHER, &of_4b(), &[], &command).await.status, 200);
    }
    for (who, first, list, key) in [
        (PUPIL, "/api/v1/me/homework?limit=4&from=2026-11-16".to_owned(), "items", "homework"),
        (PUPIL, format!("{}?limit=4", read_4b()), "entries", "entry"),
        (HEAD, format!("{}/history?limit=4", read_4b()), "items", "version"),
        (HEAD, "/api/v1/textbooks?limit=1".to_owned(), "items", "textbook"),
    ] {
        let (mut next, mut seen) = (Some(first.clone()), Vec::new());
        while let Some(address) = next {
            let page = school.read(who, &address).await;
            assert_eq!(page.status, 200, "{address}: {}", page.text);
            seen.extend(page.json[list].as_array().unwrap().iter().map(|item| item[key].to_string()));
            next = page.json["next"].as_str().map(str::to_owned);
            let link = next.as_ref().map_or(String::new(), |next| format!("<{next}>; rel=\"next\""));
            assert_eq!(page.header("link"), link);
        }
        let whole = school.read(who, &first.replace("limit=4", "limit=200").replace("limit=1&", "limit=200&")).await;
        if whole.json["next"].is_null() {
            let whole: Vec<_> = whole.json[list].as_array().unwrap().iter().map(|item| item[key].to_string()).collect();
            assert_eq!(seen, whole, "{first}");
        }
        let mut alone = seen.clone();
        alone.sort();
        alone.dedup();
        assert!(seen.len() >= 3 && alone.len() == seen.len(), "{first}: {seen:?}");
    }
}

#[tokio::test]
async fn a_head_reads_how_much_is_written() {
    let school = School::open().await.written().await;
    let fill = school.read(HEAD, &format!("/api/v1/schools/{}/fill?from=2026-11-09&until=2026-11-30", here())).await;
    assert_eq!(fill.status, 200, "{}", fill.text);
    // Three services, over on the 9th, the 12th and the 16th; two lessons are written.
    assert_eq!((&fill.json["expected"], &fill.json["written"]), (&json!(9), &json!(2)));
    let class = |code: &str| {
        fill.json["by_class"].as_array().unwrap().iter().find(|line| line["code"] == code).unwrap().clone()
    };
    assert_eq!((&class("4B")["expected"], &class("4B")["written"]), (&json!(3), &json!(1)));
    assert_eq!(class("4ANG1")["written"], 0);
    let teachers = fill.json["by_teacher"].as_array().unwrap();
    assert!(teachers.iter().any(|line| line["teacher"] == SUBSTITUTE.to_string() && line["expected"] == 3));
    assert_eq!(fill.json["by_month"][0]["month"], "2026-11");
    school.read(TEACHER, &format!("/api/v1/schools/{}/fill", here())).await.refused(403, "not-the-head");
    school
        .read(HEAD, &format!("/api/v1/schools/{}/fill?from=2020-01-01&until=2026-01-01", here()))
        .await
        .refused(400, "days-malformed");
}

#[tokio::test]
async fn a_head_opens_a_class_a_service_and_names_its_teacher() {
    let school = School::open().await;
    let group = GroupId::of(here(), YEAR, "4C");
    let open = group::Command::Open {
        school: here(),
        year: YEAR,
        description: group::Description {
            sort: group::Sort::Class,
            code: "4C".into(),
            label: "4C".into(),
            curricula: vec![],
            classes: vec![],
        },
    };
    school.tell(HEAD, &format!("groups/{}", class("4B")), &[], &open).await.refused(400, "id-mismatch");
    assert_eq!(school.tell(HEAD, &format!("groups/{group}"), &[], &open).await.status, 200);
    let child = PersonId(Uuid::from_u128(77));
    let names = Names { family: "Sow".into(), given: "Awa".into(), title: None };
    let register = person::Command::Register { person: child, names, origin: None };
    school.tell(HEAD, &format!("persons/{child}"), &[], &register).await.refused(404, "unknown");
    let take = person::Command::TakeRole { school: here(), role: Role::Pupil, from: RENTREE, until: None };
    let several = person::Command::Several { commands: vec![register, take] };
    let registered = school.tell(HEAD, &format!("persons/{child}"), &[], &several).await;
    assert_eq!((registered.status, &registered.json["version"]), (200, &json!(2)), "{}", registered.text);
    let join = |pupil| group::Command::ChangeMembers { joined: vec![pupil], left: vec![], on: RENTREE };
    school.tell(HEAD, &format!("groups/{group}"), &[], &join(OTHER_HEAD)).await.refused(400, "not-of-this-school");
    assert_eq!(school.tell(DEPUTY, &format!("groups/{group}"), &[], &join(child)).await.status, 200);
    let id = ServiceId::of(group, MATHS);
    let open = service::Command::Open { school: here(), year: YEAR, group, subject: MATHS.into() };
    let opened = school.tell(HEAD, &format!("services/{id}"), &[], &open).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let address = opened.header("location").to_owned();
    assert_eq!(school.read(child, &address).await.json["group_code"], "4C");
    let stolen = domain::calendar::Slot {
        slot: slot("4B", MATHS, 1),
        weekday: 2,
        starts_at: time(8, 0, 0, 0),
        minutes: 55,
        weeks: domain::calendar::Weeks::new(RENTREE, 1),
        room: None,
    };
    let schedule = service::Command::Schedule { slots: vec![stolen], on: RENTREE };
    school.tell(HEAD, &format!("services/{id}"), &[], &schedule).await.refused(400, "not-of-this-school");
    let year = group::Command::Open {
        school: here(),
        year: domain::ids::SchoolYear(-5),
        description: group::Description {
            sort: group::Sort::Class,
            code: "1".into(),
            label: String::new(),
            curricula: vec![],
            classes: vec![],
        },
    };
    let other = GroupId::of(here(), domain::ids::SchoolYear(-5), "1");
    school.tell(HEAD, &format!("groups/{other}"), &[], &year).await.refused(400, "school-year-unknown");
    let renamed =
        establishment::Command::NameSubjects { subjects: [(MATHS.to_owned(), "Mathématiques".to_owned())].into() };
    assert_eq!(school.tell(HEAD, &format!("schools/{}", here()), &[], &renamed).await.status, 200);
    assert_eq!(school.read(child, &address).await.json["subject_label"], "Mathématiques");
}
