//! Production and purchasing as people see them in a browser.

use ledger_core::at_entry::{self, BomChange, LineRequest, LotChange, PurchaseChange};
use ledger_core::catalogue::Class;

use super::*;

/// Makes a board that takes 4 of R-100.
pub(super) fn board(shop: &Shop) {
    let board = ItemChange {
        name: Some("Board".to_owned()),
        ..ItemChange::default()
    };
    shop.write(|fold| add_item(fold, "BOARD", &board));
    let four = BomChange {
        per_unit: "4".parse().ok(),
        ..BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &four));
}

/// A shop where a board takes 4 of R-100, of which 5 lie at A-01, and which Partco sells.
fn shop() -> Shop {
    let shop = Shop::open();
    board(&shop);
    shop.write(|fold| at_entry::add_partner(fold, Class::Supplier, "PARTCO", Some("Partco Ltd")));
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
        "</svg>Short</span>",
        "href=\"/items/R-100/why?site=MAIN&amp;owner=-\">5</a>",
    ]);
    assert!(!page.body.contains("Book them in"), "{}", page.body);
    viewer
        .get("/lots")
        .await
        .shows(&["/lots/L-1", "</svg>Short</span>"]);
    viewer
        .get("/purchase-orders?show=overdue")
        .await
        .shows(&["PO-7", "</svg>Overdue</span>"]);
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
    let worker = shop.visitor(Role::Operator).await;
    worker.get("/items/R-100?act=add").await.shows(&[
        "list=\"open-purchases\"",
        "<option value=\"PO-7\">PARTCO</option>",
    ]);
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
async fn movements_of_one_item_are_shown_however_many_came_after_them() {
    let shop = shop();
    lot(&shop, "L-1", "2");
    let of = |item: &str| StockRequest {
        item: item.to_owned(),
        quantity: "3".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| at_entry::lot_issue(fold, "L-1", "A-01", &of("R-100")));
    shop.write(|fold| {
        let mut plan = at_entry::lot_issue(fold, "L-1", "A-01", &of("A/B 1&2"))?;
        let body = plan.bodies[0].clone();
        plan.bodies.resize(210, body);
        Ok(plan)
    });
    let viewer = shop.visitor(Role::Viewer).await;
    let early = viewer.get("/lots/L-1/moves?item=R-100").await;
    early.shows(&["Only R-100.", "−3"]);
    assert!(!early.body.contains("Only the newest"), "{}", early.body);
    let all = viewer.get("/lots/L-1/moves").await;
    all.shows(&["Only the newest 200 of 211 are shown."]);
    let many = viewer.get("/lots/L-1/moves?item=A%2FB%201%262").await;
    many.shows(&["Only the newest 200 of 210 are shown."]);
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

/// What is ordered on PO-7: each item with its day and how much.
async fn ordered(shop: &Shop) -> Vec<String> {
    let purchase = shop.api("purchase-orders/PO-7").await.json();
    let lines = purchase["lines"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = lines.map(|line| {
        ["item", "date", "ordered"]
            .map(|key| text(&line[key]))
            .join(" ")
    });
    lines.collect()
}

#[tokio::test]
async fn a_line_of_a_purchase_order_that_somebody_else_changed_is_not_overwritten() {
    let shop = shop();
    purchase(&shop, "PO-7", "100");
    let manager = shop.visitor(Role::Manager).await;
    let path = "/purchase-orders/PO-7?item=R-100&day=1997-05-19";
    manager.get(path).await.shows(&[
        "name=\"seen-item\" value=\"R-100\"",
        "name=\"seen-quantity\" value=\"100\"",
        "name=\"seen-day\" value=\"1997-05-19\"",
    ]);
    let set = async |quantity: &str, seen: &str| {
        let fields = [
            ("seen-item", "R-100"),
            ("item", "R-100"),
            ("seen-quantity", seen),
            ("quantity", quantity),
            ("seen-day", "1997-05-19"),
            ("day", "1997-05-19"),
        ];
        manager.post("/purchase-orders/PO-7/lines", &fields).await
    };
    set("200", "100").await.goes_to();
    let late = set("150", "100").await;
    assert_eq!(late.status.as_u16(), 409);
    late.shows(&[
        "Somebody else changed this",
        "Meanwhile somebody set this to: 200",
        "name=\"quantity\" inputmode=\"decimal\" required autocomplete=\"off\" value=\"150\"",
        "name=\"seen-quantity\" value=\"200\"",
    ]);
    assert_eq!(ordered(&shop).await, ["R-100 1997-05-19 200"]);
    // Seen now, it is theirs to set.
    set("150", "200").await.goes_to();
    set("0", "150").await.goes_to();
    // A line that was taken away is not put back unseen.
    assert_eq!(set("170", "150").await.status.as_u16(), 409);
    assert_eq!(ordered(&shop).await, [""; 0]);
}

#[tokio::test]
async fn a_line_of_a_purchase_order_that_gets_another_day_leaves_the_old_one() {
    let shop = shop();
    purchase(&shop, "PO-7", "100");
    let manager = shop.visitor(Role::Manager).await;
    let set = async |item: &str, quantity: &str, seen_day: &str, day: &str| {
        let fields = [
            ("seen-item", "R-100"),
            ("item", item),
            ("seen-quantity", "100"),
            ("quantity", quantity),
            ("seen-day", seen_day),
            ("day", day),
        ];
        manager.post("/purchase-orders/PO-7/lines", &fields).await
    };
    let (monday, friday) = ("1997-05-19", "1997-05-23");
    set("R-100", "100", monday, friday).await.goes_to();
    assert_eq!(ordered(&shop).await, ["R-100 1997-05-23 100"]);
    // Another item in the same form is another line.
    set("BOARD", "2", friday, "").await.goes_to();
    let fresh = [("item", "R-100"), ("quantity", "50"), ("day", monday)];
    let path = "/purchase-orders/PO-7/lines";
    manager.post(path, &fresh).await.goes_to();
    // What is ordered for the other day already is not overwritten.
    let refused = set("R-100", "100", friday, monday).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["One item stands there twice for one day."]);
    assert_eq!(
        ordered(&shop).await,
        ["BOARD - 2", "R-100 1997-05-19 50", "R-100 1997-05-23 100"]
    );
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

impl Shop {
    /// Ten of R-100 of ACME's batch B1 at B-02, and a lot L-1 of two boards for them.
    fn for_acme(self) -> Self {
        let place = LocationChange {
            site: Some("main".to_owned()),
            ..LocationChange::default()
        };
        self.write(|fold| add_location(fold, "B-02", &place));
        self.write(|fold| at_entry::add_partner(fold, Class::Customer, "ACME", None));
        let theirs = StockRequest {
            item: "R-100".to_owned(),
            quantity: "10".parse().unwrap(),
            owner: Some("ACME".to_owned()),
            batch: Some("B1".to_owned()),
            ..StockRequest::default()
        };
        self.write(|fold| add(fold, "B-02", &theirs));
        lot(&self, "L-1", "2");
        let change = LotChange {
            customer: Some(Some("ACME".to_owned())),
            ..LotChange::default()
        };
        self.write(|fold| at_entry::set_lot(fold, "L-1", &change));
        self
    }

    /// What is there of R-100, line by line.
    async fn resistors(&self) -> Vec<String> {
        let item = self.api("items/R-100").await.json();
        let lines = item["lines"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let lines = lines.map(|line| {
            ["location", "owner", "batch", "on_hand"]
                .map(|key| text(&line[key]))
                .join(" ")
        });
        lines.collect()
    }
}

#[tokio::test]
async fn the_stock_of_a_lot_s_customer_is_issued_and_comes_back_as_theirs() {
    let shop = shop().for_acme();
    let worker = shop.visitor(Role::Operator).await;
    let page = worker.get("/lots/L-1?item=R-100").await;
    let (_, form) = page.body.split_once("action=\"/lots/L-1/issue\"").unwrap();
    let form = form.split("</form>").next().unwrap();
    for (name, value) in [
        ("item", "R-100"),
        ("location", "B-02"),
        ("quantity", "8"),
        ("owner", "ACME"),
        ("batch", "B1"),
    ] {
        let field = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        let field = field.split('>').next().unwrap();
        assert!(
            field.contains(&format!("value=\"{value}\"")),
            "{name}: {field}"
        );
    }
    let sent = [
        ("item", "R-100"),
        ("location", "B-02"),
        ("quantity", "8"),
        ("owner", "ACME"),
        ("batch", "B1"),
    ];
    worker.post("/lots/L-1/issue", &sent).await.goes_to();
    assert_eq!(shop.resistors().await, ["A-01 - - 5", "B-02 ACME B1 2"]);
    let back = [("item", "R-100"), ("location", "A-01"), ("quantity", "3")];
    worker.post("/lots/L-1/return", &back).await.goes_to();
    assert_eq!(
        shop.resistors().await,
        ["A-01 - - 5", "A-01 ACME B1 3", "B-02 ACME B1 2"]
    );
    // Nothing named: still theirs, where only theirs lies.
    let sent = [("item", "R-100"), ("location", "B-02"), ("quantity", "2")];
    worker.post("/lots/L-1/issue", &sent).await.goes_to();
    assert_eq!(shop.resistors().await, ["A-01 - - 5", "A-01 ACME B1 3"]);
}

#[tokio::test]
async fn what_an_open_lot_offers_no_longer_says_why_it_cannot_be_done() {
    let shop = shop();
    lot(&shop, "L-1", "1");
    let manager = shop.visitor(Role::Manager).await;
    for which in ["adopt", "buy"] {
        let refused = manager.post(&format!("/lots/L-1/{which}"), &[]).await;
        assert_eq!(refused.status.as_u16(), 409, "{which}");
        let problems = refused.body.matches("role=\"alert\"").count();
        assert_eq!(problems, 1, "{which}: {}", refused.body);
    }
    // Where the form is on the page, it says it, and nothing else does.
    lot(&shop, "L-2", "10");
    let wrong = [("supplier", "NOPE")];
    let refused = manager.post("/lots/L-2/buy", &wrong).await;
    assert_eq!(refused.body.matches("role=\"alert\"").count(), 1);
    assert!(
        refused.body.contains("<details id=\"buy\" open"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn a_part_that_is_added_again_keeps_what_the_form_left_empty() {
    let shop = shop();
    let full = BomChange {
        attrition: "2.5".parse().ok(),
        refs: Some("R1, R2".to_owned()),
        ..BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &full));
    let manager = shop.visitor(Role::Manager).await;
    let line = async || {
        let bom = shop.api("bom/BOARD").await.json();
        let line = bom["lines"][0].clone();
        ["quantity", "attrition", "refs"].map(|key| line[key].as_str().unwrap_or("-").to_owned())
    };
    let path = "/items/BOARD/bom";
    let added = [
        ("part", "R-100"),
        ("quantity", "6"),
        ("attrition", ""),
        ("refs", ""),
    ];
    manager.post(path, &added).await.goes_to();
    assert_eq!(line().await, ["6", "2.5", "R1, R2"]);
    let page = manager.get("/items/BOARD/bom?part=R-100").await;
    page.shows(&[
        "name=\"line\" value=\"R-100\"",
        "name=\"seen-quantity\" value=\"6\"",
        "name=\"seen-attrition\" value=\"2.5\"",
        "name=\"seen-refs\" value=\"R1, R2\"",
    ]);
    let opened = |refs: &'static str, attrition: &'static str| {
        [
            ("line", "R-100"),
            ("part", "R-100"),
            ("quantity", "6"),
            ("seen-quantity", "6"),
            ("attrition", attrition),
            ("seen-attrition", "2.5"),
            ("refs", refs),
            ("seen-refs", "R1, R2"),
        ]
    };
    // Somebody else changes the quantity meanwhile: this form did not touch it.
    let seven = BomChange {
        per_unit: "7".parse().ok(),
        ..BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &seven));
    manager.post(path, &opened("R1", "2.5")).await.goes_to();
    assert_eq!(line().await, ["7", "2.5", "R1"]);
    // Of what both changed the other's is shown.
    let refused = manager.post(path, &opened("R9", "2.5")).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    refused.shows(&[
        "Somebody else changed",
        "name=\"line\" value=\"R-100\"",
        "value=\"R9\"",
    ]);
    manager.post(path, &opened("R1, R2", "")).await.goes_to();
    assert_eq!(line().await, ["7", "0", "R1"], "it was emptied on purpose");
}
