//! `/enseignant`: the week, with what is still empty.

mod given;

use std::collections::{HashMap, HashSet};

use axum::extract::{Query, State};
use domain::calendar::{days_after, monday_of};
use domain::ids::{EntryId, GroupId, PersonId, SchoolId, SlotId, TextbookId};
use infra::desk::Drafted;
use jiff::civil::Date;
use projections::teacher::queries::{self, Written};
use projections::teacher::{self, Task};
use serde::Deserialize;

use super::lesson::{At, papers};
use super::{Desk, Page, Shared, Visitor, Web, class, labels, page, reason, said, with_flash};
use crate::facts::{Books, LessonAt, ServiceBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Flash, Role};
use crate::web::routes::announce::Done;
use crate::web::routes::pupil::WeekOf;
use crate::web::routes::reading::{Texts, end_of};
use crate::web::teacher::{Cell, CellState, Day, TextbookLink, ToComplete, WeekPage};

#[derive(Deserialize)]
pub struct WeekAndDone {
    #[serde(flatten)]
    of: WeekOf,
    #[serde(flatten)]
    done: Done,
}

/// A colleague's lesson that this teacher takes, and the textbook of theirs that its pupils read, where they write of it.
pub struct Taken {
    lesson: LessonAt,
    own: Option<TextbookId>,
}

impl Taken {
    /// Where it is written.
    fn at(&self) -> Option<At> {
        Some(At::outside(self.own?, self.lesson.start(), self.lesson.minutes))
    }

    fn is_written(&self, written: &[Written]) -> bool {
        written.iter().any(|row| {
            let own = Some(row.textbook) == self.own && row.slot.is_none();
            own && row.date.to_datetime(row.starts_at) == self.lesson.start()
        })
    }

    /// `en remplacement de Mme Vidal, mathématiques`, with the group when it is a part of the class whose textbook this is.
    fn note(&self, books: &Books) -> String {
        let absent = said::holders(books, self.lesson.textbook, self.lesson.date);
        let (group, subject) = labels(books, self.lesson.textbook);
        let part = self.own.filter(|own| labels(books, *own).0 != group).map(|_| format!(", {group}"));
        let of = format!("en remplacement {}, {}", crate::fr::of(&absent), said::inside(&subject));
        of + part.as_deref().unwrap_or_default()
    }
}

