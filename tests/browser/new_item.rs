//! Items as such: a new one, what it is called, when it is low, its barcodes, and its end.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(
    an_item_is_made_changed_archived_and_restored,
    two_people_on_one_item_lose_nothing
);

fn an_item_is_made_changed_archived_and_restored(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: new item, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/items");
    page.press("New item");
    page.wait_until("the form", |page| page.path() == "/items/new");
    page.finish();
    page.fill("SKU", "PCBA-PC");
    page.fill("Name", "Pump controller \"PC\" <v2>");
    page.choose("Kind", "PCBA");
    page.fill("Low Stock Threshold", "5");
    page.fill("Usual location", "B-03");
    page.fill("Barcodes", "4006381333948\nCASE-PC=10");
    page.press("Create item");
    page.wait_for_text("PCBA-PC is there. Now add its stock.");
    page.press("Add stock");
    let form = page.section("Add stock");
    assert_eq!(form.value("Location"), "B-03", "the usual location");
    form.fill("Quantity", "4");
    form.press("Add stock");
    page.wait_for_text("4 of PCBA-PC added at B-03.");
    page.finish();
    world.b.sync();
    let expected = json!({
        "sku": "PCBA-PC", "name": "Pump controller \"PC\" <v2>", "kind": "pcba", "unit": "pcs",
        "threshold": "5", "level": "low", "on_hand": "4", "location": "B-03",
        "lines": [{ "location": "B-03", "on_hand": "4" }],
    });
    assert_holds("by SKU", &world.b.show("PCBA-PC"), &expected);
    assert_holds("by barcode", &world.b.show("4006381333948"), &expected);

    page.section("Parts of this item").press("Edit");
    page.wait_until("the form", |page| page.path().ends_with("/edit"));
    page.finish();
    page.fill("Low Stock Threshold", "3");
    page.fill("Name", "Pump controller");
    page.tick("Remove 4006381333948 (one scan is 1)", true);
    page.fill("Add barcodes", "4006381333955");
    page.press("Save");
    page.wait_for_text("PCBA-PC is saved.");
    world.b.sync();
    let expected = json!({ "name": "Pump controller", "threshold": "3", "level": "ok" });
    assert_holds("changed", &world.b.show("4006381333955"), &expected);
    let gone = world.b.error(1, "show 4006381333948");
    assert_eq!(gone["code"], "unknown-item", "{gone:#}");
    // A scan of the case is ten.
    world.b.scan(&["ADD", "B-03", "CASE-PC", "DONE"]);
    assert_holds(
        "scanned",
        &world.b.show("PCBA-PC"),
        &json!({ "on_hand": "14" }),
    );

    page.section("Parts of this item").press("Edit");
    page.press("Archive item");
    page.wait_for_text("PCBA-PC is archived.");
    page.finish();
    world.b.sync();
    let is_listed = || world.b.items().iter().any(|item| item["sku"] == "PCBA-PC");
    assert!(!is_listed(), "an archived item is left out");
    page.section("Parts of this item").press("Edit");
    page.press("Restore item");
    page.wait_for_text("PCBA-PC is in use again.");
    world.b.sync();
    assert!(is_listed(), "it is listed again");
}

fn two_people_on_one_item_lose_nothing(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: two people on an item, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(409);
    page.open("/items/K-12V/edit");
    page.fill("Name", "Relay 12 V");
    page.fill("Low Stock Threshold", "12");
    world.a.ok("item set K-12V --threshold 8");
    world.a.sync();
    page.press("Save");
    page.wait_for_text("Meanwhile somebody set this to: 8");
    assert_eq!(page.value("Low Stock Threshold"), "12");
    assert_eq!(page.value("Name"), "Relay 12 V");
    page.finish();
    world.b.sync();
    let expected = json!({ "threshold": "8", "name": "Relay 12 V, 2 A changeover" });
    assert_holds("theirs holds", &world.b.show("K-12V"), &expected);
    page.press("Save");
    page.wait_for_text("K-12V is saved.");
    world.b.sync();
    let expected = json!({ "threshold": "12", "name": "Relay 12 V" });
    assert_holds("ours holds", &world.b.show("K-12V"), &expected);
}
