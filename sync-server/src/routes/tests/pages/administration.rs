//! Settings, users, devices, exceptions and the dashboard.

use ledger_core::at_entry::{remove, settings};

use super::*;

fn value(shop: &Shop, setting: &settings::Setting) -> String {
    shop.node.read(|fold| settings::value(fold, setting))
}

/// The hidden fields with what the settings' form showed.
const SEEN: [(&str, &str); 5] = [
    ("seen-allow-backorder", "off"),
    ("seen-default-threshold", ""),
    ("seen-order-policy-repair", "issue"),
    ("seen-order-policy-sales", "reserve"),
    (
        "seen-reasons",
        "damaged\nlost\nfound\nreturned\nsample\ncorrection",
    ),
];

fn with_seen(typed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = SEEN.to_vec();
    for (name, shown) in SEEN {
        let name = name.strip_prefix("seen-").unwrap();
        let new = typed.iter().find(|(typed, _)| *typed == name);
        fields.push((name, new.map_or(shown, |(_, value)| *value)));
    }
    fields
}

#[tokio::test]
async fn settings_are_changed_where_somebody_changed_them() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await.reading("de");
    let page = boss.get("/settings/inventory").await;
    for (name, shown) in SEEN {
        assert!(page.body.contains(name), "{name}");
        assert!(page.body.contains(shown), "{name}: {shown}");
    }
    let typed = with_seen(&[
        ("allow-backorder", "on"),
        ("default-threshold", "2,5"),
        ("reasons", "damaged\r\nlost, or stolen\r\n"),
    ]);
    let saved = boss.post("/settings/inventory", &typed).await;
    // A part of a list has no comma in it.
    assert!(saved.status.is_client_error(), "{}", saved.status);
    saved.shows(&["lost, or stolen", "2,5"]);
    let typed = with_seen(&[
        ("allow-backorder", "on"),
        ("default-threshold", "2,5"),
        ("reasons", "damaged\r\nstolen\r\n"),
    ]);
    let saved = boss.post("/settings/inventory", &typed).await;
    assert_eq!(saved.goes_to(), "/settings/inventory");
    boss.get("/settings/inventory")
        .await
        .shows(&["Gespeichert."]);
    assert_eq!(value(&shop, &settings::ALLOW_BACKORDER), "on");
    assert_eq!(value(&shop, &settings::DEFAULT_THRESHOLD), "2.5");
    assert_eq!(value(&shop, &settings::REASONS), "damaged, stolen");
    // Somebody with the old page changes one thing: the rest stays as the other one left it.
    let other = with_seen(&[("order-policy-sales", "issue")]);
    assert_eq!(
        boss.post("/settings/inventory", &other).await.goes_to(),
        "/settings/inventory"
    );
    assert_eq!(value(&shop, &settings::ALLOW_BACKORDER), "on");
    assert_eq!(value(&shop, &settings::ORDER_POLICY_SALES), "issue");
    // And where both changed the same, nothing is overwritten.
    let same = with_seen(&[("default-threshold", "7")]);
    let refused = boss.post("/settings/inventory", &same).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["value=\"7\"", "2,5"]);
    assert_eq!(value(&shop, &settings::DEFAULT_THRESHOLD), "2.5");
}

