//! Production: a lot is planned, bought for, received, issued and built, and its BOM items say at
//! each step what is needed, there, to come and missing.

use serde_json::{Value, json};
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;
use tests::world::World;

in_two_looks!(
    a_lot_is_planned_bought_for_and_built,
    a_bill_is_changed_and_adopted
);

/// What the API has of the lot.
fn lot(world: &World) -> Value {
    world.server.object("lots/L-100")
}

/// A part of which a board takes four, with 200 of it on a shelf.
fn clips(world: &World) {
    let token = world.server.token_of("planner", "manager");
    for (path, body) in [
        (
            "items",
            json!({ "sku": "CLIP", "name": "Clip", "location": "A-01" }),
        ),
        (
            "movements",
            json!({ "item": "CLIP", "to": "A-01", "quantity": 200 }),
        ),
        (
            "suppliers",
            json!({ "code": "PARTCO", "name": "Partco Ltd" }),
        ),
    ] {
        let reply = world.server.write("POST", path, &token, &body);
        assert_eq!(reply.status, 201, "{path}: {}", reply.body);
    }
}

/// The figures of the only BOM item.
#[track_caller]
fn expect_part(page: &Page<'_>, figures: [&str; 6], covered: &[&str]) {
    page.open("/lots/L-100");
    let rows = page.table("table.parts");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let names = [
        "Required",
        "Issued",
        "On hand",
        "Available",
        "On order",
        "Shortfall",
    ];
    let shown = names.map(|name| rows[0][name].as_str());
    assert_eq!(shown, figures, "{rows:#?}");
    for words in covered {
        assert!(rows[0]["Covered"].contains(words), "{words}: {rows:#?}");
    }
    page.finish();
}

fn plan(page: &Page<'_>) {
    page.open("/items/PCBA-TH/bom");
    page.wait_for_text("Nothing is said of what it is made of.");
    page.fill("Part", "CLIP");
    page.fill("Per unit", "4");
    page.fill("References", "X1, X2, X3, X4");
    page.press("Save the line");
    page.wait_for_text("PCBA-TH: the line of CLIP is saved.");
    page.finish();
    page.press("New lot");
    page.fill("Quantity", "100");
    page.fill("Number", "L-100");
    page.fill("Due", "2030-06-30");
    page.press("Plan the lot");
    page.wait_for_text("Lot L-100 is planned.");
    page.wait_for_text("50 can be built now.");
}

fn build(page: &Page<'_>, units: &str) {
    page.open("/lots/L-100");
    page.press("Build");
    let form = page.section("Build");
    form.fill("Units built", units);
    form.fill("They go to", "B-03");
    form.press("Book them in");
    page.wait_for_text(&format!("{units} built of lot L-100, now at B-03."));
}

/// A purchase order for 120, by its form.
fn buy(page: &Page<'_>) {
    page.open("/purchase-orders/new");
    page.fill("Supplier", "PARTCO");
    page.fill("Number", "PO-1");
    page.fill("Item 1", "CLIP");
    page.fill("Quantity 1", "120");
    page.fill("To come on 1", "2030-05-01");
    page.press("Place the purchase order");
    page.wait_for_text("Purchase order PO-1 is placed.");
    page.wait_for_text("120 for L-100");
    page.finish();
}

fn receive(page: &Page<'_>, quantity: &str, reason: Option<&str>) {
    page.press("Receive CLIP");
    let form = page.section("Receive what came");
    assert_eq!(form.value("Location"), "A-01");
    form.fill("Quantity", quantity);
    if let Some(reason) = reason {
        page.may_answer(409);
        form.press("Book it in");
        page.wait_for_text("If it came all the same, say why as a reason.");
        page.finish();
        page.section("Receive what came").fill("Reason", reason);
    }
    page.section("Receive what came").press("Book it in");
    page.wait_for_text(&format!("{quantity} of CLIP received at A-01."));
}

