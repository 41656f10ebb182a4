//! Users: a new one chooses a password by the link, logs in and out, and is known on a handheld.

use serde_json::json;
use tests::browser::{Browser, Look, Page};
use tests::check::assert_holds;
use tests::node::Node as _;
use tests::shop::shop;

in_two_looks!(
    somebody_new_is_let_in_and_out,
    somebody_else_is_logged_in_at_each_turn
);

const LONG: &str = "a long one, for a test";

/// The link that the page shows this once.
fn link(page: &Page<'_>) -> String {
    let link = page.value("One-time link");
    assert!(link.contains("/invitation/"), "{link}");
    link
}

/// Chooses a password by a link, and is logged in with it.
fn choose_password(page: &Page<'_>, link: &str, password: &str) {
    page.open(link);
    page.fill("New password", password);
    page.fill("The same again", password);
    page.press("Save and log in");
    page.wait_until("the log-in", |page| !page.path().contains("/invitation/"));
}

fn somebody_new_is_let_in_and_out(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: users, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", look);
    page.may_answer(422);
    page.open("/users");
    page.fill("User name", "ada");
    page.fill("Name that others read", "Lena Berg");
    page.choose("Role", "Manager");
    page.fill("Code on the badge", "BADGE-7");
    page.press("Add user");
    page.wait_until("the refusal", |page| page.text(".problem").contains("ada"));
    assert_eq!(page.value("Name that others read"), "Lena Berg");
    assert_eq!(page.value("Role"), "manager");
    page.fill("User name", "lena");
    page.press("Add user");
    let invitation = link(&page);
    page.row("lena Lena Berg").wait_for_text("Manager");
    page.finish();
    world.b.sync();
    let expected = json!({ "user": "lena", "name": "Lena Berg", "role": "manager", "known": true });
    assert_holds("login", &world.b.json("login BADGE-7"), &expected);
    world.b.ok("item set K-12V --threshold 9");
    world.b.ok("logout");
    world.b.sync();

    page.press("Log out");
    page.wait_until("the door", |page| page.path().starts_with("/login"));
    choose_password(&page, &invitation, LONG);
    page.open("/items/K-12V?act=add");
    page.fill("Quantity", "1");
    page.fill("Location", "B-02");
    page.section("Add stock").press("Add stock");
    page.wait_for_text("1 of K-12V added at B-02.");
    page.finish();
    world.b.sync();
    let shown = world.b.show("K-12V");
    assert_holds(
        "K-12V",
        &shown,
        &json!({ "threshold": "9", "on_hand": "5" }),
    );
    let rows = world.b.history("K-12V");
    assert_eq!(rows.last().map(|row| &row["user"]), Some(&json!("lena")));

    // The administrator takes the rights away: the handheld refuses, the session is over. What the
    // sync brought is news, which the page may ask for while its session ends.
    page.may_answer(401);
    page.press("Log out");
    page.wait_until("the door", |page| page.path().starts_with("/login"));
    page.login("ada", tests::browser::PASSWORD);
    page.wait_until("the log-in", |page| page.path() == "/");
    page.open("/users/lena");
    page.choose("Role", "Viewer");
    page.tick(
        "Disabled: logged out at once, and without rights from now on",
        true,
    );
    page.press("Save");
    page.wait_for_text("lena is changed.");
    page.row("lena Lena Berg").wait_for_text("disabled");
    page.finish();
    world.b.sync();
    let refused = world.b.error(1, "login lena");
    assert_eq!(refused["code"], "user-disabled", "{refused:#}");
}

fn somebody_else_is_logged_in_at_each_turn(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: log in and out, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", look);
    for status in [401, 422] {
        page.may_answer(status);
    }
    page.open("/items/K-12V");
    page.press("Log out");
    page.wait_until("the door", |page| page.path().starts_with("/login"));
    page.finish();
    // Nobody is in: every page leads to the door, and from there back.
    for status in [401, 422] {
        page.may_answer(status);
    }
    page.open("/items/K-12V?act=add");
    page.wait_until("the door", |page| page.path().starts_with("/login"));
    let door = page.section("Log in");
    door.fill("User name", "oskar");
    door.fill("Password", "not this one");
    door.press("Log in");
    page.wait_for_text("User name and password do not belong together.");
    let door = page.section("Log in");
    assert_eq!(door.value("User name"), "oskar");
    assert_eq!(door.value("Password"), "", "a password is not sent back");
    door.fill("Password", tests::browser::PASSWORD);
    door.press("Log in");
    page.wait_until("the item", |page| page.path().starts_with("/items/K-12V"));
    page.fill("Quantity", "2");
    page.fill("Location", "B-02");
    page.section("Add stock").press("Add stock");
    page.wait_for_text("2 of K-12V added at B-02.");
    page.finish();
    world.b.sync();
    let rows = world.b.history("K-12V");
    let last = rows.last().expect("a row");
    assert_holds(
        "the newest",
        last,
        &json!({ "user": "oskar", "change": "2" }),
    );
}
