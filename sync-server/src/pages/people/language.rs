//! Choosing a language.

use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use tower_sessions::cookie::time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

use crate::lang::Lang;
use crate::pages::form::{Fields, problem};
use crate::pages::visit::{LANGUAGE_COOKIE, own_path, see_other};
use crate::problem::Problem;

/// Keeps the language in a cookie, so that it holds before logging in too.
pub(super) async fn choose(fields: Fields) -> Result<Response, Problem> {
    let lang = Lang::of_tag(fields.raw("language")).ok_or_else(|| problem("unknown-language"))?;
    let cookie = Cookie::build((LANGUAGE_COOKIE, lang.tag()))
        .path("/")
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365));
    let mut response = see_other(own_path(fields.raw("back")));
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    Ok(response)
}
