//! A lesson as it stands: what is written of it, what was given in it, and what it takes to go from there to what was typed.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{self, LessonOn, days_after};
use domain::decider::Decider as _;
use domain::ids::{EntryId, HomeworkId, PersonId, SchoolYear, StreamId, TextbookId};
use domain::personal::SealedCell;
use domain::textbook::entry::{LessonRef, NewResource, Source};
use domain::textbook::file::File;
use domain::textbook::homework::NewHomework;
use domain::textbook::{Command, Textbook};
use infra::desk::{Place, Term};
use jiff::civil::{Date, DateTime};
use projections::teacher::queries::{self, Sheet};
use projections::teacher::{self, Entry, Task};
use uuid::Uuid;

use super::super::Desk;
use super::super::form::{RESOURCES, RESOURCES_MAX, Typed, WORKS};
use super::super::textbook::reasons;
use super::given::cells_of;
use super::papers::OnDesk;
use super::shown::{Dues, Shown, dues};
use super::taken::Taken;
use super::taking_up::with_former;
use super::{At, given};
use crate::facts::LessonAt;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::reading::Texts;
use crate::web::routes::said;
use crate::web::routes::workload::{self, Load};
use crate::web::teacher::{HomeworkRow, ResourceRow};

pub struct Standing {
    pub(super) textbook: TextbookId,
    pub(super) lesson: Shown,
    pub entry: EntryId,
    pub(super) written: Option<Entry>,
    /// Why it was withdrawn, if it was.
    pub(super) reason: Option<String>,
    pub(super) works: Vec<Task>,
    pub(super) texts: Texts,
    /// What its teacher keeps for oneself.
    pub on_desk: OnDesk,
    term: Option<Term>,
    /// The pupils of the group today, in the order of their names.
    pub(super) pupils: Vec<(PersonId, String)>,
    /// Of the stream: what the form compares.
    pub version: i64,
    pub(super) next: Vec<LessonAt>,
    dues: Dues,
    /// The work given in it that is out of sight.
    pub(super) gone: BTreeSet<HomeworkId>,
    /// The work that falls on the days of these lessons already.
    pub(super) loads: BTreeMap<Date, Load>,
    /// When pupils will see what is written now, if the pause holds it back.
    pub visible_from: Option<DateTime>,
}

impl Standing {
    pub async fn read(desk: &Desk<'_>, At { textbook, lesson: named }: At) -> Result<Self, Problem> {
        let (app, now) = (&desk.web.app, desk.web.app.now());
        if !desk.scope.textbooks.contains(&textbook) {
            return Err(Problem::unknown());
        }
        let (mut lesson, next, visible_from, group, term, pupils): (_, Vec<LessonAt>, _, _, _, _) = {
            let books = app.register.read();
            let lesson = Shown::of(&books, textbook, named).ok_or_else(Problem::unknown)?;
            let until = days_after(lesson.date, 60).unwrap_or(lesson.date);
            let later = books.lessons(textbook, lesson.date, until).into_iter().filter(LessonAt::is_expected);
            let next = later.filter(|at| (at.date, at.starts_at) > (lesson.date, lesson.starts_at)).take(12).collect();
            let school = books.school_of(textbook).ok_or_else(Problem::unknown)?;
            let visible = calendar::visible_from(&school.pauses, &school.zone, now);
            let service = books.services.get(&textbook).ok_or_else(Problem::unknown)?;
            let term = school.years.get(&service.year);
            let outside = match named {
                LessonRef::Exceptional { starts_at, minutes, .. } => Some((starts_at, minutes)),
                LessonRef::Slot { .. } => None,
            };
            let (date, year) = (lesson.date, service.year);
            let term = term.map(|bounds| Term { date, year, until: bounds.ends_on, outside });
            let pupils = said::members(&books, service.group, desk.local.date());
            let visible = Some(school.local(visible)).filter(|_| visible > now);
            (lesson, next, visible, service.group, term, pupils)
        };
        let loads = match next.first().zip(next.last()) {
            Some((first, last)) => {
                let days = (desk.local.date(), (first.date, last.date));
                workload::of_group(app, desk.teacher, group, days).await?
            }
            None => BTreeMap::new(),
        };
        let stream = StreamId::new(Textbook::TYPE, textbook, term.map_or(SchoolYear::NONE, |term| term.year));
        // Before the rows, which then show at least that version: one that they do not show must not pass for one that was read.
        let version = app.journal.state::<Textbook>(stream).await?.1;
        app.await_readers(app.head().await.map_err(Problem::ours)?).await;
        let entry = named.entry(textbook);
        let Sheet { entry: written, tasks } =
            queries::entry(app.tables(teacher::NAME)?, &desk.scope, textbook, &named).await?;
        if let LessonRef::Exceptional { minutes, .. } = named {
            // What is written, or the work given, says how long it lasted; without either, its address does.
            lesson.minutes = lasting(written.as_ref(), &tasks).unwrap_or(minutes);
            if !(5..=720).contains(&lesson.minutes) {
                return Err(Problem::unknown());
            }
        }
        let (gone, works): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(|work| work.withdrawn);
        let pupils = with_former(&app.register.read(), pupils, &works);
        let texts = Texts::open(app, cells_of(written.as_ref(), &works)).await?;
        let is_withdrawn = written.as_ref().is_some_and(|row| row.withdrawn);
        let reason = if is_withdrawn { reasons(desk, textbook).await?.remove(&entry) } else { None };
        let on_desk = OnDesk::read(desk, Place { author: desk.teacher, textbook, entry }).await?;
        Ok(Self {
            textbook,
            lesson,
            entry,
            written,
            reason,
            texts,
            on_desk,
            term,
            pupils,
            version,
            next,
            dues: dues(&app.register.read(), textbook, &works),
            works,
            gone: gone.into_iter().map(|work| work.homework).collect(),
            loads,
            visible_from,
        })
    }

