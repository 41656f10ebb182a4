//! The end of a revoked device's conversation: it gives everything that it has, gets nothing, and
//! is told so.

use std::collections::BTreeSet;

use ledger_core::Origin;
use ledger_format::wire::SyncAnswer;
use ledger_sync::client::Asked;

use super::{Conversation, State, Talk};
use crate::error::NodeError;

impl Conversation {
    /// Takes the answer to a revoked device. It gets no numbers, so how far it is only shows in
    /// what it has given.
    pub(super) fn revoked(
        &mut self,
        mut talk: Talk,
        asked: &Asked,
        answer: &SyncAnswer,
        rejected: &BTreeSet<Origin>,
    ) -> Result<(), NodeError> {
        self.pushed = self.pushed.saturating_add(asked.pushed);
        self.outbox.note_reached(asked, rejected);
        self.outbox
            .note_held(self.node.held_in_common(&answer.held)?);
        let is_first = !talk.channel.central && !std::mem::replace(&mut talk.compared, true);
        // A new epoch would begin with numbers that it does not get.
        let was_renewing = std::mem::take(&mut talk.renewing);
        if !(asked.more || is_first || was_renewing || self.outbox.takes_up(rejected)) {
            return Err(NodeError::DeviceRevoked);
        }
        self.state = State::Syncing(Box::new(talk));
        Ok(())
    }
}
