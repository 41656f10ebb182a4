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
mod location;
mod location_form;
mod location_types;
mod locations;
mod login;
mod rack_grid;
mod rack_new;
mod sites;
mod stock;
mod table;
mod undo;
mod visit;

use axum::Router;
use axum::middleware;
use ledger_core::catalogue::Role::{Manager, Operator};

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
    places_of(stock_of(people_of(Pages::default())))
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

fn places_of(pages: Pages) -> Pages {
    pages
        .page("/stock", stock::show)
        .page("/sites", sites::show)
        .page_for(Manager, "/sites/new", sites::show_new)
        .form(Manager, "/sites/new", sites::add)
        .page_for(Manager, "/sites/{code}", sites::show_one)
        .form(Manager, "/sites/{code}", sites::edit)
        .form(Manager, "/sites/{code}/archive", sites::archive)
        .page("/locations", locations::show)
        .page_for(Manager, "/locations/new", location_form::show_new)
        .form(Manager, "/locations/new", location_form::add)
        .page_for(Manager, "/locations/rack", rack_new::show)
        .form(Manager, "/locations/rack", rack_new::add)
        .page("/locations/{number}", location::show)
        .page_for(Manager, "/locations/{number}/edit", location_form::show_edit)
        .form(Manager, "/locations/{number}/edit", location_form::edit)
        .form(Manager, "/locations/{number}/block", location::block)
        .form(Manager, "/locations/{number}/archive", location::archive)
        .page_for(Manager, "/location-types/new", location_types::show_new)
        .form(Manager, "/location-types/new", location_types::add)
        .page("/location-types/{code}", rack_grid::show)
        .form(Manager, "/location-types/{code}", location_types::rename)
}
