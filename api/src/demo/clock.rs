//! The demonstration's own clock: at a date of its own, running on at real speed, and movable forward.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use infra::clock::{Clock, micros};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

struct Reading {
    shown: Timestamp,
    /// Since when it has been running; none while it stands.
    running: Option<Instant>,
}

/// A clock that stands until it is set going.
pub struct DemoClock(Mutex<Reading>);

#[derive(Serialize, Deserialize)]
struct Saved {
    shown: Timestamp,
    machine: Timestamp,
}

impl DemoClock {
    pub fn standing_at(shown: Timestamp) -> Self {
        Self(Mutex::new(Reading { shown: micros(shown), running: None }))
    }

    /// The clock as it stood when it was last saved there.
    pub fn saved(data_dir: &Path) -> Option<Self> {
        Some(Self::standing_at(read(data_dir)?.shown))
    }

    /// The running clock of a demonstration that another process serves: what it shows, and what has passed since it was saved.
    pub fn of_another_process(data_dir: &Path) -> Option<Self> {
        let saved = read(data_dir)?;
        let passed = Timestamp::now().duration_since(saved.machine).max(SignedDuration::ZERO);
        let clock = Self::standing_at(saved.shown.checked_add(passed).unwrap_or(saved.shown));
        clock.run();
        Some(clock)
    }

    pub fn save(&self, data_dir: &Path) {
        let saved = Saved { shown: self.now(), machine: Timestamp::now() };
        let draft = data_dir.join("demo-clock.json.new");
        let written = serde_json::to_vec(&saved).map(|text| std::fs::write(&draft, text));
        if matches!(written, Ok(Ok(()))) {
            let _ = std::fs::rename(draft, data_dir.join("demo-clock.json"));
        }
    }

    pub fn set(&self, shown: Timestamp) {
        let mut reading = self.reading();
        let running = reading.running.map(|_| Instant::now());
        *reading = Reading { shown: micros(shown), running };
    }

    pub fn run(&self) {
        let mut reading = self.reading();
        reading.running.get_or_insert_with(Instant::now);
    }

    /// Stops it where it is.
    pub fn now_and_stop(&self) -> Timestamp {
        let mut reading = self.reading();
        let shown = reading.shown();
        *reading = Reading { shown, running: None };
        shown
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    fn shown(&self) -> Timestamp {
        let passed = self.running.map_or(std::time::Duration::ZERO, |since| since.elapsed());
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::ZERO);
        micros(self.shown.checked_add(passed).unwrap_or(self.shown))
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        self.reading().shown()
    }
}

fn read(data_dir: &Path) -> Option<Saved> {
    serde_json::from_slice(&std::fs::read(data_dir.join("demo-clock.json")).ok()?).ok()
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn it_stands_until_it_is_set_going() {
        let eve: Timestamp = "2026-11-17T16:30:00Z".parse().unwrap();
        let clock = DemoClock::standing_at(eve);
        assert_eq!(clock.now(), eve);
        clock.run();
        assert!(clock.now() >= eve);
        let later = eve + SignedDuration::from_hours(14);
        clock.set(later);
        assert!(clock.now() >= later);
        assert!(clock.now_and_stop() >= later);
    }

    #[test]
    fn it_is_found_again_where_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let eve: Timestamp = "2026-11-17T16:30:00Z".parse().unwrap();
        DemoClock::standing_at(eve).save(folder.path());
        assert_eq!(DemoClock::saved(folder.path()).unwrap().now(), eve);
        assert!(DemoClock::of_another_process(folder.path()).unwrap().now() >= eve);
    }
}
