//! The files and the results that are kept, of all people, in memory and not without bound.

use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::Timestamp;

use super::job::{Done, File};

/// A file that nobody went on with is forgotten after this.
const FILE_MILLIS: u64 = 60 * 60 * 1000;
/// What is needed to undo an import is forgotten after this.
const DONE_MILLIS: u64 = 24 * 60 * 60 * 1000;
/// Files that one person may have begun with.
const FILES_OF_ONE_MAX: usize = 3;
/// About what a thing needs that may be undone.
const STEP_BYTES: usize = 256;
/// All of it together; above that the oldest makes room.
const BYTES_MAX: usize = 96 * 1024 * 1024;

/// How far an import is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// The file is here; nothing is written.
    Chosen(File),
    /// It is written.
    Done(Box<Done>),
}

/// An import of somebody.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) since: Timestamp,
    user: String,
    /// Whoever writes has this lock, so that a form that is sent twice is done once.
    pub(crate) stage: Arc<Mutex<Stage>>,
    bytes: usize,
    is_done: bool,
}

impl Kept {
    fn is_over(&self, now: Timestamp) -> bool {
        let most = if self.is_done {
            DONE_MILLIS
        } else {
            FILE_MILLIS
        };
        now.millis().saturating_sub(self.since.millis()) > most
    }
}

/// All imports that are kept, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    kept: Mutex<Vec<Kept>>,
}

impl Imports {
    fn with<T>(&self, now: Timestamp, change: impl FnOnce(&mut Vec<Kept>) -> T) -> T {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| !one.is_over(now));
        change(&mut kept)
    }

    /// Keeps a file under an id.
    pub(crate) fn hold(&self, id: String, user: &str, now: Timestamp, file: File) {
        let bytes = file.bytes.len();
        let new = Kept {
            id,
            since: now,
            user: user.to_owned(),
            stage: Arc::new(Mutex::new(Stage::Chosen(file))),
            bytes,
            is_done: false,
        };
        self.with(now, |kept| {
            kept.push(new);
            let is_file = |one: &Kept| !one.is_done && one.user == user;
            if kept.iter().filter(|one| is_file(one)).count() > FILES_OF_ONE_MAX
                && let Some(first) = kept.iter().position(is_file)
            {
                kept.remove(first);
            }
            make_room(kept);
        });
    }

    /// The import of an id, if it is this person's and still here.
    pub(crate) fn find(&self, id: &str, user: &str, now: Timestamp) -> Option<Kept> {
        self.with(now, |kept| {
            let mut theirs = kept.iter().filter(|one| one.user == user);
            theirs.find(|one| one.id == id).cloned()
        })
    }

    /// Notes that an import is written: its file is no longer needed, what undoes it is.
    pub(crate) fn written(&self, id: &str, now: Timestamp, done: &Done) {
        let bytes = done.undo.len().saturating_mul(STEP_BYTES);
        self.with(now, |kept| {
            if let Some(at) = kept.iter().position(|one| one.id == id) {
                let mut one = kept.remove(at);
                (one.since, one.bytes, one.is_done) = (now, bytes, true);
                kept.push(one);
            }
            make_room(kept);
        });
    }

    /// What a person imported, the newest first.
    pub(crate) fn done_by(&self, user: &str, now: Timestamp) -> Vec<Kept> {
        self.with(now, |kept| {
            let theirs = kept.iter().filter(|one| one.is_done && one.user == user);
            theirs.rev().cloned().collect()
        })
    }
}

/// Lets the oldest go until the rest fits. The newest always stays.
fn make_room(kept: &mut Vec<Kept>) {
    while kept.len() > 1 && kept.iter().map(|one| one.bytes).sum::<usize>() > BYTES_MAX {
        kept.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use importing::{Kind, Undo};

    use super::*;
    use crate::imports::Sums;

    const MINUTE: u64 = 60_000;

    fn file(bytes: usize) -> File {
        File {
            kind: Kind::Items,
            name: "a.csv".to_owned(),
            bytes: vec![b'a'; bytes].into(),
        }
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_file_is_one_persons_and_forgotten_after_a_while() {
        let imports = Imports::default();
        imports.hold("1".to_owned(), "ada", at(0), file(10));
        assert!(imports.find("1", "ben", at(0)).is_none());
        assert!(imports.find("1", "ada", at(59 * MINUTE)).is_some());
        assert!(imports.find("1", "ada", at(61 * MINUTE)).is_none());
        assert!(imports.kept.lock().unwrap().is_empty());
        imports.hold("2".to_owned(), "ada", at(0), file(10));
        let done = Done {
            kind: Kind::Items,
            name: "a.csv".to_owned(),
            at: at(5),
            sums: Sums::default(),
            first: None,
            undo: Undo::default(),
            taken: None,
        };
        imports.written("2", at(5), &done);
        assert!(imports.find("2", "ada", at(61 * MINUTE)).is_some());
        assert_eq!(imports.done_by("ada", at(61 * MINUTE)).len(), 1);
        assert!(imports.done_by("ben", at(61 * MINUTE)).is_empty());
        assert!(imports.find("2", "ada", at(25 * 60 * MINUTE)).is_none());
    }

    #[test]
    fn files_are_bounded_and_the_oldest_makes_room() {
        let imports = Imports::default();
        let is_here = |id: &str, user| imports.find(id, user, at(0)).is_some();
        for id in 1..=4 {
            imports.hold(id.to_string(), "ada", at(0), file(10));
        }
        assert!(!is_here("1", "ada") && is_here("2", "ada") && is_here("4", "ada"));
        imports.hold("5".to_owned(), "ben", at(0), file(BYTES_MAX - 5));
        assert!(
            !is_here("4", "ada") && is_here("5", "ben"),
            "there is no room for both"
        );
    }
}
