//! What was met: a simulation that never comes by a thing says nothing about it.

use std::collections::BTreeMap;

/// How often each thing was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    met: BTreeMap<String, u64>,
}

impl Counters {
    /// Takes note of a thing of a family.
    pub fn meet(&mut self, family: &str, thing: &str) {
        self.add(family, thing, 1);
    }

    /// Takes note of so many.
    pub fn add(&mut self, family: &str, thing: &str, times: u64) {
        *self.met.entry(format!("{family}: {thing}")).or_default() += times;
    }

    /// Whether a thing was met.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.met.contains_key(name)
    }

    /// Takes in what others met.
    pub fn join(&mut self, other: &Self) {
        for (name, times) in &other.met {
            *self.met.entry(name.clone()).or_default() += times;
        }
    }

    /// All that was met.
    pub fn all(&self) -> impl Iterator<Item = (&str, u64)> {
        self.met.iter().map(|(name, times)| (name.as_str(), *times))
    }

    /// What of the [`SOMETIMES`], and after many seeds of the [`SELDOM`], was never met.
    #[must_use]
    pub fn never(&self, seldom: bool) -> Vec<&'static str> {
        let seldom = SELDOM.iter().filter(|_| seldom);
        let never = SOMETIMES.iter().chain(seldom);
        never
            .filter(|name| !self.met.contains_key(**name))
            .copied()
            .collect()
    }
}

/// What some of the seeds of the test run must meet. A new message, rejection, fault or kind of
/// exception gets a row here.
pub const SOMETIMES: &[&str] = &[
    "answer: enroll 200",
    "answer: hello 200",
    "answer: hello 426",
    "answer: sync 200",
    "answer: sync 409",
    "answer: sync again",
    "answer: sync nothing new",
    "deed: add",
    "deed: count",
    "deed: merge",
    "deed: order",
    "deed: undo",
    "exception: allocation-lost",
    "exception: duplicate-barcode",
    "exception: negative-stock",
    "exception: oversold",
    "exception: recount",
    "fault: answer cut",
    "fault: answer lost",
    "fault: clock at 1970",
    "fault: clock jumps",
    "fault: disk full",
    "fault: disk sync fails",
    "fault: old protocol",
    "fault: other answer",
    "fault: power",
    "fault: power amid work",
    "fault: request cut",
    "fault: request lost",
    "fault: request twice",
    "fault: restart",
    "fault: server down",
    "fault: server restored",
    "fault: server turned back",
    "not saved: disk-full",
    "not saved: store",
    "talk ends: bad-code",
    "talk ends: protocol",
    "talk ends: synced",
    "talk ends: unreachable",
    "told: again",
];

/// What a campaign of many seeds must meet besides.
pub const SELDOM: &[&str] = &[];

/// What no seed can meet, and where it is tested.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "reject: Fork, BadHash, TooLarge, Unreadable, Other",
        "honest programs send none of these; crates/ledger-node/tests/strangers.rs and the fuzz \
         targets do",
    ),
    (
        "exception: overflow, needs-newer-version, bad-entry",
        "no command of this version writes such entries; crates/ledger-core/tests do",
    ),
    (
        "answer: wait",
        "waiting for news writes and brings nothing; crates/ledger-node/tests/wait.rs",
    ),
    (
        "answer: sync in several parts",
        "takes more entries than a world has; crates/ledger-node/tests/paths.rs",
    ),
];
