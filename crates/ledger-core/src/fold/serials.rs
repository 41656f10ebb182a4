//! Where units with serial numbers were last seen.
//!
//! What movements and counts said of serial numbers says nothing of totals: it only lets somebody
//! be warned who books a unit in that is there already.

use std::collections::BTreeSet;

use super::snapshot::{In, Out};
use super::{Fold, TxKey};
use crate::code::Code;
use crate::quantity::Total;

/// The transactions that named each serial number.
#[derive(Debug, Default)]
pub(super) struct Serials {
    said: BTreeSet<(Box<str>, TxKey)>,
}

impl Serials {
    pub(super) fn take(&mut self, key: TxKey, serial: Option<&str>) {
        self.said.extend(serial.map(|serial| (serial.into(), key)));
    }

    fn of<'a>(&'a self, serial: &str) -> impl Iterator<Item = TxKey> + use<'a> {
        let serial: Box<str> = serial.into();
        let all = (serial.clone(), (0, 0))..=(serial, (u32::MAX, u64::MAX));
        self.said.range(all).map(|(_, key)| *key)
    }

    pub(super) fn put(&self, out: &mut Out) {
        out.length(self.said.len());
        for (serial, key) in &self.said {
            out.length(serial.len());
            out.bytes(serial.as_bytes());
            out.key(*key);
        }
    }

    pub(super) fn read(input: &mut In<'_>) -> Option<Self> {
        let mut all = Self::default();
        for _ in 0..input.number()? {
            let serial = input.text()?;
            all.said.insert((serial.into(), input.key()?));
        }
        Some(all)
    }
}

impl Fold {
    /// The location of the item's unit with a serial number: where the last transaction by F1 that
    /// names it left it. None when it went out, was never here, or nothing of the item is on hand
    /// there any more.
    #[must_use]
    pub fn unit_at(&self, item: &Code, serial: &str) -> Option<Code> {
        let keys = self.serials.of(serial);
        let counting = keys.filter(|key| !self.is_ineffective(*key));
        let lines = counting.map(|key| (key, self.origins.touch(key).lines()));
        let of_item = lines.filter(|(_, (from, to))| {
            let line = to.or(*from).and_then(|line| self.line_at(line));
            line.is_some_and(|line| self.canonical(&self.line_key(line).item) == *item)
        });
        let (_, (_, to)) = of_item.max_by_key(|(key, _)| self.moment_of(*key))?;
        let line = self.line_at(to?)?;
        (line.on_hand() > Total::ZERO).then(|| self.line_key(line).location)
    }
}
