//! Places: the stock of sites side by side, sites, locations and their types, racks.

mod heat;
pub(super) mod location;
pub(super) mod location_form;
pub(super) mod location_types;
pub(super) mod locations;
pub(super) mod rack_grid;
pub(super) mod rack_new;
pub(super) mod site;
pub(super) mod sites;
pub(super) mod stock;

use ledger_core::catalogue::Role::Manager;

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/stock", stock::show)
        .page("/export/stock", stock::export)
        .page("/sites", sites::show)
        .page_for(Manager, "/sites/new", sites::show_new)
        .form(Manager, "/sites/new", sites::add)
        .page("/sites/{code}", site::show)
        .page_for(Manager, "/sites/{code}/edit", sites::show_edit)
        .form(Manager, "/sites/{code}/edit", sites::edit)
        .form(Manager, "/sites/{code}/archive", sites::archive)
        .page("/locations", locations::show)
        .page("/export/locations", locations::export)
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
