//! The pages of items: what they show, write, refuse and keep.

use ledger_core::at_entry::{add_partner, set_item};
use ledger_core::catalogue::Class;

use super::*;

const BACK: (&str, &str) = ("back", "/items");

impl Shop {
    fn with_more_places(self) -> Self {
        for number in ["A-02", "B-01"] {
            self.write(|fold| add_location(fold, number, &LocationChange::default()));
        }
        self.write(|fold| add_partner(fold, Class::Customer, "ACME", Some("Acme Ltd")));
        self
    }

    async fn item(&self, sku: &str) -> Value {
        self.api(&format!("items/{sku}")).await.json()
    }

    async fn newest(&self, sku: &str) -> Value {
        let history = self.api(&format!("items/{sku}/history")).await.json();
        history["items"].as_array().unwrap().last().unwrap().clone()
    }
}

#[tokio::test]
async fn the_inventory_tab_shows_what_is_where_and_what_may_be_done() {
    let shop = Shop::open().with_more_places();
    let viewer = shop.visitor(Role::Viewer).await;
    let seen = viewer.get("/items/r-100").await;
    seen.shows(&[
        "R-100",
        "Resistor",
        "href=\"/items/R-100/why\"",
        "href=\"/items/R-100/why?location=A-01&amp;owner=-\"",
        "href=\"/items/R-100/history\"",
        "Last counted",
        "Counted",
        "Added",
    ]);
    for hidden in ["Add stock", "/items/R-100/edit", "action=\"/undo\""] {
        assert!(!seen.body.contains(hidden), "{hidden}");
    }
    let operator = shop.visitor(Role::Operator).await;
    let seen = operator.get("/items/R-100?act=adjust").await;
    seen.shows(&[
        "Add stock",
        "Remove stock",
        "Adjust Stock",
        "action=\"/items/R-100/adjust\"",
        "<option value=\"damaged\">",
    ]);
    // The only place where it lies is there already.
    seen.shows(&["name=\"location\" list=\"places\"", "value=\"A-01\""]);
    assert!(!seen.body.contains("/items/R-100/edit"));
    let odd = viewer.get("/items/A%2FB%201%262").await;
    odd.shows(&["/items/A%2FB%201%262/why", "There is none anywhere"]);
}

#[tokio::test]
async fn stock_is_added_removed_adjusted_moved_and_counted() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    for (act, quantity, more, on_hand, kind) in [
        ("add", "+10", ("note", "from the fair"), "15", "add"),
        ("add", "10", ("lot", "L-7"), "25", "add"),
        ("add", "-5", ("serial", "S1"), "20", "remove"),
        ("remove", "5", ("order", "4711"), "15", "remove"),
        ("remove", "-5", ("po", "77"), "10", "remove"),
        ("adjust", "-3", ("reason", "lost"), "7", "adjust"),
        ("adjust", "+2", ("reason", "found"), "9", "adjust"),
        ("move", "4", ("to", "A-02"), "9", "move"),
        ("count", "3", ("note", "shelf"), "7", "count"),
    ] {
        let fields = [("location", "a-01"), ("quantity", quantity), more];
        let path = format!("/items/R-100/{act}");
        let done = operator.post(&path, &fields).await;
        assert_eq!(done.goes_to(), "/items/R-100", "{act} {quantity}");
        let item = shop.item("R-100").await;
        assert_eq!(item["on_hand"], on_hand, "{act} {quantity}");
        let newest = shop.newest("R-100").await;
        assert_eq!(newest["kind"], kind, "{act} {quantity}");
        assert_eq!(newest["user"], "test-operator");
        let (field, said) = more;
        if field != "to" {
            assert_eq!(newest[field], said, "{act} {quantity}");
        }
    }
    let lines = shop.item("R-100").await["lines"].clone();
    assert_eq!(lines[0]["on_hand"], "3");
    assert_eq!(
        (&lines[1]["location"], &lines[1]["on_hand"]),
        (&"A-02".into(), &"4".into())
    );
    operator
        .get("/items/R-100")
        .await
        .shows(&["R-100 at a-01: 3 counted", "action=\"/undo\""]);
}

