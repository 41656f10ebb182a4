//! Labels to print: for places, items, orders, commands and all else that a scanner reads.
//!
//! Bytes in, bytes out. A [`Label`] says what is encoded and what people read; a [`Sheet`] says how
//! labels lie on the paper; [`pdf()`], [`svg()`] and [`zpl()`] make the document. Nothing is read or
//! written here, and nothing of the ledger is known: which labels there are is the caller's matter.
//!
//! **Invariants.** The same labels give the same bytes: no dates and no random numbers. A label that
//! comes out holds its code exactly, with its quiet zone, and nothing reaches over another thing or
//! over the label's edge; a code that does not fit is an error that says what would.
//!
//! Everything is laid out in whole *units* of the medium first, see [`Resolution`]: micrometres on
//! paper, dots on a label printer, where a bar has to be a whole number of them.

mod calibration;
mod code128;
mod commands;
mod error;
mod font;
mod label;
mod layout;
mod pdf;
mod piece;
mod sheet;
mod svg;
mod symbol;
mod text;
mod unit;
mod zpl;

pub use self::calibration::{Calibration, Step};
pub use self::commands::{CommandWord, commands};
pub use self::error::LabelError;
pub use self::font::Face;
pub use self::label::{CODE_BYTES_MAX, Label, Symbology};
pub use self::pdf::pdf;
pub use self::piece::{Code, Page, Piece};
pub use self::sheet::{SHEETS, Sheet, Size};
pub use self::svg::svg;
pub use self::symbol::Symbol;
pub use self::text::Text;
pub use self::unit::{Rect, Resolution};
pub use self::zpl::{Dpi, zpl};
