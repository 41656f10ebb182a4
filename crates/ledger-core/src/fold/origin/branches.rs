//! Branches: what a copied or turned-back store went on with under an origin that somebody else
//! had gone on with too.
//!
//! A branch has an id of its own and keeps the numbers and hashes of its entries: its first one
//! follows one of the origin that it branches from, or of another branch of it. Entries never name
//! a branch, since a name depends on who came first: they refer to what was written by origin, seq
//! and hash, which tells the branches of an origin apart.

use super::{OriginLog, Origins};
use crate::fold::TxKey;
use crate::fold::slots::Slots;
use crate::fold::snapshot::{In, Out};
use crate::id::{EntryId, EntryRef, Origin};

/// Where a branch begins. `O` is an origin, or its place among those met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fold) struct Start<O> {
    /// The origin it is a branch of.
    pub(in crate::fold) root: O,
    /// Its first seq, from 2.
    pub(in crate::fold) first_seq: u64,
    /// The hash of the entry before that.
    pub(in crate::fold) prev8: [u8; 8],
}

/// What a log begins behind, when it is a branch's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind {
    pub(super) start: Start<u32>,
    /// Whose entry that is, once it is known.
    pub(super) parent: Option<u32>,
}

/// Writes where a log begins.
pub(super) fn put(behind: Option<Behind>, out: &mut Out) {
    let Some(Behind { start, parent }) = behind else {
        return out.number(0);
    };
    out.number(start.first_seq);
    out.number(u64::from(start.root));
    out.bytes(&start.prev8);
    out.number(parent.map_or(0, |parent| u64::from(parent).saturating_add(1)));
}

impl Origins {
    /// The effective time of the entry that a branch begins behind.
    pub(super) fn before_first(&self, index: u32) -> u64 {
        let behind = self.log(index).and_then(|log| log.behind);
        let before = behind.and_then(|behind| {
            let seq = behind.start.first_seq.saturating_sub(1);
            self.slot((behind.parent?, seq))
        });
        before.map_or(0, |slot| slot.effective)
    }

    /// Takes note that an origin is a branch; false when it is known as such, or as something else.
    pub(in crate::fold) fn set_branch(&mut self, id: Origin, start: Start<Origin>) -> bool {
        let (root, index) = (self.index_of(start.root), self.index_of(id));
        let is_new = |log: &OriginLog| log.behind.is_none() && log.slots.len() == 0;
        if root == index || !self.log(index).is_some_and(is_new) {
            return false;
        }
        let start = Start {
            root,
            first_seq: start.first_seq,
            prev8: start.prev8,
        };
        let before = (self.family(root), start.first_seq.saturating_sub(1));
        let holds = |of: &u32| {
            let slot = self.slot((*of, before.1));
            slot.is_some_and(|slot| slot.hash8 == start.prev8)
        };
        let parent = before.0.into_iter().find(holds);
        self.keep_branch(index, start, parent);
        if let Some(log) = self.log_mut(index) {
            log.slots = Slots::default();
        }
        self.begin_behind(index);
        true
    }

    fn keep_branch(&mut self, index: u32, start: Start<u32>, parent: Option<u32>) {
        self.branches.entry(start.root).or_default().push(index);
        if let Some(log) = self.log_mut(index) {
            log.behind = Some(Behind { start, parent });
        }
    }

    fn begin_behind(&mut self, index: u32) {
        let before = self.before_first(index);
        if let Some(log) = self.log_mut(index) {
            log.slots.begin_behind(before);
        }
    }

    /// Takes back what [`Self::put`] wrote of where a log begins.
    pub(in crate::fold) fn take_behind(&mut self, index: u32, input: &mut In<'_>) -> Option<()> {
        let first_seq = input.number()?;
        if first_seq == 0 {
            return Some(());
        }
        let start = Start {
            root: u32::try_from(input.number()?).ok()?,
            first_seq,
            prev8: input.array()?,
        };
        let parent = input.number()?.checked_sub(1);
        let parent = parent.map(u32::try_from).transpose().ok()?;
        self.keep_branch(index, start, parent);
        Some(())
    }

