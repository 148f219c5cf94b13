//! What the files say against what the register knows. Pure but for the look-up of numbers, and of the few contacts a
//! modification says in part; it writes nothing.

mod calendars;
mod groups;
mod households;
mod people;
mod services;
mod shrinking;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::directory::person::{Contacts, Role};
use domain::ids::{PersonId, SchoolId};
use infra::importers::aaf::Category;

use super::changes::Changes;
use super::desired::{Desired, Number, Place, Site, SiteId, Wanted};
use super::identity::{self, Academy, Identities};
use super::sites::{Placed, Sites};
use super::{FeedError, Options};
use crate::app::App;
use crate::facts::{Books, PersonBook};

/// Compares, and writes nothing.
pub async fn compare(app: &App, mut desired: Desired, options: &Options) -> Result<Changes, FeedError> {
    let academy = Academy::of(&app.register.read(), &desired);
    let kept = identity::structures(&app.vault, &academy, &desired).await?;
    let identities = Identities::of(&app.vault, &academy, &desired).await?;
    let stored = people::stored_contacts(app, &desired, &identities).await?;
    let books = app.register.read();
    calendars::settle(&books, &mut desired, options)?;
    let sites = Sites::resolve(&books, &desired, options, &kept, app.now())?;
    let mut persons = std::mem::take(&mut desired.persons);
    let mut changes = Changes {
        report: std::mem::take(&mut desired.report),
        facts_position: books.position,
        force: options.force,
        ..Changes::default()
    };
    changes.report.date = Some(sites.date.to_string());
    let scope = sites.of_academy();
    let present = HashSet::new();
    let mut comparison = Comparison {
        books: &books,
        desired: &desired,
        options,
        sites: &sites,
        identities: &identities,
        source: &academy.source,
        stored,
        scope,
        present,
        pupils: BTreeMap::new(),
        teachers: calendars::Teachers::default(),
        changes,
    };
    comparison.meet(&persons);
    comparison.teachers = calendars::Teachers::of(&comparison, &persons);
    comparison.shrinking(&persons, options.kept_share_min);
    comparison.schools(&persons);
    comparison.people(&mut persons);
    comparison.groups(&persons);
    comparison.services(&persons);
    let mut changes = comparison.changes;
    changes.report.skip("persons known under two numbers as two persons", identities.doubled);
    let tied = sites.structures().filter_map(|(site, school)| match &desired.sites[site.0 as usize] {
        Site::Structure(jointure) if !kept.contains_key(&site) => {
            Some((academy.structure(jointure), PersonId(school.0)))
        }
        _ => None,
    });
    changes.links.extend(tied);
    drop(books);
    changes.links.extend(identities.links);
    Ok(changes)
}

/// A comparison under way.
struct Comparison<'a> {
    books: &'a Books,
    desired: &'a Desired,
    options: &'a Options,
    sites: &'a Sites,
    identities: &'a Identities,
    /// The number space of the jointures.
    source: &'a str,
    /// The contacts as they stand, of those whose contacts the files say in part.
    stored: HashMap<PersonId, Contacts>,
    /// The schools a complete set of the academy speaks for.
    scope: BTreeSet<SchoolId>,
    /// Those whom the files hold and the register knows, or will.
    present: HashSet<PersonId>,
    /// The pupils among them, and those who leave, with where they are and who answers for them from now on.
    pupils: BTreeMap<PersonId, households::Household>,
    /// Those whom a calendar may name.
    teachers: calendars::Teachers,
    changes: Changes,
}

impl<'a> Comparison<'a> {
    /// Finds who of the files can be in the register at all.
    fn meet(&mut self, persons: &BTreeMap<Number, Wanted>) {
        for (number, wanted) in persons {
            let person = self.identities.person(number);
            let known = person.is_some_and(|person| self.books.persons.contains_key(&person));
            let named = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
            let report = &mut self.changes.report;
            match person {
                _ if wanted.gone && !known => report.skip("deletion of someone unknown", 1),
                _ if wanted.gone => {}
                Some(person) if known || (wanted.whole && (named(&wanted.family) || named(&wanted.given))) => {
                    self.present.insert(person);
                }
                _ if wanted.whole => report.skip("person without a name", 1),
                _ => report.skip("modification of someone unknown", 1),
            }
        }
    }

