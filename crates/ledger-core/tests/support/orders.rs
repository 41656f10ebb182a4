//! Random worlds with orders: three writers who open, change, rank, pick and end a few orders of a
//! few items at a few places, whatever the others do.
//!
//! Everything is drawn so that it meets: numbers are small, and a deed about an order is about one
//! of those that were opened before it in the list, whoever opened it.

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    Body, Content, ExceptionAnswered, IdempotencyKey, ItemMerged, OrderEntry, OrderOpened,
    OrderSet, Place,
};
use ledger_core::order::{self, OrderType};
use ledger_core::{Clock, EntryId, Timestamp};
use proptest::prelude::*;

use super::{
    World, cancelled, closed, code, counted, expedited, for_order, line_set, moved, place,
    reference, reversed, said, setting, units,
};

/// The items.
pub const ITEMS: [&str; 3] = ["P", "Q", "R"];
pub const LOCATIONS: [&str; 3] = ["A", "B", "C"];
const SITES: [&str; 2] = ["EAST", "WEST"];
pub const OWNERS: [&str; 2] = ["ACME", "BETA"];
const BATCHES: [&str; 2] = ["LOT-1", "LOT-2"];
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Where stock lies: location, owner and batch.
#[derive(Debug, Clone, Copy)]
pub struct At {
    pub location: usize,
    pub owner: Option<usize>,
    pub batch: Option<usize>,
}

/// What a writer does, before it is known which orders there are.
#[derive(Debug, Clone)]
pub enum Deed {
    Open(OrderType, Option<usize>, Option<usize>),
    Fields(usize, Option<Option<usize>>, Option<Option<usize>>),
    Line(usize, usize, i64),
    Rank(usize, usize, i64),
    Close(usize),
    Cancel(usize),
    Move {
        item: usize,
        number: i64,
        from: Option<At>,
        to: Option<At>,
        expiry: Option<u32>,
        order: Option<usize>,
    },
    Count(usize, At, i64, Option<u32>),
    Reverse(usize),
    Merge(usize, Option<usize>),
    Block(usize, bool),
    Site(usize, Option<usize>),
    Backorder(bool),
    Answer(usize, Option<usize>),
}

/// One entry, and what is said around its deed.
#[derive(Debug, Clone)]
pub struct Step {
    pub writer: u8,
    pub millis: u64,
    pub deed: Deed,
    pub once: Option<u64>,
    pub said: Option<u64>,
    pub clock: Option<u64>,
    /// It was written about an entry that has another hash here.
    pub astray: bool,
}

fn at() -> impl Strategy<Value = At> {
    let seldom = |range| proptest::option::weighted(0.25, range);
    (0..3_usize, seldom(0..2_usize), seldom(0..2_usize)).prop_map(|(location, owner, batch)| At {
        location,
        owner,
        batch,
    })
}

fn item() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => Just(1), 1 => Just(2)]
}

fn movement() -> impl Strategy<Value = Deed> {
    let expiry = proptest::option::weighted(0.3, 0..4_u32);
    let places = prop_oneof![
        4 => at().prop_map(|at| (None, Some(at))),
        2 => at().prop_map(|at| (Some(at), None)),
        1 => (at(), at()).prop_map(|(from, to)| (Some(from), Some(to))),
    ];
    let number = prop_oneof![9 => 1..9_i64, 1 => -3..1_i64];
    (item(), number, places, expiry).prop_map(|(item, number, (from, to), expiry)| Deed::Move {
        item,
        number,
        from,
        to,
        expiry,
        order: None,
    })
}

fn pick() -> impl Strategy<Value = Deed> {
    (item(), 1..5_i64, at(), 0..4_u8, 0..6_usize).prop_map(|(item, number, at, way, order)| {
        let (from, to) = match way {
            0 => (None, Some(at)),
            _ => (Some(at), None),
        };
        Deed::Move {
            item,
            number,
            from,
            to,
            expiry: None,
            order: Some(order),
        }
    })
}

