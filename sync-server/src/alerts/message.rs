//! What a message says: a subject and a text in the words of `locales`, and for a webhook the same
//! as an object that programs read.

use ledger_node::time_text;
use serde_json::{Value, json};

use super::channel::{Channel, Now, Way};
use super::condition::{Condition, Conditions, Fact, Kind};
use super::story::Change;
use crate::lang::Words;

/// So many conditions are told one by one; of the others it says how many there are.
const ROWS_MAX: usize = 50;

/// A message before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) subject: String,
    /// A webhook's body, or an e-mail's text.
    pub(super) body: String,
}

/// A message that only shows that it comes.
pub(super) fn test(channel: &Channel, node: &str, now: Now) -> Message {
    let words = channel.words(now);
    let subject = words.with("alert-test-subject", "node", node);
    let text = words.with("alert-test-text", "channel", &channel.name);
    let data = json!({ "server": node, "subject": subject, "text": text, "link": channel.link });
    Message {
        body: body(channel, "stock.test", text.into_owned(), &data, now),
        subject: subject.into_owned(),
    }
}

/// What began and ended.
pub(super) fn alert(
    channel: &Channel,
    node: &str,
    change: &Change,
    so: &Conditions,
    now: Now,
) -> Message {
    let words = channel.words(now);
    let subject = words.with2("alert-subject", "node", node, "what", counts(words, change));
    let text = text(channel, change, so, now);
    let began = change.began.iter().take(ROWS_MAX).map(|condition| {
        let fact = so.get(condition);
        let mut row = json!(fact);
        set(&mut row, condition);
        row
    });
    let ended = change.ended.iter().take(ROWS_MAX).map(|condition| {
        let mut row = json!({});
        set(&mut row, condition);
        row
    });
    let data = json!({
        "server": node,
        "subject": subject,
        "text": text,
        "link": channel.link,
        "began": began.collect::<Vec<Value>>(),
        "began_count": change.began.len(),
        "ended": ended.collect::<Vec<Value>>(),
        "ended_count": change.ended.len(),
    });
    Message {
        body: body(channel, "stock.alert", text, &data, now),
        subject: subject.into_owned(),
    }
}

/// Says in a row what it is about.
fn set(row: &mut Value, condition: &Condition) {
    if let Value::Object(row) = row {
        row.insert("kind".to_owned(), json!(condition.kind));
        row.insert("subject".to_owned(), json!(condition.subject));
    }
}

fn body(channel: &Channel, kind: &str, text: String, data: &Value, now: Now) -> String {
    match channel.way {
        Way::Email(_) => text,
        Way::Webhook { .. } => {
            json!({ "type": kind, "timestamp": time_text(now.at), "data": data }).to_string()
        }
    }
}

/// How many of each kind, for the subject.
fn counts(words: Words, change: &Change) -> String {
    let of = |kind: Kind| change.began.iter().filter(|it| it.kind == kind).count();
    let mut parts: Vec<String> = Vec::new();
    for kind in Kind::ALL {
        let count = of(kind);
        if count > 0 {
            let id = match kind {
                Kind::Out => "alert-count-out",
                Kind::Low => "alert-count-low",
                Kind::Exception => "alert-count-exception",
                Kind::Behind => "alert-count-behind",
            };
            parts.push(words.n(id, count).into_owned());
        }
    }
    if !change.ended.is_empty() {
        parts.push(
            words
                .n("alert-count-ended", change.ended.len())
                .into_owned(),
        );
    }
    parts.join(" · ")
}

fn text(channel: &Channel, change: &Change, so: &Conditions, now: Now) -> String {
    let words = channel.words(now);
    let nothing = Fact::default();
    let mut lines: Vec<String> = Vec::new();
    let began = change.began.iter().take(ROWS_MAX);
    lines.extend(began.map(|condition| {
        let fact = so.get(condition).unwrap_or(&nothing);
        began_line(words, condition, fact)
    }));
    lines.extend(more(words, change.began.len()));
    if !change.began.is_empty() && !change.ended.is_empty() {
        lines.push(String::new());
    }
    let ended = change.ended.iter().take(ROWS_MAX);
    lines.extend(ended.map(|condition| ended_line(words, condition)));
    lines.extend(more(words, change.ended.len()));
    lines.push(String::new());
    let at = words.moment(&time_text(now.at));
    let zone = words.zone.name();
    lines.push(words.with2("as-of", "at", at, "zone", zone).into_owned());
    if !channel.link.is_empty() {
        lines.push(channel.link.clone());
    }
    lines.join("\n")
}

/// How many are not told one by one.
fn more(words: Words, all: usize) -> Option<String> {
    let more = all.checked_sub(ROWS_MAX).filter(|more| *more > 0)?;
    Some(words.n("alert-more", more).into_owned())
}

/// An item's SKU with its name.
fn item(condition: &Condition, fact: &Fact) -> String {
    match &fact.name {
        Some(name) => format!("{} {name}", condition.subject),
        None => condition.subject.clone(),
    }
}

