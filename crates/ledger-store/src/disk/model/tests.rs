//! What a modelled disk keeps, and stores on it.

use std::path::Path;

use ledger_core::Origin;
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::*;
use crate::record::{Group, Record, Run, StoreId};
use crate::store::{OpenOptions, Store};
use crate::{AppendError, EngineKind};

const ORIGIN: Origin = Origin::from_bytes([7; 16]);

/// Chooses always the same, as far as there is so much to choose from.
fn always(number: u64) -> impl FnMut(u64) -> u64 {
    move |below| number.min(below.saturating_sub(1))
}

/// Chooses what a counter says, spread about.
fn mixed(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut hash = Hash::of(&seed.to_le_bytes());
    move |below| {
        hash = hash.then(b"next");
        let first = hash.as_bytes().first_chunk::<8>().unwrap();
        u64::from_le_bytes(*first) % below
    }
}

const NOTHING: u64 = 0;
const EVERYTHING: u64 = 1;

#[test]
fn what_is_not_synced_may_be_lost_and_what_is_synced_stays() {
    for (leaves, kept) in [(NOTHING, false), (EVERYTHING, true)] {
        let model = ModelDisk::new([1; 16]);
        let disk = model.mount();
        let dir = Path::new("/d");
        disk.create_dir_all(dir).unwrap();
        disk.sync_dir(Path::new("/")).unwrap();
        disk.replace(&dir.join("kept"), b"old").unwrap();
        let mut named = disk.create(&dir.join("named")).unwrap();
        named.write_at(0, b"content").unwrap();
        disk.sync_dir(dir).unwrap();
        let mut synced = disk.create(&dir.join("synced")).unwrap();
        synced.write_at(0, b"content").unwrap();
        synced.sync_all().unwrap();
        disk.rename(&dir.join("kept"), &dir.join("moved")).unwrap();
        model.crash(&mut always(leaves));
        assert!(
            disk.read(&dir.join("kept")).is_err(),
            "it was mounted before"
        );
        assert!(named.sync_data().is_err());
        let disk = model.mount();
        let names = disk.list(dir).unwrap();
        let expected: &[&str] = match kept {
            true => &["moved", "named", "synced"],
            false => &["kept", "named"],
        };
        assert_eq!(names, expected);
        let content = disk.read(&dir.join("named")).unwrap();
        assert_eq!(content, if kept { &b"content"[..] } else { b"" });
    }
}

#[test]
fn the_power_fails_at_any_operation_and_room_ends() {
    let model = ModelDisk::new([1; 16]);
    let disk = model.mount();
    model.fail_power_after(Some(1));
    disk.create_dir_all(Path::new("/d")).unwrap();
    assert!(disk.list(Path::new("/d")).is_err());
    assert!(model.is_off());
    assert!(disk.read(Path::new("/d/x")).is_err());
    model.crash(&mut always(EVERYTHING));
    assert!(!model.is_off());
    let disk = model.mount();
    model.set_room(Some(10));
    let mut file = disk.create(Path::new("/d/x")).unwrap();
    file.write_at(0, &[1; 10]).unwrap();
    let full = file.write_at(5, &[2; 6]).unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    file.write_at(0, &[2; 10]).unwrap();
    disk.remove_file(Path::new("/d/x")).unwrap();
    assert_eq!(model.used(), 0);
}

#[test]
fn an_image_is_put_back_whole_or_file_by_file() {
    let model = ModelDisk::new([1; 16]);
    let disk = model.mount();
    let dir = Path::new("/a/b");
    disk.create_dir_all(dir).unwrap();
    disk.replace(&dir.join("x"), b"1").unwrap();
    let image = model.image();
    let before = disk.whereabouts(dir).unwrap();
    disk.replace(&dir.join("x"), b"2").unwrap();
    disk.replace(Path::new("/a/beside"), b"3").unwrap();
    model.put_back_dir(&image, dir);
    let disk = model.mount();
    assert_eq!(disk.read(&dir.join("x")).unwrap(), b"1");
    assert_eq!(disk.read(Path::new("/a/beside")).unwrap(), b"3");
    assert_ne!(disk.whereabouts(dir).unwrap(), before);
    model.put_back(&image);
    let disk = model.mount();
    assert!(!disk.exists(Path::new("/a/beside")));
    assert_eq!(disk.whereabouts(dir).unwrap(), before);
}

