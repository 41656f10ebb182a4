//! The routes on a node in memory, without a socket.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use ledger_core::at_entry::{
    ItemChange, LocationChange, Plan, Refusal, StockRequest, add, add_item, add_location, count,
};
use ledger_core::catalogue::Role;
use ledger_core::fold::Fold;
use ledger_node::{Actor, Conversation, Node, NodeError, NodeKind, SyncProgress, SystemClock};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;

mod contract;
mod numbers;
mod orders;
mod pages;
mod production;
mod queue;
mod scans;
mod stocktakes;
mod waits;
mod writes;

/// A server with two items, and a token for it.
struct Shop {
    node: Node,
    token: String,
    router: Router,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.body
        );
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

impl Shop {
    /// A server that is new.
    fn empty() -> Self {
        let node = Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap();
        let token = node.new_token("test", Role::Viewer).unwrap();
        let router = all(App::new(node.clone()));
        Self {
            node,
            token,
            router,
        }
    }

    fn open() -> Self {
        let shop = Self::empty();
        let named = |name: &str| ItemChange {
            name: Some(name.to_owned()),
            ..ItemChange::default()
        };
        shop.write(|fold| add_item(fold, "A/B 1&2", &named("Reel <0603> & co")));
        let low = ItemChange {
            threshold: Some("5".parse().ok()),
            ..named("Resistor")
        };
        shop.write(|fold| add_item(fold, "R-100", &low));
        let place = LocationChange {
            site: Some("main".to_owned()),
            ..LocationChange::default()
        };
        shop.write(|fold| add_location(fold, "A-01", &place));
        let some = |quantity: &str| StockRequest {
            item: "R-100".to_owned(),
            quantity: quantity.parse().unwrap(),
            ..StockRequest::default()
        };
        shop.write(|fold| add(fold, "A-01", &some("7")));
        shop.write(|fold| count(fold, "A-01", &some("5")));
        shop
    }

    fn write(&self, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
        self.node.write(&Actor::default(), plan).unwrap();
    }

    /// Sends a request; what the API answers must be what its description says.
    async fn send(&self, request: Request<Body>) -> Reply {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let reply = Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        };
        contract::check(method.as_str(), uri.path(), &reply);
        reply
    }

    /// Asks the API with the token.
    async fn api(&self, path: &str) -> Reply {
        let request = Request::get(format!("/api/v1/{path}"))
            .header("authorization", format!("Bearer {}", self.token));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Asks from an address, naming a host.
    async fn page(&self, path: &str, peer: &str, host: &str) -> Reply {
        let peer: SocketAddr = peer.parse().unwrap();
        let request = Request::get(path)
            .header("host", host)
            .extension(ConnectInfo(peer));
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

/// Carries messages between a device and a server until it is over, or one side refuses.
fn carry(server: &Node, mut conversation: Conversation) -> Result<SyncProgress, NodeError> {
    while let Some(question) = conversation.question()? {
        let answer = match question.route {
            "hello" => server.handle_hello(&question.body),
            "enroll" => server.handle_enroll(&question.body),
            _ => server.handle_sync(&question.body),
        };
        conversation.answer(answer.status, &answer.body)?;
    }
    Ok(conversation.progress())
}

#[tokio::test]
async fn objects_and_lists_have_their_shapes() {
    let shop = Shop::open();
    let shown = shop.api("items/r-100").await.json();
    assert_eq!(shown["sku"], "R-100");
    assert_eq!(shown["on_hand"], "5");
    assert_eq!(shown["level"], "low");
    assert_eq!(shown["lines"][0]["site"], "MAIN");
    let history = shop.api("items/R-100/history").await.json();
    assert_eq!(history["items"][1]["kind"], "count");
    assert_eq!(history["items"][1]["change"], "-2");
    assert_eq!(history["next"], Value::Null);
    let why = shop.api("items/R-100/why?location=A-01").await.json();
    assert_eq!(why["from"]["count"]["quantity"], "5");
    assert_eq!(why["ignored"][0]["why"], "before the last count");
    for (path, rows) in [
        ("items", 2),
        ("items?low", 1),
        ("items?search=reel", 1),
        ("items?site=MAIN", 1),
        ("stock?group=site", 1),
        ("stock?group=owner", 1),
        ("sites", 1),
        ("locations", 1),
        ("location-types", 0),
        ("customers", 0),
        ("suppliers", 0),
        ("exceptions", 0),
        ("devices", 0),
    ] {
        let listed = shop.api(path).await.json();
        assert_eq!(
            listed["items"].as_array().map(Vec::len),
            Some(rows),
            "{path}: {listed:#}"
        );
    }
    let odd = shop.api("items/A%2FB%201%262").await.json();
    assert_eq!(odd["name"], "Reel <0603> & co");
}

#[tokio::test]
async fn what_a_query_names_and_is_not_there_is_refused() {
    let shop = Shop::open();
    for (path, code) in [
        ("purchase-orders?supplier=NOPE", "unknown-supplier"),
        ("labels?kind=lots&select=NOPE", "unknown-lot"),
        ("labels?kind=pos&select=NOPE", "unknown-purchase-order"),
        ("labels?kind=stocktakes&select=NOPE", "unknown-stocktake"),
    ] {
        assert_eq!(shop.api(path).await.problem(400), code, "{path}");
    }
}

#[tokio::test]
async fn a_part_of_the_log_is_the_same_as_in_the_whole() {
    let shop = Shop::open();
    let whole = shop.api("entries").await.body;
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines.len() > 5, "{whole}");
    let id = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        entry["entry"].as_str().unwrap().to_owned()
    };
    let after = id(lines[1]);
    let part = shop.api(&format!("entries?after={after}&limit=3")).await;
    let part: Vec<&str> = part.body.lines().collect();
    assert_eq!(part, lines[2..5]);
    let last = id(lines[lines.len() - 1]);
    assert_eq!(shop.api(&format!("entries?after={last}")).await.body, "");
}

