//! Backups of earlier versions, which every later one restores into every engine.
//!
//! The bytes lie in `tests/golden/`; they never change. A new version of the container or the
//! journal gets a file of its own: `STOCK_GOLDEN_WRITE=1 cargo test -p ledger-store golden` writes
//! what is absent.

use std::fs;
use std::path::{Path, PathBuf};

use ledger_core::{LedgerId, Origin};
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::{BackupExtra, read_backup, restore};
use crate::disk::Disk;
use crate::engine::EngineKind;
use crate::journal::Journal;
use crate::record::{Branch, Cursor, Group, Note, Record, Renamed, Run, SignedHead, StoreId};
use crate::store::{OpenOptions, Store};

/// A file, the BLAKE3 of it, and what is in it.
type Golden = (&'static str, &'static str, fn() -> Group);

/// The files, oldest first: a golden file is never written over.
const FILES: &[Golden] = &[
    (
        "v1/small.backup",
        "7fa5b604cec89a1daef41a889683fa9f9c22d2952bfd695a3577d13ebabf3689",
        group,
    ),
    (
        "v2/branches.backup",
        "6d7178dd2d2d47d0b0e8d2e49de8183292ee0738313756b96dc80e0a17648975",
        branches,
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Batches hold one entry here: the bytes themselves.
fn unpack(batch: &[u8]) -> Result<OriginSlice, String> {
    Ok(slice(2, [batch]))
}

fn origin(n: u8) -> Origin {
    Origin::from_bytes([n; 16])
}

fn slice<'a>(n: u8, entries: impl IntoIterator<Item = &'a [u8]>) -> OriginSlice {
    OriginSlice {
        origin: origin(n),
        first_seq: 1,
        prev: Hash::before_first(origin(n)),
        entries: entries.into_iter().collect::<EntryBuf>(),
    }
}

/// One of each record.
fn group() -> Group {
    let own = slice(1, [b"one".as_slice(), b"two", &[7; 3000]]);
    let (seq, hash) = (own.last_seq(), own.head());
    let batch = b"from elsewhere".to_vec();
    Group::new()
        .with(Record::Own(own))
        .with(Record::Foreign {
            slice: slice(2, [batch.as_slice()]),
            batch,
        })
        .with(Record::Head(SignedHead {
            origin: origin(1),
            seq,
            hash,
            signature: [3; 64],
            ledger: LedgerId::from_bytes([9; 16]),
        }))
        .with(Record::Run(Run {
            first: 1,
            origin: origin(1),
            first_seq: 1,
            count: 3,
            moment_ms: 1_700_000_000_000,
            after: Hash::of(b"after"),
            epoch: 5,
        }))
        .with(Record::Cursor(Cursor {
            peer: [4; 16],
            epoch: 5,
            n: 3,
            anchor: Hash::of(b"anchor"),
        }))
        .with(Record::Note(Note {
            key: "synced-at".to_owned(),
            value: "1700000000000".to_owned(),
        }))
}

/// The same, with a branch of each kind: its own entries, and those of another chain.
fn branches() -> Group {
    let mut group = group();
    let own = slice(1, [b"one".as_slice()]);
    let branch = |n| Branch {
        id: origin(n),
        root: origin(1),
        first_seq: 2,
        prev: own.head(),
    };
    let entries = OriginSlice {
        first_seq: 2,
        prev: own.head(),
        ..slice(6, [b"beside two".as_slice()])
    };
    group.push(Record::Branch(branch(5)));
    group.push(Record::Branch(branch(6)));
    group.push(Record::Own(entries));
    group.push(Record::Renamed(Renamed {
        from: origin(1),
        first_seq: 2,
        to: origin(5),
    }));
    group
}

/// A store with a fixed id and fixed entries.
fn store_at(dir: &Path, options: &OpenOptions, group: Group) -> Store {
    let journal = dir.join("journal");
    fs::create_dir_all(&journal).unwrap();
    let id = StoreId::from_bytes([0x51; 16]);
    drop(Journal::create(&Disk::new(), &journal, id, options.segment_bytes).unwrap());
    let store = Store::open(dir, EngineKind::Memory, options).unwrap();
    store.append(group).wait().unwrap();
    store
}

fn contents(store: &Store) -> impl PartialEq + std::fmt::Debug {
    let mut runs = Vec::new();
    store.for_each_run(&mut |run| runs.push(run)).unwrap();
    let mut slices = Vec::new();
    let mut visit = |slice| slices.push(slice);
    store.for_each_slice(&mut visit).unwrap();
    (
        store.id(),
        store.heads().unwrap(),
        slices,
        store.branches().unwrap(),
        [1, 5].map(|n| store.signed_head_covering(origin(n), 1).unwrap()),
        runs,
        store.cursor(&[4; 16]).unwrap(),
        store.note("synced-at").unwrap(),
    )
}

fn extra() -> BackupExtra {
    BackupExtra {
        program: "stock 0.1.0".to_owned(),
        made_at: "2026-11-21T12:00:00Z".to_owned(),
        about: [("node".to_owned(), "counter".to_owned())].into(),
        parts: [("keys.json".to_owned(), b"{}".to_vec())].into(),
    }
}

#[test]
fn golden_backups_of_every_version_are_restored_into_every_engine() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions::new(unpack);
    for (name, hash, group) in FILES {
        let store = store_at(&dir.path().join(name), &options, group());
        let golden = folder().join(name);
        if !golden.exists() && std::env::var_os("STOCK_GOLDEN_WRITE").is_some() {
            fs::create_dir_all(golden.parent().unwrap()).unwrap();
            let _report = store.backup(&golden, &extra(), &mut |_| {}).unwrap();
        }
        let bytes = fs::read(&golden).unwrap();
        assert_eq!(
            blake3::hash(&bytes).to_hex().as_str(),
            *hash,
            "{name} never changes"
        );
        for kind in [EngineKind::Sled, EngineKind::Redb, EngineKind::Memory] {
            let into = dir.path().join(format!("{kind:?}"));
            let restored = restore(&golden, &into, kind, &options, &mut |_| {}).unwrap();
            assert_eq!(restored.extra, extra().parts, "{name} {kind:?}");
            assert!(restored.manifest.entries >= 4);
            let back = Store::open(&into, kind, &options).unwrap();
            assert_eq!(contents(&back), contents(&store), "{name} {kind:?}");
            assert!(back.opened().moved.is_some(), "{name} {kind:?}");
            assert!(back.verify(&mut |_| {}).unwrap().is_sound());
            back.close().unwrap();
            fs::remove_dir_all(&into).unwrap();
        }
    }
}

#[test]
fn what_is_written_today_says_the_same_as_the_golden_files() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions::new(unpack);
    // A store without branches is written as it was before there were any.
    for (name, _, group) in FILES {
        let store = store_at(&dir.path().join(name), &options, group());
        let file = dir.path().join("today.backup");
        let _report = store.backup(&file, &extra(), &mut |_| {}).unwrap();
        // The compressor may change; the parts and their hashes may not.
        let read = |file: &Path| read_backup(file, &options, &mut |_| {}).unwrap();
        assert_eq!(read(&file), read(&folder().join(name)));
        fs::remove_file(&file).unwrap();
    }
}
