//! The demonstration: a fictitious collège, and the primary school beside it, that come in through the same doors as real ones, and live.
//!
//! Files are generated, imported by the importers, and then its teachers write through real commands, each at its own hour of the
//! demonstration's clock. When the clock moves on, school life goes on with it.

pub mod clock;
mod life;
mod people;
mod rights;
mod setting_up;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ids::SchoolId;
use infra::generator::{self, School};
use infra::vault::IdentityNumber;
use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::cli::Failure;
use clock::DemoClock;
pub use people::Featured;

/// What the demonstration remembers between two starts.
#[derive(Clone, Serialize, Deserialize)]
pub struct Memory {
    pub uai: String,
    pub pupils: usize,
    /// The day and hour it was opened at, in the school's time.
    pub at: DateTime,
    /// School weeks lived before that day.
    #[serde(default = "weeks_before")]
    pub weeks: usize,
    /// Whether the primary school beside it is there too: not where an earlier version drew it.
    #[serde(default)]
    pub primary: bool,
    /// Whether the school is whole: imported, and its first weeks lived.
    pub ready: bool,
    /// Acts lived so far, in their order.
    pub lived: usize,
}

/// A demonstration under way.
pub struct Demo {
    pub app: Arc<App>,
    pub clock: Arc<DemoClock>,
    pub school: SchoolId,
    pub featured: Vec<Featured>,
    generated: School,
    life: tokio::sync::Mutex<life::Life>,
    data_dir: PathBuf,
}

/// Where school life starts when nothing else is asked for, that many school weeks before the day of the demonstration.
pub const WEEKS_BEFORE: usize = 4;

fn weeks_before() -> usize {
    WEEKS_BEFORE
}

/// How far ahead the teachers' acts are known.
const WEEKS_AFTER: i64 = 12;

/// The collège that these settings give: always the same.
pub fn school(memory: &Memory) -> School {
    generator::generate(&generator::Options {
        pupils: memory.pupils,
        uai: memory.uai.clone(),
        date: memory.at.date(),
        ..generator::Options::default()
    })
}

/// The primary school beside it, if there is one.
fn village(memory: &Memory, college: &School) -> Option<School> {
    memory.primary.then(|| generator::beside(college))
}

/// The first day of the weeks that are lived before the demonstration opens.
fn first_day(school: &School, at: Date, weeks: usize) -> Date {
    let mondays: Vec<Date> = school.calendar.mondays().into_iter().filter(|monday| *monday <= at).collect();
    mondays.iter().rev().nth(weeks).or(mondays.first()).copied().unwrap_or(at).max(school.calendar.starts_on)
}

fn weeks_after(day: Date, weeks: i64) -> Date {
    day.saturating_add(Span::new().weeks(weeks))
}

impl Memory {
    pub fn read(data_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(data_dir.join("demo.json")).ok()?).ok()
    }

    /// Written whole under another name first: a kill leaves the former one.
    pub fn write(&self, data_dir: &Path) -> Result<(), std::io::Error> {
        let draft = data_dir.join("demo.json.new");
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(draft, data_dir.join("demo.json"))
    }
}

impl Demo {
    /// Opens the demonstration: builds what is missing of the school, lives its first weeks, sets the clock going.
    pub async fn open(
        app: Arc<App>,
        clock: Arc<DemoClock>,
        data_dir: &Path,
        memory: Memory,
        progress: &dyn Progress,
    ) -> Result<Arc<Self>, Failure> {
        let generated = school(&memory);
        Self::open_school(app, clock, data_dir, memory, generated, progress).await
    }

