//! The story the demonstration tells: three weeks of equations in the 4e B, where one homework is worded again the next day and one lesson is
//! written up the day after.

use std::collections::HashMap;

use jiff::Span;
use jiff::civil::{Date, DateTime};

use super::acts::Moment;
use super::{Act, Deed, Due, Given, Purpose, Res};
use crate::generator::bank::{self, Page};
use crate::generator::calendar::plus_days;
use crate::generator::cast::Cast;
use crate::generator::programme::MATHS;
use crate::generator::school::{Lesson, School, Service};

/// The lesson written up the day after, and the one whose homework changes, by rank in the story.
const WRITTEN_LATER: usize = 3;
const REWORDED: usize = 5;
const REWORDED_TO: &str = "Exercices 12 et 15 p. 87.";

/// Acts by start of lesson: the lessons from the second day of the eighth school week, as many as the story has. Empty for any other service.
pub(super) fn of(school: &School, service: &Service, lessons: &[Lesson]) -> HashMap<DateTime, Vec<Act>> {
    let mut told = HashMap::new();
    if service.group != Cast::CLASS || service.subject != MATHS {
        return told;
    }
    let Some(monday) = school.calendar.mondays().get(7).copied() else {
        return told;
    };
    let first = plus_days(monday, 1);
    let lessons = lessons.iter().filter(|lesson| lesson.starts_at.date() >= first);
    for (rank, (lesson, page)) in lessons.zip(bank::equations()).enumerate() {
        let teacher = &school.staff[school.teacher_on(service, lesson.starts_at.date())];
        let moment = Moment { school, service, lesson: *lesson, teacher };
        told.insert(lesson.starts_at, acts(&moment, rank, &page));
    }
    told
}

fn acts(moment: &Moment, rank: usize, page: &Page) -> Vec<Act> {
    let next_day = plus_days(moment.lesson.starts_at.date(), 1);
    let at = if rank == WRITTEN_LATER {
        next_day.at(7, 45, 0, 0)
    } else {
        let late = [4, 2, 6, 0, 3, 1, 5, 2, 4, 3][rank % 10];
        moment.lesson.ends_at.checked_add(Span::new().minutes(late)).unwrap_or(moment.lesson.ends_at)
    };
    let homework = page.homework.iter().map(given(moment)).collect();
    let resources = if page.rank == 2 { vec![sheet()] } else { Vec::new() };
    let content = format!("{} ({})\n{}", page.sequence, page.rank, page.content);
    let mut acts = vec![moment.act(at, Deed::Publish { content, resources, homework })];
    if rank == REWORDED {
        let text = bank::typeset(REWORDED_TO);
        acts.push(moment.act(next_day.at(12, 35, 0, 0), Deed::ReviseHomework { index: 0, text }));
    }
    acts
}

fn sheet() -> Res {
    Res {
        title: bank::typeset("Fiche 3 : tester une égalité"),
        url: Some("https://ressources.example/fiches/3".to_owned()),
        purpose: Purpose::Lesson,
    }
}

/// A test is announced for the day of the last lesson of the story, other work for the next lesson.
fn given(moment: &Moment) -> impl Fn(&bank::Task) -> Given {
    let test_on: Option<Date> = last_day(moment);
    move |task| Given {
        text: task.text.clone(),
        due: match (task.kind, test_on) {
            (super::HomeworkKind::Test, Some(day)) => Due::OnDate(day),
            _ => Due::NextLesson,
        },
        kind: task.kind,
        minutes: task.minutes,
        written: task.kind.is_written(),
        level: None,
    }
}

fn last_day(moment: &Moment) -> Option<Date> {
    let first = plus_days(*moment.school.calendar.mondays().get(7)?, 1);
    let lessons = moment.school.lessons(moment.service);
    let told = lessons.iter().filter(|lesson| lesson.starts_at.date() >= first).take(bank::equations().len());
    told.last().map(|lesson| lesson.starts_at.date())
}
