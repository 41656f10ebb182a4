//! One item: everything that is done with its stock, and its history.

use serde_json::{Value, json};
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

#[test]
fn places_are_offered_while_one_types() {
    let Some(browser) = Browser::start("browser: places while one types") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", Look::WIDE);
    page.open("/items/K-12V?act=add");
    page.section("Add stock").fill("Location", "B-0");
    page.wait_until("the places like it", |page| {
        let options =
            "return [...document.querySelectorAll('#places option')].map((one) => one.value)";
        let offered = page.script(options, vec![]);
        let offered = offered.as_array().expect("a list");
        let has = |place: &str| offered.iter().any(|one| one == place);
        has("B-02") && !has("A-01")
    });
    page.finish();
}

in_two_looks!(
    stock_is_added_removed_adjusted_moved_counted_and_undone,
    what_cannot_be_done_keeps_what_was_typed,
    the_history_is_filtered_and_undone_from
);

/// Does one thing with an item's stock, by the form of that name.
fn act(page: &Page<'_>, name: &str, fields: &[(&str, &str)]) {
    page.section("What to do").press(name);
    let form = page.section(name);
    for (label, text) in fields {
        form.fill(label, text);
    }
    form.press(name);
}

/// The newest rows of a handheld's history of an item: kind, change, location and who.
fn newest(rows: &[Value], count: usize) -> Vec<[String; 4]> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = rows.iter().skip(rows.len() - count);
    rows.map(|row| ["kind", "change", "location", "user"].map(|key| text(row, key)))
        .collect()
}

fn stock_is_added_removed_adjusted_moved_counted_and_undone(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: what to do with an item, {look}")) else {
        return;
    };
    let world = shop();
    let before = world.b.history("K-12V").len();
    let page = browser.page_of(&world.server, "operator", look);
    page.open("/items/K-12V");
    let at_b_02 = ("Location", "B-02");
    act(&page, "Add stock", &[("Quantity", "+10"), at_b_02]);
    page.wait_for_text("10 of K-12V added at B-02.");
    act(&page, "Remove stock", &[("Quantity", "3"), at_b_02]);
    page.wait_for_text("3 of K-12V removed at B-02.");
    let damaged = ("Reason", "damaged");
    act(
        &page,
        "Adjust Stock",
        &[("Change, + or −", "-2"), at_b_02, damaged],
    );
    page.wait_for_text("K-12V at B-02 adjusted by −2.");
    let from_to = [("From location", "B-02"), ("To location", "B-01")];
    act(
        &page,
        "Move",
        &[&[("Quantity", "4")], &from_to[..]].concat(),
    );
    page.wait_for_text("4 of K-12V moved from B-02 to B-01.");
    act(&page, "Count", &[("Counted quantity", "7"), at_b_02]);
    page.wait_for_text("K-12V at B-02: 7 counted.");
    assert_eq!(page.text(".big .qty"), "11");
    page.press("Undo");
    page.wait_for_text("Undone.");
    assert_eq!(page.text(".big .qty"), "9");
    page.finish();
    world.b.sync();
    let shown = world.b.show("K-12V");
    let lines = json!([
        { "location": "B-01", "on_hand": "4", "owner": null },
        { "location": "B-02", "on_hand": "5", "owner": null },
    ]);
    assert_holds("K-12V", &shown, &json!({ "on_hand": "9", "lines": lines }));
    let rows = world.b.history("K-12V");
    let expected = [
        ["add", "10", "B-02", "oskar"],
        ["remove", "-3", "B-02", "oskar"],
        ["adjust", "-2", "B-02", "oskar"],
        ["move", "-4", "B-02", "oskar"],
        ["move", "4", "B-01", "oskar"],
        ["count", "2", "B-02", "oskar"],
        ["reversal", "-2", "B-02", "oskar"],
    ];
    assert_eq!(newest(&rows, rows.len() - before), expected, "{rows:#?}");
    let adjusted = rows.iter().find(|row| row["kind"] == "adjust");
    assert_eq!(adjusted.map(|row| &row["reason"]), Some(&json!("damaged")));
}

fn what_cannot_be_done_keeps_what_was_typed(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: refused at an item, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    page.may_answer(422);
    page.open("/items/K-12V");
    let note = "Note, order, lot, time and more";
    page.section("What to do").press("Remove stock");
    let form = page.section("Remove stock");
    form.press(note);
    form.fill("Note", "for <the> \"van\"");
    form.fill("Quantity", "+2");
    form.fill("Location", "B-02");
    form.press("Remove stock");
    page.wait_for_text("Write 5 to remove five, or choose Add stock.");
    let form = page.section("Remove stock");
    assert_eq!(form.value("Quantity"), "+2");
    assert_eq!(form.value("Location"), "B-02");
    assert_eq!(form.value("Note"), "for <the> \"van\"");
    form.fill("Quantity", "2");
    form.fill("Location", "B-2");
    form.press("Remove stock");
    page.wait_until("no such place", |page| {
        page.text(".problem").contains("B-2")
    });
    let form = page.section("Remove stock");
    assert_eq!(form.value("Quantity"), "2");
    assert_eq!(form.value("Location"), "B-2");
    assert_eq!(page.text(".big .qty"), "4");
    form.fill("Location", "B-02");
    form.press("Remove stock");
    page.wait_for_text("2 of K-12V removed at B-02.");
    page.finish();
    world.b.sync();
    let rows = world.b.history("K-12V");
    let last = rows.last().expect("a row");
    assert_holds(
        "the removal",
        last,
        &json!({ "kind": "remove", "change": "-2", "note": "for <the> \"van\"" }),
    );
}

fn the_history_is_filtered_and_undone_from(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: stock history, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/items/R-100");
    page.section("Parts of this item").press("Stock History");
    page.wait_for_text("Our own stock on hand over time.");
    page.finish();
    page.choose("Kind of transaction", "Adjusted");
    page.press("Show");
    page.wait_until("the kind", |page| page.path().contains("kind=adjust"));
    let rows = page.table("table.history");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["Change"], "−3");
    page.choose("Kind of transaction", "All kinds");
    page.fill("Search", "new board");
    page.press("Show");
    page.wait_until("the search", |page| page.path().contains("search=new"));
    let rows = page.table("table.history");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["Change"], "−30");
    page.finish();
    let row = page.row("“for the new board”");
    let undo = "return document.querySelector('table.history form button').ariaLabel";
    let undo = page.script(undo, vec![]);
    row.press(undo.as_str().expect("what the button is called"));
    page.wait_for_text("Undone.");
    page.row("“for the new board”").wait_for_text("undone");
    page.finish();
    world.b.sync();
    assert_holds(
        "R-100",
        &world.b.show("R-100"),
        &json!({ "on_hand": "4327" }),
    );
    let rows = world.b.history("R-100");
    let voided = rows.iter().find(|row| row["note"] == "for the new board");
    assert_eq!(voided.map(|row| &row["voided"]), Some(&json!(true)));
}
