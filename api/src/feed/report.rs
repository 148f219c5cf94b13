//! What an import has to say: what it read, what it would change, what it could not tie, what it passed over and why. It holds
//! numbers, codes and places in files, never a value about a person.

use std::collections::BTreeMap;
use std::fmt;

use infra::importers;
use infra::importers::package::Contents;
use serde::Serialize;

/// Warnings shown; all are counted.
const WARNINGS_SHOWN: usize = 20;
/// Structures named in the text for people; the document for programs holds all.
const STRUCTURES_SHOWN: usize = 10;

#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub files: u64,
    /// Files that are neither XML nor calendars.
    pub files_passed_over: u64,
    /// The day the files speak of.
    pub date: Option<String>,
    /// Records read, by category and action.
    pub records: BTreeMap<String, u64>,
    /// Attributes and elements nobody here knows.
    pub unknown_names: BTreeMap<String, u64>,
    pub warnings_by_kind: BTreeMap<String, u64>,
    /// The first ones, with file and line.
    pub warnings: Vec<String>,
    /// What would change, or has, by kind.
    pub changes: BTreeMap<&'static str, u64>,
    /// Edges whose other end is not known yet, by kind. They are resolved by a later file.
    pub pending: BTreeMap<&'static str, u64>,
    /// The structures that pending edges name, with how many do.
    pub pending_structures: BTreeMap<String, u64>,
    /// What was left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Lessons of calendars that no service could be told for.
    pub left_out: Vec<LeftOut>,
    /// Why a complete set asks for `--force`.
    pub refusals: Vec<String>,
    /// None until the changes are applied.
    pub applied: Option<Applied>,
}

/// Lessons of calendars that are not imported, told together.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// What the calendar calls their subject and class.
    pub lessons: String,
    pub because: &'static str,
    pub count: u64,
    /// The place of the first.
    pub file: String,
    pub line: u64,
}

/// What applying did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Applied {
    pub commands: u64,
    pub events: u64,
    /// Commands the register refused, by code: nothing of them is written.
    pub refused: BTreeMap<String, u64>,
    pub seconds: f64,
}

impl Report {
    pub(super) fn read(&mut self, contents: Contents, read: &importers::Report) {
        (self.files, self.files_passed_over) = (contents.files, contents.skipped);
        self.records.clone_from(&read.read);
        self.unknown_names.clone_from(&read.unknown);
        self.warnings_by_kind = read.warned.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        self.warnings = read.warnings.iter().take(WARNINGS_SHOWN).map(ToString::to_string).collect();
    }

    pub(super) fn change(&mut self, kind: &'static str) {
        *self.changes.entry(kind).or_default() += 1;
    }

    pub(super) fn pend(&mut self, kind: &'static str) {
        *self.pending.entry(kind).or_default() += 1;
    }

    pub(super) fn skip(&mut self, reason: &str, count: u64) {
        if count > 0 {
            *self.skipped.entry(reason.to_owned()).or_default() += count;
        }
    }

    pub(super) fn leave_out(&mut self, lessons: &str, because: &'static str, file: &str, line: u64) {
        let known = self.left_out.iter_mut().find(|known| known.because == because && known.lessons == lessons);
        if let Some(known) = known {
            known.count += 1;
        } else {
            let (lessons, file) = (lessons.to_owned(), file.to_owned());
            self.left_out.push(LeftOut { lessons, because, count: 1, file, line });
        }
    }

    /// How many lessons of calendars are not imported.
    pub fn left_out_count(&self) -> u64 {
        self.left_out.iter().map(|left| left.count).sum()
    }

    /// How many changes there are, of all kinds.
    pub fn changes_count(&self) -> u64 {
        self.changes.values().sum()
    }

    pub fn warnings_count(&self) -> u64 {
        self.warnings_by_kind.values().sum()
    }
}

fn table<K: fmt::Display>(out: &mut fmt::Formatter<'_>, title: &str, rows: &BTreeMap<K, u64>) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}")?;
    rows.iter().try_for_each(|(what, count)| writeln!(out, "  {count:>8}  {what}"))
}

/// Plain text for a terminal.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date.as_deref().unwrap_or("an unknown day");
        writeln!(out, "Read {} files of {date}; {} others passed over.", self.files, self.files_passed_over)?;
        table(out, "Records", &self.records)?;
        table(out, "Names unknown to this reader", &self.unknown_names)?;
        table(out, "Warnings", &self.warnings_by_kind)?;
        self.warnings.iter().try_for_each(|warning| writeln!(out, "  {warning}"))?;
        if self.warnings_count() > self.warnings.len() as u64 {
            writeln!(out, "  … {} more", self.warnings_count() - self.warnings.len() as u64)?;
        }
        table(out, "Pending: the other end is not known yet", &self.pending)?;
        if !self.pending_structures.is_empty() {
            let mut structures: Vec<_> = self.pending_structures.iter().collect();
            structures.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let shown = structures.iter().take(STRUCTURES_SHOWN).map(|(name, count)| format!("{name} ({count})"));
            let shown: Vec<_> = shown.collect();
            writeln!(out, "  {} structures without a school: {}…", structures.len(), shown.join(", "))?;
        }
        table(out, "Skipped", &self.skipped)?;
        if !self.left_out.is_empty() {
            writeln!(out, "Left out of the calendars")?;
        }
        for LeftOut { lessons, because, count, file, line } in &self.left_out {
            writeln!(out, "  {count:>8}  {lessons}: {because}; first in {file}, line {line}")?;
        }
        table(out, if self.applied.is_some() { "Changed" } else { "Would change" }, &self.changes)?;
        if self.changes.is_empty() {
            writeln!(out, "Nothing to change.")?;
        }
        self.refusals.iter().try_for_each(|refusal| writeln!(out, "Refused without --force: {refusal}"))?;
        if let Some(applied) = &self.applied {
            table(out, "Refused by the register", &applied.refused)?;
            let Applied { commands, events, seconds, .. } = applied;
            writeln!(out, "{commands} commands, {events} events, {seconds:.1} s.")?;
        }
        Ok(())
    }
}
