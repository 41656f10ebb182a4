//! Orders, backorders, alerts and answers to exceptions over the API.

use serde_json::json;

use super::writes::rows;
use super::*;

/// A shop with 5 of R-100 at A-01, where orders may want more than there is.
async fn shop() -> (Shop, String) {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Administrator);
    let on = json!({ "value": "on" });
    let reply = shop
        .json("PUT", "settings/allow-backorder", &token, on)
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    (shop, token)
}

impl Shop {
    /// Does something, which must be done, and gives the object.
    pub(super) async fn done(&self, method: &str, path: &str, token: &str, body: Value) -> Value {
        let reply = self.json(method, path, token, body).await;
        let good = [StatusCode::OK, StatusCode::CREATED].contains(&reply.status);
        assert!(good, "{method} {path}: {}", reply.body);
        reply.json()["object"].clone()
    }
}

#[track_caller]
fn line(order: &Value, number: usize) -> [&str; 4] {
    ["wanted", "picked", "backorder", "ready"]
        .map(|key| order["lines"][number][key].as_str().unwrap())
}

#[tokio::test]
async fn an_issuing_order_takes_what_is_there_and_waits_for_the_rest() {
    let (shop, token) = shop().await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    let opened = post("orders", json!({ "number": "r1", "title": "Screen" })).await;
    assert_eq!(
        (&opened["number"], &opened["type"], &opened["state"]),
        (&json!("R1"), &json!("repair"), &json!("open"))
    );
    assert_eq!(opened["site"], "MAIN");
    let body = json!({ "item": "R-100", "quantity": 8 });
    let order = post("orders/r1/lines", body).await;
    assert_eq!(line(&order, 0), ["8", "5", "3", "0"]);
    assert_eq!(order["backorder"], true);
    let waiting = shop.api("backorders").await.json();
    assert_eq!(waiting["items"][0]["backorder"], "3");
    assert_eq!(
        shop.api("backorders?ready").await.json()["items"],
        json!([])
    );
    let low = shop.api("alerts/low-stock").await.json();
    let low = low["items"].as_array().unwrap();
    assert!(
        low.iter()
            .any(|row| row["item"] == "R-100" && row["level"] == "out"),
        "{low:?}"
    );
    let more = json!({ "item": "R-100", "to": "A-01", "quantity": 2 });
    post("movements", more).await;
    let ready = shop.api("backorders?ready").await.json();
    assert_eq!(ready["items"][0]["ready"], "2");
    let picks = shop.api("orders/R1/picks").await.json();
    assert_eq!(
        (
            &picks["items"][0]["location"],
            &picks["items"][0]["quantity"]
        ),
        (&json!("A-01"), &json!("2"))
    );
    let reply = shop.ask("POST", "orders/r1/fill", &token, &[], "").await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    assert_eq!(line(&reply.json()["object"], 0), ["8", "7", "1", "0"]);
    let order = post(
        "orders/r1/return",
        json!({ "item": "R-100", "quantity": 4 }),
    )
    .await;
    assert_eq!(order["lines"][0]["picked"], "3", "{order:#}");
    let order = shop
        .done(
            "PATCH",
            "orders/r1/lines/r-100",
            &token,
            json!({ "wanted": 3 }),
        )
        .await;
    assert_eq!(line(&order, 0), ["3", "3", "0", "0"]);
    let order = post("orders/r1/cancel", json!({ "reason": "no longer wanted" })).await;
    assert_eq!(order["state"], "cancelled");
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "7");
    assert_eq!(shop.api("orders?open").await.json()["items"], json!([]));
    assert_eq!(shop.api("orders").await.json()["items"][0]["number"], "R1");
}

