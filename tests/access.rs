//! Who may do and read what: every route of the API × everybody of the school, kept in `golden/access_matrix.txt`; then the rights that
//! matter, one by one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::directory::{entourage, establishment, group, person, service};
use domain::ids::{MandateId, ServiceId};
use domain::inspection::mandate;
use domain::textbook::Command;
use jiff::civil::date;
use serde::Serialize;
use uuid::Uuid;

use crate::golden::kept;
use crate::school::*;

/// One way to call a route.
struct Case {
    target: &'static str,
    path: String,
    /// Made anew for each caller, so that nobody repeats another's command.
    body: Option<Box<dyn Fn() -> String>>,
}

fn reading(target: &'static str, path: String) -> Case {
    Case { target, path, body: None }
}

fn writing<C: Serialize>(target: &'static str, path: String, command: impl Fn() -> C + 'static) -> Case {
    Case { target, path, body: Some(Box::new(move || serde_json::to_string(&command()).unwrap())) }
}

fn give_work(lesson: domain::textbook::entry::LessonRef) -> impl Fn() -> Command {
    move || Command::GiveHomework { given_in: lesson, homework: exercise(Uuid::new_v4().as_u128(), "Ex. 3", THURSDAY) }
}

/// How each operation is called. A new route has no line here, and fails.
fn cases(operation: &str, path: &str) -> Vec<Case> {
    let at = |id: Uuid| path.replace("{id}", &id.to_string());
    let textbooks = [
        ("mathematics in 4B", maths("4B")),
        ("mathematics in 4A", maths("4A")),
        ("English, group of 4A and 4B", english()),
    ];
    let textbook = |query: &str| textbooks.map(|(target, id)| reading(target, at(id.0) + query)).into();
    match operation {
        "textbook" | "history" => textbook(""),
        "commandTextbook" => {
            let lesson =
                |code, subject| domain::textbook::entry::LessonRef::Slot { slot: slot(code, subject, 1), date: MONDAY };
            vec![
                writing("mathematics in 4B", at(maths("4B").0), give_work(lesson("4B", MATHS))),
                writing("mathematics in 4A", at(maths("4A").0), give_work(lesson("4A", MATHS))),
                writing("English, group of 4A and 4B", at(english().0), give_work(lesson("4ANG1", ENGLISH))),
            ]
        }
        // Nothing is sent, and a file that nobody has is asked for: rights are told before either.
        "sendFile" => {
            textbooks.map(|(target, id)| Case { target, path: at(id.0), body: Some(Box::new(String::new)) }).into()
        }
        "file" => textbooks.map(|(target, id)| reading(target, at(id.0).replace("{file}", &"ab".repeat(32)))).into(),
        "textbooks" | "me" | "alive" | "ready" | "metrics" => vec![reading("", path.to_owned())],
        "week" | "homework" => {
            let of = |target, child: Option<domain::ids::PersonId>| {
                reading(target, child.map_or(path.to_owned(), |child| format!("{path}?child={child}")))
            };
            let mut cases =
                vec![of("own", None), of("of the pupil of 4B", Some(PUPIL)), of("of the sibling in 4A", Some(SIBLING))];
            if operation == "week" {
                cases.push(reading("of the class 4B", format!("{path}?group={}", class("4B"))));
            }
            cases
        }
        "fill" => vec![reading("this school", at(here().0)), reading("the other school", at(elsewhere().0))],
        "commandMandate" => {
            let open = || mandate::Command::OpenMandate {
                inspector: IDLE_INSPECTOR,
                textbooks: [maths("4A")].into(),
                from: date(2027, 1, 4),
                until: date(2027, 1, 8),
            };
            vec![writing("a new one", "/api/v1/mandates/{fresh}/commands".into(), open)]
        }
        "commandSchool" => {
            let describe =
                || establishment::Command::NameSubjects { subjects: [("9".to_owned(), "VIE".to_owned())].into() };
            vec![
                writing("this school", at(here().0), describe),
                writing("the other school", at(elsewhere().0), describe),
            ]
        }
        "commandPerson" => {
            let rename = || person::Command::CorrectNames {
                names: person::Names { family: "Nom".into(), given: "Prénom".into(), title: None },
            };
            vec![writing("a pupil", at(PUPIL.0), rename), writing("somebody unknown", at(Uuid::from_u128(404)), rename)]
        }
        "commandEntourage" => {
            let name = || entourage::Command::NameCompanion { companion: AESH, from: RENTREE };
            vec![writing("a pupil", at(PUPIL.0), name)]
        }
        "commandGroup" => {
            vec![writing("4B", at(class("4B").0), || group::Command::NameFormTutors {
                teachers: [FORM_TUTOR].into(),
                from: None,
            })]
        }
        "commandService" => {
            let nobody = || service::Command::Release { teacher: LIBRARIAN, on: MONDAY };
            vec![writing("mathematics in 4B", at(ServiceId::of(class("4B"), MATHS).0), nobody)]
        }
        other => panic!("{other} ({path}) is a route without a case: say in tests/access.rs how it is called"),
    }
}

