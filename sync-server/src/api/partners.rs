//! `customers` and `suppliers`.

use axum::Json;
use axum::extract::State;
use ledger_core::Code;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::view::PartnerView;
use serde::Serialize;
use serde_json::Value;

use super::catalogue::shown;
use super::extract::{PathOf, QueryOf};
use super::paging::{Listed, PageQuery};
use crate::app::App;
use crate::problem::Problem;

pub(crate) async fn customers(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<PartnerView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.customers(), |row| row.code.clone()))))
        .await
}

pub(crate) async fn suppliers(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<PartnerView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.suppliers(), |row| row.code.clone()))))
        .await
}

/// A customer with what lies here of theirs, and the orders that are open for them.
#[derive(Debug, Serialize)]
pub(crate) struct CustomerShown {
    #[serde(flatten)]
    partner: Value,
    lines: Vec<OwnedLine>,
    orders: Vec<String>,
}

/// One stock line of a customer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct OwnedLine {
    item: String,
    name: String,
    unit: String,
    location: String,
    site: Option<String>,
    batch: Option<String>,
    on_hand: String,
}

pub(crate) async fn customer(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<CustomerShown>, Problem> {
    app.look(move |view| {
        let partner = shown(view, Class::Customer, &code)?;
        let code = find_thing(view.fold(), Class::Customer, &code)?;
        let open = view.orders(true).into_iter();
        let theirs = open.filter(|order| order.customer.as_deref() == Some(code.as_str()));
        Ok(Json(CustomerShown {
            partner,
            lines: owned_by(view.fold(), &code),
            orders: theirs.map(|order| order.number).collect(),
        }))
    })
    .await
}

/// The stock lines of a customer that are not zero, by item.
fn owned_by(fold: &Fold, customer: &Code) -> Vec<OwnedLine> {
    let theirs = fold
        .totals()
        .filter(|(line, on_hand)| line.owner.as_ref() == Some(customer) && !on_hand.is_zero());
    let mut lines: Vec<OwnedLine> = theirs
        .map(|(line, on_hand)| {
            let sku = fold.canonical(&line.item);
            let item = fold.item(&sku);
            let site = fold.location(&line.location).site;
            OwnedLine {
                item: sku.to_string(),
                name: item.name,
                unit: item.unit,
                location: line.location.to_string(),
                site: site.map(|site| site.to_string()),
                batch: line.batch.map(|batch| batch.to_string()),
                on_hand: on_hand.to_string(),
            }
        })
        .collect();
    lines.sort();
    lines
}

pub(crate) async fn supplier(
    State(app): State<App>,
    PathOf(code): PathOf<String>,
) -> Result<Json<Value>, Problem> {
    app.look(move |view| Ok(Json(shown(view, Class::Supplier, &code)?)))
        .await
}
