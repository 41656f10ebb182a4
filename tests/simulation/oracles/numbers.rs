//! One central order in each epoch: a number belongs to one entry, an entry has one number, and
//! the moments of numbering never step back.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::EntryId;
use ledger_format::wire::{self, RunMessage, SyncAnswer, SyncRequest};

use crate::world::Failure;

/// The orders of all epochs, as the server told them.
#[derive(Debug, Default)]
pub struct Numbers {
    by_number: BTreeMap<(u64, u64), (EntryId, u64)>,
    by_entry: BTreeMap<(u64, EntryId), u64>,
    /// Epochs in which numbers were given out again.
    again: BTreeSet<u64>,
}

impl Numbers {
    /// Takes note of an answer.
    ///
    /// # Errors
    /// When it contradicts an earlier one.
    pub fn observe(&mut self, asked: &SyncRequest, answer: &SyncAnswer) -> Result<(), Failure> {
        let n = if answer.restart { 0 } else { asked.cursor.n };
        self.observe_runs(answer.cursor.epoch, n, &answer.runs)
    }

    /// Takes note of runs that the central server told, behind a number.
    ///
    /// # Errors
    /// When they contradict what it told earlier.
    pub fn observe_runs(
        &mut self,
        epoch: u64,
        behind: u64,
        runs: &[RunMessage],
    ) -> Result<(), Failure> {
        let mut n = behind;
        for run in runs {
            let origin = wire::origin_of(&run.origin);
            for seq in run.first_seq..run.first_seq + run.count {
                n += 1;
                self.note(epoch, n, EntryId { origin, seq }, run.moment_millis)?;
            }
        }
        Ok(())
    }

    /// The server knows nothing any more of what it numbered behind so many, in whichever epoch it
    /// was then: until somebody tells it so, it gives those numbers out again.
    pub fn forget_behind(&mut self, numbered: u64) {
        let epochs = self.by_number.keys().map(|(epoch, _)| *epoch);
        self.again.extend(epochs);
        self.by_number.retain(|(_, n), _| *n <= numbered);
        self.by_entry.retain(|_, n| *n <= numbered);
    }

    /// Judges what a hub tells of the order: nothing but what the central server said before.
    ///
    /// # Errors
    /// When the hub has numbers of its own.
    pub fn judge_hub(&self, asked: &SyncRequest, answer: &SyncAnswer) -> Result<(), Failure> {
        self.judge_runs(answer.cursor.epoch, asked.cursor.n, &answer.runs)
    }

    /// Judges runs that another than the central server told, behind a number.
    ///
    /// # Errors
    /// When they are not what the central server told.
    pub fn judge_runs(&self, epoch: u64, behind: u64, runs: &[RunMessage]) -> Result<(), Failure> {
        let mut n = behind;
        for run in runs {
            let origin = wire::origin_of(&run.origin);
            for seq in run.first_seq..run.first_seq + run.count {
                n += 1;
                let id = EntryId { origin, seq };
                let told = self.by_number.get(&(epoch, n));
                let is_told = told == Some(&(id, run.moment_millis));
                if !is_told && !self.again.contains(&epoch) {
                    return Err(format!(
                        "somebody gives {id} the number {n} of epoch {epoch}, which is {told:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, epoch: u64, n: u64, id: EntryId, moment: u64) -> Result<(), Failure> {
        let before = self.by_number.insert((epoch, n), (id, moment));
        if before.is_some_and(|before| before != (id, moment)) {
            return Err(format!(
                "number {n} of epoch {epoch} was another entry before {id}"
            ));
        }
        let other = self.by_entry.insert((epoch, id), n);
        if other.is_some_and(|other| other != n) {
            return Err(format!(
                "{id} has number {n} in epoch {epoch}, and had another"
            ));
        }
        let earlier = self.by_number.get(&(epoch, n - 1));
        if earlier.is_some_and(|(_, earlier)| *earlier > moment) {
            return Err(format!("number {n} was given before the one before it"));
        }
        Ok(())
    }

    /// When an entry was numbered in an epoch.
    #[must_use]
    pub fn moment(&self, epoch: u64, id: EntryId) -> Option<u64> {
        let n = self.by_entry.get(&(epoch, id))?;
        self.by_number.get(&(epoch, *n)).map(|(_, moment)| *moment)
    }

    /// The epoch in which all these entries have numbers, and no others.
    #[must_use]
    pub fn epoch_of(&self, ids: &[EntryId]) -> Option<u64> {
        let mut epochs: Vec<u64> = self.by_number.keys().map(|(epoch, _)| *epoch).collect();
        epochs.dedup();
        let whole = |epoch: &u64| {
            ids.iter()
                .all(|id| self.by_entry.contains_key(&(*epoch, *id)))
        };
        epochs.into_iter().find(whole)
    }
}
