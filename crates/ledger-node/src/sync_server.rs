//! The server's side of sync: bytes of a request in, bytes of an answer out.

use ledger_core::catalogue::{CatalogueWrite, Class, Role, Value, key};
use ledger_core::entry::Body;
use ledger_core::planted::Bug;
use ledger_core::{Code, DeviceId, Origin, Timestamp};
use ledger_format::head::{Certificate, CertificateFields, PublicKey, Signature, verify_request};
use ledger_format::wire::{
    self, BATCH_BYTES_MAX, BatchMessage, CursorMessage, Enroll, EnrollAnswer, Envelope,
    ErrorMessage, FrontierAnswer, FrontierRequest, Hello, HelloAnswer, Limits, MESSAGE_BYTES_MAX,
    Message, OriginHead, PROTOCOL, PROTOCOL_MIN, SyncAnswer, SyncRequest,
};
use ledger_format::{batch::ENTRY_BYTES_MAX, pack};
use ledger_store::{Group, Note, ReadError, Record};
use ledger_sync::server::{self, Order, Place, Pushed};
use ledger_sync::{Effect, Fault, Signer, frontier};
use serde_bytes::{ByteArray, ByteBuf};

use crate::conversation::faulty;
use crate::error::NodeError;
use crate::inner::Inner;
use crate::log::{NodeLog, folded_branch, stored_branch, stored_head};
use crate::node::{Actor, Node, NodeKind};

/// How long a nonce can be used. Requests are idempotent, so this need not be short.
const NONCE_AGE_MAX_MILLIS: u64 = 15 * 60 * 1000;

/// The most bytes of batches in one answer, and in a part of a file.
pub(crate) const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Note under which a device's last sync is kept.
pub(crate) const SEEN: &str = "seen/";

/// An answer over HTTP, a MessagePack body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl WireAnswer {
    /// An answer that says why there is none.
    #[must_use]
    pub fn refused(status: u16, code: &'static str, text: &str) -> Self {
        answer(Err::<HelloAnswer, _>(Refused(
            status,
            code,
            text.to_owned(),
        )))
    }
}

/// Why a request is not answered: HTTP status, stable word, text.
pub(crate) struct Refused(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

impl Refused {
    pub(crate) fn bad(what: &str) -> Self {
        Self(400, "bad-request", format!("the request is not a {what}"))
    }
}

impl From<NodeError> for Refused {
    fn from(error: NodeError) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        Self(503, "server-trouble", text)
    }
}

pub(crate) fn answer<T: Message>(result: Result<T, Refused>) -> WireAnswer {
    match result.map(|message| message.to_bytes()) {
        Ok(Ok(body)) => answer_bytes(Ok(body)),
        Ok(Err(_)) => WireAnswer {
            status: 500,
            body: Vec::new(),
        },
        Err(refused) => answer_bytes(Err(refused)),
    }
}

/// The same of a message that is in bytes already.
pub(crate) fn answer_bytes(result: Result<Vec<u8>, Refused>) -> WireAnswer {
    let (status, body) = match result {
        Ok(body) => (200, Ok(body)),
        Err(Refused(status, code, text)) => (
            status,
            ErrorMessage {
                code: code.to_owned(),
                text,
            }
            .to_bytes(),
        ),
    };
    match body {
        Ok(body) => WireAnswer { status, body },
        Err(_) => WireAnswer {
            status: 500,
            body: Vec::new(),
        },
    }
}

impl Node {
    /// Answers `POST /sync/v1/ROUTE`, and of `snapshot` the GET of what the body says; 404 when there
    /// is no such route.
    #[must_use]
    pub fn handle(&self, route: &str, body: &[u8]) -> WireAnswer {
        match route {
            "hello" => self.handle_hello(body),
            "enroll" => self.handle_enroll(body),
            "sync" => self.handle_sync(body),
            "frontier" => self.handle_frontier(body),
            "snapshot" => self.handle_snapshot(&String::from_utf8_lossy(body)),
            _ => WireAnswer::refused(
                404,
                "no-such-route",
                &format!("there is no {route:?} in this version of the protocol"),
            ),
        }
    }

    /// Answers `POST /sync/v1/hello`.
    #[must_use]
    pub fn handle_hello(&self, body: &[u8]) -> WireAnswer {
        answer(self.hello(body))
    }

