//! Stores that were copied, and stores that were turned back to an older state: both go on, and
//! after the next syncs nothing is lost and nothing is there twice.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tests::small_disk::said;

use super::central::Central;
use super::kill::settle;
use super::load::{Acknowledged, Edge};
use super::places::{copy, fence_of, put_back};
use super::trial::{Plan, Rng, Tally, in_parallel};

/// Runs so many trials, each of the four sorts in turn.
pub fn run(plan: &Plan) -> Tally {
    in_parallel("copies", plan, |_, seed| {
        let root = TempDir::with_prefix("crash-copies-").map_err(|error| error.to_string())?;
        let rng = &mut Rng::new(seed);
        let (sort, outcome) = match seed % 4 {
            0 => ("copied", copied(root.path(), rng)),
            1 => (
                "turned back, another directory",
                turned_back(root.path(), rng, false),
            ),
            2 => (
                "turned back, the same directory",
                turned_back(root.path(), rng, true),
            ),
            _ => ("server turned back", server_turned_back(root.path(), rng)),
        };
        outcome.map_err(|error| format!("{sort}: {error}"))
    })
}

/// A handheld with some history, enrolled.
fn enrolled(
    home: &Path,
    central: &Central,
    rng: &mut Rng,
    ack: &mut Acknowledged,
) -> Result<Edge, String> {
    fs::create_dir_all(home).map_err(|error| said(home, &error))?;
    let edge = Edge::at(home.join("store"));
    edge.prepare(ack)?;
    central.enroll(&edge)?;
    edge.work(rng, 4, ack)?;
    Ok(edge)
}

/// Two stores go on from one state, with syncs in between or only at the end.
fn copied(root: &Path, rng: &mut Rng) -> Result<u64, String> {
    let central = Central::start(root.join("data"))?;
    let mut ack = Acknowledged::default();
    let original = enrolled(&root.join("a"), &central, rng, &mut ack)?;
    if rng.below(2) == 0 {
        original.ok("sync")?;
    }
    let home = root.join("b");
    fs::create_dir_all(&home).map_err(|error| said(&home, &error))?;
    let twin = Edge::at(home.join("store")).scanning_at(1);
    copy(&original.dir, &twin.dir)?;
    // Whoever copies the whole folder takes the fence file along.
    if rng.below(2) == 0 && fence_of(&original.dir).exists() {
        copy(&fence_of(&original.dir), &fence_of(&twin.dir))?;
    }
    let edges = [original, twin];
    let mut acks = [ack.clone(), ack];
    // The original goes on scanning where it did, so the copy cannot say how many will be there.
    acks[1].scans.clear();
    for _ in 0..3 {
        for (edge, ack) in edges.iter().zip(&mut acks) {
            edge.work(rng, 2, ack)?;
            if rng.below(2) == 0 {
                edge.ok("sync")?;
            }
        }
    }
    everything_everywhere(&central, &edges, &mut acks, rng)
}

/// Syncs all, checks all, and goes on once more.
fn everything_everywhere(
    central: &Central,
    edges: &[Edge],
    acks: &mut [Acknowledged],
    rng: &mut Rng,
) -> Result<u64, String> {
    let mut facts = 0;
    for round in ["first", "second"] {
        let failed = |error: String| format!("{round} settling: {error}");
        let mut told = Acknowledged::default();
        settle(central, edges, &mut told).map_err(failed)?;
        for (edge, ack) in edges.iter().zip(acks.iter_mut()) {
            facts += central.verify(ack).map_err(failed)?;
            facts += edge.verify(ack).map_err(failed)?;
            edge.work(rng, 2, ack).map_err(failed)?;
        }
    }
    Ok(facts)
}

/// An older state of a handheld is put back after its newer one was synced.
fn turned_back(root: &Path, rng: &mut Rng, same_directory: bool) -> Result<u64, String> {
    let central = Central::start(root.join("data"))?;
    let mut ack = Acknowledged::default();
    let edge = enrolled(&root.join("a"), &central, rng, &mut ack)?;
    if rng.below(2) == 0 {
        edge.ok("sync")?;
    }
    let old = root.join("old");
    copy(&edge.dir, &old)?;
    edge.work(rng, 4, &mut ack)?;
    edge.ok("sync")?;
    if same_directory {
        put_back(&old, &edge.dir)?;
    } else {
        fs::remove_dir_all(&edge.dir).map_err(|error| said(&edge.dir, &error))?;
        copy(&old, &edge.dir)?;
    }
    // Before or after it hears of what it has forgotten.
    if rng.below(3) != 0 {
        edge.work(rng, 3, &mut ack)?;
    }
    everything_everywhere(&central, &[edge], &mut [ack], rng)
}

/// An older state of the server is put back; what any handheld still has comes back to it.
fn server_turned_back(root: &Path, rng: &mut Rng) -> Result<u64, String> {
    let data = root.join("data");
    let mut central = Central::start(&data)?;
    let mut acks = [Acknowledged::default(), Acknowledged::default()];
    let a = enrolled(&root.join("a"), &central, rng, &mut acks[0])?;
    let b = enrolled(&root.join("b"), &central, rng, &mut acks[1])?;
    // Both scanned at the first place until here; from now on each at a place of its own.
    for ack in &mut acks {
        ack.scans.clear();
    }
    let edges = [a.scanning_at(1), b.scanning_at(2)];
    for edge in &edges {
        edge.ok("sync")?;
    }
    central.kill();
    let old = root.join("old");
    copy(&data, &old)?;
    central.start_again()?;
    for _ in 0..2 {
        for (edge, ack) in edges.iter().zip(&mut acks) {
            edge.work(rng, 2, ack)?;
            edge.ok("sync")?;
        }
    }
    central.kill();
    if rng.below(2) == 0 {
        put_back(&old, &data)?;
    } else {
        fs::remove_dir_all(&data).map_err(|error| said(&data, &error))?;
        copy(&old, &data)?;
    }
    central.start_again()?;
    everything_everywhere(&central, &edges, &mut acks, rng)
}
