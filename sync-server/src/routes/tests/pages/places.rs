//! Locations, racks, sites, and stock by site.

use ledger_core::Code;
use ledger_core::at_entry::{SiteChange, make_site, set_location};

use super::*;

/// A type with a grid and a rack of it, at a site of its own.
async fn rack<'a>(shop: &'a Shop) -> Visitor<'a> {
    let manager = shop.visitor(Role::Manager).await;
    let made = manager
        .post(
            "/location-types/new",
            &[("name", "Shelf"), ("rows", "3"), ("columns", "A-D")],
        )
        .await;
    assert_eq!(made.goes_to(), "/locations/rack?type=Shelf");
    let wish = [
        ("type", "SHELF"),
        ("prefix", "R1"),
        ("rows", "3"),
        ("columns", "A-D"),
        ("site", "NORTH"),
        ("room", "Hall 1"),
    ];
    let made = manager.post("/locations/rack", &wish).await;
    assert!(
        made.goes_to()
            .starts_with("/location-types/SHELF?prefix=R1"),
        "{}",
        made.goes_to()
    );
    manager
}

fn place(shop: &Shop, number: &str) -> ledger_core::fold::Location {
    let number = Code::new(number).unwrap();
    shop.node.read(|fold| fold.location(&number))
}

#[tokio::test]
async fn a_whole_rack_is_shown_before_it_is_made_and_then_as_a_map() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    let last = place(&shop, "R1-D-03");
    assert!(last.defined);
    assert_eq!((last.row, last.room.as_deref()), (Some(3), Some("Hall 1")));
    assert_eq!(last.site, Code::new("NORTH").ok());
    let some = StockRequest {
        item: "R-100".to_owned(),
        quantity: "4".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "R1-B-02", &some));
    let map = manager.get("/location-types/SHELF").await;
    map.shows(&[
        "<td data-level=\"5\"><a id=\"p-R1-B-02\"",
        "R1-B-02: 1 item",
        "<td data-level=\"0\"><a id=\"p-R1-A-01\"",
        "NORTH · Hall 1 · R1",
    ]);
    let counted = manager.get("/location-types/SHELF?by=counted").await;
    counted.shows(&["R1-B-02: never", "counted within 7 days"]);
    let stock = manager.get("/location-types/SHELF?by=stock").await;
    stock.shows(&["R1-B-02: 4 pcs", "Sums are in pcs."]);
    // A larger rack: what is there stays, and nothing is made by looking.
    let before = shop.node.read(Fold::entry_count);
    let preview = manager
        .get("/locations/rack?type=SHELF&prefix=R1&rows=3&columns=A-D")
        .await;
    assert_eq!(preview.status.as_u16(), 409, "all are there");
    preview.shows(&["value=\"R1\"", "already there"]);
    let preview = manager
        .get("/locations/rack?type=SHELF&prefix=R2&rows=2&columns=A-B")
        .await;
    preview.shows(&["4 locations will be made", "<li>R2-B-02</li>", "Create"]);
    assert_eq!(shop.node.read(Fold::entry_count), before);
}

#[tokio::test]
async fn a_rack_that_cannot_be_is_refused_and_the_form_stays() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    for (rows, columns, said) in [
        ("9", "A-D", "outside the grid"),
        ("x", "A-D", "This is not a grid"),
        ("3", "D-A", "This is not a grid"),
        ("999", "A-ZZ", "more than 5,000"),
    ] {
        let wish = [
            ("type", "SHELF"),
            ("prefix", "Q-7"),
            ("rows", rows),
            ("columns", columns),
        ];
        let refused = manager.post("/locations/rack", &wish).await;
        assert!(refused.status.is_client_error(), "{rows} {columns}");
        refused.shows(&[said, "value=\"Q-7\"", &format!("value=\"{columns}\"")]);
    }
    assert!(!place(&shop, "Q-7-A-01").defined);
}

