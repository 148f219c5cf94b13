//! Reads: the pupil's week and the list of work to do, as the application answers them, beside a bare handler that runs one
//! equivalent query on the same database.
//!
//! The school is the demonstration's, imported and lived through real commands. Both servers are in this process, over TCP. Capacity is
//! what is completed a second when more is offered than can be answered; the two are measured in turn, three rounds, and the ratio is
//! the median of the rounds. The latency is at half of the application's capacity, from the instant each request was due.
//!
//! `cargo bench -p api --bench http` prints one JSON object per route.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "http/bare.rs"]
mod bare;
#[path = "durable/lived.rs"]
mod lived;
#[path = "http/load.rs"]
mod load;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::app::App;
use api::facts::Standpoint;
use axum::Router;
use domain::calendar::{days_after, monday_of};
use domain::ids::PersonId;
use hyper::header;
use infra::postgres::{Role, connect};
use jiff::civil::{DateTime, datetime};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use bare::Bare;
use lived::{Lived, shuffled};
use load::{Driven, Target, drive};

/// A Friday after the last lesson: a whole week is written, and the next one's work is given.
const OPENS_AT: DateTime = datetime(2026, 11, 20, 17, 30, 0, 0);
const PUPILS: usize = 480;
/// Work on a page of the list, on both sides.
const PAGE: usize = 50;
const ROUNDS: usize = 3;
/// More than any of these servers answers on any machine.
const OFFERED_PER_S: f64 = 100_000.0;
const WARMING: Duration = Duration::from_secs(1);
const SATURATED: Duration = Duration::from_secs(3);
const STEADY: Duration = Duration::from_secs(5);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (lived, school) = runtime.block_on(school());
    for route in &school.routes {
        runtime.block_on(school.compare(route));
    }
    for route in &school.routes {
        println!("{}", measure(route));
    }
    runtime.block_on(lived.end());
}

/// One route of the application, and its bare twin.
struct Route {
    path: &'static str,
    ours: Target,
    bare: Target,
}

struct School {
    app: Arc<App>,
    ours: Router,
    bare: Router,
    routes: Vec<Route>,
}

/// A cluster of its own, the school and its weeks, both servers.
async fn school() -> (Lived, School) {
    let lived = Lived::open(PUPILS, OPENS_AT, 4, |school| school).await;
    let (app, demo, cluster) = (lived.app.clone(), lived.demo.clone(), &lived.cluster);
    let groups = groups(&app);
    let pupils = shuffled(groups.keys().copied().collect());
    let (today, monday) = (OPENS_AT.date(), monday_of(OPENS_AT.date()));
    let bare = bare::router(Bare {
        pool: connect(cluster.url(), Role::Reader, 16).await.unwrap(),
        app: app.clone(),
        groups,
        week: (monday, days_after(monday, 6).unwrap()),
        ahead: (today, days_after(today, 120).unwrap()),
    });
    let ours = api::server::router(app.clone(), Some(demo));
    let (at, bare_at) = (serve(ours.clone()).await, serve(bare.clone()).await);
    let routes = [("/api/v1/me/week", "week"), ("/api/v1/me/homework", "homework")].map(|(path, name)| {
        let token = |pupil: &Uuid| Some(format!("Bearer {}", app.tokens.mint(PersonId(*pupil), 2).unwrap()));
        let ours = pupils.iter().map(|pupil| (path.to_owned(), token(pupil))).collect();
        let plain = pupils.iter().map(|pupil| (format!("/{name}/{pupil}"), None)).collect();
        let target = |address, requests| Target { address, by: "authorization", requests: Arc::new(requests) };
        Route { path, ours: target(at, ours), bare: target(bare_at, plain) }
    });
    (lived, School { app, ours, bare, routes: routes.into() })
}