#[tokio::test]
async fn pages_of_a_list_follow_each_other() {
    let shop = Shop::open();
    let first = shop.api("items?limit=1").await.json();
    assert_eq!(first["items"][0]["sku"], "A/B 1&2");
    let cursor = first["next"].as_str().unwrap().to_owned();
    for name in ["after", "cursor"] {
        let second = shop
            .api(&format!("items?limit=1&{name}={cursor}"))
            .await
            .json();
        assert_eq!(second["items"][0]["sku"], "R-100");
        assert_eq!(second["next"], Value::Null);
    }
}

#[tokio::test]
async fn the_log_comes_as_json_lines_whole_or_in_parts() {
    let shop = Shop::open();
    let whole = shop.api("entries").await;
    let lines: Vec<Value> = whole
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let entries = shop.node.read(Fold::entry_count);
    assert_eq!(u64::try_from(lines.len()).unwrap(), entries);
    let third = lines[2]["entry"].as_str().unwrap();
    let part = shop.api(&format!("entries?after={third}&limit=1")).await;
    let next: Value = serde_json::from_str(part.body.trim()).unwrap();
    assert_eq!(next, lines[3]);
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_with_a_code() {
    let shop = Shop::open();
    for (path, status, code) in [
        ("items/NOPE", 404, "unknown-item"),
        ("items/NOPE/history", 404, "unknown-item"),
        ("items/R-100/why?location=NOPE", 400, "unknown-location"),
        ("items/%FF", 400, "bad-query"),
        ("items?limit=0", 400, "bad-query"),
        ("items?limit=x", 400, "bad-query"),
        ("items?colour=red", 400, "bad-query"),
        ("items?cursor=%00nonsense", 400, "bad-query"),
        ("items?site=NOPE", 400, "unknown-site"),
        ("stock?group=colour", 400, "bad-query"),
        ("entries?after=nonsense", 400, "bad-query"),
        ("nothing-like-it", 404, "not-found"),
    ] {
        assert_eq!(shop.api(path).await.problem(status), code, "{path}");
    }
    let request =
        Request::delete("/api/v1/items").header("authorization", format!("Bearer {}", shop.token));
    let reply = shop.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.problem(405), "method-not-allowed");
    let nowhere = Request::get("/nowhere").body(Body::empty()).unwrap();
    assert_eq!(shop.send(nowhere).await.problem(404), "not-found");
}

#[tokio::test]
async fn reading_needs_a_token_that_is_known() {
    let shop = Shop::open();
    for (header, value) in [
        ("x-nothing", "x"),
        ("authorization", "Bearer wrong"),
        ("authorization", "Basic dXNlcjpwYXNz"),
    ] {
        for path in ["items", "status", "nothing-like-it"] {
            let request = Request::get(format!("/api/v1/{path}")).header(header, value);
            let reply = shop.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.problem(401), "unauthorized");
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
    }
    for path in ["/healthz", "/readyz"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(shop.send(request).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn sync_takes_bytes_and_never_more_than_its_limit() {
    let shop = Shop::open();
    let post = |path: &str, body: Vec<u8>| Request::post(path).body(Body::from(body)).unwrap();
    for route in ["hello", "enroll", "sync", "wait"] {
        let path = &format!("/sync/v1/{route}");
        let reply = shop.send(post(path, b"nonsense".to_vec())).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        assert_eq!(reply.header("content-type"), "application/msgpack");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        // No browser shows it, and every byte counts.
        assert_eq!(reply.header("content-security-policy"), "");
        assert_eq!(reply.header("vary"), "");
    }
    let reply = shop
        .send(post("/sync/v1/sync", vec![0; 8 * 1024 * 1024 + 1]))
        .await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(reply.header("content-type"), "application/msgpack");
    assert!(reply.body.contains("body-too-large"), "{}", reply.body);
    let get = Request::get("/sync/v1/sync").body(Body::empty()).unwrap();
    assert_eq!(shop.send(get).await.problem(405), "method-not-allowed");
}

#[tokio::test]
async fn a_panic_is_a_problem_too() {
    let router = Router::new()
        .route(
            "/",
            axum::routing::get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
        .layer(CatchPanicLayer::custom(problem::panicked));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let problem: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(problem["code"], "internal");
}
