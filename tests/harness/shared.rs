//! Test data that lies outside the project, where it is there.

use std::path::PathBuf;

use crate::programs::project_root;
use crate::skip::skipped;

/// A file of the shared data folder, or nothing where it is absent.
///
/// What is left out is said; see [`skipped`].
#[must_use]
pub fn data(test: &str, path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("STOCK_SHARED")
        .map_or_else(|| project_root().join("..").join("shared"), PathBuf::from);
    let file = folder.join("data").join(path);
    if file.is_file() {
        return Some(file);
    }
    skipped(test, &format!("{} is absent", file.display()));
    None
}
