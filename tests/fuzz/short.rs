//! The short version of the fuzzing: every target over its seeds and over changes of them.
//!
//! The changes are proptest's with a fixed seed, so that a run is the same everywhere, and a
//! failure is cut down to a small input. `cargo xtask fuzz` runs the same targets for longer and
//! is guided by coverage.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod targets;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use targets::{TARGETS, by_name};

/// How much address space the targets may come to need, in KiB: a length of 32 bits that is
/// believed takes more. Threads and their arenas take part of it.
const GROWTH_KIB_MAX: u64 = 1024 * 1024;

/// A change to an input.
#[derive(Debug, Clone)]
enum Edit {
    /// Other bits in one byte.
    Flip(Index, u8),
    /// Nothing from here on.
    Cut(Index),
    /// Something between.
    Insert(Index, Vec<u8>),
    /// Something gone.
    Remove(Index, usize),
    /// A number where a length may stand: this many bytes of it, one way round or the other.
    Length(Index, usize, u64, bool),
    /// From here on as another seed goes on.
    Splice(Index, Index, Index),
    /// A part once more.
    Repeat(Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let number = prop_oneof![
        prop::sample::select(&[0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, u64::MAX, 1 << 31, 1 << 63][..]),
        0..300_u64,
    ];
    prop_oneof![
        4 => (any::<Index>(), 1..=u8::MAX).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        1 => any::<Index>().prop_map(Edit::Cut),
        2 => (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, new)| Edit::Insert(at, new)),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(at, len)| Edit::Remove(at, len)),
        2 => (any::<Index>(), prop::sample::select(&[1, 2, 4, 8][..]), number, any::<bool>())
            .prop_map(|(at, width, number, big)| Edit::Length(at, width, number, big)),
        2 => (any::<Index>(), any::<Index>(), any::<Index>())
            .prop_map(|(at, seed, from)| Edit::Splice(at, seed, from)),
        1 => (any::<Index>(), 1..60_usize).prop_map(|(at, len)| Edit::Repeat(at, len)),
    ]
}

fn changed(seeds: &[Vec<u8>], which: Index, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = which.get(seeds).clone();
    for edit in edits {
        apply(edit, seeds, &mut bytes);
    }
    bytes
}

fn apply(edit: &Edit, seeds: &[Vec<u8>], bytes: &mut Vec<u8>) {
    let len = bytes.len();
    let place = |at: &Index| at.index(len + 1);
    match edit {
        Edit::Flip(at, bits) => {
            if let Some(byte) = bytes.get_mut(place(at)) {
                *byte ^= bits;
            }
        }
        Edit::Cut(at) => bytes.truncate(place(at)),
        Edit::Insert(at, new) => {
            bytes.splice(place(at)..place(at), new.iter().copied());
        }
        Edit::Remove(at, count) => {
            let end = place(at).saturating_add(*count).min(len);
            bytes.drain(place(at)..end);
        }
        Edit::Length(at, width, number, big) => {
            let mut number = number.to_le_bytes()[..*width].to_vec();
            if *big {
                number.reverse();
            }
            for (to, from) in bytes.iter_mut().skip(place(at)).zip(number) {
                *to = from;
            }
        }
        Edit::Splice(at, seed, from) => {
            let other = seed.get(seeds);
            bytes.truncate(place(at));
            bytes.extend_from_slice(&other[from.index(other.len() + 1)..]);
        }
        Edit::Repeat(at, count) => {
            let end = place(at).saturating_add(*count).min(len);
            let part = bytes[place(at)..end].to_vec();
            bytes.splice(end..end, part);
        }
    }
}

/// The most address space that this process has had, in KiB; none where the system does not say.
fn address_space_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmPeak:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[track_caller]
fn run(name: &str) {
    let target = by_name(name).expect("the target is in the table");
    let seeds = (target.seeds)();
    let before = address_space_kib();
    for seed in &seeds {
        (target.run)(seed);
    }
    let config = Config {
        cases: target.cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let input = (any::<Index>(), vec(edit(), 1..6))
        .prop_map(move |(which, edits)| changed(&seeds, which, &edits));
    let result = runner.run(&input, |bytes| {
        (target.run)(&bytes);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{name}: {error}");
    }
    if let (Some(before), Some(after)) = (before, address_space_kib()) {
        let grown = after.saturating_sub(before);
        assert!(grown < GROWTH_KIB_MAX, "{name} took {grown} KiB more");
    }
}

macro_rules! tests {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*
    };
}

tests! {
    entry fold unpack pack inflate codec wire signed frame journal values columns derive dictionary fence backup checkpoint
    snapshot resume push pull answer piece server conversation keys text scanned
    descriptor keyboard pos serial devices
}

#[test]
fn every_target_has_its_test() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TESTED);
}
