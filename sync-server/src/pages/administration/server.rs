//! This server: what it holds, what is safe in a backup, and, on a hub, how it stands with the
//! server above it.

use askama::Template;
use axum::response::Response;
use ledger_node::View;
use ledger_node::view::{StatusView, UnnumberedView};

use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::upstream::Standing;

#[derive(Template)]
#[template(path = "administration/server.html")]
struct ServerPage {
    frame: Frame,
    status: StatusView,
    version: &'static str,
    devices: usize,
    is_central: bool,
    /// How a hub stands with the server above it; nothing on a central server.
    above: Standing,
    /// What waits for a central number.
    waiting: Vec<UnnumberedView>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let above = visit.app.above().standing();
    let build = move |view: &View<'_>, frame: Frame| {
        Ok(ServerPage {
            status: view.status()?,
            version: env!("CARGO_PKG_VERSION"),
            devices: view.devices().len(),
            is_central: view.is_central(),
            above,
            waiting: view.unnumbered()?,
            frame,
        })
    };
    visit.page(build).await
}
