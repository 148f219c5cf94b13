//! A complete set that lost people since yesterday is far more often a cut transfer than an exodus.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::SchoolId;
use infra::importers::aaf::Category;

use super::{Comparison, category, category_of};
use crate::feed::desired::{Number, Wanted};

/// A school with fewer people of a category is judged with the others only: two of nine may really leave.
const JUDGED_ALONE_MIN: u64 = 20;

impl Comparison<'_> {
    /// Refuses a complete set that keeps too few of those the register holds active, in all or in one school.
    pub(super) fn shrinking(&mut self, persons: &BTreeMap<Number, Wanted>, share_min: f64) {
        for of in [Category::Pupil, Category::Relative, Category::Staff] {
            if !self.desired.complete(of) {
                continue;
            }
            let kept: BTreeSet<_> = persons
                .iter()
                .filter(|(number, wanted)| category(number) == of && !wanted.gone)
                .filter_map(|(number, _)| self.identities.person(number))
                .collect();
            let mut schools: BTreeMap<SchoolId, (u64, u64)> = BTreeMap::new();
            let (mut active, mut held) = (0, 0);
            for (person, book) in
                self.books.persons.iter().filter(|(_, book)| book.fed && book.inactive_since.is_none())
            {
                let roles = book.roles.iter().filter(|role| role.until.is_none() && category_of(role.role) == Some(of));
                let at: BTreeSet<_> =
                    roles.map(|role| role.school).filter(|school| self.scope.contains(school)).collect();
                let stays = u64::from(kept.contains(person));
                for school in &at {
                    let (active, held) = schools.entry(*school).or_default();
                    (*active, *held) = (*active + 1, *held + stays);
                }
                let counted = u64::from(!at.is_empty());
                (active, held) = (active + counted, held + counted * stays);
            }
            let small = |active: u64, held: u64| (held as f64) < (active as f64) * share_min;
            let refusals = &mut self.changes.report.refusals;
            if small(active, held) {
                refusals.push(format!("{}: the set holds {held} of the {active} known", of.name()));
            }
            for (school, (active, held)) in schools {
                if active >= JUDGED_ALONE_MIN && small(active, held) {
                    let uai = self.sites.schools.get(&school).map_or("", |placed| &placed.uai);
                    refusals.push(format!("{} at {uai}: the set holds {held} of the {active} known", of.name()));
                }
            }
        }
    }
}
