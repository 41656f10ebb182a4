//! The API's writing side: who may write, what is refused and how, and writing at most once.

use ledger_core::EntryId;
use ledger_core::entry::Entry;
use serde_json::json;

use super::*;
use crate::api::{self, Verb};

impl Shop {
    pub(super) fn token_of(&self, name: &str, role: Role) -> String {
        self.node.new_token(name, role).unwrap()
    }

    /// Sends a body with a token and these headers.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(super) async fn json(&self, method: &str, path: &str, token: &str, body: Value) -> Reply {
        let headers = [("content-type", "application/json")];
        self.ask(method, path, token, &headers, body.to_string())
            .await
    }

    pub(super) async fn once(&self, path: &str, token: &str, key: &str, body: Value) -> Reply {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        self.ask("POST", path, token, &headers, body.to_string())
            .await
    }

    pub(super) fn entries(&self) -> u64 {
        self.node.read(Fold::entry_count)
    }

    fn entry(&self, reply: &Reply) -> Entry {
        let id: EntryId = reply.json()["entry"].as_str().unwrap().parse().unwrap();
        self.node.entry(id).unwrap().unwrap()
    }
}

#[tokio::test]
async fn every_route_needs_its_role_and_no_more() {
    let shop = Shop::open();
    let tokens: Vec<(Role, String)> = Role::ALL
        .into_iter()
        .map(|role| (role, shop.token_of(role.word(), role)))
        .collect();
    let routes = api::all();
    let before = shop.entries();
    let nonsense = json!({ "nothing": 0 });
    for rule in routes.rules() {
        let reads = rule.verb == Verb::Get;
        // Who may log in is not for all to read.
        let is_for_all = reads && rule.path != "/users";
        assert_eq!(is_for_all, rule.role == Role::Viewer, "{rule:?}");
        let path = rule.path.trim_start_matches('/').replace(['{', '}'], "");
        for (role, token) in &tokens {
            let reply = shop
                .json(rule.verb.word(), &path, token, nonsense.clone())
                .await;
            if *role < rule.role {
                assert_eq!(reply.problem(403), "forbidden", "{rule:?} as {role:?}");
            } else {
                assert!(
                    ![401, 403, 405].contains(&reply.status.as_u16()),
                    "{rule:?} as {role:?}: {}",
                    reply.body
                );
            }
        }
        let reply = shop
            .json(rule.verb.word(), &path, "wrong", nonsense.clone())
            .await;
        assert_eq!(reply.problem(401), "unauthorized", "{rule:?}");
    }
    assert_eq!(shop.entries(), before, "nonsense writes nothing");
}

