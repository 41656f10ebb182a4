//! Stocktakes: what is to be counted, by whom, what was counted and how far off that was.
//!
//! A stocktake holds no quantities. Its report is read off the stock lines each time: a movement
//! that happened before a count and comes late changes the difference that is shown, never the
//! count (F2). So nobody's work is blocked, and nothing is overwritten. What happens after its end is
//! no part of it, but for counts that name it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::catalogue::{Order, Stamp};
use super::documents::{DocumentState, Documents, Log, Names, Nature, Opening, Topic, Until, Word};
use super::line::Row;
use super::{Fold, Line, LineKey, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::{DocumentRef, Family};
use crate::id::{DeviceId, EntryId, EntryRef};
use crate::quantity::{Quantity, Total};
use crate::stocktake::{StocktakeEntry, Target, key};
use crate::time::{DAY_MILLIS, Timestamp};

/// A stocktake as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stocktake {
    /// The entry that opened it.
    pub id: EntryId,
    /// What people call it by.
    pub number: Code,
    /// Open or closed.
    pub state: DocumentState,
    /// What is to be counted, by what the items are called today; nothing is everything.
    pub targets: Arc<[Target]>,
    /// Only what was not counted for so many days before it was opened.
    pub not_counted_for: Option<u32>,
    /// Whoever counts is not told how much there should be.
    pub blind: bool,
    /// The day by which it is to be done, in days since 1970-01-01.
    pub due: Option<u32>,
    /// What it is about.
    pub title: Option<String>,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// Its opening has no central number yet.
    pub provisional: bool,
}

/// A count of a stock line since a stocktake was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StocktakeCount {
    /// The entry.
    pub id: EntryId,
    /// When, in the order of F1.
    pub at: Timestamp,
    /// The device that counted.
    pub device: Option<DeviceId>,
    /// How much was there.
    pub quantity: Quantity,
    /// How much the ledger had there just before, by all that is known now.
    pub expected: Total,
    /// It was made for this stocktake, not by the way.
    pub for_it: bool,
    /// A manager approved it.
    pub approved: bool,
}

impl StocktakeCount {
    /// By how much the count differs from what the ledger had.
    #[must_use]
    pub const fn variance(&self) -> Total {
        self.quantity.total().minus(self.expected)
    }
}

/// How a line of a stocktake stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineProgress {
    /// Nobody has counted it.
    Open,
    /// To be counted once more.
    Again,
    /// Counted; nobody has looked at the difference.
    Counted,
    /// Its last count is approved.
    Approved,
}

impl LineProgress {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Again => "again",
            Self::Counted => "counted",
            Self::Approved => "approved",
        }
    }
}

/// A stock line of a stocktake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StocktakeLine {
    /// Which; the item is the one it is called today.
    pub line: LineKey,
    /// What is there by the ledger: now, or when the stocktake was closed.
    pub on_hand: Total,
    /// The counts since it was opened, oldest first.
    pub counts: Vec<StocktakeCount>,
    /// The device that is to count it.
    pub counter: Option<DeviceId>,
    /// How it stands.
    pub progress: LineProgress,
}

impl Documents {
    /// Takes note of an entry about a stocktake, which has this id.
    pub(super) fn take_stocktake(&mut self, id: EntryId, stamp: Stamp, entry: StocktakeEntry) {
        let of = |entry: EntryRef| DocumentRef::new(Family::Stocktake, entry);
        match entry {
            StocktakeEntry::Opened(opened) => {
                let nature = Nature::Stocktake(opened.targets.into());
                let number = opened.number;
                self.begin(id, stamp, Opening { number, nature });
                self.begin_fields(id, stamp, opened.fields);
            }
            StocktakeEntry::Assigned(assigned) => {
                let stocktake = of(assigned.stocktake);
                let some = assigned.targets.into_iter().map(Some);
                let mut targets: Vec<Option<Target>> = some.collect();
                if targets.is_empty() {
                    targets.push(None);
                }
                for target in targets {
                    if assigned.again {
                        let again = Word::Value(Value::Bool(true));
                        self.say(stamp, stocktake, Topic::Again(target.clone()), again);
                    }
                    let device = Word::Device(assigned.device);
                    self.say(stamp, stocktake, Topic::Counter(target), device);
                }
            }
            StocktakeEntry::Approved(approved) => {
                let stocktake = of(approved.stocktake);
                for count in approved.counts {
                    let topic = Topic::Approved(count.id);
                    self.say(stamp, stocktake, topic, Word::Count(count));
                }
            }
            StocktakeEntry::Closed(ended) => {
                self.end(stamp, Family::Stocktake, &ended, DocumentState::Closed);
            }
        }
    }
}

