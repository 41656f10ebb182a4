//! Re-hashing every entry and comparing index and journal.

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::replay::record_of;
use super::{OpenOptions, Progress, Step, Store, aside};
use crate::chain_text;
use crate::index::{Heads, Index, ReadError};
use crate::journal::Position;
use crate::journal::scan::{ScanFrom, Seen, scan};

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
    let mut report = Report::default();
    let index = store.settled();
    let (heads, position) = snapshot(index)?;
    let total = heads
        .values()
        .fold(0_u64, |sum, (seq, _)| sum.saturating_add(*seq));
    for (&origin, &(last, head)) in &heads {
        report.origins = report.origins.saturating_add(1);
        match rehash(index, origin, last, head) {
            Ok(()) => {}
            Err(Wrong::Problem(text)) => report.problem(text),
            Err(Wrong::Read(error)) => damaged(&mut report, error)?,
        }
        report.entries = report.entries.saturating_add(last);
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
            seen: Heads::new(),
        };
        check.run(dir, position, progress)?;
        let seen = check.seen;
        let store_dir = dir.parent().unwrap_or(dir);
        match aside::lost(store_dir, options, &heads) {
            Ok(lost) => lost
                .iter()
                .for_each(|lost| report.problem(lost.to_string())),
            Err(error) => report.problem(chain_text(&error)),
        }
        for (origin, (last, _)) in &heads {
            let in_journal = seen.get(origin).map_or(0, |head| head.0);
            if in_journal < *last {
                report.problem(format!(
                    "the journal has {in_journal} entries of {origin}, the index {last}"
                ));
            }
        }
    }
    Ok(report)
}

/// Heads and the position that belong together, while appends go on.
fn snapshot(index: &Index) -> Result<(Heads, Position), ReadError> {
    loop {
        let before = index.position()?;
        let heads = index.heads()?;
        if index.position()? == before {
            return Ok((heads, before));
        }
    }
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
fn rehash(index: &Index, origin: Origin, last: u64, head: Hash) -> Result<(), Wrong> {
    let mut hash = Hash::before_first(origin);
    let mut next = 1;
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

/// Reads the journal and compares its entries with the index.
struct JournalCheck<'a> {
    index: &'a Index,
    options: &'a OpenOptions,
    report: &'a mut Report,
    seen: Heads,
}

impl JournalCheck<'_> {
    fn run(
        &mut self,
        dir: &std::path::Path,
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
        let Some(slice) = record.slice() else {
            return Ok(());
        };
        let last = slice.last_seq();
        let head = self.seen.entry(slice.origin).or_insert((0, slice.prev));
        head.0 = head.0.max(last);
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
