//! An entry: what was done in one lesson, and the resources that go with it.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::file::{File, FileAddress};
use super::{Facts, Rejection};
use crate::calendar::LessonOn;
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

impl LessonRef {
    /// The entry of this lesson, written or not: there is one.
    pub fn entry(&self, textbook: TextbookId) -> EntryId {
        match *self {
            Self::Slot { slot, date } => EntryId::of(textbook, &slot.to_string(), date),
            Self::Exceptional { date, starts_at, .. } => {
                EntryId::of(textbook, &starts_at.strftime("%H:%M").to_string(), date)
            }
        }
    }
}

/// The lesson an event names, as the timetable had it on that day: one that is moved keeps its name, and ends when it is really over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// None for an exceptional lesson.
    pub slot: Option<SlotId>,
    pub date: Date,
    pub starts_at: Time,
    pub minutes: u16,
    /// When it was over, where it was held: the delay of an entry counts from here.
    pub ended_at: Timestamp,
}

impl Lesson {
    /// The entry of this lesson: there is one.
    pub fn entry(&self, textbook: TextbookId) -> EntryId {
        let Self { date, starts_at, minutes, .. } = *self;
        let exceptional = LessonRef::Exceptional { date, starts_at, minutes };
        self.slot.map_or(exceptional, |slot| LessonRef::Slot { slot, date }).entry(textbook)
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

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Where the lesson stands in the year's plan, as the teacher words it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewFraming {
    /// La séquence, ou le chapitre.
    #[serde(default)]
    pub sequence: Option<String>,
    /// Le point du programme.
    #[serde(default)]
    pub programme: Option<String>,
}

/// The same, as a fact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Framing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<Personal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<Personal>,
}

impl Framing {
    pub fn is_empty(&self) -> bool {
        self.sequence.is_none() && self.programme.is_none()
    }
}

/// The version of an entry whose text was taken over for another class, or another year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Source {
    pub textbook: TextbookId,
    pub entry: EntryId,
    /// Of the source's stream.
    pub version: i64,
}

/// Characters of a sequence, or of an item of the programme.
const FRAMING_CHARACTERS_MAX: usize = 300;

pub(super) fn framing(textbook: TextbookId, new: NewFraming) -> Result<Framing, Rejection> {
    let one = |text: Option<String>| match text {
        Some(text) if text.chars().count() > FRAMING_CHARACTERS_MAX => Err(Rejection::FramingTooLong),
        Some(text) if !text.trim().is_empty() => Ok(Some(Personal::official(textbook, text))),
        _ => Ok(None),
    };
    Ok(Framing { sequence: one(new.sequence)?, programme: one(new.programme)? })
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
    let held = slot.and_then(|slot| facts.moved.get(&LessonOn { date, slot }));
    let held = held.map_or(date.to_datetime(starts_at), |to| to.date.to_datetime(to.starts_at));
    let ended_at = instant(&facts.zone, later(held, minutes));
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

/// The instant a local hour of the school stands for.
pub(super) fn instant(zone: &TimeZone, at: jiff::civil::DateTime) -> Timestamp {
    zone.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Minutes after a local hour, as a local hour.
fn later(at: jiff::civil::DateTime, minutes: u16) -> jiff::civil::DateTime {
    at.saturating_add(SignedDuration::from_mins(i64::from(minutes)))
}
