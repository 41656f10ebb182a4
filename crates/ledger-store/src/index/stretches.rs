//! What chains are made of while a group moves entries between them.
//!
//! Entries keep their seq wherever they go, so a chain is a row of stretches: part of a chain as it
//! is stored, or part of what the group brings.
//!
//! **Invariant.** The stretches of a chain follow each other without a hole from its first entry
//! on.

use std::collections::BTreeMap;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::chains::Chains;
use super::write::Expected;
use super::{Index, ReadError};
use crate::record::{Branch, Renamed};

/// Consecutive entries of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) source: Source,
}

/// Where the entries of a stretch are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the index, in this chain as it was before the group.
    Stored(Origin),
    /// In the slice that the group brought as its nth.
    Given(usize),
}

/// The chains as the records of a group leave them, one after the other.
#[derive(Debug)]
pub(crate) struct Stretches {
    chains: Chains,
    of: BTreeMap<Origin, Vec<Stretch>>,
    /// First seq and chain hashes of the slices that the group brought.
    given: Vec<(u64, Vec<Hash>)>,
}

/// A chain before the group.
fn stored(chains: &Chains, origin: Origin) -> Vec<Stretch> {
    let head = chains.heads.get(&origin);
    let stretch = head.map(|&(last, _)| Stretch {
        first: chains.start(origin).0,
        last,
        source: Source::Stored(origin),
    });
    stretch.into_iter().collect()
}

impl Stretches {
    /// Before a group, over what is stored.
    pub(crate) const fn new(chains: Chains) -> Self {
        Self {
            chains,
            of: BTreeMap::new(),
            given: Vec::new(),
        }
    }

    /// The chains as they are now.
    pub(crate) const fn chains(&self) -> &Chains {
        &self.chains
    }

    /// The same, when all was taken.
    pub(crate) fn into_chains(self) -> Chains {
        self.chains
    }

    /// The stretches of a chain that the group touched.
    pub(super) fn of(&self, origin: Origin) -> &[Stretch] {
        self.of.get(&origin).map_or(&[], Vec::as_slice)
    }

    fn row(&mut self, origin: Origin) -> &mut Vec<Stretch> {
        let chains = &self.chains;
        self.of
            .entry(origin)
            .or_insert_with(|| stored(chains, origin))
    }

    /// Takes entries that continue their chain; the chain hashes after each.
    pub(crate) fn take(&mut self, slice: &OriginSlice) -> Result<Vec<Hash>, Expected> {
        let number = self.given.len();
        let _before = self.row(slice.origin);
        let hashes = self.chains.take(slice)?;
        self.given.push((slice.first_seq, hashes.clone()));
        if !hashes.is_empty() {
            self.row(slice.origin).push(Stretch {
                first: slice.first_seq,
                last: slice.last_seq(),
                source: Source::Given(number),
            });
        }
        Ok(hashes)
    }

    /// Takes entries of a chain that the group moves nothing from or to.
    pub(super) fn take_apart(&mut self, slice: &OriginSlice) -> Result<Vec<Hash>, Expected> {
        self.chains.take(slice)
    }

    /// Takes note of where a chain begins.
    pub(crate) fn declare(&mut self, branch: &Branch) -> Result<(), Expected> {
        self.chains.declare(branch)
    }

    /// The hash that a chain has before an entry; `None` where it is not that long.
    pub(super) fn hash_before(
        &self,
        index: &Index,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<Hash>, ReadError> {
        let (first, prev) = self.chains.start(origin);
        if seq == first {
            return Ok(Some(prev));
        }
        let Some(at) = seq.checked_sub(1) else {
            return Ok(None);
        };
        let Some(row) = self.of.get(&origin) else {
            return index.hash_at(origin, at);
        };
        let stretch = row.iter().find(|it| (it.first..=it.last).contains(&at));
        match stretch.map(|stretch| stretch.source) {
            None => Ok(None),
            Some(Source::Stored(origin)) => index.hash_at(origin, at),
            Some(Source::Given(number)) => Ok(self.given_hash(number, at)),
        }
    }

    fn given_hash(&self, number: usize, at: u64) -> Option<Hash> {
        let (first, hashes) = self.given.get(number)?;
        let index = usize::try_from(at.checked_sub(*first)?).ok()?;
        hashes.get(index).copied()
    }

    /// Gives entries another chain, if it continues with them.
    pub(crate) fn rename(
        &mut self,
        index: &Index,
        renamed: &Renamed,
    ) -> Result<Result<(), Expected>, ReadError> {
        let before = self.hash_before(index, renamed.from, renamed.first_seq)?;
        let (_from, _to) = (self.row(renamed.from).len(), self.row(renamed.to).len());
        if let Err(expected) = self.chains.rename(renamed, before) {
            return Ok(Err(expected));
        }
        let moved = split_off(self.row(renamed.from), renamed.first_seq);
        self.row(renamed.to).extend(moved);
        Ok(Ok(()))
    }

    /// Ends a chain before a seq: what follows belongs to a chain that cannot take it. Whether
    /// there was anything.
    pub(super) fn cut(
        &mut self,
        index: &Index,
        origin: Origin,
        first_seq: u64,
    ) -> Result<bool, ReadError> {
        if self.chains.end(origin).0 < first_seq {
            return Ok(false);
        }
        let Some(before) = self.hash_before(index, origin, first_seq)? else {
            return Ok(false);
        };
        let _gone = split_off(self.row(origin), first_seq);
        self.chains.cut(origin, (first_seq, before));
        Ok(true)
    }
}

/// Takes the stretches from a seq on off a row.
fn split_off(row: &mut Vec<Stretch>, first_seq: u64) -> Vec<Stretch> {
    let mut moved = Vec::new();
    row.retain_mut(|stretch| {
        if stretch.last < first_seq {
            return true;
        }
        moved.push(Stretch {
            first: stretch.first.max(first_seq),
            ..*stretch
        });
        stretch.last = first_seq.saturating_sub(1);
        stretch.first < first_seq
    });
    moved
}

impl Stretch {
    /// What it has of a slice of its entries and others.
    pub(super) fn part_of<'a>(&self, slice: &'a OriginSlice) -> impl Iterator<Item = &'a [u8]> {
        let seqs = self.first..=self.last;
        (slice.first_seq..)
            .zip(slice.entries.iter())
            .filter(move |(seq, _)| seqs.contains(seq))
            .map(|(_, entry)| entry)
    }
}
