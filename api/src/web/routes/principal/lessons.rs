//! `/direction/seances`: lessons that are not held, of a teacher or of a class, between two days.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, RequestExt as _};
use domain::actor::{Actor, Capacity};
use domain::calendar::{LessonOn, NotHeld};
use domain::decider::Decider as _;
use domain::directory::service::{Assignment, Command, Service};
use domain::ids::{GroupId, PersonId, SlotId, StreamId, TextbookId};
use jiff::civil::{Date, Time};
use serde::Deserialize;
use uuid::Uuid;

use super::Office;
use crate::app::Said;
use crate::facts::{Books, LessonAt, ServiceBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Role};
use crate::web::principal::{CancelForm, CancelledDay, CancelledLesson, LessonsPage};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};

/// The longest absence or stage that one form cancels.
const DAYS_MAX: i64 = 200;

/// Whose lessons.
#[derive(Clone, Copy)]
enum Whose {
    Teacher(PersonId),
    Class(GroupId),
}

impl Whose {
    fn parse(text: &str) -> Option<Self> {
        let (sort, id) = text.split_once(':')?;
        let id = Uuid::parse_str(id).ok()?;
        match sort {
            "enseignant" => Some(Self::Teacher(PersonId(id))),
            "classe" => Some(Self::Class(GroupId(id))),
            _ => None,
        }
    }

    /// Whether a lesson of a service is theirs alone on its day. A substitute answers for the days named, the holder for the others, and
    /// one of two teachers who is there holds the lesson; of a class, its own lessons and those of groups in which it is alone: the
    /// others have pupils who are here.
    fn concerns(self, books: &Books, service: &ServiceBook, date: Date) -> bool {
        match self {
            Self::Teacher(teacher) => {
                let on_duty = || service.assignments.iter().filter(|held| held.holds(date));
                let replacing = |held: &&Assignment| held.capacity == Capacity::Substitute;
                let answering: Vec<PersonId> = match on_duty().find(replacing) {
                    Some(_) => on_duty().filter(replacing).map(|held| held.teacher).collect(),
                    None => on_duty().map(|held| held.teacher).collect(),
                };
                answering.contains(&teacher) && answering.iter().all(|known| *known == teacher)
            }
            Self::Class(class) if service.group == class => true,
            Self::Class(class) => {
                let (members, group) = (members(books, class, date), members(books, service.group, date));
                !group.is_empty() && group.is_subset(&members)
            }
        }
    }
}

fn members(books: &Books, group: GroupId, on: Date) -> BTreeSet<PersonId> {
    let stays = books.groups.get(&group).into_iter().flat_map(|book| &book.stays);
    let here = stays.filter(|(_, stay)| stay.from <= on && stay.until.is_none_or(|until| on < until));
    here.map(|(pupil, _)| *pupil).collect()
}

/// What was chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    qui: String,
    motif: String,
    du: String,
    au: String,
    de: String,
    a: String,
    cle: String,
}

/// What it comes to.
struct Asked {
    whose: Whose,
    because: NotHeld,
    days: (Date, Date),
    /// From this hour, included, to that one, not included.
    hours: (Option<Time>, Option<Time>),
}

impl Typed {
    fn fresh(office: &Office<'_>) -> Self {
        let today = office.local.date().to_string();
        Self { du: today.clone(), au: today, cle: Uuid::now_v7().to_string(), ..Self::default() }
    }

