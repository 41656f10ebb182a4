//! Exceptions: what a person should look at. They are derived from the facts and block nothing.

mod documents;
mod orders;
mod production;
mod revoked;
mod rights;
mod scans;

use crate::code::Code;
use crate::entry::Kind;
use crate::fold::{Fold, LineKey, ReversalFault};
use crate::id::EntryId;
use crate::quantity::Total;
use crate::time::Timestamp;

/// A movement this close to a count of another device makes the count ambiguous, or this close by
/// what is known of their clocks (F4).
pub const RECOUNT_WINDOW_MILLIS: u64 = 60_000;

/// How many entries an exception names at most, the newest ones; a count that they are too close to
/// is named beside them.
pub const NAMED_MAX: usize = 20;

/// What kind of exception it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// A stock line is below zero.
    NegativeStock,
    /// A count and a movement of another device are too close to tell their order.
    Recount,
    /// A total does not fit a quantity.
    Overflow,
    /// Several items claim one barcode.
    DuplicateBarcode,
    /// A code was scanned that nobody knew, and nobody said since what it is.
    UnknownCode,
    /// A scan in a count turned out to be an item that the count did not include.
    UncountedScan,
    /// An order line wants more than is available, where that is not allowed.
    Oversold,
    /// An order line lost stock it was promised to facts that came later.
    AllocationLost,
    /// An order line may have been before others that are served now: the central server was
    /// restored, and numbered it anew.
    Overtaken,
    /// Something about an order after its end, or stock that its end did not settle.
    ClosedOrder,
    /// Something about a production lot after its end.
    ClosedLot,
    /// Something about a purchase order after its end.
    ClosedPurchaseOrder,
    /// Something about a stocktake after its end.
    ClosedStocktake,
    /// More was built of a lot than is planned, or came back than was built.
    OverBuilt,
    /// More came of a purchase order than is ordered, and nobody said why.
    OverReceived,
    /// Something is, by its bill of materials, made of itself.
    BomCircle,
    /// More was picked for a line than it wants, or more came back than was picked.
    PickedOutside,
    /// Somebody wrote transactions that no role of theirs allows; they count.
    NoRight,
    /// Somebody wrote what no role of theirs allows; it has no effect until it is admitted.
    NotAdmitted,
    /// A revoked device wrote beyond what is trusted; it does not count until it is admitted.
    RevokedWaits,
    /// Several documents of one kind have one number.
    DuplicateNumber,
    /// Entries about an order that has not arrived.
    OrderWaits,
    /// Entries about another document that has not arrived.
    DocumentWaits,
    /// A reversal that has no effect.
    Reversal,
    /// A reversal whose target has not arrived.
    ReversalWaits,
    /// An entry that needs a newer version to be understood.
    NeedsNewerVersion,
    /// An entry that is not in canonical form, or makes no sense.
    BadEntry,
}

impl ExceptionKind {
    /// The kind as it is printed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NegativeStock => "negative-stock",
            Self::Recount => "recount",
            Self::Overflow => "overflow",
            Self::DuplicateBarcode => "duplicate-barcode",
            Self::UnknownCode => "unknown-code",
            Self::UncountedScan => "uncounted-scan",
            Self::Oversold => "oversold",
            Self::AllocationLost => "allocation-lost",
            Self::Overtaken => "overtaken",
            Self::ClosedOrder => "closed-order",
            Self::ClosedLot => "closed-lot",
            Self::ClosedPurchaseOrder => "closed-purchase-order",
            Self::ClosedStocktake => "closed-stocktake",
            Self::OverBuilt => "over-built",
            Self::OverReceived => "over-received",
            Self::BomCircle => "bom-circle",
            Self::PickedOutside => "picked-outside",
            Self::NoRight => "no-right",
            Self::NotAdmitted => "not-admitted",
            Self::RevokedWaits => "revoked-waits",
            Self::DuplicateNumber => "duplicate-number",
            Self::OrderWaits => "order-waits",
            Self::DocumentWaits => "document-waits",
            Self::Reversal => "reversal",
            Self::ReversalWaits => "reversal-waits",
            Self::NeedsNewerVersion => "needs-newer-version",
            Self::BadEntry => "bad-entry",
        }
    }

    /// What a person can do about it, as words of `exceptions answer`.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::NegativeStock => &["count", "reverse", "accept"],
            Self::Recount | Self::Overflow | Self::UncountedScan => &["count", "accept"],
            Self::AllocationLost
            | Self::ClosedOrder
            | Self::ClosedLot
            | Self::ClosedPurchaseOrder
            | Self::OverBuilt
            | Self::OverReceived
            | Self::PickedOutside
            | Self::NoRight => &["reverse", "accept"],
            Self::NotAdmitted => &["admit"],
            Self::RevokedWaits => &["admit", "refuse"],
            Self::DuplicateBarcode
            | Self::UnknownCode
            | Self::Oversold
            | Self::Overtaken
            | Self::DuplicateNumber
            | Self::OrderWaits
            | Self::DocumentWaits
            | Self::ClosedStocktake
            | Self::BomCircle
            | Self::Reversal
            | Self::ReversalWaits
            | Self::NeedsNewerVersion
            | Self::BadEntry => &["accept"],
        }
    }
}

