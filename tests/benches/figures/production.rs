//! The forecast over 200 lots of five levels, 10,000 open lines and 100,000 items: everything anew,
//! after one entry, and how many of a lot can be built.

use std::time::Instant;

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    Act, Body, BomLineSet, Content, LotEntry, LotPlanned, Moved, OrderEntry, OrderLineSet,
    OrderOpened, Particulars, Place, PurchaseEntry, PurchaseLine, PurchasePlaced,
};
use ledger_core::fold::{Fold, Record};
use ledger_core::order::OrderType;
use ledger_core::production::{self, bom_key};
use ledger_core::{Clock, Code, Entry, EntryId, EntryRef, Origin, Timestamp};

use crate::Size;
use crate::data::{NEWEST, Random, units};
use crate::table::{Runs, Table, number, seconds};

const ORIGIN: Origin = Origin::from_bytes([9; 16]);
const RUNS: usize = 7;
/// Made things of each level but the last, which is bought.
const LEVELS: [usize; 4] = [100, 300, 600, 1_000];
const PARTS_OF_ONE: usize = 12;
/// Of these so many are made themselves, where there is a level below.
const MADE_OF_ONE: usize = 2;
const LOTS: usize = 200;
const LINES_OF_ORDER: usize = 10;
const FIRST_DAY: u64 = 20_000;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Factory {
    records: Vec<Record>,
    parts: Vec<Code>,
    lots: Vec<EntryId>,
    next_seq: u64,
}

impl Factory {
    fn new(items: usize, lines: usize) -> Self {
        let mut factory = Self {
            records: Vec::new(),
            parts: (0..items).map(|n| code(&format!("P-{n:06}"))).collect(),
            lots: Vec::new(),
            next_seq: 1,
        };
        let mut random = Random::new(23);
        factory.write(Body::Set(CatalogueWrite::new(Class::Location, code("L-1"))));
        for part in factory.parts.clone() {
            let write = CatalogueWrite::new(Class::Item, part.clone());
            factory.write(Body::Set(write.with(key::NAME, Value::text("a part"))));
            let amount = random.below(200) as i64;
            factory.move_in(part, amount);
        }
        let made = factory.boms(&mut random);
        factory.plan(&made, &mut random);
        factory.open(lines, &mut random);
        factory
    }

    fn write(&mut self, body: Body) -> EntryRef {
        let id = EntryId {
            origin: ORIGIN,
            seq: self.next_seq,
        };
        self.next_seq += 1;
        let time = Timestamp::from_millis(NEWEST - 10_000_000 + id.seq);
        let hash8 = id.seq.to_be_bytes();
        self.records.push(Record {
            id,
            hash8,
            content: Content::Known(Entry {
                time,
                clock: Clock::new(time, 0),
                user: None,
                body,
            }),
        });
        EntryRef { id, hash8 }
    }

    fn move_in(&mut self, item: Code, amount: i64) {
        let place = Place {
            location: code("L-1"),
            owner: None,
            batch: None,
        };
        self.write(Body::Moved(Moved {
            item,
            quantity: units(amount),
            from: None,
            to: Some(place),
            act: Act::Add,
            document: None,
            particulars: Particulars::default(),
        }));
    }

    /// Bills of materials; gives the made things of the first level.
    fn boms(&mut self, random: &mut Random) -> Vec<Code> {
        let made: Vec<Vec<Code>> = LEVELS
            .iter()
            .enumerate()
            .map(|(level, count)| {
                let codes = (0..*count).map(|n| code(&format!("M{level}-{n:04}")));
                codes.collect()
            })
            .collect();
        for (level, things) in made.iter().enumerate() {
            for thing in things {
                let write = CatalogueWrite::new(Class::Item, thing.clone());
                self.write(Body::Set(write));
                for place in 0..PARTS_OF_ONE {
                    let below = made.get(level + 1).filter(|_| place < MADE_OF_ONE);
                    let among = below.unwrap_or(&self.parts);
                    let child = among[random.below(among.len() as u64) as usize].clone();
                    let per_unit = Value::Int(10_000 * (1 + random.below(4) as i64));
                    self.write(Body::BomLineSet(BomLineSet {
                        parent: thing.clone(),
                        child,
                        fields: DocumentFields::from([(bom_key::PER_UNIT, per_unit)]),
                        once: None,
                    }));
                }
            }
        }
        made[0].clone()
    }

