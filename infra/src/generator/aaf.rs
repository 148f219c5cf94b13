//! The complete AAF set (annex of the SDET): six kinds of files, split every two thousand records, half of them in ISO-8859-15.

mod people;
mod places;

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::school::School;
use super::sheet::{Encoding, Sheet, escape};

const RECORDS_PER_FILE: usize = 2_000;

/// Writes the set and returns its paths.
pub(super) fn write(school: &School, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = people::write_pupils(school, dir)?;
    paths.extend(people::write_relatives(school, dir)?);
    paths.extend(people::write_staff(school, dir)?);
    paths.extend(places::write_school(school, dir)?);
    paths.extend(places::write_subjects(school, dir)?);
    paths.extend(places::write_programmes(school, dir)?);
    Ok(paths)
}

/// `dd/mm/yyyy`
fn french(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// The values of one record, as markup.
struct Record {
    markup: String,
}

impl Record {
    fn new(category: &str, kind: &str, id: &str) -> Self {
        let mut record = Self { markup: String::with_capacity(4096) };
        record.markup.push_str("<addRequest>\n<operationalAttributes><attr name=\"");
        record.markup.push_str(category);
        record.markup.push_str("\"><value>");
        record.markup.push_str(kind);
        record.markup.push_str("</value></attr></operationalAttributes>\n<identifier><id>");
        record.markup.push_str(id);
        record.markup.push_str("</id></identifier>\n<attributes>\n");
        record
    }

    fn one(&mut self, name: &str, value: &str) {
        self.many(name, [value]);
    }

    fn maybe(&mut self, name: &str, value: Option<&str>) {
        self.many(name, value);
    }

    /// An attribute with all its values; without any, one empty value.
    fn many<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.markup.push_str("<attr name=\"");
        self.markup.push_str(name);
        self.markup.push_str("\">");
        let mut empty = true;
        for value in values {
            if value.as_ref().is_empty() {
                continue;
            }
            empty = false;
            self.markup.push_str("<value>");
            escape(value.as_ref(), &mut self.markup);
            self.markup.push_str("</value>");
        }
        if empty {
            self.markup.push_str("<value/>");
        }
        self.markup.push_str("</attr>\n");
    }
}

/// The files of one kind.
struct Series<'a> {
    school: &'a School,
    dir: &'a Path,
    kind: &'static str,
    encoding: Encoding,
    sheet: Option<Sheet>,
    records: usize,
    paths: Vec<PathBuf>,
}

impl<'a> Series<'a> {
    fn new(school: &'a School, dir: &'a Path, kind: &'static str, encoding: Encoding) -> Self {
        Self { school, dir, kind, encoding, sheet: None, records: 0, paths: Vec::new() }
    }

    fn add(&mut self, record: Record) -> io::Result<()> {
        if self.records == RECORDS_PER_FILE {
            self.close()?;
        }
        let mut sheet = match self.sheet.take() {
            Some(sheet) => sheet,
            None => self.open()?,
        };
        let mut markup = record.markup;
        markup.push_str("</attributes>\n</addRequest>\n");
        sheet.raw(&markup)?;
        self.records += 1;
        self.sheet = Some(sheet);
        Ok(())
    }

    fn open(&mut self) -> io::Result<Sheet> {
        let School { uai, date, .. } = self.school;
        let (part, kind) = (self.paths.len(), self.kind);
        let path = self.dir.join(format!("{uai}_Complet_{}_{kind}_{part:04}.xml", date.strftime("%Y%m%d")));
        let mut sheet = Sheet::create(&path, self.encoding)?;
        sheet.raw("<!DOCTYPE ficAlimMENESR SYSTEM \"ficAlimMENESR.dtd\">\n<ficAlimMENESR>\n")?;
        self.paths.push(path);
        Ok(sheet)
    }

    fn close(&mut self) -> io::Result<()> {
        self.records = 0;
        let Some(mut sheet) = self.sheet.take() else {
            return Ok(());
        };
        sheet.close("ficAlimMENESR")?;
        sheet.finish()
    }

    fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.close()?;
        Ok(self.paths)
    }
}
