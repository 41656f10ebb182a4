//! Worlds in which an origin has a branch: two stores went on with it.

use std::collections::BTreeMap;

use ledger_core::entry::{Body, Content, LotEntry, OrderEntry, PurchaseEntry, StocktakeEntry};
use ledger_core::fold::Branch;
use ledger_core::{EntryId, EntryRef, Origin};

use super::{World, hash8, origin};

/// The same world, in which one writer's entries turn out to be a branch of another writer's
/// origin from a seq on, and were referred to as that origin's by everybody. Nothing changes when
/// the origin does not get that far.
pub fn branched(world: World, root: u8, of: u8, first_seq: u64) -> World {
    let (root, of) = (origin(root), origin(of));
    let before = EntryId {
        origin: root,
        seq: first_seq - 1,
    };
    let parent = world.records.iter().position(|record| record.id == before);
    let (Some(parent), true) = (parent, root != of) else {
        return world;
    };
    let id = Origin::from_bytes([of.as_bytes()[0] + 100; 16]);
    let written = |id: EntryId| as_written(id, of, root, first_seq);
    let mut world = world;
    for record in &mut world.records {
        if let Content::Known(entry) = &mut record.content {
            refer(&mut entry.body, written);
        }
    }
    // A branch's entries come after what they are a branch of.
    let mut late = Vec::new();
    let (mut at, mut behind) = (0, parent);
    while at <= behind {
        if world.records[at].id.origin == of {
            late.push(world.records.remove(at));
            behind -= 1;
        } else {
            at += 1;
        }
    }
    world.records.splice(at..at, late);
    let mut seqs = BTreeMap::new();
    for record in &mut world.records {
        if record.id.origin == of {
            record.id = EntryId {
                origin: id,
                seq: written(record.id).seq,
            };
        }
        seqs.insert(record.id.origin, record.id.seq);
    }
    for run in &mut world.runs {
        if run.origin == of {
            run.origin = id;
            run.first_seq += first_seq - 1;
        }
    }
    world.seqs = seqs;
    world.branches.push(Branch {
        id,
        root,
        first_seq,
        prev8: hash8(before),
    });
    world
}

/// The id under which an entry was written.
fn as_written(id: EntryId, of: Origin, root: Origin, first_seq: u64) -> EntryId {
    if id.origin != of {
        return id;
    }
    EntryId {
        origin: root,
        seq: id.seq + first_seq - 1,
    }
}

/// Changes the ids that a body refers to; their hashes stay.
fn refer(body: &mut Body, written: impl Fn(EntryId) -> EntryId) {
    let change = |reference: &mut EntryRef| reference.id = written(reference.id);
    match body {
        Body::Reversed(reversed) => change(&mut reversed.target),
        Body::Moved(moved) => moved
            .document
            .iter_mut()
            .for_each(|document| change(&mut document.entry)),
        Body::Admitted(admitted) => {
            admitted.entries.iter_mut().for_each(change);
            admitted.through.iter_mut().for_each(change);
        }
        Body::DeviceRevoked(revoked) => revoked.trusted.iter_mut().for_each(change),
        Body::Refused(refused) => refused.through.iter_mut().for_each(change),
        Body::Order(order) => match order {
            OrderEntry::Opened(_) => {}
            OrderEntry::Set(set) => change(&mut set.order),
            OrderEntry::LineSet(line) => change(&mut line.order),
            OrderEntry::Expedited(expedited) => change(&mut expedited.order),
            OrderEntry::Closed(ended) | OrderEntry::Cancelled(ended) => change(&mut ended.document),
        },
        Body::Counted(counted) => counted.stocktake.iter_mut().for_each(change),
        Body::Lot(lot) => match lot {
            LotEntry::Planned(_) => {}
            LotEntry::Set(set) => change(&mut set.lot),
            LotEntry::Closed(ended) => change(&mut ended.document),
        },
        Body::Purchase(purchase) => match purchase {
            PurchaseEntry::Placed(_) => {}
            PurchaseEntry::Set(set) => change(&mut set.purchase),
            PurchaseEntry::LineSet(line) => change(&mut line.purchase),
            PurchaseEntry::Closed(ended) => change(&mut ended.document),
        },
        Body::Stocktake(stocktake) => match stocktake {
            StocktakeEntry::Opened(_) => {}
            StocktakeEntry::Assigned(assigned) => change(&mut assigned.stocktake),
            StocktakeEntry::Approved(approved) => {
                change(&mut approved.stocktake);
                approved.counts.iter_mut().for_each(change);
            }
            StocktakeEntry::Closed(ended) => change(&mut ended.document),
        },
        _ => {}
    }
}
