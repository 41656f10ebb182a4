//! Nothing is lost that a person was told is saved, and nothing counts twice.

use std::collections::BTreeMap;

use ledger_core::EntryId;
use ledger_core::entry::{Body, Entry, IdempotencyKey};

use super::naive::Log;
use crate::world::{CENTRAL, Failure, World};

/// All that was told is in the log, as it was told; what nobody was told is no more than what
/// ended without an answer; and no key is there twice.
pub(super) fn judge(world: &World, log: &Log) -> Result<(), Failure> {
    for ((id, which), entry) in &world.memory.told {
        match log.entries.get(id) {
            Some(there) if there == entry => {}
            _ if world.memory.gone.contains(id) => {}
            _ if is_shut_out(world, *id, *which) => {}
            _ if is_on_a_branch(world, log, *id, entry) => {}
            Some(_) => return Err(format!("{id} is there with other contents than were told")),
            None => return Err(format!("{id} was told and is lost: {:?}", entry.body)),
        }
    }
    if !world.memory.turned_back.is_empty() {
        return Ok(());
    }
    let made = |body: &Body| {
        !matches!(
            body,
            Body::Genesis(_) | Body::Set(_) | Body::ClockMark(_) | Body::TimeFixed(_)
        )
    };
    let untold = log.entries.iter();
    let untold = untold.filter(|(id, entry)| made(&entry.body) && !world.memory.is_told(id));
    // One write has several entries only where an order ends.
    let (untold, most) = (untold.count() as u64, world.memory.untold * 20);
    if untold > most {
        return Err(format!(
            "{untold} entries are there of which nobody was told"
        ));
    }
    let mut keys: BTreeMap<IdempotencyKey, EntryId> = BTreeMap::new();
    for (id, entry) in &log.entries {
        // What comes back of an order has a key of its own, which several may write.
        // What is withheld has not taken its key: asked for again it is written again, and when both
        // are admitted one of them counts.
        let counts = !log.withheld.contains(id);
        let once = entry.body.once().filter(|once| once.row == 0 && counts);
        if let Some(before) = once.and_then(|once| keys.insert(once, *id)) {
            return Err(format!(
                "{before} and {id} have one key: a write was done twice"
            ));
        }
    }
    Ok(())
}

/// Whether nothing can hand on an entry any more: the machine where it was told cannot be enrolled,
/// or only copies of that one have it, which cannot either.
fn is_shut_out(world: &World, id: EntryId, told_at: usize) -> bool {
    let has = |which: &usize| {
        let node = world.machines[*which].node.as_ref();
        node.is_some_and(|node| matches!(node.entry(id), Ok(Some(_))))
    };
    let shut_out = &world.memory.shut_out;
    shut_out.contains(&told_at) || shut_out.iter().any(has)
}

/// Whether an entry is there as one of a branch of the origin that it was written under.
fn is_on_a_branch(world: &World, log: &Log, id: EntryId, entry: &Entry) -> bool {
    let Some(central) = &world.machines[CENTRAL].node else {
        return false;
    };
    let root = |origin| central.read(|fold| fold.root_of(origin));
    let mut all = log.entries.iter();
    all.any(|(there, it)| there.seq == id.seq && it == entry && root(there.origin) == id.origin)
}
