//! By how much devices' clocks were off at their last contact with this server.
//!
//! A fact about this moment and this server, so it is kept in memory only. People see by it which
//! device needs its clock set, and the times of what arrives are put right by it. So only what a
//! device signed is heard.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ledger_core::{DeviceId, Timestamp};

/// Devices' clocks against ours.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    millis: Mutex<BTreeMap<DeviceId, i64>>,
}

impl Offsets {
    /// A device signed what its clock showed while ours showed this.
    pub(crate) fn heard(&self, device: DeviceId, theirs_millis: u64, ours: Timestamp) {
        let ahead = i128::from(theirs_millis) - i128::from(ours.millis());
        let ahead = i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN } else { i64::MAX });
        let mut known = self.millis.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(device, ahead);
    }

    /// By how many milliseconds a device's clock was ahead.
    pub(crate) fn of(&self, device: DeviceId) -> Option<i64> {
        let known = self.millis.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&device).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_ahead_behind_or_beyond_all_bounds() {
        let offsets = Offsets::default();
        let device = DeviceId::from_bytes([1; 16]);
        let ours = Timestamp::from_millis(10_000);
        for (theirs, ahead) in [(12_500, 2_500), (0, -10_000), (u64::MAX, i64::MAX)] {
            offsets.heard(device, theirs, ours);
            assert_eq!(offsets.of(device), Some(ahead));
        }
        assert_eq!(offsets.of(DeviceId::from_bytes([2; 16])), None);
    }
}
