//! The pages: server-rendered HTML that works without JavaScript, and quicker with it.
//!
//! A page is one file here and one template. It looks through [`visit::Visit`] and shows the same
//! views as the API; its forms write through the same `carry_out`. Words come from `locales`.
//! Every route stands in the table below with who may use it.

mod assets;
mod edit;
mod error;
mod form;
mod frame;
mod invitation;
mod item;
mod items;
mod language;
mod level;
mod live;
mod login;
mod table;
mod undo;
mod visit;

use axum::Router;
use axum::middleware;
use ledger_core::catalogue::Role::Operator;

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
    stock_of(people_of(Pages::default()))
        .page("/live", live::changes)
        .form(Operator, "/undo", undo::undo)
}

fn people_of(pages: Pages) -> Pages {
    pages
        .open_page("/login", login::show)
        .open_form("/login", login::enter)
        .open_form("/logout", login::leave)
        .open_page("/setup/{code}", invitation::show)
        .open_form("/setup/{code}", invitation::accept)
        .open_page("/invitation/{code}", invitation::show)
        .open_form("/invitation/{code}", invitation::accept)
        .open_form("/language", language::choose)
}

fn stock_of(pages: Pages) -> Pages {
    pages
        .page("/items", items::show)
        .form(Operator, "/items/{sku}/change", items::change)
        .page("/items/{sku}", item::show)
}
