//! A second reckoning of orders, straight from the rules F1 to F9, slow and without anything
//! incremental: from the records and the runs of numbers to what every line gets.
//!
//! It shares no code with the fold. Quantities are ten-thousandths.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{Class, Value, key};
use ledger_core::entry::{Body, Content, OrderEntry, OrderOpened, Place};
use ledger_core::order;
use ledger_core::{Clock, EntryId, EntryRef};

use super::{World, hash8};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// Where something stands in the queue: by central number, and without one behind all, by F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Numbered(u64),
    Provisional(u64, EntryId),
}

/// A part of what a line wants.
#[derive(Debug, Clone)]
struct Part {
    rank: i64,
    standing: Standing,
    order: EntryId,
    quantity: i128,
}

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub wanted: i128,
    pub picked: i128,
    pub allocated: i128,
    pub backorder: i128,
    pub provisional: bool,
}

/// Owner and site of a pool.
type Pool = (Option<String>, Option<String>);
pub type By = (Clock, EntryId);
type StockLine = (String, String, Option<String>, Option<String>);

/// What an entry says once it is known that it counts, with its times.
pub struct Fact {
    pub id: EntryId,
    pub body: Body,
    /// F1, of the entry and of what it says happened.
    pub time: u64,
    /// Where it stands by clock.
    pub by: By,
    number: Option<u64>,
}

impl Fact {
    fn standing(&self) -> Standing {
        let provisional = Standing::Provisional(self.time, self.id);
        self.number.map_or(provisional, Standing::Numbered)
    }
}

/// The reckoning.
pub struct Oracle {
    facts: Vec<Fact>,
    void: BTreeSet<EntryId>,
    today: u64,
    /// Every order line by order and item.
    pub lines: BTreeMap<(EntryId, String), Line>,
    /// What is promised of an item, by owner of the stock.
    pub allocated: BTreeMap<(String, Option<String>), i128>,
}

impl Oracle {
    pub fn of(world: &World) -> Self {
        let (facts, void, today) = counting(world);
        let mut oracle = Self {
            facts,
            void,
            today,
            lines: BTreeMap::new(),
            allocated: BTreeMap::new(),
        };
        oracle.reckon();
        oracle
    }

    /// Movements and counts that count, in F1 order.
    fn transactions(&self) -> impl Iterator<Item = &Fact> {
        let facts = self.facts.iter();
        facts.filter(|fact| !self.void.contains(&fact.id))
    }

    /// The last writer by clock of what `says` finds.
    fn last<T>(&self, says: impl Fn(&Body) -> Option<T>) -> Option<T> {
        let found = self.facts.iter().filter_map(|fact| {
            let value = says(&fact.body)?;
            Some((fact.by, value))
        });
        found.max_by_key(|(by, _)| *by).map(|(_, value)| value)
    }

    fn canonical(&self, item: &str) -> String {
        let mut at = item.to_owned();
        loop {
            let into = self.last(|body| match body {
                Body::ItemMerged(merged) if merged.item.as_str() == at => {
                    Some(merged.into.as_ref().map(ToString::to_string))
                }
                _ => None,
            });
            match into.flatten() {
                Some(into) => at = into,
                None => return at,
            }
        }
    }

    fn location(&self, location: &str, field: u8) -> Option<Value> {
        self.last(|body| match body {
            Body::Set(write)
                if write.subject.class == Class::Location
                    && write.subject.code.as_str() == location =>
            {
                write.fields.get(&field).cloned()
            }
            _ => None,
        })
    }

    fn site_of(&self, location: &str) -> Option<String> {
        text(self.location(location, key::SITE).as_ref())
    }

