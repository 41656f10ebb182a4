//! The pages in a real browser: what a storekeeper does there is read back on a handheld, and no
//! page has an error, an outside request, a breach of the content security policy or a barrier.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod crawl;
mod harness;
mod items;
mod walk;
