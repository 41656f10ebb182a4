//! What can go wrong on a node, in words that say what to do.

use std::path::PathBuf;

use ledger_core::Origin;
use ledger_core::at_entry::Refusal;
use ledger_format::entry_bytes::EncodeError;
use ledger_store::{AppendError, BackupError, OpenError, ReadError};

/// Why a node could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The command was refused; nothing was written.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The store could not be opened or made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A backup could not be made, read or restored.
    #[error(transparent)]
    Backup(BackupError),
    /// The store could not be read.
    #[error("the store could not be read")]
    Read(#[from] ReadError),
    /// Nothing was acknowledged: the entries could not be made durable.
    #[error("the entries could not be written")]
    Append(#[from] AppendError),
    /// An entry is too large or empty where it may not be.
    #[error("the entry cannot be written: {0}")]
    Encode(#[from] EncodeError),
    /// The file with the node's keys.
    #[error("the keys in {path} cannot be used: {reason}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file of the node.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
    /// The device belongs to no ledger yet.
    #[error("this device is not enrolled at a server yet")]
    NotEnrolled,
    /// The device belongs to another ledger.
    #[error(
        "this device already belongs to another ledger, {ours}; the server at {url} keeps {theirs}"
    )]
    OtherLedger {
        /// Ours.
        ours: String,
        /// Theirs.
        theirs: String,
        /// Where.
        url: String,
    },
    /// Not a web address.
    #[error("{0:?} is not the address of a server")]
    BadUrl(String),
    /// No usable answer; nothing is lost.
    #[error("the server at {url} is not reachable: {reason}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why, in words.
        reason: String,
    },
    /// The server has another TLS key than the pinned one, and nothing that vouches for it.
    #[error(
        "the server at {url} has another TLS key than the one this device pinned: it is not the \
         server that the device was told of, or somebody stands between"
    )]
    OtherKey {
        /// Where.
        url: String,
    },
    /// No authority that this system knows vouches for the server's certificate.
    #[error("nobody that this system trusts vouches for the server at {url}: {reason}")]
    Untrusted {
        /// Where.
        url: String,
        /// Why, in words.
        reason: String,
    },
    /// The server speaks TLS, and was asked without.
    #[error("the server at {0} speaks TLS, and was asked without")]
    TlsWanted(String),
    /// A pin for an address without TLS.
    #[error("{0:?} speaks plain HTTP, which has no key to pin")]
    PinWithoutTls(String),
    /// The server refused, with its own words.
    #[error("the server refused: {text}")]
    ServerSaid {
        /// A stable word.
        code: String,
        /// Its words.
        text: String,
    },
    /// The server's answer does not hold.
    #[error("the server's answer cannot be taken: {0}")]
    BadAnswer(String),
    /// Another way brought numbers of another epoch while this one was under way.
    #[error("another order of entries became known while this sync was under way")]
    OrderChanged,
    /// The server has another history of one of our origins.
    #[error(
        "the server has another history of this device from entry {seq} on: this store was copied \
         or restored from a backup, and both copies wrote"
    )]
    Forked {
        /// Which origin.
        origin: Origin,
        /// Where it differs, as far as known.
        seq: u64,
    },
    /// The device was revoked.
    #[error(
        "this device was revoked by the administrator; what it held is kept at the server and \
         waits for a decision"
    )]
    DeviceRevoked,
    /// A file of sync cannot be taken.
    #[error("{path} cannot be taken: {reason}")]
    SyncFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The node cannot go on until it is opened again.
    #[error("an earlier write failed: {0}")]
    Failed(String),
    /// What this node is not for.
    #[error("{0}")]
    WrongKind(&'static str),
}

