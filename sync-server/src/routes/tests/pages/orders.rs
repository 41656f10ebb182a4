//! Orders, pick lists and backorders as people use them in a browser.

use ledger_core::at_entry::{self, settings};

use super::*;

impl Shop {
    /// A shop where orders may want more than there is.
    fn with_backorders() -> Self {
        let shop = Self::open();
        shop.write(|_| settings::set("allow-backorder", "on"));
        shop
    }

    fn stock(&self, quantity: &str) {
        let request = StockRequest {
            item: "R-100".to_owned(),
            quantity: quantity.parse().unwrap(),
            ..StockRequest::default()
        };
        self.write(|fold| add(fold, "A-01", &request));
    }
}

/// The quantities of an order's first line, as the API has them.
async fn line(shop: &Shop, order: &str) -> [String; 4] {
    let order = shop.api(&format!("orders/{order}")).await.json();
    ["wanted", "picked", "backorder", "ready"]
        .map(|key| order["lines"][0][key].as_str().unwrap_or("-").to_owned())
}

/// Opens an order as a manager does.
async fn open(shop: &Shop, number: &str, kind: &str) {
    let manager = shop.visitor(Role::Manager).await;
    let fields = [("number", number), ("type", kind), ("site", "MAIN")];
    let opened = manager.post("/orders/new", &fields).await;
    assert_eq!(
        opened.goes_to(),
        format!("/orders/{}?adding", number.to_uppercase())
    );
}

#[tokio::test]
async fn an_order_is_opened_filled_and_closed() {
    let shop = Shop::with_backorders();
    let manager = shop.visitor(Role::Manager).await;
    manager
        .get("/orders")
        .await
        .shows(&["There are no orders yet", "/orders/new"]);
    let new = manager.get("/orders/new").await;
    new.shows(&["Parts leave the stock at once", "Stock is reserved at once"]);
    let fields = [
        ("number", "r 1/2"),
        ("type", "repair"),
        ("title", "Screen <b>"),
        ("site", "MAIN"),
        ("due", "2030-01-31"),
    ];
    let opened = manager.post("/orders/new", &fields).await;
    assert_eq!(opened.goes_to(), "/orders/R%201%2F2?adding");
    let path = "/orders/R%201%2F2";
    let empty = manager.get(opened.goes_to()).await;
    empty.shows(&["Order R 1/2 is open", "Screen &#60;b&#62;", "autofocus"]);
    let worker = shop.visitor(Role::Operator).await;
    let add = [("item", "r-100"), ("quantity", "8")];
    let added = worker.post(&format!("{path}/lines"), &add).await;
    assert_eq!(added.goes_to(), format!("{path}?adding"));
    let shown = worker.get(path).await;
    shown.shows(&[
        "the rest is on backorder",
        "<span class=\"level out\">",
        "</svg>Backorder</span>",
    ]);
    assert_eq!(line(&shop, "R%201%2F2").await, ["8", "5", "3", "0"]);
    shop.stock("2");
    let waiting = worker.get("/backorders").await;
    waiting.shows(&["R-100", "</svg>Ready</span>", "R 1/2", "/fill"]);
    let ready = worker.get("/backorders?show=ready").await;
    ready.shows(&["name=\"back\" value=\"/backorders?show=ready\""]);
    let fill = [("item", "R-100"), ("back", "/backorders?show=ready")];
    let filled = worker.post(&format!("{path}/fill"), &fill).await;
    assert_eq!(filled.goes_to(), "/backorders?show=ready");
    // One movement, so it can be undone.
    worker
        .get("/backorders")
        .await
        .shows(&["What was ready of R-100", "action=\"/undo\""]);
    assert_eq!(line(&shop, "R%201%2F2").await, ["8", "7", "1", "0"]);
    let back = [("item", "R-100"), ("quantity", "4")];
    worker
        .post(&format!("{path}/return"), &back)
        .await
        .goes_to();
    let end = [("reason", "done")];
    let closed = manager.post(&format!("{path}/close"), &end).await;
    assert_eq!(closed.goes_to(), path);
    manager
        .get(path)
        .await
        .shows(&["wanted no longer", "Closed", "Picks and returns"]);
    let order = shop.api("orders/R%201%2F2").await.json();
    assert_eq!(order["state"], "closed");
    // It is no longer among the open ones.
    assert!(!manager.get("/orders").await.body.contains("R 1/2"));
    manager.get("/orders?show=all").await.shows(&["R 1/2"]);
}

