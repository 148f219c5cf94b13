//! From the structures the files name to schools, each with its school year and the day the files speak of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::calendar::YearBounds;
use domain::directory::establishment::{Command, Identity, Level};
use domain::ids::{SchoolId, SchoolYear};
use infra::importers::uai::{Check, check_letter};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::desired::{Described, Desired, Site, SiteId};
use super::{FeedError, Options};
use crate::facts::{Books, SchoolBook};

/// A school of the set.
#[derive(Clone)]
pub struct Placed {
    pub uai: String,
    pub bounds: YearBounds,
    /// The day the set speaks of, kept within the school year.
    pub day: Date,
    /// No pupil is in any group of this year yet: whoever is there was there from its first day.
    pub first_pupils: bool,
    /// Nobody holds a service of this year yet.
    pub first_staff: bool,
    /// Whether AAF names it: a complete set then closes what it no longer holds there.
    pub by_academy: bool,
    pub commands: Vec<Command>,
}

/// Structures as schools.
pub struct Sites {
    by_site: HashMap<SiteId, SchoolId>,
    pub schools: BTreeMap<SchoolId, Placed>,
    /// The day of the set, where no school says what day it is.
    pub date: Date,
}

impl Sites {
    pub fn school(&self, site: SiteId) -> Option<SchoolId> {
        self.by_site.get(&site).copied()
    }

    pub fn placed(&self, site: SiteId) -> Option<(SchoolId, &Placed)> {
        let school = self.school(site)?;
        Some((school, self.schools.get(&school)?))
    }

    pub fn day(&self, school: SchoolId) -> Date {
        self.schools.get(&school).map_or(self.date, |placed| placed.day)
    }

    pub fn pupils_from(&self, school: SchoolId) -> Date {
        let first = self.schools.get(&school).filter(|placed| placed.first_pupils);
        first.map_or_else(|| self.day(school), |placed| placed.bounds.starts_on)
    }

    pub fn staff_from(&self, school: SchoolId) -> Date {
        let first = self.schools.get(&school).filter(|placed| placed.first_staff);
        first.map_or_else(|| self.day(school), |placed| placed.bounds.starts_on)
    }

    /// The schools a complete set of the academy speaks for.
    pub fn of_academy(&self) -> BTreeSet<SchoolId> {
        let named = self.schools.iter().filter(|(_, placed)| placed.by_academy);
        named.map(|(school, _)| *school).collect()
    }

    pub fn structures(&self) -> impl Iterator<Item = (SiteId, SchoolId)> {
        self.by_site.iter().map(|(site, school)| (*site, *school))
    }

    /// Ties every structure that can be. `kept` are structures that an earlier set tied.
    pub fn resolve(
        books: &Books,
        desired: &Desired,
        options: &Options,
        kept: &HashMap<SiteId, SchoolId>,
        now: Timestamp,
    ) -> Result<Self, FeedError> {
        let date = desired.date.unwrap_or_else(|| TimeZone::UTC.to_datetime(now).date());
        let mut sites = Self { by_site: HashMap::new(), schools: BTreeMap::new(), date };
        for (index, site) in desired.sites.iter().enumerate() {
            let id = SiteId(index as u32);
            let described = desired.structures.get(&id);
            let uai = match site {
                Site::Uai(uai) => Some(uai.clone()),
                Site::Structure(jointure) => options
                    .schools
                    .get(jointure)
                    .cloned()
                    .or_else(|| described.and_then(|described| described.uai.clone()))
                    .or_else(|| Some(books.schools.get(kept.get(&id)?)?.identity.uai.clone())),
            };
            let Some(uai) = uai.map(|uai| uai.to_uppercase()).filter(|uai| check_letter(uai) != Check::Shape) else {
                continue;
            };
            let school = SchoolId::of(&uai);
            sites.by_site.insert(id, school);
            let by_academy = matches!(site, Site::Structure(_));
            if let Some(placed) = sites.schools.get_mut(&school) {
                placed.by_academy |= by_academy;
                // Two structures of one school: the described one says what it is.
                if described.is_some() {
                    placed.commands = commands(books, desired, &uai, described, &placed.bounds);
                }
                continue;
            }
            let placed = place(books, desired, options, &uai, described, by_academy, now)?;
            sites.schools.insert(school, placed);
        }
        Ok(sites)
    }
}

fn place(
    books: &Books,
    desired: &Desired,
    options: &Options,
    uai: &str,
    described: Option<&Described>,
    by_academy: bool,
    now: Timestamp,
) -> Result<Placed, FeedError> {
    let school = SchoolId::of(uai);
    let known = books.schools.get(&school);
    let today = || TimeZone::get(time_zone(uai)).unwrap_or(TimeZone::UTC).to_datetime(now).date();
    let date = desired.date.unwrap_or_else(today);
    let bounds = bounds(known, desired, options, uai, date)?;
    let of_year = books.groups.values().filter(|group| group.school == school && group.year == bounds.year);
    let services = books.services_of_school(school).filter(|service| service.year == bounds.year);
    Ok(Placed {
        uai: uai.to_owned(),
        day: date.clamp(bounds.starts_on, bounds.ends_on),
        first_pupils: of_year.flat_map(|group| &group.stays).next().is_none(),
        first_staff: services.flat_map(|service| &service.assignments).next().is_none(),
        by_academy,
        commands: commands(books, desired, uai, described, &bounds),
        bounds,
    })
}

