//! Codes that nobody knows, between two handhelds and a server: kept offline, resolved elsewhere,
//! counted in between, undone before and after, and the same everywhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use ledger_core::at_entry::{
    self, ItemChange, StockRequest, UnknownScanRequest, dismiss_scan, resolve_scan, unknown_scan,
};
use ledger_core::entry::{Particulars, ScanMode};
use ledger_core::{EntryId, Quantity};
use ledger_node::{Actor, Node};
use shop::{Shop, add, sync, write};

const CODE: &str = "4006381333931";

fn scan(node: &Node, mode: ScanMode, number: i64) -> EntryId {
    let request = UnknownScanRequest {
        code: CODE.to_owned(),
        scanned: Some(format!("01{CODE}\u{1d}21SN7")),
        aim: Some("]d2".to_owned()),
        mode,
        quantity: Quantity::from_units(number).unwrap(),
        location: "A".to_owned(),
        to: None,
        owner: None,
        batch: None,
        neighbour: Some("P".to_owned()),
        particulars: Particulars::default(),
    };
    let written = node.write(&Actor::default(), |fold| unknown_scan(fold, &request));
    written.unwrap().entries.remove(0)
}

fn undo(node: &Node, target: EntryId) {
    let origin = node.origin();
    write(node, |fold| {
        at_entry::undo(fold, origin, Some(target), Particulars::default())
    });
}

fn count(node: &Node, number: i64) {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(number).unwrap(),
        ..StockRequest::default()
    };
    write(node, |fold| at_entry::count(fold, "A", &request));
}

#[test]
fn a_code_scanned_offline_is_resolved_elsewhere_and_counts_at_its_own_place() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    shop.settle(&server, &[&a, &b], "10");
    // Offline: three scans of a code that nobody knows, one of them a mistake.
    let first = scan(&a, ScanMode::Remove, 2);
    let mistake = scan(&a, ScanMode::Remove, 5);
    undo(&a, mistake);
    sync(&server, &a);
    sync(&server, &b);
    let unknown = b.view().scans(true);
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    assert_eq!(unknown[0].entry, first.to_string());
    assert_eq!(unknown[0].neighbour.as_deref(), Some("P"));
    assert_eq!(
        unknown[0].scanned.as_deref(),
        Some("014006381333931\u{241d}21SN7")
    );
    assert_eq!(
        (unknown[0].device.as_str(), unknown[0].state),
        ("a", "unknown")
    );
    shop.settle(&server, &[&a, &b], "10");
    // The other one counts, then finds out what it was; the count has seen it.
    count(&b, 8);
    write(&b, |fold| resolve_scan(fold, CODE, "P"));
    let last = scan(&a, ScanMode::Remove, 3);
    shop.settle(&server, &[&a, &b], "5");
    let code = at_entry::scan_code(CODE).unwrap();
    let all = server.view().scanned_code(&code);
    assert_eq!((all.state, all.item.as_deref()), ("item", Some("P")));
    assert_eq!((all.scans, all.effective), (2, 2));
    // Undone after it was resolved, and after everybody had it.
    undo(&a, last);
    shop.settle(&server, &[&a, &b], "8");
    assert_eq!(server.view().scans(true).len(), 0);
    assert_eq!(server.view().scans(false).len(), 3);
}

#[test]
fn another_word_of_the_code_moves_what_it_came_to_on_every_node_also_after_opening_again() {
    let shop = Shop::new();
    let (server, a, b) = (shop.server(), shop.handheld("a"), shop.handheld("b"));
    scan(&a, ScanMode::Add, 4);
    write(&a, |fold| resolve_scan(fold, CODE, "P"));
    shop.settle(&server, &[&a, &b], "14");
    // Closing leaves a checkpoint, from which it goes on.
    b.close().unwrap();
    let b = shop.handheld("b");
    assert_eq!(shop::total(&b), "14");
    write(&b, |fold| {
        at_entry::add_item(fold, "Q", &ItemChange::default())
    });
    write(&b, |fold| resolve_scan(fold, CODE, "Q"));
    shop.settle(&server, &[&a, &b], "10");
    let on_hand = |node: &Node| {
        let lines = node.read(|fold| fold.lines(&"Q".parse().unwrap()));
        lines
            .iter()
            .map(|line| line.on_hand.to_string())
            .collect::<String>()
    };
    assert_eq!(
        (on_hand(&server), on_hand(&a)),
        ("4".to_owned(), "4".to_owned())
    );
    server.close().unwrap();
    let server = shop.server();
    write(&a, |fold| dismiss_scan(fold, CODE, Some("a parcel")));
    shop.settle(&server, &[&a, &b], "10");
    assert_eq!(
        (on_hand(&server), on_hand(&b)),
        (String::new(), String::new())
    );
    assert_eq!(
        a.view().scans(false).first().map(|scan| scan.state),
        Some("dismissed")
    );
    add(&a, 1);
    shop.settle(&server, &[&a, &b], "11");
}
