//! The handheld's side of sync as a conversation without I/O: questions out, answers in.
//!
//! Whoever carries the messages (HTTP, or a test in one process) asks [`Conversation::question`],
//! brings the answer to [`Conversation::answer`] and does so until it is over. What an answer
//! brings is durable before the next question is made.

use ledger_core::catalogue::Role;
use ledger_core::entry::GenesisReason;
use ledger_core::planted::Bug;
use ledger_core::{LedgerId, Origin, Timestamp};
use ledger_format::head::{Certificate, DeviceKey, PublicKey, sign_request};
use ledger_format::wire::{
    self, CursorMessage, Enroll, EnrollAnswer, Envelope, ErrorMessage, Hello, HelloAnswer, Message,
    PROTOCOL, PROTOCOL_MIN, Reject, RejectCode, SyncAnswer,
};
use ledger_format::{bounded, pack};
use ledger_store::{Group, Note, ReadError, Record};
use ledger_sync::client::{Asked, Client, Taken};
use ledger_sync::{Effect, Fault};
use serde::Serialize;
use serde_bytes::{ByteArray, ByteBuf};

use crate::error::NodeError;
use crate::keys::{Bond, from_hex, to_hex};
use crate::log::{NodeLog, stored_head};
use crate::node::Node;
use crate::pin::Pin;

/// Note under which the last moment is kept at which everything was at the central server.
pub(crate) const SYNCED_AT: &str = "synced-at";

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

/// A message for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The last part of the route: `hello`, `enroll` or `sync`.
    pub route: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A conversation with a server, to enrol or to sync.
#[derive(Debug)]
pub struct Conversation {
    node: Node,
    url: String,
    started: Timestamp,
    purpose: Purpose,
    state: State,
    pushed: u64,
    pulled: u64,
    /// The server was restored, and is first asked what it still has.
    renewing: bool,
}

#[derive(Debug)]
enum Purpose {
    Enroll { code: String, pin: Option<Pin> },
    Sync(Box<Bonded>),
}

#[derive(Debug)]
enum State {
    Greeting,
    Enrolling {
        key: DeviceKey,
    },
    Syncing {
        nonce: Vec<u8>,
        encoding: u8,
        cursor: CursorMessage,
        asked: Option<Asked>,
    },
    Enrolled(EnrollReport),
    Synced(SyncReport),
}

/// Who we are towards the server.
#[derive(Debug)]
struct Bonded {
    ledger: LedgerId,
    key: DeviceKey,
    server_key: PublicKey,
    certificate: Vec<u8>,
}

impl Bonded {
    fn client(&self, encoding: u8) -> Client<'_> {
        Client {
            ledger: self.ledger,
            key: &self.key,
            server_key: self.server_key,
            own: &[],
            encoding,
        }
    }
}

impl Node {
    /// Begins to become a device of the ledger of the server at `url`.
    #[must_use]
    pub fn begin_enroll(&self, url: &str, code: &str) -> Conversation {
        let purpose = Purpose::Enroll {
            code: code.trim().to_owned(),
            pin: None,
        };
        Conversation::new(self, url.to_owned(), purpose)
    }

    /// Begins a sync with the server that this device is enrolled at.
    pub fn begin_sync(&self) -> Result<Conversation, NodeError> {
        let inner = self.lock();
        let bond = inner.keys.bond.as_ref().ok_or(NodeError::NotEnrolled)?;
        let bonded = Bonded {
            ledger: inner.keys.ledger().ok_or(NodeError::NotEnrolled)?,
            key: inner.keys.key(),
            server_key: inner.keys.server_key().ok_or(NodeError::NotEnrolled)?,
            certificate: from_hex(&bond.certificate).unwrap_or_default(),
        };
        let url = bond.server_url.clone();
        drop(inner);
        Ok(Conversation::new(
            self,
            url,
            Purpose::Sync(Box::new(bonded)),
        ))
    }

    fn stored_cursor(&self, server: &PublicKey, epoch: u64) -> Result<CursorMessage, NodeError> {
        let stored = self.store().cursor(server.device_id().as_bytes())?;
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
        only_pull: bool,
    ) -> Result<Asked, NodeError> {
        let inner = self.lock();
        let log = NodeLog {
            store: self.store(),
            fold: &inner.state.fold,
        };
        let own: Vec<Origin> = inner.own_chains().collect();
        let mut client = bonded.client(encoding);
        if !only_pull {
            client.own = &own;
        }
        client.ask(&log, cursor).map_err(faulty)
    }

