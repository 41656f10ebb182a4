//! Devices: the code that the page shows enrols a handheld, which the page then knows.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::node::Node as _;
use tests::shop::shop;
use tests::stock::Stock;

in_two_looks!(the_code_of_the_page_enrols_a_handheld);

fn the_code_of_the_page_enrols_a_handheld(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: devices, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", look);
    page.open("/devices");
    assert_eq!(page.table("#devices table").len(), 2);
    page.fill("Name of the device", "van-2");
    page.choose("Role", "Manager");
    page.press("Make a one-time code");
    page.wait_for_text("The code of the new device");
    page.wait_for("svg.qr path");
    page.finish();
    let typed = page.text("article.secret code");
    let line = typed.strip_prefix("stock ").expect("a line to be typed");
    let van = Stock::new("c");
    van.ok(line);
    van.sync();
    assert_eq!(van.show("R-100")["on_hand"], "4297");
    let again = Stock::new("d").error(1, line);
    assert_eq!(again["code"], "bad-code", "a code works once: {again:#}");
    van.ok("add K-12V B-02 6");
    van.ok("item set K-12V --threshold 3");
    van.sync();
    page.open("/devices");
    let rows = page.table("#devices table");
    let row = rows.iter().find(|row| row["Device"].starts_with("van-2"));
    let row = row.unwrap_or_else(|| panic!("no row of van-2 in {rows:#?}"));
    assert!(row["Device"].contains("Manager"), "{row:#?}");
    assert_eq!(row["Clock"], "right", "{row:#?}");
    assert!(!row["Last sync"].contains("never"), "{row:#?}");
    // Its own page says when it sent what: two times, the second with what was just written.
    page.open("/devices/van-2");
    let sent = page.table("#sent table");
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert_eq!(sent[0]["Entries"], "2", "{sent:#?}");
    let wrote = page.table("#wrote table");
    assert!(wrote[1]["What"].contains("Added: 6 × K-12V"), "{wrote:#?}");
    page.open("/items/K-12V");
    assert_eq!(page.text(".big .qty"), "10");
    page.finish();
    world.b.sync();
    let shown = world.b.show("K-12V");
    assert_eq!(shown["on_hand"], "10");
    assert_eq!(shown["threshold"], "3");
    let rows = world.b.history("K-12V");
    let by = rows.last().map(|row| row["device"].clone());
    assert_eq!(by, Some(json!("van-2")), "{rows:#?}");
}
