//! An event and the former row give the row.

use domain::event::Recorded;
use domain::textbook::Event;
use jiff::SignedDuration;

use super::{Load, WrittenLesson};
use crate::cells::Work;
use crate::shelf::Place;

pub fn lesson(
    former: Option<&WrittenLesson>,
    place: &Place,
    recorded: &Recorded,
    event: &Event,
) -> Option<WrittenLesson> {
    match event {
        Event::EntryPublished { entry, lesson, .. } => Some(match former {
            // Published anew after a withdrawal: it was first written when it was first written.
            Some(former) => WrittenLesson { withdrawn: false, ..former.clone() },
            None => WrittenLesson {
                place: place.clone(),
                entry: *entry,
                slot: lesson.slot,
                date: lesson.date,
                starts_at: lesson.starts_at,
                author: recorded.actor,
                delay: SignedDuration::from_secs(recorded.recorded_at.duration_since(lesson.ended_at).as_secs()),
                first_recorded_at: recorded.recorded_at,
                withdrawn: false,
            },
        }),
        Event::EntryWithdrawn { .. } => Some(WrittenLesson { withdrawn: true, ..former?.clone() }),
        // A revision changes neither whether the lesson is written nor when it first was.
        Event::EntryRevised { .. }
        | Event::TextbookOpened { .. }
        | Event::HomeworkGiven { .. }
        | Event::HomeworkRevised { .. }
        | Event::HomeworkWithdrawn { .. } => None,
    }
}

pub fn work(former: Option<&Load>, place: &Place, event: &Event) -> Option<Load> {
    match event {
        Event::HomeworkGiven { homework, given_in, task, .. } => Some(Load {
            place: place.clone(),
            homework: *homework,
            given_on: given_in.date,
            work: Work::of(task),
            withdrawn: false,
        }),
        Event::HomeworkRevised { task, .. } => Some(Load { work: Work::of(task), ..former?.clone() }),
        Event::HomeworkWithdrawn { .. } => Some(Load { withdrawn: true, ..former?.clone() }),
        Event::TextbookOpened { .. }
        | Event::EntryPublished { .. }
        | Event::EntryRevised { .. }
        | Event::EntryWithdrawn { .. } => None,
    }
}
