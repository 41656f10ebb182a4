//! The messages of the sync protocol, version 1.
//!
//! Every message is a MessagePack map with short text keys: readers skip what they do not know, so
//! a field can be added without a new version. Hashes, ids and signatures are binary.
//! Requests to `/sync/v1/sync` travel in an [`Envelope`] that the device signs.

use ledger_core::fold::NumberRun;
use ledger_core::{DeviceId, LedgerId, Origin, Timestamp};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::bounded::{CodecError, from_msgpack, to_msgpack};
use crate::chain::Hash;

/// The newest protocol version that this program speaks.
pub const PROTOCOL: u32 = 1;
/// The oldest protocol version that this program speaks.
pub const PROTOCOL_MIN: u32 = 1;

pub use crate::pack::BATCH_BYTES_MAX;

/// The most bytes of a message: a handful of batches.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Entry bytes after which a writer signs and closes a batch.
pub const BATCH_ENTRY_BYTES: usize = 400 * 1024;
/// The most entries of a batch, so that what a batch inflates to stays bounded.
pub const BATCH_ENTRIES_MAX: usize = 5_000;

type Id = ByteArray<16>;
type Digest = ByteArray<32>;

/// Says hello: which versions and encodings the caller speaks, and who it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// Oldest protocol version.
    #[serde(rename = "min")]
    pub proto_min: u32,
    /// Newest protocol version.
    #[serde(rename = "max")]
    pub proto_max: u32,
    /// Program and version, for people.
    #[serde(rename = "app")]
    pub program: String,
    /// Packing encodings the caller reads.
    #[serde(rename = "enc")]
    pub encodings: Vec<u8>,
    /// The caller's wall clock in milliseconds. Nobody signed it, so nothing is decided by it.
    #[serde(rename = "now")]
    pub now_millis: u64,
    /// The caller's certificate, once it is enrolled.
    #[serde(rename = "cert", default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<ByteBuf>,
}

/// The server's side of hello.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloAnswer {
    /// The protocol version both will speak.
    #[serde(rename = "proto")]
    pub protocol: u32,
    /// The server's device id.
    #[serde(rename = "srv")]
    pub server: Id,
    /// The ledger it keeps.
    #[serde(rename = "led")]
    pub ledger: Id,
    /// Whether it gives central numbers itself.
    #[serde(rename = "cen")]
    pub central: bool,
    /// The epoch of the central order.
    #[serde(rename = "ep")]
    pub epoch: u64,
    /// The server's wall clock in milliseconds.
    #[serde(rename = "now")]
    pub now_millis: u64,
    /// What the next signed request must carry; it grows old.
    #[serde(rename = "nonce")]
    pub nonce: ByteBuf,
    /// The packing encoding to use with this server.
    #[serde(rename = "enc")]
    pub encoding: u8,
    /// The most bytes of a batch, of a message, and of an entry.
    #[serde(rename = "lim")]
    pub limits: Limits,
    /// What the server can do beyond version 1.
    #[serde(rename = "caps", default)]
    pub capabilities: Vec<String>,
    /// Which TLS key the server has, when it speaks TLS itself.
    #[serde(rename = "tls", default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsKey>,
    /// A hub's certificate, by which the ledger's key says that it is one of its devices.
    #[serde(rename = "cert", default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<ByteBuf>,
    /// The last central number that the server knows; 0 of one that does not say so.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub end: u64,
}

/// A server's word about its TLS key, signed with the key of its ledger: a device that pinned an
/// earlier one learns by it that the server has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsKey {
    /// Grows with each key that the server gets; a device takes no older word than it has.
    #[serde(rename = "n")]
    pub number: u64,
    /// The SHA-256 hash of the key.
    #[serde(rename = "pin")]
    pub pin: Digest,
    /// The server's signature over ledger, number and pin.
    #[serde(rename = "s")]
    pub signature: ByteArray<64>,
}

