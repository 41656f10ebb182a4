//! Sessions in a shop: texts in, what they do to the ledger out.

use codes::reading::Setting;
use ledger_core::at_entry::{
    self, ItemChange, LocationChange, OrderChange, Plan, Refusal, StockRequest,
};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::entry::{Body, Content as EntryContent, Genesis, GenesisReason};
use ledger_core::fold::Record;
use ledger_core::order::OrderType;
use ledger_core::{Clock, Entry, EntryId, Origin, Timestamp};

use super::*;
use crate::hearing::{Heard, hear};
use crate::writing::Writing;

mod documents;

struct Shop {
    fold: Fold,
    session: Session,
    seq: u64,
}

fn request(piece: &Piece) -> StockRequest {
    StockRequest {
        item: piece.item.to_string(),
        quantity: piece.quantity,
        owner: piece.owner.as_ref().map(ToString::to_string),
        batch: piece.batch.clone(),
        ..StockRequest::default()
    }
}

impl Shop {
    /// Three items on three shelves, a customer, and a sales order `S-1` of two of them.
    fn new() -> Self {
        let mut shop = Self {
            fold: Fold::new(),
            session: Session::default(),
            seq: 0,
        };
        shop.write(vec![Body::Genesis(Genesis {
            device: DEVICE,
            name: "scanner".to_owned(),
            reason: GenesisReason::New,
            parent: None,
            program: None,
        })]);
        for item in ["R", "C", "X"] {
            shop.plan(|fold| at_entry::add_item(fold, item, &ItemChange::default()));
        }
        for place in ["A-1", "A-2", "B-1"] {
            shop.plan(|fold| at_entry::add_location(fold, place, &LocationChange::default()));
        }
        shop.plan(|fold| at_entry::add_partner(fold, Class::Customer, "ACME", None));
        for (item, place, number) in [("R", "B-1", "5"), ("C", "A-2", "3"), ("X", "A-1", "7")] {
            let piece = Piece::of(code(item), quantity(number));
            shop.plan(|fold| at_entry::add(fold, place, &request(&piece)));
        }
        shop.plan(|_| at_entry::settings::set("allow-backorder", "on"));
        let change = OrderChange::default();
        shop.plan(|fold| {
            at_entry::open_order(fold, DEVICE, Some("S-1"), OrderType::Sales, &change)
        });
        for (item, number) in [("R", "2"), ("C", "4")] {
            let number = quantity(number);
            shop.plan(|fold| at_entry::order_add(fold, "S-1", item, number));
        }
        shop
    }

    fn plan(&mut self, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
        let plan = plan(&self.fold).unwrap();
        self.write(plan.bodies);
    }

    fn write(&mut self, bodies: Vec<Body>) {
        // What is written together has one time.
        let time = Timestamp::from_millis(self.seq + 1);
        let records = bodies.into_iter().map(|body| {
            self.seq += 1;
            let content = EntryContent::Known(Entry {
                time,
                clock: Clock::new(time, 0),
                user: None,
                body,
            });
            let seq = self.seq;
            Record {
                id: EntryId {
                    origin: Origin::from_bytes([1; 16]),
                    seq,
                },
                hash8: seq.to_be_bytes(),
                content,
            }
        });
        let records: Vec<Record> = records.collect();
        self.fold.apply_all(records);
    }

    fn execute(&mut self, action: &Action) {
        if matches!(action, Action::Badge(_)) {
            return;
        }
        let reason = self.session.reason().map(str::to_owned);
        let writing = Writing {
            origin: Origin::from_bytes([1; 16]),
            reason: reason.as_deref(),
            now: Timestamp::from_millis(self.seq),
        };
        self.plan(|fold| writing.plan(fold, action));
    }

