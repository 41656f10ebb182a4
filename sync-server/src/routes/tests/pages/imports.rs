//! The import wizard: choosing, looking through, writing and undoing.

use ledger_core::at_entry::set_item;
use ledger_core::{Code, Quantity};

use super::*;
use crate::imports::FILE_BYTES_MAX;

/// Sends a file, and gives the address of what it would do.
async fn chosen(visitor: &Visitor<'_>, kind: &str, file: &str) -> String {
    let reply = visitor
        .upload("/import", kind, "parts.csv", file.as_bytes())
        .await;
    reply.goes_to().to_owned()
}

fn name_of(shop: &Shop, sku: &str) -> String {
    shop.node
        .read(|fold| fold.item(&Code::new(sku).unwrap()).name)
}

fn on_hand(shop: &Shop, sku: &str) -> String {
    let stock = shop
        .node
        .read(|fold| fold.stock_of(&Code::new(sku).unwrap()));
    let lines: Vec<String> = stock.values().map(ToString::to_string).collect();
    lines.join(" ")
}

#[tokio::test]
async fn a_file_is_looked_through_written_once_and_undone() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    boss.get("/import")
        .await
        .shows(&["Counted stock", "/import/example?kind=bom"]);
    let file = "sku,name,threshold,colour\nR-100,Resistor 100 R,,red\nNEW-1,=new,2.5,blue\n";
    let to = chosen(&boss, "items", file).await;
    let before = name_of(&shop, "R-100");
    let page = boss.get(&to).await;
    page.shows(&[
        "2 rows",
        "1 changed",
        "1 new",
        "Name: Resistor → Resistor 100 R",
        "Not read: colour",
        "Import 2 rows",
    ]);
    assert_eq!(name_of(&shop, "R-100"), before, "nothing is written yet");

    let fields = [
        ("separated", "comma"),
        ("column-sku", "0"),
        ("column-name", "1"),
    ];
    assert_eq!(boss.post(&to, &fields).await.goes_to(), to);
    boss.get(&to)
        .await
        .shows(&["Imported on", "1 new", "Undo the import"]);
    assert_eq!(name_of(&shop, "R-100"), "Resistor 100 R");
    assert_eq!(name_of(&shop, "NEW-1"), "=new");
    // The same form again, by the Back button for one, writes nothing.
    let entries = shop.node.read(|fold| fold.numbered_count());
    assert_eq!(boss.post(&to, &fields).await.goes_to(), to);
    assert_eq!(shop.node.read(|fold| fold.numbered_count()), entries);
    let again = chosen(&boss, "items", file).await;
    let page = boss.get(&again).await;
    page.shows(&["1 changed"]);
    let all = format!("{again}?separated=comma&column-sku=0&column-name=1");
    boss.get(&all)
        .await
        .shows(&["2 there already", "Nothing would be written"]);

    boss.get("/import").await.shows(&[to.as_str(), "parts.csv"]);
    let undo = format!("{to}/undo");
    assert_eq!(boss.post(&undo, &[]).await.goes_to(), to);
    boss.get(&to).await.shows(&["Undone: 2 things"]);
    assert_eq!(name_of(&shop, "R-100"), "Resistor");
    assert_eq!(boss.post(&undo, &[]).await.goes_to(), to);
    boss.get(&to).await.shows(&["Undone: 2 things"]);
}

#[tokio::test]
async fn bad_rows_are_named_and_left_out_only_when_somebody_says_so() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    let file = "item;location;quantity\nR-100;A-01;7,5\nR-999;A-01;1\nA/B 1&2;A-01;many\n";
    let to = chosen(&boss, "stock", file).await;
    boss.get(&to).await.shows(&[
        "1 counted",
        "2 bad",
        "There is no item &#34;R-999&#34;",
        "Counted: 7.5 × R-100 at A-01",
        "Import the good row, leave out the bad ones",
    ]);
    let refused = boss.post(&to, &[]).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["Nothing was imported", "R-999"]);
    assert_eq!(on_hand(&shop, "R-100"), "5");
    assert_eq!(boss.post(&to, &[("leave", "yes")]).await.goes_to(), to);
    assert_eq!(on_hand(&shop, "R-100"), "7.5");
    let german = boss.reading("de");
    german
        .get(&to)
        .await
        .shows(&["2 fehlerhaft, ausgelassen", "1 gezählt"]);
    german.post(&format!("{to}/undo"), &[]).await.goes_to();
    assert_eq!(on_hand(&shop, "R-100"), "5");
    // It can come again, although its rows are known.
    let to = chosen(&german, "stock", file).await;
    german.get(&to).await.shows(&["1 gezählt"]);
}