/// What a server takes at most. A sender keeps its messages short enough. The other limits are those
/// of version 1, which its batches keep by themselves: what is too large all the same is rejected,
/// and sent again in parts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// The most bytes of a packed batch.
    #[serde(rename = "batch")]
    pub batch_bytes: u64,
    /// The most bytes of a message.
    #[serde(rename = "msg")]
    pub message_bytes: u64,
    /// The most bytes of an entry.
    #[serde(rename = "entry")]
    pub entry_bytes: u64,
}

/// Asks to become a device of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enroll {
    /// The one-time code.
    #[serde(rename = "code")]
    pub code: String,
    /// The device's Ed25519 public key.
    #[serde(rename = "key")]
    pub public_key: Digest,
    /// The device's name.
    #[serde(rename = "name")]
    pub name: String,
}

/// What a new device gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrollAnswer {
    /// The ledger it belongs to from now on.
    #[serde(rename = "led")]
    pub ledger: Id,
    /// The server's Ed25519 public key.
    #[serde(rename = "key")]
    pub server_key: Digest,
    /// The device's certificate.
    #[serde(rename = "cert")]
    pub certificate: ByteBuf,
}

/// A signed request: the body with who sent it and proof of that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// The device.
    #[serde(rename = "d")]
    pub device: Id,
    /// The server's nonce.
    #[serde(rename = "n")]
    pub nonce: ByteBuf,
    /// The device's signature over server id, nonce and the body's hash.
    #[serde(rename = "s")]
    pub signature: ByteArray<64>,
    /// The request's bytes.
    #[serde(rename = "b")]
    pub body: ByteBuf,
    /// The device's certificate, for a server that does not know the device: a hub that has not
    /// heard of it, or a server restored from before it was enrolled.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<ByteBuf>,
}

/// A place in the central order, anchored by the chain over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorMessage {
    /// The epoch.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// The last central number before it; 0 is the beginning.
    #[serde(rename = "n")]
    pub n: u64,
    /// The central chain's hash after that number.
    #[serde(rename = "a")]
    pub anchor: Digest,
}

/// How far somebody holds an origin: its last seq and the first bytes of the hash there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginHead {
    /// The origin.
    #[serde(rename = "o")]
    pub origin: Id,
    /// The last seq.
    #[serde(rename = "s")]
    pub seq: u64,
    /// The first 8 bytes of the chain hash there.
    #[serde(rename = "h")]
    pub hash8: ByteArray<8>,
}

/// Consecutive entries of one origin, packed, ending at a signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchMessage {
    /// The origin, or the branch.
    #[serde(rename = "o")]
    pub origin: Id,
    /// The origin that it is a branch of, which its head is signed for.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Id>,
    /// The first entry's seq.
    #[serde(rename = "f")]
    pub first_seq: u64,
    /// How many entries.
    #[serde(rename = "c")]
    pub count: u64,
    /// The chain hash before the first.
    #[serde(rename = "p")]
    pub prev: Digest,
    /// The packing encoding.
    #[serde(rename = "e")]
    pub encoding: u8,
    /// The packed entries.
    #[serde(rename = "b")]
    pub bytes: ByteBuf,
    /// The chain hash after the last.
    #[serde(rename = "h")]
    pub head: Digest,
    /// The origin's device's signature of that head.
    #[serde(rename = "s")]
    pub signature: ByteArray<64>,
}

