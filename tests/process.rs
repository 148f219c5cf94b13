//! The program itself, started, asked, stopped and stopped harder, as a machine does: what it acknowledged is there, what it logs names
//! nobody, and what it knows of itself it tells.

mod program;
mod stopped;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use domain::directory::person::{self, Names, Role};
use domain::ids::PersonId;
use serde_json::{Value, json};
use tests::World;
use uuid::Uuid;

use crate::school::{HEAD, PUPIL, RENTREE, School, here, maths, monday_in_4b, publish};
use crate::skips::write_unreadable;
use program::{Answer, LONG, Server, ask, program, run, text};

fn registration(person: PersonId, family: &str) -> String {
    let names = Names { family: family.into(), given: "Camille".into(), title: None };
    let commands = vec![
        person::Command::Register { person, names, origin: None },
        person::Command::TakeRole { school: here(), role: Role::Pupil, from: RENTREE },
    ];
    serde_json::to_string(&person::Command::Several { commands }).unwrap()
}

/// Persons whose registration was acknowledged, and the last position each was told.
type Acknowledged = BTreeMap<Uuid, i64>;

/// Registers one person after another until the server takes no more.
fn keep_registering(address: &str, bearer: &str, told: &Mutex<Acknowledged>, count: &AtomicUsize) {
    loop {
        let person = PersonId(Uuid::new_v4());
        let path = format!("/api/v1/persons/{person}/commands");
        let body = registration(person, "Nombreuse");
        let Ok(answer) = ask(address, "POST", &path, &[("authorization", bearer)], &body) else { return };
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{}", answer.body);
            return;
        }
        told.lock().unwrap().insert(person.0, answer.json()["last_position"].as_i64().unwrap());
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Six programs register people; once some are acknowledged, `then` is done. All that were acknowledged.
fn under_load(server: &Server, bearer: &str, then: impl FnOnce()) -> Acknowledged {
    let (told, count) = (Mutex::default(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| keep_registering(&server.address, bearer, &told, &count));
        }
        let started = Instant::now();
        while count.load(Ordering::SeqCst) < 30 {
            assert!(started.elapsed() < LONG, "nobody is registered");
            std::thread::yield_now();
        }
        then();
    });
    told.into_inner().unwrap()
}

/// Every acknowledged person is in the journal, at the position that was told.
async fn all_are_there(world: &World, acknowledged: &Acknowledged) {
    assert!(acknowledged.len() >= 30);
    let last = "select aggregate_id, max(position) from journal.events where aggregate_type = 'person' group by 1";
    let written: Vec<(String, i64)> = sqlx::query_as(last).fetch_all(&world.reader).await.unwrap();
    let written: BTreeMap<String, i64> = written.into_iter().collect();
    for (person, position) in acknowledged {
        assert_eq!(written.get(&person.to_string()), Some(position), "{person} was acknowledged");
    }
}

