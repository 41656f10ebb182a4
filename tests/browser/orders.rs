//! Orders: opened, changed, picked, ended, and what waits for stock.

use serde_json::json;
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

// Scripts show what an item might be while it is typed; without them it is asked afterwards.
in_four_looks!(an_order_is_opened_picked_and_closed);
in_two_looks!(
    an_order_is_edited_and_cancelled,
    a_backorder_is_served_when_stock_comes
);

const ADD: &str = "Add an item: scan or type";

/// Adds stock by the item's page.
fn receive(page: &Page<'_>, item: &str, place: &str, quantity: &str) {
    page.open(&format!("/items/{item}?act=add"));
    page.fill("Quantity", quantity);
    page.fill("Location", place);
    page.section("Add stock").press("Add stock");
    page.wait_for_text(&format!("{quantity} of {item} added at {place}."));
}

/// Opens a new order by its form, and adds two lines by a part of a name and by a barcode.
fn order_with_two_lines(page: &Page<'_>, look: Look) {
    page.open("/orders");
    page.press("New order");
    page.tick("Sales", true);
    page.fill("Number", "S-9001");
    page.fill("Title", "Spares for \"the pump\"");
    page.fill("Customer", "NORDIC");
    page.press("Open the order");
    page.wait_until("the refusal", |page| {
        page.text(".problem").contains("NORDIC")
    });
    assert_eq!(page.value("Title"), "Spares for \"the pump\"");
    assert!(page.is_ticked("Sales"));
    page.finish();
    page.may_answer(422);
    page.fill("Customer", "NORD");
    page.press("Open the order");
    page.wait_for_text("Order S-9001 is open. Add what it wants.");
    // Once a rule of the scan page stretched it over half of the screen.
    let height = page.script("return document.querySelector('#add').offsetHeight", vec![]);
    assert!(height.as_u64().unwrap() < 260, "the form is {height} high");
    page.fill("Quantity", "3");
    page.fill(ADD, "relay");
    if !look.scripts {
        page.press("Add");
    }
    page.press("K-12V Relay 12 V, 2 A changeover 4 pcs available");
    page.wait_for_text("K-12V: +3 on the order.");
    page.fill(ADD, "4006381333931");
    page.press("Add");
    page.wait_for_text("R-100: +1 on the order.");
    page.finish();
}

