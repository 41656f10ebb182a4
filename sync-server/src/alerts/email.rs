//! E-mail over SMTP: plain text, to a server that the house names.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::channel::{Mail, MailTls};
use super::delivery::Outcome;
use crate::fault::with_causes;

/// How long the server may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Whether it is an address that mail can go to, perhaps with a name before it.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Sends a message once, to all who get it.
pub(super) async fn send(mail: &Mail, id: &str, subject: &str, body: &str) -> Outcome {
    match try_to_send(mail, id, subject, body).await {
        Ok(answer) => Outcome::Taken(answer),
        Err(error) => Outcome::Failed(with_causes(&*error)),
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
    use super::*;

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
