//! How well an item is supplied: ok, low or out.

use ledger_core::{Quantity, Total};
use serde::Serialize;
use utoipa::ToSchema;

/// The level of an item's own available stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Above its threshold, or above nothing when it has none.
    Ok,
    /// At its threshold or below.
    Low,
    /// Nothing is available.
    Out,
}

impl Level {
    /// The level of so much, at this threshold. Without a threshold it is never low, only out.
    #[must_use]
    pub fn of(available: Total, threshold: Option<Quantity>) -> Self {
        if available <= Total::ZERO {
            Self::Out
        } else if threshold.is_some_and(|threshold| available <= threshold.total()) {
            Self::Low
        } else {
            Self::Ok
        }
    }

    /// The level as it is printed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Low => "low",
            Self::Out => "out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(available: &str, threshold: Option<&str>) -> &'static str {
        let parse = |text: &str| text.parse::<Quantity>().unwrap();
        Level::of(parse(available).total(), threshold.map(parse)).word()
    }

    #[test]
    fn at_a_threshold_of_five_six_is_ok_five_is_low_and_nothing_is_out() {
        for (available, word) in [
            ("6", "ok"),
            ("5.0001", "ok"),
            ("5", "low"),
            ("0.5", "low"),
            ("0", "out"),
            ("-1", "out"),
        ] {
            assert_eq!(level(available, Some("5")), word, "{available}");
        }
    }

    #[test]
    fn without_a_threshold_nothing_is_ever_low() {
        for (available, word) in [("0.0001", "ok"), ("0", "out"), ("-3", "out")] {
            assert_eq!(level(available, None), word, "{available}");
        }
    }
}