#[tokio::test]
async fn a_sale_that_waited_is_ready_until_it_is_picked_and_no_backorder() {
    let shop = Shop::with_backorders();
    open(&shop, "S1", "sales").await;
    open(&shop, "S2", "sales").await;
    let worker = shop.visitor(Role::Operator).await;
    let add = async |order: &str, quantity: &str| {
        let fields = [("item", "R-100"), ("quantity", quantity)];
        let path = format!("/orders/{order}/lines");
        worker.post(&path, &fields).await.goes_to();
    };
    add("S1", "8").await;
    shop.stock("10");
    assert_eq!(line(&shop, "S1").await, ["8", "0", "0", "8"]);
    // This one found all that it wants, and never waited.
    add("S2", "2").await;
    for (asked, orders) in [("backorders", &[][..]), ("backorders?ready", &["S1"])] {
        let listed = shop.api(asked).await.json();
        let listed = listed["items"].as_array().unwrap();
        let found: Vec<_> = listed.iter().map(|row| &row["order"]).collect();
        assert_eq!(found, orders, "{asked}");
    }
    worker
        .get("/backorders")
        .await
        .shows(&["/orders/S1/fill", "</svg>Ready</span>"]);
    let fill = [("item", "R-100"), ("back", "/backorders")];
    worker.post("/orders/S1/fill", &fill).await.goes_to();
    let listed = shop.api("backorders?ready").await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn without_backorders_the_refusal_says_what_there_is() {
    let shop = Shop::open();
    open(&shop, "R1", "repair").await;
    let worker = shop.visitor(Role::Operator).await;
    let refused = worker
        .post("/orders/R1/lines", &[("item", "R-100"), ("quantity", "8")])
        .await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&[
        "5 are available at MAIN.",
        "/items/R-100/why",
        "value=\"8\"",
        "value=\"R-100\"",
    ]);
    assert!(!refused.body.contains("stock setting"), "{}", refused.body);
    assert_eq!(line(&shop, "R1").await[0], "-");
    let german = worker.reading("de");
    let refused = german
        .post(
            "/orders/R1/lines",
            &[("item", "R-100"), ("quantity", "5,5")],
        )
        .await;
    refused.shows(&[
        "Davon ist nicht genug da",
        "5 sind verfügbar",
        "value=\"5,5\"",
    ]);
}

#[tokio::test]
async fn a_scan_adds_its_pack_and_words_lead_to_a_choice() {
    let shop = Shop::open();
    let pack = "4".parse().unwrap();
    shop.write(|fold| at_entry::bind(fold, "4006381333931", "R-100", pack));
    open(&shop, "S1", "sales").await;
    let worker = shop.visitor(Role::Operator).await;
    let scan = [("item", "4006381333931"), ("quantity", ""), ("once", "a")];
    for _ in 0..2 {
        // The same sending twice counts once.
        worker.post("/orders/S1/lines", &scan).await.goes_to();
    }
    assert_eq!(line(&shop, "S1").await, ["4", "0", "0", "4"]);
    let asked = worker
        .post("/orders/S1/lines", &[("item", "resis"), ("quantity", "1")])
        .await;
    assert_eq!(asked.status.as_u16(), 422);
    asked.shows(&[
        "No item has this SKU or barcode",
        "name=\"choice\" value=\"R-100\"",
        "value=\"resis\"",
    ]);
    let chosen = [("item", "resis"), ("choice", "R-100"), ("quantity", "1")];
    worker.post("/orders/S1/lines", &chosen).await.goes_to();
    assert_eq!(line(&shop, "S1").await[0], "5");
    // While typing the choices come by themselves.
    let typing = worker.get("/orders/S1?item=resis&quantity=").await;
    typing.shows(&["name=\"choice\" value=\"R-100\""]);
}

