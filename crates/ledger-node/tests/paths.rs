//! Whole nodes in one process, without a network: whatever is written where, however the syncs
//! interleave and wherever they are cut, all nodes end with the same state and the right totals.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::redundant_clone,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, Plan, Refusal, StockRequest, settings,
};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{Code, DeviceId, Origin, Quantity, Timestamp};
use ledger_node::{Actor, Conversation, Node, NodeError, NodeKind, WallClock};
use proptest::prelude::*;

/// A clock that is told what time it is.
#[derive(Debug, Default)]
struct Told(AtomicU64);

impl WallClock for Told {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct Shop {
    clock: Arc<Told>,
    server: Node,
    handhelds: Vec<Node>,
}

/// Where a sync is cut: after how many questions, and whether the server still got the last one.
#[derive(Debug, Clone, Copy)]
struct Cut {
    after: usize,
    server_got_it: bool,
}

impl Shop {
    fn open(handhelds: usize) -> Self {
        let clock = Arc::new(Told::default());
        clock.0.store(1_000_000, Ordering::Relaxed);
        let node = |kind, name: &str| Node::in_memory(kind, name, clock.clone()).unwrap();
        let server = node(NodeKind::Server, "central");
        let handhelds: Vec<Node> = (0..handhelds)
            .map(|number| node(NodeKind::Handheld, &format!("handheld {number}")))
            .collect();
        let shop = Self {
            clock,
            server,
            handhelds,
        };
        for handheld in &shop.handhelds {
            let code = shop.server.new_enrol_code(None, None, 60_000).unwrap();
            let mut conversation = handheld.begin_enroll("http://server", &code.code);
            shop.carry(&mut conversation, None).unwrap();
            let item = ItemChange {
                name: Some("Part".to_owned()),
                ..ItemChange::default()
            };
            write(handheld, |fold| at_entry::add_item(fold, "P", &item));
            let place = LocationChange::default();
            write(handheld, |fold| at_entry::add_location(fold, "A", &place));
            write(handheld, |fold| at_entry::add_location(fold, "B", &place));
        }
        shop
    }

    /// Two orders that every handheld knows, and some stock for them.
    fn open_orders(&self) {
        let first = &self.handhelds[0];
        write(first, |_| settings::set("allow-backorder", "on"));
        write(first, |fold| at_entry::add(fold, "A", &request(9)));
        for (number, kind) in (0..).zip([OrderType::Sales, OrderType::Repair]) {
            let writer = (first.device(), first.origin());
            let deed = OrderDeed::Open(kind);
            write(first, |fold| order_plan(fold, writer, number, &deed));
        }
        self.quiet();
    }

