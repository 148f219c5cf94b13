//! The lessons of the register: where the timetable has them, and where, whether and by whom they are really held.

use std::collections::BTreeSet;

use domain::access::Scope;
use domain::calendar::{Closure, LessonOn, NotHeld, Slot, days_after, lesson_on};
use domain::ids::{EntryId, GroupId, PersonId, SlotId, TextbookId};
use domain::textbook::homework::Due;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use projections::pupil::queries::Moved;

use super::books::{Books, ServiceBook};

/// One lesson of the timetable, where it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonAt {
    pub textbook: TextbookId,
    pub slot: SlotId,
    /// The day on which the timetable has it: its name, with the slot.
    pub of: Date,
    /// The day on which it is held.
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    pub room: Option<String>,
    /// Why it is not held, if it is not.
    pub not_held: Option<NotHeld>,
    /// Where the timetable has it, when it is held elsewhere.
    pub moved_from: Option<DateTime>,
    /// The colleague who takes it.
    pub replaced_by: Option<PersonId>,
}

impl LessonAt {
    pub fn named(&self) -> LessonOn {
        LessonOn { date: self.of, slot: self.slot }
    }

    /// The entry of this lesson, written or not.
    pub fn entry(&self) -> EntryId {
        EntryId::of(self.textbook, &self.slot.to_string(), self.of)
    }

    pub fn start(&self) -> DateTime {
        self.date.to_datetime(self.starts_at)
    }

    pub fn end(&self) -> DateTime {
        self.start().saturating_add(SignedDuration::from_mins(i64::from(self.minutes)))
    }

    /// Whether something is expected of it in its textbook. What a colleague takes is assured, and is not (rule CO-01).
    pub fn is_expected(&self) -> bool {
        self.not_held.is_none() && self.replaced_by.is_none()
    }

    /// Whether it is in the figures of what is written, those of every page and of the API: written, once it is over; not written, once its
    /// day is over. Until then nobody is behind: one writes in the evening.
    pub fn counts(&self, written: bool, local: DateTime) -> bool {
        let over = if written { self.end() <= local } else { Unwritten::at(self.start(), local) == Unwritten::Missing };
        over && self.is_expected()
    }
}

/// How far a lesson is of which nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritten {
    ToCome,
    /// It has begun, and its day is not over: it is written when its teacher has the time.
    ToWrite,
    /// Its day is over.
    Missing,
}

impl Unwritten {
    /// Of a lesson that begins at `start`, by the clock of its school: every page of its teacher and every figure ask here.
    pub fn at(start: DateTime, local: DateTime) -> Self {
        if local < start {
            Self::ToCome
        } else if local.date() <= start.date() {
            Self::ToWrite
        } else {
            Self::Missing
        }
    }
}

/// Whose lessons are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Pupil(PersonId),
    /// Of a class: those of the groups its pupils are in too.
    Class(GroupId),
}

impl Books {
    /// A textbook's service, and the days without lessons of its year; none when its school has not opened that year.
    fn taught(&self, textbook: TextbookId) -> Option<(&ServiceBook, &[Closure])> {
        let service = self.services.get(&textbook)?;
        let school = self.schools.get(&service.school)?;
        school.years.get(&service.year)?;
        Some((service, school.closures.get(&service.year).map_or(&[][..], Vec::as_slice)))
    }

