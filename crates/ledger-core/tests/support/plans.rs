//! Random worlds with plans: three writers who say what things are made of, plan and build lots,
//! place purchase orders and receive, open stocktakes and count, whatever the others do.
//!
//! Everything is drawn so that it meets: numbers are small and the same in every family, and a deed
//! about a document is about one that was begun before it in the list, whoever began it. Now and
//! then that is one of another family, one with another hash, or none at all.

use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, DocumentRef, Family};
use ledger_core::entry::{
    Body, BomLineSet, Content, Ended, IdempotencyKey, ItemMerged, LotEntry, LotPlanned, LotSet,
    OrderEntry, Place, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet,
    StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::order::OrderType;
use ledger_core::production::{self, BomLine, bom_key};
use ledger_core::{Clock, EntryId, EntryRef, Timestamp, purchase, stocktake};
use proptest::prelude::*;

use super::orders::Numbering;
use super::rights::{CENTRAL, device, genesis};
use super::{
    World, code, counted, line_set, moved, opened, place, reference, reversed, said, units,
};

/// The items.
pub const ITEMS: [&str; 4] = ["P", "Q", "R", "S"];
const LOCATIONS: [&str; 3] = ["A", "B", "C"];
const CUSTOMERS: [&str; 2] = ["ACME", "BETA"];
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Where stock lies, of which there are few: see [`at_place`].
type At = usize;

/// The document that a deed is about: which of those there are, and how it is named.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    at: usize,
    how: How,
}

/// How a deed names its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Rightly,
    /// As it is called on another branch.
    Astray,
    /// Whatever family it is of.
    AnyFamily,
    /// As an entry that begins nothing.
    AnyEntry,
    /// As an entry that nobody wrote.
    Nothing,
}

/// A target by the places of its parts in their lists.
type Aim = (Option<usize>, Option<usize>);

/// What a writer does, before it is known which documents there are.
#[derive(Debug, Clone)]
pub enum Deed {
    Bom(usize, usize, Option<i64>, Option<u32>, Option<usize>),
    Plan(usize, i64, Vec<(usize, i64)>, Option<usize>),
    Lot(Which, Option<i64>, Option<Option<usize>>),
    Adopt(Which, Vec<(usize, i64)>),
    Place(Vec<(usize, i64, Option<u32>)>),
    Purchase(Which, usize),
    Ordered(Which, usize, Option<u32>, i64),
    Open(Vec<Aim>, Option<u32>, bool),
    Assign(Which, Option<u8>, Vec<Aim>, bool),
    Approve(Which, Vec<usize>, bool),
    End(Family, Which),
    Order,
    Wanted(Which, usize, i64),
    Move {
        item: usize,
        number: i64,
        from: Option<At>,
        to: Option<At>,
        document: Option<(Family, Which)>,
        reason: bool,
    },
    Count(usize, At, i64, Option<Which>),
    Reverse(usize),
    Merge(usize, Option<usize>),
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
}

fn which() -> impl Strategy<Value = Which> {
    let how = prop_oneof![
        30 => Just(How::Rightly),
        1 => Just(How::Astray),
        2 => Just(How::AnyFamily),
        1 => Just(How::AnyEntry),
        1 => Just(How::Nothing),
    ];
    (0..4_usize, how).prop_map(|(at, how)| Which { at, how })
}

fn item() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 3 => Just(1), 1 => Just(2), 1 => Just(3)]
}

fn day() -> impl Strategy<Value = Option<u32>> {
    proptest::option::weighted(0.7, 10..13_u32)
}

fn parts() -> impl Strategy<Value = Vec<(usize, i64)>> {
    proptest::collection::vec((item(), 1..4_i64), 0..4)
}

fn aims() -> impl Strategy<Value = Vec<Aim>> {
    let seldom = |range| proptest::option::weighted(0.6, range);
    let aim = (seldom(0..4_usize), seldom(0..3_usize));
    proptest::collection::vec(aim, 0..3)
}

fn family() -> impl Strategy<Value = Family> {
    prop_oneof![
        1 => Just(Family::Order),
        3 => Just(Family::Lot),
        3 => Just(Family::Purchase),
        3 => Just(Family::Stocktake),
    ]
}

