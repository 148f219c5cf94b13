//! Pupils, where they are, and who answers for them once the files are applied: the places of relatives follow from these.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::directory::person::{Guardian, Role};
use domain::ids::{PersonId, SchoolId};
use infra::importers::aaf::Category;

use super::{Comparison, category};
use crate::feed::desired::{Number, Wanted};

/// The relatives of one pupil at most, as the domain says.
const RELATIVES_MAX: usize = 20;

pub(super) struct Household {
    pub schools: BTreeSet<SchoolId>,
    pub guardians: Vec<Guardian>,
}

impl Comparison<'_> {
    /// Fills [`Comparison::pupils`]: those of the files, and those who leave.
    pub(super) fn households(&mut self, persons: &BTreeMap<Number, Wanted>) {
        for (number, wanted) in persons.iter().filter(|(number, _)| category(number) == Category::Pupil) {
            let Some(person) = self.identities.person(number) else { continue };
            if self.present.contains(&person) && !wanted.gone {
                let household = self.household(person, wanted);
                self.pupils.insert(person, household);
            }
        }
        for (person, schools) in self.leaving(persons, Category::Pupil) {
            let guardians = self.book(person).map(|book| book.guardians.clone()).unwrap_or_default();
            let schools = self.held(person, Role::Pupil).difference(&schools).copied().collect();
            self.pupils.insert(person, Household { schools, guardians });
        }
    }

    fn household(&mut self, pupil: PersonId, wanted: &Wanted) -> Household {
        let schools = match &wanted.schools {
            None => self.held(pupil, Role::Pupil),
            Some(sites) => {
                for site in sites.iter().filter(|site| self.sites.school(**site).is_none()) {
                    self.pend("pupils at an unknown structure", *site);
                }
                sites.iter().filter_map(|site| self.sites.school(*site)).collect()
            }
        };
        let guardians = match &wanted.links {
            None => self.book(pupil).map(|book| book.guardians.clone()).unwrap_or_default(),
            Some(_) => self.guardians(pupil, wanted),
        };
        Household { schools, guardians }
    }

    /// The links whose relative is known. The same relative twice keeps the stronger standing.
    fn guardians(&mut self, pupil: PersonId, wanted: &Wanted) -> Vec<Guardian> {
        let mut guardians: BTreeMap<PersonId, Guardian> = BTreeMap::new();
        for link in wanted.links.iter().flatten() {
            let number = Number::Academy(Category::Relative, link.relative.clone());
            let Some(relative) = self.met(&number).filter(|relative| *relative != pupil) else {
                self.changes.report.pend("relatives not known yet");
                continue;
            };
            let guardian = Guardian { relative, standing: link.standing, relation: link.relation.to_owned() };
            let known = guardians.entry(relative).or_insert_with(|| guardian.clone());
            if guardian.standing < known.standing {
                *known = guardian;
            }
        }
        let mut guardians: Vec<Guardian> = guardians.into_values().collect();
        if guardians.len() > RELATIVES_MAX {
            guardians.sort_by_key(|guardian| guardian.standing);
            self.changes
                .report
                .skip("relatives beyond the twentieth of a pupil", (guardians.len() - RELATIVES_MAX) as u64);
            guardians.truncate(RELATIVES_MAX);
        }
        guardians.sort();
        guardians
    }

    /// Where a role is held and not ended.
    pub(super) fn held(&self, person: PersonId, role: Role) -> BTreeSet<SchoolId> {
        let roles = self.book(person).map_or(&[][..], |book| &book.roles);
        roles.iter().filter(|held| held.role == role && held.until.is_none()).map(|held| held.school).collect()
    }

    /// The relatives whose places may change, with the schools of the children they have from now on.
    pub(super) fn relatives(&self, persons: &BTreeMap<Number, Wanted>) -> HashMap<PersonId, BTreeSet<SchoolId>> {
        let mut tied: HashMap<PersonId, BTreeSet<SchoolId>> = HashMap::new();
        for (number, _) in persons.iter().filter(|(number, _)| category(number) == Category::Relative) {
            let person = self.identities.person(number).filter(|person| self.present.contains(person));
            person.map(|person| tied.entry(person).or_default());
        }
        for (pupil, household) in &self.pupils {
            for guardian in &household.guardians {
                tied.entry(guardian.relative).or_default().extend(&household.schools);
            }
            for former in self.book(*pupil).map_or(&[][..], |book| &book.guardians) {
                tied.entry(former.relative).or_default();
            }
        }
        for (relative, schools) in &mut tied {
            // Children of whom these files say nothing stay where they are.
            let others = self.books.children(*relative).filter(|child| !self.pupils.contains_key(child));
            others.for_each(|child| schools.extend(self.held(child, Role::Pupil)));
        }
        tied
    }
}
