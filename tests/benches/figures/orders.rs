//! Ten thousand open order lines on a hundred thousand items: what it takes to know who gets what
//! after one more entry, and to work everything out anew; beside SQLite asked for the same
//! allocation with a window over ready tables.

use std::collections::BTreeMap;
use std::time::Instant;

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::DocumentFields;
use ledger_core::entry::{Act, Body, Moved, OrderEntry, Particulars, Place};
use ledger_core::fold::{Fold, NumberRun, Record};
use ledger_core::order::{self, OrderLineSet, OrderOpened, OrderType};
use ledger_core::{Clock, Code, Entry, EntryId, EntryRef, Origin, Timestamp, Total};

use crate::Size;
use crate::data::{NEWEST, Random, units};
use crate::table::{Runs, Table, number, seconds};
use ledger_core::entry::Content;

const LOCATIONS: usize = 40;
const LINES_OF_ORDER: usize = 10;
const RUNS: usize = 5;

/// One open line as it was entered: its item and how much it wants.
type Line = (usize, i64);

/// The shop: what lies where, and which lines want what, in the order of their places.
struct Shop {
    records: Vec<Record>,
    codes: Vec<Code>,
    stock: BTreeMap<(usize, usize), i64>,
    lines: Vec<Line>,
    next_seq: u64,
}

const ORIGIN: Origin = Origin::from_bytes([7; 16]);

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

impl Shop {
    fn new(items: usize, lines: usize) -> Self {
        let mut shop = Self {
            records: Vec::new(),
            codes: (0..items).map(|n| code(&format!("P-{n:06}"))).collect(),
            stock: BTreeMap::new(),
            lines: Vec::new(),
            next_seq: 1,
        };
        let mut random = Random::new(11);
        shop.write(Body::Set(
            CatalogueWrite::new(Class::Setting, code("allow-backorder"))
                .with(key::VALUE, Value::text("on")),
        ));
        for number in 0..LOCATIONS {
            let location = CatalogueWrite::new(Class::Location, code(&format!("L-{number:02}")));
            shop.write(Body::Set(
                location.with(key::SITE, Value::text(["EAST", "WEST"][number % 2])),
            ));
        }
        for item in 0..items {
            let write = CatalogueWrite::new(Class::Item, shop.codes[item].clone());
            shop.write(Body::Set(write.with(key::NAME, Value::text("a part"))));
            for _ in 0..3 {
                let location = random.below(LOCATIONS as u64) as usize;
                let amount = 1 + random.below(20) as i64;
                shop.move_in(item, location, amount);
            }
        }
        for number in 0..lines / LINES_OF_ORDER {
            shop.order(number, &mut random);
        }
        shop
    }

    fn write(&mut self, body: Body) -> EntryRef {
        let id = EntryId {
            origin: ORIGIN,
            seq: self.next_seq,
        };
        self.next_seq += 1;
        let time = Timestamp::from_millis(NEWEST - 10_000_000 + id.seq);
        let record = Record {
            id,
            hash8: id.seq.to_be_bytes(),
            content: Content::Known(Entry {
                time,
                clock: Clock::new(time, 0),
                user: None,
                body,
            }),
        };
        let reference = EntryRef {
            id,
            hash8: record.hash8,
        };
        self.records.push(record);
        reference
    }

    fn move_in(&mut self, item: usize, location: usize, amount: i64) {
        *self.stock.entry((item, location)).or_default() += amount;
        let place = Place {
            location: code(&format!("L-{location:02}")),
            owner: None,
            batch: None,
        };
        let moved = Moved {
            item: self.codes[item].clone(),
            quantity: units(amount),
            from: None,
            to: Some(place),
            act: Act::Add,
            document: None,
            particulars: Particulars::default(),
        };
        self.write(Body::Moved(moved));
    }

    /// An order for the site EAST; every fifth line is for one of a hundred items that many want.
    fn order(&mut self, number: usize, random: &mut Random) {
        let order = self.write(Body::Order(OrderEntry::Opened(OrderOpened {
            number: code(&format!("SO-{number:05}")),
            order_type: OrderType::Sales,
            fields: DocumentFields::from([(order::key::SITE, Value::text("EAST"))]),
            once: None,
        })));
        let mut items = std::collections::BTreeSet::new();
        while items.len() < LINES_OF_ORDER {
            let hot = items.len() % 5 == 0;
            let among = if hot { 100 } else { self.codes.len() };
            items.insert(random.below(among as u64) as usize);
        }
        for item in items {
            let wanted = 1 + random.below(8) as i64;
            self.lines.push((item, wanted));
            self.write(Body::Order(OrderEntry::LineSet(OrderLineSet {
                order,
                item: self.codes[item].clone(),
                wanted: units(wanted),
                once: None,
            })));
        }
    }

    fn run(&self) -> NumberRun {
        NumberRun {
            n: 1,
            origin: ORIGIN,
            first_seq: 1,
            count: self.next_seq - 1,
            moment: Timestamp::from_millis(NEWEST),
        }
    }
}

/// Allocated over all lines, and how many are short.
fn all_lines(fold: &Fold) -> (Total, usize) {
    let (mut allocated, mut short) = (Total::ZERO, 0);
    for line in fold.lines_of_all_orders().into_values().flatten() {
        allocated = allocated.plus(line.allocated);
        short += usize::from(line.backorder > Total::ZERO);
    }
    (allocated, short)
}

fn timed<T>(mut work: impl FnMut() -> T) -> (Runs, T) {
    let mut last = None;
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        last = Some(work());
        seconds(start)
    });
    let runs = Runs::new(runs.collect());
    (runs, last.unwrap())
}

