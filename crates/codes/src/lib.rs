//! What a scanned string means, as far as the string alone can say.
//!
//! Pure functions over text; this crate knows nothing of the ledger, of files or of devices. Which
//! item or location a string names is looked up elsewhere.
//!
//! Here today: the scan session's command words, GTINs, and GS1 element strings.

mod aim;
mod check_digit;
mod command;
mod date;
mod decimal;
pub mod gs1;
pub mod own;
pub mod separators;

pub use self::aim::{Aim, Carrier};
pub use self::check_digit::{Gtin, gtin, normalised, spellings, upc_e};
pub use self::command::{Command, MODES, command};
pub use self::date::{Date, Moment, full_year};
pub use self::decimal::Decimal;
