use domain::access::Scope;
use domain::actor::Capacity;
use domain::textbook::entry::LessonRef;
use jiff::civil::time;

use projections::history::{self, *};
use projections::teacher::queries::{entry, tasks_between, textbook, written_between};

use super::Database;

#[tokio::test]
async fn a_lesson_is_marked_written_released_or_not_and_says_when_it_is_withdrawn() {
    let database = Database::filled().await;
    let (book, french) = (english(), french_6c());
    let scope = of_textbooks(&[book, french]);
    let written =
        written_between(database.pool(), &scope, &[book.textbook, french.textbook], FRIDAY, FRIDAY).await.unwrap();
    let marks: Vec<_> = written.iter().map(|row| (row.textbook, row.slot, row.withdrawn)).collect();
    let expected = [(french.textbook, Some(slot(french, 9)), true), (book.textbook, Some(slot(book, 10)), false)];
    assert_eq!(marks, expected);
    assert_eq!(written[1].entry, history::entry(book, FRIDAY, 10));
    let one = written_between(database.pool(), &scope, &[book.textbook], MONDAY, NEXT_MONDAY).await.unwrap();
    assert!(one.iter().all(|row| row.textbook == book.textbook) && one.len() == 2);
}

#[tokio::test]
async fn the_form_of_a_lesson_shows_the_last_text_and_the_work_given_in_it() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let scope = of_textbooks(&[book]);
    let monday = LessonRef::Slot { slot: slot(book, 8), date: MONDAY };
    let sheet = entry(pool, &scope, book.textbook, &monday).await.unwrap();
    let written = sheet.entry.unwrap();
    assert!(is(written.content.as_ref(), "Équations, corrigé (2)"));
    assert_eq!(
        (written.writing.version, written.writing.revision, written.writing.capacity),
        (6, 3, Capacity::Teacher)
    );
    assert_eq!(written.writing.visible_from, at("2026-11-17T06:00:00Z"));
    assert_eq!(written.writing.first_recorded_at, at("2026-11-16T08:00:00.123456Z"));
    assert!(sheet.tasks.len() == 2 && is(sheet.tasks[0].text.as_ref(), "Ex. 12 et 13"));
    let hour = LessonRef::Exceptional { date: THURSDAY, starts_at: time(17, 0, 0, 0), minutes: 55 };
    let sheet = entry(pool, &scope, book.textbook, &hour).await.unwrap();
    assert!(is(sheet.entry.unwrap().content.as_ref(), "Rattrapage") && sheet.tasks.len() == 1);
    let empty = LessonRef::Slot { slot: slot(book, 8), date: FRIDAY };
    let sheet = entry(pool, &scope, book.textbook, &empty).await.unwrap();
    assert!(sheet.entry.is_none() && sheet.tasks.is_empty());
}

#[tokio::test]
async fn what_is_withdrawn_stays_with_its_text_and_what_is_published_anew_is_no_longer_withdrawn() {
    let database = Database::filled().await;
    let (pool, book, french) = (database.pool(), maths(), french_6c());
    let scope = of_textbooks(&[book, french, history_4a()]);
    let entries = textbook(pool, &scope, french.textbook, 1).await.unwrap();
    assert!(entries.len() == 1 && entries[0].withdrawn && is(entries[0].content.as_ref(), "Le corbeau"));
    let entries = textbook(pool, &scope, book.textbook, 10).await.unwrap();
    let anew = entries.iter().find(|row| row.lesson.date == TUESDAY).unwrap();
    assert!(!anew.withdrawn && is(anew.content.as_ref(), "Inéquations") && anew.writing.revision == 3);
    let tasks = tasks_between(pool, &scope, &[history_4a().textbook], THURSDAY, THURSDAY).await.unwrap();
    assert_eq!(tasks.iter().map(|task| task.withdrawn).collect::<Vec<_>>(), [false, false, false, true]);
}

#[tokio::test]
async fn who_sees_only_what_is_released_sees_nothing_here() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let monday = LessonRef::Slot { slot: slot(book, 8), date: MONDAY };
    for scope in [Scope::nothing(), of_group(book, None), of_textbooks(&[english()])] {
        assert!(written_between(pool, &scope, &[book.textbook], MONDAY, NEXT_MONDAY).await.unwrap().is_empty());
        assert!(entry(pool, &scope, book.textbook, &monday).await.unwrap().entry.is_none());
        assert!(textbook(pool, &scope, book.textbook, 10).await.unwrap().is_empty());
        assert!(tasks_between(pool, &scope, &[book.textbook], MONDAY, NEXT_MONDAY).await.unwrap().is_empty());
    }
}
