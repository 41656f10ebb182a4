//! Who sits before the browser: passwords, sessions, and how often one may try.
//!
//! Who there is and with which role stands in the ledger and is looked up at every request, so
//! that a user who is disabled is out at once. A session only says who logged in.

mod limits;
mod passwords;
mod sessions;

pub(crate) use self::limits::Limits;
pub(crate) use self::passwords::{PASSWORD_CHARS_MIN, Passwords};
pub(crate) use self::sessions::{
    COOKIE, Flash, begin, end, flash, goes_on, layer, person, take_flash,
};
