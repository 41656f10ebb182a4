//! A look at a node for showing it: the fold, the log and the node's own facts under one lock.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use ledger_core::catalogue::Role;
use ledger_core::entry::Entry;
use ledger_core::fold::Fold;
use ledger_core::{DeviceId, EntryId, Origin, Timestamp};
use ledger_format::head::PublicKey;

use crate::backup::{SAFE, SafeMark, safe_of_note};
use crate::conversation::{AT_HUB, SYNCED_AT};
use crate::error::NodeError;
use crate::inner::Inner;
use crate::node::Node;
use crate::offline;
use crate::standing::Standing;
use crate::sync_server::SEEN;

/// A look at a node. It holds the node's lock: take what is needed and let it go.
pub struct View<'a> {
    node: &'a Node,
    inner: MutexGuard<'a, Inner>,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("node", &self.inner.keys.name)
            .finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    pub(crate) const fn new(node: &'a Node, inner: MutexGuard<'a, Inner>) -> Self {
        Self { node, inner }
    }

    /// The node that is looked at.
    pub(crate) const fn node(&self) -> &Node {
        self.node
    }

    /// The folded state.
    #[must_use]
    pub fn fold(&self) -> &Fold {
        &self.inner.state.fold
    }

    /// What follows from the fold for every item and order.
    pub(crate) fn standing(&self) -> &Standing {
        &self.inner.state.standing
    }

    /// Works out what lists, the dashboard and exceptions ask of the whole ledger, so that whoever
    /// comes first need not wait for it.
    pub fn prepare(&self) {
        let (standing, fold) = (self.standing(), self.fold());
        standing.supply.look(fold, |_| ());
        standing.troubles.look(fold, |_| ());
        standing.waiting.look(fold, |_| ());
        standing.clients.look(fold, |_| ());
    }

    /// A number that grows whenever something was written or came in.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.node.changes()
    }

    /// An entry as its writer meant it, if it is here and understood.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>, NodeError> {
        self.node.entry(id)
    }

    /// By how many milliseconds a device's clock was ahead at its last contact with this server.
    #[must_use]
    pub fn clock_offset(&self, device: DeviceId) -> Option<i64> {
        self.node.shared.offsets.of(device)
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.inner.keys.name.clone()
    }

    /// The origin that the node writes.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.inner.keys.origin()
    }

    /// The device's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.inner.keys.device()
    }

    /// The key of a device that no entry has to tell of: this one, and the central server, whose
    /// key is the ledger's.
    pub(crate) fn untold_key(&self, device: DeviceId) -> Option<PublicKey> {
        let keys = &self.inner.keys;
        let known = [Some(keys.key().public()), keys.ledger_key()];
        let mut known = known.into_iter().flatten();
        known.find(|key| key.device_id() == device)
    }

    /// Now, by the node's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.node.now()
    }

    /// Own entries that the central server has not numbered as far as known here, and when the
    /// oldest of them was written.
    pub fn pending(&self) -> Result<(u64, Option<Timestamp>), NodeError> {
        let mut pending = 0_u64;
        let mut since: Option<Timestamp> = None;
        for origin in self.inner.own_chains() {
            let numbered = self.fold().numbered_up_to(origin);
            let count = self.fold().last_seq(origin).saturating_sub(numbered);
            pending = pending.saturating_add(count);
            let oldest = EntryId {
                origin,
                seq: numbered.saturating_add(1),
            };
            if count > 0
                && let Some(entry) = self.entry(oldest)?
            {
                since = Some(since.map_or(entry.time, |since| since.min(entry.time)));
            }
        }
        Ok((pending, since))
    }

    /// When the central server was last known to hold all of ours, and we all of its.
    #[must_use]
    pub fn synced_at(&self) -> Option<Timestamp> {
        self.moment(SYNCED_AT)
    }

    /// When a hub was last known to hold everything of ours.
    #[must_use]
    pub fn at_hub(&self) -> Option<Timestamp> {
        self.moment(AT_HUB)
    }

    fn moment(&self, note: &str) -> Option<Timestamp> {
        let text = self.node.store().note(note).ok().flatten()?;
        text.parse().ok().map(Timestamp::from_millis)
    }

    /// Since when the device is told not to use the network; none when it may.
    pub fn offline_since(&self) -> Result<Option<Timestamp>, NodeError> {
        let dir = self.inner.keys.dir();
        dir.map_or(Ok(None), offline::offline_since)
    }

    /// Up to where a central server's entries are in a verified backup.
    pub fn safe_mark(&self) -> Result<Option<SafeMark>, NodeError> {
        let note = self.node.store().note(SAFE)?;
        let mark = note.as_deref().and_then(safe_of_note);
        // Numbers of an earlier epoch say nothing about those of this one.
        let central = self.inner.central.as_ref();
        Ok(mark.filter(|mark| central.is_some_and(|central| central.epoch == mark.epoch)))
    }

    /// The server that the device is enrolled at.
    #[must_use]
    pub fn server_url(&self) -> Option<String> {
        self.inner
            .keys
            .bond
            .as_ref()
            .map(|bond| bond.server_url.clone())
    }

    /// What this device may do; none when nothing is checked.
    #[must_use]
    pub fn role_of_device(&self) -> Option<Role> {
        self.inner.role_of_device()
    }

    /// Whether this node gives central numbers.
    #[must_use]
    pub fn is_central(&self) -> bool {
        self.inner.central.is_some()
    }

    /// What nodes with the same entries and central numbers have in common, in hex.
    pub fn state_hash(&self) -> Result<String, NodeError> {
        self.inner.state_hash(self.node.store())
    }

    /// When each enrolled device last synced here.
    #[must_use]
    pub fn last_seen(&self) -> BTreeMap<DeviceId, Timestamp> {
        let devices = self.fold().devices();
        let seen = |id: DeviceId| Some((id, self.moment(&format!("{SEEN}{id}"))?));
        devices
            .into_iter()
            .filter_map(|device| seen(device.id))
            .collect()
    }
}
