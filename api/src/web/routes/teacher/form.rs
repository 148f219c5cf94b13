//! The form of a lesson, as typed: read into a command, or shown again with what is wrong beside each field.

pub mod attached;
pub mod documents;
pub mod sent;

use std::collections::{BTreeSet, HashMap};

use domain::calendar::LessonOn;
use domain::ids::{EntryId, HomeworkId, PersonId, TextbookId};
use domain::textbook::entry::{NewFraming, NewResource, Source};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework, WORKS_MAX};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fr;
use crate::web::layout::FieldError;
use crate::web::teacher::{HomeworkRow, ResourceRow};
pub use documents::Beside;
pub use sent::Sent;

/// Rows of documents that the form offers at least.
pub const RESOURCES: usize = 3;
/// Rows of documents that a lesson may hold, and each of its works.
pub const RESOURCES_MAX: usize = 20;
/// Rows of work that the form offers at least.
pub const WORKS: usize = 2;

/// What was typed. A draft keeps it as it is.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub content: String,
    pub sequence: String,
    pub programme: String,
    pub resources: Vec<ResourceRow>,
    pub homework: Vec<HomeworkRow>,
    pub reason: String,
    /// What is to be withdrawn: a work by its id, or the lesson.
    #[serde(skip)]
    pub withdrawn: String,
    pub version: String,
    pub key: String,
    /// Whether it is to be published although pupils will have little time for the work.
    pub confirmed: bool,
    /// A word to oneself; none when the form had no room for one.
    pub note: Option<String>,
    /// The entry that was taken over, as the address of the form names it: `textbook_entry_version`.
    pub source: String,
    /// A file that came with it is larger than the school takes.
    pub too_large: bool,
}

impl Typed {
    /// `files` are those that came with the fields: their rows are there whatever was typed in them.
    pub fn read(mut fields: HashMap<String, String>, files: &[Beside]) -> Self {
        let fields_named: Vec<String> = fields.keys().cloned().collect();
        let note = fields.remove("note").map(|note| note.replace("\r\n", "\n").trim().to_owned());
        let mut take = |name: String| {
            let text = fields.remove(&name).unwrap_or_default();
            text.replace("\r\n", "\n").trim().to_owned()
        };
        let least = |work| files.iter().filter(|file| file.work == work).map(|file| file.document).max();
        let all = (1..=RESOURCES_MAX).map(|document| documents::taken(&mut take, Beside { work: None, document }));
        let resources = documents::trimmed(all.collect(), RESOURCES.max(least(None).unwrap_or_default()));
        let audience = audiences(&fields_named);
        let said = documents::said(&fields_named, files);
        let mut work = |n: usize| HomeworkRow {
            audience: audience.get(&n).cloned().unwrap_or_default(),
            source: Some(take(format!("travail_{n}_repris"))).filter(|id| !id.is_empty()),
            id: Some(take(format!("travail_{n}_id"))).filter(|id| !id.is_empty()),
            text: take(format!("travail_{n}_texte")),
            due: take(format!("travail_{n}_pour")),
            other_date: take(format!("travail_{n}_date")),
            kind: take(format!("travail_{n}_type")),
            minutes: take(format!("travail_{n}_duree")),
            in_writing: take(format!("travail_{n}_ecrit")) == "oui",
            documents: said.get(&n).map(|last| {
                let rows = (1..=*last).map(|document| documents::taken(&mut take, Beside { work: Some(n), document }));
                documents::trimmed(rows.collect(), least(Some(n)).unwrap_or_default())
            }),
            ..HomeworkRow::default()
        };
        let mut homework: Vec<HomeworkRow> = (1..=WORKS_MAX).map(&mut work).collect();
        let works = files.iter().filter_map(|file| file.work).max().unwrap_or_default().max(WORKS);
        while homework.len() > works && homework.last().is_some_and(HomeworkRow::is_blank) {
            homework.pop();
        }
        Self {
            content: take("contenu".into()),
            sequence: take("sequence".into()),
            programme: take("programme".into()),
            resources,
            homework,
            reason: take("motif".into()),
            withdrawn: take("quoi".into()),
            version: take("version".into()),
            key: take("cle".into()),
            confirmed: take("confirmer".into()) == "oui",
            source: take("reprise".into()),
            note,
            too_large: false,
        }
    }