fn of_production() -> impl Strategy<Value = Deed> {
    let per_unit = proptest::option::weighted(0.9, -1..4_i64);
    let attrition = proptest::option::weighted(0.3, 0..300_u32);
    let refs = proptest::option::weighted(0.3, 0..3_usize);
    let customer = || proptest::option::weighted(0.3, 0..2_usize);
    prop_oneof![
        6 => (0..4_usize, 0..4_usize, per_unit, attrition, refs)
            .prop_map(|(parent, child, per_unit, attrition, refs)| {
                Deed::Bom(parent, child, per_unit, attrition, refs)
            }),
        2 => (item(), 0..9_i64, parts(), customer())
            .prop_map(|(item, number, bom, customer)| Deed::Plan(item, number, bom, customer)),
        2 => (which(), proptest::option::of(-1..9_i64), proptest::option::of(customer()))
            .prop_map(|(lot, number, customer)| Deed::Lot(lot, number, customer)),
        1 => (which(), parts()).prop_map(|(lot, bom)| Deed::Adopt(lot, bom)),
    ]
}

fn of_purchases() -> impl Strategy<Value = Deed> {
    let lines = proptest::collection::vec((item(), 1..9_i64, day()), 0..4);
    prop_oneof![
        2 => lines.prop_map(Deed::Place),
        1 => (which(), 0..2_usize).prop_map(|(at, supplier)| Deed::Purchase(at, supplier)),
        4 => (which(), item(), day(), -1..9_i64)
            .prop_map(|(at, item, day, number)| Deed::Ordered(at, item, day, number)),
    ]
}

fn of_stocktakes() -> impl Strategy<Value = Deed> {
    let days = proptest::option::weighted(0.3, 0..4_u32);
    let device = proptest::option::of(1..4_u8);
    let counts = proptest::collection::vec(0..40_usize, 1..6);
    prop_oneof![
        2 => (aims(), days, any::<bool>())
            .prop_map(|(aims, days, blind)| Deed::Open(aims, days, blind)),
        3 => (which(), device, aims(), any::<bool>())
            .prop_map(|(at, device, aims, again)| Deed::Assign(at, device, aims, again)),
        4 => (which(), counts, proptest::bool::weighted(0.2))
            .prop_map(|(at, counts, astray)| Deed::Approve(at, counts, astray)),
    ]
}

fn movement() -> impl Strategy<Value = Deed> {
    let at = || 0..6_usize;
    let places = prop_oneof![
        4 => at().prop_map(|at| (None, Some(at))),
        3 => at().prop_map(|at| (Some(at), None)),
        1 => (at(), at()).prop_map(|(from, to)| (Some(from), Some(to))),
    ];
    let number = prop_oneof![9 => 1..9_i64, 1 => -3..1_i64];
    let document = proptest::option::weighted(0.8, (family(), which()));
    let reason = proptest::bool::weighted(0.2);
    (item(), number, places, document, reason).prop_map(
        |(item, number, (from, to), document, reason)| Deed::Move {
            item,
            number,
            from,
            to,
            document,
            reason,
        },
    )
}

fn deed() -> impl Strategy<Value = Deed> {
    let into = proptest::option::weighted(0.7, 0..3_usize);
    let count = (item(), 0..6_usize, 0..9_i64, proptest::option::of(which()));
    prop_oneof![
        8 => of_production(),
        6 => of_purchases(),
        6 => of_stocktakes(),
        2 => (family(), which()).prop_map(|(family, at)| Deed::End(family, at)),
        1 => Just(Deed::Order),
        1 => (which(), item(), 0..9_i64).prop_map(|(at, item, wanted)| Deed::Wanted(at, item, wanted)),
        9 => movement(),
        6 => count.prop_map(|(item, at, number, of)| Deed::Count(item, at, number, of)),
        2 => (0..40_usize).prop_map(Deed::Reverse),
        2 => (1..4_usize, into).prop_map(|(item, into)| Deed::Merge(item, into)),
    ]
}

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    let seldom = |range| proptest::option::weighted(0.1, range);
    let millis = (0..100_u64, proptest::option::weighted(0.2, 1..5_u64))
        .prop_map(|(tens, day)| tens * 10_000 + day.unwrap_or(0) * DAY);
    (
        1..4_u8,
        millis,
        deed(),
        seldom(0..3_u64),
        seldom(0..100_u64),
        seldom(0..100_u64),
    )
        .prop_map(|(writer, millis, deed, once, said, clock)| Step {
            writer,
            millis,
            deed,
            once,
            said: said.map(|tens| tens * 10_000),
            clock: clock.map(|tens| tens * 10_000),
        })
}

/// A place of each kind: three of ours, one of each customer, one of a batch.
fn at_place(at: At) -> Place {
    match at {
        0..3 => place(LOCATIONS[at]),
        3 | 4 => Place {
            owner: Some(code(CUSTOMERS[at - 3])),
            ..place("A")
        },
        _ => Place {
            batch: Some(code("B-1")),
            ..place("A")
        },
    }
}

