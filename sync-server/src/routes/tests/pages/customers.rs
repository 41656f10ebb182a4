//! Customers as people see them in a browser.

use ledger_core::at_entry;
use ledger_core::catalogue::Class;

use super::*;

#[tokio::test]
async fn a_customer_is_made_renamed_archived_and_found() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    manager
        .get("/customers")
        .await
        .shows(&["There are no customers yet"]);
    let fields = [("code", "acme & co"), ("name", "Acme")];
    let made = manager.post("/customers/new", &fields).await;
    let path = made.goes_to().to_owned();
    assert_eq!(path, "/customers/ACME%20%26%20CO");
    let again = manager.post("/customers/new", &fields).await;
    assert_eq!(again.status.as_u16(), 409);
    again.shows(&["value=\"acme &#38; co\""]);
    let name = |seen, name| [("seen-name", seen), ("name", name)];
    let rename = format!("{path}/rename");
    manager
        .post(&rename, &name("Acme", "Acme Ltd"))
        .await
        .goes_to();
    let late = manager.post(&rename, &name("Acme", "Acme Inc")).await;
    assert!(late.status.is_client_error());
    late.shows(&[
        "value=\"Acme Inc\"",
        "name=\"seen-name\" value=\"Acme Ltd\"",
        "Meanwhile somebody set this to: Acme Ltd",
    ]);
    // Whoever changed nothing takes nothing back.
    let untouched = manager.post(&rename, &name("Acme", "Acme")).await;
    assert!(untouched.status.is_client_error(), "{}", untouched.body);
    manager.get(&path).await.shows(&["Acme Ltd"]);
    let archive = format!("{path}/archive");
    manager
        .post(&archive, &[("archived", "yes")])
        .await
        .goes_to();
    let listed = manager.get("/customers?search=ltd").await;
    assert!(!listed.body.contains(&path), "{}", listed.body);
    manager
        .get("/customers?search=ltd&archived=yes")
        .await
        .shows(&[&path, "<small>archived</small>"]);
    manager
        .post(&archive, &[("archived", "no")])
        .await
        .goes_to();
    manager.get("/customers?search=LTD").await.shows(&[&path]);
}

#[tokio::test]
async fn stock_becomes_a_customer_s_and_ours_again() {
    let shop = Shop::open();
    shop.write(|fold| at_entry::add_partner(fold, Class::Customer, "acme", Some("Acme")));
    let worker = shop.visitor(Role::Operator).await;
    let change = |to, quantity| {
        [
            ("to", to),
            ("item", "R-100"),
            ("location", "A-01"),
            ("quantity", quantity),
        ]
    };
    let path = "/customers/ACME/owner";
    let done = worker.post(path, &change("customer", "2")).await;
    assert_eq!(done.goes_to(), "/customers/ACME");
    worker.get("/customers/ACME").await.shows(&[
        "2 of R-100 are ACME’s now",
        "action=\"/undo\"",
        "/items/R-100/why?location=A-01&amp;owner=ACME\">2</a>",
    ]);
    worker.get("/customers").await.shows(&["1 item<"]);
    worker
        .get("/customers/ACME")
        .await
        .shows(&["<datalist id=\"places\"><option value=\"A-01\"></option></datalist>"]);
    let item = shop.api("items/R-100").await.json();
    assert_eq!(item["on_hand"], "3");
    assert_eq!(item["on_hand_customers"], "2");
    let refused = worker.post(path, &change("own", "-1")).await;
    assert!(refused.status.is_client_error());
    refused.shows(&["value=\"-1\""]);
    worker.post(path, &change("own", "2")).await.goes_to();
    let german = worker.reading("de").get("/customers/ACME").await;
    german.shows(&["Hier gehört ihm nichts"]);
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
}
