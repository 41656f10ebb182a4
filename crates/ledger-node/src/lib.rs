//! A store, a clock and a connection put together: the whole of a node but its screen.
//!
//! - [`node`] opens a store, folds it, plans and writes; [`keys`] who the node is and whom it trusts,
//! - [`Conversation`] the handheld's side of sync and `Node::handle_sync` the server's, both
//!   without I/O; `Node::sync` carries them over HTTP,
//! - [`watch`] when to sync next, and why not now; [`Waiter`] hears of news while the store is closed,
//! - [`totals`] all totals from the columns of cold blocks,
//! - [`times`] times as they are written,
//! - [`view`] what is shown: the JSON shapes that handheld and server share.
//!
//! **Invariant.** A write has returned only when its entries are on the disk. What is sent to
//! others is read from the durable log, never from memory.

mod backup;
mod checkpoint;
mod clock;
mod clock_runs;
mod conversation;
mod doctor;
mod error;
mod heard;
mod inner;
pub mod keys;
mod load;
mod log;
mod login;
mod look;
mod machine;
pub mod node;
mod notices;
mod offline;
mod offsets;
mod people;
mod pin;
mod renew;
mod shown;
mod snapshot;
mod standing;
mod sync_client;
mod sync_file;
mod sync_server;
pub mod times;
pub mod totals;
mod trust;
pub mod view;
mod vouch;
mod wait_server;
mod waiter;
pub mod watch;

pub use backup::{BackupReport, RestoreReport, SafeMark};
pub use clock::{SystemClock, Uptime, WallClock};
pub use conversation::{Conversation, EnrollReport, Greeting, Question, SyncProgress, SyncReport};
pub use doctor::{Diagnosis, Finding, Severity};
pub use error::NodeError;
pub use keys::NewCode;
pub use login::{logged_in, user_to_log_in};
pub use machine::{Machine, any_number};
pub use node::{Actor, Node, NodeKind, Progress, VerifyReport, Written};
pub use offline::{go_offline, go_online, offline_since};
pub use people::{Invitation, Invited};
pub use pin::{BadPin, EnrolText, Pin};
pub use sync_client::{CONTENT_TYPE, TLS_WANTED};
pub use sync_file::{FileRead, FileWritten, PartTaken, Parts};
pub use sync_server::WireAnswer;
pub use trust::client_config;
pub use view::{View, time_text};
pub use wait_server::{OrderEnd, Wait};
pub use waiter::Waiter;

/// The idempotency key of a file: the first 16 bytes of its BLAKE3 hash.
#[must_use]
pub fn file_key(bytes: &[u8]) -> [u8; 16] {
    key_of(&ledger_format::Hash::of(bytes))
}

/// The idempotency key of a request to the API: whose token it bears, and the key it names. Two
/// tokens never share a key.
#[must_use]
pub fn request_key(token_name: &str, named: &str) -> [u8; 16] {
    let domain = ledger_format::Hash::of(b"stockledger idempotency key of a request");
    // Each link hashes a hash and one text, so no two pairs of texts run together.
    key_of(&domain.then(token_name.as_bytes()).then(named.as_bytes()))
}

fn key_of(hash: &ledger_format::Hash) -> [u8; 16] {
    let mut key = [0; 16];
    key.iter_mut()
        .zip(hash.as_bytes())
        .for_each(|(to, from)| *to = *from);
    key
}
