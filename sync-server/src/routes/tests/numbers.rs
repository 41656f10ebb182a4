//! `/metrics` and the series of an item.

use ledger_core::at_entry::{movement, remove};
use serde_json::json;

use super::*;

const NEAR: &str = "127.0.0.1:5000";

#[tokio::test]
async fn numbers_are_for_this_machine_and_for_whoever_bears_a_token() {
    let shop = Shop::open();
    let near = shop.page("/metrics", NEAR, "localhost:8440").await;
    assert_eq!(near.status, StatusCode::OK);
    assert!(near.header("content-type").starts_with("text/plain"));
    for (peer, host) in [
        ("10.0.0.7:5000", "10.0.0.1:8440"),
        (NEAR, "evil.example:8440"),
    ] {
        let reply = shop.page("/metrics", peer, host).await;
        assert_eq!(reply.problem(401), "unauthorized", "{peer} {host}");
    }
    let proxied = |token: Option<&str>| {
        let peer: SocketAddr = NEAR.parse().unwrap();
        let request = Request::get("/metrics")
            .header("host", "localhost:8440")
            .header("x-forwarded-for", "10.0.0.7")
            .extension(ConnectInfo(peer));
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    };
    assert_eq!(shop.send(proxied(None)).await.problem(401), "unauthorized");
    let known = shop.send(proxied(Some(&shop.token))).await;
    assert_eq!(known.status, StatusCode::OK);
}

#[tokio::test]
async fn numbers_say_how_the_ledger_stands() {
    let shop = Shop::open();
    let entries = shop.entries();
    let said = shop.page("/metrics", NEAR, "localhost:8440").await.body;
    for line in [
        format!("stock_entries {entries}\n"),
        "stock_items_low 1\n".to_owned(),
        "stock_items_out 1\n".to_owned(),
        "stock_exceptions_open 0\n".to_owned(),
        "stock_devices 0\n".to_owned(),
        "# TYPE stock_http_requests_total counter\n".to_owned(),
    ] {
        assert!(said.contains(&line), "{line} in\n{said}");
    }
    assert!(!said.contains("R-100"));
    let taken = StockRequest {
        item: "R-100".to_owned(),
        quantity: "9".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| remove(fold, "A-01", &taken));
    let said = shop.page("/metrics", NEAR, "localhost:8440").await.body;
    for line in ["stock_exceptions_open 1\n", "stock_items_out 2\n"] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_the_pattern_of_their_route() {
    let shop = Shop::open();
    let app = App::new(shop.node.clone());
    let ask = |path: &str| {
        let peer: SocketAddr = NEAR.parse().unwrap();
        let request = Request::get(path)
            .header("host", "localhost:8440")
            .header("authorization", format!("Bearer {}", shop.token))
            .extension(ConnectInfo(peer));
        all(app.clone()).oneshot(request.body(Body::empty()).unwrap())
    };
    for path in ["/api/v1/items/R-100", "/api/v1/items/NOPE", "/nowhere"] {
        ask(path).await.unwrap();
    }
    let body = ask("/metrics").await.unwrap().into_body();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let said = String::from_utf8(bytes.to_vec()).unwrap();
    for line in [
        "{route=\"/api/v1/items/{sku}\",method=\"GET\",status=\"200\"} 1\n",
        "{route=\"/api/v1/items/{sku}\",method=\"GET\",status=\"404\"} 1\n",
        "{route=\"none\",method=\"GET\",status=\"404\"} 1\n",
    ] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
}

#[tokio::test]
async fn a_series_tells_stock_over_time() {
    let shop = Shop::open();
    let place = LocationChange::default();
    shop.write(|fold| add_location(fold, "B-02", &place));
    let moved = StockRequest {
        item: "R-100".to_owned(),
        quantity: "2".parse().unwrap(),
        ..StockRequest::default()
    };
    let stay = ledger_core::at_entry::MoveOwner::Same;
    shop.write(|fold| movement(fold, "A-01", "B-02", &stay, &moved));
    let values = |series: &Value, key: &str| -> Vec<Value> {
        let points = series["points"].as_array().unwrap();
        let mut values: Vec<Value> = points.iter().map(|point| point[key].clone()).collect();
        values.dedup();
        values
    };
    let whole = shop.api("items/R-100/series").await.json();
    assert_eq!(values(&whole, "on_hand").last(), Some(&json!("5")));
    assert_eq!(values(&whole, "available").last(), Some(&json!("5")));
    assert_eq!(whole["thinned"], false);
    let there = shop.api("items/R-100/series?location=b-02").await.json();
    assert_eq!(values(&there, "on_hand"), [json!("2")]);
    assert_eq!(values(&there, "available"), [Value::Null]);
    let before = shop
        .api("items/R-100/series?to=2020-01-01T00:00:00Z&from=2019-01-01T00:00:00Z")
        .await
        .json();
    assert_eq!(values(&before, "on_hand"), [json!("0")]);
    for (query, code) in [
        (
            "from=2020-01-01T00:00:00Z&to=2019-01-01T00:00:00Z",
            "bad-query",
        ),
        ("points=9", "bad-query"),
        ("from=yesterday", "bad-time"),
        ("location=NOPE", "unknown-location"),
    ] {
        let reply = shop.api(&format!("items/R-100/series?{query}")).await;
        assert_eq!(reply.problem(400), code, "{query}");
    }
}

#[tokio::test]
async fn the_api_warns_of_what_a_handheld_warns_of() {
    let shop = Shop::open();
    let token = shop.token_of("till", Role::Administrator);
    let reasons = json!({ "value": ["Broken"] });
    shop.json("PUT", "settings/reasons", &token, reasons).await;
    let order = json!({ "number": "S-1", "type": "sales" });
    shop.json("POST", "orders", &token, order).await;
    let line = json!({ "item": "R-100", "quantity": 1 });
    shop.json("POST", "orders/S-1/lines", &token, line).await;
    let body = json!({
        "item": "R-100", "from": "A-01", "quantity": 6, "order": "s-1", "reason": "broken",
    });
    let reply = shop.json("POST", "movements", &token, body).await.json();
    let warnings = reply["warnings"].to_string();
    assert!(warnings.contains("A-01 now has -1"), "{warnings}");
    assert!(warnings.contains("pick for the order S-1"), "{warnings}");
    let history = shop.api("items/R-100/history").await.json();
    let rows = history["items"].as_array().unwrap();
    let taken = rows.iter().find(|row| row["kind"] == "remove").unwrap();
    assert_eq!(taken["reason"], "Broken");
}