    /// Quantities of stock lines, the item by the code it was entered under (F2).
    fn on_hand(&self) -> BTreeMap<StockLine, i128> {
        let mut on_hand = BTreeMap::new();
        let line = |item: &ledger_core::Code, place: &Place| {
            let text = |code: &Option<ledger_core::Code>| code.as_ref().map(ToString::to_string);
            let (owner, batch) = (text(&place.owner), text(&place.batch));
            (item.to_string(), place.location.to_string(), owner, batch)
        };
        for fact in self.transactions() {
            match &fact.body {
                Body::Moved(moved) => {
                    let quantity = i128::from(moved.quantity.ten_thousandths());
                    if let Some(from) = &moved.from {
                        *on_hand.entry(line(&moved.item, from)).or_insert(0) -= quantity;
                    }
                    if let Some(to) = &moved.to {
                        *on_hand.entry(line(&moved.item, to)).or_insert(0) += quantity;
                    }
                }
                Body::Counted(counted) => {
                    let quantity = i128::from(counted.quantity.ten_thousandths());
                    on_hand.insert(line(&counted.item, &counted.place), quantity);
                }
                _ => {}
            }
        }
        on_hand
    }

    /// Until which day a batch can be used, whatever code of the item it was entered under.
    fn expiry(&self, item: &str, batch: &str) -> Option<u32> {
        let said = self.transactions().filter_map(|fact| {
            let (code, place) = match &fact.body {
                Body::Moved(moved) => (&moved.item, moved.to.as_ref().or(moved.from.as_ref())?),
                Body::Counted(counted) => (&counted.item, &counted.place),
                _ => return None,
            };
            let this = place.batch.as_ref().map(ledger_core::Code::as_str) == Some(batch);
            let this = this && self.canonical(code.as_str()) == self.canonical(item);
            fact.body.particulars()?.expiry.filter(|_| this)
        });
        said.last()
    }

    /// What there is to share of an item (F8).
    fn pools(&self, item: &str) -> BTreeMap<Pool, i128> {
        let mut pools = BTreeMap::new();
        for ((code, location, owner, batch), quantity) in self.on_hand() {
            let expired = batch
                .and_then(|batch| self.expiry(&code, &batch))
                .is_some_and(|day| u64::from(day) < self.today);
            let blocked = self.location(&location, key::BLOCKED) == Some(Value::Bool(true));
            if self.canonical(&code) == item && !expired && !blocked {
                *pools.entry((owner, self.site_of(&location))).or_insert(0) += quantity;
            }
        }
        for quantity in pools.values_mut() {
            *quantity = (*quantity).max(0);
        }
        pools
    }

    fn orders(&self) -> Vec<(&Fact, &OrderOpened)> {
        let opened = self.facts.iter().filter_map(|fact| match &fact.body {
            Body::Order(OrderEntry::Opened(opened)) => Some((fact, opened)),
            _ => None,
        });
        opened.collect()
    }

    fn field(&self, order: EntryId, field: u8) -> Option<String> {
        let set = self.facts.iter().filter_map(|fact| match &fact.body {
            Body::Order(OrderEntry::Opened(opened)) if fact.id == order => {
                Some((fact.by, opened.fields.get(&field)?))
            }
            Body::Order(OrderEntry::Set(set))
                if is(set.order, order) && self.in_time(order, fact) =>
            {
                Some((fact.by, set.fields.get(&field)?))
            }
            _ => None,
        });
        text(set.max_by_key(|(by, _)| *by).map(|(_, value)| value))
    }

    /// When, by clock, an order ended.
    fn end(&self, order: EntryId) -> Option<By> {
        let ends = self.facts.iter().filter_map(|fact| match &fact.body {
            Body::Order(OrderEntry::Closed(ended) | OrderEntry::Cancelled(ended))
                if is(ended.document, order) =>
            {
                Some(fact.by)
            }
            _ => None,
        });
        ends.min()
    }

    /// Whether an entry about an order was made before it ended: an end is final.
    fn in_time(&self, order: EntryId, fact: &Fact) -> bool {
        self.end(order).is_none_or(|end| fact.by <= end)
    }

    /// The rank of an item of an order, and where the entry stands that gave it that (0: none).
    fn rank(&self, order: EntryId, item: &str) -> (i64, Option<Standing>) {
        let mut entries: Vec<(&Fact, i64)> = self
            .facts
            .iter()
            .filter(|fact| self.in_time(order, fact))
            .filter_map(|fact| match &fact.body {
                Body::Order(OrderEntry::Expedited(it))
                    if is(it.order, order) && it.item.as_str() == item =>
                {
                    Some((fact, it.rank))
                }
                _ => None,
            })
            .collect();
        entries.sort_by_key(|(fact, _)| fact.standing());
        let (mut rank, mut since, mut winner) = (0, None, None);
        for (fact, value) in entries {
            if winner < Some(fact.by) {
                winner = Some(fact.by);
                if value != rank {
                    (rank, since) = (value, Some(fact.standing()));
                }
            }
        }
        (rank, since.filter(|_| rank != 0))
    }

