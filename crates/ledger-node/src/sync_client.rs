//! Sync over HTTP: carries the messages of a [`Conversation`].

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use tokio::time::timeout;

use crate::conversation::{
    Conversation, EnrollReport, Greeting, Question, SyncProgress, SyncReport,
};
use crate::error::NodeError;
use crate::node::Node;
use crate::pin::Pin;
use crate::sync_server::WireAnswer;
use crate::trust::{Distrust, Judge};

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a round trip may take.
const ROUND_LIMIT: Duration = Duration::from_secs(120);
/// How long a connection that was kept has for its first round trip: it may lead nowhere any more.
const KEPT_LIMIT: Duration = Duration::from_secs(10);
/// The content type of the protocol's messages.
pub const CONTENT_TYPE: &str = "application/msgpack";
/// How a server that speaks TLS says so to somebody who does not.
pub const TLS_WANTED: (&str, &str) = ("upgrade", "TLS/1.2");

fn bad_url(url: &str) -> NodeError {
    NodeError::BadUrl(url.to_owned())
}

/// The address in its one form, without a slash at the end.
fn normal_url(url: &str, pin: Option<Pin>) -> Result<String, NodeError> {
    let parsed = reqwest::Url::parse(url.trim()).map_err(|_error| bad_url(url))?;
    let is_web = matches!(parsed.scheme(), "http" | "https");
    if !is_web || parsed.host_str().is_none() || parsed.fragment().is_some() {
        return Err(bad_url(url));
    }
    let normal = parsed.as_str().trim_end_matches('/').to_owned();
    if pin.is_some() && parsed.scheme() != "https" {
        return Err(NodeError::PinWithoutTls(normal));
    }
    Ok(normal)
}

/// The innermost reason of an error, which is the one that helps.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// Whether the other side answered a handshake with something that is no TLS.
fn is_no_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut at = Some(error);
    while let Some(error) = at {
        let is_told = error
            .downcast_ref::<rustls::Error>()
            .is_some_and(|error| matches!(error, rustls::Error::InvalidMessage(_)));
        if is_told {
            return true;
        }
        // What an I/O error carries is not its source, but that one's source is.
        let carried = error.downcast_ref::<std::io::Error>();
        at = match carried.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

/// A way to a server: its connection stays open between messages.
pub(crate) struct Way {
    http: Client,
    judge: Arc<Judge>,
}

impl Way {
    /// A way to the holder of this key, or without one to whoever authorities vouch for.
    pub(crate) fn new(url: &str, pin: Option<Pin>) -> Result<Self, NodeError> {
        // Plain HTTP meets no certificate, so nobody's authorities need to be read for it.
        let unused = Pin::from_bytes([0; 32]);
        let is_tls = url.starts_with("https:");
        let judge = Arc::new(Judge::new(if is_tls { pin } else { Some(unused) }));
        let unusable = |reason: String| NodeError::Unreachable {
            url: url.to_owned(),
            reason,
        };
        let tls = judge.config();
        let tls = tls.map_err(|error| unusable(format!("TLS cannot be used: {error}")))?;
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ROUND_LIMIT)
            .no_proxy()
            // A pin is for the address that it came with.
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|error| unusable(root_cause(&error)))?;
        Ok(Self { http, judge })
    }

    pub(crate) async fn send(&self, url: &str, question: &Question) -> Result<Response, Unsent> {
        let route = format!("{url}/sync/v1/{}", question.route);
        let sent = match question.route {
            "snapshot" => {
                let rest = String::from_utf8_lossy(&question.body);
                self.http.get(format!("{route}/{rest}")).send()
            }
            _ => {
                let post = self.http.post(route).header("content-type", CONTENT_TYPE);
                post.body(question.body.clone()).send()
            }
        };
        sent.await.map_err(|error| match self.judge.refused() {
            Some(distrust) => Unsent::Distrusted(distrust),
            None if is_no_tls(&error) => Unsent::Unreachable("it does not speak TLS".to_owned()),
            None => Unsent::Unreachable(root_cause(&error)),
        })
    }
}

/// What a sync leaves for the next one of the same program: the connection, and what the server
/// said of itself.
pub(crate) struct Contact {
    url: String,
    pin: Option<Pin>,
    way: Way,
    greeting: Option<Greeting>,
}

impl Contact {
    fn fits(&self, conversation: &Conversation) -> bool {
        self.url == conversation.url() && self.pin == conversation.pin()
    }
}

/// Why a message did not get to a server.
pub(crate) enum Unsent {
    Distrusted(Distrust),
    Unreachable(String),
}

