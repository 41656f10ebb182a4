//! Far behind the order's end: its chunks are fetched instead of its runs, one after the other, each
//! durable before the next. Where a chunk cannot be had, sync goes on from there without them.

use ledger_format::pack;
use ledger_format::wire::{HelloAnswer, Message as _, Piece, SnapshotMessage};
use ledger_sync::pieces::PIECE_ENTRIES;

use super::{Channel, Conversation, Purpose, State, Talk};
use crate::error::NodeError;

/// A snapshot under way.
#[derive(Debug)]
pub(super) struct Loading {
    talk: Talk,
    snapshot: SnapshotMessage,
    chunk: u64,
}

/// Whether a server's order goes so far beyond the cursor that chunks pay.
pub(super) const fn is_far(channel: &Channel, hello: &HelloAnswer) -> bool {
    let is_same_order = channel.cursor.epoch == hello.epoch;
    let behind = hello.end.saturating_sub(channel.cursor.n);
    is_same_order && behind >= PIECE_ENTRIES && hello.encoding == pack::FACTORED
}

impl Loading {
    /// What comes after a talk heard of a snapshot: its next chunk, or the talk again.
    pub(super) fn begin(talk: Talk, snapshot: &SnapshotMessage) -> State {
        Self::at(talk, snapshot.clone(), snapshot.first)
    }

    fn at(talk: Talk, snapshot: SnapshotMessage, chunk: u64) -> State {
        if chunk >= snapshot.chunks {
            return State::Syncing(Box::new(talk));
        }
        State::Loading(Box::new(Self {
            talk,
            snapshot,
            chunk,
        }))
    }

    /// Behind `/sync/v1/snapshot/`.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.snapshot.id, self.chunk)
    }
}

impl Conversation {
    /// A chunk has come.
    pub(super) fn loaded(&mut self, loading: Loading, body: &[u8]) -> Result<(), NodeError> {
        let Loading {
            mut talk,
            snapshot,
            chunk,
        } = loading;
        let Purpose::Sync(bonded) = &self.purpose else {
            return Ok(());
        };
        let before = talk.channel.cursor;
        let taken = match Piece::from_bytes(body) {
            Ok(piece) => self.node.take_piece(bonded, talk.channel.known, &piece),
            Err(error) => Err(NodeError::BadAnswer(error.to_string())),
        };
        match taken {
            Ok(pulled) => self.pulled = self.pulled.saturating_add(pulled),
            // Sync checks for itself whatever was wrong with it.
            Err(NodeError::BadAnswer(_) | NodeError::OrderChanged) => {}
            Err(error) => return Err(error),
        }
        let cursor = self.node.stored_cursor(&bonded.server_key, before.epoch)?;
        talk.channel.cursor = cursor;
        self.state = if cursor.n > before.n {
            Loading::at(talk, snapshot, chunk.saturating_add(1))
        } else {
            State::Syncing(Box::new(talk))
        };
        Ok(())
    }

    /// A chunk that was asked for is not to be had.
    pub(super) fn chunk_refused(&mut self) -> Result<(), NodeError> {
        if let State::Loading(loading) = std::mem::replace(&mut self.state, State::Greeting) {
            self.state = State::Syncing(Box::new(loading.talk));
        }
        Ok(())
    }
}