    /// The parts of what an order wants of an item by one code, as they were queued.
    fn parts(&self, opened: &Fact, item: &str) -> Vec<Part> {
        let mut entries: Vec<(&Fact, i128)> = self
            .facts
            .iter()
            .filter(|fact| self.in_time(opened.id, fact))
            .filter_map(|fact| match &fact.body {
                Body::Order(OrderEntry::LineSet(it))
                    if is(it.order, opened.id) && it.item.as_str() == item =>
                {
                    Some((fact, i128::from(it.wanted.ten_thousandths()).max(0)))
                }
                _ => None,
            })
            .collect();
        entries.sort_by_key(|(fact, _)| fact.standing());
        let (rank, ranked) = self.rank(opened.id, item);
        let mut queued: Vec<(i128, Standing)> = Vec::new();
        let mut winner = None;
        for (fact, wanted) in entries {
            if winner >= Some(fact.by) {
                continue;
            }
            winner = Some(fact.by);
            let now: i128 = queued.iter().map(|(quantity, _)| quantity).sum();
            if wanted > now {
                queued.push((wanted - now, fact.standing()));
            }
            let mut less = now - wanted;
            while less > 0
                && let Some(last) = queued.last_mut()
            {
                let gone = less.min(last.0);
                last.0 -= gone;
                less -= gone;
                if last.0 == 0 {
                    queued.pop();
                }
            }
        }
        let part = |(quantity, standing): (i128, Standing)| Part {
            rank,
            standing: standing
                .max(opened.standing())
                .max(ranked.unwrap_or(standing)),
            order: opened.id,
            quantity,
        };
        queued.into_iter().map(part).collect()
    }

    /// What was picked for an order's line and did not come back.
    fn picked(&self, order: EntryId, item: &str) -> i128 {
        let picks = self.transactions().filter_map(|fact| match &fact.body {
            Body::Moved(moved) => {
                let named = moved.document.is_some_and(|it| is(it.entry, order));
                let this = named && self.canonical(moved.item.as_str()) == item;
                let quantity = i128::from(moved.quantity.ten_thousandths());
                this.then_some(match (&moved.from, &moved.to) {
                    (Some(_), None) => quantity,
                    (None, Some(_)) => -quantity,
                    _ => 0,
                })
            }
            _ => None,
        });
        picks.sum()
    }

