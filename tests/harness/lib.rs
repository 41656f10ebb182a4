//! The harness of the end-to-end tests: it builds and spawns the programs, `stock`, `stock-server`
//! and `stock-bridge`, and knows of them only what other programs may rely on: commands, exit
//! codes, what they print, and the API. Tests of TLS alone take the client's side from
//! `ledger_node`, since a pin is its own.
//!
//! Nothing waits and hopes: every wait is a blocking read of what a program says, under a limit
//! after which it hangs and is ended. Time passes ([`process::pause`]) only where a pace is part of
//! what is tried, such as a person's or a slow network's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test harness fails by panicking"
)]

pub mod bridge;
pub mod browser;
pub mod check;
pub mod guest;
pub mod kills;
pub mod node;
pub mod pages;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod scan;
pub mod seed;
pub mod server;
pub mod shared;
pub mod shop;
pub mod skip;
pub mod small_disk;
pub mod stock;
pub mod tls;
pub mod tmux;
pub mod watch;
pub mod words;
pub mod world;