fn an_order_is_opened_picked_and_closed(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: order, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    for status in [404, 409, 422] {
        page.may_answer(status);
    }
    order_with_two_lines(&page, look);
    page.press("Change the line of R-100");
    page.press("Remove the line");
    page.wait_for_text("R-100 is off the order");
    page.press("Change the line of K-12V");
    let line = || page.section("K-12V Relay 12 V, 2 A changeover");
    line().fill("Wanted", "+1");
    line().press("Set");
    page.wait_for_text("K-12V: +1 on the order.");
    assert_eq!(line().value("Wanted"), "4");
    assert_eq!(line().value("Pick from"), "B-02");
    line().fill("Quantity", "1");
    line().press("Pick");
    page.wait_for_text("1 of K-12V picked from B-02.");
    page.finish();
    page.press("Pick list");
    page.wait_for_text("1 place to go");
    page.finish();
    page.fill("Quantity of K-12V from B-02", "2");
    page.press("Picked");
    page.wait_for_text("2 of K-12V picked from B-02.");
    world.b.sync();
    let expected = json!({
        "type": "sales", "state": "open", "customer": "NORD", "title": "Spares for \"the pump\"",
        "lines": [{ "item": "K-12V", "wanted": "4", "picked": "3", "ready": "1" }],
    });
    assert_holds("order", &world.b.json("order show S-9001"), &expected);
    assert_eq!(world.b.show("K-12V")["on_hand"], "1");

    page.press("S-9001");
    page.press("Fill all that is ready");
    page.wait_for_text("All that was ready for S-9001 is picked.");
    page.press("Change the line of K-12V");
    line().fill("Came back", "2");
    line().press("Return");
    page.wait_for_text("2 of K-12V came back.");
    page.finish();
    world.b.sync();
    let lines = json!([{ "item": "K-12V", "wanted": "4", "picked": "2" }]);
    let shown = world.b.json("order show S-9001");
    assert_holds("order", &shown, &json!({ "state": "open", "lines": lines }));
    assert_eq!(world.b.show("K-12V")["on_hand"], "2");

    page.press("Close the order");
    page.fill("Reason", "the rest is cancelled");
    page.section("Close the order").press("Close the order");
    page.wait_for_text("Order S-9001 is closed.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("order show S-9001");
    assert_eq!(shown["state"], "closed", "{shown:#}");
    assert_eq!(world.b.show("K-12V")["available"], "2");
}

fn an_order_is_edited_and_cancelled(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: order cancelled, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/orders?search=pump");
    page.press("R-1040 Pump controller, no display");
    page.press("Edit order");
    page.fill("Title", "Pump controller, display replaced");
    page.fill("Stage", "on the bench");
    page.press("Save");
    page.wait_for_text("Order R-1040 is saved.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("order show R-1040");
    let expected = json!({ "title": "Pump controller, display replaced", "stage": "on the bench",
        "customer": "ACME", "state": "open" });
    assert_holds("edited", &shown, &expected);
    assert_eq!(world.b.show("J-USB-C")["on_hand"], "54", "taken at once");

    page.press("Cancel the order");
    page.wait_for_text("These go back to their places:");
    page.fill("Reason", "not to be repaired");
    page.section("Cancel the order").press("Cancel the order");
    page.wait_for_text("Order R-1040 is cancelled; what was picked went back to its places.");
    page.finish();
    world.b.sync();
    let shown = world.b.json("order show R-1040");
    assert_eq!(shown["state"], "cancelled", "{shown:#}");
    assert_eq!(world.b.show("J-USB-C")["on_hand"], "58", "it went back");
    let ended = world.b.error(1, "order add R-1040 J-USB-C 1");
    assert_eq!(ended["code"], "order-ended", "{ended:#}");
}

fn a_backorder_is_served_when_stock_comes(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: backorders, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/orders/R-1040");
    page.fill("Quantity", "5");
    page.fill(ADD, "Z-5V1");
    page.press("Add");
    page.wait_for_text(
        "Z-5V1 is on the order; not all of it is available, the rest is on backorder.",
    );
    page.press("Change the line of Z-5V1");
    page.press("Serve this line first");
    page.wait_for_text("Z-5V1 is served first.");
    page.finish();
    world.b.sync();
    assert_eq!(world.b.json("backorders").as_array().map(Vec::len), Some(2));
    page.open("/backorders?item=Z-5V1");
    assert_eq!(page.table("table.waiting").len(), 2);
    page.finish();
    receive(&page, "Z-5V1", "A-03", "8");
    page.open("/backorders");
    // Five for the line that is served first, and three for the one before it.
    page.row("R-1040").press("Fill Z-5V1 of order R-1040");
    page.wait_for_text("What was ready of Z-5V1 for R-1040 is picked.");
    assert_eq!(page.path(), "/backorders");
    let rows = page.table("table.waiting");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(
        (rows[0]["Backorder"].as_str(), rows[0]["Ready"].as_str()),
        ("17", "3")
    );
    page.finish();
    world.b.sync();
    let waiting = json!([{ "order": "S-2201", "item": "Z-5V1", "backorder": "17", "ready": "3" }]);
    assert_holds("backorders", &world.b.json("backorders"), &waiting);
    receive(&page, "Z-5V1", "A-03", "20");
    page.open("/backorders");
    page.choose("Which", "Ready to fill");
    page.press("Show");
    page.wait_until("the choice", |page| page.path().contains("show=ready"));
    page.row("S-2201").press("Fill Z-5V1 of order S-2201");
    page.wait_for_text("What was ready of Z-5V1 for S-2201 is picked.");
    page.open("/backorders");
    page.wait_for_text("Nothing is on backorder.");
    page.finish();
    world.b.sync();
    assert_eq!(world.b.json("backorders"), json!([]));
    let shown = world.b.json("order show S-2201");
    let lines = shown["lines"].as_array().expect("lines");
    let line = lines.iter().find(|line| line["item"] == "Z-5V1");
    assert_holds(
        "S-2201",
        line.expect("its line"),
        &json!({ "picked": "20", "backorder": "0" }),
    );
    assert_eq!(world.b.show("Z-5V1")["on_hand"], "3");
}
