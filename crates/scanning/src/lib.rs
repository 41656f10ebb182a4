//! What a scan stands for in a ledger, and what a session makes of it.
//!
//! [`hear()`] makes an input of a text, [`Session::step`] a step of the input, and [`Writing::plan`]
//! the entries of what the step does. Who drives it writes those, and only then takes the step's
//! next session.
//!
//! `codes` knows what a text may mean by itself; [`meant()`] looks up what of that there is, and
//! [`Session`] says what is to be written for it. Pure: no clock, no store. Handhelds and the
//! server's pages take scans in the same way.

mod bounce;
mod card;
mod hearing;
mod meaning;
mod session;
mod writing;

pub use self::bounce::{BOUNCE_MILLIS, Bounce};
pub use self::card::CardStep;
pub use self::hearing::{Heard, hear, refusal_text};
pub use self::meaning::{Content, Meant, Thing, Wanted, Word, meant};
pub use self::session::{
    Action, Counted, Found, Here, Input, Kept, Piece, Session, Sign, Step, Task, Tone, Unknown,
};
pub use self::writing::{Writing, after};