impl Unsent {
    /// What that is to whoever asked the server at this address.
    pub(crate) fn into_error(self, url: &str) -> NodeError {
        let url = url.to_owned();
        match self {
            Self::Unreachable(reason) => NodeError::Unreachable { url, reason },
            Self::Distrusted(Distrust::NoAuthority(reason)) => NodeError::Untrusted { url, reason },
            Self::Distrusted(Distrust::OtherKey(_)) => NodeError::OtherKey { url },
        }
    }
}

/// The body and status of an answer in the protocol. What is no answer of a server of ours counts
/// as not reachable.
pub(crate) async fn read(
    url: &str,
    response: Response,
) -> Result<(StatusCode, Vec<u8>), NodeError> {
    let unreachable = |reason: String| NodeError::Unreachable {
        url: url.to_owned(),
        reason,
    };
    let status = response.status();
    let header = |name| {
        let value = response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let (wanted, tls) = TLS_WANTED;
    if status == StatusCode::UPGRADE_REQUIRED && header(wanted).as_deref() == Some(tls) {
        return Err(NodeError::TlsWanted(url.to_owned()));
    }
    let kind = header("content-type").unwrap_or_else(|| "no content type".to_owned());
    if !kind.starts_with(CONTENT_TYPE) {
        let reason = format!("it answered {status} with {kind}, as a proxy or a login page does");
        return Err(unreachable(reason));
    }
    let body = response
        .bytes()
        .await
        .map_err(|error| unreachable(format!("the answer was cut off: {}", root_cause(&error))))?;
    Ok((status, body.to_vec()))
}

/// Asks a server with another key than the pinned one whether the ledger's key vouches for it.
async fn is_vouched_for(conversation: &Conversation, seen: Pin) -> Result<bool, NodeError> {
    let way = Way::new(conversation.url(), Some(seen))?;
    let question = conversation.question_of_key()?;
    let Ok(response) = way.send(conversation.url(), &question).await else {
        return Ok(false);
    };
    match read(conversation.url(), response).await {
        Ok((StatusCode::OK, body)) => conversation.answer_of_key(&body, seen),
        Ok(_) | Err(_) => Ok(false),
    }
}

/// Sends the first message of a conversation over a connection that was kept; none when that
/// leads nowhere. The message may have arrived all the same: twice it changes nothing.
async fn send_over_kept(way: &Way, url: &str, question: &Question) -> Option<Response> {
    timeout(KEPT_LIMIT, way.send(url, question))
        .await
        .ok()?
        .ok()
}

/// Carries messages until the conversation is over, first over the connection that was kept, if
/// any; gives the one that it ended with.
async fn carry(
    conversation: &mut Conversation,
    kept: Option<Way>,
    progress: &mut (dyn FnMut(SyncProgress) + Send),
) -> Result<Way, NodeError> {
    let url = conversation.url().to_owned();
    let mut is_kept = kept.is_some();
    let mut way = match kept {
        Some(way) => way,
        None => Way::new(&url, conversation.pin())?,
    };
    let mut may_ask = conversation.knows_the_ledger();
    while let Some(question) = conversation.question()? {
        let sent = if std::mem::take(&mut is_kept) {
            let Some(response) = send_over_kept(&way, &url, &question).await else {
                way = Way::new(&url, conversation.pin())?;
                continue;
            };
            Ok(response)
        } else {
            way.send(&url, &question).await
        };
        let response = match sent {
            Ok(response) => response,
            Err(unsent) => {
                if let Unsent::Distrusted(Distrust::OtherKey(seen)) = unsent
                    && may_ask
                    && is_vouched_for(conversation, seen).await?
                {
                    may_ask = false;
                    way = Way::new(&url, conversation.pin())?;
                    continue;
                }
                return Err(unsent.into_error(&url));
            }
        };
        if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
            // From the server, or from whatever stands before it and speaks no protocol of ours.
            conversation.too_large()?;
            continue;
        }
        let (status, body) = read(&url, response).await?;
        conversation.answer(status.as_u16(), &body)?;
        progress(conversation.progress());
    }
    Ok(way)
}

impl Node {
    /// Becomes a device of the server's ledger. With a pin the server is whoever has that TLS key,
    /// now and at every later sync; without one whoever the system's authorities vouch for.
    pub async fn enroll(
        &self,
        url: &str,
        code: &str,
        pin: Option<Pin>,
    ) -> Result<EnrollReport, NodeError> {
        let url = normal_url(url, pin)?;
        let mut conversation = self.begin_enroll(&url, code).pinned(pin);
        carry(&mut conversation, None, &mut |_| {}).await?;
        conversation.enroll_report().ok_or(NodeError::NotEnrolled)
    }

