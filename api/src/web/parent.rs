//! What a parent reads, and an AESH of the pupils they accompany: what every child has to do for the next school day, without a tap;
//! then one child.

use std::cmp::Reverse;

use askama::Template;
use jiff::civil::{Date, DateTime};

use super::filters;
use super::layout::{Layout, Link, Role};
use super::pupil::{Homework, SlotState, Textbook, Week};
use super::teacher::LoadedDay;
use crate::fr;

/// One child on the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// `Inès`
    pub given_name: String,
    pub class: String,
    /// Said only when the children are in several schools.
    pub school: Option<String>,
    /// `/parent/enfants/{pupil}`
    pub href: String,
    /// The clock of the child's school.
    pub now: DateTime,
    /// The next day with lessons: tomorrow, or Monday on a Friday. `None` when there is none in sight.
    pub next_day: Option<Date>,
    /// All that is to be done for a later day than today, in any order.
    pub homework: Vec<Homework>,
}

/// Homework of a later day, counted: `jeudi (1)`.
#[derive(Debug, PartialEq, Eq)]
pub struct Later {
    pub due_on: Date,
    pub count: usize,
}

impl Child {
    /// The frame in which this child's days are said: « demain » is that of their school.
    pub fn frame(&self, layout: &Layout) -> Layout {
        Layout { now: self.now, ..layout.clone() }
    }

    /// What is due on the next school day, or before it.
    pub fn next(&self) -> Vec<&Homework> {
        self.homework.iter().filter(|item| Some(item.due_on) <= self.next_day).collect()
    }

    /// Due before the next school day: it must say for when.
    pub fn is_before_next(&self, item: &Homework) -> bool {
        Some(item.due_on) < self.next_day
    }

    pub fn later(&self) -> Vec<Later> {
        let mut days: Vec<Later> = Vec::new();
        let mut due: Vec<_> = self.homework.iter().map(|item| item.due_on).collect();
        due.sort_unstable();
        for due_on in due.into_iter().filter(|day| Some(*day) > self.next_day) {
            match days.last_mut() {
                Some(last) if last.due_on == due_on => last.count += 1,
                _ => days.push(Later { due_on, count: 1 }),
            }
        }
        days
    }

    /// The nearest work first, then the longest.
    fn urgency(&self) -> (bool, Date, Reverse<u32>, Reverse<usize>) {
        let next = self.next();
        let minutes = next.iter().filter_map(|item| item.minutes).sum();
        let first = self.homework.iter().map(|item| item.due_on).min().unwrap_or(Date::MAX);
        (next.is_empty(), first, Reverse(minutes), Reverse(next.len()))
    }
}

/// A child, of age, who objects to being read by this adult.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    pub given_name: String,
    pub since: Date,
}

/// `/parent` and `/accompagnement`
#[derive(Debug, Template)]
#[template(path = "parent/home.html")]
pub struct HomePage {
    pub layout: Layout,
    pub children: Vec<Child>,
    pub objections: Vec<Objection>,
    /// The school knows them as near a pupil whose textbook they do not read: a contact, or a parent whose right ended.
    pub near: bool,
    /// Children who are in no class yet: nothing is written for them.
    pub unplaced: Vec<String>,
}

impl HomePage {
    /// Most urgent first; children as pressed as each other stay in the order given.
    pub fn new(layout: Layout, mut children: Vec<Child>, objections: Vec<Objection>) -> Self {
        children.sort_by_key(Child::urgency);
        Self { layout, children, objections, near: false, unplaced: vec![] }
    }

    /// Whether they are read by somebody who accompanies them, and not by a parent.
    pub fn accompanies(&self) -> bool {
        self.layout.role == Some(Role::Companion)
    }

    /// `2 enfants`
    pub fn children_said(&self) -> String {
        let (one, many) = if self.accompanies() { ("élève", "élèves") } else { ("enfant", "enfants") };
        fr::plural(self.children.len() + self.unplaced.len(), one, many)
    }

