//! The story's day and its clock.

use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::Timestamp;
use ledger_node::{SystemClock, WallClock, time_text};

const MINUTE_MILLIS: u64 = 60 * 1000;
const DAY_MILLIS: u64 = 24 * 60 * MINUTE_MILLIS;

/// A day, from midnight to midnight UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    start: u64,
}

impl Day {
    pub(super) fn yesterday() -> Self {
        let today = SystemClock.now().millis() / DAY_MILLIS;
        Self {
            start: today.saturating_sub(1).saturating_mul(DAY_MILLIS),
        }
    }

    /// A moment of the day.
    pub(super) const fn at(self, hour: u64, minute: u64) -> Timestamp {
        let minutes = hour.saturating_mul(60).saturating_add(minute);
        Timestamp::from_millis(
            self.start
                .saturating_add(minutes.saturating_mul(MINUTE_MILLIS)),
        )
    }

    /// The day as a date.
    pub(super) fn date(self) -> String {
        time_text(self.at(0, 0)).chars().take(10).collect()
    }
}

/// Hours and minutes of a moment.
pub(super) fn hour_and_minute(time: Timestamp) -> String {
    time_text(time).chars().skip(11).take(5).collect()
}

/// A clock that shows what the story says, and the system's time once the story is told.
#[derive(Debug)]
pub(super) struct StoryClock(AtomicU64);

/// What stands for the system's time.
const REAL: u64 = u64::MAX;

impl StoryClock {
    pub(super) const fn at(time: Timestamp) -> Self {
        Self(AtomicU64::new(time.millis()))
    }

    pub(super) fn set(&self, time: Timestamp) {
        self.0.store(time.millis(), Ordering::SeqCst);
    }

    /// From now on the system's time.
    pub(super) fn release(&self) {
        self.0.store(REAL, Ordering::SeqCst);
    }
}

impl WallClock for StoryClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::SeqCst) {
            REAL => SystemClock.now(),
            millis => Timestamp::from_millis(millis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_over_and_its_times_are_read_back() {
        let day = Day::yesterday();
        assert!(day.at(23, 59) < SystemClock.now());
        assert_eq!(hour_and_minute(day.at(7, 5)), "07:05");
        assert_eq!(day.date().len(), 10);
    }
}