fn target(aim: Aim) -> Target {
    match aim {
        (Some(item), Some(location)) => Target::Line {
            item: code(ITEMS[item]),
            location: code(LOCATIONS[location]),
            owner: None,
            batch: None,
        },
        (Some(item), None) => Target::Item(code(ITEMS[item])),
        (None, location) => Target::Location(code(LOCATIONS[location.unwrap_or(0)])),
    }
}

fn bom(parts: &[(usize, i64)]) -> Vec<BomLine> {
    let line = |(at, (item, number)): (usize, &(usize, i64))| BomLine {
        item: code(ITEMS[*item]),
        per_unit: units(*number),
        attrition: if at == 0 { 150 } else { 0 },
        refs: (at == 1).then(|| "R1".to_owned()),
    };
    parts.iter().enumerate().map(line).collect()
}

fn begins(content: &Content) -> Option<Family> {
    let Content::Known(entry) = content else {
        return None;
    };
    match &entry.body {
        Body::Order(OrderEntry::Opened(_)) => Some(Family::Order),
        Body::Lot(LotEntry::Planned(_)) => Some(Family::Lot),
        Body::Purchase(PurchaseEntry::Placed(_)) => Some(Family::Purchase),
        Body::Stocktake(StocktakeEntry::Opened(_)) => Some(Family::Stocktake),
        _ => None,
    }
}

/// What a deed needs to know of the world.
struct Scene<'a> {
    world: &'a World,
    documents: Vec<(Family, EntryId)>,
}

impl<'a> Scene<'a> {
    fn of(world: &'a World) -> Self {
        let records = world.records.iter();
        let begun = records.filter_map(|record| Some((begins(&record.content)?, record.id)));
        Self {
            world,
            documents: begun.collect(),
        }
    }

    /// How the document is named that a deed of a family is about; none when there is none yet.
    fn named(&self, family: Family, which: Which) -> Option<EntryRef> {
        let any_family = which.how == How::AnyFamily;
        let known = self.documents.iter();
        let known = known.filter(|(of, _)| any_family || *of == family);
        let known: Vec<EntryId> = known.map(|(_, id)| *id).collect();
        let id = match which.how {
            How::AnyEntry => {
                let at = which.at.checked_rem(self.world.records.len())?;
                self.world.records[at].id
            }
            How::Nothing => EntryId {
                origin: super::origin(2),
                seq: 90,
            },
            _ => *known.get(which.at.checked_rem(known.len())?)?,
        };
        let mut named = reference(id);
        if which.how == How::Astray {
            named.hash8[7] ^= 1;
        }
        Some(named)
    }

    /// A number; some are given twice, and the same in every family.
    fn number(&self) -> ledger_core::Code {
        code(&format!("N-{}", self.documents.len() % 5))
    }

    fn body(&self, deed: &Deed) -> Body {
        let beginning = || Body::Lot(self.planned(0, 5, &[(1, 2)], None));
        self.try_body(deed).unwrap_or_else(beginning)
    }

    fn try_body(&self, deed: &Deed) -> Option<Body> {
        Some(match deed {
            Deed::Bom(parent, child, per_unit, attrition, refs) => {
                Body::BomLineSet(bom_line(*parent, *child, *per_unit, *attrition, *refs))
            }
            Deed::Plan(item, number, bom, customer) => {
                Body::Lot(self.planned(*item, *number, bom, *customer))
            }
            Deed::Lot(..) | Deed::Adopt(..) => Body::Lot(self.lot(deed)?),
            Deed::Place(_) | Deed::Purchase(..) | Deed::Ordered(..) => {
                Body::Purchase(self.purchase(deed)?)
            }
            Deed::Open(..) | Deed::Assign(..) | Deed::Approve(..) => {
                Body::Stocktake(self.stocktake(deed)?)
            }
            Deed::End(family, which) => self.ended(*family, *which)?,
            Deed::Order => opened(self.number().as_str(), OrderType::Sales),
            Deed::Wanted(which, item, wanted) => {
                let order = self.named(Family::Order, *which)?;
                let mut body = line_set(order.id, ITEMS[*item], *wanted);
                if let Body::Order(OrderEntry::LineSet(line)) = &mut body {
                    line.order = order;
                }
                body
            }
            Deed::Move { .. } | Deed::Count(..) | Deed::Reverse(_) => self.fact(deed)?,
            Deed::Merge(item, into) => Body::ItemMerged(ItemMerged {
                once: None,
                item: code(ITEMS[*item]),
                // Only towards the first item, so that there are no circles.
                into: into.map(|into| code(ITEMS[into.min(item - 1)])),
            }),
        })
    }