    /// The lessons of a textbook that are held between two days, both included, in order; those that are cancelled say so.
    pub fn lessons(&self, textbook: TextbookId, from: Date, until: Date) -> Vec<LessonAt> {
        let Some((service, closures)) = self.taught(textbook) else { return vec![] };
        let mut lessons: Vec<LessonAt> = placed(service, closures, from, until)
            .filter(|(slot, date)| !is_moved(service, LessonOn { date: *date, slot: slot.slot }))
            .map(|(slot, date)| at(service, slot, date))
            .collect();
        let moved = service.moved.keys().filter_map(|lesson| self.lesson(textbook, *lesson));
        lessons.extend(moved.filter(|at| at.moved_from.is_some() && (from..=until).contains(&at.date)));
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at));
        lessons
    }

    /// A lesson by its name, wherever it is held: the school is open then, whatever became of the day on which the timetable has it.
    pub fn lesson(&self, textbook: TextbookId, lesson: LessonOn) -> Option<LessonAt> {
        self.in_timetable(textbook, lesson).filter(|found| !self.is_shut(textbook, found.date))
    }

    /// The same, even when the school is closed on the day on which it would be held: it may be moved.
    pub fn in_timetable(&self, textbook: TextbookId, lesson: LessonOn) -> Option<LessonAt> {
        let (service, _) = self.taught(textbook)?;
        let mut placed = placed(service, &[], lesson.date, lesson.date);
        placed.find(|(slot, _)| slot.slot == lesson.slot).map(|(slot, date)| at(service, slot, date))
    }

    /// The lessons that the timetable has between two days, both included, and that are held nowhere: the school is closed then.
    pub fn shut_out(&self, textbook: TextbookId, from: Date, until: Date) -> Vec<LessonAt> {
        let Some((service, _)) = self.taught(textbook) else { return vec![] };
        let lessons = placed(service, &[], from, until).map(|(slot, date)| at(service, slot, date));
        lessons.filter(|lesson| self.is_shut(textbook, lesson.date)).collect()
    }

    /// Whether the school of a textbook is closed on a day.
    pub fn is_shut(&self, textbook: TextbookId, day: Date) -> bool {
        let closed = |(_, closures): (_, &[Closure])| closures.iter().any(|closure| closure.holds(day));
        self.taught(textbook).is_some_and(closed)
    }

    /// The lessons that the timetable has between two days, both included, and that are held elsewhere.
    pub fn moved_away(&self, textbook: TextbookId, from: Date, until: Date) -> Vec<LessonAt> {
        let Some(service) = self.services.get(&textbook) else { return vec![] };
        let named = service.moved.range(LessonOn { date: from, slot: SlotId(uuid::Uuid::nil()) }..);
        let named = named.take_while(|(lesson, _)| lesson.date <= until);
        let lessons = named.filter_map(|(lesson, _)| self.lesson(textbook, *lesson));
        let away = |at: &LessonAt| at.moved_from.is_some_and(|was| was != at.start());
        lessons.filter(away).collect()
    }

    /// Days outside these two under which something was written of a lesson held between them: that of the timetable, and those of
    /// places that it had in the meantime.
    pub fn days_elsewhere(
        &self,
        textbooks: impl IntoIterator<Item = TextbookId>,
        from: Date,
        until: Date,
    ) -> BTreeSet<Date> {
        let mut days = BTreeSet::new();
        for textbook in textbooks {
            let Some(service) = self.services.get(&textbook) else { continue };
            for (lesson, moved) in &service.moved {
                let held = self.lesson(textbook, *lesson).is_some_and(|at| (from..=until).contains(&at.date));
                if held {
                    days.extend(moved.ever.iter().map(|(date, _)| *date).chain([lesson.date]));
                }
            }
        }
        days.retain(|day| !(from..=until).contains(day));
        days
    }

    /// The lesson that a work is due for, wherever it is held now; none of a work that is due for a day.
    pub fn due_lesson(&self, textbook: TextbookId, due: &Due) -> Option<LessonAt> {
        let (slot, service) = (due.slot?, self.services.get(&textbook)?);
        let there = |lesson: &LessonOn, ever: &[(Date, Time)]| {
            lesson.slot == slot && ever.iter().any(|(date, hour)| *date == due.on && Some(*hour) == due.at)
        };
        let moved = service.moved.iter().find(|(lesson, moved)| there(lesson, &moved.ever));
        let lesson = moved.map_or(LessonOn { date: due.on, slot }, |(lesson, _)| *lesson);
        self.lesson(textbook, lesson)
    }

    /// The day on which a work is due: that of its lesson, wherever it is held now.
    pub fn due_on(&self, textbook: TextbookId, due: &Due) -> Date {
        // Most services never moved a lesson: theirs are where the timetable has them.
        if self.services.get(&textbook).is_none_or(|service| service.moved.is_empty()) {
            return due.on;
        }
        self.due_lesson(textbook, due).map_or(due.on, |lesson| lesson.date)
    }

    /// Every place that lessons of theirs had, under which work for them may be kept, when they are held on another day now. Each place once.
    pub fn moved_places_of(&self, whose: Whose, scope: &Scope) -> Vec<Moved> {
        let mut places = BTreeSet::new();
        for textbook in self.textbooks_of(whose, scope) {
            let Some(service) = self.services.get(&textbook) else { continue };
            for (lesson, moved) in &service.moved {
                let planned = self.in_timetable(textbook, *lesson);
                let hour = planned.map(|at| at.moved_from.map_or(at.starts_at, DateTime::time));
                let ever = moved.ever.iter().copied().chain(hour.map(|hour| (lesson.date, hour)));
                places.extend(ever.filter_map(|(on, at)| {
                    let due = Due { on, slot: Some(lesson.slot), at: Some(at) };
                    let held_on = self.due_on(textbook, &due);
                    (held_on != on).then_some(Moved { textbook, slot: lesson.slot, on, at, held_on })
                }));
            }
        }
        places.into_iter().collect()
    }

    /// The timetable of a pupil between two days, both included, in order: on each day, in the groups they belong to on it.
    pub fn timetable(&self, pupil: PersonId, from: Date, until: Date) -> Vec<LessonAt> {
        self.of_pupil(pupil, |textbook| self.lessons(textbook, from, until), |lesson| lesson.date)
    }

    /// The same, of the lessons that the timetable has on these days and that are held elsewhere.
    pub fn moved_away_from(&self, pupil: PersonId, from: Date, until: Date) -> Vec<LessonAt> {
        self.of_pupil(pupil, |textbook| self.moved_away(textbook, from, until), |lesson| lesson.of)
    }

    /// The lessons of a pupil, or of all the groups of a class, between two days, both included.
    pub fn timetable_of(&self, whose: Whose, scope: &Scope, from: Date, until: Date) -> Vec<LessonAt> {
        match whose {
            Whose::Pupil(pupil) => self.timetable(pupil, from, until),
            Whose::Class(_) => self.lessons_of(scope.groups.iter().map(|(group, _)| *group), from, until),
        }
    }

    /// Of these, those that the timetable has on these days and that are held elsewhere.
    pub fn moved_away_of(&self, whose: Whose, scope: &Scope, from: Date, until: Date) -> Vec<LessonAt> {
        if let Whose::Pupil(pupil) = whose {
            return self.moved_away_from(pupil, from, until);
        }
        let textbooks = self.textbooks_of(whose, scope);
        textbooks.into_iter().flat_map(|textbook| self.moved_away(textbook, from, until)).collect()
    }

    /// Other days under which their lessons held between these two are written of.
    pub fn days_elsewhere_of(&self, whose: Whose, scope: &Scope, from: Date, until: Date) -> BTreeSet<Date> {
        self.days_elsewhere(self.textbooks_of(whose, scope), from, until)
    }

    fn textbooks_of(&self, whose: Whose, scope: &Scope) -> Vec<TextbookId> {
        let groups: Vec<GroupId> = match whose {
            Whose::Pupil(pupil) => self.stays(pupil).iter().map(|stay| stay.group).collect(),
            Whose::Class(_) => scope.groups.iter().map(|(group, _)| *group).collect(),
        };
        groups.into_iter().flat_map(|group| self.services_of_group(group)).map(|service| service.textbook).collect()
    }

    fn of_pupil(
        &self,
        pupil: PersonId,
        lessons_of: impl Fn(TextbookId) -> Vec<LessonAt>,
        day: impl Fn(&LessonAt) -> Date,
    ) -> Vec<LessonAt> {
        let mut lessons = Vec::new();
        for stay in self.stays(pupil) {
            let present =
                |lesson: &LessonAt| stay.from <= day(lesson) && stay.until.is_none_or(|end| day(lesson) < end);
            for service in self.services_of_group(stay.group) {
                lessons.extend(lessons_of(service.textbook).into_iter().filter(present));
            }
        }
        lessons.sort_by_key(|lesson| (lesson.date, lesson.starts_at, lesson.textbook));
        lessons.dedup();
        lessons
    }
}