fn about_an_order() -> impl Strategy<Value = Deed> {
    let order = 0..6_usize;
    let kind = prop_oneof![Just(OrderType::Repair), Just(OrderType::Sales)];
    let of = || proptest::option::weighted(0.3, 0..2_usize);
    prop_oneof![
        4 => (kind, of(), of()).prop_map(|(kind, customer, site)| Deed::Open(kind, customer, site)),
        1 => (order.clone(), proptest::option::of(of()), proptest::option::of(of()))
            .prop_map(|(order, customer, site)| Deed::Fields(order, customer, site)),
        9 => (order.clone(), item(), -1..9_i64)
            .prop_map(|(order, item, wanted)| Deed::Line(order, item, wanted)),
        2 => (order.clone(), item(), -1..3_i64)
            .prop_map(|(order, item, rank)| Deed::Rank(order, item, rank)),
        1 => order.clone().prop_map(Deed::Close),
        1 => order.prop_map(Deed::Cancel),
    ]
}

fn about_the_house() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => (1..3_usize, proptest::option::weighted(0.8, 0..2_usize))
            .prop_map(|(item, into)| Deed::Merge(item, into)),
        2 => (0..3_usize, any::<bool>()).prop_map(|(at, blocked)| Deed::Block(at, blocked)),
        3 => (0..3_usize, proptest::option::weighted(0.8, 0..2_usize))
            .prop_map(|(at, site)| Deed::Site(at, site)),
        2 => any::<bool>().prop_map(Deed::Backorder),
        1 => (0..6_usize, proptest::option::of(0..6_usize))
            .prop_map(|(order, other)| Deed::Answer(order, other)),
    ]
}

/// Any deed.
pub fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        10 => about_an_order(),
        6 => movement(),
        3 => pick(),
        1 => (item(), at(), 0..9_i64, proptest::option::weighted(0.3, 0..4_u32))
            .prop_map(|(item, at, number, expiry)| Deed::Count(item, at, number, expiry)),
        1 => (0..40_usize).prop_map(Deed::Reverse),
        2 => about_the_house(),
    ]
}

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    let seldom = |range| proptest::option::weighted(0.1, range);
    let millis = (0..100_u64, proptest::option::weighted(0.1, 1..4_u64))
        .prop_map(|(tens, day)| tens * 10_000 + day.unwrap_or(0) * DAY);
    let astray = proptest::bool::weighted(0.03);
    (
        1..4_u8,
        millis,
        deed(),
        seldom(0..3_u64),
        seldom(0..100_u64),
        seldom(0..100_u64),
        astray,
    )
        .prop_map(|(writer, millis, deed, once, said, clock, astray)| Step {
            writer,
            millis,
            deed,
            once,
            said: said.map(|tens| tens * 10_000),
            clock: clock.map(|tens| tens * 10_000),
            astray,
        })
}

/// Steps about a few orders of one item, most of them lines and ranks.
pub fn crowded() -> impl Strategy<Value = Step> {
    let order = 0..3_usize;
    let deed = prop_oneof![
        1 => Just(Deed::Open(OrderType::Sales, None, None)),
        5 => (order.clone(), 0..9_i64).prop_map(|(order, wanted)| Deed::Line(order, 0, wanted)),
        5 => (order, 0..3_i64).prop_map(|(order, rank)| Deed::Rank(order, 0, rank)),
    ];
    (1..4_u8, 0..20_u64, deed).prop_map(|(writer, tens, deed)| Step {
        writer,
        millis: tens * 10_000,
        deed,
        once: None,
        said: None,
        clock: None,
        astray: false,
    })
}

/// So many entries of a writer are numbered, so many milliseconds after those before.
pub type Numbering = (u8, u64, u64);

/// Prefixes of the writers' entries, in any mix.
pub fn numberings() -> impl Strategy<Value = Vec<Numbering>> {
    let step = (
        1..4_u8,
        1..9_u64,
        (0..30_u64).prop_map(|tens| tens * 10_000),
    );
    proptest::collection::vec(step, 0..14)
}

fn place_of(at: At) -> Place {
    Place {
        owner: at.owner.map(|owner| code(OWNERS[owner])),
        batch: at.batch.map(|batch| code(BATCHES[batch])),
        ..place(LOCATIONS[at.location])
    }
}

