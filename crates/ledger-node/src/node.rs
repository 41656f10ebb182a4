//! A node: its store, its fold and its clock behind one lock.
//!
//! Writing plans under the lock, so that a plan sees everything written before it; the entries are
//! handed to the store's committer in that order, and the lock is released while the disk syncs.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::catalogue::{Role, Subject};
use ledger_core::entry::{Body, Content, Entry, Genesis, GenesisReason};
use ledger_core::fold::{FOLD_VERSION, Fold, NumberRun, Record};
use ledger_core::{DeviceId, EntryId, HybridClock, Origin, Timestamp, UserName};
use ledger_format::head::SignedHead;
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes, state_hash, wire};
use ledger_store::{EngineKind, Group, OpenOptions, Store};
use ledger_sync::ChainedRun;

use crate::clock::WallClock;
use crate::error::NodeError;
use crate::keys::{Keys, NewCode};
use crate::load;
use crate::log::{stored_head, stored_run};
pub use crate::look::View;

/// The store's directory inside the node's.
const STORE: &str = "store";

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A handheld: sled, and a server it syncs with.
    Handheld,
    /// The central server: redb, and it numbers what arrives.
    Server,
}

impl NodeKind {
    const fn engine(self) -> EngineKind {
        match self {
            Self::Handheld => EngineKind::Sled,
            Self::Server => EngineKind::Redb,
        }
    }
}

/// How far a long piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is going on.
    pub what: &'static str,
    /// How much is done.
    pub done: u64,
    /// How much there is, 0 when that is not known.
    pub total: u64,
}

/// Who acts: a user, or the device by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: Option<UserName>,
}

/// What was written, all of it on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The entries, in order.
    pub entries: Vec<EntryId>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What it was about.
    pub about: Option<Subject>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VerifyReport {
    /// Whether all is well.
    pub ok: bool,
    /// How many entries were hashed.
    pub entries: u64,
    /// Of how many origins.
    pub origins: u64,
    /// What is wrong, in words.
    pub problems: Vec<String>,
}

/// A node. Clones are the same node.
#[derive(Clone)]
pub struct Node {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn WallClock>,
    inner: Mutex<Inner>,
}

/// What changes together.
pub(crate) struct Inner {
    pub(crate) fold: Fold,
    pub(crate) hybrid: HybridClock,
    pub(crate) keys: Keys,
    seq: u64,
    head: Hash,
    pub(crate) central: Option<Central>,
    /// The epoch of the central order as last seen.
    pub(crate) epoch: u64,
    failed: Option<String>,
}

/// Where the central order stands.
pub(crate) struct Central {
    pub(crate) epoch: u64,
    n: u64,
    chain: Hash,
    moment: Timestamp,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.name())
            .field("origin", &self.origin())
            .finish()
    }
}

fn options(progress: impl Fn(Progress) + Send + Sync + 'static) -> OpenOptions {
    let unpack = |bytes: &[u8]| {
        let batch: wire::BatchMessage =
            wire::Message::from_bytes(bytes).map_err(|error| error.to_string())?;
        ledger_sync::unpack(&batch)
    };
    OpenOptions::new(unpack).on_progress(move |step| {
        progress(Progress {
            what: "reading the journal",
            done: step.done,
            total: step.total,
        });
    })
}

impl Node {
    /// Makes a store in a directory, with new keys; refuses where there is one.
    pub fn init(
        dir: &Path,
        kind: NodeKind,
        name: &str,
        clock: Arc<dyn WallClock>,
    ) -> Result<Self, NodeError> {
        let store_dir = dir.join(STORE);
        if Store::exists(&store_dir) {
            let path = dir.to_owned();
            return Err(ledger_store::OpenError::AlreadyThere { path }.into());
        }
        fs::create_dir_all(dir).map_err(|source| NodeError::File {
            path: dir.to_owned(),
            source,
        })?;
        let mut keys = Keys::make(kind, name)?;
        keys.keep_in(dir)?;
        let store = Store::create(&store_dir, kind.engine(), &options(|_| {}))?;
        Self::start(store, keys, clock, &mut |_| {})
    }

