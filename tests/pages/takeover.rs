//! A substitute who has just taken a class finds on one page what was done in it and what is to be done.

use api::app::Said;
use domain::actor::{Actor, Capacity};
use domain::directory::service::{self, Assignment};
use domain::ids::{ServiceId, StreamId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, NewHomework};
use jiff::civil::{Date, date};

use super::*;

fn takeover(code: &str) -> String {
    format!("/enseignant/cahiers/{}/reprise-de-service", maths(code))
}

impl Pages {
    /// A lesson of 4B, with its sequence, a document, and work.
    async fn publishes(&self, day: Date, content: &str, sequence: &str, homework: Vec<NewHomework>) {
        let weekday = day.weekday().to_monday_one_offset();
        let document = NewResource {
            title: format!("Fiche du {day}"),
            link: Some(format!("https://exemple.fr/{day}")),
            purpose: Purpose::Lesson,
            file: None,
        };
        let command = Command::PublishEntry {
            lesson: LessonRef::Slot { slot: slot("4B", MATHS, weekday), date: day },
            content: content.into(),
            framing: NewFraming { sequence: Some(sequence.into()), programme: None },
            copied_from: None,
            resources: vec![document],
            homework,
        };
        let done = self.school.app.in_textbook(TEACHER, maths("4B"), Said::default(), command).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        self.school.app.await_readers(position).await;
    }

    /// The substitute holds mathematics in 4A from that day on.
    async fn is_substitute_in_4a(&self, from: Date) {
        let held = Assignment { teacher: SUBSTITUTE, capacity: Capacity::Substitute, from, until: None };
        let stream = StreamId::new("service", ServiceId::of(class("4A"), MATHS), YEAR);
        let assign = service::Command::Assign { assignment: held };
        let app = &self.school.app;
        let done = app.in_directory::<service::Service>(Actor::Import, here(), stream, Said::default(), assign).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        app.await_readers(position).await;
    }
}

#[tokio::test]
async fn a_substitute_finds_the_last_lessons_the_work_to_come_and_the_sequence() {
    let pages = Pages::open().await;
    let days = [date(2026, 10, 12), date(2026, 10, 15), date(2026, 11, 2), date(2026, 11, 5), date(2026, 11, 9)];
    for (number, day) in days.into_iter().enumerate() {
        let sequence = if number < 3 { "1. Fractions" } else { "2. Équations" };
        let old =
            NewHomework { due: DueRef::Date { date: date(2026, 11, 12) }, ..exercise(70, "Exercice fini", MONDAY) };
        let work = if number == 4 { vec![old] } else { vec![] };
        pages.publishes(day, &format!("Leçon numéro {number}."), sequence, work).await;
    }
    let week = pages.sees(SUBSTITUTE, "/enseignant").await;
    assert!(week.contains(&takeover("4B")), "{week}");
    let page = pages.sees(SUBSTITUTE, &takeover("4B")).await;
    // Monday's and four more, latest first.
    let latest_first = ["Équations à une inconnue", "numéro 4.", "numéro 3.", "numéro 2.", "numéro 1."];
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(latest_first.map(place).is_sorted(), "{page}");
    assert!(!page.contains("Leçon numéro 0."), "five are enough: {page}");
    // The work that is still to be done, with its day, and no other.
    assert!(page.contains("Exercice 12 page 40") && page.contains("datetime=\"2026-11-19\""), "{page}");
    assert!(!page.contains("Exercice fini"), "{page}");
    // The sequence of the latest lesson that says one, and what was given out in it.
    let current = page.split("Séquence en cours").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(current.contains("2. Équations") && !current.contains("Fractions"), "{current}");
    assert!(current.contains("Fiche du 2026-11-09") && current.contains("Fiche du 2026-11-05"), "{current}");
    assert!(!current.contains("Fiche du 2026-11-02"), "{current}");
}

#[tokio::test]
async fn the_page_is_of_who_holds_the_textbook_and_its_link_of_who_has_just_taken_it() {
    let pages = Pages::open().await;
    for who in [PUPIL, PARENT, OTHER_TEACHER, HEAD, INSPECTOR] {
        assert_eq!(pages.call(Some(who), "GET", &takeover("4B"), "").await.0, 404);
    }
    // The teacher who comes back finds it too; nothing leads them there.
    assert!(pages.sees(TEACHER, &takeover("4B")).await.contains("Équations à une inconnue"));
    assert!(!pages.sees(TEACHER, "/enseignant").await.contains("reprise-de-service"));
    // Since October it is their class: the week does not lead there any more.
    pages.is_substitute_in_4a(date(2026, 10, 5)).await;
    let week = pages.sees(SUBSTITUTE, "/enseignant").await;
    assert!(!week.contains(&takeover("4A")) && week.contains(&takeover("4B")), "{week}");
    assert!(pages.sees(SUBSTITUTE, &takeover("4A")).await.contains("Théorème de Pythagore"));
}

#[tokio::test]
async fn who_does_not_keep_a_textbook_any_more_reads_it_and_is_offered_nothing_to_write() {
    let pages = Pages::open().await;
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    pages.publishes(THURSDAY, "Équations, la suite.", "2. Équations", vec![]).await;
    let path = format!("/enseignant/cahiers/{}", maths("4B"));
    let before = pages.sees(FORMER_TEACHER, &path).await;
    assert!(before.contains("Équations, la suite.") && before.contains("n’est plus à votre nom"), "{before}");
    for offered in ["Modifier", "Ajouter une séance", "Écrire cette séance", "Prochaine séance à écrire"] {
        assert!(!before.contains(offered), "{offered}: {before}");
    }
    let own = pages.sees(TEACHER, &path).await;
    assert!(own.contains("Modifier") && own.contains("Ajouter une séance") && !own.contains("plus à votre nom"));
    let week = pages.sees(FORMER_TEACHER, "/enseignant").await;
    assert!(week.contains("avez tenus") && !week.contains("Vos créneaux paraîtront"), "{week}");
}
