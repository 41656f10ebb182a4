//! Bills of materials, production lots and purchase orders over the API.

use serde_json::json;

use super::writes::rows;
use super::*;

/// A shop where a board takes 4 of R-100, of which 5 lie at A-01, and which Partco sells.
async fn shop() -> (Shop, String) {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Administrator);
    for (path, body) in [
        (
            "suppliers",
            json!({ "code": "PARTCO", "name": "Partco Ltd" }),
        ),
        (
            "items",
            json!({ "sku": "BOARD", "name": "Board", "kind": "pcba" }),
        ),
        ("reversals", json!({ "entry": newest(&shop).await })),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let four = json!({ "quantity": 4, "refs": "R1-R4" });
    shop.done("PUT", "bom/BOARD/R-100", &token, four).await;
    (shop, token)
}

/// The newest entry of R-100: its count.
async fn newest(shop: &Shop) -> Value {
    let history = shop.api("items/R-100/history").await.json();
    history["items"].as_array().unwrap().last().unwrap()["entry"].clone()
}

#[track_caller]
fn figures(lot: &Value) -> [&str; 5] {
    ["required", "on_hand", "on_order", "shortfall", "covered"]
        .map(|key| lot["lines"][0][key].as_str().unwrap())
}

#[tokio::test]
async fn half_a_lot_of_a_hundred_is_short_of_eighty() {
    let (shop, token) = shop().await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    // Reversing the count left 7; they all go into the first boards.
    let body = json!({ "item": "R-100", "to": "A-01", "quantity": 193 });
    post("movements", body).await;
    let body = json!({ "number": "l1", "item": "BOARD", "quantity": 100, "due": "2027-03-31" });
    let lot = post("lots", body).await;
    assert_eq!(figures(&lot), ["400", "200", "0", "200", "short"]);
    assert_eq!(lot["can_build"]["now"], "50");
    let body = json!({ "quantity": 50, "location": "A-01" });
    let lot = post("lots/l1/build", body).await;
    assert_eq!(
        (&lot["built"], &lot["left"]),
        (&json!("50"), &json!("50")),
        "{lot:#}"
    );
    assert_eq!(figures(&lot), ["200", "0", "0", "200", "short"]);
    let body = json!({
        "number": "PO-7",
        "supplier": "PARTCO",
        "lines": [{ "item": "R-100", "quantity": 120, "date": "2027-03-01" }],
    });
    let order = post("purchase-orders", body).await;
    assert_eq!(order["lines"][0]["covers"][0]["number"], "L1");
    let lot = shop.api("lots/L1").await.json();
    assert_eq!(figures(&lot), ["200", "0", "120", "80", "short"]);
    let pegs = &lot["lines"][0]["pegs"];
    assert_eq!(
        [&pegs[0]["number"], &pegs[0]["quantity"], &pegs[0]["date"]],
        [&json!("PO-7"), &json!("120"), &json!("2027-03-01")]
    );
    assert_eq!(
        [&pegs[1]["source"], &pegs[1]["quantity"]],
        [&json!("nothing"), &json!("80")]
    );
    assert_eq!(lot["short"][0]["quantity"], "80");
    let item = shop.api("items/R-100").await.json();
    assert_eq!(item["on_order"], "120");
    assert_eq!(item["coming"][0]["purchase_order"], "PO-7");
    assert_eq!(item["coming"][0]["left"], "120");
}