#[tokio::test]
async fn a_user_is_added_with_a_link_changed_and_disabled() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    let fields = [
        ("user", "bob"),
        ("name", "Bob B."),
        ("role", "operator"),
        ("badge", "B-77"),
    ];
    let added = boss.post("/users", &fields).await;
    assert_eq!(added.status.as_u16(), 200, "{}", added.body);
    let link = added
        .body
        .split("http://localhost:8440/invitation/")
        .nth(1)
        .unwrap();
    let code = link.split('"').next().unwrap();
    assert_eq!(
        shop.stranger()
            .get(&format!("/invitation/{code}"))
            .await
            .status
            .as_u16(),
        200
    );
    let again = boss.post("/users", &fields).await;
    assert_eq!(again.status.as_u16(), 422);
    again.shows(&["Bob B.", "B-77"]);
    let bob = UserName::new("bob").unwrap();
    let known = || shop.node.read(|fold| fold.user(&bob)).unwrap();
    assert_eq!((known().role, known().disabled), (Role::Operator, false));
    let edit = [
        ("seen-name", "Bob B."),
        ("name", "Bob B."),
        ("seen-role", "operator"),
        ("role", "manager"),
        ("seen-badge", "B-77"),
        ("badge", ""),
        ("seen-disabled", ""),
        ("disabled", "yes"),
    ];
    assert_eq!(boss.post("/users/bob", &edit).await.goes_to(), "/users");
    let now = known();
    assert_eq!(
        (now.role, now.disabled, now.badge),
        (Role::Manager, true, None)
    );
    let gone = shop.stranger().get(&format!("/invitation/{code}")).await;
    assert_eq!(gone.status.as_u16(), 410, "a disabled user's link");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    let edit = |field: &'static str, seen: &'static str, to: &'static str| {
        let pairs = [
            ("name", "test-administrator"),
            ("role", "administrator"),
            ("badge", ""),
            ("disabled", ""),
        ];
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            let (seen, typed) = if name == field {
                (seen, to)
            } else {
                (value, value)
            };
            fields.push((format!("seen-{name}"), seen.to_owned()));
            fields.push((name.to_owned(), typed.to_owned()));
        }
        fields
    };
    for fields in [
        edit("role", "administrator", "manager"),
        edit("disabled", "", "yes"),
    ] {
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let refused = boss.post("/users/test-administrator", &pairs).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        refused.shows(&["last administrator"]);
    }
    assert_eq!(boss.get("/users").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_code_enrols_a_device_and_is_shown_once() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    boss.get("/devices")
        .await
        .shows(&["No device is enrolled yet."]);
    let made = boss
        .post(
            "/devices/code",
            &[("name", "Handheld 1"), ("role", "operator")],
        )
        .await;
    made.shows(&["stock enroll http://localhost:8440 --code ", "class=\"qr\""]);
    assert!(!boss.get("/devices").await.body.contains("--code"));
    let wrong = boss
        .post("/devices/code", &[("name", "X"), ("role", "king")])
        .await;
    assert!(wrong.status.is_client_error());
    wrong.shows(&["value=\"X\"", "no such role"]);
}

#[tokio::test]
async fn an_exception_is_answered_on_its_page() {
    let shop = Shop::open();
    let some = |quantity: &str| StockRequest {
        item: "R-100".to_owned(),
        quantity: quantity.parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| remove(fold, "A-01", &some("9")));
    let operator = shop.visitor(Role::Operator).await;
    let list = operator.get("/exceptions?kind=negative-stock").await;
    list.shows(&["Negative stock", "R-100", "A-01"]);
    let path = "/exceptions/negative-stock%3AR-100%40A-01";
    let filtered = format!("{path}?back=%2Fexceptions%3Fkind%3Dnegative-stock");
    list.shows(&[&format!("href=\"{filtered}\"")]);
    operator
        .get(&filtered)
        .await
        .shows(&["href=\"/exceptions?kind=negative-stock\""]);
    operator
        .get("/exceptions")
        .await
        .shows(&[&format!("href=\"{path}\"")]);
    let page = operator.get(path).await;
    page.shows(&["Removed: 9 × R-100", "name=\"quantity\""]);
    assert!(!page.body.contains("value=\"accept\""));
    let refused = operator.post(path, &[("answer", "accept")]).await;
    assert!(refused.status.is_client_error());
    let wrong = operator
        .post(path, &[("answer", "count"), ("quantity", "some")])
        .await;
    wrong.shows(&["value=\"some\"", "not a quantity"]);
    let german = shop.visitor(Role::Manager).await.reading("de");
    german
        .get(path)
        .await
        .shows(&["Bestand unter null", "steht unter null", "Hinnehmen"]);
    let counted = operator
        .post(&filtered, &[("answer", "count"), ("quantity", "3")])
        .await;
    assert_eq!(counted.goes_to(), "/exceptions?kind=negative-stock");
    operator
        .get("/exceptions")
        .await
        .shows(&["Answered.", "Nothing to look at."]);
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "3");
}

