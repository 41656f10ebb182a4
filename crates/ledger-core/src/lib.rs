//! The ledger's meaning: entries, and the fold from a set of entries to stock.
//!
//! This crate knows no file, no network, no clock and no randomness: times and ids are arguments.
//! Its types are deliberately not serialisable; every byte is `ledger-format`'s business.
//!
//! - [`entry`] says what can be written down, [`fold`] what a set of entries means,
//! - [`at_entry`] what a command has to check and to write before anything is written,
//! - [`exception`] what a person should look at,
//! - [`forecast`] what open lots and orders need, from what there is and comes,
//! - [`planted`] bugs that tests of a development build may ask for.
//!
//! **Invariant.** The fold is a function of the set of entries and their central numbers: order of
//! arrival, batching, path and duplication change nothing.

pub mod at_entry;
pub mod catalogue;
pub mod code;
pub mod document;
pub mod entry;
pub mod exception;
pub mod fold;
pub mod forecast;
pub mod id;
pub mod order;
pub mod planted;
pub mod production;
pub mod purchase;
pub mod quantity;
pub mod scan;
pub mod stocktake;
pub mod time;
pub mod varint;

pub use code::{Barcode, Code, CodeError, UserName};
pub use entry::{Body, Entry};
pub use id::{DeviceId, EntryId, EntryRef, IdError, LedgerId, Origin};
pub use quantity::{Quantity, QuantityError, Total};
pub use time::{Clock, HybridClock, Timestamp};