#[tokio::test]
async fn a_line_is_changed_picked_returned_and_removed() {
    let shop = Shop::with_backorders();
    open(&shop, "S1", "sales").await;
    let worker = shop.visitor(Role::Operator).await;
    worker
        .post("/orders/S1/lines", &[("item", "R-100"), ("quantity", "3")])
        .await
        .goes_to();
    let panel = worker.get("/orders/S1?line=R-100").await;
    panel.shows(&[
        "action=\"/orders/S1/pick\"",
        "value=\"A-01\"",
        "name=\"seen-wanted\" value=\"3\"",
    ]);
    let set = async |wanted: &str, seen: &str| {
        let fields = [("item", "R-100"), ("wanted", wanted), ("seen-wanted", seen)];
        worker.post("/orders/S1/set", &fields).await
    };
    assert_eq!(set("+1", "").await.goes_to(), "/orders/S1?line=R-100#line");
    assert_eq!(line(&shop, "S1").await[0], "4");
    // Somebody else set it in the meantime: nothing is overwritten.
    let late = set("9", "3").await;
    assert!(late.status.is_client_error());
    late.shows(&["value=\"9\"", "role=\"alert\""]);
    assert_eq!(line(&shop, "S1").await[0], "4");
    set("5", "4").await.goes_to();
    let pick = |quantity| {
        [
            ("item", "R-100"),
            ("location", "A-01"),
            ("quantity", quantity),
        ]
    };
    let refused = worker.post("/orders/S1/pick", &pick("6")).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&["Raise the line first", "value=\"6\""]);
    worker.post("/orders/S1/pick", &pick("2")).await.goes_to();
    worker
        .get("/orders/S1")
        .await
        .shows(&["2 of R-100 picked from A-01", "action=\"/undo\""]);
    assert_eq!(line(&shop, "S1").await, ["5", "2", "0", "3"]);
    set("-4", "").await.goes_to();
    // What was picked beyond the line went back.
    assert_eq!(line(&shop, "S1").await, ["1", "1", "0", "0"]);
    assert_eq!(set("-4", "").await.status.as_u16(), 422);
    let back = [("item", "R-100"), ("quantity", "2")];
    let refused = worker.post("/orders/S1/return", &back).await;
    refused.shows(&["Return what was picked, or less"]);
    let removed = worker.post("/orders/S1/remove", &[("item", "R-100")]).await;
    assert_eq!(removed.goes_to(), "/orders/S1");
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
}

#[tokio::test]
async fn the_pick_list_is_tapped_line_by_line() {
    let shop = Shop::with_backorders();
    open(&shop, "S1", "sales").await;
    let worker = shop.visitor(Role::Operator).await;
    worker
        .post("/orders/S1/lines", &[("item", "R-100"), ("quantity", "6")])
        .await
        .goes_to();
    let list = worker.get("/orders/S1/pick-list").await;
    list.shows(&[
        "A-01",
        "value=\"5\"",
        "act=count&amp;location=A-01",
        "One line waits for stock",
    ]);
    let take = |quantity| {
        [
            ("item", "R-100"),
            ("from", "A-01"),
            ("location", "A-01"),
            ("batch", "-"),
            ("owner", "-"),
            ("quantity", quantity),
        ]
    };
    let refused = worker.post("/orders/S1/pick-list", &take("x")).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["This is not a quantity", "value=\"x\"", "class=\"failed\""]);
    let taken = worker.post("/orders/S1/pick-list", &take("3")).await;
    assert_eq!(taken.goes_to(), "/orders/S1/pick-list");
    assert_eq!(line(&shop, "S1").await, ["6", "3", "1", "2"]);
}