    /// Whether our central numbers are of another epoch than the server's: it was restored.
    fn knows_another_epoch(&self, epoch: u64) -> bool {
        let known = self.lock().epoch;
        known != 0 && known != epoch
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
        let log = NodeLog {
            store: self.store(),
            fold: &inner.state.fold,
        };
        let mut taken = bonded
            .client(encoding)
            .take(&log, cursor, answer)
            .map_err(faulty)?;
        let mut group = Group::new();
        let accepted = answer.rejects.is_empty();
        let heads = asked.heads.iter().filter(|_| accepted);
        group
            .records
            .extend(heads.map(|(chain, head)| Record::Head(stored_head(*chain, head))));
        let other_epoch = inner.epoch != 0 && inner.epoch != taken.cursor.epoch;
        inner.epoch = taken.cursor.epoch;
        let origin = inner.keys.origin();
        // Somebody else writes under our origin: with other entries than ours, or behind them.
        let is_shared = taken.effects.iter().any(|effect| match effect {
            Effect::Renamed { from, .. } => *from == origin,
            Effect::Foreign { slice, .. } => slice.origin == origin,
            Effect::Head(..) | Effect::Run(_) | Effect::Cursor(_) | Effect::Branch(_) => false,
        });
        if is_shared {
            inner.keys.begin_origin()?;
        }
        inner.take_effects(std::mem::take(&mut taken.effects), &mut group, now)?;
        if taken.at_end && !asked.more && accepted && !other_epoch && inner.all_numbered() {
            let value = now.millis().to_string();
            group.push(Record::Note(Note {
                key: SYNCED_AT.to_owned(),
                value,
            }));
        }
        if Bug::CursorBeforeEntries.is_planted() {
            let is_cursor = |record: &Record| matches!(record, Record::Cursor(_));
            let (first, rest): (Vec<_>, Vec<_>) = group.records.into_iter().partition(is_cursor);
            group = Group::from(rest);
            let _earlier = self.store().append(Group::from(first)).wait();
        }
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        let counts_former = Bug::FormerNumbersCount.is_planted();
        if (other_epoch && !counts_former) || taken.renamed || is_shared {
            // The numbers of the former epoch no longer count: what the restored server lacks
            // has none. And what goes by another name is folded under that.
            self.lock().reload(self.store(), now)?;
        }
        if is_shared {
            self.begin_if_unused(GenesisReason::Forked)?;
            // That goes to the server next.
            taken.at_end = false;
            taken.renamed = true;
        }
        Ok(taken)
    }
}

impl Conversation {
    fn new(node: &Node, url: String, purpose: Purpose) -> Self {
        let (node, started) = (node.clone(), node.now());
        Self {
            node,
            url,
            started,
            purpose,
            state: State::Greeting,
            pushed: 0,
            pulled: 0,
            renewing: false,
        }
    }

