//! The page for what is not there.

use askama::Template;
use axum::response::{IntoResponse as _, Response};

use super::frame::Frame;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage {
    frame: Frame,
    text: String,
    hint: String,
}

/// Answers with the problem's status and its words as a page.
pub(super) fn page(frame: Frame, problem: Problem) -> Result<Response, Problem> {
    let hint = problem.hint.unwrap_or_default();
    let missing = MissingPage {
        frame,
        text: problem.detail,
        hint,
    };
    Ok((problem.status, super::page(&missing)?).into_response())
}
