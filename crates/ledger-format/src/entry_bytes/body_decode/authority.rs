//! Reads what only the central server may say of devices and of what they wrote.

use ledger_core::DeviceId;
use ledger_core::entry::{Admitted, DeviceRevoked, Refused};

use super::{MISSING, other, read_once};
use crate::entry_bytes::reader::{Fields, Reader, filled};
use crate::entry_bytes::{Reason, keys};

pub(super) fn read_admitted(reader: &mut Reader<'_>) -> Result<Admitted, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut entries, mut through, mut note, mut once) = (None, None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::ADMITTED_ENTRIES => entries = Some(reader.entry_refs()?),
            keys::ADMITTED_THROUGH => through = Some(filled(reader.entry_refs()?)?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(Admitted {
        entries: entries.ok_or(MISSING)?,
        through: through.unwrap_or_default(),
        note,
        once,
    })
}

pub(super) fn read_revoked(reader: &mut Reader<'_>) -> Result<DeviceRevoked, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut device, mut trusted, mut note, mut once) = (None, None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::REVOKED_DEVICE => device = Some(DeviceId::from_bytes(reader.bin()?)),
            keys::REVOKED_TRUSTED => trusted = Some(reader.entry_refs()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(DeviceRevoked {
        device: device.ok_or(MISSING)?,
        trusted: trusted.ok_or(MISSING)?,
        note,
        once,
    })
}

pub(super) fn read_refused(reader: &mut Reader<'_>) -> Result<Refused, Reason> {
    let mut fields = Fields::of_body(reader)?;
    let (mut through, mut note, mut once) = (None, None, None);
    while let Some(key) = fields.next(reader)? {
        match key {
            keys::REFUSED_THROUGH => through = Some(reader.entry_refs()?),
            keys::NOTE => note = Some(reader.filled_text()?),
            keys::ONCE => once = Some(read_once(reader)?),
            _ => other(key, reader)?,
        }
    }
    Ok(Refused {
        through: through.ok_or(MISSING)?,
        note,
        once,
    })
}
