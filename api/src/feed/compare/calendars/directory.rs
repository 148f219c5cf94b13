//! The labels of a school, and what each of them names: one thing, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::directory::person::Role;
use domain::directory::service::ALL_SUBJECTS;
use domain::ids::{GroupId, PersonId, SchoolId};
use infra::importers::aaf::Category;
use infra::importers::ical::Labels;

use crate::facts::ALL_SUBJECTS_LABEL;
use crate::feed::Options;
use crate::feed::calendar::Calendar;
use crate::feed::compare::services::Wanteds;
use crate::feed::compare::{Comparison, category};
use crate::feed::desired::{Described, Number, Wanted};
use crate::feed::sites::Placed;

/// A service that a lesson belongs to, with the teachers it names whom the school has once.
#[derive(Debug)]
pub struct Tied {
    pub group: GroupId,
    pub subject: String,
    pub teachers: Vec<PersonId>,
}

/// Why a lesson is left out.
type Because = &'static str;

/// Who teaches or may teach in each school, by the ways a calendar may write a name.
#[derive(Default)]
pub struct Teachers(BTreeMap<(SchoolId, String), BTreeSet<PersonId>>);

impl Teachers {
    /// Read before the names of the files are turned into commands.
    pub fn of(comparison: &Comparison<'_>, persons: &BTreeMap<Number, Wanted>) -> Self {
        let mut teachers = Self::default();
        if comparison.desired.calendars.is_empty() {
            return teachers;
        }
        for (person, book) in &comparison.books.persons {
            let held = book.roles.iter().filter(|held| held.role == Role::Teacher && held.until.is_none());
            if let Some(names) = &book.names {
                held.for_each(|held| teachers.add(held.school, *person, &names.family, &names.given));
            }
        }
        for (number, wanted) in persons.iter().filter(|(number, _)| category(number) == Category::Staff) {
            let (Some(person), Some(family)) = (comparison.identities.person(number), &wanted.family) else { continue };
            let roles = wanted.roles.iter().flatten().chain(&wanted.teaches_at);
            let sites = roles.filter(|(_, role)| *role == Role::Teacher).map(|(site, _)| *site);
            let sites = sites.chain(wanted.services.iter().flatten().map(|(place, _, _)| place.site));
            for school in sites.filter_map(|site| comparison.sites.school(site)).collect::<BTreeSet<_>>() {
                teachers.add(school, person, family, wanted.given.as_deref().unwrap_or_default());
            }
        }
        teachers
    }

    fn add(&mut self, school: SchoolId, person: PersonId, family: &str, given: &str) {
        let initial: String = given.chars().take(1).collect();
        for name in
            [family.to_owned(), format!("{family}{given}"), format!("{given}{family}"), format!("{family}{initial}")]
        {
            self.0.entry((school, plain(&name))).or_default().insert(person);
        }
    }

    fn find(&self, school: SchoolId, label: &str) -> Option<PersonId> {
        let titles = ["M.", "MME", "MLLE", "MR", "M"];
        let name = match label.trim().split_once(char::is_whitespace) {
            Some((title, name)) if titles.contains(&title.to_uppercase().as_str()) => name,
            _ => label,
        };
        let persons = self.0.get(&(school, plain(name)))?;
        persons.first().filter(|_| persons.len() == 1).copied()
    }
}

/// What the labels of one school name, in one year.
pub struct Directory<'c> {
    school: SchoolId,
    teachers: &'c Teachers,
    /// As the school writes them.
    codes: BTreeMap<String, GroupId>,
    groups: BTreeMap<String, BTreeSet<GroupId>>,
    subjects: BTreeMap<String, BTreeSet<String>>,
    services: BTreeSet<(GroupId, String)>,
    /// What a person said a label means, by its plain form.
    given_groups: BTreeMap<String, &'c str>,
    given_subjects: BTreeMap<String, &'c str>,
}

