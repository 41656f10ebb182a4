//! Setting aside what cannot be used: it gets another name, and nothing of it is lost.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Place, io_error};
use crate::disk::Disk;
use crate::journal::JournalDamage;
use crate::journal::scan::Scanned;
use crate::journal::segment::file_name;
use crate::store::{OpenError, Opened};

impl Place<'_> {
    /// Keeps the bytes after the last whole group, of which somebody may have been told that they
    /// are saved, in a file of their own, and says so.
    pub(super) fn keep_torn_end(
        &self,
        scanned: &Scanned,
        opened: &mut Opened,
    ) -> Result<(), OpenError> {
        let disk = &self.options.disk;
        let path = self.journal_dir().join(file_name(scanned.last_segment));
        let kept = self.dir.join("journal-end");
        let copied = disk.read(&path).and_then(|bytes| {
            let at = usize::try_from(scanned.end).unwrap_or(usize::MAX);
            let mut file = disk.create(&kept)?;
            file.write_at(0, bytes.get(at..).unwrap_or_default())?;
            file.sync_all()
        });
        copied.map_err(|source| io_error(&kept, source))?;
        let _aside = set_aside(disk, &kept)?;
        opened.damage.push(JournalDamage {
            segment: scanned.last_segment,
            offset: scanned.end,
            len: scanned.torn_bytes,
            what: "the end cannot be read",
        });
        Ok(())
    }

    pub(super) fn set_aside_index(&self, opened: &mut Opened) -> Result<(), OpenError> {
        let Some(path) = self.index_path().filter(|path| path.exists()) else {
            return Ok(());
        };
        opened.set_aside = Some(set_aside(&self.options.disk, &path)?);
        Ok(())
    }
}

/// Gives a file or directory the first free name `*.damaged-N`.
pub(in crate::store) fn set_aside(disk: &Disk, path: &Path) -> Result<PathBuf, OpenError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let free = (1_u32..).map(|n| path.with_file_name(format!("{name}.damaged-{n}")));
    let aside = free
        .into_iter()
        .find(|aside| fs::symlink_metadata(aside).is_err());
    let aside = aside.unwrap_or_else(|| path.with_extension("damaged"));
    disk.rename(path, &aside)
        .map_err(|source| io_error(path, source))?;
    Ok(aside)
}
