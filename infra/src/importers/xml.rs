//! One streaming reader for every XML file a school receives.
//!
//! A night's feed of a department is 280 MB: nothing here holds more than one piece of the document, and a piece has a
//! size limit. The reader is pulled: open the root, then go through the children of the element just opened; whatever a
//! caller leaves unread is passed over. The five predefined entities and character numbers are read; a document type
//! is passed over, its system identifier is never fetched, and one that declares entities is refused.

mod source;
#[cfg(test)]
mod spec;

use std::io::Read;
use std::sync::Arc;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{ParseError, Problem};
use source::Source;

/// Largest text, tag, comment or document type: the longest real value, a list of classes, is under 100 kB.
pub const PIECE_BYTES_MAX: usize = 1 << 20;
/// Deepest nesting: the deepest known format, STS, has 11 levels.
pub const DEPTH_MAX: usize = 64;

/// A start tag: its name and attributes, entities resolved.
#[derive(Clone)]
pub struct Element {
    /// Name, with its prefix if it has one.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute, trimmed; blank is absent.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(key, _)| key == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The attribute that names a part of the format or of the school; never one that stands for a person.
    fn label(&self) -> Option<&str> {
        self.attribute("name").or_else(|| self.attribute("CODE"))
    }
}

/// How an element stands in the path of an error: `attr "sn"`, `DIVISION "3A"`.
fn step_of_path(name: &str, label: Option<&str>) -> String {
    label.map_or_else(|| name.to_owned(), |label| format!("{name} {label:?}"))
}

struct Open {
    name: String,
    label: Option<String>,
    line: u64,
}

enum Step {
    Opened(Element),
    Text,
    Closed,
    Ended,
}

/// A document being read.
pub struct Reader<'a> {
    xml: quick_xml::Reader<Source<'a>>,
    file: Arc<str>,
    open: Vec<Open>,
    piece: Vec<u8>,
    text: String,
}

impl<'a> Reader<'a> {
    /// Opens a document; `file` is the name errors will carry. Fails on an unknown encoding or an unreadable input.
    pub fn open(file: &str, input: &'a mut dyn Read) -> Result<Self, ParseError> {
        let file: Arc<str> = Arc::from(file);
        let source = match Source::open(input, PIECE_BYTES_MAX) {
            Ok(source) => source,
            Err(problem) => {
                return Err(ParseError { file, line: 1, element: String::new(), problem });
            }
        };
        let mut xml = quick_xml::Reader::from_reader(source);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        // Names are checked against the stack kept here, which also knows where each element was opened.
        config.check_end_names = false;
        Ok(Self { xml, file, open: Vec::new(), piece: Vec::new(), text: String::new() })
    }

    /// Opens the root, which must bear one of these names.
    pub fn root(&mut self, expected: &[&str]) -> Result<Element, ParseError> {
        let Some(root) = self.next_child()? else {
            return Err(self.error(Problem::Empty));
        };
        if expected.contains(&root.name.as_str()) {
            return Ok(root);
        }
        let expected = expected.join("|");
        Err(self.error(Problem::OtherRoot { found: root.name, expected }))
    }

    /// Goes through the children of the element last opened, up to its end. A child is passed over from where `each`
    /// left it.
    pub fn each_child(
        &mut self,
        mut each: impl FnMut(&mut Self, &Element) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        while let Some(child) = self.next_child()? {
            let depth = self.open.len();
            each(self, &child)?;
            while self.open.len() >= depth {
                self.step()?;
            }
        }
        Ok(())
    }

    /// The next child of the element last opened, or nothing at its end tag, which is then behind. The caller reads the
    /// child to its end (`text`, `skip`, `next_child` until nothing) before it asks for another.
    pub fn next_child(&mut self) -> Result<Option<Element>, ParseError> {
        loop {
            self.text.clear();
            match self.step()? {
                Step::Opened(element) => return Ok(Some(element)),
                Step::Text => {}
                Step::Closed | Step::Ended => return Ok(None),
            }
        }
    }

