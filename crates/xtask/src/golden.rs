//! Writes what pins bytes down: golden files, their manifest, and the hashes in the pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::cargo;
use crate::tidy::tree::Tree;
use crate::tidy::{golden, pages};

/// Asks the generator to write the golden files that are missing.
const WRITE: &str = "STOCK_GOLDEN_WRITE";

/// Lets the generator write missing golden files, and lists new ones in the manifest.
///
/// Whoever wants other bytes in a golden file has to delete it by hand first; its line falls
/// away with it, and the new file is listed like any other.
pub(crate) fn files(root: &Path) -> Result<bool> {
    list(root)?;
    let mut generator = cargo::command(root);
    generator
        .args(["test", "-p", "ledger-format", "--test", "golden"])
        .env(WRITE, "1");
    let generated = cargo::succeeds(&mut generator)?;
    list(root)?;
    let findings = golden::check(&Tree::load(root)?);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(generated && findings.is_empty())
}

fn list(root: &Path) -> Result<()> {
    let tree = Tree::load(root)?;
    let old = tree.text(golden::MANIFEST).unwrap_or_default();
    let files: BTreeMap<&str, String> = golden::files(&tree);
    let new = golden::manifest(old, &files);
    if new == old {
        return Ok(());
    }
    for line in new
        .lines()
        .filter(|line| !old.lines().any(|known| known == *line))
    {
        println!("new: {line}");
    }
    for line in old
        .lines()
        .filter(|line| !new.lines().any(|known| known == *line))
    {
        println!("gone: {line}");
    }
    write(root, golden::MANIFEST, &new)
}

/// Rewrites the hash lines of the pages that describe bytes.
pub(crate) fn pages(root: &Path) -> Result<bool> {
    let tree = Tree::load(root)?;
    for page in pages::PAGES {
        let text = tree
            .text(page)
            .with_context(|| format!("{page} is missing"))?;
        let fresh = pages::rewrite(text, &tree)
            .map_err(|path| anyhow!("{page} names `{path}`, which is not there"))?;
        if fresh != text {
            write(root, page, &fresh)?;
            println!("{page}: new hash");
        }
    }
    Ok(true)
}

fn write(root: &Path, path: &str, text: &str) -> Result<()> {
    fs::write(root.join(path), text).with_context(|| format!("cannot write {path}"))
}