#[tokio::test]
async fn the_matrix_of_rights_is_kept() {
    let school = School::open().await.written().await;
    let document = serde_json::to_value(api::http::openapi()).unwrap();
    let mut matrix = String::from(
        "# Status of each route for each person; written by tests/access.rs, UPDATE_GOLDEN=1 refreshes it.\n",
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for Case { target, path: address, body } in cases(operation["operationId"].as_str().unwrap(), path) {
                let mut row: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
                for (title, person) in PEOPLE {
                    let address = address.replace("{fresh}", &Uuid::now_v7().to_string());
                    let body = body.as_ref().map(|body| body());
                    let answer = school.call(person, &method.to_uppercase(), &address, &[], body.as_deref()).await;
                    assert!(answer.status < 500, "{title}: {address}: {}", answer.text);
                    row.entry(answer.status).or_default().push(title);
                }
                let anonymous = axum::http::Request::builder().method(method.to_uppercase().as_str()).uri(&address);
                let anonymous =
                    anonymous.header("authorization", "Bearer x.y.z").header("content-type", "application/json");
                let body = body.as_ref().map(|body| body()).unwrap_or_default();
                let answer = school.send(anonymous.body(body.into()).unwrap()).await;
                row.entry(answer.status).or_default().push("invalid token");
                writeln!(
                    matrix,
                    "\n{} {path}{}{target}",
                    method.to_uppercase(),
                    if target.is_empty() { "" } else { "  · " }
                )
                .unwrap();
                for (status, titles) in row {
                    writeln!(matrix, "  {status}  {}", titles.join(", ")).unwrap();
                }
            }
        }
    }
    kept("access_matrix.txt", &matrix);
}

fn textbook(id: domain::ids::TextbookId) -> String {
    format!("/api/v1/textbooks/{id}")
}

#[tokio::test]
async fn a_contact_reads_nothing() {
    let school = School::open().await.written().await;
    school.read(CONTACT, &textbook(maths("4B"))).await.refused(404, "unknown");
    school.read(CONTACT, &format!("/api/v1/me/week?child={PUPIL}")).await.refused(404, "unknown");
    school.read(CONTACT, &format!("/api/v1/me/homework?child={PUPIL}")).await.refused(404, "unknown");
    let shelf = school.read(CONTACT, "/api/v1/textbooks").await;
    assert_eq!(shelf.json["items"], serde_json::json!([]));
    let me = school.read(CONTACT, "/api/v1/me").await;
    assert_eq!(me.json["standpoints"], serde_json::json!([]), "not even the name of the child");
}

#[tokio::test]
async fn both_legal_guardians_read_what_the_pupil_reads() {
    let school = School::open().await.written().await;
    for parent in [PARENT, SEPARATED] {
        let read = school.read(parent, &textbook(maths("4B"))).await;
        assert_eq!(read.json["entries"][0]["content"], "Équations à une inconnue");
    }
    school.read(SEPARATED, &textbook(maths("4A"))).await.refused(404, "unknown");
    school.read(SEPARATED, &format!("/api/v1/me/week?child={SIBLING}")).await.refused(404, "unknown");
}

#[tokio::test]
async fn another_class_does_not_exist_for_a_pupil() {
    let school = School::open().await.written().await;
    let (theirs, nobodys) =
        (school.read(PUPIL, &textbook(maths("4A"))).await, school.read(PUPIL, &textbook(maths("3Z"))).await);
    theirs.refused(404, "unknown");
    assert_eq!(theirs.text, nobodys.text, "what is not theirs is told like what does not exist");
    assert_eq!(school.read(PUPIL, &textbook(english())).await.status, 200);
    let written = school.tell(PUPIL, &format!("textbooks/{}", maths("4B")), &[], &publish(monday_in_4b(), "moi")).await;
    written.refused(403, "not-your-textbook");
    school.read(PUPIL, &format!("{}/history", textbook(maths("4B")))).await.refused(403, "history-not-for-you");
}

#[tokio::test]
async fn an_inspector_reads_under_a_mandate_between_its_dates_and_nothing_else() {
    let school = School::open().await.written().await;
    let history = format!("{}/history", textbook(maths("4B")));
    assert_eq!(school.read(INSPECTOR, &history).await.status, 200);
    school.read(INSPECTOR, &textbook(maths("4A"))).await.refused(404, "unknown");
    school.read(IDLE_INSPECTOR, &history).await.refused(404, "unknown");
    school.world.clock.set("2026-11-28T08:00:00Z".parse().unwrap());
    school.read(INSPECTOR, &history).await.refused(404, "unknown");
    school.world.clock.set("2026-11-27T22:30:00Z".parse().unwrap());
    assert_eq!(school.read(INSPECTOR, &history).await.status, 200, "the last day is the school's day");
    school.world.clock.set("2026-11-27T23:30:00Z".parse().unwrap());
    school.read(INSPECTOR, &history).await.refused(404, "unknown");
    school.world.clock.set(tests::tuesday_evening());
    let close = school.tell(HEAD, &format!("mandates/{}", mandate()), &[], &mandate::Command::CloseMandate).await;
    assert_eq!(close.status, 200);
    school.read(INSPECTOR, &history).await.refused(404, "unknown");
}

