//! What shows that an entry is what its device wrote: its place in the chain of hashes, and the
//! signature under the chain.

use ledger_core::EntryId;
use ledger_format::Hash;
use ledger_format::head::PublicKey;
use ledger_sync::Log as _;
use serde::Serialize;

use super::View;
use crate::NodeError;
use crate::keys::to_hex;
use crate::log::NodeLog;

/// Entries that are hashed at once on the way to a signed head.
const PART_ENTRIES: usize = 1_000;
const PART_BYTES: usize = 1 << 20;

/// The proof of one entry, worked out anew from the stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofView {
    /// How many bytes it is.
    pub bytes: usize,
    /// The chain hash before it, in hex.
    pub before: String,
    /// The chain hash after it: BLAKE3 of the hash before it and its bytes.
    pub after: String,
    /// Whether that is the hash that the log keeps.
    pub is_in_chain: bool,
    /// The signed head that covers it; none while nobody has signed so far.
    pub signed: Option<SignedView>,
}

/// A device's signature under its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedView {
    /// The last entry that it covers.
    pub seq: u64,
    /// The chain hash that it signs, in hex.
    pub hash: String,
    /// The device's public key, in hex; none when the server never told of the device.
    pub key: Option<String>,
    /// Whether the entries up to there have that hash, and the signature is the device's.
    pub holds: bool,
}

impl View<'_> {
    /// The proof of one entry; none when it is not here.
    pub fn proof(&self, id: EntryId) -> Result<Option<ProofView>, NodeError> {
        let store = self.node().store();
        let Some(bytes) = store.entry(id)? else {
            return Ok(None);
        };
        let slice = store.slice(id.origin, id.seq, 1, PART_BYTES)?;
        let after = slice.prev.then(&bytes);
        let kept = store.hash_at(id.origin, id.seq)?;
        Ok(Some(ProofView {
            bytes: bytes.len(),
            before: slice.prev.to_string(),
            after: after.to_string(),
            is_in_chain: kept == Some(after),
            signed: self.signed(id, after)?,
        }))
    }

    /// The first signed head at or behind an entry, checked from the entry on.
    fn signed(&self, id: EntryId, after: Hash) -> Result<Option<SignedView>, NodeError> {
        let log = NodeLog {
            store: self.node().store(),
            fold: self.fold(),
            numbered: true,
        };
        let Some(head) = log.signed_head_covering(id.origin, id.seq)? else {
            return Ok(None);
        };
        let device = log.device_of(id.origin);
        let told = device.and_then(|device| log.public_key(device));
        // Nobody enrols the central server.
        let key: Option<PublicKey> = told.or_else(|| self.untold_key(device?));
        let is_signed = key
            .as_ref()
            .is_some_and(|key| head.verify_strict(key).is_ok());
        let reached = self.hash_from(id, after, head.seq)?;
        Ok(Some(SignedView {
            seq: head.seq,
            hash: head.hash.to_string(),
            key: key.map(|key| to_hex(key.as_bytes())),
            holds: is_signed && reached == Some(head.hash),
        }))
    }

    /// The chain hash at a later seq, going on from an entry with what is stored.
    fn hash_from(&self, id: EntryId, after: Hash, to: u64) -> Result<Option<Hash>, NodeError> {
        let store = self.node().store();
        let (mut hash, mut seq) = (after, id.seq);
        while seq < to {
            let next = seq.saturating_add(1);
            let slice = store.slice(id.origin, next, PART_ENTRIES, PART_BYTES)?;
            if slice.entries.is_empty() {
                return Ok(None);
            }
            for bytes in slice.entries.iter() {
                if seq < to {
                    hash = hash.then(bytes);
                    seq = seq.saturating_add(1);
                }
            }
        }
        Ok(Some(hash))
    }
}
