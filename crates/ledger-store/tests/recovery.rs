//! Torn tails, damage, lost and foreign indexes, lost journals, failing disks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::*;
use ledger_store::{
    AppendError, Disk, DiskOp, EngineKind, Gap, OpenError, OpenOptions, Opened, Position, Record,
    Step, Store, rebuild_journal_from_index,
};

const ON_DISK: [EngineKind; 2] = [EngineKind::Sled, EngineKind::Redb];

fn segment(dir: &Path, number: u64) -> PathBuf {
    dir.join("journal").join(format!("{number:020}.seg"))
}

fn flip(path: &Path, offset: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[usize::try_from(offset).unwrap()] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

/// A group of several frames after two others; the store closed. Where the last group begins
/// and ends, and the contents before and after it.
fn with_last_group(dir: &Path) -> (Position, Position, String, String) {
    let store = Store::create(dir, EngineKind::Memory, &options()).unwrap();
    let mut writer = Writer::default();
    put(&store, vec![Record::Own(writer.some(origin(1), 2))]);
    put(
        &store,
        vec![foreign(writer.some(origin(2), 2)), note("k", "1")],
    );
    let (start, before) = (store.position().unwrap(), contents(&store));
    let slice = writer.some(origin(2), 1);
    put(
        &store,
        vec![
            Record::Own(writer.some(origin(1), 1)),
            foreign(slice),
            note("k", "2"),
        ],
    );
    let (end, after) = (store.position().unwrap(), contents(&store));
    store.close().unwrap();
    (start, end, before, after)
}

#[test]
fn a_cut_at_any_byte_of_the_last_group_drops_all_of_it_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (start, end, before, after) = with_last_group(dir.path());
    let path = segment(dir.path(), 1);
    let whole = fs::read(&path).unwrap();
    let at = |position: Position| usize::try_from(position.offset).unwrap();
    for cut in at(start)..=at(end) {
        for garbage in [false, true] {
            let mut bytes = whole.clone();
            bytes[cut..].fill(0);
            if garbage {
                bytes[cut..cut + 100].fill(0xA5);
            }
            fs::write(&path, bytes).unwrap();
            let store = Store::open(dir.path(), EngineKind::Memory, &options()).unwrap();
            // The last byte of the group is not zero, so only a full group is whole.
            let expected = if cut == at(end) { &after } else { &before };
            assert_eq!(&contents(&store), expected, "cut at {cut}");
            assert!(store.opened().damage.is_empty());
            assert_eq!(
                store.opened().torn_bytes > 0,
                garbage || (cut > at(start) && cut < at(end))
            );
            if cut % 16 == 0 {
                put(&store, vec![note("k", "3")]);
                store.close().unwrap();
                let store = Store::open(dir.path(), EngineKind::Memory, &options()).unwrap();
                assert_eq!(store.note("k").unwrap().as_deref(), Some("3"));
                assert!(store.opened().damage.is_empty(), "{:?}", store.opened());
                assert_eq!(store.opened().torn_bytes, 0);
            }
        }
    }
}

#[test]
fn a_shorter_file_is_a_torn_tail_too() {
    let dir = tempfile::tempdir().unwrap();
    let (start, end, before, _) = with_last_group(dir.path());
    let whole = fs::read(segment(dir.path(), 1)).unwrap();
    for len in start.offset..end.offset {
        fs::write(
            segment(dir.path(), 1),
            &whole[..usize::try_from(len).unwrap()],
        )
        .unwrap();
        let store = Store::open(dir.path(), EngineKind::Memory, &options()).unwrap();
        assert_eq!(contents(&store), before);
        put(&store, vec![note("k", "3")]);
    }
}

