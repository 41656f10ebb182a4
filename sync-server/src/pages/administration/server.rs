//! This server: what it holds, what is safe in a backup, and, on a hub, how it stands with the
//! server above it.

use askama::Template;
use axum::response::Response;
use ledger_node::view::UnnumberedView;
use ledger_node::{SafeMark, View};
use serde::Deserialize;

use crate::api::QueryOf;
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::upstream::Standing;

/// Whether the proof is asked for: it goes through all that the server holds.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ServerQuery {
    #[serde(default)]
    proof: String,
}

#[derive(Template)]
#[template(path = "administration/server.html")]
struct ServerPage {
    frame: Frame,
    name: String,
    version: &'static str,
    entries: u64,
    devices: usize,
    exceptions: usize,
    is_central: bool,
    /// The address of the server above a hub.
    server: Option<String>,
    /// When all was there and here.
    in_step: Option<String>,
    /// How a hub stands with the server above it; nothing on a central server.
    above: Standing,
    /// What waits for a central number.
    waiting: Vec<UnnumberedView>,
    safe: Option<SafeMark>,
    /// What two servers that hold the same have in common.
    proof: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ServerQuery>,
) -> Result<Response, Problem> {
    let above = visit.app.above().standing();
    let build = move |view: &View<'_>, frame: Frame| {
        let is_asked = !query.proof.is_empty();
        let proof = is_asked.then(|| view.state_hash()).transpose()?;
        Ok(ServerPage {
            name: view.name(),
            version: env!("CARGO_PKG_VERSION"),
            entries: view.fold().entry_count(),
            devices: view.devices().len(),
            exceptions: view.exception_kinds().values().sum(),
            is_central: view.is_central(),
            server: view.server_url(),
            in_step: view.as_of(),
            above,
            waiting: view.unnumbered()?,
            safe: view.safe_mark()?,
            proof,
            frame,
        })
    };
    visit.page(build).await
}
