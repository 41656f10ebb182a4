//! Labels as others see them: pictures that a decoder reads which knows nothing of ours.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what went wrong by stopping"
)]

mod cards;
mod decode;
mod golden;
mod layout;
mod paper;
mod picture;
mod printer;
mod samples;
mod viewer;
