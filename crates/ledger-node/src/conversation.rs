//! The asking side of sync as a conversation without I/O: questions out, answers in.
//!
//! Whoever carries the messages (HTTP, or a test in one process) asks [`Conversation::question`],
//! brings the answer to [`Conversation::answer`] and does so until it is over. What an answer
//! brings is durable before the next question is made.
//!
//! With a server that begins a new epoch, since it was restored, the conversation first compares
//! what both hold, gives back what the server lacks in the order of its former numbers, takes the
//! new numbers, and only then pushes what is new (ADR 19).

pub(crate) mod asking;
mod greeting;
mod outbox;
mod revoked;
mod snapshot;

use ledger_core::catalogue::Role;
use ledger_core::planted::Bug;
use ledger_core::{DeviceId, LedgerId, Timestamp};
use ledger_format::head::{Certificate, DeviceKey, PublicKey, sign_request};
use ledger_format::wire::{
    self, CursorMessage, Enroll, EnrollAnswer, Envelope, ErrorMessage, FrontierAnswer, Hello,
    HelloAnswer, Message, PROTOCOL, PROTOCOL_MIN, SyncAnswer,
};
use ledger_format::{bounded, pack};
use ledger_store::ReadError;
use ledger_sync::Fault;
use ledger_sync::client::{Asked, Claim, Client};
use ledger_sync::frontier::Supply;
use serde::Serialize;
use serde_bytes::{ByteArray, ByteBuf};

pub use self::greeting::Greeting;
use self::greeting::epoch_with;
use self::outbox::Outbox;
use self::snapshot::Loading;
use crate::error::NodeError;
use crate::keys::{Bond, to_hex};
use crate::node::Node;
use crate::pin::Pin;

/// Note under which the last moment is kept at which everything was at the central server.
pub(crate) const SYNCED_AT: &str = "synced-at";
/// Note under which the last moment is kept at which everything was at a hub.
pub(crate) const AT_HUB: &str = "at-hub";

/// How often a conversation begins anew before that is given up.
const BEGINNINGS_MAX: u32 = 4;

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Own entries sent.
    pub pushed: u64,
    /// Entries from elsewhere received.
    pub pulled: u64,
    /// Whether the central server holds all of ours, and we all of its.
    pub synced: bool,
    /// Whether it was a hub that answered: what it holds is not yet at the central server.
    pub at_hub: bool,
    /// What of ours was not taken, and why. It is kept here.
    pub rejected: Vec<String>,
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
    /// How many central numbers were to come when it began; 0 where that is not known.
    pub behind: u64,
}

/// A message for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The last part of the route: `hello`, `enroll`, `sync`, `frontier` or `snapshot`.
    pub route: &'static str,
    /// The body; of `snapshot`, which is a GET, the rest of the path.
    pub body: Vec<u8>,
}

/// A conversation with a server, to enrol or to sync.
#[derive(Debug)]
pub struct Conversation {
    node: Node,
    url: String,
    /// Goes by an address of its own, with the pin of its TLS key if it has one.
    via: Option<Option<Pin>>,
    started: Timestamp,
    purpose: Purpose,
    state: State,
    pushed: u64,
    pulled: u64,
    /// How far behind the order's end it began.
    behind: u64,
    /// How often it said hello.
    beginnings: u32,
    /// The server did not know the device, and is shown its certificate.
    shows_certificate: bool,
    /// What is pushed, how much at once, and what is left out.
    outbox: Outbox,
    /// What the server said of itself.
    greeting: Option<Greeting>,
}

#[derive(Debug)]
enum Purpose {
    Enroll { code: String, pin: Option<Pin> },
    Sync(Box<Bonded>),
}

#[derive(Debug)]
enum State {
    Greeting,
    Enrolling { key: DeviceKey },
    Comparing(Channel),
    Syncing(Box<Talk>),
    Loading(Box<Loading>),
    Enrolled(EnrollReport),
    Synced(SyncReport),
}

/// A way to talk with somebody who has said hello.
#[derive(Debug, Clone)]
struct Channel {
    /// Whom requests are signed for.
    peer: DeviceId,
    /// Whether it is the central server.
    central: bool,
    nonce: Vec<u8>,
    /// What our clock showed when the nonce came, unless it came behind an answer that may be long.
    clock: Option<Timestamp>,
    encoding: u8,
    cursor: CursorMessage,
    /// The epoch that was known here when it began.
    known: u64,
}

