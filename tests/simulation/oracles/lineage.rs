//! What each chain goes on from, told by hashes alone: a branch is named by the origin and the hash
//! of its first entry, so only one entry can stand before that.

use std::collections::BTreeMap;

use ledger_core::entry::{Body, Entry};
use ledger_core::{DeviceId, EntryId, Origin};
use ledger_format::{Hash, entry_bytes};

/// How others name an entry: origin as written, seq, hash.
pub(super) type Written = (Origin, u64, [u8; 8]);

/// Which entry stands before each entry, and the hash after each.
#[derive(Default)]
pub(super) struct Lineage {
    hashes: BTreeMap<EntryId, Hash>,
    /// Before the first entry of each branch.
    behind: BTreeMap<Origin, EntryId>,
    roots: BTreeMap<Origin, Origin>,
}

impl Lineage {
    /// Of a whole log.
    pub(super) fn of(entries: &BTreeMap<EntryId, Entry>, root: impl Fn(Origin) -> Origin) -> Self {
        let mut lineage = Self::default();
        let mut firsts: Vec<EntryId> = Vec::new();
        for id in entries.keys() {
            if firsts.last().map(|first| first.origin) != Some(id.origin) {
                firsts.push(*id);
            }
        }
        // What a branch goes on from began before it.
        firsts.sort_by_key(|first| first.seq);
        for first in firsts {
            let of = root(first.origin);
            lineage.roots.insert(first.origin, of);
            let mut hash = lineage.before(first, of, &entries[&first]);
            let chain = entries
                .range(first..)
                .take_while(|(id, _)| id.origin == first.origin);
            for (id, entry) in chain {
                hash = hash.then(&bytes(entry));
                lineage.hashes.insert(*id, hash);
            }
        }
        lineage
    }

    fn before(&mut self, first: EntryId, root: Origin, entry: &Entry) -> Hash {
        if first.origin == root {
            return Hash::before_first(root);
        }
        let seq = first.seq - 1;
        let family = self.roots.iter().filter(|(_, of)| **of == root);
        for (chain, _) in family {
            let id = EntryId {
                origin: *chain,
                seq,
            };
            let Some(hash) = self.hashes.get(&id) else {
                continue;
            };
            if Hash::branch_id(root, hash.then(&bytes(entry))) == first.origin {
                self.behind.insert(first.origin, id);
                return *hash;
            }
        }
        panic!("nothing stands before {first}");
    }

    /// The entry before an entry, in its chain or in the one that it branches from.
    pub(super) fn prior(&self, id: EntryId) -> Option<EntryId> {
        let seq = id.seq.checked_sub(1)?;
        let prior = EntryId { seq, ..id };
        if self.hashes.contains_key(&prior) {
            return Some(prior);
        }
        self.behind.get(&id.origin).copied()
    }

    /// The device that wrote an entry: the one in the first entry of its origin.
    pub(super) fn writer(
        &self,
        id: EntryId,
        entries: &BTreeMap<EntryId, Entry>,
    ) -> Option<DeviceId> {
        let origin = *self.roots.get(&id.origin)?;
        match &entries.get(&EntryId { origin, seq: 1 })?.body {
            Body::Genesis(genesis) => Some(genesis.device),
            _ => None,
        }
    }

    /// How others name an entry.
    pub(super) fn written(&self, id: EntryId) -> Written {
        (self.roots[&id.origin], id.seq, self.hashes[&id].hash8())
    }

    /// The entry with which the run of the clock begins that an entry is in.
    pub(super) fn run_of(&self, id: EntryId, entries: &BTreeMap<EntryId, Entry>) -> EntryId {
        let mut at = id;
        while !matches!(entries[&at].body, Body::ClockMark(_)) {
            let Some(prior) = self.prior(at) else { break };
            at = prior;
        }
        at
    }
}

fn bytes(entry: &Entry) -> Vec<u8> {
    entry_bytes::encode(entry).expect("what was read can be written")
}
