//! What administrators look after: settings, devices, users, and the audit log.

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
