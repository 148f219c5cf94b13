//! How a teacher keeps the cahier de textes: the habit that decides when an entry is written, and whether it is.

use super::chance::Chance;

/// The habit of a teacher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manner {
    /// Before the bell, or in the minutes after it.
    Prompt,
    /// At home, between 19:30 and 21:30, so that some of it falls in the evening pause.
    Evening,
    /// Saturday or Sunday, for the week.
    Weekend,
    /// The next day at noon.
    NextDay,
    /// A week later, or never.
    Late,
}

impl Manner {
    /// The manner of the `rank`th teacher of a wing: one is late, the others share the rest.
    pub(super) fn draw(rank: usize, chance: &mut Chance) -> Self {
        if rank == 9 {
            return Self::Late;
        }
        match chance.below(10) {
            0..=3 => Self::Prompt,
            4..=6 => Self::Evening,
            7 => Self::Weekend,
            _ => Self::NextDay,
        }
    }

    /// Chances out of a hundred that a lesson is filled in at all.
    pub(super) fn fill_percent(self) -> usize {
        match self {
            Self::Prompt => 97,
            Self::Evening => 94,
            Self::NextDay => 92,
            Self::Weekend => 90,
            Self::Late => 55,
        }
    }
}
