//! Whether the journal in a backup is whole: every frame, every chain up to the heads.
//!
//! It is fed the parts as they come and keeps one segment in memory.

use ledger_core::Origin;

use super::manifest::{Manifest, Part, manifest_heads};
use super::{BackupError, JOURNAL_PART};
use crate::index::chains::Chains;
use crate::index::write::Expected;
use crate::journal::scan::{Seen, Walk};
use crate::journal::segment::number_of;
use crate::record::{Record, Renamed, StoreId};
use crate::store::OpenOptions;
use crate::store::replay::record_of;

/// After so many problems no more are listed.
const PROBLEMS_MAX: usize = 100;

/// Entries that do not continue their origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unjoined {
    /// Whose.
    pub(super) origin: Origin,
    /// The first entry that is missing before them.
    pub(super) missing_from: u64,
    /// The first of them.
    pub(super) first: u64,
    /// The last of them.
    pub(super) last: u64,
}

impl Unjoined {
    /// The same after entries changed their chain.
    fn renamed(self, renamed: &Renamed) -> impl Iterator<Item = Self> {
        let goes = self.origin == renamed.from && self.last >= renamed.first_seq;
        let stays = !goes || self.first < renamed.first_seq;
        let moved = goes.then(|| Self {
            origin: renamed.to,
            missing_from: self.missing_from.max(renamed.first_seq),
            first: self.first.max(renamed.first_seq),
            ..self
        });
        let before = renamed.first_seq.saturating_sub(1);
        let rest = stays.then_some(Self {
            last: if goes { before } else { self.last },
            ..self
        });
        moved.into_iter().chain(rest)
    }
}

/// What was found in the journal.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What is wrong, in words.
    pub(super) problems: Vec<String>,
    /// Entries that could be read and not joined.
    pub(super) unjoined: Vec<Unjoined>,
    chains: Chains,
}

impl Findings {
    fn problem(&mut self, text: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(text);
        }
    }
}

/// Reads the journal part by part.
pub(super) struct Check<'a> {
    options: &'a OpenOptions,
    walk: Walk,
    last_segment: u64,
    /// The segment that is coming in.
    open: Option<(u64, Vec<u8>)>,
    findings: Findings,
}

impl<'a> Check<'a> {
    pub(super) fn new(options: &'a OpenOptions, store: StoreId, manifest: &Manifest) -> Self {
        Self {
            options,
            walk: Walk::new(store, 1),
            last_segment: manifest.position.segment.max(1),
            open: None,
            findings: Findings::default(),
        }
    }

    /// Takes the next block of a part.
    pub(super) fn feed(&mut self, part: &Part, bytes: &[u8]) -> Result<(), BackupError> {
        let Some(number) = segment_of(part) else {
            return Ok(());
        };
        match &mut self.open {
            Some((open, data)) if *open == number => data.extend_from_slice(bytes),
            Some(_) | None => {
                self.close_segment()?;
                self.open = Some((number, bytes.to_vec()));
            }
        }
        Ok(())
    }

    fn close_segment(&mut self) -> Result<(), BackupError> {
        let Some((number, data)) = self.open.take() else {
            return Ok(());
        };
        let Self {
            options,
            walk,
            findings,
            ..
        } = self;
        let last = number == self.last_segment;
        walk.segment(number, last, &data, &mut |seen| match seen {
            Seen::Damage(damage) => findings.problem(damage.to_string()),
            Seen::Group { frames, start, .. } => {
                for (kind, payload) in frames {
                    match record_of(options, kind, payload) {
                        Ok(record) => join(findings, &record),
                        Err(what) => {
                            findings.problem(format!("segment {number}, offset {start}: {what}"));
                        }
                    }
                }
            }
        })
        .map_err(|error| BackupError::Store(error.into()))
    }

    /// What is wrong, when all parts were fed.
    pub(super) fn finish(mut self, manifest: &Manifest) -> Result<Findings, BackupError> {
        self.close_segment()?;
        let mut findings = self.findings;
        if !manifest.parts.iter().any(|part| segment_of(part).is_some()) {
            // Nothing could be restored of it, not even an empty store.
            findings.problem("there is no journal in it".to_owned());
        }
        let at = self.walk.position;
        let said = &manifest.position;
        let frame = at.frame.to_string();
        if (at.segment, at.offset, &frame) != (said.segment, said.offset, &said.frame) {
            findings.problem(format!(
                "the journal ends at segment {} offset {}, not at segment {} offset {}",
                at.segment, at.offset, said.segment, said.offset
            ));
        }
        if manifest_heads(&findings.chains.heads) != manifest.heads {
            findings.problem("the entries do not give the heads of the manifest".to_owned());
        }
        let entries = findings.chains.entries();
        if entries != manifest.entries {
            findings.problem(format!("{entries} entries instead of {}", manifest.entries));
        }
        Ok(findings)
    }
}

/// The number of the segment that a part is.
fn segment_of(part: &Part) -> Option<u64> {
    number_of(part.name.strip_prefix(JOURNAL_PART)?)
}

fn join(findings: &mut Findings, record: &Record) {
    if let Record::Renamed(renamed) = record {
        let all = std::mem::take(&mut findings.unjoined).into_iter();
        findings.unjoined = all.flat_map(|it| it.renamed(renamed)).collect();
    }
    match (findings.chains.see(record), record.slice()) {
        (Ok(()), _) => {}
        (Err(expected), None) => {
            let Expected { origin, seq, .. } = expected;
            findings.problem(format!(
                "what a branch begins with or gets does not fit {origin}, whose entry {seq} is next"
            ));
        }
        (Err(expected), Some(slice)) => {
            let (origin, first, last) = (slice.origin, slice.first_seq, slice.last_seq());
            // All that follows a hole does not continue it either: that is said once.
            let known = findings.unjoined.iter_mut();
            if let Some(unjoined) = known.into_iter().find(|it| it.origin == origin) {
                unjoined.last = unjoined.last.max(last);
                return;
            }
            findings.unjoined.push(Unjoined {
                origin,
                missing_from: expected.seq,
                first,
                last,
            });
            findings.problem(format!(
                "entries of {origin} from {first} on do not continue it: entry {} is next",
                expected.seq
            ));
        }
    }
}
