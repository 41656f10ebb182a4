//! Where the chains of a log end, and where those begin that do not begin at 1.
//!
//! **Invariant.** An entry is taken only where its chain goes on, and a chain that has entries
//! keeps its beginning.

use std::collections::BTreeMap;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::write::{Expected, link};
use super::{Heads, Index, ReadError, decoded};
use crate::frame;
use crate::journal::Position;
use crate::keys;
use crate::record::{Branch, Record, Renamed};

/// Chains that do not begin at 1.
pub(crate) type Branches = BTreeMap<Origin, Branch>;

/// What is known of all chains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chains {
    /// Where they end; none of those without entries.
    pub(crate) heads: Heads,
    /// Where they begin, if not at 1.
    pub(crate) branches: Branches,
}

/// A chain's first seq and the chain hash before it.
fn start(branches: &Branches, origin: Origin) -> (u64, Hash) {
    branches.get(&origin).map_or_else(
        || (1, Hash::before_first(origin)),
        |it| (it.first_seq, it.prev),
    )
}

impl Chains {
    /// A chain's first seq and the chain hash before it.
    pub(crate) fn start(&self, origin: Origin) -> (u64, Hash) {
        start(&self.branches, origin)
    }

    /// A chain's last seq and the chain hash after it; before its first entry what stands before
    /// that.
    pub(crate) fn end(&self, origin: Origin) -> (u64, Hash) {
        self.heads.get(&origin).copied().unwrap_or_else(|| {
            let (first, prev) = self.start(origin);
            (first.saturating_sub(1), prev)
        })
    }

    /// What a chain's next slice has to begin with.
    pub(crate) fn next(&self, origin: Origin) -> Expected {
        let (last, prev) = self.end(origin);
        Expected {
            origin,
            seq: last.saturating_add(1),
            prev,
        }
    }

    /// How many entries there are.
    pub(crate) fn entries(&self) -> u64 {
        self.heads.iter().fold(0, |sum: u64, (origin, (last, _))| {
            let before = self
                .branches
                .get(origin)
                .map_or(0, |branch| branch.first_seq.saturating_sub(1));
            sum.saturating_add(last.saturating_sub(before))
        })
    }

    /// Takes entries that continue their chain; the chain hashes after each.
    pub(crate) fn take(&mut self, slice: &OriginSlice) -> Result<Vec<Hash>, Expected> {
        let hashes = link(slice, Some(self.end(slice.origin)))?;
        if let Some(&hash) = hashes.last() {
            let head = (slice.last_seq(), hash);
            let _before = self.heads.insert(slice.origin, head);
        }
        Ok(hashes)
    }

    /// Takes note of where a chain begins that has no entries yet.
    pub(crate) fn declare(&mut self, branch: &Branch) -> Result<(), Expected> {
        match self.branches.get(&branch.id) {
            Some(known) if known == branch => Ok(()),
            None if !self.heads.contains_key(&branch.id) => {
                let _none = self.branches.insert(branch.id, *branch);
                Ok(())
            }
            Some(_) | None => Err(self.next(branch.id)),
        }
    }

    /// Gives entries another chain; `before` is the hash that their chain has before them.
    pub(crate) fn rename(
        &mut self,
        renamed: &Renamed,
        before: Option<Hash>,
    ) -> Result<(), Expected> {
        let Renamed {
            from,
            first_seq,
            to,
        } = *renamed;
        let last = self.end(from).0;
        if last < first_seq || first_seq < self.start(from).0 {
            return Err(self.next(from));
        }
        let expected = self.next(to);
        if (expected.seq, Some(expected.prev)) != (first_seq, before) {
            return Err(expected);
        }
        if let Some(head) = self.heads.get(&from).copied() {
            let _before = self.heads.insert(to, head);
        }
        self.cut(from, (first_seq, expected.prev));
        Ok(())
    }

    /// Ends a chain before a seq, where it has this hash.
    pub(crate) fn cut(&mut self, origin: Origin, (first_seq, before): (u64, Hash)) {
        let _end = if self.start(origin).0 < first_seq {
            let head = (first_seq.saturating_sub(1), before);
            self.heads.insert(origin, head)
        } else {
            self.heads.remove(&origin)
        };
    }

    /// Takes what a journal says next, where nobody can look up a hash amid a chain: whoever wrote
    /// it has done so.
    pub(crate) fn see(&mut self, record: &Record) -> Result<(), Expected> {
        match record {
            Record::Own(slice) | Record::Foreign { slice, .. } => self.take(slice).map(|_| ()),
            Record::Branch(branch) => self.declare(branch),
            Record::Renamed(renamed) => {
                let before = self.next(renamed.to).prev;
                self.rename(renamed, Some(before))
            }
            Record::Head(_) | Record::Run(_) | Record::Cursor(_) | Record::Note(_) => Ok(()),
        }
    }
}

impl Index {
    /// All branches.
    pub(crate) fn branches(&self) -> Result<Branches, ReadError> {
        let mut branches = Branches::new();
        self.scan(
            keys::BRANCH,
            &keys::end_of(keys::BRANCH),
            false,
            &mut |key, body| {
                let id = keys::origin_in(key).ok_or_else(|| ReadError::corrupt(key))?;
                let branch = decoded(key, body, |reader| frame::branch_of(id, reader))?;
                let _before = branches.insert(id, branch);
                Ok(std::ops::ControlFlow::Continue(()))
            },
        )?;
        Ok(branches)
    }

    /// Where a chain begins that does not begin at 1.
    pub(crate) fn branch(&self, id: Origin) -> Result<Option<Branch>, ReadError> {
        let key = keys::of_origin(keys::BRANCH, id);
        self.get(&key)?
            .map(|body| decoded(&key, &body, |reader| frame::branch_of(id, reader)))
            .transpose()
    }

    /// A chain's first seq and the chain hash before it.
    pub(super) fn start(&self, origin: Origin) -> Result<(u64, Hash), ReadError> {
        let branch = self.branch(origin)?;
        let branches = branch.map(|branch| (origin, branch)).into_iter().collect();
        Ok(start(&branches, origin))
    }

    /// Beginnings and ends of all chains. Neither is taken from a moment of its own: a chain's
    /// beginning is there before its first entry and never changes.
    pub(crate) fn chains(&self) -> Result<Chains, ReadError> {
        let heads = self.heads()?;
        let branches = self.branches()?;
        Ok(Chains { heads, branches })
    }

    /// The same with the position that belongs to it, while appends go on.
    pub(crate) fn chains_at(&self) -> Result<(Chains, Position), ReadError> {
        loop {
            let position = self.position()?;
            let chains = self.chains()?;
            if self.position()? == position {
                return Ok((chains, position));
            }
        }
    }
}
