//! The lesson of a form, where it is held; and where the lessons are that its work is for.

use std::collections::BTreeMap;

use domain::calendar::{LessonOn, NotHeld};
use domain::ids::{HomeworkId, TextbookId};
use domain::textbook::entry::LessonRef;
use jiff::civil::{Date, Time};
use projections::teacher::Task;

use crate::facts::Books;
use crate::web::routes::said;

pub struct Shown {
    pub named: LessonRef,
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    pub room: Option<String>,
    pub not_held: Option<NotHeld>,
    /// Whether a colleague takes it.
    pub assured: bool,
    /// What became of it, in words.
    pub notes: Vec<String>,
}

impl Shown {
    /// Of a lesson outside the timetable, without knowing yet how long it was.
    pub fn of(books: &Books, textbook: TextbookId, named: LessonRef) -> Option<Self> {
        match named {
            LessonRef::Slot { slot, date } => {
                let lesson = books.lesson(textbook, LessonOn { date, slot })?;
                Some(Self {
                    named,
                    date: lesson.date,
                    starts_at: lesson.starts_at,
                    minutes: lesson.minutes,
                    not_held: lesson.not_held,
                    assured: lesson.replaced_by.is_some(),
                    notes: said::became(books, &lesson),
                    room: lesson.room,
                })
            }
            LessonRef::Exceptional { date, starts_at, minutes } => {
                let (room, not_held, notes) = (None, None, vec![said::OUTSIDE.to_owned()]);
                Some(Self { named, date, starts_at, minutes, room, not_held, assured: false, notes })
            }
        }
    }
}

/// The day each work is due, where the lesson it is for is held now; and that lesson.
pub type Dues = BTreeMap<HomeworkId, (Date, Option<LessonOn>)>;

pub fn dues(books: &Books, textbook: TextbookId, works: &[Task]) -> Dues {
    let due = |work: &Task| match books.due_lesson(textbook, &work.work.due) {
        Some(lesson) => (lesson.date, Some(lesson.named())),
        None => (work.work.due.on, None),
    };
    works.iter().map(|work| (work.homework, due(work))).collect()
}
