//! One pass through a file: each row becomes entries, or says what is wrong with it.

use chrono_tz::Tz;
use ledger_core::DeviceId;
use ledger_core::at_entry::Refusal;
use ledger_core::entry::{Body, IdempotencyKey};
use ledger_core::fold::Fold;
use ledger_node::file_key;

use crate::catalogue::{Customers, Items, Locations};
use crate::file::Csv;
use crate::kind::Kind;
use crate::plans::{Boms, Purchases};
use crate::rows::{Row, Rows};
use crate::stock::{Counts, Movements};

/// What is the same for all rows of a file.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// What the file holds.
    pub kind: Kind,
    /// The file's idempotency key.
    pub key: [u8; 16],
    /// The zone of times that name none.
    pub zone: Tz,
    /// The device that takes it in.
    pub device: DeviceId,
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Makes something.
    New,
    /// Changes what is there.
    Changed,
    /// Takes a line away.
    Removed,
    /// Counts stock.
    Counted,
    /// Moves stock.
    Moved,
    /// Is a line of an order that is placed.
    Ordered,
    /// Nothing: all that it says is known.
    Already,
}

impl Outcome {
    /// The outcome in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Counted => "counted",
            Self::Moved => "moved",
            Self::Ordered => "ordered",
            Self::Already => "already",
        }
    }
}

/// A row that was planned.
#[derive(Debug)]
pub struct Planned {
    /// The line it begins at.
    pub line: u64,
    /// The byte it begins at, for showing progress.
    pub byte: u64,
    /// What its first column holds.
    pub name: String,
    /// What it does, or why it cannot be taken.
    pub outcome: Result<Outcome, Refusal>,
}

/// A pass through a file. It remembers what earlier rows said.
#[derive(Debug)]
pub struct Pass<'a> {
    rows: Rows<'a>,
    planner: Planner,
}

impl<'a> Pass<'a> {
    /// A pass that has seen nothing but which rows belong together.
    pub fn new(csv: &'a Csv<'a>, source: &Source) -> Result<Self, Refusal> {
        Ok(Self {
            rows: csv.rows(),
            planner: Planner::new(source, csv)?,
        })
    }

    /// Adds what the next row says to `bodies`; nothing when it is bad, or known already. None
    /// when there are no more rows.
    pub fn next(
        &mut self,
        fold: &Fold,
        bodies: &mut Vec<Body>,
    ) -> Result<Option<Planned>, Refusal> {
        let Some(row) = self.rows.next_row()? else {
            return Ok(None);
        };
        let before = bodies.len();
        let outcome = self.planner.plan(fold, &row, bodies);
        if outcome.is_err() {
            bodies.truncate(before);
        }
        Ok(Some(Planned {
            line: row.line(),
            byte: row.byte(),
            name: row.name(),
            outcome,
        }))
    }
}

/// What turns rows into entries, by the kind of file.
#[derive(Debug)]
enum Planner {
    Items(Items),
    Locations(Locations),
    Customers(Customers),
    Boms(Boms),
    Purchases(Purchases),
    Counts(Counts),
    Movements(Movements),
}

impl Planner {
    fn new(source: &Source, csv: &Csv<'_>) -> Result<Self, Refusal> {
        Ok(match source.kind {
            Kind::Items => Self::Items(Items::default()),
            Kind::Locations => Self::Locations(Locations::default()),
            Kind::Customers => Self::Customers(Customers::default()),
            Kind::Bom => Self::Boms(Boms::default()),
            Kind::PurchaseOrders => {
                Self::Purchases(Purchases::new(csv, source.key, source.device)?)
            }
            Kind::Stock => Self::Counts(Counts::new(source.key)),
            Kind::Movements => Self::Movements(Movements::new(source.key, source.zone)),
        })
    }

    fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        match self {
            Self::Items(items) => items.plan(fold, row, bodies),
            Self::Locations(locations) => locations.plan(fold, row, bodies),
            Self::Customers(customers) => customers.plan(fold, row, bodies),
            Self::Boms(boms) => boms.plan(fold, row, bodies),
            Self::Purchases(purchases) => purchases.plan(fold, row, bodies),
            Self::Counts(counts) => counts.plan(fold, row, bodies),
            Self::Movements(movements) => movements.plan(fold, row, bodies),
        }
    }
}

/// The key of a file that may have been imported and undone before: with the key of then its rows
/// would still be known, and an import would add nothing. Each time that all of it was undone has
/// the next key.
#[must_use]
pub fn fresh_key(fold: &Fold, file: [u8; 16], rows: u64) -> [u8; 16] {
    let mut key = file;
    loop {
        let known = (1..=rows).filter_map(|row| fold.known_once(&IdempotencyKey { key, row }));
        let mut voids = known.map(|entry| fold.is_void(entry)).peekable();
        if voids.peek().is_none() || !voids.all(|is_void| is_void) {
            return key;
        }
        key = file_key(&key);
    }
}
