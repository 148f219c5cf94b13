use domain::event::{Fact, Recorded};
use domain::textbook::Event;
use domain::textbook::homework::HomeworkKind;

use super::{EntryVersion, HomeworkVersion, fold};
use crate::history::*;
use crate::rows::Versioned;
use crate::shelf::Place;

/// Folds in memory, from nothing, what is about one entry.
fn versions(history: &[Recorded]) -> Vec<EntryVersion> {
    let place = place(maths());
    let mut versions: Vec<EntryVersion> = Vec::new();
    for recorded in history {
        let Fact::Textbook(event) = &recorded.fact else { continue };
        versions.extend(fold::entry(versions.last().map(Versioned::kept).as_ref(), &place, recorded, event));
    }
    versions
}

fn place(book: Book) -> Place {
    Place { textbook: book.textbook, school: book.school, group: book.group, subject: book.subject.into() }
}

fn one_lesson() -> Vec<Recorded> {
    let (book, mut journal) = (maths(), Journal::default());
    journal.publish(book, lesson(book, MONDAY, 8), "Un", "2026-11-16T08:00:00Z", "");
    journal.revise(book, entry(book, MONDAY, 8), "Deux", "2026-11-16T20:30:00Z", "2026-11-17T06:00:00Z");
    journal.withdraw(book, entry(book, MONDAY, 8), "Erreur", "2026-11-17T09:00:00Z");
    journal.publish(book, lesson(book, MONDAY, 8), "Trois", "2026-11-17T10:00:00Z", "");
    journal.records
}

#[test]
fn every_writing_of_an_entry_is_a_version() {
    let versions = versions(&one_lesson());
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(versions.iter().map(|version| version.revision).collect::<Vec<_>>(), [1, 2, 2, 3]);
    assert!(versions.iter().all(|version| version.lesson == lesson(maths(), MONDAY, 8)));
}

#[test]
fn a_withdrawal_is_a_version_with_nothing_in_it_released_when_recorded() {
    let withdrawal = &versions(&one_lesson())[2];
    assert!(withdrawal.withdrawn && withdrawal.content.is_none() && withdrawal.resources.is_empty());
    assert_eq!(withdrawal.visible_from, at("2026-11-17T09:00:00Z"));
}

#[test]
fn a_sealed_value_is_copied_as_it_stands_with_the_row_it_was_sealed_for() {
    let history = one_lesson();
    let Fact::Textbook(Event::EntryRevised { content, .. }) = &history[1].fact else { panic!() };
    let cell = versions(&history)[1].content.clone().unwrap();
    assert!(cell.sealed.read().map(std::borrow::Cow::into_owned) == content.sealed());
    assert_eq!((&*cell.event, cell.sequence, &*cell.aggregate), ("EntryRevised", 2, "textbook"));
    assert_eq!(cell.stream, history[1].stream.key());
}

#[test]
fn what_revises_nothing_known_gives_no_row() {
    assert!(versions(&one_lesson()[1..3]).is_empty());
}

#[test]
fn work_moved_to_another_day_keeps_the_lesson_it_was_given_in() {
    let (book, mut journal) = (maths(), Journal::default());
    let exercise = |due| task(book, "Ex. 12", due, HomeworkKind::Exercise, Some(20));
    journal.give(
        book,
        lesson(book, MONDAY, 8),
        super::HomeworkId(uuid::Uuid::nil()),
        exercise(THURSDAY),
        "2026-11-16T08:00:00Z",
    );
    journal.change(
        book,
        super::HomeworkId(uuid::Uuid::nil()),
        exercise(FRIDAY),
        "2026-11-16T09:00:00Z",
        "2026-11-16T09:00:00Z",
    );
    let mut former: Option<HomeworkVersion> = None;
    for recorded in &journal.records {
        let Fact::Textbook(event) = &recorded.fact else { panic!() };
        former = fold::homework(former.as_ref().map(Versioned::kept).as_ref(), &place(book), recorded, event);
    }
    let last = former.unwrap();
    assert_eq!((last.given_in.date, last.work.due.on, last.revision), (MONDAY, FRIDAY, 2));
    assert_eq!(last.given_entry, entry(book, MONDAY, 8));
    assert!(last.modified());
}
