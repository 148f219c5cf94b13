//! The cahier de textes: the official record of what was taught to a group in a subject, and of the work given to it.
//!
//! Circulaire 2010-136 du 6-9-2010 (BO 32): kept by each teacher, open to the head and to inspectors, at all times available to pupils and
//! to their legal guardians; two parts, the content of the lesson and the work to do, the latter with the day it is given and the
//! day it is due. One stream per class-or-group × subject × school year.
//!
//! | French | here |
//! |---|---|
//! | cahier de textes | textbook: this stream |
//! | séance, contenu de séance | a lesson and its [`entry`] |
//! | travail à faire (donné le, pour le) | [`homework`], with `given_in` and `due` |
//! | ressource : pour la séance, pour le travail, pour aller plus loin | [`entry::Resource`] and its purpose |
//! | séquence, point du programme | [`entry::Framing`] |
//! | reprise d'une autre classe ou d'un autre an | [`entry::Source`] |
//! | pour une partie de la classe | [`homework::Task::audience`] |
//! | fichier joint, pièce jointe | [`file`]: of a resource; kept apart, named by its digest |
//! | retirer de la vue | withdrawn: the record stays, pupils no longer see it |
//! | pause numérique | `visible_from`: a time in the event, never a job |
//!
//! Life line: opened by its first writing → entries published, revised, withdrawn → homework given, revised, withdrawn → closed with
//! the year. Nothing is overwritten: an entry's versions are its events.

pub mod entry;
pub mod file;
pub mod homework;
mod rejection;
pub mod written;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::calendar::{self, Closure, LessonOn, NotHeld, PausePolicy, Placement, Slot, YearBounds};
use crate::decider::{Context, Decider, Rights};
use crate::event::DomainEvent;
use crate::ids::{EntryId, GroupId, HomeworkId, PersonId, SchoolId, SchoolYear, SlotId, TextbookId};
use crate::personal::Personal;
use entry::{Framing, Lesson, LessonRef, NewFraming, NewResource, Resource, Source};
use file::{File, FileAddress, Received};
use homework::{NewHomework, Task};
pub use rejection::Rejection;
use written::Degree;

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = textbook::Command))]
pub enum Command {
    /// Writes a lesson, and the work given in it, new or given before it was written.
    PublishEntry {
        lesson: LessonRef,
        content: String,
        #[serde(default)]
        framing: NewFraming,
        #[serde(default)]
        resources: Vec<NewResource>,
        #[serde(default)]
        homework: Vec<NewHomework>,
        /// The entry whose text was taken over, of a parallel class or of an earlier year.
        #[serde(default)]
        copied_from: Option<Source>,
    },
    /// Writes a lesson anew: its text if it changed, and the work given in it, new or revised, as one fact.
    ReviseEntry {
        entry: EntryId,
        /// None when the text stands; the framing and the resources then stand with it.
        #[serde(default)]
        content: Option<String>,
        #[serde(default)]
        framing: NewFraming,
        #[serde(default)]
        resources: Vec<NewResource>,
        /// Work already given is revised, other work is given.
        #[serde(default)]
        homework: Vec<NewHomework>,
    },
    WithdrawEntry {
        entry: EntryId,
        reason: String,
        /// Whether the work given in that lesson goes with it.
        #[serde(default)]
        with_homework: bool,
    },
    GiveHomework {
        given_in: LessonRef,
        homework: NewHomework,
    },
    /// All the work of a lesson, written or not, as one fact: work already given is revised, other work is given. Always on the version that
    /// was read (`If-Match`), also when all of it is new.
    WriteHomework {
        given_in: LessonRef,
        homework: Vec<NewHomework>,
    },
    ReviseHomework {
        homework: NewHomework,
    },
    WithdrawHomework {
        homework: HomeworkId,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    TextbookOpened {
        textbook: TextbookId,
        school: SchoolId,
        year: SchoolYear,
        group: GroupId,
        subject: String,
    },
    EntryPublished {
        textbook: TextbookId,
        entry: EntryId,
        lesson: Lesson,
        content: Personal,
        #[serde(default, skip_serializing_if = "Framing::is_empty")]
        framing: Framing,
        resources: Vec<Resource>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copied_from: Option<Source>,
        visible_from: Timestamp,
    },
    EntryRevised {
        textbook: TextbookId,
        entry: EntryId,
        content: Personal,
        #[serde(default, skip_serializing_if = "Framing::is_empty")]
        framing: Framing,
        resources: Vec<Resource>,
        visible_from: Timestamp,
    },
    EntryWithdrawn {
        textbook: TextbookId,
        entry: EntryId,
        reason: Personal,
    },
    HomeworkGiven {
        textbook: TextbookId,
        homework: HomeworkId,
        given_in: Lesson,
        task: Task,
        visible_from: Timestamp,
    },
    HomeworkRevised {
        textbook: TextbookId,
        homework: HomeworkId,
        task: Task,
        visible_from: Timestamp,
    },
    HomeworkWithdrawn {
        textbook: TextbookId,
        homework: HomeworkId,
        reason: Personal,
    },
}

impl DomainEvent for Event {
    fn occurred_at(&self) -> Option<Timestamp> {
        match self {
            Self::EntryPublished { lesson, .. } | Self::HomeworkGiven { given_in: lesson, .. } => Some(lesson.ended_at),
            _ => None,
        }
    }

