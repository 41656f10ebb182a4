//! Devices: who is enrolled, and whose news may be missing.

use std::collections::BTreeMap;

use ledger_core::fold::{DeviceInfo, Fold, RevokedChain};
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
    /// Whether it was revoked: what it writes does not count until it is admitted.
    pub revoked: bool,
    /// How many entries of a revoked device wait to be admitted or refused.
    pub waiting: u64,
    /// The origins of a revoked device and their branches; none of others.
    pub origins: Vec<RevokedOriginView>,
}

/// An origin of a revoked device, or a branch of one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevokedOriginView {
    /// Its id.
    pub origin: String,
    /// The last entry of it that is trusted; 0 when none is.
    pub trusted: u64,
    /// How many entries beyond that wait to be admitted or refused.
    pub waiting: u64,
    /// How many were refused.
    pub refused: u64,
    /// How many were admitted.
    pub admitted: u64,
    /// When the first of those that wait was written.
    pub since: Option<String>,
}

impl From<RevokedChain> for RevokedOriginView {
    fn from(chain: RevokedChain) -> Self {
        Self {
            origin: chain.origin.to_string(),
            trusted: chain.trusted,
            waiting: chain.waiting,
            refused: chain.refused,
            admitted: chain.admitted,
            since: chain.since.map(time_text),
        }
    }
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
            .map(|device| self.device_view(device, &seen))
            .collect();
        devices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        devices
    }

    /// The name of a device as the server has it.
    pub(super) fn device_name(&self, device: DeviceId) -> String {
        let known = self.fold().device(device);
        known.map_or_else(|| device.to_string(), |known| known.name)
    }

    fn device_view(&self, device: DeviceInfo, seen: &BTreeMap<DeviceId, Timestamp>) -> DeviceView {
        let fold = self.fold();
        let chains = fold.revoked_chains(device.id).into_iter();
        let origins: Vec<RevokedOriginView> = chains.map(RevokedOriginView::from).collect();
        DeviceView {
            last_sync: seen.get(&device.id).copied().map(time_text),
            entries: fold
                .origins_of(device.id)
                .map(|origin| fold.last_seq(origin))
                .sum(),
            clock_offset_ms: self.clock_offset(device.id),
            revoked: fold.revoked_by(device.id).is_some(),
            waiting: origins.iter().map(|origin| origin.waiting).sum(),
            origins,
            id: device.id.to_string(),
            name: device.name,
            role: device.role.map(ledger_core::catalogue::Role::word),
            site: text_of(device.site.as_ref()),
        }
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
        // Its news is not waited for.
        .filter(|device| fold.revoked_by(device.id).is_none())
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

/// Who wrote something: a user's name, or `device:NAME` where the device acted by itself.
pub(super) fn writer<U: ToString + ?Sized>(user: Option<&U>, device: &str) -> String {
    user.map_or_else(|| format!("device:{device}"), ToString::to_string)
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
