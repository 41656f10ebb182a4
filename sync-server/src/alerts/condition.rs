//! What an alert can be about: a condition that begins, lasts and ends, and what is known of it
//! while it lasts.
//!
//! Nothing is decided here: the conditions are those that the pages show.

use std::collections::BTreeMap;
use std::fmt;

use chrono::DateTime;
use ledger_core::Timestamp;
use ledger_node::View;
use ledger_node::view::{BehindView, ExceptionView, Level, ShortItemView};
use serde::{Deserialize, Serialize};

/// A kind of condition, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Nothing of an item is available.
    Out,
    /// An item is at its threshold or below.
    Low,
    /// Something that a person should look at.
    Exception,
    /// A device did not sync for a while.
    Behind,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Out, Self::Low, Self::Exception, Self::Behind];

    /// The kind as files, programs and the ids of texts have it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Low => "low",
            Self::Exception => "exception",
            Self::Behind => "behind",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A condition by what it is about: an item, an exception's id or a device. In files it is one
/// text, such as `low:R-100`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Condition {
    pub(crate) kind: Kind,
    pub(crate) subject: String,
}

impl Condition {
    pub(crate) fn new(kind: Kind, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
        }
    }

    /// The item's other level, where this is one: an item has one of the two at most.
    pub(super) fn other_level(&self) -> Option<Self> {
        let other = match self.kind {
            Kind::Out => Kind::Low,
            Kind::Low => Kind::Out,
            Kind::Exception | Kind::Behind => return None,
        };
        Some(Self::new(other, self.subject.clone()))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.subject)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

/// A text that names no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it names no condition")]
pub(crate) struct NoCondition;

impl TryFrom<String> for Condition {
    type Error = NoCondition;

    fn try_from(text: String) -> Result<Self, NoCondition> {
        let (kind, subject) = text.split_once(':').ok_or(NoCondition)?;
        let kind = Kind::of_word(kind).ok_or(NoCondition)?;
        Ok(Self::new(kind, subject))
    }
}

/// What is known of a condition that lasts; a webhook has it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) available: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) threshold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<String>,
    /// Since when an exception is there, or a device is silent; none of a device that never synced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<String>,
}

impl Fact {
    /// The moment of [`Fact::since`]; the beginning of time where there is none.
    pub(super) fn since_moment(&self) -> Timestamp {
        let read = self.since.as_deref().map(DateTime::parse_from_rfc3339);
        let millis = read.and_then(Result::ok).map(|at| at.timestamp_millis());
        let millis = millis.and_then(|millis| u64::try_from(millis).ok());
        Timestamp::from_millis(millis.unwrap_or_default())
    }
}

/// All conditions that hold.
pub(crate) type Conditions = BTreeMap<Condition, Fact>;

/// What is so now, as lists and the dashboard show it.
pub(super) fn conditions(view: &View<'_>) -> Conditions {
    let short = view.supply(usize::MAX).first.into_iter().map(short);
    let exceptions = view.exceptions().into_iter().map(exception);
    let mut all: Conditions = short.chain(exceptions).collect();
    for (condition, fact) in view.behind().into_iter().map(behind) {
        add_silent(&mut all, condition, fact);
    }
    all
}

/// Of devices of one name the one counts that is silent for longest.
fn add_silent(all: &mut Conditions, condition: Condition, fact: Fact) {
    let known = all.get(&condition).map(Fact::since_moment);
    if known.is_none_or(|known| fact.since_moment() < known) {
        all.insert(condition, fact);
    }
}

fn short(row: ShortItemView) -> (Condition, Fact) {
    let kind = match row.level {
        Level::Out => Kind::Out,
        Level::Low | Level::Ok => Kind::Low,
    };
    let fact = Fact {
        name: Some(row.name).filter(|name| *name != row.item),
        available: Some(row.available),
        threshold: row.threshold,
        item: Some(row.item.clone()),
        ..Fact::default()
    };
    (Condition::new(kind, row.item), fact)
}

fn exception(row: ExceptionView) -> (Condition, Fact) {
    let fact = Fact {
        item: row.item,
        location: row.location,
        order: row.order.or(row.lot).or(row.po).or(row.stocktake),
        since: Some(row.since),
        ..Fact::default()
    };
    (Condition::new(Kind::Exception, row.id), fact)
}

fn behind(row: BehindView) -> (Condition, Fact) {
    let fact = Fact {
        since: row.last_sync,
        ..Fact::default()
    };
    (Condition::new(Kind::Behind, row.device), fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_devices_of_one_name_the_longer_silent_one_is_told() {
        let silent = |since: Option<&str>| {
            let row = BehindView {
                device: "scanner".to_owned(),
                last_sync: since.map(str::to_owned),
            };
            behind(row)
        };
        let days = Some("2026-11-20T08:00:00.000Z");
        let minutes = Some("2026-11-23T08:00:00.000Z");
        for (first, second, told) in [
            (days, minutes, days),
            (minutes, days, days),
            (days, None, None),
        ] {
            let mut all = Conditions::new();
            for (condition, fact) in [silent(first), silent(second)] {
                add_silent(&mut all, condition, fact);
            }
            let since: Vec<_> = all.values().map(|fact| fact.since.as_deref()).collect();
            assert_eq!(since, [told]);
        }
    }

    #[test]
    fn a_condition_is_one_text() {
        let condition = Condition::new(Kind::Exception, "negative-stock:R-100@A-01");
        let text = String::from(condition.clone());
        assert_eq!(text, "exception:negative-stock:R-100@A-01");
        assert_eq!(Condition::try_from(text), Ok(condition));
        for odd in ["", "low", "dry:R-100"] {
            assert_eq!(Condition::try_from(odd.to_owned()), Err(NoCondition));
        }
    }
}
