//! `orders`, their lines and acts, and `backorders`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, OrderChange, Refusal, find_order};
use ledger_core::catalogue::Class;
use ledger_core::entry::Details;
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_node::Node;
use ledger_node::times::parse_day;
use ledger_node::view::{BackorderView, OrderView, PickView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::extract::{BodyOf, BodyOrNone, Flag, PathOf, QueryOf, Typed, flag, said};
use super::items::named;
use super::paging::{Listed, Page, key};
use super::transactions::{Transaction, warned};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// The rank that expediting gives when none is said.
const RANK: i64 = 1;

/// Which orders, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct OrdersQuery {
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
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    backorder: bool,
    customer: Option<String>,
}

/// `GET orders`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<OrdersQuery>,
) -> Result<Json<Listed<OrderView>>, Problem> {
    let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
    app.look(move |view| {
        let customer = named(view, Class::Customer, query.customer.as_deref())?;
        let customer = customer.as_ref().map(ledger_core::Code::as_str);
        let mut rows = view.orders(query.open);
        rows.retain(|order| {
            (customer.is_none() || order.customer.as_deref() == customer)
                && (order.backorder || !query.backorder)
        });
        Ok(Json(page.of(rows, |row| {
            key(&[Some(&row.number), Some(&row.entry)])
        })))
    })
    .await
}

/// `GET orders/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(number): PathOf<String>,
) -> Result<Json<OrderView>, Problem> {
    app.look(move |view| {
        let order = find_order(view.fold(), &number)?;
        view.order(order.id)
            .map(Json)
            .ok_or_else(Problem::not_found)
    })
    .await
}

/// `GET orders/{number}/picks`: where to take what is ready, in the order of the locations.
pub(super) async fn picks(
    State(app): State<App>,
    PathOf(number): PathOf<String>,
) -> Result<Json<Listed<PickView>>, Problem> {
    app.look(move |view| {
        let order = find_order(view.fold(), &number)?;
        Ok(Json(Listed::whole(view.pick_list(order.id))))
    })
    .await
}

/// Which backorders, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct BackordersQuery {
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
    ready: bool,
}

/// `GET backorders`.
pub(super) async fn backorders(
    State(app): State<App>,
    QueryOf(query): QueryOf<BackordersQuery>,
) -> Result<Json<Listed<BackorderView>>, Problem> {
    let page = Page::new(query.limit, query.after.or(query.cursor).as_deref())?;
    let row_key = |row: &BackorderView| {
        let since = row.since.as_deref().unwrap_or_default();
        key(&[Some(since), Some(&row.order), Some(&row.item)])
    };
    app.look(move |view| Ok(Json(page.of(view.backorders(query.ready), row_key))))
        .await
}

/// What is said about an order. Null takes a field away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderGiven {
    number: Option<String>,
    /// repair when nothing is said.
    #[serde(rename = "type")]
    #[schema(pattern = "^(repair|sales)$")]
    order_type: Option<String>,
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
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    stage: Option<Option<String>>,
}

impl OrderGiven {
    fn change(self) -> Result<OrderChange, Refusal> {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let due = self.due.map(filled);
        Ok(OrderChange {
            customer: self.customer.map(filled),
            site: self.site.map(filled),
            due: due
                .map(|day| day.as_deref().map(parse_day).transpose())
                .transpose()?,
            title: self.title.map(Option::unwrap_or_default),
            stage: self.stage.map(Option::unwrap_or_default),
        })
    }
}

/// `POST orders`.
pub(super) async fn open(
    State(app): State<App>,
    writer: Writer,
    BodyOrNone(mut body): BodyOrNone<OrderGiven>,
) -> Result<Response, Problem> {
    let number = body.number.take().filter(|text| !text.trim().is_empty());
    let order_type = match body.order_type.take() {
        None => OrderType::default(),
        Some(word) => OrderType::from_word(&word).ok_or_else(|| {
            Refusal::new("bad-type", format!("{word:?} is not a type of order"))
                .hint("a type is repair or sales")
        })?,
    };
    let change = body.change()?;
    let device = app.work(Node::device).await?;
    let plan = move |fold: &Fold, _| {
        at_entry::open_order(fold, device, number.as_deref(), order_type, &change)
    };
    writer.write(Named::Nothing, plan).await
}

/// `PATCH orders/{number}`.
pub(super) async fn set(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOf(body): BodyOf<OrderGiven>,
) -> Result<Response, Problem> {
    for (key, value) in [("number", &body.number), ("type", &body.order_type)] {
        if value.is_some() {
            let text = format!("the {key} of an order cannot be changed");
            return Err(Refusal::new("bad-body", text).into());
        }
    }
    let change = body.change()?;
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::set_order(fold, &order, &change);
    writer.write(named, plan).await
}

