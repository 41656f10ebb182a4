//! Production and purchasing as people see them in a browser.

use ledger_core::at_entry::{self, BomChange, LineRequest, LotChange, PurchaseChange};
use ledger_core::catalogue::Class;

use super::*;

/// A shop where a board takes 4 of R-100, of which 5 lie at A-01, and which Partco sells.
fn shop() -> Shop {
    let shop = Shop::open();
    let board = ItemChange {
        name: Some("Board".to_owned()),
        ..ItemChange::default()
    };
    shop.write(|fold| add_item(fold, "BOARD", &board));
    shop.write(|fold| at_entry::add_partner(fold, Class::Supplier, "PARTCO", Some("Partco Ltd")));
    let four = BomChange {
        per_unit: "4".parse().ok(),
        ..BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &four));
    shop
}

fn lot(shop: &Shop, number: &str, quantity: &str) {
    let device = shop.node.device();
    let units = quantity.parse().unwrap();
    let change = LotChange::default();
    shop.write(|fold| at_entry::plan_lot(fold, device, Some(number), "BOARD", units, &change));
}

fn purchase(shop: &Shop, number: &str, quantity: &str) {
    let device = shop.node.device();
    let change = PurchaseChange {
        supplier: Some("PARTCO".to_owned()),
        lines: vec![LineRequest {
            item: "R-100".to_owned(),
            quantity: quantity.parse().unwrap(),
            day: Some(10_000),
        }],
        ..PurchaseChange::default()
    };
    shop.write(|fold| at_entry::place_purchase(fold, device, Some(number), &change));
}

#[tokio::test]
async fn a_lot_says_where_each_part_comes_from() {
    let shop = shop();
    lot(&shop, "L-1", "10");
    purchase(&shop, "PO-7", "20");
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/lots/L-1").await;
    page.shows(&[
        "1 can be built now.",
        "5 from stock",
        "<a href=\"/purchase-orders/PO-7\">20 from PO-7, ",
        "15 missing",
        "Short",
        "href=\"/items/R-100/why\">5</a>",
    ]);
    assert!(!page.body.contains("Book them in"), "{}", page.body);
    viewer.get("/lots").await.shows(&["/lots/L-1", "Short"]);
    viewer
        .get("/purchase-orders?show=overdue")
        .await
        .shows(&["PO-7", "Overdue"]);
    viewer
        .get("/purchase-orders/PO-7")
        .await
        .shows(&["20 for L-1", "/lots/L-1"]);
    viewer
        .get("/suppliers/PARTCO")
        .await
        .shows(&["PO-7", "Partco Ltd"]);
    viewer
        .get("/items/R-100")
        .await
        .shows(&["PO-7", "id=\"coming\"", "/items/BOARD/bom"]);
    let refused = viewer.post("/lots/L-1/close", &[]).await;
    assert_eq!(refused.status.as_u16(), 403);
    let german = viewer.reading("de").get("/lots/L-1").await;
    german.shows(&["5 aus dem Bestand", "15 fehlen", "Es fehlt etwas"]);
}

#[tokio::test]
async fn parts_are_issued_brought_back_and_built_in() {
    let shop = shop();
    lot(&shop, "L-1", "2");
    let worker = shop.visitor(Role::Operator).await;
    let part = |quantity| {
        [
            ("item", "R-100"),
            ("location", "A-01"),
            ("quantity", quantity),
        ]
    };
    worker.post("/lots/L-1/issue", &part("3")).await.goes_to();
    worker
        .get("/lots/L-1")
        .await
        .shows(&["3 of R-100 issued from A-01."]);
    let refused = worker.post("/lots/L-1/return", &part("4")).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&["Only 3 of R-100 are issued", "value=\"4\""]);
    worker.post("/lots/L-1/return", &part("1")).await.goes_to();
    let units = |quantity, flush| {
        [
            ("quantity", quantity),
            ("location", "A-01"),
            ("backflush", flush),
        ]
    };
    let none = worker.post("/lots/L-1/build", &units("0", "yes")).await;
    none.shows(&["A lot needs a quantity above zero."]);
    worker
        .post("/lots/L-1/build", &units("1", "yes"))
        .await
        .goes_to();
    // Two were issued ahead, two more go out now: 5 - 3 + 1 - 2.
    let item = shop.api("items/R-100").await.json();
    assert_eq!(item["on_hand"], "1");
    worker
        .post("/lots/L-1/build", &units("1", "yes"))
        .await
        .goes_to();
    // English says what is missing, and no command.
    let page = worker.get("/lots/L-1").await;
    page.shows(&["Some parts are not on any shelf"]);
    assert!(!page.body.contains("stock lot"), "{}", page.body);
    worker
        .get("/lots/L-1/moves?item=R-100")
        .await
        .shows(&["Only R-100.", "−3"]);
}

