//! Which lessons the head looks at, and what is said of those that are ticked.

use std::collections::BTreeSet;

use domain::actor::Capacity;
use domain::calendar::{LessonOn, NotHeld};
use domain::directory::service::Assignment;
use domain::ids::{GroupId, PersonId, SlotId, TextbookId};
use jiff::civil::{Date, Time};
use serde::Deserialize;
use uuid::Uuid;

use super::{Lessons, Office, colleagues};
use crate::facts::{Books, LessonAt, ServiceBook};
use crate::fr;
use crate::problem::Problem;
use crate::web::layout::FieldError;
use crate::web::routes::said;

/// The longest absence or stage that one form looks at.
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

pub fn members(books: &Books, group: GroupId, on: Date) -> BTreeSet<PersonId> {
    books.members(group, on).collect()
}

/// What was asked to look at.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Chosen {
    pub qui: String,
    pub du: String,
    pub au: String,
    pub de: String,
    pub a: String,
    /// The first day of those changed that are looked at; empty for the latest.
    pub depuis: String,
}

/// What it comes to.
pub struct Asked {
    whose: Whose,
    days: (Date, Date),
    /// From this hour, included, to that one, not included.
    hours: (Option<Time>, Option<Time>),
}

impl Chosen {
    pub fn fresh(office: &Office<'_>) -> Self {
        let today = office.local.date().to_string();
        Self { du: today.clone(), au: today, ..Self::default() }
    }

    pub fn since(&self) -> Option<Date> {
        self.depuis.parse().ok()
    }

    pub fn is_asked(&self) -> bool {
        !(self.qui.is_empty() && self.du.is_empty() && self.au.is_empty())
    }

    /// What is asked, or what is wrong with each field.
    pub fn asked(&self) -> Result<Asked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.to_owned(), message: fr::spaced(message) });
        };
        let whose = Whose::parse(&self.qui);
        if whose.is_none() {
            wrong("qui", "Choisissez l’enseignant ou la classe.");
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
        match (whose, from.zip(until)) {
            (Some(whose), Some(days)) if errors.is_empty() => Ok(Asked { whose, days, hours }),
            _ => Err(errors),
        }
    }
}

impl Asked {
    /// The lessons that it names, those of which something is said already included. On days that are all closed, those that the
    /// timetable would have then: they may be moved.
    pub fn lessons(&self, office: &Office<'_>) -> Vec<LessonAt> {
        let books = office.web.app.register.read();
        let held = self.among(&books, office, |textbook, (from, until)| books.lessons(textbook, from, until));
        if held.is_empty() {
            return self.among(&books, office, |textbook, (from, until)| books.shut_out(textbook, from, until));
        }
        held
    }

    fn among(
        &self,
        books: &Books,
        office: &Office<'_>,
        lessons_of: impl Fn(TextbookId, (Date, Date)) -> Vec<LessonAt>,
    ) -> Vec<LessonAt> {
        let in_hours = |lesson: &LessonAt| {
            self.hours.0.is_none_or(|after| after <= lesson.starts_at)
                && self.hours.1.is_none_or(|before| lesson.starts_at < before)
        };
        let of = |service: &ServiceBook| {
            let named = |at: &LessonAt| in_hours(at) && self.whose.concerns(books, service, at.date);
            lessons_of(service.textbook, self.days).into_iter().filter(named).collect::<Vec<_>>()
        };
        books.services_of_school(office.school).flat_map(of).collect()
    }
}

/// `{textbook}/{slot}/{date}`, the date being that of the timetable.
pub fn parse(text: &str) -> Option<(TextbookId, LessonOn)> {
    let mut parts = text.split('/');
    let mut id = || Uuid::parse_str(parts.next()?).ok();
    let (textbook, slot) = (TextbookId(id()?), SlotId(id()?));
    Some((textbook, LessonOn { date: parts.next()?.parse().ok()?, slot }))
}

/// What is said of the lessons ticked.
pub enum Told {
    Cancel(NotHeld),
    Replace(PersonId),
}

/// What a form sends.
#[derive(Debug, Default)]
pub struct Sent {
    /// What had been asked to look at, to show it again.
    pub chosen: Chosen,
    pub lessons: Vec<String>,
    pub faire: String,
    pub motif: String,
    pub remplacant: String,
    pub cle: String,
    /// The warnings under which a colleague takes them all the same; empty before there are any.
    pub confirmed: String,
}

