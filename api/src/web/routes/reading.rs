//! What a pupil, whoever follows them, and those around a class read, from the same parts: the week, the work, a textbook.

mod former;
mod lessons;
mod texts;

use std::collections::{BTreeSet, HashMap};

use domain::access::Scope;
use domain::calendar::{LessonOn, days_after, monday_of};
use domain::directory::service::ALL_SUBJECTS;
use domain::ids::{EntryId, GroupId, PersonId, SchoolId, TextbookId};
use domain::personal::SealedCell;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use projections::cells;
use projections::pupil::queries::{self, Before};
use projections::pupil::{self, EntryVersion, HomeworkVersion};

pub use texts::Texts;

use super::said;
use crate::app::App;
use crate::facts::{Books, LessonAt, Standpoint, Whose};
use crate::problem::Problem;
use crate::web::layout::Link;
use crate::web::pupil::{Day, Homework, Lesson, SlotState, Textbook, Week};

/// Entries shown on one page of a textbook.
const PAGE: i64 = 40;
/// Work ahead that is listed.
const AHEAD_DAYS: i64 = 120;
/// How far back the latest lesson written is looked for.
const LATEST_DAYS: i64 = 60;

/// One pupil, or one class, as one reader may see them now.
pub struct Reading<'a> {
    pub app: &'a App,
    whose: Whose,
    pub school: SchoolId,
    pub scope: Scope,
    pub now: Timestamp,
    pub local: DateTime,
    /// Where this reader's pages of this pupil or class begin: `/eleve`, `/parent/enfants/{pupil}`, `/vie-scolaire/classes/{group}`.
    pub base: String,
}

impl<'a> Reading<'a> {
    /// What `reader` may see of `pupil` from that standpoint; a problem when it is nothing.
    pub fn open(
        app: &'a App,
        reader: PersonId,
        standpoint: Standpoint,
        pupil: PersonId,
        base: String,
    ) -> Result<Self, Problem> {
        let books = app.register.read();
        let now = app.now();
        let held = books.person(pupil).and_then(|book| book.roles.first()).ok_or_else(Problem::unknown)?;
        let school = books.schools.get(&held.school).ok_or_else(Problem::unknown)?;
        let local = school.local(now);
        let scope = books.scope(reader, standpoint, local.date());
        if scope.is_nothing() {
            return Err(Problem::unknown());
        }
        Ok(Self { app, whose: Whose::Pupil(pupil), school: school.school, scope, now, local, base })
    }

    /// What `reader` may see of a class of this year from that standpoint, in all subjects; a problem when it is nothing.
    pub fn open_class(
        app: &'a App,
        reader: PersonId,
        standpoint: Standpoint,
        class: GroupId,
        base: String,
    ) -> Result<Self, Problem> {
        let books = app.register.read();
        let now = app.now();
        let group = books.groups.get(&class).ok_or_else(Problem::unknown)?;
        let school = books.schools.get(&group.school).ok_or_else(Problem::unknown)?;
        let local = school.local(now);
        let scope = books.class_scope(reader, standpoint, class, local.date());
        if scope.is_nothing() {
            return Err(Problem::unknown());
        }
        Ok(Self { app, whose: Whose::Class(class), school: school.school, scope, now, local, base })
    }

    pub fn today(&self) -> Date {
        self.local.date()
    }

    /// The week that holds `monday`, with its lessons, what was written of them, and the work of its days.
    pub async fn week(&self, monday: Option<Date>) -> Result<Week, Problem> {
        let monday = monday_of(monday.unwrap_or(self.today()));
        let last = days_after(monday, 5).unwrap_or(monday);
        let mut week = queries::week(self.app.tables(pupil::NAME)?, &self.scope, self.now, (monday, last)).await?;
        for day in self.days_elsewhere(monday, last) {
            week.join(queries::week(self.app.tables(pupil::NAME)?, &self.scope, self.now, (day, day)).await?);
        }
        let texts = self.open_texts(&week.entries, week.homework()).await?;
        let formers = self.formers(week.homework()).await?;
        let books = self.app.register.read();
        let works = self.homework_views(&books, week.in_order(), &texts);
        let works = formers.beside(self, &books, week.in_order(), works);
        let mut days = Vec::new();
        let lessons = lessons::OfWeek::new(self, &books, (monday, last), &week.entries, &works, &texts);
        for number in 0..6 {
            let Some(date) = days_after(monday, number) else { continue };
            let slots = lessons.on(date);
            let note = self.closure(&books, date);
            let due: Vec<Homework> =
                works.iter().filter(|(_, work)| work.due_on == date).map(|(_, work)| work.clone()).collect();
            if number == 5 && slots.is_empty() && due.is_empty() {
                continue;
            }
            days.push(Day { date, note, slots, due });
        }
        let here = |monday: Date| format!("{}?semaine={monday}", self.base);
        let present = (monday != monday_of(self.today())).then(|| self.base.clone());
        let last_day = days.last().map_or(last, |day| day.date);
        let (previous, next) = (days_after(monday, -7).map(here), days_after(monday, 7).map(here));
        Ok(Week { monday, last_day, previous, next, present, days })
    }

