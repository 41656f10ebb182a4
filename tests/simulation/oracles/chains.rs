//! One content for each entry: no origin has two histories anywhere.

use std::collections::BTreeMap;

use ledger_core::EntryId;

use crate::world::{Failure, World, chain};

/// What two machines have of one entry is the same.
pub(super) fn judge(world: &World) -> Result<(), Failure> {
    let mut known: BTreeMap<EntryId, String> = BTreeMap::new();
    for (which, machine) in world.machines.iter().enumerate() {
        if world.memory.is_forked(which) {
            continue;
        }
        let node = machine.node.as_ref().ok_or("a machine does not run")?;
        let mut other = None;
        node.each_entry(&mut |id, content| {
            let text = format!("{content:?}");
            let before = known.entry(id).or_insert_with(|| text.clone());
            if *before != text {
                other = Some(id);
            }
        })
        .map_err(|error| chain(&error))?;
        if let Some(id) = other {
            return Err(format!("{} has another content of {id}", machine.name));
        }
    }
    Ok(())
}