#[tokio::test]
async fn a_reserving_order_is_picked() {
    let (shop, token) = shop().await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    post("customers", json!({ "code": "acme", "name": "Acme" })).await;
    let body = json!({ "type": "sales", "customer": "acme", "due": "2030-01-31" });
    let opened = post("orders", body).await;
    let number = opened["number"].as_str().unwrap();
    assert_eq!(
        (&opened["policy"], &opened["due"]),
        (&json!("reserve"), &json!("2030-01-31"))
    );
    let lines = format!("orders/{number}/lines");
    post(&lines, json!({ "item": "R-100", "wanted": "4" })).await;
    let item = shop.api("items/R-100").await.json();
    assert_eq!(
        (&item["on_hand"], &item["available"]),
        (&json!("5"), &json!("1"))
    );
    let pick = json!({ "item": "R-100", "location": "A-01", "quantity": 3 });
    let order = post(&format!("orders/{number}/pick"), pick).await;
    assert_eq!(line(&order, 0), ["4", "3", "0", "1"]);
    let order = post(
        &format!("orders/{number}/expedite"),
        json!({ "item": "R-100" }),
    )
    .await;
    assert_eq!(order["lines"][0]["rank"], 1);
    let body = json!({ "customer": null, "due": null, "stage": "packed" });
    let path = format!("orders/{number}");
    let order = shop.done("PATCH", &path, &token, body).await;
    assert_eq!(
        [&order["customer"], &order["due"], &order["stage"]],
        [&Value::Null, &Value::Null, &json!("packed")]
    );
    let line_path = format!("{path}/lines/R-100");
    let reply = shop.ask("DELETE", &line_path, &token, &[], "").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
    let order = post(&format!("{path}/close"), json!({})).await;
    assert_eq!(order["state"], "closed");
}

/// What is refused of orders: status, code, method, path and body.
const BAD_ORDERS: &str = r#"
409 exists POST orders {"number": "r1"}
400 bad-type POST orders {"type": "gift"}
400 bad-date POST orders {"due": "soon"}
422 unknown-customer POST orders {"customer": "NOPE"}
422 unknown-site PATCH orders/R1 {"site": "NOPE"}
422 nothing-to-set PATCH orders/R1 {}
400 bad-body PATCH orders/R1 {"number": "R2"}
404 unknown-order PATCH orders/NOPE {"title": "x"}
404 unknown-order POST orders/NOPE/lines {"item": "R-100", "quantity": 1}
422 unknown-item POST orders/R1/lines {"item": "NOPE", "quantity": 1}
422 zero-quantity POST orders/R1/lines {"item": "R-100", "quantity": 0}
422 negative-quantity POST orders/R1/lines {"item": "R-100", "quantity": -1}
400 bad-body POST orders/R1/lines {"item": "R-100"}
400 bad-body POST orders/R1/lines {"item": "R-100", "quantity": 1, "wanted": 1}
404 unknown-line PATCH orders/R1/lines/A%2FB%201%262 {"wanted": 1}
404 unknown-line DELETE orders/R1/lines/A%2FB%201%262 {}
409 above-wanted POST orders/R1/pick {"item": "R-100", "location": "A-01", "quantity": 9}
400 bad-pick POST orders/R1/pick {"item": "R-100", "from": "A-01", "quantity": 1}
409 above-picked POST orders/R1/return {"item": "R-100", "quantity": 9}
409 nothing-ready POST orders/R1/fill {}
422 unknown-line POST orders/R1/fill {"item": "A/B 1&2"}
422 unknown-line POST orders/R1/expedite {"item": "A/B 1&2"}
400 bad-body POST orders/R1/expedite {"item": "R-100", "rank": "first"}
409 order-ended POST orders/R2/cancel {}
409 order-ended POST orders/R2/lines {"item": "R-100", "quantity": 1}
400 bad-pick POST orders/R1/pick {"item": "R-100", "location": "A-01", "quantity": 1, "order": "R1"}
404 unknown-exception POST exceptions/NOPE {"accept": true}
400 bad-body POST exceptions/NOPE {}
400 bad-body POST exceptions/NOPE {"accept": false}
400 bad-body POST exceptions/NOPE {"accept": true, "count": 1}
"#;