#[expect(clippy::too_many_lines, reason = "a story told in its order")]
fn a_lot_is_planned_bought_for_and_built(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: production, {look}")) else {
        return;
    };
    let world = shop();
    clips(&world);
    let page = browser.page_of(&world.server, "manager", look);
    plan(&page);
    expect_part(
        &page,
        ["400", "0", "200", "200", "0", "200"],
        &["Short", "200 from stock", "200 missing"],
    );
    build(&page, "50");
    expect_part(
        &page,
        ["200", "200", "0", "0", "0", "200"],
        &["200 missing"],
    );
    buy(&page);
    // 4 per board, a lot of 100, 50 built, none there, 120 on order.
    expect_part(
        &page,
        ["200", "200", "0", "0", "120", "80"],
        &["Short", "120 from PO-1", "80 missing"],
    );
    page.press("Buy what is short");
    page.section("Buy what is short")
        .press("Place the purchase orders");
    page.wait_for_text("What lot L-100 is short of is ordered.");
    expect_part(
        &page,
        ["200", "200", "0", "0", "200", "0"],
        &["Yes", "80 from"],
    );
    let orders = world.server.list("purchase-orders?open=true");
    let other = orders.iter().find(|order| order["number"] != "PO-1");
    let other = other.expect("a second order")["number"].as_str().unwrap();
    page.open("/purchase-orders/PO-1");
    receive(&page, "120", None);
    page.wait_for_text("All came");
    page.open(&format!("/purchase-orders/{other}"));
    receive(&page, "81", Some("one as a gift"));
    page.finish();
    expect_part(
        &page,
        ["200", "200", "201", "201", "0", "0"],
        &["200 from stock"],
    );
    page.press("Issue CLIP");
    let form = page.section("Issue a part");
    assert_eq!(
        (form.value("Quantity"), form.value("Pick from")),
        ("200".into(), "A-01".into())
    );
    form.fill("Quantity", "100");
    form.press("Issue it");
    page.wait_for_text("100 of CLIP issued from A-01.");
    expect_part(
        &page,
        ["100", "300", "101", "101", "0", "0"],
        &["100 from stock"],
    );
    build(&page, "50");
    expect_part(&page, ["0", "400", "1", "1", "0", "0"], &["Yes"]);
    let expected = json!({ "built": "100", "left": "0", "state": "open", "covered": "yes" });
    assert_holds("lot", &lot(&world), &expected);
    page.press("Transactions");
    page.wait_until("the movements", |page| page.path().ends_with("/moves"));
    let rows = page.table("table.moves");
    let changes: Vec<&str> = rows.iter().map(|row| row["Change"].as_str()).collect();
    assert_eq!(changes.len(), 5, "{rows:#?}");
    page.finish();
    page.open("/lots/L-100");
    page.press("Close the lot");
    page.section("Close the lot").press("Close it now");
    page.wait_for_text("Lot L-100 is closed.");
    page.open("/lots");
    page.wait_for_text("No lot is open.");
    page.finish();
    world.b.sync();
    // Three were there of a customer's, four of ours.
    assert_holds(
        "PCBA-TH",
        &world.b.show("PCBA-TH"),
        &json!({ "on_hand": "104" }),
    );
    assert_holds(
        "CLIP",
        &world.b.show("CLIP"),
        &json!({ "on_hand": "1", "on_order": "0" }),
    );
}

fn a_bill_is_changed_and_adopted(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: bill of materials, {look}")) else {
        return;
    };
    let world = shop();
    clips(&world);
    let page = browser.page_of(&world.server, "manager", look);
    plan(&page);
    page.open("/items/CLIP/bom");
    page.fill("Part", "PCBA-TH");
    page.fill("Per unit", "1");
    page.may_answer(409);
    page.press("Save the line");
    page.wait_for_text("would be made of itself");
    page.finish();
    page.open("/items/PCBA-TH/bom");
    page.press("Change the line of CLIP");
    page.fill("Per unit", "5");
    page.press("Save the line");
    page.wait_for_text("PCBA-TH: the line of CLIP is saved.");
    page.open("/lots/L-100");
    page.wait_for_text("The bill of materials is another one today than the lot goes by.");
    assert_eq!(lot(&world)["lines"][0]["required"], "400");
    page.finish();
    page.press("Adopt today’s bill of materials");
    page.wait_for_text("Lot L-100 goes by today’s bill of materials.");
    assert_eq!(lot(&world)["lines"][0]["required"], "500");
    page.press("Edit lot");
    page.fill("Quantity", "60");
    page.press("Save");
    page.wait_for_text("Lot L-100 is saved.");
    assert_eq!(lot(&world)["lines"][0]["required"], "300");
    page.open("/items/PCBA-TH/bom");
    page.press("Change the line of CLIP");
    page.press("Remove the line");
    page.wait_for_text("PCBA-TH: the line of CLIP is off.");
    page.wait_for_text("Nothing is said of what it is made of.");
    page.finish();
}
