//! What a store with branches should be, in the simplest form, and a look whether it is.

use std::collections::BTreeMap;

use ledger_core::{EntryId, LedgerId, Origin};
use ledger_format::{Hash, OriginSlice};
use ledger_store::{Branch, OpenOptions, ReadError, Record, Renamed, SignedHead, Store};

use super::{origin, packing, small_segments};

/// What a chain should be.
#[derive(Debug, Clone)]
pub struct Chain {
    pub first: u64,
    pub prev: Hash,
    pub entries: Vec<Vec<u8>>,
}

impl Chain {
    pub fn end(&self) -> u64 {
        self.first + u64::try_from(self.entries.len()).unwrap() - 1
    }

    /// The chain hash before an entry, or after the last.
    pub fn before(&self, seq: u64) -> Hash {
        let count = usize::try_from(seq - self.first).unwrap();
        let entries = self.entries[..count].iter();
        entries.fold(self.prev, |hash, entry| hash.then(entry))
    }

    pub fn head(&self) -> Hash {
        self.before(self.end() + 1)
    }
}

/// What a store should be.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub chains: BTreeMap<Origin, Chain>,
    pub branches: BTreeMap<Origin, Branch>,
    pub signed: BTreeMap<(Origin, u64), Hash>,
    pub made: u8,
    pub written: u64,
}

impl Model {
    pub fn chain(&mut self, origin: Origin) -> &mut Chain {
        self.chains.entry(origin).or_insert_with(|| Chain {
            first: 1,
            prev: Hash::before_first(origin),
            entries: Vec::new(),
        })
    }

    /// The next entries of a chain, no two of which are ever the same.
    pub fn some(&mut self, origin: Origin, count: usize) -> OriginSlice {
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

    pub fn sign(&mut self, origin: Origin) -> Record {
        let chain = self.chain(origin);
        let (seq, hash) = (chain.end(), chain.head());
        let _before = self.signed.insert((origin, seq), hash);
        Record::Head(signed(origin, seq, hash))
    }

    /// A new branch that goes on from before an entry of a chain.
    pub fn branch(&mut self, root: Origin, first_seq: u64) -> Branch {
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

    pub fn rename(&mut self, from: Origin, first_seq: u64, to: Origin) -> Record {
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
    pub fn fits(&self, from: Origin, first_seq: u64, to: Origin) -> bool {
        let (Some(from), Some(to)) = (self.chains.get(&from), self.chains.get(&to)) else {
            return false;
        };
        (from.first..=from.end()).contains(&first_seq)
            && to.end() + 1 == first_seq
            && to.head() == from.before(first_seq)
    }
}

pub fn signed(origin: Origin, seq: u64, hash: Hash) -> SignedHead {
    SignedHead {
        origin,
        seq,
        hash,
        signature: [3; 64],
        ledger: LedgerId::from_bytes([9; 16]),
    }
}

/// Every way to read gives what the model has.
pub fn check(store: &Store, model: &Model) {
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
        let covering = |seq| store.signed_head_covering(origin, seq).unwrap();
        if let Some((&(_, seq), _)) = latest {
            assert_eq!((covering(seq), covering(seq + 1)), (latest.map(of), None));
        }
        assert_eq!(covering(1), signed_heads.next().map(of));
    }
    let report = store.verify(&mut |_| {}).unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let count: usize = model.chains.values().map(|it| it.entries.len()).sum();
    assert_eq!(report.entries, u64::try_from(count).unwrap());
}

pub fn check_chain(store: &Store, origin: Origin, chain: &Chain) {
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

/// A chain and a branch that goes on from amid it change their names.
pub fn swap(model: &mut Model, number: usize) -> Vec<Record> {
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

pub fn with_packing() -> OpenOptions {
    OpenOptions {
        packing: Some(packing()),
        ..small_segments()
    }
}
