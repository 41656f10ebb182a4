//! Reversals (F5): which transactions are void, and which reversals have no effect and why.

use std::collections::BTreeMap;

use super::TxKey;
use super::origin::Touch;
use crate::id::{EntryId, EntryRef};
use crate::time::Timestamp;

/// Why a reversal has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReversalFault {
    /// Its target has not arrived.
    Waiting,
    /// Its target here has another hash: it was written about another branch.
    OtherBranch,
    /// Its target is itself a reversal.
    OfReversal,
    /// Its target is no transaction.
    NotATransaction,
    /// Another reversal came first.
    Twice,
}

/// All reversals and what they void.
#[derive(Debug, Default)]
pub(crate) struct Reversals {
    by_target: BTreeMap<EntryId, Vec<(TxKey, [u8; 8])>>,
    target_of: BTreeMap<TxKey, EntryId>,
    pub(super) times: BTreeMap<TxKey, Timestamp>,
    /// Void transactions, and the reversal that holds.
    void: BTreeMap<TxKey, TxKey>,
    faults: BTreeMap<TxKey, ReversalFault>,
}

impl Reversals {
    pub(super) fn add(&mut self, reversal: TxKey, target: EntryRef) {
        self.by_target
            .entry(target.id)
            .or_default()
            .push((reversal, target.hash8));
        self.target_of.insert(reversal, target.id);
    }

    /// Moves the reversals that mean an entry to it from where they were kept, if any.
    pub(super) fn bring_home(&mut self, as_said: EntryId, target: EntryRef) -> bool {
        let Some(said) = self.by_target.get_mut(&as_said) else {
            return false;
        };
        let mine: Vec<_> = said
            .extract_if(.., |(_, hash8)| *hash8 == target.hash8)
            .collect();
        if said.is_empty() {
            self.by_target.remove(&as_said);
        }
        for (reversal, _) in &mine {
            self.add(*reversal, target);
        }
        !mine.is_empty()
    }

    pub(super) fn is_target(&self, id: &EntryId) -> bool {
        self.by_target.contains_key(id)
    }

    pub(super) fn targets(&self) -> Vec<EntryId> {
        self.by_target.keys().copied().collect()
    }

    /// The reversals among some entries.
    pub(super) fn within(&self, keys: std::ops::Range<TxKey>) -> impl Iterator<Item = TxKey> + '_ {
        self.target_of.range(keys).map(|(reversal, _)| *reversal)
    }

    pub(crate) fn target_of(&self, reversal: TxKey) -> Option<EntryId> {
        self.target_of.get(&reversal).copied()
    }

    pub(crate) fn is_void(&self, key: &TxKey) -> bool {
        self.void.contains_key(key)
    }

    pub(super) fn has_no_void(&self) -> bool {
        self.void.is_empty()
    }

    /// Void transactions with the reversal that holds.
    pub(crate) fn voided(&self) -> impl Iterator<Item = (TxKey, TxKey)> + '_ {
        self.void
            .iter()
            .map(|(target, reversal)| (*target, *reversal))
    }

    pub(crate) fn voided_by(&self, key: TxKey) -> Option<TxKey> {
        self.void.get(&key).copied()
    }

    pub(crate) fn time_of(&self, reversal: TxKey) -> Timestamp {
        self.times.get(&reversal).copied().unwrap_or_default()
    }

    /// Reversals without effect.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (TxKey, ReversalFault)> + '_ {
        self.faults
            .iter()
            .map(|(reversal, fault)| (*reversal, *fault))
    }

    /// Works out what the reversals of one target come to; says whether it changed whether the
    /// target counts, or since when it does not. `facts` are what the target acts on and its hash, once it is known.
    pub(super) fn settle(
        &mut self,
        target: EntryId,
        target_key: Option<TxKey>,
        facts: Option<(Touch, [u8; 8])>,
        suppressed: impl Fn(TxKey) -> bool,
        order: impl Fn(TxKey, Timestamp) -> (Timestamp, EntryId),
    ) -> bool {
        let mut candidates = Vec::new();
        for &(reversal, hash8) in self.by_target.get(&target).into_iter().flatten() {
            self.faults.remove(&reversal);
            if suppressed(reversal) {
                continue;
            }
            let fault = match facts {
                None => Some(ReversalFault::Waiting),
                Some((_, actual)) if actual != hash8 => Some(ReversalFault::OtherBranch),
                Some((Touch::Reversal, _)) => Some(ReversalFault::OfReversal),
                Some((Touch::Other, _)) => Some(ReversalFault::NotATransaction),
                Some((Touch::Lines(..), _)) => None,
            };
            match fault {
                Some(fault) => {
                    self.faults.insert(reversal, fault);
                }
                None => candidates.push(reversal),
            }
        }
        let holds = candidates
            .iter()
            .copied()
            .min_by_key(|&reversal| order(reversal, self.time_of(reversal)));
        for reversal in candidates {
            if Some(reversal) != holds {
                self.faults.insert(reversal, ReversalFault::Twice);
            }
        }
        let Some(key) = target_key else { return false };
        let before = match holds {
            Some(reversal) => self.void.insert(key, reversal),
            None => self.void.remove(&key),
        };
        // Which one holds says when it ceased to count.
        before != holds
    }
}
