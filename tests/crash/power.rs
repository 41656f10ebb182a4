//! Simulated power loss: the real system calls of the real program, and every way in which a
//! disk may have kept a part of them.
//!
//! A [`record`]ing runs `stock` under `strace`; [`trace`] reads what it did, [`disk`] says what
//! may lie there when the power fails at any moment of it, and [`check`] lets the real program
//! open that.

pub mod central;
pub mod check;
pub mod disk;
pub mod record;
pub mod trace;
pub mod tree;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::trial::{Plan, Rng, Tally, caught, limited};

use self::disk::{Disk, Names, STYLES};
use self::record::{Recording, any_codes, any_line, first_lines};
use self::trace::{Step, Trace};
use self::tree::Tree;

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// The first start, with `stock init`.
    FirstStart,
    /// Commands after each other.
    Commands,
    /// A scan session.
    Scans,
    /// Imports: many entries that are kept or dropped whole.
    Import,
    /// Opening after a power loss, and work after that.
    AfterCrash,
    /// Making the index anew.
    Rebuild,
    /// A server that handhelds push to.
    Central,
    /// Work after a kill that left unsynced bytes behind.
    Killed,
    /// A journal that goes on in its next segment.
    NextSegment,
}

impl Scene {
    /// How many moments of one recording are tried.
    const fn moments(self) -> u64 {
        match self {
            // Its store is a hundred times as large as the others.
            Self::NextSegment => 4,
            Self::FirstStart
            | Self::Commands
            | Self::Scans
            | Self::Import
            | Self::AfterCrash
            | Self::Rebuild
            | Self::Central
            | Self::Killed => 25,
        }
    }
}

const SCENES: [Scene; 12] = [
    Scene::Scans,
    Scene::Commands,
    Scene::AfterCrash,
    Scene::FirstStart,
    Scene::Import,
    Scene::AfterCrash,
    Scene::Rebuild,
    Scene::Central,
    Scene::Killed,
    Scene::Scans,
    Scene::NextSegment,
    Scene::Killed,
];

/// How many crash points one part of the search for a planted bug has.
const BUG_TRIALS: u64 = 100;
/// After how many parts the search ends.
const BUG_PARTS: u64 = 8;

/// Where an acknowledgement without a sync shows.
const ACKNOWLEDGING: [Scene; 3] = [Scene::Scans, Scene::Central, Scene::Commands];
/// Whether programs can be traced here.
///
/// # Errors
/// Why not.
pub fn allowed() -> Result<(), String> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "true"]);
    let status = command.stdin(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("strace may not trace programs here".to_owned()),
        Err(_) => Err("strace is not installed".to_owned()),
    }
}

/// Runs so many crash points.
#[must_use]
pub fn run(plan: &Plan) -> Tally {
    campaign(plan, &SCENES, None)
}

/// Whether the trials notice a bug that is planted into what is recorded; gives the first failure that it caused.
///
/// # Errors
/// When they do not notice it.
pub fn catches(bug: &str, plan: &Plan) -> Result<String, String> {
    allowed()?;
    // What one part misses by chance another finds.
    for part in 0..BUG_PARTS {
        let plan = Plan {
            trials: BUG_TRIALS,
            seed: plan.seed.wrapping_add(part * BUG_TRIALS),
        };
        let found = campaign(&plan, &ACKNOWLEDGING, Some(bug))
            .failures
            .into_iter()
            .next();
        let Some(found) = found else { continue };
        let honest = campaign(&plan, &ACKNOWLEDGING, None);
        return match honest.failures.first() {
            Some(failure) => Err(format!("there are failures without the bug: {failure}")),
            None => Ok(found),
        };
    }
    let tried = BUG_PARTS * BUG_TRIALS;
    Err(format!("{bug} was not noticed at {tried} crash points"))
}

fn campaign(plan: &Plan, scenes: &[Scene], bug: Option<&str>) -> Tally {
    let mut all = Tally::new("power");
    if let Err(why) = allowed() {
        all.skip(why);
        return all;
    }
    let left = Mutex::new((0_u64, plan.trials));
    let tally = Mutex::new(all);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    // The next recording: its seed, its scene, how many moments of it are tried.
    let next = || {
        let mut left = left.lock().expect("no trial panics while it counts");
        let seed = plan.seed.wrapping_add(left.0);
        let scene = scene_of(scenes, seed);
        let moments = scene.moments().min(left.1);
        *left = (left.0 + 1, left.1 - moments);
        (moments > 0).then_some((seed, scene, moments))
    };
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((seed, scene, moments)) = next() {
                    let found = one_recording(scene, seed, moments, bug);
                    let mut tally = tally.lock().expect("no trial panics while it counts");
                    tally.join(found);
                    if seed.is_multiple_of(20) {
                        let (done, failed) = (tally.trials, tally.failures.len());
                        eprintln!("power: {done} of {}, {failed} failures", plan.trials);
                    }
                }
            });
        }
    });
    tally.into_inner().expect("no trial panics while it counts")
}

fn scene_of(scenes: &[Scene], seed: u64) -> Scene {
    let len = u64::try_from(scenes.len()).expect("a short list");
    scenes[usize::try_from(seed % len).expect("below a usize")]
}

