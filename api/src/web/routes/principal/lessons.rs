//! `/direction/seances`: lessons as they really go. The head chooses those of a teacher or of a class between two days, sees them, and
//! says of all or some that they are not held, or that a colleague takes them; one is moved from a page of its own. Each lesson is shown with
//! who teaches it: that is a look at each of them.

mod changed;
mod chosen;
mod moving;

use std::collections::{BTreeMap, BTreeSet};

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::actor::Actor;
use domain::calendar::{LessonOn, NotHeld};
use domain::decider::Decider as _;
use domain::directory::service::{Command, Service};
use domain::ids::{PersonId, StreamId, TextbookId};
use domain::inspection::look::Seen;
use jiff::civil::Date;
use uuid::Uuid;

use super::Office;
use crate::app::Said;
use crate::facts::{Books, LessonAt};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::{Choice, FieldError, Flash, Role};
use crate::web::principal::{ChangedDay, ChangedLesson, ChooseForm, LessonsPage};
use crate::web::routes::announce::Done;
use crate::web::routes::{Page, Shared, Visitor, page_with, said, with_flash};
use changed::Changed;
use chosen::{Chosen, Sent};
pub use moving::{form as move_form, relocate};

/// Lessons by textbook.
type Lessons = BTreeMap<TextbookId, BTreeSet<LessonOn>>;

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

/// What the services answered, each told by itself: one refused does not undo the others, so it is said what is done and what is not.
#[derive(Default)]
struct Outcome {
    done: usize,
    last: i64,
    refused: Vec<(TextbookId, usize, Problem)>,
}

/// Tells each service its lessons. A form sent twice does it once: each is told under a key that follows from the form's and from what
/// it is told.
async fn tell_all(
    office: &Office<'_>,
    form: &str,
    what: &str,
    lessons: Lessons,
    command: impl Fn(BTreeSet<LessonOn>) -> Command,
) -> Result<Outcome, Problem> {
    let form = Uuid::parse_str(form).unwrap_or_else(|_| Uuid::now_v7());
    let mut outcome = Outcome::default();
    for (textbook, lessons) in lessons {
        let count = lessons.len();
        let key = Uuid::new_v5(&form, format!("{textbook} {what} {lessons:?}").as_bytes()).to_string();
        match tell(office, textbook, Some(key), command(lessons)).await {
            Ok(position) => {
                outcome.done += count;
                outcome.last = outcome.last.max(position);
            }
            Err(problem) if problem.status().is_server_error() && outcome.done == 0 => return Err(problem),
            Err(problem) => outcome.refused.push((textbook, count, problem)),
        }
    }
    office.web.app.await_readers(outcome.last).await;
    Ok(outcome)
}

impl Outcome {
    /// What was refused, in words.
    fn errors(&self, office: &Office<'_>, field: &str) -> Vec<FieldError> {
        let books = office.web.app.register.read();
        let told = |(textbook, count, problem): &(TextbookId, usize, Problem)| {
            let service = books.services.get(textbook);
            let class = service.map(|service| said::group_of(&books, service.group)).unwrap_or_default();
            let subject = service.map(|service| said::subject(&books, service.school, &service.subject));
            let why = match problem.code.as_str() {
                "holds-the-lesson" => "cette personne tient déjà ce cours",
                "lesson-unknown" => "l’emploi du temps n’a plus ces séances",
                "unknown" => "ces séances ne sont pas de l’établissement",
                _ if problem.status().is_server_error() => "l’enregistrement n’a pas abouti, recommencez",
                _ => "l’établissement ne l’accepte pas",
            };
            let count = fr::plural(*count, "séance inchangée", "séances inchangées");
            let message = format!("{count}, {class}, {} : {why}.", said::inside(&subject.unwrap_or_default()));
            FieldError { field: field.to_owned(), message: fr::spaced(&message) }
        };
        self.refused.iter().map(told).collect()
    }

    /// `3 séances sont enregistrées, les autres non.`
    fn flash(&self) -> Option<Flash> {
        let done = fr::plural(self.done, "séance est enregistrée", "séances sont enregistrées");
        (self.done > 0).then(|| Flash { title: fr::spaced(&format!("{done}, les autres non.")), detail: None })
    }
}

/// Who may take a lesson: those who teach in the school on that day.
fn colleagues(books: &Books, office: &Office<'_>, on: Date) -> BTreeSet<PersonId> {
    books.persons.iter().filter(|(_, book)| book.teaches_in(office.school, on)).map(|(person, _)| *person).collect()
}

