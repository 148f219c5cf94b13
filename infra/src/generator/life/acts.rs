//! What one teacher does about one lesson: leave it empty, or publish it in their manner, give work, and sometimes come back to it.

use jiff::Span;
use jiff::civil::{Date, DateTime, Weekday};

use super::telling::Told;
use super::{Act, Deed, Due, Given, HomeworkKind, Purpose, Res};
use crate::generator::bank::{Task, typeset};
use crate::generator::calendar::plus_days;
use crate::generator::chance::Chance;
use crate::generator::manner::Manner;
use crate::generator::school::{Lesson, School, Service, Staff};

/// A lesson in the eyes of who writes about it.
pub(super) struct Moment<'a> {
    pub(super) school: &'a School,
    pub(super) service: &'a Service,
    pub(super) lesson: Lesson,
    pub(super) teacher: &'a Staff,
}

pub(super) const AFTERTHOUGHTS: &[&str] = &[
    "La fin de la correction est reportée à la prochaine séance.",
    "Le document distribué est aussi affiché au fond de la salle.",
    "Les élèves absents rattrapent la trace écrite auprès d'un camarade.",
    "Un groupe n'a pas terminé : dix minutes lui seront laissées au début du prochain cours.",
    "Erreur corrigée dans l'énoncé de la deuxième question.",
    "Ajout : les mots clés de la leçon sont soulignés dans le cahier.",
    "La vidéo n'a pas pu être montrée, elle le sera à la prochaine séance.",
];

const REASONS: &[&str] = &[
    "Séance saisie par erreur dans la mauvaise classe.",
    "Contenu publié avant le cours, la séance n'a pas eu lieu comme prévu.",
    "Document retiré : il sera remplacé par une version corrigée.",
];

/// Appends the acts about one lesson.
pub(super) fn about(
    school: &School,
    service: &Service,
    lesson: Lesson,
    teacher: &Staff,
    told: &Told,
    chance: &mut Chance,
    acts: &mut Vec<Act>,
) {
    let moment = Moment { school, service, lesson, teacher };
    if !chance.percent(teacher.manner.fill_percent()) {
        return;
    }
    let at = moment.writing_time(chance);
    let numbers = Numbers::draw(told.round, chance);
    let content = format!("{} ({})\n{}", told.page.sequence, told.page.rank, numbers.fill(&told.page.content));
    let homework = work(told, &numbers, chance);
    let resources = resources(told, homework.is_empty(), chance);
    let rewordable = homework.iter().position(|given| given.kind == HomeworkKind::Exercises);
    acts.push(moment.act(at, Deed::Publish { content: content.clone(), resources, homework }));
    let Some(later) = moment.second_thought(at, chance) else {
        return;
    };
    match chance.below(1000) {
        0..=59 => {
            let revised = format!("{content}\n{}", typeset(chance.pick(AFTERTHOUGHTS)));
            acts.push(moment.act(later, Deed::Revise { content: revised }));
        }
        60..=89 => {
            if let Some(index) = rewordable {
                let text = typeset(&format!(
                    "Exercices {} et {} p. {} (le second est facultatif)",
                    numbers.a,
                    numbers.b + 1,
                    numbers.page
                ));
                acts.push(moment.act(later, Deed::ReviseHomework { index, text }));
            }
        }
        90..=94 => acts.push(moment.act(later, Deed::Withdraw { reason: typeset(chance.pick(REASONS)) })),
        _ => {}
    }
}

/// The numbers a text leaves open.
struct Numbers {
    page: usize,
    a: usize,
    b: usize,
}

impl Numbers {
    fn draw(round: usize, chance: &mut Chance) -> Self {
        let a = 3 + chance.below(40);
        Self { page: 24 + (round * 31 + chance.below(28)) % 210, a, b: a + 1 + chance.below(6) }
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{p}", &self.page.to_string())
            .replace("{a}", &self.a.to_string())
            .replace("{b}", &self.b.to_string())
    }
}

fn work(told: &Told, numbers: &Numbers, chance: &mut Chance) -> Vec<Given> {
    let mut given = Vec::new();
    if told.next.is_empty() {
        return given;
    }
    if let Some((day, page)) = told.test {
        let subject = page.content.trim_start_matches("Contrôle").trim_start_matches(['\u{a0}', ':', ' ']);
        let subject = subject.split_once('.').map_or(subject, |(first, _)| first);
        given.push(Given {
            text: typeset(&format!("Réviser pour le contrôle : {subject}.")),
            due: Due::OnDate(day),
            kind: HomeworkKind::Test,
            minutes: 30 + 5 * chance.below(4) as u16,
            written: false,
            level: None,
        });
    }
    for task in &told.page.homework {
        if chance.percent(65) {
            given.push(Given {
                text: numbers.fill(&task.text),
                due: due(task, told.next, chance),
                kind: task.kind,
                minutes: task.minutes,
                written: task.kind.is_written(),
                level: None,
            });
        }
    }
    given
}

