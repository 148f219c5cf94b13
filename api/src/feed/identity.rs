//! From the numbers of the files to persons. Nothing is written here: a person seen for the first time is given an id, and its
//! numbers are noted to be linked when the changes are applied.
//!
//! A jointure belongs to its academy. A set that does not describe its structures is of the academy of the schools already known;
//! with none known its source is `aaf`, and the people named so are found again when the academy is named later.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::ids::{PersonId, SchoolId};
use infra::importers::aaf::Category;
use infra::vault::{IdentityNumber, Vault, VaultError};
use uuid::Uuid;

use super::desired::{Desired, Number, Site, SiteId};
use crate::facts::Books;

/// The source of jointures whose academy nobody has named.
const UNNAMED: &str = "aaf";

/// The number space of the jointures.
pub struct Academy {
    pub source: String,
    /// Whether people may be known under [`UNNAMED`] too.
    unnamed_before: bool,
}

impl Academy {
    pub fn of(books: &Books, desired: &Desired) -> Self {
        let word = |academy: &Option<String>| academy.as_ref().map(|academy| academy.trim().to_uppercase());
        let said: BTreeSet<_> = desired.structures.values().filter_map(|described| word(&described.academy)).collect();
        let known: BTreeSet<_> = books.schools.values().filter_map(|school| word(&school.identity.academy)).collect();
        let single = |names: &BTreeSet<String>| names.first().filter(|_| names.len() == 1).cloned();
        let alone = said.union(&known).count() <= 1;
        let source = if said.is_empty() { single(&known) } else { single(&said) };
        let source = source.unwrap_or_else(|| UNNAMED.to_owned());
        Self { unnamed_before: alone && source != UNNAMED, source }
    }

    /// Under what names a number may be known, the first being the one to link.
    fn names(&self, number: &Number) -> Vec<IdentityNumber> {
        let mut names = vec![number.identity(&self.source)];
        if self.unnamed_before && matches!(number, Number::Academy(..)) {
            names.push(number.identity(UNNAMED));
        }
        names
    }

    pub fn structure(&self, jointure: &str) -> IdentityNumber {
        Number::Academy(Category::Structure, jointure.to_owned()).identity(&self.source)
    }
}

/// Who is who.
#[derive(Default)]
pub struct Identities {
    who: HashMap<Number, PersonId>,
    /// To be written when the changes are applied.
    pub links: Vec<(IdentityNumber, PersonId)>,
    /// Persons known under two numbers as two: they stay two, a human decides.
    pub doubled: u64,
}

impl Identities {
    pub fn person(&self, number: &Number) -> Option<PersonId> {
        self.who.get(number).copied()
    }

    pub async fn of(vault: &Vault, academy: &Academy, desired: &Desired) -> Result<Self, VaultError> {
        let numbers = numbers(desired);
        let mut names = Vec::with_capacity(numbers.len());
        let mut spans = Vec::with_capacity(numbers.len());
        for number in &numbers {
            let start = names.len();
            names.extend(academy.names(number));
            let alias = desired.persons.get(number).and_then(|wanted| wanted.sts_id.clone()).map(Number::National);
            names.extend(alias.iter().map(|alias| alias.identity(&academy.source)));
            spans.push((start, alias));
        }
        let known = vault.known(&names).await?;
        let mut identities = Self::default();
        for (at, (number, (start, alias))) in numbers.into_iter().zip(spans.iter()).enumerate() {
            let end = spans.get(at + 1).map_or(names.len(), |(next, _)| *next);
            let found: HashSet<PersonId> = known[*start..end].iter().flatten().copied().collect();
            let whole = desired.persons.get(&number).is_some_and(|wanted| wanted.whole && !wanted.gone);
            let person = known[*start..end].iter().flatten().next().copied();
            let Some(person) = person.or_else(|| whole.then(|| PersonId(Uuid::new_v4()))) else { continue };
            identities.doubled += u64::from(found.len() > 1);
            let mut link = |index: usize| {
                if known[index].is_none() {
                    identities.links.push((names[index].clone(), person));
                }
            };
            link(*start);
            if let Some(alias) = alias {
                link(end - 1);
                identities.who.insert(alias.clone(), known[end - 1].unwrap_or(person));
            }
            identities.who.insert(number, person);
        }
        Ok(identities)
    }
}

/// Every number the files name, once.
fn numbers(desired: &Desired) -> BTreeSet<Number> {
    let mut numbers: BTreeSet<Number> = desired.persons.keys().cloned().collect();
    for wanted in desired.persons.values() {
        let links = wanted.links.iter().flatten();
        numbers.extend(links.map(|link| Number::Academy(Category::Relative, link.relative.clone())));
    }
    // A teacher merged with the academy's own record is found through it.
    let merged: HashSet<&String> = desired.persons.values().filter_map(|wanted| wanted.sts_id.as_ref()).collect();
    for school in desired.sts.values() {
        let teachers = school.services.values().flat_map(|service| &service.teachers);
        let named = teachers.chain(school.form_tutors.iter().map(|(_, tutor)| tutor));
        let alone = named.filter(|number| !matches!(number, Number::National(id) if merged.contains(id)));
        numbers.extend(alone.cloned());
    }
    numbers
}

/// Structures that an earlier set tied to a school: a delta does not describe them again. The vault's index keeps them beside the
/// persons' numbers.
pub async fn structures(
    vault: &Vault,
    academy: &Academy,
    desired: &Desired,
) -> Result<HashMap<SiteId, SchoolId>, VaultError> {
    let mut named = Vec::new();
    for (index, site) in desired.sites.iter().enumerate() {
        if let Site::Structure(jointure) = site {
            let number = Number::Academy(Category::Structure, jointure.clone());
            named.extend(academy.names(&number).into_iter().map(|name| (SiteId(index as u32), name)));
        }
    }
    let names: Vec<IdentityNumber> = named.iter().map(|(_, name)| name.clone()).collect();
    let mut kept = HashMap::new();
    for ((site, _), known) in named.iter().zip(vault.known(&names).await?) {
        if let Some(known) = known {
            kept.entry(*site).or_insert(SchoolId(known.0));
        }
    }
    Ok(kept)
}
