//! All totals from the columns of cold blocks, without the fold: fast, and an independent check.
//!
//! Rules F1, F2 and F5, and idempotency keys, worked out over the whole set at once: first where
//! the last count of each line lies (`survey`), then what came after it (`sum`). What columns
//! cannot say, and what is in no block yet, is read from the entries. History, exceptions of the
//! ledger and the catalogue are not its business.
//!
//! **Invariant.** For any content the totals are those of the fold; it is asked for one thing only,
//! whose idempotency keys count by rights.

mod packing;
mod special;
mod sum;
mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::thread;

use ledger_core::fold::{Fold, LineKey};
use ledger_core::{EntryId, Origin, Total};
use ledger_format::columns::Dictionary;
use ledger_store::{ReadError, Store};

pub use self::packing::packing;
use self::special::{Special, resolve};
use self::sum::{Cells, Job};
use self::survey::{OriginPlan, Survey};

/// On hand of every stock line.
#[derive(Debug)]
pub struct Totals {
    dictionary: Dictionary,
    /// By the line's number.
    on_hand: Vec<i128>,
}

impl Totals {
    /// How many stock lines there are.
    #[must_use]
    pub const fn line_count(&self) -> usize {
        self.on_hand.len().saturating_sub(1)
    }

    /// The stock lines and what is on hand there, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (LineKey, Total)> + '_ {
        let numbered = (0_u32..).zip(&self.on_hand).skip(1);
        numbered.filter_map(|(number, on_hand)| {
            let line = self.dictionary.line(number)?;
            Some((line, Total::from_ten_thousandths(*on_hand)))
        })
    }
}

/// A moment in F1 order: order time, origin's place among the origins, seq.
type Moment = (u64, u32, u64);

/// The last count of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: Moment,
    quantity: i64,
}

/// The last counts of lines, by their numbers.
type Cuts = BTreeMap<u32, Cut>;

/// Keeps the later of two counts.
fn cut_at(cuts: &mut Cuts, line: u32, cut: Cut) {
    let held = cuts.entry(line).or_insert(cut);
    if cut.at > held.at {
        *held = cut;
    }
}

/// What the threads share.
struct Shared<'a> {
    store: &'a Store,
    origins: Vec<Origin>,
    /// How many lines the stored dictionary had; blocks that need more are read as entries.
    lines: u32,
    /// Gains the lines of entries in no block.
    dictionary: Mutex<Dictionary>,
    /// Runs of central numbers by origin and first seq: last seq and moment.
    runs: BTreeMap<Origin, BTreeMap<u64, (u64, u64)>>,
}

/// Works out all totals of a store with so many threads. Every entry counts as one whose writer had
/// the right to it.
///
/// # Errors
///
/// [`ReadError`] when the store cannot be read.
pub fn totals(store: &Store, threads: NonZeroUsize) -> Result<Totals, ReadError> {
    totals_by(store, threads, &|_| Some(KeyRank::Usual))
}

/// Where an entry stands among those with its idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyRank {
    /// It says what others may do, and comes first.
    First,
    /// By its time.
    Usual,
}

/// The rank of an entry's key; none when the entry has no effect.
type RankOf<'a> = &'a dyn Fn(EntryId) -> Option<KeyRank>;

fn totals_by(
    store: &Store,
    threads: NonZeroUsize,
    rank_of: RankOf<'_>,
) -> Result<Totals, ReadError> {
    let heads = store.heads()?;
    let shared = Shared::of(store, heads.iter().map(|head| head.0).collect())?;
    let mut lasts: Vec<(usize, u64)> = heads.iter().map(|head| head.1).enumerate().collect();
    // The longest first, each to the thread that has least.
    lasts.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
    let mut shares: Vec<(u64, Vec<(usize, u64)>)> = vec![(0, Vec::new()); threads.get()];
    for origin in lasts {
        if let Some(share) = shares.iter_mut().min_by_key(|share| share.0) {
            share.0 = share.0.saturating_add(origin.1);
            share.1.push(origin);
        }
    }
    let (mut plans, specials, mut cuts) = survey_all(&shared, &shares, &BTreeSet::new())?;
    plans.sort_by_key(|plan| plan.origin);
    let resolved = resolve(&shared, &plans, &specials, rank_of)?;
    if resolved.counts_void {
        cuts = survey_all(&shared, &shares, &resolved.void)?.2;
    }
    let counting: Vec<&Special> = specials
        .iter()
        .filter(|special| resolved.counts(special))
        .collect();
    for special in &counting {
        if let Some((line, quantity)) = special.count {
            let at = special.at;
            cut_at(&mut cuts, line, Cut { at, quantity });
        }
    }
    let jobs = sum::jobs(&plans, threads);
    let summed = run(&jobs, |job: &Job<'_>| {
        sum::sum(&shared, job, &cuts, &resolved.void)
    })?;
    let mut dictionary = shared.dictionary;
    let dictionary = std::mem::take(dictionary.get_mut().unwrap_or_else(PoisonError::into_inner));
    let mut on_hand = Cells::add_up(summed, dictionary.line_count());
    for special in counting {
        for (line, change) in special.changes.into_iter().flatten() {
            let after = cuts.get(&line).is_none_or(|cut| special.at > cut.at);
            if let Some(total) = sum::cell(&mut on_hand, line).filter(|_| after) {
                *total = total.saturating_add(i128::from(change));
            }
        }
    }
    for (line, cut) in &cuts {
        if let Some(total) = sum::cell(&mut on_hand, *line) {
            *total = total.saturating_add(i128::from(cut.quantity));
        }
    }
    Ok(Totals {
        dictionary,
        on_hand,
    })
}