/// Something a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its stable name: kind and what it is about.
    pub id: String,
    /// What kind it is.
    pub kind: ExceptionKind,
    /// The item it is about.
    pub item: Option<Code>,
    /// The location it is about.
    pub location: Option<Code>,
    /// The stock line it is about, as it was entered.
    pub line: Option<LineKey>,
    /// The order, lot, purchase order or stocktake it is about.
    pub document: Option<EntryId>,
    /// Since when.
    pub since: Timestamp,
    /// The entries that caused it, oldest first.
    pub entries: Vec<EntryId>,
    /// What is the matter, in a sentence.
    pub text: String,
}

impl Exception {
    /// What can be done about it, as words of `exceptions answer`.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let possible = |action: &&str| match *action {
            "reverse" => !self.entries.is_empty(),
            "count" => self.line.is_some(),
            _ => true,
        };
        let actions = self.kind.actions().iter().copied();
        actions.filter(possible).collect()
    }
}

/// Of these entries, the oldest first, those that an exception names.
fn newest(mut entries: Vec<EntryId>) -> Vec<EntryId> {
    entries.drain(..entries.len().saturating_sub(NAMED_MAX));
    entries
}

fn line_id(kind: ExceptionKind, key: &LineKey) -> String {
    let mut id = format!("{}:{}@{}", kind.word(), key.item, key.location);
    for (mark, code) in [('~', &key.owner), ('#', &key.batch)] {
        if let Some(code) = code {
            id.push(mark);
            id.push_str(code.as_str());
        }
    }
    id
}

fn place_words(key: &LineKey) -> String {
    let mut words = format!("{} at {}", key.item, key.location);
    if let Some(owner) = &key.owner {
        words.push_str(&format!(", owned by {owner}"));
    }
    if let Some(batch) = &key.batch {
        words.push_str(&format!(", batch {batch}"));
    }
    words
}

impl Fold {
    /// All open exceptions, in the order of their ids: those whose cause holds and that nobody took
    /// as they are.
    #[must_use]
    pub fn exceptions(&self) -> Vec<Exception> {
        let mut open = self.exceptions_elsewhere();
        self.lines_with_rows()
            .for_each(|line| self.line_exceptions(line, &mut open));
        for item in self.wanted_items() {
            self.shortage_exceptions(&item, &mut open);
        }
        for item in self.made_items() {
            self.circle_exception(&item, &mut open);
        }
        for document in self.named_documents() {
            self.document_exceptions(document, &mut open);
        }
        self.still_open(open)
    }

    /// Of these exceptions those that nobody took as they are, in the order of their ids.
    #[must_use]
    pub fn still_open(&self, mut exceptions: Vec<Exception>) -> Vec<Exception> {
        exceptions.retain(|exception| !self.is_answered(exception));
        exceptions.sort_by(|a, b| a.id.cmp(&b.id));
        exceptions
    }

    /// What is the matter with the stock lines of an item and with what orders want of it, also
    /// what somebody took as it is.
    #[must_use]
    pub fn exceptions_of_item(&self, canonical: &Code) -> Vec<Exception> {
        let mut found = Vec::new();
        for code in self.aliases(canonical) {
            self.lines_of_code(&code)
                .for_each(|line| self.line_exceptions(line, &mut found));
        }
        self.shortage_exceptions(canonical, &mut found);
        self.circle_exception(canonical, &mut found);
        found
    }

    /// What is the matter with a document beside what is short of its items, likewise.
    #[must_use]
    pub fn exceptions_of_document_itself(&self, id: EntryId) -> Vec<Exception> {
        let mut found = Vec::new();
        self.document_exceptions(id, &mut found);
        found
    }

