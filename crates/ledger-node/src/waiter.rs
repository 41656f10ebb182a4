//! The handheld's side of a wait: hears of news at the server while the store is closed.
//!
//! All it needs is in the keys file and the cursor of the last sync, so other programs have the
//! store meanwhile. It writes nothing and takes nothing in: what there is, a sync brings.

use std::path::Path;
use std::time::Duration;

use ledger_format::head::{DeviceKey, PublicKey};
use ledger_format::wire::{
    self, CAN_WAIT, CursorMessage, Envelope, ErrorMessage, HelloAnswer, Message, WAIT_MILLIS_MAX,
    WaitAnswer, WaitRequest,
};
use reqwest::StatusCode;
use serde_bytes::ByteBuf;
use tokio::time::{Instant, sleep, timeout};

use crate::clock::{SystemClock, WallClock as _};
use crate::conversation::{Question, hello, sealed};
use crate::error::NodeError;
use crate::keys::{Keys, from_hex};
use crate::node::Node;
use crate::pin::Pin;
use crate::sync_client::{Way, read};

/// How long a server may take to say hello.
const HELLO_LIMIT: Duration = Duration::from_secs(20);
/// How much longer than it was asked to a server may take to answer a wait.
const SLACK: Duration = Duration::from_secs(15);
/// A wait that was cut off after this long was cut off for its silence, as some proxies do.
const SILENCE: Duration = Duration::from_secs(5);
/// No shorter waits are asked for, however impatient a proxy is.
const WAIT_MIN: Duration = Duration::from_secs(10);
/// How long to leave a server alone that lets nobody wait just now, at first.
const PAUSE: Duration = Duration::from_secs(1);
/// After so long without a wait that came through, it is better to look.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Hears whether there is news at a device's server. The store may be closed meanwhile.
pub struct Waiter {
    url: String,
    key: DeviceKey,
    server: PublicKey,
    certificate: Vec<u8>,
    way: Way,
    nonce: Vec<u8>,
    can_wait: bool,
    at: Option<CursorMessage>,
}

