//! What administrators look after: settings, alerts, devices, users, and the audit log.

pub(super) mod alert_channel;
pub(super) mod alerts;
pub(super) mod device;
pub(super) mod devices;
pub(super) mod log;
pub(super) mod server;
pub(super) mod settings;
pub(super) mod users;

use ledger_core::catalogue::Role::Administrator;

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/settings/inventory", settings::show)
        .form(Administrator, "/settings/inventory", settings::save)
        .page_for(Administrator, "/settings/alerts", alerts::list)
        .page_for(Administrator, "/export/settings/alerts", alerts::export)
        .form(Administrator, "/settings/alerts/again", alerts::again)
        .page_for(Administrator, "/settings/alerts/new", alert_channel::new)
        .form(Administrator, "/settings/alerts/new", alert_channel::add)
        .page_for(Administrator, "/settings/alerts/{id}", alert_channel::show)
        .form(Administrator, "/settings/alerts/{id}", alert_channel::save)
        .form(
            Administrator,
            "/settings/alerts/{id}/test",
            alert_channel::test,
        )
        .form(
            Administrator,
            "/settings/alerts/{id}/secret",
            alert_channel::secret,
        )
        .form(
            Administrator,
            "/settings/alerts/{id}/delete",
            alert_channel::delete,
        )
        .page("/devices", devices::list)
        .page("/export/devices", devices::export)
        .form(Administrator, "/devices/code", devices::code)
        .form(Administrator, "/devices/revoke", devices::revoke)
        .form(Administrator, "/devices/decide", devices::decide)
        .page("/devices/{id}", device::show)
        .page("/server", server::show)
        .page("/log", log::list)
        .page("/export/log", log::export)
        .form(Administrator, "/log/verify", log::verify)
        .page("/log/{entry}", log::entry)
        .page_for(Administrator, "/users", users::list)
        .form(Administrator, "/users", users::add)
        .page_for(Administrator, "/users/{name}", users::show)
        .form(Administrator, "/users/{name}", users::save)
        .form(Administrator, "/users/{name}/link", users::link)
}