#[tokio::test]
async fn what_an_order_cannot_do_is_refused_and_changes_nothing() {
    let (shop, token) = shop().await;
    for (path, body) in [
        ("orders", json!({ "number": "R1" })),
        ("orders/R1/lines", json!({ "item": "R-100", "quantity": 2 })),
        ("orders", json!({ "number": "R2" })),
        ("orders/R2/close", json!({})),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let before = shop.entries();
    for (status, code, rest) in rows(BAD_ORDERS) {
        let mut parts = rest.splitn(3, ' ');
        let [method, path, body] = [0; 3].map(|_| parts.next().unwrap());
        let body: Value = serde_json::from_str(body).unwrap();
        let reply = shop.json(method, path, &token, body).await;
        assert_eq!(reply.problem(status), code, "{rest}");
    }
    for path in ["orders/NOPE", "orders/NOPE/picks"] {
        assert_eq!(shop.api(path).await.problem(404), "unknown-order", "{path}");
    }
    let off = json!({ "value": "off" });
    shop.done("PUT", "settings/allow-backorder", &token, off)
        .await;
    let body = json!({ "item": "R-100", "quantity": 4 });
    let reply = shop.json("POST", "orders/R1/lines", &token, body).await;
    assert_eq!(reply.problem(409), "not-available");
    assert_eq!(shop.entries(), before + 1, "only the setting");
}

#[tokio::test]
async fn an_order_s_writes_count_once_by_their_key() {
    let (shop, token) = shop().await;
    for (path, body) in [
        ("orders", json!({ "number": "R1" })),
        ("orders/R1/lines", json!({ "item": "R-100", "quantity": 2 })),
        (
            "orders/R1/return",
            json!({ "item": "R-100", "quantity": 1 }),
        ),
        ("orders/R1/expedite", json!({ "item": "R-100", "rank": 3 })),
        ("orders/R1/fill", json!({})),
        ("orders/R1/cancel", json!({})),
        ("orders", json!({ "number": "R3" })),
        ("orders/R3/lines", json!({ "item": "R-100", "wanted": 2 })),
        ("orders/R3/close", json!({})),
    ] {
        let key = format!("{path}{body}").replace(' ', "");
        let first = shop.once(path, &token, &key, body.clone()).await;
        assert_eq!(first.status, StatusCode::CREATED, "{path}: {}", first.body);
        let before = shop.entries();
        let again = shop.once(path, &token, &key, body).await;
        assert_eq!(again.status, StatusCode::OK, "{path}: {}", again.body);
        assert_eq!(shop.entries(), before, "{path}");
        let (first, again) = (first.json(), again.json());
        assert_eq!(first["entries"], again["entries"], "{path}");
        assert_eq!(first["object"], again["object"], "{path}");
    }
}

#[tokio::test]
async fn exceptions_are_answered() {
    let (shop, token) = shop().await;
    let operator = shop.token_of("till", Role::Operator);
    let take = json!({ "item": "R-100", "from": "A-01", "quantity": 9 });
    let open = async || shop.api("exceptions").await.json()["items"].clone();
    for (answer, on_hand) in [
        (json!({ "count": 3 }), "3"),
        (json!({ "accept": true, "note": "seen" }), "-6"),
    ] {
        shop.done("POST", "movements", &token, take.clone()).await;
        let id = open().await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(
            shop.api(&format!("exceptions/{id}")).await.json()["id"],
            json!(id)
        );
        let path = format!("exceptions/{id}");
        if answer.get("accept").is_some() {
            let reply = shop.json("POST", &path, &operator, answer.clone()).await;
            assert_eq!(reply.problem(403), "forbidden");
        }
        let told = shop.done("POST", &path, &token, answer.clone()).await;
        assert_eq!(
            (&told["id"], &told["open"]),
            (&json!(id), &json!(false)),
            "{answer}"
        );
        assert_eq!(open().await, json!([]), "{answer}");
        assert_eq!(shop.api("items/R-100").await.json()["on_hand"], on_hand);
    }
    let count = json!({ "item": "R-100", "location": "A-01", "quantity": 1 });
    shop.done("POST", "counts", &token, count).await;
    let mine = shop
        .json("POST", "movements", &operator, take.clone())
        .await;
    let path = format!("exceptions/{}", open().await[0]["id"].as_str().unwrap());
    let entry = mine.json()["entry"].clone();
    let other = shop.token_of("other", Role::Operator);
    let reply = shop
        .json("POST", &path, &other, json!({ "reverse": entry }))
        .await;
    assert_eq!(reply.problem(403), "forbidden");
    shop.done("POST", &path, &operator, json!({ "reverse": entry }))
        .await;
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "1");
}

