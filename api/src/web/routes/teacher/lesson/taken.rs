//! A lesson taken over from a parallel class, or from an earlier year: what the form is filled with, and which lessons may be.

use std::collections::{BTreeMap, HashSet};

use domain::calendar::{LessonOn, days_after, days_between};
use domain::ids::{EntryId, HomeworkId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, Source};
use domain::textbook::file::File;
use jiff::civil::Date;
use projections::teacher::queries::{self, Sheet, Written};
use projections::teacher::{self, Entry, Task};
use uuid::Uuid;

use super::super::form::{RESOURCES, RESOURCES_MAX, Typed, WORKS};
use super::super::week::first_words;
use super::super::{Desk, labels};
use super::given::{cells_of, rows};
use super::standing::Standing;
use super::{At, given};
use crate::facts::{Books, LessonAt, ServiceBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::Link;
use crate::web::routes::reading::Texts;
use crate::web::routes::said;
use crate::web::teacher::{HomeworkRow, ResourceRow, SourceLink};

/// Lessons offered of each textbook.
const OFFERED: usize = 3;
/// Days before and after the same day of an earlier year that are looked at.
const AROUND_DAYS: i64 = 10;
/// Days back that are looked at in the parallel classes.
const BACK_DAYS: i64 = 35;
/// Days ahead in which a lesson of a parallel class is looked for.
const AHEAD_DAYS: i64 = 28;

/// An entry of another textbook of this teacher, with the work given in it.
pub struct Taken {
    pub source: Source,
    entry: Entry,
    works: Vec<Task>,
    texts: Texts,
    /// The lessons that followed it: a work due for the second is due for the second here too.
    next: Vec<LessonOn>,
    pub said: String,
    /// The lessons that its works are for, wherever these are held.
    dues: BTreeMap<HomeworkId, LessonOn>,
}

impl Taken {
    /// None when the form names nothing, or nothing that its teacher may read.
    pub async fn read(desk: &Desk<'_>, typed: &Typed) -> Result<Option<Self>, Problem> {
        let Some(source) = typed.copied_from() else { return Ok(None) };
        let (pool, scope) = (desk.web.app.tables(teacher::NAME)?, &desk.scope);
        let named = queries::entries_named(pool, scope, &[(source.textbook, source.entry)]).await?;
        let Some(entry) = named.into_iter().find(|entry| !entry.withdrawn) else { return Ok(None) };
        let lesson = &entry.lesson;
        let at = match lesson.slot {
            Some(slot) => LessonRef::Slot { slot, date: lesson.date },
            None => LessonRef::Exceptional { date: lesson.date, starts_at: lesson.starts_at, minutes: lesson.minutes },
        };
        let Sheet { tasks, .. } = queries::entry(pool, scope, source.textbook, &at).await?;
        let works: Vec<Task> = tasks.into_iter().filter(|work| !work.withdrawn).collect();
        let texts = Texts::open(&desk.web.app, cells_of(Some(&entry), &works)).await?;
        let books = desk.web.app.register.read();
        let until = days_after(lesson.date, 60).unwrap_or(lesson.date);
        let later = books.lessons(source.textbook, lesson.date, until).into_iter();
        let later = later.filter(|at| (at.date, at.starts_at) > (lesson.date, lesson.starts_at));
        let next = later.filter(LessonAt::is_expected).map(|at| at.named()).collect();
        let day = fr::long_date(lesson.date);
        let said = format!("{}, séance du {day}", said::source(&books, source));
        let due = |work: &Task| Some((work.homework, books.due_lesson(source.textbook, &work.work.due)?.named()));
        let dues = works.iter().filter_map(due).collect();
        drop(books);
        Ok(Some(Self { source, entry, works, texts, next, said, dues }))
    }

    /// The form of another lesson, filled from it. What cannot be read is left out.
    pub fn typed(&self, standing: &Standing) -> Typed {
        let text = |cell| self.texts.read(cell).unwrap_or_default().to_owned();
        let documents = self.entry.resources.iter();
        let mut resources: Vec<ResourceRow> = documents.filter_map(|one| given::row(&self.texts, one)).collect();
        resources.resize_with((resources.len() + 1).clamp(RESOURCES, RESOURCES_MAX), ResourceRow::default);
        let mut homework: Vec<HomeworkRow> = self.works.iter().filter_map(|work| self.row(standing, work)).collect();
        homework.resize_with((homework.len() + 1).max(WORKS), HomeworkRow::default);
        let Source { textbook, entry, version } = self.source;
        Typed {
            content: text(self.entry.content.as_ref()),
            sequence: text(self.entry.framing.sequence.as_ref()),
            programme: text(self.entry.framing.programme.as_ref()),
            resources,
            homework,
            version: standing.version.to_string(),
            key: Uuid::now_v7().to_string(),
            source: format!("{textbook}_{entry}_{version}"),
            ..Typed::default()
        }
    }

    /// For the same of the lessons that follow as there; chosen anew when it was due for a day, or when there is no such lesson here.
    fn row(&self, standing: &Standing, work: &Task) -> Option<HomeworkRow> {
        let due = self.dues.get(&work.homework);
        let rank = self.next.iter().position(|lesson| Some(lesson) == due);
        let due = rank.and_then(|rank| standing.next_value(rank));
        Some(HomeworkRow {
            text: self.texts.read(work.text.as_ref())?.to_owned(),
            due: due.unwrap_or_default(),
            kind: work.work.kind.name().to_owned(),
            minutes: work.work.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            in_writing: work.work.written,
            source: Some(work.homework.to_string()),
            source_notes: notes(work),
            documents: self.documents(work.homework),
            ..HomeworkRow::default()
        })
    }

    /// The files of its lesson and of the work given in it.
    pub fn files(&self) -> Vec<&File> {
        let of_works = self.works.iter().flat_map(|work| &work.resources);
        self.entry.resources.iter().chain(of_works).filter_map(|one| one.file.as_ref()).collect()
    }

    /// Seals the files that a command takes over anew, for the textbook that it is for: each has its own key.
    pub async fn bring_files(
        &self,
        desk: &Desk<'_>,
        textbook: TextbookId,
        command: &mut Command,
    ) -> Result<(), Problem> {
        let (resources, homework) = match command {
            Command::PublishEntry { resources, homework, .. } => (&mut resources[..], homework),
            Command::WriteHomework { homework, .. } => (&mut [][..], homework),
            _ => return Ok(()),
        };
        let documents = resources.iter_mut().chain(homework.iter_mut().flat_map(|work| &mut work.resources));
        for address in documents.filter_map(|one| one.file.as_mut()) {
            let Some(file) = self.files().into_iter().find(|file| file.address == *address) else { continue };
            *address = desk.web.app.copied(desk.teacher, self.source.textbook, file, textbook).await?.address;
        }
        Ok(())
    }

    /// The documents of one of its works, as rows of the form; none when one of them cannot be read.
    pub fn documents(&self, homework: HomeworkId) -> Option<Vec<ResourceRow>> {
        let work = self.works.iter().find(|work| work.homework == homework)?;
        rows(&self.texts, &work.resources)
    }
}

/// What is to be known of a work taken over.
fn notes(work: &Task) -> Vec<String> {
    let part = (!work.work.audience.is_empty()).then(|| {
        "Ce travail était pour une partie de l’autre classe : choisissez ici les élèves concernés.".to_owned()
    });
    part.into_iter().map(|note| fr::spaced(&note)).collect()
}

/// The textbooks of the same subject that this teacher keeps, or kept, besides this one: those of classes of the same level first.
fn alike(books: &Books, desk: &Desk<'_>, textbook: TextbookId) -> Vec<(TextbookId, bool)> {
    let Some(own) = books.services.get(&textbook) else { return vec![] };
    let of_subject = |service: &&ServiceBook| service.subject == own.subject && service.textbook != textbook;
    let services = desk.scope.textbooks.iter().filter_map(|textbook| books.services.get(textbook));
    // « 4e » of « 4e B »: a lesson of a parallel class is what is taken over most.
    let level = |textbook| labels(books, textbook).0.split(' ').next().map(str::to_owned);
    let here = level(textbook);
    let mut alike: Vec<&ServiceBook> = services.filter(of_subject).collect();
    alike.sort_by_cached_key(|service| level(service.textbook) != here);
    alike.into_iter().map(|service| (service.textbook, service.year == own.year)).collect()
}

/// Lessons that may be taken over for this one: the latest of the parallel classes, and those of the same days in earlier years.
pub async fn sources(
    desk: &Desk<'_>,
    (textbook, date): (TextbookId, Date),
    here: &str,
) -> Result<Vec<SourceLink>, Problem> {
    let app = &desk.web.app;
    let alike = alike(&app.register.read(), desk, textbook);
    let mut found: Vec<Written> = Vec::new();
    for same_year in [true, false] {
        let those: Vec<TextbookId> =
            alike.iter().filter(|(_, same)| *same == same_year).map(|(textbook, _)| *textbook).collect();
        if those.is_empty() {
            continue;
        }
        let year = days_after(date, -364).unwrap_or(date);
        let (from, until) = if same_year {
            (days_after(date, -BACK_DAYS), days_after(date, 7))
        } else {
            (days_after(year, -AROUND_DAYS), days_after(year, AROUND_DAYS))
        };
        let (from, until) = (from.unwrap_or(date), until.unwrap_or(date));
        let mut written =
            queries::written_between(app.tables(teacher::NAME)?, &desk.scope, &those, from, until).await?;
        written.retain(|row| !row.withdrawn);
        let middle = if same_year { date } else { year };
        written.sort_by_key(|row| days_between(row.date, middle).abs());
        for textbook in those {
            found.extend(written.iter().filter(|row| row.textbook == textbook).take(OFFERED).cloned());
        }
    }
    let named: Vec<(TextbookId, EntryId)> = found.iter().map(|row| (row.textbook, row.entry)).collect();
    let entries = queries::entries_named(app.tables(teacher::NAME)?, &desk.scope, &named).await?;
    let texts = Texts::open(app, entries.iter().filter_map(|entry| entry.content.as_ref()).collect()).await?;
    let books = app.register.read();
    let link = |row: &Written| {
        let entry = entries.iter().find(|entry| (entry.place.textbook, entry.entry) == (row.textbook, row.entry))?;
        let summary = first_words(texts.read(entry.content.as_ref())?);
        let label = format!("{}, {}", labels(&books, row.textbook).0, fr::long_date(row.date));
        let more = if here.contains('?') { '&' } else { '?' };
        let href = format!("{here}{more}reprise={}_{}_{}", row.textbook, row.entry, entry.writing.version);
        Some(SourceLink { label, summary, href })
    };
    Ok(found.iter().filter_map(link).collect())
}

/// In each parallel class of the year, the first lesson from that week on that is not written: it may take this one over.
pub async fn targets(
    desk: &Desk<'_>,
    (textbook, date): (TextbookId, Date),
    source: Source,
) -> Result<Vec<Link>, Problem> {
    let app = &desk.web.app;
    let today = desk.local.date();
    let (from, until) = (days_after(date, -6).unwrap_or(date), days_after(date, AHEAD_DAYS).unwrap_or(date));
    let held = |service: &ServiceBook| {
        service.assignments.iter().any(|held| held.teacher == desk.teacher && held.holds(today))
    };
    let parallel: Vec<TextbookId> = {
        let books = app.register.read();
        let alike = alike(&books, desk, textbook).into_iter().filter(|(_, same_year)| *same_year);
        alike.map(|(other, _)| other).filter(|other| books.services.get(other).is_some_and(held)).collect()
    };
    let written = queries::written_between(app.tables(teacher::NAME)?, &desk.scope, &parallel, from, until).await?;
    // One that was withdrawn is written too: it is written again by whoever opens it, and not by a copy.
    let written: HashSet<EntryId> = written.into_iter().map(|row| row.entry).collect();
    let books = app.register.read();
    let link = |other: &TextbookId| {
        let free = |at: &LessonAt| at.is_expected() && !written.contains(&at.entry());
        let at = books.lessons(*other, from, until).into_iter().find(free)?;
        let text = format!("{}, {}, {}", labels(&books, *other).0, fr::long_date(at.date), fr::hour(at.starts_at));
        let Source { textbook, entry, version } = source;
        let href = format!("{}?reprise={textbook}_{entry}_{version}", At::of(&at).address());
        Some(Link { href, text })
    };
    Ok(parallel.iter().filter_map(link).collect())
}
