//! A lesson as it stands: what is written of it, what was given in it, and what it takes to go from there to what was typed.

use domain::calendar::{self, days_after};
use domain::decider::Decider as _;
use domain::ids::{EntryId, SchoolYear, SlotId, StreamId, TextbookId};
use domain::textbook::entry::{LessonRef, NewResource};
use domain::textbook::homework::{DueRef, NewHomework};
use domain::textbook::{Command, Textbook};
use jiff::civil::{Date, DateTime};
use projections::teacher::queries::{self, Sheet};
use projections::teacher::{Entry, Task};
use uuid::Uuid;

use super::super::form::{RESOURCES, Typed, WORKS};
use super::super::{Desk, address, labels, reasons};
use super::{Address, Visitor};
use crate::facts::LessonAt;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::routes::reading::{Texts, end_of};
use crate::web::routes::said;
use crate::web::teacher::{Existing, HomeworkRow, LessonPage, ResourceRow, Visibility};

pub struct Standing {
    textbook: TextbookId,
    lesson: LessonAt,
    pub entry: EntryId,
    written: Option<Entry>,
    /// Why it was withdrawn, if it was.
    reason: Option<String>,
    works: Vec<Task>,
    texts: Texts,
    /// Of the stream: what the form compares.
    pub version: i64,
    next: Vec<LessonAt>,
    /// When pupils will see what is written now, if the pause holds it back.
    pub visible_from: Option<DateTime>,
}

impl Standing {
    pub async fn read(desk: &Desk<'_>, (textbook, slot, date): Address) -> Result<Self, Problem> {
        let app = &desk.web.app;
        if !desk.scope.textbooks.contains(&textbook) {
            return Err(Problem::unknown());
        }
        let (lesson, next, visible_from, year) = {
            let books = app.register.read();
            let held = books.lessons(textbook, date, date).into_iter().find(|lesson| lesson.slot == slot);
            let lesson = held.ok_or_else(Problem::unknown)?;
            let until = days_after(date, 60).unwrap_or(date);
            let later = books.lessons(textbook, date, until).into_iter();
            let next = later.filter(|at| (at.date, at.starts_at) > (lesson.date, lesson.starts_at)).take(12).collect();
            let school = books.school_of(textbook).ok_or_else(Problem::unknown)?;
            let now = app.now();
            let visible = calendar::visible_from(&school.pauses, &school.zone, now);
            let year = books.services.get(&textbook).map_or(SchoolYear::NONE, |service| service.year);
            (lesson, next, Some(school.local(visible)).filter(|_| visible > now), year)
        };
        let entry = EntryId::of(textbook, &slot.to_string(), date);
        let at = LessonRef::Slot { slot, date };
        let Sheet { entry: written, tasks } = queries::entry(&app.reader, &desk.scope, textbook, &at).await?;
        let works: Vec<Task> = tasks.into_iter().filter(|work| !work.withdrawn).collect();
        let resources =
            written.iter().flat_map(|row| &row.resources).flat_map(|one| one.title.iter().chain(one.link.iter()));
        let cells = written.iter().filter_map(|row| row.content.as_ref()).chain(resources);
        let texts = Texts::open(app, cells.chain(works.iter().filter_map(|work| work.text.as_ref())).collect()).await?;
        let reason = match &written {
            Some(row) if row.withdrawn => reasons(desk, textbook).await?.remove(&entry),
            _ => None,
        };
        let stream = StreamId::new(Textbook::TYPE, textbook, year);
        let version = app.journal.state::<Textbook>(stream).await?.1;
        Ok(Self { textbook, lesson, entry, written, reason, works, texts, version, next, visible_from })
    }

    pub fn slot_on(&self, date: Date) -> Option<SlotId> {
        self.next.iter().find(|lesson| lesson.date == date).map(|lesson| lesson.slot)
    }

    pub fn is_live(&self) -> bool {
        self.written.as_ref().is_some_and(|row| !row.withdrawn)
    }

    /// What the form holds at first: the present version, and the work given.
    pub fn typed(&self) -> Typed {
        let mut resources: Vec<ResourceRow> = self
            .written
            .as_ref()
            .map(|row| self.texts.resources(&row.resources))
            .unwrap_or_default()
            .into_iter()
            .map(|one| ResourceRow { title: one.title, url: one.url, purpose: one.purpose.value().to_owned() })
            .collect();
        resources.resize_with(resources.len().max(RESOURCES), ResourceRow::default);
        let mut homework: Vec<HomeworkRow> = self.works.iter().map(|work| self.row(work)).collect();
        homework.resize_with((homework.len() + 1).max(WORKS), HomeworkRow::default);
        Typed {
            content: self.written.as_ref().map(|row| self.texts.of(row.content.as_ref())).unwrap_or_default(),
            resources,
            homework,
            reason: String::new(),
            version: self.version.to_string(),
            key: Uuid::now_v7().to_string(),
        }
    }

