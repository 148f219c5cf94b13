//! An event and the former row give the row.

use domain::event::Recorded;
use domain::textbook::Event;
use jiff::Timestamp;

use super::{Entry, Task, Writing};
use crate::cells::{self, Framing, Work};
use crate::shelf::Place;

pub fn entry(former: Option<&Entry>, place: &Place, recorded: &Recorded, event: &Event) -> Option<Entry> {
    let writing = |texts, visible_from| writing(former.map(|former| &former.writing), recorded, texts, visible_from);
    match event {
        Event::EntryPublished { entry, lesson, content, framing, resources, visible_from, .. } => Some(Entry {
            place: place.clone(),
            entry: *entry,
            lesson: lesson.clone(),
            withdrawn: false,
            content: recorded.cell(content),
            framing: Framing::of(recorded, framing),
            resources: cells::resources(recorded, resources),
            writing: writing(1, *visible_from),
        }),
        Event::EntryRevised { content, framing, resources, visible_from, .. } => Some(Entry {
            content: recorded.cell(content),
            framing: Framing::of(recorded, framing),
            resources: cells::resources(recorded, resources),
            writing: writing(1, *visible_from),
            ..former?.clone()
        }),
        Event::EntryWithdrawn { .. } => {
            Some(Entry { withdrawn: true, writing: writing(0, recorded.recorded_at), ..former?.clone() })
        }
        Event::TextbookOpened { .. }
        | Event::HomeworkGiven { .. }
        | Event::HomeworkRevised { .. }
        | Event::HomeworkWithdrawn { .. } => None,
    }
}

pub fn task(former: Option<&Task>, place: &Place, recorded: &Recorded, event: &Event) -> Option<Task> {
    let writing = |texts, visible_from| writing(former.map(|former| &former.writing), recorded, texts, visible_from);
    match event {
        Event::HomeworkGiven { homework, given_in, task, visible_from, .. } => Some(Task {
            place: place.clone(),
            homework: *homework,
            given_entry: given_in.entry(place.textbook),
            given_in: given_in.clone(),
            work: Work::of(task),
            withdrawn: false,
            text: recorded.cell(&task.text),
            resources: cells::resources(recorded, &task.resources),
            writing: writing(1, *visible_from),
        }),
        Event::HomeworkRevised { task, visible_from, .. } => Some(Task {
            work: Work::of(task),
            text: recorded.cell(&task.text),
            resources: cells::resources(recorded, &task.resources),
            writing: writing(1, *visible_from),
            ..former?.clone()
        }),
        Event::HomeworkWithdrawn { .. } => {
            Some(Task { withdrawn: true, writing: writing(0, recorded.recorded_at), ..former?.clone() })
        }
        Event::TextbookOpened { .. }
        | Event::EntryPublished { .. }
        | Event::EntryRevised { .. }
        | Event::EntryWithdrawn { .. } => None,
    }
}

/// `texts`: how many texts the event adds.
fn writing(former: Option<&Writing>, recorded: &Recorded, texts: i32, visible_from: Timestamp) -> Writing {
    Writing {
        version: recorded.sequence,
        revision: former.map_or(0, |former| former.revision) + texts,
        author: recorded.actor,
        capacity: recorded.capacity,
        recorded_at: recorded.recorded_at,
        first_recorded_at: former.map_or(recorded.recorded_at, |former| former.first_recorded_at),
        visible_from,
    }
}
