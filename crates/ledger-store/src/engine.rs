//! The embedded store: one ordered key space with atomic writes.
//!
//! An engine knows nothing of what it holds and is never the truth: the journal is. It may lose
//! what was written since the last [`Engine::flush`], but only whole writes, newest first.

use std::fmt::Debug;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Once, mpsc};
use std::thread;
use std::time::Duration;

mod memory;
mod patient;
mod redb_file;
mod sled_dir;

/// Which embedded store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EngineKind {
    /// sled 0.34, in a directory `index.sled`. For handhelds.
    Sled,
    /// redb 4, in a file `index.redb`. For servers.
    Redb,
    /// A map in memory, built anew from the journal at every open. For tests.
    Memory,
}

impl EngineKind {
    /// The name of its file or directory in the store's directory.
    #[must_use]
    pub const fn file_name(self) -> Option<&'static str> {
        match self {
            Self::Sled => Some("index.sled"),
            Self::Redb => Some("index.redb"),
            Self::Memory => None,
        }
    }
}

/// An embedded store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It says that something is wrong with it.
    #[error("{engine} says: {message}")]
    Failed {
        /// Which one.
        engine: &'static str,
        /// What it said.
        message: String,
    },
    /// There is no space on its disk.
    #[error("{engine} finds the disk full")]
    DiskFull {
        /// Which one.
        engine: &'static str,
    },
    /// It panicked.
    #[error("the embedded store panicked: what it keeps is damaged")]
    Panicked,
    /// It did not answer.
    #[error("the embedded store did not answer within {seconds} s")]
    Hung {
        /// How long was waited.
        seconds: u64,
    },
}

impl EngineError {
    fn of_io(engine: &'static str, error: &io::Error) -> Self {
        if crate::journal::is_disk_full(error) {
            Self::DiskFull { engine }
        } else {
            Self::Failed {
                engine,
                message: error.to_string(),
            }
        }
    }
}

/// A key with its new value, or `None` to remove it.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// Told of a key and its value; says whether to go on.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// One ordered key space. Reads may run beside each other and beside a write.
///
/// Dropping it closes it.
pub trait Engine: Send + Sync + Debug {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// Whether it is sure to hold all that was written before it was closed, and nothing else.
    fn was_closed(&self) -> bool {
        true
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// Visits the keys from `from` up to but not with `to` in order, or backwards.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError>;

    /// Does all writes or none. Of several to one key the last holds.
    ///
    /// # Errors
    ///
    /// What the engine reports; nothing should be written to it afterwards.
    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError>;

    /// Makes all writes so far durable.
    ///
    /// # Errors
    ///
    /// What the engine reports; nothing should be written to it afterwards.
    fn flush(&self) -> Result<(), EngineError>;
}

/// An engine that reads share with the committer.
pub(crate) type SharedEngine = Arc<dyn Engine>;

/// A fresh engine in memory.
pub(crate) fn in_memory() -> SharedEngine {
    Arc::new(memory::MemoryEngine::default())
}

/// Opens an engine at a path, making it when it is not there, on a thread of its own: engines
/// were seen to panic or hang on damaged files.
pub(crate) fn open(
    kind: EngineKind,
    path: &Path,
    timeout: Duration,
) -> Result<SharedEngine, EngineError> {
    if kind == EngineKind::Memory {
        return Ok(in_memory());
    }
    let path = path.to_owned();
    guarded(timeout, move || match kind {
        EngineKind::Sled => sled_dir::SledEngine::open(&path).map(|engine| Arc::new(engine) as _),
        EngineKind::Redb => {
            let at = path.clone();
            let open = move || redb_file::RedbEngine::open(&at).map(|engine| Arc::new(engine) as _);
            patient::PatientEngine::open(redb_file::NAME, path, open)
                .map(|engine| Arc::new(engine) as _)
        }
        EngineKind::Memory => Ok(in_memory()),
    })
}

/// The name of the threads on which engines are opened and closed.
const GUARDED: &str = "store-engine";

/// Lets a panic of an engine's go unprinted: it comes back as an error, which says all that a
/// person can use. Other panics are printed as before.
fn say_no_panic_of_engines() {
    static ONCE: Once = Once::new();
    // Hooks must not be changed during a panic.
    if thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(GUARDED) {
                before(panic);
            }
        }));
    });
}

/// Runs something that may panic or hang. When it hangs its thread is left behind.
pub(crate) fn guarded<T: Send + 'static>(
    timeout: Duration,
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    say_no_panic_of_engines();
    let (answer, answered) = mpsc::sync_channel(1);
    let spawned = thread::Builder::new()
        .name(GUARDED.to_owned())
        .spawn(move || {
            // Nobody waits any more when the time was over.
            let _late = answer.send(work());
        });
    if let Err(error) = spawned {
        return Err(EngineError::of_io("the system", &error));
    }
    match answered.recv_timeout(timeout) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(EngineError::Panicked),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(EngineError::Hung {
            seconds: timeout.as_secs(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_panics_or_hangs_is_reported() {
        let panics = guarded::<()>(Duration::from_secs(5), || panic!("as engines do"));
        assert_eq!(panics, Err(EngineError::Panicked));
        let hangs = guarded::<()>(Duration::from_millis(50), || {
            loop {
                thread::park();
            }
        });
        assert_eq!(hangs, Err(EngineError::Hung { seconds: 0 }));
    }
}
