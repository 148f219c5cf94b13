//! What somebody else changed in a group between the reading of its page and the sending of its form.

use std::collections::{BTreeMap, BTreeSet};

use domain::directory::group::Stay;
use domain::ids::PersonId;
use jiff::civil::Date;
use uuid::Uuid;

use crate::facts::{Books, GroupBook};
use crate::web::routes::said;

/// What became of a pupil's days, as it is said beside the name.
pub type News = BTreeMap<PersonId, &'static str>;

const ENTERED: &str = "entrée enregistrée entre-temps";
const LEFT: &str = "sortie enregistrée entre-temps";
const REDATED: &str = "dates changées entre-temps";

/// The stays that a page showed, of whoever is in the group or is to be: its form sends them back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown(BTreeSet<(PersonId, Date, Option<Date>)>);

impl Shown {
    pub fn of(book: &GroupBook, today: Date) -> Self {
        let stays = book.stays.iter().filter(|(_, stay)| stay.outlasts(today));
        Self(stays.map(|(pupil, Stay { from, until, .. })| (*pupil, *from, *until)).collect())
    }

    /// `{pupil} {from}`, or `{pupil} {from} {until}`; any other text is nothing.
    pub fn read(&mut self, text: &str) {
        let mut words = text.split(' ');
        let pupil = words.next().and_then(|word| Uuid::parse_str(word).ok()).map(PersonId);
        let mut day = || words.next().and_then(|word| word.parse().ok());
        let (from, until) = (day(), day());
        self.0.extend(pupil.zip(from).map(|(pupil, from)| (pupil, from, until)));
    }

    pub fn written(&self) -> Vec<String> {
        let line = |(pupil, from, until): &(PersonId, Date, Option<Date>)| match until {
            Some(until) => format!("{pupil} {from} {until}"),
            None => format!("{pupil} {from}"),
        };
        self.0.iter().map(line).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn until(&self, now: &Self) -> News {
        let (before, after) = (self.pupils(), now.pupils());
        let moved = self.0.symmetric_difference(&now.0).map(|(pupil, ..)| *pupil);
        let what = |pupil| match (before.contains(&pupil), after.contains(&pupil)) {
            (false, _) => ENTERED,
            (true, false) => LEFT,
            (true, true) => REDATED,
        };
        moved.map(|pupil| (pupil, what(pupil))).collect()
    }

    fn pupils(&self) -> BTreeSet<PersonId> {
        self.0.iter().map(|(pupil, ..)| *pupil).collect()
    }
}

/// `Cela a changé entre-temps. Entrées : MERCIER Tom. Ce que vous aviez choisi est gardé : …`
pub fn told(books: &Books, news: &News) -> String {
    let mut text = "Cela a changé entre-temps".to_owned();
    if news.is_empty() {
        text.push_str(", mais pas les élèves à venir ou présents");
    }
    text.push('.');
    for (sort, title) in [(ENTERED, "Entrées"), (LEFT, "Sorties"), (REDATED, "Dates changées")] {
        let of_it = news.iter().filter(|(_, what)| **what == sort);
        let mut names: Vec<String> = of_it.map(|(pupil, _)| said::listed(books, *pupil)).collect();
        names.sort();
        if !names.is_empty() {
            text.extend([" ", title, " : ", &names.join(", "), "."]);
        }
    }
    text.push_str(" Ce que vous aviez choisi est gardé : relisez, puis recommencez.");
    text
}