/// A push and pull under way.
#[derive(Debug)]
struct Talk {
    channel: Channel,
    /// What was asked last.
    asked: Option<Asked>,
    /// What a restored server gets back.
    supply: Option<Supply>,
    /// The former number behind the part that was given last.
    supplied: u64,
    /// The numbers of a new epoch come first.
    renewing: bool,
    /// A hub has said how far it holds what has no number.
    compared: bool,
    /// The order goes so much further than the cursor that a snapshot is asked for.
    is_far_behind: bool,
    claim: Claim,
}

/// Who we are towards the server.
#[derive(Debug)]
pub(crate) struct Bonded {
    ledger: LedgerId,
    key: DeviceKey,
    pub(crate) server_key: PublicKey,
    certificate: Vec<u8>,
}

impl Bonded {
    pub(crate) const fn client(&self, encoding: u8) -> Client<'_> {
        Client {
            ledger: self.ledger,
            key: &self.key,
            server_key: self.server_key,
            encoding,
        }
    }
}

impl Conversation {
    fn new(node: &Node, url: String, purpose: Purpose) -> Self {
        let (node, started) = (node.clone(), node.now());
        Self {
            node,
            url,
            via: None,
            started,
            purpose,
            state: State::Greeting,
            pushed: 0,
            pulled: 0,
            behind: 0,
            beginnings: 0,
            shows_certificate: false,
            outbox: Outbox::default(),
            greeting: None,
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

    /// The same, by another address of the ledger.
    pub(crate) fn via(mut self, url: String, pin: Option<Pin>) -> Self {
        (self.url, self.via) = (url, Some(pin));
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
            Purpose::Sync(_) => self.via.unwrap_or_else(|| self.node.server_pin()),
        }
    }

    /// Whether it is with a server whose ledger key is known, which can vouch for another pin.
    pub(crate) const fn knows_the_ledger(&self) -> bool {
        matches!(self.purpose, Purpose::Sync(_)) && self.via.is_none()
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
            behind: self.behind,
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
            (State::Comparing(channel), Purpose::Sync(bonded)) => {
                let request = self.node.ask_frontier()?.to_bytes();
                let shown = self.shows_certificate;
                (
                    "frontier",
                    seal(bonded, channel, shown, request)?.to_bytes(),
                )
            }
            (State::Syncing(talk), Purpose::Sync(bonded)) => {
                let request = self.node.ask_next(bonded, talk, &self.outbox)?.to_bytes();
                let shown = self.shows_certificate;
                (
                    "sync",
                    seal(bonded, &talk.channel, shown, request)?.to_bytes(),
                )
            }
            (State::Loading(loading), _) => ("snapshot", Ok(loading.path().into_bytes())),
            _ => return Ok(None),
        };
        let body = body.map_err(|error| NodeError::BadAnswer(error.to_string()))?;
        Ok(Some(Question { route, body }))
    }

    /// Takes the server's answer to the last question.
    pub fn answer(&mut self, status: u16, body: &[u8]) -> Result<(), NodeError> {
        match status {
            200 => {}
            _ if matches!(self.state, State::Loading(_)) => return self.chunk_refused(),
            413 => return self.too_large(),
            _ => return self.refused(status, body),
        }
        match std::mem::replace(&mut self.state, State::Greeting) {
            State::Greeting => self.greeted(&self.read::<HelloAnswer>(body)?),
            State::Enrolling { key } => self.enrolled(&key, &self.read(body)?),
            State::Comparing(channel) => self.compared(channel, &self.read(body)?),
            State::Syncing(talk) => {
                let answer = self.read(body)?;
                self.synced(*talk, &answer)
            }
            State::Loading(loading) => self.loaded(*loading, body),
            over @ (State::Enrolled(_) | State::Synced(_)) => {
                self.state = over;
                Ok(())
            }
        }
    }

    /// The request was larger than the server takes, or something before it: the next one is half
    /// as large.
    pub fn too_large(&mut self) -> Result<(), NodeError> {
        if self.outbox.halve() {
            return Ok(());
        }
        Err(self.unreachable("it does not even take a request with a single entry"))
    }

    /// The server refused to answer. What can be mended is.
    fn refused(&mut self, status: u16, body: &[u8]) -> Result<(), NodeError> {
        let Ok(said) = ErrorMessage::from_bytes(body) else {
            return Err(self.unreachable(format!("it answered {status}")));
        };
        match said.code.as_str() {
            "unknown-device" if !self.shows_certificate => {
                self.shows_certificate = true;
                Ok(())
            }
            "stale-nonce" if self.may_begin_again() => {
                self.state = State::Greeting;
                Ok(())
            }
            _ => Err(NodeError::ServerSaid {
                code: said.code,
                text: said.text,
            }),
        }
    }