    /// Other days under which lessons held between these two are written of.
    pub fn days_elsewhere(&self, from: Date, until: Date) -> BTreeSet<Date> {
        let books = self.app.register.read();
        books.days_elsewhere_of(self.whose, &self.scope, from, until)
    }

    /// Work still to be done, soonest first: due today or later, but for what was due for a lesson that is over.
    pub async fn homework_ahead(&self) -> Result<Vec<Homework>, Problem> {
        let until = days_after(self.today(), AHEAD_DAYS).unwrap_or(self.today());
        let (pool, days) = (self.app.tables(pupil::NAME)?, (self.today(), until));
        let moved = self.app.register.read().moved_places_of(self.whose, &self.scope);
        let due = queries::homework_held(pool, &self.scope, self.now, days, (None, 500), &moved).await?;
        let due: Vec<HomeworkVersion> = {
            let books = self.app.register.read();
            let ahead = |work: &HomeworkVersion| !self.is_over(&books, work);
            due.into_iter().map(|(_, work)| work).filter(ahead).collect()
        };
        let texts = self.open_texts(&[], &due).await?;
        let formers = self.formers(&due).await?;
        let books = self.app.register.read();
        let works = formers.beside(self, &books, &due, self.homework_views(&books, &due, &texts));
        let works = works.into_iter().map(|(_, work)| work);
        let mut works: Vec<Homework> = works.filter(|work| work.due_on >= days.0).collect();
        works.sort_by_key(|work| work.due_on);
        Ok(works)
    }

    /// It was for a lesson that is over; work for a day is over with the day, and what was for a cancelled lesson too.
    fn is_over(&self, books: &Books, work: &HomeworkVersion) -> bool {
        let lesson = books.due_lesson(work.place.textbook, &work.work.due);
        lesson.is_some_and(|lesson| lesson.not_held.is_none() && lesson.end() <= self.local)
    }

    /// One textbook, latest lesson first.
    pub async fn textbook(&self, textbook: TextbookId, before: Option<Before>) -> Result<Textbook, Problem> {
        let (subject, class, group) = {
            let books = self.app.register.read();
            let service = books.services.get(&textbook).ok_or_else(Problem::unknown)?;
            if !self.scope.admits(service.school, textbook, service.group) {
                return Err(Problem::unknown());
            }
            let subject = said::subject(&books, service.school, &service.subject);
            (subject, said::group_of(&books, service.group), said::teachers(&books, textbook, self.today()))
        };
        let pool = self.app.tables(pupil::NAME)?;
        let mut entries = queries::textbook(pool, &self.scope, self.now, textbook, before, PAGE + 1).await?;
        let older =
            (entries.len() as i64 > PAGE).then(|| entries.pop()).flatten().and_then(|_| entries.last()).map(|last| {
                let Before { date, starts_at, entry } = last.cursor();
                format!("{}/cahiers/{textbook}?avant={date}T{starts_at}_{entry}", self.base)
            });
        let (first, last) =
            (entries.last().map(|entry| entry.lesson.date), entries.first().map(|entry| entry.lesson.date));
        let given = match first.zip(last) {
            Some(days) => queries::homework_given_in(pool, &self.scope, self.now, textbook, days).await?,
            None => vec![],
        };
        let texts = self.open_texts(&entries, &given).await?;
        let formers = self.formers(&given).await?;
        let books = self.app.register.read();
        let given = formers.beside(self, &books, &given, self.homework_views(&books, &given, &texts));
        let lesson = |entry: &EntryVersion| {
            let held = held(&books, textbook, &entry.lesson);
            let start = entry.lesson.date.to_datetime(entry.lesson.starts_at);
            let start = held.as_ref().map_or(start, LessonAt::start);
            Lesson {
                date: start.date(),
                start: start.time(),
                not_held: held.as_ref().and_then(|at| at.not_held).map(|because| said::not_held(because).to_owned()),
                notes: lessons::notes(&books, &entry.lesson, held.as_ref()),
                state: self.written(&books, entry, &texts),
                framing: texts.framing(&entry.framing),
                resources: texts.resources(textbook, &entry.resources),
                homework: given
                    .iter()
                    .filter(|(known, _)| *known == entry.entry)
                    .map(|(_, work)| work.clone())
                    .collect(),
            }
        };
        let mut lessons: Vec<Lesson> = entries.iter().map(lesson).collect();
        lessons.sort_by_key(|lesson| std::cmp::Reverse((lesson.date, lesson.start)));
        Ok(Textbook { subject, class, teacher: group, lessons, older })
    }

