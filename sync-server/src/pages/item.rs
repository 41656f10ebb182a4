//! One item.

use askama::Template;
use axum::response::Response;
use ledger_node::view::ItemView;

use super::frame::Frame;
use super::level::Badge;
use super::visit::Visit;
use crate::api::PathOf;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    item: ItemView,
    badge: Badge,
}

pub(super) async fn show(visit: Visit, PathOf(sku): PathOf<String>) -> Result<Response, Problem> {
    let build = move |view: &ledger_node::View<'_>, frame| {
        let sku = view.find_item(&sku)?;
        let item = view.show(&sku);
        Ok(ItemPage {
            frame,
            badge: Badge::of(item.level),
            item,
        })
    };
    visit.page(build).await
}
