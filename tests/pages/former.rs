//! A revised work says what it said before, to who could read it then.

use std::collections::BTreeSet;

use api::app::Said;
use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use domain::textbook::homework::{DueRef, NewHomework};
use jiff::civil::{Date, date};

use super::*;

const NEXT_MONDAY: Date = date(2026, 11, 23);

impl Pages {
    async fn in_4b(&self, command: Command) {
        let done = self.school.app.in_textbook(TEACHER, maths("4B"), Said::default(), command).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        self.school.app.await_readers(position).await;
    }

    async fn revises(&self, text: &str, due: Date) {
        self.in_4b(Command::ReviseHomework { homework: exercise(1, text, due) }).await;
    }
}

/// Where a pupil, a parent, an AESH and the school life read that work.
fn lists() -> Vec<(PersonId, String)> {
    let book = maths("4B");
    vec![
        (PUPIL, "/eleve".into()),
        (PARENT, format!("/parent/enfants/{PUPIL}")),
        (AESH, format!("/accompagnement/eleves/{PUPIL}")),
        (SCHOOL_LIFE, format!("/vie-scolaire/classes/{}", class("4B"))),
        (PUPIL, "/eleve/travail".into()),
        (PUPIL, format!("/eleve/cahiers/{book}")),
        (PARENT, format!("/parent/enfants/{PUPIL}/travail")),
        (PARENT, format!("/parent/enfants/{PUPIL}/cahiers/{book}")),
        (AESH, format!("/accompagnement/eleves/{PUPIL}/travail")),
    ]
}

/// What stands under « Ce qui a changé »; none when nothing is.
fn changed(page: &str) -> Option<&str> {
    page.split("<summary>Ce qui a changé</summary>").nth(1)?.split("</details>").next()
}

#[tokio::test]
async fn a_revised_work_shows_its_former_text_and_day_and_no_hour() {
    let pages = Pages::open().await;
    for (who, path) in lists() {
        assert_eq!(changed(&pages.sees(who, &path).await), None, "{path}: nothing was revised");
    }
    pages.school.world.clock.set("2026-11-18T09:41:00Z".parse().unwrap());
    pages.revises("Exercice 14 page 41", NEXT_MONDAY).await;
    for (who, path) in lists() {
        let page = pages.sees(who, &path).await;
        assert!(page.contains("Exercice 14 page 41"), "{path}");
        let before = changed(&page).unwrap_or_else(|| panic!("{path}: {page}"));
        assert!(before.contains("Exercice 12 page 40"), "{path}: {before}");
        assert!(before.contains("pour <time datetime=\"2026-11-19\">"), "{path}: {before}");
        assert!(before.contains("version du <time datetime=\"2026-11-17\">"), "{path}: {before}");
        // What did not change is not said again, and nothing tells an hour.
        let bare = no_day(before);
        assert!(!bare.contains("exercices") && !bare.contains("20"), "{path}: {bare}");
        for hour in ["10 h", "10\u{a0}h", "09:41", "10:41", "17\u{a0}h"] {
            assert!(!before.contains(hour), "{path}: {before}");
        }
    }
}

#[tokio::test]
async fn a_program_reads_what_a_revised_work_said_before_as_the_pages_do() {
    let pages = Pages::open().await;
    let child = format!("?child={PUPIL}");
    let work = async |who, path: &str| {
        let told = pages.school.read(who, path).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        let found = works(&told.json);
        assert!(!found.is_empty(), "{path}: {}", told.text);
        found
    };
    let readings = [
        (PUPIL, "/api/v1/me/week".to_owned()),
        (PARENT, format!("/api/v1/me/week{child}")),
        (SCHOOL_LIFE, format!("/api/v1/me/week?group={}", class("4B"))),
        (PUPIL, "/api/v1/me/homework".to_owned()),
        (AESH, format!("/api/v1/me/homework{child}")),
        (PUPIL, format!("/api/v1/textbooks/{}", maths("4B"))),
    ];
    for (who, path) in &readings {
        assert!(work(*who, path).await.iter().all(|work| work["former"].is_null()), "{path}: nothing was revised");
    }
    pages.school.world.clock.set("2026-11-18T09:41:00Z".parse().unwrap());
    pages.revises("Exercice 14 page 41", NEXT_MONDAY).await;
    for (who, path) in &readings {
        for work in work(*who, path).await {
            let former = &work["former"];
            assert_eq!((&work["text"], &work["revised_on"]), (&"Exercice 14 page 41".into(), &"2026-11-18".into()));
            assert_eq!(former["text"], "Exercice 12 page 40", "{path}: {work}");
            assert_eq!((&former["since"], &former["due"]["on"]), (&"2026-11-17".into(), &"2026-11-19".into()));
        }
    }
}

