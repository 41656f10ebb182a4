//! The two times of an entry: the device's wall clock and the hybrid logical clock.

use std::fmt;

use crate::planted::Bug;

/// The largest millisecond that the 48 bits of an entry's header hold (the year 10889).
pub const MILLISECONDS_MAX: u64 = (1 << 48) - 1;

/// The milliseconds of a day.
pub const DAY_MILLIS: u64 = 86_400_000;

/// A moment in milliseconds since 1970-01-01T00:00:00Z, never negative, at most 48 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The beginning of 1970.
    pub const ZERO: Self = Self(0);

    /// Makes a moment, clamped into what an entry's header holds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(if millis > MILLISECONDS_MAX {
            MILLISECONDS_MAX
        } else {
            millis
        })
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// How many milliseconds lie between the two, whichever is first.
    #[must_use]
    pub const fn distance_millis(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// A moment of the hybrid logical clock: 48 bits of milliseconds and a 16-bit counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clock {
    millis: u64,
    counter: u16,
}

impl Clock {
    /// Makes a clock moment, the milliseconds clamped into 48 bits.
    #[must_use]
    pub const fn new(time: Timestamp, counter: u16) -> Self {
        Self {
            millis: time.millis(),
            counter,
        }
    }

    /// The moment's milliseconds.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        Timestamp(self.millis)
    }

    /// The counter inside the millisecond.
    #[must_use]
    pub const fn counter(self) -> u16 {
        self.counter
    }

    /// The next moment: the counter counts up and carries into the milliseconds.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.counter.checked_add(1) {
            Some(counter) => Self {
                millis: self.millis,
                counter,
            },
            None => Self::new(Timestamp::from_millis(self.millis.saturating_add(1)), 0),
        }
    }

    /// The clock as one number that orders alike: milliseconds above the counter.
    #[must_use]
    pub const fn packed(self) -> u64 {
        (self.millis << 16) | self.counter as u64
    }

    /// The clock that [`Clock::packed`] made a number of.
    #[must_use]
    pub const fn from_packed(packed: u64) -> Self {
        let [low, high, ..] = packed.to_le_bytes();
        Self {
            millis: packed >> 16,
            counter: u16::from_le_bytes([low, high]),
        }
    }
}

/// The hybrid logical clock of a node: never behind anything it has written or seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct HybridClock {
    last: Clock,
}

/// How far ahead of the wall clock a clock from elsewhere may pull ours (sane times only).
pub const SANE_AHEAD_MILLIS: u64 = 5 * 60 * 1000;

impl HybridClock {
    /// The clock of the next entry, at the wall time `now`.
    pub fn tick(&mut self, now: Timestamp) -> Clock {
        let wall = Clock::new(now, 0);
        self.last = if wall > self.last {
            wall
        } else {
            self.last.next()
        };
        self.last
    }

    /// The latest clock that was written or seen.
    #[must_use]
    pub const fn last(&self) -> Clock {
        self.last
    }

    /// Takes note of a clock of our own log, whatever the wall says.
    pub fn restore(&mut self, own: Clock) {
        self.last = self.last.max(own);
    }

    /// Takes note of a clock from elsewhere, unless it is insanely far ahead of `now`.
    pub fn observe(&mut self, seen: Clock, now: Timestamp) {
        let sane = now.millis().saturating_add(SANE_AHEAD_MILLIS);
        if seen.time().millis() <= sane || Bug::FollowAnyClock.is_planted() {
            self.last = self.last.max(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hybrid_clock_never_steps_back() {
        let mut clock = HybridClock::default();
        let first = clock.tick(Timestamp::from_millis(1_000));
        let back = clock.tick(Timestamp::from_millis(500));
        assert_eq!((back.time().millis(), back.counter()), (1_000, 1));
        assert!(clock.tick(Timestamp::from_millis(1_001)) > back && back > first);
    }

    #[test]
    fn a_full_counter_carries_into_the_milliseconds() {
        let full = Clock::new(Timestamp::from_millis(7), u16::MAX);
        assert_eq!(full.next(), Clock::new(Timestamp::from_millis(8), 0));
        assert!(full.next().packed() > full.packed());
        assert_eq!(Clock::from_packed(full.packed()), full);
    }

    #[test]
    fn an_insane_clock_from_elsewhere_is_not_followed() {
        let now = Timestamp::from_millis(1_000_000);
        let mut clock = HybridClock::default();
        clock.observe(Clock::new(Timestamp::from_millis(10_000_000), 0), now);
        assert_eq!(clock.tick(now).time(), now);
        clock.observe(Clock::new(Timestamp::from_millis(1_200_000), 9), now);
        assert_eq!(
            clock.tick(now),
            Clock::new(Timestamp::from_millis(1_200_000), 10)
        );
    }
}
