//! What changes together under a node's lock: the fold, the own chain, the central order.

use ledger_core::at_entry::rights::{self, Writer};
use ledger_core::catalogue::Role;
use ledger_core::entry::{Body, Content, Entry};
use ledger_core::fold::{FOLD_VERSION, NumberRun, Record};
use ledger_core::{EntryId, EntryRef, Origin, Timestamp};
use ledger_format::head::SignedHead;
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes, pack, state_hash, wire};
use ledger_store::{Group, Store};
use ledger_sync::ChainedRun;
use ledger_sync::server::Order;

use crate::checkpoint::{self, State};
use crate::error::NodeError;
use crate::keys::Keys;
use crate::load;
use crate::log::{stored_head, stored_run};
use crate::node::Actor;

/// What changes together.
pub(crate) struct Inner {
    pub(crate) state: State,
    pub(crate) keys: Keys,
    pub(crate) seq: u64,
    head: Hash,
    pub(crate) central: Option<Central>,
    /// The epoch of the central order as last seen.
    pub(crate) epoch: u64,
    pub(crate) failed: Option<String>,
}

/// Where the central order stands.
pub(crate) struct Central {
    pub(crate) epoch: u64,
    n: u64,
    chain: Hash,
    moment: Timestamp,
}

/// Entries being put together.
pub(crate) struct Writing {
    pub(crate) slice: OriginSlice,
    head: Hash,
    now: Timestamp,
}

