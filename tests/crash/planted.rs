//! The campaign on programs with a planted bug: each bug must be noticed.

use tempfile::TempDir;

use super::faults;
use super::rot::{self, Rot};
use super::trial::{Plan, Rng, Tally, caught};

const VARIABLE: &str = "STOCK_PLANTED_BUG";

/// Shows for each bug that it is caught; one that is not is a failure.
pub fn run(plan: &Plan) -> Tally {
    let mut tally = Tally::new("planted");
    match faults::traces() {
        Ok(()) => judge(
            &mut tally,
            plan,
            "go-on-after-failed-sync",
            failed_sync(plan),
        ),
        Err(why) => tally.skip(format!("go-on-after-failed-sync: {why}")),
    }
    judge(&mut tally, plan, "skip-frame-check", frame_check(plan));
    match super::power::allowed() {
        Ok(()) => {
            let bug = "ack-before-sync";
            judge(
                &mut tally,
                plan,
                bug,
                caught(|| super::power::catches(bug, plan)),
            );
        }
        Err(why) => tally.skip(format!("ack-before-sync: {why}")),
    }
    tally
}

fn judge(tally: &mut Tally, plan: &Plan, bug: &str, caught: Result<String, String>) {
    let outcome = match caught {
        Ok(how) => {
            let how: String = how.chars().take(300).collect();
            tally.note(format!("{bug} is caught: {how}"));
            Ok(1)
        }
        Err(why) => Err(format!("seed {}: {bug} is not caught: {why}", plan.seed)),
    };
    tally.add(outcome);
}

/// A program that goes on after a failed sync says `ok` after one.
fn failed_sync(plan: &Plan) -> Result<String, String> {
    let bug = [(VARIABLE, "go-on-after-failed-sync")];
    for seed in plan.seed..plan.seed + plan.trials.max(20) {
        let root = TempDir::with_prefix("crash-planted-").map_err(|error| error.to_string())?;
        let outcome = caught(|| faults::sync_fails(root.path(), &mut Rng::new(seed), &bug));
        if let Err(found) = outcome
            && found.contains("after a failed sync")
        {
            return Ok(format!("seed {seed}: {found}"));
        }
    }
    Err("nothing was acknowledged after a failed sync".to_owned())
}

/// A program that takes frames unchecked has nothing to say about a rotten journal, where what
/// rots is no entry: entries have a chain besides.
fn frame_check(plan: &Plan) -> Result<String, String> {
    let plan = Plan {
        trials: plan.trials.max(100),
        seed: plan.seed,
    };
    let mut rot = Rot {
        entries: 0,
        only: ".seg",
        variables: &[],
    };
    if let Some(failure) = rot::run_with(&plan, rot).failures.first() {
        return Err(format!("there are failures without the bug: {failure}"));
    }
    rot.variables = &[(VARIABLE, "skip-frame-check")];
    let found = rot::run_with(&plan, rot).failures.into_iter().next();
    found.ok_or_else(|| "every flip in the journal was named all the same".to_owned())
}