    /// Syncs like [`Self::sync`], this once by another address of the ledger: a hub's, or the
    /// central server's. A pin holds for that address alone.
    pub async fn sync_via(
        &self,
        url: &str,
        pin: Option<Pin>,
        progress: &mut (dyn FnMut(SyncProgress) + Send),
    ) -> Result<SyncReport, NodeError> {
        let url = normal_url(url, pin)?;
        let mut conversation = self.begin_sync()?.via(url, pin);
        carry(&mut conversation, None, progress).await?;
        conversation.sync_report().ok_or(NodeError::NotEnrolled)
    }

    /// On a hub: hands somebody's wish to enrol on to the server above, and its answer back.
    pub async fn enroll_above(&self, body: impl Into<Vec<u8>>) -> WireAnswer {
        let question = Question {
            route: "enroll",
            body: body.into(),
        };
        match self.ask_above(&question).await {
            Ok(answer) => answer,
            Err(error) => WireAnswer::refused(503, "server-trouble", &error.to_string()),
        }
    }

    async fn ask_above(&self, question: &Question) -> Result<WireAnswer, NodeError> {
        let conversation = self.begin_sync()?;
        let way = Way::new(conversation.url(), conversation.pin())?;
        let sent = way.send(conversation.url(), question).await;
        let response = sent.map_err(|unsent| unsent.into_error(conversation.url()))?;
        let (status, body) = read(conversation.url(), response).await?;
        Ok(WireAnswer {
            status: status.as_u16(),
            body,
        })
    }

    /// Says that the server that this device is enrolled at has another address, and another TLS
    /// key where a pin is given.
    pub fn set_server(&self, url: &str, pin: Option<Pin>) -> Result<(), NodeError> {
        let url = normal_url(url, pin)?;
        let mut inner = self.lock();
        let before = inner.keys.bond.clone();
        let bond = inner.keys.bond.as_mut().ok_or(NodeError::NotEnrolled)?;
        bond.server_url = url;
        if let Some(pin) = pin {
            bond.pin = Some(pin.to_string());
        }
        if inner.keys.bond == before {
            return Ok(());
        }
        if let Err(error) = inner.keys.save() {
            inner.keys.bond = before;
            return Err(error);
        }
        Ok(())
    }

    /// Sends what the central server lacks and takes what is new there, until both have all. The
    /// next one of the same program goes over the same connection.
    pub async fn sync(
        &self,
        progress: &mut (dyn FnMut(SyncProgress) + Send),
    ) -> Result<SyncReport, NodeError> {
        let mut conversation = self.begin_sync()?;
        let contact = self.swap_contact(None);
        let contact = contact.filter(|contact| contact.fits(&conversation));
        let kept = match contact {
            Some(Contact { way, greeting, .. }) => {
                if let Some(greeting) = greeting {
                    conversation = conversation.after(greeting)?;
                }
                Some(way)
            }
            None => None,
        };
        let way = carry(&mut conversation, kept, progress).await?;
        self.swap_contact(Some(Contact {
            url: conversation.url().to_owned(),
            pin: conversation.pin(),
            way,
            greeting: conversation.greeting(),
        }));
        conversation.sync_report().ok_or(NodeError::NotEnrolled)
    }

    fn swap_contact(&self, contact: Option<Contact>) -> Option<Contact> {
        let kept = self.shared.contact.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut kept, contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web_and_a_pin_needs_tls() {
        let pin = Some(Pin::from_bytes([1; 32]));
        let read = |url: &str, pin| normal_url(url, pin).map_err(|error| error.code().to_owned());
        for (url, pin, expected) in [
            (" http://h:1/ ", None, Ok("http://h:1")),
            ("https://h/shop/", pin, Ok("https://h/shop")),
            ("http://h:1", pin, Err("pin-without-tls")),
            ("ftp://h", None, Err("bad-url")),
            ("https://h/#code=A", None, Err("bad-url")),
            ("h:1", None, Err("bad-url")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(read(url, pin), expected, "{url}");
        }
    }

    #[test]
    fn what_is_not_trusted_is_not_called_out_of_reach() {
        let code = |why| {
            Unsent::Distrusted(why)
                .into_error("https://h")
                .code()
                .to_owned()
        };
        let expired = Distrust::NoAuthority("it has expired".to_owned());
        assert_eq!(code(expired), "untrusted-server");
        let other = Distrust::OtherKey(Pin::from_bytes([1; 32]));
        assert_eq!(code(other), "other-tls-key");
    }
}