#[tokio::test]
async fn cancelling_says_what_comes_back_and_brings_it_back() {
    let shop = Shop::open();
    open(&shop, "R1", "repair").await;
    let manager = shop.visitor(Role::Manager).await;
    manager
        .post("/orders/R1/lines", &[("item", "R-100"), ("quantity", "3")])
        .await
        .goes_to();
    manager.get("/orders/R1").await.shows(&[
        "These go back to their places",
        "3 × <span class=\"sku\">R-100</span> → A-01",
    ]);
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "2");
    manager
        .post("/orders/R1/cancel", &[("reason", "no longer wanted")])
        .await
        .goes_to();
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
    let again = manager.post("/orders/R1/cancel", &[]).await;
    assert_eq!(again.status.as_u16(), 409);
    again.shows(&["Cancelled", "role=\"alert\"", "Open a new order"]);
}

#[tokio::test]
async fn a_line_is_served_first_when_a_manager_says_so() {
    let shop = Shop::with_backorders();
    open(&shop, "S1", "sales").await;
    open(&shop, "S2", "sales").await;
    let manager = shop.visitor(Role::Manager).await;
    for (order, quantity) in [("S1", "5"), ("S2", "2")] {
        let fields = [("item", "R-100"), ("quantity", quantity)];
        let path = format!("/orders/{order}/lines");
        manager.post(&path, &fields).await.goes_to();
    }
    assert_eq!(line(&shop, "S2").await, ["2", "0", "2", "0"]);
    let first = [("item", "R-100"), ("rank", "1")];
    manager.post("/orders/S2/expedite", &first).await.goes_to();
    assert_eq!(line(&shop, "S2").await, ["2", "0", "0", "2"]);
    manager.get("/orders/S2").await.shows(&["served first"]);
    let listed = manager.get("/orders?show=backorder").await;
    listed.shows(&["/orders/S1\""]);
    assert!(!listed.body.contains("/orders/S2\""), "{}", listed.body);
    let ready = manager.get("/orders?show=ready&search=s2").await;
    ready.shows(&["/orders/S2\""]);
    assert!(!ready.body.contains("/orders/S1\""), "{}", ready.body);
}

