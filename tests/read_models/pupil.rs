use domain::access::Scope;
use jiff::civil::date;
use projections::history::{self, *};
use projections::pupil::EntryVersion;
use projections::pupil::queries::{self, entries, homework, homework_given_in, textbook, week};

use super::Database;

async fn shown(
    database: &Database,
    scope: &Scope,
    now: &str,
    of: Book,
    hour: i8,
    day: jiff::civil::Date,
) -> Option<EntryVersion> {
    let rows = entries(database.pool(), scope, at(now), (MONDAY, NEXT_MONDAY)).await.unwrap();
    rows.into_iter().find(|row| row.entry == entry(of, day, hour))
}

#[tokio::test]
async fn pa_01_a_revision_of_the_evening_shows_in_the_morning() {
    let database = Database::filled().await;
    let (book, scope) = (maths(), of_group(maths(), None));
    for (now, text) in [
        ("2026-11-16T08:00:00.123456Z", "Équations"),
        ("2026-11-16T21:00:00Z", "Équations"),
        ("2026-11-17T05:59:59.999999Z", "Équations"),
        ("2026-11-17T06:00:00Z", "Équations, corrigé (2)"),
    ] {
        let row = shown(&database, &scope, now, book, 8, MONDAY).await.unwrap();
        assert!(is(row.content.as_ref(), text), "{now}");
        assert_eq!(row.modified(), text != "Équations");
        assert!(is(row.resources[0].title.as_ref(), &format!("Fiche : {text}")));
        assert!(row.resources[0].link.is_some() && row.resources[1].link.is_none());
    }
    assert!(shown(&database, &scope, "2026-11-16T08:00:00.123455Z", book, 8, MONDAY).await.is_none());
    let row = shown(&database, &scope, "2026-11-20T06:00:00Z", book, 8, MONDAY).await.unwrap();
    assert_eq!(row.lesson, lesson(book, MONDAY, 8));
}

#[tokio::test]
async fn a_withdrawal_takes_effect_at_once_and_for_what_was_not_released_yet() {
    let database = Database::filled().await;
    let (book, scope) = (maths(), of_group(maths(), None));
    for (now, text) in [
        ("2026-11-17T20:09:00Z", Some("Erreur de classe")),
        ("2026-11-17T20:10:00Z", None),
        ("2026-11-18T07:00:00Z", None),
        ("2026-11-18T09:00:00Z", Some("Inéquations")),
    ] {
        let row = shown(&database, &scope, now, book, 8, TUESDAY).await;
        assert_eq!(row.is_some(), text.is_some(), "{now}");
        assert!(text.is_none_or(|text| is(row.unwrap().content.as_ref(), text)), "{now}");
    }
    let (french, scope) = (french_6c(), of_group(french_6c(), None));
    let seen = ["09:04", "09:06", "09:11", "09:16"].map(|minute| format!("2026-11-20T{minute}:00Z"));
    let mut times = Vec::new();
    for now in &seen {
        times.push(shown(&database, &scope, now, french, 9, FRIDAY).await.is_some());
    }
    assert_eq!(times, [true, false, true, false]);
}

#[tokio::test]
async fn an_earlier_text_released_later_does_not_come_back() {
    let database = Database::filled().await;
    let scope = of_group(english(), None);
    for now in ["2026-11-20T20:10:00Z", "2026-11-23T08:00:00Z"] {
        let row = shown(&database, &scope, now, english(), 10, FRIDAY).await.unwrap();
        assert!(is(row.content.as_ref(), "Urgent"), "{now}");
    }
    assert!(shown(&database, &scope, "2026-11-20T20:05:00Z", english(), 10, FRIDAY).await.is_none());
}

const LATE: &str = "2026-11-24T12:00:00Z";

