//! What must be true of a world. Each oracle is a file of its own and knows nothing of how the
//! nodes come to what they show.

mod agreement;
mod balance;
mod chains;
mod clocks;
mod forks;
mod lineage;
mod naive;
mod numbers;
mod plans;
mod revoked;
mod rights;
mod scans;
mod synced;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::Entry;
use ledger_core::{EntryId, Origin};
use ledger_node::Node;
use ledger_store::DiskImage;

use self::numbers::Numbers;
use crate::machine::Machine;
use crate::world::{Failure, World};

/// What the oracles remember while a world lives.
#[derive(Default)]
pub struct Memory {
    /// The central order as the server told it.
    pub numbers: Numbers,
    /// What people were told is saved.
    told: BTreeMap<(EntryId, usize), Entry>,
    ids: Vec<EntryId>,
    /// How many writes ended without that anybody was told.
    untold: u64,
    /// Which machine wrote an origin.
    writers: BTreeMap<Origin, usize>,
    /// Machines whose disks were put back, or that were copied.
    turned_back: BTreeSet<usize>,
    images: BTreeMap<usize, (DiskImage, u64)>,
    /// Machines that were revoked before they knew that they were enrolled, and cannot be any more.
    pub shut_out: BTreeSet<usize>,
    /// What only one machine had when it was put back to before that.
    gone: BTreeSet<EntryId>,
}

/// What a node has at a place in a chain, or in a branch of it.
fn held(node: &Node, id: EntryId) -> Vec<Entry> {
    let family = node.read(|fold| fold.family(fold.root_of(id.origin)));
    let chains = [id.origin].into_iter().chain(family);
    let entries = chains.filter_map(|origin| node.entry(EntryId { origin, ..id }).ok());
    entries.flatten().collect()
}

impl Memory {
    /// A person at a machine is told that these entries are saved.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn tell(&mut self, which: usize, node: &Node, ids: &[EntryId]) -> Result<(), Failure> {
        for id in ids {
            let Ok(Some(entry)) = node.entry(*id) else {
                return Err(format!("{id} is said to be saved, and cannot be read"));
            };
            self.writers.insert(id.origin, which);
            let before = self.told.insert((*id, which), entry.clone());
            if before.is_none() {
                self.ids.push(*id);
            } else if before.as_ref() != Some(&entry) && !self.turned_back.contains(&which) {
                return Err(format!("{id} was told twice, with other contents"));
            }
        }
        Ok(())
    }

    /// Somebody was told that something is not saved, or not told anything.
    pub const fn not_told(&mut self) {
        self.untold += 1;
    }

    /// A machine is put back to an older state: what nobody else has who could give it back may be
    /// lost.
    pub fn put_back(&mut self, machines: &[Machine], which: usize) {
        let others = machines.iter().enumerate();
        let others = others.filter(|(other, _)| *other != which);
        let others: Vec<&Node> = others.filter_map(|(_, it)| it.node.as_ref()).collect();
        let is_kept = |(id, _): &(EntryId, usize), told: &Entry| {
            others.iter().any(|node| held(node, *id).contains(told))
        };
        let gone = self.told.iter().filter(|(id, told)| !is_kept(id, told));
        let gone = gone.map(|((id, _), _)| *id);
        let node = machines[which].node.as_ref();
        let has_it = |id: &EntryId| node.is_none_or(|node| !held(node, *id).is_empty());
        let gone: Vec<EntryId> = gone.filter(has_it).collect();
        self.gone.extend(gone);
    }

    /// Whether a person was told of an entry.
    fn is_told(&self, id: &EntryId) -> bool {
        let writer = self.writers.get(&id.origin);
        writer.is_some_and(|writer| self.told.contains_key(&(*id, *writer)))
    }

    /// All ids that were told, in the order of telling.
    #[must_use]
    pub fn told_ids(&self) -> &[EntryId] {
        &self.ids
    }

    /// A machine was copied: both may go on with one origin.
    pub fn copied(&mut self, which: usize, copy: usize) {
        self.turned_back.extend([which, copy]);
    }

    /// Whether what a machine wrote may stand under another name.
    #[must_use]
    pub fn is_copied(&self, which: usize) -> bool {
        self.turned_back.contains(&which)
    }

    /// An image of a machine's disk that may be put back, and how much was numbered there.
    pub fn keep_image(&mut self, which: usize, image: DiskImage, numbered: u64) {
        self.images.insert(which, (image, numbered));
    }

    /// Whether there is an image of a machine's disk.
    #[must_use]
    pub fn has_image_of(&self, which: usize) -> bool {
        self.images.contains_key(&which)
    }

    /// The image of a machine's disk, which is put back now. What it wrote since may be nowhere
    /// else; what it writes from now on must be found, whatever else goes by the same number.
    pub fn image_of(&mut self, which: usize) -> Option<(DiskImage, u64)> {
        let image = self.images.remove(&which)?;
        self.turned_back.insert(which);
        self.told.retain(|(_, writer), _| *writer != which);
        Some(image)
    }
}

/// Judges a world that has come to rest.
///
/// # Errors
/// What is not as it must be.
pub fn judge(world: &mut World) -> Result<(), Failure> {
    let log = naive::Log::of(world)?;
    forks::meet(world);
    agreement::judge(world)?;
    told::judge(world, &log)?;
    chains::judge(world)?;
    naive::judge(world, &log)?;
    plans::judge(world, &log)?;
    rights::judge(world, &log)?;
    balance::judge(world, &log)?;
    clocks::judge(world)?;
    meet_exceptions(world);
    Ok(())
}

/// Judges a node that goes on after it could not save something: it shows only what is saved.
///
/// # Errors
/// When it shows more.
pub fn judge_shown(node: &Node) -> Result<(), Failure> {
    let origin = node.origin();
    let seq = node.read(|fold| fold.last_seq(origin));
    let id = EntryId { origin, seq };
    match node.entry(id) {
        Ok(Some(_)) => Ok(()),
        Ok(None) if seq == 0 => Ok(()),
        _ => Err(format!("{id} is shown and not saved")),
    }
}

fn meet_exceptions(world: &mut World) {
    let central = world
        .machines
        .first()
        .and_then(|machine| machine.node.as_ref());
    let open = central.map(|node| node.read(ledger_core::fold::Fold::exceptions));
    for exception in open.into_iter().flatten() {
        world.counters.meet("exception", exception.kind.word());
    }
}
