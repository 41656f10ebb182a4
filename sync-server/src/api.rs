//! The API below `/api/v1`. Every route needs a bearer token or a session whose role may ask it.
//!
//! Objects have the shapes of `ledger_node::view`, which the handheld prints too; lists are
//! `{"items": […], "next": CURSOR|null}`; writes answer as the handheld's writing commands do, and
//! count once with the header `Idempotency-Key`; whatever goes wrong is a [`Problem`].

mod alerts;
mod bom;
mod catalogue;
pub(crate) mod describe;
mod description;
mod devices;
mod entries;
pub(crate) mod examples;
mod exceptions;
mod extract;
mod given;
mod items;
pub(crate) mod labels;
mod locations;
mod lots;
mod orders;
mod paging;
mod partners;
mod purchase_orders;
mod rules;
mod scans;
mod settings;
mod sites;
mod status;
mod stock;
mod stocktakes;
mod table;
mod transactions;
mod users;
mod write;

pub(crate) use self::extract::{PathOf, QueryOf};
pub(crate) use self::rules::{Rule, Verb};
pub(crate) use self::sites::time_zone;
pub(crate) use self::table::all;
pub(crate) use self::transactions::may_reverse;
pub(crate) use self::write::{Named, carry_out};

use axum::Router;
use axum::middleware;

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
