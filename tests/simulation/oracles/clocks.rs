//! No wrong clock pulls others along: a hybrid clock is never further ahead of what its own
//! machine's clock ever showed than a sane difference.

use ledger_core::time::SANE_AHEAD_MILLIS;
use ledger_node::Node;

use crate::world::{Failure, World};

/// What a counter that overflows may add, in milliseconds.
const COUNTED: u64 = 10;

/// Every entry that was told has a clock that its writer's wall clock accounts for.
pub(super) fn judge(world: &World) -> Result<(), Failure> {
    for ((id, which), entry) in &world.memory.told {
        // What goes on with an origin takes over what was written there, by whichever copy.
        let device = |which: usize| world.machines[which].node.as_ref().map(Node::device);
        let all = 0..world.machines.len();
        let copies = all.filter(|it| device(*it) == device(*which));
        let highest = copies.map(|it| world.machines[it].clock.highest()).max();
        let highest = highest.unwrap_or(0);
        let clock = entry.clock.time().millis();
        if clock > highest + SANE_AHEAD_MILLIS + COUNTED {
            let ahead = clock - highest;
            return Err(format!(
                "{id} has a clock {ahead} ms ahead of all its machine showed"
            ));
        }
    }
    Ok(())
}
