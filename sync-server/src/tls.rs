//! TLS: which certificate the server has, and the door through which connections come.
//!
//! On an address that other machines reach, the server speaks TLS. Without a certificate of its
//! owner's it makes one itself, and a handheld trusts it for the pin in the enrolment QR; the
//! page about it is `docs/adr/0015-pinned-tls.md`.

mod door;
mod files;
mod made;
mod reload;

use std::sync::Arc;

use ledger_node::Pin;
use rustls::ServerConfig;

pub(crate) use self::door::{Door, PATIENCE};
pub(crate) use self::files::{OwnFiles, TlsError};
pub(crate) use self::made::{made_or_kept, names};
pub(crate) use self::reload::keep_up;

use crate::fault::{Fault, with_causes};

/// A certificate with its key, ready to be served.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The settings of connections.
    pub(crate) config: Arc<ServerConfig>,
    /// What handhelds know the key by.
    pub(crate) pin: Pin,
    /// How its files looked just before they were read.
    look: files::Look,
}

/// Why a certificate cannot be served, as this program says it.
pub(crate) fn fault(error: &TlsError) -> Fault {
    Fault::new("bad-certificate", with_causes(error))
}
