//! Under which name entries are kept: their origin's, or a branch's.
//!
//! A store that was copied or turned back goes on with the same origin and numbers as another one.
//! What the central server numbers first keeps the origin's name; the other is a branch, named by
//! the origin and the hash of its first own entry (ADR 16). Hashes tell them apart, whatever
//! name somebody sends them under.

use ledger_core::Origin;
use ledger_format::head::SignedHead;
use ledger_format::wire::{self, BatchMessage};
use ledger_format::{Hash, OriginSlice};

use crate::keys::{Ahead, Checked};
use crate::{BranchStart, Effect, Fault, Log};

/// What is new of a batch, and the name it is kept under.
struct Joined {
    slice: OriginSlice,
    begins: Option<BranchStart>,
}

/// What is new of a batch that came under any name of its family.
pub(crate) struct New {
    pub(crate) slice: OriginSlice,
    /// The chain hash after each entry of the slice.
    pub(crate) hashes: Vec<Hash>,
    begins: Option<BranchStart>,
    batch: BatchMessage,
    head: SignedHead,
}

impl New {
    /// The origin under which the entries were written.
    pub(crate) const fn root(&self) -> Origin {
        self.head.origin
    }

    /// What to make durable.
    pub(crate) fn effects(self) -> impl Iterator<Item = Effect> {
        let chain = self.slice.origin;
        let entries = Effect::Foreign {
            batch: self.batch,
            slice: self.slice,
        };
        let begins = self.begins.map(Effect::Branch);
        begins
            .into_iter()
            .chain([entries, Effect::Head(chain, self.head)])
    }
}

