//! Branches in journals: their version, damage, what was set aside, and backups.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::model::{Chain, Model, check, swap};
use common::*;
use ledger_format::Hash;
use ledger_store::{
    BackupExtra, Branch, EngineKind, Gap, OpenOptions, Record, Store, backup_beside, examine,
    rebuild_journal_from_index, restore,
};

fn segment(dir: &Path, number: u64) -> PathBuf {
    dir.join("journal").join(format!("{number:020}.seg"))
}

/// A journal that has everything that can be said of branches; the store closed.
fn with_all(dir: &Path, kind: EngineKind) -> (Model, u64) {
    let mut model = Model::default();
    let store = Store::create(dir, kind, &options()).unwrap();
    put(&store, vec![Record::Own(model.some(origin(1), 3))]);
    put(
        &store,
        vec![Record::Own(model.some(origin(1), 3)), model.sign(origin(1))],
    );
    let other = model.branch(origin(1), 4);
    put(
        &store,
        vec![Record::Branch(other), Record::Own(model.some(other.id, 2))],
    );
    put(&store, vec![model.sign(other.id)]);
    put(&store, swap(&mut model, 0));
    put(
        &store,
        vec![foreign(model.some(origin(1), 2)), model.sign(origin(1))],
    );
    let third = model
        .branches
        .keys()
        .copied()
        .find(|it| *it != other.id)
        .unwrap();
    put(&store, vec![Record::Own(model.some(third, 1))]);
    let fourth = model.branch(third, 6);
    put(
        &store,
        vec![Record::Branch(fourth), model.rename(third, 6, fourth.id)],
    );
    // Every chain goes on, so that whatever is lost before is missed.
    let last = store.position().unwrap().offset;
    let more = [origin(1), third, fourth.id].map(|it| Record::Own(model.some(it, 1)));
    put(&store, more.to_vec());
    put(&store, vec![note("k", "1")]);
    check(&store, &model);
    store.close().unwrap();
    (model, last)
}

#[test]
fn a_journal_is_of_version_2_from_its_first_branch_on() {
    let version = |dir: &Path, number| fs::read(segment(dir, number)).unwrap()[8];
    for kind in KINDS {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let (model, _) = with_all(&dir, kind);
        assert_eq!((version(&dir, 1), version(&dir, 2)), (1, 2));
        // Whoever goes on with it, and makes it anew, says so too.
        let small = OpenOptions {
            segment_bytes: 4096,
            ..options()
        };
        let store = Store::open(&dir, kind, &small).unwrap();
        for n in 0..200_u32 {
            put(
                &store,
                vec![note("k", &"v".repeat(100 + usize::try_from(n).unwrap()))],
            );
        }
        store.close().unwrap();
        assert_eq!(version(&dir, 4), 2);
        if kind != EngineKind::Memory {
            let _made = rebuild_journal_from_index(&dir, kind, &options()).unwrap();
            assert_eq!(version(&dir, 1), 2);
        }
        check(&Store::open(&dir, kind, &options()).unwrap(), &model);
        // A store without branches stays what it was.
        let dir = home.path().join("other");
        drop(Store::create(&dir, kind, &options()).unwrap());
        assert_eq!(version(&dir, 1), 1);
        let store = Store::open(&dir, kind, &options()).unwrap();
        let mut model = Model::default();
        let (prev, id) = (Hash::of(b"elsewhere"), origin(50));
        let root = origin(1);
        let first_seq = 9;
        let branch = Branch {
            id,
            root,
            first_seq,
            prev,
        };
        let _none = model.branches.insert(id, branch);
        let chain = Chain {
            first: 9,
            prev,
            entries: Vec::new(),
        };
        let _none = model.chains.insert(id, chain);
        put(
            &store,
            vec![Record::Branch(branch), Record::Own(model.some(id, 2))],
        );
        assert_eq!(version(&dir, 1), 2, "it was empty");
        store.close().unwrap();
        check(&Store::open(&dir, kind, &options()).unwrap(), &model);
    }
}

#[test]
fn no_damage_puts_entries_where_they_do_not_belong_or_takes_any_without_a_word() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let (model, last) = with_all(&dir, EngineKind::Memory);
    let whole_heads = {
        let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
        store.heads().unwrap()
    };
    let (mut told, mut same) = (0, 0);
    for number in [1, 2] {
        let path = segment(&dir, number);
        let whole = fs::read(&path).unwrap();
        let live = whole.iter().rposition(|byte| *byte != 0).unwrap();
        let end = match number {
            1 => live,
            _ => usize::try_from(last).unwrap(),
        };
        for at in (80..end).step_by(3) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            fs::write(&path, bytes).unwrap();
            let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
            assert!(!store.opened().damage.is_empty(), "{number} {at}");
            let heads = store.heads().unwrap();
            if heads == whole_heads {
                same += 1;
            } else {
                told += 1;
                let gaps = &store.opened().gaps;
                assert!(!gaps.is_empty(), "{number} {at}: {heads:?}");
                for gap in gaps {
                    assert!(gap.missing_from <= gap.readable_from, "{gap:?}");
                }
            }
            for (origin, last, head) in heads {
                let branch = store.branch(origin).unwrap();
                let first = branch.map_or(1, |it| it.first_seq);
                let slice = store.slice(origin, first, usize::MAX, usize::MAX).unwrap();
                assert_eq!(
                    (slice.last_seq(), slice.head()),
                    (last, head),
                    "{number} {at}"
                );
            }
        }
        fs::write(&path, whole).unwrap();
    }
    assert!(told > 100 && same > 50, "{told} {same}");
    check(
        &Store::open(&dir, EngineKind::Memory, &options()).unwrap(),
        &model,
    );
}

