//! Every page of a large house: 100,000 items at 5,000 locations with ten million entries. How long
//! the server takes for each page, quiet and while others write, and what a browser loads at first.
//!
//! Time is that of a browser on the same machine: from the request to the last byte, compressed,
//! over one connection that is kept. It is thus a little more than the server's own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, LocationTypeChange, OrderChange, Plan, Refusal,
};
use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::entry::{Act, Body, Counted, Details, Moved, Particulars, Place};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{Code, UserName};
use ledger_node::{Actor, Node, NodeKind};
use tests::server::Server;

use crate::Size;
use crate::browse::Visitor;
use crate::data::{NEWEST, Random, ToldClock, plan_of, units};
use crate::machine;
use crate::table::{Table, number, seconds};

const ROWS: usize = 10;
const COLUMNS: usize = 10;
const SITES: usize = 5;
const ROOMS: usize = 10;
const CUSTOMERS: usize = 200;
const LINES_OF_ORDER: usize = 5;
/// The first items lie in many places and are moved most.
const HOT: usize = 20;
const PLACES_OF_HOT: usize = 60;
/// What a page may take at the 99th percentile, in milliseconds.
const GOAL_MS: f64 = 20.0;
/// What a browser may load at first, compressed.
const GOAL_BYTES: usize = 60 * 1024;

/// How large the house is.
#[derive(Debug, Clone, Copy)]
struct House {
    items: usize,
    locations: usize,
    entries: usize,
    orders: usize,
    asked: usize,
}

impl House {
    fn sku(n: usize) -> Code {
        Code::new(&format!("P-{n:06}")).unwrap()
    }

    fn rack(n: usize) -> String {
        format!("RACK-{n:02}")
    }

    /// The code of a location as a grid makes it.
    fn location(number: usize) -> Code {
        let (rack, place) = (number / (ROWS * COLUMNS), number % (ROWS * COLUMNS));
        let (row, column) = (1 + place / COLUMNS, place % COLUMNS);
        let column = char::from(b'A' + column as u8);
        Code::new(&format!("R{rack:02}-{column}-{row:02}")).unwrap()
    }

    /// Where an item lies: in one place to four, the first items in many.
    fn places_of(&self, item: usize) -> usize {
        if item < HOT {
            PLACES_OF_HOT
        } else {
            1 + item * 7 % 4
        }
    }

    fn place(&self, item: usize, which: usize) -> Place {
        let number = (item * 31 + which * 977) % self.locations;
        let customer = item.is_multiple_of(20) && which % 2 == 1;
        let owner = customer.then(|| Code::new(&customer_of(item)).unwrap());
        Place {
            location: Self::location(number),
            owner,
            batch: None,
        }
    }
}

fn customer_of(item: usize) -> String {
    format!("C-{:03}", item / 20 % CUSTOMERS)
}

/// Writes all plans in groups.
fn write_all(
    node: &Node,
    clock: &ToldClock,
    millis: &mut u64,
    mut plan: impl FnMut(&Fold, u64) -> Option<Result<Plan, Refusal>>,
) {
    const GROUP: usize = 100_000;
    let actor = Actor {
        user: Some(UserName::new("anna").unwrap()),
    };
    loop {
        let mut left = GROUP;
        clock.tell(*millis);
        let mut ended = false;
        node.write_many(&actor, |fold| {
            if left == 0 {
                return None;
            }
            left -= 1;
            *millis += 60;
            clock.tell(*millis);
            let next = plan(fold, *millis);
            ended = next.is_none();
            next
        })
        .unwrap();
        if ended {
            return;
        }
    }
}