    fn plan(&mut self, made: &[Code], random: &mut Random) {
        let mut fold = Fold::new();
        fold.apply_all(self.records.iter().cloned());
        for number in 0..LOTS {
            let item = made[number % made.len()].clone();
            let due = Value::Int((FIRST_DAY + random.below(90)) as i64);
            let count = Value::Int(10_000 * (1 + random.below(50) as i64));
            let lot = self.write(Body::Lot(LotEntry::Planned(LotPlanned {
                bom: fold.bom(&item),
                number: code(&format!("LOT-{number:03}")),
                item,
                fields: DocumentFields::from([
                    (production::key::DUE, due),
                    (production::key::QUANTITY, count),
                ]),
                once: None,
            })));
            self.lots.push(lot.id);
        }
    }

    /// Half of the lines are wanted, half are to come.
    fn open(&mut self, lines: usize, random: &mut Random) {
        let among = self.parts.len() as u64;
        for number in 0..lines / 2 / LINES_OF_ORDER {
            let order = self.write(Body::Order(OrderEntry::Opened(OrderOpened {
                number: code(&format!("SO-{number:05}")),
                order_type: OrderType::Sales,
                fields: DocumentFields::new(),
                once: None,
            })));
            for _ in 0..LINES_OF_ORDER {
                let item = self.parts[random.below(among) as usize].clone();
                self.write(Body::Order(OrderEntry::LineSet(OrderLineSet {
                    order,
                    item,
                    wanted: units(1 + random.below(8) as i64),
                    once: None,
                })));
            }
            let coming = (0..LINES_OF_ORDER).map(|_| PurchaseLine {
                item: self.parts[random.below(among) as usize].clone(),
                quantity: units(100 + random.below(400) as i64),
                day: Some((FIRST_DAY + random.below(60)) as u32),
            });
            let lines = coming.collect();
            self.write(Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
                number: code(&format!("PO-{number:05}")),
                lines,
                fields: DocumentFields::new(),
                once: None,
            })));
        }
    }
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
    let mut factory = Factory::new(items, lines);
    let mut fold = Fold::new();
    fold.apply_all(factory.records.iter().cloned());
    let (runs, prospect) = timed(|| fold.prospect());
    let made: usize = LEVELS.iter().sum();
    table.add(
        &format!(
            "the forecast, everything anew: {LOTS} lots, {} open lines, {} items, 5 levels",
            number(lines as f64),
            number(items as f64)
        ),
        &runs.text("s"),
        "",
        &format!(
            "{made} bills of materials of {PARTS_OF_ONE}; {} needs, {} with their parts",
            number(prospect.situation.needs.len() as f64),
            number(prospect.outlook.needs.len() as f64)
        ),
    );
    let mut times = Vec::new();
    for turn in 0..RUNS {
        let need = prospect.situation.needs[turn * 37].item.clone();
        factory.move_in(need, 1);
        let record = factory.records[factory.records.len() - 1].clone();
        let start = Instant::now();
        fold.apply(record);
        let _prospect = fold.prospect();
        times.push(seconds(start));
    }
    table.add(
        "after one entry that moves something a lot needs",
        &Runs::new(times).text("s"),
        "",
        "everything anew; what no plan needs leaves what was worked out as it is",
    );
    let (runs, lines) = timed(|| {
        let lots = factory.lots.iter().filter_map(|id| fold.lot(*id));
        lots.map(|lot| fold.lot_lines(&lot).len()).sum::<usize>()
    });
    table.add(
        "the figures of all BOM items of all lots",
        &runs.text("s"),
        "",
        &format!("{lines} lines"),
    );
    let lots = factory.lots.iter().step_by(29);
    let times = lots.map(|id| {
        let lot = fold.lot(*id).unwrap();
        let start = Instant::now();
        let _buildable = fold.can_build(&prospect, &lot);
        seconds(start)
    });
    let times = Runs::new(times.collect());
    table.add("how many of one lot can be built", &times.text("s"), "", "");
}