fn options(model: &ModelDisk) -> OpenOptions {
    let mut options = OpenOptions::new(|_| Err("nothing is foreign here".to_owned()));
    options.disk = model.mount();
    options.inline = true;
    options.id = Some(StoreId::from_bytes([3; 16]));
    options.segment_bytes = 4096;
    options.fence = Some("/n.fence".into());
    options
}

fn open(model: &ModelDisk) -> Result<Store, crate::OpenError> {
    Store::open(Path::new("/n/store"), EngineKind::Memory, &options(model))
}

fn append(store: &Store, text: &str) -> Result<(), AppendError> {
    let (seq, prev) = store
        .head(ORIGIN)
        .unwrap()
        .unwrap_or((0, Hash::before_first(ORIGIN)));
    let mut entries = EntryBuf::new();
    entries.push(text.as_bytes());
    let slice = OriginSlice {
        origin: ORIGIN,
        first_seq: seq + 1,
        prev,
        entries,
    };
    store
        .append(Group::from(vec![Record::Own(slice)]))
        .wait()
        .map(|_| ())
}

#[test]
fn a_store_keeps_what_it_acknowledged_wherever_the_power_fails() {
    for seed in 0..300 {
        let model = ModelDisk::new([1; 16]);
        let store = Store::create(Path::new("/n/store"), EngineKind::Memory, &options(&model));
        let mut store = store.unwrap();
        let mut acknowledged = 0;
        for round in 0..3 {
            model.fail_power_after(Some(mixed(seed * 3 + round)(60)));
            while append(&store, &"entry".repeat(40)).is_ok() {
                acknowledged += 1;
                assert_eq!(store.head(ORIGIN).unwrap().unwrap().0, acknowledged);
            }
            model.crash(&mut mixed(seed + 1000 * round));
            store = open(&model).unwrap();
            assert_eq!(store.opened().moved, None, "seed {seed}");
            let there = store.head(ORIGIN).unwrap().map_or(0, |head| head.0);
            // What was under way may have arrived.
            assert!(
                (acknowledged..=acknowledged + 1).contains(&there),
                "seed {seed}"
            );
            acknowledged = there;
        }
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    }
}

