//! When all is quiet, everybody shows the same, and what they show is what they have.

use crate::world::{Failure, World, chain};

/// Every store verifies, and all states are equal.
pub(super) fn judge(world: &World) -> Result<(), Failure> {
    let mut first: Option<String> = None;
    for (which, machine) in world.machines.iter().enumerate() {
        let node = machine.node.as_ref().ok_or("a machine does not run")?;
        let report = node.verify(&mut |_| {}).map_err(|error| chain(&error))?;
        if !report.ok {
            return Err(format!(
                "{} does not verify: {:?}",
                machine.name, report.problems
            ));
        }
        if world.is_left_out(which) {
            continue;
        }
        let hash = node.state_hash().map_err(|error| chain(&error))?;
        if first.get_or_insert_with(|| hash.clone()) != &hash {
            return Err(format!(
                "{} shows another state than the server",
                machine.name
            ));
        }
    }
    Ok(())
}
