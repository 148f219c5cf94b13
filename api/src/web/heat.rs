//! The work that falls on several classes in a week, at one glance: for the head, the school life, and a teacher of these classes.

use askama::Template;
use jiff::civil::Date;

use super::filters;
use super::layout::{Layout, Link};
use crate::fr;

/// The work of one class on one day: that of the pupil who has most, whole; tests apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heat {
    pub tasks: u32,
    pub minutes: u32,
    /// Works that nobody estimated.
    pub unestimated: u32,
    pub tests: u32,
}

/// What a work without an estimate weighs when one pupil is compared with another, and in the shade of a cell, in minutes. Ours: no text
/// says it.
pub const UNESTIMATED_MINUTES: u32 = 30;

/// The shades of a cell, each up to so many minutes. They are a matter of drawing, and no data of the school: no text sets a limit to a
/// day, nothing is decided by them, and every cell says its figures.
const SHADES: [(u32, &str); 3] = [(30, "light"), (60, "middling"), (90, "heavy")];
/// Beyond the last.
const BEYOND: &str = "heaviest";

impl Heat {
    /// The class of the cell; its figures say it first. Work without an estimate weighs by its count, beside what has one.
    pub fn level(&self) -> &'static str {
        if self.tasks == 0 {
            return "none";
        }
        let weight = self.minutes + UNESTIMATED_MINUTES * self.unestimated;
        SHADES.into_iter().find(|(most, _)| weight <= *most).map_or(BEYOND, |(_, shade)| shade)
    }

    /// `45 min`, `1 h 30`; none when nothing is estimated.
    pub fn time(&self) -> Option<String> {
        (self.minutes > 0).then(|| fr::duration(self.minutes))
    }

    /// `2 travaux`
    pub fn counted(&self) -> String {
        fr::plural(self.tasks as usize, "travail", "travaux")
    }

    /// `1 contrôle`: of the pupil who has most of them, maybe another than the one who has most work.
    pub fn tested(&self) -> Option<String> {
        (self.tests > 0).then(|| fr::plural(self.tests as usize, "contrôle", "contrôles"))
    }
}

impl HeatPage {
    /// The key of the shades: the class of each, and `jusqu’à 30 min`.
    pub fn shades(&self) -> Vec<(&'static str, String)> {
        let known = SHADES.into_iter().map(|(most, shade)| (shade, format!("jusqu’à {}", fr::duration(most))));
        known.chain([(BEYOND, "davantage".to_owned())]).collect()
    }

    /// `30 min`
    pub fn unestimated(&self) -> String {
        fr::duration(UNESTIMATED_MINUTES)
    }
}

/// One class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatRow {
    /// `4e B`
    pub label: String,
    /// The days ahead of this class.
    pub href: String,
    /// One a day of `days`.
    pub cells: Vec<Heat>,
}

/// `/direction/charge/classes`, `/vie-scolaire/charge`, `/enseignant/charge`
#[derive(Debug, Template)]
#[template(path = "class/heat.html")]
pub struct HeatPage {
    pub layout: Layout,
    /// Where this reader comes from.
    pub back: Link,
    pub monday: Date,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// The way back to the present week, when this is another.
    pub present: Option<String>,
    pub days: Vec<Date>,
    /// In the order of their names.
    pub rows: Vec<HeatRow>,
    /// When there are more classes than a page holds.
    pub stretches: Vec<Stretch>,
}

/// A page of a long list: `De 3e A à 4e C`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub href: String,
    pub first: String,
    pub last: String,
    pub current: bool,
}

/// Lines of a table on one page: more than most schools have classes.
pub const LINES: usize = 60;

/// The pages of a list of so many, each named by its first and its last; none when one page holds it all.
pub fn stretches(
    count: usize,
    current: usize,
    href: impl Fn(usize) -> String,
    name: impl Fn(usize) -> String,
) -> Vec<Stretch> {
    let pages = if count > LINES { count.div_ceil(LINES) } else { 0 };
    let stretch = |page: usize| Stretch {
        href: href(page + 1),
        first: name(page * LINES),
        last: name(((page + 1) * LINES).min(count) - 1),
        current: page + 1 == current,
    };
    (0..pages).map(stretch).collect()
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn a_long_list_has_pages_and_a_short_one_has_none() {
        let pages = |count| stretches(count, 2, |page| format!("?page={page}"), |at| at.to_string());
        assert!(pages(LINES).is_empty());
        let [first, second] = &pages(LINES + 5)[..] else { panic!("two pages") };
        assert_eq!((first.first.as_str(), first.last.as_str(), first.current), ("0", "59", false));
        assert_eq!((second.first.as_str(), second.last.as_str(), second.current), ("60", "64", true));
    }

    #[test]
    fn work_that_nobody_estimated_weighs_all_the_same() {
        let heat = |tasks, minutes, unestimated| Heat { tasks, minutes, unestimated, tests: 0 }.level();
        assert_eq!(heat(0, 0, 0), "none");
        assert_eq!(heat(1, 0, 1), "light");
        assert_eq!(heat(4, 0, 4), "heaviest");
        assert_eq!(heat(3, 20, 0), "light");
        assert_eq!(heat(4, 5, 3), "heaviest", "an estimate of one hides none of the others");
        assert_eq!(heat(1, 75, 0), "heavy");
    }
}