/// People as a list offers them: two who are called alike are told apart.
fn named(books: &Books, people: impl IntoIterator<Item = PersonId>, value: impl Fn(PersonId) -> String) -> Vec<Choice> {
    let given = |id| books.person(id).map(crate::facts::PersonBook::given).unwrap_or_default();
    let choice =
        |id: PersonId| Choice { value: value(id), label: format!("{} ({})", books.formal_name(id), given(id)) };
    let mut choices: Vec<Choice> = people.into_iter().map(choice).collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

/// Lessons by day, each with what became of it.
fn by_day(books: &Books, lessons: impl IntoIterator<Item = LessonAt>, kept: &BTreeSet<String>) -> Vec<ChangedDay> {
    let mut days = BTreeMap::<Date, Vec<ChangedLesson>>::new();
    for at in lessons {
        let Some(service) = books.services.get(&at.textbook) else { continue };
        let named = format!("{}/{}/{}", at.textbook, at.slot, at.of);
        let reason = at.not_held.map(|because| said::not_held(because).to_owned());
        let mut notes = said::became(books, &at);
        if at.moved_from.is_some_and(|was| was == at.start()) {
            notes.push(format!("en {}", at.room.clone().unwrap_or_default()));
        }
        if books.is_shut(at.textbook, at.date) {
            notes.push("établissement fermé ce jour-là".to_owned());
        }
        days.entry(at.date).or_default().push(ChangedLesson {
            start: at.starts_at,
            class: said::group_of(books, service.group),
            subject: said::subject(books, service.school, &service.subject),
            teacher: said::teachers(books, at.textbook, at.date),
            reason,
            notes,
            chosen: kept.contains(&named),
            move_href: format!("/direction/seances/{named}/deplacer"),
            value: named,
        });
    }
    let day = |(date, mut lessons): (Date, Vec<ChangedLesson>)| {
        lessons.sort_by(|a, b| (a.start, &a.class).cmp(&(b.start, &b.class)));
        ChangedDay { date, lessons }
    };
    days.into_iter().map(day).collect()
}

/// What confirms these warnings about one choice, and nothing else: whoever chooses otherwise is warned again.
fn confirmation(choice: &str, warnings: &[String]) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{choice}\n{}", warnings.join("\n")).as_bytes()).to_string()
}

struct View {
    sent: Sent,
    /// The lessons that were chosen to look at; none before anything was asked.
    found: Option<Vec<LessonAt>>,
    errors: Vec<FieldError>,
    flash: Option<Flash>,
}

/// Whom a lesson is shown with.
fn shown_with(books: &Books, at: &LessonAt) -> impl Iterator<Item = PersonId> {
    books.met(at.textbook, at.date).into_iter().chain(at.replaced_by)
}

/// The page, once it is noted whose lessons it shows.
async fn view(office: &Office<'_>, visitor: Visitor, view: View) -> Result<LessonsPage, Problem> {
    let (page, teachers) = drawn(office, visitor, view);
    office.web.app.note_figures(office.head, office.school, [(Seen::Lessons, teachers)]).await?;
    Ok(page)
}

fn drawn(office: &Office<'_>, visitor: Visitor, view: View) -> (LessonsPage, BTreeSet<PersonId>) {
    let layout = office.web.layout(Some(visitor), Some(Role::Principal), "/direction/seances");
    let today = office.local.date();
    let books = office.web.app.register.read();
    let mut teachers: BTreeSet<PersonId> = colleagues(&books, office, today);
    let takers = named(&books, teachers.iter().copied(), |id| id.to_string());
    for service in books.services_of_school(office.school) {
        teachers.extend(service.assignments.iter().map(|held| held.teacher));
    }
    let classes = said::classes(&books, office.school, today).into_iter();
    let classes = classes.map(|(group, label)| Choice { value: format!("classe:{group}"), label }).collect();
    let reason =
        |because: NotHeld| Choice { value: because.name().to_owned(), label: said::not_held(because).to_owned() };
    let View { sent, found, errors, flash } = view;
    let kept = sent.lessons.iter().cloned().collect();
    let since = sent.chosen.since();
    let changed = Changed::since(&books, office, since);
    let days_said = changed.days_said();
    let shown = found.iter().flatten().chain(&changed.lessons);
    let seen = shown.flat_map(|at| shown_with(&books, at)).collect();
    let page = LessonsPage {
        changed: changed.total,
        days_said,
        older: changed.older.map(|from| format!("/direction/seances?depuis={from}#changees")),
        since: since.map(|day| day.to_string()).unwrap_or_default(),
        days: by_day(&books, changed.lessons, &kept),
        found: found.map(|lessons| by_day(&books, lessons, &kept)),
        form: ChooseForm {
            teachers: named(&books, teachers, |id| format!("enseignant:{id}")),
            classes,
            who: sent.chosen.qui,
            from: sent.chosen.du,
            to: sent.chosen.au,
            after: sent.chosen.de,
            before: sent.chosen.a,
        },
        reasons: NotHeld::ALL.map(reason).to_vec(),
        reason: sent.motif,
        takers,
        taker: sent.remplacant,
        key: Uuid::now_v7().to_string(),
        errors,
        warnings: vec![],
        confirmation: String::new(),
        layout: with_flash(layout, flash),
    };
    (page, seen)
}

