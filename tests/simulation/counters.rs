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
    "answer: enroll 400",
    "answer: enroll 403",
    "answer: enroll 503",
    "answer: enroll handed on by a hub",
    "answer: frontier 200",
    "answer: hello 200",
    "answer: hello 400",
    "answer: hello 426",
    "answer: sync 200",
    "answer: sync 400",
    "answer: sync 403",
    "answer: sync 503",
    "answer: sync held",
    "answer: sync nothing new",
    "answer: sync revoked",
    "answer: sync runs named alone",
    "answer: sync runs with entries",
    "deed: add",
    "deed: adjust",
    "deed: approve",
    "deed: bom",
    "deed: build a lot",
    "deed: admit what a revoked device wrote",
    "deed: answer",
    "deed: catalogue",
    "deed: close a stocktake",
    "deed: count",
    "deed: count for a stocktake",
    "deed: issue to a lot",
    "deed: lot",
    "deed: merge",
    "deed: move",
    "deed: order",
    "deed: purchase",
    "deed: receive",
    "deed: remove",
    "deed: resolve",
    "deed: revoke",
    "deed: said earlier",
    "deed: scan",
    "deed: stocktake",
    "deed: undo",
    "deed: user",
    "exception: bom-circle",
    "exception: document-waits",
    "exception: negative-stock",
    "exception: no-right",
    "exception: not-admitted",
    "exception: recount",
    "exception: revoked-waits",
    "exception: uncounted-scan",
    "exception: unknown-code",
    "fault: answer cut",
    "fault: answer lost",
    "fault: answer too late",
    "fault: clock at 1970",
    "fault: clock jumps",
    "fault: device of another version",
    "fault: disk full",
    "fault: disk sync fails",
    "fault: handheld copied: Directory",
    "fault: handheld copied: Disk",
    "fault: handheld copied: WholeMachine",
    "fault: handheld restored",
    "fault: hub cut off",
    "fault: hub restored",
    "fault: old protocol",
    "fault: other answer",
    "fault: power",
    "fault: power amid work",
    "fault: request cut",
    "fault: request lost",
    "fault: request too large",
    "fault: request twice",
    "fault: restart",
    "fault: server down",
    "fault: server restored",
    "fork: kept as a branch",
    "hub answers: hello 200",
    "hub answers: hello 426",
    "hub answers: hello 503",
    "hub answers: sync 200",
    "hub answers: sync 403",
    "hub answers: sync held",
    "hub answers: sync loose",
    "hub answers: sync nothing new",
    "hub answers: sync revoked",
    "hub answers: sync runs named alone",
    "hub answers: sync runs with entries",
    "not saved: disk-full",
    "not saved: store",
    "plan: approved count",
    "plan: line that two devices counted",
    "plan: production lot that something was done for",
    "plan: purchase order that something was done for",
    "plan: stocktake that ended",
    "plan: stocktake that something was done for",
    "request: claims",
    "request: gives back",
    "request: pushes",
    "request: shows certificates",
    "right: denied",
    "stick: damaged",
    "stick: ends early",
    "stick: not-enrolled",
    "stick: read",
    "stick: refused: not-enrolled",
    "stick: written",
    "talk ends: at a hub",
    "talk ends: bad-code",
    "talk ends: bad-request",
    "talk ends: device-revoked",
    "talk ends: enrolled",
    "talk ends: no-ledger",
    "talk ends: not-writable",
    "talk ends: protocol",
    "talk ends: server-trouble",
    "talk ends: synced",
    "talk ends: unreachable",
    "told: again",
];

/// What a campaign of many seeds must meet besides.
pub const SELDOM: &[&str] = &[
    "answer: frontier 400",
    "answer: frontier 403",
    "answer: sync 409",
    "answer: sync again",
    "deed: admit",
    "deed: refuse what a revoked device wrote",
    "deed: revoke from an entry on",
    "exception: allocation-lost",
    "exception: closed-lot",
    "exception: closed-order",
    "exception: closed-purchase-order",
    "exception: closed-stocktake",
    "exception: duplicate-barcode",
    "exception: duplicate-number",
    "exception: order-waits",
    "exception: over-built",
    "exception: oversold",
    "exception: picked-outside",
    "exception: reversal",
    "fault: does not start",
    "fault: handheld turned back",
    "fault: hub down",
    "fault: hub turned back",
    "fault: server turned back",
    "hub answers: frontier 200",
    "hub answers: hello 400",
    "hub answers: sync 400",
    "hub answers: sync 503",
    "hub answers: sync again",
    "reject: BadSignature",
    "reject: Gap",
    "right: admitted",
    "stick: refused: bad-answer",
    "stick: synced",
    "talk ends: disk-full",
    "talk ends: store",
];

/// What no seed can meet, or hardly any, and where it is tested.
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
        "exception: overtaken",
        "two of 144,000 seeds met it; crates/ledger-core/tests/restored.rs and \
         crates/ledger-node/tests/repair.rs",
    ),
    (
        "exception: over-received",
        "it takes a line that two nodes book in at once, which none of 5,500 seeds met; \
         crates/ledger-core/tests/plan_corners.rs",
    ),
    (
        "exception: reversal-waits",
        "when all is quiet a target has come, or is lost for good; crates/ledger-core/tests",
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
