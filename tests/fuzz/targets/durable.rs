//! ledger-store: the two files of a fence, and whole backups.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use ledger_format::Hash;
use ledger_store::{
    BackupError, BackupExtra, EngineKind, Group, Note, OpenOptions, Record, Store, manifest_of,
    read_backup, restore,
};

use super::input::{Input, put_counted};
use super::store::{self, STORE_ID};

const SLOT_BYTES: usize = 132;
const SLOT_STEP: usize = 512;
/// Of a backup: hash and magic at the end, and what the hash does not cover of it.
const HASH_BYTES: usize = 32;
const BEHIND_BYTES: usize = 40;
/// How far the bytes are apart that are changed in a whole one.
const CHANGED_STEP: u8 = 16;

fn options() -> OpenOptions {
    OpenOptions::new(store::unpack)
}

/// Whatever a fence says, the store opens, holds what its journal holds, and after the next write
/// is told nothing any more.
///
/// Input: a byte whose lower three bits put the checksums of the slots right, then the counted
/// content of `place`, of the outside file's first slot and of its second.
pub(crate) fn fence(bytes: &[u8]) {
    let mut input = Input(bytes);
    let right = input.byte().unwrap_or(0);
    let slots = [0, 1, 2].map(|number| {
        let mut slot = input.counted().to_vec();
        if right & (1 << number) != 0 && slot.len() >= SLOT_BYTES {
            let crc = crc32c::crc32c(&slot[..SLOT_BYTES - 4]).to_le_bytes();
            slot[SLOT_BYTES - 4..SLOT_BYTES].copy_from_slice(&crc);
        }
        slot
    });
    let dir = store::scratch();
    let (inside, outside) = (dir.path().join("s"), dir.path().join("s.fence"));
    let journal = store::journal_seeds().remove(1);
    store::write_segments(&inside, Input(&journal));
    let open = |fence| {
        let options = OpenOptions { fence, ..options() };
        Store::open(&inside, EngineKind::Memory, &options).expect("a fence stops no store")
    };
    let expected = store::contents(&open(None));
    let [place, mut first, second] = slots;
    first.resize(SLOT_STEP, 0);
    fs::write(inside.join("place"), place).expect("write the place");
    fs::write(&outside, [first, second].concat()).expect("write the fence");
    let told = |store: &Store| store.opened().moved.clone();
    let store = open(Some(outside.clone()));
    let moved = told(&store);
    assert_eq!(store::contents(&store), expected);
    drop(store);
    let store = open(Some(outside.clone()));
    assert_eq!(told(&store), moved, "it is told until something is written");
    let note = Note {
        key: "fuzz".to_owned(),
        value: "was here".to_owned(),
    };
    let group = Group::new().with(Record::Note(note));
    let _position = store.append(group).wait().expect("the disk has room");
    store.close().expect("nothing failed");
    assert_eq!(told(&open(Some(outside))), None, "it was written here");
}

fn slot(inode: u64, counter: u64, end: (u64, u64)) -> Vec<u8> {
    let mut slot = b"SLFENCE1".to_vec();
    slot.extend_from_slice(&STORE_ID);
    slot.extend_from_slice(&[3; 32]);
    for number in [inode, 1_700_000_000_000_000_000, counter, end.0, end.1] {
        slot.extend_from_slice(&number.to_le_bytes());
    }
    slot.extend_from_slice(&[4; 32]);
    slot.resize(SLOT_BYTES, 0);
    slot
}

/// Seeds of [`fence`]: none, of another directory, turned back, with counters at their end.
pub(crate) fn fence_seeds() -> Vec<Vec<u8>> {
    let max = u64::MAX;
    [
        [Vec::new(), Vec::new(), Vec::new()],
        [
            slot(1, 0, (0, 0)),
            slot(1, 2, (1, 96)),
            slot(1, 3, (1, 4000)),
        ],
        [slot(1, 0, (0, 0)), slot(2, 9, (7, 80)), Vec::new()],
        [Vec::new(), slot(1, max, (1, 80)), slot(1, max, (max, max))],
        [
            slot(1, max, (0, 0)),
            slot(1, max - 1, (0, 0)),
            slot(1, max, (0, 0)),
        ],
    ]
    .iter()
    .map(|slots| {
        let mut bytes = vec![7];
        slots.iter().for_each(|slot| put_counted(&mut bytes, slot));
        bytes
    })
    .collect()
}

