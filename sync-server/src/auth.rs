//! Who asks: a program with a bearer token, or a person with a session.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger_core::UserName;
use ledger_core::catalogue::Role;

use crate::app::App;
use crate::problem::Problem;

/// Who asks, and what that one may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The token's or the user's name.
    pub(crate) name: String,
    /// What the caller may do.
    pub(crate) role: Role,
    kind: CallerKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallerKind {
    Token,
    Person,
}

impl Caller {
    /// The bearer of a token.
    pub(crate) const fn token(name: String, role: Role) -> Self {
        Self {
            name,
            role,
            kind: CallerKind::Token,
        }
    }

    /// A person who logged in.
    pub(crate) fn person(user: &UserName, role: Role) -> Self {
        Self {
            name: user.as_str().to_owned(),
            role,
            kind: CallerKind::Person,
        }
    }

    /// What keeps the keys of one caller's writes apart from another's.
    pub(crate) fn key_space(&self) -> String {
        match self.kind {
            CallerKind::Token => self.name.clone(),
            // A token's name has no space in front.
            CallerKind::Person => format!(" {}", self.name),
        }
    }

    /// The user that the caller's entries name.
    pub(crate) fn user(&self) -> Result<UserName, Problem> {
        let name = match self.kind {
            CallerKind::Token => format!("token:{}", self.name),
            CallerKind::Person => self.name.clone(),
        };
        UserName::new(&name).map_err(|error| {
            let text = format!("the token's name cannot stand in an entry: {error}");
            Problem::new(StatusCode::FORBIDDEN, "bad-token-name", text)
                .hint("make another with: stock-server token create --name NAME --role ROLE")
        })
    }
}

/// Lets a request through that bears a token or has a session, and says whose it is.
pub(crate) async fn bearer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let token = token_of(request.headers()).map(str::to_owned);
    if token.is_none() && request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    let known = match token {
        Some(token) => app.work(move |node| node.check_token(&token)).await,
        None => Ok(None),
    };
    match known {
        Ok(Some((name, role))) => {
            request.extensions_mut().insert(Caller::token(name, role));
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
    let text = "the API needs a valid token in the header Authorization: Bearer TOKEN, or a login";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
        .hint("make one with: stock-server token create --role viewer")
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
