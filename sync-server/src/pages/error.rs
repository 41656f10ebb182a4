//! Problems as pages: what went wrong, in the visitor's words, and where to go from there.

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger_core::catalogue::Role;

use super::form::Said;
use super::frame::Frame;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    said: Said,
}

/// Makes pages of the problems that page routes answer with.
pub(super) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::from_request_parts(&mut parts, &app).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let problem = response.extensions().get::<Problem>().cloned();
    let (Some(problem), Ok(visit)) = (problem, visit) else {
        return response;
    };
    let status = problem.status;
    let said = Said::of(&problem, visit.words);
    let page = visit.page(move |_, frame| {
        Ok(ErrorPage {
            frame,
            status: status.as_u16(),
            said,
        })
    });
    match page.await {
        Ok(page) => (status, page).into_response(),
        // Not even the frame can be shown: the plain answer says as much.
        Err(_) => response,
    }
}

/// What a person hears whose role is too low.
pub(super) fn forbidden(needed: Role) -> Problem {
    Problem {
        detail: String::new(),
        hint: None,
        ..Problem::forbidden(needed, None)
    }
}