/// A backup is refused, or whole: then it is restored as its manifest says, and refused with any
/// of its bytes changed.
///
/// Input: a byte whose lowest bit puts the hash over all right, so that what the manifest says
/// is read as if it had been written; one that says which bytes of a whole file are changed; the
/// file.
pub(crate) fn backup(bytes: &[u8]) {
    let mut input = Input(bytes);
    let [right, at] = [input.byte(), input.byte()].map(Option::unwrap_or_default);
    let mut file = input.0.to_vec();
    if right & 1 != 0
        && let Some(end) = file.len().checked_sub(BEHIND_BYTES)
    {
        let hash = Hash::of(&file[..end]);
        file[end..end + HASH_BYTES].copy_from_slice(hash.as_bytes());
    }
    let dir = store::scratch();
    let path = dir.path().join("b");
    fs::write(&path, &file).expect("write the file");
    let manifest = manifest_of(&path, &options());
    let read = match read_backup(&path, &options(), &mut |_| {}) {
        Ok(read) => read,
        Err(error) => {
            assert!(is_refusal(&error), "{error:?}");
            let into = dir.path().join("r");
            let restored = restore(&path, &into, EngineKind::Memory, &options(), &mut |_| {});
            assert!(restored.is_err() && !into.exists(), "half of it is there");
            return;
        }
    };
    assert_eq!(manifest.expect("it was read whole"), read.manifest);
    restores(&path, &dir.path().join("r"), &read.manifest);
    for at in (usize::from(at % CHANGED_STEP)..file.len()).step_by(CHANGED_STEP.into()) {
        file[at] ^= 1;
        fs::write(&path, &file).expect("write the file");
        let error = read_backup(&path, &options(), &mut |_| {});
        assert!(is_refusal(&error.expect_err("it was changed")), "byte {at}");
        file[at] ^= 1;
    }
}

fn is_refusal(error: &BackupError) -> bool {
    matches!(
        error,
        BackupError::Damaged { .. }
            | BackupError::NotABackup { .. }
            | BackupError::NewerFormat { .. }
            | BackupError::Store(ledger_store::OpenError::NewerFormat { .. })
    )
}

fn restores(file: &Path, into: &Path, manifest: &ledger_store::Manifest) {
    let kind = EngineKind::Memory;
    let restored = restore(file, into, kind, &options(), &mut |_| {});
    assert_eq!(&restored.expect("it was read whole").manifest, manifest);
    let store = Store::open(into, kind, &options()).expect("it was restored");
    assert!(store.opened().moved.is_some(), "it must not go on as it is");
    let heads = store.heads().expect("a fresh index can be read");
    let heads: Vec<_> = heads
        .iter()
        .map(|(origin, seq, hash)| (origin.to_string(), *seq, hash.to_string()))
        .collect();
    let said: Vec<_> = manifest
        .heads
        .iter()
        .map(|head| (head.origin.clone(), head.seq, head.hash.clone()))
        .collect();
    assert_eq!(heads, said);
}

/// Seeds of [`backup`]: empty, one of each record, several segments; with and without its hash.
pub(crate) fn backup_seeds() -> Vec<Vec<u8>> {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let files = FILES.get_or_init(|| [0, 1, 4].map(made).into());
    let mut seeds: Vec<Vec<u8>> = files
        .iter()
        .flat_map(|file| {
            [
                [&[0, 99], &file[..]].concat(),
                [&[1, 99], &file[..]].concat(),
            ]
        })
        .collect();
    let lying = text_replaced(&files[1], "0000001.seg", "9999999.seg");
    seeds.push([&[1, 0], &lying[..]].concat());
    let without_journal = text_replaced(&files[0], "journal/", "journal.");
    seeds.push([&[1, 0], &without_journal[..]].concat());
    seeds
}

fn text_replaced(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut file = file.to_vec();
    let at = file
        .windows(from.len())
        .rposition(|it| it == from.as_bytes());
    let at = at.expect("the manifest says it");
    file[at..at + to.len()].copy_from_slice(to.as_bytes());
    file
}

/// A backup of so many groups.
fn made(groups: usize) -> Vec<u8> {
    let dir = store::scratch();
    let options = OpenOptions {
        segment_bytes: 512,
        ..options()
    };
    let kind = EngineKind::Memory;
    let store = Store::create(&dir.path().join("s"), kind, &options).expect("a new store");
    let records = store::records();
    for group in records
        .chunks(records.len().div_ceil(groups.max(1)))
        .take(groups)
    {
        let _position = store.append(Group::from(group.to_vec())).wait();
    }
    let extra = BackupExtra {
        program: "fuzz".to_owned(),
        parts: [
            ("keys.json".to_owned(), b"{}".to_vec()),
            ("none".to_owned(), Vec::new()),
        ]
        .into(),
        ..BackupExtra::default()
    };
    let report = store.backup(&dir.path().join("b"), &extra, &mut |_| {});
    fs::read(report.expect("the disk has room").file).expect("it was made")
}