#[test]
fn a_flipped_byte_before_the_tail_is_reported_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (start, end, _, after) = with_last_group(dir.path());
    let path = segment(dir.path(), 1);
    let whole = fs::read(&path).unwrap();
    let mut same_after = 0;
    for offset in 0..start.offset {
        flip(&path, offset);
        let store = Store::open(dir.path(), EngineKind::Memory, &options());
        let store = match store {
            Ok(store) => store,
            // The only header is gone and with it the store's id.
            Err(OpenError::Damaged { .. } | OpenError::NewerFormat { .. }) if offset < 80 => {
                fs::write(&path, &whole).unwrap();
                continue;
            }
            Err(error) => panic!("{offset}: {error}"),
        };
        let damage = &store.opened().damage;
        assert!(
            damage
                .iter()
                .any(|it| it.segment == 1 && it.offset <= offset),
            "{offset}"
        );
        // Lost entries are named; the note of the second group was replaced by a later one.
        let same = contents(&store) == after;
        assert!(
            same || !store.opened().gaps.is_empty(),
            "{offset}: {:?}",
            store.opened()
        );
        same_after += u64::from(same);
        assert_eq!(store.note("k").unwrap().as_deref(), Some("2"));
        assert_eq!(store.position().unwrap(), end);
        assert!(!store.verify(&mut |_| {}).unwrap().is_sound());
        drop(store);
        fs::write(&path, &whole).unwrap();
    }
    assert!(same_after < 110, "{same_after}");
    // Own entries of the first group are gone, so those of the last cannot be joined.
    flip(&path, 120);
    let store = Store::open(dir.path(), EngineKind::Memory, &options()).unwrap();
    let gap = Gap {
        origin: origin(1),
        missing_from: 1,
        readable_from: 3,
    };
    assert_eq!(store.opened().gaps, [gap]);
}