impl std::fmt::Debug for Waiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiter")
            .field("url", &self.url)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Waiter {
    /// For the device with this store, which need not be open; refuses where it has no server.
    pub fn of_store(store: &Path) -> Result<Self, NodeError> {
        let keys = Keys::read(store)?;
        let server = keys.server_key().ok_or(NodeError::NotEnrolled)?;
        let bond = keys.bond.as_ref().ok_or(NodeError::NotEnrolled)?;
        let pin: Option<Pin> = bond.pin.as_deref().and_then(|pin| pin.parse().ok());
        Ok(Self {
            way: Way::new(&bond.server_url, pin)?,
            url: bond.server_url.clone(),
            key: keys.key(),
            server,
            certificate: from_hex(&bond.certificate).unwrap_or_default(),
            nonce: Vec::new(),
            can_wait: false,
            at: None,
        })
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the server said that it lets devices wait; before [`Self::greet`] it did not.
    #[must_use]
    pub const fn can_wait(&self) -> bool {
        self.can_wait
    }

    /// From now on what comes behind this node's cursor is news.
    pub fn stand_where(&mut self, node: &Node) -> Result<(), NodeError> {
        let stored = node.store().cursor(self.server.device_id().as_bytes())?;
        self.at = stored.map(|cursor| CursorMessage {
            epoch: cursor.epoch,
            n: cursor.n,
            anchor: wire::hash_bytes(&cursor.anchor),
        });
        Ok(())
    }

    /// The message that says hello.
    pub fn hello(&self) -> Result<Question, NodeError> {
        let certificate = Some(ByteBuf::from(self.certificate.clone()));
        Ok(Question {
            route: "hello",
            body: bytes_of(&hello(SystemClock.now(), certificate))?,
        })
    }

    /// Takes the answer to hello. That it is not the right server is left for a sync to say.
    pub fn greeted(&mut self, status: u16, body: &[u8]) -> Result<(), NodeError> {
        let answer: HelloAnswer = self.read(status, body)?;
        let is_ours = wire::device_of(&answer.server) == self.server.device_id();
        self.can_wait = is_ours && answer.capabilities.iter().any(|known| known == CAN_WAIT);
        self.nonce = answer.nonce.to_vec();
        Ok(())
    }

    /// The message that waits for news, not longer than that; none for a device that has never
    /// pulled, to which whatever there is is news.
    pub fn question(&self, limit: Duration) -> Result<Option<Question>, NodeError> {
        let Some(at) = self.at else {
            return Ok(None);
        };
        let millis_max = u64::try_from(limit.as_millis()).unwrap_or(WAIT_MILLIS_MAX);
        let body = bytes_of(&WaitRequest { at, millis_max })?;
        Ok(Some(Question {
            route: "wait",
            body: bytes_of(&self.seal(body)?)?,
        }))
    }

    /// Takes the answer to a wait: whether there is news.
    pub fn heard(&mut self, status: u16, body: &[u8]) -> Result<bool, NodeError> {
        let answer: WaitAnswer = self.read(status, body)?;
        self.nonce = answer.nonce.to_vec();
        Ok(answer.news)
    }

    /// Says hello to the server: whether it can be reached, and what it can do.
    pub async fn greet(&mut self) -> Result<(), NodeError> {
        let (status, body) = self.ask(self.hello()?, HELLO_LIMIT).await?;
        self.greeted(status, &body)
    }

    /// Returns when there is news, or when nobody can know but by looking: a server that lets
    /// nobody wait is looked at every minute. An error says that the server is not there any more.
    pub async fn until_news(&mut self) -> Result<(), NodeError> {
        let mut limit = Duration::from_millis(WAIT_MILLIS_MAX);
        let mut pause = PAUSE;
        if !self.can_wait {
            sleep(PAUSE_MAX).await;
            return Ok(());
        }
        while pause < PAUSE_MAX {
            let begun = Instant::now();
            let heard = self.wait(limit).await;
            let took = begun.elapsed();
            match heard {
                Ok(true) => return Ok(()),
                Ok(false) if took >= limit / 2 => {
                    pause = PAUSE;
                    continue;
                }
                Ok(false) => {}
                Err(error) if error.is_unreachable() => self.greet().await?,
                Err(error) => return Err(error),
            }
            if took >= SILENCE {
                limit = (limit / 2).max(WAIT_MIN);
            } else {
                sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
        }
        Ok(())
    }

    /// Asks once; says whether there is news.
    async fn wait(&mut self, limit: Duration) -> Result<bool, NodeError> {
        match self.wait_with_nonce(limit).await {
            Err(NodeError::ServerSaid { code, .. }) if code == "stale-nonce" => {
                self.greet().await?;
                self.wait_with_nonce(limit).await
            }
            heard => heard,
        }
    }

    async fn wait_with_nonce(&mut self, limit: Duration) -> Result<bool, NodeError> {
        let Some(question) = self.question(limit)? else {
            return Ok(true);
        };
        let (status, body) = self.ask(question, limit.saturating_add(SLACK)).await?;
        self.heard(status, &body)
    }

    fn seal(&self, body: Vec<u8>) -> Result<Envelope, NodeError> {
        // A server that does not know the device meets it again in a sync.
        sealed(&self.key, self.server.device_id(), &self.nonce, body, None)
    }

    /// One round trip: status and body.
    async fn ask(&self, question: Question, limit: Duration) -> Result<(u16, Vec<u8>), NodeError> {
        match timeout(limit, self.exchange(question)).await {
            Ok(answered) => answered.map(|(status, body)| (status.as_u16(), body)),
            Err(_) => Err(self.unreachable("it did not answer in time")),
        }
    }

    async fn exchange(&self, question: Question) -> Result<(StatusCode, Vec<u8>), NodeError> {
        let url = self.url.clone();
        match self.way.send(&url, &question).await {
            Ok(response) => read(&url, response).await,
            Err(unsent) => Err(unsent.into_error(&url)),
        }
    }

    fn read<T: Message>(&self, status: u16, body: &[u8]) -> Result<T, NodeError> {
        if status != StatusCode::OK.as_u16() {
            return Err(match ErrorMessage::from_bytes(body) {
                Ok(ErrorMessage { code, text }) => NodeError::ServerSaid { code, text },
                Err(_) => self.unreachable(format!("it answered {status}")),
            });
        }
        T::from_bytes(body)
            .map_err(|error| self.unreachable(format!("its answer cannot be read: {error}")))
    }

    fn unreachable(&self, reason: impl Into<String>) -> NodeError {
        NodeError::Unreachable {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }
}

fn bytes_of(message: &impl Message) -> Result<Vec<u8>, NodeError> {
    let bytes = message.to_bytes();
    bytes.map_err(|error| NodeError::BadAnswer(error.to_string()))
}
