//! The pick list of an order: what to take where, in the order of a walk, one tap a line.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::find_order;
use ledger_node::View;
use ledger_node::view::{OrderView, PickView};

use super::acts::picked;
use super::list::order_key;
use crate::api::{Named, PathOf};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::items::item::NO_BATCH;
use crate::pages::owner::OWN;
use crate::pages::visit::{Visit, in_path};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "orders/pick_list.html")]
struct PickPage {
    frame: Frame,
    form: Form,
    key: String,
    order: OrderView,
    picks: Vec<PickView>,
    /// Lines that wait for stock.
    waiting: usize,
}

impl PickPage {
    /// Whether the form that could not be done is this row's.
    fn is_failed(&self, pick: &PickView) -> bool {
        let typed = |name| self.form.value("pick", name, "");
        self.form.problem("pick").is_some()
            && typed("item") == pick.item
            && typed("from") == pick.location
            && typed("batch") == pick.batch.as_deref().unwrap_or(NO_BATCH)
            && typed("owner") == pick.owner.as_deref().unwrap_or(OWN)
    }

    /// Whether the row of the form that could not be done is gone.
    fn is_failed_elsewhere(&self) -> bool {
        self.form.problem("pick").is_some() && !self.picks.iter().any(|pick| self.is_failed(pick))
    }
}

fn pick_page(view: &View<'_>, frame: Frame, form: Form, number: &str) -> Result<PickPage, Problem> {
    let order = find_order(view.fold(), number)?;
    let shown = view.order(order.id).ok_or_else(Problem::not_found)?;
    let waiting = shown.lines.iter().filter(|line| line.backorder != "0");
    Ok(PickPage {
        frame,
        form,
        key: order_key(view.fold(), &shown),
        picks: view.pick_list(order.id),
        waiting: waiting.count(),
        order: shown,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| pick_page(view, frame, Form::default(), &number))
        .await
}

/// One line of the list was taken.
pub(super) async fn taken(
    visit: Visit,
    PathOf(number): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let to = format!("/orders/{}/pick-list", in_path(&number));
    let plan = picked(&visit, &number, &fields, to);
    let named = Named::Order(number.clone());
    let build = move |view: &View<'_>, frame, form| pick_page(view, frame, form, &number);
    visit.write(("pick", fields), named, plan, build).await
}
