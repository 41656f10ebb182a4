//! The list of items and one item: what a handheld synced is what the page says.

use tests::browser::{Browser, Look};
use tests::shop::shop;

#[test]
fn the_list_shows_what_handhelds_synced_and_leads_to_the_item() {
    let Some(browser) = Browser::start("browser: list of items") else {
        return;
    };
    let world = shop();
    let page = browser.page(world.server.url(), Look::HANDHELD);
    page.open("/items");
    let rows = page.table("table");
    assert_eq!(rows.len(), 12, "{rows:#?}");
    let resistor = rows.iter().find(|row| row["Item"].starts_with("R-100"));
    let resistor = resistor.expect("a row of R-100");
    assert!(resistor["Available"].contains("4297"), "{resistor:#?}");
    page.fill("Search by SKU, name or barcode", "zener");
    page.press("Search");
    page.wait_for_text("Zener diode");
    assert_eq!(page.table("table").len(), 1);
    page.finish();
    page.press("Z-5V1 Zener diode 5.1 V SOD-323");
    page.wait_for_text("Where it lies");
    assert_eq!(page.path(), "/items/Z-5V1");
    page.finish();
}

#[test]
fn what_a_handheld_takes_is_on_the_page_after_its_sync() {
    let Some(browser) = Browser::start("browser: item after a sync") else {
        return;
    };
    let world = shop();
    let page = browser.page(world.server.url(), Look::WIDE.dark().without_scripts());
    page.open("/items/K-12V");
    assert!(page.text(".big").starts_with('4'), "{}", page.text(".big"));
    world.b.ok("remove K-12V B-02 3");
    page.open("/items/K-12V");
    assert!(page.text(".big").starts_with('4'), "{}", page.text(".big"));
    world.b.sync();
    page.open("/items/K-12V");
    assert!(page.text(".big").starts_with('1'), "{}", page.text(".big"));
    let history = page.table("table.history");
    assert_eq!(history[0]["Change"], "\u{2212}3", "{history:#?}");
    page.finish();
}