#[tokio::test]
async fn a_customer_s_stock_is_added_and_becomes_ours() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    let theirs = [("location", "B-01"), ("quantity", "8"), ("owner", "acme")];
    operator.post("/items/R-100/add", &theirs).await.goes_to();
    assert_eq!(shop.item("R-100").await["on_hand_customers"], "8");
    let page = operator.get("/items/R-100").await;
    page.shows(&["/customers/ACME", "/items/R-100/why?owner=ACME"]);
    // Nothing says where to: it stays, and only the owner changes.
    let ours = [
        ("location", "B-01"),
        ("quantity", "3"),
        ("owner", "acme"),
        ("to-own", "yes"),
    ];
    operator.post("/items/R-100/move", &ours).await.goes_to();
    let item = shop.item("R-100").await;
    assert_eq!(item["on_hand_customers"], "5");
    assert_eq!(item["on_hand"], "8");
    let both = [&ours[..], &[("to-owner", "ACME")]].concat();
    let refused = operator.post("/items/R-100/move", &both).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["either a customer or ourselves"]);
}

#[tokio::test]
async fn what_cannot_be_done_keeps_what_was_typed_and_changes_nothing() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    for (act, quantity, location, said) in [
        ("remove", "+5", "A-01", "does not take a plus"),
        ("adjust", "-3", "A-01", "reason"),
        ("add", "ten", "A-01", "not a quantity"),
        ("add", "1,234", "A-01", "read in two ways"),
        ("add", "5", "A-99", "A-99"),
        ("add", "5", "", "empty"),
        ("move", "5", "A-01", "A-01"),
        ("move", "-5", "A-01", "negative"),
        ("count", "-1", "A-01", "negative"),
    ] {
        let path = format!("/items/R-100/{act}");
        let fields = [
            ("location", location),
            ("quantity", quantity),
            ("note", "kept & shown"),
        ];
        let refused = operator.post(&path, &fields).await;
        assert!(refused.status.is_client_error(), "{act} {quantity}");
        refused.shows(&[
            "role=\"alert\"",
            said,
            &format!("action=\"{path}\""),
            &format!("value=\"{quantity}\""),
            "value=\"kept &#38; shown\"",
        ]);
    }
    assert_eq!(shop.item("R-100").await["on_hand"], "5");
    assert_eq!(
        operator.post("/items/NOPE/add", &[]).await.status.as_u16(),
        404
    );
}

#[tokio::test]
async fn times_expiry_and_german_numbers_are_read() {
    let shop = Shop::open();
    let german = shop.visitor(Role::Operator).await.reading("de");
    let fields = [
        ("location", "A-01"),
        ("quantity", "2,5"),
        ("batch", "C1"),
        ("expiry", "2031-05-01"),
        ("at", "2024-01-02T03:04"),
    ];
    german.post("/items/R-100/add", &fields).await.goes_to();
    let history = shop.api("items/R-100/history").await.json();
    assert_eq!(history["items"][0]["at"], "2024-01-02T03:04:00.000Z");
    assert_eq!(history["items"][0]["change"], "2.5");
    let page = german.get("/items/R-100?act=count").await;
    page.shows(&[
        "2,5 von R-100 an A-01 zugebucht",
        "Bestandsverlauf",
        "Bestand zubuchen",
    ]);
    let bad = [("location", "A-01"), ("quantity", "1"), ("at", "gestern")];
    let refused = german.post("/items/R-100/add", &bad).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["Das ist keine Zeit"]);
}

