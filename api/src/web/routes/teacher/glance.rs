//! `/enseignant/charge`: the work that falls on the classes of a teacher in a week, whoever gives it.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use domain::ids::{GroupId, PersonId};
use jiff::civil::Date;

use super::Desk;
use crate::facts::{Books, Standpoint};
use crate::web::layout::{Link, Role};
use crate::web::routes::workload::heat::{self, Asked};
use crate::web::routes::{Page, Shared, Visitor, said};

pub const HERE: &str = "/enseignant/charge";

pub async fn show(State(web): Shared, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let desk = Desk::open(&web, visitor)?;
    let lines = lines(&web.app.register.read(), desk.teacher, desk.local.date());
    let back = Link { href: "/enseignant".to_owned(), text: "Ma semaine".to_owned() };
    heat::shown(&web, heat::Reader { visitor, role: Role::Teacher, here: HERE, back }, &lines, asked).await
}

/// The classes that a teacher has today, whole or in part, and those they are form tutor of.
fn lines(books: &Books, teacher: PersonId, today: Date) -> Vec<heat::Line> {
    let mut hrefs: BTreeMap<GroupId, String> = BTreeMap::new();
    for service in books.services_of_teacher(teacher) {
        let held = service.assignments.iter().any(|held| held.teacher == teacher && held.holds(today));
        if !held || !books.is_of_the_year(service.group, today) {
            continue;
        }
        let together = books.members(service.group, today).flat_map(|pupil| books.stays_on(pupil, today));
        let groups = together.filter(|stay| stay.from <= today).map(|stay| stay.group).chain([service.group]);
        for class in groups.filter(|group| said::is_class(books, *group)) {
            let href = || format!("/enseignant/cahiers/{}/charge", service.textbook);
            hrefs.entry(class).or_insert_with(href);
        }
    }
    for standpoint in books.standpoints(teacher, today) {
        if let Standpoint::FormTutor(class) = standpoint {
            hrefs.insert(class, format!("/enseignant/classes/{class}/charge"));
        }
    }
    let line = |(class, href)| heat::Line { class, label: said::group_of(books, class), href };
    let mut lines: Vec<heat::Line> = hrefs.into_iter().map(line).collect();
    lines.sort_by(|one, other| one.label.cmp(&other.label));
    lines
}
