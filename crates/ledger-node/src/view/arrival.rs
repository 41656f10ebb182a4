//! What devices have sent and when, and what waits to be numbered.

use std::collections::BTreeMap;

use ledger_core::{DeviceId, EntryId, Timestamp};

use super::device::DeviceNames;
use super::{DeviceView, View, time_text};
use crate::NodeError;

/// Entries of a device that reached the central server together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalView {
    /// When the central server numbered them.
    pub at: String,
    /// How many they are.
    pub entries: u64,
    /// The last of them.
    pub last: String,
}

/// What of a device waits for the central server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnnumberedView {
    /// The device's name.
    pub device: String,
    /// How many of its entries are here without a central number.
    pub entries: u64,
    /// When the oldest of them was written, by its device's clock.
    pub since: Option<String>,
}

impl View<'_> {
    /// The device of an id, in whatever case, as codes are written; or of a name that no other has.
    /// None when there is none enrolled.
    #[must_use]
    pub fn find_device(&self, named: &str) -> Option<DeviceView> {
        let mut devices = self.devices();
        if let Some(at) = devices
            .iter()
            .position(|device| device.id.eq_ignore_ascii_case(named))
        {
            return Some(devices.swap_remove(at));
        }
        devices.retain(|device| device.name == named);
        if devices.len() == 1 {
            devices.pop()
        } else {
            None
        }
    }

    /// What a device has sent, the newest first, at most so many times.
    #[must_use]
    pub fn arrivals(&self, device: DeviceId, limit: usize) -> Vec<ArrivalView> {
        let fold = self.fold();
        let mut arrivals: Vec<(Timestamp, EntryId, u64)> = fold
            .origins_of(device)
            .flat_map(|origin| {
                let newest = fold.arrivals(origin).take(limit);
                newest.map(move |(first, last, at)| {
                    let entries = last.saturating_sub(first).saturating_add(1);
                    (at, EntryId { origin, seq: last }, entries)
                })
            })
            .collect();
        arrivals.sort_by(|a, b| b.cmp(a));
        arrivals.truncate(limit);
        let shown = arrivals.into_iter().map(|(at, last, entries)| ArrivalView {
            at: time_text(at),
            entries,
            last: last.to_string(),
        });
        shown.collect()
    }

    /// The newest entries of a device in the order in which it wrote them, at most so many.
    #[must_use]
    pub fn newest_of(&self, device: DeviceId, limit: usize) -> Vec<EntryId> {
        let fold = self.fold();
        // A device goes on under one origin; what it wrote under others is older.
        let newest = fold.origins_of(device).max_by_key(|origin| {
            let last = fold.arrivals(*origin).next();
            last.map(|(_, _, at)| at)
        });
        let ids = newest.into_iter().flat_map(|origin| {
            let seqs = 1..=fold.last_seq(origin);
            seqs.rev().map(move |seq| EntryId { origin, seq })
        });
        ids.take(limit).collect()
    }

    /// What waits here for a central number, by the name of the device.
    pub fn unnumbered(&self) -> Result<Vec<UnnumberedView>, NodeError> {
        let fold = self.fold();
        let mut names = DeviceNames::new(fold);
        let mut waiting: BTreeMap<String, (u64, Option<Timestamp>)> = BTreeMap::new();
        for origin in fold.unnumbered() {
            let numbered = fold.numbered_up_to(origin);
            let oldest = self.entry(EntryId {
                origin,
                seq: numbered.saturating_add(1),
            })?;
            let since = oldest.map(|entry| entry.time);
            let row = waiting.entry(names.of(origin)).or_default();
            row.0 = row
                .0
                .saturating_add(fold.last_seq(origin).saturating_sub(numbered));
            row.1 = [row.1, since].into_iter().flatten().min();
        }
        let rows = waiting.into_iter();
        Ok(rows
            .map(|(device, (entries, since))| UnnumberedView {
                device,
                entries,
                since: since.map(time_text),
            })
            .collect())
    }
}
