//! The harness of the end-to-end tests: it builds and spawns the two programs, `stock` and
//! `stock-server`, and speaks to them only by the names of INTERFACES.
//!
//! Nothing here knows the inside of the ledger, and nothing waits for time to pass: every wait is
//! a blocking read of what a program prints, under a watchdog that ends a program that hangs.
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