    /// The version the form was made from.
    pub fn expected(&self) -> Option<i64> {
        self.version.parse().ok()
    }

    /// Where the lesson stands in the year's plan.
    pub fn framing(&self) -> NewFraming {
        let one = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        NewFraming { sequence: one(&self.sequence), programme: one(&self.programme) }
    }

    /// The entry that was taken over.
    pub fn copied_from(&self) -> Option<Source> {
        let [textbook, entry, version] = self.source.split('_').collect::<Vec<_>>()[..] else { return None };
        let (textbook, entry) = (Uuid::parse_str(textbook).ok()?, Uuid::parse_str(entry).ok()?);
        Some(Source { textbook: TextbookId(textbook), entry: EntryId(entry), version: version.parse().ok()? })
    }

    /// The documents of the lesson, and what is wrong with them.
    pub fn resources(&self, errors: &mut Vec<FieldError>) -> Vec<NewResource> {
        documents::named(&self.resources, None, errors)
    }

    /// The work, and what is wrong with it. `lesson_of` finds the lesson that a choice names.
    pub fn homework(
        &self,
        lesson_of: impl Fn(&str) -> Option<LessonOn>,
        given_on: Date,
        errors: &mut Vec<FieldError>,
    ) -> Vec<NewHomework> {
        let mut found = Vec::new();
        for (row, n) in self.homework.iter().zip(1..) {
            if row.text.is_empty() {
                if row.id.is_some() {
                    let message = "Un travail déjà donné ne se vide pas : écrivez autre chose, ou retirez-le de la vue, plus bas.";
                    wrong(errors, format!("travail_{n}_texte"), message);
                } else if row.has_documents() {
                    let message = "Dites ce qu’il faut faire avec ces documents, ou retirez-les.";
                    wrong(errors, format!("travail_{n}_texte"), message);
                }
                continue;
            }
            let due = due(row, n, &lesson_of, given_on, errors);
            let minutes = minutes(row, n, errors);
            let resources = documents::named(row.documents.as_deref().unwrap_or_default(), Some(n), errors);
            let Some(due) = due else { continue };
            let id = row.id.as_deref().and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_else(|| self.new_work(n));
            found.push(NewHomework {
                homework: HomeworkId(id),
                text: row.text.clone(),
                due,
                kind: HomeworkKind::parse(&row.kind).unwrap_or(HomeworkKind::Other),
                minutes,
                written: row.in_writing,
                resources,
                audience: Some(row.audience.clone()),
            });
        }
        found
    }

    /// Its work once it is given: each row names it.
    pub fn given(&self) -> Vec<HomeworkRow> {
        let named = |(row, n): (&HomeworkRow, usize)| {
            let new = || (!row.text.is_empty()).then(|| self.new_work(n).to_string());
            HomeworkRow { id: row.id.clone().or_else(new), ..row.clone() }
        };
        self.homework.iter().zip(1..).map(named).collect()
    }

    /// Rows of work that is withdrawn are left empty: its text is in sight nowhere, and is not given again by mistake.
    pub fn leave_out(&mut self, gone: &BTreeSet<HomeworkId>) {
        for row in &mut self.homework {
            let id = row.id.as_deref().and_then(|id| Uuid::parse_str(id).ok()).map(HomeworkId);
            if id.is_some_and(|id| gone.contains(&id)) {
                *row = HomeworkRow::default();
            }
        }
    }