    /// The text of the element last opened, trimmed, blank being absent; elements inside are passed over.
    pub fn text(&mut self) -> Result<Option<String>, ParseError> {
        self.text.clear();
        let depth = self.open.len().max(1);
        while self.open.len() >= depth {
            let before = self.text.len();
            self.step()?;
            if self.open.len() > depth {
                self.skip()?;
                self.text.truncate(before);
            }
        }
        let text = self.text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// Passes over the rest of the element last opened.
    pub fn skip(&mut self) -> Result<(), ParseError> {
        let depth = self.open.len().max(1);
        let before = self.text.len();
        while self.open.len() >= depth {
            self.step()?;
            self.text.truncate(before);
        }
        Ok(())
    }

    /// Reads what follows the root: nothing may, but comments.
    pub fn finish(&mut self) -> Result<(), ParseError> {
        match self.next_child()? {
            Some(second) => Err(self.error(Problem::SecondRoot(second.name))),
            None => Ok(()),
        }
    }

    /// The file's name, to be shared by what is read from it.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Line of the last piece read, from 1.
    pub fn line(&self) -> u64 {
        self.xml.get_ref().line()
    }

    /// A problem at the element being read.
    pub fn error(&self, problem: Problem) -> ParseError {
        let steps: Vec<String> = self.open.iter().map(|open| step_of_path(&open.name, open.label.as_deref())).collect();
        ParseError { file: self.file.clone(), line: self.line(), element: steps.join("/"), problem }
    }

    /// A problem in `child`, just read to its end, of the element being read.
    pub fn error_in(&self, child: &Element, problem: Problem) -> ParseError {
        let mut error = self.error(problem);
        if !error.element.is_empty() {
            error.element.push('/');
        }
        error.element.push_str(&step_of_path(&child.name, child.label()));
        error
    }

    fn step(&mut self) -> Result<Step, ParseError> {
        let mut piece = std::mem::take(&mut self.piece);
        piece.clear();
        self.xml.get_mut().rest();
        let step = match self.xml.read_event_into(&mut piece) {
            Ok(event) => self.take_in(event),
            Err(error) => Err(self.xml.get_mut().take_problem().unwrap_or_else(|| malformed(&error))),
        };
        self.piece = piece;
        step.map_err(|problem| self.error(problem))
    }

    fn take_in(&mut self, event: Event<'_>) -> Result<Step, Problem> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let element = element(&tag)?;
                if self.open.len() >= DEPTH_MAX {
                    return Err(Problem::TooDeep(DEPTH_MAX));
                }
                let label = element.label().map(str::to_owned);
                self.open.push(Open { name: element.name.clone(), label, line: self.line() });
                return Ok(Step::Opened(element));
            }
            Event::End(tag) => return self.close(legible(tag.name().as_ref())?),
            Event::Eof => {
                return match self.open.last() {
                    None => Ok(Step::Ended),
                    Some(open) => Err(Problem::CutShort { open: open.name.clone(), opened_at: open.line }),
                };
            }
            Event::Text(text) => self.push_text(legible(&text)?)?,
            Event::CData(text) => self.push_text(legible(&text)?)?,
            Event::GeneralRef(reference) => {
                let mut letters = [0; 4];
                self.push_text(resolve(&reference)?.encode_utf8(&mut letters))?;
            }
            Event::DocType(declaration) => {
                if declaration.windows(8).any(|part| part.eq_ignore_ascii_case(b"<!ENTITY")) {
                    return Err(Problem::EntityDeclared);
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
        Ok(Step::Text)
    }

    fn close(&mut self, found: &str) -> Result<Step, Problem> {
        match self.open.last() {
            Some(open) if open.name == found => {
                self.open.pop();
                Ok(Step::Closed)
            }
            Some(open) => {
                Err(Problem::Mismatched { open: open.name.clone(), opened_at: open.line, found: found.to_owned() })
            }
            None => Err(Problem::Malformed(format!("</{found}> closes nothing"))),
        }
    }

    fn push_text(&mut self, more: &str) -> Result<(), Problem> {
        allowed(more)?;
        if self.text.len() + more.len() > PIECE_BYTES_MAX {
            return Err(Problem::TooLarge(PIECE_BYTES_MAX));
        }
        self.text.push_str(more);
        Ok(())
    }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, Problem> {
    let name = legible(tag.name().as_ref())?.to_owned();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| Problem::Malformed(error.to_string()))?;
        let key = legible(attribute.key.as_ref())?.to_owned();
        let raw = legible(&attribute.value)?;
        let value = quick_xml::escape::unescape_with(raw, resolve_xml_entity)
            .map_err(|error| Problem::Malformed(error.to_string()))?;
        allowed(&value)?;
        attributes.push((key, value.into_owned()));
    }
    Ok(Element { name, attributes })
}

/// The source only hands out UTF-8, so this fails on nothing a file can hold.
fn legible(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| Problem::NotInEncoding("UTF-8"))
}

/// XML forbids the control characters; the database could not even store the first of them.
fn allowed(text: &str) -> Result<(), Problem> {
    let forbidden = text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'));
    if forbidden { Err(Problem::ForbiddenCharacter) } else { Ok(()) }
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, Problem> {
    let name = legible(reference)?;
    let Some(number) = name.strip_prefix('#') else {
        let known = resolve_xml_entity(name).and_then(|text| text.chars().next());
        return known.ok_or_else(|| unknown_entity(name));
    };
    let number = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    number.ok().and_then(char::from_u32).ok_or(Problem::ForbiddenCharacter)
}

/// A stray `&` makes an entity of the words after it, up to a `;`: only what looks like one is named.
fn unknown_entity(name: &str) -> Problem {
    let plain = name.len() <= 12 && name.bytes().all(|byte| byte.is_ascii_lowercase());
    Problem::UnknownEntity(if plain { name } else { "…" }.to_owned())
}

fn malformed(error: &quick_xml::Error) -> Problem {
    match error {
        quick_xml::Error::Io(error) => Problem::Unreadable(error.to_string()),
        other => Problem::Malformed(other.to_string()),
    }
}
