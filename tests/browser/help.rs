//! Help: on every page at the same place, with scripts and without, and all of it on one page.

use tests::browser::{Browser, Look};
use tests::shop::shop;

in_four_looks!(a_page_says_what_it_is_for);

fn a_page_says_what_it_is_for(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: help, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page(world.server.url(), look);
    page.open("/login");
    page.press("Help");
    page.wait_for_text("Log in with your user name and password.");
    page.finish();
    page.enter(&world.server, "operator");
    page.open("/backorders");
    page.press("Help");
    page.wait_for_text("Every line that waits for stock");
    page.wait_for_text("What of an order line could neither be promised nor has been picked.");
    page.finish();
    page.press("All help, words and shortcuts");
    page.wait_until("all help", |page| page.path() == "/help#help-backorders");
    page.finish();
}
