//! What a node stands on: a clock, a disk, and where randomness comes from.
//!
//! A real machine has the system's. A simulated one is given all three, and has no threads: its
//! node does the same in the same order whenever it is asked the same. Its index is in memory and
//! made anew from the journal at every opening; it keeps no checkpoint, and commands that work on
//! a store's directory without the node (doctor, backup and restore, who is logged in) know
//! nothing of it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_format::wire::{self, Message};
use ledger_store::{Disk, EngineKind, OpenOptions, StoreId};

use crate::clock::{SystemClock, WallClock};
use crate::error::NodeError;
use crate::node::{NodeKind, Progress};
use crate::totals;

/// What a node stands on.
#[derive(Clone)]
pub struct Machine {
    pub(crate) clock: Arc<dyn WallClock>,
    pub(crate) disk: Disk,
    pub(crate) random: Random,
    /// How long a journal segment of a simulated machine may become.
    segment_bytes: Option<u64>,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("disk", &self.disk)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// This machine, with a clock that may be another than the system's.
    pub fn real(clock: Arc<dyn WallClock>) -> Self {
        Self {
            clock,
            disk: Disk::new(),
            random: Random::default(),
            segment_bytes: None,
        }
    }

    /// A simulated machine. Short journal segments bring about in a few entries what else takes
    /// many thousand.
    pub fn simulated(
        clock: Arc<dyn WallClock>,
        disk: Disk,
        random: impl Fn(&mut [u8]) + Send + Sync + 'static,
        segment_bytes: u64,
    ) -> Self {
        Self {
            clock,
            disk,
            random: Random(Some(Arc::new(random))),
            segment_bytes: Some(segment_bytes),
        }
    }

    pub(crate) const fn engine(&self, kind: NodeKind) -> EngineKind {
        match self.segment_bytes {
            Some(_) => EngineKind::Memory,
            None => kind.engine(),
        }
    }

    /// How the store in a node's directory is opened.
    pub(crate) fn options(
        &self,
        dir: &Path,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<OpenOptions, NodeError> {
        let mut options = options(dir, progress);
        if let Some(segment_bytes) = self.segment_bytes {
            options.disk = self.disk.clone();
            options.segment_bytes = segment_bytes;
            options.inline = true;
            options.id = Some(StoreId::from_bytes(self.random.bytes()?));
            options.fence = Some(dir.with_extension("fence"));
        }
        Ok(options)
    }
}

/// Any number, and another one each time: for what must only differ between devices and tries.
#[must_use]
pub fn any_number() -> u64 {
    // Without randomness the time differs at least.
    let bytes = Random::default().bytes();
    bytes.map_or_else(|_| SystemClock.now().millis(), u64::from_be_bytes)
}

/// Fills bytes with what looks random.
type Fill = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Where random bytes come from: the system, or whoever simulates one.
#[derive(Clone, Default)]
pub(crate) struct Random(Option<Fill>);

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], NodeError> {
        let mut bytes = [0; N];
        match &self.0 {
            None => getrandom::fill(&mut bytes).or(Err(NodeError::Random))?,
            Some(simulated) => simulated(&mut bytes),
        }
        Ok(bytes)
    }
}

/// Where a node's fence is: beside its directory, so that neither a copy nor an older state put
/// back brings it along. None for a directory without a name of its own.
fn fence_of(dir: &Path) -> Option<PathBuf> {
    let dir = fs::canonicalize(dir).ok()?;
    let mut name = dir.file_name()?.to_owned();
    name.push(".fence");
    Some(dir.with_file_name(name))
}

/// How the store in a node's directory is opened on this machine.
pub(crate) fn options(
    dir: &Path,
    progress: impl Fn(Progress) + Send + Sync + 'static,
) -> OpenOptions {
    let unpack = |bytes: &[u8]| {
        let batch = wire::BatchMessage::from_bytes(bytes).map_err(|error| error.to_string())?;
        ledger_sync::unpack(&batch)
    };
    let mut options = OpenOptions::new(unpack);
    options.fence = fence_of(dir);
    options.packing = Some(totals::packing());
    options.on_progress(move |step| {
        progress(Progress {
            what: "reading the journal",
            done: step.done,
            total: step.total,
        });
    })
}
