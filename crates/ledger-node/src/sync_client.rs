//! Sync over HTTP: carries the messages of a [`Conversation`].

use std::time::Duration;

use crate::conversation::{Conversation, EnrollReport, SyncProgress, SyncReport};
use crate::error::NodeError;
use crate::node::Node;

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a round trip may take.
const ROUND_LIMIT: Duration = Duration::from_secs(120);
/// The content type of the protocol's messages.
pub const CONTENT_TYPE: &str = "application/msgpack";

fn bad_url(url: &str) -> NodeError {
    NodeError::BadUrl(url.to_owned())
}

/// The address in its one form, without a slash at the end.
fn normal_url(url: &str) -> Result<String, NodeError> {
    let parsed = reqwest::Url::parse(url.trim()).map_err(|_error| bad_url(url))?;
    if parsed.scheme() != "http" || parsed.host_str().is_none() {
        return Err(bad_url(url));
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

/// The innermost reason of an error, which is the one that helps.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// Carries messages until the conversation is over. What is no answer of a server of ours counts
/// as not reachable.
async fn carry(
    conversation: &mut Conversation,
    progress: &mut (dyn FnMut(SyncProgress) + Send),
) -> Result<(), NodeError> {
    let url = conversation.url().to_owned();
    let http = reqwest::Client::builder()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ROUND_LIMIT)
        .no_proxy()
        .build()
        .map_err(|_error| bad_url(&url))?;
    while let Some(question) = conversation.question()? {
        let response = http
            .post(format!("{url}/sync/v1/{}", question.route))
            .header("content-type", CONTENT_TYPE)
            .body(question.body)
            .send()
            .await
            .map_err(|error| conversation.unreachable(root_cause(&error)))?;
        let status = response.status();
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("no content type").to_owned();
        if !kind.starts_with(CONTENT_TYPE) {
            let reason =
                format!("it answered {status} with {kind}, as a proxy or a login page does");
            return Err(conversation.unreachable(reason));
        }
        let body = response.bytes().await.map_err(|error| {
            conversation.unreachable(format!("the answer was cut off: {}", root_cause(&error)))
        })?;
        conversation.answer(status.as_u16(), &body)?;
        progress(conversation.progress());
    }
    Ok(())
}

impl Node {
    /// Becomes a device of the server's ledger.
    pub async fn enroll(&self, url: &str, code: &str) -> Result<EnrollReport, NodeError> {
        let mut conversation = self.begin_enroll(&normal_url(url)?, code);
        carry(&mut conversation, &mut |_| {}).await?;
        conversation.enroll_report().ok_or(NodeError::NotEnrolled)
    }

    /// Sends what the central server lacks and takes what is new there, until both have all.
    pub async fn sync(
        &self,
        progress: &mut (dyn FnMut(SyncProgress) + Send),
    ) -> Result<SyncReport, NodeError> {
        let mut conversation = self.begin_sync()?;
        carry(&mut conversation, progress).await?;
        conversation.sync_report().ok_or(NodeError::NotEnrolled)
    }
}