#[test]
fn a_store_on_a_full_disk_goes_on_when_there_is_room() {
    let model = ModelDisk::new([1; 16]);
    let store = Store::create(Path::new("/n/store"), EngineKind::Memory, &options(&model)).unwrap();
    model.set_room(Some(model.used()));
    let mut kept = 0;
    let full = loop {
        match append(&store, &"entry".repeat(40)) {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(full.is_retryable(), "{full}");
    model.set_room(None);
    append(&store, "more").unwrap();
    store.close().unwrap();
    assert_eq!(
        open(&model).unwrap().head(ORIGIN).unwrap().unwrap().0,
        kept + 1
    );
}

/// The first entry of an origin, with a central number of an epoch.
fn numbered(origin: u8, text: &str, (epoch, number): (u64, u64)) -> Group {
    let origin = Origin::from_bytes([origin; 16]);
    let slice = OriginSlice {
        origin,
        first_seq: 1,
        prev: Hash::before_first(origin),
        entries: [text.as_bytes()].into_iter().collect(),
    };
    let run = Run {
        first: number,
        origin,
        first_seq: 1,
        count: 1,
        moment_ms: 1,
        after: slice.head(),
        epoch,
    };
    Group::from(vec![Record::Own(slice), Record::Run(run)])
}

#[test]
fn what_was_numbered_behind_a_group_that_found_no_room_is_refused() {
    let model = ModelDisk::new([1; 16]);
    let dir = Path::new("/n/store");
    let store = Store::create(dir, EngineKind::Memory, &options(&model)).unwrap();
    let _at = store.append(numbered(1, "one", (1, 1))).wait().unwrap();
    model.set_room(Some(model.used()));
    // Nobody knew when they were numbered that there is room for the second only.
    let large = store.append(numbered(2, &"large".repeat(2_000), (1, 2)));
    let small = store.append(numbered(3, "small", (1, 3)));
    let full = large.wait().unwrap_err();
    assert!(matches!(full, AppendError::DiskFull { .. }), "{full}");
    let refused = small.wait().unwrap_err();
    assert_eq!(not_next(&refused), Some((3, 2)));
    assert!(refused.is_retryable());
    let _at = store.append(numbered(3, "small", (1, 2))).wait().unwrap();
    model.set_room(None);
    store.close().unwrap();
    // Whoever opens it knows where the order ends.
    let store = open(&model).unwrap();
    for (wrong, expected) in [((1, 4), 3), ((2, 2), 1)] {
        let refused = store.append(numbered(4, "late", wrong)).wait();
        assert_eq!(not_next(&refused.unwrap_err()), Some((wrong.1, expected)));
    }
    let _at = store.append(numbered(4, "next", (1, 3))).wait().unwrap();
    let _at = store.append(numbered(5, "anew", (2, 1))).wait().unwrap();
    let refused = store.append(numbered(6, "late", (2, 3))).wait();
    assert_eq!(not_next(&refused.unwrap_err()), Some((3, 2)));
    assert!(store.verify(&mut |_| {}).unwrap().is_sound());
}

fn not_next(refused: &AppendError) -> Option<(u64, u64)> {
    if let AppendError::NotNextNumber { number, expected } = refused {
        Some((*number, *expected))
    } else {
        None
    }
}

#[test]
fn a_store_is_locked_and_notices_that_it_was_turned_back() {
    let model = ModelDisk::new([1; 16]);
    let store = Store::create(Path::new("/n/store"), EngineKind::Memory, &options(&model)).unwrap();
    append(&store, "one").unwrap();
    let image = model.image();
    append(&store, "two").unwrap();
    assert!(matches!(open(&model), Err(crate::OpenError::InUse { .. })));
    drop(store);
    model.put_back_dir(&image, Path::new("/n"));
    assert!(open(&model).unwrap().opened().moved.is_some());
    model.put_back(&image);
    assert_eq!(
        open(&model).unwrap().opened().moved,
        None,
        "nothing can tell"
    );
}

#[test]
fn what_is_shown_after_a_failed_sync_or_a_kill_stays_when_the_power_fails() {
    for kept in [NOTHING, EVERYTHING] {
        let model = ModelDisk::new([1; 16]);
        let dir = Path::new("/n/store");
        let store = Store::create(dir, EngineKind::Memory, &options(&model)).unwrap();
        append(&store, "one").unwrap();
        model.fail_sync_after(Some(0));
        assert!(append(&store, "two").is_err());
        drop(store);
        let shown = open(&model).unwrap().head(ORIGIN).unwrap();
        model.crash(&mut always(kept));
        assert_eq!(open(&model).unwrap().head(ORIGIN).unwrap(), shown);
    }
}

#[test]
fn a_store_that_was_moved_is_told_so_no_more_once_it_has_written() {
    let model = ModelDisk::new([1; 16]);
    let dir = Path::new("/n/store");
    let store = Store::create(dir, EngineKind::Memory, &options(&model)).unwrap();
    append(&store, "one").unwrap();
    let image = model.image();
    drop(store);
    model.put_back_dir(&image, Path::new("/n"));
    let store = open(&model).unwrap();
    assert!(store.opened().moved.is_some());
    append(&store, "two").unwrap();
    model.crash(&mut always(NOTHING));
    assert_eq!(open(&model).unwrap().opened().moved, None);
}

#[test]
fn a_failed_sync_is_never_acknowledged() {
    let model = ModelDisk::new([1; 16]);
    let store = Store::create(Path::new("/n/store"), EngineKind::Memory, &options(&model)).unwrap();
    append(&store, "one").unwrap();
    model.fail_sync_after(Some(0));
    assert!(append(&store, "two").is_err());
    assert!(
        append(&store, "three").is_err(),
        "nothing is appended after that"
    );
    drop(store);
    assert!(append(&open(&model).unwrap(), "four").is_ok());
}