/// A school whose own application has ended: the program takes over. And the head's token.
async fn left_to_the_program() -> (School, String) {
    let school = School::open().await;
    school.app.close().await;
    let bearer = format!("Bearer {}", school.token(HEAD));
    (school, bearer)
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_under_load_it_says_so_ends_its_work_and_loses_nothing() {
    let (school, bearer) = left_to_the_program().await;
    let server = Server::serving(&school.world, "5000");
    let acknowledged = under_load(&server, &bearer, || {
        server.signal("-TERM");
        let leaving = server.until("/readyz", |answer| answer.status == 503).json();
        assert_eq!((&leaving["ready"], &leaving["leaving"]), (&json!(false), &json!(true)));
        assert_eq!(server.asks("/livez").unwrap().status, 200);
    });
    assert_eq!(server.ends(), Some(0));
    all_are_there(&school.world, &acknowledged).await;
    // The checkpoints stand where the models do: a next start has nothing to repeat, and nothing is missing.
    let again = Server::serving(&school.world, "0");
    let head = school.head().await;
    let ready = again.until("/readyz", |answer| answer.status == 200 && answer.json()["head"] == head).json();
    assert!(ready["models"].as_array().unwrap().iter().all(|model| model["stopped_at"] == Value::Null));
    again.signal("-INT");
    assert_eq!(again.ends(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_it_ends_at_once_and_loses_nothing_it_acknowledged() {
    let (school, bearer) = left_to_the_program().await;
    // Alone, the first signal would leave it a minute.
    let server = Server::serving(&school.world, "60000");
    let acknowledged = under_load(&server, &bearer, || {
        server.signal("-TERM");
        server.until("/readyz", |answer| answer.status == 503);
        server.signal("-TERM");
    });
    assert_eq!(server.ends(), Some(143));
    all_are_there(&school.world, &acknowledged).await;
    let again = Server::serving(&school.world, "0");
    let head = school.head().await;
    let caught_up = |answer: &Answer| {
        let told = answer.json();
        told["models"].as_array().is_some_and(|models| models.iter().all(|model| model["position"] == head))
    };
    again.until("/readyz", caught_up);
    again.signal("-TERM");
    assert_eq!(again.ends(), Some(0));
}

const FAMILY: &str = "Wolkenjungfer";
const LESSON: &str = "Le gnomon de Thalès";
const ASKED: &str = "quintiliana";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_at_its_most_talkative_names_nobody_and_quotes_nothing() {
    let (school, bearer) = left_to_the_program().await;
    let log = school.world.data_dir.path().join("story.log");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--notice-ms", "0", "--log-format", "json"];
    let mut command = program(&school.world, &arguments);
    command.env("RUST_LOG", "trace").stderr(std::fs::File::create(&log).unwrap());
    let server = Server::start(command);
    let send = |method, path: &str, headers: &[(&str, &str)], body: &str| {
        ask(&server.address, method, path, headers, body).unwrap()
    };
    let person = PersonId(Uuid::new_v4());
    let path = format!("/api/v1/persons/{person}/commands");
    let own = [("authorization", bearer.as_str()), ("x-request-id", "0193a1b2-0000-7000-8000-00000000beef")];
    let written = send("POST", &path, &own, &registration(person, FAMILY));
    assert_eq!(written.status, 200, "{}", written.body);
    assert!(written.head.contains("x-request-id: 0193a1b2-0000-7000-8000-00000000beef"));
    // Its key is used for another: refused. So are a lesson that is not his to write, and a body that is no command.
    let keyed = [("authorization", bearer.as_str()), ("idempotency-key", ASKED), ("x-request-id", ASKED)];
    let lesson = serde_json::to_string(&publish(monday_in_4b(), LESSON)).unwrap();
    let of_4b = format!("/api/v1/textbooks/{}/commands", maths("4B"));
    let refused = send("POST", &of_4b, &keyed, &lesson);
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(!refused.head.contains(ASKED));
    send("POST", &of_4b, &keyed, &format!("{{\"{LESSON}\": 1}}"));
    send("GET", &format!("/api/v1/me?child={ASKED}"), &keyed, "");
    let token = bearer.trim_start_matches("Bearer ");
    send("GET", &format!("/direction?q={ASKED}"), &[("cookie", &format!("palimpseste={token}"))], "");
    server.signal("-TERM");
    assert_eq!(server.ends(), Some(0));

    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let others: Vec<_> = log.lines().filter(|line| serde_json::from_str::<Value>(line).is_err()).collect();
    assert!(others.iter().all(|line| line.starts_with("palimpseste: ")), "{others:?}");
    for secret in [FAMILY, LESSON, ASKED, token, "Famille-", "Camille", school.world.url.as_str()] {
        let told = log.lines().find(|line| line.contains(secret));
        assert!(told.is_none(), "{secret} is in {told:?}");
    }
    let said = |message: &str, fields: &[(&str, Value)]| {
        lines.iter().any(|line| line["message"] == message && fields.iter().all(|(name, value)| line[*name] == *value))
    };
    let answered = |route: &str, status: u16| {
        said("answered", &[("level", json!("DEBUG")), ("route", json!(route)), ("status", json!(status))])
    };
    assert!(answered("/api/v1/persons/{id}/commands", 200) && answered("/api/v1/textbooks/{id}/commands", 403));
    assert!(answered("/direction", 200), "pages are logged like the rest");
    let code = refused.json()["code"].clone();
    assert!(said("a command was refused", &[("aggregate", json!("textbook")), ("code", code)]));
    let of_ours = |line: &Value| line["span"]["request_id"] == "0193a1b2-0000-7000-8000-00000000beef";
    assert!(lines.iter().any(of_ours));
    for message in ["open", "serving", "asked to stop", "no longer serving", "no longer reading the journal", "closed"]
    {
        assert!(said(message, &[]), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_row_is_told_until_each_reader_is_told_to_go_on() {
    let (school, _) = left_to_the_program().await;
    let world = &school.world;
    let server = Server::serving(world, "0");
    let unreadable = write_unreadable(world).await;
    let readers = ["inspector", "principal", "pupil", "teacher", "register"];
    let all_stopped = |answer: &Answer| {
        let told = answer.json();
        told["models"].as_array().is_some_and(|models| models.iter().all(|model| model["stopped_at"] == unreadable))
    };
    let stopped = server.until("/readyz", all_stopped);
    assert_eq!((stopped.status, stopped.json()["models"].as_array().unwrap().len()), (503, readers.len()));
    assert!(stopped.body.contains("unheard"));
    let figures = server.asks("/metrics").unwrap().body;
    assert!(figures.contains("palimpseste_reader_stopped{model=\"pupil\"} 1"), "{figures}");
    assert!(figures.contains("palimpseste_reader_lag_positions{model=\"register\"} 1"), "{figures}");
    let seen = run(world, &["doctor"]);
    assert!(text(&seen.stdout).contains(&format!("STOPPED reader: pupil at position {unreadable}: ")));
    // Another process must not open with a register that lacks something.
    let start = run(world, &["serve", "--listen", "127.0.0.1:0"]);
    let said = text(&start.stderr);
    assert!(
        !start.status.success() && said.contains(&format!("the register cannot read position {unreadable}")),
        "{said}"
    );

    let position = unreadable.to_string();
    let skip = |reader: &str, position: &str, because: &str| {
        run(world, &["skip", reader, "--position", position, "--because", because])
    };
    let elsewhere = skip("pupil", "1", "wrong");
    assert!(text(&elsewhere.stderr).contains(&format!("pupil is stopped at position {unreadable}, not at 1")));
    for reader in readers {
        let done = skip(reader, &position, "written by a version that was withdrawn");
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    let all_read = |answer: &Answer| {
        let told = answer.json();
        told["ready"] == true && told["models"].as_array().unwrap().iter().all(|model| model["lag"] == 0)
    };
    let ready = server.until("/readyz", all_read).json();
    let pupil = ready["models"].as_array().unwrap().iter().find(|model| model["name"] == "pupil").unwrap();
    assert_eq!((&pupil["skips"], &pupil["last_skip"], &pupil["lag"]), (&json!(1), &json!(unreadable), &json!(0)));
    assert!(server.asks("/metrics").unwrap().body.contains("palimpseste_reader_skips{model=\"register\"} 1"));
    let seen = text(&run(world, &["doctor"]).stdout);
    assert!(seen.contains("pupil passes over 1 in all") && seen.contains("by ouvrier at"), "{seen}");
    server.signal("-TERM");
    assert_eq!(server.ends(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_how_far_everybody_is_and_what_endangers_the_record() {
    let school = School::open().await.written().await;
    let head = school.head().await;
    school.app.close().await;
    let seen = run(&school.world, &["doctor", "--format", "json"]);
    let told: Value = serde_json::from_slice(&seen.stdout).unwrap();
    let journal = &told["told"]["journal"];
    assert_eq!((&journal["head"], &journal["events"]), (&json!(head), &json!(head)));
    assert_eq!(journal["last_recorded_at"], "2026-11-17T16:30:00Z");
    let years: Vec<_> = journal["eras"].as_array().unwrap().iter().map(|era| era["year"].clone()).collect();
    assert_eq!(years, [json!(0), json!(2026)]);
    assert!(journal["bytes"].as_i64().unwrap() > 0);
    // The stories' cluster is a throwaway one: it keeps nothing, and the doctor says so.
    assert_eq!(journal["dangers"], json!(["fsync", "full_page_writes", "synchronous_commit"]));
    assert_eq!((seen.status.code(), &told["ready"]), (Some(69), &json!(false)));
    let readers = told["told"]["readers"].as_array().unwrap();
    assert!(readers.len() == projections::all().len() && readers.iter().all(|reader| reader["position"] == head));
    // A reader that is behind is so by positions and by time.
    let back = "update subscriptions.models set position = position - 2 where name = 'pupil'";
    sqlx::query(back).execute(&school.world.writer).await.unwrap();
    let seen = text(&run(&school.world, &["doctor"]).stdout);
    assert!(seen.contains("DANGER  durability: fsync is OFF"), "{seen}");
    assert!(seen.contains(&format!("reader: pupil at position {}, 2 positions and ", head - 2)), "{seen}");
    assert!(seen.contains(&format!("reader: teacher at position {head}, up to date")), "{seen}");
    assert!(seen.contains("school year 2026") && seen.contains("/metrics"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_what_a_server_did_and_name_nobody() {
    let (school, bearer) = left_to_the_program().await;
    let server = Server::serving(&school.world, "0");
    let person = PersonId(Uuid::new_v4());
    let path = format!("/api/v1/persons/{person}/commands");
    let own = [("authorization", bearer.as_str())];
    let body = registration(person, FAMILY);
    assert_eq!(ask(&server.address, "POST", &path, &own, &body).unwrap().status, 200);
    // Registered already: decided from memory, and nothing changes.
    assert_eq!(ask(&server.address, "POST", &path, &own, &body).unwrap().status, 200);
    let lesson = serde_json::to_string(&publish(monday_in_4b(), LESSON)).unwrap();
    let of_4b = format!("/api/v1/textbooks/{}/commands", maths("4B"));
    assert_eq!(ask(&server.address, "POST", &of_4b, &own, &lesson).unwrap().status, 403);
    let head = school.head().await;
    let figures = server.asks("/metrics").unwrap().body;
    for line in [
        "palimpseste_appended_commands_total 1",
        "palimpseste_appended_events_total 2",
        "palimpseste_append_batch_commands_bucket{le=\"1\"} 1",
        "palimpseste_append_batch_events_count 1",
        "palimpseste_append_batch_seconds_count 1",
        "palimpseste_aggregate_cache_hits_total{aggregate=\"person\"} 1",
        "palimpseste_aggregate_cache_bytes{aggregate=\"person\"}",
        "palimpseste_vault_key_misses_total",
        "palimpseste_vault_key_hits_total",
        "palimpseste_reader_events_total{model=\"pupil\"} 2",
        "palimpseste_reader_batch_seconds_count{model=\"pupil\"}",
        "palimpseste_reader_lag_seconds{model=\"pupil\"} 0",
        "palimpseste_rebuild_position{model=\"pupil\"} 0",
        "palimpseste_commands_refused_total{aggregate=\"textbook\",code=\"not-your-textbook\"} 1",
        "palimpseste_refusals_total{code=\"not-your-textbook\"} 1",
        "process_open_fds",
        &format!("palimpseste_journal_position {head}"),
        &format!("palimpseste_reader_position{{model=\"register\"}} {head}"),
    ] {
        assert!(figures.contains(line), "{line}\n{figures}");
    }
    let school_id = here().to_string();
    for secret in [FAMILY, LESSON, "Camille", &person.to_string(), &school_id, &PUPIL.to_string()] {
        assert!(!figures.contains(secret), "{secret}");
    }
    server.signal("-TERM");
    assert_eq!(server.ends(), Some(0));
}