    pub fn at(&self) -> At {
        At { textbook: self.textbook, lesson: self.lesson.named }
    }

    /// The lesson, with how long it lasts.
    fn named(&self) -> LessonRef {
        match self.lesson.named {
            LessonRef::Exceptional { date, starts_at, .. } => {
                LessonRef::Exceptional { date, starts_at, minutes: self.lesson.minutes }
            }
            slot @ LessonRef::Slot { .. } => slot,
        }
    }

    /// Its content is waited for: it is held, by this teacher.
    pub fn is_awaited(&self) -> bool {
        self.is_held() && !self.lesson.assured
    }

    /// Where a paper about this lesson lies.
    pub fn place(&self, author: PersonId) -> Place {
        Place { author, textbook: self.textbook, entry: self.entry }
    }

    /// How long it may lie there; none outside the school's years.
    pub fn term(&self) -> Option<Term> {
        self.term
    }

    /// How the form names the lesson that many lessons after the next one.
    pub fn next_value(&self, rank: usize) -> Option<String> {
        self.next.get(rank).map(|lesson| self.value(lesson))
    }

    /// What a parallel class may take over: this entry as it stands.
    pub fn as_source(&self) -> Option<Source> {
        let live = self.written.as_ref().filter(|row| !row.withdrawn)?;
        Some(Source { textbook: self.textbook, entry: self.entry, version: live.writing.version })
    }

    /// The textbook, and the day of the lesson.
    pub fn lesson(&self) -> (TextbookId, Date) {
        (self.textbook, self.lesson.date)
    }

    /// At which versions of the textbook this lesson and its work were last written.
    pub fn versions(&self) -> impl Iterator<Item = i64> {
        self.written.iter().map(|row| row.writing.version).chain(self.works.iter().map(|work| work.writing.version))
    }

    pub fn is_held(&self) -> bool {
        self.lesson.not_held.is_none()
    }

    /// The day on which the lesson is held.
    pub fn held_on(&self) -> Date {
        self.lesson.date
    }

    /// The lesson that a choice of the form names.
    pub fn lesson_of(&self, value: &str) -> Option<LessonOn> {
        self.next.iter().find(|lesson| self.value(lesson) == value).map(LessonAt::named)
    }

    /// How the form names a lesson to come: by its day, and by its hour too when that day has an earlier one.
    pub(super) fn value(&self, lesson: &LessonAt) -> String {
        let first = self.next.iter().find(|other| other.date == lesson.date);
        if first == Some(lesson) {
            lesson.date.to_string()
        } else {
            lesson.start().strftime("%Y-%m-%dT%H:%M").to_string()
        }
    }

