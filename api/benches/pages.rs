//! Pages that read much: the week of a pupil of twelve groups, the month of sixty classes, the heat map of the work that falls on them,
//! in a school of ten thousand pupils.
//!
//! The school is the generator's, imported from its files and lived through real commands; the read models are then rebuilt by the
//! engine. Requests come over TCP at a modest steady rate, each by another pupil or of another page of classes, and are timed from the
//! instant they were due.
//!
//! `cargo bench -p api --bench pages` prints one JSON object a route. `PALIMPSESTE_BENCH_PUPILS` and `PALIMPSESTE_BENCH_WEEKS` make a
//! smaller school.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "durable/lived.rs"]
mod lived;
#[path = "http/load.rs"]
mod load;
#[path = "pages/needs.rs"]
mod needs;

use std::sync::Arc;
use std::time::Duration;

use api::facts::Standpoint;
use api::web::heat::LINES;
use domain::directory::person::Role;
use domain::ids::PersonId;
use jiff::civil::{DateTime, datetime};
use lived::{Lived, asked, shuffled};
use load::{Target, drive};
use serde_json::json;

/// A Friday after the last lesson of a month that has no holidays.
const OPENS_AT: DateTime = datetime(2026, 11, 27, 17, 30, 0, 0);
const GROUPS: usize = 12;
const RATE_PER_S: f64 = 20.0;
const WARMING: Duration = Duration::from_secs(4);
const STEADY: Duration = Duration::from_secs(30);
/// Pupils who ask in turn.
const ASKING: usize = 500;

fn main() {
    // `cargo test --benches` runs every bench with this word: a measure is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let pupils = asked("PALIMPSESTE_BENCH_PUPILS", 10_000);
    let lived = runtime.block_on(async {
        let weeks = asked("PALIMPSESTE_BENCH_WEEKS", 4);
        let lived = Lived::open(pupils, OPENS_AT, weeks, |school| needs::with_groups(school, GROUPS)).await;
        for name in lived.app.subscriptions.names() {
            lived.app.subscriptions.rebuild(name, |_, _| {}).await.unwrap();
        }
        lived
    });
    let routes = runtime.block_on(routes(&lived));
    for (route, target) in &routes {
        drive(target, RATE_PER_S, WARMING);
        let driven = drive(target, RATE_PER_S, STEADY);
        let ms = |quantile| driven.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        let line = json!({
            "bench": "pages",
            "route": route,
            "pupils": pupils,
            "groups": GROUPS,
            "classes": LINES,
            "p50_ms": ms(0.5),
            "p99_ms": ms(0.99),
            "max_ms": driven.latency.max() as f64 / 1_000.0,
            "rate_per_s": driven.offered_per_s.round(),
            "completed_per_s": driven.completed_per_s.round(),
            "body_bytes": driven.body_bytes.round(),
        });
        println!("{line}");
    }
    runtime.block_on(lived.end());
}

/// What is asked of the application, and by whom.
async fn routes(lived: &Lived) -> Vec<(&'static str, Target)> {
    let app = &lived.app;
    let router = api::server::router(app.clone(), Some(lived.demo.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (pupils, head, classes) = {
        let books = app.register.read();
        let today = OPENS_AT.date();
        let seen = |person: &PersonId| books.scope(*person, Standpoint::Pupil, today).groups;
        let in_twelve = books.persons.keys().filter(|person| seen(person).len() == GROUPS);
        let is_head = |person: &&PersonId| books.roles(**person, today).any(|held| held.role == Role::Head);
        let head = *books.persons.keys().find(is_head).unwrap();
        let is_class = |book: &&api::facts::GroupBook| book.description.sort == domain::directory::group::Sort::Class;
        let all: Vec<PersonId> = in_twelve.copied().collect();
        eprintln!("{} pupils in {GROUPS} groups, {} groups", all.len(), books.groups.len());
        (shuffled(all), head, books.groups.values().filter(is_class).count())
    };
    let token = |person: PersonId| app.tokens.mint(person, 2).unwrap();
    let asking: Vec<PersonId> = pupils.into_iter().take(ASKING).collect();
    let of_pupils = |path: &str, prefix: &str| -> Vec<(String, Option<String>)> {
        asking.iter().map(|pupil| (path.to_owned(), Some(format!("{prefix}{}", token(*pupil))))).collect()
    };
    let of_head = |path: &str| -> Vec<(String, Option<String>)> {
        // Pages of sixty classes; the last one may have fewer.
        let pages = 1..=(classes / LINES).max(1);
        pages.map(|page| (format!("{path}&page={page}"), Some(format!("palimpseste={}", token(head))))).collect()
    };
    let target = |by, requests| Target { address, by, requests: Arc::new(requests) };
    vec![
        ("/api/v1/me/week", target("authorization", of_pupils("/api/v1/me/week", "Bearer "))),
        ("/eleve", target("cookie", of_pupils("/eleve", "palimpseste="))),
        ("/direction/mois", target("cookie", of_head("/direction/mois?mois=2026-11-01"))),
        ("/direction/charge/classes", target("cookie", of_head("/direction/charge/classes?semaine=2026-11-23"))),
    ]
}
