//! `/enseignant/cahiers/{textbook}`: one textbook, latest lesson first.

use std::collections::{HashMap, HashSet};

use axum::extract::{Path, Query, State};
use domain::calendar::days_after;
use domain::directory::service::Assignment;
use domain::ids::{EntryId, TextbookId};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use projections::inspector;
use projections::teacher::{self, Task, queries};

use super::lesson::At;
use super::{Desk, Page, Shared, Visitor, labels, page, reason, said, with_flash};
use crate::facts::{Books, LessonAt};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::Link;
use crate::web::pupil::{Framing, Homework, Resource};
use crate::web::routes::announce::Done;
use crate::web::routes::reading::{Texts, held};
use crate::web::teacher::{Entry, EntryState, TextbookPage};

/// Entries of one textbook that are listed: a school year holds fewer.
const LISTED: i64 = 400;
/// How far ahead the next lesson to write is looked for.
const AHEAD_DAYS: i64 = 28;

/// Why the withdrawn entries of a textbook were withdrawn.
pub async fn reasons(desk: &Desk<'_>, textbook: TextbookId) -> Result<HashMap<EntryId, String>, Problem> {
    let versions =
        inspector::queries::textbook(desk.web.app.tables(inspector::NAME)?, &desk.scope, textbook, None).await?;
    let withdrawn = || versions.iter().filter(|version| version.withdrawal() && version.work.is_none());
    let texts = Texts::open(&desk.web.app, withdrawn().filter_map(|version| version.reason.as_ref()).collect()).await?;
    let mut reasons = HashMap::new();
    for version in withdrawn() {
        // The latest withdrawal of an entry stands first.
        reasons.entry(version.entry).or_insert_with(|| texts.of(version.reason.as_ref()));
    }
    Ok(reasons)
}

/// What is written in a textbook, opened.
pub struct Kept {
    textbook: TextbookId,
    pub written: Vec<teacher::Entry>,
    pub works: Vec<Task>,
    pub texts: Texts,
    reasons: HashMap<EntryId, String>,
}

impl Kept {
    /// The work given in lessons of these days.
    pub async fn read(desk: &Desk<'_>, textbook: TextbookId, (since, until): (Date, Date)) -> Result<Self, Problem> {
        let (pool, today) = (desk.web.app.tables(teacher::NAME)?, desk.local.date());
        let written = queries::textbook(pool, &desk.scope, textbook, LISTED).await?;
        // A lesson held by today may be one of a later day of the timetable, and one outside it may be written ahead.
        let days = desk.web.app.register.read().days_elsewhere([textbook], since, today);
        let last = days.into_iter().chain(written.iter().map(|row| row.lesson.date)).max();
        let until = last.map_or(until, |day| until.max(day));
        let works = queries::tasks_between(pool, &desk.scope, &[textbook], since, until).await?;
        let works: Vec<Task> = works.into_iter().filter(|work| !work.withdrawn).collect();
        let resources = written.iter().flat_map(|row| &row.resources);
        let resources = resources.chain(works.iter().flat_map(|work| &work.resources));
        let resources = resources.flat_map(|one| one.title.iter().chain(one.link.iter()));
        let texts = written.iter().flat_map(|row| row.content.iter().chain(row.framing.cells()));
        let cells = texts.chain(resources);
        let cells = cells.chain(works.iter().filter_map(|work| work.text.as_ref()));
        let texts = Texts::open(&desk.web.app, cells.collect()).await?;
        let withdrawn = written.iter().any(|row| row.withdrawn);
        let reasons = if withdrawn { reasons(desk, textbook).await? } else { HashMap::new() };
        Ok(Self { textbook, written, works, texts, reasons })
    }

    /// The last day that has something written, or work given: both may be ahead.
    fn last_day(&self) -> Date {
        let given = self.works.iter().map(|work| work.given_in.date);
        self.written.iter().map(|row| row.lesson.date).chain(given).max().unwrap_or(Date::MIN)
    }

    fn holds(&self, lesson: &LessonAt) -> bool {
        let entry = lesson.entry();
        self.written.iter().any(|row| row.entry == entry)
    }