/// What is said of the lines of a stocktake, worked out once for all of them; by what the items are
/// called today, none is all lines.
#[derive(Default)]
pub(super) struct Instructions {
    /// Who counts what, and where that word stands: the last one counts.
    pub(super) counters: BTreeMap<Option<Target>, (Order, Option<DeviceId>)>,
    /// What is to be counted once more, and since when.
    pub(super) again: BTreeMap<Option<Target>, (Timestamp, EntryId)>,
}

/// What a report is made of, whatever the stock line.
struct Report<'a> {
    stocktake: &'a Stocktake,
    log: &'a Log,
    /// How counts name the stocktake.
    names: Names,
    /// Where it was opened in F1 order, and where it was closed: a count of the same millisecond is
    /// before or after that like every other.
    opened: (Timestamp, EntryId),
    closed: Until,
}

/// Stock lines under one key while a report is made.
#[derive(Default)]
struct Gathered {
    on_hand: Total,
    counts: Vec<StocktakeCount>,
    is_due: bool,
}

impl Fold {
    /// All stocktakes, by number, then by entry.
    #[must_use]
    pub fn stocktakes(&self) -> Vec<EntryId> {
        self.documents(Family::Stocktake)
    }

    /// A stocktake by the entry that opened it.
    #[must_use]
    pub fn stocktake(&self, id: EntryId) -> Option<Stocktake> {
        let (log, stamp, opening) = self.begun(Family::Stocktake, id)?;
        let Nature::Stocktake(targets) = &opening.nature else {
            return None;
        };
        let end = self.document_end(id, None);
        Some(Stocktake {
            id,
            number: opening.number.clone(),
            state: self.document_state(id),
            targets: targets
                .iter()
                .map(|target| self.target_today(target))
                .collect(),
            not_counted_for: self.document_day(id, log, key::DAYS),
            blind: self.document_field(id, log, key::BLIND).is_true(),
            due: self.document_day(id, log, key::DUE),
            title: self.document_text(id, log, key::TITLE),
            opened: self.origins.order_time(stamp.key()),
            closed: end.map(|(key, _)| self.origins.order_time(key)),
            provisional: self.standing(stamp.key()).is_provisional(),
        })
    }

    /// The lines of a stocktake by item and place: what has stock and is to be counted, and
    /// whatever was counted for it.
    #[must_use]
    pub fn stocktake_lines(&self, stocktake: &Stocktake) -> Vec<StocktakeLine> {
        self.stocktake_lines_of(stocktake, None)
    }

    /// The same of one location, without looking at others.
    #[must_use]
    pub fn stocktake_lines_at(&self, stocktake: &Stocktake, location: &Code) -> Vec<StocktakeLine> {
        self.stocktake_lines_of(stocktake, Some(location))
    }

    fn stocktake_lines_of(&self, stocktake: &Stocktake, at: Option<&Code>) -> Vec<StocktakeLine> {
        let Some((log, stamp, _)) = self.begun(Family::Stocktake, stocktake.id) else {
            return Vec::new();
        };
        let said = self.instructions(stocktake.id, log);
        let end = self.document_end(stocktake.id, None);
        let report = Report {
            stocktake,
            log,
            names: self.names_of(stocktake.id),
            opened: self.moment_of(stamp.key()),
            closed: end.map(|(key, _)| self.moment_of(key)),
        };
        let mut lines: BTreeMap<LineKey, Gathered> = BTreeMap::new();
        let looked_at = match at {
            Some(location) => self.lines_in(location).collect(),
            None => self.lines_to_look_at(stocktake),
        };
        for line in looked_at {
            let mut at = self.line_key(line);
            at.item = self.canonical(&at.item);
            self.gather(&report, line, lines.entry(at).or_default());
        }
        let targets: BTreeSet<&Target> = stocktake.targets.iter().collect();
        let lines = lines.into_iter().filter_map(|(line, gathered)| {
            let called = names_of_line(&line);
            let named = || called.iter().flatten().any(|name| targets.contains(name));
            let there = !gathered.on_hand.is_zero() && gathered.is_due;
            let is_in = (there || !gathered.counts.is_empty()) && (targets.is_empty() || named())
                || gathered.counts.iter().any(|count| count.for_it);
            is_in.then(|| finish(line, &called, gathered, &said))
        });
        lines.collect()
    }