impl<'c> Directory<'c> {
    pub fn of(comparison: &'c Comparison<'_>, school: SchoolId, placed: &Placed, wanted: &Wanteds) -> Self {
        let given = |labels: &'c BTreeMap<String, String>| {
            labels.iter().map(|(label, code)| (plain(label), code.as_str())).collect()
        };
        let mut directory = Self {
            school,
            teachers: &comparison.teachers,
            codes: BTreeMap::new(),
            groups: BTreeMap::new(),
            subjects: BTreeMap::new(),
            services: BTreeSet::new(),
            given_groups: given(&comparison.options.groups),
            given_subjects: given(&comparison.options.subjects),
        };
        let year = placed.bounds.year;
        let books = comparison.books;
        for group in books.groups.values().filter(|group| group.school == school && group.year == year) {
            directory.group(group.group, &group.description.code, Some(&group.description.label));
        }
        let structures = &comparison.desired.structures;
        let described = structures.iter().filter(|(site, _)| comparison.sites.school(**site) == Some(school));
        let sts = comparison.desired.sts.get(&placed.uai);
        let described: Vec<&Described> =
            described.map(|(_, described)| described).chain(sts.map(|sts| &sts.described)).collect();
        for said in described.into_iter().flat_map(|described| &described.groups) {
            directory.group(GroupId::of(school, year, &said.code), &said.code, said.label.as_deref());
        }
        let known = books.schools.get(&school).map(|book| &book.subjects);
        let labels = known.into_iter().chain([&comparison.desired.subjects]).chain(sts.map(|sts| &sts.subjects));
        // Every school knows it without a list: half-days of a primary class are taught nothing else.
        let all = [(ALL_SUBJECTS, ALL_SUBJECTS_LABEL)];
        for (code, label) in labels.flatten().map(|(code, label)| (code.as_str(), label.as_str())).chain(all) {
            for name in [code, label] {
                directory.subjects.entry(plain(name)).or_default().insert(code.to_owned());
            }
        }
        let of_books = books.services_of_school(school).filter(|service| service.year == year);
        directory.services.extend(of_books.map(|service| (service.group, service.subject.clone())));
        let of_set = wanted.keys().filter(|(at, _, _)| *at == school);
        directory.services.extend(of_set.map(|(_, group, subject)| (*group, subject.clone())));
        directory
    }

    fn group(&mut self, group: GroupId, code: &str, label: Option<&str>) {
        self.codes.insert(code.to_owned(), group);
        for name in [Some(code), label].into_iter().flatten() {
            self.groups.entry(plain(name)).or_default().insert(group);
        }
    }

    /// The services of a lesson, one for each class or group it names; all of them are found, or it is left out.
    pub fn services(&self, labels: &Labels) -> Result<Vec<Tied>, Because> {
        let places = if labels.groups.is_empty() { &labels.classes } else { &labels.groups };
        if places.is_empty() {
            return Err("it names no class and no group");
        }
        let subject = labels.subject.as_deref().ok_or("it names no subject")?;
        let named = labels.teachers.iter().filter_map(|label| self.teachers.find(self.school, label));
        let teachers: Vec<PersonId> = named.collect();
        let all_known = !teachers.is_empty() && teachers.len() == labels.teachers.len();
        let mut tied = Vec::new();
        for place in places {
            let group = self.one_group(place)?;
            let subject = self.one_subject(subject, group, all_known)?;
            tied.push(Tied { group, subject, teachers: teachers.clone() });
        }
        Ok(tied)
    }

    fn one_group(&self, label: &str) -> Result<GroupId, Because> {
        const UNKNOWN: Because = "no class or group of the school is called so (--group says which it is)";
        if let Some(code) = self.given_groups.get(&plain(label)) {
            return self
                .codes
                .get(*code)
                .copied()
                .ok_or("the school has no class or group of the code that --group gives");
        }
        // `<3E> 3°EP1` is the part 3°EP1 of the class 3E.
        let part = label.rsplit_once('>').map(|(_, part)| part.trim());
        for name in [Some(label), part].into_iter().flatten() {
            if let Some(group) = self.codes.get(name) {
                return Ok(*group);
            }
            match self.groups.get(&plain(name)) {
                Some(groups) if groups.len() > 1 => {
                    return Err("several classes or groups of the school are called so (--group says which it is)");
                }
                Some(groups) => return groups.first().copied().ok_or(UNKNOWN),
                None => {}
            }
        }
        Err(UNKNOWN)
    }

    /// The subject of that name which the group is taught; one that it is not taught yet when the teachers are known.
    fn one_subject(&self, label: &str, group: GroupId, teachers_known: bool) -> Result<String, Because> {
        if let Some(code) = self.given_subjects.get(&plain(label)) {
            return self.taught(group, BTreeSet::from([(*code).to_owned()]), teachers_known);
        }
        let codes = self.subjects.get(&plain(label));
        let codes = codes.ok_or("no subject of the school is called so (--subject says which it is)")?;
        self.taught(group, codes.clone(), teachers_known)
    }

    fn taught(&self, group: GroupId, codes: BTreeSet<String>, teachers_known: bool) -> Result<String, Because> {
        let taught: Vec<&String> =
            codes.iter().filter(|code| self.services.contains(&(group, (*code).clone()))).collect();
        match (taught.as_slice(), codes.len()) {
            ([subject], _) => Ok((*subject).clone()),
            ([], 1) if teachers_known => codes.into_iter().next().ok_or("it names no subject"),
            ([], 1) => Err("the class is not taught this subject, and no teacher of the school is named who would"),
            ([], _) => Err("the class is taught none of the subjects called so (--subject says which it is)"),
            _ => Err("the class is taught several subjects called so (--subject says which it is)"),
        }
    }
}

