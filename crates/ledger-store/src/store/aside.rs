//! Journals that were set aside as damaged: which entries the log lacks that they speak of.
//!
//! The evidence of a loss is the set-aside journal itself: `verify` tells it for as long as that
//! lies there and the log lacks the entries. One that had more than the log when it was set aside
//! has a name of its own, so that an opening sees it without reading it.
//!
//! **Invariant.** What was set aside is only read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::open::{JOURNAL_DIR, Place, io_error, set_aside_as};
use super::replay::record_of;
use super::{OpenError, OpenOptions};
use crate::disk::Disk;
use crate::index::Index;
use crate::index::chains::Chains;
use crate::journal::JournalError;
use crate::journal::scan::{ScanFrom, Seen, scan};
use crate::record::{Record, Renamed};

/// Entries of one origin that a journal which was set aside speaks of and the log lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Whose.
    pub origin: Origin,
    /// The first that is missing.
    pub first: u64,
    /// The last that is known to have been there.
    pub last: u64,
    /// From this one on some can still be read in the file; none when it only names them.
    pub readable_from: Option<u64>,
    /// The journal that was set aside.
    pub file: PathBuf,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            first,
            last,
            readable_from,
            file,
        } = self;
        let file = file.display();
        write!(
            f,
            "entries {first} to {last} of {origin} are missing; {file} "
        )?;
        match readable_from {
            Some(from) => write!(f, "has some of them, from {from} on"),
            None => f.write_str("only names them"),
        }
    }
}

/// What a journal is set aside under that has more than the log.
const WITH_MORE: &str = "journal-lost";

/// Sets a store's journal aside, which is made anew from the index.
pub(super) fn set_aside_journal(place: &Place<'_>, index: &Index) -> Result<PathBuf, OpenError> {
    let chains = index.chains()?;
    let log = Log {
        chains: &chains,
        index: Some(index),
    };
    let journal = place.journal_dir();
    // What the disk does not give is missing too.
    let has_more = lost_of(&journal, place.options, log).map_or(true, |lost| !lost.is_empty());
    let name = if has_more { WITH_MORE } else { JOURNAL_DIR };
    set_aside_as(&place.options.disk, &journal, name)
}

/// The journals that were set aside in a store's directory with more than the log had.
pub(super) fn with_more(disk: &Disk, dir: &Path) -> Result<Vec<PathBuf>, OpenError> {
    named(disk, dir, &[WITH_MORE])
}

fn named(disk: &Disk, dir: &Path, names: &[&str]) -> Result<Vec<PathBuf>, OpenError> {
    let all = disk.list(dir).map_err(|source| io_error(dir, source))?;
    let is_one = |found: &&String| {
        let number = |name: &&str| found.strip_prefix(name)?.strip_prefix(".damaged-");
        names.iter().any(|name| number(name).is_some())
    };
    let aside = all.iter().filter(is_one).map(|name| dir.join(name));
    Ok(aside.filter(|path| disk.is_dir(path)).collect())
}

/// What the log lacks of the journals that were set aside in a store's
/// directory.
pub(super) fn lost(
    dir: &Path,
    options: &OpenOptions,
    log: Log<'_>,
) -> Result<Vec<Lost>, OpenError> {
    let mut lost = Vec::new();
    for file in named(&options.disk, dir, &[JOURNAL_DIR, WITH_MORE])? {
        lost.extend(lost_of(&file, options, log)?);
    }
    Ok(lost)
}

fn lost_of(file: &Path, options: &OpenOptions, log: Log<'_>) -> Result<Vec<Lost>, OpenError> {
    let mut spoken = Spoken::default();
    let mut damaged = false;
    let from = ScanFrom {
        segment: 1,
        store: None,
    };
    let scanned = scan(&options.disk, file, from, &mut |seen| match seen {
        Seen::Damage(_) => damaged = true,
        Seen::Group { frames, .. } => {
            for (kind, payload) in frames {
                match record_of(options, kind, payload) {
                    Ok(record) => spoken.see(&record),
                    Err(_) => damaged = true,
                }
            }
        }
    });
    match scanned {
        Ok(_) => {}
        // Damage that looks like another version: nothing can be read.
        Err(JournalError::NewerFormat { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    }
    Ok(spoken.lost(log, file, damaged))
}

/// The log that a journal was set aside from, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log<'a> {
    /// Where its chains end.
    pub(super) chains: &'a Chains,
    /// The index; without it entries that changed their chain later are taken for missing.
    pub(super) index: Option<&'a Index>,
}

impl Log<'_> {
    fn next(&self, origin: Origin) -> u64 {
        self.chains.next(origin).seq
    }

    /// Whether entries up to this hash are there: in their chain, or in one that they were given
    /// later.
    fn has(&self, origin: Origin, (seq, hash): (u64, Option<Hash>)) -> bool {
        let Some(hash) = hash else {
            return seq < self.next(origin);
        };
        let at = (seq, hash);
        if self.has_in(origin, at) {
            return true;
        }
        let branches = self.chains.branches.values();
        let mut others = branches.flat_map(|branch| [branch.id, branch.root]);
        self.index.is_some() && others.any(|other| other != origin && self.has_in(other, at))
    }

    fn has_in(&self, origin: Origin, (seq, hash): (u64, Hash)) -> bool {
        match (self.chains.heads.get(&origin), self.index) {
            (Some((last, _)), None) => *last >= seq,
            // What cannot be read is missing too.
            (Some((last, _)), Some(index)) if *last >= seq => {
                index.hash_at(origin, seq).is_ok_and(|it| it == Some(hash))
            }
            (Some(_) | None, _) => false,
        }
    }
}