/// A line: so much more of an item, or so much in all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LineGiven {
    item: String,
    /// So much more.
    quantity: Option<Typed>,
    /// So much in all.
    wanted: Option<Typed>,
}

/// `POST orders/{number}/lines`: `quantity` adds so much to what is wanted, `wanted` sets it.
pub(super) async fn add_line(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOf(body): BodyOf<LineGiven>,
) -> Result<Response, Problem> {
    let named = Named::Order(order.clone());
    let item = body.item;
    match (body.quantity, body.wanted) {
        (Some(quantity), None) => {
            let quantity = quantity.quantity()?;
            let plan = move |fold: &Fold, _| at_entry::order_add(fold, &order, &item, quantity);
            writer.write(named, plan).await
        }
        (None, Some(wanted)) => {
            let wanted = wanted.quantity()?;
            let plan = move |fold: &Fold, _| at_entry::order_set(fold, &order, &item, wanted);
            writer.write(named, plan).await
        }
        (None, None) | (Some(_), Some(_)) => Err(Refusal::new(
            "bad-body",
            "a line has either \"quantity\", so much more, or \"wanted\", so much in all",
        )
        .into()),
    }
}

/// How much a line wants in all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(alias = "quantity")]
    wanted: Typed,
}

/// `PATCH orders/{number}/lines/{item}`.
pub(super) async fn set_line(
    writer: Writer,
    PathOf((order, item)): PathOf<(String, String)>,
    BodyOf(body): BodyOf<Wanted>,
) -> Result<Response, Problem> {
    let wanted = body.wanted.quantity()?;
    let named = Named::Line(order.clone(), item.clone());
    let plan = move |fold: &Fold, _| at_entry::order_set(fold, &order, &item, wanted);
    writer.write(named, plan).await
}

/// `DELETE orders/{number}/lines/{item}`.
pub(super) async fn remove_line(
    writer: Writer,
    PathOf((order, item)): PathOf<(String, String)>,
) -> Result<Response, Problem> {
    let named = Named::Line(order.clone(), item.clone());
    let plan = move |fold: &Fold, _| at_entry::order_remove(fold, &order, &item);
    writer.write(named, plan).await
}

/// `POST orders/{number}/pick`.
pub(super) async fn pick(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOf(body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let (location, request) = body.picked()?;
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, now| {
        let plan = at_entry::order_pick(fold, &order, &location, &request)?;
        Ok(warned(plan, &request, now))
    };
    writer.write(named, plan).await
}

/// Which line; none is all of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fill {
    item: Option<String>,
}

/// `POST orders/{number}/fill`.
pub(super) async fn fill(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOrNone(body): BodyOrNone<Fill>,
) -> Result<Response, Problem> {
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::order_fill(fold, &order, body.item.as_deref());
    writer.write(named, plan).await
}

/// How much of which item comes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Return {
    item: String,
    quantity: Typed,
}

/// `POST orders/{number}/return`.
pub(super) async fn bring_back(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOf(body): BodyOf<Return>,
) -> Result<Response, Problem> {
    let quantity = body.quantity.quantity()?;
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::order_return(fold, &order, &body.item, quantity);
    writer.write(named, plan).await
}

/// Which line is served before others.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expedite {
    item: String,
    rank: Option<i64>,
}

/// `POST orders/{number}/expedite`.
pub(super) async fn expedite(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOf(body): BodyOf<Expedite>,
) -> Result<Response, Problem> {
    let rank = body.rank.unwrap_or(RANK);
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::order_expedite(fold, &order, &body.item, rank);
    writer.write(named, plan).await
}

/// Why it ends.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    reason: Option<String>,
    note: Option<String>,
}

impl End {
    pub(super) fn details(self) -> Details {
        Details {
            reason: self.reason,
            note: self.note,
            ..Details::default()
        }
    }
}

/// `POST orders/{number}/cancel`.
pub(super) async fn cancel(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOrNone(body): BodyOrNone<End>,
) -> Result<Response, Problem> {
    let details = body.details();
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::order_cancel(fold, &order, &details);
    writer.write(named, plan).await
}

/// `POST orders/{number}/close`.
pub(super) async fn close(
    writer: Writer,
    PathOf(order): PathOf<String>,
    BodyOrNone(body): BodyOrNone<End>,
) -> Result<Response, Problem> {
    let details = body.details();
    let named = Named::Order(order.clone());
    let plan = move |fold: &Fold, _| at_entry::order_close(fold, &order, &details);
    writer.write(named, plan).await
}
