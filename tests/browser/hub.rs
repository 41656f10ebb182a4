//! A hub's own page: what waits there for the central server, and that it is out of reach.

use tests::browser::{Browser, Look, name_of};
use tests::server::Server;
use tests::stock::Stock;

/// How often the hub is asked whether it knows somebody before that counts as not coming; a question
/// takes some 20 ms.
const QUESTIONS_MAX: usize = 1_500;

in_two_looks!(a_hub_says_what_waits_with_it);

fn a_hub_says_what_waits_with_it(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: a hub, {look}")) else {
        return;
    };
    let mut central = Server::start();
    let hub = central.hub();
    let stock = Stock::new("A");
    stock.ok(&format!("enroll {} --code {}", hub.url(), central.code()));
    stock.ok("item add R-100");
    stock.sync();
    // Users are made at the central server; each server has their passwords for itself.
    let name = name_of("administrator");
    central.admin(&format!("user add {name} --role administrator"));
    let is_known = || hub.line(&format!("user set {name} --new-link --json")).code == 0;
    assert!(
        (0..QUESTIONS_MAX).any(|_| is_known()),
        "the hub hears of it"
    );
    let page = browser.page_of(&hub, "administrator", look);
    page.open("/server");
    page.wait_for_text("handhelds sync with it and see each other");
    page.wait_for_text(central.url());
    page.finish();

    central.stop();
    stock.ok("location add A-01");
    stock.ok("add R-100 A-01 10");
    stock.sync();
    page.wait_until("what waits is told", |page| {
        page.open("/server");
        page.text("#waiting").contains('A') && page.text("#above").contains("has not been possible")
    });
    page.finish();
    page.open("/items/R-100");
    assert_eq!(page.text(".big .qty"), "10");

    central.start_again();
    // Numbers are there a moment before the hub has noted that it reached the server.
    page.wait_until("nothing waits", |page| {
        page.open("/server");
        let waiting = page.text("#waiting");
        waiting.contains("Everything here has its central number.")
            && !page.text("#above").contains("has not been possible")
    });
    page.finish();
    assert_eq!(central.object("items/R-100")["on_hand"], "10");
}
