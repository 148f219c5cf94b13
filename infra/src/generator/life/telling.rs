//! One service through the year: its lessons one after the other, each with a page of the bank.

use std::collections::HashMap;
use std::ops::Range;

use jiff::civil::{Date, DateTime};

use super::acts::{self, Moment};
use super::{Act, half_days, story};
use crate::generator::bank::{Bank, Page};
use crate::generator::chance::Chance;
use crate::generator::programme::EVERYTHING;
use crate::generator::school::{Lesson, School, Service};

/// A lesson and what it is about.
pub(super) struct Told<'a> {
    pub(super) page: &'a Page,
    /// How many times the bank has been gone through before: it changes pages and exercise numbers.
    pub(super) round: usize,
    /// Days of the lessons that follow.
    pub(super) next: &'a [Lesson],
    /// The test that falls two lessons later, if one does: its day and its page.
    pub(super) test: Option<(Date, &'a Page)>,
}

/// Tells the lessons of a service that began before the end of `until`.
pub(super) fn tell(school: &School, bank: &Bank, index: usize, service: &Service, until: Date, told: &mut Vec<Act>) {
    if service.subject == EVERYTHING {
        return half_days::tell(school, bank, index, service, until, told);
    }
    let half_class = !service.of_division && service.group.contains("_G");
    let pages = bank.pages(service.subject, service.level, half_class);
    if pages.is_empty() {
        return;
    }
    let lessons = school.lessons(service);
    let special = story::of(school, service, &lessons);
    let course = Course::new(&lessons, pages, &special);
    for (rank, lesson) in lessons.iter().enumerate() {
        if lesson.starts_at.date() > until {
            break;
        }
        if let Some(acts) = special.get(&lesson.starts_at) {
            told.extend(acts.iter().cloned());
            continue;
        }
        let chance = &mut Chance::of(school.seed, &[9, index as u64, rank as u64]);
        let page = |rank: usize| &pages[course.position(rank) % pages.len()];
        let test = lessons
            .get(rank + 2)
            .filter(|lesson| page(rank + 2).content.starts_with("Contrôle") && !special.contains_key(&lesson.starts_at))
            .map(|lesson| (lesson.starts_at.date(), page(rank + 2)));
        let telling =
            Told { page: page(rank), round: course.position(rank) / pages.len(), next: &lessons[rank + 1..], test };
        let teacher = &school.staff[school.teacher_on(service, lesson.starts_at.date())];
        acts::about(school, service, *lesson, teacher, &telling, chance, told);
    }
}

/// The way through the bank: straight on, except that what surrounds a story ends with a whole sequence before it and starts anew after it.
struct Course {
    story: Range<usize>,
    offset: usize,
}

impl Course {
    fn new(lessons: &[Lesson], pages: &[Page], special: &HashMap<DateTime, Vec<Act>>) -> Self {
        let in_story = |lesson: &Lesson| special.contains_key(&lesson.starts_at);
        let start = lessons.iter().position(in_story).unwrap_or(lessons.len());
        let offset = if special.is_empty() { 0 } else { (pages.len() - start % pages.len()) % pages.len() };
        Self { story: start..start + special.len(), offset }
    }

    fn position(&self, rank: usize) -> usize {
        if rank < self.story.start { rank + self.offset } else { rank.saturating_sub(self.story.end) }
    }
}

impl Moment<'_> {
    /// An act about this lesson.
    pub(super) fn act(&self, at: DateTime, deed: super::Deed) -> Act {
        Act {
            at,
            teacher: self.teacher.sts_id.as_ref().unwrap_or(&self.teacher.jointure).clone(),
            group: self.service.group.clone(),
            subject: self.service.subject.to_owned(),
            date: self.lesson.starts_at.date(),
            starts_at: self.lesson.starts_at.time(),
            deed,
        }
    }
}
