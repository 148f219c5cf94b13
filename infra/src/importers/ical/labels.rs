//! What an event says of a lesson, in the words of the school: labels, not codes. Which class or subject they name is for others to tell.
//!
//! PRONOTE writes one line a label in `DESCRIPTION` (`Matière : …`, `Classe : …`, `Groupe : …`, `Partie de classe : …`, `Professeur : …`,
//! `Salle : …`), and `SUMMARY` as `subject - class`. A lesson that is not held has a category `Cours annulé`, or a summary that starts so.

use super::Event;

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A lesson that is held, be it moved or exceptional.
    Lesson,
    /// One that is not.
    Cancelled,
    /// A holiday, or equipment that is booked.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    pub kind: Kind,
    pub subject: Option<String>,
    pub classes: Vec<String>,
    /// Groups and parts of a class, as written but for brackets: `3LAT`, `<3E> 3°EP1`.
    pub groups: Vec<String>,
    pub teachers: Vec<String>,
    pub room: Option<String>,
    /// Whether subject and class stand in lines that say so. A summary alone may be anybody's text.
    pub named: bool,
}

impl Labels {
    pub fn of(event: &Event) -> Self {
        let description = without_entities(&event.description);
        let summary = without_entities(&event.summary);
        let (summary, crossed_out) = match summary.split_once(':') {
            Some((before, after)) if before.trim().eq_ignore_ascii_case("cours annulé") => (after.trim(), true),
            _ => (summary.trim(), false),
        };
        let categories: Vec<String> = event.categories.iter().map(|category| category.to_lowercase()).collect();
        let is_of = |word: &str| categories.iter().any(|category| category.contains(word));
        let mut labels = Self {
            kind: Kind::Lesson,
            subject: None,
            classes: vec![],
            groups: vec![],
            teachers: vec![],
            room: None,
            named: false,
        };
        for (key, said) in description.lines().filter_map(|line| line.split_once(':')) {
            labels.line(key.trim(), said);
        }
        labels.named = labels.subject.is_some();
        if let Some((subject, class)) = summary.rsplit_once(" - ") {
            labels.subject = labels.subject.take().or_else(|| filled(subject));
            if labels.classes.is_empty() && labels.groups.is_empty() {
                labels.classes = several(class);
            }
        }
        labels.room = labels.room.take().or_else(|| filled(&without_entities(&event.location)));
        labels.kind = if event.timing.minutes.is_none() || is_of("réservation") || is_of("jours fériés") {
            Kind::Other
        } else if event.cancelled || crossed_out || is_of("annulé") {
            Kind::Cancelled
        } else {
            Kind::Lesson
        };
        labels
    }

    fn line(&mut self, key: &str, said: &str) {
        let key = key.to_lowercase();
        match key.strip_suffix('s').unwrap_or(&key) {
            "matière" => self.subject = filled(said),
            "classe" => self.classes.extend(several(said)),
            "groupe" | "partie de classe" | "parties de classe" => self.groups.extend(several(said)),
            "professeur" | "enseignant" => self.teachers.extend(several(said)),
            "salle" => self.room = filled(said),
            _ => {}
        }
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// `[3LAT], [3GRE]`
fn several(text: &str) -> Vec<String> {
    text.split(',').filter_map(|one| filled(one.trim().trim_start_matches('[').trim_end_matches(']'))).collect()
}

/// Texts come through a page: `VIE &amp; TERRE`.
fn without_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let meant = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&nbsp;", " ")];
    // The ampersand last: `&amp;lt;` is the text `&lt;`.
    meant.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter)).replace("&amp;", "&")
}