    /// What is said to one code, and `!` before an error, `?` before a question.
    fn scan(&mut self, text: &str) -> String {
        let setting = Setting::of_year(2026);
        let heard = hear(&self.fold, &self.session, text, &setting);
        let step = heard
            .and_then(|Heard { input, .. }| self.session.step(&self.fold, input, here(self.seq)));
        let step = match step {
            Ok(step) => step,
            Err(text) => return format!("! {text}"),
        };
        if let Some(action) = &step.action {
            self.execute(action);
        }
        let saved = Session::of_saved(&step.next.saved());
        if !step.next.is_asking_which() {
            assert_eq!(saved.as_ref(), Some(&step.next), "it is resumed as it was");
        }
        self.session = step.next;
        let mark = match step.tone {
            Tone::Done => "",
            Tone::Question => "? ",
            Tone::Refused | Tone::Unknown => "! ",
        };
        [vec![format!("{mark}{}", step.says)], step.warns]
            .concat()
            .join("; ")
    }

    fn day(&mut self, codes: &str) -> Vec<String> {
        codes.split(' ').map(|code| self.scan(code)).collect()
    }

    /// On hand at every place, as `R 5 @B-1`.
    fn stock(&self) -> Vec<String> {
        let lines = ["C", "R", "X"].map(code);
        let lines = lines.iter().flat_map(|item| self.fold.lines(item));
        let lines = lines.filter(|line| line.on_hand.to_string() != "0");
        lines
            .map(|line| {
                let owner = line
                    .key
                    .owner
                    .map(|it| format!(" of {it}"))
                    .unwrap_or_default();
                format!(
                    "{} {} @{}{owner}",
                    line.key.item, line.on_hand, line.key.location
                )
            })
            .collect()
    }

    fn prompt(&self) -> String {
        self.session.prompt(&self.fold)
    }
}

#[test]
fn an_order_is_picked_place_by_place() {
    let mut shop = Shop::new();
    assert_eq!(shop.day("ORDER S-1"), ["ORDER: scan an order", "ORDER S-1"]);
    assert_eq!(shop.prompt(), "next: 3 of C at A-2");
    assert_eq!(shop.scan("C"), "! C is an item: scan a location first");
    assert_eq!(shop.day("A-2 Q3 C")[2], "3 of C picked at A-2 for S-1");
    assert_eq!(shop.prompt(), "next: 2 of R at B-1");
    assert_eq!(shop.scan("X"), "! X is not on the order S-1");
    let said = shop.scan("A-1");
    assert_eq!(said, "ORDER at A-1; nothing at A-1 is for this order");
    shop.day("B-1 R R");
    assert_eq!(shop.prompt(), "nothing else is ready, 1 of C to come: DONE");
    assert_eq!(shop.scan("DONE"), "ORDER done: scan the next order");
    assert_eq!(shop.stock(), ["R 3 @B-1", "X 7 @A-1"]);
    assert_eq!(shop.session.wants(), Wanted::Document(Family::Order));
}

#[test]
fn what_is_short_is_counted_and_the_order_goes_on() {
    let mut shop = Shop::new();
    // Without the mode: an order is enough.
    shop.scan("S-1");
    let said = shop.scan("SHORT");
    assert_eq!(said, "! scan the location first where it is short: A-2");
    let said = shop.day("A-2 SHORT C DONE");
    assert_eq!(said[1], "COUNT C at A-2: scan what is there, then DONE");
    assert_eq!(said[3], "1 of C counted at A-2; ORDER again");
    assert_eq!(shop.prompt(), "next: 1 of C at A-2");
    shop.day("SHORT DONE");
    assert_eq!(shop.stock(), ["R 5 @B-1", "X 7 @A-1"], "none was there");
    assert_eq!(shop.prompt(), "next: 2 of R at B-1");
    // What was to be counted is not, after all.
    let said = shop.day("B-1 SHORT UNDO R");
    assert_eq!(said[3], "1 of R picked at B-1 for S-1");
    assert_eq!(shop.stock(), ["R 4 @B-1", "X 7 @A-1"]);
}

