//! `palimpseste doctor`: what is missing before a school can open, and how its readers stand.

use infra::devdb;
use infra::postgres::{Role, connect};
use infra::subscriptions;
use serde::Serialize;
use sqlx::Row as _;

use super::{Failure, Format, Setting, say};

#[derive(clap::Args)]
pub struct Doctor {}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    well: bool,
    detail: String,
}

impl Doctor {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let mut findings = vec![data_directory(&setting), server(&setting)];
        match setting.location.databases(false, |_| {}).await {
            Err(problem) => {
                findings.push(Finding { what: "database", well: false, detail: problem.to_string() });
            }
            Ok(databases) => {
                if let Err(problem) = database(&databases.url, &mut findings).await {
                    findings.push(Finding { what: "database", well: false, detail: problem.to_string() });
                }
                databases.close();
            }
        }
        let well = findings.iter().all(|finding| finding.well);
        match setting.format {
            Format::Json => say(serde_json::json!({"ready": well, "findings": findings})),
            Format::Text => {
                for Finding { what, well, detail } in &findings {
                    say(format!("{} {what}: {detail}", if *well { "ok     " } else { "missing" }));
                }
            }
        }
        if well { Ok(()) } else { Err(Failure { message: "not ready to open".into(), code: 69 }) }
    }
}

fn data_directory(setting: &Setting) -> Finding {
    let path = &setting.location.data_dir;
    let well = std::fs::create_dir_all(path).is_ok();
    let detail = if well { path.display().to_string() } else { format!("{} cannot be made", path.display()) };
    Finding { what: "data directory", well, detail }
}

fn server(setting: &Setting) -> Finding {
    if let Some(url) = &setting.location.database_url {
        return Finding { what: "PostgreSQL", well: true, detail: crate::config::shown(url) };
    }
    match devdb::find_bindir(&devdb::Options::new(&setting.location.data_dir), &mut |_| {}) {
        Ok(path) => Finding { what: "PostgreSQL", well: true, detail: path.display().to_string() },
        Err(problem) => Finding { what: "PostgreSQL", well: false, detail: problem.to_string() },
    }
}

async fn database(url: &str, findings: &mut Vec<Finding>) -> Result<(), sqlx::Error> {
    let pool = connect(url, Role::Login, 1).await?;
    let version: String = sqlx::query("show server_version").fetch_one(&pool).await?.get(0);
    findings.push(Finding { what: "database", well: true, detail: format!("PostgreSQL {version}") });
    let made: bool = sqlx::query("select to_regclass('journal.events') is not null").fetch_one(&pool).await?.get(0);
    if !made {
        let detail = "empty; it is made at the first start of demo or serve".into();
        findings.push(Finding { what: "journal", well: true, detail });
        return Ok(());
    }
    pool.close().await;
    let pool = connect(url, Role::Reader, 1).await?;
    let told = |problem: subscriptions::ReadError| sqlx::Error::Protocol(problem.to_string());
    let head = subscriptions::head(&pool).await.map_err(told)?;
    findings.push(Finding { what: "journal", well: true, detail: format!("{head} events") });
    let engine = subscriptions::Subscriptions::new(pool, vec![], vec![]);
    for standing in engine.standings().await.map_err(told)? {
        let stopped = standing.stopped_at.zip(standing.stopped_because.as_ref());
        let detail = match stopped {
            Some((at, because)) => format!("{} stopped at position {at}: {because}", standing.name),
            None => format!("{} at position {} of {head}", standing.name, standing.position),
        };
        findings.push(Finding { what: "read model", well: stopped.is_none(), detail });
    }
    Ok(())
}
