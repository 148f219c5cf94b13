//! The requests of a file, read one by one.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use super::{Attributes, Category, Record, Request, attributes};
use crate::importers::xml::{Element, Reader};
use crate::importers::{ParseError, Problem, Report};

/// Largest record, all its values together: a school of 300 classes is under 100 kB.
const RECORD_BYTES_MAX: usize = 8 << 20;

/// Reads one file and hands its requests to `each`, one at a time, in the order of the file. Stops at the first error,
/// of the file or of `each`; what was handed over before stands, so a caller applies a file only once it is read whole.
pub fn each_request<E: From<ParseError>>(
    file: &str,
    input: &mut dyn Read,
    report: &mut Report,
    mut each: impl FnMut(Request, &mut Report) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = Reader::open(file, input)?;
    reader.root(&["ficAlimMENESR"])?;
    while let Some(element) = reader.next_child()? {
        if let Some(request) = Draft::read(&mut reader, &element, report)?.request(&reader, report) {
            each(request, report)?;
        }
    }
    reader.finish()?;
    Ok(())
}

/// A request while it is read: its parts may come in any order.
struct Draft {
    action: String,
    category: Option<String>,
    id: Option<String>,
    attributes: BTreeMap<String, Vec<String>>,
    lines: BTreeMap<&'static str, u64>,
    line: u64,
    bytes: usize,
}

impl Draft {
    /// Reads the element last opened, to its end.
    fn read(reader: &mut Reader<'_>, element: &Element, report: &mut Report) -> Result<Self, ParseError> {
        let mut draft = Self {
            action: element.name.clone(),
            category: None,
            id: None,
            attributes: BTreeMap::new(),
            lines: BTreeMap::new(),
            line: reader.line(),
            bytes: 0,
        };
        reader.each_child(|reader, part| match part.name.as_str() {
            "operationalAttributes" => reader.each_child(|reader, attr| {
                if attr.attribute("name").is_some_and(|name| name.starts_with("categorie")) {
                    draft.category = draft.values(reader, report)?.into_iter().next();
                }
                Ok(())
            }),
            "identifier" => reader.each_child(|reader, _| {
                draft.id = reader.text()?;
                Ok(())
            }),
            "attributes" | "modifications" => reader.each_child(|reader, attr| draft.attribute(reader, attr, report)),
            other => {
                report.meet_unknown(&format!("<{other}>"));
                Ok(())
            }
        })?;
        Ok(draft)
    }

    fn attribute(&mut self, reader: &mut Reader<'_>, attr: &Element, report: &mut Report) -> Result<(), ParseError> {
        let line = reader.line();
        let Some(name) = attr.attribute("name") else {
            report.warn(reader.error(Problem::Absent("name")));
            return Ok(());
        };
        let operation = attr.attribute("operation").unwrap_or("replace");
        if operation != "replace" {
            report.warn(reader.error(Problem::NotInFormat(operation.to_owned())));
            return Ok(());
        }
        // The same attribute may come in several pieces.
        let mut values = self.attributes.remove(name).unwrap_or_default();
        values.extend(self.values(reader, report)?);
        match attributes::known(name) {
            Some(known) => drop(self.lines.insert(known, line)),
            None => report.meet_unknown(name),
        }
        if attributes::is_parallel(name) {
            if values.iter().all(String::is_empty) {
                values.clear();
            }
        } else {
            values = each_once(values);
        }
        self.attributes.insert(name.to_owned(), values);
        Ok(())
    }

    /// The values of the attribute last opened, blank ones being empty strings.
    fn values(&mut self, reader: &mut Reader<'_>, report: &mut Report) -> Result<Vec<String>, ParseError> {
        let mut values = Vec::new();
        reader.each_child(|reader, value| {
            if value.name != "value" {
                report.meet_unknown(&format!("<{}>", value.name));
                return Ok(());
            }
            let text = reader.text()?.unwrap_or_default();
            self.bytes += text.len() + size_of::<String>();
            if self.bytes > RECORD_BYTES_MAX {
                return Err(reader.error(Problem::TooLarge(RECORD_BYTES_MAX)));
            }
            values.push(text);
            Ok(())
        })?;
        Ok(values)
    }

    /// The request, once its parts are read. One without category or id is a warning and nothing else.
    fn request(self, reader: &Reader<'_>, report: &mut Report) -> Option<Request> {
        let warning = |problem| ParseError {
            file: reader.file().clone(),
            line: self.line,
            element: self.action.clone(),
            problem,
        };
        let Some(name) = self.category.filter(|name| !name.is_empty()) else {
            report.warn(warning(Problem::Absent("categoriePersonne")));
            return None;
        };
        let Some(category) = Category::from_name(&name) else {
            report.meet_unknown(&format!("category {name}"));
            return None;
        };
        let jointure = self.attributes.get(attributes::jointure_of(category)).and_then(|values| values.first());
        if self.id.is_some() && jointure.is_some() && self.id.as_ref() != jointure {
            report.warn(warning(Problem::Disagrees(attributes::jointure_of(category))));
        }
        let Some(id) = self.id.or_else(|| jointure.cloned()) else {
            report.warn(warning(Problem::Absent("identifier")));
            return None;
        };
        let record = |attributes| Record {
            category,
            id: id.clone(),
            attributes: Attributes(attributes),
            file: reader.file().clone(),
            line: self.line,
            lines: self.lines.clone(),
        };
        let mut attributes = self.attributes;
        let (action, request) = match self.action.as_str() {
            "addRequest" => {
                attributes.retain(|_, values| !values.is_empty());
                ("add", Request::Add(record(attributes)))
            }
            "modifyRequest" => ("modify", Request::Modify(record(attributes))),
            "deleteRequest" => ("delete", Request::Delete { category, id }),
            other => {
                report.meet_unknown(&format!("<{other}>"));
                return None;
            }
        };
        report.count_read(&format!("{} {action}", category.name()));
        Some(request)
    }
}

/// Without blanks, and each value where it first stands: real lists hold the same class three times.
fn each_once(values: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let kept: Vec<bool> = values.iter().map(|value| !value.is_empty() && seen.insert(value.as_str())).collect();
    values.into_iter().zip(kept).filter_map(|(value, kept)| kept.then_some(value)).collect()
}
