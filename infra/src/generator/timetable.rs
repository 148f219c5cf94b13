//! The timetable: every hour gets a place in the week without a clash for a class, a teacher or a room (each teacher has their own).
//!
//! The hardest hours first; an hour that finds no free place takes the cheapest one and chases away who was there, each chase making the chased
//! one dearer. On a collège, it ends within a few thousand moves.

use jiff::civil::{Time, time};

use super::Weeks;
use super::chance::Chance;
use super::school::{School, Slot};

const HOURS: usize = 8;
const PLACES: usize = 5 * HOURS;
const WEDNESDAY: usize = 2;
/// Starts of the eight hours, 55 minutes each; the canteen is between 12:00 and 13:00.
const GRID: [Time; HOURS] = [
    time(8, 0, 0, 0),
    time(9, 0, 0, 0),
    time(10, 5, 0, 0),
    time(11, 5, 0, 0),
    time(13, 0, 0, 0),
    time(14, 0, 0, 0),
    time(15, 5, 0, 0),
    time(16, 5, 0, 0),
];
/// How little each hour of the day is wanted.
const DISLIKE: [usize; HOURS] = [1, 0, 0, 0, 14, 1, 2, 7];
const MOVES_MAX: usize = 60_000;
const TRIES: u64 = 6;

/// An hour, or two in a row, to place: who is busy then, and what is taught.
pub(super) struct Event {
    divisions: Vec<usize>,
    /// Services taught at that moment, each in its weeks.
    pub(super) strands: Vec<(usize, Weeks)>,
    /// One hour or two.
    length: usize,
    /// A place decided in advance.
    pub(super) pin: Option<usize>,
}

impl Event {
    pub(super) fn new(divisions: Vec<usize>, strands: Vec<(usize, Weeks)>, length: usize) -> Self {
        Self { divisions, strands, length, pin: None }
    }

    fn weeks(&self) -> u8 {
        self.strands.iter().fold(0, |mask, (_, weeks)| mask | weeks.mask())
    }
}

/// The place of the `hour`th hour (from 0) of a day (0 for Monday).
pub(super) fn place(day: usize, hour: usize) -> usize {
    day * HOURS + hour
}

/// Who is where: for each class or teacher, week and place, the event that holds it.
struct Board<'a> {
    events: &'a [Event],
    /// Rows of the classes and teachers of each event, with the weeks they are busy.
    rows: Vec<Vec<(usize, u8)>>,
    held: Vec<[[Option<usize>; PLACES]; 2]>,
    places: Vec<Option<usize>>,
    chased: Vec<usize>,
    classes: usize,
}

/// Places every event and writes the slots of the services.
pub(super) fn fill(
    school: &mut School,
    events: &[Event],
    first_division: usize,
    first_teacher: usize,
    chance: &mut Chance,
) {
    let classes = school.divisions.len() - first_division;
    let teachers = school.staff.len() - first_teacher;
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            let mut rows: Vec<_> =
                event.divisions.iter().map(|division| (division - first_division, event.weeks())).collect();
            for (service, weeks) in &event.strands {
                let busy = school.services[*service].teachers.iter();
                rows.extend(busy.map(|teacher| (classes + teacher - first_teacher, weeks.mask())));
            }
            rows
        })
        .collect();
    let mut best: Option<Board> = None;
    for _ in 0..TRIES {
        let mut board = Board {
            events,
            rows: rows.clone(),
            held: vec![[[None; PLACES]; 2]; classes + teachers],
            places: vec![None; events.len()],
            chased: vec![0; events.len()],
            classes,
        };
        let complete = board.place_all(school, chance);
        if complete || best.is_none() {
            best = Some(board);
        }
        if complete {
            break;
        }
    }
    if let Some(board) = best {
        board.write(school);
    }
}

