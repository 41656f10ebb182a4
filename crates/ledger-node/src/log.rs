//! A node's durable log as the sync protocol looks at it.

use ledger_core::fold::{Fold, NumberRun};
use ledger_core::{DeviceId, Origin, Timestamp};
use ledger_format::head::{PublicKey, Signature, SignedHead};
use ledger_format::{Hash, OriginSlice};
use ledger_store::{ReadError, Store};
use ledger_sync::{BranchStart, ChainedRun, Log};

use crate::node::Node;

/// The store with what the fold knows of devices and numbers.
pub(crate) struct NodeLog<'a> {
    pub(crate) store: &'a Store,
    pub(crate) fold: &'a Fold,
    /// Whether the fold's central numbers count. Those of a former epoch do not.
    pub(crate) numbered: bool,
}

impl Node {
    /// Looks at the log without the node's lock, where nothing is asked that only a fold knows.
    pub(crate) fn look_at_store<T>(&self, look: impl FnOnce(&NodeLog<'_>) -> T) -> T {
        let nothing = Fold::new();
        look(&NodeLog {
            store: self.store(),
            fold: &nothing,
            numbered: false,
        })
    }
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

/// A head of a chain, which is an origin or a branch of the one that it is signed for.
pub(crate) fn stored_head(chain: Origin, head: &SignedHead) -> ledger_store::SignedHead {
    ledger_store::SignedHead {
        origin: chain,
        seq: head.seq,
        hash: head.hash,
        signature: *head.signature.as_bytes(),
        ledger: head.ledger,
    }
}

fn start_of(branch: &ledger_store::Branch) -> BranchStart {
    BranchStart {
        id: branch.id,
        root: branch.root,
        first_seq: branch.first_seq,
        prev: branch.prev,
    }
}

/// Where a branch begins, for the store.
pub(crate) fn stored_branch(start: &BranchStart) -> ledger_store::Branch {
    ledger_store::Branch {
        id: start.id,
        root: start.root,
        first_seq: start.first_seq,
        prev: start.prev,
    }
}

/// Where a branch begins, for the fold.
pub(crate) fn folded_branch(branch: &ledger_store::Branch) -> ledger_core::fold::Branch {
    ledger_core::fold::Branch {
        id: branch.id,
        root: branch.root,
        first_seq: branch.first_seq,
        prev8: branch.prev.hash8(),
    }
}

impl Log for NodeLog<'_> {
    type Error = ReadError;

    fn heads(&self) -> Result<Vec<(Origin, u64, Hash)>, ReadError> {
        self.store.heads()
    }

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
        let root = self.store.branch(origin)?.map(|branch| branch.root);
        Ok(head.map(|head| SignedHead {
            ledger: head.ledger,
            origin: root.unwrap_or(head.origin),
            seq: head.seq,
            hash: head.hash,
            signature: Signature::from_bytes(head.signature),
        }))
    }

    fn runs_from(&self, n: u64, max: usize) -> Result<Vec<ChainedRun>, ReadError> {
        Ok(self.store.runs_from(n, max)?.iter().map(chained).collect())
    }

    fn numbered_up_to(&self, origin: Origin) -> Result<u64, ReadError> {
        Ok(if self.numbered {
            self.fold.numbered_up_to(origin)
        } else {
            0
        })
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

    fn branch(&self, id: Origin) -> Result<Option<BranchStart>, ReadError> {
        Ok(self.store.branch(id)?.map(|branch| start_of(&branch)))
    }

    fn branches_of(&self, root: Origin) -> Result<Vec<BranchStart>, ReadError> {
        let all = self.store.branches()?;
        let mine = all.iter().filter(|branch| branch.root == root);
        Ok(mine.map(start_of).collect())
    }
}
