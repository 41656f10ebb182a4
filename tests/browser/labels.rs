//! Labels that are printed in the network.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;
use tests::browser::{Browser, Look};
use tests::shop::shop;

/// How long labels may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The field of printers is named by what stands above it.
const PRINTERS: &str = "Printers in the network that understand ZPL, one in a line: a name, =, the \
                        address. Behind a slash the dots per inch if they are 300, and the size of \
                        its labels in millimetres.";

/// A printer that says nothing of itself; its address, and what each connection brought.
fn printer() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, came) = channel();
    std::thread::spawn(move || {
        for mut line in listener.incoming().map_while(Result::ok) {
            let mut printed = String::new();
            drop(line.read_to_string(&mut printed));
            drop(sender.send(printed));
        }
    });
    (address, came)
}

#[test]
fn a_button_that_is_pressed_twice_prints_once() {
    let Some(browser) = Browser::start("browser: labels in the network") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", Look::HANDHELD);
    let (address, came) = printer();
    page.open("/settings/inventory");
    page.fill(PRINTERS, &format!("Dock={address}"));
    page.press("Save");
    page.wait_for_text("Saved");
    page.finish();

    page.open("/labels?kind=items&select=R-100&format=zpl");
    let twice =
        "const form = [...document.forms].find((form) => form.action.endsWith('/labels/print'));
        const button = form.querySelector('button');
        // In one turn of the script a browser itself sends but the last of them.
        button.click();
        setTimeout(() => button.click(), 300);";
    page.script(twice, vec![json!(null)]);
    page.wait_for_text("Sent to Dock, labels: 1.");
    page.finish();
    let first = came.recv_timeout(PATIENCE).expect("a label");
    assert!(first.contains("^XA"), "{first}");
    // What is printed next comes next, so that nothing came between.
    page.open("/labels?kind=items&select=K-12V&format=zpl");
    page.press("Print on Dock");
    page.wait_for_text("Sent to Dock, labels: 1.");
    let next = came.recv_timeout(PATIENCE).expect("another label");
    assert!(next.contains("K-12V") && !next.contains("R-100"), "{next}");
    page.finish();
}