/// Pushes and pulls in one round trip.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncRequest {
    /// Where the caller is in the central order.
    #[serde(rename = "cur")]
    pub cursor: CursorMessage,
    /// What the caller holds without needing its entries sent: chains with entries that have no
    /// central number here, up to where this push leads.
    #[serde(rename = "have", default, skip_serializing_if = "Vec::is_empty")]
    pub have: Vec<OriginHead>,
    /// What the server had numbered before it was restored and lacks now, in the order of those
    /// numbers and with the moments of numbering. It is taken before the push.
    #[serde(rename = "again", default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<RunMessage>,
    /// What the caller gives.
    #[serde(rename = "push", default, skip_serializing_if = "Vec::is_empty")]
    pub push: Vec<BatchMessage>,
    /// Certificates of devices whose entries are relayed and of which the caller, a hub, has only
    /// heard from themselves: whoever takes the entries may not know them either.
    #[serde(rename = "certs", default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<ByteBuf>,
    /// What the caller, a hub, heard of the clocks of devices whose entries it relays.
    #[serde(rename = "clk", default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockWord>,
    /// The most bytes of batches in the answer.
    #[serde(rename = "max")]
    pub bytes_max: u64,
    /// Whether the caller is far behind, and would rather have a snapshot than runs.
    #[serde(rename = "snap", default, skip_serializing_if = "is_false")]
    pub wants_snapshot: bool,
    /// What the caller's wall clock showed, in milliseconds, when the nonce came that the request is
    /// signed with. The nonce tells what the server's clock showed then, so that it does not matter
    /// how long the request is on its way.
    #[serde(rename = "now", default, skip_serializing_if = "Option::is_none")]
    pub now_millis: Option<u64>,
}

/// By how much a device's clock was off when its entries came to a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockWord {
    /// The chain.
    #[serde(rename = "o")]
    pub origin: Id,
    /// The last seq that it had then.
    #[serde(rename = "s")]
    pub seq: u64,
    /// By how many milliseconds the device's clock was ahead of the hub's.
    #[serde(rename = "a")]
    pub ahead_millis: i64,
}

/// Why a pushed batch was not taken. The stored number is the wire's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", from = "u8")]
pub enum RejectCode {
    /// Entries before it are missing.
    Gap,
    /// The origin has other contents there: a fork.
    Fork,
    /// The chain does not lead to the head that was given.
    BadHash,
    /// The signature of the head does not hold, or not by the origin's device.
    BadSignature,
    /// Larger than the limits.
    TooLarge,
    /// The packed bytes cannot be read.
    Unreadable,
    /// A code of a newer version.
    Other,
}

impl From<RejectCode> for u8 {
    fn from(code: RejectCode) -> Self {
        match code {
            RejectCode::Other => 0,
            RejectCode::Gap => 1,
            RejectCode::Fork => 2,
            RejectCode::BadHash => 3,
            RejectCode::BadSignature => 4,
            RejectCode::TooLarge => 5,
            RejectCode::Unreadable => 6,
        }
    }
}

impl From<u8> for RejectCode {
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Gap,
            2 => Self::Fork,
            3 => Self::BadHash,
            4 => Self::BadSignature,
            5 => Self::TooLarge,
            6 => Self::Unreadable,
            _ => Self::Other,
        }
    }
}

/// A batch that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The origin.
    #[serde(rename = "o")]
    pub origin: Id,
    /// The first seq of the batch.
    #[serde(rename = "f")]
    pub first_seq: u64,
    /// Why.
    #[serde(rename = "c")]
    pub code: RejectCode,
    /// The seq that was expected (gap), or where contents first differ as far as known (fork).
    #[serde(rename = "x")]
    pub expected_seq: u64,
}

/// Central numbers for consecutive entries of one origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMessage {
    /// The origin.
    #[serde(rename = "o")]
    pub origin: Id,
    /// The first entry's seq.
    #[serde(rename = "f")]
    pub first_seq: u64,
    /// How many.
    #[serde(rename = "c")]
    pub count: u64,
    /// When they were numbered, in milliseconds.
    #[serde(rename = "t")]
    pub moment_millis: u64,
    /// The entries, unless the caller said that it has them.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchMessage>,
    /// Without a batch the signature of the head at the run's end, so that the caller can hand the
    /// run on.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<ByteArray<64>>,
}

