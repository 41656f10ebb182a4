//! Customers: who they are, and whose stock is whose.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(
    a_customer_is_added_renamed_and_archived,
    stock_changes_its_owner,
    a_customers_stock_is_added_apart_from_ours
);

fn a_customer_is_added_renamed_and_archived(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: customer, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(409);
    page.open("/customers");
    page.press("New customer");
    page.fill("Code", "ACME");
    page.fill("Name", "Zeta & Co");
    page.press("Add the customer");
    page.wait_until("the refusal", |page| page.text(".problem").contains("ACME"));
    assert_eq!(page.value("Name"), "Zeta & Co");
    page.fill("Code", "ZETA");
    page.press("Add the customer");
    page.wait_for_text("Customer ZETA is there.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("customer show ZETA");
    assert_holds(
        "ZETA",
        &shown,
        &json!({ "name": "Zeta & Co", "lines": [], "orders": [] }),
    );
    page.open("/customers/ZETA");
    page.press("Rename or archive");
    page.fill("Name", "Zeta Ltd");
    page.press("Save");
    page.wait_for_text("The name is Zeta Ltd now.");
    page.press("Rename or archive");
    page.press("Archive");
    page.wait_for_text("ZETA is archived.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("customer show ZETA");
    assert_holds(
        "ZETA",
        &shown,
        &json!({ "name": "Zeta Ltd", "archived": true }),
    );
    // Out of the list, and back when archived ones are shown too.
    page.open("/customers");
    assert_eq!(page.table("table.list").len(), 2);
    page.tick("Archived ones too", true);
    page.press("Show");
    page.wait_until("the archived", |page| page.path().contains("archived=yes"));
    page.press("ZETA Zeta Ltd");
    page.press("Rename or archive");
    page.press("Take into use again");
    page.wait_for_text("ZETA is in use again.");
    world.b.sync();
    let shown = world.b.json("customer show ZETA");
    assert_eq!(shown["archived"], false, "{shown:#}");
}

fn stock_changes_its_owner(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: change of owner, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    page.may_answer(422);
    page.may_answer(409);
    page.open("/customers/ACME");
    page.press("Change of owner");
    let form = page.section("Change of owner");
    form.tick("becomes our own", true);
    form.fill("Item", "U-MCU");
    form.fill("Location", "B-01");
    form.fill("Quantity", "15");
    form.press("Change of owner");
    page.wait_for_text("15 of U-MCU of ACME are ours now.");
    page.finish();
    world.b.sync();
    let expected = json!({ "on_hand": "205", "on_hand_customers": "25" });
    assert_holds("U-MCU", &world.b.show("U-MCU"), &expected);

    page.open("/customers/NORD");
    page.press("Change of owner");
    let form = page.section("Change of owner");
    form.tick("becomes Nordlys & Sons’s", true);
    form.fill("Item", "LED-G");
    form.fill("Location", "A-03");
    form.fill("Quantity", "10");
    form.press("Change of owner");
    page.wait_for_text("10 of LED-G are NORD’s now.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("customer show NORD");
    let lines = json!([{ "item": "LED-G", "location": "A-03", "on_hand": "10" }]);
    assert_holds("NORD", &shown, &json!({ "lines": lines }));
    // The handheld gives some of it away, and the page has what is left.
    world.b.ok("remove LED-G A-03 4 --owner NORD");
    world.b.sync();
    page.open("/customers/NORD");
    assert!(page.row("LED-G").text().contains('6'));
    page.finish();
}

fn a_customers_stock_is_added_apart_from_ours(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: customers' stock, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    page.open("/items/PCBA-TH?act=add");
    let form = page.section("Add stock");
    form.fill("Quantity", "6");
    form.fill("Location", "B-03");
    form.fill("Owner", "ACME");
    form.press("Add stock");
    page.wait_for_text("6 of PCBA-TH added at B-03.");
    assert_eq!(page.text(".big .qty"), "4", "ours is as it was");
    page.finish();
    world.b.sync();
    let lines = json!([
        { "location": "B-03", "owner": "ACME", "on_hand": "9" },
        { "location": "N-02", "owner": null, "on_hand": "4" },
    ]);
    assert_holds(
        "PCBA-TH",
        &world.b.show("PCBA-TH"),
        &json!({ "on_hand": "4", "on_hand_customers": "9", "lines": lines }),
    );
}