fn fields(
    customer: Option<Option<usize>>,
    site: Option<Option<usize>>,
) -> impl Iterator<Item = (u8, Value)> {
    let text = |one: Option<&str>| one.map_or(Value::Nil, Value::text);
    let customer = customer.map(|one| (order::key::CUSTOMER, text(one.map(|at| OWNERS[at]))));
    let site = site.map(|one| (order::key::SITE, text(one.map(|at| SITES[at]))));
    [customer, site].into_iter().flatten()
}

fn opening(number: usize, order_type: OrderType, fields: DocumentFields) -> Body {
    // Some numbers are given twice.
    Body::Order(OrderEntry::Opened(OrderOpened {
        number: code(&format!("O-{}", number % 4)),
        order_type,
        fields,
        once: None,
    }))
}

fn location(at: usize, key: u8, value: Value) -> Body {
    Body::Set(CatalogueWrite::new(Class::Location, code(LOCATIONS[at])).with(key, value))
}

/// What a step writes into a world in which these orders were opened.
pub fn body(step: &Step, world: &World, orders: &[EntryId]) -> Body {
    let mut body = match &step.deed {
        Deed::Move { .. } | Deed::Count(..) | Deed::Reverse(_) => fact(&step.deed, world, orders),
        Deed::Merge(..) | Deed::Block(..) | Deed::Site(..) | Deed::Backorder(_) => {
            of_the_house(&step.deed)
        }
        deed => of_orders(deed, orders),
    };
    if let Some(row) = step.once {
        body.set_once(IdempotencyKey { key: [1; 16], row });
    }
    match step.said {
        Some(millis) if matches!(body, Body::Moved(_) | Body::Counted(_)) => said(body, millis),
        _ => body,
    }
}

fn named(orders: &[EntryId], at: usize) -> Option<EntryId> {
    orders.get(at.checked_rem(orders.len())?).copied()
}

fn of_orders(deed: &Deed, orders: &[EntryId]) -> Body {
    let about = |order: usize, make: &dyn Fn(EntryId) -> Body| {
        let first = || opening(orders.len(), OrderType::Sales, DocumentFields::new());
        named(orders, order).map_or_else(first, make)
    };
    match *deed {
        Deed::Open(order_type, customer, site) => {
            let set = |one: Option<usize>| one.map(Some);
            let fields = fields(set(customer), set(site)).collect();
            opening(orders.len(), order_type, fields)
        }
        Deed::Fields(order, customer, site) => about(order, &|order| {
            Body::Order(OrderEntry::Set(OrderSet {
                order: reference(order),
                fields: fields(customer, site).collect(),
                once: None,
            }))
        }),
        Deed::Line(order, item, wanted) => {
            about(order, &|order| line_set(order, ITEMS[item], wanted))
        }
        Deed::Rank(order, item, rank) => about(order, &|order| expedited(order, ITEMS[item], rank)),
        Deed::Close(order) => about(order, &closed),
        Deed::Cancel(order) => about(order, &cancelled),
        Deed::Answer(order, other) => Body::ExceptionAnswered(ExceptionAnswered {
            exception: format!("allocation-lost:O-{}/P", order % 4),
            entries: other.and_then(|at| named(orders, at)).into_iter().collect(),
            note: None,
            once: None,
        }),
        _ => unreachable!("not about orders: {deed:?}"),
    }
}

fn fact(deed: &Deed, world: &World, orders: &[EntryId]) -> Body {
    match *deed {
        Deed::Move {
            item,
            number,
            from,
            to,
            expiry,
            order,
        } => {
            let mut body = moved(ITEMS[item], number, from.map(place_of), to.map(place_of));
            if let Body::Moved(moved) = &mut body {
                moved.particulars.expiry = expiry;
            }
            match order.and_then(|at| named(orders, at)) {
                Some(order) => for_order(body, order),
                None => body,
            }
        }
        Deed::Count(item, at, number, expiry) => {
            let mut body = counted(ITEMS[item], "A", number);
            if let Body::Counted(counted) = &mut body {
                counted.place = place_of(at);
                counted.particulars.expiry = expiry;
            }
            body
        }
        Deed::Reverse(at) => {
            let at = at.checked_rem(world.records.len()).unwrap_or(0);
            let target = world.records.get(at).map(|record| record.id);
            target.map_or_else(|| counted("P", "A", 5), reversed)
        }
        _ => unreachable!("no fact: {deed:?}"),
    }
}

