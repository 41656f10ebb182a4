//! Wrong clocks, from the handheld's mark to the server's fix: all nodes see what happened when it
//! happened, whatever a handheld's clock said.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ledger_core::at_entry::{self, ItemChange, LocationChange, StockRequest};
use ledger_core::entry::{Body, Content};
use ledger_core::{Code, EntryId, Quantity, Timestamp};
use ledger_format::wire::{Hello, Message};
use ledger_node::{Actor, Node, NodeKind, Uptime, WallClock};

const HOUR: i64 = 3_600_000;
/// 2026-11-21T08:00:00Z.
const MORNING: u64 = 1_795_248_000_000;

/// The true time, and how long machines run.
#[derive(Debug, Default)]
struct Truth(AtomicU64);

/// A machine's clock: off by so much, and started so often.
struct Wrong {
    truth: Arc<Truth>,
    off: AtomicI64,
    boots: AtomicU64,
}

impl WallClock for Wrong {
    fn now(&self) -> Timestamp {
        let truth = self.truth.0.load(Ordering::Relaxed);
        let off = self.off.load(Ordering::Relaxed);
        Timestamp::from_millis(truth.saturating_add_signed(off))
    }

    fn uptime(&self) -> Option<Uptime> {
        Some(Uptime {
            boot: self.boots.load(Ordering::Relaxed),
            millis: self.truth.0.load(Ordering::Relaxed) - 1_000_000,
        })
    }
}

struct Shop {
    truth: Arc<Truth>,
    server: Node,
    clocks: Vec<Arc<Wrong>>,
    handhelds: Vec<Node>,
}

impl Shop {
    /// A server whose clock is right, and two handhelds that know an item with 15 in stock.
    fn new() -> Self {
        let truth = Arc::new(Truth::default());
        truth.0.store(MORNING, Ordering::Relaxed);
        let clock = || {
            Arc::new(Wrong {
                truth: Arc::clone(&truth),
                off: AtomicI64::new(0),
                boots: AtomicU64::new(1),
            })
        };
        let server = Node::in_memory(NodeKind::Server, "central", clock()).unwrap();
        let clocks = vec![clock(), clock()];
        let handhelds: Vec<Node> = clocks
            .iter()
            .map(|clock| Node::in_memory(NodeKind::Handheld, "h", clock.clone()).unwrap())
            .collect();
        let shop = Self {
            truth,
            server,
            clocks,
            handhelds,
        };
        for node in &shop.handhelds {
            let code = shop.server.new_enrol_code(None, None, 60_000).unwrap();
            shop.carry(node.begin_enroll("http://server", &code.code));
        }
        let first = &shop.handhelds[0];
        shop.write(first, |fold| {
            at_entry::add_item(fold, "P", &ItemChange::default())
        });
        shop.write(first, |fold| {
            at_entry::add_location(fold, "A", &LocationChange::default())
        });
        shop.write(first, |fold| at_entry::add(fold, "A", &request(15)));
        shop.settle();
        shop
    }

    fn pass(&self, minutes: u64) {
        self.truth.0.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    fn set_clock(&self, handheld: usize, off: i64) {
        self.clocks[handheld].off.store(off, Ordering::Relaxed);
    }

    fn write(
        &self,
        node: &Node,
        plan: impl FnOnce(&ledger_core::fold::Fold) -> Result<at_entry::Plan, at_entry::Refusal>,
    ) -> EntryId {
        let _ = self;
        node.write(&Actor::default(), plan).unwrap().entries[0]
    }

    fn remove(&self, handheld: usize, number: i64) -> EntryId {
        self.write(&self.handhelds[handheld], |fold| {
            at_entry::remove(fold, "A", &request(number))
        })
    }

    fn count(&self, handheld: usize, number: i64) -> EntryId {
        self.write(&self.handhelds[handheld], |fold| {
            at_entry::count(fold, "A", &request(number))
        })
    }

    fn carry(&self, mut conversation: ledger_node::Conversation) {
        while let Some(question) = conversation.question().unwrap() {
            let answer = self.server.handle(question.route, &question.body);
            conversation.answer(answer.status, &answer.body).unwrap();
        }
    }

    fn sync(&self, handheld: usize) {
        self.carry(self.handhelds[handheld].begin_sync().unwrap());
    }

    fn settle(&self) {
        for handheld in [0, 1, 0, 1] {
            self.sync(handheld);
        }
        for node in &self.handhelds {
            assert_eq!(
                node.state_hash().unwrap(),
                self.server.state_hash().unwrap()
            );
        }
    }

    fn on_hand(&self) -> String {
        self.server.read(|fold| {
            let lines = fold.lines(&Code::new("P").unwrap());
            lines.iter().map(|line| line.on_hand.to_string()).collect()
        })
    }

    /// When an entry counts as having happened, in minutes since the morning.
    fn minute_of(&self, id: EntryId) -> u64 {
        let time = self.server.read(|fold| fold.effective_time(id)).unwrap();
        (time.millis() - MORNING) / 60_000
    }

    fn marks_and_fixes(&self) -> (usize, usize) {
        let (mut marks, mut fixes) = (0, 0);
        self.server
            .each_entry(&mut |_, content| {
                if let Content::Known(entry) = content {
                    marks += usize::from(matches!(entry.body, Body::ClockMark(_)));
                    fixes += usize::from(matches!(entry.body, Body::TimeFixed(_)));
                }
            })
            .unwrap();
        (marks, fixes)
    }
}

fn request(number: i64) -> StockRequest {
    StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(number).unwrap(),
        ..StockRequest::default()
    }
}