/// The subjects of the academy's list that a calendar calls by their label or their code, or that a person said it means.
pub fn subjects_named<'d>(
    subjects: &'d BTreeMap<String, String>,
    options: &Options,
    calendar: &Calendar,
) -> Vec<&'d str> {
    let named: BTreeSet<String> =
        calendar.lessons.iter().filter_map(|dated| dated.labels.subject.as_deref()).map(plain).collect();
    let given: BTreeSet<&String> = options.subjects.values().collect();
    let called = |code: &String, label: &String| {
        given.contains(code) || named.contains(&plain(label)) || named.contains(&plain(code))
    };
    subjects.iter().filter(|(code, label)| called(code, label)).map(|(code, _)| code.as_str()).collect()
}

/// A label as it is compared: letters without accents, and digits. `3°EP1` and `3 ep1` are the same, `4+` and `4-` too, which then
/// name nothing.
fn plain(label: &str) -> String {
    let mut plain = String::with_capacity(label.len());
    for letter in label.chars().flat_map(char::to_uppercase).filter(|letter| letter.is_alphanumeric()) {
        match letter {
            'À' | 'Â' | 'Ä' => plain.push('A'),
            'Ç' => plain.push('C'),
            'É' | 'È' | 'Ê' | 'Ë' => plain.push('E'),
            'Î' | 'Ï' => plain.push('I'),
            'Ô' | 'Ö' => plain.push('O'),
            'Ù' | 'Û' | 'Ü' => plain.push('U'),
            'Ÿ' => plain.push('Y'),
            'Œ' => plain.push_str("OE"),
            'Æ' => plain.push_str("AE"),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod spec {
    use super::plain;

    #[test]
    fn a_label_is_compared_by_its_letters_and_digits() {
        assert_eq!(plain("Éducation physique & sportive"), plain("EDUCATION PHYSIQUE SPORTIVE"));
        assert_eq!(plain("3°EP1"), plain("3 ep1"));
        assert_ne!(plain("4e D"), plain("4D"), "nobody is asked to guess");
    }
}
