//! The house rules that no compiler knows, each one a function from the tree to findings.
//!
//! A rule that matters is a failing test, not a sentence in a review. Every check takes the
//! files as data ([`Tree`]) and the manifests as data ([`packages::Package`]), so each has tests that feed
//! it bad input. The whole list also runs as a test of this package.

pub(crate) mod confined;
pub(crate) mod dependencies;
pub(crate) mod golden;
pub(crate) mod imports;
pub(crate) mod itself;
pub(crate) mod licences;
pub(crate) mod markdown;
pub(crate) mod packages;
pub(crate) mod pages;
pub(crate) mod sizes;
pub(crate) mod top_level;
pub(crate) mod tree;
pub(crate) mod vendored;
pub(crate) mod words;

use std::fmt;
use std::path::Path;

use anyhow::Result;

use self::tree::Tree;

/// Something that breaks a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// Counts from 1; the whole file is meant where a file is missing or too long.
    line: usize,
    text: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Prints what breaks the rules; `false` when anything does.
pub(crate) fn report(root: &Path) -> Result<bool> {
    let findings = check(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "tidy: {}",
        if findings.is_empty() {
            "nothing found"
        } else {
            "findings above"
        }
    );
    Ok(findings.is_empty())
}

/// Runs every check on the workspace.
fn check(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::load(root)?;
    let packages = packages::load(root)?;
    let mut findings = [
        imports::check(&packages, &tree),
        confined::check(&packages, &tree),
        sizes::check(&tree),
        words::check(&tree),
        markdown::check(&tree),
        dependencies::check(&packages, &tree),
        golden::check(&tree),
        pages::check(&tree),
        itself::check(&tree),
        top_level::check(&tree),
        vendored::check(&tree),
        licences::check(&licences::load(root)?, &tree),
    ]
    .concat();
    findings.sort();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo;

    #[test]
    fn the_workspace_is_tidy() {
        let findings = check(&cargo::workspace_root().unwrap()).unwrap();
        let text: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(
            text.is_empty(),
            "{} findings\n{}",
            text.len(),
            text.join("\n")
        );
    }

    #[test]
    fn a_finding_names_its_place() {
        let finding = Finding::new("src/a.rs", 7, "too long");
        assert_eq!(finding.to_string(), "src/a.rs:7: too long");
    }
}
