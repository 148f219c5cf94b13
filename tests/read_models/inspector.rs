use domain::access::Scope;
use jiff::SignedDuration;

use projections::history::*;
use projections::inspector::queries::{self, textbook, textbooks};
use projections::inspector::{Item, Version};

use super::Database;

fn of(versions: &[Version], item: Item) -> Vec<&Version> {
    versions.iter().filter(|version| version.item == item).collect()
}

#[tokio::test]
async fn ct_18_every_version_is_there_with_who_when_and_why() {
    let database = Database::filled().await;
    let book = maths();
    let all = textbook(database.pool(), &of_textbooks(&[book]), book.textbook, None).await.unwrap();
    assert_eq!(all.len(), 13);
    let tuesday = of(&all, Item::Entry(entry(book, TUESDAY, 8)));
    assert_eq!(tuesday.iter().map(|version| version.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    let events: Vec<_> = tuesday.iter().map(|version| version.event.as_str()).collect();
    assert_eq!(events, ["EntryPublished", "EntryWithdrawn", "EntryRevised", "EntryPublished"]);
    assert!(tuesday[1].withdrawal() && tuesday[1].content.is_none());
    assert!(is(tuesday[1].reason.as_ref(), "Ce n'était pas la bonne classe"));
    assert!(is(tuesday[3].content.as_ref(), "Erreur de classe"));
    assert_eq!(tuesday[3].delay(), SignedDuration::from_mins(15));
    let moved = of(&all, Item::Homework(homework(1)));
    let due: Vec<_> = moved.iter().map(|version| version.work.as_ref().unwrap().due.on).collect();
    assert_eq!(due, [FRIDAY, THURSDAY]);
    assert!(moved.iter().all(|version| version.entry == entry(book, MONDAY, 8)));
}

#[tokio::test]
async fn lessons_come_latest_first_and_the_work_after_its_lesson() {
    let database = Database::filled().await;
    let book = maths();
    let all = textbook(database.pool(), &of_textbooks(&[book]), book.textbook, None).await.unwrap();
    let days: Vec<_> = all.iter().map(|version| version.lesson.date).collect();
    assert!(days.is_sorted_by(|first, second| first >= second));
    let monday: Vec<_> = all.iter().filter(|version| version.lesson.date == MONDAY).collect();
    let sorts: Vec<_> = monday.iter().map(|version| matches!(version.item, Item::Entry(_))).collect();
    assert_eq!(sorts, [true, true, true, false, false, false]);
}

#[tokio::test]
async fn as_known_at_a_time_is_what_was_recorded_up_to_it() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let scope = of_textbooks(&[book]);
    let known = textbook(pool, &scope, book.textbook, Some(at("2026-11-16T20:30:00Z"))).await.unwrap();
    assert_eq!(known.iter().map(|version| version.version).max(), Some(5));
    let none = textbook(pool, &scope, book.textbook, Some(at("2026-11-16T07:00:00Z"))).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn in_01_a_mandate_shows_its_textbooks_and_no_other() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let summaries = textbooks(pool, &of_textbooks(&[book, french_6c()])).await.unwrap();
    assert_eq!(summaries.len(), 2);
    let one = summaries.iter().find(|summary| summary.place.textbook == book.textbook).unwrap();
    assert_eq!((one.entries, one.homework, one.versions, one.year), (3, 4, 13, YEAR));
    assert_eq!(one.last_recorded_at, at("2026-11-19T17:00:00Z"));
    assert_eq!(textbooks(pool, &of_school(book)).await.unwrap().len(), 3);
    for scope in [Scope::nothing(), of_group(book, None), of_textbooks(&[english()])] {
        assert!(textbook(pool, &scope, book.textbook, None).await.unwrap().is_empty());
        assert!(textbooks(pool, &scope).await.unwrap().iter().all(|row| row.place.textbook == english().textbook));
    }
}

#[tokio::test]
async fn a_file_is_read_in_any_version_behind_the_scenes_and_nowhere_else() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    for text in ["Équations", "Équations, corrigé (2)", "Erreur de classe", "Recopier"] {
        let found =
            |scope: Scope| async move { queries::file(pool, &scope, book.textbook, file(text).address).await.unwrap() };
        let one = found(of_textbooks(&[book])).await.unwrap();
        assert!(one.file == Some(file(text)) && is(one.title.as_ref(), &format!("Fiche : {text}")));
        assert!(found(of_school(book)).await.is_some());
        for scope in [Scope::nothing(), of_group(book, None), of_textbooks(&[english()])] {
            assert!(found(scope).await.is_none(), "{text}");
        }
    }
}