    fn pass(&self, millis: u64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// Carries messages between a handheld and the server, until a cut.
    fn carry(&self, conversation: &mut Conversation, cut: Option<Cut>) -> Result<(), NodeError> {
        let mut asked = 0;
        while let Some(question) = conversation.question()? {
            let cut_here = cut.is_some_and(|cut| cut.after == asked);
            if cut_here && !cut.is_some_and(|cut| cut.server_got_it) {
                return Ok(());
            }
            let answer = self.server.handle(question.route, &question.body);
            if cut_here {
                return Ok(());
            }
            conversation.answer(answer.status, &answer.body)?;
            asked += 1;
        }
        Ok(())
    }

    fn sync(&self, handheld: usize, cut: Option<Cut>) {
        let mut conversation = self.handhelds[handheld].begin_sync().unwrap();
        self.carry(&mut conversation, cut).unwrap();
    }

    /// Two rounds: one that brings everything to the server, one that brings it to everybody.
    fn quiet(&self) {
        for _ in 0..2 {
            for handheld in 0..self.handhelds.len() {
                self.sync(handheld, None);
            }
        }
    }

    fn assert_all_equal(&self) {
        let expected = self.server.state_hash().unwrap();
        for handheld in &self.handhelds {
            assert_eq!(
                handheld.state_hash().unwrap(),
                expected,
                "{}",
                handheld.name()
            );
        }
    }
}

fn write(node: &Node, plan: impl FnOnce(&Fold) -> Result<Plan, Refusal>) {
    node.write(&Actor::default(), plan).unwrap();
}

fn request(number: i64) -> StockRequest {
    StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(number).unwrap(),
        ..StockRequest::default()
    }
}

fn totals(node: &Node) -> BTreeMap<String, String> {
    node.read(|fold| {
        let lines = fold.lines(&Code::new("P").unwrap());
        lines
            .iter()
            .map(|line| (line.key.location.to_string(), line.on_hand.to_string()))
            .collect()
    })
}

#[derive(Debug, Clone)]
enum Deed {
    Add { at: u8, number: i64 },
    Remove { at: u8, number: i64 },
    Move { from: u8, number: i64 },
    Undo,
    Order(u8, OrderDeed),
    Sync { cut: Option<(usize, bool)> },
}

/// A command about one of three orders: two that all know from the start, and one that whoever
/// wants opens.
#[derive(Debug, Clone)]
enum OrderDeed {
    Open(OrderType),
    Add(i64),
    Set(i64),
    Remove,
    Pick { at: u8, number: i64 },
    Fill,
    Return(i64),
    Expedite(i64),
    Cancel,
    Close,
    Backorder(bool),
    Accept(usize),
}

fn order_deed() -> impl Strategy<Value = OrderDeed> {
    prop_oneof![
        3 => any::<bool>().prop_map(|sales| {
            OrderDeed::Open(if sales { OrderType::Sales } else { OrderType::Repair })
        }),
        6 => (1..9_i64).prop_map(OrderDeed::Add),
        2 => (1..9_i64).prop_map(OrderDeed::Set),
        1 => Just(OrderDeed::Remove),
        4 => (0..2_u8, 1..5_i64).prop_map(|(at, number)| OrderDeed::Pick { at, number }),
        2 => Just(OrderDeed::Fill),
        2 => (1..4_i64).prop_map(OrderDeed::Return),
        2 => (0..3_i64).prop_map(OrderDeed::Expedite),
        1 => Just(OrderDeed::Cancel),
        1 => Just(OrderDeed::Close),
        2 => any::<bool>().prop_map(OrderDeed::Backorder),
        1 => (0..9_usize).prop_map(OrderDeed::Accept),
    ]
}

/// What the rules at entry make of it; much is refused, as it is at a desk.
fn order_plan(
    fold: &Fold,
    (device, origin): (DeviceId, Origin),
    number: u8,
    deed: &OrderDeed,
) -> Result<Plan, Refusal> {
    let order = format!("O-{number}");
    let units = |number: i64| Quantity::from_units(number).unwrap();
    match *deed {
        OrderDeed::Open(order_type) => {
            let change = at_entry::OrderChange::default();
            at_entry::open_order(fold, device, Some(&order), order_type, &change)
        }
        OrderDeed::Add(number) => at_entry::order_add(fold, &order, "P", units(number)),
        OrderDeed::Set(number) => at_entry::order_set(fold, &order, "P", units(number)),
        OrderDeed::Remove => at_entry::order_remove(fold, &order, "P"),
        OrderDeed::Pick { at, number } => {
            at_entry::order_pick(fold, &order, place(at), &request(number))
        }
        OrderDeed::Fill => at_entry::order_fill(fold, &order, None),
        OrderDeed::Return(number) => at_entry::order_return(fold, &order, "P", units(number)),
        OrderDeed::Expedite(rank) => at_entry::order_expedite(fold, &order, "P", rank),
        OrderDeed::Cancel => at_entry::order_cancel(fold, &order, &Default::default()),
        OrderDeed::Close => at_entry::order_close(fold, &order, &Default::default()),
        OrderDeed::Backorder(on) => settings::set("allow-backorder", if on { "on" } else { "off" }),
        OrderDeed::Accept(at) => {
            let open = fold.exceptions();
            let named = open.get(at.checked_rem(open.len()).unwrap_or(0));
            let id = named.map_or("none", |exception| exception.id.as_str());
            at_entry::answer(fold, origin, id, &at_entry::Answer::Accept, None)
        }
    }
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..2_u8, 1..9_i64).prop_map(|(at, number)| Deed::Add { at, number }),
        4 => (0..2_u8, 1..9_i64).prop_map(|(at, number)| Deed::Remove { at, number }),
        2 => (0..2_u8, 1..9_i64).prop_map(|(from, number)| Deed::Move { from, number }),
        1 => Just(Deed::Undo),
        14 => (0..3_u8, order_deed()).prop_map(|(order, deed)| Deed::Order(order, deed)),
        3 => proptest::option::of((0..3_usize, any::<bool>())).prop_map(|cut| Deed::Sync { cut }),
    ]
}