#[tokio::test]
async fn the_history_is_filtered_and_undone_by_those_who_may() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    for (act, quantity, note) in [("add", "3", "alpha"), ("remove", "1", "beta")] {
        let fields = [("location", "A-01"), ("quantity", quantity), ("note", note)];
        let path = format!("/items/R-100/{act}");
        operator.post(&path, &fields).await.goes_to();
    }
    let all = operator.get("/items/R-100/history").await;
    all.shows(&["alpha", "beta", "<svg viewBox", "class=\"threshold\""]);
    // Its own two; not the two that the device wrote.
    assert_eq!(all.body.matches("action=\"/undo\"").count(), 3);
    for (query, there, gone) in [
        ("search=ALPH", "alpha", "beta"),
        ("kind=remove", "beta", "alpha"),
        ("kind=count", "Counted", "alpha"),
        ("user=test-operator", "alpha", "<small>Counted"),
        ("owner=ACME", "No transaction is like that", "alpha"),
        ("owner=-&location=A-01", "alpha", "No transaction"),
        ("location=B-01", "No transaction is like that", "alpha"),
        ("from=2020-01-01", "alpha", "No transaction"),
        ("to=2020-01-01", "No transaction is like that", "alpha"),
    ] {
        let page = operator.get(&format!("/items/R-100/history?{query}")).await;
        page.shows(&[there]);
        let rows = page.body.split("id=\"rows\"").nth(1).unwrap();
        assert!(!rows.contains(gone), "{query}: {gone}");
    }
    let entry = shop.newest("R-100").await["entry"].clone();
    let fields = [("entry", entry.as_str().unwrap()), BACK];
    operator.post("/undo", &fields).await.goes_to();
    assert_eq!(shop.item("R-100").await["on_hand"], "8");
    operator
        .get("/items/R-100/history?kind=reversal")
        .await
        .shows(&["Undone"]);
    let manager = shop.visitor(Role::Manager).await;
    let theirs = manager.get("/items/R-100/history").await;
    // The two of the device and the one of the operator that still counts.
    assert_eq!(theirs.body.matches("action=\"/undo\"").count(), 3);
}

#[tokio::test]
async fn a_long_history_comes_in_pages_without_gap_or_repetition() {
    let shop = Shop::open().with_more_places();
    for number in 1..=130 {
        let request = StockRequest {
            item: "R-100".to_owned(),
            quantity: format!("{number}").parse().unwrap(),
            ..StockRequest::default()
        };
        if number % 10 == 0 {
            let to = ledger_core::at_entry::MoveOwner::Same;
            let one = StockRequest {
                quantity: "1".parse().unwrap(),
                ..request.clone()
            };
            shop.write(|fold| ledger_core::at_entry::movement(fold, "A-01", "A-02", &to, &one));
        }
        shop.write(|fold| add(fold, "A-01", &request));
    }
    let viewer = shop.visitor(Role::Viewer).await;
    let mut path = "/items/R-100/history".to_owned();
    let mut changes = Vec::new();
    let mut pages = 0;
    loop {
        let page = viewer.get(&path).await;
        let rows = page.body.split("id=\"rows\"").nth(1).unwrap();
        let spans = rows.split("<span class=\"rises\">").skip(1);
        changes.extend(spans.map(|span| span.split('<').next().unwrap().to_owned()));
        pages += 1;
        let Some((_, next)) = rows.split_once("href=\"/items/R-100/history?") else {
            break;
        };
        path = format!("/items/R-100/history?{}", next.split('"').next().unwrap());
    }
    assert_eq!(pages, 6);
    // The additions, the arrivals of the moves, and the first seven.
    let mut added: Vec<u32> = changes
        .iter()
        .map(|change| change.trim_start_matches('+').parse().unwrap())
        .collect();
    added.sort_unstable();
    let mut wanted: Vec<u32> = (1..=130).chain([7]).chain([1; 13]).collect();
    wanted.sort_unstable();
    assert_eq!(added, wanted);
}

