//! Re-hashing every entry and comparing index and journal.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::aside::{self, Log};
use super::replay::record_of;
use super::{OpenOptions, Progress, Step, Store};
use crate::chain_text;
use crate::frame::{Frame, decode};
use crate::index::chains::Chains;
use crate::index::{Index, ReadError, rest_of};
use crate::journal::Position;
use crate::journal::scan::{ScanFrom, Seen, scan};
use crate::record::{Record, Renamed};

/// After so many problems no more are listed.
const PROBLEMS_MAX: usize = 1000;

/// What verifying found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many entries were re-hashed.
    pub entries: u64,
    /// How many origins they have.
    pub origins: u64,
    /// What is wrong, in words; at most 1,000.
    pub problems: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, text: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(text);
        }
    }
}

pub(super) fn verify(
    store: &Store,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, ReadError> {
    let index = store.settled();
    index.undisturbed(|| verify_once(store, index, progress))
}

fn verify_once(
    store: &Store,
    index: &Index,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, ReadError> {
    let mut report = Report::default();
    let (chains, position) = index.chains_at()?;
    let total = chains.entries();
    for (&origin, &head) in &chains.heads {
        let start = chains.start(origin);
        report.origins = report.origins.saturating_add(1);
        match rehash(index, origin, start, head) {
            Ok(()) => {}
            Err(Wrong::Problem(text)) => report.problem(text),
            Err(Wrong::Read(error)) => damaged(&mut report, error)?,
        }
        let count = head.0.saturating_add(1).saturating_sub(start.0);
        report.entries = report.entries.saturating_add(count);
        progress(Progress {
            step: Step::VerifyIndex,
            done: report.entries,
            total,
        });
    }
    check_heads(index, &mut report)?;
    if let Some((dir, options)) = &store.files {
        let mut check = JournalCheck {
            index,
            options,
            report: &mut report,
            seen: BTreeMap::new(),
            renames: renames(&chains, options, dir, position),
        };
        check.run(dir, position, progress)?;
        let seen = check.seen;
        let store_dir = dir.parent().unwrap_or(dir);
        let log = Log {
            chains: &chains,
            index: Some(index),
        };
        match aside::lost(store_dir, options, log) {
            Ok(lost) => lost
                .iter()
                .for_each(|lost| report.problem(lost.to_string())),
            Err(error) => report.problem(chain_text(&error)),
        }
        for (origin, (last, _)) in &chains.heads {
            let in_journal = seen.get(origin).copied().unwrap_or(0);
            if in_journal < *last {
                report.problem(format!(
                    "the journal has {in_journal} entries of {origin}, the index {last}"
                ));
            }
        }
    }
    Ok(report)
}

/// A damaged value is a problem; anything else ends the verification.
fn damaged(report: &mut Report, error: ReadError) -> Result<(), ReadError> {
    match error {
        ReadError::Corrupt { .. } | ReadError::NotThere { .. } => {
            report.problem(chain_text(&error));
            Ok(())
        }
        ReadError::Engine { .. } | ReadError::Packed { .. } => Err(error),
    }
}

enum Wrong {
    Problem(String),
    Read(ReadError),
}

impl From<ReadError> for Wrong {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

/// Follows an origin's chain from its first entry to its head.
fn rehash(
    index: &Index,
    origin: Origin,
    (first, before): (u64, Hash),
    (last, head): (u64, Hash),
) -> Result<(), Wrong> {
    let mut hash = before;
    let mut next = first;
    while next <= last {
        let slice = index.slice(origin, next, 4096, 1024 * 1024)?;
        if slice.prev != hash || slice.entries.is_empty() {
            return Err(Wrong::Problem(format!(
                "the chain of {origin} breaks before {next}"
            )));
        }
        for entry in slice
            .entries
            .iter()
            .take(usize::try_from(last - next + 1).unwrap_or(0))
        {
            hash = hash.then(entry);
        }
        next = slice.last_seq().saturating_add(1);
    }
    if hash == head {
        return Ok(());
    }
    Err(Wrong::Problem(format!(
        "the entries of {origin} up to {last} do not give its head"
    )))
}

/// Compares signed heads with the chain.
fn check_heads(index: &Index, report: &mut Report) -> Result<(), ReadError> {
    let mut heads = Vec::new();
    let listed = index.for_each_signed_head(&mut |head| heads.push(head));
    if let Err(error) = listed {
        damaged(report, error)?;
    }
    for head in heads {
        match index.hash_at(head.origin, head.seq) {
            // The entries may come later than their signature.
            Ok(None) => {}
            Ok(Some(hash)) if hash == head.hash => {}
            Ok(Some(_)) => report.problem(format!(
                "the signed head of {} at {} does not fit its entries",
                head.origin, head.seq
            )),
            Err(error) => damaged(report, error)?,
        }
    }
    Ok(())
}

/// What a journal says up to a position of entries that change their chain, in its order.
fn renames(
    chains: &Chains,
    options: &OpenOptions,
    dir: &Path,
    until: Position,
) -> VecDeque<Renamed> {
    let mut renames = VecDeque::new();
    if chains.branches.is_empty() {
        return renames;
    }
    let from = ScanFrom {
        segment: 1,
        store: None,
    };
    // What is wrong with it is told where it is compared.
    let _scanned = scan(&options.disk, dir, from, &mut |seen| {
        if let Seen::Group {
            frames, position, ..
        } = seen
            && (position.segment, position.offset) <= (until.segment, until.offset)
        {
            let decoded = frames.iter().map(|(kind, payload)| decode(*kind, payload));
            renames.extend(decoded.filter_map(|frame| match frame {
                Ok(Frame::Renamed(renamed)) => Some(renamed),
                _ => None,
            }));
        }
    });
    renames
}

/// A slice as entries that change their chain divide it.
fn renamed_parts(slice: OriginSlice, renamed: &Renamed) -> Vec<OriginSlice> {
    if slice.origin != renamed.from || slice.last_seq() < renamed.first_seq {
        return vec![slice];
    }
    let moved = |slice| OriginSlice {
        origin: renamed.to,
        ..slice
    };
    if slice.first_seq >= renamed.first_seq {
        return vec![moved(slice)];
    }
    let rest = moved(rest_of(&slice, renamed.first_seq));
    let count = slice.entries.len().saturating_sub(rest.entries.len());
    let before = OriginSlice {
        entries: slice.entries.iter().take(count).collect(),
        ..slice
    };
    vec![before, rest]
}

/// Reads the journal and compares its entries with the index.
struct JournalCheck<'a> {
    index: &'a Index,
    options: &'a OpenOptions,
    report: &'a mut Report,
    /// By chain the last entry that the journal holds.
    seen: BTreeMap<Origin, u64>,
    /// What the journal says from where it is read on of entries that change their chain.
    renames: VecDeque<Renamed>,
}

impl JournalCheck<'_> {
    fn run(
        &mut self,
        dir: &Path,
        until: Position,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), ReadError> {
        let mut failed = None;
        let from = ScanFrom {
            segment: 1,
            store: None,
        };
        let mut bytes = 0_u64;
        let scanned = scan(&self.options.disk, dir, from, &mut |seen| {
            let (frames, start, position) = match seen {
                Seen::Damage(damage) if damage.segment <= until.segment => {
                    self.report.problem(damage.to_string());
                    return;
                }
                Seen::Damage(_) => return,
                Seen::Group {
                    frames,
                    start,
                    position,
                } => (frames, start, position),
            };
            let beyond = (position.segment, position.offset) > (until.segment, until.offset);
            if beyond || failed.is_some() {
                return;
            }
            bytes = bytes.saturating_add(position.offset.saturating_sub(start));
            for (kind, payload) in frames {
                failed = self.frame(kind, payload, position).err().or(failed.take());
            }
            progress(Progress {
                step: Step::VerifyJournal,
                done: bytes,
                total: bytes,
            });
        });
        match scanned {
            Err(error) => self.report.problem(chain_text(&error)),
            Ok(None) => self.report.problem("the journal is missing".to_owned()),
            Ok(Some(end))
                if (end.position.segment, end.position.offset) < (until.segment, until.offset) =>
            {
                self.report
                    .problem("the journal ends before what is indexed".to_owned());
            }
            Ok(Some(_)) => {}
        }
        failed.map_or(Ok(()), Err)
    }

    fn frame(&mut self, kind: u8, payload: &[u8], at: Position) -> Result<(), ReadError> {
        let record = match record_of(self.options, kind, payload) {
            Ok(record) => record,
            Err(what) => {
                let (segment, offset) = (at.segment, at.offset);
                self.report
                    .problem(format!("journal segment {segment} before {offset}: {what}"));
                return Ok(());
            }
        };
        if matches!(record, Record::Renamed(_)) {
            let _passed = self.renames.pop_front();
        }
        let parts = record.slice().map(|slice| self.parts(slice));
        for part in parts.unwrap_or_default() {
            self.slice(&part)?;
        }
        Ok(())
    }

    /// What became of a slice: its entries under the chains that they have now.
    fn parts(&self, slice: &OriginSlice) -> Vec<OriginSlice> {
        let mut parts = vec![slice.clone()];
        for renamed in &self.renames {
            let all = parts.into_iter();
            parts = all.flat_map(|part| renamed_parts(part, renamed)).collect();
        }
        parts
    }

    fn slice(&mut self, slice: &OriginSlice) -> Result<(), ReadError> {
        let last = slice.last_seq();
        let seen = self.seen.entry(slice.origin).or_insert(0);
        *seen = last.max(*seen);
        match self.compare(slice) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let (origin, first) = (slice.origin, slice.first_seq);
                let text = format!("entries {first} to {last} of {origin} differ in the journal");
                self.report.problem(text);
                Ok(())
            }
            Err(error) => damaged(self.report, error),
        }
    }

    fn compare(&self, slice: &OriginSlice) -> Result<bool, ReadError> {
        let count = slice.entries.len();
        let indexed = self
            .index
            .slice(slice.origin, slice.first_seq, count, usize::MAX)?;
        Ok(indexed == *slice)
    }
}
