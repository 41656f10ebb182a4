//! Settings › Alerts: channels and messages, without a receiver.

use super::*;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "/settings/alerts/new?way=webhook";
const NEW_MAIL: &str = "/settings/alerts/new?way=email";

/// A form as the page of a new channel sends it, with these fields typed.
fn form<'a>(typed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("once", KEY)];
    for (name, shown) in [
        ("name", ""),
        ("on", "yes"),
        ("out", "yes"),
        ("low", "yes"),
        ("exception", "yes"),
        ("behind", "yes"),
        ("behind-hours", "24"),
        ("ended", "yes"),
        ("daily", ""),
        ("quiet-from", ""),
        ("quiet-to", ""),
        ("language", "en"),
    ] {
        let seen = match name {
            "on" => "seen-on",
            "out" => "seen-out",
            "low" => "seen-low",
            "exception" => "seen-exception",
            "behind" => "seen-behind",
            "behind-hours" => "seen-behind-hours",
            "ended" => "seen-ended",
            "language" => "seen-language",
            _ => "seen-none",
        };
        fields.push((seen, shown));
        if !typed.iter().any(|(other, _)| *other == name) {
            fields.push((name, shown));
        }
    }
    fields.extend_from_slice(typed);
    fields
}

fn mail<'a>(typed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = form(&[("name", "Boss")]);
    for (name, value) in [
        ("host", "mail.example.com"),
        ("user", "store"),
        ("password", "hunter2"),
        ("from", "store@example.com"),
        ("to", "boss@example.com\r\nbuyer@example.com"),
        ("tls", "starttls"),
        ("port", "587"),
    ] {
        if !typed.iter().any(|(other, _)| *other == name) {
            fields.push((name, value));
        }
    }
    fields.extend([("seen-port", "587"), ("seen-tls", "starttls")]);
    fields.extend_from_slice(typed);
    fields
}

#[tokio::test]
async fn a_webhook_is_added_once_and_its_secret_shown_once() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    boss.get("/settings/alerts").await.shows(&[
        "Nobody is told anything so far.",
        "No message was sent so far.",
    ]);
    boss.get(NEW)
        .await
        .shows(&["name=\"url\"", "seen-behind-hours"]);
    let typed = form(&[
        ("name", "Shop"),
        ("url", "https://hooks.example.com/secret/path"),
    ]);
    let added = boss.post(NEW, &typed).await;
    assert_eq!(added.status.as_u16(), 200, "{}", added.body);
    added.shows(&["whsec_", "It is not shown again."]);
    let again = boss.post(NEW, &typed).await;
    assert_eq!(again.goes_to(), "/settings/alerts");
    let list = boss.get("/settings/alerts").await;
    list.shows(&[
        "Shop",
        "hooks.example.com",
        "not tried yet",
        "nothing was written again",
    ]);
    assert_eq!(list.body.matches("hooks.example.com").count(), 1);
    assert!(!list.body.contains("secret/path"), "a path may be a secret");
    let page = boss.get(&format!("/settings/alerts/{KEY}")).await;
    page.shows(&["https://hooks.example.com/secret/path"]);
    assert!(!page.body.contains("whsec_"), "{}", page.body);
    let other = boss
        .post(&format!("/settings/alerts/{KEY}/secret"), &[])
        .await;
    other.shows(&["whsec_"]);
}

