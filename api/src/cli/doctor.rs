//! `palimpseste doctor`: what is missing before a school can open, and how its journal and readers stand. It reads the database, so
//! it tells the same whether a server runs or not.

use infra::checkup::{self, Checkup};
use infra::devdb;
use infra::postgres::{Role, connect};
use infra::subscriptions::{self, Skip, Skips, Standing};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row as _;

use super::{Failure, Format, Setting, say};

#[derive(clap::Args)]
pub struct Doctor {}

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Ok,
    Missing,
    /// A reader waits for somebody to mend or to decide.
    Stopped,
    /// What was acknowledged may be lost.
    Danger,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Stopped => "STOPPED",
            Self::Danger => "DANGER",
        }
    }
}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

impl Finding {
    fn new(what: &'static str, state: State, detail: impl Into<String>) -> Self {
        Self { what, state, detail: detail.into() }
    }
}

/// What the database tells, for programs.
#[derive(Serialize)]
struct Told {
    journal: Checkup,
    readers: Vec<Standing>,
    skips: Vec<Skips>,
}

/// What is not in the database.
const ELSEWHERE: &str =
    "caches, batches, the register and refusals are known to a running server only: see its /metrics and /readyz";

impl Doctor {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let mut findings = vec![data_directory(&setting), server(&setting)];
        let mut told = None;
        match setting.location.databases(false, |_| {}).await {
            Err(problem) => findings.push(Finding::new("database", State::Missing, problem.to_string())),
            Ok(databases) => {
                match database(&databases.url, setting.clock().now(), &mut findings).await {
                    Ok(known) => told = known,
                    Err(problem) => findings.push(Finding::new("database", State::Missing, problem.message)),
                }
                databases.close();
            }
        }
        let well = findings.iter().all(|finding| finding.state == State::Ok);
        match setting.format {
            Format::Json => {
                say(serde_json::json!({"ready": well, "findings": findings, "told": told, "elsewhere": ELSEWHERE}));
            }
            Format::Text => {
                for Finding { what, state, detail } in &findings {
                    say(format!("{:7} {what}: {detail}", state.word()));
                }
                say(format!("        {ELSEWHERE}"));
            }
        }
        let message = "not as it should be: see the lines that do not say ok";
        if well { Ok(()) } else { Err(Failure { message: message.into(), code: 69 }) }
    }
}

fn data_directory(setting: &Setting) -> Finding {
    let path = &setting.location.data_dir;
    let well = std::fs::create_dir_all(path).is_ok();
    let detail = if well { path.display().to_string() } else { format!("{} cannot be made", path.display()) };
    Finding::new("data directory", if well { State::Ok } else { State::Missing }, detail)
}

fn server(setting: &Setting) -> Finding {
    if let Some(url) = &setting.location.database_url {
        return Finding::new("PostgreSQL", State::Ok, crate::config::shown(url));
    }
    match devdb::find_bindir(&devdb::Options::new(&setting.location.data_dir), &mut |_| {}) {
        Ok(path) => Finding::new("PostgreSQL", State::Ok, path.display().to_string()),
        Err(problem) => Finding::new("PostgreSQL", State::Missing, problem.to_string()),
    }
}

async fn database(url: &str, now: Timestamp, findings: &mut Vec<Finding>) -> Result<Option<Told>, Failure> {
    let pool = connect(url, Role::Login, 1).await?;
    let version: String = sqlx::query("show server_version").fetch_one(&pool).await?.get(0);
    findings.push(Finding::new("database", State::Ok, format!("PostgreSQL {version}")));
    let made = "select to_regclass('journal.events') is not null, to_regclass('subscriptions.skips') is not null";
    let made = sqlx::query(made).fetch_one(&pool).await?;
    pool.close().await;
    // Nothing is written here: a migration is the business of the next start.
    let absent = match (made.get(0), made.get(1)) {
        (true, true) => None,
        (true, false) => Some("made by an earlier version; the next start of demo or serve brings it up to date"),
        _ => Some("empty; it is made at the first start of demo or serve"),
    };
    if let Some(detail) = absent {
        findings.push(Finding::new("journal", State::Ok, detail));
        return Ok(None);
    }
    let pool = connect(url, Role::Reader, 1).await?;
    let readers = subscriptions::standings(&pool).await?;
    let skips = subscriptions::skips(&pool).await?;
    let journal = checkup::examine(&pool).await?;
    findings.push(of_journal(&journal));
    findings.push(Finding::new("partitions", State::Ok, of_eras(&journal)));
    findings.extend(journal.dangers.iter().map(|name| of_danger(name)));
    findings.extend(readers.iter().map(|reader| of_reader(reader, journal.head, now)));
    findings.extend(skips.iter().map(of_skips));
    Ok(Some(Told { journal, readers, skips }))
}

fn of_journal(journal: &Checkup) -> Finding {
    let (state, events) = match journal.events {
        None => (State::Ok, "events not counted: it takes too long".to_owned()),
        Some(events) if events == journal.head => (State::Ok, format!("{events} events")),
        Some(events) if events > journal.head => (State::Ok, format!("{events} events by now")),
        Some(events) => (State::Danger, format!("{events} events only: a position is missing")),
    };
    let last = journal.last_recorded_at.map_or_else(|| "nothing recorded".into(), |at| format!("the last at {at}"));
    let detail = format!("head at position {}, {events}, {last}, {}", journal.head, size(journal.bytes));
    Finding::new("journal", state, detail)
}

fn of_eras(journal: &Checkup) -> String {
    let era = |era: &checkup::Era| match era.year {
        0 => format!("lasting streams {}", size(era.bytes)),
        year => format!("school year {year} {}", size(era.bytes)),
    };
    journal.eras.iter().map(era).collect::<Vec<_>>().join(", ")
}

fn of_danger(name: &str) -> Finding {
    let detail = format!("{name} is OFF: a crash of this machine loses or breaks what was acknowledged; turn it on");
    Finding::new("durability", State::Danger, detail)
}

fn of_reader(reader: &Standing, head: i64, now: Timestamp) -> Finding {
    let (name, position) = (&reader.name, reader.position);
    let rebuilt = if reader.live { "" } else { " (being rebuilt)" };
    if let Some(at) = reader.stopped_at {
        let because = reader.stopped_because.as_deref().unwrap_or("no reason was noted");
        return Finding::new("reader", State::Stopped, format!("{name}{rebuilt} at position {at}: {because}"));
    }
    let lag = match head - position {
        ..=0 => "up to date".to_owned(),
        lag => format!("{lag} positions and {:.0} s behind", reader.age_seconds(now)),
    };
    Finding::new("reader", State::Ok, format!("{name}{rebuilt} at position {position}, {lag}"))
}

fn of_skips(Skips { count, last }: &Skips) -> Finding {
    let Skip { model, position, by, because, at, .. } = last;
    let detail = format!("{model} passes over {count} in all; last {position}, by {by} at {at}, because {because:?}");
    Finding::new("skips", State::Ok, detail)
}

/// Bytes as people say them.
fn size(bytes: i64) -> String {
    let bytes = bytes as f64;
    match bytes {
        ..1e6 => format!("{:.0} kB", bytes / 1e3),
        ..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.2} GB", bytes / 1e9),
    }
}
