//! Locations: types, racks, single locations and sites.

use serde_json::{Value, json};
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;
use tests::stock::Stock;

in_two_looks!(
    a_rack_is_made_and_a_location_of_it_blocked,
    a_location_at_a_new_site_is_made_changed_and_archived,
    a_site_is_made_and_renamed
);

/// A location as a handheld lists it.
fn location(stock: &Stock, number: &str) -> Option<Value> {
    let all = stock.json("location list");
    let all = all.as_array().expect("a list of locations");
    all.iter().find(|place| place["number"] == number).cloned()
}

fn a_rack_is_made_and_a_location_of_it_blocked(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: rack, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/locations");
    page.press("Add type");
    page.fill("Name", "Rack");
    page.fill("Rows", "3");
    page.fill("Columns", "A-C");
    page.press("Preview");
    page.wait_for_text("9 locations in a whole rack");
    assert_eq!(page.value("Columns"), "A-C");
    page.finish();
    page.press("Add type");
    page.wait_for_text("Type Rack is made. Now make a rack of it.");
    page.fill("Prefix", "K7");
    page.fill("Rows", "2");
    page.fill("Columns", "A-B");
    page.fill("Site", "MAIN");
    page.fill("Room", "Store");
    page.press("Preview");
    page.wait_for_text("4 locations will be made.");
    page.wait_for_text("K7-B-02");
    page.finish();
    page.press("Create");
    page.wait_for_text("Rack K7 is made.");
    page.finish();
    page.press("K7-A-01: nothing there");
    page.press("Block this location");
    page.wait_for_text("K7-A-01 is blocked.");
    page.finish();
    page.open("/items/R-100?act=add");
    page.fill("Quantity", "40");
    page.fill("Location", "K7-A-01");
    page.section("Add stock").press("Add stock");
    page.wait_for_text("40 of R-100 added at K7-A-01.");
    world.b.sync();
    let expected = json!({ "type": "RACK", "site": "MAIN", "room": "Store", "row": 1,
        "column": "A", "blocked": true, "archived": false });
    let blocked = location(&world.b, "K7-A-01").expect("a location of the rack");
    assert_holds("the location", &blocked, &expected);
    for number in ["K7-A-02", "K7-B-01", "K7-B-02"] {
        let other = location(&world.b, number).expect(number);
        assert_holds(number, &other, &json!({ "blocked": false }));
    }
    assert_eq!(location(&world.b, "K7-C-01"), None);
    // The handheld takes some of it, and the page of the location says so.
    world.b.ok("remove R-100 K7-A-01 5");
    world.b.sync();
    page.open("/locations/K7-A-01");
    page.row("R-100").wait_for_text("35");
    page.press("Unblock this location");
    page.wait_for_text("K7-A-01 is no longer blocked.");
    page.finish();
    world.b.sync();
    let free = location(&world.b, "K7-A-01").expect("the location");
    assert_eq!(free["blocked"], false, "{free:#}");
}

fn a_location_at_a_new_site_is_made_changed_and_archived(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: location, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(409);
    page.open("/locations");
    page.press("Add location");
    page.fill("Number", "A-01");
    page.fill("Name", "Crate");
    page.fill("Site", "SOUTH");
    page.press("Add location");
    // There is one; nothing that was typed is lost.
    page.wait_until("the refusal", |page| page.text(".problem").contains("A-01"));
    assert_eq!(page.value("Name"), "Crate");
    assert_eq!(page.value("Site"), "SOUTH");
    page.fill("Number", "S-01");
    page.tick("Then add another one", true);
    page.press("Add location");
    page.wait_for_text("Location S-01 is made.");
    // The next one begins where this one is.
    assert_eq!(page.value("Site"), "SOUTH");
    assert_eq!(page.value("Number"), "");
    assert!(page.is_ticked("Then add another one"));
    page.finish();
    world.b.sync();
    let made = location(&world.b, "S-01").expect("the location");
    assert_holds("S-01", &made, &json!({ "name": "Crate", "site": "SOUTH" }));
    page.open("/locations?site=SOUTH");
    page.press("S-01 Crate");
    page.press("Edit");
    page.fill("Room", "Cellar");
    page.fill("Name", "Crate with lid");
    page.press("Save");
    page.wait_for_text("S-01 is saved.");
    page.press("Archive");
    page.wait_for_text("S-01 is archived.");
    page.finish();
    world.b.sync();
    let expected = json!({ "name": "Crate with lid", "room": "Cellar", "archived": true });
    assert_holds("S-01", &location(&world.b, "S-01").unwrap(), &expected);
    let refused = world.b.error(1, "add R-100 S-01 1");
    assert_eq!(refused["code"], "archived", "{refused:#}");
    page.press("Take into use again");
    page.wait_for_text("S-01 is in use again.");
    world.b.sync();
    world.b.ok("add R-100 S-01 1");
}

fn a_site_is_made_and_renamed(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: site, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(400);
    page.open("/locations");
    page.press("Sites");
    page.press("Add site");
    page.fill("Code", "WEST");
    page.fill("Name", "Depot west");
    page.fill("Time zone", "Europe/Nowhere");
    page.press("Add site");
    page.wait_until("the refusal", |page| {
        page.text(".problem").contains("Nowhere")
    });
    assert_eq!(page.value("Code"), "WEST");
    page.fill("Time zone", "Europe/Oslo");
    page.press("Add site");
    page.wait_for_text("Site WEST is made.");
    page.finish();
    let site = |stock: &Stock| {
        stock.sync();
        let sites = stock.json("sites");
        let sites = sites.as_array().expect("a list of sites");
        let site = sites.iter().find(|site| site["site"] == "WEST");
        site.cloned().expect("the site")
    };
    let expected = json!({ "name": "Depot west", "time_zone": "Europe/Oslo" });
    assert_holds("the site", &site(&world.b), &expected);
    page.press("WEST Depot west");
    page.press("Edit");
    page.fill("Name", "Depot at the fjord");
    page.press("Save");
    page.wait_for_text("WEST is saved.");
    page.finish();
    let expected = json!({ "name": "Depot at the fjord", "time_zone": "Europe/Oslo" });
    assert_holds("the site", &site(&world.b), &expected);
    page.open("/locations/new");
    page.fill("Number", "W-01");
    page.fill("Site", "WEST");
    page.press("Add location");
    page.wait_for_text("Location W-01 is made.");
    world.b.sync();
    world.b.ok("add R-100 W-01 7");
    world.b.sync();
    page.open("/stock?site=WEST");
    page.row("R-100").wait_for_text("7");
    page.wait_for_text("Depot at the fjord");
    page.finish();
    let shown = world.a.sync();
    assert!(shown["pulled"].as_u64() > Some(0), "{shown:#}");
    assert_holds(
        "R-100",
        &world.a.show("R-100"),
        &json!({ "on_hand": "4304" }),
    );
}