/// What a week is made of.
struct Sheet<'a> {
    desk: &'a Desk<'a>,
    lessons: Vec<LessonAt>,
    moved_away: Vec<LessonAt>,
    taken: Vec<Taken>,
    written: Vec<Written>,
    summaries: HashMap<EntryId, String>,
    drafts: Vec<Drafted>,
    /// Work of lessons of which nothing else is in sight.
    given: Vec<Task>,
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(WeekAndDone { of, done }): Query<WeekAndDone>) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let today = desk.local.date();
    let monday = monday_of(of.semaine.unwrap_or(today));
    let last_day = days_after(monday, 5).unwrap_or(monday);
    let since = desk.since();
    let mine: Vec<TextbookId> = desk.scope.textbooks.iter().copied().collect();
    // Lessons may be written ahead: a year is far enough. One that is held this week may be written under another day.
    let until = days_after(last_day.max(today), 366).unwrap_or(last_day);
    let lessons = desk.lessons(monday, last_day);
    let from = lessons.iter().map(|lesson| lesson.of).min().map_or(monday, |of| of.min(monday));
    let written =
        queries::written_between(web.app.tables(teacher::NAME)?, &desk.scope, &mine, since.min(from), until).await?;
    let live = written.iter().filter(|row| !row.withdrawn);
    let filled: HashSet<(SlotId, Date)> = live.filter_map(|row| Some((row.slot?, row.date))).collect();
    let summaries = summaries(&desk, &lessons, &written, (from, last_day)).await?;
    let (past, taken) = (desk.since_theirs(desk.lessons(since, today)), desk.taken(monday, last_day));
    let taken_before = desk.taken(since, today);
    let moved_away = desk.moved_away(monday, last_day);
    let drafts = web.app.desk.drafts(desk.teacher, (from, last_day), today).await;
    let drafts = drafts.map_err(|problem| papers::unavailable(&problem))?;
    let given = given::alone(&desk, &mine, &written, (from, until)).await?;
    let sheet = Sheet { desk: &desk, lessons, moved_away, taken, written, summaries, drafts, given };
    let books = web.app.register.read();
    let days = (0..6).filter_map(|number| days_after(monday, number));
    let days = days.map(|date| Day { date, note: note(&books, &desk, date), cells: sheet.cells(&books, date) });
    let days: Vec<Day> =
        days.enumerate().filter(|(n, day)| *n < 5 || !day.cells.is_empty()).map(|(_, day)| day).collect();
    let to_complete = sheet.to_complete(&books, &past, &taken_before);
    let here = |monday: Date| format!("/enseignant?semaine={monday}");
    let textbooks = textbooks(&books, &desk, &past, &filled);
    let flash = done.flash(today).map(|flash| of_lesson(&books, &desk, &done, flash));
    drop(books);
    page(&WeekPage {
        layout: with_flash(layout(&web, visitor), flash),
        monday,
        last_day: days.last().map_or(last_day, |day| day.date),
        previous: days_after(monday, -7).map(here),
        next: days_after(monday, 7).map(here),
        present: (monday != monday_of(today)).then(|| "/enseignant".to_owned()),
        days,
        to_complete,
        textbooks,
        taken_over: desk.taken_over(),
        tutored: class::tutored(&web, visitor, today),
    })
}

/// What was done, and in which lesson: of a textbook that this teacher reads, and of no other.
fn of_lesson(books: &Books, desk: &Desk<'_>, done: &Done, flash: Flash) -> Flash {
    let own = done.cahier.filter(|textbook| desk.scope.textbooks.contains(textbook));
    let Some((textbook, day)) = own.zip(done.jour) else { return flash };
    let (class, subject) = labels(books, textbook);
    let lesson = format!("{class}, {subject}, {}.", fr::long_date(day));
    let detail = [Some(lesson), flash.detail].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Flash { detail: Some(detail), ..flash }
}

fn layout(web: &Web, visitor: Visitor) -> crate::web::layout::Layout {
    web.layout(Some(visitor), Some(Role::Teacher), "/enseignant")
}

/// The first words of what is written in these lessons, and outside the timetable in these days.
async fn summaries(
    desk: &Desk<'_>,
    lessons: &[LessonAt],
    written: &[Written],
    (from, last_day): (Date, Date),
) -> Result<HashMap<EntryId, String>, Problem> {
    let mut shown: HashSet<EntryId> = lessons.iter().map(LessonAt::entry).collect();
    let outside = |row: &&Written| row.slot.is_none() && (from..=last_day).contains(&row.date);
    shown.extend(written.iter().filter(outside).map(|row| row.entry));
    let textbooks: HashSet<TextbookId> =
        written.iter().filter(|row| shown.contains(&row.entry)).map(|row| row.textbook).collect();
    let mut rows = Vec::new();
    for textbook in textbooks {
        // The latest come first: no further back than these days.
        let since = written.iter().filter(|row| row.textbook == textbook && row.date >= from).count() as i64;
        rows.extend(queries::textbook(desk.web.app.tables(teacher::NAME)?, &desk.scope, textbook, since).await?);
    }
    rows.retain(|row| shown.contains(&row.entry));
    let texts = Texts::open(&desk.web.app, rows.iter().filter_map(|row| row.content.as_ref()).collect()).await?;
    Ok(rows.iter().map(|row| (row.entry, first_words(&texts.of(row.content.as_ref())))).collect())
}

