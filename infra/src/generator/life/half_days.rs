//! The half-days of a primary class: in the morning French and mathematics, level by level; in the afternoon what the class does together,
//! and the work for the next day. It is oral, or to be learnt: nothing is written outside class (circulaire 94-226).

use jiff::civil::Date;

use super::acts::{AFTERTHOUGHTS, Moment};
use super::{Act, Deed, Due, Given, Purpose, Res};
use crate::generator::bank::{Bank, Page, typeset};
use crate::generator::chance::Chance;
use crate::generator::programme::{EVERYTHING, Level};
use crate::generator::school::{Lesson, School, Service};

/// A class, and the pages of each of its levels.
struct Class<'a> {
    /// Level, French, mathematics.
    levels: Vec<(Level, Vec<&'a Page>, Vec<&'a Page>)>,
    together: &'a [Page],
}

/// Tells the half-days of a class that began before the end of `until`.
pub(super) fn tell(school: &School, bank: &Bank, index: usize, service: &Service, until: Date, told: &mut Vec<Act>) {
    let Some(class) = Class::of(school, bank, service) else { return };
    let lessons = school.lessons(service);
    for (rank, lesson) in lessons.iter().enumerate() {
        if lesson.starts_at.date() > until {
            break;
        }
        let chance = &mut Chance::of(school.seed, &[13, index as u64, rank as u64]);
        let teacher = &school.staff[school.teacher_on(service, lesson.starts_at.date())];
        let moment = Moment { school, service, lesson: *lesson, teacher };
        if !chance.percent(teacher.manner.fill_percent()) {
            continue;
        }
        let at = moment.writing_time(chance);
        let day = rank / 2;
        let content = if is_morning(lesson) { class.morning(day) } else { class.afternoon(day) };
        let homework = if is_morning(lesson) || rank + 1 == lessons.len() { vec![] } else { class.work(day, chance) };
        let resources = resources(chance);
        told.push(moment.act(at, Deed::Publish { content: content.clone(), resources, homework }));
        if let Some(later) = moment.second_thought(at, chance)
            && chance.percent(6)
        {
            let content = format!("{content}\n{}", typeset(chance.pick(AFTERTHOUGHTS)));
            told.push(moment.act(later, Deed::Revise { content }));
        }
    }
}

fn is_morning(lesson: &Lesson) -> bool {
    lesson.starts_at.hour() < 12
}

impl<'a> Class<'a> {
    fn of(school: &School, bank: &'a Bank, service: &Service) -> Option<Self> {
        let division = school.divisions.iter().find(|division| division.code == service.group)?;
        let of = |level: Level, sequence: &str| -> Vec<&'a Page> {
            bank.pages(EVERYTHING, level, false).iter().filter(|page| page.sequence == sequence).collect()
        };
        let levels =
            division.levels().map(|level| (level, of(level, "Français"), of(level, "Mathématiques"))).collect();
        let together = bank.together(EVERYTHING, division.levels().last()?);
        Some(Self { levels, together })
    }

    /// `Français, CE2 : …`, or `Français : …` where there is one level.
    fn morning(&self, day: usize) -> String {
        let mut lines = Vec::new();
        for (level, french, maths) in &self.levels {
            for page in [turn(french, day), turn(maths, day)].into_iter().flatten() {
                lines.push(format!("{} {}", self.title(&page.sequence, *level), page.content));
            }
        }
        lines.sort_by_key(|line| line.starts_with("Math"));
        lines.join("\n")
    }

    fn title(&self, sequence: &str, level: Level) -> String {
        let several = self.levels.len() > 1;
        typeset(&if several { format!("{sequence}, {} :", level.label()) } else { format!("{sequence} :") })
    }

    /// Two subjects, one after the other.
    fn afternoon(&self, day: usize) -> String {
        let pages = [2 * day, 2 * day + 1].map(|rank| &self.together[rank % self.together.len()]);
        pages.map(|page| format!("{} {}", typeset(&format!("{} :", page.sequence)), page.content)).join("\n")
    }

    /// What follows the morning of the same day; the level is named where there are several.
    fn work(&self, day: usize, chance: &mut Chance) -> Vec<Given> {
        let mut given = Vec::new();
        for (level, french, maths) in &self.levels {
            let pages = [turn(french, day), turn(maths, day)];
            for task in pages.into_iter().flatten().flat_map(|page| &page.homework) {
                let several = self.levels.len() > 1;
                let named = if several { typeset(&format!("{} : ", level.label())) } else { String::new() };
                given.push(Given {
                    text: format!("{named}{}", task.text),
                    due: if chance.percent(20) { Due::LessonAfter(5) } else { Due::NextLesson },
                    kind: task.kind,
                    minutes: task.minutes,
                    written: false,
                    level: several.then_some(*level),
                });
            }
        }
        given
    }
}

fn turn<'a>(pages: &[&'a Page], day: usize) -> Option<&'a Page> {
    pages.get(day % pages.len().max(1)).copied()
}

fn resources(chance: &mut Chance) -> Vec<Res> {
    let url = |path: &str, chance: &mut Chance| {
        Some(format!("https://ressources.example/{path}/{}", 100 + chance.below(900)))
    };
    let (title, url, purpose) = match chance.below(100) {
        0..=5 => ("Le poème, dit par la classe", url("poemes", chance), Purpose::Homework),
        6..=11 => ("Feuille distribuée, collée dans le cahier", None, Purpose::Lesson),
        12..=15 => ("Jeu de calcul mental", url("jeux", chance), Purpose::Further),
        _ => return vec![],
    };
    vec![Res { title: typeset(title), url, purpose }]
}