    /// A target by what its item is called today.
    fn target_today(&self, target: &Target) -> Target {
        let mut target = target.clone();
        match &mut target {
            Target::Item(item) | Target::Line { item, .. } => *item = self.canonical(item),
            Target::Location(_) => {}
        }
        target
    }

    /// The stock lines that may be in a stocktake.
    fn lines_to_look_at(&self, stocktake: &Stocktake) -> Vec<&Line> {
        let booked = self.documents.booked_for(stocktake.id).iter();
        let counted = booked.filter_map(|key| {
            let (from, to) = self.origins.touch(*key).lines();
            from.or(to)
        });
        let counted: BTreeSet<u32> = counted.collect();
        let counted = counted.into_iter().filter_map(|line| self.line_at(line));
        let counted = counted.flat_map(|line| self.lines_called_the_same(line));
        let mut lines: Vec<&Line> = counted.collect();
        if stocktake.targets.is_empty() {
            lines.extend(self.lines_with_rows());
        }
        for target in stocktake.targets.iter() {
            match target {
                Target::Location(location) => lines.extend(self.lines_in(location)),
                Target::Item(item) | Target::Line { item, .. } => {
                    for code in self.aliases(&self.canonical(item)) {
                        lines.extend(self.lines_of_code(&code));
                    }
                }
            }
        }
        let mut seen = BTreeSet::new();
        lines.retain(|line| seen.insert(self.line_key(line)));
        lines
    }

    /// A line with those at its place of other codes of its item.
    fn lines_called_the_same<'a>(&'a self, line: &'a Line) -> Vec<&'a Line> {
        let at = self.line_key(line);
        let aliases = self.aliases(&self.canonical(&at.item));
        let others = aliases.iter().filter(|code| **code != at.item);
        let others = others.flat_map(|code| self.lines_of_code(code));
        let same = others.filter(|other| {
            let other = self.line_key(other);
            (&other.location, &other.owner, &other.batch) == (&at.location, &at.owner, &at.batch)
        });
        same.chain([line]).collect()
    }

    /// Adds what is known of a stock line to what is known under its key.
    fn gather(&self, report: &Report<'_>, line: &Line, gathered: &mut Gathered) {
        let stocktake = report.stocktake;
        let mut before = Total::ZERO;
        let mut at_the_end: Option<Total> = None;
        let mut last_before: Option<Timestamp> = None;
        for row in &*self.rows_of(line) {
            let row_key = row.key();
            if self.is_ineffective(row_key) {
                continue;
            }
            let moment = (row.time(), self.entry_id(row_key));
            let is_over = report.closed.is_some_and(|closed| moment > closed);
            if is_over {
                at_the_end.get_or_insert(before);
            }
            if row.is_count() {
                let since = moment >= report.opened;
                let for_it = self.is_booked_for(row_key, stocktake.id, report.names);
                if for_it || since && !is_over {
                    let count = self.stocktake_count(report, row, before, for_it);
                    gathered.counts.push(count);
                } else if !since {
                    last_before = Some(row.time());
                }
            }
            before = row.after(before);
        }
        // What was moved after its end is none of its business.
        let there = at_the_end.unwrap_or(before);
        gathered.on_hand = gathered.on_hand.plus(there);
        let days = stocktake.not_counted_for.map(u64::from);
        let span = days.map(|days| days.saturating_mul(DAY_MILLIS));
        // What lies there under a code of the item, and was not counted under that.
        gathered.is_due |= !there.is_zero()
            && span.is_none_or(|span| {
                let from = stocktake.opened.millis().saturating_sub(span);
                last_before.is_none_or(|counted| counted.millis() < from)
            });
    }

    fn stocktake_count(
        &self,
        report: &Report<'_>,
        row: &Row,
        expected: Total,
        for_it: bool,
    ) -> StocktakeCount {
        let genesis = self.origins.genesis(row.key().0);
        StocktakeCount {
            id: self.entry_id(row.key()),
            at: row.time(),
            device: genesis.map(|genesis| genesis.device),
            quantity: row.amount(),
            expected,
            for_it,
            approved: self.is_approved(report, row.key()),
        }
    }

