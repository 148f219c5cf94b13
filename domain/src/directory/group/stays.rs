//! The stays of pupils in groups, by their days: let in and taken out again, ahead or after the fact.

use jiff::civil::Date;

use crate::ids::GroupId;

/// One stay of a pupil in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub group: GroupId,
    pub from: Date,
    /// The first day on which they are no longer a member.
    pub until: Option<Date>,
}

impl Stay {
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on < until)
    }

    /// Whether an end on that day shortens it. One that ended before it began never holds.
    pub fn outlasts(&self, on: Date) -> bool {
        self.until.is_none_or(|until| on.max(self.from) < until)
    }

    /// Whether it held on some day, or will: one called off before it began did not.
    pub fn counts(&self) -> bool {
        self.outlasts(self.from)
    }
}

/// Let in from a day, for good. Said again with an earlier day, that day counts; said again before an end, the stay goes on.
pub fn join(stays: &mut Vec<Stay>, group: GroupId, from: Date) {
    let joined = |stay: &Stay| stay.group == group && stay.outlasts(from);
    let first = stays.iter().filter(|stay| joined(stay)).map(|stay| stay.from).min();
    stays.retain(|stay| !joined(stay));
    stays.push(Stay { group, from: first.map_or(from, |first| first.min(from)), until: None });
}

/// Out from a day, that day included; what was to come after it is called off.
pub fn leave(stays: &mut [Stay], group: GroupId, on: Date) {
    let held = stays.iter_mut().filter(|stay| stay.group == group && stay.outlasts(on));
    held.for_each(|stay| stay.until = Some(on));
}

/// Whether to be let in from that day changes anything.
pub fn joins(stays: &[Stay], from: Date) -> bool {
    !stays.iter().any(|stay| stay.until.is_none() && stay.from <= from)
}

/// Whether to be out from that day changes anything: also an end that is brought forward.
pub fn leaves(stays: &[Stay], on: Date) -> bool {
    stays.iter().any(|stay| stay.outlasts(on))
}
