//! The dashboard: what is low stands there until somebody has brought more.

use serde_json::json;
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(what_is_low_is_gone_after_a_receipt);

/// What the card says once it is of now: in a slow house it may be some seconds old.
fn low_stock(page: &Page<'_>, expected: &str) -> String {
    page.wait_until(expected, |page| {
        page.open("/");
        page.section("Low stock").text().contains(expected)
    });
    page.section("Low stock").text()
}

fn what_is_low_is_gone_after_a_receipt(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: dashboard, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    assert!(low_stock(&page, "3 low · 1 out").contains("K-12V"));
    page.section("Low stock")
        .press("K-12V Relay 12 V, 2 A changeover");
    page.wait_until("the item", |page| page.path() == "/items/K-12V");
    page.press("Add stock");
    let form = page.section("Add stock");
    form.fill("Quantity", "+20");
    form.fill("Location", "B-02");
    form.press("Add stock");
    page.wait_for_text("20 of K-12V added at B-02.");
    let left = low_stock(&page, "2 low · 1 out");
    assert!(!left.contains("K-12V"), "{left}");
    page.wait_for_text("Added: 20 × K-12V");
    page.finish();
    world.b.sync();
    let shown = world.b.show("K-12V");
    assert_holds("K-12V", &shown, &json!({ "on_hand": "24", "level": "ok" }));
    // It is low again once the handheld took it.
    world.b.ok("remove K-12V B-02 15");
    world.b.sync();
    assert!(low_stock(&page, "3 low · 1 out").contains("K-12V"));
}