    fn hello(&self, body: &[u8]) -> Result<HelloAnswer, Refused> {
        let hello = Hello::from_bytes(body).or(Err(Refused::bad("hello")))?;
        if hello.proto_min > PROTOCOL || hello.proto_max < PROTOCOL_MIN {
            let text = format!(
                "the server speaks protocol {PROTOCOL_MIN} to {PROTOCOL}, the device {} to {}: \
                 bring the older one up to date",
                hello.proto_min, hello.proto_max
            );
            return Err(Refused(426, "protocol", text));
        }
        let now = self.now();
        let end = self.central_end()?;
        let inner = self.lock();
        let ledger = inner.keys.ledger();
        let Some(ledger) = ledger.filter(|_| inner.keys.kind() == NodeKind::Server) else {
            return Err(Refused(
                503,
                "no-ledger",
                "this server keeps no ledger".to_owned(),
            ));
        };
        let order = inner.order();
        let bytes = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let newest = hello
            .encodings
            .iter()
            .copied()
            .filter(|e| *e <= pack::FACTORED)
            .max();
        Ok(HelloAnswer {
            protocol: PROTOCOL.min(hello.proto_max),
            server: wire::id_bytes(inner.keys.device().as_bytes()),
            ledger: wire::id_bytes(ledger.as_bytes()),
            central: order.central,
            epoch: order.epoch,
            now_millis: now.millis(),
            nonce: ByteBuf::from(inner.keys.nonce(now)),
            encoding: newest.unwrap_or(0),
            limits: Limits {
                batch_bytes: bytes(BATCH_BYTES_MAX),
                message_bytes: bytes(MESSAGE_BYTES_MAX),
                entry_bytes: bytes(ENTRY_BYTES_MAX),
            },
            capabilities: vec![wire::CAN_WAIT.to_owned()],
            tls: inner.keys.tls_word(),
            certificate: inner.keys.certificate().map(ByteBuf::from),
            end,
        })
    }

    /// Answers `POST /sync/v1/enroll`.
    #[must_use]
    pub fn handle_enroll(&self, body: &[u8]) -> WireAnswer {
        answer(self.enroll_device(body))
    }

    fn enroll_device(&self, body: &[u8]) -> Result<EnrollAnswer, Refused> {
        let asked = Enroll::from_bytes(body).or(Err(Refused::bad("request to enrol")))?;
        if self.is_hub() {
            let text = "only the central server enrols devices".to_owned();
            return Err(Refused(403, "hub", text));
        }
        let public_key = PublicKey::from_bytes(*asked.public_key);
        let (redeemed, certificate, answer) = {
            let mut inner = self.lock();
            if inner
                .state
                .fold
                .revoked_by(public_key.device_id())
                .is_some()
            {
                let text = "this device was revoked, and no code makes it trusted again: make a \
                            new store with stock init, and enrol that";
                return Err(Refused(403, "device-revoked", text.to_owned()));
            }
            let ledger = inner
                .keys
                .ledger()
                .ok_or(NodeError::WrongKind("no ledger"))?;
            // A code is used once that is saved: who is told that it failed tries it again.
            let mut keys = inner.keys.clone();
            let redeemed = keys
                .redeem(&asked.code, self.now())
                .map_err(|text| Refused(403, "bad-code", text.to_owned()))?;
            let name = redeemed.name.clone().unwrap_or_else(|| asked.name.clone());
            let fields = CertificateFields {
                ledger,
                public_key,
                role: u8::try_from(redeemed.role.number()).unwrap_or(0),
                name,
                site: None,
            };
            let key = keys.key();
            let made = Certificate::sign(&key, fields);
            let Ok(certificate) = made else {
                return Err(Refused(
                    400,
                    "bad-name",
                    "the device's name is too long".to_owned(),
                ));
            };
            keys.save()?;
            inner.keys = keys;
            let answer = EnrollAnswer {
                ledger: wire::id_bytes(ledger.as_bytes()),
                server_key: ByteArray::new(*key.public().as_bytes()),
                certificate: ByteBuf::from(certificate.to_bytes()),
            };
            (redeemed, certificate, answer)
        };
        self.write_device(&certificate, redeemed.role)?;
        Ok(answer)
    }

    /// Answers `POST /sync/v1/frontier`: what this server lacks of what the caller holds.
    #[must_use]
    pub fn handle_frontier(&self, body: &[u8]) -> WireAnswer {
        answer(self.compare(body))
    }

