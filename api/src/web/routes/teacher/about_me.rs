//! `/enseignant/moi`: what is recorded of a teacher, what others read of it, by the same figures, counted by the same function, and who
//! looked.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::actor::Capacity;
use domain::calendar::days_after;
use domain::ids::PersonId;
use domain::inspection::look::{Look, Seen};
use jiff::civil::Date;

use super::{Desk, labels, reason};
use crate::facts::{Books, MandateBook};
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::principal::Filling;
use crate::web::routes::principal::filling;
use crate::web::routes::{Page, Shared, Visitor, page, said};
use crate::web::teacher::{AboutMePage, CancelledLesson, Looked, Reader};

/// How far back and ahead a teacher finds the lessons of theirs that are not held.
const CANCELLED_DAYS: i64 = 60;

/// What is counted of this teacher each month, in all their schools, each by its own clock.
async fn counted(desk: &Desk<'_>) -> Result<BTreeMap<Date, Filling>, Problem> {
    let mut months: BTreeMap<Date, Filling> = BTreeMap::new();
    for school in &desk.schools {
        let local = desk.web.local(*school)?;
        let counted = filling::count(&desk.web.app, *school, &desk.scope, local).await?;
        let row = counted.of_teacher(&desk.web.app.register.read(), desk.teacher);
        for (month, cell) in counted.months.iter().zip(row.iter().flat_map(|row| &row.cells)) {
            let sum = months.entry(*month).or_default();
            *sum = sum.and(*cell);
        }
    }
    Ok(months)
}

/// Who looked at their work, by name, then by what was seen.
fn looked(books: &Books, looks: &[Look]) -> Vec<Looked> {
    let mut days: BTreeMap<(String, PersonId, Capacity, Seen), Vec<Date>> = BTreeMap::new();
    for look in looks {
        let key = (books.formal_name(look.looker), look.looker, look.capacity, look.seen);
        days.entry(key).or_default().push(look.day);
    }
    let view = |((name, _, capacity, seen), days)| Looked {
        name,
        capacity: said::capacity(capacity).to_owned(),
        seen: said::seen(seen).to_owned(),
        days,
    };
    days.into_iter().map(view).collect()
}

pub async fn show(State(web): Shared, visitor: Visitor) -> Page {
    let desk = Desk::open(&web, visitor)?;
    if web.app.register.read().services_of_teacher(desk.teacher).next().is_none() {
        return Err(Problem::unknown());
    }
    let months = counted(&desk).await?;
    let today = desk.local.date();
    let looks = web.app.looks_at_me(desk.teacher, today).await?;
    let since = days_after(today, -CANCELLED_DAYS).unwrap_or(today);
    let until = days_after(today, CANCELLED_DAYS).unwrap_or(today);
    // Before the register is read here: a lock that is held is not taken a second time.
    let (lessons, layout) =
        (desk.lessons(since, until), web.layout(Some(visitor), Some(Role::Teacher), "/enseignant/moi"));
    let books = web.app.register.read();
    let mine = |mandate: &&MandateBook| !mandate.grant.textbooks.is_disjoint(&desk.scope.textbooks);
    let mandate = |mandate: &MandateBook| Reader {
        name: books.formal_name(mandate.grant.inspector),
        from: mandate.grant.from,
        until: mandate.closed_on.unwrap_or(mandate.grant.until),
        textbooks: mandate
            .grant
            .textbooks
            .intersection(&desk.scope.textbooks)
            .map(|textbook| labels(&books, *textbook))
            .map(|(class, subject)| format!("{class}, {}", said::inside(&subject)))
            .collect(),
    };
    let cancelled = lessons.into_iter().filter_map(|at| {
        let (class, subject) = labels(&books, at.textbook);
        let reason = reason(&at).into_iter().chain(said::became(&books, &at)).collect::<Vec<_>>().join(", ");
        let changed = !reason.is_empty();
        changed.then_some(CancelledLesson { date: at.date, start: at.starts_at, class, subject, reason })
    });
    page(&AboutMePage {
        total: months.values().fold(Filling::default(), |sum, cell| sum.and(*cell)),
        months: months.into_iter().collect(),
        readers: books.mandates.values().filter(mine).map(mandate).collect(),
        looks: looked(&books, &looks),
        cancelled: cancelled.collect(),
        layout,
    })
}