fn of_the_house(deed: &Deed) -> Body {
    match *deed {
        // Only towards the first item, so that there are no circles.
        Deed::Merge(item, into) => Body::ItemMerged(ItemMerged {
            once: None,
            item: code(ITEMS[item]),
            into: into.map(|into| code(ITEMS[into.min(item - 1)])),
        }),
        Deed::Block(at, blocked) => location(at, key::BLOCKED, Value::Bool(blocked)),
        Deed::Site(at, site) => {
            let site = site.map_or(Value::Nil, |site| Value::text(SITES[site]));
            location(at, key::SITE, site)
        }
        Deed::Backorder(on) => setting("allow-backorder", if on { "on" } else { "off" }),
        _ => unreachable!("not about the house: {deed:?}"),
    }
}

/// Changes the hash in a body's reference.
fn lead_astray(body: &mut Body) {
    let reference = match body {
        Body::Order(OrderEntry::Set(set)) => &mut set.order,
        Body::Order(OrderEntry::LineSet(line)) => &mut line.order,
        Body::Order(OrderEntry::Expedited(expedited)) => &mut expedited.order,
        Body::Order(OrderEntry::Closed(ended) | OrderEntry::Cancelled(ended)) => {
            &mut ended.document
        }
        Body::Reversed(reversed) => &mut reversed.target,
        Body::Moved(moved) => match moved.document.as_mut().map(|of| &mut of.entry) {
            Some(order) => order,
            None => return,
        },
        _ => return,
    };
    reference.hash8[7] ^= 1;
}

impl World {
    /// Writes what a step says.
    pub fn take_step(&mut self, step: &Step) -> EntryId {
        let orders = self.opened_orders();
        let mut body = body(step, self, &orders);
        if step.astray {
            lead_astray(&mut body);
        }
        let id = self.write(step.writer, step.millis, body);
        if let Some(clock) = step.clock
            && let Some(record) = self.records.last_mut()
            && let Content::Known(entry) = &mut record.content
        {
            entry.clock = Clock::new(Timestamp::from_millis(clock), 0);
        }
        id
    }

    /// The entries that opened orders, in the order of writing.
    pub fn opened_orders(&self) -> Vec<EntryId> {
        let opening = |content: &Content| matches!(content, Content::Known(entry) if matches!(entry.body, Body::Order(OrderEntry::Opened(_))));
        let records = self.records.iter();
        let opened = records.filter(|record| opening(&record.content));
        opened.map(|record| record.id).collect()
    }

    /// Numbers what is still without a number of a writer's next entries.
    pub fn number_next(&mut self, writer: u8, count: u64, moment: u64) {
        let origin = super::origin(writer);
        let runs = self.runs.iter().filter(|run| run.origin == origin);
        let done: u64 = runs.map(|run| run.count).sum();
        let written = self.records.iter().filter(|it| it.id.origin == origin);
        let written = u64::try_from(written.count()).unwrap();
        let count = count.min(written - done);
        if count > 0 {
            self.number(writer, done + 1, count, moment);
        }
    }
}

/// A world of these steps, of which so much is numbered.
pub fn world(steps: &[Step], numberings: &[Numbering]) -> World {
    let mut world = World::default();
    for step in steps {
        world.take_step(step);
    }
    let mut moment = 0;
    for (writer, count, later) in numberings {
        moment += later;
        world.number_next(*writer, *count, moment);
    }
    world
}

/// Some stock of the first item, so that there is something to share.
pub fn stocked(steps: &[Step]) -> Vec<Step> {
    let at = |location| At {
        location,
        owner: None,
        batch: None,
    };
    let add = |location, number| Step {
        writer: 1,
        millis: 0,
        deed: Deed::Move {
            item: 0,
            number,
            from: None,
            to: Some(at(location)),
            expiry: None,
            order: None,
        },
        once: None,
        said: None,
        clock: None,
        astray: false,
    };
    let mut all = vec![add(0, 8), add(1, 5)];
    all.extend_from_slice(steps);
    all
}

/// A quantity of whole units.
pub fn whole(number: i64) -> ledger_core::Total {
    units(number).total()
}
