//! The dashboard: what needs somebody today, and what happened last.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::settings;
use ledger_node::view::LowStockView;

use super::deeds::{self, Line};
use super::frame::Frame;
use super::level::Badge;
use super::visit::Visit;
use crate::digest::{Digest, FIRST, kinds};
use crate::problem::Problem;

/// Rows of recent activity.
const RECENT: usize = 12;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: Frame,
    digest: Arc<Digest>,
    /// Exceptions by kind, with how many there are.
    exceptions: Vec<(&'static str, usize)>,
    recent: Vec<Line>,
    devices: usize,
    items: usize,
    locations: usize,
    allows_backorder: bool,
}

impl DashboardPage {
    fn badge(&self, row: &LowStockView) -> Badge {
        Badge::of(row.level)
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let app = visit.app.clone();
    let page = visit.page(move |view, frame| {
        let digest = app.digests().of(view);
        let mut exceptions = kinds(&digest.exceptions);
        exceptions.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        exceptions.truncate(FIRST);
        let recent = view.recent(RECENT)?.into_iter();
        let recent = recent.map(|row| deeds::line(&frame, row));
        Ok(DashboardPage {
            recent: recent.collect(),
            exceptions,
            devices: view.devices().len(),
            items: view.fold().items().len(),
            locations: view
                .fold()
                .codes(ledger_core::catalogue::Class::Location)
                .count(),
            allows_backorder: settings::value(view.fold(), &settings::ALLOW_BACKORDER) == "on",
            digest,
            frame,
        })
    });
    page.await
}
