//! The crash campaign in short, as part of the test run: each kind with few trials and a fixed
//! seed. `cargo xtask crash` runs the whole of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    dead_code,
    unreachable_pub,
    reason = "tests fail by panicking, print what they found, and share modules with a program"
)]

mod central;
mod child;
mod copies;
mod cut;
mod disk_full;
mod faults;
mod kill;
mod kinds;
mod load;
mod pace;
mod places;
mod planted;
mod power;
mod rot;
mod ruin;
mod sum;
mod trial;

use tests::skip::skipped;
use trial::{Plan, Tally};

/// Where the trials of the test run begin.
const SEED: u64 = 1;

/// Prints what a kind found; fails when something was lost, and says what was left out.
#[track_caller]
fn judge(tally: &Tally) {
    for note in &tally.notes {
        let left_out = note.strip_prefix("SKIPPED: ");
        match left_out.and_then(|note| note.split_once(": ")) {
            Some((test, why)) => skipped(test, why),
            None => println!("{note}"),
        }
    }
    println!(
        "{}: {} trials, {} facts, {} failures",
        tally.kind,
        tally.trials,
        tally.acknowledged,
        tally.failures.len()
    );
    assert!(
        tally.failures.is_empty(),
        "{}: {:#?}",
        tally.kind,
        tally.failures
    );
    assert!(tally.trials > 0, "{}: nothing was tried", tally.kind);
}

/// So many trials; the programs are built before any of them is timed.
fn plan(trials: u64) -> Plan {
    let _built = tests::programs::stock();
    Plan { trials, seed: SEED }
}

#[test]
fn what_was_acknowledged_survives_sigkill() {
    judge(&kill::run(&plan(60)));
}

#[test]
fn what_was_acknowledged_survives_a_simulated_power_cut() {
    judge(&power::run(&plan(300)));
}

#[test]
fn what_was_acknowledged_survives_a_real_power_cut() {
    match cut::allowed() {
        Ok(()) => judge(&cut::run(&plan(3))),
        Err(why) => skipped("crash cut", &why),
    }
}

#[test]
fn a_flipped_bit_never_gives_a_silently_wrong_total() {
    judge(&rot::run(&plan(40)));
}

#[test]
fn a_full_disk_refuses_in_words_and_keeps_what_was_acknowledged() {
    match tests::small_disk::may_mount() {
        Ok(()) => judge(&disk_full::run(&plan(10))),
        Err(why) => skipped("crash full", &why),
    }
}

#[test]
fn a_failing_disk_is_never_answered_with_ok() {
    judge(&faults::run(&plan(14)));
}

#[test]
fn ruined_stores_are_made_anew() {
    judge(&ruin::run_with(&plan(20), 2000));
}

#[test]
fn planted_bugs_are_caught() {
    judge(&planted::run(&plan(20)));
}

#[test]
fn copied_and_rewound_stores_go_on_and_lose_nothing() {
    judge(&copies::run(&plan(8)));
}
