//! `cargo xtask vendor`: fetches what the pages and their tests take from others.
//!
//! npm checks each package against the hash in the lock and runs no script of it. The lock names
//! no address, so that everybody's own registry serves. What is fetched is checked in, so building
//! needs neither npm nor the network; `--check` asks for neither.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::tidy::tree::Tree;
use crate::tidy::vendored;

/// Compares what is checked in with the list of hashes.
pub(crate) fn check(root: &Path) -> Result<bool> {
    let tree = Tree::load(root)?;
    let findings = vendored::check(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "{} files of others, {}",
        vendored::hashes(&tree).len(),
        if findings.is_empty() {
            "each as it was published"
        } else {
            "findings above"
        }
    );
    Ok(findings.is_empty())
}

/// Fetches everything anew, and writes the list and the page.
pub(crate) fn fetch(root: &Path) -> Result<bool> {
    let place = root.join("target/vendor");
    fs::create_dir_all(&place).context("cannot make a folder for npm")?;
    for name in ["package.json", "package-lock.json"] {
        copy(&root.join(vendored::FOLDER).join(name), &place.join(name))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    if !cargo::succeeds(npm.current_dir(&place))? {
        bail!("npm did not fetch the packages");
    }
    let lock = vendored::lock(&Tree::load(root)?).context("the lock cannot be read")?;
    for one in vendored::ALL {
        let version = one.version(&lock);
        let version = version.with_context(|| format!("{} is not locked", one.name))?;
        let to = root.join(one.folder(&version));
        fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
        for (theirs, ours) in one.files {
            let from = place.join("node_modules").join(one.name).join(theirs);
            copy(&from, &to.join(ours))?;
        }
    }
    let page = vendored::page(&lock).context("the lock lacks a package")?;
    write(root, vendored::PAGE, &page)?;
    // An older version beside the new one stays in the list until somebody deletes it.
    let list = vendored::hashes(&Tree::load(root)?);
    let list = list.iter().map(|(path, hash)| format!("{hash}  {path}\n"));
    write(root, vendored::HASHES, &list.collect::<String>())?;
    check(root)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // Read and written, not copied: the mode of their file is not ours.
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

fn write(root: &Path, path: &str, text: &str) -> Result<()> {
    fs::write(root.join(path), text).with_context(|| format!("cannot write {path}"))
}