    /// The same, and the device keeps the pin of the TLS key that the server must have.
    #[must_use]
    pub fn pinned(mut self, server: Option<Pin>) -> Self {
        if let Purpose::Enroll { pin, .. } = &mut self.purpose {
            *pin = server;
        }
        self
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The pin of the TLS key that the server must have.
    pub(crate) fn pin(&self) -> Option<Pin> {
        match &self.purpose {
            Purpose::Enroll { pin, .. } => *pin,
            Purpose::Sync(_) => self.node.server_pin(),
        }
    }

    /// Whether it is with a server whose ledger key is known, which can vouch for another pin.
    pub(crate) const fn knows_the_ledger(&self) -> bool {
        matches!(self.purpose, Purpose::Sync(_))
    }

    /// Asks for nothing but the server's word about its TLS key; it does not say who asks.
    pub(crate) fn question_of_key(&self) -> Result<Question, NodeError> {
        let body = hello(self.node.now(), None).to_bytes();
        let body = body.map_err(|error| NodeError::BadAnswer(error.to_string()))?;
        Ok(Question {
            route: "hello",
            body,
        })
    }

    /// Takes the answer to [`Self::question_of_key`] from a server that proved to have this key;
    /// says whether the device trusts it from now on.
    pub(crate) fn answer_of_key(&self, body: &[u8], proved: Pin) -> Result<bool, NodeError> {
        let word = HelloAnswer::from_bytes(body)
            .ok()
            .and_then(|hello| hello.tls);
        word.map_or(Ok(false), |word| self.node.take_tls_word(&word, proved))
    }

    /// How far it is.
    #[must_use]
    pub const fn progress(&self) -> SyncProgress {
        SyncProgress {
            pushed: self.pushed,
            pulled: self.pulled,
        }
    }

    /// What a finished sync did.
    #[must_use]
    pub fn sync_report(&self) -> Option<SyncReport> {
        if let State::Synced(report) = &self.state {
            Some(report.clone())
        } else {
            None
        }
    }

    /// What a finished enrolment did.
    #[must_use]
    pub fn enroll_report(&self) -> Option<EnrollReport> {
        if let State::Enrolled(report) = &self.state {
            Some(report.clone())
        } else {
            None
        }
    }

    /// The next message for the server; none when the conversation is over. It may be asked again
    /// when an answer was lost.
    pub fn question(&mut self) -> Result<Option<Question>, NodeError> {
        let (route, body) = match (&mut self.state, &self.purpose) {
            (State::Greeting, purpose) => {
                let certificate = match purpose {
                    Purpose::Sync(bonded) => Some(ByteBuf::from(bonded.certificate.clone())),
                    Purpose::Enroll { .. } => None,
                };
                ("hello", hello(self.node.now(), certificate).to_bytes())
            }
            (State::Enrolling { key }, Purpose::Enroll { code, .. }) => {
                let public_key = ByteArray::new(*key.public().as_bytes());
                let asked = Enroll {
                    code: code.clone(),
                    public_key,
                    name: self.node.name(),
                };
                ("enroll", asked.to_bytes())
            }
            (
                State::Syncing {
                    nonce,
                    encoding,
                    cursor,
                    asked,
                },
                Purpose::Sync(bonded),
            ) => {
                self.renewing |= self.node.knows_another_epoch(cursor.epoch);
                let fresh = self.node.ask(bonded, *encoding, *cursor, self.renewing)?;
                let sealed = seal(bonded, nonce, &fresh)?;
                *asked = Some(fresh);
                ("sync", sealed.to_bytes())
            }
            _ => return Ok(None),
        };
        let body = body.map_err(|error| NodeError::BadAnswer(error.to_string()))?;
        Ok(Some(Question { route, body }))
    }

    /// Takes the server's answer to the last question.
    pub fn answer(&mut self, status: u16, body: &[u8]) -> Result<(), NodeError> {
        if status != 200 {
            return Err(match ErrorMessage::from_bytes(body) {
                Ok(said) => NodeError::ServerSaid {
                    code: said.code,
                    text: said.text,
                },
                Err(_) => self.unreachable(format!("it answered {status}")),
            });
        }
        match std::mem::replace(&mut self.state, State::Greeting) {
            State::Greeting => self.greeted(&self.read::<HelloAnswer>(body)?),
            State::Enrolling { key } => self.enrolled(&key, &self.read(body)?),
            State::Syncing {
                encoding,
                cursor,
                asked,
                ..
            } => {
                let asked = asked.ok_or(NodeError::WrongKind("an answer without a question"))?;
                let answer = self.read(body)?;
                self.synced(encoding, cursor, &asked, &answer)
            }
            over @ (State::Enrolled(_) | State::Synced(_)) => {
                self.state = over;
                Ok(())
            }
        }
    }

    /// That no usable answer came, and why.
    #[must_use]
    pub fn unreachable(&self, reason: impl Into<String>) -> NodeError {
        NodeError::Unreachable {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }

    fn read<T: Message>(&self, body: &[u8]) -> Result<T, NodeError> {
        T::from_bytes(body)
            .map_err(|error| self.unreachable(format!("its answer cannot be read: {error}")))
    }

    fn greeted(&mut self, hello: &HelloAnswer) -> Result<(), NodeError> {
        let theirs = wire::ledger_of(&hello.ledger);
        let ours = self.node.lock().keys.ledger();
        if let Some(ours) = ours.filter(|ours| *ours != theirs) {
            return Err(NodeError::OtherLedger {
                ours: ours.to_string(),
                theirs: theirs.to_string(),
                url: self.url.clone(),
            });
        }
        self.state = match &self.purpose {
            Purpose::Enroll { .. } => State::Enrolling {
                key: self.node.lock().keys.key(),
            },
            Purpose::Sync(bonded) => {
                if wire::device_of(&hello.server) != bonded.server_key.device_id() {
                    let text = "it is not the server that this device trusts";
                    return Err(NodeError::BadAnswer(text.to_owned()));
                }
                // The number of the word about the pinned key; without it an earlier one counts.
                if let (Some(word), Some(pinned)) = (&hello.tls, self.node.server_pin()) {
                    self.node.take_tls_word(word, pinned)?;
                }
                let cursor = self.node.stored_cursor(&bonded.server_key, hello.epoch)?;
                let (nonce, encoding) = (hello.nonce.to_vec(), hello.encoding);
                State::Syncing {
                    nonce,
                    encoding,
                    cursor,
                    asked: None,
                }
            }
        };
        Ok(())
    }

    fn enrolled(&mut self, key: &DeviceKey, answer: &EnrollAnswer) -> Result<(), NodeError> {
        let server_key = PublicKey::from_bytes(*answer.server_key);
        let certificate = Certificate::from_bytes(&answer.certificate)
            .ok()
            .filter(|certificate| certificate.verify_strict(&server_key).is_ok())
            .filter(|certificate| certificate.public_key == key.public())
            .ok_or_else(|| NodeError::BadAnswer("its certificate does not hold".to_owned()))?;
        let pin = self.pin().map(|pin| pin.to_string());
        let mut inner = self.node.lock();
        let before = inner.keys.bond.replace(Bond {
            ledger: wire::ledger_of(&answer.ledger).to_string(),
            server_url: self.url.clone(),
            server_key: to_hex(server_key.as_bytes()),
            certificate: to_hex(&answer.certificate),
            pin,
            pin_number: 0,
        });
        if let Err(error) = inner.keys.save() {
            // Who is told that it failed must not be a device of the ledger until the next start.
            inner.keys.bond = before;
            return Err(error);
        }
        drop(inner);
        let role = Role::from_number(i64::from(certificate.role)).unwrap_or(Role::Viewer);
        self.state = State::Enrolled(EnrollReport {
            server: self.url.clone(),
            ledger: certificate.ledger.to_string(),
            device: certificate.device.to_string(),
            name: certificate.name,
            role: role.word().to_owned(),
        });
        Ok(())
    }

    fn synced(
        &mut self,
        encoding: u8,
        cursor: CursorMessage,
        asked: &Asked,
        answer: &SyncAnswer,
    ) -> Result<(), NodeError> {
        let Purpose::Sync(bonded) = &self.purpose else {
            return Ok(());
        };
        let taken = self.node.take(bonded, encoding, cursor, asked, answer)?;
        if let Some(reject) = answer.rejects.first() {
            return Err(rejected(reject));
        }
        if taken.cursor == cursor && !taken.at_end && !taken.renamed {
            return Err(NodeError::BadAnswer(
                "the server does not get on".to_owned(),
            ));
        }
        self.pushed = self.pushed.saturating_add(asked.pushed);
        self.pulled = self.pulled.saturating_add(taken.pulled);
        // What the restored server lacks is known only now, and goes to it next.
        let before_push = self.renewing;
        self.renewing &= !taken.at_end;
        self.state = if taken.at_end && !asked.more && !before_push {
            State::Synced(SyncReport {
                pushed: self.pushed,
                pulled: self.pulled,
                synced: self.node.lock().all_numbered() || Bug::SyncedUnseen.is_planted(),
                server: self.url.clone(),
                took_ms: self
                    .node
                    .now()
                    .millis()
                    .saturating_sub(self.started.millis()),
            })
        } else {
            let nonce = answer.nonce.to_vec();
            State::Syncing {
                nonce,
                encoding,
                cursor: taken.cursor,
                asked: None,
            }
        };
        Ok(())
    }
}

pub(crate) fn hello(now: Timestamp, certificate: Option<ByteBuf>) -> Hello {
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

fn faulty(fault: Fault<ReadError>) -> NodeError {
    if let Fault::Log(error) = fault {
        return NodeError::Read(error);
    }
    if let Fault::Fork { origin, seq } = fault {
        return NodeError::Forked { origin, seq };
    }
    NodeError::BadAnswer(fault.to_string())
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
