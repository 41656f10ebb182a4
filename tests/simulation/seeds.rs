//! One seed after the other: run, judged, summed up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::counters::Counters;
use crate::options::Options;
use crate::world::World;

/// What became of one seed.
#[derive(Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// In how many rounds all had all, or what went wrong.
    pub rounds: Result<u64, String>,
    /// What was met.
    pub counters: Counters,
    /// What happened, if it was told.
    pub story: Vec<String>,
    /// What everybody came to, if it came to an end.
    pub state: Option<String>,
    /// How many entries a person was told of.
    pub told: u64,
}

/// Runs a seed.
#[must_use]
pub fn run(seed: u64, options: Options) -> Outcome {
    // Each kind of world has some of the seeds.
    let options = Options {
        turned_back: options.turned_back || seed % 6 == 5,
        ..options
    };
    let mut world = World::new(seed, options);
    let lived = catch_unwind(AssertUnwindSafe(|| {
        world.live()?;
        world.come_to_rest()
    }));
    let rounds = lived.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("a panic: {}", text.unwrap_or_default()))
    });
    let central = world
        .machines
        .first()
        .and_then(|machine| machine.node.as_ref());
    Outcome {
        seed,
        state: central.and_then(|node| node.state_hash().ok()),
        told: world.told().len() as u64,
        counters: std::mem::take(&mut world.counters),
        story: world.story.lines().to_vec(),
        rounds,
    }
}

/// What became of many seeds.
#[derive(Debug, Default)]
pub struct Sum {
    /// How many.
    pub seeds: u64,
    /// What was met in all of them.
    pub counters: Counters,
    /// Seeds that failed, and why.
    pub failures: Vec<(u64, String)>,
    /// The most rounds that any took to come to rest, and its seed.
    pub worst: (u64, u64),
    /// How many seeds came to rest in so many rounds.
    pub by_rounds: std::collections::BTreeMap<u64, u64>,
    /// Entries that people were told of.
    pub told: u64,
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.told += outcome.told;
        self.counters.join(&outcome.counters);
        match &outcome.rounds {
            Ok(rounds) => {
                *self.by_rounds.entry(*rounds).or_default() += 1;
                self.worst = self.worst.max((*rounds, outcome.seed));
            }
            Err(why) => self.failures.push((outcome.seed, why.clone())),
        }
    }
}

/// How many threads are as good as it gets.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Runs many seeds on every core; a planted bug is one of each thread's own.
#[must_use]
pub fn run_many(from: u64, seeds: u64, options: Options) -> Sum {
    run_many_on(cores(), from, seeds, options, &|_, _| {})
}

/// Runs many seeds on so many threads; after each, `look` is shown what became of it and of all so
/// far.
#[must_use]
pub fn run_many_on(
    threads: usize,
    from: u64,
    seeds: u64,
    options: Options,
    look: &(dyn Fn(&Outcome, &Sum) + Sync),
) -> Sum {
    let next = AtomicU64::new(from);
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    let outcome = run(seed, options);
                    let mut sum = sum.lock().expect("no seed panics here");
                    sum.add(&outcome);
                    look(&outcome, &sum);
                }
            });
        }
    });
    let mut sum = sum.into_inner().expect("no seed panics here");
    sum.failures.sort();
    sum
}

/// The first of these seeds that fails with something planted on every thread, and why.
#[must_use]
pub fn first_failure(
    seeds: std::ops::Range<u64>,
    options: Options,
    plant: impl Fn() + Sync,
) -> Option<(u64, String)> {
    let next = AtomicU64::new(seeds.start);
    let found = AtomicBool::new(false);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                plant();
                while !found.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if let Err(why) = run(seed, options).rounds {
                        found.store(true, Ordering::Relaxed);
                        failures
                            .lock()
                            .expect("no seed panics here")
                            .push((seed, why));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no seed panics here");
    failures.sort();
    failures.into_iter().next()
}
