//! Errors of the API: `application/problem+json` (RFC 9457) with a stable code.

mod hints;

use std::any::Any;
use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger_core::at_entry::Refusal;
use ledger_core::catalogue::Role;
use ledger_node::NodeError;
use serde_json::json;

use crate::fault::with_causes;

pub(crate) use self::hints::names_a_command;

/// Why a request was not answered as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) detail: String,
    pub(crate) hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The hint, when it is one for somebody at a page.
    pub(crate) fn hint_for_pages(&self) -> Option<&str> {
        let hint = self.hint.as_deref();
        hint.filter(|hint| !hints::is_not_for_pages(&self.code, hint))
    }

    /// A query or a path that cannot be read.
    pub(crate) fn bad_query(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-query", detail)
    }

    /// A query that names something that is not there; the asked-for thing itself is.
    pub(crate) fn refused_query(refusal: Refusal) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            ..Self::from(refusal)
        }
    }

    /// A write that names something that is not there; the address itself is.
    pub(crate) fn refused_write(refusal: Refusal) -> Self {
        let problem = Self::from(refusal);
        match problem.status {
            StatusCode::NOT_FOUND => Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..problem
            },
            _ => problem,
        }
    }

    /// A body that cannot be read.
    pub(crate) fn bad_body(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// A caller who may not do this.
    pub(crate) fn forbidden(needed: Role, has: Option<Role>) -> Self {
        let has = has.map_or("none", Role::word);
        let text = format!("this needs the role {}; yours is {has}", needed.word());
        Self::new(StatusCode::FORBIDDEN, "forbidden", text)
            .hint("ask an administrator for the role, or for a token that has it")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "there is nothing at this address",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        let text = "this address does not take this method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", text)
    }

    /// Something of ours broke; the log says what.
    pub(crate) fn internal() -> Self {
        let text = "something went wrong here; the server's log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", text)
    }
}

/// Refusals because of what is there already.
const CONFLICTS: &[&str] = &[
    "above-issued",
    "above-ordered",
    "above-picked",
    "above-wanted",
    "already-undone",
    "archived",
    "bom-circle",
    "changed-meanwhile",
    "counted-meanwhile",
    "different-units",
    "duplicate-barcode",
    "exists",
    "lot-ended",
    "no-bom",
    "no-such-action",
    "not-available",
    "not-ordered",
    "nothing-ready",
    "nothing-to-adopt",
    "nothing-to-approve",
    "nothing-to-buy",
    "nothing-to-count",
    "order-ended",
    "purchase-order-ended",
    "same-item",
    "stocktake-ended",
    "unit-fixed",
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            code if code.starts_with("unknown-") => StatusCode::NOT_FOUND,
            code if code.starts_with("ambiguous-") => StatusCode::CONFLICT,
            code if code.starts_with("bad-") => StatusCode::BAD_REQUEST,
            code if CONFLICTS.contains(&code) => StatusCode::CONFLICT,
            "no-right" => StatusCode::FORBIDDEN,
            "not-saved" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self {
            hint: hints::of_api(refusal.code, refusal.hint),
            ..Self::new(status, refusal.code, refusal.text)
        }
    }
}

impl From<NodeError> for Problem {
    fn from(error: NodeError) -> Self {
        if let NodeError::Refused(refusal) = error {
            return refusal.into();
        }
        match error.code() {
            "disk-full" => {
                return Self {
                    hint: error.hint(),
                    ..Self::new(
                        StatusCode::INSUFFICIENT_STORAGE,
                        "disk-full",
                        with_causes(&error),
                    )
                };
            }
            "entry-too-large" => {
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                return Self::new(status, "entry-too-large", with_causes(&error));
            }
            _ => {}
        }
        tracing::error!(error = with_causes(&error), "a request met a broken store");
        Self {
            code: error.code().to_owned().into(),
            ..Self::internal()
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
        });
        let mut response = (self.status, Json(body)).into_response();
        // Around the pages somebody makes a page of it.
        response.extensions_mut().insert(self.clone());
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// The answer to a request whose handler panicked.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that catch-panic asks for"
)]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(
        panic = said.unwrap_or("without words"),
        "a request panicked"
    );
    Problem::internal().into_response()
}
