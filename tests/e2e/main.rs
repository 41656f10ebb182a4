//! The end-to-end tests: they spawn `stock` and `stock-server` as built, and know of them only
//! what other programs may rely on. One topic a file; the helpers are in the harness.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests fail by panicking and print what they measured"
)]

mod alerts;
mod api;
mod api_writes;
mod backup;
mod bad_input;
mod bridge;
mod catalogue;
mod clocks;
mod commands;
mod csv_files;
mod days;
mod demo;
mod forgotten;
mod guide;
mod harness;
mod hub;
mod labels;
mod order_commands;
mod orders;
mod plans;
mod readme;
mod retail;
mod revoked;
mod rights;
mod scan;
mod scan_documents;
mod scan_work;
mod screen;
mod screen_documents;
mod shown;
mod snapshot;
mod sync_faults;
mod sync_file;
mod sync_kills;
mod sync_watch;
mod tls;
mod worked;

// What reads labels without knowing anything of ours, as the tests of the crate `labels` do.
#[allow(dead_code, reason = "those tests need more of it")]
#[path = "../../crates/labels/tests/labels/picture.rs"]
mod picture;
#[allow(dead_code, reason = "those tests need more of it")]
#[path = "../../crates/labels/tests/labels/printer.rs"]
mod printer;
#[path = "../../crates/labels/tests/labels/viewer.rs"]
mod viewer;
