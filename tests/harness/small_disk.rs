//! File systems with an end, and commands of the system that make them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::skip::skipped;
use crate::stock::Stock;

/// A file system in memory with a size; unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    /// Where it is mounted.
    pub path: PathBuf,
    /// The directory around it, where it is its own: gone after the mount.
    root: Option<TempDir>,
}

impl SmallDisk {
    /// Mounts one of so many KiB here; needs root.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn mount(path: PathBuf, kib: u64) -> Result<Self, String> {
        fs::create_dir_all(&path).map_err(|error| said(&path, &error))?;
        let size = format!("size={kib}k,mode=755");
        command(
            "mount",
            &["-t", "tmpfs", "-o", &size, "tmpfs", &text(&path)],
        )?;
        Ok(Self { path, root: None })
    }

    /// Fills it by a file until so many KiB are left.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn fill(&self, kib_left: u64) -> Result<(), String> {
        let ballast = self.path.join("ballast");
        let free = self.free_kib()?;
        let kib = free.saturating_sub(kib_left);
        let bytes = usize::try_from(kib * 1024).map_err(|error| error.to_string())?;
        fs::write(&ballast, vec![0_u8; bytes]).map_err(|error| said(&ballast, &error))
    }

    /// Gives the space back.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn empty(&self) -> Result<(), String> {
        let ballast = self.path.join("ballast");
        fs::remove_file(&ballast).map_err(|error| said(&ballast, &error))
    }

    /// Mounts it again, read-only or writable.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn remount(&self, how: &str) -> Result<(), String> {
        let options = format!("remount,{how}");
        command("mount", &["-o", &options, &text(&self.path)])
    }

    fn free_kib(&self) -> Result<u64, String> {
        let output = Command::new("df")
            .args(["--block-size=1024", "--output=avail"])
            .arg(&self.path)
            .output()
            .map_err(|error| error.to_string())?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let free = printed.lines().nth(1).unwrap_or_default().trim();
        free.parse()
            .map_err(|error| format!("df said {printed:?}: {error}"))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(command("umount", &["-l", &text(&self.path)]));
    }
}

/// A handheld whose store lies on a small file system; where none may be mounted the test of this
/// name is noted as skipped.
#[track_caller]
#[must_use]
pub fn stock_on(test: &str, kib: u64) -> Option<(SmallDisk, Stock)> {
    if let Err(why) = may_mount() {
        skipped(test, &why);
        return None;
    }
    let root = TempDir::with_prefix("disk-").expect("a temporary directory");
    let mut disk = SmallDisk::mount(root.path().join("disk"), kib).expect("a small file system");
    disk.root = Some(root);
    let stock = Stock::at("scanner", |_| disk.path.join("store"));
    stock.ok("init --name scanner");
    Some((disk, stock))
}

/// Whether this machine lets us mount a file system in memory.
///
/// # Errors
/// Why not.
pub fn may_mount() -> Result<(), String> {
    let root = TempDir::with_prefix("mount-").map_err(|error| error.to_string())?;
    SmallDisk::mount(root.path().join("disk"), 1024).map(drop)
}

/// Whether a program is installed.
#[must_use]
pub fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

/// Runs a command of the system that must come through.
///
/// # Errors
/// What it said.
pub fn command(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!(
        "{program} {}: {}",
        arguments.join(" "),
        errors.trim()
    ))
}

/// A path as an argument.
#[must_use]
pub fn text(path: &Path) -> String {
    path.display().to_string()
}

/// An error of the file system with the place.
#[must_use]
pub fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
