//! The feed: what the academy (AAF) and the timetable (STS, or calendars) say, compared with what the register knows, then applied as
//! commands.
//!
//! 1. [`read`] takes every file to its end. A malformed one stops here, with its name, line and element; nothing has changed.
//! 2. [`compare`] ties the files' numbers to schools and people, and says what differs. It writes nothing: a dry run ends here.
//! 3. [`apply`] writes the numbers of new people to the vault and sends the commands. They are idempotent, so an import that was
//!    killed is finished by running it again, and the same files twice are no event at all.
//!
//! **From when.** A set speaks of the day in the names of its files, or else of today at the school. Whoever is present at the
//! first import of a school year is there from its first day; later, from the day of the set. A pupil is in a class from the day
//! its record says. Nobody is ever there before the year starts.
//!
//! **Who has the last word.** The academy names people and says what they do; STS adds where they teach and ends no role. The
//! services of a school are those of STS when its files are in the set; without them AAF opens and fills services, and leaves
//! alone those that have a timetable. Calendars (`.ics`) say hours in place of
//! STS, and leave to the others who teaches. A complete set closes what it no longer holds, in the schools it names only.

mod aaf;
mod apply;
mod calendar;
mod changes;
mod compare;
mod desired;
mod identity;
mod reading;
mod report;
mod sites;
mod sts;

use std::collections::BTreeMap;

use domain::calendar::YearBounds;
use infra::importers::package::PackageError;
use infra::importers::{ParseError, sts as timetable};
use infra::vault::VaultError;
use jiff::civil::Date;

pub use apply::apply;
pub use changes::Changes;
pub use compare::compare;
pub use desired::Desired;
pub use reading::read;
pub use report::{Applied, Report};

use crate::app::App;

/// A complete set that holds less than this share of those the register holds active is likely cut short: it is refused.
pub const KEPT_SHARE_MIN: f64 = 0.8;

/// What the files cannot say.
#[derive(Debug, Clone)]
pub struct Options {
    /// UAI by jointure of structure, for those the feed does not describe.
    pub schools: BTreeMap<String, String>,
    /// Codes by the labels that calendars use, where these are not those of the school.
    pub subjects: BTreeMap<String, String>,
    pub groups: BTreeMap<String, String>,
    /// Bounds of the school year, where neither STS nor the register says them.
    pub year: Option<YearBounds>,
    /// Applies a complete set that looks cut short.
    pub force: bool,
    /// See [`KEPT_SHARE_MIN`].
    pub kept_share_min: f64,
}

impl Default for Options {
    fn default() -> Self {
        let (schools, subjects, groups) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { schools, subjects, groups, year: None, force: false, kept_share_min: KEPT_SHARE_MIN }
    }
}

/// Why nothing was imported, or not all.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("{0}")]
    Malformed(#[from] ParseError),
    #[error(transparent)]
    Mismatch(timetable::Mismatch),
    #[error("{0} names no school: put it in a folder named by the UAI, or write the UAI into its name")]
    WhichSchool(String),
    #[error("the timetable of {uai} is both in STS files and in {file}: import one of them")]
    TwoTimetables { uai: String, file: String },
    #[error("there is no XML file and no calendar here")]
    NothingToRead,
    #[error("neither STS nor the register says which school year holds {on} at {uai}: give --year FROM..UNTIL")]
    YearUnknown { uai: String, on: Date },
    #[error("{}; if they have really left, import again with --force", .0.join("; "))]
    CutShort(Vec<String>),
    #[error("another import is at work on the same people: run this one again")]
    AnotherImport,
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the journal cannot be written: {0}; run the import again to finish it")]
    Journal(String),
}

/// Reads, compares and applies.
pub async fn import(
    app: &App,
    paths: &[impl AsRef<std::path::Path>],
    options: &Options,
    progress: impl FnMut(u64, u64),
) -> Result<Report, FeedError> {
    let changes = compare(app, read(paths)?, options).await?;
    apply(app, changes, progress).await
}
