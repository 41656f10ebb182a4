//! Headers that every answer carries, and those that only what a browser shows needs.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use ledger_node::CONTENT_TYPE;
use tower_http::set_header::{SetRequestHeaderLayer, SetResponseHeaderLayer};

/// Pages load nothing but what this server serves: no inline scripts, no frames, no other hosts.
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
                                frame-ancestors 'none'; object-src 'none'";

/// For what a browser may show. A message of the sync protocol goes to a device, over networks
/// that are slow and dear, and `nosniff` keeps browsers from taking it for a page.
const SHOWN: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    // Other sites learn nothing. Our own pages tell: without that Chromium sends a form of a plain
    // HTTP page with `Origin: null`, and the CSRF layer refuses it.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The same for a page that reads pictures: what reads them is WebAssembly.
const CONTENT_SECURITY_WASM: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                                     img-src 'self' data:; base-uri 'none'; form-action 'self'; \
                                     frame-ancestors 'none'; object-src 'none'";

/// Marks the answer of a page that runs WebAssembly of ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunsWasm;

/// Whether it is a message of the sync protocol.
fn is_message<B>(response: &axum::http::Response<B>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == CONTENT_TYPE.as_bytes())
}

/// Adds them to all routes, and forbids caching where a route does not say otherwise.
pub(crate) fn on_all<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let no_store = HeaderValue::from_static("no-store");
    let router = router.layer(SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        no_store,
    ));
    let nosniff = HeaderValue::from_static("nosniff");
    let router = router.layer(SetResponseHeaderLayer::overriding(
        header::X_CONTENT_TYPE_OPTIONS,
        nosniff,
    ));
    SHOWN.into_iter().fold(router, |router, (name, value)| {
        let is_policy = name == header::CONTENT_SECURITY_POLICY;
        let unless_message = move |response: &Response| {
            let runs_wasm = is_policy && response.extensions().get::<RunsWasm>().is_some();
            let value = if runs_wasm {
                CONTENT_SECURITY_WASM
            } else {
                value
            };
            (!is_message(response)).then(|| HeaderValue::from_static(value))
        };
        router.layer(SetResponseHeaderLayer::overriding(name, unless_message))
    })
}

/// Says how the request came, and by which scheme a browser reaches this server.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Routes behind our own TLS: whatever a request says, it came by `https`. A certificate that
/// nobody vouches for is no promise for a year, so browsers are not told to insist on TLS.
pub(crate) fn over_tls(router: Router) -> Router {
    let https = HeaderValue::from_static("https");
    router.layer(SetRequestHeaderLayer::overriding(FORWARDED_PROTO, https))
}

/// Whether the browser speaks TLS, with us or with a proxy before us.
pub(crate) fn is_tls(headers: &HeaderMap) -> bool {
    let scheme = headers.get(FORWARDED_PROTO);
    scheme.is_some_and(|scheme| scheme.as_bytes() == b"https")
}

/// Marks cookies `Secure` where the browser speaks TLS.
pub(crate) async fn secure_cookies(request: Request, next: Next) -> Response {
    let is_tls = is_tls(request.headers());
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::middleware;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn behind_our_own_tls_cookies_are_for_tls_alone_whatever_a_request_says() {
        let routes = Router::new()
            .route(
                "/",
                get(|| async { [(header::SET_COOKIE, "a=1; HttpOnly")] }),
            )
            .layer(middleware::from_fn(secure_cookies));
        let cookie = async |routes: Router, said: &str| {
            let request = Request::get("/").header(FORWARDED_PROTO, said);
            let answer = routes.oneshot(request.body(Body::empty()).unwrap()).await;
            answer.unwrap().headers()[header::SET_COOKIE].clone()
        };
        assert_eq!(cookie(routes.clone(), "http").await, "a=1; HttpOnly");
        assert_eq!(
            cookie(over_tls(routes), "http").await,
            "a=1; HttpOnly; Secure"
        );
    }
}
