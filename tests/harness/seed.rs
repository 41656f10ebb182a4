//! Seeded randomness: the seed is printed, and `STOCK_SEED` replays it.

use std::hash::{BuildHasher as _, RandomState};

/// A small generator (SplitMix64) whose whole state is one number.
#[derive(Debug, Clone)]
pub struct Seed {
    state: u64,
}

impl Seed {
    /// Takes `STOCK_SEED`, or draws a seed; the second value is what to print.
    #[must_use]
    pub fn from_environment() -> (Self, u64) {
        let seed = match std::env::var("STOCK_SEED") {
            Ok(text) => text.parse().expect("STOCK_SEED is a number"),
            Err(_) => RandomState::new().hash_one(0_u8),
        };
        (Self { state: seed }, seed)
    }

    /// The generator of a seed.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("a small limit");
        usize::try_from(self.next_number() % limit).expect("below a usize")
    }

    /// Puts the values into random order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}
