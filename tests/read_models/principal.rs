use domain::access::Scope;
use jiff::SignedDuration;

use projections::history::*;
use projections::principal::queries::{workload, written};

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
async fn ct_11_the_work_of_a_group_and_day_is_summed_over_its_subjects() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let rows = workload(pool, &of_school(book), Some(book.group), MONDAY, NEXT_MONDAY).await.unwrap();
    let figures: Vec<_> =
        rows.iter().map(|row| (row.due_on, row.minutes, row.tasks, row.tests, row.unestimated)).collect();
    assert_eq!(figures, [(FRIDAY, 85, 2, 1, 0), (NEXT_MONDAY, 0, 2, 0, 2)]);
    let all = workload(pool, &of_school(book), None, MONDAY, NEXT_MONDAY).await.unwrap();
    let history = all.iter().find(|row| row.group == history_4a().group && row.due_on == FRIDAY).unwrap();
    assert_eq!((history.minutes, history.tasks), (30, 3));
}

#[tokio::test]
async fn another_school_and_who_does_not_lead_get_nothing() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    for scope in [Scope::nothing(), of_group(book, None), of_school(french_6c())] {
        let rows = written(pool, &scope, MONDAY, NEXT_MONDAY).await.unwrap();
        assert!(rows.iter().all(|row| row.place.school != book.school));
        assert!(workload(pool, &scope, Some(book.group), MONDAY, NEXT_MONDAY).await.unwrap().is_empty());
    }
}
