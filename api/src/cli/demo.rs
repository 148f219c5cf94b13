//! `palimpseste demo`: a fictitious school, whole, on a private database, in one command.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use infra::generator::fictional_uai;
use jiff::civil::DateTime;

use super::{Failure, Format, Setting, complain, say};
use crate::app::{App, Mode};
use crate::demo::clock::DemoClock;
use crate::demo::{Demo as Demonstration, Memory, Progress, WEEKS_BEFORE};
use crate::server;

#[derive(clap::Args)]
pub struct Demo {
    /// Where to serve the pages, on this machine only.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// How many pupils the collège has; the primary school beside it has 54.
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u32).range(20..=20_000))]
    pupils: u32,
    /// The day and hour it opens at, in the school's time: a day of the school year 2026-2027.
    #[arg(long, default_value = "2026-11-17T17:30")]
    at: DateTime,
    /// How many school weeks are lived before that day: 4 are there in seconds, a whole year (36) takes minutes.
    #[arg(long, default_value_t = WEEKS_BEFORE as u32, value_parser = clap::value_parser!(u32).range(1..=36))]
    weeks: u32,
}

/// The day and hour a demonstration opens at when none is asked for.
const OPENS_AT: DateTime = jiff::civil::datetime(2026, 11, 17, 17, 30, 0, 0);

/// How often teachers do what has come due.
const TICK: Duration = Duration::from_secs(10);

impl Demo {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let listener = server::bind(address).await?;
        let data_dir = setting.location.data_dir.clone();
        let _alone = alone(&data_dir)?;
        let databases = setting.location.databases(true, complain).await.map_err(Failure::unavailable)?;
        let memory = self.memory(&data_dir)?;
        let clock = Arc::new(
            DemoClock::saved(&data_dir)
                .filter(|_| memory.ready)
                .unwrap_or_else(|| DemoClock::standing_at(jiff::Timestamp::UNIX_EPOCH)),
        );
        let (files_dir, url, vault_url) = (setting.location.files(), &databases.url, &databases.vault_url);
        let app = App::open_with_files(&data_dir, &files_dir, url, vault_url, clock.clone(), Mode::Demo).await?;
        let demo = Demonstration::open(app.clone(), clock, &data_dir, memory, &Bars::default()).await?;
        told(&demo, address, setting.format);
        let living = tokio::spawn({
            let demo = demo.clone();
            async move {
                loop {
                    tokio::time::sleep(TICK).await;
                    demo.tick().await;
                }
            }
        });
        // Nobody balances towards a demonstration: no notice is given.
        let served = server::run(app.clone(), Some(demo.clone()), listener, Duration::ZERO).await;
        living.abort();
        demo.tick().await;
        app.close().await;
        databases.close();
        Ok(served?)
    }

    /// What is already there goes on; a new school is drawn only in an empty data directory.
    fn memory(&self, data_dir: &std::path::Path) -> Result<Memory, Failure> {
        if let Some(memory) = Memory::read(data_dir) {
            let asked = (self.at, self.pupils as usize, self.weeks as usize);
            if asked != (memory.at, memory.pupils, memory.weeks) && asked != (OPENS_AT, 480, WEEKS_BEFORE) {
                complain(
                    "this data directory already holds a school: --at, --pupils and --weeks apply to an empty one",
                );
            }
            return Ok(memory);
        }
        let (uai, pupils, at, weeks) = (fictional_uai(42), self.pupils as usize, self.at, self.weeks as usize);
        let memory = Memory { uai, pupils, at, weeks, primary: true, ready: false, lived: 0 };
        let generated = crate::demo::school(&memory);
        let year = generated.calendar.starts_on..=generated.calendar.ends_on;
        if !year.contains(&at.date()) {
            let message = format!("--at {at}: give a day of the school year, from {} to {}", year.start(), year.end());
            return Err(Failure { message, code: 2 });
        }
        memory.write(data_dir)?;
        Ok(memory)
    }
}

/// One demonstration a data directory: the lock goes with the process.
fn alone(data_dir: &std::path::Path) -> Result<std::fs::File, Failure> {
    std::fs::create_dir_all(data_dir)?;
    let lock = std::fs::File::create(data_dir.join("demo.lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(_) => Err(Failure::unavailable(format!(
            "another demonstration is open on {}: stop it, or give another --data-dir",
            data_dir.display()
        ))),
    }
}

fn told(demo: &Demonstration, address: SocketAddr, format: Format) {
    let books = demo.app.register.read();
    let people: Vec<(String, String)> = demo
        .featured
        .iter()
        .filter_map(|featured| Some((featured.person.to_string(), books.person(featured.person)?.full())))
        .collect();
    if format == Format::Json {
        let people: Vec<_> = people.iter().map(|(id, name)| serde_json::json!({"id": id, "name": name})).collect();
        say(serde_json::json!({"address": format!("http://{address}/"), "school": demo.name(), "people": people}));
        return;
    }
    say(format!("\n{} (établissement fictif) est ouvert : http://{address}/", demo.name()));
    say("Choisissez une personne sur cette page, par exemple :");
    for ((_, name), featured) in people.iter().zip(&demo.featured) {
        say(format!("  {name:24} {}", featured.part));
    }
    say("API : /openapi.json ; un jeton : palimpseste token <personne>. Ctrl-C arrête tout.");
}

/// Progress on a terminal; silence elsewhere.
#[derive(Default)]
struct Bars(std::sync::Mutex<Option<ProgressBar>>);

impl Progress for Bars {
    fn step(&self, what: &str, size: u64) {
        let style = ProgressStyle::with_template("{msg:16} {wide_bar} {pos}/{len}");
        let bar = ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        if let Ok(mut held) = self.0.lock()
            && let Some(former) = held.replace(bar)
        {
            former.finish();
        }
    }

    fn of(&self, done: u64, size: u64) {
        if let Ok(held) = self.0.lock()
            && let Some(bar) = held.as_ref()
        {
            bar.set_length(size);
            bar.set_position(done);
        }
    }

    fn at(&self, done: u64) {
        if let Ok(held) = self.0.lock()
            && let Some(bar) = held.as_ref()
        {
            bar.set_position(done);
        }
    }
}
