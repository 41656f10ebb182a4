//! Backups: while threads append, damaged anywhere, across engines, interrupted, on a full disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use common::*;
use ledger_store::{
    BackupError, BackupExtra, Disk, DiskOp, EngineKind, OpenError, OpenOptions, Record, Step,
    Store, backup_beside, read_backup, restore,
};

fn extra() -> BackupExtra {
    BackupExtra {
        program: "test 1".to_owned(),
        made_at: "2026-11-21T12:00:00Z".to_owned(),
        about: [("node".to_owned(), "counter".to_owned())].into(),
        parts: [
            ("keys.json".to_owned(), br#"{"secret":1}"#.to_vec()),
            ("empty".to_owned(), Vec::new()),
        ]
        .into(),
    }
}

fn back_up(store: &Store, file: &Path) -> ledger_store::BackupReport {
    store.backup(file, &extra(), &mut |_| {}).unwrap()
}

/// Nothing but these names is in a directory.
fn assert_only(dir: &Path, names: &[&str]) {
    let inside = fs::read_dir(dir).unwrap();
    let mut inside: Vec<String> = inside
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    inside.sort();
    assert_eq!(inside, names);
}

#[test]
fn a_backup_is_restored_into_every_engine_with_the_same_contents() {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (store, _) = filled(&at("store"), kind, &small_segments());
        let (before, id) = (contents(&store), store.id());
        let mut steps = Vec::new();
        let report = store
            .backup(&at("b"), &extra(), &mut |progress| {
                assert!(progress.done <= progress.total, "{progress:?}");
                steps.push(progress.step);
            })
            .unwrap();
        steps.dedup();
        assert_eq!(steps, [Step::Backup, Step::VerifyBackup]);
        assert_eq!(report.file, at("b"));
        assert_eq!(report.bytes, at("b").metadata().unwrap().len());
        assert_eq!(
            (report.manifest.entries, report.manifest.origins()),
            (1400, 2)
        );
        assert!(report.manifest.missing.is_empty() && report.damage.is_empty());
        assert!(report.manifest.parts.len() > 3, "several segments");
        for to in KINDS {
            let restored = restore(&at("b"), &at("r"), to, &options(), &mut |_| {}).unwrap();
            assert_eq!(restored.extra, extra().parts);
            assert_eq!(restored.manifest, report.manifest);
            let back = Store::open(&at("r"), to, &options()).unwrap();
            assert_eq!(
                (contents(&back), back.id()),
                (before.clone(), id),
                "{kind:?} {to:?}"
            );
            assert!(
                back.opened().moved.is_some(),
                "the fence says that it was restored"
            );
            // Its index was made by the restore.
            assert_eq!(back.opened().rebuilt, None);
            assert!(back.verify(&mut |_| {}).unwrap().is_sound());
            put(&back, vec![note("k", "after")]);
            back.close().unwrap();
            fs::remove_dir_all(at("r")).unwrap();
        }
        store.close().unwrap();
        assert_only(dir.path(), &["b", "store"]);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("store"), EngineKind::Memory, &options());
    let report = back_up(&store, &dir.path().join("b"));
    let mode = report.file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn while_threads_append_a_backup_holds_a_prefix_of_every_origin_and_whole_groups() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        segment_bytes: 16 * 1024,
        ..options()
    };
    let store = Arc::new(Store::create(&dir.path().join("s"), EngineKind::Redb, &options).unwrap());
    let (told, heard) = mpsc::channel();
    let stop = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (1..=4)
        .map(|n| {
            let (store, told, stop) = (Arc::clone(&store), told.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut writer = Writer::default();
                let mut groups = 0_u64;
                while stop.load(Ordering::Relaxed) == 0 {
                    // A group of three entries and the note that counts them.
                    groups += 1;
                    let slice = writer.some(origin(n), 3);
                    let count = note(&format!("count-{n}"), &(groups * 3).to_string());
                    put(&store, vec![Record::Own(slice), count]);
                    let _heard = told.send(n);
                }
                writer
            })
        })
        .collect();
    let mut made = Vec::new();
    for number in 0..5 {
        // Each thread has appended something since the last backup.
        let mut since = [false; 5];
        while since[1..].iter().any(|seen| !seen) {
            since[usize::from(heard.recv().unwrap())] = true;
        }
        let before = store.heads().unwrap();
        let file = dir.path().join(format!("b{number}"));
        let report = back_up(&store, &file);
        assert_eq!(report.damage, [""; 0], "it is made of the journal itself");
        let last = report.manifest.parts.last().unwrap();
        assert_eq!(last.bytes, report.manifest.position.offset);
        made.push((file, before, report));
    }
    stop.store(1, Ordering::Relaxed);
    let writers: Vec<Writer> = threads.into_iter().map(|it| it.join().unwrap()).collect();
    for (file, before, report) in made {
        let into = dir.path().join("r");
        let restored = restore(&file, &into, EngineKind::Memory, &options, &mut |_| {}).unwrap();
        assert_eq!(restored.manifest, report.manifest);
        let back = Store::open(&into, EngineKind::Memory, &options).unwrap();
        for (n, writer) in (1..=4).zip(&writers) {
            let (seq, hash) = back.head(origin(n)).unwrap().unwrap();
            assert_eq!(seq % 3, 0, "groups are whole");
            let counted = back.note(&format!("count-{n}")).unwrap().unwrap();
            assert_eq!(counted, seq.to_string(), "a group came without its note");
            assert_eq!(store.hash_at(origin(n), seq).unwrap(), Some(hash));
            assert!(writer.head(origin(n)).0 >= seq);
            let known = before.iter().find(|head| head.0 == origin(n)).unwrap();
            assert!(seq >= known.1, "what was acknowledged before is in it");
        }
        drop(back);
        fs::remove_dir_all(&into).unwrap();
    }
}