fn place(number: u8) -> &'static str {
    ["A", "B"][usize::from(number)]
}

fn carry_out(shop: &Shop, handheld: usize, deed: &Deed) {
    let node = &shop.handhelds[handheld];
    match *deed {
        Deed::Add { at, number } => {
            write(node, |fold| {
                at_entry::add(fold, place(at), &request(number))
            });
        }
        Deed::Remove { at, number } => {
            write(node, |fold| {
                at_entry::remove(fold, place(at), &request(number))
            });
        }
        Deed::Move { from, number } => write(node, |fold| {
            let owner = at_entry::MoveOwner::Same;
            at_entry::movement(fold, place(from), place(1 - from), &owner, &request(number))
        }),
        Deed::Undo => {
            let origin = node.origin();
            let plan = |fold: &Fold| at_entry::undo(fold, origin, None, Default::default());
            match node.write(&Actor::default(), plan) {
                Ok(_) | Err(NodeError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        Deed::Order(number, ref deed) => {
            let writer = (node.device(), node.origin());
            let plan = |fold: &Fold| order_plan(fold, writer, number, deed);
            match node.write(&Actor::default(), plan) {
                Ok(_) | Err(NodeError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        Deed::Sync { cut } => {
            let cut = cut.map(|(after, server_got_it)| Cut {
                after,
                server_got_it,
            });
            shop.sync(handheld, cut);
        }
    }
}

/// What is on each place by a straight sum over everything that was written and not undone; of
/// returns with one key the first counts.
fn straight_sum(shop: &Shop) -> BTreeMap<String, String> {
    use ledger_core::entry::{Body, Content};
    let mut moved: BTreeMap<_, (Option<String>, Option<String>, i64)> = BTreeMap::new();
    let mut undone = Vec::new();
    let mut keyed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for node in &shop.handhelds {
        node.each_entry(&mut |id, content| {
            let Content::Known(entry) = content else {
                panic!("{content:?}")
            };
            match &entry.body {
                Body::Moved(movement) => {
                    let at = |place: &Option<ledger_core::entry::Place>| {
                        place.as_ref().map(|place| place.location.to_string())
                    };
                    let number = movement.quantity.ten_thousandths();
                    moved.insert(id, (at(&movement.from), at(&movement.to), number));
                    if let Some(once) = movement.particulars.once {
                        keyed.entry(once).or_default().push((entry.time, id));
                    }
                }
                Body::Reversed(reversed) => undone.push(reversed.target.id),
                _ => {}
            }
        })
        .unwrap();
    }
    for mut same in keyed.into_values() {
        same.sort_unstable();
        let first = same[0].1;
        let again = same.into_iter().map(|(_, id)| id);
        undone.extend(again.filter(|id| *id != first));
    }
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (id, (from, to, number)) in moved {
        for (place, sign) in [(from, -1), (to, 1)] {
            let effect = if undone.contains(&id) {
                0
            } else {
                sign * number
            };
            if let Some(place) = place {
                *sums.entry(place).or_default() += effect;
            }
        }
    }
    let print = |parts| Quantity::from_ten_thousandths(parts).to_string();
    sums.into_iter()
        .map(|(place, parts)| (place, print(parts)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_way_of_working_and_syncing_ends_in_one_state(
        deeds in proptest::collection::vec((0..3_usize, deed(), 0..90_000_u64), 0..60),
    ) {
        let shop = Shop::open(3);
        shop.open_orders();
        for (handheld, deed, pause) in &deeds {
            shop.pass(*pause);
            carry_out(&shop, *handheld, deed);
        }
        shop.quiet();
        shop.assert_all_equal();
        prop_assert_eq!(totals(&shop.server), straight_sum(&shop));
    }
}

#[test]
fn a_second_sync_moves_nothing() {
    let shop = Shop::open(2);
    shop.quiet();
    for handheld in &shop.handhelds {
        let mut conversation = handheld.begin_sync().unwrap();
        shop.carry(&mut conversation, None).unwrap();
        let report = conversation.sync_report().unwrap();
        assert_eq!((report.pushed, report.pulled, report.synced), (0, 0, true));
    }
}

#[test]
fn a_lost_answer_doubles_nothing() {
    let shop = Shop::open(1);
    write(&shop.handhelds[0], |fold| {
        at_entry::add(fold, "A", &request(5))
    });
    shop.sync(
        0,
        Some(Cut {
            after: 1,
            server_got_it: true,
        }),
    );
    assert_eq!(totals(&shop.server)["A"], "5", "the server has it");
    assert_eq!(
        shop.handhelds[0].view().pending().unwrap().0,
        5,
        "the handheld does not know"
    );
    shop.quiet();
    assert_eq!(totals(&shop.server)["A"], "5");
    assert_eq!(shop.handhelds[0].view().pending().unwrap().0, 0);
    shop.assert_all_equal();
}

#[test]
fn a_code_is_used_once_and_only_while_it_is_young() {
    let shop = Shop::open(1);
    let late = shop.server.new_enrol_code(None, None, 60_000).unwrap();
    shop.pass(60_001);
    let stranger = Node::in_memory(NodeKind::Handheld, "stranger", shop.clock.clone()).unwrap();
    let mut conversation = stranger.begin_enroll("http://server", &late.code);
    let refused = shop.carry(&mut conversation, None).unwrap_err();
    assert!(refused.to_string().contains("expired"), "{refused}");
    let code = shop.server.new_enrol_code(None, None, 60_000).unwrap();
    shop.carry(
        &mut stranger.begin_enroll("http://server", &code.code),
        None,
    )
    .unwrap();
    let other = Node::in_memory(NodeKind::Handheld, "other", shop.clock.clone()).unwrap();
    let again = shop.carry(&mut other.begin_enroll("http://server", &code.code), None);
    assert!(again.unwrap_err().to_string().contains("used"));
}

#[test]
fn a_request_that_is_not_signed_by_its_device_is_refused() {
    let shop = Shop::open(2);
    let mut honest = shop.handhelds[0].begin_sync().unwrap();
    let hello = honest.question().unwrap().unwrap();
    let answer = shop.server.handle_hello(&hello.body);
    honest.answer(answer.status, &answer.body).unwrap();
    let mut question = honest.question().unwrap().unwrap();
    let at = question.body.len() - 3;
    question.body[at] ^= 1;
    assert_eq!(shop.server.handle_sync(&question.body).status, 403);
    question.body[at] ^= 1;
    assert_eq!(shop.server.handle_sync(&question.body).status, 200);
    shop.pass(16 * 60 * 1000);
    assert_eq!(
        shop.server.handle_sync(&question.body).status,
        409,
        "the nonce has grown old"
    );
}

#[test]
fn any_bytes_are_answered() {
    let shop = Shop::open(1);
    for body in [
        &b""[..],
        b"<html>",
        &[0x80],
        &[0xFF; 64],
        &[0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
    ] {
        for answer in [
            shop.server.handle_hello(body),
            shop.server.handle_enroll(body),
            shop.server.handle_sync(body),
        ] {
            assert_eq!(answer.status, 400);
        }
        let mut conversation = shop.handhelds[0].begin_sync().unwrap();
        assert!(conversation.answer(200, body).unwrap_err().is_unreachable());
    }
}
