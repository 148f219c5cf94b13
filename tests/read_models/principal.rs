use domain::access::Scope;
use domain::textbook::homework::HomeworkKind;
use jiff::SignedDuration;

use projections::history::*;
use projections::principal::queries::{weights, workload, written, written_marks};

use super::Database;

#[tokio::test]
async fn a_written_lesson_says_how_soon_it_was_first_written() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let rows = written(pool, &of_school(book), MONDAY, NEXT_MONDAY).await.unwrap();
    assert!(rows.iter().all(|row| row.place.school == book.school));
    let delay = |of: Book, day, hour| rows.iter().find(|row| row.entry == entry(of, day, hour)).unwrap().delay;
    // Ended at 8:55 in Paris, 7:55 in the journal; revised since.
    assert_eq!(delay(book, MONDAY, 8), SignedDuration::from_secs(300));
    // Withdrawn, then published anew the next day.
    assert_eq!(delay(book, TUESDAY, 8), SignedDuration::from_secs(900));
    // Written ahead.
    assert!(delay(history_4a(), NEXT_MONDAY, 9).is_negative());
}

#[tokio::test]
async fn a_withdrawn_lesson_is_not_written() {
    let database = Database::filled().await;
    let rows = written(database.pool(), &of_school(french_6c()), MONDAY, NEXT_MONDAY).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.date).collect::<Vec<_>>(), [TUESDAY]);
}

#[tokio::test]
async fn ct_11_the_work_of_a_day_says_what_it_weighs_when_and_for_whom() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let week = || [MONDAY, TUESDAY, THURSDAY, FRIDAY, NEXT_MONDAY].into();
    let rows = workload(pool, &of_school(book), &week()).await.unwrap();
    let of = |book: Book, day| rows.iter().filter(move |row| row.place.group == book.group && row.work.due.on == day);
    let figures = |book, day| {
        let minutes = of(book, day).map(|row| row.work.minutes.unwrap_or_default()).sum::<u16>();
        let tests = of(book, day).filter(|row| row.work.kind == HomeworkKind::Test).count();
        (minutes, of(book, day).count(), tests)
    };
    assert_eq!(figures(book, FRIDAY), (85, 2, 1));
    assert_eq!(figures(book, NEXT_MONDAY), (0, 2, 0));
    assert_eq!(figures(history_4a(), FRIDAY), (30, 3, 0));
    let test = of(book, FRIDAY).find(|row| row.work.kind == HomeworkKind::Test).unwrap();
    assert!(test.work.due.slot.is_some() && test.work.due.at.is_some() && test.work.audience.is_empty());
    let day = workload(pool, &of_school(book), &[FRIDAY].into()).await.unwrap();
    assert!(!day.is_empty() && day.iter().all(|row| row.work.due.on == FRIDAY), "the days asked for, no others");
    let french = workload(pool, &of_school(french_6c()), &week()).await.unwrap();
    let [reading] = &french[..] else { panic!("{french:?}") };
    assert_eq!(reading.work.audience.len(), 2, "for two pupils only");
}

#[tokio::test]
async fn another_school_and_who_does_not_lead_get_nothing() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    for scope in [Scope::nothing(), of_group(book, None), of_school(french_6c())] {
        let rows = written(pool, &scope, MONDAY, NEXT_MONDAY).await.unwrap();
        assert!(rows.iter().all(|row| row.place.school != book.school));
        let rows = workload(pool, &scope, &[THURSDAY, FRIDAY, NEXT_MONDAY].into()).await.unwrap();
        assert!(rows.iter().all(|row| row.place.school != book.school));
    }
}

#[tokio::test]
async fn what_a_table_of_classes_counts_is_what_stands_in_the_rows() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let days = (MONDAY, NEXT_MONDAY);
    let whole = of_school(book);
    let rows = written(pool, &whole, days.0, days.1).await.unwrap();
    let mut listed: Vec<_> = rows.iter().filter_map(|row| Some((row.slot?, row.date))).collect();
    let mut marks = written_marks(pool, &whole, days, &[].into()).await.unwrap();
    listed.sort_unstable();
    marks.sort_unstable();
    assert!(!marks.is_empty());
    assert_eq!(marks, listed);
    // Of one group; its days one by one, or together.
    let of_one = whole.within(book.school, [book.group]);
    let mut listed: Vec<_> = rows.iter().filter(|row| row.place.group == book.group).collect();
    listed.retain(|row| row.slot.is_some());
    assert_eq!(written_marks(pool, &of_one, days, &[].into()).await.unwrap().len(), listed.len());
    let besides = [TUESDAY, THURSDAY, FRIDAY, NEXT_MONDAY].into();
    let apart = written_marks(pool, &of_one, (MONDAY, MONDAY), &besides).await.unwrap();
    assert!(apart.len() <= listed.len() && !apart.is_empty());
    let work = workload(pool, &whole, &[FRIDAY, NEXT_MONDAY].into()).await.unwrap();
    let due = work.iter().filter(|row| row.place.group == book.group);
    let mut due: Vec<_> =
        due.map(|row| (row.work.due, row.work.kind == HomeworkKind::Test, row.work.minutes)).collect();
    let counted = weights(pool, &of_one, (FRIDAY, FRIDAY), &[NEXT_MONDAY].into()).await.unwrap();
    let mut counted: Vec<_> = counted.iter().map(|weight| (weight.due, weight.test, weight.minutes)).collect();
    let key = |one: &(domain::textbook::homework::Due, bool, Option<u16>)| (one.0.on, one.1, one.2);
    due.sort_by_key(key);
    counted.sort_by_key(key);
    assert!(!counted.is_empty());
    assert_eq!(counted, due);
    let sixth = of_school(french_6c()).within(french_6c().school, [french_6c().group]);
    let french = weights(pool, &sixth, days, &[].into()).await.unwrap();
    assert_eq!(french.iter().map(|weight| weight.audience.len()).collect::<Vec<_>>(), [2], "for two pupils");
    for scope in [Scope::nothing(), of_group(book, None), of_school(book)] {
        assert!(weights(pool, &scope, days, &[].into()).await.unwrap().is_empty(), "of groups, to who leads them");
    }
}