#[tokio::test]
async fn an_exception_offers_to_undo_what_the_visitor_may() {
    let shop = Shop::open();
    shop.write(|fold| add_location(fold, "A-02", &LocationChange::default()));
    let nine = StockRequest {
        item: "R-100".to_owned(),
        quantity: "9".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| remove(fold, "A-02", &nine));
    let path = "/exceptions/negative-stock%3AR-100%40A-02";
    let (others, offer) = ("Removed: 9 × R-100", "value=\"reverse\"");
    let operator = shop.visitor(Role::Operator).await;
    let page = operator.get(path).await;
    page.shows(&[others]);
    assert!(!page.body.contains(offer), "{}", page.body);
    let fields = [("location", "A-02"), ("quantity", "1")];
    let done = operator.post("/items/R-100/remove", &fields).await;
    done.goes_to();
    let page = operator.get(path).await;
    page.shows(&[others, "Removed: 1 × R-100", offer]);
    let offered = |page: &Reply| -> Vec<String> {
        let choices = page
            .body
            .split("type=\"radio\" name=\"entry\" value=\"")
            .skip(1);
        let entry = |rest: &str| rest.split('"').next().unwrap().to_owned();
        choices.map(entry).collect()
    };
    let own = offered(&page);
    assert_eq!(own.len(), 1, "{}", page.body);
    let manager = shop.visitor(Role::Manager).await;
    assert_eq!(offered(&manager.get(path).await).len(), 2);
    let undone = [("answer", "reverse"), ("entry", own[0].as_str())];
    operator.post(path, &undone).await.goes_to();
    let page = operator.get(path).await;
    page.shows(&[others]);
    assert!(!page.body.contains("Removed: 1 ×"), "{}", page.body);
}

#[tokio::test]
async fn the_dashboard_says_what_needs_somebody() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    viewer.get("/").await.shows(&[
        "1 low",
        "1 out",
        "R-100",
        "Resistor",
        "No order waits",
        "Nothing to look at",
        "Counted: 5 × R-100 at A-01",
        "Enrol a handheld",
    ]);
    viewer
        .get("/menu")
        .await
        .shows(&["/exceptions", "/locations"]);
    let german = shop.visitor(Role::Viewer).await.reading("de");
    german
        .get("/")
        .await
        .shows(&["1 knapp", "Gezählt: 5 × R-100 an A-01"]);
}

#[tokio::test]
async fn printers_are_set_one_in_a_line_and_what_is_none_is_refused() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Administrator).await;
    let mut fields = with_seen(&[]);
    fields.push(("seen-printers", ""));
    let mut right = fields.clone();
    right.push(("printers", "Dock=192.168.7.30\r\nPack=zebra-2/300dpi\r\n"));
    let saved = boss.post("/settings/inventory", &right).await;
    assert_eq!(saved.goes_to(), "/settings/inventory", "{}", saved.body);
    assert_eq!(
        value(&shop, &settings::PRINTERS),
        "Dock=192.168.7.30, Pack=zebra-2/300dpi"
    );
    for wrong in ["Dock", "Dock=http://192.168.7.30", "A=host\r\na=other"] {
        let mut fields = with_seen(&[]);
        let seen = "Dock=192.168.7.30\nPack=zebra-2/300dpi";
        fields.extend([("seen-printers", seen), ("printers", wrong)]);
        let refused = boss.post("/settings/inventory", &fields).await;
        assert!(refused.status.is_client_error(), "{wrong}");
    }
    // A form of before keeps them.
    assert_eq!(
        boss.post(
            "/settings/inventory",
            &with_seen(&[("default-threshold", "3")])
        )
        .await
        .goes_to(),
        "/settings/inventory"
    );
    assert!(value(&shop, &settings::PRINTERS).starts_with("Dock"));
}

#[tokio::test]
async fn the_server_says_what_it_holds_and_that_nothing_is_safe_yet() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let entries = shop.node.read(Fold::entry_count);
    let hash = shop.node.view().state_hash().unwrap();
    let page = viewer.get("/server").await;
    page.shows(&[
        "<small>central server</small>",
        "No backup yet",
        "Everything here has its central number.",
        &format!("<dd>{entries}</dd>"),
    ]);
    viewer.get("/server?proof=yes").await.shows(&[&hash]);
    assert_eq!(viewer.get("/devices/none").await.status.as_u16(), 404);
}