impl Board<'_> {
    fn place_all(&mut self, school: &School, chance: &mut Chance) -> bool {
        let mut waiting: Vec<usize> = (0..self.events.len()).collect();
        waiting.sort_by_key(|&event| self.weight(event));
        for _ in 0..MOVES_MAX {
            let Some(event) = waiting.pop() else {
                return true;
            };
            let choice = (0..PLACES)
                .filter(|&start| self.may_start(event, start))
                .map(|start| (self.cost(school, event, start) * 8 + chance.below(24), start))
                .min();
            let Some((_, start)) = choice else {
                return false;
            };
            for chased in self.conflicts(event, start) {
                self.lift(chased);
                self.chased[chased] += 1;
                waiting.push(chased);
            }
            self.put(event, start);
        }
        waiting.is_empty()
    }

    fn weight(&self, event: usize) -> usize {
        let Event { length, pin, .. } = &self.events[event];
        self.rows[event].len() * length + if pin.is_some() { 1000 } else { 0 }
    }

    fn may_start(&self, event: usize, start: usize) -> bool {
        let Event { length, pin, .. } = &self.events[event];
        if let Some(pin) = pin {
            return *pin == start;
        }
        let (day, hour) = (start / HOURS, start % HOURS);
        let last = hour + length - 1;
        let fits = last < HOURS && !(hour < 4 && last >= 4) && !(day == WEDNESDAY && last >= 4);
        fits && self.conflicts(event, start).iter().all(|&other| self.events[other].pin.is_none())
    }

    fn cells(&self, event: usize, start: usize) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let length = self.events[event].length;
        self.rows[event].iter().flat_map(move |&(row, weeks)| {
            (0..2)
                .filter(move |week| weeks & (1 << week) != 0)
                .flat_map(move |week| (start..start + length).map(move |place| (row, week, place)))
        })
    }

    fn conflicts(&self, event: usize, start: usize) -> Vec<usize> {
        let mut others: Vec<usize> =
            self.cells(event, start).filter_map(|(row, week, place)| self.held[row][week][place]).collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    /// What a place costs: chasing others, an unloved hour, the same subject twice in a day, a fortnightly hour that opens a new place.
    fn cost(&self, school: &School, event: usize, start: usize) -> usize {
        let chase: usize = self
            .conflicts(event, start)
            .iter()
            .map(|&other| 60 + 12 * self.weight(other) + 25 * self.chased[other])
            .sum();
        let day = start / HOURS;
        let subject = school.services[self.events[event].strands[0].0].subject;
        let mut cost = chase + DISLIKE[start % HOURS];
        for &(row, weeks) in self.rows[event].iter().filter(|(row, _)| *row < self.classes) {
            for week in (0..2).filter(|week| weeks & (1 << week) != 0) {
                let today = &self.held[row][week][day * HOURS..(day + 1) * HOURS];
                let same = today.iter().flatten().any(|&other| {
                    other != event && school.services[self.events[other].strands[0].0].subject == subject
                });
                cost += if same { 20 } else { 0 };
            }
            if weeks != 3 {
                let other_week = usize::from(weeks == 1);
                cost += if self.held[row][other_week][start].is_some() { 0 } else { 6 };
            }
        }
        cost
    }

    fn put(&mut self, event: usize, start: usize) {
        for (row, week, place) in self.cells(event, start).collect::<Vec<_>>() {
            self.held[row][week][place] = Some(event);
        }
        self.places[event] = Some(start);
    }

    fn lift(&mut self, event: usize) {
        if let Some(start) = self.places[event].take() {
            for (row, week, place) in self.cells(event, start).collect::<Vec<_>>() {
                self.held[row][week][place] = None;
            }
        }
    }

    fn write(&self, school: &mut School) {
        for (event, start) in self.events.iter().zip(&self.places) {
            let Some(start) = *start else { continue };
            let (day, hour) = (start / HOURS, start % HOURS);
            let end = GRID[hour + event.length - 1];
            let minutes = i64::from(end.duration_since(GRID[hour]).as_secs() as i32 / 60) + 55;
            for &(service, weeks) in &event.strands {
                let holder = school.services[service].teachers.first();
                let room = holder.and_then(|&holder| school.staff[holder].room.clone()).unwrap_or_default();
                school.services[service].slots.push(Slot {
                    day: day as i8 + 1,
                    starts_at: GRID[hour],
                    minutes,
                    weeks,
                    room,
                });
            }
        }
        for service in &mut school.services {
            service.slots.sort_by_key(|slot| (slot.day, slot.starts_at, slot.weeks));
        }
    }
}
