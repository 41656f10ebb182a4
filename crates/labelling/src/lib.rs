//! Which labels a ledger wants, and the document that they are printed from.
//!
//! [`wanted`] looks labels up in the ledger, [`Wanted::document`] draws them; the second needs no
//! ledger, so that nobody who writes waits for it. Pure: no clock, no store, no files. Handhelds and
//! the server print the same.
//!
//! **Invariant.** What a label carries is understood by `scanning::meant` as the thing that it was
//! printed for, on every device that knows the thing; where that would not be so there is no label.

mod card;
mod commands;
mod document;
mod kind;
mod select;
mod things;

pub use self::document::{Document, Paper, Preview, sheet_names, sheets, symbologies};
pub use self::kind::{Format, Kind};
pub use self::select::{Choice, LABELS_MAX, Wanted, wanted};
pub use self::things::LeftOut;

#[cfg(test)]
mod tests;