#[tokio::test]
async fn a_form_of_several_lines_places_a_purchase_order() {
    let shop = shop();
    let manager = shop.visitor(Role::Manager).await;
    let fields = [
        ("supplier", "PARTCO"),
        ("number", "PO-9"),
        ("item-1", "R-100"),
        ("quantity-1", "20"),
        ("day-1", "2030-01-31"),
        ("item-3", "BOARD"),
        ("quantity-3", "2"),
    ];
    let mut slip = fields.to_vec();
    slip.push(("quantity-2", "7"));
    let refused = manager.post("/purchase-orders/new", &slip).await;
    refused.shows(&[
        "A field that is needed is empty",
        "value=\"PO-9\"",
        "value=\"2030-01-31\"",
    ]);
    let placed = manager.post("/purchase-orders/new", &fields).await;
    assert_eq!(placed.goes_to(), "/purchase-orders/PO-9");
    let came = |quantity, reason| {
        [
            ("item", "R-100"),
            ("location", "A-01"),
            ("quantity", quantity),
            ("reason", reason),
        ]
    };
    let path = "/purchase-orders/PO-9/receive";
    let refused = manager.post(path, &came("21", "")).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&["required value=\"\"", "value=\"21\""]);
    manager.post(path, &came("21", "a gift")).await.goes_to();
    let line = [("item", "BOARD"), ("quantity", "0"), ("day", "")];
    manager
        .post("/purchase-orders/PO-9/lines", &line)
        .await
        .goes_to();
    manager
        .get("/purchase-orders/PO-9")
        .await
        .shows(&["All came"]);
    let edit = [
        ("seen-supplier", "PARTCO"),
        ("supplier", "PARTCO"),
        ("seen-reference", ""),
        ("reference", "A 4711"),
    ];
    manager
        .post("/purchase-orders/PO-9/edit", &edit)
        .await
        .goes_to();
    manager
        .post("/purchase-orders/PO-9/close", &[])
        .await
        .goes_to();
    let shown = shop.api("purchase-orders/PO-9").await.json();
    assert_eq!(
        [
            &shown["reference"],
            &shown["state"],
            &shown["lines"][0]["received"]
        ],
        ["A 4711", "closed", "21"]
    );
    let late = manager.post(path, &came("1", "")).await;
    late.shows(&["is closed, which is final"]);
}

#[tokio::test]
async fn a_supplier_is_made_renamed_and_archived() {
    let shop = shop();
    let manager = shop.visitor(Role::Manager).await;
    let fields = [("code", "chips & co"), ("name", "Chips")];
    let made = manager.post("/suppliers/new", &fields).await;
    let path = made.goes_to().to_owned();
    assert_eq!(path, "/suppliers/CHIPS%20%26%20CO");
    let name = [("seen-name", "Chips"), ("name", "Chips Ltd")];
    manager
        .post(&format!("{path}/rename"), &name)
        .await
        .goes_to();
    manager.get(&path).await.shows(&["Chips Ltd"]);
    let archived = [("archived", "yes")];
    manager
        .post(&format!("{path}/archive"), &archived)
        .await
        .goes_to();
    let listed = manager.get("/suppliers").await;
    assert!(!listed.body.contains(&path), "{}", listed.body);
    manager.get("/suppliers?archived=yes").await.shows(&[&path]);
}

#[tokio::test]
async fn exceptions_of_plans_lead_to_them() {
    let shop = shop();
    lot(&shop, "L-1", "1");
    let worker = shop.visitor(Role::Operator).await;
    let units = [("quantity", "3"), ("location", "A-01")];
    worker.post("/lots/L-1/build", &units).await.goes_to();
    let listed = worker.get("/exceptions?kind=over-built").await;
    listed.shows(&["Built more than planned", "href=\"/lots/L-1\""]);
    worker
        .get("/lots/L-1")
        .await
        .shows(&["Built more than planned"]);
    let german = worker
        .reading("de")
        .get("/exceptions?kind=over-built")
        .await;
    german.shows(&["Mehr gebaut als geplant", "Von Los L-1 ist mehr gebaut"]);
}