    fn school(&self) -> Option<SchoolId> {
        match self {
            Self::TextbookOpened { school, .. } => Some(*school),
            _ => None,
        }
    }
}

/// What the register knows of this textbook's service and school.
#[derive(Clone)]
pub struct Facts {
    pub textbook: TextbookId,
    pub school: SchoolId,
    pub group: GroupId,
    pub subject: String,
    /// Of the school: the texts on written work depend on it.
    pub degree: Degree,
    pub zone: TimeZone,
    pub pauses: Vec<PausePolicy>,
    pub bounds: YearBounds,
    pub closures: Vec<Closure>,
    /// Every slot the service ever had, with the day it ended.
    pub slots: Vec<(Slot, Option<Date>)>,
    /// Lessons of these slots that are not held. Something may be written of one all the same: the work left for the class.
    pub not_held: BTreeMap<LessonOn, NotHeld>,
    /// Who is in the group on the day of the command.
    pub members: BTreeSet<PersonId>,
    /// The entry that the command says it takes over, when it exists and its author may read it.
    pub source: Option<Source>,
    /// Where those are held that are moved.
    pub moved: BTreeMap<LessonOn, Placement>,
    /// How large files may be, and those that wait to be published.
    pub received: Received,
}

impl Facts {
    /// Whether the timetable has a lesson of that slot on that day. Of one that is moved, it is the new day that must be open.
    pub fn lesson_on(&self, slot: &Slot, ended_on: Option<Date>, date: Date) -> bool {
        let held_on = self.held_on(Some(slot.slot), date);
        calendar::lesson_on(slot, ended_on, &[], date) && !self.closures.iter().any(|closure| closure.holds(held_on))
    }

    /// The day on which a lesson is held: that of the timetable, by which it is named, unless it is moved.
    fn held_on(&self, slot: Option<SlotId>, date: Date) -> Date {
        let moved = slot.and_then(|slot| self.moved.get(&LessonOn { date, slot }));
        moved.map_or(date, |to| to.date)
    }
}

#[derive(Clone, Default)]
pub struct State {
    opened: bool,
    entries: BTreeMap<EntryId, Entry>,
    homework: BTreeMap<HomeworkId, Given>,
    /// Of every version: what was once published may be named again.
    files: BTreeMap<FileAddress, File>,
}

#[derive(Clone)]
struct Entry {
    lesson: Lesson,
    withdrawn: bool,
}

#[derive(Clone)]
struct Given {
    entry: EntryId,
    slot: Option<SlotId>,
    on: Date,
    audience: BTreeSet<PersonId>,
    withdrawn: bool,
}

/// The textbook, as an aggregate.
pub struct Textbook;

impl Decider for Textbook {
    const TYPE: &'static str = "textbook";
    const RIGHTS: Rights = Rights::Needed;
    type Command = Command;
    type Event = Event;
    type Rejection = Rejection;
    type Facts = Facts;
    type State = State;