impl Inner {
    pub(crate) fn load(
        store: &Store,
        keys: Keys,
        now: Timestamp,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, NodeError> {
        let origin = keys.origin();
        let epoch = match (&keys.central, keys.server_key()) {
            (Some(central), _) => Some(central.epoch),
            (None, Some(server)) => store
                .cursor(server.device_id().as_bytes())?
                .map(|cursor| cursor.epoch),
            (None, None) => None,
        };
        let kept = match keys.dir() {
            Some(dir) => checkpoint::read(dir, store, epoch)?,
            None => None,
        };
        let mut state = kept.unwrap_or_default();
        load::fold_rest(&mut state, store, &keys.origins(), epoch, now, progress)?;
        let (seq, head) = store
            .head(origin)?
            .unwrap_or((0, Hash::before_first(origin)));
        let central = match &keys.central {
            Some(central) => Some(Central::load(store, central.epoch)?),
            None => None,
        };
        let mut inner = Self {
            state,
            keys,
            seq,
            head,
            central,
            epoch: epoch.unwrap_or(0),
            failed: None,
        };
        // The next one may be killed before it is closed.
        inner.keep_checkpoint(store);
        Ok(inner)
    }

    /// Writes a checkpoint when that is worth it. Whether it can be written changes nothing but
    /// the time that the next opening takes.
    pub(crate) fn keep_checkpoint(&mut self, store: &Store) {
        let entries = self.state.fold.entry_count();
        if self.failed.is_some() || !checkpoint::is_due(entries, self.state.kept) {
            return;
        }
        let epoch = Some(self.epoch).filter(|epoch| *epoch > 0);
        if let Some(dir) = self.keys.dir() {
            let _written = checkpoint::write(dir, store, epoch, &mut self.state);
        }
    }

    /// Goes back to what the log holds.
    pub(crate) fn reload(&mut self, store: &Store, now: Timestamp) -> Result<(), NodeError> {
        *self = Self::load(store, self.keys.clone(), now, &mut |_| {})?;
        Ok(())
    }

    pub(crate) fn check_usable(&self) -> Result<(), NodeError> {
        match &self.failed {
            Some(reason) => Err(NodeError::Failed(reason.clone())),
            None => Ok(()),
        }
    }

    pub(crate) fn begin(&self, now: Timestamp) -> Writing {
        let slice = OriginSlice {
            origin: self.keys.origin(),
            first_seq: self.seq.saturating_add(1),
            prev: self.head,
            entries: EntryBuf::new(),
        };
        Writing {
            slice,
            head: self.head,
            now,
        }
    }

    /// Encodes bodies, and folds them so that the next plan sees them. On an error none of them is
    /// in the fold.
    pub(crate) fn add(
        &mut self,
        writing: &mut Writing,
        actor: &Actor,
        bodies: Vec<Body>,
    ) -> Result<(), NodeError> {
        self.check_rights(actor, &bodies)?;
        let mut records = Vec::with_capacity(bodies.len());
        for body in bodies {
            let clock = self.state.hybrid.tick(writing.now);
            let entry = Entry {
                time: writing.now,
                clock,
                user: actor.user.clone(),
                body,
            };
            let bytes = entry_bytes::encode(&entry)?;
            writing.head = writing.head.then(&bytes);
            writing.slice.entries.push(&bytes);
            let origin = writing.slice.origin;
            let seq = writing.slice.last_seq();
            let record = Record {
                id: EntryId { origin, seq },
                hash8: writing.head.hash8(),
                content: Content::Known(entry),
            };
            self.state.replayed.note(&record, &bytes);
            records.push(record);
        }
        self.state.fold.apply_all(records);
        Ok(())
    }

    /// What this device may do: what the log says, before that its certificate. None for a device
    /// that is not enrolled, and for the central server, which checks whoever it writes for.
    pub(crate) fn role_of_device(&self) -> Option<Role> {
        if self.central.is_some() {
            return None;
        }
        let said = self.state.fold.role_of_device(self.keys.device());
        said.or_else(|| self.keys.certified_role())
    }

    fn check_rights(&self, actor: &Actor, bodies: &[Body]) -> Result<(), NodeError> {
        let Some(role) = self.role_of_device() else {
            return Ok(());
        };
        let writer = Writer {
            device: self.keys.device(),
            role,
            user: actor.user.as_ref(),
        };
        Ok(rights::check(&self.state.fold, &writer, bodies)?)
    }

    /// The group that makes own entries durable: on the central server signed and numbered.
    pub(crate) fn group_of_own(&mut self, writing: Writing) -> Group {
        let Writing { slice, head, now } = writing;
        self.seq = slice.last_seq();
        self.head = head;
        if self.central.is_none() {
            return Group::from(vec![ledger_store::Record::Own(slice)]);
        }
        let mut group = Group::new();
        for part in load::cut_into_batches(slice) {
            let (origin, first_seq, seq) = (part.origin, part.first_seq, part.last_seq());
            let hashes = load::hashes(&part);
            let key = self.keys.key();
            if let (Some(ledger), Some(hash)) = (self.keys.ledger(), hashes.last()) {
                let head = SignedHead::sign(&key, ledger, origin, seq, *hash);
                group.push(ledger_store::Record::Own(part));
                group.push(ledger_store::Record::Head(stored_head(origin, &head)));
            }
            if let Some(run) = self.number(origin, first_seq, &hashes, now) {
                group.push(ledger_store::Record::Run(run));
            }
        }
        group
    }

    /// Gives the next central numbers to consecutive entries of an origin.
    pub(crate) fn number(
        &mut self,
        origin: Origin,
        first_seq: u64,
        hashes: &[Hash],
        now: Timestamp,
    ) -> Option<ledger_store::Run> {
        let central = self.central.as_mut()?;
        let run = central.next(origin, first_seq, hashes, now);
        self.state.fold.number(run.run);
        Some(stored_run(&run, central.epoch))
    }

    /// Whether every own entry has its central number.
    pub(crate) fn all_numbered(&self) -> bool {
        self.unnumbered().0.is_empty()
    }

    /// The origins that this node wrote under, and their branches as far as folded.
    pub(crate) fn own_chains(&self) -> Vec<Origin> {
        let origins = self.keys.origins();
        let fold = &self.state.fold;
        let families = origins.iter().flat_map(|origin| fold.family(*origin));
        let branches: Vec<Origin> = families.filter(|it| !origins.contains(it)).collect();
        origins.into_iter().chain(branches).collect()
    }

    /// The chains with entries that have no central number here: own ones, and others'.
    pub(crate) fn unnumbered(&self) -> (Vec<Origin>, Vec<Origin>) {
        let own = self.own_chains();
        let unnumbered = self.state.fold.unnumbered().into_iter();
        unnumbered.partition(|chain| own.contains(chain))
    }

    /// The central order as this node knows it.
    pub(crate) fn order(&self) -> Order {
        Order {
            epoch: self.epoch,
            central: self.central.is_some(),
            encoding: pack::FACTORED,
        }
    }

    /// Whether the central server has given no number in this epoch.
    pub(crate) fn is_unnumbered(&self) -> bool {
        self.central.as_ref().is_some_and(|central| central.n == 0)
    }

    /// The last own entry, of whichever origin.
    pub(crate) fn last_own(&self, store: &Store) -> Result<Option<EntryRef>, NodeError> {
        for origin in self.own_chains().into_iter().rev() {
            if let Some((seq, head)) = store.head(origin)? {
                let origin = self.state.fold.root_of(origin);
                return Ok(Some(EntryRef {
                    id: EntryId { origin, seq },
                    hash8: head.hash8(),
                }));
            }
        }
        Ok(None)
    }

    pub(crate) fn state_hash(&self, store: &Store) -> Result<String, NodeError> {
        let mut dump = Vec::new();
        self.state
            .fold
            .dump(&mut |record| dump.push(record.to_vec()));
        let heads = store.heads()?;
        Ok(state_hash::state_hash(FOLD_VERSION, dump, heads).to_string())
    }
}

impl Central {
    fn load(store: &Store, epoch: u64) -> Result<Self, NodeError> {
        Ok(match checkpoint::last_of_epoch(store, Some(epoch))? {
            None => Self::start(epoch),
            Some(run) => Self {
                epoch,
                n: run.last(),
                chain: run.after,
                moment: Timestamp::from_millis(run.moment_ms),
            },
        })
    }

    /// Before the first number of an epoch.
    pub(crate) fn start(epoch: u64) -> Self {
        Self {
            epoch,
            n: 0,
            chain: wire::central_chain_start(epoch),
            moment: Timestamp::ZERO,
        }
    }

    /// Gives the next numbers to consecutive entries with these chain hashes.
    pub(crate) fn next(
        &mut self,
        origin: Origin,
        first_seq: u64,
        hashes: &[Hash],
        now: Timestamp,
    ) -> ChainedRun {
        self.moment = self.moment.max(now);
        let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
        let n = self.n.saturating_add(1);
        self.n = self.n.saturating_add(count);
        self.chain = hashes
            .iter()
            .fold(self.chain, |chain, hash| chain.then(hash.as_bytes()));
        let run = NumberRun {
            n,
            origin,
            first_seq,
            count,
            moment: self.moment,
        };
        ChainedRun {
            run,
            after: self.chain,
        }
    }
}
