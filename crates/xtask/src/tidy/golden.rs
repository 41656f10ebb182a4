//! Golden files are bytes that must stay readable for ever, so they never change.
//!
//! Their hashes stand in a manifest beside them, one line `HASH  PATH` for each file.

use std::collections::BTreeMap;

use super::Finding;
use super::tree::{Tree, lines};

/// The folder of golden files, from the workspace root.
pub(crate) const FOLDER: &str = "crates/ledger-format/tests/golden/";
/// The manifest in it.
pub(crate) const MANIFEST: &str = "crates/ledger-format/tests/golden/MANIFEST";

/// Finds golden files that changed, vanished or are not listed.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = files(tree);
    let Some(text) = tree.text(MANIFEST) else {
        let text = "no golden files are listed: run `cargo xtask golden`";
        return vec![Finding::new(MANIFEST, 1, text)];
    };
    let mut findings = Vec::new();
    let mut listed = BTreeMap::new();
    for (number, line) in lines(text) {
        let Some((hash, path)) = line.split_once("  ") else {
            findings.push(Finding::new(MANIFEST, number, "not a line `HASH  PATH`"));
            continue;
        };
        if listed.insert(path, number).is_some() {
            findings.push(Finding::new(
                MANIFEST,
                number,
                format!("`{path}` is listed twice"),
            ));
        }
        match files.get(path) {
            None => {
                let text = format!("`{path}` is gone; old bytes have to stay readable");
                findings.push(Finding::new(MANIFEST, number, text));
            }
            Some(found) if found != hash => {
                let text = "changed; a golden file never does: bring it back, and add a new one";
                findings.push(Finding::new(format!("{FOLDER}{path}"), 1, text));
            }
            Some(_) => {}
        }
    }
    for path in files.keys().filter(|path| !listed.contains_key(**path)) {
        let text = "not in the manifest: run `cargo xtask golden`";
        findings.push(Finding::new(format!("{FOLDER}{path}"), 1, text));
    }
    findings
}

/// The golden files, by their path in the folder, with their hashes.
pub(crate) fn files(tree: &Tree) -> BTreeMap<&str, String> {
    tree.paths()
        .filter(|path| *path != MANIFEST)
        .filter_map(|path| {
            let hash = blake3::hash(tree.bytes(path)?).to_hex().to_string();
            Some((path.strip_prefix(FOLDER)?, hash))
        })
        .collect()
}

/// Writes the manifest anew: lines whose file is gone fall away, new files get their line.
///
/// A line that is there stays as it is, even when its file changed: that is a finding.
pub(crate) fn manifest(old: &str, files: &BTreeMap<&str, String>) -> String {
    let mut lines: BTreeMap<&str, &str> = files
        .iter()
        .map(|(path, hash)| (*path, hash.as_str()))
        .collect();
    for (hash, path) in old.lines().filter_map(|line| line.split_once("  ")) {
        lines.entry(path).and_modify(|listed| *listed = hash);
    }
    lines
        .iter()
        .map(|(path, hash)| format!("{hash}  {path}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let named: Vec<(String, &str)> = files
            .iter()
            .map(|(path, text)| (format!("{FOLDER}{path}"), *text))
            .collect();
        let named: Vec<(&str, &str)> = named.iter().map(|(path, text)| (&**path, *text)).collect();
        Tree::of(&named)
    }

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&tree(files))
            .iter()
            .map(|f| f.to_string().replace(FOLDER, ""))
            .collect()
    }

    #[test]
    fn listed_files_are_quiet_and_everything_else_is_found() {
        let listed = manifest("", &files(&tree(&[("v1/a.bin", "aa"), ("v1/b.bin", "bb")])));
        let all = |a, b| found(&[("MANIFEST", &listed), ("v1/a.bin", a), ("v1/b.bin", b)]);
        assert_eq!(all("aa", "bb"), [""; 0]);
        assert!(all("aa", "b2")[0].starts_with("v1/b.bin:1: changed"));
        let gone = found(&[("MANIFEST", &listed), ("v1/a.bin", "aa")]);
        assert!(gone[0].starts_with("MANIFEST:2: `v1/b.bin` is gone"));
        let fresh = found(&[
            ("MANIFEST", &listed),
            ("v1/a.bin", "aa"),
            ("v1/b.bin", "bb"),
            ("v1/c.bin", "cc"),
        ]);
        assert!(fresh[0].starts_with("v1/c.bin:1: not in the manifest"));
        assert_eq!(
            found(&[("MANIFEST", "nonsense\n")]),
            ["MANIFEST:1: not a line `HASH  PATH`"]
        );
        let none = found(&[("v1/a.bin", "aa")]);
        assert_eq!(
            none,
            ["MANIFEST:1: no golden files are listed: run `cargo xtask golden`"]
        );
    }

    #[test]
    fn writing_the_manifest_never_hides_a_change() {
        let old = manifest("", &files(&tree(&[("a.bin", "aa"), ("b.bin", "bb")])));
        let now = tree(&[("a.bin", "changed"), ("c.bin", "cc")]);
        let new = manifest(&old, &files(&now));
        assert_eq!(new.lines().next(), old.lines().next());
        assert_eq!(new.lines().count(), 2);
        assert!(new.ends_with("  c.bin\n"));
    }
}