    fn planned(
        &self,
        item: usize,
        number: i64,
        parts: &[(usize, i64)],
        customer: Option<usize>,
    ) -> LotEntry {
        let mut fields = DocumentFields::new();
        let units = Value::Int(units(number).ten_thousandths());
        fields.insert(production::key::QUANTITY, units);
        if let Some(customer) = customer {
            let customer = Value::text(CUSTOMERS[customer]);
            fields.insert(production::key::CUSTOMER, customer);
        }
        LotEntry::Planned(LotPlanned {
            item: code(ITEMS[item]),
            number: self.number(),
            bom: bom(parts),
            fields,
            once: None,
        })
    }

    fn lot(&self, deed: &Deed) -> Option<LotEntry> {
        let (which, parts) = match deed {
            Deed::Lot(which, ..) => (which, None),
            Deed::Adopt(which, parts) => (which, Some(parts)),
            _ => unreachable!("not about a lot: {deed:?}"),
        };
        let mut fields = DocumentFields::new();
        if let Deed::Lot(_, number, customer) = deed {
            let number = number.map(|number| Value::Int(units(number).ten_thousandths()));
            fields.extend(number.map(|number| (production::key::QUANTITY, number)));
            let customer =
                customer.map(|one| one.map_or(Value::Nil, |at| Value::text(CUSTOMERS[at])));
            fields.extend(customer.map(|customer| (production::key::CUSTOMER, customer)));
        }
        Some(LotEntry::Set(LotSet {
            lot: self.named(Family::Lot, *which)?,
            bom: parts.map(|parts| bom(parts)),
            fields,
            once: None,
        }))
    }

    fn purchase(&self, deed: &Deed) -> Option<PurchaseEntry> {
        let line = |item: usize, number: i64, day: Option<u32>| PurchaseLine {
            item: code(ITEMS[item]),
            quantity: units(number),
            day,
        };
        Some(match deed {
            Deed::Place(lines) => {
                let mut lines: Vec<PurchaseLine> = lines
                    .iter()
                    .map(|(item, number, day)| line(*item, *number, *day))
                    .collect();
                lines.sort_by(|a, b| (&a.item, a.day).cmp(&(&b.item, b.day)));
                lines.dedup_by(|a, b| (&a.item, a.day) == (&b.item, b.day));
                PurchaseEntry::Placed(PurchasePlaced {
                    number: self.number(),
                    lines,
                    fields: DocumentFields::from([(purchase::key::SUPPLIER, Value::text("S-1"))]),
                    once: None,
                })
            }
            Deed::Purchase(which, supplier) => PurchaseEntry::Set(PurchaseSet {
                purchase: self.named(Family::Purchase, *which)?,
                fields: DocumentFields::from([(
                    purchase::key::SUPPLIER,
                    Value::text(["S-2", "S-3"][*supplier]),
                )]),
                once: None,
            }),
            Deed::Ordered(which, item, day, number) => PurchaseEntry::LineSet(PurchaseLineSet {
                purchase: self.named(Family::Purchase, *which)?,
                line: line(*item, *number, *day),
                once: None,
            }),
            _ => unreachable!("not about a purchase order: {deed:?}"),
        })
    }

    fn stocktake(&self, deed: &Deed) -> Option<StocktakeEntry> {
        let targets = |aims: &[Aim]| aims.iter().map(|aim| target(*aim)).collect();
        Some(match deed {
            Deed::Open(aims, days, blind) => {
                let mut fields = DocumentFields::new();
                let days = days.map(|days| (stocktake::key::DAYS, Value::Int(i64::from(days))));
                fields.extend(days);
                let blind = blind.then_some((stocktake::key::BLIND, Value::Bool(true)));
                fields.extend(blind);
                StocktakeEntry::Opened(StocktakeOpened {
                    number: self.number(),
                    targets: targets(aims),
                    fields,
                    once: None,
                })
            }
            Deed::Assign(which, writer, aims, again) => {
                StocktakeEntry::Assigned(StocktakeAssigned {
                    stocktake: self.named(Family::Stocktake, *which)?,
                    device: writer.map(device),
                    targets: targets(aims),
                    again: *again,
                    once: None,
                })
            }
            Deed::Approve(which, counts, astray) => {
                let is_count = |content: &Content| matches!(content, Content::Known(entry) if matches!(entry.body, Body::Counted(_)));
                let records = self.world.records.iter();
                let known = records.filter(|record| is_count(&record.content));
                let known: Vec<EntryId> = known.map(|record| record.id).collect();
                let counts = counts.iter().filter_map(|at| {
                    let mut count = reference(known[at.checked_rem(known.len())?]);
                    count.hash8[7] ^= u8::from(*astray);
                    Some(count)
                });
                StocktakeEntry::Approved(StocktakeApproved {
                    stocktake: self.named(Family::Stocktake, *which)?,
                    counts: counts.collect(),
                    note: None,
                    once: None,
                })
            }
            _ => unreachable!("not about a stocktake: {deed:?}"),
        })
    }