    /// Opens the store in a directory.
    pub fn open(
        dir: &Path,
        kind: NodeKind,
        clock: Arc<dyn WallClock>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Self, NodeError> {
        Self::open_with(dir, kind, clock, progress, Store::open)
    }

    /// Opens the store after making its index anew from the journal.
    pub fn rebuild(
        dir: &Path,
        kind: NodeKind,
        clock: Arc<dyn WallClock>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Self, NodeError> {
        Self::open_with(dir, kind, clock, progress, Store::rebuild)
    }

    fn open_with(
        dir: &Path,
        kind: NodeKind,
        clock: Arc<dyn WallClock>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
        open: impl FnOnce(&Path, EngineKind, &OpenOptions) -> Result<Store, ledger_store::OpenError>,
    ) -> Result<Self, NodeError> {
        let store_dir = dir.join(STORE);
        if !Self::exists(dir) {
            return Err(ledger_store::OpenError::NotThere {
                path: dir.to_owned(),
            }
            .into());
        }
        let progress = Arc::new(progress);
        let opening = Arc::clone(&progress);
        let store = open(
            &store_dir,
            kind.engine(),
            &options(move |step| opening(step)),
        )?;
        let keys = Keys::read(dir)?;
        if keys.kind() != kind {
            return Err(NodeError::WrongKind(match kind {
                NodeKind::Handheld => "this is a server's store: use stock-server with it",
                NodeKind::Server => "this is a handheld's store: use stock with it",
            }));
        }
        Self::start(store, keys, clock, &mut |done| {
            progress(Progress {
                what: "adding up",
                done,
                total: 0,
            });
        })
    }

    /// A node without any files, for tests.
    pub fn in_memory(
        kind: NodeKind,
        name: &str,
        clock: Arc<dyn WallClock>,
    ) -> Result<Self, NodeError> {
        Self::start(
            Store::in_memory()?,
            Keys::make(kind, name)?,
            clock,
            &mut |_| {},
        )
    }

    /// Whether there is a store in a directory.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        Store::exists(&dir.join(STORE))
    }

    fn start(
        store: Store,
        keys: Keys,
        clock: Arc<dyn WallClock>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, NodeError> {
        let inner = Inner::load(&store, keys, clock.now(), progress)?;
        let node = Self {
            shared: Arc::new(Shared {
                store,
                clock,
                inner: Mutex::new(inner),
            }),
        };
        if node.lock().seq == 0 {
            node.begin_origin()?;
        }
        Ok(node)
    }

    fn begin_origin(&self) -> Result<(), NodeError> {
        let genesis = {
            let inner = self.lock();
            let server = inner.keys.kind() == NodeKind::Server;
            Body::Genesis(Genesis {
                device: inner.keys.key().device_id(),
                name: inner.keys.name.clone(),
                reason: if server {
                    GenesisReason::Server
                } else {
                    GenesisReason::New
                },
                parent: None,
                program: Some(env!("CARGO_PKG_VERSION").to_owned()),
            })
        };
        self.write_bodies(&Actor::default(), vec![genesis])
            .map(|_| ())
    }

    /// Closes the store when this is the last clone of the node.
    pub fn close(self) -> Result<(), NodeError> {
        match Arc::try_unwrap(self.shared) {
            Ok(shared) => Ok(shared.store.close()?),
            Err(_) => Ok(()),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic under the lock can only have happened while planning, before anything changed.
        self.shared
            .inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Plans under the lock and writes all or nothing; returns when it is on the disk.
    pub fn write(
        &self,
        actor: &Actor,
        plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>,
    ) -> Result<Written, NodeError> {
        let mut plan = Some(plan);
        self.write_many(actor, |fold| plan.take().map(|plan| plan(fold)))
    }

    /// Writes several plans as one group, each seeing those before it, all or nothing.
    pub fn write_many(
        &self,
        actor: &Actor,
        mut plan_next: impl FnMut(&Fold) -> Option<Result<Plan, Refusal>>,
    ) -> Result<Written, NodeError> {
        let mut inner = self.lock();
        inner.check_usable()?;
        let mut writing = inner.begin(self.now());
        let mut written = Written {
            entries: Vec::new(),
            warnings: Vec::new(),
            about: None,
        };
        while let Some(next) = plan_next(&inner.fold) {
            let bodies = next.map_err(NodeError::from).and_then(|plan| {
                written.warnings.extend(plan.warnings);
                written.about = Some(plan.about);
                inner.add(&mut writing, actor, plan.bodies)
            });
            if let Err(error) = bodies {
                // Plans before this one are in the fold but not in the log.
                if !writing.slice.entries.is_empty() {
                    inner.reload(self.store(), self.now())?;
                }
                return Err(error);
            }
        }
        self.commit(inner, writing, written)
    }

    /// Writes entries that need no plan.
    pub(crate) fn write_bodies(
        &self,
        actor: &Actor,
        bodies: Vec<Body>,
    ) -> Result<Written, NodeError> {
        let mut inner = self.lock();
        inner.check_usable()?;
        let mut writing = inner.begin(self.now());
        inner.add(&mut writing, actor, bodies)?;
        let written = Written {
            entries: Vec::new(),
            warnings: Vec::new(),
            about: None,
        };
        self.commit(inner, writing, written)
    }

    fn commit(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        writing: Writing,
        mut written: Written,
    ) -> Result<Written, NodeError> {
        if writing.slice.entries.is_empty() {
            return Ok(written);
        }
        let origin = writing.slice.origin;
        let seqs = writing.slice.first_seq..=writing.slice.last_seq();
        written.entries = seqs.map(|seq| EntryId { origin, seq }).collect();
        let group = inner.group_of_own(writing.slice, writing.now);
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        Ok(written)
    }

    /// Waits until a group is durable. When it is not, the fold goes back to what the log holds.
    pub(crate) fn wait(&self, pending: ledger_store::Pending) -> Result<(), NodeError> {
        let Err(error) = pending.wait() else {
            return Ok(());
        };
        let mut inner = self.lock();
        if error.is_retryable() {
            inner.reload(self.store(), self.now())?;
        } else {
            inner.failed = Some(error.to_string());
        }
        Err(error.into())
    }

    /// Looks at the fold.
    pub fn read<T>(&self, look: impl FnOnce(&Fold) -> T) -> T {
        look(&self.lock().fold)
    }

    /// An entry as its writer meant it, if it is here and understood.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>, NodeError> {
        let bytes = self.store().entry(id)?;
        Ok(bytes.and_then(|bytes| match entry_bytes::decode(&bytes) {
            Content::Known(entry) => Some(entry),
            Content::Newer { .. } | Content::Bad { .. } => None,
        }))
    }

    /// Gives every entry of the durable log, by origin and seq, with what a reader makes of it.
    pub fn each_entry(&self, visit: &mut dyn FnMut(EntryId, &Content)) -> Result<(), NodeError> {
        self.store().for_each_slice(&mut |slice| {
            for record in load::records(&slice) {
                visit(record.id, &record.content);
            }
        })?;
        Ok(())
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.lock().keys.name.clone()
    }

    /// The device's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.lock().keys.key().device_id()
    }

    /// The origin that this node writes.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.lock().keys.origin()
    }

    /// Now, by the node's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The server that this device is enrolled at.
    #[must_use]
    pub fn server_url(&self) -> Option<String> {
        self.lock()
            .keys
            .bond
            .as_ref()
            .map(|bond| bond.server_url.clone())
    }

    /// Hashes every entry on the disk anew and compares it with the chains and signed heads.
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, NodeError> {
        let report = self.store().verify(&mut |step| {
            progress(Progress {
                what: "hashing",
                done: step.done,
                total: step.total,
            });
        })?;
        Ok(VerifyReport {
            ok: report.is_sound(),
            entries: report.entries,
            origins: report.origins,
            problems: report.problems,
        })
    }

    /// What nodes with the same entries and central numbers have in common, in hex.
    pub fn state_hash(&self) -> Result<String, NodeError> {
        self.lock().state_hash(self.store())
    }

    /// A look at the node for showing it; holds the lock while it lives.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::new(self, self.lock())
    }