#[test]
fn a_damaged_journal_takes_nothing_from_a_good_index_and_is_made_anew_from_it() {
    for kind in ON_DISK {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = filled(dir.path(), kind, &small_segments());
        let before = contents(&store);
        store.close().unwrap();
        let last = fs::read_dir(dir.path().join("journal")).unwrap().count();
        assert!(last > 1, "{last} segments");
        // Open reads only the end; this damage is found by verifying.
        flip(&segment(dir.path(), 1), 5000);
        let store = Store::open(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(contents(&store), before);
        let report = store.verify(&mut |_| {}).unwrap();
        assert!(
            report
                .problems
                .iter()
                .any(|text| text.contains("segment 1")),
            "{report:?}"
        );
        store.close().unwrap();
        let made = rebuild_journal_from_index(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!((made.entries, made.gaps), (1400, vec![]));
        assert!(made.set_aside.unwrap().exists());
        let store = Store::open(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(
            (&store.opened().rebuilt, store.opened().replayed_groups),
            (&None, 0)
        );
        assert_eq!(
            store.verify(&mut |_| {}).unwrap().problems,
            Vec::<String>::new()
        );
        store.close().unwrap();
        let store = Store::rebuild(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(contents(&store), before);
    }
}

/// What is done to a journal's directory whose last group ends at a position.
type Ruin = fn(&Path, &Position);

#[test]
fn a_lost_cut_or_ruined_journal_is_made_anew_when_the_store_is_opened() {
    let ruins: [(&str, Ruin); 4] = [
        ("missing", |dir, _| {
            fs::remove_dir_all(dir.join("journal")).unwrap();
        }),
        ("no segment", |dir, _| {
            fs::remove_dir_all(dir.join("journal")).unwrap();
            fs::create_dir(dir.join("journal")).unwrap();
        }),
        ("ends at", |dir, end| {
            let file = File::options().write(true).open(segment(dir, 1)).unwrap();
            file.set_len(end.offset - 1).unwrap();
        }),
        ("segment 1", |dir, end| {
            flip(&segment(dir, 1), end.offset - 3000);
        }),
    ];
    for kind in ON_DISK {
        for (what, ruin) in ruins {
            let dir = tempfile::tempdir().unwrap();
            let (store, _) = filled(dir.path(), kind, &options());
            let (before, end) = (contents(&store), store.position().unwrap());
            store.close().unwrap();
            ruin(dir.path(), &end);
            let store = Store::open(dir.path(), kind, &options()).unwrap();
            let reason = store.opened().journal_rebuilt.clone().unwrap();
            assert!(reason.contains(what), "{reason}");
            assert_eq!(contents(&store), before);
            assert_eq!(store.opened().moved, None);
            assert!(store.verify(&mut |_| {}).unwrap().is_sound());
            store.close().unwrap();
            let store = Store::open(dir.path(), kind, &options()).unwrap();
            assert_eq!(store.opened(), &Opened::default());
        }
    }
}

#[test]
fn a_lost_segment_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), EngineKind::Redb, &small_segments());
    store.close().unwrap();
    fs::remove_file(segment(dir.path(), 1)).unwrap();
    let store = Store::open(dir.path(), EngineKind::Memory, &small_segments()).unwrap();
    assert!(
        store.opened().damage.iter().any(|it| it.segment == 1),
        "{:?}",
        store.opened()
    );
    assert!(!store.opened().gaps.is_empty());
    drop(store);
    let store = Store::open(dir.path(), EngineKind::Redb, &small_segments()).unwrap();
    assert!(!store.verify(&mut |_| {}).unwrap().is_sound());
}

#[test]
fn a_lost_or_ruined_index_is_made_anew() {
    for kind in ON_DISK {
        let index = |dir: &Path| dir.join(kind.file_name().unwrap());
        type Ruin = fn(&Path);
        let ruins: [Ruin; 4] = [
            |path| {
                if path.is_dir() {
                    fs::remove_dir_all(path)
                } else {
                    fs::remove_file(path)
                }
                .unwrap();
            },
            |path| {
                let file = if path.is_dir() {
                    path.join("db")
                } else {
                    path.to_owned()
                };
                let len = fs::metadata(&file).unwrap().len();
                fs::write(file, vec![0x5A; usize::try_from(len).unwrap()]).unwrap();
            },
            |path| {
                let file = if path.is_dir() {
                    path.join("conf")
                } else {
                    path.to_owned()
                };
                fs::write(file, b"short").unwrap();
            },
            |path| {
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                    fs::write(path, b"a file").unwrap();
                } else {
                    fs::remove_file(path).unwrap();
                    fs::create_dir(path).unwrap();
                }
            },
        ];
        for (number, ruin) in ruins.into_iter().enumerate() {
            let dir = tempfile::tempdir().unwrap();
            let (store, _) = filled(dir.path(), kind, &small_segments());
            let before = contents(&store);
            store.close().unwrap();
            ruin(&index(dir.path()));
            let steps = Arc::new(AtomicU64::new(0));
            let seen = Arc::clone(&steps);
            let options = small_segments().on_progress(move |progress| {
                assert_eq!(progress.step, Step::RebuildIndex);
                assert!(progress.done <= progress.total);
                seen.fetch_add(1, Ordering::Relaxed);
            });
            let store = Store::open(dir.path(), kind, &options).unwrap();
            assert_eq!(contents(&store), before, "{kind:?} {number}");
            let opened = store.opened();
            // sled itself gets over a short `conf`.
            if (kind, number) != (EngineKind::Sled, 2) {
                assert!(opened.rebuilt.is_some(), "{kind:?} {number} {opened:?}");
                assert_eq!(opened.set_aside.is_some(), number != 0);
                assert!(steps.load(Ordering::Relaxed) > 0);
            }
            assert!(store.verify(&mut |_| {}).unwrap().is_sound());
            store.close().unwrap();
            let store = Store::open(dir.path(), kind, &small_segments()).unwrap();
            assert_eq!(store.opened().rebuilt, None);
        }
    }
}

