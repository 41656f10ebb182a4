//! The handheld's side of sync: HTTP around the protocol's own logic.

use std::time::Duration;

use ledger_core::{Origin, Timestamp};
use ledger_format::head::{Certificate, DeviceKey, PublicKey, sign_request};
use ledger_format::wire::{
    self, CursorMessage, Enroll, EnrollAnswer, Envelope, ErrorMessage, Hello, HelloAnswer, Message,
    PROTOCOL, PROTOCOL_MIN, Reject, RejectCode, SyncAnswer,
};
use ledger_format::{bounded, pack};
use ledger_store::{Group, Note, Record};
use ledger_sync::Fault;
use ledger_sync::client::{Asked, Client, Taken};
use serde::Serialize;
use serde_bytes::{ByteArray, ByteBuf};

use crate::error::NodeError;
use crate::keys::{Bond, to_hex};
use crate::log::{NodeLog, stored_head};
use crate::node::Node;

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a round trip may take.
const ROUND_LIMIT: Duration = Duration::from_secs(120);
/// Note under which the last moment is kept at which everything was at the central server.
pub(crate) const SYNCED_AT: &str = "synced-at";
/// The content type of the protocol's messages.
pub const CONTENT_TYPE: &str = "application/msgpack";

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Own entries sent.
    pub pushed: u64,
    /// Entries from elsewhere received.
    pub pulled: u64,
    /// Whether the central server holds all of ours, and we all of its.
    pub synced: bool,
    /// The server.
    pub server: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What enrolling did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnrollReport {
    /// The server.
    pub server: String,
    /// The ledger that the device belongs to now.
    pub ledger: String,
    /// The device's id.
    pub device: String,
    /// The name that the server knows it by.
    pub name: String,
    /// What it may do.
    pub role: String,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// Own entries sent so far.
    pub pushed: u64,
    /// Entries received so far.
    pub pulled: u64,
}

/// A line to a server.
struct Line {
    http: reqwest::Client,
    url: String,
}

impl Line {
    fn new(url: &str) -> Result<Self, NodeError> {
        let bad = || NodeError::BadUrl(url.to_owned());
        let parsed = reqwest::Url::parse(url.trim()).or(Err(bad()))?;
        if parsed.scheme() != "http" || parsed.host_str().is_none() {
            return Err(bad());
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ROUND_LIMIT)
            .no_proxy()
            .build()
            .or(Err(bad()))?;
        Ok(Self {
            http,
            url: parsed.as_str().trim_end_matches('/').to_owned(),
        })
    }

    fn unreachable(&self, reason: impl Into<String>) -> NodeError {
        NodeError::Unreachable {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }

    /// One round trip. What is no answer of a server of ours counts as not reachable.
    async fn post<Q: Message, A: Message>(
        &self,
        route: &str,
        question: &Q,
    ) -> Result<A, NodeError> {
        let body = question
            .to_bytes()
            .map_err(|error| NodeError::BadAnswer(error.to_string()))?;
        let response = self
            .http
            .post(format!("{}/sync/v1/{route}", self.url))
            .header("content-type", CONTENT_TYPE)
            .body(body)
            .send()
            .await
            .map_err(|error| self.unreachable(root_cause(&error)))?;
        let status = response.status();
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("no content type").to_owned();
        if !kind.starts_with(CONTENT_TYPE) {
            let reason =
                format!("it answered {status} with {kind}, as a proxy or a login page does");
            return Err(self.unreachable(reason));
        }
        let bytes = response.bytes().await.map_err(|error| {
            self.unreachable(format!("the answer was cut off: {}", root_cause(&error)))
        })?;
        if status.is_success() {
            return A::from_bytes(&bytes)
                .map_err(|error| self.unreachable(format!("its answer cannot be read: {error}")));
        }
        match ErrorMessage::from_bytes(&bytes) {
            Ok(said) => Err(NodeError::ServerSaid {
                code: said.code,
                text: said.text,
            }),
            Err(_) => Err(self.unreachable(format!("it answered {status}"))),
        }
    }
}

/// The innermost reason of an error, which is the one that helps.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// Who we are towards the server.
struct Bonded {
    key: DeviceKey,
    server_key: PublicKey,
    certificate: String,
    url: String,
    origins: Vec<Origin>,
}

impl Node {
    /// Becomes a device of the server's ledger.
    pub async fn enroll(&self, url: &str, code: &str) -> Result<EnrollReport, NodeError> {
        let line = Line::new(url)?;
        let (key, name, ledger) = {
            let inner = self.lock();
            (
                inner.keys.key(),
                inner.keys.name.clone(),
                inner.keys.ledger(),
            )
        };
        let hello: HelloAnswer = line.post("hello", &hello(self.now(), None)).await?;
        let theirs = wire::ledger_of(&hello.ledger);
        if let Some(ours) = ledger
            && ours != theirs
        {
            return Err(NodeError::OtherLedger {
                ours: ours.to_string(),
                theirs: theirs.to_string(),
                url: line.url,
            });
        }
        let asked = Enroll {
            code: code.trim().to_owned(),
            public_key: ByteArray::new(*key.public().as_bytes()),
            name,
        };
        let answer: EnrollAnswer = line.post("enroll", &asked).await?;
        let server_key = PublicKey::from_bytes(*answer.server_key);
        let certificate = Certificate::from_bytes(&answer.certificate)
            .ok()
            .filter(|certificate| certificate.verify_strict(&server_key).is_ok())
            .filter(|certificate| certificate.public_key == key.public())
            .ok_or_else(|| NodeError::BadAnswer("its certificate does not hold".to_owned()))?;
        let mut inner = self.lock();
        inner.keys.bond = Some(Bond {
            ledger: wire::ledger_of(&answer.ledger).to_string(),
            server_url: line.url.clone(),
            server_key: to_hex(server_key.as_bytes()),
            certificate: to_hex(&answer.certificate),
        });
        inner.keys.save()?;
        let role = ledger_core::catalogue::Role::from_number(i64::from(certificate.role));
        Ok(EnrollReport {
            server: line.url,
            ledger: certificate.ledger.to_string(),
            device: certificate.device.to_string(),
            name: certificate.name,
            role: role
                .map_or("viewer", ledger_core::catalogue::Role::word)
                .to_owned(),
        })
    }