    fn compare(&self, body: &[u8]) -> Result<FrontierAnswer, Refused> {
        let envelope = Envelope::from_bytes(body).or(Err(Refused::bad("signed request")))?;
        self.check_envelope(&envelope)?;
        let request = FrontierRequest::from_bytes(&envelope.body)
            .or(Err(Refused::bad("frontier request")))?;
        let lacks = self.look_at_store(|log| frontier::lacks(log, &request.have));
        Ok(FrontierAnswer {
            nonce: ByteBuf::from(self.lock().keys.nonce(self.now())),
            lacks: lacks.map_err(NodeError::from)?,
        })
    }

    /// Answers `POST /sync/v1/sync`. Waits for the disk.
    #[must_use]
    pub fn handle_sync(&self, body: &[u8]) -> WireAnswer {
        answer(self.sync_device(body))
    }

    fn sync_device(&self, body: &[u8]) -> Result<SyncAnswer, Refused> {
        let envelope = Envelope::from_bytes(body).or(Err(Refused::bad("signed request")))?;
        let caller = self.check_envelope(&envelope)?;
        let request =
            SyncRequest::from_bytes(&envelope.body).or(Err(Refused::bad("sync request")))?;
        if let Some(theirs) = request.now_millis {
            let offsets = &self.shared.offsets;
            offsets.heard(caller.device, theirs, caller.nonce_made);
        }
        self.renew_if_turned_back(caller.device, &request.cursor)?;
        // Before anything that it signed has a number: whoever pulls that needs its key.
        self.take_shown(caller.certificate.as_ref(), &request.certificates)?;
        let is_taken = !Bug::RevokedNotTaken.is_planted()
            || self.read(|fold| fold.revoked_by(caller.device).is_none());
        let rejects = match is_taken {
            true => self.take_push(&caller, &request)?,
            false => Vec::new(),
        };
        let (order, nonce, is_revoked) = {
            let inner = self.lock();
            let is_revoked = inner.state.fold.revoked_by(caller.device).is_some()
                && !Bug::RevokedServed.is_planted();
            (inner.order(), inner.keys.nonce(self.now()), is_revoked)
        };
        if is_revoked {
            // It hears nothing but that it is one, and how far its entries got.
            return Ok(SyncAnswer {
                at_end: true,
                held: self.held(&request.have)?,
                revoked: true,
                ..self.nothing_new(&request, nonce, rejects)
            });
        }
        if request.wants_snapshot
            && let Some(snapshot) = self.snapshot_for(caller.device, &request.cursor)?
        {
            return Ok(SyncAnswer {
                snapshot: Some(snapshot),
                ..self.nothing_new(&request, nonce, rejects)
            });
        }
        let bytes_max = request.bytes_max.min(ANSWER_BYTES_MAX);
        let served = self
            .look_at_store(|log| order.serve(log, request.cursor, &request.have, bytes_max))
            .map_err(|fault| trouble(&fault))?;
        let is_hub = !order.central;
        let (held, loose) = match is_hub && served.at_end {
            true => (
                self.held(&request.have)?,
                self.loose(
                    &order,
                    &request.have,
                    bytes_max.saturating_sub(served.bytes),
                )?,
            ),
            false => (Vec::new(), Vec::new()),
        };
        Ok(SyncAnswer {
            restart: served.restart,
            runs: served.runs,
            cursor: served.cursor,
            at_end: served.at_end,
            held,
            loose,
            ..self.nothing_new(&request, nonce, rejects)
        })
    }

    /// An answer that leaves the caller where it is.
    fn nothing_new(
        &self,
        request: &SyncRequest,
        nonce: Vec<u8>,
        rejects: Vec<wire::Reject>,
    ) -> SyncAnswer {
        SyncAnswer {
            now_millis: self.now().millis(),
            nonce: ByteBuf::from(nonce),
            rejects,
            restart: false,
            runs: Vec::new(),
            cursor: request.cursor,
            at_end: false,
            held: Vec::new(),
            loose: Vec::new(),
            revoked: false,
            snapshot: None,
        }
    }

    /// How far this node holds the chains that somebody named.
    fn held(&self, have: &[OriginHead]) -> Result<Vec<OriginHead>, NodeError> {
        Ok(self.look_at_store(|log| server::held(log, have))?)
    }