    /// What is the matter with neither an item's stock nor a document, likewise.
    #[must_use]
    pub fn exceptions_elsewhere(&self) -> Vec<Exception> {
        let mut open = Vec::new();
        let counts = |id: &EntryId| self.withheld(*id).is_none();
        self.barcode_exceptions(&mut open);
        self.scan_exceptions(&mut open);
        self.reversal_exceptions(&mut open);
        self.right_exceptions(&mut open);
        self.not_admitted_exceptions(&mut open);
        self.revoked_exceptions(&mut open);
        for (id, (kind, touches)) in self.newer.iter().filter(|(id, _)| counts(id)) {
            let Kind(number) = kind;
            let about = touches
                .as_ref()
                .map_or_else(String::new, |thing| format!(" It is about {thing}."));
            open.push(self.entry_exception(
                ExceptionKind::NeedsNewerVersion,
                *id,
                format!("An entry of kind {number} needs a newer version to be understood.{about}"),
            ));
        }
        for (id, reason) in self.bad.iter().filter(|(id, _)| counts(id)) {
            open.push(self.entry_exception(
                ExceptionKind::BadEntry,
                *id,
                format!("An entry is kept without effect: {reason}."),
            ));
        }
        open
    }

    fn entry_exception(&self, kind: ExceptionKind, entry: EntryId, text: String) -> Exception {
        Exception {
            id: format!("{}:{entry}", kind.word()),
            kind,
            item: None,
            location: None,
            line: None,
            document: None,
            since: self.effective_time(entry).unwrap_or_default(),
            entries: vec![entry],
            text,
        }
    }

    fn line_exceptions(&self, line: &crate::fold::Line, open: &mut Vec<Exception>) {
        if line.on_hand().is_negative() {
            self.negative(line, open);
        }
        if line.on_hand().quantity().is_none() {
            self.overflow(line, open);
        }
        if line.is_counted() {
            self.recount(line, open);
        }
    }

    /// A line that leaves the range of quantities names its movements since the last count.
    fn overflow(&self, line: &crate::fold::Line, open: &mut Vec<Exception>) {
        let key = self.line_key(line);
        let rows = self.rows_of(line);
        let (_, later) = line.since_count(&rows);
        let mut entries: Vec<EntryId> = later
            .iter()
            .filter(|row| !self.is_ineffective(row.key()))
            .map(|row| self.entry_id(row.key()))
            .collect();
        entries.dedup();
        open.push(Exception {
            id: line_id(ExceptionKind::Overflow, &key),
            kind: ExceptionKind::Overflow,
            text: format!(
                "The total of {} is too large to be a quantity.",
                place_words(&key)
            ),
            item: Some(key.item.clone()),
            location: Some(key.location.clone()),
            line: Some(key),
            document: None,
            since: self.holds_since(line, |total| total.quantity().is_none()),
            entries: newest(entries),
        });
    }

    /// F3: a line below zero names its outgoing movements since the last count or since on hand
    /// last rose. An alias's line is looked at together with its item's.
    fn negative(&self, line: &crate::fold::Line, open: &mut Vec<Exception>) {
        let key = self.line_key(line);
        let canonical = self.canonical(&key.item);
        if !self.with_aliases(line, &canonical).is_negative() {
            return;
        }
        let rows = self.rows_of(line);
        let (_, later) = line.since_count(&rows);
        let effective: Vec<_> = later
            .iter()
            .filter(|row| !self.is_ineffective(row.key()))
            .collect();
        let rose = effective
            .iter()
            .rposition(|row| row.amount().ten_thousandths() > 0);
        let outgoing: Vec<EntryId> = effective
            .iter()
            .skip(rose.map_or(0, |at| at.saturating_add(1)))
            .filter(|row| row.amount().is_negative())
            .map(|row| self.entry_id(row.key()))
            .collect();
        let since = self.holds_since(line, Total::is_negative);
        open.push(Exception {
            id: line_id(ExceptionKind::NegativeStock, &key),
            kind: ExceptionKind::NegativeStock,
            text: format!(
                "{} is {}: more was taken than was ever put in or counted. Count it, or look for \
                 a movement that is missing or wrong.",
                place_words(&key),
                line.on_hand()
            ),
            item: Some(canonical),
            location: Some(key.location.clone()),
            line: Some(key),
            document: None,
            since,
            entries: newest(outgoing),
        });
    }

