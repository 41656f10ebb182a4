//! Worlds in which clocks stepped and were put right.

use ledger_core::EntryId;
use ledger_core::entry::{Body, ClockMark, Content, OrderEntry, TimeFix};

use super::rights::CENTRAL;
use super::{World, origin, reference};

/// What is changed in a world: which entries are marks of the clock, and which of the central
/// server's say what about one of them, or about an origin's beginning.
#[derive(Debug, Clone)]
pub struct Clocked {
    pub marks: Vec<usize>,
    /// The fix among the central server's entries, or among all; its run; by how many minutes.
    pub fixes: Vec<(usize, bool, usize, i8)>,
}

/// The same world, in which some entries say something about clocks instead of what they said.
pub fn clocked(mut world: World, clocked: &Clocked) -> World {
    let all: Vec<EntryId> = world.records.iter().map(|record| record.id).collect();
    // What opened an order is spoken of as that.
    let opens = |content: &Content| match content {
        Content::Known(entry) => matches!(entry.body, Body::Order(OrderEntry::Opened(_))),
        _ => false,
    };
    let later = world.records.iter().filter(|record| record.id.seq > 1);
    let later = later.filter(|record| !opens(&record.content));
    let later: Vec<EntryId> = later.map(|record| record.id).collect();
    if later.is_empty() {
        return world;
    }
    let marks: Vec<EntryId> = clocked
        .marks
        .iter()
        .map(|mark| later[mark % later.len()])
        .collect();
    for mark in &marks {
        say(&mut world, *mark, Body::ClockMark(ClockMark::default()));
    }
    let firsts = all.iter().copied().filter(|id| id.seq == 1);
    let runs: Vec<EntryId> = firsts.chain(marks).collect();
    let central: Vec<EntryId> = later
        .iter()
        .copied()
        .filter(|id| id.origin == origin(CENTRAL))
        .collect();
    for (at, anybody, run, minutes) in &clocked.fixes {
        let writers = if *anybody || central.is_empty() {
            &later
        } else {
            &central
        };
        let fix = TimeFix {
            run: reference(runs[run % runs.len()]),
            ahead_millis: i64::from(*minutes) * 60_000,
            uncertainty_millis: u64::from(minutes.unsigned_abs()) * 1_000,
        };
        let at = writers[at % writers.len()];
        say(&mut world, at, Body::TimeFixed(fix));
    }
    world
}

fn say(world: &mut World, id: EntryId, body: Body) {
    let record = world.records.iter_mut().find(|record| record.id == id);
    if let Content::Known(entry) = &mut record.unwrap().content {
        entry.body = body;
    }
}