    fn row(&self, given: &Task) -> HomeworkRow {
        let on = given.work.due.on.to_string();
        let listed = self.next.iter().any(|lesson| lesson.date == given.work.due.on);
        HomeworkRow {
            id: Some(given.homework.to_string()),
            text: self.texts.of(given.text.as_ref()),
            due: if listed { on.clone() } else { "autre".to_owned() },
            other_date: if listed { String::new() } else { on },
            kind: given.work.kind.name().to_owned(),
            minutes: given.work.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            in_writing: given.work.written,
        }
    }

    /// What must be written to go from what stands to what was typed; nothing when they are the same.
    pub fn command(&self, typed: &Typed, resources: Vec<NewResource>, homework: Vec<NewHomework>) -> Option<Command> {
        let mut homework: Vec<NewHomework> = homework.into_iter().filter(|new| !self.stands(new)).collect();
        if !self.is_live() {
            // Work given before the lesson was written stands as it is until the lesson is there.
            homework.retain(|new| self.works.iter().all(|given| given.homework != new.homework));
            let lesson = LessonRef::Slot { slot: self.lesson.slot, date: self.lesson.date };
            return Some(Command::PublishEntry { lesson, content: typed.content.clone(), resources, homework });
        }
        let before = self.typed();
        let filled = |typed: &Typed| -> Vec<ResourceRow> {
            typed.resources.iter().filter(|row| !row.title.is_empty() || !row.url.is_empty()).cloned().collect()
        };
        let same = before.content == typed.content && filled(&before) == filled(typed);
        if same && homework.is_empty() {
            return None;
        }
        let content = (!same).then(|| typed.content.clone());
        Some(Command::ReviseEntry { entry: self.entry, content, resources, homework })
    }

    /// Whether the work is already given just so.
    fn stands(&self, new: &NewHomework) -> bool {
        let Some(given) = self.works.iter().find(|given| given.homework == new.homework) else { return false };
        let (DueRef::Lesson { date: due, .. } | DueRef::Date { date: due }) = new.due;
        let work = &given.work;
        self.texts.of(given.text.as_ref()) == new.text
            && (work.due.on, work.kind, work.minutes, work.written) == (due, new.kind, new.minutes, new.written)
    }

    pub fn page(&self, desk: &Desk<'_>, visitor: Visitor, typed: Typed, errors: Vec<FieldError>) -> LessonPage {
        let books = desk.web.app.register.read();
        let (class, subject) = labels(&books, self.textbook);
        let local = |at| books.school_of(self.textbook).map_or(desk.local, |school| school.local(at));
        let existing = self.written.as_ref().map(|row| Existing {
            version: row.writing.revision as u32,
            written_at: local(row.writing.recorded_at),
            withdrawn: row.withdrawn.then(|| self.reason.clone().unwrap_or_default()),
        });
        drop(books);
        let here = address(self.textbook, self.lesson.slot, self.lesson.date);
        let next_lessons = self.next.iter().map(|lesson| Choice {
            value: lesson.date.to_string(),
            label: format!("{}, {}", fr::long_date(lesson.date), fr::hour(lesson.starts_at)),
        });
        let kinds =
            said::KINDS.map(|kind| Choice { value: kind.name().to_owned(), label: said::kind(kind).to_owned() });
        LessonPage {
            layout: desk.web.layout(Some(visitor), Some(Role::Teacher), &here),
            class,
            subject,
            date: self.lesson.date,
            start: self.lesson.starts_at,
            end: end_of(self.lesson.starts_at, self.lesson.minutes),
            room: self.lesson.room.clone(),
            textbook: format!("/enseignant/cahiers/{}", self.textbook),
            withdraw_action: format!("{here}/retirer"),
            action: here,
            version: typed.version,
            key: typed.key,
            withdraw_key: Uuid::now_v7().to_string(),
            existing,
            visibility: self.visible_from.map_or(Visibility::Now, |from| Visibility::After { from }),
            content: typed.content,
            resources: typed.resources,
            homework: typed.homework,
            next_lessons: next_lessons.collect(),
            kinds: kinds.into(),
            reason: typed.reason,
            errors,
        }
    }
}
