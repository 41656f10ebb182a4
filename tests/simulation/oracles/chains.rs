//! One content for each entry: no origin has two histories anywhere.

use std::collections::BTreeMap;

use ledger_core::EntryId;
use ledger_core::entry::Content;

use crate::world::{Failure, World, chain};

/// What two machines have of one entry is the same.
pub(super) fn judge(world: &World) -> Result<(), Failure> {
    let mut known: BTreeMap<EntryId, Content> = BTreeMap::new();
    for (which, machine) in world.machines.iter().enumerate() {
        // Whoever gets nothing any more has not heard how branches are called.
        if world.is_left_out(which) {
            continue;
        }
        let node = machine.node.as_ref().ok_or("a machine does not run")?;
        let mut other = None;
        node.each_entry(&mut |id, content| {
            if known.entry(id).or_insert_with(|| content.clone()) != content {
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