fn catalogue(house: House) -> impl FnMut(&Fold, u64) -> Option<Result<Plan, Refusal>> {
    let racks = house.locations / (ROWS * COLUMNS);
    let mut step = 0_usize;
    move |fold, _| {
        let now = step;
        step += 1;
        if now < racks {
            let change = LocationTypeChange {
                rows: Some(ROWS as u32),
                columns: Some("A-J".to_owned()),
                ..LocationTypeChange::default()
            };
            return Some(at_entry::add_location_type(
                fold,
                &House::rack(now),
                &change,
            ));
        }
        if now < 2 * racks {
            let rack = now - racks;
            let change = LocationChange {
                site: Some(format!("SITE-{}", rack % SITES)),
                room: Some(format!("Room {}", rack % ROOMS)),
                ..LocationChange::default()
            };
            let prefix = format!("R{rack:02}");
            return Some(at_entry::add_grid(
                fold,
                &House::rack(rack),
                &prefix,
                ROWS as u32,
                "A-J",
                &change,
            ));
        }
        let now = now - 2 * racks;
        if now < CUSTOMERS {
            let (code, name) = (format!("C-{now:03}"), format!("Customer {now}"));
            return Some(at_entry::add_partner(
                fold,
                Class::Customer,
                &code,
                Some(&name),
            ));
        }
        let now = now - CUSTOMERS;
        (now < house.items).then(|| {
            let change = ItemChange {
                name: Some(format!("Part number {now}, {} mm", 1 + now % 97)),
                threshold: now.is_multiple_of(3).then(|| Some(units(20))),
                barcodes: vec![(format!("{}", 20_000_000_000_000 + now), units(1))],
                location: Some(house.place(now, 0).location.to_string()),
                ..ItemChange::default()
            };
            at_entry::add_item(fold, House::sku(now).as_str(), &change)
        })
    }
}

/// Movements that a house makes: hardly a place goes below zero, one in a hundred is a count.
fn movements(house: House) -> impl FnMut(&Fold, u64) -> Option<Result<Plan, Refusal>> {
    let mut random = Random::new(5);
    let mut on_hand = vec![[0_i32; PLACES_OF_HOT]; HOT];
    let mut cold = vec![[0_i32; 4]; house.items];
    let mut left = house.entries;
    move |_, _| {
        left = left.checked_sub(1)?;
        let share = random.below(1 << 30) as f64 / f64::from(1 << 30);
        let item = (share.powi(3) * house.items as f64) as usize;
        let which = random.below(house.places_of(item) as u64) as usize;
        let kept = if item < HOT {
            &mut on_hand[item][which]
        } else {
            &mut cold[item][which]
        };
        let amount = 1 + random.below(50) as i32;
        let particulars = Particulars {
            details: Details {
                order: random.below(2).eq(&0).then(|| format!("SO-{}", left / 20)),
                reason: random.below(5).eq(&0).then(|| "sample".to_owned()),
                ..Details::default()
            },
            ..Particulars::default()
        };
        let (sku, place) = (House::sku(item), house.place(item, which));
        if random.below(100) == 0 {
            return Some(Ok(plan_of(
                sku.clone(),
                Body::Counted(Counted {
                    item: sku,
                    quantity: units(i64::from(*kept)),
                    place,
                    span: None,
                    stocktake: None,
                    particulars,
                }),
            )));
        }
        let sloppy = random.below(20_000) == 0;
        let out = (*kept >= amount || sloppy) && random.below(20) < 11;
        *kept += if out { -amount } else { amount };
        let (from, to) = if out {
            (Some(place), None)
        } else {
            (None, Some(place))
        };
        Some(Ok(plan_of(
            sku.clone(),
            Body::Moved(Moved {
                document: None,
                item: sku,
                quantity: units(i64::from(amount)),
                act: if from.is_some() {
                    Act::Remove
                } else {
                    Act::Add
                },
                from,
                to,
                particulars,
            }),
        )))
    }
}

fn order(n: usize) -> String {
    format!("S-{n:05}")
}

/// Orders with their lines; the first third was closed.
fn orders(house: House, node: &Node) -> impl FnMut(&Fold, u64) -> Option<Result<Plan, Refusal>> {
    let device = node.view().device();
    let mut random = Random::new(8);
    let (mut number, mut line) = (0, 0);
    let mut items = BTreeSet::new();
    move |fold, _| {
        if number == house.orders {
            return None;
        }
        let name = order(number);
        line += 1;
        if line == 1 {
            items.clear();
            let change = OrderChange {
                customer: Some(Some(format!("C-{:03}", number % CUSTOMERS))),
                title: Some("Spare parts".to_owned()),
                ..OrderChange::default()
            };
            return Some(at_entry::open_order(
                fold,
                device,
                Some(&name),
                OrderType::Sales,
                &change,
            ));
        }
        if line <= 1 + LINES_OF_ORDER {
            let among = if line == 2 { 100 } else { house.items };
            let mut item = random.below(among as u64) as usize;
            while !items.insert(item) {
                item = random.below(among as u64) as usize;
            }
            let wanted = units(1 + random.below(200) as i64);
            return Some(at_entry::order_add(
                fold,
                &name,
                House::sku(item).as_str(),
                wanted,
            ));
        }
        line = 0;
        number += 1;
        if number <= house.orders / 3 {
            return Some(at_entry::order_close(fold, &name, &Details::default()));
        }
        // Nothing more to say of an order that stays open.
        Some(at_entry::order_expedite(
            fold,
            &name,
            House::sku(*items.first().unwrap()).as_str(),
            1,
        ))
    }
}