#[tokio::test]
async fn a_location_is_made_edited_blocked_and_archived() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    let fields = [
        ("number", "x-9/1"),
        ("type", "SHELF"),
        ("site", "main"),
        ("row", "7"),
        ("column", "A"),
    ];
    let refused = manager.post("/locations/new", &fields).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["outside the grid", "value=\"x-9/1\"", "value=\"7\""]);
    let fields = [
        ("number", "x-9/1"),
        ("type", "SHELF"),
        ("row", "2"),
        ("column", "a"),
    ];
    let made = manager.post("/locations/new", &fields).await;
    assert_eq!(made.goes_to(), "/locations/x-9%2F1");
    assert_eq!(place(&shop, "X-9/1").row, Some(2));
    manager
        .get("/locations/X-9%2F1")
        .await
        .shows(&["X-9/1", "Nothing lies here"]);
    // Only what was touched is written; the type goes, and with it row and column.
    let edit = [
        ("seen-name", "X-9/1"),
        ("name", "Left of the door"),
        ("seen-type", "SHELF"),
        ("type", ""),
        ("seen-row", "2"),
        ("row", "2"),
        ("seen-column", "A"),
        ("column", "A"),
    ];
    manager
        .post("/locations/X-9%2F1/edit", &edit)
        .await
        .goes_to();
    let known = place(&shop, "X-9/1");
    assert_eq!(known.name, "Left of the door");
    assert_eq!((known.location_type, known.row), (None, None));
    manager
        .post("/locations/X-9%2F1/block", &[("block", "yes")])
        .await
        .goes_to();
    assert!(place(&shop, "X-9/1").blocked);
    manager
        .post("/locations/X-9%2F1/archive", &[("archive", "yes")])
        .await
        .goes_to();
    assert!(place(&shop, "X-9/1").archived);
    manager.get("/locations").await.shows(&["X-9/1"]);
    // Only the word about what was just done named it.
    let list = manager.get("/locations").await;
    assert!(!list.body.contains("X-9/1"));
    manager
        .get("/locations?show=all&search=door")
        .await
        .shows(&["X-9/1", "archived"]);
    let none = manager.get("/locations?search=nowhere").await;
    none.shows(&["No location is like that"]);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    let change = LocationChange {
        room: Some("Hall 2".to_owned()),
        ..LocationChange::default()
    };
    shop.write(|fold| set_location(fold, "R1-A-01", &change, false));
    let edit = [("seen-room", "Hall 1"), ("room", "Hall 3")];
    let refused = manager.post("/locations/R1-A-01/edit", &edit).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["value=\"Hall 3\"", "Hall 2"]);
    assert_eq!(place(&shop, "R1-A-01").room.as_deref(), Some("Hall 2"));
}

#[tokio::test]
async fn a_location_shows_what_lies_there_with_its_why_and_who_was_there_last() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/locations/a-01").await;
    page.shows(&[
        "href=\"/items/R-100/why?location=A-01&amp;owner=-\">5</a>",
        "Resistor",
        "Last transactions",
        "+7",
    ]);
    assert!(!page.body.contains("/locations/A-01/edit"));
    assert_eq!(viewer.get("/locations/NOPE").await.status.as_u16(), 404);
    let operator = shop.visitor(Role::Operator).await;
    operator
        .get("/locations/A-01")
        .await
        .shows(&["/items/R-100?act=count&amp;location=A-01"]);
}

#[tokio::test]
async fn a_site_gives_its_times_its_zone() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let wrong = [
        ("code", "EAST"),
        ("name", "East"),
        ("time-zone", "Mars/Base"),
    ];
    let refused = manager.post("/sites/new", &wrong).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["Mars/Base", "no time zone", "value=\"East\""]);
    let right = [
        ("code", "EAST"),
        ("name", "East"),
        ("time-zone", "asia/tokyo"),
    ];
    assert_eq!(manager.post("/sites/new", &right).await.goes_to(), "/sites");
    let sites = manager.get("/sites").await;
    sites.shows(&["Asia/Tokyo", "EAST"]);
    // The first site that has a zone gives it to every page.
    sites.shows(&["(Asia/Tokyo)"]);
    let edit = [
        ("seen-name", "East"),
        ("name", "East"),
        ("seen-time-zone", "Asia/Tokyo"),
        ("time-zone", ""),
    ];
    manager.post("/sites/EAST/edit", &edit).await.goes_to();
    manager.get("/sites").await.shows(&["(UTC)"]);
    let api = shop.api("sites").await.json();
    let east = api["items"].as_array().unwrap();
    assert!(
        east.iter()
            .any(|site| site["site"] == "EAST" && site["time_zone"].is_null())
    );
}