#[test]
fn what_is_short_is_counted_until_the_next_place_and_the_order_goes_on_there() {
    let mut shop = Shop::new();
    let said = shop.day("S-1 A-2 SHORT C B-1 R");
    assert_eq!(said[4], "1 of C counted at A-2; ORDER at B-1");
    assert_eq!(said[5], "1 of R picked at B-1 for S-1");
}

#[test]
fn what_is_short_without_a_batch_is_counted_beside_one() {
    let mut shop = Shop::new();
    let batch = Piece {
        batch: Some("B1".to_owned()),
        ..Piece::of(code("C"), quantity("5"))
    };
    shop.plan(|fold| at_entry::add(fold, "A-2", &request(&batch)));
    shop.day("S-1 A-2");
    assert_eq!(shop.prompt(), "next: 3 of C at A-2");
    let said = shop.day("SHORT C DONE");
    assert_eq!(said[2], "1 of C counted at A-2; ORDER again");
    assert_eq!(
        shop.stock(),
        ["C 1 @A-2", "C 5 @A-2", "R 5 @B-1", "X 7 @A-1"]
    );
}

#[test]
fn what_is_skipped_comes_last_and_comes_again() {
    let mut shop = Shop::new();
    shop.day("S-1 SKIP");
    assert_eq!(shop.prompt(), "next: 2 of R at B-1");
    shop.scan("SKIP");
    assert_eq!(shop.prompt(), "next: 3 of C at A-2");
    shop.scan("SKIP");
    assert_eq!(shop.prompt(), "next: 2 of R at B-1");
}

#[test]
fn closed_orders_are_not_picked() {
    let mut shop = Shop::new();
    shop.plan(|fold| at_entry::order_cancel(fold, "S-1", &Default::default()));
    let said = shop.scan("S-1");
    assert_eq!(
        said,
        "! the order S-1 is cancelled: nothing can be picked for it"
    );
}

#[test]
fn the_whole_content_of_a_place_moves_along() {
    let mut shop = Shop::new();
    shop.day("OWNER ACME ADD A-1 R R OWNER DONE");
    assert_eq!(
        shop.stock(),
        ["C 3 @A-2", "R 2 @A-1 of ACME", "R 5 @B-1", "X 7 @A-1"]
    );
    let said = shop.day("MOVE A-1 MOVEALL A-2");
    assert_eq!(said[2], "2 of R, 7 of X from A-1: scan where it goes");
    assert_eq!(said[3], "2 of R, 7 of X moved from A-1 to A-2");
    assert_eq!(
        shop.stock(),
        ["C 3 @A-2", "R 2 @A-2 of ACME", "R 5 @B-1", "X 7 @A-2"]
    );
}

#[test]
fn a_reason_and_an_owner_stay_until_they_are_taken_away() {
    let mut shop = Shop::new();
    shop.day("REASON broken ADD A-1 R");
    assert_eq!(shop.session.reason(), Some("broken"));
    let said = shop.day("REASON DONE OWNER ACME");
    assert_eq!(said[1], "from now on without a reason");
    assert_eq!(said[3], "from now on stock of ACME");
    assert_eq!(
        (shop.session.reason(), shop.session.mode()),
        (None, Some("ADD"))
    );
    // A mode word is no reason; the mode begins.
    let said = shop.day("REASON COUNT A-1 X DONE");
    assert_eq!(
        said[4],
        "COUNT done: scan the next location".replace("COUNT", "1 of X counted at A-1; COUNT")
    );
    assert_eq!(shop.session.reason(), None);
    assert_eq!(
        shop.scan("ACME"),
        "! ACME is a customer: scan OWNER first, to work with their stock"
    );
}