    /// What is asked, or what is wrong with each field.
    fn asked(&self) -> Result<Asked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.to_owned(), message: fr::spaced(message) });
        };
        let (whose, because) = (Whose::parse(&self.qui), NotHeld::parse(&self.motif));
        if whose.is_none() {
            wrong("qui", "Choisissez l’enseignant ou la classe.");
        }
        if because.is_none() {
            wrong("motif", "Choisissez pourquoi ces séances n’ont pas lieu.");
        }
        let (from, until) = (self.du.parse::<Date>().ok(), self.au.parse::<Date>().ok());
        if from.is_none() {
            wrong("du", "Indiquez le premier jour, par exemple 23/11/2026.");
        }
        match (from, until) {
            (_, None) => wrong("au", "Indiquez le dernier jour, par exemple 27/11/2026."),
            (Some(from), Some(until)) if until < from => {
                wrong("au", "Le dernier jour ne peut pas précéder le premier.");
            }
            (Some(from), Some(until)) if domain::calendar::days_between(from, until) > DAYS_MAX => {
                wrong("au", "Deux cents jours au plus à la fois.");
            }
            _ => {}
        }
        let mut hour = |field: &str, text: &str| match text.parse::<Time>() {
            Ok(time) => Some(time),
            Err(_) if text.is_empty() => None,
            Err(_) => {
                wrong(field, "Indiquez une heure, par exemple 10:00, ou rien.");
                None
            }
        };
        let hours = (hour("de", &self.de), hour("a", &self.a));
        if matches!(hours, (Some(after), Some(before)) if before <= after) {
            wrong("a", "Cette heure vient après la première.");
        }
        match (whose, because, from.zip(until)) {
            (Some(whose), Some(because), Some(days)) if errors.is_empty() => Ok(Asked { whose, because, days, hours }),
            _ => Err(errors),
        }
    }
}

impl Asked {
    /// The lessons of the timetable that it names, by textbook.
    fn lessons(&self, office: &Office<'_>) -> BTreeMap<TextbookId, BTreeSet<LessonOn>> {
        let books = office.web.app.register.read();
        let mut found: BTreeMap<TextbookId, BTreeSet<LessonOn>> = BTreeMap::new();
        let in_hours = |lesson: &LessonAt| {
            self.hours.0.is_none_or(|after| after <= lesson.starts_at)
                && self.hours.1.is_none_or(|before| lesson.starts_at < before)
        };
        for service in books.services_of_school(office.school) {
            for lesson in books.lessons(service.textbook, self.days.0, self.days.1) {
                // What is cancelled for another reason already stays so.
                let free = lesson.not_held.is_none_or(|known| known == self.because);
                if free && in_hours(&lesson) && self.whose.concerns(&books, service, lesson.date) {
                    let on = LessonOn { date: lesson.date, slot: lesson.slot };
                    found.entry(service.textbook).or_default().insert(on);
                }
            }
        }
        found
    }
}

/// Tells a service; the position of what it wrote.
async fn tell(
    office: &Office<'_>,
    textbook: TextbookId,
    key: Option<String>,
    command: Command,
) -> Result<i64, Problem> {
    let app = &office.web.app;
    let stream = {
        let books = app.register.read();
        let service = books.services.get(&textbook).filter(|service| service.school == office.school);
        let service = service.ok_or_else(Problem::unknown)?;
        StreamId::new(Service::TYPE, service.service, service.year)
    };
    let said = Said { key, expected: None };
    let head = Actor::Person(office.head);
    let receipt = app.in_directory::<Service>(head, office.school, stream, said, command).await?;
    Ok(receipt.last_position.unwrap_or_default())
}

fn view(office: &Office<'_>, visitor: Visitor, typed: Typed, errors: Vec<FieldError>, done: &Done) -> LessonsPage {
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), "/direction/seances");
    let today = office.local.date();
    let books = office.web.app.register.read();
    let year = books.schools.get(&office.school).and_then(|school| school.year_on(today));
    let since = year.map_or(today, |bounds| bounds.starts_on);
    let (mut days, mut teachers) = (BTreeMap::<Date, Vec<CancelledLesson>>::new(), BTreeSet::new());
    for service in books.services_of_school(office.school) {
        teachers.extend(service.assignments.iter().map(|held| held.teacher));
        for (lesson, because) in service.not_held.range(LessonOn { date: since, slot: SlotId(Uuid::nil()) }..) {
            let held = books.lessons(service.textbook, lesson.date, lesson.date);
            let Some(at) = held.into_iter().find(|at| at.slot == lesson.slot) else { continue };
            days.entry(lesson.date).or_default().push(CancelledLesson {
                start: at.starts_at,
                class: said::group_of(&books, service.group),
                subject: said::subject(&books, service.school, &service.subject),
                teacher: said::teachers(&books, service.textbook, lesson.date),
                reason: said::not_held(*because).to_owned(),
                value: format!("{}/{}/{}", service.textbook, lesson.slot, lesson.date),
            });
        }
    }
    let day = |(date, mut lessons): (Date, Vec<CancelledLesson>)| {
        lessons.sort_by(|a, b| (a.start, &a.class).cmp(&(b.start, &b.class)));
        CancelledDay { date, lessons }
    };
    // Two who are called alike are told apart.
    let given = |id| books.person(id).map(crate::facts::PersonBook::given).unwrap_or_default();
    let teacher = |id: PersonId| Choice {
        value: format!("enseignant:{id}"),
        label: format!("{} ({})", books.formal_name(id), given(id)),
    };
    let mut teachers: Vec<Choice> = teachers.into_iter().map(teacher).collect();
    teachers.sort_by(|a, b| a.label.cmp(&b.label));
    let classes = said::classes(&books, office.school, today).into_iter();
    let classes = classes.map(|(group, label)| Choice { value: format!("classe:{group}"), label }).collect();
    let reason =
        |because: NotHeld| Choice { value: because.name().to_owned(), label: said::not_held(because).to_owned() };
    let Typed { qui, motif, du, au, de, a, cle } = typed;
    LessonsPage {
        days: days.into_iter().map(day).collect(),
        form: CancelForm {
            teachers,
            classes,
            who: qui,
            reasons: NotHeld::ALL.map(reason).to_vec(),
            reason: motif,
            from: du,
            to: au,
            after: de,
            before: a,
            key: cle,
            errors,
        },
        layout: with_flash(layout, done.flash(today)),
    }
}

