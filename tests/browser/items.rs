//! The list of items and one item: what a handheld synced is what the page says, and what is
//! written on the page is what the handheld says after its next sync.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(a_change_in_the_row_reaches_a_handheld);

#[test]
fn the_list_shows_what_handhelds_synced_and_leads_to_the_item() {
    let Some(browser) = Browser::start("browser: list of items") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "viewer", Look::HANDHELD.without_scripts());
    page.open("/items");
    let rows = page.table("table");
    assert_eq!(rows.len(), 12, "{rows:#?}");
    let resistor = rows.iter().find(|row| row["Item"].starts_with("R-100"));
    let resistor = resistor.expect("a row of R-100");
    let available = resistor["Available"].replace(',', "");
    assert!(available.starts_with("4297 "), "{resistor:#?}");
    page.fill("Search", "zener");
    page.press("Show");
    page.wait_for_text("Zener diode");
    assert_eq!(page.table("table").len(), 1);
    page.finish();
    page.press("Z-5V1 Zener diode 5.1 V SOD-323");
    page.wait_until("the item", |page| page.path() == "/items/Z-5V1");
    page.finish();
}

fn a_change_in_the_row_reaches_a_handheld(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: change in the row, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    page.open("/items");
    let row = page.row("R-4K7");
    row.fill("Change of R-4K7 at A-01", "+10");
    row.press("Apply");
    page.row("R-4K7").wait_for_text("190");
    page.finish();
    world.b.sync();
    let shown = world.b.show("R-4K7");
    assert_holds("R-4K7", &shown, &json!({ "on_hand": "190" }));
}

#[test]
fn what_a_handheld_takes_is_on_the_page_after_its_sync() {
    let Some(browser) = Browser::start("browser: item after a sync") else {
        return;
    };
    let world = shop();
    let look = Look::WIDE.dark().without_scripts();
    let page = browser.page_of(&world.server, "viewer", look);
    let available = || {
        page.open("/items/K-12V");
        page.text(".big .qty")
    };
    assert_eq!(available(), "4");
    world.b.ok("remove K-12V B-02 3");
    assert_eq!(available(), "4");
    world.b.sync();
    assert_eq!(available(), "1");
    page.finish();
}

#[test]
fn an_open_list_hears_of_a_sync() {
    let Some(browser) = Browser::start("browser: live numbers") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "viewer", Look::WIDE);
    page.open("/items");
    assert!(page.row("K-12V").text().contains('4'));
    page.wait_until_it_hears();
    world.b.ok("add K-12V B-02 31");
    world.b.sync();
    page.row("K-12V").wait_for_text("35");
    page.finish();
}