#[tokio::test]
async fn who_only_looks_sees_no_forms_and_what_is_refused_is_kept() {
    let shop = Shop::open();
    open(&shop, "R1", "repair").await;
    let viewer = shop.visitor(Role::Viewer).await;
    let shown = viewer.get("/orders/R1").await;
    assert!(!shown.body.contains("/orders/R1/lines"), "{}", shown.body);
    let german = viewer.reading("de").get("/orders/R1").await;
    german.shows(&["Auftrag", "Dieser Auftrag wünscht noch nichts", "Reparatur"]);
    let manager = shop.visitor(Role::Manager).await;
    for (fields, said) in [
        ([("number", "r1"), ("type", "repair"), ("due", "")], "R1"),
        (
            [("number", "r2"), ("type", "sales"), ("due", "soon")],
            "not a date",
        ),
        ([("number", "r2"), ("type", "gift"), ("due", "")], "empty"),
    ] {
        let refused = manager.post("/orders/new", &fields).await;
        assert!(refused.status.is_client_error(), "{fields:?}");
        let kept = format!("value=\"{}\"", fields[0].1);
        refused.shows(&[said, &kept]);
    }
    assert_eq!(manager.get("/orders/NOPE").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_list_of_orders_goes_on_where_the_page_before_ended() {
    let shop = Shop::open();
    let device = shop.node.device();
    for number in 1..=51 {
        let number = format!("R{number:03}");
        let change = at_entry::OrderChange::default();
        let kind = ledger_core::order::OrderType::Repair;
        shop.write(|fold| at_entry::open_order(fold, device, Some(&number), kind, &change));
    }
    let viewer = shop.visitor(Role::Viewer).await;
    let first = viewer.get("/orders").await;
    first.shows(&["/orders/R050\""]);
    assert!(!first.body.contains("/orders/R051\""));
    let after = first.body.split("&amp;after=").nth(1).unwrap();
    let after = after.split('"').next().unwrap();
    let second = viewer.get(&format!("/orders?after={after}")).await;
    second.shows(&["/orders/R051\""]);
    assert!(!second.body.contains("/orders/R050\""));
}

#[tokio::test]
async fn two_people_edit_an_order_and_neither_overwrites_the_other() {
    let shop = Shop::open();
    open(&shop, "R1", "repair").await;
    let manager = shop.visitor(Role::Manager).await;
    manager
        .get("/orders/R1/edit")
        .await
        .shows(&["name=\"seen-site\" value=\"MAIN\""]);
    let fields = |title: &'static str, seen: &'static str, due: &'static str| {
        [
            ("title", title),
            ("seen-title", seen),
            ("due", due),
            ("seen-due", ""),
            ("site", "MAIN"),
            ("seen-site", "MAIN"),
        ]
    };
    let first = manager
        .post("/orders/R1/edit", &fields("Screen", "", ""))
        .await;
    assert_eq!(first.goes_to(), "/orders/R1");
    let second = fields("Battery", "", "2030-01-31");
    let refused = manager.post("/orders/R1/edit", &second).await;
    assert!(refused.status.is_client_error());
    refused.shows(&[
        "value=\"Battery\"",
        "Meanwhile somebody set this to: Screen",
        "value=\"2030-01-31\"",
    ]);
    let order = shop.api("orders/R1").await.json();
    assert_eq!(
        (&order["title"], &order["due"]),
        (&"Screen".into(), &Value::Null)
    );
    // The title is left as it was seen to be, so the day alone is written.
    let third = fields("Screen", "Screen", "2030-01-31");
    manager.post("/orders/R1/edit", &third).await.goes_to();
    let order = shop.api("orders/R1").await.json();
    assert_eq!(order["due"], "2030-01-31");
    assert_eq!(order["site"], "MAIN");
}

#[tokio::test]
async fn an_order_says_what_is_wrong_with_it() {
    let shop = Shop::open();
    open(&shop, "R1", "repair").await;
    let manager = shop.visitor(Role::Manager).await;
    manager
        .post("/orders/R1/lines", &[("item", "R-100"), ("quantity", "3")])
        .await
        .goes_to();
    // A return that was booked by hand is undone: more is picked than the line wants.
    manager
        .post("/orders/R1/return", &[("item", "R-100"), ("quantity", "3")])
        .await
        .goes_to();
    let shown = manager.get("/orders/R1").await;
    assert!(!shown.body.contains("Exception:"), "{}", shown.body);
    shown.shows(&["href=\"/locations/A-01\"", "+3 R-100 A-01"]);
    let returned = shown.body.split("name=\"entry\" value=\"").nth(1).unwrap();
    let returned = returned.split('"').next().unwrap().to_owned();
    manager
        .post("/orders/R1/remove", &[("item", "R-100")])
        .await
        .goes_to();
    let undo = [("entry", returned.as_str()), ("back", "/orders/R1")];
    manager.post("/undo", &undo).await.goes_to();
    let shown = manager.get("/orders/R1").await;
    shown.shows(&["<strong>R-100</strong> Picked more than wanted"]);
    let (_, rest) = shown.body.split_once("href=\"/exceptions/").unwrap();
    let (id, rest) = rest.split_once('"').unwrap();
    assert!(rest.starts_with(">Exception:"), "{rest}");
    let matter = manager.get(&format!("/exceptions/{id}")).await;
    matter.shows(&["href=\"/orders/R1\"", "Picked more than wanted"]);
}