/// The beginning of a text, for a cell.
pub fn first_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 70 { line.to_owned() } else { line.chars().take(68).collect::<String>() + "…" }
}

fn note(books: &Books, desk: &Desk<'_>, date: Date) -> Option<String> {
    let closed = |school: &SchoolId| {
        let school = books.schools.get(school)?;
        let closure = school.closures.values().flatten().find(|closure| closure.holds(date))?;
        Some((said::school(&school.identity.name), closure.label.clone()))
    };
    let schools = desk.schools_on(books, date);
    let closed: Vec<_> = schools.iter().filter_map(closed).collect();
    let (_, first) = closed.first()?;
    // What closes one school of two is said of that one.
    if closed.len() == schools.len() && closed.iter().all(|(_, label)| label == first) {
        return Some(first.clone());
    }
    Some(closed.iter().map(|(school, label)| format!("{label}, {school}")).collect::<Vec<_>>().join("\u{202f}; "))
}

impl Sheet<'_> {
    /// The cells of a day, in order.
    fn cells(&self, books: &Books, date: Date) -> Vec<Cell> {
        let held = self.lessons.iter().filter(|lesson| lesson.date == date);
        let held = held.map(|lesson| self.at_school(books, lesson.textbook, self.held(books, lesson)));
        let away = self.moved_away.iter().filter(|lesson| lesson.of == date);
        let away = away.map(|lesson| self.at_school(books, lesson.textbook, self::away(books, lesson)));
        let outside = self.written.iter().filter(|row| row.slot.is_none() && row.date == date);
        let outside = outside.map(|row| self.at_school(books, row.textbook, self.outside(books, row)));
        let taken = self.taken.iter().filter(|taken| taken.lesson.date == date && !taken.is_written(&self.written));
        let taken = taken.map(|taken| self.at_school(books, taken.lesson.textbook, self.taken(books, taken)));
        // Outside the timetable, nothing but the draft says that there is a lesson.
        let unwritten = |draft: &&Drafted| {
            let mine = self.taken.iter().filter_map(Taken::at).any(|at| at.lesson.entry(draft.textbook) == draft.entry);
            let given = self.given.iter().any(|work| work.given_entry == draft.entry);
            draft.date == date && !mine && !given && !self.written.iter().any(|row| row.entry == draft.entry)
        };
        let drafted = self
            .drafts
            .iter()
            .filter(unwritten)
            .filter_map(|draft| Some(self.at_school(books, draft.textbook, drafted(books, self.desk, draft)?)));
        let mut cells: Vec<Cell> = held.chain(away).chain(outside).chain(taken).chain(drafted).collect();
        cells.extend(self.given_outside(books, date));
        cells.sort_by(|a, b| (a.start, &a.class).cmp(&(b.start, &b.class)));
        cells
    }

    fn has_draft(&self, textbook: TextbookId, entry: EntryId) -> bool {
        self.drafts.iter().any(|draft| (draft.textbook, draft.entry) == (textbook, entry))
    }

    fn at_school(&self, books: &Books, textbook: TextbookId, cell: Cell) -> Cell {
        Cell { subject: self.desk.of_school(books, textbook, cell.subject), ..cell }
    }

    fn state(&self, row: &Written) -> CellState {
        if row.withdrawn {
            return CellState::Withdrawn;
        }
        CellState::Filled { summary: self.summaries.get(&row.entry).cloned().unwrap_or_default() }
    }

    fn held(&self, books: &Books, lesson: &LessonAt) -> Cell {
        let entry = lesson.entry();
        let state = match self.written.iter().find(|row| row.entry == entry && row.textbook == lesson.textbook) {
            Some(row) => self.state(row),
            None if lesson.not_held.is_some() => CellState::Cancelled,
            None if lesson.replaced_by.is_some() => CellState::Assured,
            None => self.desk.unwritten(lesson).into(),
        };
        let draft = self.has_draft(lesson.textbook, entry);
        let notes = said::became(books, lesson).into_iter().chain(self.given_note(entry)).collect();
        Cell { not_held: reason(lesson), notes, draft, ..cell(books, lesson, state) }
    }

    /// What was written outside the timetable.
    fn outside(&self, books: &Books, row: &Written) -> Cell {
        let (class, subject) = labels(books, row.textbook);
        let start = row.date.to_datetime(row.starts_at);
        let taken = self.taken.iter().find(|taken| taken.own == Some(row.textbook) && taken.lesson.start() == start);
        Cell {
            start: row.starts_at,
            // A cell says when it begins; how long it was is in its form.
            end: row.starts_at,
            class,
            subject,
            room: None,
            href: Some(At::written_outside(row.textbook, start).address()),
            not_held: None,
            notes: [taken.map_or_else(|| said::OUTSIDE.to_owned(), |taken| taken.note(books))]
                .into_iter()
                .chain(self.given_note(row.entry))
                .collect(),
            state: self.state(row),
            draft: self.has_draft(row.textbook, row.entry),
        }
    }

    /// A colleague's lesson that is still to be written, or that leaves nothing to write.
    fn taken(&self, books: &Books, taken: &Taken) -> Cell {
        let at = taken.at();
        let state = match at {
            None => CellState::Assured,
            Some(_) => self.desk.unwritten(&taken.lesson).into(),
        };
        let (class, subject) = labels(books, taken.own.unwrap_or(taken.lesson.textbook));
        let entry = taken.own.zip(taken.at()).map(|(own, at)| (own, at.lesson.entry(own)));
        let given = entry.and_then(|(_, entry)| self.given_note(entry));
        let (href, notes) = (at.map(|at| at.address()), [taken.note(books)].into_iter().chain(given).collect());
        let draft = entry.is_some_and(|(own, entry)| self.has_draft(own, entry));
        Cell { class, subject, href, notes, draft, ..cell(books, &taken.lesson, state) }
    }

    /// Lessons that are over and have nothing written, oldest first: of services that are still theirs, since they write in no other.
    fn to_complete(&self, books: &Books, past: &[LessonAt], taken: &[Taken]) -> Vec<ToComplete> {
        let theirs = |textbook| self.desk.ended_on(books, textbook).is_none();
        let missing = past.iter().filter(|at| {
            let entry = at.entry();
            theirs(at.textbook)
                && at.is_expected()
                && self.desk.is_over(at)
                && !self.written.iter().any(|row| row.entry == entry)
        });
        let missing = missing.map(|lesson| (lesson, lesson.textbook, At::of(lesson)));
        let over = taken.iter().filter(|taken| self.desk.is_over(&taken.lesson) && !taken.is_written(&self.written));
        let over = over.filter_map(|taken| Some((&taken.lesson, taken.own.filter(|own| theirs(*own))?, taken.at()?)));
        let mut all: Vec<ToComplete> = missing
            .chain(over)
            .map(|(lesson, textbook, at)| {
                let (class, subject) = labels(books, textbook);
                let subject = self.desk.of_school(books, textbook, subject);
                ToComplete { date: lesson.date, start: lesson.starts_at, class, subject, href: at.address() }
            })
            .collect();
        all.sort_by_key(|missing| (missing.date, missing.start));
        all
    }
}

