//! Classes and groups of the year, their members and form tutors. One command a group carries those who join and leave on a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::directory::group::{Command, Description, Sort};
use domain::ids::{GroupId, PersonId, SchoolId};
use infra::importers::aaf::Category;
use jiff::civil::Date;

use super::{Comparison, category};
use crate::facts::GroupBook;
use crate::feed::desired::{GroupSaid, Number, Place, Wanted};

/// Longest code the domain takes.
const CODE_CHARS_MAX: usize = 60;

/// Who describes a group: the academy's words replace what is known, those of STS fill its gaps, a mere mention changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Named,
    Sts,
    Academy,
}

struct GroupWanted {
    rank: Rank,
    said: GroupSaid,
    /// With the day their record says they entered.
    members: BTreeMap<PersonId, Option<Date>>,
    tutors: BTreeSet<PersonId>,
    /// Some say it is a class, some a group. It is one: a class, since a pupil has one.
    mixed: bool,
    /// No file names it, and somebody of the school made it: only who leaves the school leaves it.
    by_hand: bool,
}

impl GroupWanted {
    fn meet(&mut self, sort: Sort) {
        if self.said.sort != sort {
            (self.said.sort, self.mixed) = (Sort::Class, true);
        }
    }
}

/// What the files say of a pupil's groups, so that silence is told from leaving.
#[derive(Clone, Copy)]
struct Told {
    classes: bool,
    groups: bool,
    gone: bool,
}

type Wanteds = BTreeMap<(SchoolId, String), GroupWanted>;