/// The server's side of a sync.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// The server's wall clock in milliseconds.
    #[serde(rename = "now")]
    pub now_millis: u64,
    /// A fresh nonce for the next request.
    #[serde(rename = "nonce")]
    pub nonce: ByteBuf,
    /// What was not taken.
    #[serde(rename = "rej", default, skip_serializing_if = "Vec::is_empty")]
    pub rejects: Vec<Reject>,
    /// The caller's cursor is not of this order: it starts again from the beginning.
    #[serde(rename = "again", default, skip_serializing_if = "is_false")]
    pub restart: bool,
    /// The central order from the caller's cursor on, whole runs, in order.
    #[serde(rename = "runs", default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunMessage>,
    /// Where the caller is after these runs.
    #[serde(rename = "cur")]
    pub cursor: CursorMessage,
    /// Whether that is the end of what the server knows.
    #[serde(rename = "end")]
    pub at_end: bool,
    /// How far a hub holds the chains that the caller named in `have`.
    #[serde(rename = "held", default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<OriginHead>,
    /// What a hub holds without a central number and the caller does not.
    #[serde(rename = "loose", default, skip_serializing_if = "Vec::is_empty")]
    pub loose: Vec<BatchMessage>,
    /// The caller was revoked: what it gave is kept, and it gets nothing.
    #[serde(rename = "rvk", default, skip_serializing_if = "is_false")]
    pub revoked: bool,
    /// Instead of runs where the order can be had in chunks.
    #[serde(rename = "snap", default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotMessage>,
}

/// Where the order can be had in chunks, each a [`Piece`]. Chunk `k` has the runs that end behind
/// number `k` × `entries` and not behind (`k` + 1) × `entries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotMessage {
    /// By which the caller, and nobody else, fetches them.
    #[serde(rename = "id")]
    pub id: String,
    /// The first that has something behind the caller's cursor.
    #[serde(rename = "f")]
    pub first: u64,
    /// How many there are; what comes behind them is had by sync.
    #[serde(rename = "c")]
    pub chunks: u64,
    /// How many central numbers a chunk spans.
    #[serde(rename = "e")]
    pub entries: u64,
}

/// Says how far the caller holds every chain, so that a server that was restored can say what it
/// lacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FrontierRequest {
    /// All chains of the caller.
    #[serde(rename = "have", default, skip_serializing_if = "Vec::is_empty")]
    pub have: Vec<OriginHead>,
}

/// What the server lacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FrontierAnswer {
    /// A fresh nonce for the next request.
    #[serde(rename = "nonce")]
    pub nonce: ByteBuf,
    /// The chains of which the caller holds more or other entries, with what the server holds.
    #[serde(rename = "lacks", default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<OriginHead>,
}

/// A piece of the central order with its entries, as files and snapshots hold it: whole runs, and the entries of
/// each chain together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Behind which number it begins.
    #[serde(rename = "from")]
    pub from: CursorMessage,
    /// The last number of it.
    #[serde(rename = "to")]
    pub to: CursorMessage,
    /// The entries by chain; each batch ends where a run does.
    #[serde(rename = "ent")]
    pub entries: Vec<BatchMessage>,
    /// The runs in central order, without batches and with the signatures at their ends.
    #[serde(rename = "runs")]
    pub runs: Vec<RunMessage>,
}

/// A part of a file that one node wrote and another reads. It travels in an [`Envelope`] that its
/// writer signs for the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FilePart {
    /// The writer's wall clock in milliseconds, the same in all parts of a file.
    #[serde(rename = "at")]
    pub at_millis: u64,
    /// The epoch that the writer knows, 0 when it never met a server.
    #[serde(rename = "ep")]
    pub epoch: u64,
    /// The next piece of the order.
    #[serde(rename = "piece", default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<Piece>,
    /// What has no central number where the file was written.
    #[serde(rename = "loose", default, skip_serializing_if = "Vec::is_empty")]
    pub loose: Vec<BatchMessage>,
    /// Certificates of devices that wrote some of it and that the log does not know there.
    #[serde(rename = "certs", default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<ByteBuf>,
    /// Whether this is the last part.
    #[serde(rename = "end", default, skip_serializing_if = "is_false")]
    pub is_last: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What a server answers instead when a request cannot be handled at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// A stable word.
    #[serde(rename = "code")]
    pub code: String,
    /// What is the matter.
    #[serde(rename = "text")]
    pub text: String,
}

