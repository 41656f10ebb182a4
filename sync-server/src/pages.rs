//! The pages: server-rendered HTML that works without JavaScript, and quicker with it.
//!
//! A page is one file here and one template. It looks through [`visit::Visit`] and shows the same
//! views as the API; its forms write through the same `carry_out`. Words come from `locales`.
//! Every route stands in the table below with who may use it.

mod assets;
mod backorders;
mod bom;
mod chart;
mod customer;
mod customers;
mod dashboard;
mod deeds;
mod devices;
mod edit;
mod error;
mod exceptions;
mod form;
mod frame;
mod invitation;
mod item;
mod item_act;
mod item_edit;
mod item_history;
mod item_why;
mod items;
mod language;
mod level;
mod live;
mod location;
mod location_form;
mod location_types;
mod locations;
mod login;
mod lot;
mod lot_acts;
mod lot_edit;
mod lots;
mod menu;
mod order;
mod order_acts;
mod order_edit;
mod orders;
mod pick_list;
mod purchase;
mod purchases;
mod rack_grid;
mod rack_new;
mod scan;
mod settings;
mod sites;
mod stock;
mod stocktake;
mod stocktake_acts;
mod stocktakes;
mod suppliers;
mod table;
mod undo;
mod unread;
mod users;
mod visit;

use axum::Router;
use axum::middleware;
use ledger_core::catalogue::Role::{Administrator, Manager, Operator};

pub(crate) use self::form::sentence;
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
    let pages = stocktakes_of(purchasing_of(production_of(Pages::default())));
    places_of(customers_of(orders_of(stock_of(people_of(
        administration_of(pages),
    )))))
    .page("/live", live::changes)
    .form(Operator, "/undo", undo::undo)
    .page("/", dashboard::show)
    .page("/menu", menu::show)
    .page_for(Operator, "/scan", scan::show)
    .form(Operator, "/scan", scan::take)
    .page("/exceptions", exceptions::list)
    .page("/exceptions/{id}", exceptions::show)
    .form(Operator, "/exceptions/{id}", exceptions::answer)
}

fn administration_of(pages: Pages) -> Pages {
    pages
        .page("/settings/inventory", settings::show)
        .form(Administrator, "/settings/inventory", settings::save)
        .page("/devices", devices::list)
        .form(Administrator, "/devices/code", devices::code)
        .form(Administrator, "/devices/revoke", devices::revoke)
        .form(Administrator, "/devices/decide", devices::decide)
        .page_for(Administrator, "/users", users::list)
        .form(Administrator, "/users", users::add)
        .page_for(Administrator, "/users/{name}", users::show)
        .form(Administrator, "/users/{name}", users::save)
        .form(Administrator, "/users/{name}/link", users::link)
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
        .page_for(Manager, "/items/new", item_edit::show_new)
        .form(Manager, "/items/new", item_edit::make)
        .page("/items/{sku}", item::show)
        .form(Operator, "/items/{sku}/add", item_act::add)
        .form(Operator, "/items/{sku}/remove", item_act::remove)
        .form(Operator, "/items/{sku}/adjust", item_act::adjust)
        .form(Operator, "/items/{sku}/move", item_act::transfer)
        .form(Operator, "/items/{sku}/count", item_act::count)
        .page("/items/{sku}/history", item_history::show)
        .page("/items/{sku}/why", item_why::show)
        .page_for(Manager, "/items/{sku}/edit", item_edit::show)
        .form(Manager, "/items/{sku}/edit", item_edit::save)
        .form(Manager, "/items/{sku}/archive", item_edit::archive)
        .form(Manager, "/items/{sku}/merge", item_edit::merge)
}

fn orders_of(pages: Pages) -> Pages {
    pages
        .page("/orders", orders::show)
        .page_for(Manager, "/orders/new", orders::new)
        .form(Manager, "/orders/new", orders::open)
        .page("/orders/{number}", order::show)
        .page_for(Manager, "/orders/{number}/edit", order_edit::show)
        .form(Manager, "/orders/{number}/edit", order_edit::save)
        .form(Operator, "/orders/{number}/lines", order_acts::add_line)
        .form(Operator, "/orders/{number}/set", order_acts::set_line)
        .form(Operator, "/orders/{number}/remove", order_acts::remove_line)
        .form(Operator, "/orders/{number}/pick", order_acts::pick)
        .form(Operator, "/orders/{number}/fill", order_acts::fill)
        .form(Operator, "/orders/{number}/return", order_acts::bring_back)
        .form(Manager, "/orders/{number}/expedite", order_acts::expedite)
        .form(Manager, "/orders/{number}/cancel", order_acts::cancel)
        .form(Manager, "/orders/{number}/close", order_acts::close)
        .page("/orders/{number}/pick-list", pick_list::show)
        .form(Operator, "/orders/{number}/pick-list", pick_list::taken)
        .page("/backorders", backorders::show)
}

