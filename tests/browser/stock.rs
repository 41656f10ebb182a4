//! The stock by sites: from a number to the item, and what is moved there is in the numbers.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(what_moves_between_sites_is_in_the_matrix);

fn what_moves_between_sites_is_in_the_matrix(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: stock by sites, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    page.open("/stock");
    let row = page.row("R-100").text();
    for quantity in ["3917", "380", "4297"] {
        assert!(row.contains(quantity), "{quantity} in {row}");
    }
    page.finish();
    // The number leads to why it is what it is, and that to the item.
    page.row("R-100").press("3917");
    page.wait_until("why", |page| {
        page.path().starts_with("/items/R-100/why?site=MAIN&")
    });
    assert_eq!(page.text("p.sum strong"), "3917");
    page.section("Parts of this item").press("Inventory");
    page.section("What to do").press("Move");
    let form = page.section("Move");
    form.fill("Quantity", "100");
    form.fill("From location", "A-01");
    form.fill("To location", "N-01");
    form.press("Move");
    page.wait_for_text("100 of R-100 moved from A-01 to N-01.");
    page.open("/stock");
    let row = page.row("R-100").text();
    for quantity in ["3817", "480", "4297"] {
        assert!(row.contains(quantity), "{quantity} in {row}");
    }
    page.choose("Site", "NORTH");
    page.press("Show");
    page.wait_until("the site", |page| page.path().contains("site=NORTH"));
    assert!(page.row("R-100").text().contains("480"));
    page.finish();
    world.b.sync();
    let sites = world.b.json("sites");
    let of = |site: &str| {
        let sites = sites.as_array().expect("a list of sites");
        let site = sites.iter().find(|known| known["site"] == site);
        let items = site.expect("the site")["items"].as_array().cloned();
        let items = items.expect("a list of items");
        items.into_iter().find(|item| item["sku"] == "R-100")
    };
    assert_holds("MAIN", &json!(of("MAIN")), &json!({ "on_hand": "3817" }));
    assert_holds("NORTH", &json!(of("NORTH")), &json!({ "on_hand": "480" }));
    assert_holds(
        "R-100",
        &world.b.show("R-100"),
        &json!({ "on_hand": "4297" }),
    );
}
