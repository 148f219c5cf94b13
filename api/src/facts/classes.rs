//! A class as more than its own group: the pupils of a day, the groups they are in with others, the lessons of all of them.

use std::collections::BTreeSet;

use domain::access::{self, Scope};
use domain::directory::group::Sort;
use domain::ids::{GroupId, PersonId};
use jiff::civil::Date;

use super::books::GroupBook;
use super::lessons::LessonAt;
use super::{Books, Standpoint};

impl Books {
    /// The pupils of a group on a day.
    pub fn members(&self, group: GroupId, on: Date) -> impl Iterator<Item = PersonId> {
        let stays = self.groups.get(&group).into_iter().flat_map(|book| &book.stays);
        let here = stays.filter(move |(_, stay)| stay.holds(on));
        here.map(|(pupil, _)| *pupil)
    }

    /// Whether whoever is in a group on a day is in the other one too: that one is the same group, or a class of which this is a part.
    /// Nobody is in a group that is empty: nothing is said of it.
    pub fn is_part_of(&self, group: GroupId, whole: GroupId, on: Date) -> bool {
        let whole_of: BTreeSet<PersonId> = self.members(whole, on).collect();
        let mut members = self.members(group, on).peekable();
        group == whole || members.peek().is_some() && members.all(|pupil| whole_of.contains(&pupil))
    }

    /// A class and the groups of its school that its pupils are in on a day.
    pub fn groups_of_class(&self, class: GroupId, on: Date) -> BTreeSet<GroupId> {
        let school = self.groups.get(&class).map(|book| book.school);
        let together = self.members(class, on).flat_map(|pupil| self.stays_on(pupil, on));
        let together = together.filter(|stay| stay.from <= on).map(|stay| stay.group);
        let here = together.filter(|group| self.groups.get(group).map(|book| book.school) == school);
        here.chain([class]).collect()
    }

    /// Whether a group is of the school year that holds a day.
    pub fn is_of_the_year(&self, group: GroupId, on: Date) -> bool {
        let year = |group: &GroupBook| Some(self.schools.get(&group.school)?.year_on(on)?.year == group.year);
        self.groups.get(&group).and_then(year).unwrap_or(false)
    }

    /// What somebody sees of a class of this year from that standpoint, in all subjects: no more than this class, and never what is behind
    /// the scenes, since a textbook is its teacher's until it is released.
    pub fn class_scope(&self, person: PersonId, standpoint: Standpoint, class: GroupId, on: Date) -> Scope {
        let is_class = |book: &&GroupBook| book.description.sort == Sort::Class && self.is_of_the_year(class, on);
        let Some(book) = self.groups.get(&class).filter(is_class) else { return Scope::nothing() };
        let seen = self.scope(person, standpoint, on);
        let admitted = seen.schools.contains(&book.school) || seen.groups.iter().any(|(known, _)| *known == class);
        if !admitted {
            return Scope::nothing();
        }
        access::of_class(self.groups_of_class(class, on), self.members(class, on))
    }

    /// The lessons of several groups between two days, both included, in order.
    pub fn lessons_of(&self, groups: impl Iterator<Item = GroupId>, from: Date, until: Date) -> Vec<LessonAt> {
        let services = groups.flat_map(|group| self.services_of_group(group));
        let mut lessons: Vec<LessonAt> =
            services.flat_map(|service| self.lessons(service.textbook, from, until)).collect();
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at, lesson.textbook));
        lessons
    }
}
