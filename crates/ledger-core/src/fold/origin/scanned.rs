//! What scans of codes that were unknown take and give, now that their codes are resolved. It may
//! change, so it is kept beside the slots, which are packed.

use super::{Origins, Touch};
use crate::fold::TxKey;
use crate::fold::snapshot::{In, Out};
use crate::quantity::Quantity;
use crate::varint;

/// The stock lines that a scan takes from and gives to, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fold) struct Taken {
    pub(in crate::fold) from: Option<u32>,
    pub(in crate::fold) to: Option<u32>,
    pub(in crate::fold) quantity: Quantity,
}

impl Taken {
    /// Its lines, each once.
    pub(in crate::fold) fn lines(self) -> impl Iterator<Item = u32> {
        let to = self.to.filter(|to| Some(*to) != self.from);
        self.from.into_iter().chain(to)
    }
}

impl Origins {
    /// What a scan takes and gives; none as long as its code is unknown.
    pub(in crate::fold) fn scanned(&self, key: TxKey) -> Option<Taken> {
        self.scanned.get(&key).copied()
    }

    /// Sets what a scan takes and gives; tells what it was.
    pub(in crate::fold) fn set_scanned(
        &mut self,
        key: TxKey,
        taken: Option<Taken>,
    ) -> Option<Taken> {
        match taken {
            Some(taken) => self.scanned.insert(key, taken),
            None => self.scanned.remove(&key),
        }
    }

    /// All scans that take or give anything.
    pub(in crate::fold) fn all_scanned(&self) -> impl Iterator<Item = (TxKey, Taken)> + '_ {
        self.scanned.iter().map(|(key, taken)| (*key, *taken))
    }

    pub(super) fn scanned_touch(&self, key: TxKey) -> Touch {
        let taken = self.scanned(key);
        taken.map_or(Touch::Lines(None, None), |taken| {
            Touch::Lines(taken.from, taken.to)
        })
    }

    /// The lines that scans of an origin touch.
    pub(super) fn scanned_lines(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let scans = self.scanned.range((index, 0)..=(index, u64::MAX));
        scans.flat_map(|(_, taken)| taken.lines())
    }

    /// Writes what scans take and give.
    pub(in crate::fold) fn put_scanned(&self, out: &mut Out) {
        out.length(self.scanned.len());
        for (key, taken) in &self.scanned {
            out.key(*key);
            for line in [taken.from, taken.to] {
                // None is one below zero.
                out.number(line.map_or(0, |line| u64::from(line).saturating_add(1)));
            }
            out.number(varint::zigzag(taken.quantity.ten_thousandths()));
        }
    }

    /// Reads it again.
    pub(in crate::fold) fn take_scanned(&mut self, input: &mut In<'_>) -> Option<()> {
        for _ in 0..input.number()? {
            let key = input.key()?;
            let mut line = || {
                let line = input.number()?.checked_sub(1);
                line.map_or(Some(None), |line| u32::try_from(line).ok().map(Some))
            };
            let (from, to) = (line()?, line()?);
            let quantity = Quantity::from_ten_thousandths(varint::unzigzag(input.number()?));
            let taken = Taken { from, to, quantity };
            self.scanned.insert(key, taken);
        }
        Some(())
    }
}