/// The row of the worked examples: three hours fast, a removal, set right, a count.
#[test]
fn a_removal_by_a_fast_clock_is_before_the_count_that_saw_it() {
    let shop = Shop::new();
    shop.set_clock(0, 3 * HOUR);
    shop.pass(220); // 11:40
    let removed = shop.remove(0, 5);
    shop.set_clock(0, 0);
    shop.pass(20); // 12:00
    let counted = shop.count(0, 10);
    shop.pass(60);
    shop.settle();
    assert_eq!(shop.on_hand(), "10");
    assert_eq!(
        (shop.minute_of(removed), shop.minute_of(counted)),
        (220, 240)
    );
}

/// A count by a clock that runs ahead must not swallow what others take after it.
#[test]
fn a_count_by_a_fast_clock_does_not_swallow_what_others_took_later() {
    let shop = Shop::new();
    shop.set_clock(0, 3 * HOUR);
    shop.pass(60); // 09:00
    let counted = shop.count(0, 12);
    shop.pass(60); // 10:00
    let removed = shop.remove(1, 5);
    // The server hears of both at 16:00: the time of numbering alone would put nothing right.
    shop.pass(360);
    shop.settle();
    assert_eq!(
        (shop.minute_of(counted), shop.minute_of(removed)),
        (60, 120)
    );
    assert_eq!(shop.on_hand(), "7");
    let (marks, fixes) = shop.marks_and_fixes();
    assert_eq!(marks, 1, "one step of one clock");
    assert_eq!(fixes, 1, "the run before the step was right");
}

#[test]
fn a_flat_battery_puts_a_clock_at_1970_and_the_server_puts_its_entries_right() {
    let shop = Shop::new();
    shop.pass(30);
    let before = shop.remove(0, 1);
    shop.clocks[0].boots.fetch_add(1, Ordering::Relaxed);
    let now = i64::try_from(shop.truth.0.load(Ordering::Relaxed)).unwrap();
    shop.set_clock(0, -now);
    shop.pass(30); // 09:00, and 00:30 on the handheld
    let counted = shop.count(0, 10);
    shop.pass(60);
    let other = shop.remove(1, 2);
    shop.pass(60);
    shop.settle();
    let minutes = [before, counted, other].map(|id| shop.minute_of(id));
    assert_eq!(minutes, [30, 60, 120]);
    assert_eq!(shop.on_hand(), "8");
}

#[test]
fn a_clock_that_is_right_is_neither_marked_nor_fixed() {
    let shop = Shop::new();
    for _ in 0..5 {
        shop.pass(600);
        shop.remove(0, 1);
        shop.settle();
    }
    assert_eq!(shop.marks_and_fixes(), (0, 0));
    // Nor is one that is a little off: that is within what a count allows.
    shop.set_clock(0, 3_000);
    shop.pass(1);
    shop.remove(0, 1);
    shop.settle();
    assert_eq!(shop.marks_and_fixes(), (1, 0));
}

