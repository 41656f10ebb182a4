//! Stocktakes over the API: what is to be counted, what was, and what managers say about it.

use serde_json::json;

use super::writes::rows;
use super::*;

/// A shop with 5 of R-100 at A-01 and 3 at B-02, and a stocktake of both places.
async fn shop(given: Value) -> (Shop, String) {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Manager);
    let b = LocationChange::default();
    shop.write(|fold| add_location(fold, "B-02", &b));
    let mut body = json!({ "number": "t1", "locations": ["a-01", "B-02"] });
    for (key, value) in given.as_object().unwrap() {
        body[key] = value.clone();
    }
    for (path, body) in [
        (
            "movements",
            json!({ "item": "R-100", "to": "B-02", "quantity": 3 }),
        ),
        ("stocktakes", body),
    ] {
        let reply = shop.json("POST", path, &token, body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    }
    (shop, token)
}

fn counted(location: &str, quantity: i64) -> Value {
    json!({ "item": "R-100", "location": location, "quantity": quantity, "stocktake": "T1" })
}

/// State, expected, counted and variance of a line.
#[track_caller]
fn line<'a>(report: &'a Value, location: &str) -> [&'a Value; 4] {
    let mut lines = report["lines"].as_array().unwrap().iter();
    let line = lines.find(|line| line["location"] == location);
    let line = line.unwrap_or_else(|| panic!("no line at {location}: {report:#}"));
    ["state", "expected", "counted", "variance"].map(|key| &line[key])
}

#[tokio::test]
async fn a_report_has_what_was_expected_by_all_that_is_known_now() {
    let (shop, token) = shop(json!({ "title": "Year's end", "due": "2027-03-31" })).await;
    let report = shop.api("stocktakes/T1").await.json();
    assert_eq!(
        json!([
            report["number"],
            report["title"],
            report["due"],
            report["state"]
        ]),
        json!(["T1", "Year's end", "2027-03-31", "open"])
    );
    assert_eq!(report["locations"], json!(["A-01", "B-02"]));
    assert_eq!(
        line(&report, "A-01"),
        ["open", "5", "null", "null"].map(known).each_ref()
    );
    shop.done("POST", "counts", &token, counted("A-01", 4))
        .await;
    let report = shop.api("stocktakes/T1").await.json();
    assert_eq!(
        line(&report, "A-01"),
        ["counted", "5", "4", "-1"].map(known).each_ref()
    );
    assert_eq!(
        json!([report["total"], report["counted"], report["differing"]]),
        json!([2, 1, 1])
    );
    // Somebody took 2 before the count, and writes it down only now: the count stays.
    let at = report["opened"].clone();
    let late = json!({ "item": "R-100", "from": "A-01", "quantity": 2, "at": at });
    shop.done("POST", "movements", &token, late).await;
    let report = shop.api("stocktakes/T1").await.json();
    assert_eq!(
        line(&report, "A-01"),
        ["counted", "3", "4", "1"].map(known).each_ref()
    );
    let listed = shop.api("stocktakes").await.json();
    assert_eq!(listed["items"][0]["differing"], 1, "{listed:#}");
}

/// A text, or null by its name.
fn known(text: &str) -> Value {
    if text == "null" {
        Value::Null
    } else {
        json!(text)
    }
}

#[tokio::test]
async fn whoever_counts_blindly_is_told_after_the_count() {
    let (shop, token) = shop(json!({ "blind": true })).await;
    let operator = shop.token_of("till", Role::Operator);
    let of = async |token: &str| {
        let reply = shop.ask("GET", "stocktakes/t1", token, &[], "").await;
        reply.json()["lines"][0].clone()
    };
    let hidden = of(&operator).await;
    for key in ["expected", "on_hand", "counted", "variance"] {
        assert_eq!(hidden[key], Value::Null, "{key}");
    }
    assert_eq!(of(&token).await["expected"], "5");
    let first = counted("A-01", 4);
    shop.done("POST", "counts", &operator, first).await;
    assert_eq!(of(&operator).await, of(&token).await);
    assert_eq!(of(&operator).await["variance"], "-1");
    // The second to count does not learn what the first one found.
    let again = json!({ "item": "R-100", "location": "A-01" });
    shop.done("POST", "stocktakes/T1/recount", &token, again)
        .await;
    let hidden = of(&operator).await;
    assert_eq!(
        json!([hidden["state"], hidden["counts"]]),
        json!(["again", []])
    );
    assert_eq!(of(&token).await["counts"][0]["quantity"], "4");
}