    /// The person of a number, if the register knows them or will.
    fn met(&self, number: &Number) -> Option<PersonId> {
        let person = self.identities.person(number)?;
        (self.present.contains(&person) || self.books.persons.contains_key(&person)).then_some(person)
    }

    fn placed(&self, place: &Place) -> Option<(SchoolId, &'a Placed)> {
        self.sites.placed(place.site)
    }

    /// Counts an edge to a structure that is no school yet.
    fn pend(&mut self, kind: &'static str, site: SiteId) {
        self.changes.report.pend(kind);
        if let Some(Site::Structure(jointure) | Site::Uai(jointure)) = self.desired.sites.get(site.0 as usize) {
            *self.changes.report.pending_structures.entry(jointure.clone()).or_default() += 1;
        }
    }

    fn book(&self, person: PersonId) -> Option<&'a PersonBook> {
        self.books.persons.get(&person)
    }

    /// Registers and describes the schools, opens their years, names the subjects taught there.
    fn schools(&mut self, persons: &BTreeMap<Number, Wanted>) {
        let mut taught: BTreeMap<SchoolId, BTreeSet<&str>> = BTreeMap::new();
        for (place, _, subject) in persons.values().filter_map(|wanted| wanted.services.as_ref()).flatten() {
            if let Some(school) = self.sites.school(place.site) {
                taught.entry(school).or_default().insert(subject);
            }
        }
        for sts in self.desired.sts.values() {
            if let Some(school) = self.sites.school(sts.site) {
                taught.entry(school).or_default().extend(sts.services.keys().map(|(_, subject)| subject.as_str()));
            }
        }
        for calendar in &self.desired.calendars {
            let school = calendar.uai.as_deref().map(SchoolId::of);
            let codes = calendars::subjects_named(&self.desired.subjects, self.options, calendar);
            if let Some(school) = school {
                taught.entry(school).or_default().extend(codes);
            }
        }
        for (school, placed) in &self.sites.schools {
            let known = self.books.schools.get(school).map(|book| &book.subjects);
            let sts = self.desired.sts.get(&placed.uai).map(|sts| &sts.subjects);
            let label = |code: &str| {
                // STS writes labels to be read (`Français`); the academy's capitals only fill a gap.
                let known = known.and_then(|known| known.get(code));
                let said = sts.and_then(|subjects| subjects.get(code));
                let label = said.or_else(|| self.desired.subjects.get(code).filter(|_| known.is_none()))?;
                (known != Some(label)).then(|| (code.to_owned(), label.clone()))
            };
            let codes = taught.remove(school).unwrap_or_default();
            let subjects: BTreeMap<String, String> = codes.into_iter().filter_map(label).collect();
            let mut commands = placed.commands.clone();
            if !subjects.is_empty() {
                commands.push(domain::directory::establishment::Command::NameSubjects { subjects });
            }
            self.changes.school(*school, commands);
        }
    }
}

/// The category of a number, as complete sets count it.
fn category(number: &Number) -> Category {
    match number {
        Number::Academy(category, _) => *category,
        Number::National(_) | Number::School { .. } => Category::Staff,
    }
}

/// The category a role belongs to. Inspectors are in no feed.
fn category_of(role: Role) -> Option<Category> {
    match role {
        Role::Pupil => Some(Category::Pupil),
        Role::Relative => Some(Category::Relative),
        // Given by a head, not by a feed.
        Role::Inspector
        | Role::Referent
        | Role::DataProtection
        | Role::Archivist
        | Role::Observatory
        | Role::HostOperator => None,
        Role::Teacher | Role::Librarian | Role::Head | Role::Deputy | Role::SchoolLife | Role::Aesh | Role::Staff => {
            Some(Category::Staff)
        }
    }
}