    fn reckon(&mut self) {
        let canonical: Vec<String> = super::orders::ITEMS
            .iter()
            .map(|item| self.canonical(item))
            .collect();
        let mut lines = BTreeMap::new();
        let mut promised = BTreeMap::new();
        for item in canonical.iter().collect::<BTreeSet<_>>() {
            let mut queue: Vec<Part> = Vec::new();
            for (opened, _) in self.orders() {
                let codes = super::orders::ITEMS.iter().zip(&canonical);
                let codes = codes.filter(|(_, stands_for)| *stands_for == item);
                let mut parts: Vec<Part> = codes
                    .flat_map(|(code, _)| self.parts(opened, code))
                    .collect();
                let mut line = Line {
                    wanted: parts.iter().map(|part| part.quantity).sum(),
                    picked: self.picked(opened.id, item),
                    ..Line::default()
                };
                let provisional = |standing| matches!(standing, Standing::Provisional(..));
                let mut standings: Vec<Standing> = parts.iter().map(|part| part.standing).collect();
                standings.push(opened.standing());
                let codes = super::orders::ITEMS.iter().zip(&canonical);
                let codes = codes.filter(|(_, stands_for)| *stands_for == item);
                standings.extend(codes.filter_map(|(code, _)| self.rank(opened.id, code).1));
                line.provisional = standings.into_iter().any(provisional);
                if self.end(opened.id).is_none() {
                    parts.sort_by_key(|part| (-part.rank, part.standing));
                    let mut gone = line.picked.max(0);
                    for part in &mut parts {
                        let taken = gone.min(part.quantity);
                        part.quantity -= taken;
                        gone -= taken;
                    }
                    parts.retain(|part| part.quantity > 0);
                    queue.extend(parts);
                }
                lines.insert((opened.id, item.clone()), line);
            }
            queue.sort_by_key(|part| (-part.rank, part.standing, part.order));
            let mut pools = self.pools(item);
            for part in queue {
                let mut missing = part.quantity;
                let customer = self.field(part.order, order::key::CUSTOMER);
                let site = self.field(part.order, order::key::SITE);
                let owners = customer.map(Some).into_iter().chain([None]);
                for owner in owners {
                    for ((whose, at), there) in &mut pools {
                        let from_here = site.is_none() || site == *at;
                        if *whose == owner && from_here {
                            let taken = missing.min(*there);
                            *there -= taken;
                            missing -= taken;
                            *promised.entry((item.clone(), owner.clone())).or_insert(0) += taken;
                        }
                    }
                }
                if let Some(line) = lines.get_mut(&(part.order, item.clone())) {
                    line.allocated += part.quantity - missing;
                }
            }
        }
        for ((order, _), line) in &mut lines {
            if self.end(*order).is_none() {
                line.backorder = (line.wanted - line.picked.max(0) - line.allocated).max(0);
            }
        }
        lines.retain(|_, line| line.wanted != 0 || line.picked != 0);
        promised.retain(|_, quantity| *quantity != 0);
        (self.lines, self.allocated) = (lines, promised);
    }
}

/// Every entry that says something new, in F1 order; those of them that are void; and the day of the
/// newest.
pub fn counting(world: &World) -> (Vec<Fact>, BTreeSet<EntryId>, u64) {
    let (mut facts, today) = facts_of(world);
    facts.sort_by_key(|fact| (fact.time, fact.id));
    let mut keys = BTreeSet::new();
    facts.retain(|fact| fact.body.once().is_none_or(|once| keys.insert(once)));
    let transactions: BTreeSet<EntryId> = facts
        .iter()
        .filter(|fact| matches!(fact.body, Body::Moved(_) | Body::Counted(_)))
        .map(|fact| fact.id)
        .collect();
    let void = facts.iter().filter_map(|fact| match &fact.body {
        Body::Reversed(reversed) => Some(reversed.target),
        _ => None,
    });
    let void = void.filter(|it| it.hash8 == hash8(it.id)).map(|it| it.id);
    let void = void.filter(|id| transactions.contains(id)).collect();
    (facts, void, today)
}

pub fn is(reference: EntryRef, order: EntryId) -> bool {
    reference.id == order && reference.hash8 == hash8(order)
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_text().map(ToOwned::to_owned)
}

/// Every entry with its times (F1), and the day of the newest of them.
fn facts_of(world: &World) -> (Vec<Fact>, u64) {
    let mut records: Vec<_> = world.records.iter().collect();
    records.sort_by_key(|record| record.id);
    let (mut facts, mut newest) = (Vec::new(), 0);
    let mut before = (None, 0);
    for record in records {
        let run = world.runs.iter().find(|run| {
            run.origin == record.id.origin
                && (run.first_seq..run.first_seq + run.count).contains(&record.id.seq)
        });
        let time = record.content.time().map_or(0, |time| time.millis());
        let time = run.map_or(time, |run| time.min(run.moment.millis()));
        if before.0 != Some(record.id.origin) {
            before = (Some(record.id.origin), 0);
        }
        let time = time.max(before.1);
        before.1 = time;
        newest = newest.max(time);
        let Content::Known(entry) = &record.content else {
            continue;
        };
        let said = entry.body.particulars().and_then(|it| it.said);
        let clock = match run {
            Some(run) if entry.clock.time() > run.moment => Clock::new(run.moment, u16::MAX),
            _ => entry.clock,
        };
        facts.push(Fact {
            id: record.id,
            body: entry.body.clone(),
            time: said.map_or(time, |said| said.millis().min(time)),
            by: (clock, record.id),
            number: run.map(|run| run.n + record.id.seq - run.first_seq),
        });
    }
    (facts, newest / DAY)
}
