//! Branches in the fold: what waits for them, and what was said of their entries before it was
//! known that they are a branch's.

use super::{Branch, Fold, TxKey, origin};
use crate::id::{EntryId, EntryRef, Origin};

impl Fold {
    /// Takes what waited for the last entry of some origins, and the branches that begin there.
    pub(super) fn take_waiting(&mut self, mut grown: Vec<u32>) {
        while let Some(origin) = grown.pop() {
            loop {
                let next = self.origins.next_seq(origin);
                let last = (origin, next.saturating_sub(1));
                grown.extend(self.origins.ready_behind(last));
                let next = self.entry_id((origin, next));
                let ready = self.origins.is_ready(origin);
                let Some(record) = ready.then(|| self.waiting.remove(&next)).flatten() else {
                    break;
                };
                self.take(origin, record);
            }
        }
    }

    /// Takes note that an origin is a branch, before or after its entries; false when there is
    /// nothing new in that. What was folded before must not have been told otherwise.
    pub fn branch(&mut self, branch: Branch) -> bool {
        let start = origin::Start {
            root: branch.root,
            first_seq: branch.first_seq,
            prev8: branch.prev8,
        };
        let is_new = self.origins.set_branch(branch.id, start);
        if is_new {
            let index = self.origins.index_of(branch.id);
            self.learn_revoked_origin(index);
            // Late rows are worked out when this is dropped.
            self.bulk().0.take_waiting(vec![index]);
        }
        is_new
    }

    /// The entry that a reference means, by the name it has here; as it was written as long as it
    /// has not arrived.
    #[must_use]
    pub fn meant(&self, reference: EntryRef) -> EntryId {
        let is_branched = |index| self.origins.is_branched(index);
        if !self
            .origins
            .find(reference.id.origin)
            .is_some_and(is_branched)
        {
            return reference.id;
        }
        let key = self.origins.meant(reference);
        key.map_or(reference.id, |key| self.entry_id(key))
    }

    /// Whether any origin has a branch.
    #[must_use]
    pub fn has_branches(&self) -> bool {
        self.origins.has_branches()
    }

    /// The origin that a branch belongs to; any other is its own.
    #[must_use]
    pub fn root_of(&self, origin: Origin) -> Origin {
        let root = self
            .origins
            .find(origin)
            .map(|index| self.origins.root(index));
        root.map_or(origin, |root| self.entry_id((root, 1)).origin)
    }

    /// An origin with its branches, by id.
    #[must_use]
    pub fn family(&self, root: Origin) -> Vec<Origin> {
        let index = self.origins.find(root);
        let family = index.map(|index| self.origins.family(index));
        let ids = family.into_iter().flatten();
        let mut ids: Vec<Origin> = ids.map(|of| self.entry_id((of, 1)).origin).collect();
        ids.sort_unstable();
        ids
    }

    /// The entries with this seq of an origin and all its branches.
    pub(super) fn namesakes(&self, id: EntryId) -> Vec<EntryId> {
        let index = self.origins.find(id.origin);
        match index.filter(|index| self.origins.is_branched(*index)) {
            None => vec![id],
            Some(index) => {
                let family = self.origins.family(index).into_iter();
                family.map(|of| self.entry_id((of, id.seq))).collect()
            }
        }
    }

    /// Gives an entry what was said of it under another name of its
    /// origin or of a branch.
    pub(super) fn bring_home(&mut self, (index, seq): TxKey, hash8: [u8; 8]) {
        if !self.origins.is_branched(index) {
            return;
        }
        let id = self.entry_id((index, seq));
        let reference = EntryRef { id, hash8 };
        for other in self.origins.family(index) {
            let as_said = self.entry_id((other, seq));
            if as_said == id {
                continue;
            }
            let mut moved = self.documents.bring_home(as_said, reference);
            moved |= self.reversals.bring_home(as_said, reference);
            moved |= self.rights.bring_home(as_said, reference);
            if moved {
                self.note_all_changed();
            }
        }
    }
}