fn is_moved(service: &ServiceBook, lesson: LessonOn) -> bool {
    !service.moved.is_empty() && service.moved.get(&lesson).is_some_and(|moved| moved.now.is_some())
}

/// What the timetable has between two days.
fn placed<'a>(
    service: &'a ServiceBook,
    closures: &'a [Closure],
    from: Date,
    until: Date,
) -> impl Iterator<Item = (&'a Slot, Date)> {
    let days = std::iter::successors(Some(from), |day| days_after(*day, 1)).take_while(move |day| *day <= until);
    days.flat_map(move |date| {
        let on = service.slots.iter().filter(move |(slot, ended)| lesson_on(slot, *ended, closures, date));
        on.map(move |(slot, _)| (slot, date))
    })
}

fn at(service: &ServiceBook, slot: &Slot, of: Date) -> LessonAt {
    let lesson = LessonOn { date: of, slot: slot.slot };
    let to = service.moved.get(&lesson).and_then(|moved| moved.now.as_ref());
    LessonAt {
        textbook: service.textbook,
        slot: slot.slot,
        of,
        date: to.map_or(of, |to| to.date),
        starts_at: to.map_or(slot.starts_at, |to| to.starts_at),
        minutes: slot.minutes,
        room: to.and_then(|to| to.room.clone()).or_else(|| slot.room.clone()),
        not_held: service.not_held.get(&lesson).copied(),
        moved_from: to.map(|_| of.to_datetime(slot.starts_at)),
        replaced_by: service.replaced.get(&lesson).copied(),
    }
}