/// Records one scene and fails its power at some moments; panics are failures.
fn one_recording(scene: Scene, seed: u64, moments: u64, bug: Option<&str>) -> Tally {
    let mut rng = Rng::new(seed);
    let name = format!("seed {seed}, {scene:?}");
    let mut tally = Tally::new("power");
    let outcome = caught(|| {
        if scene == Scene::Central {
            let (mut recording, taken) = central::Recording::make(&mut rng, bug)?;
            return crash(
                &taken,
                &name,
                moments,
                &mut rng,
                &mut tally,
                &mut |moment| recording.verify(moment),
            );
        }
        let mut recording = recorded(scene, &mut rng, bug)?;
        let taken = Taken {
            root: recording.root(),
            initial: std::mem::take(&mut recording.initial),
            trace: std::mem::take(&mut recording.trace),
        };
        crash(
            &taken,
            &name,
            moments,
            &mut rng,
            &mut tally,
            &mut |moment| check::verify(&recording, moment),
        )
    });
    if let Err(failure) = outcome {
        tally.add(Err(format!("{name}: {failure}")));
    }
    tally
}

/// What was recorded below a directory, and what lay there before.
#[derive(Debug)]
pub struct Taken {
    root: PathBuf,
    initial: Tree,
    trace: Trace,
}

/// Fails the power at some moments of a recording.
fn crash(
    taken: &Taken,
    name: &str,
    moments: u64,
    rng: &mut Rng,
    tally: &mut Tally,
    verify: &mut dyn FnMut(usize) -> Result<u64, String>,
) -> Result<(), String> {
    let names = *rng.one_of(&[Names::Alone, Names::WithFiles]);
    let choices = [
        taken.trace.moments(),
        taken.trace.during_syncs(),
        taken.trace.moments(),
    ];
    let mut chosen: Vec<usize> = (0..moments)
        .map(|_| {
            let choices = rng.one_of(&choices);
            *rng.one_of(choices)
        })
        .collect();
    chosen.sort_unstable();
    let mut disk = Disk::new(&taken.initial, &taken.root, names);
    let mut done = 0;
    for (number, moment) in chosen.into_iter().enumerate() {
        for step in &taken.trace.steps[done..moment] {
            disk.step(&taken.trace, *step)?;
        }
        done = moment;
        let style = *rng.one_of(&STYLES);
        disk.crash(style, rng).write(&taken.root)?;
        let outcome = limited(format!("power: {name}, moment {number}"), || {
            caught(|| verify(moment))
        });
        tally.add(outcome.map_err(|failure| {
            let last = last_call(&taken.trace, moment);
            format!("{name}, moment {number} (step {moment}, {last}), names {names:?}, {style:?}: {failure}")
        }));
    }
    Ok(())
}

fn last_call(trace: &Trace, moment: usize) -> String {
    match trace.steps.get(moment - 1) {
        Some(Step::Begin(call)) => {
            format!("during {}", disk::brief(&trace.calls[*call].what))
        }
        Some(Step::End(call)) => {
            format!("after {}", disk::brief(&trace.calls[*call].what))
        }
        Some(Step::Program) | None => "before a program".to_owned(),
    }
}

fn recorded(scene: Scene, rng: &mut Rng, bug: Option<&str>) -> Result<Recording, String> {
    let mut recording = Recording::new(bug);
    if scene == Scene::FirstStart {
        for line in first_lines() {
            recording.line(&line)?;
        }
        recording.finish()?;
        return Ok(recording);
    }
    recording.prepare()?;
    match scene {
        Scene::Commands => {
            for _ in 0..8 {
                recording.line(&any_line(rng))?;
            }
            recording.line("undo")?;
        }
        Scene::Import => {
            // No count: it would stand above the imported past.
            for file in 0..3_u64 {
                let rows = rng.within(20, 60);
                let path = recording.import_file(file, rows, 10, rng);
                recording.line(&format!("import movements {path}"))?;
            }
        }
        Scene::NextSegment => {
            // Two of these do not fit into one segment of 16 MiB.
            let [first, second] = [1, 2].map(|file| recording.import_file(file, 4500, 1990, rng));
            recording.plain(&format!("import movements {first}"))?;
            recording.begin_here()?;
            recording.line(&format!("import movements {second}"))?;
            recording.line("add P-1 L-1 4")?;
        }
        Scene::Killed => {
            recording.line(&any_line(rng))?;
            for _ in 0..2 {
                recording.scan_killed(&any_codes(rng, 12), rng.within(3, 30))?;
                if recording.trace.is_cut_off() {
                    // Nobody knows whether the call that was killed had an effect.
                    return recorded(scene, rng, bug);
                }
                recording.resume()?;
                recording.line(&any_line(rng))?;
            }
            recording.scan(&any_codes(rng, 4))?;
        }
        Scene::Rebuild => {
            recording.line(&any_line(rng))?;
            recording.line("rebuild")?;
            recording.line(&any_line(rng))?;
        }
        Scene::AfterCrash => {
            recording.line(&any_line(rng))?;
            recording.scan(&any_codes(rng, 5))?;
            fall_back(&mut recording, rng)?;
            recording.resume()?;
            recording.line(&any_line(rng))?;
            recording.scan(&any_codes(rng, 4))?;
        }
        Scene::Scans | Scene::FirstStart | Scene::Central => {
            recording.line(&any_line(rng))?;
            recording.scan(&any_codes(rng, 12))?;
            recording.line(&any_line(rng))?;
        }
    }
    recording.finish()?;
    Ok(recording)
}

/// Fails the power at one moment; what lies there then is where recording begins again.
fn fall_back(recording: &mut Recording, rng: &mut Rng) -> Result<(), String> {
    let root = recording.root();
    let moment = *rng.one_of(&recording.trace.moments());
    let mut disk = Disk::new(&recording.initial, &root, Names::Alone);
    for step in &recording.trace.steps[..moment] {
        disk.step(&recording.trace, *step)?;
    }
    disk.crash(*rng.one_of(&STYLES), rng).write(&root)?;
    recording.forget_after(moment);
    recording.begin_here()
}
