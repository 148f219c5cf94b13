//! The first page of each role, with a heavy week in it, is light on a telephone: page and style together, as
//! whatever stands before the server compresses them.

use std::io::Write as _;

use api::app::Said;
use domain::textbook::Command;
use domain::textbook::homework::NewHomework;
use jiff::civil::date;

use super::*;

/// For the page and its style, both compressed.
const BOUND: usize = 60_000;
/// More than a class is ever given at once.
const WORKS: u128 = 40;

/// Words that do not repeat as a phrase would, so that compressing them is no trick.
fn text(seed: u128, words: usize) -> String {
    let vocabulary = [
        "exercice",
        "page",
        "relire",
        "leçon",
        "triangle",
        "théorème",
        "démontrer",
        "conjuguer",
        "verbe",
        "carte",
        "légende",
        "volcan",
        "schéma",
        "résumer",
        "chapitre",
        "apprendre",
        "poésie",
        "calculer",
        "fraction",
        "équation",
        "rédiger",
        "paragraphe",
        "argument",
        "exemple",
        "préparer",
        "exposé",
        "affiche",
        "groupe",
        "vocabulaire",
        "traduire",
        "phrase",
        "dessiner",
    ];
    let mut state = seed as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        vocabulary[(state >> 59) as usize]
    };
    (0..words).map(|_| word()).collect::<Vec<_>>().join(" ")
}

fn compressed(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

impl Pages {
    /// Work for the next three weeks, of sixty words each, in mathematics and in English.
    async fn is_heavy(&self) {
        for number in 0..WORKS {
            let day = date(2026, 11, 19).saturating_add(jiff::Span::new().days(i64::try_from(number % 20).unwrap()));
            let work = NewHomework { minutes: Some(30), ..exercise(1000 + number, &text(number, 60), day) };
            let (author, textbook, code, subject) = if number.is_multiple_of(2) {
                (TEACHER, maths("4B"), "4B", MATHS)
            } else {
                (OTHER_TEACHER, english(), "4ANG1", ENGLISH)
            };
            let given_in = domain::textbook::entry::LessonRef::Slot { slot: slot(code, subject, 1), date: MONDAY };
            let give = Command::GiveHomework { given_in, homework: work };
            let done = self.school.app.in_textbook(author, textbook, Said::default(), give).await;
            done.unwrap_or_else(|problem| panic!("{}", problem.detail));
        }
        self.school.app.await_readers(self.school.head().await).await;
    }
}

#[tokio::test]
async fn the_first_page_of_each_role_weighs_less_than_sixty_kilobytes() {
    let pages = Pages::open().await;
    pages.is_heavy().await;
    let (status, style) = pages.call(None, "GET", "/static/style.css", "").await;
    assert_eq!(status, 200);
    let style = compressed(&style);
    for (who, path) in [
        (PUPIL, "/eleve"),
        (PUPIL, "/eleve/travail"),
        (PARENT, "/parent"),
        (AESH, "/accompagnement"),
        (TEACHER, "/enseignant"),
        (OTHER_TEACHER, "/enseignant"),
        (SCHOOL_LIFE, "/vie-scolaire"),
        (HEAD, "/direction"),
        (INSPECTOR, "/inspection"),
    ] {
        let page = pages.sees(who, path).await;
        let weight = compressed(&page) + style;
        assert!(weight <= BOUND, "{path}: {weight} bytes, of which {style} of style; {} before", page.len());
    }
    // That the heavy page is heavy: all of the work is in it.
    let all = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(all.matches("<li class=\"work\">").count() > usize::try_from(WORKS).unwrap(), "{}", all.len());
}
