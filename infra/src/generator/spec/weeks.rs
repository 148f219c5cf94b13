use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, date};

use super::*;
use crate::generator::bank;

const FROM: Date = date(2026, 10, 5);
const UNTIL: Date = date(2026, 11, 22);

#[test]
fn acts_are_about_real_lessons_by_who_teaches_them() {
    let school = school();
    let acts = life(&school, FROM, UNTIL);
    let mut lessons = HashSet::new();
    for service in &school.services {
        for lesson in school.lessons(service) {
            let teacher = &school.staff[school.teacher_on(service, lesson.starts_at.date())];
            let teacher = teacher.sts_id.clone().unwrap();
            lessons.insert((service.group.clone(), service.subject.to_owned(), lesson.starts_at, teacher));
        }
    }
    assert!(acts.is_sorted_by_key(|act| act.at));
    for act in &acts {
        let key = (act.group.clone(), act.subject.clone(), act.date.to_datetime(act.starts_at), act.teacher.clone());
        assert!(lessons.contains(&key), "{act:?}");
        let Deed::Publish { content, homework, .. } = &act.deed else {
            continue;
        };
        assert!(!content.contains(['{', '}', '\'']), "{content}");
        assert!(homework.iter().all(|given| !given.text.contains(['{', '}', '\'']) && given.minutes > 0));
        for given in homework {
            if let Due::OnDate(day) = given.due {
                assert!(
                    day > act.date
                        && lessons.iter().any(|lesson| {
                            lesson.0 == act.group && lesson.1 == act.subject && lesson.2.date() == day
                        })
                );
            }
        }
    }
}

#[test]
fn a_day_does_not_depend_on_the_window() {
    let school = school();
    let wide = life(&school, FROM, UNTIL);
    let narrow = life(&school, date(2026, 11, 9), date(2026, 11, 13));
    let inside = wide.into_iter().filter(|act| (date(2026, 11, 9)..=date(2026, 11, 13)).contains(&act.at.date()));
    assert_eq!(inside.collect::<Vec<_>>(), narrow);
}

#[test]
fn holidays_are_holidays() {
    let school = school();
    let acts = life(&school, FROM, UNTIL);
    assert!(acts.iter().all(|act| school.calendar.is_term(act.at.date()) && act.at.date() != date(2026, 11, 11)));
    assert!(life(&school, date(2026, 10, 17), date(2026, 11, 1)).is_empty());
}

#[test]
fn nine_lessons_in_ten_are_filled_and_six_in_ten_give_work() {
    let school = school();
    let acts = life(&school, school.calendar.starts_on, date(2026, 12, 18));
    let kept = |day: Date| day <= date(2026, 12, 4);
    let lessons = school.services.iter().flat_map(|service| school.lessons(service));
    let held = lessons.filter(|lesson| kept(lesson.starts_at.date())).count();
    let given: Vec<usize> = acts.iter().filter(|act| kept(act.date)).filter_map(homework_given).collect();
    let filled = given.len() * 1000 / held;
    assert!((890..=950).contains(&filled), "{filled} ‰ filled");
    let rate = given.iter().sum::<usize>() * 100 / given.len();
    assert!((45..=75).contains(&rate), "{rate} homework for a hundred lessons");
}

fn homework_given(act: &Act) -> Option<usize> {
    if let Deed::Publish { homework, .. } = &act.deed { Some(homework.len()) } else { None }
}

