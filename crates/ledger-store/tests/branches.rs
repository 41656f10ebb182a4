//! Chains that do not begin at 1, and entries that change their chain.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::*;
use ledger_core::{EntryId, LedgerId, Origin};
use ledger_format::{Hash, OriginSlice};
use ledger_store::{
    AppendError, BackupExtra, Branch, EngineKind, OpenOptions, ReadError, Record, Renamed,
    SignedHead, Store, rebuild_journal_from_index, restore,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a chain should be.
#[derive(Debug, Clone)]
struct Chain {
    first: u64,
    prev: Hash,
    entries: Vec<Vec<u8>>,
}

impl Chain {
    fn end(&self) -> u64 {
        self.first + u64::try_from(self.entries.len()).unwrap() - 1
    }

    /// The chain hash before an entry, or after the last.
    fn before(&self, seq: u64) -> Hash {
        let count = usize::try_from(seq - self.first).unwrap();
        let entries = self.entries[..count].iter();
        entries.fold(self.prev, |hash, entry| hash.then(entry))
    }

    fn head(&self) -> Hash {
        self.before(self.end() + 1)
    }
}

/// What a store should be.
#[derive(Debug, Clone, Default)]
struct Model {
    chains: BTreeMap<Origin, Chain>,
    branches: BTreeMap<Origin, Branch>,
    signed: BTreeMap<(Origin, u64), Hash>,
    made: u8,
    written: u64,
}

impl Model {
    fn chain(&mut self, origin: Origin) -> &mut Chain {
        self.chains.entry(origin).or_insert_with(|| Chain {
            first: 1,
            prev: Hash::before_first(origin),
            entries: Vec::new(),
        })
    }

    /// The next entries of a chain, no two of which are ever the same.
    fn some(&mut self, origin: Origin, count: usize) -> OriginSlice {
        let entries: Vec<Vec<u8>> = (0..count)
            .map(|_| {
                self.written += 1;
                let len = usize::try_from(self.written % 50).unwrap();
                [self.written.to_le_bytes().as_slice(), &vec![7; len]].concat()
            })
            .collect();
        let chain = self.chain(origin);
        let slice = OriginSlice {
            origin,
            first_seq: chain.end() + 1,
            prev: chain.head(),
            entries: entries.iter().map(Vec::as_slice).collect(),
        };
        chain.entries.extend(entries);
        slice
    }

    fn sign(&mut self, origin: Origin) -> Record {
        let chain = self.chain(origin);
        let (seq, hash) = (chain.end(), chain.head());
        let _before = self.signed.insert((origin, seq), hash);
        Record::Head(signed(origin, seq, hash))
    }

    /// A new branch that goes on from before an entry of a chain.
    fn branch(&mut self, root: Origin, first_seq: u64) -> Branch {
        self.made += 1;
        let branch = Branch {
            id: origin(100 + self.made),
            root,
            first_seq,
            prev: self.chain(root).before(first_seq),
        };
        let chain = Chain {
            first: first_seq,
            prev: branch.prev,
            entries: Vec::new(),
        };
        let _none = self.chains.insert(branch.id, chain);
        let _none = self.branches.insert(branch.id, branch);
        branch
    }

    fn rename(&mut self, from: Origin, first_seq: u64, to: Origin) -> Record {
        let chain = self.chains.get_mut(&from).unwrap();
        let keep = usize::try_from(first_seq - chain.first).unwrap();
        let moved = chain.entries.split_off(keep);
        let to_chain = self.chains.get_mut(&to).unwrap();
        assert_eq!(to_chain.end() + 1, first_seq);
        to_chain.entries.extend(moved);
        let all = self.signed.range((from, first_seq)..=(from, u64::MAX));
        let all: Vec<_> = all.map(|(at, hash)| (at.1, *hash)).collect();
        for (seq, hash) in all {
            let _gone = self.signed.remove(&(from, seq));
            let _before = self.signed.insert((to, seq), hash);
        }
        Record::Renamed(Renamed {
            from,
            first_seq,
            to,
        })
    }

    /// Whether a chain has entries from a seq on, and another goes on there.
    fn fits(&self, from: Origin, first_seq: u64, to: Origin) -> bool {
        let (Some(from), Some(to)) = (self.chains.get(&from), self.chains.get(&to)) else {
            return false;
        };
        (from.first..=from.end()).contains(&first_seq)
            && to.end() + 1 == first_seq
            && to.head() == from.before(first_seq)
    }
}

fn signed(origin: Origin, seq: u64, hash: Hash) -> SignedHead {
    SignedHead {
        origin,
        seq,
        hash,
        signature: [3; 64],
        ledger: LedgerId::from_bytes([9; 16]),
    }
}

/// Every way to read gives what the model has.
fn check(store: &Store, model: &Model) {
    let branches: Vec<Branch> = model.branches.values().copied().collect();
    assert_eq!(store.branches().unwrap(), branches);
    let with_entries = || model.chains.iter().filter(|it| !it.1.entries.is_empty());
    let heads: Vec<_> = with_entries()
        .map(|(origin, chain)| (*origin, chain.end(), chain.head()))
        .collect();
    assert_eq!(store.heads().unwrap(), heads);
    let mut read: BTreeMap<Origin, Vec<Vec<u8>>> = BTreeMap::new();
    store
        .for_each_slice(&mut |slice| {
            let chain = &model.chains[&slice.origin];
            let entries = read.entry(slice.origin).or_default();
            let next = chain.first + u64::try_from(entries.len()).unwrap();
            assert_eq!((slice.first_seq, slice.prev), (next, chain.before(next)));
            entries.extend(slice.entries.iter().map(<[u8]>::to_vec));
        })
        .unwrap();
    let entries = with_entries().map(|(origin, chain)| (*origin, chain.entries.clone()));
    assert!(read == entries.collect());
    for (&origin, chain) in &model.chains {
        check_chain(store, origin, chain);
        let mut signed_heads = model.signed.range((origin, 0)..=(origin, u64::MAX));
        let latest = signed_heads.clone().next_back();
        let of = |it: (&(Origin, u64), &Hash)| signed(origin, it.0.1, *it.1);
        assert_eq!(store.latest_signed_head(origin).unwrap(), latest.map(of));
        let first = signed_heads.next();
        assert_eq!(
            store.signed_head_covering(origin, 1).unwrap(),
            first.map(of)
        );
    }
    let report = store.verify(&mut |_| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let count: usize = model.chains.values().map(|it| it.entries.len()).sum();
    assert_eq!(report.entries, u64::try_from(count).unwrap());
}

fn check_chain(store: &Store, origin: Origin, chain: &Chain) {
    let end = chain.end();
    let hash_at = |seq| store.hash_at(origin, seq).unwrap();
    let entry = |seq| store.entry(EntryId { origin, seq }).unwrap();
    assert_eq!(hash_at(chain.first - 1), Some(chain.prev));
    assert_eq!((hash_at(end + 1), entry(end + 1)), (None, None));
    if chain.first > 1 {
        assert_eq!((hash_at(0), hash_at(chain.first - 2)), (None, None));
        assert_eq!(entry(chain.first - 1), None);
        let seq = chain.first - 1;
        let early = store.slice(origin, seq, 1, 1);
        assert_eq!(early, Err(ReadError::NotThere { origin, seq }));
    }
    let after = store.slice(origin, end + 1, 1, 1).unwrap();
    assert_eq!((after.prev, after.entries.len()), (chain.head(), 0));
    for seq in [chain.first, chain.first.midpoint(end), end] {
        if chain.entries.is_empty() {
            assert_eq!(store.head(origin).unwrap(), None);
            continue;
        }
        let at = usize::try_from(seq - chain.first).unwrap();
        assert_eq!(entry(seq).as_ref(), chain.entries.get(at));
        assert_eq!(hash_at(seq), Some(chain.before(seq + 1)));
        let slice = store.slice(origin, seq, usize::MAX, usize::MAX).unwrap();
        assert_eq!(
            (slice.prev, slice.head()),
            (chain.before(seq), chain.head())
        );
    }
    store
        .for_each_derived(origin, 0..=u64::MAX, &mut |derived| {
            let at = usize::try_from(derived.first_seq - chain.first).unwrap();
            let to = at + usize::try_from(derived.count).unwrap();
            let lens = chain.entries[at..to]
                .iter()
                .map(|it| u8::try_from(it.len()).unwrap());
            assert_eq!(derived.columns, lens.collect::<Vec<_>>());
        })
        .unwrap();
}

fn with_packing() -> OpenOptions {
    OpenOptions {
        packing: Some(packing()),
        ..small_segments()
    }
}

/// Everything that makes one part of a store of the other gives the same store.
fn check_made_anew(dir: &Path, kind: EngineKind, model: &Model) {
    let options = with_packing();
    let store = Store::open(dir, kind, &options).unwrap();
    assert!(store.opened().damage.is_empty() && store.opened().gaps.is_empty());
    check(&store, model);
    let file = dir.with_extension("backup");
    let extra = BackupExtra::default();
    let report = store.backup(&file, &extra, &mut |_| {}).unwrap();
    assert!(report.damage.is_empty(), "{:?}", report.damage);
    assert_eq!(
        report.manifest.entries,
        store.verify(&mut |_| {}).unwrap().entries
    );
    store.close().unwrap();
    let restored = dir.with_extension("restored");
    restore(&file, &restored, EngineKind::Redb, &options, &mut |_| {}).unwrap();
    let store = Store::open(&restored, EngineKind::Redb, &options).unwrap();
    check(&store, model);
    store.close().unwrap();
    let store = Store::rebuild(dir, kind, &options).unwrap();
    check(&store, model);
    store.close().unwrap();
    if kind == EngineKind::Memory {
        return;
    }
    let made = rebuild_journal_from_index(dir, kind, &options).unwrap();
    assert_eq!((made.entries, made.gaps), (report.manifest.entries, vec![]));
    let aside = made.set_aside.unwrap();
    let name = aside.file_name().unwrap().to_string_lossy();
    assert!(
        name.starts_with("journal.damaged-"),
        "{name} has nothing more"
    );
    let store = Store::open(dir, kind, &options).unwrap();
    assert_eq!(store.opened().rebuilt, None);
    check(&store, model);
    store.close().unwrap();
    let store = Store::rebuild(dir, kind, &options).unwrap();
    check(&store, model);
}

/// One thing that a group does; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Append(usize, usize),
    Sign(usize),
    Branch(usize, usize),
    /// A branch that takes all entries of a chain from some entry on.
    Divide(usize, usize),
    /// A chain and a branch that goes on from amid it change their names.
    Swap(usize),
    /// Some entries to some chain, if that fits.
    Move(usize, usize),
    /// What cannot be.
    Refused(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let some = 0..1000_usize;
    let count = prop_oneof![9 => 1..30_usize, 1 => 250..700_usize];
    prop_oneof![
        5 => (some.clone(), count).prop_map(|(chain, count)| Step::Append(chain, count)),
        2 => some.clone().prop_map(Step::Sign),
        2 => (some.clone(), some.clone()).prop_map(|(chain, at)| Step::Branch(chain, at)),
        1 => (some.clone(), some.clone()).prop_map(|(chain, at)| Step::Divide(chain, at)),
        2 => some.clone().prop_map(Step::Swap),
        1 => (some.clone(), some.clone()).prop_map(|(from, to)| Step::Move(from, to)),
        1 => some.prop_map(Step::Refused),
    ]
}

/// One of the chains.
fn pick(model: &Model, number: usize) -> Origin {
    let known: Vec<Origin> = model.chains.keys().copied().collect();
    let all = known.len().max(1);
    known.get(number % (all + 1)).copied().unwrap_or(origin(1))
}

/// A seq amid a chain, at which something may go on beside it.
fn amid(model: &Model, chain: Origin, number: usize) -> Option<u64> {
    let chain = model.chains.get(&chain)?;
    let first = chain.first.max(2);
    let last = chain.end();
    (first <= last).then(|| first + u64::try_from(number).unwrap() % (last - first + 1))
}

fn records(model: &mut Model, step: &Step) -> Vec<Record> {
    match *step {
        Step::Append(chain, count) => {
            let slice = model.some(pick(model, chain), count);
            vec![if count % 2 == 0 {
                Record::Own(slice)
            } else {
                foreign(slice)
            }]
        }
        Step::Sign(chain) => {
            let chain = pick(model, chain);
            let signs = model
                .chains
                .get(&chain)
                .is_some_and(|it| !it.entries.is_empty());
            signs.then(|| model.sign(chain)).into_iter().collect()
        }
        Step::Branch(chain, at) => {
            let chain = pick(model, chain);
            let Some(at) = amid(model, chain, at) else {
                return Vec::new();
            };
            let branch = model.branch(chain, at);
            let slice = model.some(branch.id, 3);
            vec![Record::Branch(branch), Record::Own(slice)]
        }
        Step::Divide(chain, at) => {
            let chain = pick(model, chain);
            let Some(at) = amid(model, chain, at) else {
                return Vec::new();
            };
            let branch = model.branch(chain, at);
            vec![Record::Branch(branch), model.rename(chain, at, branch.id)]
        }
        Step::Swap(number) => swap(model, number),
        Step::Move(from, to) => {
            let (from, to) = (pick(model, from), pick(model, to));
            let Some(next) = model.chains.get(&to).map(|it| it.end() + 1) else {
                return Vec::new();
            };
            if from == to || !model.fits(from, next, to) {
                return Vec::new();
            }
            vec![model.rename(from, next, to)]
        }
        Step::Refused(_) => Vec::new(),
    }
}

fn swap(model: &mut Model, number: usize) -> Vec<Record> {
    let fits = |it: &&Branch| {
        let amid = model.chains.get(&it.root);
        let root_goes_on = amid.is_some_and(|chain| {
            (chain.first..=chain.end()).contains(&it.first_seq)
                && chain.before(it.first_seq) == it.prev
        });
        root_goes_on && !model.chains[&it.id].entries.is_empty() && it.root != it.id
    };
    let all: Vec<Branch> = model.branches.values().filter(fits).copied().collect();
    let Some(other) = all.get(number % all.len().max(1)) else {
        return Vec::new();
    };
    let branch = model.branch(other.root, other.first_seq);
    vec![
        Record::Branch(branch),
        model.rename(other.root, other.first_seq, branch.id),
        model.rename(other.id, other.first_seq, other.root),
    ]
}

/// Groups that must be refused whatever there is.
fn refused(model: &Model, number: usize) -> Vec<Vec<Record>> {
    let chain = pick(model, number);
    let mut forward = model.clone();
    let own = Record::Own(forward.some(chain, 2));
    let end = forward.chains[&chain].end();
    let renamed = |from, first_seq, to| {
        Record::Renamed(Renamed {
            from,
            first_seq,
            to,
        })
    };
    let branch = |id, first_seq| {
        let prev = Hash::of(b"nothing has this");
        let root = chain;
        Record::Branch(Branch {
            id,
            root,
            first_seq,
            prev,
        })
    };
    let fresh = origin(99);
    vec![
        // Beyond the end; to itself; to a chain that begins elsewhere, or at another hash.
        vec![own.clone(), renamed(chain, end + 1, fresh)],
        vec![own.clone(), renamed(chain, end, chain)],
        vec![own.clone(), renamed(chain, end, fresh)],
        vec![own.clone(), branch(fresh, end), renamed(chain, end, fresh)],
        vec![
            own.clone(),
            branch(fresh, end + 1),
            renamed(chain, end, fresh),
        ],
        vec![own.clone(), branch(chain, end + 7)],
        vec![branch(fresh, 4), own.clone(), branch(fresh, 5)],
        vec![own, renamed(fresh, 1, chain)],
    ]
    .into_iter()
    .filter(|group| {
        // A chain of no entries whose hash happens to be right is none of these.
        !matches!(group[..], [_, Record::Renamed(it)] if model.fits(it.from, it.first_seq, it.to))
            && end > 1
    })
    .collect()
}

fn put_steps(store: &Store, model: &mut Model, steps: &[Step]) {
    for step in steps {
        if let Step::Refused(number) = step {
            for group in refused(model, *number) {
                let answer = store.append(group.clone().into()).wait();
                let not_next = matches!(answer, Err(AppendError::NotNext { .. }));
                assert!(not_next, "{answer:?} {group:?}");
            }
            return;
        }
    }
    let group: Vec<Record> = steps.iter().flat_map(|it| records(model, it)).collect();
    put(store, group);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_moved_the_store_is_what_it_should_be(
        groups in vec(vec(step(), 1..4), 1..16), reopen_at in 0..16_usize,
        rewind in any::<bool>(), kind in 0..3_usize,
    ) {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let kind = KINDS[kind];
        let options = with_packing();
        let mut model = Model::default();
        let mut store = Store::create(&dir, kind, &options).unwrap();
        let old = home.path().join("old");
        for (number, steps) in groups.iter().enumerate() {
            put_steps(&store, &mut model, steps);
            if number == reopen_at {
                store.close().unwrap();
                copy_dir(&dir, &old);
                store = Store::open(&dir, kind, &options).unwrap();
            }
        }
        check(&store, &model);
        store.close().unwrap();
        if let Some(name) = kind.file_name() && rewind && old.exists() {
            put_index_back(&dir, &old, name);
        }
        check_made_anew(&dir, kind, &model);
    }
}

/// As after a crash that the index did not see.
fn put_index_back(dir: &Path, old: &Path, name: &str) {
    let index = dir.join(name);
    if index.is_dir() {
        fs::remove_dir_all(&index).unwrap();
    } else {
        fs::remove_file(&index).unwrap();
    }
    fs::rename(old.join(name), index).unwrap();
}