    fn ended(&self, family: Family, which: Which) -> Option<Body> {
        let ended = Ended {
            document: self.named(family, which)?,
            reason: None,
            note: None,
            once: None,
        };
        Some(match family {
            Family::Order => Body::Order(OrderEntry::Closed(ended)),
            Family::Lot => Body::Lot(LotEntry::Closed(ended)),
            Family::Purchase => Body::Purchase(PurchaseEntry::Closed(ended)),
            Family::Stocktake => Body::Stocktake(StocktakeEntry::Closed(ended)),
        })
    }

    fn fact(&self, deed: &Deed) -> Option<Body> {
        Some(match deed {
            Deed::Move {
                item,
                number,
                from,
                to,
                document,
                reason,
            } => {
                let (from, to) = (from.map(at_place), to.map(at_place));
                let mut body = moved(ITEMS[*item], *number, from, to);
                if let Body::Moved(moved) = &mut body {
                    moved.document = document.and_then(|(family, which)| {
                        Some(DocumentRef::new(family, self.named(family, which)?))
                    });
                    let details = &mut moved.particulars.details;
                    details.reason = reason.then(|| "bonus".to_owned());
                }
                body
            }
            Deed::Count(item, at, number, of) => {
                let mut body = counted(ITEMS[*item], "A", *number);
                if let Body::Counted(counted) = &mut body {
                    counted.place = at_place(*at);
                    counted.stocktake = of.and_then(|of| self.named(Family::Stocktake, of));
                }
                body
            }
            Deed::Reverse(at) => {
                let at = at.checked_rem(self.world.records.len())?;
                reversed(self.world.records[at].id)
            }
            _ => unreachable!("no fact: {deed:?}"),
        })
    }
}

fn bom_line(
    parent: usize,
    child: usize,
    per_unit: Option<i64>,
    attrition: Option<u32>,
    refs: Option<usize>,
) -> BomLineSet {
    let per_unit = per_unit.map(|number| Value::Int(units(number).ten_thousandths()));
    let attrition = attrition.map(|lost| Value::Int(i64::from(lost)));
    let refs = refs.map(|at| Value::text(["", "R1", "R2, R3"][at]));
    let fields = [
        (bom_key::PER_UNIT, per_unit),
        (bom_key::ATTRITION, attrition),
        (bom_key::REFS, refs),
    ];
    let fields = fields.into_iter();
    BomLineSet {
        parent: code(ITEMS[parent]),
        child: code(ITEMS[child]),
        fields: fields
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
        once: None,
    }
}

impl World {
    fn take_plan(&mut self, step: &Step) {
        let mut body = Scene::of(self).body(&step.deed);
        if let Some(row) = step.once {
            body.set_once(IdempotencyKey { key: [1; 16], row });
        }
        if let Some(millis) = step.said
            && matches!(body, Body::Moved(_) | Body::Counted(_))
        {
            body = said(body, millis);
        }
        self.write(step.writer, step.millis, body);
        if let Some(clock) = step.clock
            && let Some(record) = self.records.last_mut()
            && let Content::Known(entry) = &mut record.content
        {
            entry.clock = Clock::new(Timestamp::from_millis(clock), 0);
        }
    }
}

/// A world of these steps, of which so much is numbered; the central server's beginning always is.
/// Each writer is a device of its own.
pub fn world(steps: &[Step], numberings: &[Numbering]) -> World {
    let mut world = World::default();
    for writer in 1..4 {
        world.write(writer, 0, genesis(writer));
    }
    world.number(CENTRAL, 1, 1, 0);
    for step in steps {
        world.take_plan(step);
    }
    let mut moment = 0;
    for (writer, count, later) in numberings {
        moment += later;
        world.number_next(*writer, *count, moment);
    }
    world
}
