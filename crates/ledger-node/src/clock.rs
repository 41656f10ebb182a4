//! The clocks: the one place that reads the system's time.

use std::fs;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use ledger_core::Timestamp;

/// Where a node gets the time from.
pub trait WallClock: Send + Sync {
    /// Now, by this device's own clock, right or wrong.
    fn now(&self) -> Timestamp;

    /// How long the machine runs, by a clock that nobody sets; none where there is none.
    fn uptime(&self) -> Option<Uptime> {
        None
    }
}

/// How long a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uptime {
    /// Differs from one start of the machine to the next.
    pub boot: u64,
    /// Milliseconds since then, sleep included.
    pub millis: u64,
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

    /// As Linux tells it.
    fn uptime(&self) -> Option<Uptime> {
        static BOOT: OnceLock<Option<u64>> = OnceLock::new();
        let boot = (*BOOT.get_or_init(|| {
            let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            u64::from_str_radix(id.trim().replace('-', "").get(..16)?, 16).ok()
        }))?;
        let text = fs::read_to_string("/proc/uptime").ok()?;
        let (seconds, hundredths) = text.split(' ').next()?.split_once('.')?;
        let seconds: u64 = seconds.parse().ok()?;
        let hundredths: u64 = hundredths.parse().ok()?;
        let millis = seconds.saturating_mul(1_000) + hundredths.saturating_mul(10);
        Some(Uptime { boot, millis })
    }
}
