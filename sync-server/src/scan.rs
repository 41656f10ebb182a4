//! Scan sessions of people at a page: each login has a desk of its own on the server.
//!
//! [`scanning`] decides what a code means where a session stands. A [`Desk`] takes scans one after
//! the other, writes through `api::carry_out` like every page, and remembers what it answered and
//! what it wrote, so that a scan that is sent again is answered again, and UNDO takes back what was
//! scanned here and nothing else.

mod desk;
mod desks;
mod told;

pub(crate) use self::desk::{Answer, Desk, Raw, Worker};
pub(crate) use self::desks::Desks;
pub(crate) use self::told::told;