#[tokio::test]
async fn only_what_was_looked_at_is_approved() {
    let (shop, token) = shop(json!({})).await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    let entry = async |location: &str| {
        let report = shop.api("stocktakes/T1").await.json();
        let mut lines = report["lines"].as_array().unwrap().iter();
        let line = lines.find(|line| line["location"] == location).unwrap();
        line["counts"].as_array().unwrap().last().unwrap()["entry"].clone()
    };
    post("counts", counted("A-01", 4)).await;
    post("counts", counted("B-02", 3)).await;
    let seen = json!({ "counts": [entry("A-01").await, entry("B-02").await] });
    post("counts", counted("A-01", 5)).await;
    let before = shop.entries();
    let refused = shop
        .json("POST", "stocktakes/T1/approve", &token, seen.clone())
        .await;
    assert_eq!(refused.problem(409), "counted-meanwhile");
    assert_eq!(shop.entries(), before);
    let one = json!({ "counts": [entry("B-02").await], "note": "as it should be" });
    let report = post("stocktakes/T1/approve", one).await;
    assert_eq!(line(&report, "A-01")[0], "counted");
    assert_eq!(line(&report, "B-02")[0], "approved");
    let report = post("stocktakes/T1/approve", json!({})).await;
    assert_eq!(line(&report, "A-01")[0], "approved");
    let refused = shop
        .json("POST", "stocktakes/T1/approve", &token, json!({}))
        .await;
    assert_eq!(refused.problem(409), "nothing-to-approve");
    // A later count waits for approval again.
    post("counts", counted("A-01", 6)).await;
    let report = shop.api("stocktakes/T1").await.json();
    assert_eq!(line(&report, "A-01")[0], "counted");
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "9");
}

