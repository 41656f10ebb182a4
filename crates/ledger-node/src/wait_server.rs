//! The server's side of a wait: who may wait, and whether there is news. Waiting itself is done by
//! whoever serves, without a thread; nothing here writes.

use std::time::Duration;

use ledger_format::wire::{
    CursorMessage, Envelope, Message as _, WAIT_MILLIS_MAX, WaitAnswer, WaitRequest,
};
use serde_bytes::ByteBuf;

use crate::error::NodeError;
use crate::node::Node;
use crate::sync_server::{Refused, WireAnswer, answer};

/// How far the central order goes, as far as it is on the disk here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderEnd {
    epoch: u64,
    n: u64,
}

/// A device that wants to hear when the central order goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    at: OrderEnd,
    limit: Duration,
}

impl Wait {
    /// Whether an order that ends there is news to the device. Where the order was begun anew or
    /// is shorter than the device knows it, that is news too.
    #[must_use]
    pub fn is_news(&self, end: OrderEnd) -> bool {
        self.at != end
    }

    /// How long it may wait.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        self.limit
    }
}

impl From<CursorMessage> for OrderEnd {
    fn from(cursor: CursorMessage) -> Self {
        Self {
            epoch: cursor.epoch,
            n: cursor.n,
        }
    }
}

impl Node {
    /// Takes the request of `POST /sync/v1/wait`: who waits, or the answer that refuses it.
    pub fn begin_wait(&self, body: &[u8]) -> Result<Wait, WireAnswer> {
        self.wait_of(body)
            .map_err(|refused| answer::<WaitAnswer>(Err(refused)))
    }

    fn wait_of(&self, body: &[u8]) -> Result<Wait, Refused> {
        let envelope = Envelope::from_bytes(body).or(Err(Refused::bad("signed request")))?;
        self.check_envelope(&envelope)?;
        let asked =
            WaitRequest::from_bytes(&envelope.body).or(Err(Refused::bad("request to wait")))?;
        Ok(Wait {
            at: asked.at.into(),
            limit: Duration::from_millis(asked.millis_max.min(WAIT_MILLIS_MAX)),
        })
    }

    /// How far the central order goes. Looks into the index, and may wait for the disk.
    pub fn order_end(&self) -> Result<OrderEnd, NodeError> {
        let epoch = self.lock().order().epoch;
        let n = self.central_end()?;
        Ok(OrderEnd { epoch, n })
    }

    /// The last central number that is on the disk here, 0 when there is none.
    pub(crate) fn central_end(&self) -> Result<u64, NodeError> {
        let epoch = self.lock().order().epoch;
        let last = self.store().last_run()?;
        let last = last.filter(|run| run.epoch == epoch);
        Ok(last.map_or(0, |run| run.last()))
    }

    /// The answer to a device that has waited, with a nonce for its next request.
    #[must_use]
    pub fn end_wait(&self, news: bool) -> WireAnswer {
        let nonce = self.lock().keys.nonce(self.now());
        answer(Ok(WaitAnswer {
            news,
            nonce: ByteBuf::from(nonce),
        }))
    }
}
