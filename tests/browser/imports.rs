//! A storekeeper takes in the list of another program: bad rows are left out, and all of it is
//! undone.

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(
    a_file_is_mapped_looked_through_imported_and_undone,
    pasted_stock_is_counted_and_the_counts_are_undone
);

fn a_file_is_mapped_looked_through_imported_and_undone(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: import, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/import");
    page.finish();
    page.may_answer(422);
    page.choose("What the file holds", "Items");
    page.press("Look through it");
    page.wait_for_text("No file was chosen.");
    page.finish();
    let rows = "Nummer;Bezeichnung;Mindestbestand;Preis\nR-100;Resistor, 100 Ohm;150,5;0,1\n\
        NEW-7;Fuse 2 A;10;0,3\nNEW-8;Fuse 4 A;many;0,3\n";
    let file = world.b.file("old.csv", rows);
    page.choose("What the file holds", "Items");
    page.upload("File", std::path::Path::new(&file));
    page.press("Look through it");
    page.wait_for_text("Choose which column of the file is: SKU");
    page.finish();
    page.choose("SKU", "Nummer");
    page.press("Look through it again");
    page.wait_for_text("3 rows");
    page.wait_for_text("1 bad");
    page.wait_for_text("Not read: Preis");
    page.wait_for_text("Low-stock threshold: 200 → 150.5");
    page.finish();
    page.press("Import the 2 good rows, leave out the bad ones");
    page.wait_for_text("1 bad, left out");
    page.finish();
    world.b.sync();
    let expected = json!({ "name": "Resistor, 100 Ohm", "threshold": "150.5" });
    assert_holds("R-100", &world.b.show("R-100"), &expected);
    assert_holds(
        "NEW-7",
        &world.b.show("NEW-7"),
        &json!({ "threshold": "10" }),
    );
    // Somebody puts some there in the meantime.
    world.b.ok("add NEW-7 A-01 3");
    world.b.sync();
    page.press("Undo the import");
    page.wait_for_text("Undone: one thing.");
    assert!(page.row("NEW-7").text().contains("in use"));
    page.finish();
    world.b.sync();
    let expected = json!({ "name": "Resistor 100 Ω 1 % <0603>", "threshold": "200" });
    assert_holds("R-100", &world.b.show("R-100"), &expected);
    page.open("/import");
    page.wait_for_text("old.csv");
    page.finish();
}

fn pasted_stock_is_counted_and_the_counts_are_undone(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: import of stock, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/import");
    page.choose("What the file holds", "Counted stock");
    page.press("Or paste rows");
    page.fill(
        "Rows, with a line of titles",
        "Part,Bin,Qty\nBOX-S,N-01,31\nC-10U,A-02,1000\n",
    );
    page.press("Look through it");
    page.wait_for_text("2 counted");
    page.finish();
    page.press("Import 2 rows");
    page.wait_for_text("Undo the import");
    page.finish();
    world.b.sync();
    assert_holds("BOX-S", &world.b.show("BOX-S"), &json!({ "on_hand": "31" }));
    page.press("Undo the import");
    page.wait_for_text("Undone: 2 things.");
    page.finish();
    world.b.sync();
    assert_holds("BOX-S", &world.b.show("BOX-S"), &json!({ "on_hand": "20" }));
}