    /// Whether the next entry of an origin could be taken: that of a branch only behind the one
    /// that it begins behind.
    pub(in crate::fold) fn is_ready(&self, index: u32) -> bool {
        let behind = self.log(index).and_then(|log| log.behind);
        behind.is_none_or(|behind| behind.parent.is_some())
    }

    /// The branches that begin behind an entry and waited for it.
    pub(in crate::fold) fn ready_behind(&mut self, (index, seq): TxKey) -> Vec<u32> {
        if self.branches.is_empty() {
            return Vec::new();
        }
        let hash8 = self.hash8((index, seq));
        let mut ready = self.branches_of(index);
        ready.retain(|branch| {
            let behind = self.log(*branch).and_then(|log| log.behind);
            behind.is_some_and(|Behind { start, parent }| {
                parent.is_none()
                    && (start.first_seq.checked_sub(1), start.prev8) == (Some(seq), hash8)
            })
        });
        for branch in &ready {
            if let Some(behind) = self.log_mut(*branch).and_then(|log| log.behind.as_mut()) {
                behind.parent = Some(index);
            }
            self.begin_behind(*branch);
        }
        ready
    }

    /// The last entry of a chain that stands at or before an entry of its family; 0 when none does.
    pub(in crate::fold) fn reach(&self, (mut index, mut seq): TxKey, chain: u32) -> u64 {
        // A branch of a branch, and so on, but never of itself.
        for _ in 0..self.family(index).len() {
            if index == chain {
                return seq;
            }
            let behind = self.log(index).and_then(|log| log.behind);
            let Some((start, parent)) = behind.and_then(|it| Some((it.start, it.parent?))) else {
                return 0;
            };
            (index, seq) = (parent, start.first_seq.saturating_sub(1));
        }
        0
    }

    /// The branches that begin behind an entry of this origin, as far as that is known.
    pub(in crate::fold) fn children(&self, index: u32) -> Vec<u32> {
        let mut children = self.branches_of(index);
        children.retain(|branch| {
            let behind = self.log(*branch).and_then(|log| log.behind);
            behind.is_some_and(|behind| behind.parent == Some(index))
        });
        children
    }

    /// The origin that a branch belongs to; any other is its own.
    pub(in crate::fold) fn root(&self, index: u32) -> u32 {
        let behind = self.log(index).and_then(|log| log.behind);
        behind.map_or(index, |behind| behind.start.root)
    }

    fn branches_of(&self, index: u32) -> Vec<u32> {
        let branches = self.branches.get(&self.root(index));
        branches.cloned().unwrap_or_default()
    }

    /// An origin and its branches, or those that a branch is one of.
    pub(in crate::fold) fn family(&self, index: u32) -> Vec<u32> {
        let mut family = self.branches_of(index);
        family.push(self.root(index));
        family
    }

    pub(in crate::fold) fn has_branches(&self) -> bool {
        !self.branches.is_empty()
    }

    /// Whether an origin is a branch or has any.
    pub(in crate::fold) fn is_branched(&self, index: u32) -> bool {
        !self.branches.is_empty() && self.branches.contains_key(&self.root(index))
    }

    /// The id that entries refer to an entry by: that of the origin it was written under, whatever
    /// branch it turned out to be on.
    pub(in crate::fold) fn written_id(&self, key: TxKey) -> EntryId {
        self.entry_id((self.root(key.0), key.1))
    }

    /// Where the entry is that a reference means: the one of a family with this hash.
    pub(in crate::fold) fn meant(&self, reference: EntryRef) -> Option<TxKey> {
        let index = self.find(reference.id.origin)?;
        let mut family = self.family(index).into_iter();
        family.find_map(|of| {
            let key = (of, reference.id.seq);
            let slot = self.slot(key)?;
            (slot.hash8 == reference.hash8).then_some(key)
        })
    }
}
