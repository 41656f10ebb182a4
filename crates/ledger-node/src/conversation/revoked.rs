//! The end of a revoked device's conversation: it gives everything that it has, gets nothing, and
//! is told so.

use ledger_core::Origin;
use ledger_format::wire::{CursorMessage, SyncAnswer};
use ledger_sync::client::Asked;

use super::{Conversation, State, rejected};
use crate::error::NodeError;

impl Conversation {
    /// Takes the answer to a revoked device, which gives what it has and gets nothing.
    pub(super) fn revoked(
        &mut self,
        encoding: u8,
        cursor: CursorMessage,
        asked: &Asked,
        answer: &SyncAnswer,
    ) -> Result<(), NodeError> {
        if let Some(reject) = answer.rejects.first() {
            return Err(rejected(reject));
        }
        self.pushed = self.pushed.saturating_add(asked.pushed);
        let given = self.revoked.get_or_insert_default();
        for (chain, head) in &asked.heads {
            given.retain(|(known, _)| known != chain);
            given.push((*chain, head.seq));
        }
        if std::mem::take(&mut self.renewing) {
            // It was restored, and nobody knows what it lacks: it gets all that is ours.
            let own: Vec<Origin> = self.node.lock().own_chains().collect();
            given.extend(own.into_iter().map(|chain| (chain, 0)));
        } else if !asked.more {
            return Err(NodeError::DeviceRevoked);
        }
        self.state = State::Syncing {
            nonce: answer.nonce.to_vec(),
            encoding,
            cursor,
            asked: None,
        };
        Ok(())
    }
}
