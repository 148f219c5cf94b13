//! Lessons as they really go: held, moved, replaced, or not held.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::{Event, Facts, Rejection, State};
use crate::calendar::{Closure, LessonOn, NotHeld, Placement, Slot, lesson_on};
use crate::ids::{PersonId, ServiceId};

/// Lessons that one command may cancel, replace or reinstate: more than a service has in a year.
const LESSONS_MAX: usize = 500;

fn counted(lessons: &BTreeSet<LessonOn>) -> Result<(), Rejection> {
    if (1..=LESSONS_MAX).contains(&lessons.len()) { Ok(()) } else { Err(Rejection::LessonsMalformed) }
}

/// The slot that places this lesson, as it was on that day. Whether the school is open is asked of the day on which it is held: see
/// [`is_shut`].
fn placing<'a>(state: &'a State, lesson: &LessonOn) -> Option<&'a Slot> {
    let known = state.slots.values().map(|slot| (slot, None));
    let known = known.chain(state.ended.iter().map(|(slot, ended_on)| (slot, Some(*ended_on))));
    let mut of_slot = known.filter(|(slot, _)| slot.slot == lesson.slot);
    of_slot.find(|(slot, ended_on)| lesson_on(slot, *ended_on, &[], lesson.date)).map(|(slot, _)| slot)
}

fn is_shut(closures: &[Closure], day: Date) -> bool {
    closures.iter().any(|closure| closure.holds(day))
}

/// All of them or none. A lesson cancelled for the same reason already stays as it is; a colleague who was to take it no longer does.
pub(super) fn cancel(
    state: &State,
    service: ServiceId,
    lessons: BTreeSet<LessonOn>,
    because: NotHeld,
) -> Result<Vec<Event>, Rejection> {
    counted(&lessons)?;
    if !lessons.iter().all(|lesson| placing(state, lesson).is_some()) {
        return Err(Rejection::LessonUnknown);
    }
    let news = lessons.into_iter().filter(|lesson| state.not_held.get(lesson) != Some(&because));
    let told = news.flat_map(|lesson| {
        let taken = state.replaced.contains_key(&lesson);
        let called_off = taken.then_some(Event::ReplacementCalledOff { service, lesson });
        called_off.into_iter().chain([Event::LessonCancelled { service, lesson, because }])
    });
    Ok(told.collect())
}

/// Of each lesson, the last thing said: of one that was moved and then cancelled, that it is cancelled.
pub(super) fn reinstate(
    state: &State,
    service: ServiceId,
    lessons: BTreeSet<LessonOn>,
) -> Result<Vec<Event>, Rejection> {
    counted(&lessons)?;
    let back = |lesson: LessonOn| {
        if state.not_held.contains_key(&lesson) {
            Some(Event::LessonReinstated { service, lesson })
        } else if state.replaced.contains_key(&lesson) {
            Some(Event::ReplacementCalledOff { service, lesson })
        } else {
            state.moved.contains_key(&lesson).then_some(Event::LessonMovedBack { service, lesson })
        }
    };
    Ok(lessons.into_iter().filter_map(back).collect())
}

/// To another day or hour of the year when the school is open and this service has no other lesson, or to another room. What is written
/// of the lesson, before or after, goes with it: it is named by the day on which the timetable has it. That day may be closed: lessons of
/// a day that closes are those that are moved.
pub(super) fn relocate(
    state: &State,
    facts: &Facts,
    service: ServiceId,
    lesson: LessonOn,
    to: Placement,
) -> Result<Vec<Event>, Rejection> {
    let slot = placing(state, &lesson).ok_or(Rejection::LessonUnknown)?;
    if !facts.bounds.as_ref().is_some_and(|year| (year.starts_on..=year.ends_on).contains(&to.date)) {
        return Err(Rejection::OutsideSchoolYear);
    }
    if is_shut(&facts.closures, to.date) {
        return Err(Rejection::SchoolClosed);
    }
    if to.room.as_ref().is_some_and(|room| room.trim().is_empty() || room.chars().count() > 40) {
        return Err(Rejection::RoomMalformed);
    }
    if state.replaced.contains_key(&lesson) {
        return Err(Rejection::LessonReplaced);
    }
    let moved = state.moved.get(&lesson);
    let cancelled = state.not_held.contains_key(&lesson);
    let at_home =
        (to.date, to.starts_at) == (lesson.date, slot.starts_at) && (to.room.is_none() || to.room == slot.room);
    if moved == Some(&to) && !cancelled {
        return Ok(vec![]);
    }
    if at_home && moved.is_none() {
        return Err(Rejection::LessonThereAlready);
    }
    if others_on(state, to.date, lesson).any(|other| overlap(other, (to.date.to_datetime(to.starts_at), slot.minutes)))
    {
        return Err(Rejection::HourTaken);
    }
    let reinstated = cancelled.then_some(Event::LessonReinstated { service, lesson });
    let moved = match moved {
        Some(known) if *known == to => None,
        Some(_) if at_home => Some(Event::LessonMovedBack { service, lesson }),
        _ => Some(Event::LessonMoved { service, lesson, to }),
    };
    Ok(reinstated.into_iter().chain(moved).collect())
}

/// When the other lessons of this service are held on a day of school: their start and their minutes.
fn others_on(state: &State, date: Date, but: LessonOn) -> impl Iterator<Item = (DateTime, u16)> {
    let held = move |lesson: &LessonOn| *lesson != but && !state.not_held.contains_key(lesson);
    let slots = state.slots.values().chain(state.ended.iter().map(|(slot, _)| slot));
    let at_home = slots.filter_map(move |slot| {
        let lesson = LessonOn { date, slot: slot.slot };
        let here = held(&lesson) && !state.moved.contains_key(&lesson);
        let slot = Some(slot).filter(|_| here && placing(state, &lesson) == Some(slot))?;
        Some((date.to_datetime(slot.starts_at), slot.minutes))
    });
    let moved = state.moved.iter().filter(move |(lesson, to)| to.date == date && held(lesson));
    let moved = moved
        .filter_map(move |(lesson, to)| Some((to.date.to_datetime(to.starts_at), placing(state, lesson)?.minutes)));
    at_home.chain(moved)
}

fn overlap(one: (DateTime, u16), other: (DateTime, u16)) -> bool {
    let end = |(start, minutes): (DateTime, u16)| start.saturating_add(SignedDuration::from_mins(i64::from(minutes)));
    one.0 < end(other) && other.0 < end(one)
}

/// All of them or none. A lesson counts as assured once somebody takes it, whatever they teach in it (rule CO-01).
pub(super) fn replace(
    state: &State,
    facts: &Facts,
    service: ServiceId,
    lessons: BTreeSet<LessonOn>,
    by: PersonId,
) -> Result<Vec<Event>, Rejection> {
    counted(&lessons)?;
    let mut events = Vec::new();
    for lesson in lessons {
        let day = state.moved.get(&lesson).map_or(lesson.date, |to| to.date);
        if placing(state, &lesson).is_none() || is_shut(&facts.closures, day) {
            return Err(Rejection::LessonUnknown);
        }
        if state.assignments.iter().any(|held| held.teacher == by && held.holds(day)) {
            return Err(Rejection::HoldsTheLesson);
        }
        if state.not_held.contains_key(&lesson) {
            events.push(Event::LessonReinstated { service, lesson });
        }
        if state.replaced.get(&lesson) != Some(&by) {
            events.push(Event::LessonReplaced { service, lesson, by });
        }
    }
    Ok(events)
}
