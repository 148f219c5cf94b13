//! A hand-made history: two schools, four textbooks, every event of the cahier de textes, and some of the directory. For specs and stories only.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, clippy::must_use_candidate)]

mod told;

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::access::Scope;
use domain::actor::{Actor, Capacity};
use domain::decider::Decider;
use domain::event::{DomainEvent, Fact, Recorded};
use domain::ids::{EntryId, GroupId, HomeworkId, PersonId, SchoolId, SchoolYear, SlotId, StreamId, TextbookId};
use domain::personal::{Personal, Retention, Seal, Sealed, SealedCell, Subject, sealing};
use domain::textbook::entry::{Framing, Lesson, Purpose, Resource};
use domain::textbook::file::{File, FileAddress, Media};
use domain::textbook::homework::{Due, HomeworkKind, Task};
use domain::textbook::{Event, Textbook};
use jiff::Timestamp;
use jiff::civil::{Date, Time, date, time};
use uuid::Uuid;

pub use told::history;

pub const YEAR: SchoolYear = SchoolYear(2026);
pub const MONDAY: Date = date(2026, 11, 16);
pub const TUESDAY: Date = date(2026, 11, 17);
pub const THURSDAY: Date = date(2026, 11, 19);
pub const FRIDAY: Date = date(2026, 11, 20);
pub const NEXT_MONDAY: Date = date(2026, 11, 23);
/// Named by a client, who named another with it in a second textbook.
pub const SHARED: HomeworkId = HomeworkId(Uuid::from_u128(77));

/// A textbook of the history.
#[derive(Clone, Copy)]
pub struct Book {
    pub school: SchoolId,
    pub group: GroupId,
    pub textbook: TextbookId,
    pub subject: &'static str,
    teacher: u128,
}

fn book(uai: &str, code: &str, subject: &'static str, teacher: u128) -> Book {
    let school = SchoolId::of(uai);
    let group = GroupId::of(school, YEAR, code);
    Book { school, group, textbook: TextbookId::of(group, subject), subject, teacher }
}

pub fn maths() -> Book {
    book("0990001X", "4B", "061300", 1)
}

pub fn english() -> Book {
    book("0990001X", "4B", "030201", 2)
}

pub fn history_4a() -> Book {
    book("0990001X", "4A", "043300", 3)
}

/// Of another school.
pub fn french_6c() -> Book {
    book("0990002Y", "6C", "020700", 4)
}

pub fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub fn slot(book: Book, hour: i8) -> SlotId {
    SlotId(Uuid::from_u128(book.textbook.0.as_u128() ^ u128::from(hour.unsigned_abs())))
}

/// A lesson of 55 minutes, at that hour of winter in Paris.
pub fn lesson(book: Book, date: Date, hour: i8) -> Lesson {
    let starts_at = time(hour, 0, 0, 0);
    let ended_at = date.at(hour - 1, 55, 0, 0).in_tz("UTC").unwrap().timestamp();
    Lesson { slot: Some(slot(book, hour)), date, starts_at, minutes: 55, ended_at }
}

/// One outside the timetable.
pub fn exceptional(book: Book, date: Date, hour: i8) -> Lesson {
    Lesson { slot: None, ..lesson(book, date, hour) }
}

pub fn entry(book: Book, date: Date, hour: i8) -> EntryId {
    lesson(book, date, hour).entry(book.textbook)
}

pub fn homework(number: u128) -> HomeworkId {
    HomeworkId(Uuid::from_u128(number))
}

pub fn of_group(book: Book, last_day: Option<Date>) -> Scope {
    Scope { groups: vec![(book.group, last_day)], ..Scope::default() }
}

pub fn of_textbooks(books: &[Book]) -> Scope {
    let textbooks = books.iter().map(|book| book.textbook).collect();
    Scope { textbooks, behind_the_scenes: true, ..Scope::default() }
}

pub fn of_school(book: Book) -> Scope {
    Scope { schools: [book.school].into(), behind_the_scenes: true, ..Scope::default() }
}

/// A seal whose box is the text read backwards: enough to tell texts apart.
struct Backwards;

impl Seal for Backwards {
    fn seal(&self, about: &Subject, class: Retention, plaintext: &str) -> Result<Sealed, String> {
        let (sealed_box, dek) = (plaintext.chars().rev().collect(), vec!["key".to_owned()]);
        Ok(Sealed { about: about.clone(), class, part: 0, dek, sealed_box, commit: "commit".into() })
    }
}

/// Whether it is that text, sealed.
pub fn is(cell: Option<&SealedCell>, text: &str) -> bool {
    cell.and_then(|cell| cell.sealed.read()).is_some_and(|sealed| sealed.sealed_box.chars().rev().eq(text.chars()))
}

#[derive(Default)]
pub struct Journal {
    pub records: Vec<Recorded>,
    sequences: BTreeMap<StreamId, i64>,
}