    /// Says hello once more: the order that the conversation is about is no longer the one to talk
    /// about.
    fn begin_again(&mut self) -> Result<(), NodeError> {
        if !self.may_begin_again() {
            let text = "it does not know its own order of entries from one answer to the next";
            return Err(NodeError::BadAnswer(text.to_owned()));
        }
        self.state = State::Greeting;
        Ok(())
    }

    fn may_begin_again(&mut self) -> bool {
        self.beginnings = self.beginnings.saturating_add(1);
        self.beginnings < BEGINNINGS_MAX
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
                let peer = wire::device_of(&hello.server);
                if !self.is_trusted(bonded, peer, hello) {
                    let text = "it is not the server that this device trusts";
                    return Err(NodeError::BadAnswer(text.to_owned()));
                }
                // The number of the word about the pinned key; without it an earlier one counts.
                let pinned = self.node.server_pin().filter(|_| self.via.is_none());
                if let (Some(word), Some(pinned)) = (&hello.tls, pinned) {
                    self.node.take_tls_word(word, pinned)?;
                }
                let known = self.node.lock().epoch;
                let (epoch, is_new) = epoch_with(known, self.node.heard_epoch(), hello);
                let channel = Channel {
                    peer,
                    central: hello.central,
                    nonce: hello.nonce.to_vec(),
                    clock: Some(self.node.now()),
                    encoding: hello.encoding,
                    cursor: self.node.stored_cursor(&bonded.server_key, epoch)?,
                    known,
                };
                self.outbox.keep_to(&hello.limits);
                self.behind = hello.end.saturating_sub(channel.cursor.n);
                self.greeting = Some(Greeting {
                    url: self.url.clone(),
                    heard: self.node.now(),
                    limits: hello.limits,
                    channel: channel.clone(),
                });
                if is_new {
                    State::Comparing(channel)
                } else {
                    let mut talk = Talk::of(channel, None);
                    talk.is_far_behind = snapshot::is_far(&talk.channel, hello);
                    State::Syncing(Box::new(talk))
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

    /// Whether it is the central server, or a hub that the central server enrolled.
    fn is_trusted(&self, bonded: &Bonded, peer: DeviceId, hello: &HelloAnswer) -> bool {
        if peer == bonded.server_key.device_id() {
            return true;
        }
        let certificate = hello.certificate.as_ref();
        let certificate = certificate.and_then(|bytes| Certificate::from_bytes(bytes).ok());
        !hello.central
            && certificate.is_some_and(|certificate| {
                certificate.verify_strict(&bonded.server_key).is_ok()
                    && certificate.ledger == bonded.ledger
                    && certificate.device == peer
            })
    }

    /// A restored server has said what it lacks.
    fn compared(&mut self, mut channel: Channel, answer: &FrontierAnswer) -> Result<(), NodeError> {
        (channel.nonce, channel.clock) = (answer.nonce.to_vec(), Some(self.node.now()));
        let supply = self.node.supply(&answer.lacks)?;
        self.state = State::Syncing(Box::new(Talk::of(channel, Some(supply))));
        Ok(())
    }

    fn synced(&mut self, mut talk: Talk, answer: &SyncAnswer) -> Result<(), NodeError> {
        let Purpose::Sync(bonded) = &self.purpose else {
            return Ok(());
        };
        (talk.channel.nonce, talk.channel.clock) = (answer.nonce.to_vec(), None);
        if let Some(greeting) = &mut self.greeting {
            greeting.channel.nonce.clone_from(&talk.channel.nonce);
        }
        if answer.restart {
            // The server was turned back, or restored since it said hello.
            return self.begin_again();
        }
        let before_push = talk.renewing;
        let rejected = self.outbox.note(&answer.rejects);
        if let Some(supply) = &mut talk.supply {
            supply.go_on(talk.supplied);
            self.state = State::Syncing(Box::new(talk));
            return Ok(());
        }
        let no_question = NodeError::WrongKind("an answer without a question");
        let asked = talk.asked.take().ok_or(no_question)?;
        if answer.revoked {
            return self.revoked(talk, &asked, answer, &rejected);
        }
        let asked_far = std::mem::take(&mut talk.is_far_behind);
        if let (true, Some(snapshot)) = (asked_far, &answer.snapshot) {
            self.state = Loading::begin(talk, snapshot);
            return Ok(());
        }
        let taken = match self.node.take(bonded, &talk.channel, &asked, answer) {
            Err(NodeError::OrderChanged) => return self.begin_again(),
            taken => taken?,
        };
        self.outbox.note_reached(&asked, &rejected);
        self.outbox
            .note_held(self.node.held_in_common(&answer.held)?);
        let is_first = !talk.channel.central && !std::mem::replace(&mut talk.compared, true);
        let gets_on = taken.cursor != talk.channel.cursor || asked.pushed > 0 || is_first;
        if !gets_on && !taken.at_end && !taken.again {
            let text = "the server does not get on".to_owned();
            return Err(NodeError::BadAnswer(text));
        }
        self.pushed = self.pushed.saturating_add(asked.pushed);
        self.pulled = self.pulled.saturating_add(taken.pulled);
        talk.channel.cursor = taken.cursor;
        talk.renewing &= !taken.at_end;
        talk.claim = match (taken.unfilled, talk.renewing) {
            (true, _) => Claim::Nothing,
            (false, true) => Claim::All,
            (false, false) => Claim::Unnumbered,
        };
        // What has no number at a hub comes last, in the room that is left.
        let is_cut = !talk.channel.central && taken.pulled > 0;
        let asks_more = asked.more || before_push || is_first || is_cut;
        self.state = if taken.at_end && !asks_more && !self.outbox.takes_up(&rejected) {
            self.over(&talk.channel)?
        } else {
            State::Syncing(Box::new(talk))
        };
        Ok(())
    }

    /// The end of a sync.
    fn over(&self, channel: &Channel) -> Result<State, NodeError> {
        let rejected = self.outbox.texts();
        if !channel.central && rejected.is_empty() {
            self.node.note_at_hub()?;
        }
        let took = self.node.now().millis();
        let is_central = channel.central || Bug::HubSynced.is_planted();
        let synced = is_central && self.node.lock().all_numbered();
        Ok(State::Synced(SyncReport {
            pushed: self.pushed,
            pulled: self.pulled,
            synced: synced || Bug::SyncedUnseen.is_planted(),
            at_hub: !channel.central,
            rejected,
            server: self.url.clone(),
            took_ms: took.saturating_sub(self.started.millis()),
        }))
    }
}

impl Talk {
    fn of(channel: Channel, supply: Option<Supply>) -> Self {
        let renewing = supply.is_some();
        Self {
            channel,
            asked: None,
            supply,
            supplied: 1,
            renewing,
            compared: false,
            is_far_behind: false,
            claim: if renewing {
                Claim::All
            } else {
                Claim::Unnumbered
            },
        }
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
fn seal(
    bonded: &Bonded,
    channel: &Channel,
    shows_certificate: bool,
    request: Result<Vec<u8>, bounded::CodecError>,
) -> Result<Envelope, NodeError> {
    let body = request.map_err(|error| NodeError::BadAnswer(error.to_string()))?;
    let certificate = shows_certificate.then(|| ByteBuf::from(bonded.certificate.clone()));
    sealed(&bonded.key, channel.peer, &channel.nonce, body, certificate)
}

/// Signs the bytes of a request for whoever made the nonce.
pub(crate) fn sealed(
    key: &DeviceKey,
    peer: DeviceId,
    nonce: &[u8],
    body: Vec<u8>,
    certificate: Option<ByteBuf>,
) -> Result<Envelope, NodeError> {
    let signature = sign_request(key, peer.as_bytes(), nonce, &body)
        .map_err(|error| NodeError::BadAnswer(error.to_string()))?;
    Ok(Envelope {
        device: wire::id_bytes(key.device_id().as_bytes()),
        nonce: ByteBuf::from(nonce.to_vec()),
        signature: ByteArray::new(*signature.as_bytes()),
        body: ByteBuf::from(body),
        certificate,
    })
}

pub(crate) fn faulty(fault: Fault<ReadError>) -> NodeError {
    if let Fault::Log(error) = fault {
        return NodeError::Read(error);
    }
    if let Fault::Fork { origin, seq } = fault {
        return NodeError::Forked { origin, seq };
    }
    if let Fault::NoHead { chain, seq } = fault {
        let key = format!("the signed head of {chain}-{seq}");
        return NodeError::Read(ReadError::Corrupt { key });
    }
    NodeError::BadAnswer(fault.to_string())
}
