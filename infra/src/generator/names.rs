//! Names, streets and phones, all drawn from lists made for this school. Phone numbers come from the blocks the regulator keeps for fiction
//! (`06 39 98`, `01 99 00`), addresses from a department that does not exist.

use super::chance::Chance;
use super::school::{Address, Sex};

const SURNAMES: &str = include_str!("texts/surnames.txt");
const FEMININE: &str = include_str!("texts/feminine.txt");
const MASCULINE: &str = include_str!("texts/masculine.txt");
const PARENTS: &str = include_str!("texts/parents.txt");
const STREETS: &str = include_str!("texts/streets.txt");
const TOWNS: &str = include_str!("texts/towns.txt");

/// The one surname of sixty characters, which every page must survive.
pub(super) const LONGEST_SURNAME: &str = "Vasconcelos-Albuquerque-Santamaria de la Fuente y Montenegro";

/// The lists, split once.
pub(super) struct Names {
    surnames: Vec<&'static str>,
    girls: Vec<&'static str>,
    boys: Vec<&'static str>,
    mothers: Vec<&'static str>,
    fathers: Vec<&'static str>,
    streets: Vec<&'static str>,
    towns: Vec<(&'static str, &'static str)>,
}

impl Names {
    pub(super) fn new() -> Self {
        let mut parents = PARENTS.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        Self {
            surnames: SURNAMES.split_whitespace().collect(),
            girls: FEMININE.split_whitespace().collect(),
            boys: MASCULINE.split_whitespace().collect(),
            mothers: parents.next().unwrap_or_default(),
            fathers: parents.next().unwrap_or_default(),
            streets: STREETS.trim().split('|').collect(),
            towns: TOWNS.lines().filter_map(|line| line.split_once('|')).collect(),
        }
    }

    /// One surname, or two joined by a hyphen for about one in twenty.
    pub(super) fn surname(&self, chance: &mut Chance) -> String {
        let first = chance.pick(&self.surnames).replace('_', " ");
        if chance.percent(5) && !first.contains([' ', '-']) {
            let second = chance.pick(&self.surnames).replace('_', " ");
            return format!("{first}-{second}");
        }
        first
    }

    pub(super) fn child(&self, sex: Sex, chance: &mut Chance) -> String {
        let list = if sex == Sex::Female { &self.girls } else { &self.boys };
        chance.pick(list).to_owned()
    }

    pub(super) fn adult(&self, sex: Sex, chance: &mut Chance) -> String {
        let list = if sex == Sex::Female { &self.mothers } else { &self.fathers };
        chance.pick(list).to_owned()
    }

    pub(super) fn address(&self, chance: &mut Chance) -> Address {
        let (post_code, town) = self.towns[chance.below(self.towns.len())];
        let mut lines = vec![format!("{} {}", 1 + chance.below(180), chance.pick(&self.streets))];
        if chance.percent(15) {
            lines.push(format!("Bâtiment {}, appartement {}", ["A", "B", "C"][chance.below(3)], 1 + chance.below(60)));
        }
        Address { lines, post_code: post_code.to_owned(), town: town.to_owned() }
    }
}

pub(super) fn mobile(chance: &mut Chance) -> String {
    format!("063998{:04}", chance.below(10_000))
}

pub(super) fn landline(chance: &mut Chance) -> String {
    format!("019900{:04}", chance.below(10_000))
}

/// An address under a domain reserved for examples: accents, apostrophes and spaces are dropped, and `number` tells homonyms apart.
pub(super) fn mail(given: &str, surname: &str, number: usize, domain: &str) -> String {
    let plain = |text: &str| text.chars().filter_map(bare).take(24).collect::<String>();
    format!("{}.{}{number}@{domain}", plain(given), plain(surname))
}

fn bare(letter: char) -> Option<char> {
    let lower = letter.to_lowercase().next()?;
    Some(match lower {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'ı' => 'i',
        'ô' | 'ö' | 'œ' => 'o',
        'û' | 'ü' | 'ù' => 'u',
        'ç' => 'c',
        'ś' | 'ş' => 's',
        'a'..='z' | '-' => lower,
        _ => return None,
    })
}
