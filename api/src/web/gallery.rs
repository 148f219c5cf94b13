//! Every page, with much data, none, one item and very long words: rendered, checked, and written out to be looked at.
//!
//! `PALIMPSESTE_GALLERY=out cargo test -p api gallery` writes them as files that `tests/browser` opens.

use std::collections::BTreeSet;

use askama::Template;

mod births;
mod groups;
mod inspector;
mod principal;
mod readers;
mod roles;
mod sample;
mod teacher;

/// How much a page has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    Rich,
    Empty,
    One,
    Long,
}

impl Amount {
    const ALL: [Self; 4] = [Self::Rich, Self::Empty, Self::One, Self::Long];

    const fn name(self) -> &'static str {
        match self {
            Self::Rich => "rich",
            Self::Empty => "empty",
            Self::One => "one",
            Self::Long => "long",
        }
    }

    /// As many of these as this amount allows.
    fn of<T>(self, mut items: Vec<T>) -> Vec<T> {
        match self {
            Self::Rich | Self::Long => {}
            Self::One => items.truncate(1),
            Self::Empty => items.clear(),
        }
        items
    }

    /// The word itself, or one that is far too long.
    fn word(self, word: &str) -> String {
        match self {
            Self::Long => sample::LONG.to_owned(),
            _ => word.to_owned(),
        }
    }

    fn class(self) -> String {
        if self == Self::Long { "1 STMG 3°" } else { "4e B" }.to_owned()
    }
}

pub(super) fn html(page: &impl Template) -> String {
    page.render().expect("the page renders")
}

fn pages() -> Vec<(String, String)> {
    let kinds = [
        readers::pages,
        teacher::pages,
        principal::pages,
        groups::pages,
        roles::pages,
        births::pages,
        inspector::pages,
    ];
    let mut all = Vec::new();
    for amount in Amount::ALL {
        for (name, html) in kinds.iter().flat_map(|pages| pages(amount)) {
            all.push((format!("{name}.{}", amount.name()), html));
        }
    }
    all
}

/// The values of an attribute, in order.
fn attributes<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What is read: the page without its tags.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    text
}

#[test]
fn every_page_has_a_language_one_title_and_one_main() {
    for (name, html) in pages() {
        assert!(html.starts_with("<!doctype html>\n<html lang=\"fr\">"), "{name}");
        for once in ["<h1>", "<title>", "<main ", " id=\"corps\""] {
            assert_eq!(html.matches(once).count(), 1, "{name}: {once}");
        }
        assert!(!html.contains("<title> ·"), "{name} has no name");
    }
}

#[test]
fn no_page_holds_style_or_script() {
    for (name, html) in pages() {
        for forbidden in [" style=", "<style", "<script", " onclick=", "javascript:"] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[test]
fn ids_are_unique_and_what_points_at_them_finds_them() {
    for (name, html) in pages() {
        let ids = attributes(&html, "id");
        let known: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{name}: an id is there twice");
        let labels = attributes(&html, "for");
        let described = ["aria-describedby", "aria-labelledby"].map(|a| attributes(&html, a)).concat();
        let anchors = attributes(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        for id in labels.into_iter().chain(described.into_iter().flat_map(str::split_whitespace)).chain(anchors) {
            assert!(known.contains(id), "{name}: nothing is called {id}");
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, html) in pages() {
        let labels: BTreeSet<_> = attributes(&html, "for").into_iter().collect();
        for tag in ["<input ", "<select ", "<textarea "] {
            for field in html.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                let hidden = field.contains("type=\"hidden\"");
                let field = format!(" {field}");
                let id = attributes(&field, "id").first().copied().unwrap_or_default();
                assert!(hidden || labels.contains(id), "{name}: {tag}{field}");
            }
        }
    }
}

#[test]
fn punctuation_never_stands_at_the_head_of_a_line() {
    for (name, html) in pages() {
        let text = text_of(&html);
        for wrong in [" ;", " :", " !", " ?", " %", "« ", " »", "'"] {
            let at = text.find(wrong).map(|at| text[..at + wrong.len()].chars().rev().take(40).collect::<String>());
            let around = at.map(|seen| seen.chars().rev().collect::<String>());
            assert_eq!(around, None, "{name}: {wrong:?}");
        }
    }
}

#[test]
fn what_people_type_is_never_markup() {
    let (_, page) =
        teacher::pages(Amount::Rich).into_iter().find(|(name, _)| *name == "teacher-lesson-errors").unwrap();
    assert!(!page.contains("<b>12</b>"));
    assert!(page.contains("&#60;b&#62;12&#60;/b&#62;"), "kept as it was typed");
}

#[test]
fn the_gallery_is_written_where_it_is_asked_for() {
    let Some(folder) = std::env::var_os("PALIMPSESTE_GALLERY").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("style.css"), include_str!("../../static/style.css")).unwrap();
    for (name, html) in pages() {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}
