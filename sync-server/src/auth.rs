//! Who may ask: the API needs a bearer token, the pages need this very machine.
//!
//! The pages have no login yet. Until they do, they answer only requests that come from this
//! machine and name it as the host: a page elsewhere that resolves its own name to 127.0.0.1
//! must not read them through somebody's browser, nor a proxy hand them out.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger_core::UserName;
use ledger_core::catalogue::Role;

use crate::app::App;
use crate::problem::Problem;

/// Whose token a request bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The token's name.
    pub(crate) name: String,
    /// What its bearer may do.
    pub(crate) role: Role,
}

impl Caller {
    /// The user that the caller's entries name.
    pub(crate) fn user(&self) -> Result<UserName, Problem> {
        UserName::new(&format!("token:{}", self.name)).map_err(|error| {
            let text = format!("the token's name cannot stand in an entry: {error}");
            Problem::new(StatusCode::FORBIDDEN, "bad-token-name", text)
                .hint("make another with: stock-server token create --name NAME --role ROLE")
        })
    }
}

/// Lets a request through that bears a token, and says whose it is.
pub(crate) async fn bearer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let token = token_of(request.headers()).map(str::to_owned);
    let known = match token {
        Some(token) => app.work(move |node| node.check_token(&token)).await,
        None => Ok(None),
    };
    match known {
        Ok(Some((name, role))) => {
            request.extensions_mut().insert(Caller { name, role });
            next.run(request).await
        }
        Ok(None) => unauthorized().into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthorized() -> Problem {
    let text = "the API needs a valid token in the header Authorization: Bearer TOKEN";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
        .hint("make one with: stock-server token create --role viewer")
}

/// Lets a request through that comes from this machine and names it.
pub(crate) async fn this_machine(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_local = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if is_local && names_this_machine(request.headers()) {
        return next.run(request).await;
    }
    let text = "the pages are shown on the server's own machine only, until they have a login";
    Problem::new(StatusCode::FORBIDDEN, "local-only", text)
        .hint("open http://127.0.0.1:8440 there, or use the API with a token")
        .into_response()
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let proxied = [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "via",
    ];
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
        && proxied.iter().all(|header| !headers.contains_key(*header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
        let row = |(name, value): &(&'static str, &str)| {
            (
                header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn only_this_machine_s_names_are_local() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8440",
            "localhost:1",
            "[::1]:8440",
            "[::1]",
        ] {
            assert!(names_this_machine(&headers(&[("host", host)])), "{host}");
        }
        for host in [
            "",
            "evil.example:8440",
            "127.0.0.1.evil.example",
            "10.0.0.1:8440",
        ] {
            assert!(!names_this_machine(&headers(&[("host", host)])), "{host}");
        }
        let proxied = headers(&[("host", "127.0.0.1:8440"), ("x-forwarded-for", "10.0.0.7")]);
        assert!(!names_this_machine(&proxied));
    }

    #[test]
    fn a_bearer_token_is_read() {
        assert_eq!(
            token_of(&headers(&[("authorization", "Bearer abc")])),
            Some("abc")
        );
        assert_eq!(
            token_of(&headers(&[("authorization", "bearer  abc ")])),
            Some("abc")
        );
        for other in ["abc", "Basic abc", "Bearer"] {
            assert_eq!(
                token_of(&headers(&[("authorization", other)])),
                None,
                "{other}"
            );
        }
    }
}
