//! What a visitor sees first: the top level holds these names and no others.

use super::Finding;
use super::tree::Tree;

const NAMES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "firmware-bridge",
    "sync-server",
    "tests",
    "README.md",
    "docs",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

/// Finds files whose first folder has no place at the top level; dot names are not visible.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let is_known = |path: &str| {
        let first = path.split('/').next().unwrap_or_default();
        first.starts_with('.') || NAMES.contains(&first)
    };
    tree.paths()
        .filter(|path| !is_known(path))
        .map(|path| Finding::new(path, 1, "the top level has no place for this"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_pass() {
        let good = [
            ("Cargo.toml", ""),
            ("docs/a.md", ""),
            (".ci/run", ""),
            ("tests/a.rs", ""),
        ];
        assert_eq!(check(&Tree::of(&good)), []);
        let bad = Tree::of(&[("scripts/a.sh", ""), ("notes.md", "")]);
        let paths: Vec<String> = check(&bad)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(paths, ["notes.md", "scripts/a.sh"]);
    }
}
