//! Chains that do not begin at 1, and entries that change their chain.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::fs;
use std::path::Path;

use common::model::{Model, check, swap, with_packing};
use common::*;
use ledger_core::{EntryId, Origin};
use ledger_format::Hash;
use ledger_store::{
    AppendError, BackupExtra, Branch, Derived, EngineKind, Record, Renamed, Store,
    rebuild_journal_from_index, restore,
};
use proptest::collection::vec;
use proptest::prelude::*;

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

fn over_all(test: impl Fn(Store)) {
    for kind in KINDS {
        let home = tempfile::tempdir().unwrap();
        test(Store::create(&home.path().join("store"), kind, &with_packing()).unwrap());
    }
    test(Store::in_memory().unwrap());
}

#[test]
fn a_branch_begins_where_it_says_and_only_there() {
    over_all(|store| {
        let mut model = Model::default();
        put(&store, vec![Record::Own(model.some(origin(1), 10))]);
        let branch = model.branch(origin(1), 7);
        put(&store, vec![Record::Branch(branch), Record::Branch(branch)]);
        put(&store, vec![Record::Branch(branch)]);
        check(&store, &model);
        assert_eq!(store.branch(branch.id).unwrap(), Some(branch));
        assert_eq!(store.branch(origin(1)).unwrap(), None);
        let early = Branch {
            first_seq: 1,
            id: origin(9),
            ..branch
        };
        for first_seq in [0, 1, u64::MAX] {
            let wrong = Record::Branch(Branch { first_seq, ..early });
            let answer = store.append(vec![wrong].into()).wait();
            assert!(
                matches!(answer, Err(AppendError::Malformed { .. })),
                "{answer:?}"
            );
        }
        for wrong in [
            Branch {
                first_seq: 8,
                ..branch
            },
            Branch {
                prev: Hash::of(b"another"),
                ..branch
            },
            Branch {
                root: origin(2),
                ..branch
            },
        ] {
            match store.append(vec![Record::Branch(wrong)].into()).wait() {
                Err(AppendError::NotNext {
                    origin,
                    expected_seq,
                    expected_prev,
                }) => {
                    let expected = (branch.id, 7, branch.prev);
                    assert_eq!((origin, expected_seq, expected_prev), expected);
                }
                other => panic!("{other:?}"),
            }
        }
        check(&store, &model);
        put(
            &store,
            vec![
                Record::Own(model.some(branch.id, 700)),
                model.sign(branch.id),
            ],
        );
        check(&store, &model);
    });
}

#[test]
fn what_was_moved_has_no_number_and_what_was_not_keeps_its_own() {
    over_all(|store| {
        let mut model = Model::default();
        put(&store, vec![Record::Own(model.some(origin(1), 10))]);
        put(&store, vec![Record::Own(model.some(origin(2), 5))]);
        let runs = [run(1, origin(1), 1, 6), run(7, origin(2), 1, 5)];
        put(&store, runs.map(Record::Run).to_vec());
        put(&store, vec![Record::Run(run(12, origin(1), 7, 4))]);
        let branch = model.branch(origin(1), 7);
        let records = vec![
            Record::Branch(branch),
            model.rename(origin(1), 7, branch.id),
            Record::Own(model.some(origin(1), 2)),
            Record::Run(run(12, origin(1), 7, 2)),
        ];
        put(&store, records);
        let mut found = Vec::new();
        store.for_each_run(&mut |run| found.push(run)).unwrap();
        assert_eq!(found, [runs[0], runs[1], run(12, origin(1), 7, 2)]);
        check(&store, &model);
    });
}

/// How many entries of a chain have columns.
fn packed(store: &Store, origin: Origin) -> u64 {
    let mut packed = 0;
    let mut count = |it: Derived<'_>| packed += it.count;
    store
        .for_each_derived(origin, 0..=u64::MAX, &mut count)
        .unwrap();
    packed
}

