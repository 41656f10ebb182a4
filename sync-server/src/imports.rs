//! Imports of people at the pages: the file that somebody chose, what it would do, and what it did.
//!
//! Both are in memory alone, bounded, and forgotten after a while or with the program: what was
//! imported is in the ledger; only the short way to undo it ends.

mod job;
mod kept;

pub(crate) use self::job::{Checked, Done, FILE_BYTES_MAX, File, Shown, Sums, check, undo, write};
pub(crate) use self::kept::{Imports, Kept, Stage};
