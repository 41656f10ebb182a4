//! The API below `/api/v1`. Every route needs a bearer token whose role may ask it.
//!
//! Objects have the shapes of `ledger_node::view`, which the handheld prints too; lists are
//! `{"items": […], "next": CURSOR|null}`; writes answer as the handheld's writing commands do, and
//! count once with the header `Idempotency-Key`; whatever goes wrong is a [`Problem`].

mod alerts;
mod catalogue;
mod devices;
mod entries;
mod exceptions;
mod extract;
mod given;
mod items;
mod locations;
mod orders;
mod paging;
mod partners;
mod rules;
mod settings;
mod sites;
mod status;
mod stock;
mod transactions;
mod write;

pub(crate) use self::extract::{PathOf, QueryOf};
pub(crate) use self::rules::Routes;
#[cfg(test)]
pub(crate) use self::rules::Verb;
pub(crate) use self::transactions::may_reverse;
pub(crate) use self::write::{Named, carry_out};

use axum::Router;
use axum::middleware;
use ledger_core::catalogue::Role::{Administrator, Manager, Operator};

use self::rules::Verb::{Delete, Patch, Post, Put};
use crate::app::App;
use crate::auth;
use crate::problem::Problem;

/// All routes of the API.
pub(crate) fn routes(app: App) -> Router<App> {
    all()
        .router()
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(middleware::from_fn_with_state(app, auth::bearer))
}

/// Every route with who may ask it.
pub(crate) fn all() -> Routes {
    settings_of(catalogue_of(orders_of(stock_of(Routes::default()))))
        .get("/alerts/low-stock", alerts::low_stock)
        .get("/exceptions", exceptions::list)
        .get("/exceptions/{id}", exceptions::show)
        .on(Post, "/exceptions/{id}", Operator, exceptions::answer)
        .get("/devices", devices::list)
        .get("/status", status::show)
        .get("/entries", entries::list)
}

fn stock_of(routes: Routes) -> Routes {
    routes
        .get("/items", items::list)
        .get("/items/{sku}", items::show)
        .get("/items/{sku}/history", items::history)
        .get("/items/{sku}/why", items::why)
        .get("/stock", stock::list)
        .on(Post, "/movements", Operator, transactions::movement)
        .on(Post, "/counts", Operator, transactions::count)
        .on(Post, "/reversals", Operator, transactions::reversal)
}

fn orders_of(routes: Routes) -> Routes {
    routes
        .get("/orders", orders::list)
        .on(Post, "/orders", Manager, orders::open)
        .get("/orders/{number}", orders::show)
        .on(Patch, "/orders/{number}", Manager, orders::set)
        .get("/orders/{number}/picks", orders::picks)
        .on(Post, "/orders/{number}/lines", Operator, orders::add_line)
        .on(
            Patch,
            "/orders/{number}/lines/{item}",
            Operator,
            orders::set_line,
        )
        .on(
            Delete,
            "/orders/{number}/lines/{item}",
            Operator,
            orders::remove_line,
        )
        .on(Post, "/orders/{number}/pick", Operator, orders::pick)
        .on(Post, "/orders/{number}/fill", Operator, orders::fill)
        .on(
            Post,
            "/orders/{number}/return",
            Operator,
            orders::bring_back,
        )
        .on(Post, "/orders/{number}/expedite", Manager, orders::expedite)
        .on(Post, "/orders/{number}/cancel", Manager, orders::cancel)
        .on(Post, "/orders/{number}/close", Manager, orders::close)
        .get("/backorders", orders::backorders)
}

fn catalogue_of(routes: Routes) -> Routes {
    routes
        .on(Post, "/items", Manager, catalogue::add_item)
        .on(Patch, "/items/{sku}", Manager, catalogue::set_item)
        .on(Post, "/items/{sku}/barcodes", Manager, catalogue::bind)
        .on(Post, "/items/{sku}/merge", Manager, catalogue::merge)
        .get("/locations", locations::list)
        .get("/locations/{number}", locations::show)
        .on(Post, "/locations", Manager, catalogue::add_location)
        .on(Post, "/locations/grid", Manager, catalogue::add_grid)
        .on(
            Patch,
            "/locations/{number}",
            Manager,
            catalogue::set_location,
        )
        .get("/location-types", locations::types)
        .get("/location-types/{code}", locations::show_type)
        .on(
            Post,
            "/location-types",
            Manager,
            catalogue::add_location_type,
        )
        .on(
            Patch,
            "/location-types/{code}",
            Manager,
            catalogue::set_location_type,
        )
        .get("/customers", partners::customers)
        .get("/customers/{code}", partners::customer)
        .on(Post, "/customers", Manager, catalogue::add_customer)
        .on(Patch, "/customers/{code}", Manager, catalogue::set_customer)
        .get("/suppliers", partners::suppliers)
        .get("/suppliers/{code}", partners::supplier)
        .on(Post, "/suppliers", Manager, catalogue::add_supplier)
        .on(Patch, "/suppliers/{code}", Manager, catalogue::set_supplier)
        .get("/sites", sites::list)
        .get("/sites/{code}", sites::show)
        .on(Post, "/sites", Manager, catalogue::add_site)
        .on(Patch, "/sites/{code}", Manager, catalogue::set_site)
}

fn settings_of(routes: Routes) -> Routes {
    routes
        .get("/settings", settings::list)
        .get("/settings/{key}", settings::show)
        .on(Put, "/settings", Administrator, settings::set_all)
        .on(Put, "/settings/{key}", Administrator, settings::set)
}