#[test]
fn an_index_that_is_behind_is_brought_up_to_date() {
    for kind in ON_DISK {
        let dir = tempfile::tempdir().unwrap();
        let old = tempfile::tempdir().unwrap();
        let name = kind.file_name().unwrap();
        let (store, mut writer) = filled(dir.path(), kind, &small_segments());
        store.close().unwrap();
        copy_dir(dir.path(), old.path());
        let store = Store::open(dir.path(), kind, &small_segments()).unwrap();
        for _ in 0..60 {
            put(&store, vec![Record::Own(writer.some(origin(1), 30))]);
        }
        let after = contents(&store);
        store.close().unwrap();
        let index = dir.path().join(name);
        if index.is_dir() {
            fs::remove_dir_all(&index)
        } else {
            fs::remove_file(&index)
        }
        .unwrap();
        fs::rename(old.path().join(name), &index).unwrap();
        let store = Store::open(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(contents(&store), after);
        assert_eq!(
            (store.opened().replayed_groups, &store.opened().rebuilt),
            (60, &None)
        );
    }
}

#[test]
fn an_index_of_another_store_or_another_past_is_set_aside() {
    for kind in ON_DISK {
        let name = kind.file_name().unwrap();
        // Another store's index under this journal.
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (store, _) = filled(one.path(), kind, &options());
        let before = contents(&store);
        drop(store);
        drop(Store::create(two.path(), kind, &options()).unwrap());
        fs::rename(one.path().join(name), one.path().join("away")).unwrap();
        fs::rename(two.path().join(name), one.path().join(name)).unwrap();
        let store = Store::open(one.path(), kind, &options()).unwrap();
        assert!(
            store
                .opened()
                .rebuilt
                .as_deref()
                .unwrap()
                .contains("belongs to")
        );
        assert_eq!(contents(&store), before);
        drop(store);
        // The same store, gone on differently after a copy.
        let copy = tempfile::tempdir().unwrap();
        copy_dir(one.path(), copy.path());
        for (dir, text) in [(one.path(), "a"), (copy.path(), "b")] {
            put(
                &Store::open(dir, kind, &options()).unwrap(),
                vec![note("k", text)],
            );
        }
        fs::remove_dir_all(one.path().join("journal")).unwrap();
        copy_dir(&copy.path().join("journal"), &one.path().join("journal"));
        let store = Store::open(one.path(), kind, &options()).unwrap();
        assert!(
            store
                .opened()
                .rebuilt
                .as_deref()
                .unwrap()
                .contains("another journal")
        );
        assert_eq!(store.note("k").unwrap().as_deref(), Some("b"));
    }
}

/// Options whose disk fails at one kind of operation while the switch is on.
fn failing(at: DiskOp, kind: io::ErrorKind) -> (OpenOptions, Arc<AtomicBool>) {
    let on = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&on);
    let disk = Disk::with_faults(move |op, _| {
        if op == at && switch.load(Ordering::SeqCst) {
            Err(kind.into())
        } else {
            Ok(())
        }
    });
    (
        OpenOptions {
            disk,
            ..small_segments()
        },
        on,
    )
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_taken_until_reopened() {
    for kind in KINDS {
        for op in [DiskOp::Write, DiskOp::Sync] {
            let dir = tempfile::tempdir().unwrap();
            let (options, on) = failing(op, io::ErrorKind::Other);
            let store = Store::create(dir.path(), kind, &options).unwrap();
            let mut writer = Writer::default();
            put(&store, vec![Record::Own(writer.some(origin(1), 3))]);
            let before = contents(&store);
            on.store(true, Ordering::SeqCst);
            let failed = store.append(vec![note("k", "1")].into()).wait();
            assert!(matches!(failed, Err(AppendError::Io { .. })), "{failed:?}");
            on.store(false, Ordering::SeqCst);
            let failed = store.append(vec![note("k", "2")].into()).wait();
            assert!(
                matches!(failed, Err(AppendError::Poisoned { .. })),
                "{failed:?}"
            );
            assert_eq!(contents(&store), before);
            assert!(matches!(store.close(), Err(AppendError::Poisoned { .. })));
            let store = Store::open(dir.path(), kind, &options).unwrap();
            assert_ne!(store.note("k").unwrap().as_deref(), Some("2"));
            put(
                &store,
                vec![Record::Own(writer.some(origin(1), 3)), note("k", "3")],
            );
            assert!(store.verify(&mut |_| {}).unwrap().is_sound());
            store.close().unwrap();
        }
    }
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_space() {
    let dir = tempfile::tempdir().unwrap();
    let (options, on) = failing(DiskOp::Create, io::ErrorKind::StorageFull);
    let store = Store::create(dir.path(), EngineKind::Memory, &options).unwrap();
    let mut writer = Writer::default();
    put(&store, vec![Record::Own(writer.some(origin(1), 900))]);
    on.store(true, Ordering::SeqCst);
    // The next needs another segment.
    let slice = writer.some(origin(1), 900);
    let full = store
        .append(vec![Record::Own(slice.clone())].into())
        .wait()
        .unwrap_err();
    assert!(
        matches!(full, AppendError::DiskFull { .. }) && full.is_retryable(),
        "{full:?}"
    );
    assert_eq!(store.head(origin(1)).unwrap().unwrap().0, 900);
    on.store(false, Ordering::SeqCst);
    put(&store, vec![Record::Own(slice)]);
    assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    let before = contents(&store);
    store.close().unwrap();
    let store = Store::open(dir.path(), EngineKind::Memory, &options).unwrap();
    assert_eq!(contents(&store), before);
}

#[test]
fn a_group_larger_than_a_segment_is_kept_whole() {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(dir.path(), kind, &small_segments()).unwrap();
        let mut writer = Writer::default();
        put(&store, vec![note("k", "1")]);
        let entry = vec![5; 1000];
        let slice = writer.next(origin(1), vec![entry.as_slice(); 3000]);
        put(&store, vec![Record::Own(slice)]);
        put(&store, vec![note("k", "2")]);
        let before = contents(&store);
        store.close().unwrap();
        let store = Store::rebuild(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(contents(&store), before);
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    }
}

#[test]
fn a_batch_may_overlap_what_is_held() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), EngineKind::Redb, &options()).unwrap();
    let mut writer = Writer::default();
    let first = writer.some(origin(1), 3);
    let second = writer.some(origin(1), 3);
    let mut both = first.clone();
    second
        .entries
        .iter()
        .for_each(|entry| both.entries.push(entry));
    put(&store, vec![Record::Own(first)]);
    put(
        &store,
        vec![Record::Foreign {
            batch: pack(&both),
            slice: second,
        }],
    );
    let before = contents(&store);
    assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    drop(store);
    let store = Store::rebuild(dir.path(), EngineKind::Redb, &options()).unwrap();
    assert_eq!(contents(&store), before);
}

