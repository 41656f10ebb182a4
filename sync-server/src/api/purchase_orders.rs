//! `purchase-orders`, their lines, and what came of them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, LineRequest, PurchaseChange, Refusal, find_purchase};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::Node;
use ledger_node::times::parse_day;
use ledger_node::view::PurchaseView;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::extract::{BodyOf, BodyOrNone, Flag, PathOf, QueryOf, Typed, flag, said};
use super::items;
use super::orders::End;
use super::paging::{Listed, Page, key};
use super::transactions::{Transaction, filled, warned};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// Which purchase orders, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct PurchasesQuery {
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    open: bool,
    /// Something should have come before today.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    overdue: bool,
    supplier: Option<String>,
}

/// `GET purchase-orders`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PurchasesQuery>,
) -> Result<Json<Listed<PurchaseView>>, Problem> {
    let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
    app.look(move |view| {
        let supplier = items::named(view, Class::Supplier, query.supplier.as_deref())?;
        let supplier = supplier.as_ref().map(ledger_core::Code::as_str);
        let mut rows = view.purchases(query.open);
        rows.retain(|row| {
            (supplier.is_none() || row.supplier.as_deref() == supplier)
                && (row.overdue || !query.overdue)
        });
        Ok(Json(page.of(rows, |row| {
            key(&[Some(&row.number), Some(&row.entry)])
        })))
    })
    .await
}

/// `GET purchase-orders/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(number): PathOf<String>,
) -> Result<Json<PurchaseView>, Problem> {
    app.look(move |view| {
        let purchase = find_purchase(view.fold(), &number)?;
        let shown = view.purchase(purchase.id);
        shown.map(Json).ok_or_else(Problem::not_found)
    })
    .await
}

/// How much of an item is ordered for a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LineGiven {
    item: String,
    /// So much in all for that day; 0 takes the line away.
    quantity: Typed,
    /// The day it is to come.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    date: Option<String>,
}

impl LineGiven {
    fn read(self) -> Result<LineRequest, Refusal> {
        Ok(LineRequest {
            quantity: self.quantity.quantity()?,
            day: filled(self.date).as_deref().map(parse_day).transpose()?,
            item: self.item,
        })
    }
}

/// What is said about a purchase order. Null takes a site, title or reference away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PurchaseGiven {
    number: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    supplier: Option<String>,
    /// The site that it is delivered to.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    site: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    title: Option<Option<String>>,
    /// What the supplier calls it.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    reference: Option<Option<String>>,
    /// Lines that are not named stay as they are.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    lines: Option<Vec<LineGiven>>,
}

impl PurchaseGiven {
    fn change(self) -> Result<PurchaseChange, Refusal> {
        let lines = self.lines.unwrap_or_default().into_iter();
        Ok(PurchaseChange {
            supplier: self.supplier,
            site: self.site.map(filled),
            title: self.title.map(Option::unwrap_or_default),
            reference: self.reference.map(Option::unwrap_or_default),
            lines: lines.map(LineGiven::read).collect::<Result<_, _>>()?,
        })
    }
}

/// `POST purchase-orders`.
pub(super) async fn place(
    State(app): State<App>,
    writer: Writer,
    BodyOf(mut body): BodyOf<PurchaseGiven>,
) -> Result<Response, Problem> {
    let number = filled(body.number.take());
    let change = body.change()?;
    let device = app.work(Node::device).await?;
    let plan =
        move |fold: &Fold, _| at_entry::place_purchase(fold, device, number.as_deref(), &change);
    writer.write(Named::Nothing, plan).await
}

/// `PATCH purchase-orders/{number}`.
pub(super) async fn set(
    writer: Writer,
    PathOf(purchase): PathOf<String>,
    BodyOf(body): BodyOf<PurchaseGiven>,
) -> Result<Response, Problem> {
    if body.number.is_some() {
        let text = "the number of a purchase order cannot be changed";
        return Err(Refusal::new("bad-body", text).into());
    }
    let change = body.change()?;
    let named = Named::Purchase(purchase.clone());
    let plan = move |fold: &Fold, _| at_entry::set_purchase(fold, &purchase, &change);
    writer.write(named, plan).await
}

/// `POST purchase-orders/{number}/receive`.
pub(super) async fn receive(
    writer: Writer,
    PathOf(purchase): PathOf<String>,
    BodyOf(body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let (location, request) = body.booked("a receipt")?;
    let named = Named::Purchase(purchase.clone());
    let plan = move |fold: &Fold, now| {
        let plan = at_entry::receive(fold, &purchase, &location, &request)?;
        Ok(warned(plan, &request, now))
    };
    writer.write(named, plan).await
}

/// `POST purchase-orders/{number}/close`.
pub(super) async fn close(
    writer: Writer,
    PathOf(purchase): PathOf<String>,
    BodyOrNone(body): BodyOrNone<End>,
) -> Result<Response, Problem> {
    let details = body.details();
    let named = Named::Purchase(purchase.clone());
    let plan = move |fold: &Fold, _| at_entry::close_purchase(fold, &purchase, &details);
    writer.write(named, plan).await
}
