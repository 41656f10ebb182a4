//! The container of a backup: what stands where in the file, and the one hash over all of it.
//!
//! It knows nothing of what the parts are. The layout is drawn in [`super`].
//!
//! **Invariant.** Reading allocates no more than a block and a limit allow, and gives out the
//! last byte of a part only when the part's hash fits; that the whole file fits is known when
//! [`Container::read`] has returned.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ledger_format::bounded::{deflate, inflate};

use super::manifest::{Manifest, Part};
use super::{BackupError, file_error};
use crate::bytes::{Reader, narrow, wide};
use crate::disk::{Disk, DiskFile, DiskReader};
use crate::record::StoreId;

/// The newest version of the container that is read, and the one that is written.
pub const BACKUP_VERSION: u32 = 1;

const START_MAGIC: [u8; 8] = *b"SLBACKUP";
const END_MAGIC: [u8; 8] = *b"SLBACKED";
const START_BYTES: usize = 28;
const END_BYTES: usize = 48;
/// How many bytes of a part are compressed together.
const BLOCK_BYTES: usize = 1024 * 1024;
/// How long a manifest may be; a million origins fit.
const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Told of each part, block by block.
pub(super) type Visit<'a> = dyn FnMut(&Part, &[u8]) -> Result<(), BackupError> + 'a;

/// A backup that is being written.
pub(super) struct Writer {
    file: DiskFile,
    end: u64,
    hasher: blake3::Hasher,
    parts: Vec<Part>,
}

impl Writer {
    /// Begins a file; what it held is dropped.
    pub(super) fn begin(disk: &Disk, path: &Path, store: StoreId) -> Result<Self, BackupError> {
        let file = disk.create_private(path).map_err(|source| {
            if source.kind() == io::ErrorKind::ResourceBusy {
                BackupError::Busy {
                    path: path.to_owned(),
                }
            } else {
                file_error(path, source)
            }
        })?;
        let mut writer = Self {
            file,
            end: 0,
            hasher: blake3::Hasher::new(),
            parts: Vec::new(),
        };
        let version = BACKUP_VERSION.to_le_bytes();
        let start = [
            START_MAGIC.as_slice(),
            version.as_slice(),
            store.as_bytes().as_slice(),
        ];
        writer.put(&start.concat())?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        let written = self.file.write_at(self.end, bytes);
        written.map_err(|source| file_error(self.file.path(), source))?;
        let _chained = self.hasher.update(bytes);
        self.end = self.end.saturating_add(wide(bytes.len()));
        Ok(())
    }

    /// Adds a part of what `source` gives, at most `limit` bytes of it; `told` hears of each block.
    pub(super) fn part(
        &mut self,
        name: String,
        from: &Path,
        source: impl Read,
        limit: u64,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), BackupError> {
        let mut source = source.take(limit);
        let mut hasher = blake3::Hasher::new();
        let mut bytes = 0_u64;
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        loop {
            block.clear();
            let read = source
                .by_ref()
                .take(wide(BLOCK_BYTES))
                .read_to_end(&mut block)
                .map_err(|source| file_error(from, source))?;
            if read == 0 {
                break;
            }
            let _chained = hasher.update(&block);
            bytes = bytes.saturating_add(wide(read));
            let packed = deflate(&block);
            self.put(&narrow(packed.len()).to_le_bytes())?;
            self.put(&packed)?;
            told(wide(read));
        }
        let blake3 = hasher.finalize().to_hex().to_string();
        self.parts.push(Part {
            name,
            bytes,
            blake3,
        });
        Ok(())
    }

    /// Writes the manifest and the end, and makes all of it durable. How long the file is.
    pub(super) fn finish(mut self, mut manifest: Manifest) -> Result<(u64, DiskFile), BackupError> {
        manifest.parts = std::mem::take(&mut self.parts);
        let manifest = manifest.to_json();
        self.put(&manifest)?;
        self.put(&wide(manifest.len()).to_le_bytes())?;
        let hash = self.hasher.finalize();
        self.put(hash.as_bytes())?;
        self.put(&END_MAGIC)?;
        let synced = self.file.sync_all();
        synced.map_err(|source| file_error(self.file.path(), source))?;
        Ok((self.end, self.file))
    }
}

/// A backup that is being read.
#[derive(Debug)]
pub(super) struct Container {
    path: PathBuf,
    file: DiskReader,
    len: u64,
    store: StoreId,
    manifest: Manifest,
    manifest_len: u64,
    hash: [u8; 32],
}

impl Container {
    /// Opens a backup of any version that is known, and reads its manifest.
    pub(super) fn open(disk: &Disk, path: &Path) -> Result<Self, BackupError> {
        let failed = |source| file_error(path, source);
        let mut file = disk.open_to_read(path).map_err(failed)?;
        let len = file.len().map_err(failed)?;
        let mut start = Vec::with_capacity(START_BYTES);
        let limit = wide(START_BYTES);
        let _read = file
            .by_ref()
            .take(limit)
            .read_to_end(&mut start)
            .map_err(failed)?;
        let not_a_backup = || BackupError::NotABackup {
            path: path.to_owned(),
        };
        let mut reader = Reader::new(&start);
        if reader.array().ok_or_else(not_a_backup)? != START_MAGIC {
            return Err(not_a_backup());
        }
        let version = reader.u32().ok_or_else(not_a_backup)?;
        let store = StoreId::from_bytes(reader.array().ok_or_else(not_a_backup)?);
        // The one place that knows all versions of the container.
        match version {
            1 => Self::open_version_1(path, file, len, store),
            found if found > BACKUP_VERSION => Err(BackupError::NewerFormat {
                path: path.to_owned(),
                found,
                known: BACKUP_VERSION,
            }),
            _ => Err(not_a_backup()),
        }
    }