impl NodeError {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Open(error) => match error {
                OpenError::NotThere { .. } => "no-store",
                OpenError::AlreadyThere { .. } => "store-exists",
                OpenError::InUse { .. } => "store-in-use",
                OpenError::NotWritable { .. } => "not-writable",
                OpenError::DiskFull { .. } => "disk-full",
                OpenError::Damaged { .. } => "store-damaged",
                OpenError::NewerFormat { .. } => "newer-format",
                OpenError::Io { .. }
                | OpenError::Engine { .. }
                | OpenError::Read { .. }
                | OpenError::NoThread { .. }
                | _ => "store",
            },
            Self::Backup(error) => backup_code(error),
            Self::Append(AppendError::DiskFull { .. }) => "disk-full",
            Self::Read(_) | Self::Append(_) | Self::Failed(_) => "store",
            Self::Encode(_) => "entry-too-large",
            Self::Keys { .. } => "keys",
            Self::File { .. } => "not-writable",
            Self::Random => "random",
            Self::NotEnrolled => "not-enrolled",
            Self::OtherLedger { .. } => "other-ledger",
            Self::BadUrl(_) => "bad-url",
            Self::Unreachable { .. } => "unreachable",
            Self::OtherKey { .. } => "other-tls-key",
            Self::Untrusted { .. } => "untrusted-server",
            Self::TlsWanted(_) => "tls-wanted",
            Self::PinWithoutTls(_) => "pin-without-tls",
            Self::ServerSaid { code, .. } => code,
            Self::BadAnswer(_) => "bad-answer",
            Self::OrderChanged => "order-changed",
            Self::Forked { .. } => "forked",
            Self::DeviceRevoked => "device-revoked",
            Self::SyncFile { .. } => "bad-sync-file",
            Self::WrongKind(_) => "wrong-kind",
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Refused(refusal) => return refusal.hint.clone(),
            Self::Open(OpenError::NotThere { .. }) => "make a store with: stock init",
            Self::Open(OpenError::AlreadyThere { .. }) => {
                "use it, or name another directory with --store"
            }
            Self::Open(OpenError::InUse { .. }) => {
                "wait for the other program, or stop it; one program at a time has the store"
            }
            Self::Open(OpenError::NotWritable { .. }) | Self::File { .. } => {
                "name a directory that you may write to"
            }
            Self::Open(OpenError::DiskFull { .. }) | Self::Append(AppendError::DiskFull { .. }) => {
                "make space on the disk; all that was acknowledged is kept"
            }
            Self::Open(OpenError::Damaged { .. }) => "see what is wrong with: stock verify",
            Self::Open(OpenError::NewerFormat { .. }) => "use a newer version of the program",
            Self::Backup(error) => return backup_hint(error).map(str::to_owned),
            Self::NotEnrolled => {
                "enrol it with: stock enroll URL --code CODE (the server gives the code: \
                 stock-server device code)"
            }
            Self::OtherLedger { .. } => "make another store for the other ledger: stock init",
            Self::BadUrl(_) => "it looks like https://HOST:8440",
            Self::OtherKey { .. } => {
                "nothing was sent. If the server was set up anew, let its administrator make a \
                 code (stock-server device code), and enrol with it: stock enroll"
            }
            Self::Untrusted { .. } => {
                "a server with a certificate of its own is trusted for its pin: scan the QR that \
                 stock-server device code shows, or give the pin it prints with --pin"
            }
            Self::TlsWanted(_) => {
                "its address begins with https://: enrol with a new code, by the QR or the line \
                 that stock-server device code prints"
            }
            Self::PinWithoutTls(_) => "an address with a pin begins with https://",
            Self::OrderChanged => "nothing is lost: do it once more",
            Self::Unreachable { .. } => "nothing is lost: work on, and sync again later",
            Self::Forked { .. } => {
                "nothing is lost: keep both stores as they are; other devices are not affected"
            }
            Self::DeviceRevoked => {
                "ask the administrator; to work on, make a new store with stock init, and enrol that"
            }
            Self::SyncFile { .. } => {
                "name a file that sync --to-file wrote for this ledger, or have it written again; \
                 what is whole in it was taken"
            }
            Self::Append(AppendError::NotNext { .. } | AppendError::NotNextNumber { .. }) => {
                "nothing of it was saved: do it once more"
            }
            Self::Append(_) | Self::Read(_) | Self::Failed(_) => {
                "start the program again; stock verify says whether all is well"
            }
            Self::Open(_)
            | Self::Encode(_)
            | Self::Keys { .. }
            | Self::Random
            | Self::ServerSaid { .. }
            | Self::BadAnswer(_)
            | Self::WrongKind(_) => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether nothing is wrong but the connection.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// A stable word for what is wrong with a backup.
const fn backup_code(error: &BackupError) -> &'static str {
    match error {
        BackupError::FileExists { .. } => "file-exists",
        BackupError::Busy { .. } => "backup-busy",
        BackupError::Unreadable { .. } => "store-damaged",
        BackupError::NotABackup { .. } => "not-a-backup",
        BackupError::Damaged { .. } => "backup-damaged",
        BackupError::NewerFormat { .. } => "newer-format",
        BackupError::NotEmpty { .. } => "not-empty",
        BackupError::InMemory
        | BackupError::BadPart { .. }
        | BackupError::Store(_)
        | BackupError::Read(_)
        | _ => "backup",
    }
}

/// What to do about it.
const fn backup_hint(error: &BackupError) -> Option<&'static str> {
    Some(match error {
        BackupError::FileExists { .. } => {
            "a backup is never written over: name a file that is not there yet"
        }
        BackupError::Busy { .. } => "wait for the other backup, or name another file",
        BackupError::Unreadable { .. } => {
            "stop the program and copy the store's directory as it is before anything else; then \
             run doctor --fix"
        }
        BackupError::NotABackup { .. } => "name a file that backup made",
        BackupError::Damaged { .. } => {
            "nothing was restored: use another copy of it, or another backup"
        }
        BackupError::NewerFormat { .. } => "install that version, then restore with it",
        BackupError::NotEmpty { .. } => {
            "a restore only goes where nothing is: name a new directory"
        }
        BackupError::InMemory
        | BackupError::BadPart { .. }
        | BackupError::Store(_)
        | BackupError::Read(_)
        | _ => return None,
    })
}
