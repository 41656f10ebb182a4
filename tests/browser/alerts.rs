//! Settings › Alerts: a channel is set up, refused, changed, tried and taken away.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tests::browser::{Browser, Look};
use tests::shop::shop;

in_two_looks!(a_channel_is_set_up_and_tried);

/// A receiver that takes whatever comes; its address, and what came.
fn receiver() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, came) = channel();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(&client);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let header = line.to_ascii_lowercase();
                if let Some(number) = header.strip_prefix("content-length: ") {
                    length = number.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let mut body = vec![0; length];
            drop(reader.read_exact(&mut body));
            drop((&client).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
            drop(sender.send(String::from_utf8_lossy(&body).into_owned()));
        }
    });
    (url, came)
}

fn a_channel_is_set_up_and_tried(look: Look) {
    let Some(browser) = Browser::start(&format!("browser: alerts, {look}")) else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "administrator", look);
    let (url, came) = receiver();
    page.open("/settings/alerts");
    page.wait_for_text("Nobody is told anything so far.");
    page.finish();
    page.may_answer(422);
    page.open("/settings/alerts/new?way=webhook");
    page.fill("Name of the channel", "Board");
    page.fill("Address", &url);
    for kind in ["items that are out", "items that are low", "exceptions"] {
        page.tick(kind, false);
    }
    page.tick("devices that are behind", false);
    page.press("Save");
    // Nothing that was typed is lost.
    page.wait_for_text("A channel tells of something.");
    assert_eq!(page.value("Name of the channel"), "Board");
    assert_eq!(page.value("Address"), url);
    page.tick("exceptions", true);
    page.press("Save");
    page.wait_for_text("Secret of the webhook");
    assert!(page.text("article.secret code").starts_with("whsec_"));
    page.finish();
    page.press("Send a test");
    page.wait_for_text("A test is on its way.");
    let body = came.recv_timeout(Duration::from_secs(60)).expect("a test");
    assert!(body.contains("stock.test"), "{body}");
    page.open("/settings/alerts");
    page.wait_until("the answer", |page| {
        page.open("/settings/alerts");
        page.all().text().contains("200 OK")
    });
    page.row("Board").wait_for_text("well");
    page.finish();

    page.press("Send again");
    page.wait_for_text("It is sent again.");
    let again = came.recv_timeout(Duration::from_secs(60)).expect("again");
    assert!(again.contains("stock.test"), "{again}");

    page.may_answer(422);
    page.open("/settings/alerts/new?way=email");
    page.fill("Name of the channel", "Mail");
    page.fill("E-mail server", "mail.example.com");
    page.fill("User name there", "store");
    page.choose("Encryption", "none, only within the house");
    page.fill("From", "store@example.com");
    page.fill("To, one address in a line", "boss@example.com");
    page.press("Save");
    page.wait_for_text("Without encryption no password is sent.");
    page.finish();

    page.open("/settings/alerts");
    page.press("Board");
    page.press("Delete the channel");
    page.section("Delete the channel")
        .press("Delete the channel");
    page.wait_for_text("The channel is gone.");
    page.finish();
}
