//! The stock history of an item: the fold's rows with the words of their entries.

use ledger_core::Code;
use ledger_core::entry::{Body, Details, Entry, OrderEntry};
use ledger_core::fold::{HistoryRow, RowKind, Withheld};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::{DeviceNames, writer};
use super::{View, text_of, time_text};
use crate::NodeError;

/// One change of one stock line. A move is one row per line, with one entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryView {
    /// The entry that says it.
    pub entry: String,
    /// When it happened.
    pub at: String,
    /// `add`, `remove`, `move`, `adjust`, `count`, `reversal`, or `order` for what an order took,
    /// gave back or was promised.
    pub kind: &'static str,
    /// By how much the line changed; a count's variance.
    pub change: String,
    /// On hand of the item with this owner afterwards.
    pub on_hand: String,
    /// The same less what is promised to orders.
    pub available: String,
    /// Where; empty when only a promise changed.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// The order's number.
    pub order: Option<String>,
    /// The production lot's number.
    pub lot: Option<String>,
    /// The purchase order's number.
    pub po: Option<String>,
    /// In the user's words.
    pub note: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// Undone by a reversal.
    pub voided: bool,
    /// Why it changes nothing, where a revoked device wrote it: `waiting` for a decision, or
    /// `refused`.
    pub withheld: Option<&'static str>,
    /// Not yet known to the central server.
    pub provisional: bool,
    /// On the stock line afterwards.
    pub line_on_hand: String,
    /// What a reversal undoes.
    pub reverses: Option<String>,
}

impl View<'_> {
    /// The stock history of an item, oldest first.
    pub fn history(&self, sku: &Code) -> Result<Vec<HistoryView>, NodeError> {
        let mut names = DeviceNames::new(self.fold());
        let rows = self.fold().history(sku);
        let mut views = Vec::with_capacity(rows.len());
        for row in &rows {
            let entry = self.entry(row.id)?;
            let order = row.order.and_then(|order| self.order_number(order));
            views.push(history_view(
                row,
                entry.as_ref(),
                names.of(row.id.origin),
                order,
            ));
        }
        Ok(views)
    }
}

pub(super) fn history_view(
    row: &HistoryRow,
    entry: Option<&Entry>,
    device: String,
    order: Option<String>,
) -> HistoryView {
    let line = row.line.as_ref();
    let details = entry.map(|entry| said(&entry.body)).unwrap_or_default();
    let user = entry.and_then(|entry| entry.user.as_ref());
    HistoryView {
        entry: row.id.to_string(),
        at: time_text(row.at),
        kind: kind_word(row, entry),
        change: row.change.to_string(),
        on_hand: row.on_hand.to_string(),
        available: row.available.to_string(),
        location: line.map_or_else(String::new, |line| line.location.to_string()),
        owner: text_of(row.owner.as_ref()),
        batch: text_of(line.and_then(|line| line.batch.as_ref())),
        reason: details.reason,
        user: writer(user, &device),
        device,
        order: order.or(details.order),
        lot: details.lot,
        po: details.po,
        note: details.note,
        serial: details.serial,
        voided: row.voided,
        withheld: row.withheld.map(Withheld::word),
        provisional: row.provisional,
        line_on_hand: row.line_on_hand.to_string(),
        reverses: match entry.map(|entry| &entry.body) {
            Some(Body::Reversed(reversed)) => Some(reversed.target.id.to_string()),
            _ => None,
        },
    }
}

/// What the writer of an entry said beside the quantities.
fn said(body: &Body) -> Details {
    if let Body::Order(OrderEntry::Closed(ended) | OrderEntry::Cancelled(ended)) = body {
        return Details {
            reason: ended.reason.clone(),
            note: ended.note.clone(),
            ..Details::default()
        };
    }
    let with = body.particulars();
    with.map(|with| with.details.clone()).unwrap_or_default()
}

/// The kind of a row in one word; a movement is what it was meant as.
fn kind_word(row: &HistoryRow, entry: Option<&Entry>) -> &'static str {
    match (row.kind, entry.map(|entry| &entry.body)) {
        (RowKind::Order, _) => "order",
        (RowKind::Movement, _) if row.order.is_some() => "order",
        (RowKind::Count, _) => "count",
        (RowKind::Reversal, _) => "reversal",
        (RowKind::Movement, Some(Body::Moved(moved))) => moved.act.word(),
        (RowKind::Movement, Some(Body::UnknownScan(scan))) => scan.mode.word(),
        (RowKind::Movement, _) if row.change.is_negative() => "remove",
        (RowKind::Movement, _) => "add",
    }
}