    /// Makes a one-time code for enrolling a device. Without a role it carries manager while
    /// there is no user, operator afterwards.
    pub fn new_enrol_code(
        &self,
        name: Option<&str>,
        role: Option<Role>,
        valid_for_millis: u64,
    ) -> Result<NewCode, NodeError> {
        let expires = self.now().millis().saturating_add(valid_for_millis);
        let mut inner = self.lock();
        let no_user = inner
            .fold
            .codes(ledger_core::catalogue::Class::User)
            .next()
            .is_none();
        let role = role.unwrap_or(if no_user {
            Role::Manager
        } else {
            Role::Operator
        });
        inner
            .keys
            .new_code(name, role, Timestamp::from_millis(expires))
    }

    /// Makes a token for the API; it is shown this once.
    pub fn new_token(&self, name: &str, role: Role) -> Result<String, NodeError> {
        self.lock().keys.new_token(name, role)
    }

    /// Whose token it is, and what its bearer may do.
    #[must_use]
    pub fn check_token(&self, token: &str) -> Option<(String, Role)> {
        self.lock().keys.check_token(token)
    }
}

/// Entries being put together.
pub(crate) struct Writing {
    slice: OriginSlice,
    head: Hash,
    now: Timestamp,
}

impl Inner {
    fn load(
        store: &Store,
        keys: Keys,
        now: Timestamp,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, NodeError> {
        let origin = keys.origin();
        let (fold, hybrid) = load::fold_all(store, &[origin], now, progress)?;
        let (seq, head) = store
            .head(origin)?
            .unwrap_or((0, Hash::before_first(origin)));
        let central = match &keys.central {
            Some(central) => Some(Central::load(store, central.epoch)?),
            None => None,
        };
        let epoch = central.as_ref().map_or(0, |central| central.epoch);
        Ok(Self {
            fold,
            hybrid,
            keys,
            seq,
            head,
            central,
            epoch,
            failed: None,
        })
    }

    /// Goes back to what the log holds.
    fn reload(&mut self, store: &Store, now: Timestamp) -> Result<(), NodeError> {
        *self = Self::load(store, self.keys.clone(), now, &mut |_| {})?;
        Ok(())
    }

    pub(crate) fn check_usable(&self) -> Result<(), NodeError> {
        match &self.failed {
            Some(reason) => Err(NodeError::Failed(reason.clone())),
            None => Ok(()),
        }
    }

    fn begin(&self, now: Timestamp) -> Writing {
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

    /// Encodes bodies, and folds them so that the next plan sees them.
    fn add(
        &mut self,
        writing: &mut Writing,
        actor: &Actor,
        bodies: Vec<Body>,
    ) -> Result<(), NodeError> {
        for body in bodies {
            let clock = self.hybrid.tick(writing.now);
            let entry = Entry {
                time: writing.now,
                clock,
                user: actor.user.clone(),
                body,
            };
            let bytes = entry_bytes::encode(&entry)?;
            writing.head = writing.head.then(&bytes);
            writing.slice.entries.push(&bytes);
            let id = EntryId {
                origin: writing.slice.origin,
                seq: writing.slice.last_seq(),
            };
            let hash8 = writing.head.hash8();
            self.fold.apply(Record {
                id,
                hash8,
                content: Content::Known(entry),
            });
        }
        Ok(())
    }

    /// The group that makes own entries durable: on the central server signed and numbered.
    fn group_of_own(&mut self, slice: OriginSlice, now: Timestamp) -> Group {
        self.seq = slice.last_seq();
        self.head = slice.head();
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
                group.push(ledger_store::Record::Head(stored_head(&head)));
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
        self.fold.number(run.run);
        Some(stored_run(&run, central.epoch))
    }

    /// Whether every own entry has its central number.
    pub(crate) fn all_numbered(&self) -> bool {
        self.fold.numbered_up_to(self.keys.origin()) >= self.seq
    }

    pub(crate) fn state_hash(&self, store: &Store) -> Result<String, NodeError> {
        let mut dump = Vec::new();
        self.fold.dump(&mut |record| dump.push(record.to_vec()));
        let heads = store.heads()?;
        Ok(state_hash::state_hash(FOLD_VERSION, dump, heads).to_string())
    }
}

impl Central {
    fn load(store: &Store, epoch: u64) -> Result<Self, NodeError> {
        let start = wire::central_chain_start(epoch);
        Ok(match store.last_run()? {
            None => Self {
                epoch,
                n: 0,
                chain: start,
                moment: Timestamp::ZERO,
            },
            Some(run) => Self {
                epoch,
                n: run.first.saturating_add(run.count).saturating_sub(1),
                chain: run.after,
                moment: Timestamp::from_millis(run.moment_ms),
            },
        })
    }

    fn next(
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