    /// The next school day, when it is the same for all who have one.
    fn common_day(&self) -> Option<Date> {
        let mut days = self.children.iter().filter_map(|child| child.next_day);
        let first = days.next()?;
        // Where it is not the same day everywhere, « demain » is not the same.
        let one_today = self.children.iter().all(|child| child.now.date() == self.layout.today());
        (one_today && days.all(|day| day == first)).then_some(first)
    }

    /// `Pour demain, mercredi 18 novembre`
    pub fn title(&self) -> String {
        let nobody = if self.accompanies() { "Mes élèves" } else { "Mes enfants" };
        self.common_day()
            .map_or_else(|| nobody.to_owned(), |day| format!("Pour {}", fr::near_date(day, self.layout.today())))
    }
}

/// A textbook of the child, in the list of subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectLink {
    pub subject: String,
    pub teacher: String,
    /// `/parent/enfants/{pupil}/cahiers/{textbook}`
    pub href: String,
    /// The last lesson with something written.
    pub latest: Option<Date>,
}

/// Which child the pages below speak of, and the others of the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildHead {
    /// All the children of this reader.
    pub home: Link,
    pub given_name: String,
    pub class: String,
    /// `/parent/enfants/{pupil}`
    pub href: String,
    pub siblings: Vec<Link>,
}

/// `/parent/enfants/{pupil}`
#[derive(Debug, Template)]
#[template(path = "parent/child.html")]
pub struct ChildPage {
    pub layout: Layout,
    pub child: ChildHead,
    pub week: Week,
    pub subjects: Vec<SubjectLink>,
    /// How many homeworks are ahead.
    pub homework_count: usize,
}

/// `/parent/enfants/{pupil}/travail`
#[derive(Debug, Template)]
#[template(path = "parent/homework.html")]
pub struct ChildHomeworkPage {
    pub layout: Layout,
    pub child: ChildHead,
    pub homework: Vec<Homework>,
}

/// `/parent/enfants/{pupil}/charge`
#[derive(Debug, Template)]
#[template(path = "parent/workload.html")]
pub struct ChildLoadPage {
    pub layout: Layout,
    pub child: ChildHead,
    /// Soonest first; days without work are left out.
    pub days: Vec<LoadedDay>,
    /// The last day looked at.
    pub until: Date,
}

/// `/parent/enfants/{pupil}/cahiers/{textbook}`
#[derive(Debug, Template)]
#[template(path = "parent/textbook.html")]
pub struct ChildTextbookPage {
    pub layout: Layout,
    pub child: ChildHead,
    pub textbook: Textbook,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn child(name: &str, due: &[i8]) -> Child {
        let homework = due.iter().map(|&day| Homework {
            subject: String::new(),
            teacher: String::new(),
            text: String::new(),
            kind: None,
            minutes: None,
            given_on: date(2026, 11, 16),
            due_on: date(2026, 11, day),
            due_note: None,
            in_writing: false,
            for_whom: None,
            revised_on: None,
            former: None,
            resources: Vec::new(),
            textbook: None,
        });
        Child {
            given_name: name.to_owned(),
            class: String::new(),
            school: None,
            href: String::new(),
            now: date(2026, 11, 17).at(17, 30, 0, 0),
            next_day: Some(date(2026, 11, 18)),
            homework: homework.collect(),
        }
    }

    #[test]
    fn the_most_pressed_child_comes_first_and_the_free_one_last() {
        let mut children =
            [child("free", &[]), child("later", &[20]), child("one", &[18]), child("two", &[18, 18, 19])];
        children.sort_by_key(Child::urgency);
        assert_eq!(children.each_ref().map(|child| child.given_name.as_str()), ["two", "one", "later", "free"]);
    }

    #[test]
    fn later_days_are_counted() {
        let counts: Vec<_> = child("x", &[18, 20, 19, 20]).later().iter().map(|day| day.count).collect();
        assert_eq!(counts, [1, 2]);
    }
}
