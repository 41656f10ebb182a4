//! Two histories of an origin: both are kept, and nobody is held up by it.

use ledger_core::fold::Fold;
use ledger_node::NodeError;

use crate::world::{CENTRAL, Failure, World};

/// Takes note of branches.
pub(super) fn meet(world: &mut World) {
    let central = world.machines[CENTRAL].node.as_ref();
    if central.is_some_and(|node| node.read(Fold::has_branches)) {
        world.counters.meet("fork", "kept as a branch");
    }
}

impl World {
    /// Judges why a conversation was broken off.
    ///
    /// # Errors
    /// When it must not be for that reason.
    pub fn judge_error(&self, which: usize, error: &NodeError) -> Result<(), Failure> {
        let name = &self.machines[which].name;
        match error {
            NodeError::Forked { origin, seq } => {
                Err(format!("{name} is stuck with a fork of {origin} at {seq}"))
            }
            NodeError::OtherLedger { .. } => Err(format!("{name} meets another ledger: {error}")),
            _ => Ok(()),
        }
    }
}