/// Every work of an answer.
fn works(json: &serde_json::Value) -> Vec<serde_json::Value> {
    match json {
        serde_json::Value::Array(items) => items.iter().flat_map(works).collect(),
        serde_json::Value::Object(fields) if fields.contains_key("given_in") => vec![json.clone()],
        serde_json::Value::Object(fields) => fields.values().flat_map(works).collect(),
        _ => vec![],
    }
}

/// A text without the dates that machines read, whose year has figures of its own.
fn no_day(text: &str) -> String {
    text.split("datetime=\"2026-").collect()
}

#[tokio::test]
async fn a_version_that_was_never_there_to_read_is_not_shown() {
    let pages = Pages::open().await;
    // Both in the evening pause: pupils find the second in the morning, and never had the first.
    pages.school.world.clock.set("2026-11-17T21:00:00Z".parse().unwrap());
    pages.revises("Exercice 13 page 40", THURSDAY).await;
    pages.school.world.clock.set("2026-11-17T21:10:00Z".parse().unwrap());
    pages.revises("Exercice 14 page 41", THURSDAY).await;
    let evening = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(evening.contains("Exercice 12 page 40") && changed(&evening).is_none(), "{evening}");
    pages.school.world.clock.set("2026-11-18T09:00:00Z".parse().unwrap());
    for (who, path) in lists() {
        let page = pages.sees(who, &path).await;
        assert!(page.contains("Exercice 14 page 41") && !page.contains("Exercice 13"), "{path}: {page}");
        let before = changed(&page).unwrap_or_else(|| panic!("{path}: {page}"));
        assert!(before.contains("Exercice 12 page 40") && !before.contains("pour <time"), "{path}: {before}");
    }
}

#[tokio::test]
async fn a_version_given_to_others_is_not_shown() {
    let pages = Pages::open().await;
    let work = |text: &str, pupils: &[PersonId]| NewHomework {
        due: DueRef::Date { date: THURSDAY },
        audience: Some(pupils.iter().copied().collect::<BTreeSet<_>>()),
        ..exercise(31, text, THURSDAY)
    };
    let write = async |command| {
        let done = pages.school.app.in_textbook(OTHER_TEACHER, english(), Said::default(), command).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        pages.school.app.await_readers(position).await;
    };
    let given_in = LessonRef::Slot { slot: slot("4ANG1", ENGLISH, 1), date: MONDAY };
    write(Command::GiveHomework { given_in, homework: work("Fiche de soutien", &[PUPIL]) }).await;
    pages.school.world.clock.set("2026-11-18T09:00:00Z".parse().unwrap());
    write(Command::ReviseHomework { homework: work("Préparer un exposé", &[]) }).await;
    let sibling = pages.sees(SIBLING, "/eleve/travail").await;
    assert!(sibling.contains("Préparer un exposé") && !sibling.contains("Fiche de soutien"), "{sibling}");
    assert_eq!(changed(&sibling), None);
    let pupil = pages.sees(PUPIL, "/eleve/travail").await;
    let before = changed(&pupil).unwrap_or_else(|| panic!("{pupil}"));
    assert!(before.contains("Fiche de soutien") && before.contains("pour une partie de la classe"), "{before}");
}