/// Fills the server's store while it does not run.
fn fill(server: &mut Server, house: House) -> f64 {
    server.stop();
    let start = Instant::now();
    let clock = ToldClock::default();
    let node = Node::open(
        server.data(),
        NodeKind::Server,
        Arc::new(clock.clone()),
        |_| {},
    )
    .unwrap();
    let mut millis = NEWEST - 60 * (house.entries + house.items * 2) as u64;
    clock.tell(millis);
    let actor = Actor {
        user: Some(UserName::new("anna").unwrap()),
    };
    let allowed = CatalogueWrite::new(Class::Setting, Code::new("allow-backorder").unwrap())
        .with(key::VALUE, Value::text("on"));
    node.write(&actor, |_| {
        Ok(Plan {
            about: allowed.subject.clone().into(),
            bodies: vec![Body::Set(allowed)],
            warnings: Vec::new(),
        })
    })
    .unwrap();
    write_all(&node, &clock, &mut millis, catalogue(house));
    write_all(&node, &clock, &mut millis, movements(house));
    let some = orders(house, &node);
    write_all(&node, &clock, &mut millis, some);
    node.close().unwrap();
    let took = seconds(start);
    server.start_again();
    took
}

/// One page of the house, with the path of its n-th visit.
type Ask = (&'static str, fn(&House, &mut Random) -> String);

fn some_item(house: &House, random: &mut Random) -> Code {
    House::sku(random.below(house.items as u64) as usize)
}

fn hot_item(_: &House, random: &mut Random) -> Code {
    House::sku(random.below(HOT as u64) as usize)
}

fn some_order(house: &House, random: &mut Random) -> String {
    order(random.below(house.orders as u64) as usize)
}

const ASKED: [Ask; 43] = [
    ("dashboard", |_, _| "/".to_owned()),
    ("stock", |_, _| "/stock".to_owned()),
    ("stock of a site", |_, r| {
        format!("/stock?site=SITE-{}", r.below(SITES as u64))
    }),
    ("stock of a customer", |_, r| {
        format!("/stock?owner=C-{:03}", r.below(CUSTOMERS as u64))
    }),
    ("items", |_, _| "/items".to_owned()),
    ("items, somewhere in the list", |h, r| {
        format!("/items?after={}", some_item(h, r))
    }),
    ("items, searched by code", |h, r| {
        format!("/items?search={}", some_item(h, r))
    }),
    ("items, searched by words", |_, r| {
        format!("/items?search=number+{}", r.below(99_999))
    }),
    ("items, searched in vain", |_, _| {
        "/items?search=no+such+thing".to_owned()
    }),
    ("items that are low or out", |_, _| {
        "/items?level=attention".to_owned()
    }),
    ("items not counted for 90 days", |_, _| {
        "/items?uncounted=90".to_owned()
    }),
    ("items at a location", |h, r| {
        format!(
            "/items?location={}",
            House::location(r.below(h.locations as u64) as usize)
        )
    }),
    ("items of a customer", |_, r| {
        format!("/items?owner=C-{:03}", r.below(CUSTOMERS as u64))
    }),
    ("item", |h, r| format!("/items/{}", some_item(h, r))),
    ("item that moves much", |h, r| {
        format!("/items/{}", hot_item(h, r))
    }),
    ("item: add", |h, r| {
        format!("/items/{}?act=add", some_item(h, r))
    }),
    ("stock history", |h, r| {
        format!("/items/{}/history", some_item(h, r))
    }),
    ("stock history of one that moves much", |h, r| {
        format!("/items/{}/history", hot_item(h, r))
    }),
    ("why", |h, r| format!("/items/{}/why", some_item(h, r))),
    ("why, of one that moves much", |h, r| {
        format!("/items/{}/why", hot_item(h, r))
    }),
    ("item: edit", |h, r| {
        format!("/items/{}/edit", some_item(h, r))
    }),
    ("new item", |_, _| "/items/new".to_owned()),
    ("orders", |_, _| "/orders".to_owned()),
    ("order", |h, r| format!("/orders/{}", some_order(h, r))),
    ("new order", |_, _| "/orders/new".to_owned()),
    ("pick list", |h, r| {
        format!("/orders/{}/pick-list", some_order(h, r))
    }),
    ("backorders", |_, _| "/backorders".to_owned()),
    ("customers", |_, _| "/customers".to_owned()),
    ("customer", |_, r| {
        format!("/customers/C-{:03}", r.below(CUSTOMERS as u64))
    }),
    ("locations", |_, _| "/locations".to_owned()),
    ("location", |h, r| {
        format!(
            "/locations/{}",
            House::location(r.below(h.locations as u64) as usize)
        )
    }),
    ("rack", |h, r| {
        let racks = h.locations / (ROWS * COLUMNS);
        format!(
            "/location-types/{}",
            House::rack(r.below(racks as u64) as usize)
        )
    }),
    ("sites", |_, _| "/sites".to_owned()),
    ("site", |_, r| {
        format!("/sites/SITE-{}", r.below(SITES as u64))
    }),
    ("labels of an item", |h, r| {
        format!("/labels?kind=items&select={}", some_item(h, r))
    }),
    ("log", |_, _| "/log".to_owned()),
    ("log of one item", |h, r| {
        format!("/log?about={}", some_item(h, r))
    }),
    ("server", |_, _| "/server".to_owned()),
    ("exceptions", |_, _| "/exceptions".to_owned()),
    ("devices", |_, _| "/devices".to_owned()),
    ("users", |_, _| "/users".to_owned()),
    ("settings", |_, _| "/settings/inventory".to_owned()),
    ("menu", |_, _| "/menu".to_owned()),
];

/// Reports go through all rows, so they are asked a few times only, and have no goal.
const REPORTS: [Ask; 5] = [
    ("movements per day", |_, _| {
        "/reports/movements?days=90".to_owned()
    }),
    ("what lies here, by count", |_, _| {
        "/reports/stock?days=90".to_owned()
    }),
    ("what counts found", |_, _| {
        "/reports/shrinkage?days=365".to_owned()
    }),
    ("slow movers", |_, _| "/reports/slow?idle=90".to_owned()),
    ("transactions per person", |_, _| {
        "/reports/people?days=90".to_owned()
    }),
];
const REPORTS_ASKED: usize = 5;

/// Milliseconds of one page, sorted.
struct Times(Vec<f64>);

impl Times {
    fn share(&self, share: f64) -> f64 {
        let last = self.0.len() - 1;
        self.0[(share * last as f64).round() as usize]
    }

    fn text(&self) -> String {
        format!(
            "{} ms (median {})",
            number(self.share(0.99)),
            number(self.share(0.5))
        )
    }
}

/// Asks for all pages in turns, so that one page does not find everything as it left it.
fn ask(visitor: &mut Visitor, house: &House, asked: &[Ask], rounds: usize) -> Vec<Times> {
    let mut random = Random::new(77);
    let mut times = vec![Vec::new(); asked.len()];
    for round in 0..=rounds {
        if round.is_multiple_of(10) {
            eprintln!("  round {round} of {rounds}");
        }
        for (times, (_, path)) in times.iter_mut().zip(asked) {
            let path = path(house, &mut random);
            let start = Instant::now();
            let answer = visitor.get(&path);
            let took = seconds(start) * 1e3;
            assert_eq!(answer.status, 200, "{path}");
            // The first round warms caches up, as the first minute of a day does.
            if round > 0 {
                times.push(took);
            }
        }
    }
    let sorted = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        Times(times)
    };
    times.into_iter().map(sorted).collect()
}

