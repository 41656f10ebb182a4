//! What the tests of alerts share, and what is kept on a disk.

use std::os::unix::fs::PermissionsExt as _;

use ledger_core::Timestamp;

use super::*;

/// A webhook that tells everything at once, and never rests.
pub(super) fn channel() -> Channel {
    Channel {
        name: "Shop".to_owned(),
        on: true,
        kinds: Kind::ALL.into_iter().collect(),
        behind_hours: 24,
        tells_end: true,
        daily: None,
        quiet: None,
        language: "en".to_owned(),
        link: "http://localhost:8440".to_owned(),
        way: Way::Webhook {
            url: "https://example.com/hook".to_owned(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        },
    }
}

impl Channel {
    pub(super) fn by_mail(mut self) -> Self {
        self.way = Way::Email(Mail {
            host: "mail.example.com".to_owned(),
            port: 587,
            tls: MailTls::StartTls,
            user: "store".to_owned(),
            password: "hunter2".to_owned(),
            from: "Store <store@example.com>".to_owned(),
            to: vec!["boss@example.com".to_owned()],
        });
        self
    }

    pub(super) fn of_language(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.language);
        self
    }
}

#[tokio::test]
async fn what_is_changed_is_there_after_a_restart_and_nobody_else_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let alerts = Alerts::open(dir.path());
    let now = Timestamp::from_millis(1);
    let add = move |book: &mut Book| {
        book.set("a", channel(), now);
        Ok(())
    };
    alerts.change(add).await.unwrap();
    let path = dir.path().join("alerts.json");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = Alerts::open(dir.path());
    assert_eq!(
        again.read(|book| book.channel("a").cloned()),
        Some(channel())
    );
    assert!(!again.is_damaged());
    std::fs::write(&path, "nothing").unwrap();
    let damaged = Alerts::open(dir.path());
    assert!(damaged.is_damaged() && damaged.read(Book::channel_count) == 0);
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let alerts = Alerts::open(dir.path());
    std::fs::create_dir(dir.path().join("alerts.json")).unwrap();
    let add = |book: &mut Book| {
        book.set("a", channel(), Timestamp::ZERO);
        Ok(())
    };
    let refused = alerts.change(add).await.unwrap_err();
    assert_eq!(refused.code, "not-saved");
    assert_eq!(alerts.read(Book::channel_count), 0);
}

#[test]
fn secrets_are_in_no_log() {
    for channel in [channel(), channel().by_mail()] {
        let logged = format!("{channel:?}");
        assert!(
            !logged.contains("whsec_") && !logged.contains("hunter2"),
            "{logged}"
        );
    }
}
