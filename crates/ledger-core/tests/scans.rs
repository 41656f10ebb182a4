//! Scans of codes that nobody knew: kept without effect, and movements at their own places once
//! somebody says what they are.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use ledger_core::at_entry::{
    self, Answer, UnknownScanRequest, dismiss_scan, resolve_scan, unknown_scan,
};
use ledger_core::catalogue::{CatalogueWrite, Class, Role};
use ledger_core::entry::{Body, Counted, IdempotencyKey, ItemMerged, Particulars, ScanMode};
use ledger_core::fold::{Fold, RowKind, ScanMeaning};
use ledger_core::{EntryId, Timestamp};
use support::rights::{CENTRAL, admitted, device_set, genesis};
use support::scans::{barcode, bound, resolved, scan, unbound};
use support::*;

const CODE: &str = "4006381333931";

fn made(class: Class, name: &str) -> Body {
    Body::Set(CatalogueWrite::new(class, code(name)))
}

fn changes(fold: &Fold, item: &str) -> Vec<String> {
    let history = fold.history(&code(item)).into_iter();
    history.map(|row| row.change.to_string()).collect()
}

#[test]
fn a_scan_is_the_movement_it_would_have_been_once_it_is_resolved() {
    let mut world = World::default();
    world.write(1, 1_000, add("P", "A", 15));
    let unknown = world.write(1, MINUTE * 60, scan(CODE, ScanMode::Remove, "A", 5));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "15");
    assert_eq!(exceptions(&world.fold()), ["unknown-code"]);
    // A count in between has seen it already: its variance tells so.
    let count = world.write(2, MINUTE * 120, counted("P", "A", 12));
    world.write(3, MINUTE * 180, resolved(CODE, Some("P")));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "12");
    assert_eq!(changes(&fold, "P"), ["15", "-5", "2"]);
    let history = fold.history(&code("P"));
    assert_eq!(
        (history[1].id, history[1].kind),
        (unknown, RowKind::Movement)
    );
    let why = &fold.why(&code("P"), None)[0];
    assert_eq!(why.count.map(|count| count.id), Some(count));
    assert_eq!(why.ignored[1].0.id, unknown);
    assert_eq!(why.ignored[1].1, "before the last count");
    assert_eq!(exceptions(&fold), Vec::<&str>::new());
    // What comes after the count counts.
    world.write(1, MINUTE * 200, scan(CODE, ScanMode::Remove, "A", 5));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "7");
}

#[test]
fn another_word_takes_the_rows_elsewhere_or_away() {
    let mut world = World::default();
    world.write(1, 1_000, scan(CODE, ScanMode::Move, "A", 4));
    world.write(2, 2_000, resolved(CODE, Some("P")));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "-4");
    assert_eq!(on_hand(&fold, "P", "B"), "4");
    world.write(2, 3_000, resolved(CODE, Some("Q")));
    let fold = world.fold();
    assert_eq!(fold.items(), [code("Q")], "nothing ever happened to P");
    assert_eq!(on_hand(&fold, "Q", "B"), "4");
    let last = world.write(2, 4_000, resolved(CODE, None));
    let fold = world.fold();
    assert_eq!(fold.items(), []);
    assert_eq!(fold.totals().count(), 0);
    assert_eq!(fold.scan_meaning(&barcode(CODE)), ScanMeaning::Dismissed);
    assert_eq!(exceptions(&fold), Vec::<&str>::new());
    assert!(!fold.is_transaction(last));
}

#[test]
fn a_scan_can_be_undone_before_and_after_it_is_resolved() {
    let mut before = World::default();
    let unknown = before.write(1, 1_000, scan(CODE, ScanMode::Add, "A", 5));
    let newest = at_entry::newest_transaction(&before.fold(), origin(1));
    assert_eq!(newest, Some(unknown));
    let plan = at_entry::undo(&before.fold(), origin(1), None, Particulars::default());
    before.write(1, 2_000, plan.unwrap().bodies.remove(0));
    let fold = before.fold();
    assert!(fold.is_void(unknown));
    assert_eq!(
        exceptions(&fold),
        Vec::<&str>::new(),
        "nobody has to say what it was"
    );
    before.write(1, 3_000, resolved(CODE, Some("P")));
    assert_eq!(on_hand(&before.fold(), "P", "A"), "0");

    let mut after = World::default();
    let unknown = after.write(1, 1_000, scan(CODE, ScanMode::Add, "A", 5));
    after.write(2, 2_000, resolved(CODE, Some("P")));
    assert_eq!(on_hand(&after.fold(), "P", "A"), "5");
    after.write(1, 3_000, reversed(unknown));
    let fold = after.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "0");
    assert_eq!(changes(&fold, "P"), ["5", "-5"]);
}