/// All reports, and how long an item's page takes while they are made.
fn reports(server: &Server, house: &House, table: &mut Table) {
    let mut visitors = ["planner", "keeper"].map(|user| {
        let added = server.admin(&format!("user add {user} --role manager"));
        let mut visitor = Visitor::new(server.address());
        visitor.choose_password(added["url"].as_str().unwrap());
        visitor
    });
    let (done, is_done) = channel::<()>();
    let (reports, mut meanwhile) = std::thread::scope(|scope| {
        let [planner, keeper] = &mut visitors;
        let other = scope.spawn(move || {
            let mut random = Random::new(55);
            let mut times = Vec::new();
            while is_done.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout)
            {
                let path = format!("/items/{}", some_item(house, &mut random));
                let start = Instant::now();
                assert_eq!(keeper.get(&path).status, 200, "{path}");
                times.push(seconds(start) * 1e3);
            }
            times
        });
        let reports = ask(planner, house, &REPORTS, REPORTS_ASKED);
        drop(done);
        (reports, other.join().unwrap())
    });
    for ((name, _), times) in REPORTS.iter().zip(&reports) {
        table.add(
            &format!("report: {name}"),
            &format!("median {} ms", number(times.share(0.5))),
            "",
            &format!("longest of {REPORTS_ASKED} {} ms", number(times.share(1.0))),
        );
    }
    meanwhile.sort_by(f64::total_cmp);
    let times = Times(meanwhile);
    table.add(
        "page of an item while reports are made",
        &times.text(),
        "",
        &format!("longest {} ms", number(times.share(1.0))),
    );
}

