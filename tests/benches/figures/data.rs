//! Movements as a workshop might make them, from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::at_entry::{self, ItemChange, LocationChange, Plan};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::{Act, Body, Counted, Details, IdempotencyKey, Moved, Particulars, Place};
use ledger_core::fold::Fold;
use ledger_core::{Code, Quantity, Timestamp, UserName};
use ledger_node::{Actor, SystemClock, WallClock};

/// How many items there are; the first are moved most.
pub const ITEMS: usize = 5_000;
const LOCATIONS: usize = 40;
const USERS: usize = 3;
/// The moment at which generated history ends, when nothing else is said.
pub const NEWEST: u64 = 1_790_000_000_000;

/// A small generator of numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One generated transaction, small and plain.
#[derive(Debug, Clone, Copy)]
pub struct Deed {
    /// When.
    pub millis: u64,
    /// Of which item, by number.
    pub item: usize,
    /// From where; none = it came in.
    pub from: Option<usize>,
    /// To where; none = it went out. Of a count: where.
    pub to: Option<usize>,
    /// How many.
    pub units: i64,
    /// The order, when there is one.
    pub order: Option<u64>,
    /// Who.
    pub user: usize,
    /// It is a count.
    pub counted: bool,
}

/// Generated transactions, in the order in which they happened.
pub fn deeds(seed: u64, count: usize, newest: u64) -> Vec<Deed> {
    let mut random = Random::new(seed);
    let mut millis = newest - 8_500 * count as u64;
    let mut order = 10_000;
    (0..count)
        .map(|_| {
            millis += 2_000 + random.below(13_000);
            order += u64::from(random.below(20) == 0);
            let item = (random.unit().powi(3) * ITEMS as f64) as usize;
            let (one, other) = two_places(&mut random);
            let counted = random.below(100) == 0;
            let (from, to) = match random.below(10) {
                _ if counted => (None, Some(one)),
                0..4 => (None, Some(one)),
                4..8 => (Some(one), None),
                _ => (Some(one), Some(other)),
            };
            Deed {
                millis,
                item,
                from,
                to,
                units: 1 + random.below(50) as i64,
                order: (random.below(2) == 0).then_some(order),
                user: random.below(USERS as u64) as usize,
                counted,
            }
        })
        .collect()
}

fn two_places(random: &mut Random) -> (usize, usize) {
    let one = random.below(LOCATIONS as u64) as usize;
    let step = 1 + random.below(LOCATIONS as u64 - 1) as usize;
    (one, (one + step) % LOCATIONS)
}

/// The codes of items, locations and users, made once.
#[derive(Debug)]
pub struct Names {
    /// SKUs.
    pub items: Vec<Code>,
    /// Location numbers.
    pub locations: Vec<Code>,
    /// Users as actors.
    pub actors: Vec<Actor>,
}

impl Names {
    /// All of them.
    pub fn new() -> Self {
        let code = |text: String| Code::new(&text).expect("a code");
        let actor = |name: &str| Actor {
            user: Some(UserName::new(name).expect("a user's name")),
        };
        Self {
            items: (0..ITEMS)
                .map(|n| code(format!("P-{:05}", 10_000 + n)))
                .collect(),
            locations: (0..LOCATIONS)
                .map(|n| code(format!("R{}-{:02}", 1 + n / 10, n % 10)))
                .collect(),
            actors: ["anna", "bo", "chidi"].map(actor).to_vec(),
        }
    }

    /// What people read of a deed: half of them have an order.
    pub fn details(&self, deed: &Deed) -> Details {
        Details {
            order: deed.order.map(|order| format!("SO-{order}")),
            ..Details::default()
        }
    }

    /// What a deed says in an entry. With a row it is an imported one, which says its time.
    pub fn body(&self, deed: &Deed, row: Option<u64>) -> Body {
        let place = |at: usize| Place {
            location: self.locations[at].clone(),
            owner: None,
            batch: None,
        };
        let particulars = Particulars {
            details: self.details(deed),
            said: row.map(|_| Timestamp::from_millis(deed.millis)),
            once: row.map(|row| IdempotencyKey {
                key: *b"an imported file",
                row,
            }),
            expiry: None,
        };
        let (item, quantity) = (self.items[deed.item].clone(), units(deed.units));
        if deed.counted {
            return Body::Counted(Counted {
                item,
                quantity,
                place: place(deed.to.unwrap_or(0)),
                span: None,
                stocktake: None,
                particulars,
            });
        }
        Body::Moved(Moved {
            document: None,
            item,
            quantity,
            from: deed.from.map(place),
            to: deed.to.map(place),
            act: match (deed.from, deed.to) {
                (None, _) => Act::Add,
                (Some(_), None) => Act::Remove,
                (Some(_), Some(_)) => Act::Move,
            },
            particulars,
        })
    }

    /// A ready-made plan of an imported row.
    pub fn plan(&self, deed: &Deed, row: u64) -> Plan {
        plan_of(self.items[deed.item].clone(), self.body(deed, Some(row)))
    }

    /// The plans that make all items and locations.
    pub fn catalogue(&self) -> Vec<Plan> {
        let empty = Fold::new();
        let items = self.items.iter().enumerate().map(|(n, sku)| {
            let change = ItemChange {
                name: Some(format!("Part number {n}")),
                ..ItemChange::default()
            };
            at_entry::add_item(&empty, sku.as_str(), &change).expect("a new item")
        });
        let locations = self.locations.iter().map(|number| {
            let change = LocationChange::default();
            at_entry::add_location(&empty, number.as_str(), &change).expect("a new location")
        });
        items.chain(locations).collect()
    }
}

/// A plan that writes one body.
pub fn plan_of(item: Code, body: Body) -> Plan {
    Plan {
        bodies: vec![body],
        warnings: Vec::new(),
        about: Subject::new(Class::Item, item).into(),
    }
}

/// Whole units.
pub fn units(count: i64) -> Quantity {
    Quantity::from_units(count).expect("a small quantity")
}

/// A clock that is told the time, until it is told to be the system's.
#[derive(Debug, Clone, Default)]
pub struct ToldClock {
    /// 0 = the system's clock.
    millis: Arc<AtomicU64>,
}

impl ToldClock {
    /// Says what time it is.
    pub fn tell(&self, millis: u64) {
        self.millis.store(millis, Ordering::SeqCst);
    }

    /// Goes over to the system's clock.
    pub fn run(&self) {
        self.tell(0);
    }
}

impl WallClock for ToldClock {
    fn now(&self) -> Timestamp {
        match self.millis.load(Ordering::SeqCst) {
            0 => SystemClock.now(),
            millis => Timestamp::from_millis(millis),
        }
    }
}
