//! `lots`, and what is done with them.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, LotChange, Refusal, StockRequest, find_lot};
use ledger_core::entry::{Details, Particulars};
use ledger_core::fold::Fold;
use ledger_node::Node;
use ledger_node::times::{parse_day, parse_moment};
use ledger_node::view::{LotRow, LotView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{BodyOf, BodyOrNone, PathOf, QueryOf, Typed, said};
use super::given::named;
use super::orders::End;
use super::paging::{Listed, OpenQuery, key};
use super::transactions::{Transaction, filled, warned};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// `GET lots`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<OpenQuery>,
) -> Result<Json<Listed<LotRow>>, Problem> {
    let (page, open) = query.page()?;
    let row_key = |row: &LotRow| key(&[Some(&row.number), Some(&row.entry)]);
    app.look(move |view| Ok(Json(page.of(view.lots(open), row_key))))
        .await
}

/// `GET lots/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(number): PathOf<String>,
) -> Result<Json<LotView>, Problem> {
    app.look(move |view| {
        let lot = find_lot(view.fold(), &number)?;
        view.lot(lot.id).map(Json).ok_or_else(Problem::not_found)
    })
    .await
}

/// What is said about a lot. Null takes a field away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LotGiven {
    number: Option<String>,
    /// What is built.
    item: Option<String>,
    /// How many units.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    quantity: Option<Typed>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    customer: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    site: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    due: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    title: Option<Option<String>>,
}

impl LotGiven {
    fn change(self) -> Result<LotChange, Refusal> {
        let due = self.due.map(filled);
        Ok(LotChange {
            quantity: self.quantity.map(|typed| typed.quantity()).transpose()?,
            customer: self.customer.map(filled),
            site: self.site.map(filled),
            due: due
                .map(|day| day.as_deref().map(parse_day).transpose())
                .transpose()?,
            title: self.title.map(Option::unwrap_or_default),
        })
    }
}

/// `POST lots`.
pub(super) async fn plan(
    State(app): State<App>,
    writer: Writer,
    BodyOf(mut body): BodyOf<LotGiven>,
) -> Result<Response, Problem> {
    let number = filled(body.number.take());
    let item = named(body.item.take(), "item")?;
    let quantity = body.quantity.take();
    let quantity =
        quantity.ok_or_else(|| Refusal::new("bad-body", "the body lacks \"quantity\""))?;
    let quantity = quantity.quantity()?;
    let change = body.change()?;
    let device = app.work(Node::device).await?;
    let plan = move |fold: &Fold, _| {
        at_entry::plan_lot(fold, device, number.as_deref(), &item, quantity, &change)
    };
    writer.write(Named::Nothing, plan).await
}

/// `PATCH lots/{number}`.
pub(super) async fn set(
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOf(body): BodyOf<LotGiven>,
) -> Result<Response, Problem> {
    for (key, value) in [("number", &body.number), ("item", &body.item)] {
        if value.is_some() {
            let text = format!("the {key} of a lot cannot be changed");
            return Err(Refusal::new("bad-body", text).into());
        }
    }
    let change = body.change()?;
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, _| at_entry::set_lot(fold, &lot, &change);
    writer.write(named, plan).await
}

/// `POST lots/{number}/issue`.
pub(super) async fn issue(
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOf(body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let (location, request) = body.booked("an issue")?;
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, now| {
        let plan = at_entry::lot_issue(fold, &lot, &location, &request)?;
        Ok(warned(plan, &request, now))
    };
    writer.write(named, plan).await
}

/// `POST lots/{number}/return`.
pub(super) async fn bring_back(
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOf(body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let (location, request) = body.booked("a return")?;
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, now| {
        let plan = at_entry::lot_return(fold, &lot, &location, &request)?;
        Ok(warned(plan, &request, now))
    };
    writer.write(named, plan).await
}

/// How many units were built, and where they go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Build {
    quantity: Typed,
    location: String,
    /// Takes out the parts that were not issued ahead; true when nothing is said.
    backflush: Option<bool>,
    /// The lot's customer, or ours, when nothing is said; - is ours.
    owner: Option<String>,
    batch: Option<String>,
    serial: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    /// When it happened, as RFC 3339 with its offset.
    at: Option<String>,
    /// When the batch expires.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    expiry: Option<String>,
}

impl Build {
    fn request(self) -> Result<StockRequest, Refusal> {
        Ok(StockRequest {
            quantity: self.quantity.quantity()?,
            owner: filled(self.owner),
            batch: filled(self.batch),
            particulars: Particulars {
                details: Details {
                    reason: self.reason,
                    note: self.note,
                    serial: self.serial,
                    ..Details::default()
                },
                said: filled(self.at).as_deref().map(parse_moment).transpose()?,
                once: None,
                expiry: filled(self.expiry).as_deref().map(parse_day).transpose()?,
            },
            ..StockRequest::default()
        })
    }
}

/// `POST lots/{number}/build`.
pub(super) async fn build(
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOf(body): BodyOf<Build>,
) -> Result<Response, Problem> {
    let (location, backflush) = (body.location.clone(), body.backflush.unwrap_or(true));
    let request = body.request()?;
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, now| {
        let plan = at_entry::lot_build(fold, &lot, &location, &request, backflush)?;
        Ok(warned(plan, &request, now))
    };
    writer.write(named, plan).await
}

/// `POST lots/{number}/adopt`.
pub(super) async fn adopt(
    writer: Writer,
    PathOf(lot): PathOf<String>,
) -> Result<Response, Problem> {
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, _| at_entry::adopt_bom(fold, &lot);
    writer.write(named, plan).await
}

/// Whom to buy from what nobody is known to sell.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Buy {
    supplier: Option<String>,
}

/// `POST lots/{number}/buy`: places purchase orders for what is short.
pub(super) async fn buy(
    State(app): State<App>,
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOrNone(body): BodyOrNone<Buy>,
) -> Result<Response, Problem> {
    let device = app.work(Node::device).await?;
    let supplier = filled(body.supplier);
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, _| at_entry::buy_short(fold, device, &lot, supplier.as_deref());
    writer.write(named, plan).await
}

/// `POST lots/{number}/close`.
pub(super) async fn close(
    writer: Writer,
    PathOf(lot): PathOf<String>,
    BodyOrNone(body): BodyOrNone<End>,
) -> Result<Response, Problem> {
    let details = body.details();
    let named = Named::Lot(lot.clone());
    let plan = move |fold: &Fold, _| at_entry::lot_close(fold, &lot, &details);
    writer.write(named, plan).await
}
