//! Snapshots: the central order in chunks with fixed bounds, for devices that are far behind.
//!
//! A chunk never changes within an epoch, so what was packed once is kept for the next device, as
//! far as it fits. There is no checkpoint in it (ADR 20).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::DeviceId;
use ledger_format::pack;
use ledger_format::wire::{self, CursorMessage, MESSAGE_BYTES_MAX, Message as _, SnapshotMessage};
use ledger_sync::client::Client;
use ledger_sync::pieces::{self, PIECE_ENTRIES};

use crate::conversation::faulty;
use crate::error::NodeError;
use crate::node::Node;
use crate::sync_server::{Refused, WireAnswer, answer_bytes};

/// The most bytes of packed chunks that are kept.
const KEPT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Chunks that were packed before.
#[derive(Debug, Default)]
pub(crate) struct Chunks(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    epoch: u64,
    bytes: usize,
    /// The one that was packed last comes last.
    chunks: VecDeque<(u64, Arc<[u8]>)>,
}

impl Chunks {
    fn with<T>(&self, epoch: u64, look: impl FnOnce(&mut Kept) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.epoch != epoch {
            *kept = Kept {
                epoch,
                ..Kept::default()
            };
        }
        look(&mut kept)
    }
}

impl Kept {
    fn get(&self, chunk: u64) -> Option<Arc<[u8]>> {
        let mut chunks = self.chunks.iter();
        let found = chunks.find(|(at, _)| *at == chunk)?;
        Some(Arc::clone(&found.1))
    }

    fn keep(&mut self, chunk: u64, bytes: &Arc<[u8]>) {
        if self.get(chunk).is_some() {
            return;
        }
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.chunks.push_back((chunk, Arc::clone(bytes)));
        while self.bytes > KEPT_BYTES_MAX {
            let Some((_, oldest)) = self.chunks.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(oldest.len());
        }
    }
}

fn none(text: &str) -> Refused {
    Refused(404, "no-snapshot", text.to_owned())
}

impl Node {
    /// Where a device gets the order in chunks from; none when nothing of it is behind its cursor.
    pub(crate) fn snapshot_for(
        &self,
        device: DeviceId,
        cursor: &CursorMessage,
    ) -> Result<Option<SnapshotMessage>, NodeError> {
        let order = self.lock().order();
        let chunks = self.chunk_count()?;
        let mut first = cursor.n / PIECE_ENTRIES;
        let next = first.saturating_add(1);
        let end = self.bound(order.epoch, next.saturating_mul(PIECE_ENTRIES))?;
        if end.is_some_and(|end| end.n <= cursor.n) {
            // The next run ends in the next chunk.
            first = next;
        }
        let is_of_use = cursor.epoch == order.epoch && first < chunks;
        Ok(is_of_use.then(|| SnapshotMessage {
            id: self.snapshot_id(device),
            first,
            chunks,
            entries: PIECE_ENTRIES,
        }))
    }

    fn snapshot_id(&self, device: DeviceId) -> String {
        let inner = self.lock();
        format!("{device}{}", inner.keys.snapshot_proof(device, inner.epoch))
    }

    fn chunk_count(&self) -> Result<u64, NodeError> {
        Ok(self.central_end()? / PIECE_ENTRIES)
    }

    /// Answers `GET /sync/v1/snapshot/{id}/{chunk}`, given what comes behind `snapshot/`.
    #[must_use]
    pub fn handle_snapshot(&self, path: &str) -> WireAnswer {
        answer_bytes(self.chunk_at(path).map(|bytes| bytes.to_vec()))
    }

    fn chunk_at(&self, path: &str) -> Result<Arc<[u8]>, Refused> {
        let unknown = || none("there is no such snapshot; ask for it with a sync");
        let (id, chunk) = path.split_once('/').ok_or_else(unknown)?;
        let chunk: u64 = chunk.parse().or(Err(unknown()))?;
        let device = id.get(..32).and_then(|device| device.parse().ok());
        let device: DeviceId = device.ok_or_else(unknown)?;
        let is_revoked = self.read(|fold| fold.revoked_by(device).is_some());
        if is_revoked || id != self.snapshot_id(device) {
            return Err(unknown());
        }
        if chunk >= self.chunk_count()? {
            return Err(none("the snapshot has no such chunk"));
        }
        let epoch = self.lock().order().epoch;
        let kept = self.shared.chunks.with(epoch, |kept| kept.get(chunk));
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let bytes: Arc<[u8]> = self.pack_chunk(epoch, chunk)?.into();
        let keep = |kept: &mut Kept| kept.keep(chunk, &bytes);
        self.shared.chunks.with(epoch, keep);
        Ok(bytes)
    }

    fn pack_chunk(&self, epoch: u64, chunk: u64) -> Result<Vec<u8>, Refused> {
        let gone = || none("the order has changed meanwhile");
        let start = chunk.saturating_mul(PIECE_ENTRIES);
        let from = self.bound(epoch, start)?.ok_or_else(gone)?;
        let last = start.saturating_add(PIECE_ENTRIES);
        let piece = self
            .look_at_store(|log| pieces::piece(log, from, pack::FACTORED, last))
            .map_err(faulty)?;
        let piece = piece.ok_or_else(gone)?;
        let bytes = piece
            .to_bytes()
            .or(Err(none("the chunk cannot be packed")))?;
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(none("the chunk is too large for a message"));
        }
        Ok(bytes)
    }

    /// The end of the last run that does not go beyond a number; none when the order does not
    /// reach it.
    fn bound(&self, epoch: u64, number: u64) -> Result<Option<CursorMessage>, NodeError> {
        if number == 0 {
            return Ok(Some(Client::first_cursor(epoch)));
        }
        let place = |run: &ledger_store::Run| CursorMessage {
            epoch,
            n: run.last(),
            anchor: wire::hash_bytes(&run.after),
        };
        let at = |n: u64| -> Result<_, NodeError> {
            let runs = self.store().runs_from(n, 1)?;
            Ok(runs.into_iter().next().filter(|run| run.epoch == epoch))
        };
        let Some(run) = at(number)? else {
            return Ok(None);
        };
        if run.last() == number {
            return Ok(Some(place(&run)));
        }
        match run.first.saturating_sub(1) {
            0 => Ok(Some(Client::first_cursor(epoch))),
            before => Ok(at(before)?.as_ref().map(place)),
        }
    }
}