fn cell(books: &Books, lesson: &LessonAt, state: CellState) -> Cell {
    let (class, subject) = labels(books, lesson.textbook);
    Cell {
        start: lesson.starts_at,
        end: end_of(lesson.starts_at, lesson.minutes),
        class,
        subject,
        room: lesson.room.clone(),
        href: Some(At::of(lesson).address()),
        not_held: None,
        notes: vec![],
        state,
        draft: false,
    }
}

/// A lesson outside the timetable that is only a draft yet.
fn drafted(books: &Books, desk: &Desk<'_>, draft: &Drafted) -> Option<Cell> {
    let (starts_at, minutes) = draft.outside?;
    let (class, subject) = labels(books, draft.textbook);
    Some(Cell {
        start: starts_at,
        end: end_of(starts_at, minutes),
        class,
        subject,
        room: None,
        href: Some(At::outside(draft.textbook, draft.date.to_datetime(starts_at), minutes).address()),
        not_held: None,
        notes: vec![said::OUTSIDE.to_owned()],
        state: desk.unwritten_outside(draft.textbook, draft.date.to_datetime(starts_at)).into(),
        draft: true,
    })
}

/// Where the timetable has a lesson that is held elsewhere.
fn away(books: &Books, lesson: &LessonAt) -> Cell {
    let cell = cell(books, lesson, CellState::Moved { to: said::moved_to(lesson) });
    let start = lesson.moved_from.map_or(cell.start, jiff::civil::DateTime::time);
    Cell { start, end: end_of(start, lesson.minutes), room: None, ..cell }
}

