//! What of revoked devices does not count, told from the entries alone (ADR 18).
//!
//! Of the revocations of a device the last by clock holds. What is neither one of the entries that
//! it trusts nor before one waits, until the last later word about it, by clock, admits or refuses
//! it. What the central server writes is never withheld.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::{Body, Entry};
use ledger_core::{Clock, DeviceId, EntryId, EntryRef};

use super::lineage::{Lineage, Written};

/// The log as far as it matters for that.
pub(super) struct Revocations<'a> {
    pub(super) entries: &'a BTreeMap<EntryId, Entry>,
    pub(super) lineage: &'a Lineage,
    pub(super) central: DeviceId,
    /// The clock that counts of each entry.
    pub(super) clocks: &'a BTreeMap<EntryId, Clock>,
}

/// A word of the central server: when, about which entries, whether they count.
type Word<'a> = ((Clock, EntryId), &'a [EntryRef], bool);

impl Revocations<'_> {
    fn writer(&self, id: EntryId) -> Option<DeviceId> {
        self.lineage.writer(id, self.entries)
    }

    /// Entries that are named, and all before them.
    fn up_to(&self, named: &[EntryRef]) -> BTreeSet<EntryId> {
        let mut all = BTreeSet::new();
        for entry in named {
            let name: Written = (entry.id.origin, entry.id.seq, entry.hash8);
            let mut ids = self.entries.keys();
            let mut at = ids.find(|id| self.lineage.written(**id) == name).copied();
            while let Some(id) = at {
                all.insert(id);
                at = self.lineage.prior(id);
            }
        }
        all
    }

    /// What does not count.
    pub(super) fn withheld(&self) -> BTreeSet<EntryId> {
        let mut revoked: BTreeMap<DeviceId, ((Clock, EntryId), &[EntryRef])> = BTreeMap::new();
        let mut words: Vec<Word<'_>> = Vec::new();
        for (id, entry) in self.entries {
            if self.writer(*id) != Some(self.central) {
                continue;
            }
            let when = (self.clocks[id], *id);
            match &entry.body {
                Body::DeviceRevoked(it) => {
                    let last = revoked.entry(it.device).or_insert((when, &it.trusted));
                    if when >= last.0 {
                        *last = (when, &it.trusted);
                    }
                }
                Body::Admitted(it) => words.push((when, &it.through, true)),
                Body::Refused(it) => words.push((when, &it.through, false)),
                _ => {}
            }
        }
        words.sort_by_key(|(when, _, _)| *when);
        let mut withheld = BTreeSet::new();
        for (device, (since, trusted)) in revoked {
            let trusted = self.up_to(trusted);
            let of_device = |id: &&EntryId| self.writer(**id) == Some(device);
            let beyond = self.entries.keys().filter(of_device);
            let mut beyond: BTreeSet<EntryId> =
                beyond.filter(|id| !trusted.contains(id)).copied().collect();
            if device == self.central {
                beyond.clear();
            }
            let mut admitted = BTreeSet::new();
            let later = words.iter().filter(|(when, _, _)| *when > since);
            for (_, through, admits) in later {
                let named = self.up_to(through);
                if *admits {
                    admitted.extend(named);
                } else {
                    admitted.retain(|id| !named.contains(id));
                }
            }
            withheld.extend(beyond.difference(&admitted));
        }
        withheld
    }
}
