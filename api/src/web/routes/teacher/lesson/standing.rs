//! A lesson as it stands: what is written of it, what was given in it, and what it takes to go from there to what was typed.

use std::collections::BTreeMap;

use domain::calendar::{self, days_after};
use domain::decider::Decider as _;
use domain::ids::{EntryId, SchoolYear, SlotId, StreamId, TextbookId};
use domain::textbook::entry::{LessonRef, NewResource};
use domain::textbook::file::{File, FileAddress};
use domain::textbook::homework::{DueRef, NewHomework, Notice, notice};
use domain::textbook::{Command, Textbook};
use jiff::civil::{Date, DateTime};
use projections::cells::Resource;
use projections::teacher::queries::{self, Sheet};
use projections::teacher::{Entry, Task};
use uuid::Uuid;

use super::super::form::{RESOURCES, RESOURCES_MAX, Typed, WORKS, attached, wrong};
use super::super::{Desk, address, labels, reasons};
use super::{Address, Visitor};
use crate::facts::LessonAt;
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Flash, Role};
use crate::web::pupil::Purpose;
use crate::web::routes::reading::{Texts, end_of};
use crate::web::routes::workload::{self, Load};
use crate::web::routes::{said, with_flash};
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
    /// The work that falls on the days of these lessons already.
    loads: BTreeMap<Date, Load>,
    /// When pupils will see what is written now, if the pause holds it back.
    pub visible_from: Option<DateTime>,
}

impl Standing {
    pub async fn read(desk: &Desk<'_>, (textbook, slot, date): Address) -> Result<Self, Problem> {
        let app = &desk.web.app;
        if !desk.scope.textbooks.contains(&textbook) {
            return Err(Problem::unknown());
        }
        let (lesson, next, visible_from, year, group): (_, Vec<LessonAt>, _, _, _) = {
            let books = app.register.read();
            let held = books.lessons(textbook, date, date).into_iter().find(|lesson| lesson.slot == slot);
            let lesson = held.ok_or_else(Problem::unknown)?;
            let until = days_after(date, 60).unwrap_or(date);
            let later = books.lessons(textbook, date, until).into_iter();
            let later = later.filter(|at| at.not_held.is_none());
            let next = later.filter(|at| (at.date, at.starts_at) > (lesson.date, lesson.starts_at)).take(12).collect();
            let school = books.school_of(textbook).ok_or_else(Problem::unknown)?;
            let now = app.now();
            let visible = calendar::visible_from(&school.pauses, &school.zone, now);
            let year = books.services.get(&textbook).map_or(SchoolYear::NONE, |service| service.year);
            let group = books.services.get(&textbook).map(|service| service.group);
            (lesson, next, Some(school.local(visible)).filter(|_| visible > now), year, group)
        };
        let loads = match (group, next.first().zip(next.last())) {
            (Some(group), Some((first, last))) => workload::of_group(app, group, (first.date, last.date)).await?,
            _ => BTreeMap::new(),
        };
        let stream = StreamId::new(Textbook::TYPE, textbook, year);
        // Before the rows: a version that they do not show yet must not pass for one that was read.
        let version = app.journal.state::<Textbook>(stream).await?.1;
        let entry = EntryId::of(textbook, &slot.to_string(), date);
        let at = LessonRef::Slot { slot, date };
        let Sheet { entry: written, tasks } = queries::entry(&app.reader, &desk.scope, textbook, &at).await?;
        let works: Vec<Task> = tasks.into_iter().filter(|work| !work.withdrawn).collect();
        let resources =
            written.iter().flat_map(|row| &row.resources).chain(works.iter().flat_map(|one| &one.resources));
        let resources = resources.flat_map(|one| one.title.iter().chain(one.link.iter()));
        let cells = written.iter().filter_map(|row| row.content.as_ref()).chain(resources);
        let texts = Texts::open(app, cells.chain(works.iter().filter_map(|work| work.text.as_ref())).collect()).await?;
        let reason = match &written {
            Some(row) if row.withdrawn => reasons(desk, textbook).await?.remove(&entry),
            _ => None,
        };
        Ok(Self { textbook, lesson, entry, written, reason, works, texts, version, next, loads, visible_from })
    }

    pub fn slot_on(&self, date: Date) -> Option<SlotId> {
        self.next.iter().find(|lesson| lesson.date == date).map(|lesson| lesson.slot)
    }

    pub fn is_live(&self) -> bool {
        self.written.as_ref().is_some_and(|row| !row.withdrawn)
    }

