//! The lessons of a pupil's week: those that are held in it, those that were to be, and those outside the timetable.

use std::collections::HashMap;

use domain::ids::EntryId;
use domain::textbook::entry::Lesson;
use jiff::civil::Date;
use projections::pupil::EntryVersion;

use super::{Reading, Texts, end_of, said};
use crate::facts::{Books, LessonAt};
use crate::web::pupil::{Homework, Slot, SlotState};

/// What else became of a lesson that is written, in words.
pub fn notes(books: &Books, written: &Lesson, held: Option<&LessonAt>) -> Vec<String> {
    match held {
        Some(lesson) => said::became(books, lesson),
        None if written.slot.is_none() => vec![said::OUTSIDE.to_owned()],
        None => vec![],
    }
}

pub struct OfWeek<'a> {
    reading: &'a Reading<'a>,
    books: &'a Books,
    held: Vec<LessonAt>,
    moved_away: Vec<LessonAt>,
    entries: HashMap<EntryId, &'a EntryVersion>,
    works: &'a [(EntryId, Homework)],
    texts: &'a Texts,
}

impl<'a> OfWeek<'a> {
    pub fn new(
        reading: &'a Reading<'a>,
        books: &'a Books,
        (from, until): (Date, Date),
        entries: &'a [EntryVersion],
        works: &'a [(EntryId, Homework)],
        texts: &'a Texts,
    ) -> Self {
        let held = books.timetable_of(reading.whose, &reading.scope, from, until);
        let moved_away = books.moved_away_of(reading.whose, &reading.scope, from, until);
        let entries = entries.iter().map(|entry| (entry.entry, entry)).collect();
        Self { reading, books, held, moved_away, entries, works, texts }
    }

    /// The lessons of a day, in order.
    pub fn on(&self, date: Date) -> Vec<Slot> {
        let held = self.held.iter().filter(|lesson| lesson.date == date).map(|lesson| self.held_here(lesson));
        let away = self.moved_away.iter().filter(|lesson| lesson.of == date).map(|lesson| self.held_elsewhere(lesson));
        let outside = |entry: &&&EntryVersion| entry.lesson.slot.is_none() && entry.lesson.date == date;
        let outside = self.entries.values().filter(outside).map(|entry| self.outside(entry));
        let mut slots: Vec<Slot> = held.chain(away).chain(outside).collect();
        slots.sort_by(|a, b| (a.start, &a.subject).cmp(&(b.start, &b.subject)));
        slots
    }

    fn held_here(&self, lesson: &LessonAt) -> Slot {
        let entry = lesson.entry();
        let state = match self.entries.get(&entry) {
            Some(entry) => self.reading.written(self.books, entry, self.texts),
            None if lesson.not_held.is_some() => SlotState::Cancelled,
            None if lesson.end() > self.reading.local => SlotState::ToCome,
            None if lesson.replaced_by.is_some() => SlotState::Assured,
            None => SlotState::Unwritten,
        };
        Slot {
            not_held: lesson.not_held.map(|because| said::not_held(because).to_owned()),
            notes: said::became(self.books, lesson),
            given: self.given(entry),
            ..self.slot(lesson, state)
        }
    }

    fn held_elsewhere(&self, lesson: &LessonAt) -> Slot {
        let slot = self.slot(lesson, SlotState::Moved { to: said::moved_to(lesson) });
        let start = lesson.moved_from.map_or(slot.start, jiff::civil::DateTime::time);
        Slot { start, end: end_of(start, lesson.minutes), room: None, ..slot }
    }

    fn slot(&self, lesson: &LessonAt, state: SlotState) -> Slot {
        Slot {
            start: lesson.starts_at,
            end: end_of(lesson.starts_at, lesson.minutes),
            subject: self.reading.subject(self.books, lesson.textbook),
            teacher: said::teachers(self.books, lesson.textbook, lesson.date),
            room: lesson.room.clone(),
            textbook: Some(format!("{}/cahiers/{}", self.reading.base, lesson.textbook)),
            not_held: None,
            notes: vec![],
            state,
            given: vec![],
        }
    }

    fn outside(&self, entry: &EntryVersion) -> Slot {
        let (place, lesson) = (&entry.place, &entry.lesson);
        Slot {
            start: lesson.starts_at,
            end: end_of(lesson.starts_at, lesson.minutes),
            subject: self.reading.subject(self.books, place.textbook),
            teacher: said::teachers(self.books, place.textbook, lesson.date),
            room: None,
            textbook: Some(format!("{}/cahiers/{}", self.reading.base, place.textbook)),
            not_held: None,
            notes: notes(self.books, lesson, None),
            state: self.reading.written(self.books, entry, self.texts),
            given: self.given(entry.entry),
        }
    }

    fn given(&self, entry: EntryId) -> Vec<Homework> {
        self.works.iter().filter(|(known, _)| *known == entry).map(|(_, work)| work.clone()).collect()
    }
}