/// For the next lesson most of the time; long work gets more lessons, or a day a week away at least.
fn due(task: &Task, next: &[Lesson], chance: &mut Chance) -> Due {
    let long = task.minutes >= 40 || task.kind == HomeworkKind::Project;
    if long {
        let since = next.first().map(|lesson| plus_days(lesson.starts_at.date(), 6));
        let day =
            next.iter().map(|lesson| lesson.starts_at.date()).find(|day| since.is_some_and(|since| *day >= since));
        return day.map_or(Due::NextLesson, Due::OnDate);
    }
    if chance.percent(12) && next.len() > 1 { Due::LessonAfter(2) } else { Due::NextLesson }
}

fn resources(told: &Told, no_work: bool, chance: &mut Chance) -> Vec<Res> {
    let title = &told.page.sequence;
    let url = |path: &str, number: usize| Some(format!("https://ressources.example/{path}/{number}"));
    match chance.below(100) {
        0..=8 => vec![Res {
            title: typeset(&format!("Fiche de cours : {title}")),
            url: url("fiches", 100 + chance.below(900)),
            purpose: Purpose::Lesson,
        }],
        9..=13 => {
            vec![Res { title: typeset(&format!("Document distribué : {title}")), url: None, purpose: Purpose::Lesson }]
        }
        14..=18 if !no_work => vec![Res {
            title: typeset(&format!("Feuille d'exercices : {title}")),
            url: url("exercices", 100 + chance.below(900)),
            purpose: Purpose::Homework,
        }],
        19..=22 => vec![Res {
            title: typeset(&format!("Pour aller plus loin : {title}")),
            url: url("videos", 100 + chance.below(900)),
            purpose: Purpose::Further,
        }],
        _ => Vec::new(),
    }
}

impl Moment<'_> {
    /// When the entry is written. A habit has exceptions, one time in five in the minutes after the bell; nobody writes on holidays, so what would
    /// fall there is written at once.
    pub(super) fn writing_time(&self, chance: &mut Chance) -> DateTime {
        let day = self.lesson.starts_at.date();
        let at_once = plus_minutes(self.lesson.ends_at, chance.below(10) as i64);
        let minutes = |bound: usize, chance: &mut Chance| chance.below(bound) as i64;
        let exception = chance.percent(20);
        let manner = if exception { Manner::Prompt } else { self.teacher.manner };
        let wanted = match manner {
            Manner::Prompt => plus_minutes(self.lesson.ends_at, minutes(20, chance) - 12),
            Manner::Evening => plus_minutes(day.at(19, 30, 0, 0), minutes(120, chance)),
            Manner::Weekend => {
                let saturday = days_to_saturday(day) + i64::from(chance.percent(40));
                plus_minutes(plus_days(day, saturday).at(10, 0, 0, 0), minutes(480, chance))
            }
            Manner::NextDay => plus_minutes(plus_days(day, 1).at(12, 5, 0, 0), minutes(50, chance)),
            Manner::Late => plus_minutes(plus_days(day, 5 + minutes(5, chance)).at(18, 0, 0, 0), minutes(230, chance)),
        };
        if self.may_write(wanted.date()) { wanted } else { at_once }
    }

    /// The next day at noon or in the evening, if it is a day when teachers write.
    pub(super) fn second_thought(&self, at: DateTime, chance: &mut Chance) -> Option<DateTime> {
        let (hour, bound) = if chance.percent(60) { (12, 55) } else { (17, 150) };
        let day = plus_days(at.date(), 1);
        self.may_write(day).then(|| plus_minutes(day.at(hour, 5, 0, 0), chance.below(bound) as i64))
    }

    fn may_write(&self, day: Date) -> bool {
        let calendar = &self.school.calendar;
        calendar.is_term(day) && calendar.days_off.iter().all(|off| off.on != day)
    }
}

fn days_to_saturday(day: Date) -> i64 {
    i64::from(day.weekday().until(Weekday::Saturday))
}

fn plus_minutes(time: DateTime, minutes: i64) -> DateTime {
    time.checked_add(Span::new().minutes(minutes)).unwrap_or(time)
}