#[test]
fn a_gap_in_a_branch_begins_where_the_branch_does() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let mut model = Model::default();
    let store = Store::create(&dir, EngineKind::Memory, &options()).unwrap();
    put(&store, vec![Record::Own(model.some(origin(1), 6))]);
    let branch = model.branch(origin(1), 4);
    put(&store, vec![Record::Branch(branch)]);
    let start = store.position().unwrap().offset;
    put(&store, vec![Record::Own(model.some(branch.id, 2))]);
    put(&store, vec![Record::Own(model.some(branch.id, 2))]);
    store.close().unwrap();
    let path = segment(&dir, 2);
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(start).unwrap() + 40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
    let gap = Gap {
        origin: branch.id,
        missing_from: 4,
        readable_from: 6,
    };
    assert_eq!(store.opened().gaps, [gap]);
}

#[test]
fn entries_in_whose_place_others_stand_are_a_gap() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let mut model = Model::default();
    let store = Store::create(&dir, EngineKind::Memory, &options()).unwrap();
    put(&store, vec![Record::Own(model.some(origin(1), 6))]);
    let branch = model.branch(origin(1), 4);
    put(&store, vec![Record::Branch(branch)]);
    let start = store.position().unwrap().offset;
    put(&store, vec![model.rename(origin(1), 4, branch.id)]);
    put(&store, vec![Record::Own(model.some(origin(1), 2))]);
    check(&store, &model);
    store.close().unwrap();
    // Nobody reads any more that entries 4 to 6 are the branch's.
    let path = segment(&dir, 2);
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(start).unwrap() + 20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let store = Store::open(&dir, EngineKind::Memory, &options()).unwrap();
    let gap = Gap {
        origin: origin(1),
        missing_from: 4,
        readable_from: 4,
    };
    assert_eq!(store.opened().gaps, [gap]);
    assert_eq!(store.head(origin(1)).unwrap().unwrap().0, 6);
}

#[test]
fn a_journal_that_was_set_aside_lacks_nothing_that_was_moved_since() {
    for kind in [EngineKind::Sled, EngineKind::Redb] {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("store");
        let (mut model, _) = with_all(&dir, kind);
        let _made = rebuild_journal_from_index(&dir, kind, &options()).unwrap();
        let store = Store::open(&dir, kind, &options()).unwrap();
        put(&store, swap(&mut model, 0));
        let branch = model.branch(origin(1), 2);
        put(
            &store,
            vec![
                Record::Branch(branch),
                model.rename(origin(1), 2, branch.id),
            ],
        );
        check(&store, &model);
        assert_eq!(store.opened().kept_aside, [""; 0].map(PathBuf::from));
        store.close().unwrap();
        let examined = examine(&dir, kind, &options(), &mut |_| {}, &mut |_| {}).unwrap();
        assert_eq!(examined.lost, []);
        let journal = examined.journal.unwrap();
        let count: usize = model.chains.values().map(|it| it.entries.len()).sum();
        assert_eq!(journal.entries, u64::try_from(count).unwrap());
        assert!(!journal.unjoined && journal.damage.is_empty());
        // A set-aside journal that does have more is told of, under the name its entries have now.
        let aside = dir.join("journal.damaged-1");
        fs::remove_dir_all(&aside).unwrap();
        copy_dir(&dir.join("journal"), &aside);
        let store = Store::open(&dir, kind, &options()).unwrap();
        check(&store, &model);
        store.close().unwrap();
        let more = home.path().join("more");
        copy_dir(&dir, &more);
        let store = Store::open(&more, kind, &options()).unwrap();
        put(&store, vec![Record::Own(model.some(branch.id, 2))]);
        store.close().unwrap();
        fs::remove_dir_all(&aside).unwrap();
        copy_dir(&more.join("journal"), &aside);
        let store = Store::open(&dir, kind, &options()).unwrap();
        let problems = store.verify(&mut |_| {}).unwrap().problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(&branch.id.to_string()), "{problems:?}");
    }
}

#[test]
fn a_backup_beside_and_one_of_the_index_have_the_branches() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let (model, _) = with_all(&dir, EngineKind::Redb);
    let options = options();
    let extra = BackupExtra::default();
    let store = Store::open(&dir, EngineKind::Redb, &options).unwrap();
    let beside = home.path().join("beside");
    let report = backup_beside(&dir, &beside, &options, &extra, &mut |_| {}).unwrap();
    assert_eq!(report.manifest.journal_version, 2);
    // The journal is damaged while the store is open.
    let path = segment(&dir, 1);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let healed = home.path().join("healed");
    let report = store.backup(&healed, &extra, &mut |_| {}).unwrap();
    assert!(!report.damage.is_empty() && report.manifest.missing.is_empty());
    for (file, kind) in [(beside, EngineKind::Sled), (healed, EngineKind::Memory)] {
        let into = file.with_extension("restored");
        restore(&file, &into, kind, &options, &mut |_| {}).unwrap();
        let store = Store::open(&into, kind, &options).unwrap();
        // The damaged segment lies beside it and is told of, if anything in it is missing.
        check(&store, &model);
    }
}
