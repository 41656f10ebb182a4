//! One device: what is known of it, what it has sent and when, and what it wrote last.

use askama::Template;
use axum::response::Response;
use ledger_core::DeviceId;
use ledger_node::View;
use ledger_node::view::{ArrivalView, DeviceView};

use super::devices::clock_offset;
use super::log::Row;
use crate::api::PathOf;
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// How many times of sending are shown.
const ARRIVALS_MAX: usize = 30;
/// How many entries are shown.
const ROWS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "administration/device.html")]
struct DevicePage {
    frame: Frame,
    device: DeviceView,
    is_behind: bool,
    /// By how many seconds its clock is off.
    offset: Option<String>,
    arrivals: Vec<ArrivalView>,
    rows: Vec<Row>,
}

pub(super) async fn show(visit: Visit, PathOf(named): PathOf<String>) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame: Frame| {
        let device = view.find_device(&named).ok_or_else(Problem::not_found)?;
        let of: DeviceId = device.id.parse().or(Err(Problem::not_found()))?;
        let mut rows = Vec::new();
        for entry in view.newest_of(of, ROWS_MAX) {
            rows.extend(view.audited(entry)?.map(|row| Row::of(&frame, row)));
        }
        Ok(DevicePage {
            is_behind: frame.behind.iter().any(|(name, _)| *name == device.name),
            offset: clock_offset(&frame, &device),
            arrivals: view.arrivals(of, ARRIVALS_MAX),
            rows,
            device,
            frame,
        })
    };
    visit.page(build).await
}