#[tokio::test]
async fn a_movement_is_told_with_the_item_as_it_is_now() {
    let shop = Shop::open();
    let token = shop.token_of("Till 1", Role::Operator);
    let b = LocationChange::default();
    shop.write(|fold| add_location(fold, "B-02", &b));
    for (body, kind, on_hand) in [
        (json!({ "to": "A-01", "quantity": "0.5" }), "add", "5.5"),
        (
            json!({ "act": "add", "location": "A-01", "quantity": 1 }),
            "add",
            "6.5",
        ),
        (json!({ "from": "A-01", "quantity": 2 }), "remove", "4.5"),
        (
            json!({ "from": "A-01", "to": "B-02", "quantity": "1" }),
            "move",
            "4.5",
        ),
        (
            json!({ "act": "adjust", "location": "B-02", "quantity": "-0.5", "reason": "lost" }),
            "adjust",
            "4",
        ),
    ] {
        let mut body = body;
        body["item"] = json!("r-100");
        let reply = shop.json("POST", "movements", &token, body.clone()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{body}: {}", reply.body);
        let told = reply.json();
        assert_eq!(told["object"]["on_hand"], on_hand, "{body}");
        assert_eq!(told["entries"], json!([told["entry"]]));
        assert_eq!(told["repeated"], false);
        let entry = shop.entry(&reply);
        assert_eq!(entry.user.unwrap().as_str(), "token:till 1");
        let history = shop.api("items/R-100/history?limit=1000").await.json();
        let mut rows = history["items"].as_array().unwrap().iter();
        let row = rows.find(|row| row["entry"] == told["entry"]).unwrap();
        assert_eq!(row["kind"], kind, "{body}");
    }
}

/// What is wrong with a movement of 1 to A-01: status, code, and what is said otherwise.
const BAD_MOVEMENTS: &str = r#"
422 unknown-item {"item": "NOPE"}
422 unknown-location {"to": "NOPE"}
422 unknown-customer {"owner": "NOPE"}
422 zero-quantity {"quantity": 0}
422 negative-quantity {"quantity": "-1"}
400 bad-body {"quantity": 0.5}
400 bad-body {"quantity": true}
400 bad-body {"quantity": null}
400 bad-quantity {"quantity": "many"}
400 bad-quantity {"quantity": "1.00001"}
400 bad-quantity {"quantity": 18446744073709551615}
422 overflow {"quantity": "922337203685477.5807"}
400 bad-body {"colour": "red"}
400 bad-body {"item": 7}
400 bad-time {"at": "yesterday"}
400 bad-time {"at": "2026-11-21T10:00:00"}
400 bad-date {"expiry": "31.3.2027"}
400 bad-text {"note": "a\u0007b"}
400 bad-movement {"act": "steal"}
400 bad-movement {"act": "adjust"}
400 bad-movement {"location": "A-01"}
400 bad-movement {"to": null}
400 bad-movement {"to_owner": null}
400 bad-movement {"all_batches": true}
422 same-place {"from": "A-01"}
422 reason-missing {"act": "adjust", "to": null, "location": "A-01"}
"#;

/// What else is refused: status, code, method, path and body.
const BAD_WRITES: &str = r#"
400 bad-json POST movements [1]
400 bad-count POST counts {"item": "R-100", "quantity": 1, "to": "A-01"}
400 bad-count POST counts {"item": "R-100", "quantity": 1}
422 negative-quantity POST counts {"item": "R-100", "quantity": -1, "location": "A-01"}
400 bad-body POST reversals {}
400 bad-entry POST reversals {"entry": "x"}
400 bad-body POST items {}
409 exists POST items {"sku": "R-100"}
400 bad-kind POST items {"sku": "Q", "kind": "gas"}
422 negative-quantity POST items {"sku": "Q", "threshold": -1}
400 bad-body POST items {"sku": "Q", "archived": true}
400 bad-code POST items {"sku": " "}
400 bad-body POST items {"sku": "Q", "barcodes": [1]}
404 unknown-item POST items/NOPE/barcodes {"code": "1"}
422 unknown-item POST items/R-100/merge {"into": "NOPE"}
409 same-item POST items/R-100/merge {"into": "R-100"}
409 exists POST locations {"number": "A-01"}
422 no-grid POST locations {"number": "C", "row": 1}
400 bad-body POST locations {"number": "C", "row": -1}
422 unknown-location-type POST locations/grid {"type":"T","prefix":"K","rows":1,"columns":"A"}
400 bad-grid POST location-types {"name": "T", "rows": 1}
400 bad-body POST customers {"name": "Acme"}
404 unknown-item PATCH items/NOPE {"name": "x"}
422 nothing-to-set PATCH items/R-100 {}
400 bad-body PATCH items/R-100 {"name": null}
400 bad-body PATCH items/R-100 {"sku": "Q"}
409 unit-fixed PATCH items/R-100 {"unit": "m"}
422 unknown-location PATCH items/R-100 {"name": "x", "archived": true, "location": "NOPE"}
404 unknown-location PATCH locations/NOPE {"name": "x"}
404 unknown-customer PATCH customers/NOPE {"name": "x"}
404 unknown-site PATCH sites/NOPE {"archived": true}
404 unknown-setting PUT settings/colour {"value": "red"}
422 unknown-setting PUT settings {"allow-backorder": true, "colour": 1}
422 nothing-to-set PUT settings {}
400 bad-value PUT settings/allow-backorder {"value": "maybe"}
400 bad-body PUT settings/allow-backorder {"value": null}
400 bad-value PUT settings/reasons {"value": ["broken, wet", "found"]}
400 bad-value PUT settings {"reasons": ["broken\nwet"]}
422 named-twice PUT settings {"reasons": ["a"], " Reasons": ["b"]}
400 bad-json PUT settings/allow-backorder "on"
"#;

pub(super) fn rows(table: &'static str) -> impl Iterator<Item = (u16, &'static str, &'static str)> {
    table.lines().filter(|line| !line.is_empty()).map(|line| {
        let mut parts = line.splitn(3, ' ');
        let [status, code, rest] = [0; 3].map(|_| parts.next().unwrap());
        (status.parse().unwrap(), code, rest)
    })
}

#[tokio::test]
async fn bad_input_is_a_problem_and_changes_nothing() {
    let shop = Shop::open();
    let token = shop.token_of("all", Role::Administrator);
    let before = shop.entries();
    let good = json!({ "item": "R-100", "to": "A-01", "quantity": "1" });
    for (status, code, said) in rows(BAD_MOVEMENTS) {
        let mut body = good.clone();
        let said: Value = serde_json::from_str(said).unwrap();
        for (key, value) in said.as_object().unwrap() {
            body[key] = value.clone();
        }
        let reply = shop.json("POST", "movements", &token, body).await;
        assert_eq!(reply.problem(status), code, "{said}");
    }
    for (status, code, rest) in rows(BAD_WRITES) {
        let mut parts = rest.splitn(3, ' ');
        let [method, path, body] = [0; 3].map(|_| parts.next().unwrap());
        let body: Value = serde_json::from_str(body).unwrap();
        let reply = shop.json(method, path, &token, body).await;
        assert_eq!(reply.problem(status), code, "{rest}");
    }
    assert_eq!(shop.entries(), before);
    let reply = shop.json("POST", "movements", &token, good).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
}

#[tokio::test]
async fn a_body_is_json_of_a_limited_size() {
    let shop = Shop::open();
    let token = shop.token_of("all", Role::Administrator);
    let before = shop.entries();
    let kind = ("content-type", "application/json; charset=utf-8");
    for (body, status, code) in [
        ("", 400, "bad-json"),
        ("{", 400, "bad-json"),
        ("null", 400, "bad-json"),
        ("{\"entry\":\"x\"} {}", 400, "bad-body"),
        ("{\"item\":\"R-100\",\"item\":\"R-100\"}", 400, "bad-body"),
    ] {
        let reply = shop.ask("POST", "movements", &token, &[kind], body).await;
        assert_eq!(reply.problem(status), code, "{body}");
    }
    let bytes = vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'];
    let reply = shop.ask("POST", "movements", &token, &[kind], bytes).await;
    assert_eq!(reply.problem(400), "bad-json");
    let good = json!({ "item": "R-100", "to": "A-01", "quantity": "1" }).to_string();
    for kinds in [&[][..], &[("content-type", "text/plain")]] {
        let reply = shop
            .ask("POST", "movements", &token, kinds, good.clone())
            .await;
        assert_eq!(reply.problem(415), "not-json");
    }
    for more in [0, 1, 1024 * 1024] {
        let padded = format!("{good}{}", " ".repeat(64 * 1024 + more - good.len()));
        let reply = shop.ask("POST", "movements", &token, &[kind], padded).await;
        if more == 0 {
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        } else {
            assert_eq!(reply.problem(413), "body-too-large");
        }
    }
    assert_eq!(shop.entries(), before + 1);
}

/// Writes with how many entries each makes.
const WRITES: &str = r#"
1 movements {"item": "R-100", "to": "A-01", "quantity": 2}
1 counts {"item": "R-100", "location": "A-01", "quantity": 9}
3 items {"sku": "Q", "name": "Q", "barcodes": ["B1", "B2"]}
2 locations {"number": "C-01", "site": "NEW"}
1 location-types {"name": "Rack", "rows": 2, "columns": "A-C"}
5 locations/grid {"type": "rack", "prefix": "K", "rows": 2, "columns": "A-B", "site": "K1"}
1 customers {"code": "acme", "name": "Acme"}
1 items/Q/barcodes {"code": "B3", "pack": 10}
1 items/Q/merge {"into": "R-100"}
"#;

#[tokio::test]
async fn a_key_makes_a_write_count_once() {
    let shop = Shop::open();
    let token = shop.token_of("till", Role::Administrator);
    for (entries, path, body) in rows(WRITES) {
        let before = shop.entries();
        let key = format!("key-of-{path}");
        let body: Value = serde_json::from_str(body).unwrap();
        let first = shop.once(path, &token, &key, body.clone()).await;
        assert_eq!(first.status, StatusCode::CREATED, "{path}: {}", first.body);
        let again = shop.once(path, &token, &key, body).await;
        assert_eq!(again.status, StatusCode::OK, "{path}: {}", again.body);
        assert_eq!(shop.entries(), before + u64::from(entries), "{path}");
        let (first, again) = (first.json(), again.json());
        assert_eq!(
            (&first["repeated"], &again["repeated"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(first["entries"], again["entries"], "{path}");
        for key in ["sku", "number", "code", "name", "on_hand"] {
            assert_eq!(first["object"][key], again["object"][key], "{path} {key}");
        }
    }
}

#[tokio::test]
async fn the_first_write_with_a_key_is_the_one_and_keys_are_of_a_token() {
    let shop = Shop::open();
    let [token, other] = ["till", "other"].map(|name| shop.token_of(name, Role::Operator));
    let body = |quantity| json!({ "item": "R-100", "to": "A-01", "quantity": quantity });
    let first = shop.once("movements", &token, "k", body(2)).await;
    let before = shop.entries();
    let changed = shop.once("movements", &token, "k", body(3)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.json()["entry"], first.json()["entry"]);
    assert_eq!(shop.entries(), before);
    let others = shop.once("movements", &other, "k", body(3)).await;
    assert_eq!(others.status, StatusCode::CREATED, "{}", others.body);
    assert_eq!(shop.entries(), before + 1);
}

#[tokio::test]
async fn a_refused_write_leaves_its_key_free() {
    let shop = Shop::open();
    let token = shop.token_of("till", Role::Manager);
    let body = |sku: &str| json!({ "item": sku, "to": "A-01", "quantity": 1 });
    let refused = shop.once("movements", &token, "k", body("NEW")).await;
    assert_eq!(refused.problem(422), "unknown-item");
    shop.write(|fold| add_item(fold, "NEW", &ItemChange::default()));
    let taken = shop.once("movements", &token, "k", body("NEW")).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);
}

#[tokio::test]
async fn a_key_is_one_text_of_visible_ascii() {
    let shop = Shop::open();
    let token = shop.token_of("till", Role::Manager);
    let body = json!({ "item": "R-100", "to": "A-01", "quantity": 1 }).to_string();
    let kind = ("content-type", "application/json");
    let before = shop.entries();
    let long = "x".repeat(256);
    for key in ["", "a b", "sch\u{f6}n", long.as_str()] {
        let headers = [kind, ("idempotency-key", key)];
        let reply = shop
            .ask("POST", "movements", &token, &headers, body.clone())
            .await;
        assert_eq!(reply.problem(400), "bad-idempotency-key", "{key:?}");
    }
    let twice = [kind, ("idempotency-key", "a"), ("idempotency-key", "a")];
    let reply = shop
        .ask("POST", "movements", &token, &twice, body.clone())
        .await;
    assert_eq!(reply.problem(400), "bad-idempotency-key");
    assert_eq!(shop.entries(), before);
    let headers = [kind, ("idempotency-key", &long[1..])];
    let reply = shop.ask("POST", "movements", &token, &headers, body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
}

#[tokio::test]
async fn an_operator_reverses_what_it_wrote_and_a_manager_anything() {
    let shop = Shop::open();
    let [mine, other, manager] = [
        ("mine", Role::Operator),
        ("other", Role::Operator),
        ("chief", Role::Manager),
    ]
    .map(|(name, role)| shop.token_of(name, role));
    let mut written = Vec::new();
    for _ in 0..2 {
        let body = json!({ "item": "R-100", "to": "A-01", "quantity": 1 });
        let reply = shop.json("POST", "movements", &mine, body).await;
        written.push(reply.json()["entry"].clone());
    }
    let undo = |number: usize| json!({ "entry": written[number], "reason": "wrong shelf" });
    let reply = shop.json("POST", "reversals", &other, undo(0)).await;
    assert_eq!(reply.problem(403), "forbidden");
    let reply = shop.json("POST", "reversals", &mine, undo(0)).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    assert_eq!(reply.json()["object"]["on_hand"], "6");
    let reply = shop.json("POST", "reversals", &manager, undo(1)).await;
    assert_eq!(reply.json()["object"]["on_hand"], "5");
    let reply = shop.json("POST", "reversals", &manager, undo(1)).await;
    assert_eq!(reply.problem(409), "already-undone");
    let nowhere = json!({ "entry": format!("{}-999", shop.node.origin()) });
    let reply = shop.json("POST", "reversals", &mine, nowhere).await;
    assert_eq!(reply.problem(422), "unknown-entry");
}

#[tokio::test]
async fn things_of_the_catalogue_are_made() {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Manager);
    let item = json!({ "sku": "bolt", "name": "Bolt", "kind": "part", "unit": "pcs",
        "threshold": "2.5", "location": "a-01",
        "barcodes": ["4006381333931", { "code": "BOX", "pack": 100 }] });
    for (path, body, object) in [
        (
            "items",
            item,
            json!({ "sku": "BOLT", "name": "Bolt", "threshold": "2.5" }),
        ),
        (
            "location-types",
            json!({ "name": "Rack", "rows": 3, "columns": "A-C" }),
            json!({ "code": "RACK", "name": "Rack", "rows": 3 }),
        ),
        (
            "locations",
            json!({ "number": "c-1", "name": "Cell", "type": "rack", "row": 1, "column": "b",
                "site": "north", "room": "Store", "blocked": true }),
            json!({ "number": "C-1", "name": "Cell", "type": "RACK", "row": 1, "column": "B",
                "site": "NORTH", "room": "Store", "blocked": true }),
        ),
        (
            "customers",
            json!({ "code": "acme" }),
            json!({ "code": "ACME", "name": "ACME" }),
        ),
        (
            "suppliers",
            json!({ "code": "sup", "name": "S" }),
            json!({ "code": "SUP" }),
        ),
        (
            "sites",
            json!({ "code": "south", "name": "S" }),
            json!({ "code": "SOUTH" }),
        ),
    ] {
        let reply = shop.json("POST", path, &token, body.clone()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{path}: {}", reply.body);
        let shown = reply.json()["object"].clone();
        for (key, value) in object.as_object().unwrap() {
            assert_eq!(shown[key], *value, "{path} {key}");
        }
        let again = shop.json("POST", path, &token, body).await;
        assert_eq!(again.problem(409), "exists", "{path}");
    }
    assert_eq!(shop.api("items/BOX").await.json()["sku"], "BOLT");
    let grid = json!({ "type": "RACK", "prefix": "K1-", "rows": 3, "columns": "A-C" });
    let reply = shop.json("POST", "locations/grid", &token, grid).await;
    assert_eq!(
        reply.json()["entries"].as_array().unwrap().len(),
        9,
        "{}",
        reply.body
    );
    assert_eq!(shop.api("locations/K1-C-03").await.json()["row"], 3);
    let outside = json!({ "type": "RACK", "prefix": "K2", "rows": 4, "columns": "A" });
    let reply = shop.json("POST", "locations/grid", &token, outside).await;
    assert_eq!(reply.problem(422), "outside-grid");
}

#[tokio::test]
async fn things_of_the_catalogue_are_changed_and_archived() {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Manager);
    for (path, body) in [
        ("items", json!({ "sku": "bolt", "threshold": 2 })),
        ("location-types", json!({ "name": "rack" })),
        ("locations", json!({ "number": "c-1", "blocked": true })),
        ("customers", json!({ "code": "acme" })),
        ("suppliers", json!({ "code": "sup" })),
    ] {
        let reply = shop.json("POST", path, &token, body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{path}: {}", reply.body);
    }
    for (path, body) in [
        (
            "items/bolt",
            json!({ "name": "New", "archived": true, "threshold": null }),
        ),
        (
            "location-types/rack",
            json!({ "name": "New", "archived": true }),
        ),
        (
            "locations/c-1",
            json!({ "name": "New", "archived": true, "blocked": false }),
        ),
        ("customers/acme", json!({ "name": "New", "archived": true })),
        ("suppliers/sup", json!({ "name": "New", "archived": true })),
    ] {
        let reply = shop.json("PATCH", path, &token, body).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.body);
        let told = reply.json();
        assert_eq!(told["object"]["name"], "New", "{path}");
        assert_eq!(told["object"]["archived"], true, "{path}");
        let shown = shop.api(path).await.json();
        assert_eq!(shown["name"], "New", "{path}");
        let reply = shop
            .json("PATCH", path, &token, json!({ "archived": false }))
            .await;
        assert_eq!(reply.json()["object"]["archived"], false, "{path}");
        assert_eq!(
            reply.json()["entries"].as_array().unwrap().len(),
            1,
            "{path}"
        );
    }
    assert_eq!(
        shop.api("items/bolt").await.json()["threshold"],
        Value::Null
    );
    assert_eq!(shop.api("locations/c-1").await.json()["blocked"], false);
}

#[tokio::test]
async fn settings_are_read_by_all_and_set_by_administrators() {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Administrator);
    let one = shop.api("settings/Allow-Backorder").await.json();
    assert_eq!(
        (&one["key"], &one["value"]),
        (&json!("allow-backorder"), &json!("off"))
    );
    let reply = shop
        .json(
            "PUT",
            "settings/allow-backorder",
            &token,
            json!({ "value": true }),
        )
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert_eq!(reply.json()["object"]["value"], "on");
    let body = json!({ "default-threshold": 3, "reasons": ["broken", "found"],
        "order-policy-sales": "issue" });
    let reply = shop.json("PUT", "settings", &token, body).await;
    assert_eq!(
        reply.json()["entries"].as_array().unwrap().len(),
        3,
        "{}",
        reply.body
    );
    let headers = [("content-type", "application/json")];
    let twice = r#"{"reasons": ["a"], "reasons": ["b"]}"#;
    let reply = shop.ask("PUT", "settings", &token, &headers, twice).await;
    assert_eq!(reply.problem(422), "named-twice");
    let listed = shop.api("settings").await.json();
    let values: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["value"])
        .collect();
    assert_eq!(values, ["on", "3", "issue", "issue", "", "broken, found"]);
    assert_eq!(
        shop.api("settings/colour").await.problem(404),
        "unknown-setting"
    );
}

#[tokio::test]
async fn what_is_odd_and_done_is_warned_of() {
    let shop = Shop::open();
    let token = shop.token_of("till", Role::Operator);
    for (at, warning) in [
        ("2020-01-01T00:00:00Z", "was counted after that time"),
        ("2999-01-01T00:00:00+01:00", "in the future"),
    ] {
        let body = json!({ "item": "R-100", "to": "A-01", "quantity": 1, "at": at });
        let reply = shop.json("POST", "movements", &token, body).await;
        let warnings = reply.json()["warnings"].to_string();
        assert!(warnings.contains(warning), "{at}: {}", reply.body);
    }
}