#[test]
fn a_barcode_that_is_bound_says_what_its_past_scans_were_and_how_much() {
    let mut world = World::default();
    world.write(1, 1_000, scan(CODE, ScanMode::Add, "A", 2));
    world.write(2, 2_000, bound(CODE, "P", 10));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "20");
    // A second item that claims it leaves it open, and nothing is guessed.
    world.write(3, 3_000, bound(CODE, "Q", 1));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["duplicate-barcode", "unknown-code"]);
    assert_eq!(fold.totals().count(), 0);
    world.write(3, 4_000, unbound(CODE, "Q"));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "20");
    // What somebody says of the scans holds whatever the label comes to mean.
    world.write(1, 5_000, resolved(CODE, Some("R")));
    world.write(3, 6_000, bound(CODE, "Q", 5));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "R", "A"), "2");
    assert_eq!(on_hand(&fold, "P", "A"), "no line");
}

#[test]
fn a_merged_item_has_the_scans_of_its_alias_in_packs_of_its_own() {
    let mut world = World::default();
    world.write(1, 1_000, scan(CODE, ScanMode::Add, "A", 2));
    world.write(1, 2_000, resolved(CODE, Some("Q")));
    world.write(2, 3_000, made(Class::Item, "P"));
    world.write(2, 3_000, bound(CODE, "P", 5));
    assert_eq!(on_hand(&world.fold(), "Q", "A"), "2");
    world.write(
        3,
        4_000,
        Body::ItemMerged(ItemMerged {
            item: code("Q"),
            into: Some(code("P")),
            once: None,
        }),
    );
    let fold = world.fold();
    assert_eq!(fold.items(), [code("P")]);
    assert_eq!(on_hand(&fold, "P", "A"), "10");
}

#[test]
fn a_count_that_did_not_know_a_code_is_looked_at_again_when_it_is_resolved() {
    let mut world = World::default();
    world.write(1, 1_000, add("P", "A", 3));
    world.write(1, MINUTE * 10, scan(CODE, ScanMode::Count, "A", 1));
    let session = Body::Counted(Counted {
        item: code("P"),
        quantity: units(2),
        place: place("A"),
        span: Some((
            Timestamp::from_millis(MINUTE * 9),
            Timestamp::from_millis(MINUTE * 11),
        )),
        stocktake: None,
        particulars: Particulars::default(),
    });
    world.write(1, MINUTE * 11, session);
    world.write(2, MINUTE * 60, resolved(CODE, Some("P")));
    let fold = world.fold();
    assert_eq!(
        on_hand(&fold, "P", "A"),
        "2",
        "a count is what somebody saw"
    );
    assert_eq!(exceptions(&fold), ["uncounted-scan"]);
    let exception = &fold.exceptions()[0];
    assert_eq!(exception.actions(), ["count", "accept"]);
    let answer = at_entry::answer(
        &fold,
        origin(2),
        &exception.id,
        &Answer::Count(units(3)),
        None,
    );
    world.write(2, MINUTE * 70, answer.unwrap().bodies.remove(0));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "3");
    assert_eq!(exceptions(&fold), Vec::<&str>::new());
}

#[test]
fn what_somebody_without_the_right_says_of_a_code_waits() {
    let mut world = World::default();
    world.write(CENTRAL, 0, genesis(CENTRAL));
    world.write(2, 0, genesis(2));
    world.number(CENTRAL, 1, 1, 0);
    world.write(CENTRAL, 1_000, device_set(2, Some(Role::Operator)));
    world.write(2, 2_000, scan(CODE, ScanMode::Add, "A", 5));
    let said: EntryId = world.write(2, 3_000, resolved(CODE, Some("P")));
    let fold = world.fold();
    assert_eq!(exceptions(&fold), ["not-admitted", "unknown-code"]);
    assert_eq!(fold.totals().count(), 0);
    world.write(CENTRAL, 4_000, admitted(&[said]));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "5");
}

