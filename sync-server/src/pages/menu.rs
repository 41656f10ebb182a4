//! All pages as a list: the menu of small screens.

use askama::Template;
use axum::response::Response;

use super::frame::Frame;
use super::visit::Visit;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "menu.html")]
struct MenuPage {
    frame: Frame,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.page(|_, frame| Ok(MenuPage { frame })).await
}
