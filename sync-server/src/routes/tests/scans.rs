//! Scans of codes that nobody knew over the API.

use ledger_core::at_entry::{UnknownScanRequest, unknown_scan};
use ledger_core::entry::{Particulars, ScanMode};
use ledger_core::{EntryId, Quantity};
use serde_json::json;

use super::*;

const CODE: &str = "5901234123457";

/// Somebody takes something out whose code nobody knows.
pub(super) fn scan(shop: &Shop, number: i64) -> EntryId {
    scan_of(shop, CODE, number)
}

fn scan_of(shop: &Shop, code: &str, number: i64) -> EntryId {
    let request = UnknownScanRequest {
        code: code.to_owned(),
        scanned: None,
        aim: None,
        mode: ScanMode::Remove,
        quantity: Quantity::from_units(number).unwrap(),
        location: "A-01".to_owned(),
        to: None,
        owner: None,
        batch: None,
        neighbour: Some("R-100".to_owned()),
        particulars: Particulars::default(),
    };
    let written = shop
        .node
        .write(&Actor::default(), |fold| unknown_scan(fold, &request));
    written.unwrap().entries.remove(0)
}

#[tokio::test]
async fn a_code_is_listed_resolved_and_dismissed() {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Manager);
    let entry = scan(&shop, 2);
    let listed = shop.api("scans?unknown=true").await.json();
    let row = &listed["items"][0];
    assert_eq!(row["entry"], entry.to_string());
    assert_eq!(
        (&row["code"], &row["state"]),
        (&json!(CODE), &json!("unknown"))
    );
    assert_eq!(
        (&row["neighbour"], &row["mode"]),
        (&json!("R-100"), &json!("remove"))
    );

    let body = json!({ "code": CODE, "item": "R-100" });
    let reply = shop.json("POST", "scans/resolve", &token, body).await;
    assert!(reply.status.is_success(), "{}", reply.body);
    let object = reply.json()["object"].clone();
    assert_eq!(
        (&object["scans"], &object["effective"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "3");
    let none = shop.api("scans?unknown=true").await.json();
    assert_eq!(none["items"], json!([]));
    let all = shop.api("scans").await.json();
    assert_eq!(all["items"][0]["comes_to"], "2");
    let history = shop.api("items/R-100/history").await;
    assert!(
        history.body.contains(&entry.to_string()),
        "{}",
        history.body
    );

    let body = json!({ "code": CODE, "dismiss": true, "note": "a parcel" });
    let reply = shop.json("POST", "scans/resolve", &token, body).await;
    assert_eq!(
        reply.json()["object"]["state"],
        "dismissed",
        "{}",
        reply.body
    );
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
}

#[tokio::test]
async fn who_resolves_page_by_page_meets_every_code() {
    let shop = Shop::open();
    let token = shop.token_of("chief", Role::Manager);
    let codes = (0..12)
        .map(|number| format!("X-{number}"))
        .collect::<Vec<_>>();
    for code in &codes {
        scan_of(&shop, code, 1);
    }
    let mut met = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shop
            .api(&format!("scans?unknown=true&limit=3{cursor}"))
            .await
            .json();
        for row in page["items"].as_array().unwrap() {
            let code = row["code"].as_str().unwrap();
            let body = json!({ "code": code, "item": "R-100" });
            let reply = shop.json("POST", "scans/resolve", &token, body).await;
            assert!(reply.status.is_success(), "{}", reply.body);
            met.push(code.to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    met.sort_unstable();
    let mut all = codes;
    all.sort_unstable();
    assert_eq!(met, all);
}

#[tokio::test]
async fn what_resolves_nothing_is_refused() {
    let shop = Shop::open();
    let chief = shop.token_of("chief", Role::Manager);
    scan(&shop, 1);
    for body in [
        json!({ "code": CODE }),
        json!({ "code": CODE, "item": "R-100", "dismiss": true }),
        json!({ "code": "other", "item": "R-100" }),
        json!({ "code": CODE, "item": "nothing" }),
        json!({ "code": CODE, "dismiss": true }),
    ] {
        let reply = shop.json("POST", "scans/resolve", &chief, body).await;
        assert!(reply.status.is_client_error(), "{}", reply.body);
    }
    let operator = shop.token_of("operator", Role::Operator);
    let body = json!({ "code": CODE, "item": "R-100" });
    let reply = shop.json("POST", "scans/resolve", &operator, body).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN, "{}", reply.body);
}
