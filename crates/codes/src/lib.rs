//! What a scanned string means, as far as the string alone can say.
//!
//! Pure functions over text; this crate knows nothing of the ledger, of files or of devices. Which
//! item or location a string names is looked up elsewhere.
//!
//! [`reading::readings`] gives all meanings of a scan, the likeliest first. Below it lie the parsers:
//! [`gs1`] for element strings, brackets and Digital Links, [`mh10`] and [`slip`] for labels of
//! distributors, [`own`] for the codes that we print, [`normalised`] for article numbers, and
//! [`command`](command()) for the words of a scan session.

mod aim;
pub mod calibration;
mod check_digit;
mod command;
mod date;
mod decimal;
pub mod gs1;
pub mod mh10;
pub mod own;
pub mod reading;
pub mod separators;
pub mod slip;

pub use self::aim::{Aim, Carrier};
pub use self::check_digit::{Gtin, gtin, normalised, spellings, upc_e};
pub use self::command::{Command, MODES, command};
pub use self::date::{Date, Moment, full_year};
pub use self::decimal::Decimal;
