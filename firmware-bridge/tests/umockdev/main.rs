//! The program `stock-bridge`, with its unmodified rusb and libusb, on USB devices that umockdev
//! makes up: no kernel with USB, no hardware, no root. What a kernel adds to this is tried
//! elsewhere, on emulated hardware.
//!
//! **Invariant.** Nothing here knows how the program works: packets go in, lines and output
//! reports come out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests fail by panicking and print what they measured"
)]

mod devices;
mod faults;
mod kills;
mod mock;
mod scans;