/// STS says which year it is of; else `--year`; else the year the register has open on that day. September is never guessed.
/// Bounds the school already has stand before those of STS, which ends every year on 31 August.
fn bounds(
    known: Option<&SchoolBook>,
    desired: &Desired,
    options: &Options,
    uai: &str,
    date: Date,
) -> Result<YearBounds, FeedError> {
    let unknown = || FeedError::YearUnknown { uai: uai.to_owned(), on: date };
    let opened = known.map(|school| &school.years);
    if let Some(sts) = desired.sts.get(uai) {
        let year = SchoolYear(sts.starts_on.map_or(sts.year, Date::year));
        let said = options.year.clone().filter(|bounds| bounds.year == year);
        let of_sts = || Some(YearBounds { year, starts_on: sts.starts_on?, ends_on: sts.ends_on? });
        let opened = || opened.and_then(|years| years.get(&year)).cloned();
        return said.or_else(opened).or_else(of_sts).ok_or_else(unknown);
    }
    let holds = |bounds: &&YearBounds| (bounds.starts_on..=bounds.ends_on).contains(&date);
    let opened = || opened.and_then(|years| years.values().find(holds)).cloned();
    options.year.clone().or_else(opened).ok_or_else(unknown)
}

fn commands(
    books: &Books,
    desired: &Desired,
    uai: &str,
    described: Option<&Described>,
    bounds: &YearBounds,
) -> Vec<Command> {
    let known = books.schools.get(&SchoolId::of(uai));
    let mut commands = Vec::new();
    let placeholder = format!("Établissement {uai}");
    // STS describes a school that nobody described better: the academy's words stand.
    let of_sts = || desired.sts.get(uai).map(|sts| &sts.described).filter(|described| described.name.is_some());
    let unnamed = known.is_none_or(|school| school.identity.name == placeholder);
    let described = described.or_else(|| of_sts().filter(|_| unnamed));
    if known.is_none() || described.is_some() {
        let nothing = Described::default();
        let identity = identity(uai, described.unwrap_or(&nothing), known.map(|school| &school.identity), placeholder);
        if known.map(|school| &school.identity) != Some(&identity) {
            commands.push(Command::Register { identity });
        }
    }
    if known.and_then(|school| school.years.get(&bounds.year)) != Some(bounds) {
        commands.push(Command::OpenYear { bounds: bounds.clone() });
    }
    commands
}

fn identity(uai: &str, described: &Described, known: Option<&Identity>, placeholder: String) -> Identity {
    let level = described.kind.as_deref().and_then(level);
    Identity {
        uai: uai.to_owned(),
        name: described.name.clone().or_else(|| known.map(|known| known.name.clone())).unwrap_or(placeholder),
        town: described.town.clone().or_else(|| known?.town.clone()),
        academy: described.academy.clone().or_else(|| known?.academy.clone()),
        level: level.or(known.map(|known| known.level)).unwrap_or(Level::Mixed),
        time_zone: known.map_or_else(|| time_zone(uai).to_owned(), |known| known.time_zone.clone()),
        holiday_zone: known.and_then(|known| known.holiday_zone.clone()),
    }
}

/// By the word of AAF (`COLLEGE`) or the STS `CODE_NATURE` (340).
fn level(kind: &str) -> Option<Level> {
    let kind = kind.to_uppercase();
    if let Ok(nature) = kind.parse::<u16>() {
        return match nature {
            100..=199 => Some(Level::Primary),
            300..=339 => Some(Level::Lycee),
            340..=359 | 390 => Some(Level::College),
            _ => None,
        };
    }
    let words = [
        ("EREA", Level::Mixed),
        ("CITE SCOLAIRE", Level::Mixed),
        ("ECOLE", Level::Primary),
        ("COLLEGE", Level::College),
        ("CLG", Level::College),
        ("LYCEE", Level::Lycee),
        ("LYC", Level::Lycee),
        ("LP", Level::Lycee),
    ];
    words.into_iter().find(|(word, _)| kind.contains(word)).map(|(_, level)| level)
}

/// The first three digits of a UAI are its department.
pub(super) fn time_zone(uai: &str) -> &'static str {
    match uai.get(..3) {
        Some("971") => "America/Guadeloupe",
        Some("972") => "America/Martinique",
        Some("973") => "America/Cayenne",
        Some("974") => "Indian/Reunion",
        Some("975") => "America/Miquelon",
        Some("976") => "Indian/Mayotte",
        Some("986") => "Pacific/Wallis",
        Some("987") => "Pacific/Tahiti",
        Some("988") => "Pacific/Noumea",
        _ => "Europe/Paris",
    }
}

#[cfg(test)]
mod spec;
