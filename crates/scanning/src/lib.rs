//! What a scan stands for in a ledger, and what a session makes of it.
//!
//! `codes` knows what a text may mean by itself; [`meant()`] looks up what of that there is, and
//! [`Session`] says what is to be written for it. Pure: no clock, no store. Handhelds and the
//! server's pages take scans in the same way.

mod bounce;
mod hearing;
mod meaning;
mod session;

pub use self::bounce::{BOUNCE_MILLIS, Bounce};
pub use self::hearing::{Heard, hear, refusal_text};
pub use self::meaning::{Content, Meant, Thing, Wanted, Word, meant};
pub use self::session::{Action, Counted, Input, Piece, Session, Step, Task};