/// The hub alone meets the handheld, whose clock is set again before the server hears of anything.
#[test]
fn a_hub_tells_the_server_how_a_clock_stood_when_the_entries_came() {
    let shop = Shop::new();
    let clock = Arc::new(Wrong {
        truth: Arc::clone(&shop.truth),
        // The hub's own clock is wrong too.
        off: AtomicI64::new(-HOUR / 2),
        boots: AtomicU64::new(1),
    });
    let home = tempfile::tempdir().unwrap();
    let hub = Node::init_hub(&home.path().join("hub"), "hub", clock).unwrap();
    let code = shop.server.new_enrol_code(None, None, 60_000).unwrap();
    shop.carry(hub.begin_enroll("http://server", &code.code));
    shop.carry(hub.begin_sync().unwrap());
    shop.set_clock(0, 3 * HOUR);
    shop.pass(60); // 09:00
    let counted = shop.count(0, 12);
    carry(&hub, &shop.handhelds[0]);
    // Nobody knows how the clock stood before a start.
    shop.clocks[0].boots.fetch_add(1, Ordering::Relaxed);
    shop.set_clock(0, -2 * HOUR);
    shop.pass(60); // 10:00
    let removed = shop.remove(0, 1);
    carry(&hub, &shop.handhelds[0]);
    shop.clocks[0].boots.fetch_add(1, Ordering::Relaxed);
    shop.set_clock(0, 0);
    let other = shop.remove(1, 5);
    shop.pass(600);
    shop.sync(1);
    shop.carry(hub.begin_sync().unwrap());
    let minutes = [counted, removed, other].map(|id| shop.minute_of(id));
    assert_eq!(minutes, [60, 120, 120]);
    assert_eq!(shop.on_hand(), "6");
    carry(&hub, &shop.handhelds[0]);
    shop.sync(1);
    shop.settle();
    // What the server numbered need not be told again.
    let fixes = shop.marks_and_fixes().1;
    shop.carry(hub.begin_sync().unwrap());
    assert_eq!(shop.marks_and_fixes().1, fixes);
}

/// A certificate is no secret: who shows one has proved nothing.
#[test]
fn what_hello_says_in_anothers_name_puts_no_clock_right() {
    let shop = Shop::new();
    shop.pass(60);
    let removed = shop.remove(0, 5);
    let mut conversation = shop.handhelds[0].begin_sync().unwrap();
    while let Some(question) = conversation.question().unwrap() {
        let answer = shop.server.handle(question.route, &question.body);
        if question.route == "hello" {
            let mut forged = Hello::from_bytes(&question.body).unwrap();
            assert!(forged.certificate.is_some());
            forged.now_millis = forged.now_millis.saturating_add_signed(-3 * HOUR);
            let body = forged.to_bytes().unwrap();
            assert_eq!(shop.server.handle("hello", &body).status, 200);
        }
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    assert_eq!(shop.marks_and_fixes(), (0, 0));
    assert_eq!(shop.minute_of(removed), 60);
    let device = shop.handhelds[0].device();
    assert_eq!(shop.server.view().clock_offset(device), Some(0));
}

#[test]
fn a_push_that_is_long_on_its_way_says_the_same_of_the_clock() {
    let shop = Shop::new();
    shop.set_clock(0, HOUR);
    shop.pass(60);
    let removed = shop.remove(0, 5);
    let mut conversation = shop.handhelds[0].begin_sync().unwrap();
    while let Some(question) = conversation.question().unwrap() {
        shop.pass(3);
        let answer = shop.server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
    assert_eq!(shop.minute_of(removed), 60);
    let device = shop.handhelds[0].device();
    assert_eq!(shop.server.view().clock_offset(device), Some(HOUR));
}

fn carry(hub: &Node, handheld: &Node) {
    let mut conversation = handheld.begin_sync().unwrap();
    while let Some(question) = conversation.question().unwrap() {
        let answer = hub.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

/// One run is compared again at each contact, and fixed once.
/// A clock that stands still steps against the machine's at every look. Where nothing was written
/// since it was marked there is nothing to tell apart: else a device that waits for its numbers,
/// as behind a hub, would have something new to send at every sync.
#[test]
fn a_clock_that_stands_still_is_not_marked_at_every_try_to_sync() {
    let shop = Shop::new();
    shop.remove(0, 1);
    for minutes in 1..=5 {
        shop.pass(1);
        shop.set_clock(0, -60_000 * minutes);
        // The server is not reached.
        let _unasked = shop.handhelds[0].begin_sync().unwrap();
    }
    shop.settle();
    let (marks, _) = shop.marks_and_fixes();
    assert_eq!(marks, 1, "one behind what was written");
    assert_eq!(shop.on_hand(), "14");
}

#[test]
fn a_wrong_run_is_fixed_once_and_again_only_when_it_turns_out_otherwise() {
    let shop = Shop::new();
    shop.set_clock(0, HOUR);
    for _ in 0..4 {
        shop.pass(10);
        shop.remove(0, 1);
        shop.settle();
    }
    assert_eq!(shop.marks_and_fixes(), (1, 1));
    assert_eq!(shop.on_hand(), "11");
}
