//! What a scanned string means, as far as the string alone can say.
//!
//! Pure functions over text; this crate knows nothing of the ledger, of files or of devices. Which
//! item or location a string names is looked up elsewhere.
//!
//! Here today: the scan session's command words, and the GTIN check digit that tells a misread
//! from an unknown barcode. GS1, EIGP-114, symbology identifiers and labels will live here too.

mod check_digit;
mod command;

pub use self::check_digit::{Gtin, gtin};
pub use self::command::{Command, MODES, command};