impl<L: Log> Ahead<'_, L> {
    pub(crate) fn branch(&self, id: Origin) -> Result<Option<BranchStart>, Fault<L::Error>> {
        match self.branches.get(&id) {
            Some(branch) => Ok(Some(*branch)),
            None => self.log.branch(id).map_err(Fault::Log),
        }
    }

    /// An origin and its branches.
    fn family(&self, root: Origin) -> Result<Vec<Origin>, Fault<L::Error>> {
        let mut family = vec![root];
        let known = self.log.branches_of(root).map_err(Fault::Log)?;
        family.extend(known.iter().map(|branch| branch.id));
        let ahead = self.branches.values().filter(|branch| branch.root == root);
        family.extend(ahead.map(|branch| branch.id));
        Ok(family)
    }

    /// Who of a family has an entry with this hash.
    fn holder(
        &self,
        family: &[Origin],
        seq: u64,
        hash: Hash,
    ) -> Result<Option<Origin>, Fault<L::Error>> {
        for chain in family {
            if self.hash_at(*chain, seq)? == Some(hash) {
                return Ok(Some(*chain));
            }
        }
        Ok(None)
    }

    /// Checks a batch and finds the chain that it goes on with, or begins, whatever name it came
    /// under. None when all of it is known.
    pub(crate) fn take_any(
        &mut self,
        batch: &BatchMessage,
    ) -> Result<Option<New>, Fault<L::Error>> {
        let checked = self.check(batch)?;
        let Some(Joined { slice, begins }) = self.join_any(&checked)? else {
            return Ok(None);
        };
        let known = checked.hashes.len().saturating_sub(slice.entries.len());
        let mut batch = batch.clone();
        batch.origin = wire::id_bytes(slice.origin.as_bytes());
        let is_branch = slice.origin != checked.root;
        batch.root = is_branch.then(|| wire::id_bytes(checked.root.as_bytes()));
        Ok(Some(New {
            slice,
            hashes: checked.hashes.into_iter().skip(known).collect(),
            begins,
            batch,
            head: checked.head,
        }))
    }

    /// How a batch meets the log, whatever name it came under: it goes on with a chain that is
    /// here, or begins a branch. None when all of it is known.
    ///
    /// Where there are branches the name says nothing: what goes by a branch's name here may come
    /// by the name that it had, from somebody who has not heard of that, and would go on with both.
    fn join_any(&mut self, checked: &Checked) -> Result<Option<Joined>, Fault<L::Error>> {
        let is_alone = self.family(checked.root)? == [checked.slice.origin];
        if is_alone {
            match self.join(checked) {
                Err(Fault::Fork { .. } | Fault::Gap { .. }) => {}
                joined => {
                    return Ok(joined?.map(|slice| Joined {
                        slice,
                        begins: None,
                    }));
                }
            }
        }
        self.join_family(checked)
    }

    /// Follows a batch along the chains of its family up to where it is new.
    fn join_family(&mut self, checked: &Checked) -> Result<Option<Joined>, Fault<L::Error>> {
        let (slice, root) = (&checked.slice, checked.root);
        let family = self.family(root)?;
        let before = slice.first_seq.saturating_sub(1);
        let mut prev = slice.prev;
        let Some(mut chain) = self.holder(&family, before, prev)? else {
            let (last, _) = self.head(root)?;
            return Err(Fault::Gap {
                origin: root,
                first_seq: slice.first_seq,
                expected: last.saturating_add(1).min(before),
            });
        };
        let entries = (slice.first_seq..).zip(&checked.hashes);
        for (known, (seq, hash)) in entries.enumerate() {
            if let Some(holder) = self.holder(&family, seq, *hash)? {
                (chain, prev) = (holder, *hash);
                continue;
            }
            let begins = if self.head(chain)? == (seq.saturating_sub(1), prev) {
                None
            } else if seq == 1 {
                // Nobody copies a store before it has begun.
                return Err(Fault::Fork { origin: root, seq });
            } else {
                Some(BranchStart {
                    id: Hash::branch_id(root, *hash),
                    root,
                    first_seq: seq,
                    prev,
                })
            };
            if let Some(branch) = begins {
                chain = branch.id;
                self.branches.insert(branch.id, branch);
            }
            self.goes_on(chain, checked, known);
            let slice = OriginSlice {
                origin: chain,
                first_seq: seq,
                prev,
                entries: slice.entries.iter().skip(known).collect(),
            };
            return Ok(Some(Joined { slice, begins }));
        }
        Ok(None)
    }

    /// What has to go by another name before entries can be kept under the name that the central
    /// order gives them; nothing when they can. A branch that is new here begins.
    pub(crate) fn make_room(&mut self, checked: &Checked) -> Result<Vec<Effect>, Fault<L::Error>> {
        let (slice, root) = (&checked.slice, checked.root);
        let name = slice.origin;
        let family = self.family(root)?;
        let is_known = family.contains(&name);
        if is_known && family.len() == 1 && !self.differs(checked)? {
            return Ok(Vec::new());
        }
        let mut begins = Vec::new();
        if !is_known {
            begins.push(Effect::Branch(self.begin(&family, checked)?));
        }
        let mut prev = slice.prev;
        for (seq, hash) in (slice.first_seq..).zip(&checked.hashes) {
            match self.hash_at(name, seq)? {
                Some(here) if here == *hash => {}
                Some(here) => {
                    if self.log.numbered_up_to(name).map_err(Fault::Log)? >= seq {
                        return Err(Fault::Senseless("one number for two entries"));
                    }
                    if seq == 1 {
                        return Err(Fault::Fork { origin: root, seq });
                    }
                    let branch = BranchStart {
                        id: Hash::branch_id(root, here),
                        root,
                        first_seq: seq,
                        prev,
                    };
                    return Ok(vec![Effect::Branch(branch), renamed(name, seq, branch.id)]);
                }
                None => {
                    let holder = self.holder(&family, seq, *hash)?;
                    let moves = holder.filter(|holder| *holder != name);
                    if let Some(holder) = moves {
                        begins.push(renamed(holder, seq, name));
                        return Ok(begins);
                    }
                    break;
                }
            }
            prev = *hash;
        }
        if let Some(Effect::Branch(branch)) = begins.first() {
            self.branches.insert(branch.id, *branch);
        }
        Ok(begins)
    }

    /// Whether other entries are here under the batch's name.
    fn differs(&self, checked: &Checked) -> Result<bool, Fault<L::Error>> {
        let slice = &checked.slice;
        let (last, _) = self.head(slice.origin)?;
        let Some(overlap) = last.checked_sub(slice.first_seq) else {
            return Ok(false);
        };
        let at = usize::try_from(overlap).unwrap_or(usize::MAX);
        let at = at.min(checked.hashes.len().saturating_sub(1));
        let seq = slice
            .first_seq
            .saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
        Ok(self.hash_at(slice.origin, seq)? != checked.hashes.get(at).copied())
    }

    /// Where a branch begins whose first entries these are.
    fn begin(&self, family: &[Origin], checked: &Checked) -> Result<BranchStart, Fault<L::Error>> {
        let slice = &checked.slice;
        let first = checked.hashes.first().copied().unwrap_or(slice.prev);
        if Hash::branch_id(checked.root, first) != slice.origin {
            return Err(Fault::Senseless(
                "a branch that does not begin with its first entry",
            ));
        }
        let before = slice.first_seq.saturating_sub(1);
        if before == 0 || self.holder(family, before, slice.prev)?.is_none() {
            return Err(Fault::Gap {
                origin: checked.root,
                first_seq: slice.first_seq,
                expected: before,
            });
        }
        Ok(BranchStart {
            id: slice.origin,
            root: checked.root,
            first_seq: slice.first_seq,
            prev: slice.prev,
        })
    }
}

const fn renamed(from: Origin, first_seq: u64, to: Origin) -> Effect {
    Effect::Renamed {
        from,
        first_seq,
        to,
    }
}