    fn gives_in(&self, lesson: &LessonAt) -> bool {
        let entry = lesson.entry();
        self.works.iter().any(|work| work.given_entry == entry)
    }

    /// The next lesson that this teacher is to write: the one under way, or to come.
    fn next(&self, books: &Books, desk: &Desk<'_>) -> Option<Link> {
        let (today, service) = (desk.local.date(), books.services.get(&self.textbook)?);
        let until = days_after(today, AHEAD_DAYS)?;
        let mut ahead = books.lessons(self.textbook, today, until).into_iter().filter(|lesson| {
            lesson.is_expected() && !desk.is_over(lesson) && !self.holds(lesson) && desk.answers(service, lesson.date)
        });
        let lesson = ahead.next()?;
        let day = fr::near_date(lesson.date, today);
        Some(Link { href: At::of(&lesson).address(), text: format!("{day}, {}", fr::hour(lesson.starts_at)) })
    }

    /// A lesson of the timetable, where it is held.
    pub fn lesson(&self, books: &Books, desk: &Desk<'_>, lesson: &LessonAt) -> Entry {
        let row = self.written.iter().find(|row| row.entry == lesson.entry());
        let state = match row {
            Some(row) => self.state(books, desk, row),
            None if lesson.not_held.is_some() => EntryState::Cancelled,
            None if lesson.replaced_by.is_some() => EntryState::Assured,
            None => desk.unwritten(lesson).into(),
        };
        Entry {
            date: lesson.date,
            start: lesson.starts_at,
            href: At::of(lesson).address(),
            not_held: reason(lesson),
            notes: said::became(books, lesson),
            state,
            framing: row.map(|row| self.texts.framing(&row.framing)).unwrap_or_default(),
            resources: row.map(|row| self.resources(row)).unwrap_or_default(),
            homework: self.given(books, desk, lesson.entry()),
        }
    }

    /// A lesson outside the timetable.
    pub fn outside(&self, books: &Books, desk: &Desk<'_>, row: &teacher::Entry) -> Entry {
        let start = row.lesson.date.to_datetime(row.lesson.starts_at);
        Entry {
            date: row.lesson.date,
            start: row.lesson.starts_at,
            href: At::written_outside(self.textbook, start).address(),
            not_held: None,
            notes: vec![said::OUTSIDE.to_owned()],
            state: self.state(books, desk, row),
            framing: self.texts.framing(&row.framing),
            resources: self.resources(row),
            homework: self.given(books, desk, row.entry),
        }
    }

    /// Lessons outside the timetable of which only the work is there.
    fn given_outside(&self, books: &Books, desk: &Desk<'_>) -> Vec<Entry> {
        let mut known: HashSet<EntryId> = self.written.iter().map(|row| row.entry).collect();
        let outside = self.works.iter().filter(|work| work.given_in.slot.is_none() && known.insert(work.given_entry));
        let entry = |work: &Task| {
            let start = work.given_in.date.to_datetime(work.given_in.starts_at);
            Entry {
                date: start.date(),
                start: start.time(),
                href: At::written_outside(self.textbook, start).address(),
                not_held: None,
                notes: vec![said::OUTSIDE.to_owned()],
                state: desk.unwritten_outside(self.textbook, start).into(),
                framing: Framing::default(),
                resources: vec![],
                homework: self.given(books, desk, work.given_entry),
            }
        };
        outside.map(entry).collect()
    }

    fn state(&self, books: &Books, desk: &Desk<'_>, row: &teacher::Entry) -> EntryState {
        if row.withdrawn {
            let reason = self.reasons.get(&row.entry).cloned().unwrap_or_default();
            return EntryState::Withdrawn { reason, on: self.local(books, desk, row.writing.recorded_at).date() };
        }
        let visible_from = self.local(books, desk, row.writing.visible_from);
        EntryState::Published {
            content: self.texts.of(row.content.as_ref()),
            version: row.writing.revision as u32,
            visible_from: Some(visible_from).filter(|from| *from > desk.local),
            by: desk.colleague(books, row.writing.author),
        }
    }

    pub fn resources(&self, row: &teacher::Entry) -> Vec<Resource> {
        self.texts.resources(self.textbook, &row.resources)
    }

