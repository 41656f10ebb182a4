//! `cargo xtask screenshots`: a picture of every page in every look, with one page that shows all.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo;

/// Builds the programs, and lets the one of `tests/screenshots` take the pictures.
pub(crate) fn run(
    root: &Path,
    out: Option<PathBuf>,
    readme: bool,
    [language, role]: [&str; 2],
) -> Result<bool> {
    let mut build = cargo::command(root);
    build.args(["build", "--quiet", "--workspace", "--bins"]);
    if !cargo::succeeds(&mut build)? {
        return Ok(false);
    }
    // This program was built into the same folder as the others.
    let this = env::current_exe().context("cannot tell where this program is")?;
    let folder = this.parent().context("this program lies in no folder")?;
    let out = match out {
        Some(out) => env::current_dir()?.join(out),
        None if readme => root.join("docs/pictures"),
        None => root.join("target/screenshots"),
    };
    let mut pictures = Command::new(folder.join("screenshots"));
    pictures.arg(out).env("STOCK_BINARIES", folder);
    pictures.args(["--language", language, "--role", role]);
    if readme {
        pictures.arg("--readme");
    }
    cargo::succeeds(&mut pictures)
}
