//! What whoever syncs by itself looks at beside the store: the switch, the networks, and how a
//! failure is told.

use std::path::Path;

use ledger_core::Timestamp;
use ledger_node::NodeError;
use ledger_node::watch::{Event, Trouble};

use super::signs::network;
use crate::report::chain;

/// The switch and the networks as they were at the last look.
#[derive(Debug)]
pub(crate) struct Outside {
    network: String,
    offline: Option<Timestamp>,
}

impl Outside {
    /// As it is now; the switch counts as on the network until the first look.
    pub(crate) fn now() -> Self {
        Self {
            network: network(),
            offline: None,
        }
    }

    /// Since when the device is told not to use the network.
    pub(crate) const fn offline(&self) -> Option<Timestamp> {
        self.offline
    }

    /// What became of the switch since the last look.
    pub(crate) fn look_at_switch(&mut self, store: &Path) -> Option<Event> {
        // A switch that cannot be read for a moment stays where it is.
        let offline = ledger_node::offline_since(store).unwrap_or(self.offline);
        if offline == self.offline {
            return None;
        }
        self.offline = offline;
        Some(offline.map_or(Event::Online, Event::Offline))
    }

    /// What became of the networks since the last look.
    pub(crate) fn look_at_networks(&mut self) -> Option<Event> {
        let networks = network();
        if networks == self.network {
            return None;
        }
        self.network = networks;
        Some(Event::NetworkChanged)
    }
}

/// A sync that did not come through, as a watch takes it.
pub(crate) fn failure(error: &NodeError) -> Event {
    let trouble = Trouble::of(error);
    let mut text = chain(error);
    if let Some(hint) = error.hint().filter(|_| trouble != Trouble::Unreachable) {
        text = format!("{text} ({hint})");
    }
    Event::Failed { trouble, text }
}
