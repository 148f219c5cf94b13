//! What is taught and asked, by subject and level: lessons in sequences, each with the homework that may follow it.
//!
//! The banks are plain text: `## level` opens a level (`6`, `5`, `4`, `3`, `CP` to `CM2`, `tp` for half-classes, `cycle 2`, `*` for any), `# title` a sequence, `> kind minutes text`
//! the homework of the lesson above it, and any other line is a lesson. `{p}` stands for a page, `{a}` and `{b}` for exercise numbers.

use std::collections::HashMap;

use super::life::HomeworkKind;
use super::programme::{self, Level};

/// A lesson of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) sequence: String,
    /// Rank in the sequence, from 1.
    pub(super) rank: usize,
    pub(super) content: String,
    pub(super) homework: Vec<Task>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) kind: HomeworkKind,
    pub(super) minutes: u16,
    pub(super) text: String,
}

/// The lessons of every subject and level.
pub(super) struct Bank(HashMap<(&'static str, String), Vec<Page>>);

const TEXTS: &[(&str, &str)] = &[
    (programme::FRENCH, include_str!("texts/francais.txt")),
    (programme::LATIN, include_str!("texts/latin.txt")),
    (programme::ENGLISH, include_str!("texts/anglais.txt")),
    (programme::SPANISH, include_str!("texts/espagnol.txt")),
    (programme::GERMAN, include_str!("texts/allemand.txt")),
    (programme::ITALIAN, include_str!("texts/italien.txt")),
    (programme::HISTORY, include_str!("texts/histoire-geographie.txt")),
    (programme::MATHS, include_str!("texts/mathematiques.txt")),
    (programme::PHYSICS, include_str!("texts/physique-chimie.txt")),
    (programme::BIOLOGY, include_str!("texts/svt.txt")),
    (programme::TECHNOLOGY, include_str!("texts/technologie.txt")),
    (programme::MUSIC, include_str!("texts/musique.txt")),
    (programme::ARTS, include_str!("texts/arts-plastiques.txt")),
    (programme::SPORT, include_str!("texts/eps.txt")),
    (programme::EVERYTHING, include_str!("texts/polyvalent.txt")),
];

const EQUATIONS: &str = include_str!("texts/equations-4b.txt");

impl Bank {
    pub(super) fn open() -> Self {
        let mut pages = HashMap::new();
        for (subject, text) in TEXTS {
            for (level, lessons) in parse(text) {
                pages.insert((*subject, level), lessons);
            }
        }
        Self(pages)
    }

    /// The lessons of a level, those of half-classes apart; never empty for a subject of the programme.
    pub(super) fn pages(&self, subject: &'static str, level: Level, half_class: bool) -> &[Page] {
        let key = |level: &str| (subject, level.to_owned());
        let level = if half_class { "tp".to_owned() } else { level.key().to_owned() };
        let own = self.0.get(&key(&level)).or_else(|| self.0.get(&key("*")));
        own.map(Vec::as_slice).unwrap_or_default()
    }

    /// What a primary class does as one, by the cycle of a level.
    pub(super) fn together(&self, subject: &'static str, level: Level) -> &[Page] {
        let second = matches!(level, Level::Preparatory | Level::FirstElementary | Level::SecondElementary);
        let cycle = if second { "cycle 2" } else { "cycle 3" };
        self.0.get(&(subject, cycle.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The sequence on equations of the 4e B, told lesson by lesson.
pub(super) fn equations() -> Vec<Page> {
    parse(EQUATIONS).into_iter().flat_map(|(_, pages)| pages).collect()
}

pub(super) fn parse(text: &str) -> Vec<(String, Vec<Page>)> {
    let mut levels: Vec<(String, Vec<Page>)> = Vec::new();
    let mut sequence = String::new();
    let mut rank = 0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(level) = line.strip_prefix("## ") {
            levels.push((level.to_owned(), Vec::new()));
        } else if let Some(title) = line.strip_prefix("# ") {
            sequence = typeset(title);
            rank = 0;
        } else if let Some((_, pages)) = levels.last_mut() {
            if let Some(task) = line.strip_prefix("> ") {
                if let (Some(page), Some(task)) = (pages.last_mut(), task_of(task)) {
                    page.homework.push(task);
                }
            } else {
                rank += 1;
                let content = typeset(line);
                pages.push(Page { sequence: sequence.clone(), rank, content, homework: Vec::new() });
            }
        }
    }
    levels
}

/// `x 20 Exercices {a} et {b} p. {p}`
fn task_of(line: &str) -> Option<Task> {
    let mut words = line.splitn(3, ' ');
    let kind = match words.next()? {
        "x" => HomeworkKind::Exercises,
        "l" => HomeworkKind::Lesson,
        "r" => HomeworkKind::Reading,
        "w" => HomeworkKind::Writing,
        "p" => HomeworkKind::Preparation,
        "d" => HomeworkKind::Project,
        "o" => HomeworkKind::Oral,
        "t" => HomeworkKind::Test,
        _ => return None,
    };
    let minutes = words.next()?.parse().ok()?;
    Some(Task { kind, minutes, text: typeset(words.next()?) })
}

/// French typography: curly apostrophes, a no-break space before a colon and inside quotation marks, a narrow one before `;`, `!` and `?`, and a
/// no-break space after the abbreviations that call a number.
pub(super) fn typeset(text: &str) -> String {
    let mut set = text.replace('\'', "’");
    for (from, to) in [
        (" :", "\u{a0}:"),
        ("« ", "«\u{a0}"),
        (" »", "\u{a0}»"),
        (" ;", "\u{202f};"),
        (" !", "\u{202f}!"),
        (" ?", "\u{202f}?"),
        (" %", "\u{202f}%"),
        ("p. ", "p.\u{a0}"),
        ("ex. ", "ex.\u{a0}"),
    ] {
        set = set.replace(from, to);
    }
    set
}
