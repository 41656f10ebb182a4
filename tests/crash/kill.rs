//! SIGKILL at random moments: of single commands, scan sessions, imports, opening, rebuilding,
//! checkpoints, backup, sync from either side, and the server under pushes.
//!
//! A trial is one kill with the check after it; trials come in series over one store, so that
//! what one kill left behind is there for the next.

use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::central::Central;
use super::child::{HANG_LIMIT, Kill};
use super::load::{Acknowledged, Edge};
use super::trial::{Plan, Rng, Tally, in_parallel};

/// So many kills hit one store.
const SERIES: u64 = 20;

/// Runs so many kills, in series; every third series has a server.
pub fn run(plan: &Plan) -> Tally {
    let kills = AtomicU64::new(0);
    let backs_up = knows("backup") && knows("restore");
    let series = Plan {
        trials: plan.trials.div_ceil(SERIES),
        seed: plan.seed,
    };
    let mut tally = in_parallel("kill", &series, |number, seed| {
        let many = SERIES.min(plan.trials - number * SERIES);
        let mut rng = Rng::new(seed);
        let root = TempDir::with_prefix("crash-kill-").map_err(|error| error.to_string())?;
        // By the seed, so that a series can be replayed alone.
        if seed % 3 == 2 {
            synced_series(root.path(), &mut rng, many, &kills)
        } else {
            alone_series(root.path(), &mut rng, many, backs_up, &kills)
        }
    });
    tally.trials = kills.into_inner();
    if !backs_up {
        tally.skip("killing a backup: the program has no command `backup` yet");
    }
    tally
}

/// Whether the handheld's program has a command of this name.
fn knows(command: &str) -> bool {
    let edge = Edge::at(std::env::temp_dir().join("no-store"));
    let asked = edge.run(&[command, "--help"]);
    asked.is_ok_and(|ended| ended.code == Some(0))
}

fn alone_series(
    root: &std::path::Path,
    rng: &mut Rng,
    many: u64,
    backs_up: bool,
    kills: &AtomicU64,
) -> Result<u64, String> {
    let edge = Edge::at(root.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 3, &mut ack)?;
    let mut facts = 0;
    for number in 0..many {
        let act = kill_once(&edge, rng, backs_up, &mut ack)?;
        kills.fetch_add(1, Ordering::Relaxed);
        facts += edge
            .verify(&ack)
            .map_err(|error| format!("kill {number}, {act}: {error}"))?;
        if rng.below(3) == 0 {
            edge.work(rng, 1, &mut ack)?;
        }
    }
    Ok(facts)
}

/// One kill of something; says what was killed.
fn kill_once(
    edge: &Edge,
    rng: &mut Rng,
    backs_up: bool,
    ack: &mut Acknowledged,
) -> Result<&'static str, String> {
    match rng.below(if backs_up { 14 } else { 12 }) {
        0..=3 => {
            let scans = rng.within(20, 200);
            let kill = if rng.below(2) == 0 {
                Kill::AtLine(rng.within(1, scans))
            } else {
                Kill::After(rng.millis_up_to(60))
            };
            edge.scan(rng, scans, kill, ack)?;
            Ok("scan")
        }
        4 | 5 => {
            let kill = Kill::After(rng.millis_up_to(25));
            edge.one_command(rng, kill, ack)?;
            Ok("command")
        }
        6 | 7 => {
            let (rows, kill) = (rng.within(1, 400), Kill::After(rng.millis_up_to(60)));
            edge.import(rng, rows, kill, ack)?;
            Ok("import")
        }
        8 => {
            // A killed writer, then killed openings of what it left.
            let kill = Kill::After(rng.millis_up_to(40));
            edge.scan(rng, 300, kill, ack)?;
            for _ in 0..rng.within(1, 3) {
                let kill = Kill::After(rng.millis_up_to(15));
                edge.start(&["status"], None)?
                    .finish(kill, HANG_LIMIT)
                    .sane()?;
            }
            Ok("open")
        }
        9 | 10 => {
            let kill = Kill::After(rng.millis_up_to(60));
            edge.start(&["rebuild"], None)?
                .finish(kill, HANG_LIMIT)
                .sane()?;
            Ok("rebuild")
        }
        11 => {
            // Enough for a checkpoint, which is written at its end, or else by those that open it.
            let (rows, kill) = (rng.within(2_100, 2_600), Kill::After(rng.millis_up_to(400)));
            edge.import(rng, rows, kill, ack)?;
            for _ in 0..3 {
                let kill = Kill::After(rng.millis_up_to(60));
                edge.start(&["status"], None)?
                    .finish(kill, HANG_LIMIT)
                    .sane()?;
            }
            Ok("checkpoint")
        }
        _ => {
            kill_backup(edge, rng)?;
            Ok("backup")
        }
    }
}