#[tokio::test]
async fn why_tells_the_count_the_movements_and_what_is_left_out() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    let fields = [("location", "A-01"), ("quantity", "4")];
    operator.post("/items/R-100/add", &fields).await.goes_to();
    let why = operator.get("/items/R-100/why").await;
    why.shows(&[
        "<strong>9</strong>",
        "Counted: the sum starts here",
        "+4",
        "One transaction changes nothing",
        "had already seen what it did",
        "From on hand to available",
    ]);
    let there = operator.get("/items/R-100/why?location=a-01&owner=-").await;
    there.shows(&["<strong>9</strong>", "A-01"]);
    let nowhere = operator.get("/items/R-100/why?location=B-01").await;
    nowhere.shows(&["There never was any here", "<strong>0</strong>"]);
    let unknown = operator.get("/items/R-100/why?location=B-99").await;
    assert_eq!(unknown.status.as_u16(), 404);
    let german = operator.reading("de");
    german
        .get("/items/R-100/why")
        .await
        .shows(&["Gezählt: Hier beginnt die Summe"]);
}

#[tokio::test]
async fn an_item_is_made_with_everything_and_refused_with_all_that_was_typed() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    manager
        .get("/items/new")
        .await
        .shows(&["Low Stock Threshold", "textarea name=\"barcodes\""]);
    let fields = [
        ("sku", "c-7"),
        ("name", "Capacitor <10 µF>"),
        ("kind", "pcba"),
        ("unit", "m"),
        ("threshold", "2.5"),
        ("location", "a-01"),
        ("barcodes", "4006381333931\r\nREEL-9=500\r\n"),
    ];
    let made = manager.post("/items/new", &fields).await;
    assert_eq!(made.goes_to(), "/items/C-7");
    let item = shop.item("C-7").await;
    assert_eq!(item["name"], "Capacitor <10 µF>");
    assert_eq!(
        (&item["kind"], &item["unit"]),
        (&"pcba".into(), &"m".into())
    );
    assert_eq!(
        (&item["threshold"], &item["location"]),
        (&"2.5".into(), &"A-01".into())
    );
    assert_eq!(item["barcodes"][1]["pack"], "500");
    manager.get("/items/C-7").await.shows(&["C-7 is there"]);
    let again = manager.post("/items/new", &fields).await;
    assert_eq!(again.status.as_u16(), 409);
    again.shows(&[
        "already",
        "value=\"c-7\"",
        "Capacitor &#60;10 µF&#62;",
        "REEL-9=500",
        "value=\"pcba\" selected",
    ]);
}

#[tokio::test]
async fn an_item_is_edited_field_by_field() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let page = manager.get("/items/R-100/edit").await;
    page.shows(&["name=\"seen-threshold\" value=\"5\"", "The unit is fixed"]);
    let left = [
        ("seen-name", "Resistor"),
        ("name", "Resistor"),
        ("seen-threshold", "5"),
        ("threshold", "5"),
    ];
    let nothing = manager.post("/items/R-100/edit", &left).await;
    assert_eq!(nothing.status.as_u16(), 422);
    nothing.shows(&["Nothing was changed"]);
    let changed = [
        ("seen-name", "Resistor"),
        ("name", "Resistor 0603"),
        ("seen-threshold", "5"),
        ("threshold", ""),
        ("seen-location", ""),
        ("location", "A-01"),
        ("barcodes", "111\n222=10"),
    ];
    manager.post("/items/R-100/edit", &changed).await.goes_to();
    let item = shop.item("R-100").await;
    assert_eq!(item["name"], "Resistor 0603");
    assert_eq!(item["threshold"], Value::Null);
    assert_eq!(
        (&item["location"], &item["kind"]),
        (&"A-01".into(), &"part".into())
    );
    assert_eq!(item["barcodes"].as_array().unwrap().len(), 2);
    let fields = [
        ("seen-location", "A-01"),
        ("location", ""),
        ("unbind", "111"),
    ];
    manager.post("/items/R-100/edit", &fields).await.goes_to();
    let item = shop.item("R-100").await;
    assert_eq!(item["location"], Value::Null);
    assert_eq!(item["barcodes"][0]["code"], "222");
    assert_eq!(item["name"], "Resistor 0603");
}