pub async fn show(State(web): Shared, visitor: Visitor, Query(done): Query<Done>) -> Page {
    let office = Office::open(&web, visitor)?;
    page_with(StatusCode::OK, &view(&office, visitor, Typed::fresh(&office), vec![], &done))
}

pub async fn cancel(State(web): Shared, visitor: Visitor, request: axum::extract::Request) -> Page {
    let office = Office::open(&web, visitor)?;
    let typed = request.extract::<Form<Typed>, _>().await;
    let Form(typed) = typed.map_err(|problem| Problem::invalid("form-malformed", problem.to_string()))?;
    let unfinished = |typed: Typed, errors| {
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(&office, visitor, typed, errors, &Done::default()))
    };
    let asked = match typed.asked() {
        Ok(asked) => asked,
        Err(errors) => return unfinished(typed, errors),
    };
    let lessons = asked.lessons(&office);
    if lessons.is_empty() {
        let message = "L’emploi du temps ne place aucune séance à ces dates et à ces heures : il n’y a rien à annuler.";
        return unfinished(typed, vec![FieldError { field: "qui".to_owned(), message: fr::spaced(message) }]);
    }
    // A form sent twice cancels once: each service is told under a key that follows from the form's and from what it is told.
    let form = Uuid::parse_str(&typed.cle).unwrap_or_else(|_| Uuid::now_v7());
    let mut last = 0;
    for (textbook, lessons) in lessons {
        let named = format!("{textbook} {} {lessons:?}", asked.because.name());
        let key = Uuid::new_v5(&form, named.as_bytes()).to_string();
        let command = Command::Cancel { lessons, because: asked.because };
        last = last.max(tell(&office, textbook, Some(key), command).await?);
    }
    web.app.await_readers(last).await;
    Ok(Redirect::to("/direction/seances?fait=seances-annulees").into_response())
}

/// The lesson to reinstate: `{textbook}/{slot}/{date}`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    seance: String,
}

impl Named {
    fn lesson(&self) -> Option<(TextbookId, LessonOn)> {
        let mut parts = self.seance.split('/');
        let mut id = || Uuid::parse_str(parts.next()?).ok();
        let (textbook, slot) = (TextbookId(id()?), SlotId(id()?));
        Some((textbook, LessonOn { date: parts.next()?.parse().ok()?, slot }))
    }
}

pub async fn reinstate(State(web): Shared, visitor: Visitor, Form(named): Form<Named>) -> Page {
    let office = Office::open(&web, visitor)?;
    let (textbook, lesson) = named.lesson().ok_or_else(Problem::unknown)?;
    let command = Command::Reinstate { lessons: BTreeSet::from([lesson]) };
    let position = tell(&office, textbook, None, command).await?;
    web.app.await_readers(position).await;
    Ok(Redirect::to("/direction/seances?fait=seance-retablie").into_response())
}