impl Sent {
    /// A field may come more than once: a form reads into no struct.
    pub fn read(fields: Vec<(String, String)>) -> Self {
        let mut sent = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "seance" => sent.lessons.push(value),
                "faire" => sent.faire = value,
                "motif" => sent.motif = value,
                "remplacant" => sent.remplacant = value,
                "cle" => sent.cle = value,
                "confirmer" => sent.confirmed = value,
                "qui" => sent.chosen.qui = value,
                "du" => sent.chosen.du = value,
                "au" => sent.chosen.au = value,
                "de" => sent.chosen.de = value,
                "a" => sent.chosen.a = value,
                "depuis" => sent.chosen.depuis = value,
                _ => {}
            }
        }
        sent
    }

    /// The lessons ticked, by textbook. One of another school is not known here.
    pub fn lessons(&self, office: &Office<'_>) -> Result<Lessons, Vec<FieldError>> {
        let books = office.web.app.register.read();
        let here = |textbook| books.services.get(&textbook).is_some_and(|service| service.school == office.school);
        let mut lessons = Lessons::new();
        for (textbook, lesson) in self.lessons.iter().filter_map(|text| parse(text)).filter(|(book, _)| here(*book)) {
            lessons.entry(textbook).or_default().insert(lesson);
        }
        if lessons.is_empty() {
            return Err(vec![error("seances", "Cochez au moins une séance.")]);
        }
        Ok(lessons)
    }

    /// The lessons ticked and what is said of them, or what is missing.
    pub fn told(&self, office: &Office<'_>) -> Result<(Lessons, Told), Vec<FieldError>> {
        let lessons = self.lessons(office);
        let told = match self.faire.as_str() {
            "assurer" => {
                let books = office.web.app.register.read();
                let known = colleagues(&books, office, office.local.date());
                let by = Uuid::parse_str(&self.remplacant).ok().map(PersonId).filter(|by| known.contains(by));
                by.map(Told::Replace).ok_or_else(|| error("remplacant", "Choisissez qui assure ces séances."))
            }
            _ => NotHeld::parse(&self.motif)
                .map(Told::Cancel)
                .ok_or_else(|| error("motif", "Choisissez pourquoi ces séances n’ont pas lieu.")),
        };
        match (lessons, told) {
            (Ok(lessons), Ok(told)) => Ok((lessons, told)),
            (Ok(_), Err(wrong)) => Err(vec![wrong]),
            (Err(errors), told) => Err(errors.into_iter().chain(told.err()).collect()),
        }
    }
}

/// What a colleague has to do while these lessons are held, in words.
pub fn busy(office: &Office<'_>, lessons: &Lessons, by: PersonId) -> Vec<String> {
    let books = office.web.app.register.read();
    let mut told = BTreeSet::new();
    let wanted = lessons.iter().flat_map(|(textbook, named)| named.iter().map(move |lesson| (*textbook, *lesson)));
    for wanted in wanted.filter_map(|(textbook, lesson)| books.lesson(textbook, lesson)) {
        for service in books.services_of_school(office.school) {
            let there = books.lessons(service.textbook, wanted.date, wanted.date).into_iter();
            let there =
                there.filter(|at| at.not_held.is_none() && at.start() < wanted.end() && wanted.start() < at.end());
            let same = |at: &LessonAt| (at.textbook, at.named()) == (wanted.textbook, wanted.named());
            let theirs = |at: &LessonAt| match at.replaced_by {
                Some(taker) => taker == by,
                None => service.answering(at.date) == Some(by),
            };
            for other in there.filter(|at| theirs(at) && !same(at)) {
                let class = said::group_of(&books, service.group);
                let at = format!("{}, {}", fr::long_date(other.date), fr::hour(other.starts_at));
                told.insert((other.start(), format!("{} a déjà la classe {class}, {at}.", books.formal_name(by))));
            }
        }
    }
    told.into_iter().map(|(_, text)| fr::spaced(&text)).collect()
}

pub fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: fr::spaced(message) }
}

/// The lesson that an address names, in this school; the day on which it would be held may be closed.
pub fn at(office: &Office<'_>, textbook: TextbookId, lesson: LessonOn) -> Result<LessonAt, Problem> {
    let books = office.web.app.register.read();
    let here = books.services.get(&textbook).is_some_and(|service| service.school == office.school);
    books.in_timetable(textbook, lesson).filter(|_| here).ok_or_else(Problem::unknown)
}