/// Entries that were read one after the other.
#[derive(Debug, Clone, Copy)]
struct Extent {
    first: u64,
    last: u64,
    /// The chain hash after the last, where it is known.
    end: Option<Hash>,
}

/// Collects what a journal speaks of.
#[derive(Debug, Default)]
struct Spoken {
    read: BTreeMap<Origin, Vec<Extent>>,
    /// By origin the last entry that a signed head or a run of numbers names, with the chain hash
    /// after it where that is said.
    named: BTreeMap<Origin, (u64, Option<Hash>)>,
    /// By branch the seq before its first and the chain hash there.
    begins: BTreeMap<Origin, (u64, Hash)>,
}

impl Spoken {
    fn see(&mut self, record: &Record) {
        match record {
            Record::Own(slice) | Record::Foreign { slice, .. } => self.read(slice),
            Record::Head(head) => self.name(head.origin, (head.seq, Some(head.hash))),
            Record::Run(run) => self.name(run.origin, (run.last_seq(), None)),
            Record::Renamed(renamed) => self.rename(renamed),
            Record::Branch(branch) => {
                let before = (branch.first_seq.saturating_sub(1), branch.prev);
                let _known = self.begins.insert(branch.id, before);
            }
            Record::Cursor(_) | Record::Note(_) => {}
        }
    }

    fn read(&mut self, slice: &OriginSlice) {
        if slice.entries.is_empty() {
            return;
        }
        let (last, end) = (slice.last_seq(), Some(slice.head()));
        let extents = self.read.entry(slice.origin).or_default();
        let before = (slice.first_seq.saturating_sub(1), Some(slice.prev));
        match extents.iter_mut().find(|it| (it.last, it.end) == before) {
            Some(extent) => (extent.last, extent.end) = (last, end),
            None => extents.push(Extent {
                first: slice.first_seq,
                last,
                end,
            }),
        }
    }

    fn name(&mut self, origin: Origin, at: (u64, Option<Hash>)) {
        let named = self.named.entry(origin).or_insert(at);
        if at.0 > named.0 {
            *named = at;
        }
    }

    fn rename(&mut self, renamed: &Renamed) {
        let Renamed {
            from,
            first_seq,
            to,
        } = *renamed;
        let all = self.read.remove(&from).unwrap_or_default();
        let (moved, mut rest): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|it| it.last >= first_seq);
        // The chain that goes on with them ended with the same hash as what stays.
        let last = first_seq.saturating_sub(1);
        let of_to = self.read.get(&to).into_iter().flatten();
        let ended = of_to.filter(|it| it.last == last).find_map(|it| it.end);
        let begins = self.begins.get(&to).filter(|it| it.0 == last);
        let end = ended.or(begins.map(|it| it.1));
        let divided = moved.iter().filter(|it| it.first < first_seq);
        rest.extend(divided.map(|it| Extent { last, end, ..*it }));
        let moved = moved.into_iter().map(|it| Extent {
            first: it.first.max(first_seq),
            ..it
        });
        self.read.entry(to).or_default().extend(moved);
        let _none = self.read.insert(from, rest);
        if let Some((last, _)) = self
            .named
            .get(&from)
            .copied()
            .filter(|it| it.0 >= first_seq)
        {
            self.name(to, (last, None));
            let _before = self.named.insert(from, (first_seq.saturating_sub(1), None));
        }
    }

    /// What the log lacks of it. A name alone counts where something cannot be read: entries may
    /// come later than their signature.
    fn lost(mut self, log: Log<'_>, file: &Path, damaged: bool) -> Vec<Lost> {
        for (origin, extents) in &mut self.read {
            extents.retain(|it| !log.has(*origin, (it.last, it.end)));
        }
        self.read.retain(|_, extents| !extents.is_empty());
        self.named.retain(|origin, (last, hash)| {
            damaged && *last >= log.next(*origin) && !log.has(*origin, (*last, *hash))
        });
        let origins: BTreeSet<Origin> =
            self.read.keys().chain(self.named.keys()).copied().collect();
        let lost = origins.into_iter().map(|origin| {
            let extents = self.read.get(&origin).map_or(&[][..], Vec::as_slice);
            let next = log.next(origin);
            let beyond = extents.iter().filter(|it| it.last >= next);
            let readable = beyond.clone().map(|it| it.first.max(next)).min();
            // Entries in whose place the log has others.
            let readable = readable.or(extents.iter().map(|it| it.first).min());
            let named = self.named.get(&origin).map(|named| named.0);
            let last = extents.iter().map(|it| it.last).chain(named).max();
            Lost {
                origin,
                first: readable.map_or(next, |first| first.min(next)),
                last: last.unwrap_or(next),
                readable_from: readable,
                file: file.to_owned(),
            }
        });
        lost.collect()
    }
}