    /// Since when something holds of what is on hand of a line, as it does now.
    fn holds_since(&self, line: &crate::fold::Line, holds: impl Fn(Total) -> bool) -> Timestamp {
        let rows = self.rows_of(line);
        let (count, later) = line.since_count(&rows);
        let mut sum = count.map_or(Total::ZERO, |count| count.amount().total());
        let mut since = count.map(|count| count.time()).filter(|_| holds(sum));
        for row in later.iter().filter(|row| !self.is_ineffective(row.key())) {
            sum = sum.plus(row.amount().total());
            since = if holds(sum) {
                since.or(Some(row.time()))
            } else {
                None
            };
        }
        since.unwrap_or_default()
    }

    /// F4: a movement of another origin too close to the last count, or inside its span.
    fn recount(&self, line: &crate::fold::Line, open: &mut Vec<Exception>) {
        let rows = self.rows_of(line);
        let Some(count) = line.since_count(&rows).0 else {
            return;
        };
        let counter = self.entry_id(count.key());
        let span = self.span_of(count.key());
        let uncertain = |key| self.clock_uncertainty(key);
        let close = |row: &crate::fold::Row| {
            let both = uncertain(row.key()).saturating_add(uncertain(count.key()));
            let window = RECOUNT_WINDOW_MILLIS.max(both);
            let near = row.time().distance_millis(count.time()) <= window;
            let inside = span.is_some_and(|(start, end)| (start..=end).contains(&row.time()));
            near || inside
        };
        let close: Vec<EntryId> = rows
            .iter()
            .filter(|row| !row.is_count() && row.key().0 != count.key().0 && close(row))
            .filter(|row| !self.is_ineffective(row.key()))
            .map(|row| self.entry_id(row.key()))
            .collect();
        if close.is_empty() {
            return;
        }
        let key = self.line_key(line);
        let mut entries = newest(close);
        entries.insert(0, counter);
        open.push(Exception {
            id: line_id(ExceptionKind::Recount, &key),
            kind: ExceptionKind::Recount,
            text: format!(
                "{} was counted while another device moved stock there: which came first cannot \
                 be told. The total goes by their clocks; count it again to be sure.",
                place_words(&key)
            ),
            item: Some(key.item.clone()),
            location: Some(key.location.clone()),
            line: Some(key),
            document: None,
            since: count.time(),
            entries,
        });
    }

    /// Whether a person took the exception as it is, with all the entries it names.
    fn is_answered(&self, exception: &Exception) -> bool {
        // What is not admitted stays to be seen, whoever would rather not.
        !matches!(
            exception.kind,
            ExceptionKind::NotAdmitted | ExceptionKind::RevokedWaits
        ) && self
            .answers_to(&exception.id)
            .any(|known| exception.entries.iter().all(|id| known.contains(id)))
    }

    fn barcode_exceptions(&self, open: &mut Vec<Exception>) {
        for (barcode, items) in self.contested_barcodes() {
            let entries = self.bindings(barcode);
            let names: Vec<String> = items.iter().map(ToString::to_string).collect();
            open.push(Exception {
                id: format!("{}:{barcode}", ExceptionKind::DuplicateBarcode.word()),
                kind: ExceptionKind::DuplicateBarcode,
                item: items.first().cloned(),
                location: None,
                line: None,
                document: None,
                since: entries
                    .iter()
                    .filter_map(|id| self.effective_time(*id))
                    .max()
                    .unwrap_or_default(),
                entries,
                text: format!(
                    "The barcode {barcode} is claimed by {}.",
                    names.join(" and ")
                ),
            });
        }
    }

    fn reversal_exceptions(&self, open: &mut Vec<Exception>) {
        for (reversal, fault) in self.reversals.faults() {
            let kind = match fault {
                ReversalFault::Waiting => ExceptionKind::ReversalWaits,
                ReversalFault::OtherBranch
                | ReversalFault::OfReversal
                | ReversalFault::NotATransaction
                | ReversalFault::Twice => ExceptionKind::Reversal,
            };
            let what = match fault {
                ReversalFault::Waiting => "has not arrived yet",
                ReversalFault::OtherBranch => "has other contents here",
                ReversalFault::OfReversal => "is itself a reversal",
                ReversalFault::NotATransaction => "is no movement or count",
                ReversalFault::Twice => "has already been reversed",
            };
            let id = self.entry_id(reversal);
            let target = self.reversals.target_of(reversal);
            let name = target.map_or_else(String::new, |target| target.to_string());
            let text = format!("A reversal has no effect: {name}, which it voids, {what}.");
            open.push(self.entry_exception(kind, id, text));
        }
    }
}
