//! Problems as pages: what went wrong, in the visitor's words, and where to go from there.

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::ACCEPT;
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
    // Where not even the frame can be shown, the plain answer says as much.
    dressed(visit, &problem).await.unwrap_or(response)
}

/// A problem as a page, if one can be shown.
async fn dressed(visit: Visit, problem: &Problem) -> Option<Response> {
    let status = problem.status;
    let said = Said::of(problem, visit.words);
    let page = visit.page(move |_, frame| {
        Ok(ErrorPage {
            frame,
            status: status.as_u16(),
            said,
        })
    });
    let page = page.await.ok()?;
    Some((status, page).into_response())
}

/// An address at which there is nothing.
pub(crate) async fn not_found(State(app): State<App>, request: Request) -> Response {
    outside(&app, request, Problem::not_found()).await
}

/// An address that does not take this method.
pub(crate) async fn method_not_allowed(State(app): State<App>, request: Request) -> Response {
    outside(&app, request, Problem::method_not_allowed()).await
}

/// A problem with an address that is no page: a browser is shown a page, a program what it can
/// read.
async fn outside(app: &App, request: Request, problem: Problem) -> Response {
    let (mut parts, _) = request.into_parts();
    let accepted = parts.headers.get(ACCEPT);
    let accepted = accepted.and_then(|kinds| kinds.to_str().ok());
    if !accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        return problem.into_response();
    }
    let Ok(visit) = Visit::from_request_parts(&mut parts, app).await else {
        return problem.into_response();
    };
    let page = dressed(visit, &problem).await;
    page.unwrap_or_else(|| problem.into_response())
}

/// What a person hears whose role is too low.
pub(super) fn forbidden(needed: Role) -> Problem {
    Problem {
        detail: String::new(),
        hint: None,
        ..Problem::forbidden(needed, None)
    }
}