impl Comparison<'_> {
    pub(super) fn groups(&mut self, persons: &BTreeMap<Number, Wanted>) {
        let mut wanted = self.described();
        let told = self.members(persons, &mut wanted);
        let tutors_told = self.tutors(persons, &mut wanted);
        self.taught(persons, &mut wanted);
        for group in self.books.groups.values() {
            let current = self.sites.schools.get(&group.school).is_some_and(|placed| placed.bounds.year == group.year);
            let key = (group.school, group.description.code.clone());
            if current && !wanted.contains_key(&key) {
                let mentioned = mentioned(group.description.sort, &group.description.code);
                wanted.insert(key, GroupWanted { by_hand: group.by_hand, ..mentioned });
            }
        }
        for ((school, code), wanted) in wanted {
            let Some(placed) = self.sites.schools.get(&school) else { continue };
            let year = placed.bounds.year;
            self.changes
                .report
                .skip("codes borne by a class and by a group, taken as the class", u64::from(wanted.mixed));
            let group = GroupId::of(school, year, &code);
            let book = self.books.groups.get(&group);
            let mut commands = Vec::new();
            let description = describe(&wanted, book.map(|book| &book.description));
            if book.map(|book| &book.description) != Some(&description) {
                commands.push(Command::Open { school, year, description });
            }
            commands.extend(self.moves(school, &wanted, book, &told));
            let known = book.map(|book| book.form_tutors.clone()).unwrap_or_default();
            let teachers = match &tutors_told {
                _ if self.staff_told(school, true) => wanted.tutors,
                told => known.difference(told).copied().chain(wanted.tutors).collect(),
            };
            if known != teachers {
                // The first ones are those of the year; whoever replaces them begins on the day of the feed.
                let from = if known.is_empty() { self.sites.staff_from(school) } else { self.sites.day(school) };
                commands.push(Command::NameFormTutors { teachers, from: Some(from) });
            }
            self.changes.group(group, school, year, commands);
        }
    }

    /// Whether the set says all there is to say about the services, or the form tutors, of a school.
    pub(super) fn staff_told(&self, school: SchoolId, tutors: bool) -> bool {
        let sts = self.sites.schools.get(&school).and_then(|placed| self.desired.sts.get(&placed.uai));
        let academy = self.desired.complete(Category::Staff) && self.scope.contains(&school);
        academy || sts.is_some_and(|sts| !tutors || sts.staff)
    }

    fn described(&mut self) -> Wanteds {
        let mut wanted = Wanteds::new();
        for (site, described) in &self.desired.structures {
            if let Some(school) = self.sites.school(*site) {
                described.groups.iter().for_each(|said| self.add(&mut wanted, school, Rank::Academy, said.clone()));
            }
        }
        for sts in self.desired.sts.values() {
            if let Some(school) = self.sites.school(sts.site) {
                sts.described.groups.iter().for_each(|said| self.add(&mut wanted, school, Rank::Sts, said.clone()));
            }
        }
        wanted
    }

    fn add(&mut self, wanted: &mut Wanteds, school: SchoolId, rank: Rank, said: GroupSaid) {
        if said.code.chars().count() > CODE_CHARS_MAX {
            self.changes.report.skip("groups whose code is longer than 60 characters", 1);
            return;
        }
        let key = (school, said.code.clone());
        let Some(known) = wanted.get_mut(&key) else {
            let (members, tutors) = (BTreeMap::new(), BTreeSet::new());
            wanted.insert(key, GroupWanted { rank, said, members, tutors, mixed: false, by_hand: false });
            return;
        };
        known.meet(said.sort);
        known.said.label = known.said.label.take().or(said.label);
        if known.said.curricula.is_empty() {
            known.said.curricula = said.curricula;
        }
        if known.said.classes.is_empty() {
            known.said.classes = said.classes;
        }
        known.rank = known.rank.max(rank);
    }

    /// The group of a place, opened if this is the first time it is named; none at an unknown structure.
    fn named<'w>(
        &mut self,
        wanted: &'w mut Wanteds,
        place: &Place,
        sort: Sort,
        kind: &'static str,
    ) -> Option<&'w mut GroupWanted> {
        let Some((school, _)) = self.placed(place) else {
            self.pend(kind, place.site);
            return None;
        };
        let key = (school, place.code.clone());
        if !wanted.contains_key(&key) {
            self.add(wanted, school, Rank::Named, mentioned(sort, &place.code).said);
        }
        let group = wanted.get_mut(&key)?;
        group.meet(sort);
        Some(group)
    }

    fn members(&mut self, persons: &BTreeMap<Number, Wanted>, wanted: &mut Wanteds) -> HashMap<PersonId, Told> {
        let mut told = HashMap::new();
        for (number, pupil) in persons.iter().filter(|(number, _)| category(number) == Category::Pupil) {
            let Some(person) = self.identities.person(number) else { continue };
            if pupil.gone {
                told.insert(person, Told { classes: true, groups: true, gone: true });
            }
            if pupil.gone || !self.present.contains(&person) {
                continue;
            }
            told.insert(person, Told { classes: pupil.classes.is_some(), groups: pupil.groups.is_some(), gone: false });
            let classes = pupil.classes.iter().flatten().map(|place| (place, Sort::Class));
            let groups = pupil.groups.iter().flatten().map(|place| (place, Sort::Group));
            for (place, sort) in classes.chain(groups) {
                let on = |dates: &[(Place, Date)]| dates.iter().filter(|(at, _)| at == place).map(|(_, on)| *on).max();
                let (entered, left) = (on(&pupil.entered), on(&pupil.left));
                let Some(group) =
                    self.named(wanted, place, sort, "classes and groups of pupils at an unknown structure")
                else {
                    continue;
                };
                if left.is_none_or(|left| left > self.sites.date || entered.is_some_and(|entered| entered > left)) {
                    group.members.insert(person, entered);
                }
            }
        }
        told
    }

    /// Returns those of whom the files say which classes they look after.
    fn tutors(&mut self, persons: &BTreeMap<Number, Wanted>, wanted: &mut Wanteds) -> BTreeSet<PersonId> {
        let mut told = BTreeSet::new();
        for (number, staff) in persons.iter().filter(|(_, wanted)| wanted.form_tutor_of.is_some() || wanted.gone) {
            let Some(person) =
                self.identities.person(number).filter(|person| staff.gone || self.present.contains(person))
            else {
                continue;
            };
            told.insert(person);
            for place in staff.form_tutor_of.iter().flatten().filter(|_| !staff.gone) {
                if let Some(group) = self.named(wanted, place, Sort::Class, "form tutors at an unknown structure") {
                    group.tutors.insert(person);
                }
            }
        }
        for sts in self.desired.sts.values() {
            for (code, number) in &sts.form_tutors {
                let Some(person) = self.met(number) else { continue };
                let place = Place { site: sts.site, code: code.clone() };
                if let Some(group) = self.named(wanted, &place, Sort::Class, "form tutors at an unknown structure") {
                    group.tutors.insert(person);
                }
            }
        }
        told
    }

    /// Groups that only a service names.
    fn taught(&mut self, persons: &BTreeMap<Number, Wanted>, wanted: &mut Wanteds) {
        for (number, staff) in persons {
            let met = self.identities.person(number).is_some_and(|person| self.present.contains(&person));
            for (place, sort, _) in staff.services.iter().flatten().filter(|_| met) {
                self.named(wanted, place, *sort, "services at an unknown structure");
            }
        }
        for sts in self.desired.sts.values() {
            for ((code, _), service) in &sts.services {
                let place = Place { site: sts.site, code: code.clone() };
                self.named(wanted, &place, service.sort, "services at an unknown structure");
            }
        }
    }

    /// Who joins from when, and who leaves on the day of the set.
    fn moves(
        &self,
        school: SchoolId,
        wanted: &GroupWanted,
        book: Option<&GroupBook>,
        told: &HashMap<PersonId, Told>,
    ) -> Vec<Command> {
        let Some(placed) = self.sites.schools.get(&school) else { return vec![] };
        let (sort, members) = (wanted.said.sort, &wanted.members);
        let stays = book.map_or(&[][..], |book| &book.stays);
        let inside: BTreeSet<PersonId> =
            stays.iter().filter(|(_, stay)| stay.until.is_none()).map(|(pupil, _)| *pupil).collect();
        let whole = self.desired.complete(Category::Pupil) && self.scope.contains(&school);
        let leaves = |pupil: &&PersonId| match told.get(pupil) {
            Some(told) if wanted.by_hand => told.gone,
            Some(told) => {
                if sort == Sort::Class {
                    told.classes
                } else {
                    told.groups
                }
            }
            None => whole && self.book(**pupil).is_some_and(|book| book.fed),
        };
        let left: Vec<PersonId> =
            inside.iter().filter(|pupil| !members.contains_key(pupil)).filter(leaves).copied().collect();
        let usual = if stays.is_empty() { placed.bounds.starts_on } else { placed.day };
        let mut joined: BTreeMap<Date, Vec<PersonId>> = BTreeMap::new();
        for (pupil, entered) in members.iter().filter(|(pupil, _)| !inside.contains(pupil)) {
            let on = entered.map_or(usual, |entered| entered.clamp(placed.bounds.starts_on, placed.bounds.ends_on));
            joined.entry(on).or_default().push(*pupil);
        }
        if !left.is_empty() {
            joined.entry(placed.day).or_default();
        }
        let command = |(on, joined)| {
            let left = if on == placed.day { left.clone() } else { vec![] };
            Command::ChangeMembers { joined, left, on }
        };
        joined.into_iter().map(command).collect()
    }
}

