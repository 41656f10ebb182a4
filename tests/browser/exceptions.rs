//! Exceptions: what somebody answered on the page is over on every handheld.

use serde_json::json;
use tests::browser::{Browser, Look, Page};
use tests::node::Node as _;
use tests::shop::shop;
use tests::world::World;

in_two_looks!(exceptions_are_answered, unknown_codes_are_answered);

/// Opens the negative stock of this item.
fn open(page: &Page<'_>, item: &str) {
    page.open("/exceptions");
    page.row(item).press("Negative stock");
    page.wait_until("the exception", |page| page.path().contains(item));
}

/// The items whose stock is negative on a handheld after its next sync.
fn left(world: &World) -> Vec<String> {
    world.b.sync();
    let open = world.b.exceptions();
    let open = open.iter().filter(|open| open["kind"] == "negative-stock");
    let items = open.map(|open| open["item"].as_str().unwrap_or_default());
    items.map(str::to_owned).collect()
}

fn exceptions_are_answered(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: exceptions, {look}")) else {
        return;
    };
    let world = shop();
    assert_eq!(left(&world), Vec::<String>::new());
    for (item, place, quantity) in [
        ("BOX-S", "N-01", 25),
        ("K-12V", "B-02", 9),
        ("U-MCU", "B-01", 200),
    ] {
        world.b.ok(&format!("remove {item} {place} {quantity}"));
    }
    world.b.sync();
    let page = browser.page_of(&world.server, "manager", look);
    page.may_answer(422);
    page.open("/exceptions");
    page.wait_for_text("Negative stock (3)");
    page.finish();

    open(&page, "K-12V");
    page.finish();
    page.may_answer(422);
    let answer = page.section("Count");
    answer.fill("So much is there", "-2");
    answer.fill("Note", "looked twice");
    answer.press("Count");
    page.wait_until("the refusal", |page| !page.text(".problem").is_empty());
    let answer = page.section("Count");
    assert_eq!(answer.value("Note"), "looked twice");
    answer.fill("So much is there", "2");
    answer.press("Count");
    page.wait_for_text("Answered.");
    page.wait_for_text("Negative stock (2)");
    assert_eq!(left(&world).len(), 2);
    assert_eq!(world.b.show("K-12V")["on_hand"], "2");

    open(&page, "BOX-S");
    let answer = page.section("Undo an entry");
    let choice = page.script(
        "const choice = document.querySelector(\"input[name='entry']\"); choice.click(); \
         return document.querySelectorAll(\"input[name='entry']\").length",
        vec![],
    );
    assert_eq!(choice, json!(1), "one removal was too much");
    answer.press("Undo an entry");
    page.wait_for_text("Answered.");
    assert_eq!(left(&world), ["U-MCU"]);
    assert_eq!(world.b.show("BOX-S")["on_hand"], "20");

    open(&page, "U-MCU");
    let answer = page.section("Accept");
    answer.fill("Note", "it is on the way");
    answer.press("Accept");
    page.wait_for_text("Answered.");
    assert!(!page.all().has_button("Negative stock"), "all are gone");
    page.finish();
    assert_eq!(left(&world), Vec::<String>::new());
    assert_eq!(world.b.show("U-MCU")["on_hand"], "-10");
}

/// Opens the exception about this code.
fn open_code(page: &Page<'_>, code: &str) {
    page.open("/exceptions");
    let links = page.links();
    let link = links.iter().find(|link| link.contains(code));
    page.open(link.unwrap_or_else(|| panic!("no link to {code} in {links:?}")));
}

fn unknown_codes_are_answered(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: unknown codes, {look}")) else {
        return;
    };
    let world = shop();
    let (ours, strange) = ("9506000134352", "9506000134369");
    world
        .b
        .scan(&["REMOVE", "N-01", "Q3", ours, "ADD", strange]);
    world.b.sync();
    let before = world.b.show("BOX-S")["on_hand"].clone();
    assert_eq!(before, "20");
    let page = browser.page_of(&world.server, "manager", look);
    page.open("/exceptions");
    page.wait_for_text("Unknown code (2)");

    open_code(&page, ours);
    page.wait_for_text(ours);
    page.finish();
    page.may_answer(422);
    let answer = page.section("Say what it is");
    answer.fill("Item", "NO-SUCH");
    answer.press("Say what it is");
    page.wait_until("the refusal", |page| !page.text(".problem").is_empty());
    let answer = page.section("Say what it is");
    assert_eq!(answer.value("Item"), "NO-SUCH");
    answer.fill("Item", "BOX-S");
    answer.press("Say what it is");
    page.wait_for_text(&format!("{ours} is BOX-S: all its scans take effect."));
    page.wait_for_text("Unknown code (1)");

    open_code(&page, strange);
    let answer = page.section("It is nothing of ours");
    answer.fill("Note", "the parcel's own label");
    answer.press("It is nothing of ours");
    page.wait_for_text(&format!(
        "{strange} is nothing of ours: its scans have no effect."
    ));
    assert!(!page.all().has_button("Unknown code"), "all are gone");
    page.finish();
    world.b.sync();
    assert_eq!(world.b.show("BOX-S")["on_hand"], "17");
    assert_eq!(world.b.json("scans --unknown"), json!([]));
}