fn began_line(words: Words, condition: &Condition, fact: &Fact) -> String {
    let text = match condition.kind {
        Kind::Out => words.with("alert-out", "item", item(condition, fact)),
        Kind::Low => {
            let number = |number: &Option<String>| {
                let number = number.as_deref();
                number
                    .map(|number| words.number(number))
                    .unwrap_or_default()
            };
            words.with_all(
                "alert-low",
                &[
                    ("item", &item(condition, fact)),
                    ("available", &number(&fact.available)),
                    ("threshold", &number(&fact.threshold)),
                ],
            )
        }
        Kind::Exception => {
            let (kind, id) = exception(words, condition);
            let parts = [&fact.item, &fact.location, &fact.order];
            let parts: Vec<&str> = parts
                .into_iter()
                .filter_map(|part| part.as_deref())
                .collect();
            let about = if parts.is_empty() {
                id
            } else {
                parts.join(", ")
            };
            words.with2("alert-exception", "kind", kind, "about", about)
        }
        Kind::Behind => match &fact.since {
            Some(since) => {
                let since = words.moment(since);
                words.with2("alert-behind", "device", &condition.subject, "since", since)
            }
            None => words.with("alert-behind-ever", "device", &condition.subject),
        },
    };
    text.into_owned()
}

fn ended_line(words: Words, condition: &Condition) -> String {
    let subject = &condition.subject;
    let text = match condition.kind {
        Kind::Out => words.with("alert-out-ended", "item", subject),
        Kind::Low => words.with("alert-low-ended", "item", subject),
        Kind::Exception => {
            let (kind, about) = exception(words, condition);
            words.with2("alert-exception-ended", "kind", kind, "about", about)
        }
        Kind::Behind => words.with("alert-behind-ended", "device", subject),
    };
    text.into_owned()
}

/// The word of an exception's kind, which its id begins with, and the rest of the id.
fn exception(words: Words, condition: &Condition) -> (String, String) {
    let id = condition.subject.as_str();
    let (kind, about) = id.split_once(':').unwrap_or((id, ""));
    let known = words.maybe(&format!("exception-{kind}"));
    let kind = known.map_or_else(|| kind.to_owned(), |known| known.into_owned());
    (kind, about.to_owned())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use ledger_core::Timestamp;

    use super::super::tests::channel;
    use super::*;

    fn now() -> Now {
        Now {
            at: Timestamp::from_millis(1_709_546_400_007),
            zone: Tz::Europe__Berlin,
        }
    }

    fn some() -> (Change, Conditions) {
        let mut change = Change::default();
        let mut so = Conditions::new();
        let fact = |name: &str| Fact {
            name: Some(name.to_owned()),
            available: Some("2.5".to_owned()),
            threshold: Some("5".to_owned()),
            ..Fact::default()
        };
        for (kind, subject) in [
            (Kind::Low, "R-100"),
            (Kind::Out, "LED-G"),
            (Kind::Exception, "negative-stock:LED-G@N-02"),
            (Kind::Behind, "Handheld 1"),
        ] {
            let condition = Condition::new(kind, subject);
            so.insert(condition.clone(), fact("Thing"));
            change.began.insert(condition);
        }
        change.ended.insert(Condition::new(Kind::Low, "K-12V"));
        (change, so)
    }

    #[test]
    fn an_e_mail_says_it_in_the_channel_s_language() {
        let (change, so) = some();
        let mail = channel().by_mail().of_language("de");
        let said = alert(&mail, "central", &change, &so, now());
        assert_eq!(
            said.subject,
            "central: 1 leer · 1 knapp · 1 Ausnahme · 1 Gerät liegt zurück · 1 erledigt"
        );
        for line in [
            "Leer: LED-G Thing",
            "Knapp: R-100 Thing – verfügbar 2,5, Meldebestand 5",
            "Ausnahme: Bestand unter null (LED-G@N-02)",
            "Nicht mehr knapp: K-12V",
            "04.03.2024 11:00",
            "http://localhost:8440",
        ] {
            assert!(said.body.contains(line), "{line}: {}", said.body);
        }
    }

    #[test]
    fn a_webhook_says_it_to_programs_too() {
        let (change, so) = some();
        let said = alert(&channel(), "central", &change, &so, now());
        let body: Value = serde_json::from_str(&said.body).unwrap();
        assert_eq!(body["type"], "stock.alert");
        assert_eq!(body["timestamp"], "2024-03-04T10:00:00.007Z");
        let first = &body["data"]["began"][0];
        assert_eq!(
            *first,
            json!({ "kind": "out", "subject": "LED-G", "name": "Thing", "available": "2.5", "threshold": "5" })
        );
        assert_eq!(body["data"]["ended"][0]["subject"], "K-12V");
        assert_eq!(body["data"]["began_count"], 4);
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let mut change = Change::default();
        let mut so = Conditions::new();
        for number in 0..500 {
            let condition = Condition::new(Kind::Out, format!("P-{number}"));
            so.insert(condition.clone(), Fact::default());
            change.began.insert(condition);
        }
        let mail = channel().by_mail();
        let said = alert(&mail, "central", &change, &so, now());
        assert_eq!(said.subject, "central: 500 out");
        assert!(said.body.contains("and 450 more"), "{}", said.body);
        assert!(said.body.lines().count() < 60);
    }
}