impl Journal {
    fn record<E: DomainEvent + Into<Fact>>(&mut self, stream: StreamId, by: (Actor, Capacity), now: &str, event: E) {
        let stored = sealing(Rc::new(Backwards), || serde_json::to_string(&event)).unwrap();
        let event: E = serde_json::from_str(&stored).unwrap();
        let sequence = self.sequences.entry(stream).or_default();
        *sequence += 1;
        let recorded_at = at(now);
        self.records.push(Recorded {
            position: self.records.len() as i64 + 1,
            stream,
            sequence: *sequence,
            school: event.school(),
            actor: by.0,
            capacity: by.1,
            recorded_at,
            occurred_at: event.occurred_at().unwrap_or(recorded_at),
            causation: None,
            correlation: None,
            facts_position: None,
            fact: event.into(),
        });
    }

    pub fn write(&mut self, book: Book, now: &str, event: Event) {
        let by = (Actor::Person(PersonId(Uuid::from_u128(book.teacher))), Capacity::Teacher);
        self.record(StreamId::new(Textbook::TYPE, book.textbook, YEAR), by, now, event);
    }

    pub fn open(&mut self, book: Book, now: &str) {
        let Book { school, group, textbook, subject, .. } = book;
        self.write(book, now, Event::TextbookOpened { textbook, school, year: YEAR, group, subject: subject.into() });
    }

    /// `visible`: empty for at once.
    pub fn publish(&mut self, book: Book, lesson: Lesson, text: &str, now: &str, visible: &str) {
        let (textbook, entry) = (book.textbook, lesson.entry(book.textbook));
        let (content, resources) = (official(book, text), resources(book, text));
        let visible_from = at(if visible.is_empty() { now } else { visible });
        let framing = framing(book, text);
        let published = Event::EntryPublished {
            textbook,
            entry,
            lesson,
            content,
            framing,
            resources,
            copied_from: None,
            visible_from,
        };
        self.write(book, now, published);
    }

    pub fn revise(&mut self, book: Book, entry: EntryId, text: &str, now: &str, visible: &str) {
        let (content, resources) = (official(book, text), resources(book, text));
        let visible_from = at(if visible.is_empty() { now } else { visible });
        let textbook = book.textbook;
        let framing = framing(book, text);
        self.write(book, now, Event::EntryRevised { textbook, entry, content, framing, resources, visible_from });
    }

    pub fn withdraw(&mut self, book: Book, entry: EntryId, reason: &str, now: &str) {
        let (textbook, reason) = (book.textbook, official(book, reason));
        self.write(book, now, Event::EntryWithdrawn { textbook, entry, reason });
    }

    pub fn give(&mut self, book: Book, given_in: Lesson, homework: HomeworkId, task: Task, now: &str) {
        let textbook = book.textbook;
        self.write(book, now, Event::HomeworkGiven { textbook, homework, given_in, task, visible_from: at(now) });
    }

    pub fn change(&mut self, book: Book, homework: HomeworkId, task: Task, now: &str, visible: &str) {
        let (textbook, visible_from) = (book.textbook, at(visible));
        self.write(book, now, Event::HomeworkRevised { textbook, homework, task, visible_from });
    }

    pub fn take_back(&mut self, book: Book, homework: HomeworkId, reason: &str, now: &str) {
        let (textbook, reason) = (book.textbook, official(book, reason));
        self.write(book, now, Event::HomeworkWithdrawn { textbook, homework, reason });
    }
}

fn official(book: Book, text: &str) -> Personal {
    Personal::official(book.textbook, text.to_owned())
}

/// Of every other text: an entry may name neither.
fn framing(book: Book, text: &str) -> Framing {
    let sequence = text.len().is_multiple_of(2).then(|| official(book, &format!("Séquence : {text}")));
    Framing { sequence, programme: None }
}

fn resources(book: Book, text: &str) -> Vec<Resource> {
    let title = official(book, &format!("Fiche : {text}"));
    let link = Some(official(book, "https://exemple.fr/fiche"));
    vec![
        Resource { title: title.clone(), link, purpose: Purpose::Lesson, file: None },
        Resource { title, link: None, purpose: Purpose::Further, file: Some(file(text)) },
    ]
}

/// The file that goes with what says this text.
pub fn file(text: &str) -> File {
    let mut address = [0; 32];
    address.iter_mut().zip(text.bytes()).for_each(|(byte, letter)| *byte = letter);
    File { address: FileAddress(address), bytes: text.len() as u64, media: Media::Pdf, commit: "BQYHCA".into() }
}

pub fn task(book: Book, text: &str, due_on: Date, kind: HomeworkKind, minutes: Option<u16>) -> Task {
    let due = Due { on: due_on, slot: Some(slot(book, 8)), at: Some(time(8, 0, 0, 0)) };
    let text = official(book, text);
    // Reading is for two pupils only.
    let reading = (kind == HomeworkKind::Reading).then_some([50, 51]).into_iter().flatten();
    let audience = reading.map(|pupil| PersonId(Uuid::from_u128(pupil))).collect();
    Task { text, due, kind, minutes, written: kind == HomeworkKind::TakeHome, resources: vec![], audience }
}

/// Due on a day, at no hour.
fn undated(book: Book, text: &str, due_on: Date) -> Task {
    let due = Due { on: due_on, slot: None, at: None::<Time> };
    Task { due, resources: resources(book, text), ..task(book, text, due_on, HomeworkKind::TakeHome, None) }
}
