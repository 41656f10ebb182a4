//! What every kind of the crash campaign is given and gives back: a plan, a tally, and trials
//! spread over the processor's cores.
//!
//! A trial's randomness comes from its own seed alone, and a failure names that seed, so that
//! `--kind K --seed S --trials 1` runs the same trial again. Moments of a kill are times on a
//! real machine; the seed repeats when it was meant to happen, not what it hit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use tests::seed::Seed;

/// How long one trial may take. Each program in it has a shorter limit of its own.
const TRIAL_LIMIT: Duration = Duration::from_secs(180);

/// How much is tried, and where the randomness begins.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many trials.
    pub trials: u64,
    /// The seed of the first trial; each further one has the next number.
    pub seed: u64,
}

/// What a kind of the campaign found.
#[derive(Debug, Default)]
pub struct Tally {
    /// The kind's name.
    pub kind: &'static str,
    /// How many trials ran.
    pub trials: u64,
    /// How many acknowledged facts were looked for afterwards.
    pub acknowledged: u64,
    /// What went wrong, each with its seed.
    pub failures: Vec<String>,
    /// What is worth saying though it is no failure: figures, and what was left out and why.
    pub notes: Vec<String>,
}

impl Tally {
    /// An empty tally.
    #[must_use]
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// Takes one trial: how many acknowledged facts were found again, or what went wrong.
    pub fn add(&mut self, outcome: Result<u64, String>) {
        self.trials += 1;
        match outcome {
            Ok(facts) => self.acknowledged += facts,
            Err(failure) => self.failures.push(failure),
        }
    }

    /// Takes in what another part of the same kind found.
    pub fn join(&mut self, other: Self) {
        self.trials += other.trials;
        self.acknowledged += other.acknowledged;
        self.failures.extend(other.failures);
        self.notes.extend(other.notes);
    }

    /// Notes what was left out, and why.
    pub fn skip(&mut self, why: impl std::fmt::Display) {
        let kind = self.kind;
        self.note(format!("SKIPPED: crash {kind}: {why}"));
    }

    /// Notes something once.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

/// What the trials draw.
#[derive(Debug, Clone)]
pub struct Rng {
    seed: Seed,
}

impl Rng {
    /// The generator of a seed; neighbouring seeds give unlike numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed: Seed::of(seed),
        }
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.seed.next_number()
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number from the first to the last, both included.
    pub fn within(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let limit = u64::try_from(choices.len()).expect("a short list");
        let index = usize::try_from(self.below(limit)).expect("below a usize");
        &choices[index]
    }

    /// A time from 0 to this many milliseconds, in microseconds.
    pub fn millis_up_to(&mut self, millis: u64) -> Duration {
        Duration::from_micros(self.below(millis * 1000 + 1))
    }
}

/// Runs the trials on every core; `trial` is given the trial's number and its seed.
///
/// A panic within a trial is that trial's failure.
pub fn in_parallel(
    kind: &'static str,
    plan: &Plan,
    trial: impl Fn(u64, u64) -> Result<u64, String> + Sync,
) -> Tally {
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Tally::new(kind));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= plan.trials {
                        return;
                    }
                    let seed = plan.seed.wrapping_add(number);
                    let name = format!("{kind}: seed {seed}");
                    let outcome = limited(name, || caught(|| trial(number, seed)));
                    let outcome = outcome.map_err(|failure| format!("seed {seed}: {failure}"));
                    let mut tally = tally.lock().expect("no trial panics while it counts");
                    tally.add(outcome);
                    progress(&tally, plan.trials);
                }
            });
        }
    });
    tally.into_inner().expect("no trial panics while it counts")
}

/// Says on standard error how far a kind is, at every tenth.
fn progress(tally: &Tally, trials: u64) {
    let step = (trials / 10).max(1);
    if trials >= 50 && tally.trials.is_multiple_of(step) {
        eprintln!(
            "{}: {} of {trials}, {} failures",
            tally.kind,
            tally.trials,
            tally.failures.len()
        );
    }
}

/// Ends the whole program, and says which trial it was, when a trial takes longer than any may:
/// nothing that hangs can be left behind and nothing after it could be trusted.
pub fn limited<T>(name: String, trial: impl FnOnce() -> T) -> T {
    let (done, over) = channel::<()>();
    std::thread::spawn(move || {
        if over.recv_timeout(TRIAL_LIMIT) == Err(RecvTimeoutError::Timeout) {
            let seconds = TRIAL_LIMIT.as_secs();
            eprintln!("FAILED {name}: the trial hung: it did not end within {seconds} s");
            std::process::exit(1);
        }
    });
    let outcome = trial();
    drop(done);
    outcome
}

/// Makes a panic a failure like any other.
///
/// # Errors
/// What the trial says, or the panic's text.
pub fn caught<T>(trial: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(trial)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("with no text");
        Err(format!("the trial panicked: {text}"))
    })
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the campaign prints how long its trials took"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn read(self) -> Duration {
        self.0.elapsed()
    }
}
