//! A node's durable log as the sync protocol looks at it.

use ledger_core::fold::{Fold, NumberRun};
use ledger_core::{DeviceId, Origin, Timestamp};
use ledger_format::head::{PublicKey, Signature, SignedHead};
use ledger_format::{Hash, OriginSlice};
use ledger_store::{ReadError, Store};
use ledger_sync::{ChainedRun, Log};

/// The store with what the fold knows of devices and numbers.
pub(crate) struct NodeLog<'a> {
    pub(crate) store: &'a Store,
    pub(crate) fold: &'a Fold,
}

pub(crate) fn chained(run: &ledger_store::Run) -> ChainedRun {
    ChainedRun {
        run: NumberRun {
            n: run.first,
            origin: run.origin,
            first_seq: run.first_seq,
            count: run.count,
            moment: Timestamp::from_millis(run.moment_ms),
        },
        after: run.after,
    }
}

pub(crate) fn stored_run(chained: &ChainedRun, epoch: u64) -> ledger_store::Run {
    ledger_store::Run {
        first: chained.run.n,
        origin: chained.run.origin,
        first_seq: chained.run.first_seq,
        count: chained.run.count,
        moment_ms: chained.run.moment.millis(),
        after: chained.after,
        epoch,
    }
}

pub(crate) fn stored_head(head: &SignedHead) -> ledger_store::SignedHead {
    ledger_store::SignedHead {
        origin: head.origin,
        seq: head.seq,
        hash: head.hash,
        signature: *head.signature.as_bytes(),
        ledger: head.ledger,
    }
}

impl Log for NodeLog<'_> {
    type Error = ReadError;

    fn head(&self, origin: Origin) -> Result<Option<(u64, Hash)>, ReadError> {
        self.store.head(origin)
    }

    fn hash_at(&self, origin: Origin, seq: u64) -> Result<Option<Hash>, ReadError> {
        self.store.hash_at(origin, seq)
    }

    fn slice(
        &self,
        origin: Origin,
        from_seq: u64,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<OriginSlice, ReadError> {
        self.store.slice(origin, from_seq, entries_max, bytes_max)
    }

    fn signed_head_covering(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<SignedHead>, ReadError> {
        let head = self.store.signed_head_covering(origin, seq)?;
        Ok(head.map(|head| SignedHead {
            ledger: head.ledger,
            origin: head.origin,
            seq: head.seq,
            hash: head.hash,
            signature: Signature::from_bytes(head.signature),
        }))
    }

    fn runs_from(&self, n: u64, max: usize) -> Result<Vec<ChainedRun>, ReadError> {
        Ok(self.store.runs_from(n, max)?.iter().map(chained).collect())
    }

    fn numbered_up_to(&self, origin: Origin) -> Result<u64, ReadError> {
        Ok(self.fold.numbered_up_to(origin))
    }

    fn device_of(&self, origin: Origin) -> Option<DeviceId> {
        self.fold.device_of(origin).map(|(device, _)| device)
    }

    fn public_key(&self, device: DeviceId) -> Option<PublicKey> {
        self.fold
            .device(device)?
            .public_key
            .map(PublicKey::from_bytes)
    }
}