/// A killed backup leaves the store whole, and no file, a whole one, or one that is refused.
fn kill_backup(edge: &Edge, rng: &mut Rng) -> Result<(), String> {
    let root = edge.dir.parent().ok_or("the store has a parent")?;
    let file = root.join(format!("backup-{}", rng.next()));
    let path = file.display().to_string();
    let kill = Kill::After(rng.millis_up_to(40));
    let ended = edge
        .start(&["backup", &path], None)?
        .finish(kill, HANG_LIMIT)
        .sane()?;
    let said = ended.code == Some(0);
    if !file.exists() {
        return if said {
            Err(format!("a backup was told and is not there: {ended}"))
        } else {
            Ok(())
        };
    }
    let before = edge.log()?;
    let copy = Edge::at(root.join(format!("restored-{}", rng.next())));
    let restored = copy.run(&["restore", &path])?.sane()?;
    let result = match restored.code {
        Some(0) => {
            let log = copy.log()?;
            copy.totals_are(&log)?;
            let missing = before.missing_in(&log);
            if missing.is_empty() {
                Ok(())
            } else {
                Err(format!("a restored backup lacks {missing:?}"))
            }
        }
        Some(_) if said => Err(format!("a backup that was told is refused: {restored}")),
        Some(_) if restored.stderr.is_empty() => Err(format!("refused without a word: {restored}")),
        Some(_) => Ok(()),
        None => Err(format!("restore was ended by a signal: {restored}")),
    };
    drop(std::fs::remove_dir_all(&copy.dir));
    drop(std::fs::remove_file(&file));
    result
}

/// Two handhelds and a server; one of the three is killed each time.
fn synced_series(
    root: &std::path::Path,
    rng: &mut Rng,
    many: u64,
    kills: &AtomicU64,
) -> Result<u64, String> {
    let mut central = Central::start(root.join("data"))?;
    let mut acks = [Acknowledged::default(), Acknowledged::default()];
    let edges = [
        Edge::at(root.join("a/store")),
        Edge::at(root.join("b/store")).scanning_at(1),
    ];
    for (edge, ack) in edges.iter().zip(&mut acks) {
        let home = edge.dir.parent().ok_or("a store has a parent")?;
        std::fs::create_dir_all(home).map_err(|error| error.to_string())?;
        edge.prepare(ack)?;
        central.enroll(edge)?;
    }
    // What a handheld was told to be synced, the server has promised to keep.
    let mut told = Acknowledged::default();
    let mut facts = 0;
    for number in 0..many {
        for (edge, ack) in edges.iter().zip(&mut acks) {
            edge.work(rng, 2, ack)?;
        }
        let act = kill_in_sync(&mut central, &edges, rng, &mut told)?;
        kills.fetch_add(1, Ordering::Relaxed);
        let failed = |error: String| format!("kill {number}, {act}: {error}");
        facts += central.verify(&told).map_err(failed)?;
        for (edge, ack) in edges.iter().zip(&mut acks) {
            facts += edge.verify(ack).map_err(failed)?;
        }
    }
    settle(&central, &edges, &mut told)?;
    Ok(facts + central.verify(&told)?)
}

/// Kills one side of a sync; the server runs again afterwards.
fn kill_in_sync(
    central: &mut Central,
    edges: &[Edge; 2],
    rng: &mut Rng,
    told: &mut Acknowledged,
) -> Result<&'static str, String> {
    let after = rng.millis_up_to(100);
    if rng.below(2) == 0 {
        let edge = rng.one_of(edges);
        sync(edge, Kill::After(after), told)?;
        return Ok("sync");
    }
    // Both push while the server dies.
    let mut dying = Ok(());
    std::thread::scope(|scope| {
        let pushing: Vec<_> = edges
            .iter()
            .map(|edge| {
                scope.spawn(|| {
                    let mut told = Acknowledged::default();
                    sync(edge, Kill::Never, &mut told).map(|()| told)
                })
            })
            .collect();
        central.kill_in(after);
        for pushed in pushing {
            match pushed
                .join()
                .unwrap_or_else(|_| Err("a pushing thread panicked".to_owned()))
            {
                Ok(more) => told.entries.extend(more.entries),
                Err(error) => dying = Err(error),
            }
        }
    });
    dying?;
    central.start_again()?;
    Ok("server under pushes")
}

/// Syncs; when it says that all is synced, all that was there before is acknowledged.
///
/// # Errors
/// When it hangs, panics, or ends with another code than 0, or 3 for a dead server.
pub fn sync(edge: &Edge, kill: Kill, told: &mut Acknowledged) -> Result<(), String> {
    let before = edge.log()?;
    let ended = edge
        .start(&["sync", "--json"], None)?
        .finish(kill, HANG_LIMIT)
        .sane()?;
    match ended.code {
        Some(0) => {
            if ended.json()?["synced"] == true {
                told.entries.extend(before.ids().iter().cloned());
            }
            Ok(())
        }
        Some(3) | None => Ok(()),
        Some(_) => Err(format!("sync failed: {ended}")),
    }
}

/// Syncs both until everything is everywhere, and checks that it is.
pub fn settle(central: &Central, edges: &[Edge], told: &mut Acknowledged) -> Result<(), String> {
    for edge in edges.iter().chain(edges) {
        edge.ok("sync")?;
    }
    let there = central.log()?;
    for edge in edges {
        let log = edge.log()?;
        if log.ids() != there.ids() {
            return Err(format!(
                "after a settled sync a node lacks {:?}, the server {:?}",
                there.missing_in(&log),
                log.missing_in(&there)
            ));
        }
        edge.totals_are(&log)?;
        told.entries.extend(log.ids().iter().cloned());
    }
    Ok(())
}