#[test]
fn a_reason_is_as_it_is_listed_or_in_its_own_words_and_no_item() {
    let mut shop = Shop::new();
    shop.plan(|_| at_entry::settings::set("reasons", "Broken, Lost"));
    for (text, expected) in [("broken", "Broken"), ("eaten", "eaten")] {
        shop.day(&format!("REASON {text}"));
        assert_eq!(shop.session.reason(), Some(expected));
    }
    assert_eq!(
        shop.day("REASON R")[1],
        "! a reason is expected, or DONE for none"
    );
}

#[test]
fn a_code_of_several_items_is_answered_by_the_next_scan() {
    let mut shop = Shop::new();
    // Two devices bound it, each without knowing of the other.
    let bound = |fold: &Fold, item| at_entry::bind(fold, "4006381333931", item, Quantity::ONE);
    let (first, second) = (bound(&shop.fold, "R"), bound(&shop.fold, "C"));
    shop.plan(|_| first);
    shop.plan(|_| second);
    let said = shop.day("ADD A-1 (01)04006381333931(30)5 C");
    assert!(
        said[2].starts_with("? C, R have this code") || said[2].starts_with("? R, C have"),
        "{said:?}"
    );
    assert_eq!(said[3], "5 of C added at A-1");
    let said = shop.day("4006381333931 X");
    assert!(
        said[1].starts_with("1 of X added at A-1; the code before"),
        "{said:?}"
    );
    let said = shop.day("4006381333931 UNDO C");
    assert_eq!(
        said[2], "1 of C added at A-1",
        "UNDO took the question back"
    );
}

#[test]
fn far_more_than_usual_is_asked_about_once() {
    let mut shop = Shop::new();
    let said = shop.day("ADD A-1 Q160 X X");
    assert_eq!(
        said[3],
        "? 160 of X? The most at once was 7: scan it again to confirm"
    );
    assert_eq!(said[4], "160 of X added at A-1");
    // Now it is usual; and what is not confirmed is not done.
    assert_eq!(shop.day("Q1600 X")[1], "1600 of X added at A-1");
    let said = shop.day("Q160 R Q2 R");
    assert!(said[1].starts_with("? 160 of R"), "{said:?}");
    assert_eq!(
        said[2],
        "2 of the next item; 160 of R was not taken".replace("160 of R", "1 of R")
    );
    assert_eq!(said[3], "2 of R added at A-1");
    assert!(
        shop.stock().contains(&"X 1767 @A-1".to_owned()),
        "{:?}",
        shop.stock()
    );
}

#[test]
fn a_serial_number_is_counted_once() {
    let mut shop = Shop::new();
    shop.plan(|fold| at_entry::bind(fold, "4006381333931", "X", Quantity::ONE));
    let unit = |serial: &str| format!("(01)04006381333931(21){serial}");
    shop.day("COUNT A-1");
    assert!(!shop.scan(&unit("S1")).starts_with('!'));
    assert!(!shop.scan(&unit("S2")).starts_with('!'));
    let said = shop.scan(&unit("S1"));
    assert_eq!(said, "! the X with serial number S1 is counted already");
    shop.scan("DONE");
    assert!(shop.stock().contains(&"X 2 @A-1".to_owned()));
}

#[test]
fn what_is_no_saved_session_is_none() {
    assert_eq!(Session::of_saved("{}"), Some(Session::default()));
    for text in [
        "",
        "{\"mode\":\"FLY\"}",
        "{\"times\":\"many\"}",
        "{\"asked\":\"WHY\"}",
    ] {
        assert_eq!(Session::of_saved(text), None, "{text}");
    }
}

/// The stock after a day on which a label was known from the beginning, or only at its end.
fn stock_with_label(day: &str, is_known: bool) -> Vec<String> {
    let mut shop = Shop::new();
    let bind = |fold: &Fold| at_entry::bind(fold, "4006381333931", "X", "2".parse().unwrap());
    if is_known {
        shop.plan(bind);
    }
    let said = shop.day(day);
    if !is_known {
        assert!(said.iter().any(|said| said.starts_with("! ")), "{said:?}");
        shop.plan(bind);
    }
    shop.stock()
}