/// A power loss may leave any part of a sled database that was open as it never was.
#[test]
fn an_index_that_was_not_closed_is_read_before_it_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), EngineKind::Sled, &options());
    let expected = contents(&store);
    store.close().unwrap();
    let index = dir.path().join("index.sled");
    let kept = dir.path().join("kept");
    copy_dir(&index, &kept);
    let open = || Store::open(dir.path(), EngineKind::Sled, &options()).unwrap();
    let store = open();
    assert_eq!(store.opened().rebuilt, None);
    store.close().unwrap();
    for (at_end, cut) in [(false, false), (true, false), (false, true), (true, true)] {
        fs::remove_dir_all(&index).unwrap();
        copy_dir(&kept, &index);
        // The database says nothing; only what is in it is wrong.
        let db = sled::open(&index).unwrap();
        let chunks: Vec<_> = db.scan_prefix("c/").map(Result::unwrap).collect();
        let at = if at_end { chunks.len() - 1 } else { 0 };
        let (key, value) = &chunks[at];
        if cut {
            db.remove(key).unwrap();
        } else {
            let mut value = value.to_vec();
            value[40] ^= 1;
            db.insert(key, value).unwrap();
        }
        drop(db);
        fs::remove_file(index.join("closed")).unwrap();
        let store = open();
        assert_eq!(contents(&store), expected);
        assert!(store.opened().rebuilt.is_some(), "{:?}", store.opened());
        store.close().unwrap();
    }
}

