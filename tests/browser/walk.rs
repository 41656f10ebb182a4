//! Every page of the table, on both screens, with scripts and without, and in the dark: none has
//! a fault. One test each, so that they run beside each other.

use tests::browser::{Browser, Look, Page};
use tests::pages::{CODE, OPEN_PAGES, PAGES};
use tests::shop::whole_shop;

fn walk(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: all pages, {look}")) else {
        return;
    };
    let (world, code) = whole_shop();
    let mut faulty = Vec::new();
    let mut look_at = |page: &Page<'_>, path: &str, status: u16| {
        page.open_as(path, status);
        let found = page.faults_found();
        if !found.is_empty() {
            faulty.push(format!("{path} ({look})\n{}", found.join("\n")));
        }
    };
    let page = browser.page(world.server.url(), look);
    for one in OPEN_PAGES {
        look_at(&page, &one.path.replace(CODE, &code), one.status);
    }
    drop(page);
    let page = browser.page_of(&world.server, "administrator", look);
    for one in PAGES {
        look_at(&page, one.path, one.status);
    }
    assert!(faulty.is_empty(), "{}", faulty.join("\n\n"));
}

#[test]
fn no_page_has_a_fault_on_a_handheld() {
    walk(Look::HANDHELD);
}

#[test]
fn no_page_has_a_fault_on_a_handheld_without_scripts() {
    walk(Look::HANDHELD.without_scripts());
}

#[test]
fn no_page_has_a_fault_on_a_wide_monitor() {
    walk(Look::WIDE);
}

#[test]
fn no_page_has_a_fault_on_a_wide_monitor_without_scripts() {
    walk(Look::WIDE.without_scripts());
}

#[test]
fn no_page_has_a_fault_in_the_dark() {
    walk(Look::WIDE.dark());
}
