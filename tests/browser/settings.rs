//! The settings: what is set on the page holds on a handheld.

use tests::browser::{Browser, Look};
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(what_is_set_holds_on_a_handheld);

const THRESHOLD: &str = "New items are low at this quantity. Empty: never low, only out.";
const REASONS: &str = "Reasons that are offered when stock is adjusted, one in a line. Any other \
                       can still be typed.";

fn what_is_set_holds_on_a_handheld(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: settings, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", look);
    for status in [400, 409] {
        page.may_answer(status);
    }
    page.open("/settings/inventory");
    assert!(page.is_ticked("On: orders may wait for stock"));
    page.tick("Off: more than is available is refused", true);
    page.fill(THRESHOLD, "many");
    page.choose("Repair orders", "Reserve: promised until picked");
    page.fill(REASONS, "broken\nfor a sample");
    page.press("Save");
    // Nothing that was typed is lost, and nothing was set.
    page.wait_until("the refusal", |page| !page.text(".problem").is_empty());
    assert_eq!(page.value(THRESHOLD), "many");
    assert_eq!(page.value("Repair orders"), "reserve");
    assert_eq!(page.value(REASONS), "broken\nfor a sample");
    assert!(
        page.all()
            .is_ticked("Off: more than is available is refused")
    );
    page.finish();
    world.b.sync();
    let get = |key: &str| {
        let setting = world.b.json(&format!("setting get {key}"));
        setting["value"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(get("allow-backorder"), "on");
    page.fill(THRESHOLD, "7.5");
    page.press("Save");
    page.wait_for_text("Saved.");
    page.finish();
    world.b.sync();
    for (key, value) in [
        ("allow-backorder", "off"),
        ("default-threshold", "7.5"),
        ("order-policy-repair", "reserve"),
        ("order-policy-sales", "reserve"),
        ("reasons", "broken, for a sample"),
    ] {
        assert_eq!(get(key), value, "{key}");
    }
    // It is what happens there, not only what is written there.
    world.b.ok("item add CABLE --name Cable");
    assert_eq!(world.b.show("CABLE")["threshold"], "7.5");
    let refused = world.b.error(1, "order add R-1040 K-12V 40");
    assert_eq!(refused["code"], "not-available", "{refused:#}");
    world.b.sync();
    page.open("/items/CABLE?act=adjust");
    page.wait_for("#reasons option[value='for a sample']");
    page.finish();
}