/// A small backup, made once.
fn small_backup(dir: &Path) -> (PathBuf, Vec<u8>) {
    let (store, _) = filled(&dir.join("store"), EngineKind::Memory, &small_segments());
    let file = dir.join("b");
    let _report = back_up(&store, &file);
    (file.clone(), fs::read(file).unwrap())
}

fn refused(file: &Path, into: &Path) -> BackupError {
    let kind = EngineKind::Memory;
    let error = restore(file, into, kind, &options(), &mut |_| {}).unwrap_err();
    assert!(!into.exists(), "nothing is left where the store would be");
    error
}

/// A backup of a few entries in several segments, so small that each of its bits can be tried.
fn tiny_backup(dir: &Path) -> (PathBuf, Vec<u8>) {
    let options = OpenOptions {
        segment_bytes: 512,
        ..options()
    };
    let store = Store::create(&dir.join("store"), EngineKind::Memory, &options).unwrap();
    let mut writer = Writer::default();
    for _ in 0..2 {
        put(&store, vec![Record::Own(writer.some(origin(1), 2))]);
        let slice = writer.some(origin(2), 2);
        let head = Record::Head(writer.signed(origin(2)));
        put(&store, vec![foreign(slice), head, note("k", "v")]);
    }
    let report = back_up(&store, &dir.join("b"));
    assert!(report.manifest.parts.len() > 3, "several segments");
    (report.file.clone(), fs::read(report.file).unwrap())
}

fn is_refusal(error: &BackupError) -> bool {
    matches!(
        error,
        BackupError::Damaged { .. }
            | BackupError::NotABackup { .. }
            | BackupError::NewerFormat { .. }
    )
}

#[test]
fn a_backup_with_any_bit_flipped_or_cut_anywhere_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, whole) = tiny_backup(dir.path());
    let (broken, into) = (dir.path().join("broken"), dir.path().join("into"));
    let options = options();
    let check = |bytes: &[u8], what: &dyn Fn() -> String| {
        fs::write(&broken, bytes).unwrap();
        let error = read_backup(&broken, &options, &mut |_| {}).unwrap_err();
        assert!(is_refusal(&error), "{}: {error:?}", what());
    };
    let mut bytes = whole.clone();
    for at in 0..whole.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            check(&bytes, &|| format!("byte {at}, bit {bit}"));
            bytes[at] ^= 1 << bit;
        }
        check(&whole[..at], &|| format!("cut at {at}"));
    }
    // A restore reads as a check does, and leaves nothing: in all regions of the file.
    for at in (0..whole.len()).step_by(61) {
        bytes[at] ^= 0x10;
        fs::write(&broken, &bytes).unwrap();
        assert!(is_refusal(&refused(&broken, &into)), "byte {at}");
        bytes[at] ^= 0x10;
        fs::write(&broken, &whole[..at]).unwrap();
        assert!(is_refusal(&refused(&broken, &into)), "cut at {at}");
    }
    fs::write(&broken, [whole.as_slice(), b"x"].concat()).unwrap();
    assert!(matches!(
        refused(&broken, &into),
        BackupError::Damaged { .. }
    ));
    fs::write(&broken, b"not a backup").unwrap();
    assert!(matches!(
        refused(&broken, &into),
        BackupError::NotABackup { .. }
    ));
    let mut newer = whole;
    newer[8] = 2;
    fs::write(&broken, &newer).unwrap();
    let error = refused(&broken, &into);
    assert!(matches!(
        error,
        BackupError::NewerFormat {
            found: 2,
            known: 1,
            ..
        }
    ));
    assert!(error.to_string().contains("newer version"), "{error}");
    assert!(read_backup(&file, &options, &mut |_| {}).is_ok());
}

