//! A node: its store, its fold and its clock behind one lock.
//!
//! Writing plans under the lock, so that a plan sees everything written before it; the entries are
//! handed to the store's committer in that order, and the lock is released while the disk syncs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger_core::at_entry::{About, Plan, Refusal};
use ledger_core::catalogue::{Class, Role, Subject};
use ledger_core::entry::{Body, Content, Entry, GenesisReason, IdempotencyKey};
use ledger_core::fold::Fold;
use ledger_core::planted::Bug;
use ledger_core::{DeviceId, EntryId, Origin, Timestamp, UserName};
use ledger_format::entry_bytes;
use ledger_store::{EngineKind, Group, OpenOptions, ReadError, Store};

use crate::checkpoint;
use crate::clock::WallClock;
use crate::error::NodeError;
use crate::inner::{Inner, Writing};
use crate::keys::{self, Keys, NewCode};
pub use crate::look::View;
use crate::machine::Machine;
use crate::offsets::Offsets;
use crate::snapshot::Chunks;
use crate::sync_client::Contact;
use crate::totals;

/// The store's directory inside the node's.
pub(crate) const STORE: &str = "store";

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A handheld: sled, and a server it syncs with.
    Handheld,
    /// The central server: redb, and it numbers what arrives.
    Server,
}

impl NodeKind {
    pub(crate) const fn engine(self) -> EngineKind {
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The entries, in order.
    pub entries: Vec<EntryId>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What it was about.
    pub about: Option<About>,
    /// The entries were there already: a write with the same idempotency key made them.
    pub repeated: bool,
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
    changes: AtomicU64,
    pub(crate) offsets: Offsets,
    pub(crate) chunks: Chunks,
    pub(crate) contact: Mutex<Option<Contact>>,
    pub(crate) told: crate::renew::Told,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.name())
            .field("origin", &self.origin())
            .finish()
    }
}

/// Whether an entry was written in one group with the one that began it, although it has a key of
/// its own: what comes back of an order has one, so that it comes back once whoever says so.
fn goes_along(begun: &Entry, entry: &Entry) -> bool {
    let comes_back = matches!(&entry.body, Body::Moved(moved) if moved.document.is_some());
    comes_back
        && entry.body.once().is_some_and(|once| once.row > 0)
        && (entry.time, &entry.user) == (begun.time, &begun.user)
        && About::of(&entry.body) == About::of(&begun.body)
}

fn about_transaction(fold: &Fold, transaction: EntryId) -> Option<About> {
    let Some(item) = fold.item_of(transaction) else {
        return Some(About::Scans(fold.scan(transaction)?.scan.code));
    };
    let item = fold.canonical(&item);
    Some(About::Thing(Subject::new(Class::Item, item)))
}

impl Node {
    /// Makes a store in a directory, with new keys; refuses where there is one.
    pub fn init(
        dir: &Path,
        kind: NodeKind,
        name: &str,
        clock: Arc<dyn WallClock>,
    ) -> Result<Self, NodeError> {
        Self::init_on(&Machine::real(clock), dir, kind, name)
    }

    /// As [`Self::init`], on a machine that may be simulated.
    pub fn init_on(
        machine: &Machine,
        dir: &Path,
        kind: NodeKind,
        name: &str,
    ) -> Result<Self, NodeError> {
        Self::make_on(machine, dir, Keys::make_on(machine, kind, name)?)
    }

    /// Makes the store of a hub: a server that numbers nothing and has another one above it, which
    /// it becomes a device of by enrolling there.
    pub fn init_hub(dir: &Path, name: &str, clock: Arc<dyn WallClock>) -> Result<Self, NodeError> {
        Self::init_hub_on(&Machine::real(clock), dir, name)
    }

    /// As [`Self::init_hub`], on a machine that may be simulated.
    pub fn init_hub_on(machine: &Machine, dir: &Path, name: &str) -> Result<Self, NodeError> {
        let keys = Keys::make_on(machine, NodeKind::Server, name)?;
        Self::make_on(machine, dir, keys.of_hub())
    }

