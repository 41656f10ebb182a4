//! The dashboard: what needs somebody today, and what happened last.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::settings;
use ledger_node::view::{BackorderView, ShortItemView, SupplyView};

use super::deeds::{self, Line};
use super::frame::Frame;
use super::level::Badge;
use super::visit::Visit;
use crate::problem::Problem;

/// Rows of each part.
const FIRST: usize = 8;
/// Rows of recent activity.
const RECENT: usize = 12;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: Frame,
    supply: SupplyView,
    /// Order lines that wait, the first of them.
    backorders: Vec<BackorderView>,
    backorder_count: usize,
    /// How many lines wait to be picked.
    ready_count: usize,
    exception_count: usize,
    /// The kinds of exceptions that there are most of, with how many there are.
    exceptions: Vec<(&'static str, usize)>,
    recent: Vec<Line>,
    devices: usize,
    items: usize,
    locations: usize,
    allows_backorder: bool,
    /// Channels of alerts through which nothing gets.
    failing_alerts: Vec<String>,
}

impl DashboardPage {
    fn badge(&self, row: &ShortItemView) -> Badge {
        Badge::of(row.level)
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let failing_alerts = visit.app.alerts().failing();
    let page = visit.page(move |view, frame| {
        let kinds = view.exception_kinds();
        let exception_count = kinds.values().sum();
        let mut exceptions: Vec<_> = kinds.into_iter().collect();
        let (backorder_count, backorders) = view.backorders_from(None, false, (0, FIRST));
        let (ready_count, _) = view.backorders_from(None, true, (0, 0));
        exceptions.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        exceptions.truncate(FIRST);
        let recent = view.recent(RECENT)?.into_iter();
        let recent = recent.map(|row| deeds::line(&frame, row));
        Ok(DashboardPage {
            failing_alerts,
            recent: recent.collect(),
            exceptions,
            devices: view.devices().len(),
            items: view.item_count(),
            locations: view
                .fold()
                .codes(ledger_core::catalogue::Class::Location)
                .count(),
            allows_backorder: settings::value(view.fold(), &settings::ALLOW_BACKORDER) == "on",
            supply: view.supply(FIRST),
            backorders,
            backorder_count,
            ready_count,
            exception_count,
            frame,
        })
    });
    page.await
}
