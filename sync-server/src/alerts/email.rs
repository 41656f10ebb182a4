//! E-mail over SMTP: plain text, to a server that the house names.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

use super::channel::{Mail, MailTls};
use super::delivery::Outcome;
use crate::fault::with_causes;

/// How long connecting may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// How long a whole message may take, from the connection to the last answer.
const TALK_LIMIT: Duration = Duration::from_secs(60);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Whether it is an address that mail can go to, perhaps with a name before it.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Sends a message once, to all who get it.
pub(super) async fn send(mail: &Mail, id: &str, subject: &str, body: &str) -> Outcome {
    send_within(TALK_LIMIT, mail, id, (subject, body)).await
}

async fn send_within(
    limit: Duration,
    mail: &Mail,
    id: &str,
    (subject, body): (&str, &str),
) -> Outcome {
    // The library's own limit is for connecting alone: a server that falls silent later would keep
    // the channel waiting for ever.
    match timeout(limit, try_to_send(mail, id, subject, body)).await {
        Ok(Ok(answer)) => Outcome::Taken(answer),
        Ok(Err(error)) => Outcome::Failed(with_causes(&*error)),
        Err(silent) => Outcome::Failed(silent.to_string()),
    }
}

async fn try_to_send(mail: &Mail, id: &str, subject: &str, body: &str) -> Result<String, AnyError> {
    let from: Mailbox = mail.from.parse()?;
    let domain = from.email.domain().to_owned();
    let mut message = Message::builder()
        // The same at each try, so that a mailbox knows it again.
        .message_id(Some(format!("<{id}@{domain}>")))
        .from(from)
        .subject(subject)
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        message = message.to(to.parse()?);
    }
    let message = message.body(body.to_owned())?;
    let answer = transport(mail, domain)?.send(message).await?;
    let code = answer.code();
    let line = answer.first_line().unwrap_or_default();
    Ok(format!("{code} {line}"))
}

fn transport(mail: &Mail, domain: String) -> Result<AsyncSmtpTransport<Tokio1Executor>, AnyError> {
    let parameters = || TlsParameters::new(mail.host.clone());
    let tls = match mail.tls {
        MailTls::Tls => Tls::Wrapper(parameters()?),
        MailTls::StartTls => Tls::Required(parameters()?),
        MailTls::None => Tls::None,
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
        .port(mail.port)
        .tls(tls)
        .hello_name(ClientId::Domain(domain))
        .timeout(Some(ANSWER_LIMIT));
    if !mail.user.is_empty() {
        let credentials = Credentials::new(mail.user.clone(), mail.password.clone());
        transport = transport.credentials(credentials);
    }
    Ok(transport.build())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_says_nothing_does_not_keep_the_channel_for_ever() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mail = Mail {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            tls: MailTls::None,
            user: String::new(),
            password: String::new(),
            from: "store@example.com".to_owned(),
            to: vec!["boss@example.com".to_owned()],
        };
        let limit = Duration::from_millis(200);
        let outcome = send_within(limit, &mail, "msg_1", ("subject", "body")).await;
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    }

    #[test]
    fn addresses_may_have_a_name() {
        for good in ["a@b.example", "Store <store@b.example>"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: x@y.example",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
