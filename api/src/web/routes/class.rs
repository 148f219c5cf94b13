//! `/vie-scolaire`, and `/enseignant/classes/{group}`: a class in all its subjects, for the school life and for its form tutor.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use domain::ids::{GroupId, TextbookId};

use super::pupil::{Older, WeekOf};
use super::reading::{Reading, before};
use super::workload::heat::{self, Asked};
use super::{Page, Shared, Visitor, Web, page, said, workload};
use crate::facts::{SchoolBook, Standpoint};
use crate::problem::Problem;
use crate::web::class::{ClassTextbookPage, ClassWeekPage, ClassesPage};
use crate::web::layout::{Link, Role};
use crate::web::teacher::WorkloadPage;

type Week = (Shared, Visitor, Path<GroupId>, Query<WeekOf>);
type Book = (Shared, Visitor, Path<(GroupId, TextbookId)>, Query<Older>);

pub fn routes() -> Router<Arc<Web>> {
    const TUTOR: Side = Side::FormTutor;
    const LIFE: Side = Side::SchoolLife;
    Router::new()
        .route("/vie-scolaire", get(classes))
        .route("/vie-scolaire/charge", get(heat))
        .route("/vie-scolaire/classes/{group}", get(|a, b, c, d| week(LIFE, (a, b, c, d))))
        .route("/vie-scolaire/classes/{group}/charge", get(|a, b, c| load(LIFE, a, b, c)))
        .route("/vie-scolaire/classes/{group}/cahiers/{textbook}", get(|a, b, c, d| textbook(LIFE, (a, b, c, d))))
        .route("/enseignant/classes/{group}", get(|a, b, c, d| week(TUTOR, (a, b, c, d))))
        .route("/enseignant/classes/{group}/charge", get(|a, b, c| load(TUTOR, a, b, c)))
        .route("/enseignant/classes/{group}/cahiers/{textbook}", get(|a, b, c, d| textbook(TUTOR, (a, b, c, d))))
}

/// From where the class is read.
#[derive(Clone, Copy)]
enum Side {
    FormTutor,
    SchoolLife,
}

impl Side {
    fn role(self) -> Role {
        match self {
            Self::FormTutor => Role::Teacher,
            Self::SchoolLife => Role::SchoolLife,
        }
    }

    fn reading(self, web: &Web, Visitor(person): Visitor, class: GroupId) -> Result<Reading<'_>, Problem> {
        let standpoint = match self {
            Self::FormTutor => Standpoint::FormTutor(class),
            Self::SchoolLife => Standpoint::SchoolLife,
        };
        Reading::open_class(&web.app, person, standpoint, class, format!("{}/classes/{class}", self.role().home()))
    }
}

/// The classes of the schools that somebody follows; of which school, when there are several.
fn followed(web: &Web, Visitor(person): Visitor) -> Result<Vec<(GroupId, String)>, Problem> {
    let books = web.app.register.read();
    let now = web.app.now();
    let follows = |school: &&SchoolBook| {
        let today = school.local(now).date();
        books.scope(person, Standpoint::SchoolLife, today).schools.contains(&school.school)
    };
    let schools: Vec<_> = books.schools.values().filter(follows).collect();
    // A role that holds has a page, with or without classes.
    if schools.is_empty() {
        return Err(Problem::unknown());
    }
    let of_school = |school: &&SchoolBook| {
        let name = (schools.len() > 1).then(|| said::school(&school.identity.name));
        let classes = said::classes(&books, school.school, school.local(now).date()).into_iter();
        let named = move |(group, label): (GroupId, String)| match &name {
            Some(name) => (group, format!("{label}, {name}")),
            None => (group, label),
        };
        classes.map(named).collect::<Vec<_>>()
    };
    Ok(schools.iter().flat_map(of_school).collect())
}

async fn classes(State(web): Shared, visitor: Visitor) -> Page {
    let link = |(group, text)| Link { href: format!("/vie-scolaire/classes/{group}"), text };
    let classes = followed(&web, visitor)?.into_iter().map(link).collect();
    page(&ClassesPage { layout: web.layout(Some(visitor), Some(Role::SchoolLife), "/vie-scolaire"), classes })
}

/// The week of all these classes at one glance.
async fn heat(State(web): Shared, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let line = |(class, label)| heat::Line { class, label, href: format!("/vie-scolaire/classes/{class}/charge") };
    let lines: Vec<heat::Line> = followed(&web, visitor)?.into_iter().map(line).collect();
    let back = Link { href: "/vie-scolaire".to_owned(), text: "Les classes".to_owned() };
    let reader = heat::Reader { visitor, role: Role::SchoolLife, here: "/vie-scolaire/charge", back };
    heat::shown(&web, reader, &lines, asked).await
}

async fn week(side: Side, (State(web), visitor, Path(class), Query(of)): Week) -> Page {
    let reading = side.reading(&web, visitor, class)?;
    let week = reading.week(of.semaine).await?;
    let back = match side {
        Side::FormTutor => Link { href: "/enseignant".to_owned(), text: "Ma semaine".to_owned() },
        Side::SchoolLife => Link { href: "/vie-scolaire".to_owned(), text: "Les classes".to_owned() },
    };
    let class = said::group_of(&web.app.register.read(), class);
    let load = format!("{}/charge", reading.base);
    let textbooks = reading.textbooks().into_iter().map(|(_, link, _)| link).collect();
    let layout = web.layout(Some(visitor), Some(side.role()), &reading.base);
    page(&ClassWeekPage { layout, class, back, week, load, textbooks })
}

fn to_the_week(web: &Web, class: GroupId, base: String) -> Link {
    let label = said::group_of(&web.app.register.read(), class);
    Link { href: base, text: format!("La semaine de la classe {label}") }
}

async fn textbook(side: Side, (State(web), visitor, Path((class, textbook)), Query(older)): Book) -> Page {
    let reading = side.reading(&web, visitor, class)?;
    let textbook = reading.textbook(textbook, before(older.avant.as_deref())?).await?;
    let layout = web.layout(Some(visitor), Some(side.role()), &format!("{}/cahiers", reading.base));
    page(&ClassTextbookPage { layout, back: to_the_week(&web, class, reading.base), textbook })
}

async fn load(side: Side, State(web): Shared, visitor: Visitor, Path(class): Path<GroupId>) -> Page {
    let reading = side.reading(&web, visitor, class)?;
    let (days, until) = workload::ahead(&web.app, visitor.0, class, reading.today()).await?;
    let layout = web.layout(Some(visitor), Some(side.role()), &format!("{}/charge", reading.base));
    let back = Some(to_the_week(&web, class, reading.base));
    let class = said::group_of(&web.app.register.read(), class);
    let glance = Some(format!("{}/charge", side.role().home()));
    page(&WorkloadPage { layout, class, back, glance, classes: vec![], chosen: String::new(), days, until })
}

/// The classes a teacher is form tutor of today, by name, as the page of their week leads to them.
pub fn tutored(web: &Web, Visitor(teacher): Visitor, today: jiff::civil::Date) -> Vec<Link> {
    let books = web.app.register.read();
    let mut links: Vec<Link> = books
        .standpoints(teacher, today)
        .into_iter()
        .filter_map(|standpoint| match standpoint {
            Standpoint::FormTutor(class) => {
                let text = said::group_of(&books, class);
                Some(Link { href: format!("/enseignant/classes/{class}"), text })
            }
            _ => None,
        })
        .collect();
    links.sort_by(|a, b| a.text.cmp(&b.text));
    links
}
