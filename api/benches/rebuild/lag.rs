//! How far behind the readers are while teachers revise their entries at a steady rate, by the application's own way in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::app::Said;
use api::facts::REGISTER;
use domain::ids::{EntryId, PersonId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::NewFraming;
use hdrhistogram::Histogram;
use sqlx::Row as _;

use super::lived::Lived;

const LASTS: Duration = Duration::from_secs(10);
/// Not counted: caches fill, plans are made.
const WARMS: Duration = Duration::from_secs(2);
/// 200 bytes, as a teacher writes them.
const TEXT: &str = "Correction des exercices 12 et 13 page 40. Equations du premier degre a une inconnue : methode, \
    verification, redaction. Debut du probleme ouvert du jardin : schema et mise en equation, fin au propre.";

/// An entry that its author may still revise.
type Revisable = (PersonId, TextbookId, EntryId);

/// When a reader had folded up to where.
type Course = Arc<Mutex<Vec<(Instant, i64)>>>;

pub async fn measure(year: &Lived, commands_per_s: u64) -> String {
    let entries = Arc::new(revisable(year).await);
    let readers: Vec<&'static str> = year.app.subscriptions.names().into_iter().chain([REGISTER]).collect();
    let courses: Vec<Course> = readers.iter().map(|_| Course::default()).collect();
    for (name, course) in readers.iter().zip(&courses) {
        tokio::spawn(follow(year.app.subscriptions.watch(name).unwrap(), course.clone()));
    }
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let (started, mut tasks) = (Instant::now(), tokio::task::JoinSet::new());
    let total = commands_per_s * (LASTS + WARMS).as_secs();
    for number in 0..total {
        let due = started + Duration::from_secs_f64(number as f64 / commands_per_s as f64);
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let (author, textbook, entry) = entries[number as usize % entries.len()];
        let (app, acknowledged) = (year.app.clone(), acknowledged.clone());
        tasks.spawn(async move {
            let revise = Command::ReviseEntry {
                entry,
                content: Some(TEXT.into()),
                framing: NewFraming::default(),
                resources: vec![],
                homework: vec![],
            };
            let receipt = app.in_textbook(author, textbook, Said::default(), revise).await;
            let receipt = receipt.unwrap_or_else(|problem| panic!("{}: {}", problem.code, problem.detail));
            let now = Instant::now();
            acknowledged.lock().unwrap().push((due, now, receipt.last_position.unwrap()));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let lasted = started.elapsed();
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    let last = acknowledged.iter().map(|(_, _, position)| *position).max().unwrap();
    for name in readers {
        year.app.subscriptions.wait_for(name, last, Duration::from_mins(1)).await.unwrap();
    }
    // The followers have seen what was waited for once they had a turn.
    tokio::task::yield_now().await;
    let (mut lags, mut waits) = (Histogram::<u64>::new(3).unwrap(), Histogram::<u64>::new(3).unwrap());
    for (due, receipt, position) in acknowledged.into_iter().filter(|(due, ..)| *due >= started + WARMS) {
        let seen = courses.iter().map(|course| seen(course, position));
        let slowest = seen.max().unwrap().saturating_duration_since(receipt);
        lags.record(slowest.as_micros() as u64).unwrap();
        waits.record(receipt.duration_since(due).as_micros() as u64).unwrap();
    }
    let millis = |histogram: &Histogram<u64>, quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
    format!(
        r#"{{"bench":"lag","commands_per_s":{commands_per_s},"p50_ms":{:.1},"p99_ms":{:.1},"achieved_per_s":{:.0},"receipt_p50_ms":{:.1},"receipt_p99_ms":{:.1}}}"#,
        millis(&lags, 0.5),
        millis(&lags, 0.99),
        total as f64 / lasted.as_secs_f64(),
        millis(&waits, 0.5),
        millis(&waits, 0.99),
    )
}

async fn follow(mut positions: tokio::sync::watch::Receiver<i64>, course: Course) {
    while positions.changed().await.is_ok() {
        let position = *positions.borrow_and_update();
        course.lock().unwrap().push((Instant::now(), position));
    }
}

/// When a reader had folded a position; the present instant if its follower has not been told yet.
fn seen(course: &Course, position: i64) -> Instant {
    let course = course.lock().unwrap();
    let at = course.partition_point(|(_, reached)| *reached < position);
    course.get(at).map_or_else(Instant::now, |(at, _)| *at)
}

/// Entries that stand, whose author teaches that service on the day of the demonstration.
async fn revisable(year: &Lived) -> Vec<Revisable> {
    let rows =
        sqlx::query("select author, textbook, entry from teacher.lesson where not withdrawn order by date, entry");
    let rows = rows.fetch_all(&year.app.reader).await.unwrap();
    let books = year.app.register.read();
    let now = year.app.now();
    let mut entries: BTreeMap<TextbookId, Vec<Revisable>> = BTreeMap::new();
    for row in &rows {
        let author: PersonId = PersonId(row.get::<&str, _>(0).parse().unwrap());
        let (textbook, entry) = (TextbookId(row.get(1)), EntryId(row.get(2)));
        let today = books.textbook_facts(textbook, now).unwrap().zone.to_datetime(now).date();
        if books.capacity_in(author, textbook, today).teaches() {
            entries.entry(textbook).or_default().push((author, textbook, entry));
        }
    }
    // Textbook after textbook, so that no stream is asked twice in a row.
    let longest = entries.values().map(Vec::len).max().unwrap_or_default();
    let turns = (0..longest).flat_map(|turn| entries.values().filter_map(move |of_one| of_one.get(turn).copied()));
    turns.collect()
}