#[test]
fn blocks_are_divided_and_made_again() {
    for kind in KINDS {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let mut model = Model::default();
        let store = Store::create(&dir, kind, &with_packing()).unwrap();
        put(&store, vec![Record::Own(model.some(origin(1), 5000))]);
        let other = model.branch(origin(1), 1500);
        let entries = model.some(other.id, 3000);
        put(&store, vec![Record::Branch(other), Record::Own(entries)]);
        assert_eq!(packed(&store, origin(1)), 5000);
        assert_eq!(packed(&store, other.id), 3000);
        put(&store, swap(&mut model, 0));
        check(&store, &model);
        // The block that is divided is one no more, and all behind it.
        assert_eq!(packed(&store, origin(1)), 1024);
        store.close().unwrap();
        if kind != EngineKind::Memory {
            check_packed_again(&dir, kind, &model, other.id);
        }
        check_made_anew(&dir, kind, &model);
    }
}

#[test]
fn blocks_that_were_joined_are_divided_and_joined_again() {
    for kind in [EngineKind::Sled, EngineKind::Redb] {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let mut model = Model::default();
        let store = Store::create(&dir, kind, &with_packing()).unwrap();
        for _ in 0..50 {
            put(&store, vec![Record::Own(model.some(origin(1), 100))]);
            // Whoever reads lets it be indexed alone.
            let _head = store.head(origin(1)).unwrap();
        }
        let other = model.branch(origin(1), 1500);
        put(&store, vec![Record::Branch(other)]);
        for _ in 0..30 {
            put(&store, vec![Record::Own(model.some(other.id, 100))]);
            let _head = store.head(origin(1)).unwrap();
        }
        store.close().unwrap();
        let store = Store::open(&dir, kind, &with_packing()).unwrap();
        assert!(packed(&store, origin(1)) > 3900);
        assert!(packed(&store, other.id) > 1900);
        put(&store, swap(&mut model, 0));
        check(&store, &model);
        store.close().unwrap();
        check_packed_again(&dir, kind, &model, other.id);
        check_made_anew(&dir, kind, &model);
    }
}

/// What a swap left in chunks is in blocks when the store was closed.
fn check_packed_again(dir: &Path, kind: EngineKind, model: &Model, empty: Origin) {
    let store = Store::open(dir, kind, &with_packing()).unwrap();
    check(&store, model);
    for (&origin, chain) in &model.chains {
        let most = chain.entries.len().saturating_sub(1100);
        let packed = usize::try_from(packed(&store, origin)).unwrap();
        assert!(packed > most || origin == empty, "{packed} of {origin}");
    }
    store.close().unwrap();
}

#[test]
fn what_is_read_while_entries_are_moved_is_one_or_the_other() {
    over_all(|store| {
        let mut model = Model::default();
        put(&store, vec![Record::Own(model.some(origin(1), 600))]);
        let other = model.branch(origin(1), 300);
        put(
            &store,
            vec![
                Record::Branch(other),
                Record::Own(model.some(other.id, 500)),
            ],
        );
        let ends = [600, 799];
        let heads = [origin(1), other.id].map(|it| model.chains[&it].head());
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut seen = [0_u32; 2];
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    let slice = store.slice(origin(1), 250, usize::MAX, usize::MAX).unwrap();
                    let at = ends
                        .iter()
                        .position(|end| *end == slice.last_seq())
                        .unwrap();
                    assert_eq!(slice.head(), heads[at]);
                    seen[at] += 1;
                    for seq in [299, 300, 600] {
                        let id = EntryId {
                            origin: origin(1),
                            seq,
                        };
                        assert!(store.entry(id).unwrap().is_some());
                        assert!(store.hash_at(origin(1), seq).unwrap().is_some());
                    }
                }
                seen
            });
            for round in 0..20 {
                put(&store, swap(&mut model, round));
                let _head = store.head(origin(1)).unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
            reader.join().unwrap();
        });
        check(&store, &model);
    });
}
