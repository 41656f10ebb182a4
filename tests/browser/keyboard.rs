//! The pages by the keyboard alone: every page by Tab, the shortcuts, and what a scanner must not
//! set off; and what somebody hears who does not see the page.

use serde_json::{Value, json};
use tests::browser::{Browser, Look, Page, keys};
use tests::shop::shop;

fn walk(look: Look) {
    crate::walk::walk("pages by Tab", look, |page| page.tab_walk());
}

#[test]
fn every_page_is_walked_by_tab_on_a_handheld() {
    walk(Look::HANDHELD);
}

#[test]
fn every_page_is_walked_by_tab_on_a_wide_monitor() {
    walk(Look::WIDE);
}

#[test]
fn a_walk_finds_what_is_wrong() {
    let Some(browser) = Browser::start("browser: faults of a walk by Tab are found") else {
        return;
    };
    let page = browser.page("http://127.0.0.1", Look::WIDE);
    let show = |html: &str| {
        let fill = "document.documentElement.innerHTML = arguments[0]";
        page.script(fill, vec![json!(html)]);
        page.tab_walk()
    };
    let good = r##"<body><main><h1>Good</h1><a href="#a">A</a> <button>B</button>
        <p><input type="date"></p><p><a href="#c">C</a></p></main></body>"##;
    assert_eq!(show(good), Vec::<String>::new());
    let bad = r##"<head><style>.bare:focus { outline: none } .last { position: absolute; top: 0 }
        .over { position: absolute; left: 0; top: 0; width: 100%; height: 6rem; background: #fff }
        </style></head><body><main style="padding-top: 10rem"><p><a class="bare" href="#a">A</a></p>
        <p><a href="#b" tabindex="2">B</a></p><p><a class="last" href="#c">C</a></p>
        <div class="over"></div></main></body>"##;
    let found = show(bad).join("\n");
    for fault in [
        "nobody sees the focus on <a class=\"bare\"",
        "something lies over the focus on <a class=\"last\"",
        "Tab does not reach <a href=\"#b\" tabindex=\"2\">",
        "behind <a class=\"bare\" href=\"#a\">A</a> comes <a class=\"last\"",
        "0 headings of the first level",
    ] {
        assert!(found.contains(fault), "{fault}\n{found}");
    }
}

/// Where the focus is: its link, or what kind of element has it.
fn focus(page: &Page<'_>) -> String {
    let script = "const here = document.activeElement; \
                  return here.getAttribute('href') || here.getAttribute('name') || here.tagName";
    let found = page.script(script, vec![]);
    found.as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn until_focus(page: &Page<'_>, on: &str) {
    page.wait_until(&format!("the focus is on {on}"), |page| focus(page) == on);
}

#[track_caller]
fn until_path(page: &Page<'_>, path: &str) {
    page.wait_until(path, |page| page.path() == path);
}

#[test]
fn the_first_tab_skips_what_is_on_every_page() {
    let Some(browser) = Browser::start("browser: the link that skips") else {
        return;
    };
    let world = shop();
    for look in [Look::HANDHELD, Look::WIDE] {
        let page = browser.page_of(&world.server, "operator", look);
        page.open("/orders");
        page.keys(keys::TAB);
        until_focus(&page, "#content");
        page.keys(keys::ENTER);
        page.keys(keys::TAB);
        let is_inside = "return document.querySelector('main').contains(document.activeElement)";
        assert_eq!(page.script(is_inside, vec![]), Value::Bool(true), "{look}");
    }
}

#[test]
fn single_keys_go_to_pages_rows_and_fields() {
    let Some(browser) = Browser::start("browser: shortcuts") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", Look::WIDE);
    page.open("/items");
    page.keys("j");
    until_focus(&page, "/items/BOX-S");
    page.keys("j");
    until_focus(&page, "/items/C-100N");
    page.keys("k");
    until_focus(&page, "/items/BOX-S");
    page.keys(keys::ENTER);
    until_path(&page, "/items/BOX-S");
    page.keys("g");
    page.wait_for("[data-awaits-letter]");
    page.keys("o");
    until_path(&page, "/orders");
    page.keys("/");
    until_focus(&page, "search");
    // In a field they are letters.
    page.keys("gin");
    page.wait_until("the letters stand there", |page| {
        page.script("return document.activeElement.value", vec![]) == "gin"
    });
    page.open("/orders");
    page.keys("?");
    page.wait_for("dialog[open]");
    page.section("Keyboard shortcuts")
        .wait_for_text("Goes to: Backorders");
    page.finish();
    page.keys(keys::ESCAPE);
    page.wait_until("the dialog is gone", |page| {
        page.script("return document.querySelector('dialog')", vec![]) == Value::Null
    });
    page.keys("n");
    until_path(&page, "/orders/new");
}

/// Presses keys, all at once as a scanner does, and says whether the page kept the last one from the
/// browser.
fn is_taken(page: &Page<'_>, keys: &[&str]) -> bool {
    let press = "return arguments[0].map((key) => { \
                 const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }); \
                 document.activeElement.dispatchEvent(pressed); return pressed.defaultPrevented; }).at(-1)";
    page.script(press, vec![json!(keys)]) == Value::Bool(true)
}

#[test]
fn a_scanner_sets_off_nothing() {
    let Some(browser) = Browser::start("browser: shortcuts and scanners") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "manager", Look::WIDE);
    page.open("/items");
    page.keys("j");
    until_focus(&page, "/items/BOX-S");
    // A person's Enter opens the row; the one behind a code opens nothing.
    assert!(!is_taken(&page, &["Enter"]));
    assert!(is_taken(&page, &["g", "o", "-", "1", "Enter"]));
    assert!(!is_taken(&page, &["4", "n"]), "a letter of a code");
    page.open("/scan");
    assert!(!is_taken(&page, &["j"]));
}

#[test]
fn shortcuts_can_be_switched_off() {
    let Some(browser) = Browser::start("browser: shortcuts switched off") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", Look::WIDE);
    page.open("/items");
    assert!(is_taken(&page, &["j"]));
    for on in [false, true] {
        page.open("/help");
        page.tick("Shortcuts work in this browser", on);
        page.open("/items");
        assert_eq!(is_taken(&page, &["j"]), on);
    }
}

#[test]
fn news_leave_the_focus_where_it_is() {
    let Some(browser) = Browser::start("browser: news and the focus") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "viewer", Look::WIDE);
    page.open("/items");
    let mark = "const link = document.querySelector(\"#rows a[href='/items/R-100']\"); \
                link.focus(); link.dataset.old = 'yes'";
    page.script(mark, vec![]);
    page.wait_until_it_hears();
    world.a.ok("add R-100 A-01 7");
    world.a.sync();
    page.wait_until("the rows are others", |page| {
        let old = "return document.querySelectorAll('[data-old]').length";
        page.script(old, vec![]) == 0
    });
    until_focus(&page, "/items/R-100");
    page.keys(keys::ENTER);
    until_path(&page, "/items/R-100");
}

#[test]
fn news_are_told_once_to_whoever_does_not_see_them() {
    let Some(browser) = Browser::start("browser: news are told") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "viewer", Look::WIDE);
    page.open("/items/R-100");
    let told =
        |page: &Page<'_>| page.script("return document.getElementById('news').textContent", vec![]);
    assert_eq!(told(&page), "");
    page.script(
        "window.told = 0; new MutationObserver((changes) => changes.forEach((one) => { \
         window.told += one.addedNodes.length; })) \
         .observe(document.getElementById('news'), { childList: true })",
        vec![],
    );
    page.wait_until_it_hears();
    world.a.ok("add R-100 A-01 7");
    world.a.sync();
    page.wait_until("news are told", |page| {
        told(page) == "News has come: what this page shows has changed."
    });
    assert_eq!(page.script("return window.told", vec![]), 1);
}
