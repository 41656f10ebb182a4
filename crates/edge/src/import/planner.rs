//! Turns rows into entries, by the kind of file.

use chrono_tz::Tz;
use ledger_core::DeviceId;
use ledger_core::at_entry::Refusal;
use ledger_core::entry::Body;
use ledger_core::fold::Fold;

use super::catalogue::{Customers, Items, Locations};
use super::plans::{Boms, Purchases};
use super::rows::{Csv, Row};
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
    /// The device that takes it in.
    pub(super) device: DeviceId,
}

/// The planner of a file, with what it remembers of earlier rows.
#[derive(Debug)]
pub(super) enum Planner {
    Items(Items),
    Locations(Locations),
    Customers(Customers),
    Boms(Boms),
    Purchases(Purchases),
    Counts(Counts),
    Movements(Movements),
}

impl Planner {
    /// A planner that has seen nothing but which rows belong together.
    pub(super) fn new(source: &Source, csv: &Csv<'_>) -> Result<Self, Refusal> {
        Ok(match source.kind {
            ImportKind::Items => Self::Items(Items::default()),
            ImportKind::Locations => Self::Locations(Locations::default()),
            ImportKind::Customers => Self::Customers(Customers::default()),
            ImportKind::Bom => Self::Boms(Boms::default()),
            ImportKind::PurchaseOrders => {
                Self::Purchases(Purchases::new(csv, source.key, source.device)?)
            }
            ImportKind::Stock => Self::Counts(Counts::new(source.key)),
            ImportKind::Movements => Self::Movements(Movements::new(source.key, source.zone)),
        })
    }

    /// Adds what a row says to `bodies`, and says whether it is new: not when all of it is known
    /// already.
    pub(super) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<bool, Refusal> {
        let before = bodies.len();
        match self {
            Self::Items(items) => items.plan(fold, row, bodies),
            Self::Locations(locations) => locations.plan(fold, row, bodies),
            Self::Customers(customers) => customers.plan(fold, row, bodies),
            Self::Boms(boms) => boms.plan(fold, row, bodies),
            Self::Purchases(purchases) => return purchases.plan(fold, row, bodies),
            Self::Counts(counts) => counts.plan(fold, row, bodies),
            Self::Movements(movements) => movements.plan(fold, row, bodies),
        }?;
        Ok(bodies.len() > before)
    }
}
