//! Time is a port: the server's clock in `serve`, the demonstration's own in `demo`, a fake one in tests.

use std::sync::Mutex;

use jiff::Timestamp;

/// Gives the present instant, in microseconds.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        micros(Timestamp::now())
    }
}

/// A clock that stands still until it is moved.
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(micros(now)))
    }

    pub fn set(&self, now: Timestamp) {
        if let Ok(mut held) = self.0.lock() {
            *held = micros(now);
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().map_or(Timestamp::UNIX_EPOCH, |held| *held)
    }
}

/// PostgreSQL keeps microseconds: what is hashed is what is stored.
pub fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