#[tokio::test]
async fn a_customer_is_shown_with_stock_and_open_orders() {
    let (shop, token) = shop().await;
    for (path, body) in [
        ("customers", json!({ "code": "acme", "name": "Acme" })),
        (
            "movements",
            json!({ "item": "R-100", "to": "A-01", "quantity": 4, "owner": "acme", "batch": "l1" }),
        ),
        ("orders", json!({ "number": "R1", "customer": "acme" })),
        ("orders", json!({ "number": "R2" })),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let shown = shop.api("customers/acme").await.json();
    assert_eq!(
        json!([shown["code"], shown["name"], shown["archived"]]),
        json!(["ACME", "Acme", false])
    );
    assert_eq!(
        shown["lines"],
        json!([
            { "item": "R-100", "name": "Resistor", "unit": shown["lines"][0]["unit"],
              "location": "A-01", "site": "MAIN", "batch": "L1", "on_hand": "4" },
        ])
    );
    assert_eq!(
        shown["orders"],
        json!([shop.api("orders/R1").await.json()]),
        "the open orders as they are shown alone"
    );
    assert_eq!(
        shop.api("orders?customer=acme").await.json()["items"][0]["number"],
        "R1"
    );
    assert_eq!(
        shop.api("customers/nope").await.problem(404),
        "unknown-customer"
    );
}

#[tokio::test]
async fn stock_of_merged_items_is_one_line_of_its_customer() {
    let (shop, token) = shop().await;
    let theirs = |item: &str, quantity: i64| json!({ "item": item, "to": "A-01", "quantity": quantity, "owner": "acme" });
    for (path, body) in [
        ("customers", json!({ "code": "acme" })),
        ("items", json!({ "sku": "OLD" })),
        ("movements", theirs("R-100", 4)),
        ("movements", theirs("OLD", 3)),
        ("items/OLD/merge", json!({ "into": "R-100" })),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let shown = shop.api("customers/acme").await.json();
    let lines: Vec<[&Value; 2]> = shown["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| [&line["item"], &line["on_hand"]])
        .collect();
    assert_eq!(lines, [["R-100", "7"]]);
}

#[tokio::test]
async fn a_pick_in_the_future_is_warned_of() {
    let (shop, token) = shop().await;
    for (path, body) in [
        ("orders", json!({ "number": "S1", "type": "sales" })),
        ("orders/S1/lines", json!({ "item": "R-100", "quantity": 2 })),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    for (at, is_warned) in [
        ("2999-01-01T00:00:00Z", true),
        ("2026-01-01T00:00:00Z", false),
    ] {
        let body = json!({ "item": "R-100", "location": "A-01", "quantity": 1, "at": at });
        let reply = shop.json("POST", "orders/S1/pick", &token, body).await;
        let warnings = reply.json()["warnings"].to_string();
        assert_eq!(
            warnings.contains("in the future"),
            is_warned,
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn what_an_address_names_wrongly_is_told_with_the_next_step() {
    let (shop, token) = shop().await;
    for (path, body) in [
        ("orders", json!({ "number": "R1" })),
        (
            "movements",
            json!({ "item": "R-100", "from": "A-01", "quantity": 9 }),
        ),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let open = shop.api("exceptions").await.json()["items"][0]["id"].clone();
    let open = open.as_str().unwrap();
    let typo = format!("exceptions/{open}x");
    let shown = shop.api(&typo).await;
    let answered = shop
        .json("POST", &typo, &token, json!({ "accept": true }))
        .await;
    for reply in [shown, answered] {
        assert_eq!(reply.problem(404), "unknown-exception");
        let hint = reply.json()["hint"].to_string();
        assert!(hint.contains(open), "{}", reply.body);
    }
    let body = json!({ "wanted": 1 });
    let reply = shop
        .json("PATCH", "orders/R1/lines/R-100", &token, body)
        .await;
    assert_eq!(reply.problem(404), "unknown-line");
    let hint = reply.json()["hint"].to_string();
    assert!(hint.contains("POST orders/{number}/lines"), "{hint}");
}