fn stocktakes_of(pages: Pages) -> Pages {
    pages
        .page("/stocktakes", stocktakes::show)
        .page_for(Manager, "/stocktakes/new", stocktakes::new)
        .form(Manager, "/stocktakes/new", stocktakes::open)
        .page("/stocktakes/{number}", stocktake::show)
        .form(
            Operator,
            "/stocktakes/{number}/count",
            stocktake_acts::count,
        )
        .form(
            Manager,
            "/stocktakes/{number}/assign",
            stocktake_acts::assign,
        )
        .form(
            Manager,
            "/stocktakes/{number}/recount",
            stocktake_acts::recount,
        )
        .form(
            Manager,
            "/stocktakes/{number}/approve",
            stocktake_acts::approve,
        )
        .form(
            Manager,
            "/stocktakes/{number}/count-rest",
            stocktake_acts::count_rest,
        )
        .form(Manager, "/stocktakes/{number}/close", stocktake_acts::close)
}

fn production_of(pages: Pages) -> Pages {
    pages
        .page("/lots", lots::show)
        .page_for(Manager, "/lots/new", lots::new)
        .form(Manager, "/lots/new", lots::plan)
        .page("/lots/{number}", lot::show)
        .page("/lots/{number}/moves", lot::moves)
        .page_for(Manager, "/lots/{number}/edit", lot_edit::show)
        .form(Manager, "/lots/{number}/edit", lot_edit::save)
        .form(Operator, "/lots/{number}/issue", lot_acts::issue)
        .form(Operator, "/lots/{number}/return", lot_acts::bring_back)
        .form(Operator, "/lots/{number}/build", lot_acts::build)
        .form(Manager, "/lots/{number}/adopt", lot_acts::adopt)
        .form(Manager, "/lots/{number}/buy", lot_acts::buy)
        .form(Manager, "/lots/{number}/close", lot_acts::close)
        .page("/items/{sku}/bom", bom::show)
        .form(Manager, "/items/{sku}/bom", bom::set)
        .form(Manager, "/items/{sku}/bom/remove", bom::remove)
}

fn purchasing_of(pages: Pages) -> Pages {
    pages
        .page("/purchase-orders", purchases::show)
        .page_for(Manager, "/purchase-orders/new", purchases::new)
        .form(Manager, "/purchase-orders/new", purchases::place)
        .page("/purchase-orders/{number}", purchase::show)
        .form(
            Operator,
            "/purchase-orders/{number}/receive",
            purchase::receive,
        )
        .form(
            Manager,
            "/purchase-orders/{number}/lines",
            purchase::set_line,
        )
        .form(Manager, "/purchase-orders/{number}/edit", purchase::edit)
        .form(Manager, "/purchase-orders/{number}/close", purchase::close)
        .page("/suppliers", suppliers::show)
        .page_for(Manager, "/suppliers/new", suppliers::new)
        .form(Manager, "/suppliers/new", suppliers::add)
        .page("/suppliers/{code}", suppliers::show_one)
        .form(Manager, "/suppliers/{code}/rename", suppliers::rename)
        .form(Manager, "/suppliers/{code}/archive", suppliers::archive)
}

fn customers_of(pages: Pages) -> Pages {
    pages
        .page("/customers", customers::show)
        .page_for(Manager, "/customers/new", customers::new)
        .form(Manager, "/customers/new", customers::add)
        .page("/customers/{code}", customer::show)
        .form(Manager, "/customers/{code}/rename", customer::rename)
        .form(Manager, "/customers/{code}/archive", customer::archive)
        .form(Operator, "/customers/{code}/owner", customer::change_owner)
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
        .page_for(
            Manager,
            "/locations/{number}/edit",
            location_form::show_edit,
        )
        .form(Manager, "/locations/{number}/edit", location_form::edit)
        .form(Manager, "/locations/{number}/block", location::block)
        .form(Manager, "/locations/{number}/archive", location::archive)
        .page_for(Manager, "/location-types/new", location_types::show_new)
        .form(Manager, "/location-types/new", location_types::add)
        .page("/location-types/{code}", rack_grid::show)
        .form(Manager, "/location-types/{code}", location_types::rename)
}
