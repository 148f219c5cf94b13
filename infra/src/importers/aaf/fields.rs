//! Values of a record read as what they stand for; whatever cannot be read is a warning and is left out.

use jiff::civil::Date;

use super::Record;
use crate::importers::{Problem, Report};

/// A record being read, with the report that takes its warnings.
pub struct Fields<'a> {
    record: &'a Record,
    report: &'a mut Report,
}

impl<'a> Fields<'a> {
    pub fn of(record: &'a Record, report: &'a mut Report) -> Self {
        Self { record, report }
    }

    /// The jointure.
    pub fn id(&self) -> String {
        self.record.id.clone()
    }

    /// The first value.
    pub fn text(&self, name: &str) -> Option<String> {
        self.record.attributes.values(name).first().cloned()
    }

    /// Every value.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.record.attributes.values(name).to_vec()
    }

    /// The first value, `dd/mm/yyyy`.
    pub fn date(&mut self, name: &str) -> Option<Date> {
        let text = self.record.attributes.values(name).first()?;
        let date = day(text);
        if date.is_none() {
            self.warn(name, Problem::NotADate);
        }
        date
    }

    /// The first value, `O` (*oui*) or `N` (*non*).
    pub fn yes(&mut self, name: &str) -> Option<bool> {
        match self.record.attributes.values(name).first()?.as_str() {
            "O" | "o" => Some(true),
            "N" | "n" => Some(false),
            _ => {
                self.warn(name, Problem::NotACode);
                None
            }
        }
    }

    /// Rows of exactly `N` fields, the first `named` of which say what the row is about and cannot be blank.
    pub fn rows<const N: usize>(&mut self, name: &str, named: usize) -> Vec<[&'a str; N]> {
        let mut rows = Vec::new();
        for value in self.record.attributes.values(name) {
            let fields: Vec<&str> = value.split('$').map(str::trim).collect();
            let Ok(row) = <[&str; N]>::try_from(fields.as_slice()) else {
                self.warn(name, Problem::FieldCount { expected: N, found: fields.len() });
                continue;
            };
            if self.names_itself(name, &row[..named]) && !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows
    }

    /// Rows of a code, a label and then any number of codes.
    pub fn labelled(&mut self, name: &str) -> Vec<(&'a str, Option<String>, Vec<&'a str>)> {
        let mut rows = Vec::new();
        for value in self.record.attributes.values(name) {
            let fields: Vec<&str> = value.split('$').map(str::trim).collect();
            let [code, label, rest @ ..] = fields.as_slice() else {
                self.warn(name, Problem::FieldCount { expected: 3, found: fields.len() });
                continue;
            };
            if self.names_itself(name, &[code]) {
                let rest = rest.iter().copied().filter(|code| !code.is_empty()).collect();
                rows.push((*code, filled(label), rest));
            }
        }
        rows
    }

    /// Rows of a structure and a code in it.
    pub fn places(&mut self, name: &str) -> Vec<(String, String)> {
        let rows = self.rows::<2>(name, 2);
        rows.into_iter().map(|[structure, code]| (structure.to_owned(), code.to_owned())).collect()
    }

    /// Rows of a structure, a code in it and a subject.
    pub fn services(&mut self, name: &str) -> Vec<(String, String, String)> {
        let rows = self.rows::<3>(name, 3);
        rows.into_iter().map(|row| row.map(str::to_owned)).map(|[a, b, c]| (a, b, c)).collect()
    }

    pub fn warn(&mut self, name: &str, problem: Problem) {
        self.report.warn(self.record.place(name, problem));
    }

    fn names_itself(&mut self, name: &str, fields: &[&str]) -> bool {
        let blank = fields.iter().position(|field| field.is_empty());
        if let Some(at) = blank {
            self.warn(name, Problem::BlankField(at + 1));
        }
        blank.is_none()
    }
}

/// A field of a row; blank and `-`, which the feed writes for *sans objet*, are absent.
pub fn filled(field: &str) -> Option<String> {
    (!field.is_empty() && field != "-").then(|| field.to_owned())
}

/// `dd/mm/yyyy`.
pub fn day(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let mut part = |digits: usize| {
        let text = parts.next()?;
        let plain = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse::<i16>().ok() } else { None }
    };
    let (day, month, year) = (part(2)?, part(2)?, part(4)?);
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
