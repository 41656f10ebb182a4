//! E-mail over SMTP: plain text, to a server that the house names.

use std::collections::BTreeSet;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

use super::book::Job;
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

/// Sends a message once, to all who get it and do not have it yet.
pub(super) async fn send(mail: &Mail, job: &Job) -> Outcome {
    send_within(TALK_LIMIT, mail, job).await
}

async fn send_within(limit: Duration, mail: &Mail, job: &Job) -> Outcome {
    let mut round = Round::default();
    // The library's own limit is for connecting alone: a server that falls silent later would keep
    // the channel waiting for ever.
    let failed = match timeout(limit, round.send(mail, job)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(with_causes(&*error)),
        Err(silent) => Some(silent.to_string()),
    };
    round.outcome(failed, job)
}

/// What came of one round to all. Each gets a mail of its own: SMTP as servers speak it takes a
/// mail for all or for none, and one address that is no longer there would keep it from the others.
#[derive(Default)]
struct Round {
    taken_by: BTreeSet<String>,
    answer: String,
    /// What is said against those who are refused for good.
    refused: Vec<String>,
    /// What is said against those who are to be tried again.
    later: Vec<String>,
}

impl Round {
    /// An error is one of the server or of the settings, and ends the round.
    async fn send(&mut self, mail: &Mail, job: &Job) -> Result<(), AnyError> {
        let from: Mailbox = mail.from.parse()?;
        let message = message(mail, from.clone(), job)?;
        let bytes = message.formatted();
        let transport = transport(mail, from.email.domain().to_owned())?;
        for to in mail.to.iter().filter(|to| !job.taken_by.contains(*to)) {
            let mailbox: Mailbox = to.parse()?;
            let envelope = Envelope::new(Some(from.email.clone()), vec![mailbox.email])?;
            match transport.send_raw(&envelope, &bytes).await {
                Ok(answer) => {
                    let line = answer.first_line().unwrap_or_default();
                    self.answer = format!("{} {line}", answer.code());
                    self.taken_by.insert(to.clone());
                }
                Err(error) if error.is_permanent() => {
                    self.refused.push(format!("{to}: {}", with_causes(&error)));
                }
                Err(error) if error.is_transient() => {
                    self.later.push(format!("{to}: {}", with_causes(&error)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn outcome(self, failed: Option<String>, job: &Job) -> Outcome {
        let is_over = failed.is_none() && self.later.is_empty();
        let is_taken = !self.taken_by.is_empty() || !job.taken_by.is_empty();
        let said = Some(self.answer).filter(|answer| !answer.is_empty());
        let said = said
            .into_iter()
            .chain(failed)
            .chain(self.later)
            .chain(self.refused);
        let answer = said.collect::<Vec<_>>().join("; ");
        match (is_over, is_taken) {
            (true, true) => Outcome::Taken(answer),
            // Where all are refused the server may be set up wrongly, which somebody mends.
            (_, false) => Outcome::Failed(answer),
            (false, true) => Outcome::Partly {
                answer,
                taken_by: self.taken_by,
            },
        }
    }
}

fn message(mail: &Mail, from: Mailbox, job: &Job) -> Result<Message, AnyError> {
    let mut message = Message::builder()
        // The same at each try, so that a mailbox knows it again.
        .message_id(Some(format!("<{}@{}>", job.id, from.email.domain())))
        .from(from)
        .subject(&job.subject)
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        message = message.to(to.parse()?);
    }
    Ok(message.body(job.body.clone())?)
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

    use super::super::channel::Way;
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
        let job = Job {
            id: "msg_1".to_owned(),
            way: Way::Email(mail.clone()),
            taken_by: BTreeSet::new(),
            subject: "subject".to_owned(),
            body: "body".to_owned(),
        };
        let outcome = send_within(limit, &mail, &job).await;
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