#[tokio::test]
async fn the_teacher_of_an_ended_service_reads_and_no_longer_writes() {
    let school = School::open().await.written().await;
    let path = format!("textbooks/{}", maths("4B"));
    assert_eq!(school.read(FORMER_TEACHER, &format!("/api/v1/{path}")).await.status, 200);
    let command = Command::GiveHomework { given_in: monday_in_4b(), homework: exercise(7, "x", THURSDAY) };
    school.tell(FORMER_TEACHER, &path, &[], &command).await.refused(403, "not-your-textbook");
    assert_eq!(school.tell(SUBSTITUTE, &path, &[], &command).await.status, 200);
    school.world.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
    let later = Command::GiveHomework { given_in: monday_in_4b(), homework: exercise(8, "x", THURSDAY) };
    school.tell(SUBSTITUTE, &path, &[], &later).await.refused(403, "not-your-textbook");
}

#[tokio::test]
async fn a_head_reads_all_of_the_school_and_writes_no_lesson() {
    let school = School::open().await.written().await;
    for textbook_of_school in [maths("4A"), maths("4B"), english()] {
        assert_eq!(school.read(HEAD, &textbook(textbook_of_school)).await.status, 200);
        assert_eq!(school.read(HEAD, &format!("{}/history", textbook(textbook_of_school))).await.status, 200);
        school.read(OTHER_HEAD, &textbook(textbook_of_school)).await.refused(404, "unknown");
    }
    let written = school.tell(HEAD, &format!("textbooks/{}", maths("4B")), &[], &publish(monday_in_4b(), "moi")).await;
    written.refused(403, "not-your-textbook");
}

#[tokio::test]
async fn the_head_of_another_school_finds_nothing_here() {
    let school = School::open().await.written().await;
    let before = school.head().await;
    let rename =
        person::Command::CorrectNames { names: person::Names { family: "X".into(), given: "Y".into(), title: None } };
    school.tell(OTHER_HEAD, &format!("persons/{PUPIL}"), &[], &rename).await.refused(404, "unknown");
    let tutors = group::Command::NameFormTutors { teachers: [].into(), from: None };
    school.tell(OTHER_HEAD, &format!("groups/{}", class("4B")), &[], &tutors).await.refused(404, "unknown");
    let close = mandate::Command::CloseMandate;
    school.tell(OTHER_HEAD, &format!("mandates/{}", mandate()), &[], &close).await.refused(404, "unknown");
    let fresh = MandateId(Uuid::now_v7());
    let spy = mandate::Command::OpenMandate {
        inspector: INSPECTOR,
        textbooks: [maths("4A")].into(),
        from: MONDAY,
        until: THURSDAY,
    };
    school.tell(OTHER_HEAD, &format!("mandates/{fresh}"), &[], &spy).await.refused(404, "unknown");
    school.read(OTHER_HEAD, &format!("/api/v1/schools/{}/fill", here())).await.refused(404, "unknown");
    // Nor may he take someone, or a slot, from here into his own school.
    let take = person::Command::TakeRole { school: elsewhere(), role: person::Role::Teacher, from: RENTREE };
    school.tell(OTHER_HEAD, &format!("persons/{TEACHER}"), &[], &take).await.refused(404, "unknown");
    let give = person::Command::TakeRole { school: elsewhere(), role: person::Role::Head, from: RENTREE };
    school.tell(HEAD, &format!("persons/{TEACHER}"), &[], &give).await.refused(400, "not-of-this-school");
    assert_eq!(school.head().await, before);
}

#[tokio::test]
async fn a_closed_account_and_a_cookie_open_nothing() {
    let school = School::open().await.written().await;
    school.read(CLOSED, "/api/v1/me").await.refused(403, "account-closed");
    let command = Command::GiveHomework { given_in: monday_in_4b(), homework: exercise(9, "x", THURSDAY) };
    school.tell(CLOSED, &format!("textbooks/{}", maths("4B")), &[], &command).await.refused(403, "account-closed");
    let cookie = format!("{}={}", api::auth::COOKIE, school.token(TEACHER));
    let request = axum::http::Request::builder().uri("/api/v1/me").header("cookie", cookie);
    let refused = school.send(request.body(axum::body::Body::empty()).unwrap()).await;
    refused.refused(401, "unauthenticated");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
}
