//! The page of devices: revoking one, and deciding about what it held back.

use super::*;

/// A device that is enrolled and has all that is there.
pub(super) fn handheld(shop: &Shop) -> Node {
    let node = Node::in_memory(NodeKind::Handheld, "Handheld 1", Arc::new(SystemClock)).unwrap();
    let code = shop.node.new_enrol_code(None, None, 60_000).unwrap();
    carry(&shop.node, node.begin_enroll("http://server", &code.code)).unwrap();
    carry(&shop.node, node.begin_sync().unwrap()).unwrap();
    node
}

/// Adds so many of R-100 at A-01, and gives it to the server, which tells a revoked device so.
fn adds(shop: &Shop, node: &Node, quantity: &str) {
    let request = StockRequest {
        item: "R-100".to_owned(),
        quantity: quantity.parse().unwrap(),
        ..StockRequest::default()
    };
    node.write(&Actor::default(), |fold| add(fold, "A-01", &request))
        .unwrap();
    drop(carry(&shop.node, node.begin_sync().unwrap()));
}

async fn on_hand(shop: &Shop) -> String {
    let shown = shop.api("items/R-100").await.json();
    shown["on_hand"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_device_is_revoked_and_what_it_held_back_is_decided() {
    let shop = Shop::open();
    let node = handheld(&shop);
    adds(&shop, &node, "1");
    assert_eq!(on_hand(&shop).await, "6");
    let listed = shop.api("devices").await.json();
    let device = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let origin = node.origin().to_string();

    let boss = shop.visitor(Role::Administrator).await;
    boss.get("/devices").await.shows(&[
        "Handheld 1",
        "Revoke a device",
        "This cannot be taken back",
    ]);
    let revoked = boss.post("/devices/revoke", &[("device", &device)]).await;
    assert_eq!(revoked.goes_to(), "/devices");
    boss.get("/devices").await.shows(&[
        "The device is revoked.",
        "<span class=\"level out\">revoked<",
    ]);
    let again = boss.post("/devices/revoke", &[("device", &device)]).await;
    assert!(again.status.is_client_error());
    again.shows(&["revoked already"]);

    adds(&shop, &node, "3");
    assert_eq!(on_hand(&shop).await, "6");
    let id = format!("revoked-waits:{device}");
    assert_eq!(
        shop.api(&format!("exceptions/{id}")).await.json()["id"],
        *id
    );
    boss.get("/items/R-100/history")
        .await
        .shows(&["of a revoked device, waiting"]);
    let decide = |answer: &'static str| {
        let fields = [("origin", origin.clone()), ("answer", answer.to_owned())];
        let boss = &boss;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|it| (it.0, it.1.as_str())).collect();
            let done = boss.post("/devices/decide", &fields).await;
            assert_eq!(done.goes_to(), "/devices");
        }
    };
    decide("refuse").await;
    assert_eq!(on_hand(&shop).await, "6");
    boss.get("/items/R-100/why")
        .await
        .shows(&["it was refused"]);
    decide("admit").await;
    assert_eq!(on_hand(&shop).await, "9");

    adds(&shop, &node, "4");
    let path = format!("/exceptions/{}", id.replace(':', "%3A"));
    let page = boss.get(&path).await;
    page.shows(&["Added: 4", "value=\"admit\"", "value=\"refuse\""]);
    let answered = boss.post(&path, &[("answer", "refuse")]).await;
    assert_eq!(answered.goes_to(), "/exceptions");
    let closed = shop.api(&format!("exceptions/{id}")).await;
    assert_eq!(closed.problem(404), "unknown-exception");
    assert_eq!(on_hand(&shop).await, "9");
    let german = boss.reading("de");
    german
        .get("/devices")
        .await
        .shows(&["level out\">ausgeschlossen<", "Zulassen", "Abweisen"]);
}

#[tokio::test]
async fn a_manager_revokes_and_decides_nothing() {
    let shop = Shop::open();
    let node = handheld(&shop);
    let listed = shop.api("devices").await.json();
    let device = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let manager = shop.visitor(Role::Manager).await;
    // Codes are written large, and lead to the same page.
    let page = format!("/devices/{}", device.to_uppercase());
    manager.get(&page).await.shows(&["Handheld 1"]);
    let shown = manager.get("/devices").await;
    assert!(!shown.body.contains("/devices/revoke"));
    for path in ["/devices/revoke", "/devices/decide"] {
        let refused = manager.post(path, &[("device", &device)]).await;
        assert_eq!(refused.status.as_u16(), 403, "{path}");
    }
    let boss = shop.visitor(Role::Administrator).await;
    boss.post("/devices/revoke", &[("device", &device)]).await;
    adds(&shop, &node, "3");
    let path = format!("/exceptions/revoked-waits%3A{device}");
    let shown = manager.get(&path).await;
    shown.shows(&["A revoked device"]);
    assert!(!shown.body.contains("value=\"refuse\""));
    for answer in ["admit", "refuse"] {
        let refused = manager.post(&path, &[("answer", answer)]).await;
        assert!(refused.status.is_client_error(), "{answer}");
    }
}