    /// The textbooks this pupil follows now, by subject.
    pub fn textbooks(&self) -> Vec<(TextbookId, Link, String)> {
        let books = self.app.register.read();
        let services = self.followed(&books);
        let mut links: Vec<_> = services
            .into_iter()
            .filter_map(|textbook| {
                let service = books.services.get(&textbook)?;
                let text = said::subject(&books, service.school, &service.subject);
                let href = format!("{}/cahiers/{textbook}", self.base);
                Some((textbook, Link { href, text }, said::teachers(&books, textbook, self.today())))
            })
            .collect();
        // A subject taught both to the class and to a half of it has two textbooks: the second says which.
        let twice: Vec<bool> = links
            .iter()
            .map(|(_, link, _): &(TextbookId, Link, String)| {
                links.iter().filter(|other| other.1.text == link.text).count() > 1
            })
            .collect();
        for ((textbook, link, _), twice) in links.iter_mut().zip(twice) {
            let service = books.services.get(textbook).filter(|_| twice);
            if let Some(group) = service.and_then(|service| books.groups.get(&service.group)) {
                link.text = format!("{}, {}", link.text, said::group(&group.description));
            }
        }
        links.sort_by(|a, b| a.1.text.cmp(&b.1.text));
        links
    }

    /// The latest lesson written in each textbook, of those of the last days.
    pub async fn latest(&self) -> Result<HashMap<TextbookId, Date>, Problem> {
        let since = days_after(self.today(), -LATEST_DAYS).unwrap_or(self.today());
        let rows =
            queries::entries(self.app.tables(pupil::NAME)?, &self.scope, self.now, (since, self.today())).await?;
        let books = self.app.register.read();
        let mut latest: HashMap<TextbookId, Date> = HashMap::new();
        for row in &rows {
            let held = held(&books, row.place.textbook, &row.lesson).map_or(row.lesson.date, |at| at.date);
            let known = latest.entry(row.place.textbook).or_insert(held);
            *known = held.max(*known);
        }
        Ok(latest)
    }

    /// The next day with lessons after today.
    pub fn next_school_day(&self) -> Option<Date> {
        let books = self.app.register.read();
        let mut days = (1..=30).filter_map(|days| days_after(self.today(), days));
        days.find(|day| {
            books.timetable_of(self.whose, &self.scope, *day, *day).iter().any(|lesson| lesson.not_held.is_none())
        })
    }

    fn followed(&self, books: &Books) -> Vec<TextbookId> {
        let groups: Vec<GroupId> = match self.whose {
            Whose::Pupil(pupil) => {
                let begun = books.stays_on(pupil, self.today()).filter(|stay| stay.holds(self.today()));
                begun.map(|stay| stay.group).collect()
            }
            Whose::Class(_) => self.scope.groups.iter().map(|(group, _)| *group).collect(),
        };
        groups.into_iter().flat_map(|group| books.services_of_group(group)).map(|service| service.textbook).collect()
    }

    /// The subject of a lesson; of a class, with the group when only some of its pupils, or others too, have it.
    fn subject(&self, books: &Books, textbook: TextbookId) -> String {
        let Some(service) = books.services.get(&textbook) else { return String::new() };
        let subject = said::subject(books, service.school, &service.subject);
        match self.whose {
            Whose::Class(class) if service.group != class => {
                format!("{subject}, {}", said::group_of(books, service.group))
            }
            _ => subject,
        }
    }