#[test]
fn a_file_that_is_there_and_a_directory_with_something_in_it_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("store"), EngineKind::Redb, &options());
    let file = dir.path().join("b");
    fs::write(&file, "precious").unwrap();
    let error = store.backup(&file, &extra(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, BackupError::FileExists { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    fs::remove_file(&file).unwrap();
    let _report = back_up(&store, &file);
    let into = dir.path().join("into");
    fs::create_dir(&into).unwrap();
    fs::write(into.join("x"), "precious").unwrap();
    let kind = EngineKind::Redb;
    let error = restore(&file, &into, kind, &options(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty { .. }), "{error:?}");
    assert_only(&into, &["x"]);
    // Into an empty one it goes.
    fs::remove_file(into.join("x")).unwrap();
    let _restored = restore(&file, &into, kind, &options(), &mut |_| {}).unwrap();
    assert_eq!(
        contents(&Store::open(&into, kind, &options()).unwrap()),
        contents(&store)
    );
    assert!(matches!(
        Store::in_memory()
            .unwrap()
            .backup(&dir.path().join("m"), &extra(), &mut |_| {}),
        Err(BackupError::InMemory)
    ));
    let mut named = extra();
    let _none = named.parts.insert("journal/x".to_owned(), Vec::new());
    let error = store.backup(&dir.path().join("m"), &named, &mut |_| {});
    assert!(matches!(error, Err(BackupError::BadPart { .. })));
}

/// A disk on which the operation after `count` others fails, of those on paths with `word`.
fn failing(count: u64, word: &'static str, error: io::ErrorKind) -> (Disk, Arc<AtomicU64>) {
    let seen = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&seen);
    let disk = Disk::with_faults(move |op, path| {
        let ours = path.to_string_lossy().contains(word);
        if !ours || op == DiskOp::Remove {
            return Ok(());
        }
        if counter.fetch_add(1, Ordering::Relaxed) >= count {
            return Err(error.into());
        }
        Ok(())
    });
    (disk, seen)
}

#[test]
fn a_disk_that_fails_at_any_step_of_a_backup_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(
        &dir.path().join("store"),
        EngineKind::Redb,
        &small_segments(),
    ));
    let mut count = 0;
    loop {
        let (disk, _) = failing(count, "b.", io::ErrorKind::StorageFull);
        let options = OpenOptions {
            disk,
            ..small_segments()
        };
        let store = Store::open(&dir.path().join("store"), EngineKind::Redb, &options).unwrap();
        match store.backup(&dir.path().join("b."), &extra(), &mut |_| {}) {
            Ok(_) => break,
            Err(BackupError::Store(OpenError::DiskFull { .. })) => {}
            Err(error) => panic!("{count}: {error}"),
        }
        // The rename is the last step; only when the directory's sync failed is it there, whole.
        if dir.path().join("b.").exists() {
            assert!(read_backup(&dir.path().join("b."), &small_segments(), &mut |_| {}).is_ok());
            fs::remove_file(dir.path().join("b.")).unwrap();
        }
        assert_only(dir.path(), &["store"]);
        count += 1;
    }
    assert!(count > 20, "{count} operations");
}

#[test]
fn an_interrupted_restore_leaves_nothing_half_done_and_the_next_one_works() {
    let dir = tempfile::tempdir().unwrap();
    let (file, _) = small_backup(dir.path());
    let into = dir.path().join("into");
    let mut count = 0;
    loop {
        let (disk, seen) = failing(count, "into", io::ErrorKind::Other);
        let faulty = OpenOptions { disk, ..options() };
        // What a restore that was killed would leave.
        let half = dir.path().join(".into.restoring").join("journal");
        fs::create_dir_all(&half).unwrap();
        fs::write(half.join("00000000000000000009.seg"), "half").unwrap();
        let made = restore(&file, &into, EngineKind::Redb, &faulty, &mut |_| {});
        if seen.load(Ordering::Relaxed) <= count {
            let _restored = made.unwrap();
            break;
        }
        // Only the sync of the names comes after the move.
        if made.is_err() && into.exists() {
            fs::remove_dir_all(&into).unwrap();
        }
        let _gone = fs::remove_dir_all(dir.path().join(".into.restoring"));
        let _gone = fs::remove_dir_all(&into);
        count += 1;
    }
    assert!(count > 10, "{count} operations");
    let store = Store::open(&into, EngineKind::Redb, &options()).unwrap();
    assert_eq!(store.heads().unwrap().len(), 2);
    assert_only(dir.path(), &["b", "into", "store"]);
}

