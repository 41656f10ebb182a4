//! Licences and sources of everything that is built, held against `.cargo/deny.toml`.
//!
//! cargo-deny does the same and more, but not every machine has it. The list of licences stands
//! in its file alone, so the two cannot disagree.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use super::packages::{array, metadata, string};
use super::tree::{Tree, line_of};

const DENY: &str = ".cargo/deny.toml";
const LOCK: &str = "Cargo.lock";
/// Ends the address of the one registry that crates may come from.
const REGISTRY: &str = concat!("rust-lang/crates", ".io-index");

/// One crate that is built, with the licence it states.
#[derive(Debug)]
pub(crate) struct Licensed {
    name: String,
    licence: Option<String>,
    /// Where it comes from; our own packages come from nowhere.
    source: Option<String>,
}

/// Asks cargo for the crates that are built on this machine.
pub(crate) fn load(root: &Path) -> Result<Vec<Licensed>> {
    let rustc = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("could not start rustc")?;
    let about = String::from_utf8(rustc.stdout)?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not name its host")?;
    let metadata = metadata(root, &["--filter-platform", host])?;
    array(&metadata, "packages")?.iter().map(read).collect()
}

fn read(package: &Value) -> Result<Licensed> {
    let text = |key| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = string(package, "name")?.to_owned();
    Ok(Licensed {
        name,
        licence: text("license"),
        source: text("source"),
    })
}

/// Finds crates with a licence that is not on the list, or from an unknown place.
pub(crate) fn check(crates: &[Licensed], tree: &Tree) -> Vec<Finding> {
    let text = tree.text(DENY).unwrap_or_default();
    let allowed = match allowed(text) {
        Ok(allowed) => allowed,
        Err(error) => return vec![Finding::new(DENY, 1, format!("{error:#}"))],
    };
    let mut findings = Vec::new();
    for one in crates {
        let stated = one.licence.as_deref().unwrap_or("no licence");
        let line = line_of(tree.text(LOCK).unwrap_or_default(), |line| {
            line == format!("name = \"{}\"", one.name)
        });
        if !Expression::new(stated).holds(&allowed) {
            let text = format!(
                "`{}` is under `{stated}`, which {DENY} does not allow",
                one.name
            );
            findings.push(Finding::new(LOCK, line, text));
        }
        let is_known =
            |source: &String| source.starts_with("registry+https://") && source.ends_with(REGISTRY);
        if let Some(source) = one.source.as_ref().filter(|source| !is_known(source)) {
            let text = format!("`{}` comes from an unknown place: {source}", one.name);
            findings.push(Finding::new(LOCK, line, text));
        }
    }
    findings
}

fn allowed(deny: &str) -> Result<Vec<String>> {
    let deny: toml::Table = toml::from_str(deny)?;
    let list = deny
        .get("licenses")
        .and_then(|licences| licences.get("allow"));
    let list = list
        .and_then(toml::Value::as_array)
        .context("no list licenses.allow")?;
    Ok(list
        .iter()
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// A licence expression: names joined by OR (also written `/`), AND, WITH and parentheses.
struct Expression<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<&'a str>>,
}

impl<'a> Expression<'a> {
    fn new(text: &'a str) -> Self {
        let mut words = Vec::new();
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            let signs = ['(', ')', '/', ' '];
            let end = if signs.contains(&first) {
                1
            } else {
                rest.find(signs).unwrap_or(rest.len())
            };
            let (word, after) = rest.split_at(end);
            if word != " " {
                words.push(word);
            }
            rest = after;
        }
        Self {
            words: words.into_iter().peekable(),
        }
    }

    fn holds(mut self, allowed: &[String]) -> bool {
        self.any(allowed) && self.words.next().is_none()
    }

    fn any(&mut self, allowed: &[String]) -> bool {
        let mut holds = self.all(allowed);
        while self
            .words
            .next_if(|word| *word == "OR" || *word == "/")
            .is_some()
        {
            holds |= self.all(allowed);
        }
        holds
    }

    fn all(&mut self, allowed: &[String]) -> bool {
        let mut holds = self.one(allowed);
        while self.words.next_if(|word| *word == "AND").is_some() {
            holds &= self.one(allowed);
        }
        holds
    }

    fn one(&mut self, allowed: &[String]) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        if word == "(" {
            let holds = self.any(allowed);
            return self.words.next() == Some(")") && holds;
        }
        let mut name = word.to_owned();
        if self.words.next_if(|word| *word == "WITH").is_some() {
            name = format!("{name} WITH {}", self.words.next().unwrap_or_default());
        }
        allowed.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOW: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Unicode-3.0\"]\n";

    fn found(licence: Option<&str>, source: Option<&str>) -> usize {
        let licence = licence.map(str::to_owned);
        let one = Licensed {
            name: "x".into(),
            licence,
            source: source.map(str::to_owned),
        };
        check(&[one], &Tree::of(&[(DENY, ALLOW)])).len()
    }

    #[test]
    fn licence_expressions_are_understood() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0",
        ] {
            assert_eq!(found(Some(good), None), 0, "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT MIT",
            "",
            "LGPL-2.1/GPL-3.0",
        ] {
            assert_eq!(found(Some(bad), None), 1, "{bad}");
        }
        assert_eq!(found(None, None), 1);
    }

    #[test]
    fn other_places_are_found() {
        let registry = format!("registry+https://github.com/{REGISTRY}");
        assert_eq!(found(Some("MIT"), Some(&registry)), 0);
        assert_eq!(found(Some("MIT"), Some("git+https://example.org/x")), 1);
        assert_eq!(
            found(Some("MIT"), Some("registry+https://example.org/index")),
            1
        );
    }

    #[test]
    fn a_missing_list_is_found() {
        assert_eq!(check(&[], &Tree::default()).len(), 1);
    }
}