    fn make_on(machine: &Machine, dir: &Path, mut keys: Keys) -> Result<Self, NodeError> {
        let store_dir = dir.join(STORE);
        if Self::exists_on(machine, dir) {
            let path = dir.to_owned();
            return Err(ledger_store::OpenError::AlreadyThere { path }.into());
        }
        let made = machine.disk.create_dir_all(dir);
        made.map_err(|source| NodeError::File {
            path: dir.to_owned(),
            source,
        })?;
        keys.keep_in(dir)?;
        let options = machine.options(dir, |_| {})?;
        let store = Store::create(&store_dir, machine.engine(keys.kind()), &options)?;
        Self::start(store, keys, Arc::clone(&machine.clock), &mut |_| {})
    }

    /// Opens the store in a directory.
    pub fn open(
        dir: &Path,
        kind: NodeKind,
        clock: Arc<dyn WallClock>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Self, NodeError> {
        Self::open_on(&Machine::real(clock), dir, kind, progress)
    }

    /// As [`Self::open`], on a machine that may be simulated.
    pub fn open_on(
        machine: &Machine,
        dir: &Path,
        kind: NodeKind,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Self, NodeError> {
        let progress = Arc::new(progress);
        let said = Arc::clone(&progress);
        let opened = Self::open_with(machine, dir, kind, move |step| said(step), Store::open);
        // It shows only where it is read that a place in the index has rotted.
        let is_rotten = match &opened {
            Err(
                NodeError::Read(error)
                | NodeError::Open(ledger_store::OpenError::Read { source: error }),
            ) => error.is_of_index(),
            Ok(_) | Err(_) => false,
        };
        if is_rotten {
            let progress = move |step| progress(step);
            return Self::open_with(machine, dir, kind, progress, Store::rebuild);
        }
        opened
    }

    /// Opens the store after making its index anew from the journal.
    pub fn rebuild(
        dir: &Path,
        kind: NodeKind,
        clock: Arc<dyn WallClock>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Self, NodeError> {
        checkpoint::remove(dir);
        let machine = Machine::real(clock);
        Self::open_with(&machine, dir, kind, progress, Store::rebuild)
    }

    fn open_with(
        machine: &Machine,
        dir: &Path,
        kind: NodeKind,
        progress: impl Fn(Progress) + Send + Sync + 'static,
        open: impl FnOnce(&Path, EngineKind, &OpenOptions) -> Result<Store, ledger_store::OpenError>,
    ) -> Result<Self, NodeError> {
        let store_dir = dir.join(STORE);
        if !Self::exists_on(machine, dir) {
            return Err(ledger_store::OpenError::NotThere {
                path: dir.to_owned(),
            }
            .into());
        }
        let progress = Arc::new(progress);
        let opening = Arc::clone(&progress);
        let options = machine.options(dir, move |step| opening(step))?;
        let store = open(&store_dir, machine.engine(kind), &options)?;
        let keys = Keys::read_on(machine, dir)?;
        if keys.kind() != kind {
            return Err(NodeError::WrongKind(match kind {
                NodeKind::Handheld => "this is a server's store: use stock-server with it",
                NodeKind::Server => "this is a handheld's store: use stock with it",
            }));
        }
        let clock = Arc::clone(&machine.clock);
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
        let machine = Machine::real(clock);
        let keys = Keys::make_on(&machine, kind, name)?;
        Self::start(Store::in_memory()?, keys, machine.clock, &mut |_| {})
    }

    /// By what it shows from outside that somebody wrote into the store in a directory: the files
    /// of its journal change whenever something was written or came in, and only then.
    #[must_use]
    pub fn journal_dir(dir: &Path) -> PathBuf {
        Store::journal_dir(&dir.join(STORE))
    }

    /// The file that changes whenever the node gets other keys, or trusts another server.
    #[must_use]
    pub fn keys_file(dir: &Path) -> PathBuf {
        dir.join(keys::FILE)
    }

    /// Whether there is a store in a directory.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        Store::exists(&dir.join(STORE))
    }

    /// Whether there is a store in a directory of a machine that may be simulated.
    #[must_use]
    pub fn exists_on(machine: &Machine, dir: &Path) -> bool {
        Store::exists_on(&machine.disk, &dir.join(STORE))
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
                changes: AtomicU64::new(0),
                offsets: Offsets::default(),
                chunks: Chunks::default(),
                contact: Mutex::default(),
                told: crate::renew::Told::default(),
            }),
        };
        node.go_on()?;
        Ok(node)
    }

    /// Closes the store when this is the last clone of the node.
    pub fn close(self) -> Result<(), NodeError> {
        let Ok(shared) = Arc::try_unwrap(self.shared) else {
            return Ok(());
        };
        let mut inner = shared
            .inner
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        inner.keep_checkpoint(&shared.store);
        Ok(shared.store.close()?)
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

    /// Plans under the lock and writes all or nothing; returns when it is on the disk. A plan sees
    /// the fold it is given; asking the node itself from inside would wait for its own lock.
    pub fn write(
        &self,
        actor: &Actor,
        plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>,
    ) -> Result<Written, NodeError> {
        let mut plan = Some(plan);
        self.write_many(actor, |fold| plan.take().map(|plan| plan(fold)))
    }

    /// Plans and writes like [`Self::write`], but at most once with this key: what was written with
    /// it before is given back, and nothing is planned. The key must have row 0; later entries of
    /// the plan get the rows after it.
    pub fn write_once(
        &self,
        actor: &Actor,
        once: IdempotencyKey,
        plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>,
    ) -> Result<Written, NodeError> {
        if let Some(written) = self.written_with(once)? {
            return Ok(written);
        }
        let mut repeated = false;
        let written = self.write(actor, |fold| {
            repeated = fold.known_once(&once).is_some() && !Bug::IgnoreKey.is_planted();
            if repeated {
                return Err(Refusal::new("repeated", "it is being written already"));
            }
            let mut plan = plan(fold)?;
            for (row, body) in (once.row..).zip(&mut plan.bodies) {
                body.set_once(IdempotencyKey { row, ..once });
            }
            Ok(plan)
        });
        if repeated && let Some(there) = self.written_with(once)? {
            return Ok(there);
        }
        written
    }

    /// What was written with a key, once it is on the disk.
    fn written_with(&self, once: IdempotencyKey) -> Result<Option<Written>, NodeError> {
        let known = self.read(|fold| fold.known_once(&once));
        let Some(first) = known.filter(|_| !Bug::IgnoreKey.is_planted()) else {
            return Ok(None);
        };
        // The repetition may come while the first is on its way to the disk; it must not be told
        // that it is saved before that is so.
        self.wait(self.store().append(Group::new()))?;
        let Some(begun) = self.entry(first)? else {
            // The first write with the key is in the fold, and the disk had no room for it.
            let text = "the first write with this key could not be saved";
            return Err(Refusal::new("not-saved", text).hint("send it again").into());
        };
        let mut entries = vec![first];
        for row in once.row.saturating_add(1).. {
            let seq = first.seq.saturating_add(row.saturating_sub(once.row));
            let next = EntryId { seq, ..first };
            let with_key = IdempotencyKey { row, ..once };
            let is_ours = self.read(|fold| fold.known_once(&with_key)) == Some(next);
            if !is_ours
                && !self
                    .entry(next)?
                    .is_some_and(|entry| goes_along(&begun, &entry))
            {
                break;
            }
            entries.push(next);
        }
        Ok(Some(Written {
            about: self.about_of(&entries, first)?,
            entries,
            warnings: Vec::new(),
            repeated: true,
        }))
    }

    /// What entries of one command were about. A site that is made on the way comes before the
    /// location that needs it.
    fn about_of(&self, entries: &[EntryId], first: EntryId) -> Result<Option<About>, NodeError> {
        let mut about = None;
        for id in entries {
            let Some(entry) = self.entry(*id)? else {
                break;
            };
            about = if let Body::Reversed(reversed) = &entry.body {
                self.read(|fold| about_transaction(fold, reversed.target.id))
            } else {
                About::of(&entry.body).map(|about| about.resolved(first))
            };
            let site = |about: &About| matches!(about, About::Thing(subject) if subject.class == Class::Site);
            if !about.as_ref().is_some_and(site) {
                break;
            }
        }
        Ok(about)
    }

    /// Writes several plans as one group, each seeing those before it, all or nothing.
    pub fn write_many(
        &self,
        actor: &Actor,
        mut plan_next: impl FnMut(&Fold) -> Option<Result<Plan, Refusal>>,
    ) -> Result<Written, NodeError> {
        // An earlier beginning of it may not have reached the disk.
        self.begin_if_unused(GenesisReason::Forked)?;
        self.mark_clock()?;
        let mut inner = self.lock();
        inner.check_usable()?;
        let mut writing = inner.begin(self.now());
        let mut written = Written::default();
        while let Some(next) = plan_next(&inner.state.fold) {
            let bodies = next.map_err(NodeError::from).and_then(|plan| {
                written.warnings.extend(plan.warnings);
                written.about = Some(plan.about.resolved(EntryId {
                    origin: writing.slice.origin,
                    seq: writing.slice.last_seq().saturating_add(1),
                }));
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
        let written = Written::default();
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
        let group = inner.group_of_own(writing);
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        Ok(written)
    }

    /// Waits until a group is durable. When it is not, the fold goes back to what the log holds.
    pub(crate) fn wait(&self, pending: ledger_store::Pending) -> Result<(), NodeError> {
        let waited = pending.wait();
        self.shared.changes.fetch_add(1, Ordering::Relaxed);
        let Err(error) = waited else {
            return Ok(());
        };
        let mut inner = self.lock();
        if Bug::KeepUnsaved.is_planted() {
            return Err(error.into());
        }
        if error.is_retryable() {
            // What others handed over meanwhile is taken or refused before the log is read.
            let _answered = self.store().append(Group::new()).wait();
            inner.reload(self.store(), self.now())?;
        } else {
            inner.failed = Some(error.to_string());
        }
        Err(error.into())
    }

    /// A number that grows whenever something was written or came in: what was worked out at the
    /// same number is still true.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.shared.changes.load(Ordering::Relaxed)
    }

    /// Looks at the fold.
    pub fn read<T>(&self, look: impl FnOnce(&Fold) -> T) -> T {
        look(&self.lock().state.fold)
    }

    /// An entry as its writer meant it, if it is here and understood.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>, NodeError> {
        let bytes = self.store().entry(id)?;
        Ok(bytes.and_then(|bytes| match entry_bytes::decode(&bytes) {
            Content::Known(entry) => Some(entry),
            Content::Newer { .. } | Content::Bad { .. } => None,
        }))
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.lock().keys.name.clone()
    }

    /// The device's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.lock().keys.device()
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

    /// Whether it is a hub: a server that numbers nothing.
    #[must_use]
    pub fn is_hub(&self) -> bool {
        self.lock().keys.is_hub()
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

    /// Hashes every entry on the disk anew and compares it with the chains and signed heads, and
    /// the totals with what the entries add up to.
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport, NodeError> {
        let report = self.store().verify(&mut |step| {
            progress(Progress {
                what: "hashing",
                done: step.done,
                total: step.total,
            });
        })?;
        let mut problems = report.problems;
        if problems.is_empty() {
            problems.extend(self.check_totals()?);
        }
        Ok(VerifyReport {
            ok: problems.is_empty(),
            entries: report.entries,
            origins: report.origins,
            problems,
        })
    }

    /// Compares the totals that are shown with those that the stored entries add up to.
    fn check_totals(&self) -> Result<Option<String>, NodeError> {
        let inner = self.lock();
        // Nothing is written while the lock is held; what was written before waits no longer.
        if inner.check_usable().is_err() || self.store().append(Group::new()).wait().is_err() {
            return Ok(None);
        }
        match totals::difference(self.store(), &inner.state.fold) {
            Err(ReadError::Corrupt { key }) => {
                Ok(Some(format!("the stored value of {key} is damaged")))
            }
            other => Ok(other?),
        }
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
        let no_user = inner.state.fold.users().is_empty();
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
