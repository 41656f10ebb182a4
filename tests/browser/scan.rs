//! Scanning at a page: a scanner types, and nothing that it typed is lost or counted twice.

use serde_json::Value;
use tests::browser::{Browser, Look, Page, keys};
use tests::proxy::{Plan, Proxy};
use tests::shop::shop;
use tests::world::World;

in_four_looks!(a_session_by_keys);

/// How much of an item lies at a place, as the server says.
fn at(world: &World, item: &str, location: &str) -> i64 {
    let shown = world.server.object(&format!("items/{item}"));
    let lines = shown["lines"].as_array().unwrap().iter();
    let here = lines.filter(|line| line["location"] == location);
    let numbers = here.map(|line| line["on_hand"].as_str().unwrap().parse::<i64>().unwrap());
    numbers.sum()
}

/// Types codes as a scanner does: into whatever has the focus, each with Enter.
fn types(page: &Page<'_>, codes: &[&str]) {
    let typed: String = codes
        .iter()
        .map(|code| format!("{code}{}", keys::ENTER))
        .collect();
    page.keys(&typed);
}

/// Waits until every scan is answered.
fn until_answered(page: &Page<'_>) {
    page.wait_until("all scans are answered", |page| {
        page.text("#scan-waiting") == "0"
    });
}

fn a_session_by_keys(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: scan, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    let before = at(&world, "K-12V", "B-02");
    page.open("/scan");
    page.wait_for_text("Choose a mode");
    page.finish();
    if look.scripts {
        types(&page, &["ADD", "B-02", "K-12V", "Q2", "K-12V"]);
    } else {
        for code in ["ADD", "B-02", "K-12V", "Q2", "K-12V"] {
            page.fill("Scan or type a code", code);
            page.press("Take");
            page.wait_until("the answer", |page| page.text("#scan-said code") == code);
        }
    }
    page.wait_for_text("2 of K-12V added at B-02");
    assert_eq!(at(&world, "K-12V", "B-02"), before + 3);
    page.press("Undo");
    page.wait_for_text("Undone: K-12V");
    assert_eq!(at(&world, "K-12V", "B-02"), before + 1);
    page.press("REMOVE Take out");
    page.wait_for(".mode-remove .place");
    page.open("/scan");
    page.wait_for_text("REMOVE");
    page.wait_for_text("Shelf B-02");
    page.finish();
    if look.scripts {
        types(&page, &["NORD"]);
        page.wait_for_text("NORD is a customer");
        let sounded = page.script(
            "return document.getElementById('scan').dataset.sounded",
            vec![],
        );
        assert_eq!(sounded, "error");
        let focus = page.script("return document.activeElement.id", vec![]);
        assert_eq!(focus, "scan-text");
    }
}

#[test]
fn what_is_typed_faster_than_it_is_answered_counts_all() {
    let Some(browser) = Browser::start("browser: scans faster than answers") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", Look::HANDHELD);
    let before = at(&world, "J-USB-C", "B-02");
    page.open("/scan");
    types(&page, &["ADD", "B-02"]);
    types(&page, &["J-USB-C"; 60]);
    until_answered(&page);
    assert_eq!(at(&world, "J-USB-C", "B-02"), before + 60);
    page.finish();
}

#[test]
fn answers_that_are_lost_on_the_way_lose_and_double_nothing() {
    let Some(browser) = Browser::start("browser: lost answers of scans") else {
        return;
    };
    let world = shop();
    let proxy = Proxy::before(world.server.address());
    let page = browser.page(&proxy.url(), Look::HANDHELD);
    page.enter(&world.server, "operator");
    let before = at(&world, "BOX-S", "N-01");
    page.open("/scan");
    types(&page, &["ADD", "N-01", "BOX-S"]);
    until_answered(&page);
    for plan in [
        Plan::CutResponse(0),
        Plan::CutRequest(0),
        Plan::CutRequest(200),
    ] {
        proxy.plan(plan);
        types(&page, &["BOX-S", "BOX-S"]);
        page.wait_for_text("The server does not answer.");
        types(&page, &["BOX-S"]);
        page.wait_until("three scans wait", |page| {
            page.text("#scan-waiting").starts_with('3')
        });
        proxy.plan(Plan::Pass);
        page.press("Try again");
        until_answered(&page);
    }
    assert_eq!(at(&world, "BOX-S", "N-01"), before + 10);
    assert_eq!(page.text("#scan-trouble"), "");
}

#[test]
fn scans_survive_a_reload_a_new_server_and_the_log_out_of_somebody_else() {
    let Some(browser) = Browser::start("browser: scans and a new server") else {
        return;
    };
    let mut world = shop();
    let before = at(&world, "BOX-S", "N-01");
    let page = browser.page_of(&world.server, "operator", Look::WIDE);
    page.open("/scan");
    types(&page, &["ADD", "N-01", "BOX-S"]);
    until_answered(&page);
    world.server.kill();
    types(&page, &["BOX-S", "Q2", "BOX-S"]);
    page.wait_for_text("The server does not answer.");
    world.server.start_again();
    page.may_answer(401);
    page.press("Try again");
    page.wait_for_text("Your login has ended.");
    assert!(page.text("#scan-waiting").starts_with('3'));
    page.enter(&world.server, "manager");
    page.press("Log out");
    page.wait_until("the door", |page| page.path().starts_with("/login"));
    page.login("oskar", tests::browser::PASSWORD);
    page.wait_until("the log-in", |page| !page.path().starts_with("/login"));
    page.open("/scan");
    until_answered(&page);
    page.wait_for_text("2 of BOX-S added at N-01");
    assert_eq!(at(&world, "BOX-S", "N-01"), before + 4);
}

#[test]
fn separators_come_by_keys_that_scanners_send_for_them() {
    let Some(browser) = Browser::start("browser: separators by keys") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", Look::WIDE);
    page.open("/scan");
    types(&page, &["ADD", "A-01"]);
    let alt_029 = format!("{}029{}", keys::ALT, keys::RELEASE);
    let bracket = format!("{}]{}", keys::CONTROL, keys::RELEASE);
    for (turn, separator) in [keys::F8, &alt_029, &bracket].into_iter().enumerate() {
        let batch = format!("LOT{turn}");
        page.keys(&format!("010400638133393110{batch}{separator}3700{turn}"));
        let typed = page.value("Scan or type a code");
        assert_eq!(typed, format!("010400638133393110{batch}␝3700{turn}"));
        page.script("document.getElementById('scan-text').value = ''", vec![]);
    }
    page.keys(&format!(
        "010400638133393110LOT-9{}375{}",
        keys::F8,
        keys::ENTER
    ));
    page.wait_for_text("5 of R-100 added at A-01");
    let shown = world.server.object("items/R-100");
    let lines = shown["lines"].as_array().unwrap();
    let batch = lines.iter().find(|line| line["batch"] == "LOT-9");
    assert_eq!(batch.map(|line| &line["on_hand"]), Some(&Value::from("5")));
}