    /// What this node holds without a number and somebody else, who has these heads, does not: about
    /// so many bytes of it.
    pub(crate) fn loose(
        &self,
        order: &Order,
        have: &[OriginHead],
        bytes_max: u64,
    ) -> Result<Vec<BatchMessage>, NodeError> {
        let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        self.look_at_log(|log, inner| {
            let ledger = inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
            let key = inner.keys.key();
            let (own, others) = inner.unnumbered();
            let chains: Vec<Origin> = own.iter().chain(&others).copied().collect();
            let signer = Signer { key: &key, ledger };
            let loose = order.serve_loose(log, &chains, (&own, signer), have, bytes_max);
            loose.map_err(faulty)
        })
    }

    /// How a cursor meets the order as this node knows it.
    pub(crate) fn place(&self, cursor: &CursorMessage) -> Result<Place, NodeError> {
        let order = self.lock().order();
        let place = self.look_at_store(|log| order.place(log, cursor));
        place.map_err(faulty)
    }

    pub(crate) fn write_device(
        &self,
        certificate: &Certificate,
        role: Role,
    ) -> Result<(), Refused> {
        let code = Code::new(&certificate.device.to_string()).or(Err(Refused::bad("device")))?;
        let write = CatalogueWrite::new(Class::Device, code)
            .with(key::NAME, Value::text(&certificate.name))
            .with(key::ROLE, Value::Int(role.number()))
            .with(
                key::PUBLIC_KEY,
                Value::Bytes(certificate.public_key.as_bytes().as_slice().into()),
            );
        self.write_bodies(&Actor::default(), vec![Body::Set(write)])?;
        Ok(())
    }

    /// Who signed a request.
    pub(crate) fn check_envelope(&self, envelope: &Envelope) -> Result<Caller, Refused> {
        let device = wire::device_of(&envelope.device);
        let inner = self.lock();
        let known = inner.state.fold.device(device);
        let known = known.and_then(|device| device.public_key);
        let (public_key, certificate) = match known.map(PublicKey::from_bytes) {
            Some(known) => (known, None),
            None => {
                let shown = inner.keys.certified(envelope.certificate.as_ref(), device);
                let Some(shown) = shown else {
                    let text = "this server does not know the device: enrol it again".to_owned();
                    return Err(Refused(403, "unknown-device", text));
                };
                (shown.public_key, Some(shown))
            }
        };
        let nonce_made = inner
            .keys
            .nonce_made(&envelope.nonce, self.now(), NONCE_AGE_MAX_MILLIS)
            .ok_or_else(|| Refused(409, "stale-nonce", "say hello again".to_owned()))?;
        let server = *inner.keys.device().as_bytes();
        let signature = Signature::from_bytes(*envelope.signature);
        let held = verify_request(
            &public_key,
            &server,
            &envelope.nonce,
            &envelope.body,
            &signature,
        );
        let text = "the request's signature does not hold";
        held.or(Err(Refused(403, "bad-signature", text.to_owned())))?;
        Ok(Caller {
            device,
            public_key,
            certificate,
            nonce_made,
        })
    }