/// The figures.
pub fn run(size: Size, table: &mut Table) {
    let (items, lines) = (size.pick(100_000, 5_000), size.pick(10_000, 500));
    let mut shop = Shop::new(items, lines);
    let start = Instant::now();
    let mut fold = Fold::new();
    fold.apply_all(shop.records.iter().cloned());
    fold.number(shop.run());
    let folding = seconds(start);
    let (runs, (allocated, short)) = timed(|| all_lines(&fold));
    let what = format!(
        "{} open lines, {} items",
        number(lines as f64),
        number(items as f64)
    );
    table.add(
        &format!("who gets what, everything anew: {what}"),
        &runs.text("s"),
        "",
        &format!(
            "{short} lines short; folding all {} entries before it {folding:.2} s",
            shop.next_seq
        ),
    );
    let (runs, open) = timed(|| fold.exceptions().len());
    table.add(
        "the same with all exceptions",
        &runs.text("s"),
        "",
        &format!("{open} open"),
    );
    let (runs, _) = timed(|| {
        let all = fold.items();
        all.iter()
            .filter(|item| fold.allocated(item, None) > Total::ZERO)
            .count()
    });
    table.add("available of all items", &runs.text("s"), "", "");

    one_more(&mut shop, &mut fold, table);
    sqlite(&shop, (allocated, short), table);
}

/// One more entry, and what its item's lines get then.
fn one_more(shop: &mut Shop, fold: &mut Fold, table: &mut Table) {
    for (name, hot) in [
        ("an item with many lines", true),
        ("an item with one line", false),
    ] {
        let mut times = Vec::new();
        let mut waiting = 0;
        for turn in 0..200 {
            let item = if hot {
                turn % 100
            } else {
                shop.lines[turn * 7 % shop.lines.len()].0
            };
            let before = shop.records.len();
            shop.move_in(item, turn % LOCATIONS, 1);
            let record = shop.records[before].clone();
            let start = Instant::now();
            fold.apply(record);
            let lines = fold.lines_wanting(&shop.codes[item]);
            times.push(seconds(start) * 1e6);
            waiting = waiting.max(lines.len());
        }
        // What was given to the fold for timing is not what SQLite was given.
        table.add(
            &format!("after one entry: {name}"),
            &Runs::new(times).text("µs"),
            "",
            &format!("at most {waiting} lines of one item"),
        );
    }
}

#[cfg(feature = "peers")]
const ALLOCATION: &str = "
    SELECT COALESCE(SUM(given), 0), COALESCE(SUM(given < wanted), 0) FROM (
        SELECT wanted, MAX(0, MIN(wanted, COALESCE(pool, 0) - before)) AS given FROM (
            SELECT item, wanted, SUM(wanted) OVER (
                PARTITION BY item ORDER BY place ROWS UNBOUNDED PRECEDING) - wanted AS before
            FROM line WHERE item BETWEEN ?1 AND ?2)
        LEFT JOIN (
            SELECT item AS of, SUM(on_hand) AS pool FROM stock
            WHERE site = 0 AND item BETWEEN ?1 AND ?2 GROUP BY item) ON of = item)";

#[cfg(not(feature = "peers"))]
fn sqlite(_: &Shop, _: (Total, usize), table: &mut Table) {
    table.add("SQLite", "not measured: run with the feature peers", "", "");
}

/// SQLite with the totals ready in a table, and every line's place known.
#[cfg(feature = "peers")]
fn sqlite(shop: &Shop, expected: (Total, usize), table: &mut Table) {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE stock (item INTEGER, location INTEGER, site INTEGER, on_hand INTEGER,
             PRIMARY KEY (item, location)) WITHOUT ROWID;
         CREATE TABLE line (item INTEGER, place INTEGER, wanted INTEGER,
             PRIMARY KEY (item, place)) WITHOUT ROWID;
         BEGIN;",
    )
    .unwrap();
    let first = Shop::new(shop.codes.len(), shop.lines.len());
    for ((item, location), on_hand) in &first.stock {
        db.execute(
            "INSERT INTO stock VALUES (?1, ?2, ?3, ?4)",
            (
                *item as i64,
                *location as i64,
                (*location % 2) as i64,
                *on_hand,
            ),
        )
        .unwrap();
    }
    for (place, (item, wanted)) in first.lines.iter().enumerate() {
        db.execute(
            "INSERT INTO line VALUES (?1, ?2, ?3)",
            (*item as i64, place as i64, *wanted),
        )
        .unwrap();
    }
    db.execute_batch("COMMIT; ANALYZE;").unwrap();
    let mut query = db.prepare(ALLOCATION).unwrap();
    let mut ask = |from: i64, to: i64| -> (i64, i64) {
        query
            .query_row((from, to), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    let all = shop.codes.len() as i64;
    let (runs, (given, short)) = timed(|| ask(0, all));
    assert_eq!(
        i128::from(given) * 10_000,
        expected.0.ten_thousandths(),
        "SQLite allocates otherwise"
    );
    assert_eq!(short as usize, expected.1, "SQLite has other short lines");
    let name = format!("SQLite {}", rusqlite::version());
    table.add(
        &format!("{name}, the same allocation, everything anew"),
        &runs.text("s"),
        "",
        "totals ready in a table; no picks, ranks, growth or owners; in memory",
    );
    let times = (0..100).map(|item| {
        let start = Instant::now();
        let _answer = ask(item, item);
        seconds(start) * 1e6
    });
    table.add(
        &format!("{name}, one item with many lines"),
        &Runs::new(times.collect()).text("µs"),
        "",
        "without writing the entry",
    );
}