    /// What the form holds at first: the present version, and the work given. What cannot be read is left out.
    pub fn typed(&self) -> Typed {
        let documents = self.written.iter().flat_map(|row| &row.resources);
        let mut resources: Vec<ResourceRow> = documents
            .filter_map(|one| self.document(one))
            .map(|one| ResourceRow {
                title: one.title,
                url: one.link.unwrap_or_default(),
                purpose: Purpose::of(one.purpose).value().to_owned(),
                file: one.file.and_then(|address| self.file(address)).map(attached::row),
            })
            .collect();
        resources.resize_with((resources.len() + 1).clamp(RESOURCES, RESOURCES_MAX), ResourceRow::default);
        let mut homework: Vec<HomeworkRow> = self.works.iter().filter_map(|work| self.row(work)).collect();
        homework.resize_with((homework.len() + 1).max(WORKS), HomeworkRow::default);
        let content = self.written.as_ref().and_then(|row| self.texts.read(row.content.as_ref()));
        Typed {
            content: content.unwrap_or_default().to_owned(),
            resources,
            homework,
            reason: String::new(),
            version: self.version.to_string(),
            key: Uuid::now_v7().to_string(),
            confirmed: false,
            too_large: false,
        }
    }

    /// A document as a command names it; none when it cannot be read.
    fn document(&self, resource: &Resource) -> Option<NewResource> {
        let title = self.texts.read(resource.title.as_ref())?.to_owned();
        let link = match &resource.link {
            Some(link) => Some(self.texts.read(Some(link))?.to_owned()),
            None => None,
        };
        let file = resource.file.as_ref().map(|file| file.address);
        Some(NewResource { title, link, purpose: resource.purpose, file })
    }

    /// The files that the lesson holds as it stands.
    pub fn files(&self) -> Vec<&File> {
        self.written.iter().flat_map(|row| &row.resources).filter_map(|one| one.file.as_ref()).collect()
    }

    fn file(&self, address: FileAddress) -> Option<&File> {
        self.files().into_iter().find(|file| file.address == address)
    }

    /// Whether all that stands could be read.
    fn readable(&self) -> bool {
        let mut written = self.written.iter();
        let content = written.clone().all(|row| self.texts.read(row.content.as_ref()).is_some());
        let documents = written.all(|row| row.resources.iter().all(|one| self.document(one).is_some()));
        content && documents && self.works.iter().all(|work| self.texts.read(work.text.as_ref()).is_some())
    }

    fn row(&self, given: &Task) -> Option<HomeworkRow> {
        let text = self.texts.read(given.text.as_ref())?.to_owned();
        let on = given.work.due.on.to_string();
        let listed = self.next.iter().any(|lesson| lesson.date == given.work.due.on);
        Some(HomeworkRow {
            id: Some(given.homework.to_string()),
            text,
            due: if listed { on.clone() } else { "autre".to_owned() },
            other_date: if listed { String::new() } else { on },
            kind: given.work.kind.name().to_owned(),
            minutes: given.work.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            in_writing: given.work.written,
        })
    }

    /// What must be written to go from what stands to what was typed; nothing when they are the same.
    pub fn command(
        &self,
        typed: &Typed,
        resources: Vec<NewResource>,
        homework: Vec<NewHomework>,
        errors: &mut Vec<FieldError>,
    ) -> Option<Command> {
        let homework: Vec<NewHomework> = homework.into_iter().filter(|new| !self.stands(new)).collect();
        let homework: Vec<NewHomework> =
            homework.into_iter().map(|new| self.with_documents(typed, new, errors)).collect();
        if !self.is_live() {
            let lesson = LessonRef::Slot { slot: self.lesson.slot, date: self.lesson.date };
            return Some(Command::PublishEntry { lesson, content: typed.content.clone(), resources, homework });
        }
        let before = self.typed();
        let filled = |typed: &Typed| -> Vec<ResourceRow> {
            typed.resources.iter().filter(|row| !row.is_blank()).cloned().collect()
        };
        let same = plain(&before.content) == typed.content && filled(&before) == filled(typed);
        if same && homework.is_empty() {
            return None;
        }
        let content = (!same).then(|| typed.content.clone());
        Some(Command::ReviseEntry { entry: self.entry, content, resources, homework })
    }

    /// Work given before, written anew with the documents it has: the form does not show them.
    fn with_documents(&self, typed: &Typed, new: NewHomework, errors: &mut Vec<FieldError>) -> NewHomework {
        let Some(given) = self.works.iter().find(|given| given.homework == new.homework) else { return new };
        let id = new.homework.to_string();
        let n = typed.homework.iter().position(|row| row.id.as_deref() == Some(&id)).map_or(1, |at| at + 1);
        if !self.is_live() {
            let message = "Ce travail a été donné avant la séance : publiez d’abord la séance en le laissant tel quel, puis modifiez-le.";
            wrong(errors, format!("travail_{n}_texte"), message);
        }
        let documents: Option<Vec<NewResource>> = given.resources.iter().map(|one| self.document(one)).collect();
        if documents.is_none() {
            let message =
                "Un document de ce travail est illisible pour le moment : il ne peut pas être modifié sans le perdre.";
            wrong(errors, format!("travail_{n}_texte"), message);
        }
        NewHomework { resources: documents.unwrap_or_default(), ..new }
    }