#[test]
fn a_movement_that_takes_a_word_its_key_away_finds_its_line_emptied_and_fills_it() {
    let mut world = World::default();
    world.write(1, 1_000, scan(CODE, ScanMode::Add, "A", 4));
    let mut word = resolved(CODE, Some("P"));
    let key = IdempotencyKey {
        key: [1; 16],
        row: 0,
    };
    word.set_once(key);
    world.write(2, 2_000, word);
    assert_eq!(on_hand(&world.fold(), "P", "A"), "4");
    // It happened earlier, so that its key counts.
    world.write(2, 3_000, said(once(add("P", "A", 1), 1, 0), 500));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "1");
    assert_eq!(fold.items(), [code("P")]);
    assert_eq!(exceptions(&fold), ["unknown-code"]);
}

fn request(text: &str) -> UnknownScanRequest {
    UnknownScanRequest {
        code: text.to_owned(),
        scanned: None,
        aim: Some("]C1".to_owned()),
        mode: ScanMode::Add,
        quantity: units(1),
        location: "a".to_owned(),
        to: None,
        owner: None,
        batch: None,
        neighbour: Some("P".to_owned()),
        particulars: Particulars::default(),
    }
}

#[test]
fn what_is_scanned_unknown_is_checked_and_kept() {
    let mut world = World::default();
    world.write(1, 1_000, made(Class::Item, "P"));
    world.write(1, 1_000, made(Class::Location, "A"));
    world.write(1, 1_000, made(Class::Location, "B"));
    let code_of =
        |fold: &Fold, request: &UnknownScanRequest| unknown_scan(fold, request).unwrap_err().code;
    let fold = world.fold();
    assert_eq!(code_of(&fold, &request("p")), "known-code");
    let over = UnknownScanRequest {
        to: Some("B".to_owned()),
        ..request("x")
    };
    assert_eq!(code_of(&fold, &over), "bad-place");
    let nowhere = UnknownScanRequest {
        location: "C".to_owned(),
        ..request("x")
    };
    assert_eq!(code_of(&fold, &nowhere), "unknown-location");
    let less = UnknownScanRequest {
        quantity: units(-1),
        ..request("x")
    };
    assert_eq!(code_of(&fold, &less), "negative-quantity");
    let mut plan = unknown_scan(&fold, &request("01123\u{1d}10LOT")).unwrap();
    let body = plan.bodies.remove(0);
    let Body::UnknownScan(kept) = &body else {
        unreachable!("a scan");
    };
    assert_eq!(
        kept.code.as_str(),
        "01123\u{241d}10LOT",
        "separators can be seen"
    );
    assert_eq!(kept.neighbour, Some(code("P")));
    world.write(1, 2_000, body);

    let fold = world.fold();
    let refusal = resolve_scan(&fold, "01124", "P").unwrap_err();
    assert_eq!(refusal.code, "unknown-code");
    assert!(refusal.hint.unwrap().contains("01123"));
    assert_eq!(
        resolve_scan(&fold, "01123\u{1d}10LOT", "Z")
            .unwrap_err()
            .code,
        "unknown-item"
    );
    assert_eq!(
        dismiss_scan(&fold, "01123\u{241d}10LOT", None)
            .unwrap_err()
            .code,
        "note-missing"
    );
    let mut plan = resolve_scan(&fold, "01123\u{1d}10LOT", "P").unwrap();
    world.write(1, 3_000, plan.bodies.remove(0));
    let fold = world.fold();
    assert_eq!(on_hand(&fold, "P", "A"), "1");
    let again = resolve_scan(&fold, "01123\u{1d}10LOT", "P").unwrap_err();
    assert_eq!(again.code, "already-resolved");
    let mut plan = dismiss_scan(&fold, "01123\u{1d}10LOT", Some("a parcel")).unwrap();
    world.write(1, 4_000, plan.bodies.remove(0));
    assert_eq!(on_hand(&world.fold(), "P", "A"), "no line");
}