/// Messages of the protocol: encoded as named maps, decoded with a limit and nothing left over.
pub trait Message: Serialize + for<'de> Deserialize<'de> {
    /// The message's bytes.
    fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        to_msgpack(self)
    }

    /// The message of some bytes.
    fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError>
    where
        Self: Sized,
    {
        from_msgpack(bytes, MESSAGE_BYTES_MAX)
    }
}

impl Message for Hello {}
impl Message for HelloAnswer {}
impl Message for Enroll {}
impl Message for EnrollAnswer {}
impl Message for Envelope {}
impl Message for SyncRequest {}
impl Message for SyncAnswer {}
impl Message for FrontierRequest {}
impl Message for FrontierAnswer {}
impl Message for ErrorMessage {}
impl Message for FilePart {}
impl Message for Piece {}
impl Message for BatchMessage {}

/// An id as it travels.
#[must_use]
pub fn id_bytes(bytes: &[u8; 16]) -> Id {
    ByteArray::new(*bytes)
}

/// A hash as it travels.
#[must_use]
pub fn hash_bytes(hash: &Hash) -> Digest {
    ByteArray::new(*hash.as_bytes())
}

/// A hash as it travelled.
#[must_use]
pub fn hash_of(bytes: &Digest) -> Hash {
    Hash::from_bytes(**bytes)
}

/// An origin as it travelled.
#[must_use]
pub fn origin_of(bytes: &Id) -> Origin {
    Origin::from_bytes(**bytes)
}

/// A device as it travelled.
#[must_use]
pub fn device_of(bytes: &Id) -> DeviceId {
    DeviceId::from_bytes(**bytes)
}

/// A ledger as it travelled.
#[must_use]
pub fn ledger_of(bytes: &Id) -> LedgerId {
    LedgerId::from_bytes(**bytes)
}

/// A chain's head as it travels.
#[must_use]
pub fn head_message(origin: Origin, seq: u64, hash: &Hash) -> OriginHead {
    OriginHead {
        origin: id_bytes(origin.as_bytes()),
        seq,
        hash8: ByteArray::new(hash.hash8()),
    }
}

impl RunMessage {
    /// The last entry's seq.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.first_seq.saturating_add(self.count).saturating_sub(1)
    }

    /// The run with the central number of its first entry.
    #[must_use]
    pub fn numbers(&self, n: u64) -> NumberRun {
        NumberRun {
            n,
            origin: origin_of(&self.origin),
            first_seq: self.first_seq,
            count: self.count,
            moment: Timestamp::from_millis(self.moment_millis),
        }
    }
}

/// The central chain before number 1 of an epoch.
#[must_use]
pub fn central_chain_start(epoch: u64) -> Hash {
    Hash::of(b"stockledger central chain 1\0").then(&epoch.to_be_bytes())
}

/// The capability of a server that answers [`WaitRequest`].
pub const CAN_WAIT: &str = "wait";
/// The longest that a server lets a caller wait, in milliseconds: less than the minute after which
/// many proxies cut a silent connection.
pub const WAIT_MILLIS_MAX: u64 = 50_000;

/// Asks to be answered as soon as the central order goes on behind a place. Its keys are none of a
/// [`SyncRequest`]'s, so that what was signed as one of them is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitRequest {
    /// Where the caller is in the central order.
    #[serde(rename = "at")]
    pub at: CursorMessage,
    /// How long the caller is ready to wait, in milliseconds.
    #[serde(rename = "wait")]
    pub millis_max: u64,
}

/// The server's side of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitAnswer {
    /// Whether the central order is not where the caller is.
    #[serde(rename = "news")]
    pub news: bool,
    /// A fresh nonce for the next request.
    #[serde(rename = "nonce")]
    pub nonce: ByteBuf,
}

impl Message for WaitRequest {}
impl Message for WaitAnswer {}