#[tokio::test]
async fn what_is_short_is_bought_received_and_issued() {
    let (shop, token) = shop().await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    let body = json!({ "number": "L1", "item": "BOARD", "quantity": 10, "site": "MAIN" });
    post("lots", body).await;
    // Nobody is known to sell it, until somebody is named.
    let reply = shop.json("POST", "lots/L1/buy", &token, json!({})).await;
    assert_eq!(reply.problem(422), "supplier-missing");
    let lot = post("lots/L1/buy", json!({ "supplier": "PARTCO" })).await;
    assert_eq!(figures(&lot), ["40", "7", "33", "0", "yes"]);
    let orders = shop.api("purchase-orders?open&supplier=PARTCO").await;
    let order = orders.json()["items"][0].clone();
    assert_eq!(order["lines"][0]["ordered"], "33");
    let number = order["number"].as_str().unwrap();
    let got = json!({ "item": "R-100", "location": "A-01", "quantity": 34 });
    let path = format!("purchase-orders/{number}/receive");
    let reply = shop.json("POST", &path, &token, got.clone()).await;
    assert_eq!(reply.problem(409), "above-ordered");
    let hint = reply.json()["hint"].as_str().unwrap().to_owned();
    assert_eq!(hint, "if it came all the same say why in reason");
    let mut got = got;
    got["reason"] = json!("one more as a gift");
    let order = post(&path, got).await;
    assert_eq!(
        (&order["lines"][0]["received"], &order["complete"]),
        (&json!("34"), &json!(true))
    );
    let issue = json!({ "item": "R-100", "location": "A-01", "quantity": 30 });
    let lot = post("lots/L1/issue", issue).await;
    assert_eq!(lot["lines"][0]["issued"], "30");
    assert_eq!(figures(&lot), ["10", "11", "0", "0", "yes"]);
    let back = json!({ "item": "R-100", "location": "A-01", "quantity": 2 });
    let lot = post("lots/L1/return", back).await;
    assert_eq!(lot["lines"][0]["issued"], "28");
    let body = json!({ "quantity": 10, "location": "A-01" });
    let lot = post("lots/L1/build", body).await;
    assert_eq!(figures(&lot), ["0", "1", "0", "0", "yes"]);
    assert_eq!(shop.api("items/BOARD").await.json()["on_hand"], "10");
    let history = shop.api("items/R-100/history").await.json();
    let rows = history["items"].as_array().unwrap();
    let lots: Vec<&Value> = rows.iter().filter(|row| row["lot"] == "L1").collect();
    let changes: Vec<&Value> = lots.iter().map(|row| &row["change"]).collect();
    assert_eq!(changes, ["-30", "2", "-12"]);
    let lot = post("lots/L1/close", json!({})).await;
    assert_eq!(lot["state"], "closed");
    assert_eq!(shop.api("lots?open").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_bill_of_materials_has_levels_and_no_circles() {
    let (shop, token) = shop().await;
    let body = json!({ "sku": "BOX", "kind": "assembly" });
    shop.done("POST", "items", &token, body).await;
    let two = json!({ "quantity": 2, "attrition": "2.5" });
    let bom = shop.done("PUT", "bom/BOX/BOARD", &token, two.clone()).await;
    assert_eq!(
        (&bom["item"], &bom["lines"][0]["attrition"]),
        (&json!("BOX"), &json!("2.5"))
    );
    let bom = shop.api("bom/BOX?levels").await.json();
    let levels = bom["levels"].as_array().unwrap();
    let told: Vec<[&str; 2]> = levels
        .iter()
        .map(|row| ["item", "total"].map(|key| row[key].as_str().unwrap()))
        .collect();
    // Whole pieces: 2.05 boards with what is lost are three.
    assert_eq!(told, [["BOARD", "3"], ["R-100", "12"]]);
    assert_eq!(
        shop.api("bom/R-100").await.json()["used_in"][0]["item"],
        "BOARD"
    );
    assert_eq!(
        shop.api("bom").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let reply = shop.json("PUT", "bom/R-100/BOX", &token, two).await;
    assert_eq!(reply.problem(409), "bom-circle");
    // A lot keeps the bill as it was, until it adopts today's.
    let body = json!({ "number": "L1", "item": "BOX", "quantity": 1 });
    shop.done("POST", "lots", &token, body).await;
    let three = json!({ "quantity": 3 });
    shop.done("PUT", "bom/BOX/BOARD", &token, three).await;
    let lot = shop.api("lots/L1").await.json();
    assert_eq!(
        (&lot["bom_differs"], &lot["lines"][0]["per_unit"]),
        (&json!(true), &json!("2"))
    );
    let reply = shop.ask("POST", "lots/L1/adopt", &token, &[], "").await;
    let lot = reply.json()["object"].clone();
    assert_eq!(
        (&lot["bom_differs"], &lot["lines"][0]["per_unit"]),
        (&json!(false), &json!("3"))
    );
    let removed = shop.ask("DELETE", "bom/BOX/BOARD", &token, &[], "").await;
    assert_eq!(removed.status, StatusCode::OK);
    assert_eq!(removed.json()["object"]["lines"], json!([]));
}

/// What is refused: status, code, method, path and body.
const BAD: &str = r#"
404 unknown-item PUT bom/NOPE/R-100 {"quantity": 1}
404 unknown-item PUT bom/BOARD/NOPE {"quantity": 1}
422 quantity-missing PUT bom/BOARD/A%2FB%201%262 {"refs": "R9"}
400 bad-quantity PUT bom/BOARD/R-100 {"quantity": 0}
400 bad-attrition PUT bom/BOARD/R-100 {"attrition": 101}
422 nothing-to-set PUT bom/BOARD/R-100 {}
400 bad-body PUT bom/BOARD/R-100 {"quantity": null}
409 bom-circle PUT bom/R-100/BOARD {"quantity": 1}
404 unknown-line DELETE bom/BOARD/A%2FB%201%262 {}
409 exists POST lots {"number": "l1", "item": "BOARD", "quantity": 1}
409 no-bom POST lots {"item": "R-100", "quantity": 1}
422 unknown-item POST lots {"item": "NOPE", "quantity": 1}
400 bad-body POST lots {"item": "BOARD"}
400 bad-body POST lots {"quantity": 1}
400 bad-quantity POST lots {"item": "BOARD", "quantity": 0}
400 bad-date POST lots {"item": "BOARD", "quantity": 1, "due": "soon"}
422 unknown-customer PATCH lots/L1 {"customer": "NOPE"}
422 nothing-to-set PATCH lots/L1 {}
400 bad-body PATCH lots/L1 {"item": "BOARD"}
400 bad-body PATCH lots/L1 {"quantity": null}
404 unknown-lot PATCH lots/NOPE {"quantity": 1}
404 unknown-lot POST lots/NOPE/adopt {}
400 bad-movement POST lots/L1/issue {"item": "R-100", "quantity": 1}
400 bad-movement POST lots/L1/issue {"item": "R-100", "quantity": 1, "location": "A-01", "lot": "L1"}
409 above-issued POST lots/L1/return {"item": "R-100", "quantity": 1, "location": "A-01"}
400 bad-quantity POST lots/L1/build {"quantity": 0, "location": "A-01"}
422 unknown-location POST lots/L1/build {"quantity": 1, "location": "NOPE"}
409 nothing-to-adopt POST lots/L1/adopt {}
409 nothing-to-buy POST lots/L1/buy {}
409 lot-ended POST lots/L2/close {}
409 lot-ended POST lots/L2/buy {}
422 supplier-missing POST purchase-orders {"lines": [{"item": "R-100", "quantity": 1}]}
422 nothing-ordered POST purchase-orders {"supplier": "PARTCO"}
422 unknown-supplier POST purchase-orders {"supplier": "NOPE", "lines": [{"item": "R-100", "quantity": 1}]}
422 line-twice POST purchase-orders {"supplier": "PARTCO", "lines": [{"item": "R-100", "quantity": 1}, {"item": "R-100", "quantity": 2}]}
400 bad-quantity POST purchase-orders {"supplier": "PARTCO", "lines": [{"item": "R-100", "quantity": 0}]}
400 bad-body POST purchase-orders {"supplier": null}
400 bad-body PATCH purchase-orders/P1 {"number": "P2"}
422 nothing-to-set PATCH purchase-orders/P1 {}
422 line-twice PATCH purchase-orders/P1 {"lines": [{"item": "R-100", "quantity": 5}, {"item": "R-100", "quantity": 6}]}
422 unknown-line PATCH purchase-orders/P1 {"lines": [{"item": "R-100", "quantity": 0, "date": "2027-01-01"}]}
404 unknown-purchase-order POST purchase-orders/NOPE/close {}
409 not-ordered POST purchase-orders/P1/receive {"item": "BOARD", "quantity": 1, "location": "A-01"}
400 bad-movement POST lots/L1/issue {"item": "R-100", "quantity": 1, "location": "A-01", "stocktake": "T1"}
400 bad-movement POST purchase-orders/P1/receive {"item": "R-100", "quantity": 1, "from": "A-01", "location": "A-01"}
"#;

#[tokio::test]
async fn what_plans_cannot_do_is_refused_and_changes_nothing() {
    let (shop, token) = shop().await;
    for (path, body) in [
        (
            "lots",
            json!({ "number": "L1", "item": "BOARD", "quantity": 1 }),
        ),
        (
            "lots",
            json!({ "number": "L2", "item": "BOARD", "quantity": 1 }),
        ),
        ("lots/L2/close", json!({})),
        (
            "purchase-orders",
            json!({
                "number": "P1",
                "supplier": "PARTCO",
                "lines": [{ "item": "R-100", "quantity": 1 }],
            }),
        ),
    ] {
        shop.done("POST", path, &token, body).await;
    }
    let before = shop.entries();
    for (status, code, rest) in rows(BAD) {
        let mut parts = rest.splitn(3, ' ');
        let [method, path, body] = [0; 3].map(|_| parts.next().unwrap());
        let body: Value = serde_json::from_str(body).unwrap();
        let reply = shop.json(method, path, &token, body).await;
        assert_eq!(reply.problem(status), code, "{rest}");
    }
    for (path, code) in [
        ("lots/NOPE", "unknown-lot"),
        ("purchase-orders/NOPE", "unknown-purchase-order"),
        ("bom/NOPE", "unknown-item"),
    ] {
        assert_eq!(shop.api(path).await.problem(404), code, "{path}");
    }
    assert_eq!(shop.entries(), before, "what is refused changed something");
}

#[tokio::test]
async fn plans_are_for_managers_and_their_movements_for_operators() {
    let (shop, token) = shop().await;
    let body = json!({ "number": "L1", "item": "BOARD", "quantity": 1 });
    shop.done("POST", "lots", &token, body.clone()).await;
    let operator = shop.token_of("hand", Role::Operator);
    for (method, path) in [
        ("POST", "lots"),
        ("POST", "lots/L1/buy"),
        ("POST", "lots/L1/close"),
        ("POST", "purchase-orders"),
        ("PUT", "bom/BOARD/R-100"),
    ] {
        let reply = shop.json(method, path, &operator, body.clone()).await;
        assert_eq!(reply.problem(403), "forbidden", "{method} {path}");
    }
    let issue = json!({ "item": "R-100", "location": "A-01", "quantity": 1 });
    shop.done("POST", "lots/L1/issue", &operator, issue).await;
}

#[tokio::test]
async fn a_plan_that_is_sent_twice_is_made_once() {
    let (shop, token) = shop().await;
    let body = json!({ "item": "BOARD", "quantity": 1 }).to_string();
    let header = [
        ("idempotency-key", "k1"),
        ("content-type", "application/json"),
    ];
    let send = async || {
        let body = body.clone();
        shop.ask("POST", "lots", &token, &header, body).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(
        again.json()["object"]["number"],
        first.json()["object"]["number"]
    );
    let lots = shop.api("lots").await.json();
    assert_eq!(lots["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_booked_for_a_document_is_described_without_what_it_refuses() {
    let (shop, token) = shop().await;
    let description = shop.api("openapi.json").await.json();
    let lot = json!({ "number": "L1", "item": "BOARD", "quantity": 1 });
    shop.done("POST", "lots", &token, lot).await;
    for act in [
        "lots/{number}/issue",
        "lots/{number}/return",
        "purchase-orders/{number}/receive",
    ] {
        let path = &description["paths"][format!("/{act}")];
        let body = &path["post"]["requestBody"]["content"]["application/json"]["schema"];
        let text = body.to_string();
        assert!(text.contains("\"location\""), "{act}: {body:#}");
        for key in ["stocktake", "all_batches", "order", "to_owner"] {
            assert!(!text.contains(&format!("\"{key}\":")), "{act} has {key}");
        }
    }
}

#[tokio::test]
async fn parts_of_a_customer_go_into_their_lot_and_come_back_as_theirs() {
    let (shop, token) = shop().await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    post("customers", json!({ "code": "ACME" })).await;
    post("locations", json!({ "number": "B-02" })).await;
    let theirs = json!({
        "item": "R-100",
        "to": "B-02",
        "quantity": 10,
        "owner": "ACME",
        "batch": "B1",
    });
    post("movements", theirs).await;
    let lot = json!({ "number": "L1", "item": "BOARD", "quantity": 2, "customer": "ACME" });
    post("lots", lot).await;
    let lines = async || {
        let item = shop.api("items/R-100").await.json();
        let lines = item["lines"].as_array().unwrap().iter();
        let told =
            lines.map(|line| format!("{} {} {}", line["owner"], line["batch"], line["on_hand"]));
        told.collect::<Vec<String>>()
    };
    let part = |quantity: i64| json!({ "item": "R-100", "location": "B-02", "quantity": quantity });
    post("lots/L1/issue", part(10)).await;
    assert_eq!(lines().await, ["null null \"7\""]);
    post("lots/L1/return", part(4)).await;
    assert_eq!(lines().await, ["null null \"7\"", "\"ACME\" \"B1\" \"4\""]);
    let mut ours = part(1);
    ours["owner"] = json!("-");
    let reply = shop.json("POST", "lots/L1/issue", &token, ours).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    assert!(lines().await.contains(&"null null \"-1\"".to_owned()));
}