#[tokio::test]
async fn stock_stands_item_by_item_in_a_column_for_each_site() {
    let shop = Shop::open();
    drop(rack(&shop).await);
    let east = SiteChange {
        name: Some("East".to_owned()),
        ..SiteChange::default()
    };
    shop.write(|fold| make_site(fold, "EAST", &east));
    let some = |item: &str, quantity: &str| StockRequest {
        item: item.to_owned(),
        quantity: quantity.parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "R1-A-01", &some("R-100", "2.5")));
    shop.write(|fold| add(fold, "R1-A-01", &some("A/B 1&2", "12345")));
    let viewer = shop.visitor(Role::Viewer).await;
    let all = viewer.get("/stock").await;
    all.shows(&[
        "East", "MAIN", "NORTH", ">5</a>", ">2.5</a>", ">7.5</a>", "12,345",
    ]);
    assert!(!all.body.contains("Without a site"));
    let north = viewer.get("/stock?site=NORTH&search=resis").await;
    north.shows(&[">2.5</a>", "/items/R-100/why"]);
    assert!(!north.body.contains(">7.5</a>") && !north.body.contains("12,345"));
    let german = viewer.reading("de").get("/stock?room=Hall+1").await;
    german.shows(&["12.345", ">2,5<", "Gesamt"]);
    assert!(!german.body.contains(">7,5<"));
    // Nothing explains a room alone.
    assert!(!german.body.contains("/why"), "{}", german.body);
    let customers = shop.visitor(Role::Viewer).await;
    customers
        .get("/stock?owner=ACME")
        .await
        .shows(&["There is no stock like that"]);
    for ours in ["/stock?owner=-", "/stock?owner=ours"] {
        let page = customers.get(ours).await;
        page.shows(&["<option value=\"-\" selected>", ">7.5</a>"]);
    }
}

#[tokio::test]
async fn a_location_type_is_renamed_or_says_why_not() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    let before = shop.node.read(Fold::entry_count);
    let name = |name| [("seen-name", "Shelf"), ("name", name)];
    let same = manager.post("/location-types/SHELF", &name("Shelf")).await;
    assert!(same.status.is_client_error(), "{}", same.body);
    same.shows(&[
        "<details open><summary>Rename this type",
        "Nothing was changed",
    ]);
    assert_eq!(shop.node.read(Fold::entry_count), before);
    let other = manager.post("/location-types/SHELF", &name("Rack")).await;
    assert_eq!(other.goes_to(), "/locations");
    manager
        .get("/location-types/SHELF")
        .await
        .shows(&["<h1>Rack", "<details><summary>Rename this type"]);
}

#[tokio::test]
async fn a_site_shows_its_rooms_as_maps_and_how_fresh_its_devices_are() {
    let shop = Shop::open();
    let manager = rack(&shop).await;
    let some = StockRequest {
        item: "R-100".to_owned(),
        quantity: "4".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "R1-B-02", &some));
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/sites/NORTH").await;
    page.shows(&[
        "href=\"/locations?site=NORTH&#38;room=Hall+1\"",
        "12 locations, 11 empty",
        "<li data-level=\"5\"><a href=\"/locations/R1-B-02\">",
        "No device belongs to this site.",
    ]);
    assert!(!page.body.contains("/sites/NORTH/edit"));
    viewer.get("/sites/NORTH?by=counted").await.shows(&[
        "<li data-level=\"5\"><a href=\"/locations/R1-B-02\">R1-B-02 <small>never</small>",
    ]);
    manager
        .get("/sites/NORTH")
        .await
        .shows(&["href=\"/sites/NORTH/edit\""]);
    assert_eq!(viewer.get("/sites/SOUTH").await.status.as_u16(), 404);
}
