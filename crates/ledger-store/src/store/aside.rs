//! Journals that were set aside as damaged: which entries the log lacks that they speak of.
//!
//! The evidence of a loss is the set-aside journal itself: `verify` tells it for as long as that
//! lies there and the log lacks the entries. One that had more than the log when it was set aside
//! has a name of its own, so that an opening sees it without reading it.
//!
//! **Invariant.** What was set aside is only read.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use ledger_core::Origin;

use super::open::{JOURNAL_DIR, Place, io_error, set_aside_as};
use super::replay::record_of;
use super::{OpenError, OpenOptions};
use crate::disk::Disk;
use crate::index::Heads;
use crate::journal::JournalError;
use crate::journal::scan::{ScanFrom, Seen, scan};
use crate::record::Record;

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

/// Sets a store's journal aside, which is made anew; `heads` are where the log ends.
pub(super) fn set_aside_journal(place: &Place<'_>, heads: &Heads) -> Result<PathBuf, OpenError> {
    let journal = place.journal_dir();
    // What the disk does not give is missing too.
    let has_more = lost_of(&journal, place.options, heads).map_or(true, |lost| !lost.is_empty());
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

/// What the log, which ends at these heads, lacks of the journals that were set aside in a store's
/// directory.
pub(super) fn lost(
    dir: &Path,
    options: &OpenOptions,
    heads: &Heads,
) -> Result<Vec<Lost>, OpenError> {
    let mut lost = Vec::new();
    for file in named(&options.disk, dir, &[JOURNAL_DIR, WITH_MORE])? {
        lost.extend(lost_of(&file, options, heads)?);
    }
    Ok(lost)
}

fn lost_of(file: &Path, options: &OpenOptions, heads: &Heads) -> Result<Vec<Lost>, OpenError> {
    let mut beyond = Beyond {
        heads,
        read: BTreeMap::new(),
        named: BTreeMap::new(),
    };
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
                    Ok(record) => beyond.see(&record),
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
    Ok(beyond.lost(file, damaged))
}

/// Collects what lies beyond the log's heads.
struct Beyond<'a> {
    heads: &'a Heads,
    /// By origin the first and last entry that were read.
    read: BTreeMap<Origin, (u64, u64)>,
    /// By origin the last entry that a signed head or a run of numbers names.
    named: BTreeMap<Origin, u64>,
}

impl Beyond<'_> {
    fn next(&self, origin: Origin) -> u64 {
        self.heads
            .get(&origin)
            .map_or(1, |head| head.0.saturating_add(1))
    }

    fn see(&mut self, record: &Record) {
        if let Some(slice) = record.slice() {
            let (next, last) = (self.next(slice.origin), slice.last_seq());
            if last >= next {
                let first = slice.first_seq.max(next);
                let read = self.read.entry(slice.origin).or_insert((first, last));
                *read = (read.0.min(first), read.1.max(last));
            }
            return;
        }
        let (origin, last) = match record {
            Record::Head(head) => (head.origin, head.seq),
            Record::Run(run) => (run.origin, run.last_seq()),
            Record::Own(_) | Record::Foreign { .. } | Record::Cursor(_) | Record::Note(_) => return,
        };
        if last >= self.next(origin) {
            let named = self.named.entry(origin).or_insert(last);
            *named = last.max(*named);
        }
    }

    /// A name alone counts where something cannot be read: entries may come later than their
    /// signature.
    fn lost(mut self, file: &Path, damaged: bool) -> Vec<Lost> {
        if !damaged {
            self.named.clear();
        }
        let mut lasts = self.named.clone();
        for (origin, (_, last)) in &self.read {
            let known = lasts.entry(*origin).or_insert(*last);
            *known = (*known).max(*last);
        }
        let lost = lasts.into_iter().map(|(origin, last)| Lost {
            origin,
            first: self.next(origin),
            last,
            readable_from: self.read.get(&origin).map(|read| read.0),
            file: file.to_owned(),
        });
        lost.collect()
    }
}