/// A handheld's work: movements through the API, some each second, until told to stop.
fn work(server: &Server, house: &House, is_done: &Receiver<()>) -> usize {
    const PAUSE: Duration = Duration::from_millis(200);
    let token = server.token_of("worker", "operator");
    let mut random = Random::new(91);
    let mut written = 0;
    while is_done.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        let sku = some_item(house, &mut random);
        let location = house.place(sku.as_str()[2..].parse().unwrap(), 0).location;
        let body = serde_json::json!({
            "item": sku.as_str(), "to": location.as_str(), "quantity": "1",
        });
        let reply = server.write("POST", "movements", &token, &body);
        assert!(reply.status < 300, "{reply}");
        written += 1;
    }
    written
}

/// All pages.
pub fn run(size: Size, table: &mut Table) {
    let house = House {
        items: size.pick(100_000, 2_000),
        locations: size.pick(5_000, 500),
        entries: size.pick(10_000_000, 50_000),
        orders: size.pick(3_000, 60),
        asked: size.pick(100, 10),
    };
    let mut server = Server::start();
    let boss = server.admin("user add boss --role administrator");
    server.admin("user add anna --role administrator");
    let filled = fill(&mut server, house);
    let mut visitor = Visitor::new(server.address());
    visitor.choose_password(boss["url"].as_str().unwrap());
    let said = format!(
        "{} items, {} locations, {} entries; filled in {} s; the server's memory {} MB",
        number(house.items as f64),
        number(house.locations as f64),
        number(house.entries as f64),
        number(filled),
        number(machine::memory_mb_of(server.process_id(), "VmRSS"))
    );
    let quiet = ask(&mut visitor, &house, &ASKED, house.asked);
    let (done, is_done) = channel();
    let (busy, written) = std::thread::scope(|scope| {
        let (server, house) = (&server, &house);
        let worker = scope.spawn(move || work(server, house, &is_done));
        let busy = ask(&mut visitor, house, &ASKED, house.asked);
        drop(done);
        (busy, worker.join().unwrap())
    });
    let over = |times: &[Times]| times.iter().filter(|it| it.share(0.99) > GOAL_MS).count();
    let all = ASKED.len();
    for (name, times) in [("quiet", &quiet), ("while others write", &busy)] {
        let worst = times.iter().map(|it| it.share(0.99)).fold(0.0, f64::max);
        table.add(
            &format!("slowest of {all} pages at the server, 99th percentile, {name}"),
            &format!("{} ms", number(worst)),
            "≤ 20 ms",
            &format!("{} pages over the goal; {said}", over(times)),
        );
    }
    for (((name, path), quiet), busy) in ASKED.iter().zip(&quiet).zip(&busy) {
        let path = path(&house, &mut Random::new(3));
        let loaded = visitor.first_load(&path);
        let miss = if loaded > GOAL_BYTES { "OVER " } else { "" };
        table.add(
            &format!("page: {name}"),
            &quiet.text(),
            "≤ 20 ms, ≤ 60 KiB",
            &format!(
                "while others write {}; first load {miss}{} KiB",
                busy.text(),
                number(loaded as f64 / 1024.0)
            ),
        );
    }
    eprintln!("  {written} movements were written meanwhile");
    reports(&server, &house, table);
}