#[tokio::test]
async fn a_message_waits_is_listed_in_a_file_and_sent_again() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await.reading("de");
    let typed = form(&[
        ("name", "Lager"),
        ("url", "http://127.0.0.1:9/x"),
        ("language", "de"),
    ]);
    boss.post(NEW, &typed).await;
    let tested = boss
        .post(&format!("/settings/alerts/{KEY}/test"), &[])
        .await;
    assert_eq!(tested.goes_to(), "/settings/alerts");
    let list = boss.get("/settings/alerts").await;
    list.shows(&[
        "central: ein Test der Meldungen",
        "wartet",
        "Ein Test ist unterwegs.",
    ]);
    let (_, id) = list.body.split_once("name=\"delivery\" value=\"").unwrap();
    let id = id.split('"').next().unwrap();
    let again = boss
        .post("/settings/alerts/again", &[("delivery", id)])
        .await;
    assert_eq!(again.goes_to(), "/settings/alerts");
    let file = boss.get("/export/settings/alerts?format=csv").await;
    file.shows(&["made,channel,what,state", "Lager", id]);
    let gone = boss
        .post(&format!("/settings/alerts/{KEY}/delete"), &[])
        .await;
    assert_eq!(gone.goes_to(), "/settings/alerts");
    let refused = boss
        .post("/settings/alerts/again", &[("delivery", id)])
        .await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["aufgegeben", "gibt es nicht mehr"]);
    for path in ["", "/test", "/secret"] {
        let path = format!("/settings/alerts/{KEY}{path}");
        let missing = boss.post(&path, &form(&[("name", "X")])).await;
        assert_eq!(missing.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_channel_is_refused_with_what_was_typed() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    let url = ("url", "https://a.example");
    for (typed, said) in [
        (vec![url], "A field that is needed is empty."),
        (
            vec![("name", "S"), ("url", "a.example")],
            "not an address of the web",
        ),
        (
            vec![("name", "S"), url, ("behind-hours", "0")],
            "not a number of hours",
        ),
        (
            vec![("name", "S"), url, ("daily", "7 o'clock")],
            "not a time of the day",
        ),
        (
            vec![("name", "S"), url, ("quiet-from", "22:00")],
            "a beginning and an end",
        ),
        (
            vec![("name", "S"), url, ("language", "tlh")],
            "no such language",
        ),
    ] {
        let refused = boss.post(NEW, &form(&typed)).await;
        assert_eq!(refused.status.as_u16(), 422, "{said}");
        refused.shows(&[said]);
    }
    for (typed, said) in [
        (("from", "nobody"), "not an e-mail address"),
        (("to", "a@b.example\r\nnobody"), "not an e-mail address"),
        (("port", "0x17"), "not a port"),
        (("tls", "none"), "no password is sent"),
        (("host", ""), "A field that is needed is empty."),
    ] {
        let refused = boss.post(NEW_MAIL, &mail(&[typed])).await;
        assert_eq!(refused.status.as_u16(), 422, "{said}");
        refused.shows(&[said]);
        assert!(
            !refused.body.contains("hunter2"),
            "a password is typed again"
        );
    }
    let list = boss.get("/settings/alerts").await;
    list.shows(&["Nobody is told anything so far."]);
}

#[tokio::test]
async fn a_password_stays_is_never_shown_and_goes_to_its_own_server_alone() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    assert_eq!(
        boss.post(NEW_MAIL, &mail(&[])).await.goes_to(),
        "/settings/alerts"
    );
    let path = format!("/settings/alerts/{KEY}");
    let page = boss.get(&path).await;
    page.shows(&["mail.example.com", "Empty: the one of before."]);
    assert!(!page.body.contains("hunter2"));
    let same = |field: &'static str, seen: &'static str, to: &'static str| {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in [
            ("name", "Boss"),
            ("on", "yes"),
            ("out", "yes"),
            ("low", "yes"),
            ("exception", "yes"),
            ("behind", "yes"),
            ("ended", "yes"),
            ("behind-hours", "24"),
            ("language", "en"),
            ("host", "mail.example.com"),
            ("port", "587"),
            ("tls", "starttls"),
            ("user", "store"),
            ("from", "store@example.com"),
            ("to", "boss@example.com\nbuyer@example.com"),
        ] {
            let (seen, typed) = if name == field {
                (seen, to)
            } else {
                (value, value)
            };
            fields.push((format!("seen-{name}"), seen.to_owned()));
            fields.push((name.to_owned(), typed.to_owned()));
        }
        fields
    };
    for (fields, status, said) in [
        (
            same("host", "mail.example.com", "evil.example"),
            422,
            "Type the password of this one",
        ),
        (same("name", "Boss", "Chief"), 303, ""),
        // Somebody with the old page.
        (same("name", "Boss", "Third"), 409, "Chief"),
        (same("port", "587", "2525"), 303, ""),
    ] {
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let saved = boss.post(&path, &pairs).await;
        assert_eq!(saved.status.as_u16(), status, "{}", saved.body);
        saved.shows(&[said]);
    }
    boss.get(&path).await.shows(&["Chief", "2525"]);
}

#[tokio::test]
async fn alerts_are_for_administrators() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    for path in [
        "/settings/alerts",
        NEW,
        "/export/settings/alerts?format=csv",
    ] {
        assert_eq!(manager.get(path).await.status.as_u16(), 403, "{path}");
    }
    let menu = manager.get("/menu").await;
    assert!(!menu.body.contains("/settings/alerts"));
}