    fn decide(state: &State, command: Command, context: &Context<Facts>) -> Result<Vec<Event>, Rejection> {
        if !context.capacity.teaches() {
            return Err(Rejection::NotYourTextbook);
        }
        let facts = &context.facts;
        let textbook = facts.textbook;
        let mut events = Vec::new();
        if !state.opened {
            let (school, year, group) = (facts.school, facts.bounds.year, facts.group);
            events.push(Event::TextbookOpened { textbook, school, year, group, subject: facts.subject.clone() });
        }
        let visible_from = calendar::visible_from(&facts.pauses, &facts.zone, context.now);
        let today = facts.zone.to_datetime(context.now).date();
        let file = |address| file::named(state, &facts.received, today, address);
        let work = homework::Writing { state, facts, visible_from, files: &file };
        match command {
            Command::PublishEntry { lesson, content, framing, resources, homework, copied_from } => {
                let lesson = entry::resolve(facts, &lesson)?;
                let entry = lesson.entry(textbook);
                if state.entries.get(&entry).is_some_and(|known| !known.withdrawn) {
                    return Err(Rejection::LessonWritten);
                }
                if copied_from.is_some() && copied_from != facts.source {
                    return Err(Rejection::SourceUnknown);
                }
                let content = entry::text(textbook, content)?;
                let framing = entry::framing(textbook, framing)?;
                let resources = entry::resources(textbook, resources, &file)?;
                let given_in = lesson.clone();
                events.push(Event::EntryPublished {
                    textbook,
                    entry,
                    lesson,
                    content,
                    framing,
                    resources,
                    copied_from,
                    visible_from,
                });
                events.extend(work.write(&given_in, homework)?);
            }
            Command::ReviseEntry { entry, content, framing, resources, homework } => {
                let lesson = state.live_entry(entry)?.clone();
                if let Some(content) = content {
                    let content = entry::text(textbook, content)?;
                    let framing = entry::framing(textbook, framing)?;
                    let resources = entry::resources(textbook, resources, &file)?;
                    events.push(Event::EntryRevised { textbook, entry, content, framing, resources, visible_from });
                }
                events.extend(work.write(&lesson, homework)?);
            }
            Command::WithdrawEntry { entry, reason, with_homework } => {
                events.extend(state.withdraw(textbook, entry, &reason, with_homework)?);
            }
            Command::GiveHomework { given_in, homework } => {
                events.push(work.give(&entry::resolve(facts, &given_in)?, homework)?);
            }
            Command::WriteHomework { given_in, homework } => {
                events.extend(work.alone(&given_in, homework)?);
            }
            Command::ReviseHomework { homework } => events.push(work.revise(homework)?),
            Command::WithdrawHomework { homework, reason } => {
                state.live_homework(homework)?;
                events.push(Event::HomeworkWithdrawn { textbook, homework, reason: reason_given(textbook, reason)? });
            }
        }
        file::within_quota(state, events, &facts.received, today)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.files.extend(event.files().map(|file| (file.address, file.clone())));
        match event {
            Event::TextbookOpened { .. } => state.opened = true,
            Event::EntryPublished { entry, lesson, .. } => {
                state.entries.insert(*entry, Entry { lesson: lesson.clone(), withdrawn: false });
            }
            Event::EntryRevised { .. } => {}
            Event::EntryWithdrawn { entry, .. } => {
                if let Some(entry) = state.entries.get_mut(entry) {
                    entry.withdrawn = true;
                }
            }
            Event::HomeworkGiven { textbook, homework, given_in, task, .. } => {
                let (slot, on, entry) = (given_in.slot, given_in.date, given_in.entry(*textbook));
                let audience = task.audience.clone();
                state.homework.insert(*homework, Given { entry, slot, on, audience, withdrawn: false });
            }
            Event::HomeworkRevised { homework, task, .. } => {
                if let Some(given) = state.homework.get_mut(homework) {
                    given.audience.clone_from(&task.audience);
                }
            }
            Event::HomeworkWithdrawn { homework, .. } => {
                if let Some(given) = state.homework.get_mut(homework) {
                    given.withdrawn = true;
                }
            }
        }
    }

    fn weight(state: &State) -> usize {
        let named: usize = state.homework.values().map(|given| given.audience.len()).sum();
        128 + state.entries.len() * 112 + state.homework.len() * 96 + named * 32 + state.files.len() * 176
    }
}

impl State {
    /// An entry, and the work given in its lesson if it is to go with it.
    fn withdraw(
        &self,
        textbook: TextbookId,
        entry: EntryId,
        reason: &str,
        works: bool,
    ) -> Result<Vec<Event>, Rejection> {
        self.live_entry(entry)?;
        let given = || reason_given(textbook, reason.to_owned());
        let mut events = vec![Event::EntryWithdrawn { textbook, entry, reason: given()? }];
        let given_in = self.homework.iter().filter(|(_, work)| works && work.entry == entry && !work.withdrawn);
        for homework in given_in.map(|(homework, _)| *homework) {
            events.push(Event::HomeworkWithdrawn { textbook, homework, reason: given()? });
        }
        Ok(events)
    }

    fn live_entry(&self, entry: EntryId) -> Result<&Lesson, Rejection> {
        match self.entries.get(&entry) {
            None => Err(Rejection::EntryUnknown),
            Some(entry) if entry.withdrawn => Err(Rejection::EntryWithdrawn),
            Some(entry) => Ok(&entry.lesson),
        }
    }

    fn live_homework(&self, homework: HomeworkId) -> Result<&Given, Rejection> {
        match self.homework.get(&homework) {
            None => Err(Rejection::HomeworkUnknown),
            Some(given) if given.withdrawn => Err(Rejection::HomeworkWithdrawn),
            Some(given) => Ok(given),
        }
    }
}

fn reason_given(textbook: TextbookId, reason: String) -> Result<Personal, Rejection> {
    if reason.trim().is_empty() { Err(Rejection::ReasonEmpty) } else { entry::text(textbook, reason) }
}

#[cfg(test)]
mod spec;