    /// Takes pushed batches: checked, numbered, durable, folded.
    fn take_push(
        &self,
        caller: &Caller,
        request: &SyncRequest,
    ) -> Result<Vec<wire::Reject>, Refused> {
        let seen = Note {
            key: format!("{SEEN}{}", caller.device),
            value: self.now().millis().to_string(),
        };
        let take = |log: &NodeLog<'_>, known: &server::Known| -> Result<Pushed, ReadError> {
            match request.push.is_empty() && request.again.is_empty() {
                true => Ok(Pushed::default()),
                false => server::take_push(log, known, request),
            }
        };
        let given = self.take_given(caller.public_key, Some(seen), &take)?;
        self.hear_clocks(caller.device, &request.clocks, &given.arrived)?;
        Ok(given.rejects)
    }

    /// Takes what somebody gives, who has this key: numbered on the central server, durable,
    /// folded.
    pub(crate) fn take_given(
        &self,
        caller: PublicKey,
        seen: Option<Note>,
        take: &dyn Fn(&NodeLog<'_>, &server::Known) -> Result<Pushed, ReadError>,
    ) -> Result<Given, NodeError> {
        let now = self.now();
        let mut inner = self.lock();
        inner.check_usable()?;
        let no_ledger = || NodeError::WrongKind("no ledger");
        let known = server::Known {
            ledger: inner.keys.ledger().ok_or_else(no_ledger)?,
            server_key: inner.keys.ledger_key().ok_or_else(no_ledger)?,
            caller,
            own: inner.keys.key().public(),
        };
        let log = NodeLog {
            store: self.store(),
            fold: &inner.state.fold,
            numbered: true,
        };
        let pushed = take(&log, &known)?;
        if inner.is_shared(&pushed.effects) {
            // Somebody brings what this server wrote and has forgotten: it was turned back.
            drop(inner);
            self.go_on_elsewhere()?;
            return self.take_given(caller, seen, take);
        }
        let mut group = Group::new();
        inner.take_effects(pushed.effects, &mut group, now)?;
        if Bug::EntriesBeforeNumbers.is_planted() {
            let _earlier = self.store().append(std::mem::take(&mut group)).wait();
        }
        let mut given = Given {
            rejects: pushed.rejects,
            arrived: Vec::new(),
            entries: 0,
        };
        for arrival in pushed.arrivals {
            given.arrived.push((arrival.origin, arrival.first_seq));
            let count = u64::try_from(arrival.hashes.len()).unwrap_or(u64::MAX);
            given.entries = given.entries.saturating_add(count);
            let moment = arrival.numbered_at.map_or(now, |moment| moment.min(now));
            let run = inner.number(arrival.origin, arrival.first_seq, &arrival.hashes, moment);
            group.records.extend(run.map(Record::Run));
        }
        group.records.extend(seen.map(Record::Note));
        if group.records.is_empty() {
            return Ok(given);
        }
        let pending = self.store().append(group);
        drop(inner);
        self.wait(pending)?;
        Ok(given)
    }
}

/// What somebody gave.
pub(crate) struct Given {
    /// What of it was not taken.
    pub(crate) rejects: Vec<wire::Reject>,
    /// The new parts of chains, in order of arrival.
    arrived: Vec<(Origin, u64)>,
    /// How many entries are new here.
    pub(crate) entries: u64,
}

/// Who asks.
pub(crate) struct Caller {
    device: DeviceId,
    public_key: PublicKey,
    /// Of a device that the log does not know.
    certificate: Option<Certificate>,
    /// When this server made the nonce of the request.
    nonce_made: Timestamp,
}

fn trouble(fault: &Fault<ReadError>) -> Refused {
    Refused(503, "server-trouble", fault.to_string())
}

impl Inner {
    /// Folds what sync brings, and collects what has to become durable. After a renaming the fold
    /// has to be made anew.
    pub(crate) fn take_effects(
        &mut self,
        effects: Vec<Effect>,
        group: &mut Group,
        now: Timestamp,
    ) -> Result<(), NodeError> {
        for effect in effects {
            match effect {
                Effect::Foreign { batch, slice } => {
                    self.state.fold_slice(&slice, false, now);
                    let bytes = batch
                        .to_bytes()
                        .map_err(|error| NodeError::BadAnswer(error.to_string()))?;
                    group.push(Record::Foreign {
                        batch: bytes,
                        slice,
                    });
                }
                Effect::Head(chain, head) => {
                    group.push(Record::Head(stored_head(chain, &head)));
                }
                Effect::Branch(start) => {
                    let branch = stored_branch(&start);
                    self.state.fold.branch(folded_branch(&branch));
                    group.push(Record::Branch(branch));
                }
                Effect::Renamed {
                    from,
                    first_seq,
                    to,
                } => group.push(Record::Renamed(ledger_store::Renamed {
                    from,
                    first_seq,
                    to,
                })),
                Effect::Run(run) => {
                    self.state.fold.number(run.run);
                    let epoch = self.epoch;
                    group.push(Record::Run(crate::log::stored_run(&run, epoch)));
                }
                Effect::Cursor(cursor) => {
                    let peer = self
                        .keys
                        .server_key()
                        .map(|key| *key.device_id().as_bytes());
                    group.push(Record::Cursor(ledger_store::Cursor {
                        peer: peer.unwrap_or_default(),
                        epoch: cursor.epoch,
                        n: cursor.n,
                        anchor: wire::hash_of(&cursor.anchor),
                    }));
                }
            }
        }
        Ok(())
    }
}
