//! `palimpseste generate DIR`: the files of a fictitious school, collège or primary.

use std::path::PathBuf;

use infra::generator::{self, Options, fictional_uai};
use jiff::civil::Date;

use super::{Failure, Format, Setting, say};

#[derive(clap::Args)]
pub struct Generate {
    /// Where to write the files: AAF and STS, or AAF and a calendar for a primary school.
    directory: PathBuf,
    /// A primary school: a teacher a class, half-days without a timetable, a class of several levels.
    #[arg(long)]
    primary: bool,
    /// How many pupils: 480 unless said, 54 in a primary school.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pupils: Option<u32>,
    /// The same seed draws the same school.
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// The day of extraction, in the names of the files.
    #[arg(long)]
    date: Option<Date>,
    /// Which fictitious school: its number in department 099; 42 unless said, 43 for a primary school.
    #[arg(long)]
    school: Option<u32>,
}

impl Generate {
    pub(super) fn run(self, setting: &Setting) -> Result<(), Failure> {
        let default = if self.primary { Options::primary() } else { Options::default() };
        let options = Options {
            pupils: self.pupils.map_or(default.pupils, |pupils| pupils as usize),
            seed: self.seed,
            uai: self.school.map_or_else(|| default.uai.clone(), fictional_uai),
            date: self.date.unwrap_or(default.date),
            ..default
        };
        let school = generator::generate(&options);
        let paths = generator::write_files(&school, &self.directory)?;
        match setting.format {
            Format::Text => paths.iter().for_each(|path| say(path.display())),
            Format::Json => say(serde_json::json!({
                "uai": school.uai, "pupils": school.pupils.len(), "relatives": school.relatives.len(),
                "staff": school.staff.len(), "files": paths,
            })),
        }
        Ok(())
    }
}
