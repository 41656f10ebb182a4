//! The other language: what is typed in it is the same ledger.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(a_german_page_writes_the_same_ledger);

fn a_german_page_writes_the_same_ledger(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: language, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    let lang = || page.script("return document.documentElement.lang", vec![]);
    page.open("/items/WIRE-RED?act=add");
    assert_eq!(lang(), json!("en"));
    assert_eq!(page.text(".big .qty"), "212.5");
    page.press("Deutsch");
    page.wait_until("German", |_| lang() == json!("de"));
    assert_eq!(page.path(), "/items/WIRE-RED?act=add", "the page stays");
    assert_eq!(page.text(".big .qty"), "212,5");
    page.finish();
    page.may_answer(422);
    page.fill("Menge", "1.002,5");
    page.fill("Lagerort", "B-03");
    page.section("Bestand zubuchen").press("Bestand zubuchen");
    page.wait_for_text("Diese Zahl lässt sich auf zwei Arten lesen.");
    assert_eq!(page.value("Menge"), "1.002,5");
    assert_eq!(page.value("Lagerort"), "B-03");
    page.finish();
    page.fill("Menge", "1002,5");
    page.section("Bestand zubuchen").press("Bestand zubuchen");
    page.wait_until("the sum", |page| page.text(".big .qty") == "1215");
    page.finish();
    // It is chosen for all pages, and for the next visit too.
    page.open("/items?search=WIRE-RED");
    assert_eq!(lang(), json!("de"));
    page.row("WIRE-RED").wait_for_text("1215");
    world.b.sync();
    assert_holds(
        "WIRE-RED",
        &world.b.show("WIRE-RED"),
        &json!({ "on_hand": "1215" }),
    );
    world.b.ok("remove WIRE-RED B-03 0.25");
    world.b.sync();
    page.open("/items/WIRE-RED");
    assert_eq!(page.text(".big .qty"), "1214,75");
    page.press("English");
    page.wait_until("English", |_| lang() == json!("en"));
    assert_eq!(page.text(".big .qty"), "1214.75");
    page.finish();
}