#[tokio::test]
async fn what_nobody_counted_is_counted_as_none() {
    let (shop, token) = shop(json!({})).await;
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    post("counts", counted("A-01", 5)).await;
    let reply = shop
        .ask("POST", "stocktakes/T1/count-rest", &token, &[], "")
        .await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    let report = reply.json()["object"].clone();
    assert_eq!(
        line(&report, "B-02"),
        ["counted", "3", "0", "-3"].map(known).each_ref()
    );
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
    let reply = shop
        .ask("POST", "stocktakes/T1/count-rest", &token, &[], "")
        .await;
    assert_eq!(reply.problem(409), "nothing-to-count");
    post("stocktakes/T1/close", json!({ "note": "done" })).await;
    let before = shop.entries();
    for (path, body) in [
        ("stocktakes/T1/assign", json!({ "device": "-" })),
        ("stocktakes/T1/approve", json!({})),
        ("stocktakes/T1/close", json!({})),
        ("counts", counted("A-01", 1)),
    ] {
        let reply = shop.json("POST", path, &token, body).await;
        assert_eq!(reply.problem(409), "stocktake-ended", "{path}");
    }
    assert_eq!(shop.entries(), before);
    assert_eq!(shop.api("stocktakes?open").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_device_is_told_to_count() {
    let (shop, token) = shop(json!({})).await;
    let device = shop.node.device().to_string();
    let post = async |path: &str, body: Value| shop.done("POST", path, &token, body).await;
    let given = json!({ "device": "central", "locations": ["A-01"] });
    let report = post("stocktakes/T1/assign", given).await;
    let counters: Vec<&Value> = report["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["counter"])
        .collect();
    assert_eq!(counters, [&json!("central"), &Value::Null]);
    let report = post("stocktakes/T1/assign", json!({ "device": device })).await;
    assert_eq!(report["lines"][1]["counter"], "central");
    let report = post("stocktakes/T1/assign", json!({ "device": "-" })).await;
    assert_eq!(report["lines"][0]["counter"], Value::Null);
}

/// What is refused: status, code, method, path and body.
const BAD: &str = r#"
422 unknown-stocktake POST counts {"item": "R-100", "location": "A-01", "quantity": 1, "stocktake": "NOPE"}
400 bad-movement POST movements {"item": "R-100", "to": "A-01", "quantity": 1, "stocktake": "T1"}
409 exists POST stocktakes {"number": "T1"}
400 bad-code POST stocktakes {"number": "a\u0007"}
400 bad-date POST stocktakes {"due": "31.3.2027"}
400 bad-body POST stocktakes {"not_counted_for": -1}
400 bad-body POST stocktakes {"locations": "A-01"}
422 unknown-location POST stocktakes {"locations": ["NOPE"]}
422 unknown-item POST stocktakes {"items": ["NOPE"]}
404 unknown-stocktake POST stocktakes/NOPE/close {}
404 unknown-stocktake POST stocktakes/NOPE/assign {"device": "-"}
422 unknown-device POST stocktakes/T1/assign {"device": "NOPE"}
400 bad-body POST stocktakes/T1/assign {}
422 unknown-item POST stocktakes/T1/recount {"item": "NOPE"}
422 unknown-stocktake-line POST stocktakes/T1/recount {"item": "A/B 1&2"}
409 nothing-to-approve POST stocktakes/T1/approve {}
409 nothing-to-approve POST stocktakes/T1/approve {"counts": []}
400 bad-entry POST stocktakes/T1/approve {"counts": ["x"]}
400 bad-body POST stocktakes/T1/approve {"counts": [], "item": "R-100"}
409 counted-meanwhile POST stocktakes/T1/approve {"counts": ["00112233445566778899aabbccddeeff-17"]}
422 unknown-stocktake-line POST stocktakes/T1/count-rest {"item": "A/B 1&2"}
"#;

#[tokio::test]
async fn bad_input_is_a_problem_and_changes_nothing() {
    let (shop, token) = shop(json!({})).await;
    let before = shop.entries();
    for (status, code, rest) in rows(BAD) {
        let mut parts = rest.splitn(3, ' ');
        let [method, path, body] = [0; 3].map(|_| parts.next().unwrap());
        let body: Value = serde_json::from_str(body).unwrap();
        let reply = shop.json(method, path, &token, body).await;
        assert_eq!(reply.problem(status), code, "{rest}");
    }
    assert_eq!(
        shop.api("stocktakes/NOPE").await.problem(404),
        "unknown-stocktake"
    );
    let operator = shop.token_of("till", Role::Operator);
    let reply = shop
        .json("POST", "stocktakes/T1/approve", &operator, json!({}))
        .await;
    assert_eq!(reply.problem(403), "forbidden");
    assert_eq!(shop.entries(), before);
}

#[tokio::test]
async fn every_write_counts_once_with_a_key() {
    let (shop, token) = shop(json!({})).await;
    for (path, body) in [
        ("stocktakes", json!({ "number": "T2" })),
        ("stocktakes/T1/assign", json!({ "device": "central" })),
        ("counts", counted("A-01", 4)),
        (
            "stocktakes/T1/recount",
            json!({ "item": "R-100", "location": "B-02" }),
        ),
        (
            "stocktakes/T1/approve",
            json!({ "item": "R-100", "location": "A-01" }),
        ),
        ("stocktakes/T1/count-rest", json!({})),
        ("stocktakes/T1/close", json!({})),
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
        for key in ["number", "sku", "state"] {
            assert_eq!(first["object"][key], again["object"][key], "{path}");
        }
    }
}

#[tokio::test]
async fn pages_of_stocktakes_follow_each_other() {
    let (shop, token) = shop(json!({})).await;
    for number in ["T3", "T0", "T2"] {
        let body = json!({ "number": number });
        shop.done("POST", "stocktakes", &token, body).await;
    }
    shop.done("POST", "stocktakes/T2/close", &token, json!({}))
        .await;
    for (query, expected) in [
        ("", vec!["T0", "T1", "T2", "T3"]),
        ("&open", vec!["T0", "T1", "T3"]),
    ] {
        let mut numbers = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("stocktakes?limit=1{query}{cursor}");
            let page = shop.api(&path).await.json();
            numbers.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["number"].clone()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(numbers, expected);
    }
}
