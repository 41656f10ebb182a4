//! A directory tree as it lies on a disk: read, and written back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A directory tree as it lies on a disk; paths from its root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The directories below the root.
    pub dirs: BTreeSet<PathBuf>,
    /// The files with their bytes.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Tree {
    /// Reads a directory with all in it.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_dir(root, Path::new(""))
            .map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(tree)
    }

    fn read_dir(&mut self, root: &Path, dir: &Path) -> std::io::Result<()> {
        for item in std::fs::read_dir(root.join(dir))? {
            let item = item?;
            let path = dir.join(item.file_name());
            let kind = item.file_type()?;
            if kind.is_dir() {
                self.dirs.insert(path.clone());
                self.read_dir(root, &path)?;
            } else if kind.is_file() {
                self.files.insert(path, std::fs::read(item.path())?);
            }
        }
        Ok(())
    }

    /// Makes a directory hold exactly this. A directory that stays keeps its inode, so that a
    /// store does not take itself for a copy.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, root: &Path) -> Result<(), String> {
        self.write_all(root)
            .map_err(|error| format!("{}: {error}", root.display()))
    }

    fn write_all(&self, root: &Path) -> std::io::Result<()> {
        self.clear(root, Path::new(""))?;
        for dir in &self.dirs {
            std::fs::create_dir_all(root.join(dir))?;
        }
        for (path, bytes) in &self.files {
            std::fs::write(root.join(path), bytes)?;
        }
        Ok(())
    }

    fn clear(&self, root: &Path, dir: &Path) -> std::io::Result<()> {
        for item in std::fs::read_dir(root.join(dir))? {
            let item = item?;
            let path = dir.join(item.file_name());
            if !item.file_type()?.is_dir() {
                std::fs::remove_file(item.path())?;
            } else if self.dirs.contains(&path) {
                self.clear(root, &path)?;
            } else {
                std::fs::remove_dir_all(item.path())?;
            }
        }
        Ok(())
    }
}
