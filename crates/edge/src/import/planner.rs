//! Turns rows into entries, by the kind of file.

use chrono_tz::Tz;
use ledger_core::at_entry::Refusal;
use ledger_core::entry::Body;
use ledger_core::fold::Fold;

use super::catalogue::{Customers, Items, Locations};
use super::rows::Row;
use super::stock::{Counts, Movements};
use crate::cli::ImportKind;

/// What is the same for all rows of a file.
#[derive(Debug)]
pub(super) struct Source {
    /// What the file holds.
    pub(super) kind: ImportKind,
    /// The file's idempotency key.
    pub(super) key: [u8; 16],
    /// The zone of times that name none.
    pub(super) zone: Tz,
}

/// The planner of a file, with what it remembers of earlier rows.
#[derive(Debug)]
pub(super) enum Planner {
    Items(Items),
    Locations(Locations),
    Customers(Customers),
    Counts(Counts),
    Movements(Movements),
}

impl Planner {
    /// A planner that has seen nothing.
    pub(super) fn new(source: &Source) -> Self {
        match source.kind {
            ImportKind::Items => Self::Items(Items::default()),
            ImportKind::Locations => Self::Locations(Locations::default()),
            ImportKind::Customers => Self::Customers(Customers::default()),
            ImportKind::Stock => Self::Counts(Counts::new(source.key)),
            ImportKind::Movements => Self::Movements(Movements::new(source.key, source.zone)),
        }
    }

    /// Adds what a row says to `bodies`: nothing when all of it is known already.
    pub(super) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<(), Refusal> {
        match self {
            Self::Items(items) => items.plan(fold, row, bodies),
            Self::Locations(locations) => locations.plan(fold, row, bodies),
            Self::Customers(customers) => customers.plan(fold, row, bodies),
            Self::Counts(counts) => counts.plan(fold, row, bodies),
            Self::Movements(movements) => movements.plan(fold, row, bodies),
        }
    }
}
