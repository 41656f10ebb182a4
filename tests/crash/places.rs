//! Directories of a trial: copies of stores.

use std::fs;
use std::path::{Path, PathBuf};

use tests::small_disk::{command, said, text};

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
