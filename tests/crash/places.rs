//! Directories of a trial: copies of stores, and file systems with an end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::load::Edge;

/// The fence file of a store's directory.
#[must_use]
pub fn fence_of(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".fence");
    dir.with_file_name(name)
}

/// All files below a directory, in order.
///
/// # Errors
/// When it cannot be read.
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| said(&folder, &error))? {
            let path = entry.map_err(|error| said(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Makes `to` hold exactly the files of `from`; directories that are there stay the same ones.
///
/// # Errors
/// When something cannot be read or written.
pub fn put_back(from: &Path, to: &Path) -> Result<(), String> {
    if to.exists() {
        for file in files_below(to)? {
            fs::remove_file(&file).map_err(|error| said(&file, &error))?;
        }
    }
    // Sockets and pipes are no part of what is kept.
    for file in files_below(from)?.into_iter().filter(|file| file.is_file()) {
        let inside = file.strip_prefix(from).map_err(|error| error.to_string())?;
        let target = to.join(inside);
        let folder = target.parent().ok_or("a file lies in a folder")?;
        fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
        fs::copy(&file, &target).map_err(|error| said(&target, &error))?;
    }
    Ok(())
}

/// Copies a directory as `cp -a` does; the copy must not be there yet.
///
/// # Errors
/// What `cp` says.
pub fn copy(from: &Path, to: &Path) -> Result<(), String> {
    command("cp", &["-a", &text(from), &text(to)])
}

/// A store's directory that is filled from a snapshot of itself again and again, with the fence
/// file, so that to the store nothing has moved.
#[derive(Debug)]
pub struct Template {
    /// The handheld whose store it is.
    pub edge: Edge,
    snapshot: PathBuf,
}

impl Template {
    /// Takes the snapshot.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn of(edge: Edge) -> Result<Self, String> {
        let snapshot = edge.dir.with_extension("snapshot");
        put_back(&edge.dir, &snapshot)?;
        let template = Self { edge, snapshot };
        let fence = fence_of(&template.edge.dir);
        if fence.exists() {
            fs::copy(&fence, template.kept_fence()).map_err(|error| said(&fence, &error))?;
        }
        Ok(template)
    }

    /// Puts everything back as it was.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn put_back(&self) -> Result<(), String> {
        put_back(&self.snapshot, &self.edge.dir)?;
        let (fence, kept) = (fence_of(&self.edge.dir), self.kept_fence());
        if kept.exists() {
            fs::copy(kept, &fence).map_err(|error| said(&fence, &error))?;
        }
        Ok(())
    }

    fn kept_fence(&self) -> PathBuf {
        self.snapshot.with_extension("snapshot-fence")
    }
}

/// A file system in memory with a size; unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    /// Where it is mounted.
    pub path: PathBuf,
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
        Ok(Self { path })
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

/// Whether this machine lets us mount a file system in memory.
///
/// # Errors
/// Why not.
pub fn may_mount() -> Result<(), String> {
    let root = tempfile::TempDir::with_prefix("crash-mount-").map_err(|error| error.to_string())?;
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
