//! Entries on their way out: batches that end at signed heads.

use ledger_core::{LedgerId, Origin};
use ledger_format::head::{DeviceKey, SignedHead};
use ledger_format::wire::{self, BATCH_ENTRIES_MAX, BATCH_ENTRY_BYTES, BatchMessage};
use ledger_format::{OriginSlice, pack};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{Fault, Log};

/// The most bytes of packed batches in one request, and asked for in one answer.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The fewest: what a request is made smaller to when it does not get through.
const REQUEST_BYTES_MIN: usize = 16 * 1024;

/// How much may go out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// About so many bytes of packed batches in a request; one batch always has room.
    pub bytes: usize,
    /// At most so many entries in a batch that is signed now.
    pub entries: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            bytes: REQUEST_BYTES_MAX,
            entries: BATCH_ENTRIES_MAX,
        }
    }
}

impl Room {
    /// Half as much, for a server or something before it that takes no more; none when it is as
    /// little as it can be.
    #[must_use]
    pub fn halved(self) -> Option<Self> {
        let bytes = (self.bytes / 2).max(REQUEST_BYTES_MIN);
        if bytes < self.bytes {
            return Some(Self { bytes, ..self });
        }
        let entries = self.entries / 2;
        (entries > 0).then_some(Self { bytes, entries })
    }
}

/// A slice as it travels, packed by an encoding up to this one, ending at a signed head.
#[must_use]
pub fn batch_message(slice: &OriginSlice, encoding: u8, head: &SignedHead) -> Option<BatchMessage> {
    let bytes = pack::pack(slice, encoding);
    Some(BatchMessage {
        origin: wire::id_bytes(slice.origin.as_bytes()),
        root: (head.origin != slice.origin).then(|| wire::id_bytes(head.origin.as_bytes())),
        first_seq: slice.first_seq,
        count: u64::try_from(slice.entries.len()).ok()?,
        prev: wire::hash_bytes(&slice.prev),
        // Few entries may be smaller as they are.
        encoding: bytes.first().copied().unwrap_or(encoding),
        bytes: ByteBuf::from(bytes),
        head: wire::hash_bytes(&head.hash),
        signature: ByteArray::new(*head.signature.as_bytes()),
    })
}

/// What surrounds the packed entries of a batch in a message.
const AROUND_BATCH_BYTES: usize = 256;

/// About how many bytes a batch takes in a message.
#[must_use]
pub fn batch_bytes(batch: &BatchMessage) -> usize {
    batch.bytes.len().saturating_add(AROUND_BATCH_BYTES)
}

/// Who signs the heads of own chains.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The device's key.
    pub key: &'a DeviceKey,
    /// The ledger that the heads are signed for.
    pub ledger: LedgerId,
}

impl Signer<'_> {
    /// The next batch of an own chain, with the head that is signed for it.
    pub(crate) fn next<L: Log>(
        &self,
        log: &L,
        chain: Origin,
        from: u64,
        entries_max: usize,
    ) -> Result<(OriginSlice, SignedHead), Fault<L::Error>> {
        let root = log.branch(chain).map_err(Fault::Log)?;
        let root = root.map_or(chain, |branch| branch.root);
        let slice = log
            .slice(chain, from, entries_max, BATCH_ENTRY_BYTES)
            .map_err(Fault::Log)?;
        let head = SignedHead::sign(self.key, self.ledger, root, slice.last_seq(), slice.head());
        Ok((slice, head))
    }
}

/// The next batch of somebody else's chain, with the head that it came with; none when nobody
/// signed it.
pub(crate) fn next_relayed<L: Log>(
    log: &L,
    chain: Origin,
    from: u64,
) -> Result<Option<(OriginSlice, SignedHead)>, Fault<L::Error>> {
    let head = log.signed_head_covering(chain, from).map_err(Fault::Log)?;
    let Some(head) = head else {
        return Ok(None);
    };
    let count = head.seq.saturating_sub(from).saturating_add(1);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let slice = log
        .slice(chain, from, count, usize::MAX)
        .map_err(Fault::Log)?;
    let is_whole = count <= BATCH_ENTRIES_MAX && slice.last_seq() == head.seq;
    Ok(is_whole.then_some((slice, head)))
}

#[cfg(test)]
mod tests {
    use ledger_format::wire::Message;

    use super::*;

    #[test]
    fn no_batch_takes_more_of_a_message_than_it_is_counted_for() {
        let batch = BatchMessage {
            origin: ByteArray::new([1; 16]),
            root: Some(ByteArray::new([2; 16])),
            first_seq: u64::MAX,
            count: u64::MAX,
            prev: ByteArray::new([3; 32]),
            encoding: u8::MAX,
            bytes: ByteBuf::from(vec![4; 100_000]),
            head: ByteArray::new([5; 32]),
            signature: ByteArray::new([6; 64]),
        };
        assert!(batch.to_bytes().unwrap().len() <= batch_bytes(&batch));
    }
}