fn mentioned(sort: Sort, code: &str) -> GroupWanted {
    let said = GroupSaid { sort, code: code.to_owned(), label: None, curricula: vec![], classes: vec![] };
    let (members, tutors) = (BTreeMap::new(), BTreeSet::new());
    GroupWanted { rank: Rank::Named, said, members, tutors, mixed: false, by_hand: false }
}

fn describe(wanted: &GroupWanted, known: Option<&Description>) -> Description {
    let said = &wanted.said;
    let Some(known) = known else {
        return Description {
            sort: said.sort,
            code: said.code.clone(),
            label: said.label.clone().unwrap_or_else(|| said.code.clone()),
            curricula: said.curricula.clone(),
            classes: said.classes.clone(),
        };
    };
    let academy = wanted.rank == Rank::Academy;
    let speaks = |blank: bool| academy || (wanted.rank == Rank::Sts && blank);
    let list = |said: &[String], known: &[String]| -> Vec<String> {
        if !said.is_empty() && speaks(known.is_empty()) { said.to_vec() } else { known.to_vec() }
    };
    Description {
        sort: if academy { said.sort } else { known.sort },
        code: known.code.clone(),
        label: said.label.clone().filter(|_| speaks(known.label == known.code)).unwrap_or_else(|| known.label.clone()),
        curricula: list(&said.curricula, &known.curricula),
        classes: list(&said.classes, &known.classes),
    }
}