/// The groups of each pupil, as their right to read names them.
fn groups(app: &App) -> HashMap<Uuid, Vec<Uuid>> {
    let books = app.register.read();
    let seen = |person: &PersonId| books.scope(*person, Standpoint::Pupil, OPENS_AT.date()).groups;
    let seen = books.persons.keys().map(|person| (person.0, seen(person)));
    // The bare query knows no last day: those who left a group are few, and left out.
    let whole = seen.filter(|(_, groups)| !groups.is_empty() && groups.iter().all(|(_, last)| last.is_none()));
    whole.map(|(person, groups)| (person, groups.iter().map(|(group, _)| group.0).collect())).collect()
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Capacities in turn, then the latency at half of ours.
fn measure(route: &Route) -> Value {
    let saturated = |target: &Target| drive(target, OFFERED_PER_S, SATURATED);
    for target in [&route.ours, &route.bare] {
        drive(target, OFFERED_PER_S, WARMING);
    }
    let rounds: Vec<(Driven, Driven)> = (0..ROUNDS).map(|_| (saturated(&route.ours), saturated(&route.bare))).collect();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let of = |value: fn(&(Driven, Driven)) -> f64| median(rounds.iter().map(value).collect());
    let (ours, bare) = (of(|(ours, _)| ours.completed_per_s), of(|(_, bare)| bare.completed_per_s));
    let steady = drive(&route.ours, ours / 2.0, STEADY);
    let ms = |quantile| steady.latency.value_at_quantile(quantile) as f64 / 1000.0;
    let rounded = |value: f64, digits: i32| (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    json!({
        "bench": "http",
        "route": route.path,
        "ratio_vs_bare": rounded(of(|(ours, bare)| ours.completed_per_s / bare.completed_per_s), 3),
        "p99_ms": rounded(ms(0.99), 2),
        "p50_ms": rounded(ms(0.5), 2),
        "p99_at_per_s": rounded(steady.offered_per_s, 0),
        "capacity_per_s": rounded(ours, 0),
        "bare_capacity_per_s": rounded(bare, 0),
        "body_bytes": rounded(of(|(ours, _)| ours.body_bytes), 0),
        "bare_body_bytes": rounded(of(|(_, bare)| bare.body_bytes), 0),
        "pupils": route.ours.requests.len(),
    })
}

impl School {
    /// For every pupil: the same rows on both sides, the texts opened on ours, its names those of the register.
    async fn compare(&self, route: &Route) {
        let mut rows = 0;
        for ((path, token), (bare_path, _)) in route.ours.requests.iter().zip(route.bare.requests.iter()) {
            let (ours, bare) =
                (answer(&self.ours, path, token.as_deref()).await, answer(&self.bare, bare_path, None).await);
            let (mut lessons, mut works) = (Vec::new(), BTreeMap::new());
            gather(&ours, &mut lessons, &mut works);
            let ids = |rows: &[&Value], name: &str| -> BTreeSet<String> {
                rows.iter().map(|row| format!("{}{}", row["textbook"], row[name])).collect()
            };
            let bare: Vec<&Value> = bare.as_array().unwrap().iter().collect();
            let (work, entries): (Vec<&Value>, Vec<&Value>) = bare.iter().partition(|row| row["kind"].is_string());
            assert_eq!(ids(&lessons, "entry"), ids(&entries, "id"), "{bare_path}: the same lessons");
            assert_eq!(lessons.len(), entries.len(), "{bare_path}: each lesson once");
            assert_eq!(works.len(), work.len(), "{bare_path}: each work once");
            assert_eq!(works.keys().cloned().collect::<BTreeSet<_>>(), ids(&work, "id"), "{bare_path}: the same work");
            // A page that is cut short is cut at the same row.
            assert!(ours["next"].is_null() || works.len() == PAGE, "{bare_path}");
            rows += bare.len();
            lessons.iter().for_each(|lesson| self.is_plain(lesson, "content"));
            works.values().for_each(|work| self.is_plain(work, "text"));
        }
        assert!(rows > 3 * route.ours.requests.len(), "{}: a pupil has something to read", route.path);
        eprintln!(
            "{}: {} pupils, {} rows each",
            route.path,
            route.ours.requests.len(),
            rows / route.ours.requests.len()
        );
    }

    /// A text in clear, signed by the name that the register has for its author.
    fn is_plain(&self, row: &Value, text: &str) {
        let said = row[text].as_str().expect("a text that nobody asked to forget");
        assert!(said.contains(' ') && !said.contains("\"box\""), "{said}");
        let author: Uuid = row["author"]["person"].as_str().unwrap().parse().unwrap();
        let name = self.app.register.read().person(PersonId(author)).unwrap().formal();
        assert_eq!(row["author"]["name"], name);
        assert!(name.starts_with('M'), "{name}");
    }
}

/// Lessons written, and work by its id, wherever they stand in an answer.
fn gather<'a>(value: &'a Value, lessons: &mut Vec<&'a Value>, works: &mut BTreeMap<String, &'a Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| gather(value, lessons, works)),
        Value::Object(fields) => {
            if fields.contains_key("given_in") {
                // Under its lesson and on its due day; its name is one within its textbook.
                works.insert(format!("{}{}", fields["textbook"], fields["homework"]), value);
            } else if fields.contains_key("content") {
                lessons.push(value);
            }
            fields.values().for_each(|value| gather(value, lessons, works));
        }
        _ => {}
    }
}

async fn answer(router: &Router, path: &str, token: Option<&str>) -> Value {
    let mut request = axum::http::Request::get(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, token);
    }
    let response = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
    let body = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}
