//! `palimpseste generate DIR`: the files of a fictitious school.

use std::path::PathBuf;

use infra::generator::{self, Options, fictional_uai};
use jiff::civil::Date;

use super::{Failure, Format, Setting, say};

#[derive(clap::Args)]
pub struct Generate {
    /// Where to write the AAF and STS files.
    directory: PathBuf,
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pupils: u32,
    /// The same seed draws the same school.
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// The day of extraction, in the names of the files.
    #[arg(long)]
    date: Option<Date>,
    /// Which fictitious school: its number in department 099.
    #[arg(long, default_value_t = 42)]
    school: u32,
}

impl Generate {
    pub(super) fn run(self, setting: &Setting) -> Result<(), Failure> {
        let default = Options::default();
        let options = Options {
            pupils: self.pupils as usize,
            seed: self.seed,
            uai: fictional_uai(self.school),
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
