//! `palimpseste import PATH…`: 0 when it is done or there is nothing to do, 1 when it is refused or failed, 2 when it is asked
//! wrongly.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::calendar::YearBounds;
use domain::ids::SchoolYear;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use infra::importers::uai::{Check, check_letter};
use jiff::civil::Date;

use super::{Failure, Format, Setting, say};
use crate::app::{App, Mode};
use crate::feed::{self, Options};

#[derive(clap::Args)]
pub struct Import {
    /// Folders, files and archives (.zip, .tgz) of AAF and STS, and timetables exported as calendars (.ics) in place of STS.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Say what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Apply a complete set even though it holds far fewer people than the register.
    #[arg(long)]
    force: bool,
    /// The school of a structure that the feed does not describe: 52009=0771991W. May be repeated.
    #[arg(long, value_name = "STRUCTURE=UAI", value_parser = school)]
    school: Vec<(String, String)>,
    /// The code of a subject that calendars call otherwise: "SCIENCES VIE & TERRE=063000". May be repeated.
    #[arg(long, value_name = "LABEL=CODE", value_parser = label)]
    subject: Vec<(String, String)>,
    /// The code of a class or group that calendars call otherwise: "4e D=4D". May be repeated.
    #[arg(long, value_name = "LABEL=CODE", value_parser = label)]
    group: Vec<(String, String)>,
    /// The school year, where neither STS nor the register says it: 2026-09-01..2027-07-03
    #[arg(long, value_name = "FROM..UNTIL", value_parser = year)]
    year: Option<YearBounds>,
    /// A complete set that keeps less than this percentage of the people known asks for --force.
    #[arg(long, value_name = "PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u8).range(0..=100))]
    kept_min: u8,
}

fn school(text: &str) -> Result<(String, String), String> {
    let (structure, uai) = text.split_once('=').ok_or("give STRUCTURE=UAI")?;
    let uai = uai.trim().to_uppercase();
    if check_letter(&uai) == Check::Shape {
        return Err(format!("{uai:?} is not a UAI: seven digits and a letter"));
    }
    Ok((structure.trim().to_owned(), uai))
}

fn label(text: &str) -> Result<(String, String), String> {
    let (label, code) = text.rsplit_once('=').ok_or("give LABEL=CODE")?;
    Ok((label.trim().to_owned(), code.trim().to_owned()))
}

fn year(text: &str) -> Result<YearBounds, String> {
    let (from, until) = text.split_once("..").ok_or("give FROM..UNTIL")?;
    let day = |text: &str| text.trim().parse::<Date>().map_err(|problem| problem.to_string());
    let (starts_on, ends_on) = (day(from)?, day(until)?);
    let days = domain::calendar::days_between(starts_on, ends_on);
    if !(1..=400).contains(&days) {
        return Err("a school year ends after it starts and lasts at most 400 days".into());
    }
    Ok(YearBounds { year: SchoolYear(starts_on.year()), starts_on, ends_on })
}

impl Import {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        // Read first: a malformed file needs no database to be told.
        let desired = feed::read(&self.paths)?;
        let databases = setting.location.databases(false, |_| {}).await?;
        let clock = setting.clock();
        let (url, vault_url) = (&databases.url, &databases.vault_url);
        let (data_dir, files_dir) = (&setting.location.data_dir, setting.location.files());
        let app = App::open_with_files(data_dir, &files_dir, url, vault_url, clock, Mode::Serve).await?;
        let outcome = self.import(&setting, &app, desired).await;
        app.close().await;
        databases.close();
        outcome
    }

    async fn import(&self, setting: &Setting, app: &App, desired: feed::Desired) -> Result<(), Failure> {
        let schools: BTreeMap<String, String> = self.school.iter().cloned().collect();
        let kept_share_min = f64::from(self.kept_min) / 100.0;
        let (subjects, groups) = (self.subject.iter().cloned().collect(), self.group.iter().cloned().collect());
        let options = Options { schools, subjects, groups, year: self.year.clone(), force: self.force, kept_share_min };
        let changes = feed::compare(app, desired, &options).await?;
        let refused = !changes.report.refusals.is_empty() && !self.force;
        if self.dry_run || refused {
            tell(setting.format, &changes.report)?;
            let message = "nothing was changed: if these people have really left, import again with --force";
            return if refused { Err(Failure { message: message.into(), code: 1 }) } else { Ok(()) };
        }
        // Nothing is drawn where nobody looks: indicatif hides itself off a terminal.
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta}");
        let bar = ProgressBar::with_draw_target(Some(changes.count()), ProgressDrawTarget::stderr());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let report = feed::apply(app, changes, |done, _| bar.set_position(done)).await;
        bar.finish_and_clear();
        let report = report?;
        tell(setting.format, &report)?;
        let refusals = report.applied.as_ref().map_or(0, |applied| applied.refused.values().sum::<u64>());
        let message = match (refusals, report.left_out_count()) {
            (0, 0) => return Ok(()),
            (0, left) => format!("{left} lessons of the calendars were left out: the rest is written"),
            _ => format!("{refusals} commands were refused: the rest is written"),
        };
        Err(Failure { message, code: 1 })
    }
}

fn tell(format: Format, report: &feed::Report) -> Result<(), Failure> {
    match format {
        Format::Text => say(report.to_string().trim_end()),
        Format::Json => say(serde_json::to_string_pretty(report)?),
    }
    Ok(())
}
