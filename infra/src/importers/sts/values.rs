//! Texts of an element read as what they stand for; whatever cannot be read is a warning and is absent.

use jiff::civil::{Date, Time};

use crate::importers::xml::{Element, Reader};
use crate::importers::{ParseError, Problem, Report};

/// Elements of the two formats that hold nothing for us. Any other unknown name is counted in the report.
const UNUSED: &[&str] = &[
    "APPLICATION_SOURCE",
    "ARES",
    "BOITE_POSTALE",
    "CEDEX",
    "CODE_CATEGORIE",
    "EFFECTIF_CALCULE",
    "EFFECTIF_MAX_EDT",
    "EFFECTIF_PREVU",
    "ETABLISSEMENT_SENSIBLE",
    "FORMATION",
    "GRADE",
    "INDEMNITES",
    "INDIVIDUS",
    "MEFSTAT4",
    "MEFSTATS4",
    "MENTION_DISTRIBUTION",
    "MODS_COURS",
    "PROGRAMMES",
    "SEXE",
    "SPECIALITE",
    "SUPPLEANTS",
    "TAUX_PONDS",
    "TELEPHONE",
    "TYPES_AHE",
];

/// Passes over an element, counting it if the format as known here has no such element.
pub fn pass(child: &Element, report: &mut Report) {
    if !UNUSED.contains(&child.name.as_str()) {
        report.meet_unknown(&format!("<{}>", child.name));
    }
}

/// Goes through the children of a list: those called `name` go to `each`, others are passed over.
pub fn each_named(
    reader: &mut Reader<'_>,
    report: &mut Report,
    name: &str,
    mut each: impl FnMut(&mut Reader<'_>, &Element, &mut Report) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    reader.each_child(|reader, child| {
        if child.name == name {
            return each(reader, child, report);
        }
        pass(child, report);
        Ok(())
    })
}

/// The `CODE` of an element; its absence is a warning.
pub fn code(reader: &Reader<'_>, element: &Element, report: &mut Report) -> Option<String> {
    named(reader, element, "CODE", report)
}

/// An attribute an element is nothing without.
pub fn named(reader: &Reader<'_>, element: &Element, attribute: &'static str, report: &mut Report) -> Option<String> {
    let value = element.attribute(attribute).map(str::to_owned);
    if value.is_none() {
        report.warn(reader.error(Problem::Absent(attribute)));
    }
    value
}

/// The text of `child` through `parse`.
pub fn parsed<T>(
    reader: &mut Reader<'_>,
    child: &Element,
    report: &mut Report,
    problem: Problem,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, ParseError> {
    let Some(text) = reader.text()? else {
        return Ok(None);
    };
    let value = parse(&text);
    if value.is_none() {
        report.warn(reader.error_in(child, problem));
    }
    Ok(value)
}

/// `yyyy-mm-dd`.
pub fn date(reader: &mut Reader<'_>, child: &Element, report: &mut Report) -> Result<Option<Date>, ParseError> {
    parsed(reader, child, report, Problem::NotADate, |text| {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if plain { text.parse().ok() } else { None }
    })
}

/// `HHMM`, local time.
pub fn time(reader: &mut Reader<'_>, child: &Element, report: &mut Report) -> Result<Option<Time>, ParseError> {
    parsed(reader, child, report, Problem::NotATime, |text| {
        let (hours, minutes) = hours_and_minutes(text)?;
        Time::new(i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?, 0, 0).ok()
    })
}

/// A duration `HHMM`, in minutes, never none at all.
pub fn minutes(reader: &mut Reader<'_>, child: &Element, report: &mut Report) -> Result<Option<u16>, ParseError> {
    parsed(reader, child, report, Problem::NotATime, |text| {
        let (hours, minutes) = hours_and_minutes(text)?;
        let total = hours * 60 + minutes;
        (minutes < 60 && total > 0).then_some(total)
    })
}

/// 1 for Monday to 7.
pub fn weekday(text: &str) -> Option<u8> {
    text.parse().ok().filter(|day| (1..=7).contains(day))
}

/// Decimal hours, `2.50`, in hundredths; some software writes a comma.
pub fn hundredths(reader: &mut Reader<'_>, child: &Element, report: &mut Report) -> Result<Option<u32>, ParseError> {
    parsed(reader, child, report, Problem::NotANumber, |text| {
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let plain = |digits: &str| digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return None;
        }
        let digits: String = fraction.chars().chain("00".chars()).take(2).collect();
        Some(whole.parse::<u32>().ok()? * 100 + digits.parse::<u32>().ok()?)
    })
}

/// Hours and minutes of `HHMM`, or of `HMM` where a leading zero was lost.
fn hours_and_minutes(text: &str) -> Option<(u16, u16)> {
    if !matches!(text.len(), 3 | 4) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u16 = text.parse().ok()?;
    Some((number / 100, number % 100))
}