fn textbooks(books: &Books, desk: &Desk<'_>, past: &[LessonAt], filled: &HashSet<(SlotId, Date)>) -> Vec<TextbookLink> {
    let mut links: Vec<TextbookLink> = desk
        .scope
        .textbooks
        .iter()
        .map(|textbook| {
            let (class, subject) = labels(books, *textbook);
            let subject = desk.of_school(books, *textbook, subject);
            let written = |lesson: &LessonAt| filled.contains(&(lesson.slot, lesson.of));
            let counts = |lesson: &&LessonAt| lesson.textbook == *textbook && desk.counts(lesson, written(lesson));
            let held = || past.iter().filter(counts);
            let (held, filled) = (held().count() as u32, held().filter(|lesson| written(lesson)).count() as u32);
            TextbookLink { class, subject, href: format!("/enseignant/cahiers/{textbook}"), held, filled }
        })
        .collect();
    links.sort_by(|a, b| (&a.class, &a.subject).cmp(&(&b.class, &b.subject)));
    links
}

/// The textbook of a teacher in which all pupils of a group read on a day: theirs with that very group, else with the class that
/// holds it whole, else with the smallest group that does. One that only some of these pupils read is none.
fn own_for(books: &Books, teacher: PersonId, group: GroupId, on: Date) -> Option<TextbookId> {
    let held = |own: &&ServiceBook| own.assignments.iter().any(|held| held.teacher == teacher && held.holds(on));
    let own = books.services_of_teacher(teacher).filter(held);
    let own = own.filter(|own| books.is_part_of(group, own.group, on));
    let distance = |own: &&ServiceBook| {
        let pupils = books.members(own.group, on).count();
        (own.group != group, !said::is_class(books, own.group), pupils, own.subject.clone(), own.textbook)
    };
    own.min_by_key(distance).map(|own| own.textbook)
}

impl Desk<'_> {
    /// Lessons of colleagues that this teacher takes between two days, in order.
    pub fn taken(&self, from: Date, until: Date) -> Vec<Taken> {
        let books = self.web.app.register.read();
        let schools: HashSet<_> = books.services_of_teacher(self.teacher).map(|service| service.school).collect();
        let services = books.services.values().filter(|service| schools.contains(&service.school));
        let mut taken: Vec<Taken> = Vec::new();
        for service in services.filter(|service| !service.replaced.is_empty()) {
            let mine = service.replaced.iter().filter(|(_, by)| **by == self.teacher);
            let lessons = mine.filter_map(|(lesson, _)| books.lesson(service.textbook, *lesson));
            for lesson in lessons.filter(|at| at.not_held.is_none() && (from..=until).contains(&at.date)) {
                let own = own_for(&books, self.teacher, service.group, lesson.date);
                taken.push(Taken { lesson, own });
            }
        }
        taken.sort_by_key(|taken| taken.lesson.start());
        taken
    }
}
