//! Headers that every answer carries.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// Pages load nothing but what this server serves: no inline scripts, no frames, no other hosts.
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
                                frame-ancestors 'none'; object-src 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
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
