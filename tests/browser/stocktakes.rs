//! Stocktakes: two devices count, a manager looks at the differences, has one counted again,
//! approves and closes.

use serde_json::json;
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(
    two_counts_stand_side_by_side_until_they_are_approved,
    whoever_counts_blindly_is_told_after_the_count
);

/// Opens a stocktake of two places by its form.
fn open(page: &Page<'_>, number: &str, blind: bool) {
    page.open("/stocktakes/new");
    page.fill("Number", number);
    page.fill("Title", "Drawers");
    page.fill("Locations", "A-02\nNOT-THERE");
    page.press("Open the stocktake");
    page.wait_until("the refusal", |page| {
        page.text(".problem").contains("NOT-THERE")
    });
    assert_eq!(page.value("Title"), "Drawers");
    page.finish();
    page.may_answer(422);
    page.fill("Locations", "A-02\nA-03");
    page.tick("Blind", blind);
    page.press("Open the stocktake");
    page.wait_for_text(&format!("Stocktake {number} is open."));
    page.finish();
}

fn two_counts_stand_side_by_side_until_they_are_approved(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: stocktake, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    for status in [404, 409, 422] {
        page.may_answer(status);
    }
    open(&page, "T-1", false);
    page.wait_for_text("0 of 3 counted");
    // Two people count one drawer, and come to different ends.
    world.a.sync();
    world.b.sync();
    world.a.ok("count C-100N A-02 3990");
    world.a.sync();
    world.b.ok("count C-100N A-02 3985");
    world.settle();
    page.open("/stocktakes/T-1");
    page.wait_for_text("Counts disagree");
    let counts = page.text("tr.counts");
    for part in ["3990", "A", "3985", "B"] {
        assert!(counts.contains(part), "{part} is not in {counts}");
    }
    page.finish();
    page.press("Count again: C-100N at A-02");
    page.wait_for_text("C-100N at A-02 is to be counted again.");
    world.a.sync();
    world.a.ok("count C-100N A-02 3985");
    world.a.sync();
    page.open("/stocktakes/T-1?show=open");
    page.fill("How much of C-10U is at A-02", "1450");
    page.row("C-10U").press("Count");
    page.wait_for_text("1450 of C-10U counted at A-02.");
    page.finish();
    page.open("/stocktakes/T-1");
    page.press("Approve the count of C-100N at A-02");
    page.wait_for_text("Approved lines: 1.");
    page.tick("Approve C-10U at A-02 with others", true);
    page.press("Approve what is ticked");
    page.wait_for_text("2 approved");
    page.finish();
    page.press("The rest is not there");
    page.tick("Somebody looked: none of it is there.", true);
    page.press("Count the rest as none");
    page.wait_for_text("What nobody counted is counted as none.");
    page.press("Approve the one that waits");
    page.wait_for_text("All that waited is approved.");
    page.finish();
    page.press("Close the stocktake");
    page.section("Close the stocktake")
        .press("Close the stocktake");
    page.wait_for_text("Stocktake T-1 is closed.");
    page.finish();
    page.open("/stocktakes?show=all");
    let rows = page.table("table.stocktakes");
    assert_eq!(
        (rows[0]["Counted"].as_str(), rows[0]["Approved"].as_str()),
        ("3 of 3 counted", "3")
    );
    page.finish();
    world.settle();
    let shown = world.b.show("C-100N");
    assert_holds("C-100N", &shown, &json!({ "on_hand": "3985" }));
    assert_eq!(world.b.show("C-10U")["on_hand"], "1450");
    // Stock below zero of another place is nothing of this stocktake's.
    assert_eq!(world.b.show("LED-G")["on_hand"], "0");
}

fn whoever_counts_blindly_is_told_after_the_count(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: blind stocktake, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(404);
    page.may_answer(422);
    open(&page, "T-2", true);
    page.press("Who counts");
    page.choose("Device", "A");
    page.fill("Location", "A-02");
    page.press("Assign");
    page.wait_for_text("A is to count that.");
    page.finish();
    drop(page);
    let page = browser.page_of(&world.server, "operator", look);
    page.open("/stocktakes/T-2");
    page.wait_for_text("A counts");
    let rows = page.table("table.report");
    assert!(!rows[0]["Expected"].contains("4000"), "{rows:#?}");
    page.fill("How much of C-100N is at A-02", "3999");
    page.row("C-100N").press("Count");
    page.wait_for_text("3999 of C-100N counted at A-02.");
    let rows = page.table("table.report");
    assert!(
        rows[1]["Expected"].contains("4000") || rows[0]["Expected"].contains("4000"),
        "{rows:#?}"
    );
    page.finish();
    world.settle();
    assert_eq!(world.b.show("C-100N")["on_hand"], "3999");
}