    /// The same, of a school that was drawn otherwise than these settings alone would.
    pub async fn open_school(
        app: Arc<App>,
        clock: Arc<DemoClock>,
        data_dir: &Path,
        mut memory: Memory,
        generated: School,
        progress: &dyn Progress,
    ) -> Result<Arc<Self>, Failure> {
        setting_up::sweep(data_dir)?;
        let village = village(&memory, &generated);
        let (from, until) =
            (first_day(&generated, memory.at.date(), memory.weeks), weeks_after(memory.at.date(), WEEKS_AFTER));
        let zone = jiff::tz::TimeZone::get("Europe/Paris").map_err(Failure::unavailable)?;
        let opening = zone.to_timestamp(memory.at).map_err(Failure::unavailable)?;
        let school = SchoolId::of(&memory.uai);
        if !memory.ready {
            let eve =
                zone.to_timestamp(from.to_datetime(jiff::civil::time(6, 0, 0, 0))).map_err(Failure::unavailable)?;
            clock.set(eve);
            setting_up::import((&app, data_dir), &generated, progress).await?;
            setting_up::by_the_office(&app, &generated, school, memory.at.date()).await?;
            if let Some(village) = &village {
                setting_up::primary((&app, data_dir), village, school, progress).await?;
            }
        }
        let featured = people::featured(&app, &generated, village.as_ref()).await?;
        let schools: Vec<&School> = [&generated].into_iter().chain(&village).collect();
        let mut life = life::Life::of(&app, &schools, from, until, memory.lived).await?;
        if !memory.ready {
            life.until(&app, &clock, opening, progress).await?;
            memory = Memory { ready: true, lived: life.lived(), ..memory };
            memory.write(data_dir)?;
            clock.set(opening);
        }
        clock.run();
        let data_dir = data_dir.to_owned();
        let life = tokio::sync::Mutex::new(life);
        let demo = Arc::new(Self { app, clock, school, featured, generated, life, data_dir });
        demo.remember().await;
        Ok(demo)
    }

    /// Moves the clock on; what teachers do until then is done first, each act at its hour.
    pub async fn move_to(&self, to: Timestamp) -> Result<(), Failure> {
        let mut life = self.life.lock().await;
        let mut outcome = Ok(());
        if to > self.clock.now_and_stop() {
            outcome = life.until(&self.app, &self.clock, to, &Silent).await;
            self.clock.set(to);
        }
        self.clock.run();
        drop(life);
        self.remember().await;
        outcome
    }

    /// Lives what has come due since, at real speed. Called now and then.
    pub async fn tick(&self) {
        let mut life = self.life.lock().await;
        let now = infra::clock::Clock::now(self.clock.as_ref());
        if let Err(problem) = life.due(&self.app, now).await {
            tracing::warn!(problem = problem.message, "school life stumbles");
        }
        drop(life);
        self.remember().await;
    }

    async fn remember(&self) {
        let lived = self.life.lock().await.lived();
        if let Some(memory) = Memory::read(&self.data_dir)
            && let Err(problem) = (Memory { lived, ready: true, ..memory }).write(&self.data_dir)
        {
            tracing::warn!(%problem, "the demonstration cannot be remembered");
        }
        self.clock.save(&self.data_dir);
    }

    /// The name of the school as people say it.
    pub fn name(&self) -> String {
        format!("Collège des {}", self.generated.name)
    }
}

/// Told while the school is built.
pub trait Progress: Send + Sync {
    /// What is being done, and how much of it there is.
    fn step(&self, what: &str, size: u64);
    fn at(&self, done: u64);
    /// How much is done, when the whole is known only now.
    fn of(&self, done: u64, size: u64);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: &str, _: u64) {}
    fn at(&self, _: u64) {}
    fn of(&self, _: u64, _: u64) {}
}

/// The number under which the academy knows somebody of the staff.
fn staff_number(jointure: &str) -> IdentityNumber {
    let category = infra::importers::aaf::Category::Staff.name().to_owned();
    IdentityNumber { source: "FICTION".into(), category, number: jointure.to_owned() }
}

/// The number under which the academy knows a pupil.
fn pupil_number(jointure: &str) -> IdentityNumber {
    let category = infra::importers::aaf::Category::Pupil.name().to_owned();
    IdentityNumber { source: "FICTION".into(), category, number: jointure.to_owned() }
}

/// The number under which STS knows a teacher.
fn sts_number(id: &str) -> IdentityNumber {
    IdentityNumber { source: "sts".into(), category: "epp".into(), number: id.to_owned() }
}