    /// `jeudi 19 novembre, 8 h (ce jour-là : 2 travaux, environ 45 min)`
    fn label(&self, lesson: &LessonAt) -> String {
        let at = format!("{}, {}", fr::long_date(lesson.date), fr::hour(lesson.starts_at));
        match self.loads.get(&lesson.date) {
            Some(load) => fr::spaced(&format!("{at} (ce jour-là : {})", load.said())),
            None => at,
        }
    }

    /// Said above the form: something of it could not be read, or the lesson is not held.
    fn notice(&self) -> Option<Flash> {
        let left = self.lesson.not_held.map(|because| Flash {
            title: fr::spaced(&format!("Cette séance est annulée : {}.", said::not_held(because))),
            detail: Some(fr::spaced(
                "Elle n’est pas attendue dans votre cahier. Ce que vous écrivez ici se lira comme un travail laissé à la classe.",
            )),
        });
        let unreadable = (!self.readable()).then(|| Flash {
            title: "Un texte de cette séance est illisible pour le moment.".to_owned(),
            detail: Some(fr::spaced(
                "Il n’est pas repris ci-dessous. Ce que vous enregistrerez formera une nouvelle version ; l’ancienne reste gardée.",
            )),
        });
        unreadable.or(left)
    }

    /// What of the work newly written pupils would read too late to do it. The field is that of its due date.
    pub fn too_late(&self, desk: &Desk<'_>, typed: &Typed, homework: &[NewHomework]) -> Vec<FieldError> {
        let books = desk.web.app.register.read();
        let Some(school) = books.school_of(self.textbook) else { return vec![] };
        let visible = calendar::visible_from(&school.pauses, &school.zone, desk.web.app.now());
        let mut warnings = Vec::new();
        for new in homework.iter().filter(|new| !self.stands(new)) {
            let due = match new.due {
                DueRef::Lesson { slot, date } => {
                    let lesson = self.next.iter().find(|lesson| (lesson.slot, lesson.date) == (slot, date));
                    (date, lesson.map(|lesson| lesson.starts_at))
                }
                DueRef::Date { date } => (date, None),
            };
            // What they read already, and is not due sooner, is not late.
            let known = self.works.iter().find(|given| given.homework == new.homework);
            if known.is_some_and(|given| given.work.due.on <= due.0) {
                continue;
            }
            let before = if due.1.is_some() { "la séance" } else { "ce jour" };
            let message = match notice(&school.notices, &school.zone, due, visible) {
                Notice::Enough => continue,
                Notice::TooLate => "ce travail paraîtrait le jour où il est à faire, ou après.".to_owned(),
                Notice::Short { hours: 0 } => format!("ce travail paraîtrait moins d’une heure avant {before}."),
                Notice::Short { hours } => {
                    let hours = fr::plural(hours as usize, "heure", "heures");
                    format!("ce travail paraîtrait {hours} avant {before}.")
                }
            };
            let n = typed.homework.iter().position(|row| row.text == new.text).map_or(1, |at| at + 1);
            let message = fr::spaced(&format!("Pour {} : {message}", fr::long_date(due.0)));
            warnings.push(FieldError { field: format!("travail_{n}_texte"), message });
        }
        warnings
    }

    /// Whether the work is already given just so.
    fn stands(&self, new: &NewHomework) -> bool {
        let Some(given) = self.works.iter().find(|given| given.homework == new.homework) else { return false };
        let (DueRef::Lesson { date: due, .. } | DueRef::Date { date: due }) = new.due;
        let work = &given.work;
        self.texts.read(given.text.as_ref()).is_some_and(|text| plain(text) == new.text)
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
        let next_lessons =
            self.next.iter().map(|lesson| Choice { value: lesson.date.to_string(), label: self.label(lesson) });
        let kinds =
            said::KINDS.map(|kind| Choice { value: kind.name().to_owned(), label: said::kind(kind).to_owned() });
        LessonPage {
            layout: with_flash(desk.web.layout(Some(visitor), Some(Role::Teacher), &here), self.notice()),
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
            files_said: attached::limits_said(desk.web.app.file_limits(self.textbook).as_ref()),
            homework: typed.homework,
            next_lessons: next_lessons.collect(),
            kinds: kinds.into(),
            reason: typed.reason,
            errors,
            warnings: vec![],
        }
    }
}

/// A text as a form sends it back.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}
