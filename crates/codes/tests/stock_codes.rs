//! Codes that a real wholesaler gave its articles: none is taken for something else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use codes::own::{self, OwnError};
use codes::reading::{KeyKind, SCORE_TO_ASK, Scan, Setting, readings};
use support::shared;

#[test]
fn real_stock_codes_are_read_as_nothing_but_themselves() {
    let test = "real_stock_codes_are_read_as_nothing_but_themselves";
    let Some(text) = shared(test, "online-retail/transactions.csv") else {
        return;
    };
    // The second column; neither it nor the first has commas.
    let codes: BTreeSet<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(1))
        .collect();
    assert!(codes.len() > 2_000, "{} codes", codes.len());
    for code in codes {
        assert_eq!(own::read(code), Err(OwnError::Foreign), "{code}");
        let found = readings(&Scan::of(code), &Setting::of_year(2026));
        let (last, others) = found.split_last().unwrap();
        let key = last.says.keys.first().unwrap();
        assert_eq!((key.kind, key.text.as_str()), (KeyKind::Text, code.trim()));
        for reading in others {
            assert!(reading.score < SCORE_TO_ASK, "{code}: {reading:?}");
            assert!(
                !reading.is_misread && reading.says.keys.is_empty(),
                "{code}: {reading:?}"
            );
        }
    }
}
