//! Dated lessons as slots: a weekday, an hour and a length, in the weeks in which they are held.
//!
//! A slot is named by these, never by a number of the calendar: the same lesson exported again is the same slot. Each lesson is kept
//! to its week, so that a calendar and its slots say the same days; one held once is a slot of one week.
//!
//! **The past stays as it was told.** The weeks before the first lesson of the calendars keep what they had. Where the slots of another
//! source end, or one of ours had ended, ours start that day.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Slot, Weeks, YearBounds, days_after, days_between, monday_of};
use domain::ids::{PersonId, ServiceId, SlotId};
use jiff::civil::{Date, Time};

/// Weekday (1 for Monday), start, minutes.
type Hour = (i8, Time, u16);

/// The lessons of one service.
#[derive(Default)]
pub struct Held {
    /// The days of each hour, with how often each room is named.
    hours: BTreeMap<Hour, BTreeSet<Date>>,
    rooms: BTreeMap<Hour, BTreeMap<String, u64>>,
    pub teachers: BTreeSet<PersonId>,
}

impl Held {
    /// The same lesson in two calendars, its teacher's and its class's, is one.
    pub fn add(&mut self, date: Date, starts_at: Time, minutes: u16, room: Option<&str>) {
        let hour = (date.weekday().to_monday_one_offset(), starts_at, minutes);
        if self.hours.entry(hour).or_default().insert(date)
            && let Some(room) = room
        {
            *self.rooms.entry(hour).or_default().entry(room.to_owned()).or_default() += 1;
        }
    }

    /// The room named most often; of two, the first by name.
    fn room(&self, hour: &Hour) -> Option<String> {
        let rooms = self.rooms.get(hour)?;
        let most = rooms.values().max()?;
        rooms.iter().find(|(_, times)| *times == most).map(|(room, _)| room.clone())
    }

    /// Lessons in another room than that of their slot.
    pub fn elsewhere(&self) -> u64 {
        let rooms = self.rooms.values().map(|rooms| (rooms.values().sum::<u64>(), rooms.values().max()));
        rooms.map(|(all, most)| all - most.copied().unwrap_or_default()).sum()
    }

    fn first_day(&self) -> Option<Date> {
        self.hours.values().filter_map(BTreeSet::first).min().copied()
    }
}

/// The slots of a service, `known` being those it ever had, and `today` the day from which a new timetable holds.
pub fn slots(
    service: ServiceId,
    held: &Held,
    bounds: &YearBounds,
    today: Date,
    known: &[(Slot, Option<Date>)],
) -> Vec<Slot> {
    let name =
        |weekday: i8, starts_at: Time, minutes: u16| SlotId::of(service, weekday, starts_at, &format!("ics/{minutes}"));
    let ours = |slot: &Slot| slot.slot == name(slot.weekday, slot.starts_at, slot.minutes);
    let others = known.iter().filter(|(slot, _)| !ours(slot)).map(|(_, ended)| ended.unwrap_or(today));
    let others_until = others.max();
    let first = monday_of(bounds.starts_on);
    let told_from = held.first_day().map(monday_of);
    let one = |(hour, days): (&Hour, &BTreeSet<Date>)| {
        let (weekday, starts_at, minutes) = *hour;
        let slot = name(weekday, starts_at, minutes);
        let same = || known.iter().filter(|(known, _)| known.slot == slot);
        let from = same().filter_map(|(_, ended)| *ended).chain(others_until).max();
        let before = same().filter(|(_, ended)| ended.is_none()).flat_map(|(slot, _)| slot.weeks.mondays());
        let before = before.filter(|monday| told_from.is_some_and(|told| *monday < told));
        let before = before.filter_map(|monday| days_after(monday, i64::from(weekday) - 1));
        let days = days.iter().copied().chain(before).filter(|day| from.is_none_or(|from| *day >= from));
        let weeks = days.map(|day| days_between(first, monday_of(day)) / 7);
        let mask = weeks.filter(|week| (0..64).contains(week)).fold(0, |mask, week| mask | 1 << week);
        let room = held.room(hour);
        (mask != 0).then_some(Slot { slot, weekday, starts_at, minutes, weeks: Weeks { from: first, mask }, room })
    };
    held.hours.iter().filter_map(one).collect()
}

/// How many of them are held in one week alone.
pub fn once(slots: &[Slot]) -> u64 {
    slots.iter().filter(|slot| slot.weeks.mask.is_power_of_two()).count() as u64
}

#[cfg(test)]
mod spec;
