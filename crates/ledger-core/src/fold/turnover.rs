//! What was done with an item's stock, transaction by transaction, as far as it counts today: what
//! sums over a time are made of.
//!
//! What was voided, repeated or withheld is nowhere in it, so that the changes of a time are always
//! what is on hand at its end less what was on hand at its begin. History tells things as they
//! happened instead, with a reversal at its own place.

use super::line::Row;
use super::{Fold, LineKey, TxKey};
use crate::code::{Code, UserName};
use crate::id::EntryId;
use crate::quantity::Total;
use crate::time::Timestamp;

/// An item's stock lines, and what was done on them since a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turnover {
    /// The lines that ever had a transaction; those of aliases stand by themselves.
    pub lines: Vec<LineTurnover>,
    /// Each transaction once, in no particular order.
    pub transactions: Vec<Transaction>,
    /// How many rows were read for it, which is what it costs.
    pub rows: usize,
}

/// A stock line before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTurnover {
    /// The line, with the item as it is called today.
    pub key: LineKey,
    /// On hand at the moment since which transactions are told.
    pub before: Total,
    /// On hand after all of them.
    pub on_hand: Total,
    /// When something was last added, removed or moved here.
    pub last_moved: Option<Timestamp>,
    /// When it was last counted.
    pub last_counted: Option<Timestamp>,
}

/// What a transaction did to one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineStep {
    /// The line's place in [`Turnover::lines`].
    pub line: usize,
    /// On hand just before.
    pub before: Total,
    /// On hand just after.
    pub after: Total,
}

impl LineStep {
    /// By how much it changed.
    #[must_use]
    pub fn change(&self) -> Total {
        self.after.minus(self.before)
    }
}

/// A movement or a count with the lines it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transaction {
    /// The entry.
    pub id: EntryId,
    /// When, by its effective time.
    pub at: Timestamp,
    /// Whether it is a count; then `to` is where.
    pub is_count: bool,
    /// Whether nothing had happened on the line that it counts.
    pub is_first: bool,
    /// The line that it takes from.
    pub from: Option<LineStep>,
    /// The line that it gives to.
    pub to: Option<LineStep>,
}

impl Transaction {
    /// What it did, line by line.
    pub fn steps(&self) -> impl Iterator<Item = LineStep> {
        self.from.into_iter().chain(self.to)
    }
}

/// A row with the step that it is.
type Told = (Row, LineStep, bool);

impl Fold {
    /// What was done with an item and its aliases since a moment.
    #[must_use]
    pub fn turnover(&self, canonical: &Code, since: Timestamp) -> Turnover {
        let all_count = self.has_no_suppressed() && self.reversals.has_no_void();
        let mut turnover = Turnover::default();
        let mut told: Vec<Told> = Vec::new();
        for code in self.aliases(canonical) {
            for line in self.lines_of_code(&code) {
                let mut key = self.line_key(line);
                key.item = canonical.clone();
                let mut of_line = LineTurnover {
                    key,
                    before: Total::ZERO,
                    on_hand: Total::ZERO,
                    last_moved: None,
                    last_counted: None,
                };
                let mut is_first = true;
                for row in line.each_row(&self.packed_rows) {
                    turnover.rows = turnover.rows.saturating_add(1);
                    if !all_count && self.is_ineffective(row.key()) {
                        continue;
                    }
                    let before = of_line.on_hand;
                    of_line.on_hand = row.after(before);
                    let last = if row.is_count() {
                        &mut of_line.last_counted
                    } else {
                        &mut of_line.last_moved
                    };
                    *last = Some(row.time());
                    if row.time() < since {
                        of_line.before = of_line.on_hand;
                    } else {
                        let step = LineStep {
                            line: turnover.lines.len(),
                            before,
                            after: of_line.on_hand,
                        };
                        told.push((row, step, is_first));
                    }
                    is_first = false;
                }
                turnover.lines.push(of_line);
            }
        }
        turnover.transactions = self.paired(told);
        turnover
    }

    /// Rows as transactions: a movement between two lines has one on each.
    fn paired(&self, mut told: Vec<Told>) -> Vec<Transaction> {
        told.sort_unstable_by_key(|(row, _, _)| (row.key(), row.amount()));
        let same = |one: &Told, next: &Told| one.0.key() == next.0.key();
        let transaction = |rows: &[Told]| {
            let (row, step, is_first) = *rows.first()?;
            let to = rows.get(1).map(|(_, step, _)| *step);
            let takes = to.is_some() || (!row.is_count() && row.amount().ten_thousandths() < 0);
            Some(Transaction {
                id: self.entry_id(row.key()),
                at: row.time(),
                is_count: row.is_count(),
                is_first,
                from: takes.then_some(step),
                to: to.or((!takes).then_some(step)),
            })
        };
        told.chunk_by(same).filter_map(transaction).collect()
    }

    /// The user who wrote a transaction; none when the device did by itself.
    #[must_use]
    pub fn user_of(&self, transaction: EntryId) -> Option<&UserName> {
        let key: TxKey = (self.origins.find(transaction.origin)?, transaction.seq);
        self.actors.user_of(key)
    }
}
