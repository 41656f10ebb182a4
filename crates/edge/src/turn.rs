//! Whose turn it is with the store, which one program at a time can have.
//!
//! A sync says so while it has the store, and a command that wants it meanwhile says that: the
//! command waits a little instead of failing, and the sync of a watch lets go of the store when the
//! network keeps it waiting. What is said is a lock on a small file beside the store, which a
//! program that was killed no longer holds.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use ledger_node::NodeError;

/// Held by the one watch of a store.
const WATCH: &str = "watch.lock";
/// Held while a sync has the store.
const SYNC: &str = "sync.lock";
/// Shared by all who want the store while a sync has it.
const WANTED: &str = "wanted.lock";

/// How long to wait between two tries.
const AGAIN: Duration = Duration::from_millis(50);
/// How often to try while a sync has the store: for five seconds.
const TRIES_MAX: u32 = 100;
/// How often to try when it is no sync: another command may be about to end.
const TRIES_MAX_OTHERWISE: u32 = 20;
/// After so many tries it is said what is waited for.
const SAID_AFTER: u32 = 30;

/// So often somebody may be looking just then.
const LOOKS: u32 = 5;

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "held, not looked at")] File);

fn file(store: &Path, name: &str) -> io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(store.join(name))
}

fn taken(file: File, locked: Result<(), TryLockError>) -> io::Result<Option<Held>> {
    match locked {
        Ok(()) => Ok(Some(Held(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        // Where a file system knows no locks, nobody is kept out.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
            Ok(Some(Held(file)))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Becomes the watch of a store; none when there is one.
pub(crate) fn watch(store: &Path) -> io::Result<Option<Held>> {
    let file = file(store, WATCH)?;
    let locked = file.try_lock();
    taken(file, locked)
}

/// Says that a sync has the store, or is about to. None when another sync says so; that it cannot
/// be said is no reason not to sync.
pub(crate) fn sync(store: &Path) -> Option<Held> {
    // Those who look whether there is one hold it for a moment.
    (0..LOOKS).find_map(|_| {
        let file = file(store, SYNC).ok()?;
        let locked = file.try_lock();
        taken(file, locked).ok()?
    })
}

fn is_syncing(store: &Path) -> bool {
    let file = File::open(store.join(SYNC));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn want(store: &Path) -> Option<Held> {
    let file = file(store, WANTED).ok()?;
    let locked = file.try_lock_shared();
    taken(file, locked).ok()?
}

/// Whether somebody waits for the store.
pub(crate) fn is_wanted(store: &Path) -> bool {
    let file = file(store, WANTED);
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Opens a store, and tries again for a while when it is in use; `waits` is called when that takes
/// long.
pub(crate) fn patiently<T>(
    store: &Path,
    waits: impl Fn(),
    open: impl Fn() -> Result<T, NodeError>,
) -> Result<T, NodeError> {
    let (mut tries, mut otherwise) = (0, 0);
    let mut wanted = None;
    loop {
        let opened = open();
        let in_use = matches!(&opened, Err(error) if error.code() == "store-in-use");
        if !in_use || tries >= TRIES_MAX || otherwise >= TRIES_MAX_OTHERWISE {
            return opened;
        }
        tries = tries.saturating_add(1);
        otherwise = if is_syncing(store) {
            0
        } else {
            otherwise.saturating_add(1)
        };
        wanted = wanted.or_else(|| want(store));
        if tries == SAID_AFTER {
            waits();
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing tells when another program lets go of the store"
)]
fn pause() {
    std::thread::sleep(AGAIN);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn there_is_one_watch() {
        let dir = tempfile::tempdir().unwrap();
        let first = watch(dir.path()).unwrap();
        assert!(first.is_some() && watch(dir.path()).unwrap().is_none());
        drop(first);
        assert!(watch(dir.path()).unwrap().is_some());
    }

    #[test]
    fn a_sync_and_who_wants_the_store_see_each_other() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_syncing(dir.path()) && !is_wanted(dir.path()));
        let turn = sync(dir.path()).unwrap();
        assert!(is_syncing(dir.path()));
        let (one, other) = (want(dir.path()).unwrap(), want(dir.path()).unwrap());
        assert!(is_wanted(dir.path()));
        drop((turn, one));
        assert!(is_wanted(dir.path()) && !is_syncing(dir.path()));
        drop(other);
        assert!(!is_wanted(dir.path()));
    }

    #[test]
    fn who_wants_the_store_waits_until_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let in_use = || {
            let (code, text) = ("store-in-use".to_owned(), String::new());
            NodeError::ServerSaid { code, text }
        };
        let tries = Cell::new(0);
        let open = |free_at: u32| {
            tries.set(tries.get() + 1);
            if tries.get() < free_at {
                Err(in_use())
            } else {
                Ok(tries.get())
            }
        };
        assert_eq!(patiently(dir.path(), || {}, || open(4)).unwrap(), 4);
        // Held by something else than a sync, it is not waited for long.
        tries.set(0);
        assert!(patiently(dir.path(), || {}, || open(u32::MAX)).is_err());
        assert_eq!(tries.get(), TRIES_MAX_OTHERWISE + 1);
        let turn = sync(dir.path());
        tries.set(0);
        assert_eq!(patiently(dir.path(), || {}, || open(20)).unwrap(), 20);
        drop(turn);
    }
}
