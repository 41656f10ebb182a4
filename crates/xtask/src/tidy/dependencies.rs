//! Every outside crate that we ask for has one line of reason, and every line has its crate.

use std::collections::BTreeMap;

use super::Finding;
use super::packages::Package;
use super::tree::{Tree, lines};

const PAGE: &str = "docs/dependencies.md";

/// Holds the page of reasons against the manifests.
pub(crate) fn check(packages: &[Package], tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(PAGE) else {
        return vec![Finding::new(PAGE, 1, "the page is missing")];
    };
    let mut findings = Vec::new();
    let mut reasons = BTreeMap::new();
    for (number, line) in lines(text) {
        let Some((name, reason)) = row(line) else {
            continue;
        };
        if reason.is_empty() {
            findings.push(Finding::new(
                PAGE,
                number,
                format!("`{name}` has no reason"),
            ));
        }
        if reasons.insert(name, number).is_some() {
            findings.push(Finding::new(
                PAGE,
                number,
                format!("`{name}` stands here twice"),
            ));
        }
    }
    let mut asked = BTreeMap::new();
    for package in packages {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| !dependency.ours)
        {
            asked.entry(dependency.name.as_str()).or_insert(package);
        }
    }
    for (name, package) in &asked {
        if !reasons.contains_key(name) {
            let text = format!("`{name}` has no line of reason in {PAGE}");
            findings.push(Finding::new(
                &package.manifest,
                package.line_of(name, tree),
                text,
            ));
        }
    }
    for (name, number) in reasons
        .into_iter()
        .filter(|(name, _)| !asked.contains_key(name))
    {
        findings.push(Finding::new(
            PAGE,
            number,
            format!("nothing depends on `{name}`"),
        ));
    }
    findings
}

/// Reads a line of the page: a dash, the name as code, a colon and the reason.
fn row(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("- `")?.split_once('`')?;
    Some((name, rest.strip_prefix(':').unwrap_or_default().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::packages::package;

    fn found(page: &str) -> Vec<String> {
        let packages = [
            package("edge", &["ledger-core"], &["clap"]),
            package("ledger-store", &[], &["sled"]),
        ];
        let tree = Tree::of(&[(PAGE, page)]);
        check(&packages, &tree)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_reason_for_each_is_quiet() {
        assert_eq!(
            found("# D\n- `clap`: arguments\n- `sled`: the store\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_missing_an_empty_a_double_and_a_stale_line_are_found() {
        assert_eq!(
            found("# D\n- `clap`: arguments\n"),
            [
                "crates/ledger-store/Cargo.toml:1: `sled` has no line of reason in docs/dependencies.md"
            ]
        );
        assert_eq!(
            found("- `clap`:\n- `sled`: the store\n- `sled`: again\n- `gone`: why\n"),
            [
                "docs/dependencies.md:1: `clap` has no reason",
                "docs/dependencies.md:3: `sled` stands here twice",
                "docs/dependencies.md:4: nothing depends on `gone`",
            ]
        );
    }

    #[test]
    fn a_missing_page_is_found() {
        assert_eq!(
            check(&[], &Tree::default()),
            [Finding::new(PAGE, 1, "the page is missing")]
        );
    }
}
