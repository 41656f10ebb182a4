//! Copied, restored and turned-back stores are told apart before anything is appended.
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

use common::*;
use ledger_store::{EngineKind, OpenOptions, Record, Store};

/// A store directory in a temporary place, and its fence beside it.
struct Home {
    root: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
        }
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("store")
    }

    fn fence(&self) -> PathBuf {
        self.root.path().join("store.fence")
    }

    fn options(&self) -> OpenOptions {
        OpenOptions {
            fence: Some(self.fence()),
            ..options()
        }
    }

    fn open(&self) -> Store {
        Store::open(&self.dir(), KIND, &self.options()).unwrap()
    }

    fn moved(&self) -> Option<String> {
        self.open().opened().moved.clone()
    }

    /// A store with a little in it, closed.
    fn filled() -> (Self, Writer) {
        let home = Self::new();
        let store = Store::create(&home.dir(), KIND, &home.options()).unwrap();
        let mut writer = Writer::default();
        for _ in 0..5 {
            put(&store, vec![Record::Own(writer.some(origin(1), 3))]);
        }
        store.close().unwrap();
        (home, writer)
    }
}

const KIND: EngineKind = EngineKind::Redb;

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_dir() {
            copy_dir(&item.path(), &to.join(item.file_name()));
        } else {
            fs::copy(item.path(), to.join(item.file_name())).unwrap();
        }
    }
}

#[test]
fn a_store_that_stays_where_it_is_goes_on() {
    let (home, mut writer) = Home::filled();
    for _ in 0..3 {
        let store = home.open();
        assert_eq!(store.opened().moved, None);
        put(&store, vec![Record::Own(writer.some(origin(1), 1))]);
        // Ended without closing, as a kill would.
        drop(store);
    }
    fs::remove_file(home.fence()).unwrap();
    assert_eq!(home.moved(), None, "only the outside file was lost");
}

#[test]
fn a_copy_is_told_until_it_has_written_and_the_original_never() {
    let (home, mut writer) = Home::filled();
    let copy = Home::new();
    copy_dir(&home.dir(), &copy.dir());
    for _ in 0..2 {
        assert!(copy.moved().unwrap().contains("copied"));
    }
    let store = copy.open();
    put(&store, vec![Record::Own(writer.some(origin(2), 1))]);
    store.close().unwrap();
    assert_eq!(copy.moved(), None);
    assert_eq!(home.moved(), None);
}

#[test]
fn an_older_state_in_the_same_place_is_told() {
    // Put back over the files, so that the directory is still the same one; or as a whole.
    for same_directory in [true, false] {
        let (home, mut writer) = Home::filled();
        let old = home.root.path().join("old");
        copy_dir(&home.dir(), &old);
        let store = home.open();
        put(&store, vec![Record::Own(writer.some(origin(1), 4))]);
        store.close().unwrap();
        if same_directory {
            for item in fs::read_dir(home.dir()).unwrap() {
                let path = item.unwrap().path();
                if path.is_dir() {
                    fs::remove_dir_all(path).unwrap();
                } else {
                    fs::remove_file(path).unwrap();
                }
            }
            copy_dir(&old, &home.dir());
        } else {
            fs::remove_dir_all(home.dir()).unwrap();
            fs::rename(&old, home.dir()).unwrap();
        }
        let moved = home.moved().unwrap();
        let expected = if same_directory {
            "end is missing"
        } else {
            "copied"
        };
        assert!(moved.contains(expected), "{moved}");
        assert!(home.moved().is_some(), "told again until it has written");
    }
}

#[test]
fn another_past_of_the_same_length_is_told() {
    let (home, writer) = Home::filled();
    // Two copies go on with different entries of equal length.
    let other = Home::new();
    copy_dir(&home.dir(), &other.dir());
    for (place, byte) in [(&home, 1), (&other, 2)] {
        let store = place.open();
        let (seq, prev) = writer.head(origin(1));
        let slice = ledger_format::OriginSlice {
            origin: origin(1),
            first_seq: seq + 1,
            prev,
            entries: [[byte; 40].as_slice()].into_iter().collect(),
        };
        put(&store, vec![Record::Own(slice)]);
        store.close().unwrap();
    }
    // The other past is put into the first place, journal and index, not the place file.
    fs::remove_dir_all(home.dir().join("journal")).unwrap();
    copy_dir(&other.dir().join("journal"), &home.dir().join("journal"));
    fs::copy(
        other.dir().join("index.redb"),
        home.dir().join("index.redb"),
    )
    .unwrap();
    let moved = home.moved().unwrap();
    assert!(moved.contains("older state"), "{moved}");
}

#[test]
fn a_flip_in_the_very_last_write_is_not_taken_for_a_torn_tail() {
    let (home, writer) = Home::filled();
    let store = home.open();
    let end = store.position().unwrap();
    store.close().unwrap();
    // The index did not get that far, as after a crash.
    fs::remove_file(home.dir().join("index.redb")).unwrap();
    let path = home.dir().join("journal").join(format!("{:020}.seg", 1));
    let mut bytes = fs::read(&path).unwrap();
    let last = usize::try_from(end.offset).unwrap() - 2;
    bytes[last] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let store = home.open();
    let opened = store.opened().clone();
    assert!(opened.moved.unwrap().contains("end is missing"));
    let (seq, _) = writer.head(origin(1));
    assert_eq!(store.head(origin(1)).unwrap().unwrap().0, seq - 3);
    assert_eq!(opened.damage.len(), 1, "{:?}", opened.damage);
    // What could not be read is kept for whoever can.
    let kept = fs::read(home.dir().join("journal-end.damaged-1")).unwrap();
    let at = usize::try_from(opened.damage[0].offset).unwrap();
    assert_eq!(kept, bytes[at..]);
}

#[test]
fn an_index_that_knows_the_end_gives_it_back_and_nothing_is_told() {
    let (home, _) = Home::filled();
    let store = home.open();
    let (before, end) = (contents(&store), store.position().unwrap());
    store.close().unwrap();
    let path = home.dir().join("journal").join(format!("{:020}.seg", 1));
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(end.offset).unwrap() - 2] ^= 4;
    fs::write(&path, &bytes).unwrap();
    let store = home.open();
    assert!(store.opened().journal_rebuilt.is_some());
    assert_eq!(store.opened().moved, None);
    assert_eq!(contents(&store), before);
    drop(store);
    assert_eq!(home.moved(), None);
}
