//! The project's figures, measured beside their goals and beside the peers, in one run.
//!
//! `cargo xtask bench [FIGURE ...] [--quick] [--markdown]`; figures are append, writers, import,
//! sync, snapshot, devices, scan, sizes, recompute, orders, production and pages, all without a name. Everything
//! happens in a temporary directory of the disk that `TMPDIR` names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    unreachable_pub,
    reason = "a benchmark measures time, prints, and fails by panicking"
)]

#[path = "figures/append.rs"]
mod append;
#[path = "figures/browse.rs"]
mod browse;
#[path = "figures/data.rs"]
mod data;
#[path = "figures/devices.rs"]
mod devices;
#[path = "figures/import.rs"]
mod import;
#[path = "figures/machine.rs"]
mod machine;
#[path = "figures/orders.rs"]
mod orders;
#[path = "figures/pages.rs"]
mod pages;
#[path = "figures/pouchdb.rs"]
mod pouchdb;
#[path = "figures/production.rs"]
mod production;
#[path = "figures/recompute.rs"]
mod recompute;
#[path = "figures/scan.rs"]
mod scan;
#[path = "figures/sizes.rs"]
mod sizes;
#[path = "figures/snapshot.rs"]
mod snapshot;
#[path = "figures/sync.rs"]
mod sync;
#[path = "figures/table.rs"]
mod table;
#[path = "figures/wire.rs"]
mod wire;

use table::Table;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Smaller, for trying the benchmark itself.
    pub quick: bool,
}

impl Size {
    /// One of two numbers.
    pub const fn pick<T: Copy>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

type Figure = fn(Size, &mut Table);

const FIGURES: [(&str, Figure); 12] = [
    ("append", append::single),
    ("writers", append::writers),
    ("import", import::run),
    ("sync", sync::run),
    ("snapshot", snapshot::run),
    ("devices", devices::run),
    ("scan", scan::run),
    ("sizes", sizes::run),
    ("recompute", recompute::run),
    ("orders", orders::run),
    ("production", production::run),
    ("pages", pages::run),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [role, dir] = args.as_slice()
        && role == import::OPEN_ROLE
    {
        import::open_and_say(dir);
        return;
    }
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let size = Size {
        quick: has("--quick"),
    };
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| FIGURES.iter().all(|(figure, _)| figure != *name))
    {
        let known: Vec<&str> = FIGURES.iter().map(|(name, _)| *name).collect();
        panic!("there is no figure {unknown:?}; there are {known:?}");
    }
    let mut table = Table::default();
    let facts = machine::facts();
    for (name, figure) in FIGURES {
        if names.is_empty() || names.iter().any(|wanted| wanted.as_str() == name) {
            eprintln!("{name} …");
            figure(size, &mut table);
        }
    }
    let load = machine::load();
    println!();
    for (what, fact) in facts {
        println!("- {what}: {fact}");
    }
    println!("- load at the end: {load}");
    println!();
    print!("{}", table.text(has("--markdown")));
}