    /// What to say of a form without a text.
    pub fn nothing_written(&self) -> &'static str {
        match self.lesson.not_held {
            Some(_) => "Écrivez ce que la classe a à faire, ou revenez sans enregistrer.",
            None => "Écrivez ce qui a été fait pendant la séance.",
        }
    }

    pub fn is_live(&self) -> bool {
        self.written.as_ref().is_some_and(|row| !row.withdrawn)
    }

    /// What the form holds at first: the present version, and the work given. What cannot be read is left out.
    pub fn typed(&self) -> Typed {
        let documents = self.written.iter().flat_map(|row| &row.resources);
        let mut resources: Vec<ResourceRow> = documents.filter_map(|one| given::row(&self.texts, one)).collect();
        resources.resize_with((resources.len() + 1).clamp(RESOURCES, RESOURCES_MAX), ResourceRow::default);
        let mut homework: Vec<HomeworkRow> = self.works.iter().filter_map(|work| self.row(work)).collect();
        homework.resize_with((homework.len() + 1).max(WORKS), HomeworkRow::default);
        let read = |cell: &dyn Fn(&Entry) -> Option<&SealedCell>| {
            let text = self.written.as_ref().and_then(|row| self.texts.read(cell(row)));
            text.unwrap_or_default().to_owned()
        };
        Typed {
            content: read(&|row| row.content.as_ref()),
            sequence: read(&|row| row.framing.sequence.as_ref()),
            programme: read(&|row| row.framing.programme.as_ref()),
            resources,
            homework,
            version: self.version.to_string(),
            key: Uuid::now_v7().to_string(),
            ..Typed::default()
        }
    }

    /// The files that the lesson holds as it stands, and the work given in it.
    pub fn files(&self) -> Vec<&File> {
        let of_works = self.works.iter().flat_map(|work| &work.resources);
        let of_lesson = self.written.iter().flat_map(|row| &row.resources);
        of_lesson.chain(of_works).filter_map(|one| one.file.as_ref()).collect()
    }

    /// Whether all that stands could be read.
    pub(super) fn readable(&self) -> bool {
        let mut written = self.written.iter();
        let content = written.clone().all(|row| self.texts.read(row.content.as_ref()).is_some());
        let framing = written.clone().all(|row| row.framing.cells().all(|cell| self.texts.read(Some(cell)).is_some()));
        let content = content && framing;
        let documents = written.all(|row| given::rows(&self.texts, &row.resources).is_some());
        let works = |work: &Task| {
            self.texts.read(work.text.as_ref()).is_some() && given::rows(&self.texts, &work.resources).is_some()
        };
        content && documents && self.works.iter().all(works)
    }

    fn row(&self, given: &Task) -> Option<HomeworkRow> {
        let text = self.texts.read(given.text.as_ref())?.to_owned();
        let (on, lesson) = self.due_of(given);
        let listed = self.next.iter().find(|next| lesson.map_or(next.date == on, |lesson| next.named() == lesson));
        Some(HomeworkRow {
            id: Some(given.homework.to_string()),
            text,
            due: listed.map_or_else(|| "autre".to_owned(), |next| self.value(next)),
            other_date: if listed.is_some() { String::new() } else { on.to_string() },
            kind: given.work.kind.name().to_owned(),
            minutes: given.work.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            in_writing: given.work.written,
            audience: given.work.audience.clone(),
            documents: given::rows(&self.texts, &given.resources),
            ..HomeworkRow::default()
        })
    }

    /// What must be written to go from what stands to what was typed; nothing when they are the same.
    pub fn command(
        &self,
        typed: &Typed,
        taken: Option<&Taken>,
        resources: Vec<NewResource>,
        homework: Vec<NewHomework>,
        errors: &mut Vec<FieldError>,
    ) -> Option<Command> {
        let homework: Vec<NewHomework> = homework.into_iter().filter(|new| !self.stands(new)).collect();
        homework.iter().for_each(|new| self.may_be_revised(typed, new, errors));
        if !self.is_live() && typed.content.is_empty() {
            if homework.is_empty() {
                return None;
            }
            return Some(Command::WriteHomework { given_in: self.named(), homework });
        }
        if !self.is_live() {
            return Some(Command::PublishEntry {
                lesson: self.named(),
                content: typed.content.clone(),
                framing: typed.framing(),
                resources,
                homework,
                copied_from: taken.map(|taken| taken.source),
            });
        }
        let before = self.typed();
        let filled = |typed: &Typed| -> Vec<ResourceRow> {
            typed.resources.iter().filter(|row| !row.is_blank()).cloned().collect()
        };
        let framing = |typed: &Typed| (plain(&typed.sequence), plain(&typed.programme));
        let same = plain(&before.content) == typed.content
            && framing(&before) == framing(typed)
            && filled(&before) == filled(typed);
        if same && homework.is_empty() {
            return None;
        }
        let content = (!same).then(|| typed.content.clone());
        let framing = typed.framing();
        Some(Command::ReviseEntry { entry: self.entry, content, framing, resources, homework })
    }

    /// When a work given is due now, and the lesson it is for.
    pub(super) fn due_of(&self, given: &Task) -> (Date, Option<LessonOn>) {
        self.dues.get(&given.homework).copied().unwrap_or((given.work.due.on, None))
    }
}

/// How long a lesson lasts, as what is written of it says, or the work given in it.
fn lasting(written: Option<&Entry>, given: &[Task]) -> Option<u16> {
    written.map(|row| row.lesson.minutes).or_else(|| given.first().map(|work| work.given_in.minutes))
}

/// A text as a form sends it back.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}
