//! What a CSV file of others means for a ledger: entries, row by row, and what is wrong with a row.
//!
//! [`Csv`] is a file whose columns are understood; a [`Pass`] goes through its rows and plans each
//! against the fold. [`Undo`] remembers what was there before, and takes an import back. Pure: no
//! clock, no store, no files; what a row does and how it is read are the same on handhelds and on
//! the server.
//!
//! - An empty field says nothing: a field of the catalogue stays as it is, a batch or owner is none.
//! - Movements and counts name their stock line exactly: an empty batch is the stock without batch.
//! - Importing a file again adds nothing: each row of movements and counts carries the file's key
//!   and its number, and rows of the catalogue that say what is known already are left out.
//!
//! **Invariant.** A bad row plans nothing, and stops none of the others.

mod catalogue;
mod file;
mod guard;
mod kind;
mod layout;
mod names;
mod pass;
mod plans;
mod rows;
mod stock;
mod undo;
mod values;

pub use self::catalogue::shown_value;
pub use self::file::Csv;
pub use self::guard::guarded;
pub use self::kind::{Column, Kind};
pub use self::layout::{DecimalSign, Layout, Separator, Titles};
pub use self::pass::{Outcome, Pass, Planned, Source, fresh_key};
pub use self::undo::{Left, Taken, Undo, Why};
pub use self::values::{barcode, quantity, threshold};
