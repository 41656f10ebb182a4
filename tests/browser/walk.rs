//! Every page of the table, on both screens, with scripts and without, and in the dark: none has
//! a fault. One test each, so that they run beside each other.

use tests::browser::{Browser, Look, Page};
use tests::pages::{CODE, OPEN_PAGES, PAGES};
use tests::shop::whole_shop;

/// Opens every page in turn, those that a stranger sees first, and fails with all that was found.
pub(crate) fn walk(what: &str, look: Look, faults: impl Fn(&Page<'_>) -> Vec<String>) {
    let Some(browser) = Browser::start(&format!("browser: {what}, {look}")) else {
        return;
    };
    let (world, code) = whole_shop();
    let mut faulty = Vec::new();
    let mut look_at = |page: &Page<'_>, path: &str, status: u16| {
        page.open_as(path, status);
        let found = faults(page);
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

fn walk_for_faults(look: Look) {
    walk("all pages", look, |page| page.faults_found());
}

#[test]
fn no_page_has_a_fault_on_a_handheld() {
    walk_for_faults(Look::HANDHELD);
}

#[test]
fn no_page_has_a_fault_on_a_handheld_without_scripts() {
    walk_for_faults(Look::HANDHELD.without_scripts());
}

#[test]
fn no_page_has_a_fault_on_a_wide_monitor() {
    walk_for_faults(Look::WIDE);
}

#[test]
fn no_page_has_a_fault_on_a_wide_monitor_without_scripts() {
    walk_for_faults(Look::WIDE.without_scripts());
}

#[test]
fn no_page_has_a_fault_in_the_dark() {
    walk_for_faults(Look::WIDE.dark());
}
