//! A full disk: a real file system with an end, filled to a random point, on a handheld and on a
//! server. What was acknowledged can be read while it is full; with space the work goes on.

use tempfile::TempDir;
use tests::small_disk::{SmallDisk, may_mount};

use super::central::Central;
use super::child::{Ended, Kill};
use super::kill::sync;
use super::load::{Acknowledged, Edge};
use super::trial::{Plan, Rng, Tally, in_parallel};

/// How large the file system is in KiB.
const DISK_KIB: u64 = 12 * 1024;
/// So many acts at most until a handheld must have met the end of the disk.
const ACTS_MAX: u64 = 120;

/// Rows of an import that is pushed to a server, and bytes of the note in each.
const SERVER_IMPORT: (u64, u64) = (300, 1500);

/// Fills the disk at so many points; every fourth time it is a server's.
pub fn run(plan: &Plan) -> Tally {
    if let Err(why) = may_mount() {
        let mut tally = Tally::new("full");
        tally.skip(format!("mounting a small file system: {why}"));
        return tally;
    }
    in_parallel("full", plan, |_, seed| {
        let root = TempDir::with_prefix("crash-full-").map_err(|error| error.to_string())?;
        let disk = SmallDisk::mount(root.path().join("disk"), DISK_KIB)?;
        let mut rng = Rng::new(seed);
        if seed % 4 == 3 {
            server_trial(&root, &disk, &mut rng)
        } else {
            handheld_trial(&disk, &mut rng)
        }
    })
}

fn handheld_trial(disk: &SmallDisk, rng: &mut Rng) -> Result<u64, String> {
    let edge = Edge::at(disk.path.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 3, &mut ack)?;
    disk.fill(some_room(rng))?;
    let refused = until_refused(&edge, rng, &mut ack)?;
    says_full(&refused)?;
    // Looking needs no room.
    let full = |error: String| format!("while full: {error}");
    edge.ok("show R-100 --json").map_err(full)?;
    let log = edge.log().map_err(full)?;
    log.covers(&ack).map_err(full)?;
    edge.totals_are(&log).map_err(full)?;
    disk.empty()?;
    let after = |error: String| format!("with space again: {error}; refused had been {refused}");
    edge.work(rng, 3, &mut ack).map_err(after)?;
    edge.verify(&ack).map_err(after)
}

/// How many KiB are left: often next to nothing, seldom much.
fn some_room(rng: &mut Rng) -> u64 {
    let most = *rng.one_of(&[16, 64, 256, 1024]);
    4 * rng.below(most / 4)
}

/// Works until something is refused. Room for commands may last long, so imports, which need
/// more, come more often than in ordinary work.
fn until_refused(edge: &Edge, rng: &mut Rng, ack: &mut Acknowledged) -> Result<Ended, String> {
    for _ in 0..ACTS_MAX {
        let ended = match rng.below(4) {
            0 => edge.one_command(rng, Kill::Never, ack)?,
            1 => edge.scan(rng, 20, Kill::Never, ack)?,
            _ => edge.import(rng, 1500, Kill::Never, ack)?,
        };
        let error_line = ended.lines.iter().any(|line| line.starts_with("error "));
        if ended.code != Some(0) || error_line {
            return Ok(ended);
        }
    }
    Err(format!(
        "a full disk refused nothing within {ACTS_MAX} acts"
    ))
}

/// Fails unless a person can read from the refusal that the disk is full.
fn says_full(refused: &Ended) -> Result<(), String> {
    let said = refused.said();
    let words = said.contains("disk is full") || said.contains("no space left");
    let error_line = refused.lines.iter().any(|line| line.starts_with("error "));
    if words && (refused.code == Some(1) || error_line) {
        return Ok(());
    }
    Err(format!("does not say that the disk is full: {refused}"))
}

fn server_trial(root: &TempDir, disk: &SmallDisk, rng: &mut Rng) -> Result<u64, String> {
    let central = Central::start(disk.path.join("data"))?;
    let edge = Edge::at(root.path().join("store"));
    let mut ack = Acknowledged::default();
    let mut told = Acknowledged::default();
    edge.prepare(&mut ack)?;
    central.enroll(&edge)?;
    sync(&edge, Kill::Never, &mut told)?;
    disk.fill(some_room(rng))?;
    let mut refused = None;
    for _ in 0..60 {
        edge.import_with_notes(rng, SERVER_IMPORT, Kill::Never, &mut ack)?
            .well()?;
        let before = edge.log()?;
        let ended = edge.run(&["sync", "--json"])?.sane()?;
        if ended.code != Some(0) {
            refused = Some(ended);
            break;
        }
        told.entries.extend(before.ids().iter().cloned());
    }
    let refused = refused.ok_or("a server's full disk refused nothing")?;
    if refused.stderr.trim().is_empty() {
        return Err(format!("a refused sync says nothing: {refused}"));
    }
    let full = |error: String| format!("while full: {error}");
    central.verify(&told).map_err(full)?;
    disk.empty()?;
    // Without a restart: nobody stands beside the server when space comes back.
    let after = |error: String| format!("with space again: {error}; refused had been {refused}");
    edge.ok("sync").map_err(after)?;
    told.entries.extend(edge.log()?.ids().iter().cloned());
    central.verify(&told).map_err(after)?;
    edge.verify(&ack).map_err(after)
}
