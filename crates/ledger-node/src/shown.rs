//! Certificates that devices show, since nobody here has heard of them.
//!
//! The central server takes such a device in again: it was restored from before the device was
//! enrolled. Everybody else keeps the certificate and shows it with the entries that he relays: the
//! server above a hub may have been restored in the same way, and the device comes to the hub alone.

use ledger_core::DeviceId;
use ledger_core::catalogue::Role;
use ledger_core::planted::Bug;
use ledger_format::head::Certificate;
use ledger_format::wire::{self, BatchMessage};
use ledger_store::{Group, Note, ReadError, Record, Store};
use serde_bytes::ByteBuf;

use crate::error::NodeError;
use crate::inner::Inner;
use crate::keys::{from_hex, to_hex};
use crate::node::Node;
use crate::sync_server::Refused;

/// Note under which a device's certificate is kept.
const SHOWN: &str = "shown/";

impl Node {
    /// Takes the certificates that somebody shows, his own among them, of devices that the log does
    /// not know.
    pub(crate) fn take_shown(
        &self,
        own: Option<&Certificate>,
        shown: &[ByteBuf],
    ) -> Result<(), Refused> {
        let shown: Vec<Certificate> = {
            let inner = self.lock();
            let all = own
                .cloned()
                .into_iter()
                .chain(inner.keys.certified_all(shown));
            all.filter(|it| !inner.has_key_of(it.device)).collect()
        };
        for certificate in shown {
            let is_central = self.lock().central.is_some();
            if is_central {
                let role = Role::from_number(i64::from(certificate.role));
                self.write_device(&certificate, role.unwrap_or(Role::Viewer))?;
            } else {
                self.keep_shown(&certificate)?;
            }
        }
        Ok(())
    }

    /// Keeps a certificate, for whoever gets the device's entries from here.
    fn keep_shown(&self, certificate: &Certificate) -> Result<(), Refused> {
        let key = key_of(certificate.device);
        let value = to_hex(&certificate.to_bytes());
        let kept = self.store().note(&key).map_err(NodeError::from)?;
        if kept.as_ref() == Some(&value) {
            return Ok(());
        }
        let note = Record::Note(Note { key, value });
        Ok(self.wait(self.store().append(Group::new().with(note)))?)
    }
}

impl Inner {
    /// Whether the log says with which key a device signs.
    fn has_key_of(&self, device: DeviceId) -> bool {
        let known = self.state.fold.device(device);
        known.is_some_and(|device| device.public_key.is_some())
    }

    /// The certificates that go with batches, of devices that the log does not know.
    pub(crate) fn shown_with(
        &self,
        store: &Store,
        batches: &[BatchMessage],
    ) -> Result<Vec<ByteBuf>, ReadError> {
        let writers = batches.iter().filter_map(|batch| {
            let writer = self.state.fold.device_of(wire::origin_of(&batch.origin));
            writer.map(|(device, _)| device)
        });
        let mut unknown: Vec<DeviceId> = writers.filter(|it| !self.has_key_of(*it)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown.retain(|_| !Bug::CertificatesNotShown.is_planted());
        let mut shown = Vec::new();
        for device in unknown {
            let kept = store.note(&key_of(device))?;
            shown.extend(kept.and_then(|text| from_hex(&text)).map(ByteBuf::from));
        }
        Ok(shown)
    }
}

fn key_of(device: DeviceId) -> String {
    format!("{SHOWN}{device}")
}
