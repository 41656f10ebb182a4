//! The API below `/api/v1`: its reading side. Every route needs a bearer token.
//!
//! Objects have the shapes of `ledger_node::view`, which the handheld prints too; lists are
//! `{"items": […], "next": CURSOR|null}`; whatever goes wrong is a [`Problem`].

mod devices;
mod entries;
mod exceptions;
mod extract;
mod items;
mod locations;
mod paging;
mod partners;
mod sites;
mod status;
mod stock;

pub(crate) use self::extract::{PathOf, QueryOf};

use axum::Router;
use axum::middleware;
use axum::routing::get;

use crate::app::App;
use crate::auth;
use crate::problem::Problem;

/// All routes of the API.
pub(crate) fn routes(app: App) -> Router<App> {
    Router::new()
        .route("/items", get(items::list))
        .route("/items/{sku}", get(items::show))
        .route("/items/{sku}/history", get(items::history))
        .route("/items/{sku}/why", get(items::why))
        .route("/stock", get(stock::list))
        .route("/sites", get(sites::list))
        .route("/locations", get(locations::list))
        .route("/location-types", get(locations::types))
        .route("/customers", get(partners::customers))
        .route("/suppliers", get(partners::suppliers))
        .route("/exceptions", get(exceptions::list))
        .route("/devices", get(devices::list))
        .route("/status", get(status::show))
        .route("/entries", get(entries::list))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(middleware::from_fn_with_state(app, auth::bearer))
}