    /// Rows without a name whose work stands already, since this very form gave it: they are named, and give it no second time.
    pub fn name_given(&mut self, stands: impl Fn(HomeworkId) -> bool) {
        let given: Vec<Uuid> = (1..=self.homework.len()).map(|n| self.new_work(n)).collect();
        for (row, work) in self.homework.iter_mut().zip(given) {
            if row.id.is_none() && stands(HomeworkId(work)) {
                row.id = Some(work.to_string());
            }
        }
    }

    /// Whether this very form gave a work already: it comes a second time.
    pub fn gave(&self, homework: &[NewHomework]) -> bool {
        let known = |new: &NewHomework| {
            let id = new.homework.to_string();
            self.homework.iter().any(|row| row.id.as_deref() == Some(&id))
        };
        homework.iter().any(|new| !known(new))
    }

    /// What goes with the content of the lesson and with nothing else: its place in the year, its documents.
    pub fn frames_content(&self) -> bool {
        let framed = !self.sequence.is_empty() || !self.programme.is_empty();
        framed || self.resources.iter().any(|row| !row.is_blank())
    }

    /// A form sent twice gives one work: its name follows from the form's key.
    fn new_work(&self, n: usize) -> Uuid {
        let form = Uuid::parse_str(&self.key).unwrap_or_else(|_| Uuid::now_v7());
        Uuid::new_v5(&form, format!("travail/{n}").as_bytes())
    }
}

/// Who is named for each work: fields `travail_{n}_eleve_{pupil}`.
fn audiences(fields: &[String]) -> HashMap<usize, BTreeSet<PersonId>> {
    let mut found: HashMap<usize, BTreeSet<PersonId>> = HashMap::new();
    for field in fields {
        let named = field.strip_prefix("travail_").and_then(|rest| rest.split_once("_eleve_"));
        let Some((n, pupil)) = named else { continue };
        if let (Ok(n), Ok(pupil)) = (n.parse(), Uuid::parse_str(pupil)) {
            found.entry(n).or_default().insert(PersonId(pupil));
        }
    }
    found
}

fn due(
    row: &HomeworkRow,
    n: usize,
    lesson_of: &impl Fn(&str) -> Option<LessonOn>,
    given_on: Date,
    errors: &mut Vec<FieldError>,
) -> Option<DueRef> {
    // A date alone says enough: nobody has to choose « une autre date » besides.
    if row.due == "autre" || (row.due.is_empty() && !row.other_date.is_empty()) {
        return match row.other_date.parse::<Date>() {
            Ok(date) if date >= given_on => Some(DueRef::Date { date }),
            Ok(_) => {
                wrong(errors, format!("travail_{n}_date"), "Un travail se rend le jour de la séance ou après.");
                None
            }
            Err(_) => {
                wrong(errors, format!("travail_{n}_date"), "Indiquez la date, par exemple 23/11/2026.");
                None
            }
        };
    }
    let Some(LessonOn { slot, date }) = lesson_of(&row.due) else {
        wrong(errors, format!("travail_{n}_pour"), "Choisissez pour quelle séance ce travail est à faire.");
        return None;
    };
    // A lesson, and another day: neither is guessed.
    if !row.other_date.is_empty() && !row.due.starts_with(&row.other_date) {
        let message = "Une séance est choisie au-dessus : effacez cette date, ou choisissez « une autre date ».";
        wrong(errors, format!("travail_{n}_date"), message);
        return None;
    }
    Some(DueRef::Lesson { slot, date })
}

fn minutes(row: &HomeworkRow, n: usize, errors: &mut Vec<FieldError>) -> Option<u16> {
    if row.minutes.is_empty() {
        return None;
    }
    let minutes = row.minutes.parse().ok().filter(|minutes| (1..=1440).contains(minutes));
    if minutes.is_none() {
        wrong(errors, format!("travail_{n}_duree"), "La durée est un nombre de minutes, par exemple 20.");
    }
    minutes
}

/// Notes what is wrong with a field, in the typography of the page.
pub fn wrong(errors: &mut Vec<FieldError>, field: String, message: &str) {
    errors.push(FieldError { field, message: fr::spaced(message) });
}
