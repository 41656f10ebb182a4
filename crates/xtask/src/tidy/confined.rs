//! Some outside crates live in one or two of our packages only, so that they can be replaced there.
//!
//! `.cargo/deny.toml` says the same to cargo-deny, which not every machine has.

use super::Finding;
use super::packages::Package;
use super::tree::Tree;

/// The crate, and the packages that may use it.
const CONFINED: &[(&str, &[&str])] = &[
    ("sled", &["ledger-store"]),
    ("redb", &["ledger-store"]),
    ("bincode", &["ledger-format"]),
    ("rmp", &["ledger-format"]),
    ("rmp-serde", &["ledger-format"]),
    ("reqwest", &["ledger-node", "sync-server"]),
    ("lettre", &["sync-server"]),
    ("ratatui", &["edge"]),
    ("rusb", &["firmware-bridge"]),
    ("axum", &["sync-server"]),
];

/// Finds packages that use a crate which lives elsewhere.
pub(crate) fn check(packages: &[Package], tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let known = CONFINED.iter().find(|(name, _)| *name == dependency.name);
            let is_elsewhere = |homes: &[&str]| !homes.contains(&package.name.as_str());
            let Some((name, homes)) = known.filter(|(_, homes)| is_elsewhere(homes)) else {
                continue;
            };
            let text = format!("`{name}` lives in `{}` only", homes.join("` and `"));
            findings.push(Finding::new(
                &package.manifest,
                package.line_of(name, tree),
                text,
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::packages::package;

    #[test]
    fn a_crate_outside_its_home_is_found() {
        let packages = [
            package("ledger-store", &[], &["sled", "redb"]),
            package("edge", &[], &["clap", "sled"]),
        ];
        let manifest = "[dependencies]\nclap.workspace = true\nsled.workspace = true\n";
        let tree = Tree::of(&[("crates/edge/Cargo.toml", manifest)]);
        let found = check(&packages, &tree);
        let text = "`sled` lives in `ledger-store` only";
        assert_eq!(found, [Finding::new("crates/edge/Cargo.toml", 3, text)]);
    }

    #[test]
    fn cargo_deny_is_told_the_same() {
        let deny = include_str!("../../../../.cargo/deny.toml");
        for (name, homes) in CONFINED {
            let line = deny
                .lines()
                .find(|line| line.contains(&format!("crate = \"{name}\"")));
            let is_told = |home| line.is_some_and(|line| line.contains(home));
            assert!(
                homes.iter().all(|home| is_told(*home)),
                "{name} in .cargo/deny.toml"
            );
        }
    }
}