fn segment(dir: &Path, number: u64) -> PathBuf {
    dir.join("journal").join(format!("{number:020}.seg"))
}

fn flip(path: &Path, offset: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn where_the_journal_is_damaged_the_index_fills_in_and_the_damaged_bytes_go_along() {
    for gone in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (store, mut writer) = filled(&at("store"), EngineKind::Redb, &small_segments());
        let damaged = segment(&at("store"), 1);
        if gone {
            fs::remove_file(&damaged).unwrap();
        } else {
            flip(&damaged, 5000);
        }
        let before = contents(&store);
        let report = back_up(&store, &at("b"));
        assert!(report.manifest.missing.is_empty());
        assert!(!report.damage.is_empty());
        assert_eq!(report.file, at("b"));
        put(&store, vec![Record::Own(writer.some(origin(1), 1))]);
        let kind = EngineKind::Sled;
        let _restored = restore(&at("b"), &at("r"), kind, &options(), &mut |_| {}).unwrap();
        let back = Store::open(&at("r"), kind, &options()).unwrap();
        assert_eq!(contents(&back), before);
        assert!(back.verify(&mut |_| {}).unwrap().is_sound());
        let aside = at("r").join("journal.damaged-1");
        let kept = aside.join(damaged.file_name().unwrap());
        assert_eq!(kept.exists(), !gone);
        if !gone {
            assert_eq!(fs::read(kept).unwrap(), fs::read(&damaged).unwrap());
        }
        assert_only(dir.path(), &["b", "r", "store"]);
    }
}

#[test]
fn what_is_missing_is_said_and_the_file_does_not_look_whole() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    drop(filled(&at("store"), EngineKind::Memory, &small_segments()));
    // Without an index nothing can fill this in: entries of the first group are gone.
    flip(&segment(&at("store"), 1), 1000);
    let store = Store::open(&at("store"), EngineKind::Memory, &small_segments()).unwrap();
    assert!(!store.opened().gaps.is_empty());
    let report = back_up(&store, &at("b"));
    assert_eq!(report.file, at("b.incomplete"));
    assert!(
        report.manifest.missing[0].contains(&origin(2).to_string()),
        "{report:?}"
    );
    assert!(!at("b").exists());
    // What could be read is restored all the same, with the damaged segments beside it.
    let kind = EngineKind::Memory;
    let restored = restore(&report.file, &at("r"), kind, &options(), &mut |_| {}).unwrap();
    assert_eq!(restored.manifest.missing, report.manifest.missing);
    let back = Store::open(&at("r"), kind, &options()).unwrap();
    assert_eq!(back.heads().unwrap(), store.heads().unwrap());
    assert!(at("r").join("journal.damaged-1").is_dir());
    // A second one is refused rather than written over the first.
    let error = store.backup(&at("b"), &extra(), &mut |_| {});
    assert!(matches!(error, Err(BackupError::FileExists { .. })));
}

#[test]
fn beside_a_process_that_has_the_store_open_the_journal_alone_is_backed_up() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let (store, _) = filled(&at("store"), EngineKind::Redb, &small_segments());
    let beside = |name: &str| {
        let options = small_segments();
        backup_beside(&at("store"), &at(name), &options, &extra(), &mut |_| {})
    };
    assert_eq!(beside("b").unwrap().manifest.entries, 1400);
    let kind = EngineKind::Sled;
    let _restored = restore(&at("b"), &at("r"), kind, &options(), &mut |_| {}).unwrap();
    let back = Store::open(&at("r"), kind, &options()).unwrap();
    assert_eq!(contents(&back), contents(&store));
    // Only who has the index could fill in what is damaged.
    flip(&segment(&at("store"), 1), 5000);
    let error = beside("c").unwrap_err();
    assert!(matches!(error, BackupError::Unreadable { .. }), "{error}");
    assert_only(dir.path(), &["b", "r", "store"]);
}