    fn closure(&self, books: &Books, date: Date) -> Option<String> {
        let closures = books.schools.get(&self.school)?.closures.values().flatten();
        closures.into_iter().find(|closure| closure.holds(date)).map(|closure| closure.label.clone())
    }

    fn written(&self, books: &Books, entry: &EntryVersion, texts: &Texts) -> SlotState {
        let revised_on = entry.modified().then(|| self.date_of(books, entry.visible_from));
        SlotState::Written { content: texts.of(entry.content.as_ref()), revised_on }
    }

    fn date_of(&self, books: &Books, at: Timestamp) -> Date {
        books.schools.get(&self.school).map_or(self.today(), |school| school.local(at).date())
    }

    fn homework_views<'b>(
        &self,
        books: &Books,
        works: impl IntoIterator<Item = &'b HomeworkVersion>,
        texts: &Texts,
    ) -> Vec<(EntryId, Homework)> {
        let view = |work: &HomeworkVersion| {
            let revised_on = work.modified().then(|| self.date_of(books, work.visible_from));
            let given_on = held(books, work.place.textbook, &work.given_in).map_or(work.given_in.date, |at| at.date);
            let due = books.due_lesson(work.place.textbook, &work.work.due);
            let view = Homework {
                subject: subject_of_work(books, work.place.school, &work.place.subject),
                teacher: said::teachers(books, work.place.textbook, work.given_in.date),
                text: texts.of(work.text.as_ref()),
                kind: Some(said::kind(work.work.kind).to_owned()),
                minutes: work.work.minutes.map(u32::from),
                given_on,
                due_on: due.as_ref().map_or(work.work.due.on, |lesson| lesson.date),
                due_note: due.and_then(|lesson| said::due_note(&lesson, &work.work.due)),
                in_writing: work.work.written,
                for_whom: said::for_part(&work.work),
                revised_on,
                former: None,
                resources: texts.resources(work.place.textbook, &work.resources),
                textbook: Some(format!("{}/cahiers/{}", self.base, work.place.textbook)),
            };
            (work.given_entry, view)
        };
        works.into_iter().map(view).collect()
    }

    async fn open_texts<'b>(
        &self,
        entries: &'b [EntryVersion],
        works: &'b [HomeworkVersion],
    ) -> Result<Texts, Problem> {
        let mut cells: Vec<&SealedCell> = Vec::new();
        let resources = |resource: &'b cells::Resource| resource.title.iter().chain(resource.link.iter());
        for entry in entries {
            let texts = entry.content.iter().chain(entry.framing.cells());
            cells.extend(texts.chain(entry.resources.iter().flat_map(resources)));
        }
        for work in works {
            cells.extend(work.text.iter().chain(work.resources.iter().flat_map(resources)));
        }
        Texts::open(self.app, cells).await
    }
}

/// The lesson that something written names, where it is held; none of a lesson outside the timetable.
pub fn held(books: &Books, textbook: TextbookId, written: &domain::textbook::entry::Lesson) -> Option<LessonAt> {
    books.lesson(textbook, LessonOn { date: written.date, slot: written.slot? })
}

/// The hour at which a lesson is over.
pub fn end_of(starts_at: Time, minutes: u16) -> Time {
    starts_at.saturating_add(jiff::SignedDuration::from_mins(i64::from(minutes)))
}

/// Reads `?avant=2026-11-16T08:00:00_<entry>`.
pub fn before(text: Option<&str>) -> Result<Option<Before>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let read = || {
        let (at, entry) = text.split_once('_')?;
        let at: DateTime = at.parse().ok()?;
        let entry = EntryId(uuid::Uuid::parse_str(entry).ok()?);
        Some(Before { date: at.date(), starts_at: at.time(), entry })
    };
    read().map(Some).ok_or_else(|| Problem::invalid("cursor-malformed", "avant"))
}

/// The subject of a work; empty where a teacher has all subjects: it would be the same on every line, and says nothing.
fn subject_of_work(books: &Books, school: SchoolId, code: &str) -> String {
    if code == ALL_SUBJECTS { String::new() } else { said::subject(books, school, code) }
}
