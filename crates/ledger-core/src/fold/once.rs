//! Idempotency keys: of entries with one key the first by F1 order counts.

use std::collections::{BTreeMap, BTreeSet};

use super::TxKey;
use crate::entry::IdempotencyKey;
use crate::id::EntryId;
use crate::time::Timestamp;

/// Consecutive rows of one key that are consecutive entries, as an import writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OnceRun {
    pub(super) count: u64,
    pub(super) first: TxKey,
}

/// The order of entries with one key: those that say what others may do first, then F1.
pub(super) type OnceOrder = (bool, Timestamp, EntryId);

/// Entries by their idempotency keys, and which of them count for nothing.
#[derive(Debug, Default)]
pub(super) struct Once {
    /// By key and first row; whoever had a row first. They never overlap.
    pub(super) runs: BTreeMap<([u8; 16], u64), OnceRun>,
    /// Of keys that several have: all of them.
    pub(super) more: BTreeMap<IdempotencyKey, Vec<TxKey>>,
    /// The key of each of those.
    keys: BTreeMap<TxKey, IdempotencyKey>,
    pub(super) suppressed: BTreeSet<TxKey>,
}

impl Once {
    /// Who had a key first, by arrival.
    pub(super) fn find(&self, once: &IdempotencyKey) -> Option<TxKey> {
        let before = (once.key, 0)..=(once.key, once.row);
        let ((_, row), run) = self.runs.range(before).next_back()?;
        let at = once.row.checked_sub(*row)?;
        (at < run.count).then(|| (run.first.0, run.first.1.saturating_add(at)))
    }

    /// Takes note of a key that nobody had.
    fn insert(&mut self, once: &IdempotencyKey, key: TxKey) {
        let before = (once.key, 0)..=(once.key, once.row);
        if let Some(((_, row), run)) = self.runs.range_mut(before).next_back()
            && row.saturating_add(run.count) == once.row
            && (run.first.0, run.first.1.saturating_add(run.count)) == key
        {
            run.count = run.count.saturating_add(1);
            return;
        }
        let run = OnceRun {
            count: 1,
            first: key,
        };
        self.runs.insert((once.key, once.row), run);
    }

    /// Takes note of an entry with a key. Gives the other entries that began or ceased to count by
    /// that. `order` tells F1 order, of the new one too.
    pub(super) fn take(
        &mut self,
        once: IdempotencyKey,
        key: TxKey,
        order: impl Fn(TxKey) -> Option<OnceOrder>,
    ) -> Vec<TxKey> {
        let Some(first) = self.find(&once) else {
            self.insert(&once, key);
            return Vec::new();
        };
        let same = self.more.entry(once).or_insert_with(|| vec![first]);
        same.push(key);
        self.keys.insert(first, once);
        self.keys.insert(key, once);
        let mut changed = first_counts(same, &mut self.suppressed, order);
        changed.retain(|&one| one != key);
        changed
    }

    /// Works out anew which count; gives those for which that changed.
    pub(super) fn reconsider(&mut self, order: impl Fn(TxKey) -> Option<OnceOrder>) -> Vec<TxKey> {
        let suppressed = &mut self.suppressed;
        self.more
            .values()
            .flat_map(|same| first_counts(same, suppressed, &order))
            .collect()
    }

    /// The same for the key that one entry has.
    pub(super) fn reconsider_of(
        &mut self,
        key: TxKey,
        order: impl Fn(TxKey) -> Option<OnceOrder>,
    ) -> Vec<TxKey> {
        let same = self.keys.get(&key).and_then(|once| self.more.get(once));
        let same = same.map_or(&[][..], Vec::as_slice);
        let mut changed = first_counts(same, &mut self.suppressed, order);
        changed.retain(|&one| one != key);
        changed
    }

    /// Takes all that have one key, as a snapshot has them.
    pub(super) fn keep_more(&mut self, once: IdempotencyKey, same: Vec<TxKey>) {
        self.keys.extend(same.iter().map(|key| (*key, once)));
        self.more.insert(once, same);
    }
}

/// Of entries with one key the first counts; gives those for which that changed.
fn first_counts(
    same: &[TxKey],
    suppressed: &mut BTreeSet<TxKey>,
    order: impl Fn(TxKey) -> Option<OnceOrder>,
) -> Vec<TxKey> {
    let orders = same.iter().map(|&one| Some((order(one)?, one)));
    let first = orders.flatten().min().map(|(_, one)| one);
    let changes = |one: &TxKey| {
        // Whoever has no effect for another reason takes nobody's place.
        if Some(*one) == first || order(*one).is_none() {
            suppressed.remove(one)
        } else {
            suppressed.insert(*one)
        }
    };
    same.iter().copied().filter(changes).collect()
}
