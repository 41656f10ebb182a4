//! The two clocks of the program: wall time for people, a steady one for back-off. Everything else
//! takes time as an argument.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, as this machine thinks.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "when a scan was made is told by the machine that the scanner hangs on"
)]
pub fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// A clock that never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Steady(Instant);

impl Steady {
    /// A clock that begins now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one steady clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
