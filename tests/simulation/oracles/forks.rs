//! A second history of an origin is noticed and said, and comes from a disk that was turned back.

use ledger_node::NodeError;

use crate::world::{Failure, World};

impl World {
    /// Judges why a conversation was broken off.
    ///
    /// # Errors
    /// When it must not be for that reason.
    pub fn judge_error(&mut self, which: usize, error: &NodeError) -> Result<(), Failure> {
        let name = &self.machines[which].name;
        match error {
            NodeError::Forked { .. } if self.memory.turned_back.contains(&which) => {
                self.memory.forked.insert(which);
                Ok(())
            }
            NodeError::Forked { origin, seq } => Err(format!(
                "{name} has a fork of {origin} at {seq} though nothing was turned back"
            )),
            NodeError::OtherLedger { .. } => Err(format!("{name} meets another ledger: {error}")),
            _ => Ok(()),
        }
    }
}
