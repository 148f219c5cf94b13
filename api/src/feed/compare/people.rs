//! Persons: names, contacts, roles, relatives, comings and goings. One command for each person carries all that changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::decider::Decider as _;
use domain::directory::person::{Command, Contacts, Event, Names, Origin, Person, Role};
use domain::event::DomainEvent as _;
use domain::ids::{PersonId, SchoolId};
use domain::personal::{Sealable as _, SealedCell};
use infra::importers::aaf::Category;
use jiff::civil::Date;

use super::{Comparison, category, category_of};
use crate::app::{App, lasting};
use crate::facts::PersonBook;
use crate::feed::FeedError;
use crate::feed::desired::{Desired, Number, Reach, Wanted};
use crate::feed::identity::Identities;

/// Longest name the domain takes.
const NAME_CHARS_MAX: usize = 200;

impl Comparison<'_> {
    pub(super) fn people(&mut self, persons: &mut BTreeMap<Number, Wanted>) {
        self.households(persons);
        let tied = self.relatives(persons);
        let mut done = std::collections::HashSet::new();
        // Relatives and staff before pupils: whoever a pupil names is registered first.
        for pupils in [false, true] {
            for (number, wanted) in persons.iter_mut() {
                let category = category(number);
                let Some(person) = self.identities.person(number) else { continue };
                let meant = (category == Category::Pupil) == pupils && !wanted.gone;
                if !meant || !self.present.contains(&person) || !done.insert(person) {
                    continue;
                }
                let mut commands = self.identity(person, number, wanted);
                commands.extend(self.contacts(person, wanted));
                commands.extend(self.return_of(person, number));
                match category {
                    Category::Pupil => commands.extend(self.pupil(person, wanted)),
                    Category::Relative => {
                        commands.extend(self.relative(person, tied.get(&person).into_iter().flatten().copied()));
                    }
                    _ => commands.extend(self.staff(person, wanted)),
                }
                self.changes.person(person, commands);
            }
        }
        let mut leaving: BTreeMap<PersonId, BTreeSet<SchoolId>> = BTreeMap::new();
        let mut roles: BTreeMap<PersonId, Vec<Command>> = BTreeMap::new();
        for category in [Category::Pupil, Category::Relative, Category::Staff] {
            leaving.extend(self.leaving(persons, category));
        }
        for (relative, schools) in
            tied.iter().filter(|(person, _)| !done.contains(person) && !leaving.contains_key(person))
        {
            roles.insert(*relative, self.relative(*relative, schools.iter().copied()));
        }
        for (person, schools) in leaving {
            roles.insert(person, self.departure(person, &schools));
        }
        roles.into_iter().for_each(|(person, commands)| self.changes.person(person, commands));
    }

    /// Registers someone new, or corrects a name. STS corrects those it typed in itself; the others' come from the academy.
    fn identity(&mut self, person: PersonId, number: &Number, wanted: &mut Wanted) -> Vec<Command> {
        let text = |said: Option<String>, known: Option<&String>| said.or_else(|| known.cloned()).unwrap_or_default();
        let book = self.book(person);
        let known = book.and_then(|book| book.names.as_ref());
        if book.is_some() && (known.is_none() || matches!(number, Number::National(_))) {
            // Forgotten: a feed does not bring a name back.
            return vec![];
        }
        let title = wanted.title.take().map_or_else(|| known.and_then(|known| known.title.clone()), Some);
        let names = Names {
            family: clipped(text(wanted.family.take(), known.map(|known| &known.family))),
            given: clipped(text(wanted.given.take(), known.map(|known| &known.given))),
            title: title.filter(|title| !title.is_empty()),
        };
        if book.is_none() {
            return vec![Command::Register { person, origin: origin(self.source, number, wanted), names }];
        }
        let nameless = names.family.is_empty() && names.given.is_empty();
        if nameless || known == Some(&names) { vec![] } else { vec![Command::CorrectNames { names }] }
    }

    fn contacts(&mut self, person: PersonId, wanted: &mut Wanted) -> Option<Command> {
        let reach = wanted.reach.take()?;
        let book = self.book(person);
        if book.is_some_and(|book| book.names.is_none()) {
            return None;
        }
        let contacts = overlaid(self.stored.remove(&person).unwrap_or_default(), reach);
        let known = book.and_then(|book| book.contacts);
        let same = match known {
            Some(digest) => digest == PersonBook::contacts_digest(&contacts),
            None => contacts == Contacts::default(),
        };
        (!same).then_some(Command::SetContacts { contacts })
    }

    /// Whoever a feed deactivated comes back by the academy's word: STS keeps names long after their people have left.
    fn return_of(&self, person: PersonId, number: &Number) -> Option<Command> {
        let away = self.book(person).is_some_and(|book| book.inactive_since.is_some());
        (away && matches!(number, Number::Academy(..))).then_some(Command::Reactivate { on: self.sites.date })
    }

    fn pupil(&self, person: PersonId, wanted: &Wanted) -> Vec<Command> {
        let Some(household) = self.pupils.get(&person) else { return vec![] };
        let roles = household.schools.iter().map(|school| (*school, Role::Pupil)).collect();
        let mut commands = self.roles(person, &roles, wanted.schools.is_some(), |role| role == Role::Pupil);
        let known = self.book(person).map_or(&[][..], |book| &book.guardians);
        let mut known = known.to_vec();
        known.sort();
        if wanted.links.is_some() && known != household.guardians {
            let from = household.schools.iter().map(|school| self.sites.pupils_from(*school)).min();
            let guardians = household.guardians.clone();
            commands.push(Command::SetGuardians { guardians, from: from.unwrap_or(self.sites.date) });
        }
        commands
    }

    fn relative(&self, person: PersonId, schools: impl Iterator<Item = SchoolId>) -> Vec<Command> {
        if self.book(person).is_none() && !self.present.contains(&person) {
            return vec![];
        }
        let roles = schools.map(|school| (school, Role::Relative)).collect();
        self.roles(person, &roles, true, |role| role == Role::Relative)
    }

    fn staff(&mut self, person: PersonId, wanted: &Wanted) -> Vec<Command> {
        let mut roles = BTreeSet::new();
        for (site, role) in wanted.roles.iter().flatten() {
            match self.sites.school(*site) {
                Some(school) => drop(roles.insert((school, *role))),
                None => self.pend("functions at an unknown structure", *site),
            }
        }
        // STS says `DIR` of heads and deputies alike: of who is known to be a deputy it makes no head.
        let known = self.book(person).map_or(&[][..], |book| &book.roles).iter().filter(|held| held.until.is_none());
        let known = known.filter(|_| wanted.roles.is_none()).map(|held| (held.school, held.role));
        let deputy: BTreeSet<SchoolId> = roles.iter().copied().chain(known).filter_map(deputy_of).collect();
        let by_sts = wanted.teaches_at.iter().filter_map(|(site, role)| Some((self.sites.school(*site)?, *role)));
        roles.extend(by_sts.filter(|(school, role)| *role != Role::Head || !deputy.contains(school)));
        let scope = &self.scope;
        let of_staff = |role| category_of(role) == Some(Category::Staff);
        let commands = self.roles(person, &roles, wanted.roles.is_some(), of_staff);
        let ends = |command: &Command| match command {
            Command::EndRole { school, role: Role::Teacher, .. } => {
                scope.contains(school) && !self.on_timetable(person, *school)
            }
            Command::EndRole { school, .. } => scope.contains(school),
            _ => true,
        };
        commands.into_iter().filter(ends).collect()
    }

    /// Whether STS gave someone lessons at a school whose STS files are not in this set: AAF does not end that.
    fn on_timetable(&self, person: PersonId, school: SchoolId) -> bool {
        let said = self.sites.schools.get(&school).is_some_and(|placed| self.desired.sts.contains_key(&placed.uai));
        let mut services = self.books.services_of_teacher(person).filter(|service| service.school == school);
        !said
            && services.any(|service| {
                let timed = service.slots.iter().any(|(_, ended)| ended.is_none());
                timed && service.assignments.iter().any(|held| held.teacher == person && held.until.is_none())
            })
    }

    /// Takes the roles that are wanted and not held; ends those held, of this kind, that are not wanted.
    fn roles(
        &self,
        person: PersonId,
        wanted: &BTreeSet<(SchoolId, Role)>,
        ends: bool,
        of_kind: impl Fn(Role) -> bool,
    ) -> Vec<Command> {
        let held = self.book(person).map_or(&[][..], |book| &book.roles);
        let held: BTreeSet<(SchoolId, Role)> =
            held.iter().filter(|held| held.until.is_none()).map(|held| (held.school, held.role)).collect();
        let ended = held.iter().filter(|(_, role)| ends && of_kind(*role)).filter(|held| !wanted.contains(*held));
        let ended =
            ended.map(|(school, role)| Command::EndRole { school: *school, role: *role, on: self.sites.day(*school) });
        let taken = wanted.iter().filter(|wanted| !held.contains(*wanted)).map(|(school, role)| Command::TakeRole {
            school: *school,
            role: *role,
            from: match role {
                Role::Pupil | Role::Relative => self.sites.pupils_from(*school),
                _ => self.sites.staff_from(*school),
            },
            until: None,
        });
        ended.chain(taken).collect()
    }

    /// Who leaves which schools: by a deletion all of them, by absence from a complete set those the set names.
    pub(super) fn leaving(
        &self,
        persons: &BTreeMap<Number, Wanted>,
        of: Category,
    ) -> BTreeMap<PersonId, BTreeSet<SchoolId>> {
        let mut leaving = BTreeMap::new();
        for (number, wanted) in persons.iter().filter(|(number, wanted)| wanted.gone && category(number) == of) {
            let _ = wanted;
            let known = self.identities.person(number).filter(|person| self.book(*person).is_some());
            known.map(|person| leaving.insert(person, self.schools_of(person, of)));
        }
        if !self.desired.complete(of) {
            return leaving;
        }
        for (person, book) in &self.books.persons {
            if book.fed && book.inactive_since.is_none() && !self.present.contains(person) {
                let schools: BTreeSet<_> = self.schools_of(*person, of).intersection(&self.scope).copied().collect();
                if !schools.is_empty() {
                    leaving.insert(*person, schools);
                }
            }
        }
        leaving
    }

    fn schools_of(&self, person: PersonId, of: Category) -> BTreeSet<SchoolId> {
        let roles = self.book(person).map_or(&[][..], |book| &book.roles);
        let held = roles.iter().filter(|held| held.until.is_none() && category_of(held.role) == Some(of));
        held.map(|held| held.school).collect()
    }

    /// Ends the roles at these schools; someone who keeps none anywhere is deactivated.
    fn departure(&self, person: PersonId, schools: &BTreeSet<SchoolId>) -> Vec<Command> {
        let Some(book) = self.book(person) else { return vec![] };
        let open = || book.roles.iter().filter(|held| held.until.is_none() && category_of(held.role).is_some());
        let day = |school: SchoolId| -> Date { self.sites.day(school) };
        let ended = open().filter(|held| schools.contains(&held.school));
        let mut commands: Vec<Command> =
            ended.map(|held| Command::EndRole { school: held.school, role: held.role, on: day(held.school) }).collect();
        let stays = book.roles.iter().any(|held| held.until.is_none() && !schools.contains(&held.school));
        if !stays && book.inactive_since.is_none() {
            commands.push(Command::Deactivate { on: self.sites.date });
        }
        commands
    }
}

