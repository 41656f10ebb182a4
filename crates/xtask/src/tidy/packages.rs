//! The workspace's manifests as data, as cargo itself reads them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo;
use crate::tidy::tree::{Tree, line_of};

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Path of its `Cargo.toml` from the workspace root.
    pub(crate) manifest: String,
    /// What it depends on, in whatever way: to run, to build or to test.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One dependency of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether it is a package of this workspace.
    pub(crate) ours: bool,
}

impl Package {
    /// The line in its manifest that asks for a dependency.
    pub(crate) fn line_of(&self, dependency: &str, tree: &Tree) -> usize {
        let asks = |line: &str| {
            line.trim()
                .strip_prefix(dependency)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        line_of(tree.text(&self.manifest).unwrap_or_default(), asks)
    }
}

/// Asks cargo for the manifests.
pub(crate) fn load(root: &Path) -> Result<Vec<Package>> {
    let metadata = metadata(root, &["--no-deps"])?;
    let mut packages = Vec::new();
    for package in array(&metadata, "packages")? {
        packages.push(read(package, root)?);
    }
    Ok(packages)
}

/// Calls `cargo metadata` without the network.
pub(crate) fn metadata(root: &Path, args: &[&str]) -> Result<Value> {
    let mut command = cargo::command(root);
    command
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(args);
    let output = command.output().context("could not start cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

pub(crate) fn array<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value
        .get(key)
        .and_then(Value::as_array)
        .with_context(|| format!("metadata without {key}"))
}

pub(crate) fn string<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value
        .get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("metadata without {key}"))
}

fn read(package: &Value, root: &Path) -> Result<Package> {
    let manifest = Path::new(string(package, "manifest_path")?);
    let mut dependencies = Vec::new();
    for dependency in array(package, "dependencies")? {
        let ours = dependency.get("path").is_some_and(Value::is_string);
        dependencies.push(Dependency {
            name: string(dependency, "name")?.to_owned(),
            ours,
        });
    }
    dependencies.sort();
    dependencies.dedup();
    Ok(Package {
        name: string(package, "name")?.to_owned(),
        manifest: manifest
            .strip_prefix(root)
            .unwrap_or(manifest)
            .display()
            .to_string(),
        dependencies,
    })
}

#[cfg(test)]
pub(crate) fn package(name: &str, ours: &[&str], outside: &[&str]) -> Package {
    let dependency = |ours| {
        move |&name: &&str| Dependency {
            name: name.to_owned(),
            ours,
        }
    };
    let dependencies = ours
        .iter()
        .map(dependency(true))
        .chain(outside.iter().map(dependency(false)))
        .collect();
    Package {
        name: name.to_owned(),
        manifest: format!("crates/{name}/Cargo.toml"),
        dependencies,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_manifest_is_read() {
        let root = cargo::workspace_root().unwrap();
        let packages = load(&root).unwrap();
        let xtask = packages
            .iter()
            .find(|package| package.name == "xtask")
            .unwrap();
        assert_eq!(xtask.manifest, "crates/xtask/Cargo.toml");
        assert!(xtask.dependencies.contains(&Dependency {
            name: "clap".into(),
            ours: false
        }));
        let format = packages
            .iter()
            .find(|package| package.name == "ledger-format")
            .unwrap();
        assert!(format.dependencies.contains(&Dependency {
            name: "ledger-core".into(),
            ours: true
        }));
    }

    #[test]
    fn the_asking_line_is_found() {
        let text = "[dependencies]\nrmp-serde.workspace = true\nrmp.workspace = true\n";
        let tree = Tree::of(&[("crates/a/Cargo.toml", text)]);
        let package = package("a", &[], &["rmp"]);
        assert_eq!(package.line_of("rmp", &tree), 3);
        assert_eq!(package.line_of("sled", &tree), 1);
    }
}