    /// Whether a count was approved, under whatever name of its origin or of a branch.
    fn is_approved(&self, report: &Report<'_>, count: TxKey) -> bool {
        let (stocktake, log) = (report.stocktake.id, report.log);
        let mut names = self.namesakes(self.entry_id(count)).into_iter();
        names.any(|name| {
            let mut approved = self.approved_as(stocktake, log, &Topic::Approved(name));
            approved.any(|key| key == count)
        })
    }

    /// The counts that are meant by approvals which go by one id: several may, as long as it is not
    /// known that a branch has one of them.
    fn approved_as<'a>(
        &'a self,
        stocktake: EntryId,
        log: &'a Log,
        topic: &Topic,
    ) -> impl Iterator<Item = TxKey> + 'a {
        let said = self.in_time(stocktake, log.said(topic), None);
        said.filter_map(|said| match said.what {
            Word::Count(count) => self.origins.meant(count),
            Word::Value(_) | Word::Bom(_) | Word::Device(_) => None,
        })
    }

    /// The counts that were approved for a stocktake, in order.
    pub(super) fn approved_counts(&self, id: EntryId) -> BTreeSet<EntryId> {
        let Some((log, ..)) = self.begun(Family::Stocktake, id) else {
            return BTreeSet::new();
        };
        let topics = log.topics();
        let topics = topics.filter(|topic| matches!(topic, Topic::Approved(_)));
        let counts = topics.flat_map(|topic| self.approved_as(id, log, topic));
        counts.map(|count| self.entry_id(count)).collect()
    }

    /// What is said of the lines of a stocktake.
    pub(super) fn stocktake_instructions(&self, id: EntryId) -> Instructions {
        let begun = self.begun(Family::Stocktake, id);
        begun.map_or_else(Instructions::default, |(log, ..)| {
            self.instructions(id, log)
        })
    }

    fn instructions(&self, id: EntryId, log: &Log) -> Instructions {
        let mut said = Instructions::default();
        let today =
            |target: &Option<Target>| target.as_ref().map(|target| self.target_today(target));
        // Approvals, of which there are many, come behind all of them.
        for topic in log.topics_from(&Topic::Counter(None)) {
            match topic {
                Topic::Counter(target) => {
                    if let Some(word) = self.last_word(id, log, topic)
                        && let Word::Device(device) = word.what
                    {
                        let word = (word.stamp.order(&self.origins), device);
                        let known = said.counters.entry(today(target)).or_insert(word);
                        *known = (*known).max(word);
                    }
                }
                // Whoever asks once more does not take back what another asked.
                Topic::Again(target) => {
                    let words = self.in_time(id, log.said(topic), None);
                    let asked = words.map(|word| self.moment_of(word.stamp.key()));
                    if let Some(asked) = asked.max() {
                        let known = said.again.entry(today(target)).or_insert(asked);
                        *known = (*known).max(asked);
                    }
                }
                Topic::Approved(_)
                | Topic::Field(_)
                | Topic::Wanted(_)
                | Topic::Rank(_)
                | Topic::Bom
                | Topic::Ordered(..) => break,
            }
        }
        said
    }
}

/// How a stock line may be named by who says something of it; none is all lines.
fn names_of_line(line: &LineKey) -> [Option<Target>; 4] {
    let LineKey {
        item,
        location,
        owner,
        batch,
    } = line.clone();
    [
        None,
        Some(Target::Item(item.clone())),
        Some(Target::Location(location.clone())),
        Some(Target::Line {
            item,
            location,
            owner,
            batch,
        }),
    ]
}

fn finish(
    line: LineKey,
    called: &[Option<Target>],
    mut gathered: Gathered,
    said: &Instructions,
) -> StocktakeLine {
    gathered.counts.sort_by_key(|count| (count.at, count.id));
    let counters = called.iter().filter_map(|name| said.counters.get(name));
    let counter = counters.max().and_then(|(_, device)| *device);
    let asked = called.iter().filter_map(|name| said.again.get(name));
    let progress = match (gathered.counts.last(), asked.max()) {
        (Some(last), Some(asked)) if (last.at, last.id) < *asked => LineProgress::Again,
        (Some(last), _) if last.approved => LineProgress::Approved,
        (Some(_), _) => LineProgress::Counted,
        (None, Some(_)) => LineProgress::Again,
        (None, None) => LineProgress::Open,
    };
    StocktakeLine {
        line,
        on_hand: gathered.on_hand,
        counts: gathered.counts,
        counter,
        progress,
    }
}