/// People typed in by STS alone carry no origin: a complete set of the academy, which never held them, must not close them.
fn origin(source: &str, number: &Number, wanted: &mut Wanted) -> Option<Origin> {
    let Number::Academy(category, number) = number else { return None };
    Some(Origin {
        source: source.to_owned(),
        category: category.name().to_owned(),
        number: number.clone(),
        ine: wanted.ine.take().filter(|ine| !ine.is_empty()),
        birth_date: wanted.birth_date,
    })
}

fn clipped(name: String) -> String {
    let name = name.trim();
    if name.chars().count() <= NAME_CHARS_MAX { name.to_owned() } else { name.chars().take(NAME_CHARS_MAX).collect() }
}

fn overlaid(mut contacts: Contacts, reach: Reach) -> Contacts {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    contacts.address = reach.address.unwrap_or(contacts.address);
    contacts.phones = reach.phones.unwrap_or(contacts.phones);
    contacts.postal_code = reach.postal_code.map_or(contacts.postal_code, filled);
    contacts.town = reach.town.map_or(contacts.town, filled);
    contacts.mail = reach.mail.map_or(contacts.mail, filled);
    contacts
}

/// The contacts of those whose contacts the files say in part, opened for the time of the comparison.
pub(super) async fn stored_contacts(
    app: &App,
    desired: &Desired,
    identities: &Identities,
) -> Result<HashMap<PersonId, Contacts>, FeedError> {
    let mut stored = HashMap::new();
    let partial = desired.persons.iter().filter(|(_, wanted)| !wanted.whole && wanted.reach.is_some());
    for person in partial.filter_map(|(number, _)| identities.person(number)) {
        if let Some(cell) = last_contacts(app, person).await? {
            let opened = app.vault.open_one(&cell).await?;
            stored.extend(opened.and_then(|text| Contacts::from_plaintext(&text)).map(|contacts| (person, contacts)));
        }
    }
    Ok(stored)
}

async fn last_contacts(app: &App, person: PersonId) -> Result<Option<SealedCell>, FeedError> {
    let stream = lasting(Person::TYPE, person);
    let events = infra::journal::load::events::<Person>(&app.reader, stream).await;
    let events = events.map_err(|problem| FeedError::Journal(problem.to_string()))?;
    let sealed = events.into_iter().rev().find_map(|(sequence, event)| match &event {
        Event::ContactsChanged { contacts, .. } => Some((sequence, event.name(), contacts.kept()?)),
        _ => None,
    });
    Ok(sealed.map(|(sequence, event, sealed)| SealedCell {
        aggregate: Person::TYPE.into(),
        stream: stream.key(),
        sequence,
        event: event.into(),
        sealed,
    }))
}

/// The school of which this makes someone a deputy.
fn deputy_of((school, role): (SchoolId, Role)) -> Option<SchoolId> {
    (role == Role::Deputy).then_some(school)
}