    fn local(&self, books: &Books, desk: &Desk<'_>, at: Timestamp) -> DateTime {
        books.school_of(self.textbook).map_or(desk.local, |school| school.local(at))
    }

    fn given(&self, books: &Books, desk: &Desk<'_>, entry: EntryId) -> Vec<Homework> {
        let given = self.works.iter().filter(|work| work.given_entry == entry);
        given.map(|work| self.homework(books, desk, work)).collect()
    }

    pub fn homework(&self, books: &Books, desk: &Desk<'_>, work: &Task) -> Homework {
        let (_, subject) = labels(books, self.textbook);
        let written_on = self.local(books, desk, work.writing.recorded_at).date();
        let due = books.due_lesson(self.textbook, &work.work.due);
        Homework {
            subject,
            teacher: said::teachers(books, self.textbook, desk.local.date()),
            text: self.texts.of(work.text.as_ref()),
            kind: Some(said::kind(work.work.kind).to_owned()),
            minutes: work.work.minutes.map(u32::from),
            given_on: held(books, self.textbook, &work.given_in).map_or(work.given_in.date, |lesson| lesson.date),
            due_on: due.as_ref().map_or(work.work.due.on, |lesson| lesson.date),
            due_note: due.and_then(|lesson| said::due_note(&lesson, &work.work.due)),
            in_writing: work.work.written,
            for_whom: said::for_whom(books, &work.work),
            revised_on: (work.writing.revision > 1).then_some(written_on),
            former: None,
            resources: self.texts.resources(self.textbook, &work.resources),
            textbook: None,
        }
    }
}

pub async fn show(
    State(web): Shared,
    visitor: Visitor,
    Path(textbook): Path<TextbookId>,
    Query(done): Query<Done>,
) -> Page {
    let desk = Desk::with(&web, visitor, textbook)?;
    if !desk.scope.textbooks.contains(&textbook) {
        return Err(Problem::unknown());
    }
    let (since, begins) = {
        let books = web.app.register.read();
        (desk.since_of(&books, textbook), desk.year_of(&books, textbook))
    };
    let today = desk.local.date();
    let kept = Kept::read(&desk, textbook, (begins, days_after(today, AHEAD_DAYS).unwrap_or(today))).await?;
    let books = web.app.register.read();
    let (class, subject) = labels(&books, textbook);
    let mut lessons = books.lessons(textbook, begins, kept.last_day().max(today));
    // A lesson of before the school came here is in no figure; written all the same, it is there to read.
    let is_missed = |lesson: &LessonAt| lesson.date >= since && desk.is_over(lesson);
    lessons.retain(|lesson| is_missed(lesson) || kept.holds(lesson) || kept.gives_in(lesson));
    let mut entries: Vec<Entry> = lessons.iter().map(|lesson| kept.lesson(&books, &desk, lesson)).collect();
    let published = |entry: &Entry| matches!(entry.state, EntryState::Published { .. });
    let counts = |(lesson, entry): &(&LessonAt, &Entry)| lesson.date >= since && desk.counts(lesson, published(entry));
    let held = || lessons.iter().zip(&entries).filter(counts);
    let (held, filled) = (held().count() as u32, held().filter(|(_, entry)| published(entry)).count() as u32);
    let outside = kept.written.iter().filter(|row| row.lesson.slot.is_none());
    entries.extend(outside.map(|row| kept.outside(&books, &desk, row)));
    entries.extend(kept.given_outside(&books, &desk));
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.date, entry.start)));
    let mine = |held: &Assignment| held.teacher == desk.teacher && held.holds(today);
    let keeps = books.services.get(&textbook).is_some_and(|service| service.assignments.iter().any(mine));
    let next = kept.next(&books, &desk).filter(|_| keeps);
    drop(books);
    let here = format!("/enseignant/cahiers/{textbook}");
    let layout = with_flash(desk.layout(&here), done.flash(today));
    let (load, outside) = (format!("{here}/charge"), keeps.then(|| format!("{here}/hors-emploi-du-temps")));
    page(&TextbookPage { layout, class, subject, load, outside, next, held, filled, entries, older: None })
}