#[tokio::test]
async fn columns_are_chosen_where_nobody_can_guess_them() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    let to = chosen(&boss, "items", "Nr,Wert\nX-1,One\n").await;
    let page = boss.get(&to).await;
    page.shows(&["Choose which column of the file is: SKU", "Wert"]);
    let refused = boss.post(&to, &[]).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["A column that is needed is not chosen"]);
    let query = format!("{to}?separated=comma&column-sku=0&column-name=1");
    boss.get(&query).await.shows(&["1 new", "Name: One"]);
    // Under another separator the file has other columns.
    let query = format!("{to}?separated=comma&separator=tab&column-sku=1");
    boss.get(&query)
        .await
        .shows(&["Choose which column", "Nr,Wert"]);
    let beyond = format!("{to}?separated=comma&column-sku=7");
    boss.get(&beyond)
        .await
        .shows(&["The file has no such column"]);
}

#[tokio::test]
async fn what_is_no_file_for_an_import_is_said_on_the_page() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    let large = vec![b'a'; FILE_BYTES_MAX + 1];
    for (name, file, status, says) in [
        ("", &b""[..], 422, "No file was chosen"),
        ("a.csv", b"", 422, "The file is empty"),
        ("a.xlsx", b"PK\x03\x04\xE0\xFF", 400, "not UTF-8"),
        ("a.csv", b"sku\nK\xF6ln\n", 400, "line 2 has the byte 0xF6"),
        ("a.csv", b"s\0k\0u\0", 400, "UTF-16"),
        ("a.bin", b"sku\nA\0\n", 422, "no text"),
        ("a.csv", &large, 413, "The file is too large"),
    ] {
        let reply = boss.upload("/import", "items", name, file).await;
        assert_eq!(reply.status.as_u16(), status, "{name} {says}");
        reply.shows(&[says, "What the file holds"]);
    }
    let unknown = boss
        .upload("/import", "colours", "a.csv", b"sku\nA\n")
        .await;
    assert_eq!(unknown.status.as_u16(), 422);
    // What is no upload at all.
    let reply = boss.post("/import", &[("kind", "items")]).await;
    assert_eq!(reply.status.as_u16(), 400, "{}", reply.body);
    let rows = "sku\n".to_owned() + &"A\n".repeat(100_001);
    let to = chosen(&boss, "items", &rows).await;
    boss.get(&to).await.shows(&["file may have 100000 rows"]);
}

#[tokio::test]
async fn a_file_is_its_owners_and_one_that_is_gone_is_said_kindly() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    let to = chosen(&boss, "items", "sku\nA\n").await;
    let other = shop.visitor(Role::Administrator).await;
    for reply in [
        other.get(&to).await,
        other.post(&to, &[]).await,
        other.post(&format!("{to}/undo"), &[]).await,
        boss.get("/import/0123").await,
    ] {
        assert_eq!(reply.status.as_u16(), 410);
        reply.shows(&["This file is no longer here", "What the file holds"]);
    }
    let operator = shop.visitor(Role::Operator).await;
    assert_eq!(operator.get("/import").await.status.as_u16(), 403);
    assert_eq!(operator.get(&to).await.status.as_u16(), 403);
}

#[tokio::test]
async fn lists_come_back_as_they_were_exported() {
    let shop = Shop::open();
    let boss = shop.visitor(Role::Manager).await;
    let change = ItemChange {
        name: Some("=1+1".to_owned()),
        threshold: Some(Some(Quantity::ONE)),
        barcodes: vec![("4006381333931".to_owned(), "10".parse().unwrap())],
        location: Some("A-01".to_owned()),
        ..ItemChange::default()
    };
    shop.write(|fold| set_item(fold, "R-100", &change, false));
    for (kind, list) in [
        ("items", "items"),
        ("locations", "locations"),
        ("customers", "customers"),
    ] {
        let exported = boss.get(&format!("/export/{list}?format=csv")).await.body;
        if kind == "items" {
            assert!(exported.contains("'=1+1"), "{exported}");
        }
        let to = chosen(&boss, kind, &exported).await;
        let page = boss.get(&to).await;
        assert!(
            page.body.contains("Nothing would be written"),
            "{kind}: {}",
            page.body
        );
    }
    let reply = boss.get("/import/example?kind=stock").await;
    assert_eq!(reply.body, "\u{feff}item,location,quantity,owner,batch\n");
    assert_eq!(
        boss.get("/import/example?kind=x").await.status.as_u16(),
        404
    );
}
