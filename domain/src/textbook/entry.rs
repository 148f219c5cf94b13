//! An entry: what was done in one lesson, and the resources that go with it.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::file::{File, FileAddress};
use super::{Facts, Rejection, instant, later};
use crate::ids::{EntryId, SlotId, TextbookId};
use crate::personal::Personal;

/// The lesson a command names: a slot of the timetable on a day, or an hour outside it (séance exceptionnelle).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LessonRef {
    Slot {
        slot: SlotId,
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
    },
    Exceptional {
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        starts_at: Time,
        minutes: u16,
    },
}

/// The lesson an event names, as the timetable had it on that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// None for an exceptional lesson.
    pub slot: Option<SlotId>,
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    /// When it was over: the delay of an entry counts from here.
    pub ended_at: Timestamp,
}

impl Lesson {
    /// The entry of this lesson: there is one.
    pub fn entry(&self, textbook: TextbookId) -> EntryId {
        let lesson = self.slot.map_or_else(|| self.starts_at.strftime("%H:%M").to_string(), |slot| slot.to_string());
        EntryId::of(textbook, &lesson, self.date)
    }
}

/// What a resource is for: three of the four purposes of a textbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Pour la séance.
    Lesson,
    /// Pour le travail à faire.
    Homework,
    /// Pour aller plus loin.
    Further,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewResource {
    pub title: String,
    pub link: Option<String>,
    pub purpose: Purpose,
    /// The address under which a file was received, instead of a link.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub file: Option<FileAddress>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub title: Personal,
    pub link: Option<Personal>,
    pub purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// Finds the file that a command names, or says why it cannot be published.
pub(super) type Files<'a> = dyn Fn(FileAddress) -> Result<File, Rejection> + 'a;

pub(super) fn resolve(facts: &Facts, lesson: &LessonRef) -> Result<Lesson, Rejection> {
    let (slot, date, starts_at, minutes) = match *lesson {
        LessonRef::Slot { slot, date } => {
            let known = facts.slots.iter().filter(|(known, _)| known.slot == slot);
            let mut known = known.peekable();
            if known.peek().is_none() {
                return Err(Rejection::SlotUnknown);
            }
            let (known, _) =
                known.find(|(known, ended)| facts.lesson_on(known, *ended, date)).ok_or(Rejection::NoLessonThatDay)?;
            (Some(slot), date, known.starts_at, known.minutes)
        }
        LessonRef::Exceptional { date, starts_at, minutes } => {
            if !(5..=720).contains(&minutes) {
                return Err(Rejection::LessonMalformed);
            }
            (None, date, starts_at, minutes)
        }
    };
    // A timetable slot carries its own weeks; only an hour given by hand can fall outside the year.
    if slot.is_none() && !(facts.bounds.starts_on..=facts.bounds.ends_on).contains(&date) {
        return Err(Rejection::OutsideSchoolYear);
    }
    let ended_at = instant(&facts.zone, later(date.to_datetime(starts_at), minutes));
    Ok(Lesson { slot, date, starts_at, minutes, ended_at })
}

pub(super) fn text(textbook: TextbookId, text: String) -> Result<Personal, Rejection> {
    if text.trim().is_empty() {
        Err(Rejection::TextEmpty)
    } else if text.chars().count() > 20_000 {
        Err(Rejection::TextTooLong)
    } else {
        Ok(Personal::official(textbook, text))
    }
}

pub(super) fn resources(
    textbook: TextbookId,
    new: Vec<NewResource>,
    files: &Files<'_>,
) -> Result<Vec<Resource>, Rejection> {
    if new.len() > 20 {
        return Err(Rejection::TooMany);
    }
    new.into_iter().map(|resource| one_resource(textbook, resource, files)).collect()
}

fn one_resource(
    textbook: TextbookId,
    NewResource { title, link, purpose, file }: NewResource,
    files: &Files<'_>,
) -> Result<Resource, Rejection> {
    let linked = link.as_deref().is_none_or(|link| {
        (link.starts_with("https://") || link.starts_with("http://"))
            && link.len() <= 2000
            && !link.contains(char::is_whitespace)
    });
    let both = link.is_some() && file.is_some();
    if title.trim().is_empty() || title.chars().count() > 300 || !linked || both {
        return Err(Rejection::ResourceMalformed);
    }
    let link = link.map(|link| Personal::official(textbook, link));
    let file = file.map(files).transpose()?;
    Ok(Resource { title: Personal::official(textbook, title), link, purpose, file })
}
