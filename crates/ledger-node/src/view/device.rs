//! Devices: who is enrolled, and whose news may be missing.

use std::collections::BTreeMap;

use ledger_core::fold::Fold;
use ledger_core::{DeviceId, Origin, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of, time_text};

/// A device that has not synced for this long is listed as behind.
const BEHIND_AFTER_MILLIS: u64 = 15 * 60 * 1000;

/// An enrolled device.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeviceView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Option<&'static str>,
    /// Its site.
    pub site: Option<String>,
    /// When it last synced with this server.
    pub last_sync: Option<String>,
    /// How many entries of it are here.
    pub entries: u64,
    /// By how many milliseconds its clock was ahead at its last contact with this server; none
    /// when it has not been heard of since the server started.
    pub clock_offset_ms: Option<i64>,
}

/// A device whose news may be missing from the numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BehindView {
    /// Its name.
    pub device: String,
    /// When it last synced.
    pub last_sync: Option<String>,
}

impl View<'_> {
    /// The enrolled devices, by name; the central server itself is not one of them.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceView> {
        let fold = self.fold();
        let seen = self.last_seen();
        let central = fold
            .central_origin()
            .and_then(|origin| fold.device_of(origin));
        let enrolled = fold.devices().into_iter();
        let mut devices: Vec<DeviceView> = enrolled
            .filter(|device| central.is_none_or(|(central, _)| central != device.id))
            .map(|device| DeviceView {
                last_sync: seen.get(&device.id).copied().map(time_text),
                entries: fold
                    .origins_of(device.id)
                    .map(|origin| fold.last_seq(origin))
                    .sum(),
                clock_offset_ms: self.clock_offset(device.id),
                id: device.id.to_string(),
                name: device.name,
                role: device.role.map(ledger_core::catalogue::Role::word),
                site: text_of(device.site.as_ref()),
            })
            .collect();
        devices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        devices
    }

    /// Devices that never synced or not for a while. Only the server can know.
    #[must_use]
    pub fn behind(&self) -> Vec<BehindView> {
        if !self.is_central() {
            return Vec::new();
        }
        behind(self.fold(), &self.last_seen(), self.now(), self.device())
    }
}

fn behind(
    fold: &Fold,
    seen: &BTreeMap<DeviceId, Timestamp>,
    now: Timestamp,
    server: DeviceId,
) -> Vec<BehindView> {
    let is_late = |last: Option<Timestamp>| {
        last.is_none_or(|last| last.millis().saturating_add(BEHIND_AFTER_MILLIS) < now.millis())
    };
    let mut late: Vec<BehindView> = fold
        .devices()
        .into_iter()
        .filter(|device| device.id != server)
        .map(|device| (seen.get(&device.id).copied(), device.name))
        .filter(|(last, _)| is_late(*last))
        .map(|(last, device)| BehindView {
            device,
            last_sync: last.map(time_text),
        })
        .collect();
    late.sort_by(|a, b| a.device.cmp(&b.device));
    late
}

/// The names of the devices behind origins, each looked up once.
#[derive(Debug)]
pub(super) struct DeviceNames<'a> {
    fold: &'a Fold,
    known: BTreeMap<Origin, String>,
}

impl<'a> DeviceNames<'a> {
    pub(super) const fn new(fold: &'a Fold) -> Self {
        Self {
            fold,
            known: BTreeMap::new(),
        }
    }

    /// The device's name as the server has it, else as the origin began with.
    pub(super) fn of(&mut self, origin: Origin) -> String {
        let fold = self.fold;
        let name = || match fold.device_of(origin) {
            Some((id, began_as)) => fold
                .device(id)
                .map_or_else(|| began_as.to_owned(), |device| device.name),
            None => origin.to_string(),
        };
        self.known.entry(origin).or_insert_with(name).clone()
    }
}
