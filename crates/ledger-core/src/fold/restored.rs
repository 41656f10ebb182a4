//! Order lines that later ones overtook since the central server was restored (ADR 21).
//!
//! A restored server numbers anew what it is given back. What comes back late, since its writer was
//! away, stands behind what was written and numbered meanwhile, and may have stood before it. No
//! node knows the lost numbers, so what is said is that it *may* be so: the line was written before
//! the restore, was numbered after it, waits, and stock that it may have goes to lines written
//! after the restore.
//!
//! That the server was restored is said by the Genesis of the origin under which it went on.

use super::Fold;
use super::allocation::{Allocation, Claim};
use super::documents::Standing;
use crate::entry::GenesisReason;
use crate::id::EntryId;
use crate::time::Timestamp;

/// The central server went on after a restore.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restore {
    /// The entry that says so.
    entry: EntryId,
    /// Its central number: what has a smaller one was in the backup.
    number: u64,
    at: Timestamp,
}

impl Restore {
    /// When a claim was numbered after the restore: whether it was written before it.
    fn is_of_before(&self, fold: &Fold, claim: &Claim) -> Option<bool> {
        match claim.standing {
            Standing::Numbered(number) if number > self.number => {
                Some(fold.effective_time(claim.entry)? < self.at)
            }
            Standing::Numbered(_) | Standing::Provisional(..) => None,
        }
    }
}

impl Fold {
    /// The restores of the central server, the newest first.
    pub(super) fn restores(&self) -> Vec<Restore> {
        let central = self.central_origin().and_then(|it| self.device_of(it));
        let Some((device, _)) = central else {
            return Vec::new();
        };
        let restored = |origin| {
            let genesis = self.origins.genesis(self.origins.find(origin)?)?;
            let entry = EntryId { origin, seq: 1 };
            (genesis.reason == GenesisReason::Restored).then_some(Restore {
                entry,
                number: self.central_number(entry)?,
                at: self.effective_time(entry)?,
            })
        };
        let mut restores: Vec<Restore> = self.origins_of(device).filter_map(restored).collect();
        restores.sort_by_key(|restore| std::cmp::Reverse(restore.number));
        restores
    }

    /// The entries by which lines written after a restore are served before the claim at a place of
    /// the queue, which was written before it, behind the entry that names the restore.
    pub(super) fn overtaken(
        &self,
        restores: &[Restore],
        allocation: &Allocation,
        at: usize,
        claim: &Claim,
    ) -> Option<Vec<EntryId>> {
        let before = allocation.claims.get(..at)?;
        restores.iter().find_map(|restore| {
            if restore.is_of_before(self, claim) != Some(true) {
                return None;
            }
            let overtook = before.iter().filter(|other| {
                other.order != claim.order
                    && other.rank == claim.rank
                    && other.has_what_serves(claim)
                    && restore.is_of_before(self, other) == Some(false)
            });
            let overtook: Vec<EntryId> = overtook.map(|other| other.entry).collect();
            (!overtook.is_empty()).then(|| [vec![restore.entry], overtook].concat())
        })
    }
}