/// Looks at the lessons asked for, if any; nothing is written.
pub async fn show(
    State(web): Shared,
    visitor: Visitor,
    Query(done): Query<Done>,
    Query(chosen): Query<Chosen>,
) -> Page {
    let office = Office::open(&web, visitor)?;
    let flash = done.flash(office.local.date());
    if !chosen.is_asked() {
        let sent = Sent { chosen: Chosen { depuis: chosen.depuis, ..Chosen::fresh(&office) }, ..Sent::default() };
        let page = view(&office, visitor, View { sent, found: None, errors: vec![], flash }).await?;
        return page_with(StatusCode::OK, &page);
    }
    let asked = chosen.asked();
    let (status, found, errors) = match asked {
        Ok(asked) => (StatusCode::OK, Some(asked.lessons(&office)), vec![]),
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, None, errors),
    };
    // All that go as they should, until some are left out: what is said of the others already stands.
    let lessons = {
        let books = web.app.register.read();
        let goes = |at: &&LessonAt| at.is_expected() && !books.is_shut(at.textbook, at.date);
        let going = found.iter().flatten().filter(goes);
        going.map(|at| format!("{}/{}/{}", at.textbook, at.slot, at.of)).collect()
    };
    let sent = Sent { chosen, lessons, ..Sent::default() };
    page_with(status, &view(&office, visitor, View { sent, found, errors, flash }).await?)
}

/// Of the lessons ticked: that they are not held, or that a colleague takes them.
pub async fn change(State(web): Shared, visitor: Visitor, Form(fields): Form<Vec<(String, String)>>) -> Page {
    let office = Office::open(&web, visitor)?;
    let sent = Sent::read(fields);
    let (lessons, told) = match sent.told(&office) {
        Ok(told) => told,
        Err(errors) => return unfinished(&office, visitor, sent, errors, None).await,
    };
    if let chosen::Told::Replace(by) = told {
        let warnings = chosen::busy(&office, &lessons, by);
        let confirmation = confirmation(&by.to_string(), &warnings);
        if !warnings.is_empty() && sent.confirmed != confirmation {
            let found = sent.chosen.asked().ok().map(|asked| asked.lessons(&office));
            let page = view(&office, visitor, View { sent, found, errors: vec![], flash: None }).await?;
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &LessonsPage { warnings, confirmation, ..page });
        }
    }
    let (outcome, fait) = match told {
        chosen::Told::Cancel(because) => {
            let command = |lessons| Command::Cancel { lessons, because };
            (tell_all(&office, &sent.cle, because.name(), lessons, command).await?, "seances-annulees")
        }
        chosen::Told::Replace(by) => {
            let command = |lessons| Command::Replace { lessons, by };
            (tell_all(&office, &sent.cle, &by.to_string(), lessons, command).await?, "seances-assurees")
        }
    };
    if !outcome.refused.is_empty() {
        let errors = outcome.errors(&office, "seances");
        return unfinished(&office, visitor, sent, errors, outcome.flash()).await;
    }
    Ok(Redirect::to(&format!("/direction/seances?fait={fait}&nombre={}", outcome.done)).into_response())
}

/// Of the lessons ticked, the last thing said is taken back.
pub async fn reinstate(State(web): Shared, visitor: Visitor, Form(fields): Form<Vec<(String, String)>>) -> Page {
    let office = Office::open(&web, visitor)?;
    let sent = Sent::read(fields);
    let lessons = match sent.lessons(&office) {
        Ok(lessons) => lessons,
        Err(errors) => {
            let errors = errors.into_iter().map(|error| FieldError { field: "changees".to_owned(), ..error }).collect();
            return unfinished(&office, visitor, sent, errors, None).await;
        }
    };
    let outcome = tell_all(&office, &sent.cle, "reinstate", lessons, |lessons| Command::Reinstate { lessons }).await?;
    if !outcome.refused.is_empty() {
        let errors = outcome.errors(&office, "changees");
        return unfinished(&office, visitor, sent, errors, outcome.flash()).await;
    }
    Ok(Redirect::to(&format!("/direction/seances?fait=seances-retablies&nombre={}", outcome.done)).into_response())
}

/// The page again, with what was chosen and ticked.
async fn unfinished(
    office: &Office<'_>,
    visitor: Visitor,
    mut sent: Sent,
    errors: Vec<FieldError>,
    flash: Option<Flash>,
) -> Page {
    let found = sent.chosen.asked().ok().map(|asked| asked.lessons(office));
    let errors = errors.into_iter().map(|error| match error.field.as_str() {
        // What was chosen is not shown again: the way back is to choose.
        "seances" | "motif" | "remplacant" if found.as_ref().is_none_or(Vec::is_empty) => {
            FieldError { field: "qui".to_owned(), ..error }
        }
        _ => error,
    });
    let errors = errors.collect();
    if !sent.chosen.is_asked() {
        sent.chosen = Chosen { depuis: sent.chosen.depuis, ..Chosen::fresh(office) };
    }
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(office, visitor, View { sent, found, errors, flash }).await?)
}
