//! An event and the former version give the version.

use domain::event::Recorded;
use domain::textbook::Event;
use domain::textbook::entry::Lesson;

use super::{EntryVersion, FormerEntry, FormerHomework, HomeworkVersion};
use crate::cells::{self, Framing, Work};
use crate::shelf::Place;

pub fn entry(former: Option<&FormerEntry>, place: &Place, recorded: &Recorded, event: &Event) -> Option<EntryVersion> {
    let revision = former.map_or(0, |former| former.revision);
    let version = |entry, lesson| EntryVersion {
        place: place.clone(),
        entry,
        version: recorded.sequence,
        revision,
        lesson,
        withdrawn: false,
        content: None,
        framing: Framing::default(),
        resources: Vec::new(),
        author: recorded.actor,
        visible_from: recorded.recorded_at,
    };
    match event {
        Event::EntryPublished { entry, lesson, content, framing, resources, visible_from, .. } => Some(EntryVersion {
            revision: revision + 1,
            content: recorded.cell(content),
            framing: Framing::of(recorded, framing),
            resources: cells::resources(recorded, resources),
            visible_from: *visible_from,
            ..version(*entry, lesson.clone())
        }),
        Event::EntryRevised { entry, content, framing, resources, visible_from, .. } => Some(EntryVersion {
            revision: revision + 1,
            content: recorded.cell(content),
            framing: Framing::of(recorded, framing),
            resources: cells::resources(recorded, resources),
            visible_from: *visible_from,
            ..version(*entry, former?.lesson.clone())
        }),
        Event::EntryWithdrawn { entry, .. } => {
            Some(EntryVersion { withdrawn: true, ..version(*entry, former?.lesson.clone()) })
        }
        Event::TextbookOpened { .. }
        | Event::HomeworkGiven { .. }
        | Event::HomeworkRevised { .. }
        | Event::HomeworkWithdrawn { .. } => None,
    }
}

pub fn homework(
    former: Option<&FormerHomework>,
    place: &Place,
    recorded: &Recorded,
    event: &Event,
) -> Option<HomeworkVersion> {
    let revision = former.map_or(0, |former| former.revision);
    let version = |homework, given_in: Lesson, work| HomeworkVersion {
        place: place.clone(),
        homework,
        version: recorded.sequence,
        revision,
        given_entry: given_in.entry(place.textbook),
        given_in,
        work,
        withdrawn: false,
        text: None,
        resources: Vec::new(),
        author: recorded.actor,
        visible_from: recorded.recorded_at,
    };
    match event {
        Event::HomeworkGiven { homework, given_in, task, visible_from, .. } => Some(HomeworkVersion {
            revision: revision + 1,
            text: recorded.cell(&task.text),
            resources: cells::resources(recorded, &task.resources),
            visible_from: *visible_from,
            ..version(*homework, given_in.clone(), Work::of(task))
        }),
        Event::HomeworkRevised { homework, task, visible_from, .. } => Some(HomeworkVersion {
            revision: revision + 1,
            text: recorded.cell(&task.text),
            resources: cells::resources(recorded, &task.resources),
            visible_from: *visible_from,
            ..version(*homework, former?.given_in.clone(), Work::of(task))
        }),
        Event::HomeworkWithdrawn { homework, .. } => {
            let former = former?;
            let withdrawal = version(*homework, former.given_in.clone(), former.work.clone());
            Some(HomeworkVersion { withdrawn: true, ..withdrawal })
        }
        Event::TextbookOpened { .. }
        | Event::EntryPublished { .. }
        | Event::EntryRevised { .. }
        | Event::EntryWithdrawn { .. } => None,
    }
}
