//! How a node stands: what it holds, what is not yet away, and the hash that says it all.

use serde::Serialize;
use utoipa::ToSchema;

use super::{View, time_text};
use crate::{NodeError, SafeMark};

/// The status of a node.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusView {
    /// The node's name.
    pub node: String,
    /// The origin it writes.
    pub origin: String,
    /// How many entries it holds.
    pub entries: u64,
    /// How many of its own the central server is not known to hold.
    pub pending: u64,
    /// Since when the oldest of those waits.
    pub oldest_pending: Option<String>,
    /// When the central server was last known to hold everything, and we all of its.
    pub synced_at: Option<String>,
    /// When a hub was last known to hold everything of ours that the central server may lack.
    pub at_hub: Option<String>,
    /// The server it syncs with.
    pub server: Option<String>,
    /// Told not to use the network.
    pub offline: bool,
    /// How many exceptions are open.
    pub exceptions: usize,
    /// Up to where a central server's entries are in a verified backup.
    pub safe: Option<SafeMark>,
    /// Equal on nodes that hold the same.
    pub state_hash: String,
    /// The device's id.
    pub device: String,
}

impl View<'_> {
    /// The node's status.
    pub fn status(&self) -> Result<StatusView, NodeError> {
        let (pending, oldest) = self.pending()?;
        Ok(StatusView {
            node: self.name(),
            origin: self.origin().to_string(),
            entries: self.fold().entry_count(),
            pending,
            oldest_pending: oldest.map(time_text),
            synced_at: self.as_of(),
            at_hub: self.at_hub().map(time_text),
            server: self.server_url(),
            offline: self.offline_since()?.is_some(),
            exceptions: self.exception_kinds().values().sum(),
            safe: self.safe_mark()?,
            state_hash: self.state_hash()?,
            device: self.device().to_string(),
        })
    }
}