#[tokio::test]
async fn who_left_sees_what_is_dated_up_to_that_day_and_an_empty_scope_nothing() {
    let database = Database::filled().await;
    let (book, pool, now) = (history_4a(), database.pool(), at(LATE));
    let days = |rows: Vec<EntryVersion>| rows.iter().map(|row| row.lesson.date).collect::<Vec<_>>();
    let all = entries(pool, &of_group(book, None), now, (MONDAY, NEXT_MONDAY)).await.unwrap();
    assert_eq!(days(all), [MONDAY, TUESDAY, THURSDAY, FRIDAY, NEXT_MONDAY]);
    let left = of_group(book, Some(TUESDAY));
    assert_eq!(days(entries(pool, &left, now, (MONDAY, NEXT_MONDAY)).await.unwrap()), [MONDAY, TUESDAY]);
    let work = homework(pool, &left, now, (MONDAY, NEXT_MONDAY), None, 100).await.unwrap();
    assert!(work.iter().all(|row| row.given_in.date <= TUESDAY) && work.len() == 1);
    for scope in [Scope::nothing(), of_group(book, Some(date(2026, 9, 1)))] {
        assert!(entries(pool, &scope, now, (MONDAY, NEXT_MONDAY)).await.unwrap().is_empty());
        assert!(textbook(pool, &scope, now, book.textbook, None, 10).await.unwrap().is_empty());
        assert!(homework(pool, &scope, now, (MONDAY, NEXT_MONDAY), None, 100).await.unwrap().is_empty());
        let whole = week(pool, &scope, now, (MONDAY, NEXT_MONDAY)).await.unwrap();
        assert!(whole.entries.is_empty() && whole.homework().is_empty());
        assert!(homework_given_in(pool, &scope, now, book.textbook, (MONDAY, NEXT_MONDAY)).await.unwrap().is_empty());
    }
    let school = entries(pool, &of_school(book), now, (MONDAY, NEXT_MONDAY)).await.unwrap();
    assert!(school.iter().all(|row| row.place.school == book.school) && school.len() > 5);
    assert!(textbook(pool, &of_group(maths(), None), now, book.textbook, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn work_is_shown_on_the_day_it_is_due_as_far_as_is_released() {
    let database = Database::filled().await;
    let (pool, scope) = (database.pool(), of_group(maths(), None));
    let due = async |now: &str, on| {
        let rows = homework(pool, &scope, at(now), (on, on), None, 100).await.unwrap();
        rows.into_iter().map(|row| (row.homework, row.revision)).collect::<Vec<_>>()
    };
    let moved = history::homework(1);
    let test = history::homework(3);
    assert!(due("2026-11-16T21:00:00Z", THURSDAY).await.contains(&(moved, 1)));
    assert_eq!(due("2026-11-16T21:00:00Z", FRIDAY).await, []);
    assert_eq!(due("2026-11-17T07:00:00Z", FRIDAY).await, [(moved, 2)]);
    assert_eq!(due("2026-11-17T07:00:00Z", THURSDAY).await, [(SHARED, 1)]);
    assert_eq!(due("2026-11-17T12:00:00Z", THURSDAY).await, []);
    assert_eq!(due("2026-11-17T12:00:00Z", FRIDAY).await, [(moved, 2), (test, 1)]);
    // The same name in another textbook is another work, and stays.
    let other = homework(pool, &of_group(history_4a(), None), at(LATE), (THURSDAY, THURSDAY), None, 9).await.unwrap();
    assert!(other.len() == 1 && other[0].homework == SHARED && is(other[0].text.as_ref(), "Carte"));
}

#[tokio::test]
async fn pages_follow_one_another() {
    let database = Database::filled().await;
    let (pool, now, book) = (database.pool(), at(LATE), history_4a());
    let scope = of_school(book);
    let whole = homework(pool, &scope, now, (MONDAY, NEXT_MONDAY), None, 100).await.unwrap();
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = homework(pool, &scope, now, (MONDAY, NEXT_MONDAY), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor());
        paged.extend(page);
    }
    assert!(paged == whole && whole.len() == 8);
    let (mut days, mut before) = (Vec::new(), None);
    loop {
        let page = textbook(pool, &scope, now, book.textbook, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.cursor());
        days.extend(page.iter().map(|row| row.lesson.date));
    }
    assert_eq!(days, [NEXT_MONDAY, FRIDAY, THURSDAY, TUESDAY, MONDAY]);
}

#[tokio::test]
async fn work_is_found_under_the_lesson_it_was_given_in() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let scope = of_group(book, None);
    let given = homework_given_in(pool, &scope, at(LATE), book.textbook, (THURSDAY, THURSDAY)).await.unwrap();
    let [one] = &given[..] else { panic!() };
    assert_eq!(one.given_entry, exceptional(book, THURSDAY, 17).entry(book.textbook));
    assert!(one.given_in == exceptional(book, THURSDAY, 17) && one.work.due.at.is_none() && one.work.written);
    assert!(is(one.resources[0].title.as_ref(), "Fiche : Recopier"));
    let elsewhere = homework_given_in(pool, &scope, at(LATE), english().textbook, (MONDAY, FRIDAY)).await.unwrap();
    assert!(elsewhere.is_empty());
    let monday = homework_given_in(pool, &scope, at(LATE), book.textbook, (MONDAY, MONDAY)).await.unwrap();
    assert_eq!(monday.len(), 2);
}

#[tokio::test]
async fn a_week_is_read_at_once_with_the_work_given_in_it_and_due_in_it() {
    let database = Database::filled().await;
    let pool = database.pool();
    let left = of_group(history_4a(), Some(TUESDAY));
    for scope in [of_school(maths()), of_group(maths(), None), of_group(history_4a(), None), left, Scope::nothing()] {
        for now in ["2026-11-16T21:00:00Z", "2026-11-17T12:00:00Z", "2026-11-20T20:10:00Z", LATE] {
            for days in [(MONDAY, FRIDAY), (THURSDAY, FRIDAY), (THURSDAY, NEXT_MONDAY)] {
                let read = week(pool, &scope, at(now), days).await.unwrap();
                assert!(read.entries == entries(pool, &scope, at(now), days).await.unwrap(), "{now}");
                let due = homework(pool, &scope, at(now), days, None, 100).await.unwrap();
                assert!(read.due().into_iter().eq(&due), "{now}");
                for book in [maths(), history_4a(), english()] {
                    let given = homework_given_in(pool, &scope, at(now), book.textbook, days).await.unwrap();
                    let of_book = read.given().into_iter().filter(|work| work.place.textbook == book.textbook);
                    assert!(of_book.eq(&given), "{now}");
                }
                let both = |work: &&projections::pupil::HomeworkVersion| {
                    (days.0..=days.1).contains(&work.given_in.date) && (days.0..=days.1).contains(&work.work.due.on)
                };
                let twice = due.iter().filter(both).count();
                assert_eq!(read.homework().len(), read.given().len() + due.len() - twice, "{now}: each work once");
            }
        }
    }
    let all = week(pool, &of_school(maths()), at(LATE), (MONDAY, NEXT_MONDAY)).await.unwrap();
    assert!(all.entries.len() > 5 && all.homework().len() > 5);
}

#[tokio::test]
async fn a_file_is_read_where_what_stands_holds_it() {
    let database = Database::filled().await;
    let (pool, book) = (database.pool(), maths());
    let (first, corrected) = (file("Équations").address, file("Équations, corrigé (2)").address);
    let found = |scope: Scope, now: &'static str, address| async move {
        queries::file(pool, &scope, at(now), book.textbook, address).await.unwrap()
    };
    let one = found(of_group(book, None), "2026-11-16T21:00:00Z", first).await.unwrap();
    assert!(one.file == Some(file("Équations")) && is(one.title.as_ref(), "Fiche : Équations"));
    assert!(found(of_group(book, None), "2026-11-16T21:00:00Z", corrected).await.is_none(), "it waits for the morning");
    assert!(found(of_group(book, None), "2026-11-17T12:00:00Z", corrected).await.is_some());
    assert!(found(of_group(book, None), "2026-11-17T12:00:00Z", first).await.is_none(), "a former version holds it");
    assert!(found(of_group(book, None), LATE, file("Recopier").address).await.is_some(), "work has files too");
    let withdrawn = file("Erreur de classe").address;
    assert!(found(of_group(book, None), "2026-11-17T12:00:00Z", withdrawn).await.is_some());
    assert!(found(of_group(book, None), LATE, withdrawn).await.is_none());
    let gone = of_group(book, domain::calendar::days_after(MONDAY, -1));
    for scope in [gone, Scope::nothing(), of_group(history_4a(), None)] {
        assert!(found(scope, LATE, corrected).await.is_none());
    }
    let elsewhere = queries::file(pool, &of_school(book), at(LATE), english().textbook, corrected).await;
    assert!(elsewhere.unwrap().is_none());
}