/// Says in one line where the totals of a fold are not those of the blocks. The store and the fold
/// must have the same entries. Columns know nothing of branches, of clocks put right and of revoked
/// devices, so that nothing is said where there are any; what resolved scans change the fold says.
pub(crate) fn difference(store: &Store, fold: &Fold) -> Result<Option<String>, ReadError> {
    if fold.has_branches() || fold.has_time_fixes() || fold.has_revoked() {
        return Ok(None);
    }
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let totals = totals_by(store, threads, &|id| {
        let rank = if fold.is_authority(id) {
            KeyRank::First
        } else {
            KeyRank::Usual
        };
        (!fold.is_not_admitted(id)).then_some(rank)
    })?;
    let mut both: BTreeMap<LineKey, (Total, Total)> = fold
        .totals()
        .map(|(line, total)| (line, (total, Total::ZERO)))
        .collect();
    for (line, total) in totals.iter() {
        both.entry(line).or_default().1 = total;
    }
    for (line, scanned) in fold.scanned_since_count() {
        let (_, summed) = both.entry(line).or_default();
        *summed = summed.plus(scanned);
    }
    both.retain(|_, (folded, summed)| folded != summed);
    let count = both.len();
    Ok(both.first_key_value().map(|(line, (folded, summed))| {
        format!(
            "the totals of {count} stock lines are not what their entries add up to: {} at {} is \
             shown as {folded}, and they give {summed}",
            line.item, line.location
        )
    }))
}

impl<'a> Shared<'a> {
    fn of(store: &'a Store, origins: Vec<Origin>) -> Result<Self, ReadError> {
        let mut dictionary = Dictionary::default();
        let mut readable = true;
        store.for_each_part(&mut |part| readable &= readable && dictionary.read_part(part))?;
        // Where the dictionary cannot be read, the columns cannot either, and the entries can.
        let lines = if readable { dictionary.line_count() } else { 0 };
        if !readable {
            dictionary = Dictionary::default();
        }
        let mut runs: BTreeMap<Origin, BTreeMap<u64, (u64, u64)>> = BTreeMap::new();
        store.for_each_run(&mut |run| {
            let of_origin = runs.entry(run.origin).or_default();
            of_origin
                .entry(run.first_seq)
                .or_insert((run.last_seq(), run.moment_ms));
        })?;
        Ok(Self {
            store,
            origins,
            lines: u32::try_from(lines).unwrap_or(u32::MAX),
            dictionary: Mutex::new(dictionary),
            runs,
        })
    }

    fn origin(&self, index: usize) -> Origin {
        let origin = self.origins.get(index).copied();
        origin.unwrap_or(Origin::from_bytes([0; 16]))
    }
}

type Surveyed = (Vec<OriginPlan>, Vec<Special>, Cuts);

fn survey_all(
    shared: &Shared<'_>,
    shares: &[(u64, Vec<(usize, u64)>)],
    void: &BTreeSet<(u32, u64)>,
) -> Result<Surveyed, ReadError> {
    let surveyed = run(shares, |(_, origins)| {
        let mut survey = Survey::new(shared, void);
        for (origin, last) in origins {
            survey.origin(*origin, *last)?;
        }
        Ok(survey.done())
    })?;
    let mut all: Surveyed = (Vec::new(), Vec::new(), Cuts::new());
    for (plans, specials, cuts) in surveyed {
        all.0.extend(plans);
        all.1.extend(specials);
        for (line, cut) in cuts {
            cut_at(&mut all.2, line, cut);
        }
    }
    Ok(all)
}

/// Does each share of the work on a thread of its own; one share is done here.
fn run<S: Sync, T: Send>(
    shares: &[S],
    work: impl Fn(&S) -> Result<T, ReadError> + Sync,
) -> Result<Vec<T>, ReadError> {
    if let [share] = shares {
        return Ok(vec![work(share)?]);
    }
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = shares
            .iter()
            .map(|share| scope.spawn(move || work(share)))
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
