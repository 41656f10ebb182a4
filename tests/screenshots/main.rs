//! Pictures of all pages.
fn main() {}
