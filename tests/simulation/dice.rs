//! The one source of chance of a seed.

use tests::seed::Seed;

/// What the worlds of the simulator draw.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: Seed,
}

impl Dice {
    /// The dice of a seed; neighbouring seeds give unlike numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed: Seed::of(seed),
        }
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.seed.next_number()
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number from the first to the last, both included.
    pub fn within(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// Whether it happens that has this chance in a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of these, none of nothing.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() {
            return None;
        }
        let index = usize::try_from(self.below(choices.len() as u64)).ok()?;
        choices.get(index)
    }

    /// The first choices far more often than the last ones.
    pub fn skewed<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let mut index = 0;
        while index + 1 < choices.len() && self.percent(40) {
            index += 1;
        }
        &choices[index]
    }

    /// Fills bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let number = self.next().to_le_bytes();
            part.copy_from_slice(&number[..part.len()]);
        }
    }
}
