//! Chance from a seed: the same seed draws the same load and the same faults (what the scheduler does with them is another matter).

/// Splitmix64.
pub struct Dice(u64);

impl Dice {
    /// An independent stream of numbers for one thing.
    pub fn of(seed: u64, thing: &[u64]) -> Self {
        let mut dice = Self(seed);
        for part in thing {
            dice = Self(dice.roll() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        }
        dice
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}