    fn open_version_1(
        path: &Path,
        mut file: DiskReader,
        len: u64,
        store: StoreId,
    ) -> Result<Self, BackupError> {
        let failed = |source| file_error(path, source);
        let cut = |what: &str| damaged(path, what);
        let end_at = len
            .checked_sub(wide(END_BYTES))
            .filter(|&at| at >= wide(START_BYTES))
            .ok_or_else(|| cut("it is cut off"))?;
        file.seek(end_at).map_err(failed)?;
        let mut end = [0; END_BYTES];
        file.read_exact(&mut end).map_err(failed)?;
        let mut reader = Reader::new(&end);
        let fields = (reader.u64(), reader.array::<32>(), reader.array::<8>());
        let (Some(manifest_len), Some(hash), Some(END_MAGIC)) = fields else {
            return Err(cut("it is cut off, or its end is damaged"));
        };
        let manifest_at = end_at
            .checked_sub(manifest_len)
            .filter(|&at| at >= wide(START_BYTES) && manifest_len <= MANIFEST_BYTES_MAX)
            .ok_or_else(|| cut("its end is damaged"))?;
        file.seek(manifest_at).map_err(failed)?;
        let mut json = Vec::new();
        let read = file
            .by_ref()
            .take(manifest_len)
            .read_to_end(&mut json)
            .map_err(failed)?;
        if wide(read) != manifest_len {
            return Err(cut("it is cut off"));
        }
        let manifest = Manifest::of_json(&json).ok_or_else(|| cut("its manifest is damaged"))?;
        if manifest.store != store.to_string() {
            return Err(cut("its manifest is of another store"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            len,
            store,
            manifest,
            manifest_len,
            hash,
        })
    }

    /// Whose backup it is.
    pub(super) const fn store(&self) -> StoreId {
        self.store
    }

    /// What the file says about itself; proved only when all of it was read.
    pub(super) const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads the whole file, gives each part block by block, and holds it to its hashes.
    pub(super) fn read(&mut self, visit: &mut Visit<'_>) -> Result<(), BackupError> {
        self.rewind()?;
        let mut hasher = blake3::Hasher::new();
        let _start = self.take(wide(START_BYTES), &mut hasher)?;
        let body = self.len.saturating_sub(wide(END_BYTES));
        let mut left = body.saturating_sub(self.manifest_len.saturating_add(wide(START_BYTES)));
        let parts = self.manifest.parts.clone();
        for part in &parts {
            self.read_part(part, &mut left, &mut hasher, visit)?;
        }
        if left > 0 {
            return Err(damaged(&self.path, "there is more in it than its parts"));
        }
        // Manifest and its length.
        let _manifest = self.take(self.manifest_len.saturating_add(8), &mut hasher)?;
        if *hasher.finalize().as_bytes() != self.hash {
            return Err(damaged(&self.path, "its content does not fit its hash"));
        }
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), BackupError> {
        let sought = self.file.seek(0);
        sought.map_err(|source| file_error(&self.path, source))
    }

    fn read_part(
        &mut self,
        part: &Part,
        left: &mut u64,
        hasher: &mut blake3::Hasher,
        visit: &mut Visit<'_>,
    ) -> Result<(), BackupError> {
        let wrong = |container: &Self| {
            let name = &part.name;
            damaged(&container.path, &format!("the part {name} is damaged"))
        };
        let mut part_hasher = blake3::Hasher::new();
        let mut rest = part.bytes;
        while rest > 0 {
            let head = self.take(4, hasher)?;
            let len = u64::from(Reader::new(&head).u32().unwrap_or_default());
            *left = left
                .checked_sub(len.saturating_add(4))
                .filter(|_| len <= wide(BLOCK_BYTES).saturating_add(16))
                .ok_or_else(|| wrong(self))?;
            let packed = self.take(len, hasher)?;
            let block = inflate(&packed, BLOCK_BYTES).or(Err(()));
            let block = block.map_err(|()| wrong(self))?;
            rest = rest
                .checked_sub(wide(block.len()))
                .filter(|_| !block.is_empty())
                .ok_or_else(|| wrong(self))?;
            let _chained = part_hasher.update(&block);
            if rest == 0 && part_hasher.finalize().to_hex().as_str() != part.blake3 {
                return Err(wrong(self));
            }
            visit(part, &block)?;
        }
        Ok(())
    }

    fn take(&mut self, len: u64, hasher: &mut blake3::Hasher) -> Result<Vec<u8>, BackupError> {
        let mut bytes = Vec::new();
        let read = self.file.by_ref().take(len).read_to_end(&mut bytes);
        let read = read.map_err(|source| file_error(&self.path, source))?;
        if wide(read) != len {
            return Err(damaged(&self.path, "it is cut off"));
        }
        let _chained = hasher.update(&bytes);
        Ok(bytes)
    }
}

fn damaged(path: &Path, what: &str) -> BackupError {
    BackupError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}