#[test]
fn what_nobody_knew_comes_to_the_same_once_somebody_does() {
    for (day, expected) in [
        ("ADD A-1 4006381333931 Q3 (01)04006381333931 R", "X 15 @A-1"),
        ("REMOVE A-1 4006381333931", "X 5 @A-1"),
        ("MOVE A-1 4006381333931 X A-2", "X 3 @A-2"),
        ("MOVE A-1 4006381333931 X A-2 UNDO UNDO", "X 7 @A-1"),
        ("MOVE A-1 X 4006381333931 UNDO A-2", "X 1 @A-2"),
        ("ADD A-1 R 4006381333931 UNDO R", "X 7 @A-1"),
        ("ADD A-1 (01)04006381333931(30)5", "X 12 @A-1"),
    ] {
        // What the label says of the quantity is the quantity of things.
        if !day.contains("(30)") {
            assert_eq!(
                stock_with_label(day, false),
                stock_with_label(day, true),
                "{day}"
            );
        }
        assert!(
            stock_with_label(day, true).contains(&expected.to_owned()),
            "{day}: {:?}",
            stock_with_label(day, true)
        );
    }
}

#[test]
fn what_nobody_knows_is_kept_with_its_place_and_neighbour() {
    let mut shop = Shop::new();
    let said = shop.day("ADD A-1 R X-1 Q4 NEW");
    assert_eq!(
        said[3],
        "! X-1 is not known (is it X?): kept as 1 added at A-1 until somebody says what it is, or \
         UNDO"
    );
    assert!(
        said[5].contains("NEW is not known: kept as 4 added"),
        "{said:?}"
    );
    let new = at_entry::scan_code("NEW").unwrap();
    let kept = shop.fold.scans_of(&new);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].scan.neighbour, Some(code("R")));
    assert_eq!(kept[0].scan.place.location.as_str(), "A-1");
}

#[test]
fn where_nothing_is_being_done_a_code_that_nobody_knows_is_not_kept() {
    let mut shop = Shop::new();
    for day in ["NEW", "ADD NEW", "S-1 A-2 NEW", "OWNER NEW"] {
        let said = shop.day(day);
        let last = said.last().unwrap();
        assert!(last.starts_with('!') && !last.contains("kept"), "{last}");
    }
    assert!(shop.fold.scanned_codes().next().is_none());
}

#[test]
fn a_count_goes_on_past_a_label_that_nobody_knows() {
    let mut shop = Shop::new();
    let said = shop.day("COUNT A-1 NEW X NEW UNDO UNDO X X DONE");
    assert!(said[2].contains("kept as 1 seen at A-1"), "{said:?}");
    assert_eq!(said[5], "undone:");
    assert_eq!(said[6], "1 of X not counted at A-1");
    assert_eq!(
        said[9],
        "2 of X counted at A-1; COUNT done: scan the next location"
    );
    assert!(shop.stock().contains(&"X 2 @A-1".to_owned()));
    let said = shop.day("A-2 NEW DONE");
    assert_eq!(
        said[2],
        "nothing that is known was counted at A-2; COUNT done: scan the next location"
    );
    assert!(shop.stock().contains(&"C 3 @A-2".to_owned()));
}

#[test]
fn the_calibration_card_disturbs_no_session() {
    let mut shop = Shop::new();
    let keys = codes::calibration::KEYS;
    let said = shop.day(&format!("{keys} ADD A-1 {keys} Q3 {keys} X"));
    for at in [0, 3, 5] {
        assert!(said[at].starts_with("calibration card: keys"), "{said:?}");
    }
    assert_eq!(said[6], "3 of X added at A-1");
    // A question waits for the next scan that is no card.
    shop.day("Q1600 X");
    shop.scan(&keys.to_lowercase());
    assert_eq!(shop.scan("X"), "1600 of X added at A-1");
    assert!(shop.fold.scanned_codes().next().is_none());
}
