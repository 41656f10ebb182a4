//! Wall clocks that are wrong: off, drifting, jumping, or at 1970 after a flat battery.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::Timestamp;
use ledger_node::{Uptime, WallClock};

/// The true time that nobody in the world knows, in milliseconds.
pub type Truth = Arc<AtomicU64>;

/// A machine's clock.
#[derive(Debug)]
pub struct SimClock {
    truth: Truth,
    shift: Mutex<Shift>,
    highest: AtomicU64,
    boots: AtomicU64,
}

/// By how much a clock is off.
#[derive(Debug, Clone, Copy, Default)]
struct Shift {
    millis: i64,
    /// By how many millionths it is too fast.
    drift: i64,
    /// Since when it drifts.
    since: u64,
}

impl SimClock {
    /// A clock that is off by so much and drifts by so many millionths.
    #[must_use]
    pub fn new(truth: &Truth, millis: i64, drift: i64) -> Arc<Self> {
        let since = truth.load(Ordering::Relaxed);
        Arc::new(Self {
            truth: Arc::clone(truth),
            shift: Mutex::new(Shift {
                millis,
                drift,
                since,
            }),
            highest: AtomicU64::new(0),
            boots: AtomicU64::new(0),
        })
    }

    /// The clock of a copy of a machine: its starts have nothing to do with the other's, and what it
    /// wrote down of that one's clock came along.
    pub fn come_after(&self, other: &Self, boots: u64) {
        self.boots.store(boots, Ordering::Relaxed);
        self.highest.store(other.highest(), Ordering::Relaxed);
    }

    /// The machine is started anew.
    pub fn boot(&self) {
        self.boots.fetch_add(1, Ordering::Relaxed);
    }

    /// Jumps by so much.
    pub fn jump(&self, millis: i64) {
        let mut shift = self.shift.lock().unwrap_or_else(PoisonError::into_inner);
        shift.millis = shift.millis.saturating_add(millis);
    }

    /// Begins anew at 1970.
    pub fn forget(&self) {
        let now = i64::try_from(self.truth.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let mut shift = self.shift.lock().unwrap_or_else(PoisonError::into_inner);
        shift.millis = now.saturating_neg();
    }

    /// Is set right by somebody.
    pub fn set_right(&self) {
        let mut shift = self.shift.lock().unwrap_or_else(PoisonError::into_inner);
        *shift = Shift::default();
    }

    /// The latest time it ever showed.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.highest.load(Ordering::Relaxed)
    }
}

impl WallClock for SimClock {
    fn now(&self) -> Timestamp {
        let truth = self.truth.load(Ordering::Relaxed);
        let shift = *self.shift.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        let run = signed(truth.saturating_sub(shift.since));
        let shown = signed(truth) + shift.millis + run * shift.drift / 1_000_000;
        let shown = u64::try_from(shown).unwrap_or(0);
        self.highest.fetch_max(shown, Ordering::Relaxed);
        Timestamp::from_millis(shown)
    }

    fn uptime(&self) -> Option<Uptime> {
        Some(Uptime {
            boot: self.boots.load(Ordering::Relaxed),
            millis: self.truth.load(Ordering::Relaxed),
        })
    }
}