    /// Sends what the central server lacks and takes what is new there, until both have all.
    pub async fn sync(
        &self,
        progress: &mut (dyn FnMut(SyncProgress) + Send),
    ) -> Result<SyncReport, NodeError> {
        let started = self.now();
        let bonded = self.bonded()?;
        let line = Line::new(&bonded.url)?;
        let certificate = crate::keys::from_hex(&bonded.certificate).map(ByteBuf::from);
        let hello: HelloAnswer = line.post("hello", &hello(started, certificate)).await?;
        self.check_ledger(&hello, &bonded, &line)?;
        let mut nonce = hello.nonce.clone();
        let mut cursor = self.stored_cursor(&bonded, hello.epoch)?;
        let (mut pushed, mut pulled) = (0_u64, 0_u64);
        loop {
            let asked = self.ask(&bonded, hello.encoding, cursor)?;
            let envelope = seal(&bonded, &nonce, &asked)?;
            let answer: SyncAnswer = line.post("sync", &envelope).await?;
            nonce.clone_from(&answer.nonce);
            let taken = self.take(&bonded, hello.encoding, cursor, &asked, &answer)?;
            if let Some(reject) = answer.rejects.first() {
                return Err(rejected(reject));
            }
            pushed = pushed.saturating_add(asked.pushed);
            pulled = pulled.saturating_add(taken.pulled);
            progress(SyncProgress { pushed, pulled });
            if taken.cursor == cursor && !taken.at_end {
                return Err(NodeError::BadAnswer(
                    "the server does not get on".to_owned(),
                ));
            }
            cursor = taken.cursor;
            if taken.at_end && !asked.more {
                break;
            }
        }
        let took_ms = self.now().millis().saturating_sub(started.millis());
        let synced = self.all_numbered();
        Ok(SyncReport {
            pushed,
            pulled,
            synced,
            server: line.url,
            took_ms,
        })
    }

    fn bonded(&self) -> Result<Bonded, NodeError> {
        let inner = self.lock();
        let bond = inner.keys.bond.as_ref().ok_or(NodeError::NotEnrolled)?;
        let server_key = inner.keys.server_key().ok_or(NodeError::NotEnrolled)?;
        Ok(Bonded {
            key: inner.keys.key(),
            server_key,
            certificate: bond.certificate.clone(),
            url: bond.server_url.clone(),
            origins: vec![inner.keys.origin()],
        })
    }

    fn check_ledger(
        &self,
        hello: &HelloAnswer,
        bonded: &Bonded,
        line: &Line,
    ) -> Result<(), NodeError> {
        let ours = self.lock().keys.ledger();
        let theirs = wire::ledger_of(&hello.ledger);
        if ours != Some(theirs) {
            return Err(NodeError::OtherLedger {
                ours: ours.map(|ledger| ledger.to_string()).unwrap_or_default(),
                theirs: theirs.to_string(),
                url: line.url.clone(),
            });
        }
        if wire::device_of(&hello.server) != bonded.server_key.device_id() {
            return Err(NodeError::BadAnswer(
                "it is not the server this device trusts".to_owned(),
            ));
        }
        Ok(())
    }

