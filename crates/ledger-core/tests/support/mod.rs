//! Small worlds for tests of the fold: origins that write, and what the fold makes of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test program uses its own part of this"
)]

pub mod branches;
pub mod clocks;
pub mod oracle;
pub mod orders;
pub mod plan_oracle;
pub mod planned;
pub mod plans;
pub mod rights;
pub mod scans;

use ledger_core::catalogue::{self, CatalogueWrite, Class, Value};
use ledger_core::document::{DocumentFields, DocumentRef};
use ledger_core::entry::{
    Act, Body, Content, Counted, Ended, IdempotencyKey, Moved, OrderEntry, OrderExpedited,
    OrderLineSet, OrderOpened, Particulars, Place, Reversed,
};
use ledger_core::fold::{Branch, Fold, NumberRun, Record};
use ledger_core::order::{self, OrderType};
use ledger_core::{Clock, Code, Entry, EntryId, EntryRef, Origin, Quantity, Timestamp, Total};

/// A minute in milliseconds.
pub const MINUTE: u64 = 60_000;

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub fn units(number: i64) -> Quantity {
    Quantity::from_units(number).unwrap()
}

pub fn origin(number: u8) -> Origin {
    Origin::from_bytes([number; 16])
}

pub fn place(location: &str) -> Place {
    Place {
        location: code(location),
        owner: None,
        batch: None,
    }
}

pub fn hash8(id: EntryId) -> [u8; 8] {
    (id.seq ^ (u64::from(id.origin.as_bytes()[0]) << 56)).to_be_bytes()
}

pub fn reference(id: EntryId) -> EntryRef {
    EntryRef {
        id,
        hash8: hash8(id),
    }
}

pub fn moved(item: &str, number: i64, from: Option<Place>, to: Option<Place>) -> Body {
    let act = match (&from, &to) {
        (None, _) => Act::Add,
        (_, None) => Act::Remove,
        _ => Act::Move,
    };
    let particulars = Particulars::default();
    Body::Moved(Moved {
        document: None,
        item: code(item),
        quantity: units(number),
        from,
        to,
        act,
        particulars,
    })
}

pub fn add(item: &str, location: &str, number: i64) -> Body {
    moved(item, number, None, Some(place(location)))
}

pub fn remove(item: &str, location: &str, number: i64) -> Body {
    moved(item, number, Some(place(location)), None)
}

pub fn counted(item: &str, location: &str, number: i64) -> Body {
    Body::Counted(Counted {
        item: code(item),
        quantity: units(number),
        place: place(location),
        span: None,
        stocktake: None,
        particulars: Particulars::default(),
    })
}

pub fn reversed(target: EntryId) -> Body {
    Body::Reversed(Reversed {
        target: reference(target),
        particulars: Particulars::default(),
    })
}

pub fn opened(number: &str, order_type: OrderType) -> Body {
    Body::Order(OrderEntry::Opened(OrderOpened {
        number: code(number),
        order_type,
        fields: DocumentFields::new(),
        once: None,
    }))
}

/// Opens an order for a customer.
pub fn opened_for(number: &str, customer: &str) -> Body {
    Body::Order(OrderEntry::Opened(OrderOpened {
        number: code(number),
        order_type: OrderType::Sales,
        fields: DocumentFields::from([(order::key::CUSTOMER, Value::text(customer))]),
        once: None,
    }))
}

pub fn line_set(order: EntryId, item: &str, number: i64) -> Body {
    Body::Order(OrderEntry::LineSet(OrderLineSet {
        order: reference(order),
        item: code(item),
        wanted: units(number),
        once: None,
    }))
}

pub fn expedited(order: EntryId, item: &str, rank: i64) -> Body {
    Body::Order(OrderEntry::Expedited(OrderExpedited {
        order: reference(order),
        item: code(item),
        rank,
        once: None,
    }))
}

fn ended(order: EntryId) -> Ended {
    Ended {
        document: reference(order),
        reason: None,
        note: None,
        once: None,
    }
}

pub fn closed(order: EntryId) -> Body {
    Body::Order(OrderEntry::Closed(ended(order)))
}

pub fn cancelled(order: EntryId) -> Body {
    Body::Order(OrderEntry::Cancelled(ended(order)))
}

/// The same movement, for an order.
pub fn for_order(mut body: Body, order: EntryId) -> Body {
    let Body::Moved(moved) = &mut body else {
        unreachable!("only movements are for orders");
    };
    moved.document = Some(DocumentRef::order(reference(order)));
    body
}

/// A setting.
pub fn setting(key: &str, value: &str) -> Body {
    let write = CatalogueWrite::new(Class::Setting, code(key));
    Body::Set(write.with(catalogue::key::VALUE, Value::text(value)))
}

