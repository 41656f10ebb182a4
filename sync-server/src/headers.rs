//! Headers that every answer carries.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::set_header::SetResponseHeaderLayer;

/// Pages load nothing but what this server serves: no inline scripts, no frames, no other hosts.
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
                                frame-ancestors 'none'; object-src 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Other sites learn nothing. Our own pages tell: without that Chromium sends a form of a plain
    // HTTP page with `Origin: null`, and the CSRF layer refuses it.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds them to all routes, and forbids caching where a route does not say otherwise.
pub(crate) fn on_all<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let no_store = HeaderValue::from_static("no-store");
    let router = router.layer(SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        no_store,
    ));
    ALWAYS.into_iter().fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

/// Marks cookies `Secure` behind a proxy that speaks TLS with the browser.
pub(crate) async fn secure_cookies(request: Request, next: Next) -> Response {
    let scheme = request.headers().get("x-forwarded-proto");
    let is_tls = scheme.is_some_and(|scheme| scheme.as_bytes() == b"https");
    let mut response = next.run(request).await;
    if !is_tls {
        return response;
    }
    let cookies: Vec<HeaderValue> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| {
            let marked = format!("{}; Secure", cookie.to_str().ok()?);
            HeaderValue::from_str(&marked).ok()
        })
        .collect();
    response.headers_mut().remove(header::SET_COOKIE);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
