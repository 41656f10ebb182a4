//! What the pages of orders, production lots, purchase orders and stocktakes share.

use ledger_core::at_entry::StockRequest;
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::entry::{Details, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId};
use ledger_node::times::parse_day;
use ledger_node::view::{OrderMoveView, PartnerView};
use ledger_node::{View, Written};

use super::form::{Fields, problem};
use super::frame::Frame;
use super::visit::Visit;
use crate::problem::Problem;

/// Documents on one page of a list that does not say otherwise.
const ROWS_MAX: usize = 100;
/// Movements that a document's page shows.
const MOVES_MAX: usize = 200;
/// Customers that a field offers; others are typed.
pub(super) const OFFERED_MAX: usize = 300;

/// How an address names a document: by its number, or where several have that by its entry.
pub(super) fn key_of(fold: &Fold, family: Family, number: &str, entry: &str) -> String {
    let code = Code::new(number);
    let is_one = code.is_ok_and(|code| fold.documents_numbered(family, &code).len() == 1);
    if is_one { number } else { entry }.to_owned()
}

/// How an address names the document that was just begun.
pub(super) async fn begun(visit: &Visit, written: &Written) -> Result<String, Problem> {
    let id: EntryId = *written.entries.first().ok_or_else(Problem::internal)?;
    let key = move |view: &View<'_>| {
        let fold = view.fold();
        Ok(fold.document_name(id).map_or_else(
            || id.to_string(),
            |(family, number)| key_of(fold, family, number.as_str(), &id.to_string()),
        ))
    };
    visit.app.look(key).await
}

/// Where a list goes on: behind the document that an address names by its entry, whether or not
/// the list still has it.
pub(super) fn after(fold: &Fold, entry: Option<&String>) -> Option<(Code, EntryId)> {
    let id: EntryId = entry?.parse().ok()?;
    fold.document_name(id)
        .map(|(_, number)| (number.clone(), id))
}

/// The rows of one page, of rows in order of number and entry, and the entry behind which the next
/// page begins.
pub(super) fn paged<T>(
    fold: &Fold,
    rows: Vec<T>,
    behind: Option<&String>,
    name: impl Fn(&T) -> (&String, &String),
) -> (Vec<T>, Option<String>) {
    let behind = after(fold, behind);
    let is_behind = |row: &T| {
        let Some((number, id)) = &behind else {
            return true;
        };
        let (row_number, row_entry) = name(row);
        let row_id = row_entry.parse::<EntryId>().ok();
        let row_number = Code::new(row_number).ok();
        (row_number.as_ref(), row_id) > (Some(number), Some(*id))
    };
    let mut rows = rows.into_iter().filter(is_behind);
    let page: Vec<T> = rows.by_ref().take(ROWS_MAX).collect();
    let more = rows.next().is_some();
    let next = page.last().filter(|_| more).map(|row| name(row).1.clone());
    (page, next)
}

/// What fields of a document offer: sites, and customers in use.
pub(super) fn offered(view: &View<'_>) -> (Vec<PartnerView>, Vec<PartnerView>) {
    let sites = view.partners_after(Class::Site, None, false, None);
    let mut customers = view.partners_after(Class::Customer, None, false, None);
    customers.truncate(OFFERED_MAX);
    (sites, customers)
}

/// A day that may be left out.
pub(super) fn day(fields: &Fields, name: &str) -> Result<Option<u32>, Problem> {
    let day = fields.text(name);
    let day = day.map(|day| parse_day(&day).or(Err(problem("bad-date"))));
    day.transpose()
}

/// What a form says that moves stock for a document: the location, and the rest.
pub(super) fn request_of(
    visit: &Visit,
    fields: &Fields,
    item: String,
) -> Result<(String, StockRequest), Problem> {
    let typed = fields.quantity(visit.words, "quantity")?;
    let request = StockRequest {
        item,
        quantity: typed.quantity,
        owner: fields.text("owner"),
        batch: fields.text("batch"),
        particulars: Particulars {
            details: Details {
                reason: fields.text("reason"),
                note: fields.text("note"),
                ..Details::default()
            },
            expiry: day(fields, "expiry")?,
            ..Particulars::default()
        },
        ..StockRequest::default()
    };
    Ok((fields.needed("location")?, request))
}

/// Movements that name a document, as `moves.html` shows them.
pub(super) struct Moves {
    /// The newest.
    pub(super) rows: Vec<OrderMoveView>,
    /// How many there are in all.
    pub(super) found: usize,
}

impl Moves {
    /// Of one item where one is named.
    pub(super) fn of(view: &View<'_>, id: EntryId, item: &str) -> Result<Self, Problem> {
        let item = (!item.is_empty()).then_some(item);
        let (found, rows) = view.order_moves(id, item, MOVES_MAX)?;
        Ok(Self { rows, found })
    }

    /// A movement in a few words, by which one button of many is told from the others.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    pub(super) fn what(&self, frame: &Frame, taken: &OrderMoveView) -> String {
        let change = frame.change(&taken.change);
        format!("{change} {} {}", taken.item, taken.location)
    }
}
