//! An event and the former version give the version.

use domain::event::Recorded;
use domain::personal::Personal;
use domain::textbook::Event;
use domain::textbook::entry::{Lesson, Resource};
use jiff::Timestamp;

use super::{Former, Item, ItemKey, Version};
use crate::cells::{self, Framing, Work};
use crate::rows::{About, about};
use crate::shelf::Place;

/// None for what is about the textbook itself.
pub fn key(event: &Event) -> Option<ItemKey> {
    match about(event) {
        About::Textbook => None,
        About::Entry((textbook, entry)) => Some((textbook, Item::Entry(entry))),
        About::Homework((textbook, homework)) => Some((textbook, Item::Homework(homework))),
    }
}

pub fn version(former: Option<&Former>, place: &Place, recorded: &Recorded, event: &Event) -> Option<Version> {
    let blank = |item, lesson: Lesson, work| Version {
        place: place.clone(),
        item,
        number: former.map_or(0, |former| former.number) + 1,
        version: recorded.sequence,
        position: recorded.position,
        event: recorded.fact.name().to_owned(),
        author: recorded.actor,
        capacity: recorded.capacity,
        recorded_at: recorded.recorded_at,
        visible_from: None,
        entry: lesson.entry(place.textbook),
        lesson,
        work,
        content: None,
        framing: Framing::default(),
        copied_from: None,
        resources: Vec::new(),
        reason: None,
    };
    let text = |version, content: &Personal, resources: &[Resource], visible_from: &Timestamp| Version {
        content: recorded.cell(content),
        resources: cells::resources(recorded, resources),
        visible_from: Some(*visible_from),
        ..version
    };
    match event {
        Event::TextbookOpened { .. } => None,
        Event::EntryPublished { entry, lesson, content, framing, resources, copied_from, visible_from, .. } => {
            let version = blank(Item::Entry(*entry), lesson.clone(), None);
            let framing = Framing::of(recorded, framing);
            Some(text(Version { framing, copied_from: *copied_from, ..version }, content, resources, visible_from))
        }
        Event::EntryRevised { entry, content, framing, resources, visible_from, .. } => {
            let version = blank(Item::Entry(*entry), former?.lesson.clone(), None);
            let framing = Framing::of(recorded, framing);
            Some(text(Version { framing, ..version }, content, resources, visible_from))
        }
        Event::EntryWithdrawn { entry, reason, .. } => {
            let version = blank(Item::Entry(*entry), former?.lesson.clone(), None);
            Some(Version { reason: recorded.cell(reason), ..version })
        }
        Event::HomeworkGiven { homework, given_in, task, visible_from, .. } => {
            let version = blank(Item::Homework(*homework), given_in.clone(), Some(Work::of(task)));
            Some(text(version, &task.text, &task.resources, visible_from))
        }
        Event::HomeworkRevised { homework, task, visible_from, .. } => {
            let version = blank(Item::Homework(*homework), former?.lesson.clone(), Some(Work::of(task)));
            Some(text(version, &task.text, &task.resources, visible_from))
        }
        Event::HomeworkWithdrawn { homework, reason, .. } => {
            let former = former?;
            let version = blank(Item::Homework(*homework), former.lesson.clone(), former.work.clone());
            Some(Version { reason: recorded.cell(reason), ..version })
        }
    }
}
