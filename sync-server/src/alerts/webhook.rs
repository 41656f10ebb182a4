//! Webhooks as the specification *Standard Webhooks* has them: who gets one can tell that it is
//! ours, that it is new, and whether it came before.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger_core::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use ring::hmac;

use super::delivery::Outcome;
use crate::fault::{Fault, with_causes};

/// How long a receiver may take for its answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has.
const SECRET_BYTES: usize = 32;

/// A new secret.
pub(crate) fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// Whether webhooks go to such an address.
pub(crate) fn is_address(text: &str) -> bool {
    let url = Url::parse(text);
    url.is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

/// The signature over a message, of a moment in seconds.
fn signature(secret: &str, id: &str, seconds: u64, body: &str) -> String {
    let bytes = secret.strip_prefix(PREFIX).unwrap_or(secret);
    // Ours are always base64.
    let bytes = STANDARD.decode(bytes).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

/// Makes the client of all webhooks.
pub(super) fn client() -> Result<Client, Fault> {
    let failed = |error: &dyn std::error::Error| Fault::system("preparing webhooks", error);
    let tls = ledger_node::client_config(None).map_err(|error| failed(&error))?;
    Client::builder()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ANSWER_LIMIT)
        .no_proxy()
        // The signature is for the address that was named.
        .redirect(Policy::none())
        .user_agent(concat!("stockledger/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(|error| failed(&error))
}

/// Sends a message once.
pub(super) async fn send(
    client: &Client,
    (url, secret): (&str, &str),
    (id, body): (&str, &str),
    now: Timestamp,
) -> Outcome {
    let seconds = now.millis() / 1_000;
    let sent = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature(secret, id, seconds, body))
        .body(body.to_owned())
        .send()
        .await;
    match sent {
        Ok(answer) => judge(answer.status()),
        Err(error) => Outcome::Failed(with_causes(&error.without_url())),
    }
}

fn judge(status: StatusCode) -> Outcome {
    let answer = status.to_string();
    match status {
        StatusCode::GONE => Outcome::Gone(answer),
        _ if status.is_success() => Outcome::Taken(answer),
        _ => Outcome::Failed(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_signed_as_the_specification_s_example() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn secrets_differ_and_have_the_form() {
        let one = new_secret().unwrap();
        assert!(one.starts_with(PREFIX) && one.len() == PREFIX.len() + 44);
        assert_ne!(one, new_secret().unwrap());
    }

    #[test]
    fn addresses_are_of_the_web() {
        for good in ["https://a.example/x?y", "http://127.0.0.1:1"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn only_two_hundreds_are_taken() {
        let judged = |status| judge(StatusCode::from_u16(status).unwrap());
        assert!(matches!(judged(204), Outcome::Taken(_)));
        assert!(matches!(judged(410), Outcome::Gone(_)));
        for status in [302, 400, 404, 429, 500] {
            assert!(matches!(judged(status), Outcome::Failed(_)), "{status}");
        }
    }
}