/// The lines of an order: item, then wanted, picked, allocated and backorder, printed.
pub fn lines(fold: &Fold, order: EntryId) -> Vec<String> {
    let lines = fold.order_lines(order);
    let of_all = fold.lines_of_all_orders().remove(&order);
    assert_eq!(
        lines,
        of_all.unwrap_or_default(),
        "one by one and all at once"
    );
    let out = fold.order_moves(order).into_iter();
    let out = out.fold(Total::ZERO, |sum, taken| sum.plus(taken.quantity.total()));
    let picked = lines.iter();
    let picked = picked.fold(Total::ZERO, |sum, line| sum.plus(line.picked));
    assert_eq!(out, picked, "what was moved for an order is what it picked");
    lines
        .into_iter()
        .map(|line| {
            format!(
                "{} {} {} {} {}",
                line.item, line.wanted, line.picked, line.allocated, line.backorder
            )
        })
        .collect()
}

/// What is available of our own stock of an item, printed.
pub fn available(fold: &Fold, item: &str) -> String {
    let item = code(item);
    let lines = fold.lines(&item);
    let own = lines.iter().filter(|line| line.key.owner.is_none());
    let on_hand = own.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand));
    on_hand.minus(fold.allocated(&item, None)).to_string()
}

/// The same transaction with an idempotency key.
pub fn once(mut body: Body, key: u8, row: u64) -> Body {
    let particulars = match &mut body {
        Body::Moved(moved) => &mut moved.particulars,
        Body::Counted(counted) => &mut counted.particulars,
        Body::Reversed(reversed) => &mut reversed.particulars,
        _ => unreachable!("only transactions have keys"),
    };
    particulars.once = Some(IdempotencyKey {
        key: [key; 16],
        row,
    });
    body
}

/// The same transaction, back-dated.
pub fn said(mut body: Body, millis: u64) -> Body {
    let particulars = match &mut body {
        Body::Moved(moved) => &mut moved.particulars,
        Body::Counted(counted) => &mut counted.particulars,
        _ => unreachable!("only transactions are back-dated"),
    };
    particulars.said = Some(Timestamp::from_millis(millis));
    body
}

pub fn record(id: EntryId, millis: u64, body: Body) -> Record {
    let time = Timestamp::from_millis(millis);
    let entry = Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    };
    Record {
        id,
        hash8: hash8(id),
        content: Content::Known(entry),
    }
}

/// Writers and everything they wrote.
#[derive(Default)]
pub struct World {
    pub records: Vec<Record>,
    pub runs: Vec<NumberRun>,
    pub branches: Vec<Branch>,
    seqs: std::collections::BTreeMap<Origin, u64>,
    numbered: u64,
}

impl World {
    pub fn write(&mut self, writer: u8, millis: u64, body: Body) -> EntryId {
        let origin = origin(writer);
        let seq = self.seqs.entry(origin).or_default();
        *seq += 1;
        let id = EntryId { origin, seq: *seq };
        self.records.push(record(id, millis, body));
        id
    }

    /// Numbers consecutive entries of a writer.
    pub fn number(&mut self, writer: u8, first_seq: u64, count: u64, moment: u64) {
        self.runs.push(NumberRun {
            n: self.numbered + 1,
            origin: origin(writer),
            first_seq,
            count,
            moment: Timestamp::from_millis(moment),
        });
        self.numbered += count;
    }

    pub fn fold(&self) -> Fold {
        let mut fold = Fold::new();
        for branch in &self.branches {
            fold.branch(*branch);
        }
        fold.apply_all(self.records.iter().cloned());
        for run in &self.runs {
            fold.number(*run);
        }
        fold
    }
}

/// The canonical dump as one string of bytes.
pub fn dump(fold: &Fold) -> Vec<u8> {
    let mut bytes = Vec::new();
    fold.dump(&mut |record| {
        bytes.extend_from_slice(&u64::try_from(record.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(record);
    });
    bytes
}

/// On hand of an item at a location, our own and unbatched, printed.
pub fn on_hand(fold: &Fold, item: &str, location: &str) -> String {
    let lines = fold.lines(&code(item));
    let line = lines.iter().find(|line| {
        line.key.location == code(location) && line.key.owner.is_none() && line.key.batch.is_none()
    });
    line.map_or_else(|| "no line".to_owned(), |line| line.on_hand.to_string())
}

/// Kinds of the open exceptions, in order.
pub fn exceptions(fold: &Fold) -> Vec<&'static str> {
    fold.exceptions()
        .iter()
        .map(|exception| exception.kind.word())
        .collect()
}

/// Fisher and Yates, from a seed, so that a failure replays.
pub fn shuffle<T>(things: &mut [T], seed: u64) {
    let mut state = seed;
    for at in (1..things.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from((state >> 33) % (u64::try_from(at).unwrap() + 1)).unwrap();
        things.swap(at, other);
    }
}
