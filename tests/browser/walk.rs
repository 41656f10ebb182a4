//! Every page of the table, on both screens, with scripts and without, and in the dark: none has
//! a fault. One test each, so that they run beside each other.

use tests::browser::{Browser, Look};
use tests::pages::PAGES;
use tests::shop::shop;

fn walk(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: all pages, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", look);
    let mut faulty = Vec::new();
    for one in PAGES {
        page.open_as(one.path, one.status);
        let found = page.faults_found();
        if !found.is_empty() {
            faulty.push(format!("{} ({look})\n{}", one.path, found.join("\n")));
        }
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
