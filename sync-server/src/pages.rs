//! The pages: server-rendered HTML that works without JavaScript, and quicker with it.
//!
//! A page is one file here and one template. It looks through [`visit::Visit`] and shows the same
//! views as the API; its forms write through the same `carry_out`. Words come from `locales`.
//! Every route stands in the table below with who may use it.

mod administration;
mod assets;
mod chart;
mod customers;
mod dashboard;
mod deeds;
mod documents;
mod edit;
mod error;
mod exceptions;
mod export;
mod form;
mod frame;
pub(crate) mod help;
mod imports;
mod items;
mod labels;
mod level;
mod live;
mod menu;
mod orders;
mod owner;
mod partners;
mod people;
mod places;
mod production;
mod purchasing;
mod reports;
mod scan;
mod stocktakes;
mod table;
mod undo;
mod unread;
mod visit;

use axum::Router;
use axum::middleware;
use ledger_core::catalogue::Role::Operator;

pub(crate) use self::error::{method_not_allowed, not_found};
#[cfg(test)]
pub(crate) use self::table::Need;
use self::table::Pages;
use crate::app::App;

/// All pages and what they load.
pub(crate) fn routes(app: App) -> Router<App> {
    all()
        .router()
        .layer(middleware::from_fn_with_state(app, error::dress))
        .merge(assets::routes())
}

/// Every page with who may use it.
pub(crate) fn all() -> Pages {
    let groups = [
        administration::routes,
        imports::routes,
        people::routes,
        items::routes,
        orders::routes,
        customers::routes,
        places::routes,
        production::routes,
        purchasing::routes,
        stocktakes::routes,
        labels::routes,
        reports::routes,
    ];
    groups
        .into_iter()
        .fold(Pages::default(), |pages, routes| routes(pages))
        .page("/live", live::changes)
        .form(Operator, "/undo", undo::undo)
        .page("/", dashboard::show)
        .page("/menu", menu::show)
        .page("/help", help::show)
        .page_for(Operator, "/scan", scan::show)
        .form(Operator, "/scan", scan::take)
        .page("/exceptions", exceptions::list)
        .page("/export/exceptions", exceptions::export)
        .page("/exceptions/{id}", exceptions::show)
        .form(Operator, "/exceptions/{id}", exceptions::answer)
}