    fn stored_cursor(&self, bonded: &Bonded, epoch: u64) -> Result<CursorMessage, NodeError> {
        let peer = bonded.server_key.device_id();
        let stored = self.store().cursor(peer.as_bytes())?;
        Ok(match stored.filter(|cursor| cursor.epoch == epoch) {
            Some(cursor) => CursorMessage {
                epoch,
                n: cursor.n,
                anchor: wire::hash_bytes(&cursor.anchor),
            },
            None => Client::first_cursor(epoch),
        })
    }

    fn ask(
        &self,
        bonded: &Bonded,
        encoding: u8,
        cursor: CursorMessage,
    ) -> Result<Asked, NodeError> {
        let inner = self.lock();
        let ledger = inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let log = NodeLog {
            store: self.store(),
            fold: &inner.fold,
        };
        bonded
            .client(ledger, encoding)
            .ask(&log, cursor)
            .map_err(faulty)
    }

    /// Takes an answer: checked, durable, folded.
    fn take(
        &self,
        bonded: &Bonded,
        encoding: u8,
        cursor: CursorMessage,
        asked: &Asked,
        answer: &SyncAnswer,
    ) -> Result<Taken, NodeError> {
        let now = self.now();
        let mut inner = self.lock();
        inner.check_usable()?;
        let ledger = inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let log = NodeLog {
            store: self.store(),
            fold: &inner.fold,
        };
        let mut taken = bonded
            .client(ledger, encoding)
            .take(&log, cursor, answer)
            .map_err(faulty)?;
        let mut group = Group::new();
        let accepted = answer.rejects.is_empty();
        let heads = asked.heads.iter().filter(|_| accepted);
        group
            .records
            .extend(heads.map(|head| Record::Head(stored_head(head))));
        inner.epoch = taken.cursor.epoch;
        inner.take_effects(std::mem::take(&mut taken.effects), &mut group, now)?;
        if taken.at_end && !asked.more && accepted && inner.all_numbered() {
            let value = now.millis().to_string();
            group.push(Record::Note(Note {
                key: SYNCED_AT.to_owned(),
                value,
            }));
        }
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        Ok(taken)
    }

    fn all_numbered(&self) -> bool {
        self.lock().all_numbered()
    }
}

impl Bonded {
    fn client(&self, ledger: ledger_core::LedgerId, encoding: u8) -> Client<'_> {
        Client {
            ledger,
            key: &self.key,
            server_key: self.server_key,
            own: &self.origins,
            encoding,
        }
    }
}

fn hello(now: Timestamp, certificate: Option<ByteBuf>) -> Hello {
    Hello {
        proto_min: PROTOCOL_MIN,
        proto_max: PROTOCOL,
        program: concat!("stockledger ", env!("CARGO_PKG_VERSION")).to_owned(),
        encodings: (0..=pack::FACTORED).collect(),
        now_millis: now.millis(),
        certificate,
    }
}

/// Signs a request for the server.
fn seal(bonded: &Bonded, nonce: &[u8], asked: &Asked) -> Result<Envelope, NodeError> {
    let bad = |error: bounded::CodecError| NodeError::BadAnswer(error.to_string());
    let body = asked.request.to_bytes().map_err(bad)?;
    let server = *bonded.server_key.device_id().as_bytes();
    let signature = sign_request(&bonded.key, &server, nonce, &body)
        .map_err(|error| NodeError::BadAnswer(error.to_string()))?;
    Ok(Envelope {
        device: wire::id_bytes(bonded.key.device_id().as_bytes()),
        nonce: ByteBuf::from(nonce.to_vec()),
        signature: ByteArray::new(*signature.as_bytes()),
        body: ByteBuf::from(body),
    })
}

fn faulty(fault: Fault<ledger_store::ReadError>) -> NodeError {
    match fault {
        Fault::Log(error) => NodeError::Read(error),
        Fault::Fork { origin, seq } => NodeError::Forked { origin, seq },
        other => NodeError::BadAnswer(other.to_string()),
    }
}

fn rejected(reject: &Reject) -> NodeError {
    let origin = wire::origin_of(&reject.origin);
    let text = match reject.code {
        RejectCode::Fork => {
            return NodeError::Forked {
                origin,
                seq: reject.expected_seq,
            };
        }
        RejectCode::Gap => format!(
            "it lacks entries of this device from {} on that it had before; they are kept here",
            reject.expected_seq
        ),
        RejectCode::BadHash | RejectCode::BadSignature | RejectCode::Unreadable => {
            "a batch did not arrive whole, or was not signed by this device".to_owned()
        }
        RejectCode::TooLarge => "a batch is larger than it takes".to_owned(),
        RejectCode::Other => "a batch could not be taken".to_owned(),
    };
    NodeError::ServerSaid {
        code: "rejected".to_owned(),
        text,
    }
}