#[tokio::test]
async fn two_people_on_one_item_lose_nothing() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    // Meanwhile somebody else names it anew and gives it a kind.
    let other = ItemChange {
        name: Some("Resistor 1 %".to_owned()),
        kind: Some(ledger_core::catalogue::ItemKind::Pcba),
        ..ItemChange::default()
    };
    shop.write(|fold| set_item(fold, "R-100", &other, false));
    let mine = [
        ("seen-name", "Resistor"),
        ("name", "Resistor 0603"),
        ("seen-kind", "part"),
        ("kind", "part"),
        ("seen-threshold", "5"),
        ("threshold", "9"),
    ];
    let refused = manager.post("/items/R-100/edit", &mine).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&[
        "Somebody else changed this",
        "value=\"Resistor 0603\"",
        "Meanwhile somebody set this to: Resistor 1 %",
        "name=\"seen-name\" value=\"Resistor 1 %\"",
        "value=\"pcba\" selected",
        "value=\"9\"",
    ]);
    let item = shop.item("R-100").await;
    assert_eq!(
        (&item["name"], &item["threshold"]),
        (&"Resistor 1 %".into(), &"5".into())
    );
    // A change of another field goes through and leaves theirs.
    let mine = [
        ("seen-name", "Resistor"),
        ("name", "Resistor"),
        ("seen-threshold", "5"),
        ("threshold", "9"),
    ];
    manager.post("/items/R-100/edit", &mine).await.goes_to();
    let item = shop.item("R-100").await;
    assert_eq!(
        (&item["name"], &item["threshold"]),
        (&"Resistor 1 %".into(), &"9".into())
    );
}

#[tokio::test]
async fn known_names_are_offered_while_somebody_types_them() {
    let shop = Shop::open().with_more_places();
    shop.write(|fold| add_location(fold, "Z-99", &LocationChange::default()));
    let manager = shop.visitor(Role::Manager).await;
    let place = "<datalist id=\"places\"><option value=\"Z-99\"></option></datalist>";
    for path in [
        "/items/R-100?location=z-9",
        "/items/R-100?to=z-9",
        "/items/new?location=z-9",
    ] {
        manager.get(path).await.shows(&[place]);
    }
    let move_to = manager.get("/items/R-100?act=move").await;
    assert_eq!(move_to.body.matches("hx-select=\"#places\"").count(), 2);
    let item = "<datalist id=\"items\"><option value=\"A/B 1&#38;2\">Reel &#60;0603&#62; &#38; co</option></datalist>";
    for path in ["/items/R-100/edit?into=reel", "/items/R-100/bom?part=reel"] {
        manager.get(path).await.shows(&[item, "list=\"items\""]);
    }
}

#[tokio::test]
async fn items_are_archived_restored_and_merged() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let archived = manager
        .post("/items/A%2FB%201%262/archive", &[("archived", "yes")])
        .await;
    assert_eq!(archived.goes_to(), "/items/A%2FB%201%262");
    manager
        .get("/items/A%2FB%201%262")
        .await
        .shows(&["This item is archived"]);
    assert!(!manager.get("/items").await.body.contains("A/B 1"));
    manager.get("/items?archived=on").await.shows(&["A/B 1"]);
    manager
        .post("/items/A%2FB%201%262/archive", &[("archived", "no")])
        .await
        .goes_to();
    manager.get("/items").await.shows(&["A/B 1"]);
    let unknown = manager
        .post("/items/A%2FB%201%262/merge", &[("into", "R-999")])
        .await;
    assert_eq!(unknown.status.as_u16(), 422);
    unknown.shows(&["R-999"]);
    let merged = manager
        .post("/items/A%2FB%201%262/merge", &[("into", "R-100")])
        .await;
    assert_eq!(merged.goes_to(), "/items/R-100");
    manager
        .get("/items/A%2FB%201%262")
        .await
        .shows(&["<span class=\"sku\">R-100</span>"]);
}