/// sled keeps long values in files of their own and never syncs them, so that a power loss may
/// leave a database that opens and lacks some of them.
#[test]
fn an_index_whose_long_values_are_gone_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), EngineKind::Sled, &options()).unwrap();
    let mut writer = Writer::default();
    let mut long = |store: &Store| {
        let entries = vec![vec![7_u8; 30 * 1024]; 60];
        let slice = writer.next(origin(1), entries.iter().map(Vec::as_slice));
        put(store, vec![Record::Own(slice)]);
    };
    long(&store);
    store.close().unwrap();
    let index = dir.path().join("index.sled");
    let kept = dir.path().join("kept");
    copy_dir(&index, &kept);
    let store = Store::open(dir.path(), EngineKind::Sled, &options()).unwrap();
    long(&store);
    let expected = contents(&store);
    store.close().unwrap();
    fs::remove_dir_all(&index).unwrap();
    copy_dir(&kept, &index);
    let long_values: Vec<_> = fs::read_dir(index.join("blobs")).unwrap().collect();
    assert!(!long_values.is_empty(), "nothing to lose");
    for value in long_values {
        fs::remove_file(value.unwrap().path()).unwrap();
    }
    let store = Store::open(dir.path(), EngineKind::Sled, &options()).unwrap();
    assert_eq!(contents(&store), expected);
    assert!(store.opened().rebuilt.is_some(), "{:?}", store.opened());
    assert!(store.opened().set_aside.is_some());
}

/// The frames of two origins, of which one in the middle is rotten while there is no index.
fn with_a_loss(dir: &Path, kind: EngineKind) -> Writer {
    let (store, writer) = filled(dir, kind, &options());
    store.close().unwrap();
    for item in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if item.file_name().to_string_lossy().starts_with("index") {
            let gone = fs::remove_dir_all(item.path()).or_else(|_| fs::remove_file(item.path()));
            gone.unwrap();
        }
    }
    let path = segment(dir, 1);
    let bytes = fs::read(&path).unwrap();
    let used = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    flip(&path, u64::try_from(used / 2).unwrap());
    writer
}

#[test]
fn entries_that_are_lost_stay_told_until_they_are_back() {
    for kind in ON_DISK {
        let dir = tempfile::tempdir().unwrap();
        let writer = with_a_loss(dir.path(), kind);
        let open = || Store::open(dir.path(), kind, &options()).unwrap();
        let lacking = |store: &Store| {
            let mut of = [origin(1), origin(2)].into_iter();
            let of = of.find(|&it| store.head(it).unwrap().unwrap().0 < writer.head(it).0);
            of.expect("a frame with entries was hit")
        };
        // The second opening makes the journal anew, which then has no damage any more.
        for opening in 1..=4 {
            let store = open();
            let opened = store.opened();
            let told = !opened.damage.is_empty() || !opened.kept_aside.is_empty();
            assert!(told, "opening {opening}: {opened:?}");
            assert!(!store.verify(&mut |_| {}).unwrap().is_sound(), "{opening}");
            store.close().unwrap();
        }
        let aside = dir.path().join("journal-lost.damaged-1");
        let store = open();
        let origin = lacking(&store);
        let (head, _) = store.head(origin).unwrap().unwrap();
        let last = writer.head(origin).0;
        let named = format!("entries {} to {last} of {origin} ", head + 1);
        let is_named =
            |text: &String| text.contains(&named) && text.contains(&aside.display().to_string());
        let report = store.verify(&mut |_| {}).unwrap();
        assert!(report.problems.iter().any(is_named), "{named}: {report:?}");
        store.close().unwrap();
        let examined =
            ledger_store::examine(dir.path(), kind, &options(), &mut |_| {}, &mut |_| {}).unwrap();
        let lost = examined.lost.iter().find(|it| it.origin == origin).unwrap();
        assert_eq!((lost.first, lost.last), (head + 1, last));
        assert_eq!(lost.file, aside);

        // A peer gives them back.
        let peer_dir = tempfile::tempdir().unwrap();
        let (peer, _) = filled(peer_dir.path(), EngineKind::Memory, &options());
        let store = open();
        for (origin, last, _) in peer.heads().unwrap() {
            let (head, _) = store.head(origin).unwrap().unwrap();
            if head < last {
                let slice = peer
                    .slice(origin, head + 1, usize::MAX, usize::MAX)
                    .unwrap();
                put(&store, vec![foreign(slice)]);
            }
        }
        let report = store.verify(&mut |_| {}).unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
        store.close().unwrap();
        let examined =
            ledger_store::examine(dir.path(), kind, &options(), &mut |_| {}, &mut |_| {}).unwrap();
        assert_eq!(examined.lost, []);
    }
}
