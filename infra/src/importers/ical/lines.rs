//! Content lines (RFC 5545 §3.1): unfolded by bytes before they are read as text, since software folds in the middle of a character.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use crate::importers::{ParseError, Problem};

/// One line, unfolded. Real descriptions have a few hundred bytes.
const LINE_BYTES_MAX: usize = 64 << 10;

/// `DTSTART;TZID=Europe/Paris:20260902T101500`
pub struct Line {
    /// The first of the lines it was folded into, from 1.
    pub number: u64,
    /// In capitals.
    pub name: String,
    /// Names in capitals; several values of one name stay joined by commas.
    pub parameters: Vec<(String, String)>,
    /// As written.
    pub value: String,
}

impl Line {
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub struct Lines<'r> {
    file: Arc<str>,
    input: BufReader<&'r mut dyn Read>,
    number: u64,
}

impl<'r> Lines<'r> {
    pub fn open(file: &str, input: &'r mut dyn Read) -> Self {
        Self { file: file.into(), input: BufReader::new(input), number: 0 }
    }

    pub fn next(&mut self) -> Result<Option<Line>, ParseError> {
        loop {
            let number = self.number + 1;
            let mut bytes = Vec::new();
            if !self.physical(&mut bytes)? {
                return Ok(None);
            }
            while matches!(self.first_byte()?, Some(b' ' | b'\t')) {
                let fold = bytes.len();
                self.physical(&mut bytes)?;
                if bytes.len() > fold {
                    bytes.remove(fold);
                }
            }
            if number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let text = String::from_utf8(bytes).map_err(|_| self.at(number, "", Problem::NotInEncoding("UTF-8")))?;
            if !text.trim().is_empty() {
                return parse(&text, number).map(Some).ok_or_else(|| self.at(number, "", Problem::NotAProperty));
            }
        }
    }

    /// Adds one line as the file has it, without its end; false at the end of the file.
    fn physical(&mut self, bytes: &mut Vec<u8>) -> Result<bool, ParseError> {
        let room = (LINE_BYTES_MAX + 1).saturating_sub(bytes.len()) as u64;
        let read = self.input.by_ref().take(room).read_until(b'\n', bytes);
        let read = read.map_err(|problem| self.here("", Problem::Unreadable(problem.to_string())))?;
        if bytes.len() > LINE_BYTES_MAX {
            return Err(self.at(self.number + 1, "", Problem::TooLarge(LINE_BYTES_MAX)));
        }
        self.number += u64::from(read > 0);
        for end in [b'\n', b'\r'] {
            if read > 0 && bytes.last() == Some(&end) {
                bytes.pop();
            }
        }
        Ok(read > 0)
    }

    fn first_byte(&mut self) -> Result<Option<u8>, ParseError> {
        let first = self.input.fill_buf().map(|bytes| bytes.first().copied());
        first.map_err(|problem| self.here("", Problem::Unreadable(problem.to_string())))
    }

    /// A problem of a property of an event, or of what opens and closes.
    pub fn error(&self, line: &Line, problem: Problem) -> ParseError {
        let element = match line.name.as_str() {
            "BEGIN" | "END" => format!("{}:{}", line.name, line.value.trim()),
            name => format!("VEVENT/{name}"),
        };
        self.at(line.number, &element, problem)
    }

    pub fn at(&self, line: u64, element: &str, problem: Problem) -> ParseError {
        ParseError { file: self.file.clone(), line, element: element.to_owned(), problem }
    }

    /// A problem of the line last read.
    pub fn here(&self, element: &str, problem: Problem) -> ParseError {
        self.at(self.number, element, problem)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

fn parse(text: &str, number: u64) -> Option<Line> {
    let end = text.find([';', ':'])?;
    let (name, mut rest) = text.split_at(end);
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let (key, said) = after.split_once('=')?;
        let mut quoted = false;
        let end = said.find(|letter| {
            quoted ^= letter == '"';
            !quoted && matches!(letter, ';' | ':')
        })?;
        if !is_name(key) {
            return None;
        }
        parameters.push((key.to_uppercase(), said[..end].replace('"', "")));
        rest = &said[end..];
    }
    let value = rest.strip_prefix(':')?.to_owned();
    is_name(name).then(|| Line { number, name: name.to_uppercase(), parameters, value })
}

/// A value of type text, without its escapes (§3.3.11).
pub fn text(value: &str) -> String {
    list(value).join(",")
}

/// A list of texts: a comma that is not escaped ends one.
pub fn list(value: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        let meant = match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => '\n',
                Some(other) => other,
                None => break,
            },
            ',' => {
                texts.push(String::new());
                continue;
            }
            other => other,
        };
        if let Some(text) = texts.last_mut() {
            text.push(meant);
        }
    }
    texts
}