#[tokio::test]
async fn the_list_finds_and_changes_in_the_row_and_keeps_its_filter() {
    let shop = Shop::open().with_more_places();
    let operator = shop.visitor(Role::Operator).await;
    for (query, found) in [
        ("search=resis", true),
        ("search=reel", false),
        ("level=low", true),
        ("level=out", false),
        ("location=A-01", true),
        ("location=B-01", false),
        ("site=main", true),
        ("site=other", false),
        ("kind=part", true),
        ("kind=assembly", false),
        ("owner=-", true),
        ("owner=ACME", false),
        ("uncounted=1", false),
    ] {
        let page = operator.get(&format!("/items?{query}")).await;
        let rows = page.body.split("id=\"rows\"").nth(1).unwrap();
        assert_eq!(rows.contains("R-100"), found, "{query}");
    }
    operator.get("/items").await.shows(&["2 items"]);
    let back = ("back", "/items?search=resis");
    let done = operator
        .post("/items/R-100/change", &[("quantity", "-2"), back])
        .await;
    assert_eq!(done.goes_to(), "/items?search=resis");
    assert_eq!(shop.item("R-100").await["on_hand"], "3");
    let refused = operator
        .post(
            "/items/R-100/change",
            &[("quantity", "two"), ("item", "R-100"), back],
        )
        .await;
    assert!(refused.status.is_client_error());
    refused.shows(&["not a quantity", "value=\"two\"", "value=\"resis\""]);
    assert!(!refused.body.contains("Reel"), "the filter was lost");
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let long = "x".repeat(200);
    for (path, said) in [
        (
            "/items?uncounted=many".to_owned(),
            "Not counted for days cannot be read, and filters nothing. It takes a number of days",
        ),
        (
            "/items?level=much".to_owned(),
            "Level cannot be read, and filters nothing. It takes one of those",
        ),
        (
            format!("/items?owner={long}"),
            "Owner cannot be read, and filters nothing. It takes a code",
        ),
        (
            "/items/R-100/history?from=yesterday".to_owned(),
            "cannot be read, and filters nothing. It takes a day, such as 2027-03-31",
        ),
        (
            format!("/items/R-100/history?owner={long}"),
            "Owner cannot be read",
        ),
        (format!("/stock?site={long}"), "Site cannot be read"),
        ("/stock?kind=thing".to_owned(), "Kind cannot be read"),
        (format!("/locations?site={long}"), "Site cannot be read"),
        ("/locations?show=some".to_owned(), "Which cannot be read"),
        ("/orders?show=some".to_owned(), "Which cannot be read"),
        ("/backorders?show=some".to_owned(), "Which cannot be read"),
        ("/lots?show=some".to_owned(), "Which cannot be read"),
        ("/stocktakes?show=some".to_owned(), "Which cannot be read"),
        (
            "/purchase-orders?show=some".to_owned(),
            "Which cannot be read",
        ),
        (
            format!("/purchase-orders?supplier={long}"),
            "Supplier cannot be read",
        ),
    ] {
        let page = viewer.get(&path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        page.shows(&[said]);
    }
    for path in [
        "/items?level=low&kind=part&owner=-",
        "/items?owner=ours",
        "/stock?owner=ours",
        "/stock?owner=-",
        "/orders?show=ready",
        "/stocktakes?show=open",
    ] {
        let page = viewer.get(path).await;
        assert!(!page.body.contains("cannot be read"), "{path}");
    }
}

#[tokio::test]
async fn warnings_are_told_in_the_visitor_s_language() {
    let shop = Shop::open();
    let worker = shop.visitor(Role::Operator).await;
    let fields = [("quantity", "9"), ("location", "A-01")];
    let done = worker.post("/items/R-100/remove", &fields).await;
    let to = done.goes_to().to_owned();
    let told = worker.get(&to).await;
    told.shows(&["count what is there, or add what is missing"]);
    let worker = worker.reading("de");
    worker.post("/items/R-100/remove", &fields).await.goes_to();
    let told = worker.get(&to).await;
    told.shows(&["Dort ist jetzt weniger als nichts"]);
    assert!(!told.body.contains("count what is there"), "{}", told.body);
}