#[test]
fn teachers_keep_the_book_in_their_own_way() {
    let school = school();
    let acts = life(&school, school.calendar.starts_on, date(2026, 12, 18));
    let published: Vec<_> = acts.iter().filter(|act| homework_given(act).is_some()).collect();
    let delay = |act: &Act| act.at.date().since(act.date).unwrap().get_days();
    for (count, what) in [
        (published.iter().filter(|act| act.at.hour() >= 20).count(), "in the pause"),
        (published.iter().filter(|act| act.at.weekday().to_monday_zero_offset() > 4).count(), "on a week-end"),
        (published.iter().filter(|act| delay(act) >= 5).count(), "late"),
        (published.iter().filter(|act| delay(act) == 1).count(), "the next day"),
        (acts.iter().filter(|act| matches!(act.deed, Deed::Revise { .. })).count(), "revised"),
        (acts.iter().filter(|act| matches!(act.deed, Deed::ReviseHomework { .. })).count(), "reworded"),
        (acts.iter().filter(|act| matches!(act.deed, Deed::Withdraw { .. })).count(), "withdrawn"),
    ] {
        assert!(count > 5, "{count} {what}");
    }
    for stand_in in [&school.cast.replacement, &school.cast.substitute] {
        assert!(published.iter().any(|act| Some(&act.teacher) == stand_in.sts_id.as_ref()));
    }
}

#[test]
fn a_second_thought_comes_after_the_first() {
    let school = school();
    let mut published: HashMap<_, usize> = HashMap::new();
    for act in life(&school, school.calendar.starts_on, UNTIL) {
        let key = (act.group.clone(), act.subject.clone(), act.date, act.starts_at);
        match act.deed {
            Deed::Publish { homework, .. } => {
                assert!(published.insert(key, homework.len()).is_none());
            }
            Deed::ReviseHomework { index, .. } => assert!(index < published[&key]),
            Deed::Revise { .. } | Deed::Withdraw { .. } => assert!(published.contains_key(&key)),
        }
    }
}

#[test]
fn the_4e_b_learns_equations_in_november() {
    let school = school();
    let acts = life(&school, date(2026, 11, 3), date(2026, 11, 20));
    let hers: Vec<_> = acts.iter().filter(|act| act.group == "4B" && act.subject == "061300").collect();
    let told: Vec<_> = hers
        .iter()
        .filter_map(|act| match &act.deed {
            Deed::Publish { content, homework, .. } => Some((act, content, homework)),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 10);
    for (rank, (act, content, _)) in told.iter().enumerate() {
        assert!(content.starts_with(&format!("Équations à une inconnue ({})", rank + 1)), "{content}");
        assert_eq!(act.teacher, school.cast.teacher.sts_id.clone().unwrap());
    }
    let before = life(&school, date(2026, 9, 1), date(2026, 11, 2));
    let last = before.iter().rfind(|act| act.group == "4B" && act.subject == "061300").unwrap();
    assert!(matches!(&last.deed, Deed::Publish { content, .. } if content.contains("Contrôle")), "{last:?}");
    let (twelfth, _, homework) = told.iter().find(|(act, _, _)| act.date == date(2026, 11, 12)).unwrap();
    assert_eq!(twelfth.starts_at.hour(), 8);
    assert_eq!(homework[0].text, bank::typeset("Exercices 12 et 13 p. 87."));
    let reworded = hers.iter().find(|act| matches!(act.deed, Deed::ReviseHomework { .. })).unwrap();
    assert_eq!((reworded.at.date(), reworded.date), (date(2026, 11, 13), date(2026, 11, 12)));
    assert_eq!(told.iter().filter(|(act, _, _)| act.at.date() != act.date).count(), 1);
}

#[test]
fn the_bank_has_enough_to_say() {
    let bank = bank::Bank::open();
    for subject in SUBJECTS {
        for level in Level::ALL {
            let second_language = matches!(subject.short, "ESP2" | "ALL2" | "ITA2" | "LCALA" | "PH-CH");
            if level == Level::Sixth && second_language {
                continue;
            }
            let pages = bank.pages(subject.code, level, false);
            assert!(pages.len() >= 8, "{} {level:?}: {}", subject.short, pages.len());
            assert!(pages.iter().all(|page| page.content.len() > 20 && !page.sequence.is_empty()));
        }
    }
    for subject in ["020700", "061300", "043700", "030201"] {
        let pages: Vec<_> = Level::ALL.iter().map(|level| bank.pages(subject, *level, false)).collect();
        assert!(pages.iter().map(|pages| pages.len()).sum::<usize>() >= 40);
    }
}
