//! The wall clock: the one place that reads the system's time.

use std::time::{SystemTime, UNIX_EPOCH};

use ledger_core::Timestamp;

/// Where a node gets the time from.
pub trait WallClock: Send + Sync {
    /// Now, by this device's own clock, right or wrong.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl WallClock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's time"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
