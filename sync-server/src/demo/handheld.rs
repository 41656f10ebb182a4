//! One handheld of the story: a node with a sled store of its own, and a clock of its own.

use std::path::Path;
use std::sync::Arc;

use ledger_core::Timestamp;
use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::fold::Fold;
use ledger_node::{Actor, Node, NodeError, NodeKind, SyncReport, Written};

use super::clock::StoryClock;
use super::workshop::Step;
use crate::fault::Fault;

/// A handheld.
pub(super) struct Handheld {
    pub(super) name: &'static str,
    pub(super) node: Node,
    clock: Arc<StoryClock>,
}

impl Handheld {
    /// A new handheld in a directory of its own.
    pub(super) fn new(dir: &Path, name: &'static str, now: Timestamp) -> Result<Self, Fault> {
        let clock = Arc::new(StoryClock::at(now));
        let dir = dir.join(format!("handheld-{}", name.to_lowercase()));
        let node = Node::init(&dir, NodeKind::Handheld, name, Arc::clone(&clock) as _)?;
        Ok(Self { name, node, clock })
    }

    /// Writes one command at this moment.
    pub(super) fn write(
        &self,
        at: Timestamp,
        plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>,
    ) -> Result<Written, Fault> {
        self.clock.set(at);
        Ok(self.node.write(&Actor::default(), plan)?)
    }

    /// Writes many steps as one group, as an import does.
    pub(super) fn write_all(&self, at: Timestamp, steps: Vec<Step>) -> Result<Written, Fault> {
        self.clock.set(at);
        let mut steps = steps.into_iter();
        Ok(self
            .node
            .write_many(&Actor::default(), |fold| Some(steps.next()?(fold)))?)
    }

    /// Syncs at this moment, by HTTP.
    pub(super) async fn sync(&self, at: Timestamp) -> Result<SyncReport, NodeError> {
        self.clock.set(at);
        self.node.sync(&mut |_| {}).await
    }
}
