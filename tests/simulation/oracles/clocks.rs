//! No wrong clock pulls others along: a hybrid clock is never further ahead of what its own
//! machine's clock ever showed than a sane difference.

use ledger_core::time::SANE_AHEAD_MILLIS;

use crate::world::{Failure, World};

/// What a counter that overflows may add, in milliseconds.
const COUNTED: u64 = 10;

/// Every entry that was told has a clock that its writer's wall clock accounts for.
pub(super) fn judge(world: &World) -> Result<(), Failure> {
    for ((id, which), entry) in &world.memory.told {
        let highest = world.machines[*which].clock.highest();
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
