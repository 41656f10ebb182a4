//! What a node holds, part by part.

use ledger_core::{DeviceId, Timestamp};
use ledger_format::wire::{
    self, BatchMessage, CursorMessage, FilePart, MESSAGE_BYTES_MAX, Message as _, OriginHead, Piece,
};
use ledger_sync::client::Client;
use ledger_sync::server::NAMED_RUN_BYTES;
use ledger_sync::{batch_bytes, pieces};
use serde_bytes::{ByteArray, ByteBuf};

use super::taking::NONCE;
use crate::conversation::{faulty, sealed};
use crate::error::NodeError;
use crate::node::Node;
use crate::sync_server::ANSWER_BYTES_MAX;

/// Everything that a node holds, for others of its ledger: signed parts, one after the other.
#[derive(Debug)]
pub struct Parts {
    node: Node,
    made_at: Timestamp,
    epoch: u64,
    next: Next,
    entries: u64,
    unnumbered: u64,
    piece_entries: u64,
}

/// What comes next.
#[derive(Debug)]
enum Next {
    /// A piece of the order from here on.
    Piece(CursorMessage),
    /// What has no number, behind these heads.
    Loose(Vec<OriginHead>),
    Nothing,
}

impl Node {
    /// Everything that this node holds, as a file of sync has it.
    pub fn sync_parts(&self) -> Result<Parts, NodeError> {
        let inner = self.lock();
        inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let epoch = inner.epoch;
        drop(inner);
        Ok(Parts {
            node: self.clone(),
            made_at: self.now(),
            epoch,
            next: Next::Piece(Client::first_cursor(epoch)),
            entries: 0,
            unnumbered: 0,
            piece_entries: pieces::PIECE_ENTRIES,
        })
    }
}

impl Parts {
    /// The same with about so many entries in a part at most.
    #[must_use]
    pub const fn in_pieces_of(mut self, entries: u64) -> Self {
        self.piece_entries = entries;
        self
    }

    /// When they were begun.
    #[must_use]
    pub const fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// How many entries the parts so far have.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// How many of them have no central number.
    #[must_use]
    pub const fn unnumbered(&self) -> u64 {
        self.unnumbered
    }

    /// The bytes of the next part, none after the last.
    pub fn next_part(&mut self) -> Result<Option<Vec<u8>>, NodeError> {
        let next = std::mem::replace(&mut self.next, Next::Nothing);
        let (piece, loose) = match next {
            Next::Nothing => return Ok(None),
            Next::Piece(from) => match self.piece(from)? {
                Some(piece) => {
                    self.next = Next::Piece(piece.to);
                    let pieces = piece.to.n.saturating_sub(piece.from.n);
                    self.entries = self.entries.saturating_add(pieces);
                    (Some(piece), Vec::new())
                }
                None => (None, self.loose(Vec::new())?),
            },
            Next::Loose(have) => (None, self.loose(have)?),
        };
        let certificates = {
            let inner = self.node.lock();
            inner.shown_with(self.node.store(), &loose)?
        };
        let part = FilePart {
            at_millis: self.made_at.millis(),
            epoch: self.epoch,
            piece,
            loose,
            certificates,
            is_last: matches!(self.next, Next::Nothing),
        };
        self.seal(&part).map(Some)
    }

    fn piece(&self, from: CursorMessage) -> Result<Option<Piece>, NodeError> {
        let encoding = self.node.lock().order().encoding;
        let mut entries = self.piece_entries;
        loop {
            let last = from.n.saturating_add(entries);
            let piece = self
                .node
                .look_at_store(|log| pieces::piece(log, from, encoding, last))
                .map_err(faulty)?;
            let is_too_long = piece.as_ref().is_some_and(is_too_long);
            if !is_too_long || entries <= 1 {
                return Ok(piece);
            }
            entries /= 2;
        }
    }

    fn loose(&mut self, mut have: Vec<OriginHead>) -> Result<Vec<BatchMessage>, NodeError> {
        let order = self.node.lock().order();
        let loose = self.node.loose(&order, &have, ANSWER_BYTES_MAX)?;
        for batch in &loose {
            have.retain(|head| head.origin != batch.origin);
            have.push(head_of(batch));
            self.entries = self.entries.saturating_add(batch.count);
            self.unnumbered = self.unnumbered.saturating_add(batch.count);
        }
        if !loose.is_empty() {
            self.next = Next::Loose(have);
        }
        Ok(loose)
    }

    fn seal(&self, part: &FilePart) -> Result<Vec<u8>, NodeError> {
        let unwritable =
            |error: ledger_format::bounded::CodecError| NodeError::BadAnswer(error.to_string());
        let (key, ledger, certificate) = {
            let inner = self.node.lock();
            let ledger = inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
            (inner.keys.key(), ledger, inner.keys.certificate())
        };
        let body = part.to_bytes().map_err(unwritable)?;
        let ledger = DeviceId::from_bytes(*ledger.as_bytes());
        let certificate = certificate.map(ByteBuf::from);
        let envelope = sealed(&key, ledger, NONCE, body, certificate)?;
        envelope.to_bytes().map_err(unwritable)
    }
}

/// Whether a part with this piece could be longer than a message may be.
fn is_too_long(piece: &Piece) -> bool {
    let entries: usize = piece.entries.iter().map(batch_bytes).sum();
    let runs = piece.runs.len().saturating_mul(NAMED_RUN_BYTES);
    entries.saturating_add(runs) > MESSAGE_BYTES_MAX / 2
}

fn head_of(batch: &BatchMessage) -> OriginHead {
    let seq = batch
        .first_seq
        .saturating_add(batch.count)
        .saturating_sub(1);
    OriginHead {
        origin: batch.origin,
        seq,
        hash8: ByteArray::new(wire::hash_of(&batch.head).hash8()),
    }
}
