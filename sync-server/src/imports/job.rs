//! What an import does with the node: looking through a file, writing it as one group, and undoing
//! that.
//!
//! **Invariant.** Looking through a file has the node's lock for moments only. Writing has it for as
//! long as its rows take, so that all of them are written or none; they are bounded for that.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use importing::{Csv, Kind, Layout, Outcome, Pass, Source, Taken, Undo, fresh_key};
use ledger_core::at_entry::{About, Plan, Refusal};
use ledger_core::entry::Body;
use ledger_core::fold::Fold;
use ledger_core::{EntryId, Timestamp};
use ledger_node::{Actor, Node, file_key};

use crate::problem::Problem;

/// The largest file.
pub(crate) const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most rows of one file.
const ROWS_MAX: u64 = 100_000;
/// Rows that are looked through before others may have the node.
const ROWS_AT_ONCE: usize = 500;
/// Entries that are planned together.
const CHUNK_ENTRIES: usize = 4_096;
/// Good rows that a preview shows.
const SHOWN_MAX: usize = 20;
/// Bad rows that a preview names.
const BAD_MAX: usize = 200;

/// A file that somebody chose.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) bytes: Arc<[u8]>,
}

/// How many rows come to what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) outcomes: BTreeMap<Outcome, u64>,
    pub(crate) bad: u64,
}

impl Sums {
    fn take(&mut self, outcome: Option<Outcome>) {
        let sum = match outcome {
            Some(outcome) => self.outcomes.entry(outcome).or_default(),
            None => &mut self.bad,
        };
        *sum = sum.saturating_add(1);
    }

    /// All rows.
    pub(crate) fn rows(&self) -> u64 {
        self.outcomes.values().sum::<u64>().saturating_add(self.bad)
    }

    /// Rows that write something.
    pub(crate) fn news(&self) -> u64 {
        let news = self.outcomes.iter();
        let news = news.filter(|(outcome, _)| **outcome != Outcome::Already);
        news.map(|(_, rows)| rows).sum()
    }
}

/// A good row, with what it would write.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) line: u64,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    pub(crate) bodies: Vec<Body>,
}

/// What a file would do.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) sums: Sums,
    pub(crate) first: Vec<Shown>,
    /// The first bad rows: the line, and what is wrong with it.
    pub(crate) bad: Vec<(u64, Refusal)>,
}

/// What a file did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) at: Timestamp,
    pub(crate) sums: Sums,
    pub(crate) first: Option<EntryId>,
    pub(crate) undo: Undo,
    /// What was undone of it.
    pub(crate) taken: Option<Taken>,
}

fn too_many() -> Refusal {
    let text = format!("a file may have {ROWS_MAX} rows");
    Refusal::new("too-many-rows", text).hint("cut it into several files")
}

fn source_of(node: &Node, file: &File, zone: Tz) -> Source {
    let key = file_key(&file.bytes);
    let breaks = file.bytes.iter().filter(|byte| **byte == b'\n').count();
    let rows = u64::try_from(breaks).map_or(ROWS_MAX, |rows| rows.min(ROWS_MAX));
    Source {
        kind: file.kind,
        key: if file.kind.is_transactions() {
            node.read(|fold| fresh_key(fold, key, rows))
        } else {
            key
        },
        zone,
        device: node.device(),
    }
}

/// Looks through a file without writing.
pub(crate) fn check(
    node: &Node,
    file: &File,
    layout: &Layout,
    zone: Tz,
) -> Result<Checked, Problem> {
    let csv = Csv::laid_out(file.kind, &file.bytes, layout.clone())?;
    let source = source_of(node, file, zone);
    let mut pass = Pass::new(&csv, &source)?;
    let mut checked = Checked::default();
    while node.read(|fold| some_rows(fold, &mut pass, &mut checked))? {
        std::thread::yield_now();
    }
    Ok(checked)
}

/// Whether there may be more rows.
fn some_rows(fold: &Fold, pass: &mut Pass<'_>, checked: &mut Checked) -> Result<bool, Refusal> {
    for _ in 0..ROWS_AT_ONCE {
        let mut bodies = Vec::new();
        let Some(row) = pass.next(fold, &mut bodies)? else {
            return Ok(false);
        };
        checked.sums.take(row.outcome.as_ref().ok().copied());
        if checked.sums.rows() > ROWS_MAX {
            return Err(too_many());
        }
        match row.outcome {
            Ok(outcome) if checked.first.len() < SHOWN_MAX => checked.first.push(Shown {
                line: row.line,
                name: row.name,
                outcome,
                bodies,
            }),
            Err(refusal) if checked.bad.len() < BAD_MAX => checked.bad.push((row.line, refusal)),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(true)
}

/// Writes what a file says, all of it or nothing; its bad rows are left out.
pub(crate) fn write(
    node: &Node,
    actor: &Actor,
    file: &File,
    layout: &Layout,
    zone: Tz,
) -> Result<Done, Problem> {
    let csv = Csv::laid_out(file.kind, &file.bytes, layout.clone())?;
    let source = source_of(node, file, zone);
    let mut pass = Pass::new(&csv, &source)?;
    let mut sums = Sums::default();
    let mut undo = Undo::default();
    let mut chunk = |fold: &Fold| {
        let mut bodies = Vec::with_capacity(CHUNK_ENTRIES);
        while bodies.len() < CHUNK_ENTRIES {
            let Some(row) = pass.next(fold, &mut bodies)? else {
                break;
            };
            sums.take(row.outcome.ok());
            if sums.rows() > ROWS_MAX {
                return Err(too_many());
            }
        }
        undo.note(fold, &bodies);
        Ok(bodies)
    };
    let written = node.write_many(actor, |fold| match chunk(fold) {
        Ok(bodies) => {
            let about = bodies.iter().find_map(About::of)?;
            Some(Ok(Plan {
                bodies,
                warnings: Vec::new(),
                about,
            }))
        }
        Err(refusal) => Some(Err(refusal)),
    })?;
    if file.kind.is_transactions() {
        undo = Undo::of_transactions(&written.entries);
    }
    Ok(Done {
        kind: file.kind,
        name: file.name.clone(),
        at: node.now(),
        sums,
        first: written.entries.first().copied(),
        undo,
        taken: None,
    })
}

/// Takes back what a file did, all of it that can be, as one group.
pub(crate) fn undo(node: &Node, actor: &Actor, done: &mut Done) -> Result<(), Problem> {
    let mut taken = Taken::default();
    let undo = &done.undo;
    node.write_many(actor, |fold| {
        undo.plan(fold, &mut taken, CHUNK_ENTRIES).transpose()
    })?;
    done.taken = Some(taken);
    Ok(())
}
