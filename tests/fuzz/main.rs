//! The fuzzer: libFuzzer around one target of the table, which `STOCK_FUZZ_TARGET` names.
//!
//! `cargo xtask fuzz` builds it with coverage counters and runs it. Without a target it prints
//! the names of all. With `STOCK_FUZZ_SEEDS` it first writes the target's seeds into that folder.
//! The program's main function is libFuzzer's.
#![no_main]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a fuzzer fails by panicking, and prints the names of its targets"
)]
#![expect(dead_code, reason = "how many cases to try is the short test's matter")]

mod targets;

use std::path::Path;
use std::process::exit;
use std::sync::OnceLock;

use targets::{TARGETS, Target, by_name};

static TARGET: OnceLock<&'static Target> = OnceLock::new();

fn begin() {
    let Ok(name) = std::env::var("STOCK_FUZZ_TARGET") else {
        TARGETS
            .iter()
            .for_each(|target| println!("{}", target.name));
        exit(0);
    };
    let Some(target) = by_name(&name) else {
        eprintln!("there is no target {name:?}");
        exit(2);
    };
    if let Some(folder) = std::env::var_os("STOCK_FUZZ_SEEDS") {
        for (number, seed) in (target.seeds)().iter().enumerate() {
            let path = Path::new(&folder).join(format!("seed-{number:03}"));
            std::fs::write(path, seed).expect("write a seed");
        }
    }
    TARGET.get_or_init(|| target);
}

libfuzzer_sys::fuzz_target!(init: begin(), |bytes: &[u8]| {
    if let Some(target) = TARGET.get() {
        (target.run)(bytes);
    }
});
