//! A second reckoning of plans, straight from the list of entries: what things are made of, what was
//! built, issued, ordered and received, and how stocktakes stand.
//!
//! It shares no code with the fold. Quantities are ten-thousandths.

mod stocktakes;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, Family};
use ledger_core::entry::{Body, BomLineSet, LotEntry, Moved, PurchaseEntry, StocktakeEntry};
use ledger_core::production::{self, BomLine, bom_key};
use ledger_core::{DeviceId, EntryId, purchase};

use super::World;
use super::oracle::{By, Fact, counting, is};

/// Per unit, attrition, references.
pub type Part = (i128, u32, BTreeSet<String>);
pub type Parts = BTreeMap<String, Part>;

/// A production lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub item: String,
    pub quantity: i128,
    pub built: i128,
    pub issued: BTreeMap<String, i128>,
    /// What the built units took, by the bill of materials of their time.
    pub used: BTreeMap<String, i128>,
    pub customer: Option<String>,
    pub is_open: bool,
    pub parts: Parts,
}

/// A purchase order: its supplier, and what is ordered and came of an item for a day. No day comes
/// last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    pub supplier: Option<String>,
    pub is_open: bool,
    pub lines: BTreeMap<(String, u32), (i128, i128)>,
}

/// Item, location, owner, batch.
pub type StockLine = (String, String, Option<String>, Option<String>);

/// A count: what was there and what there should have been, whether it was made for the stocktake,
/// and whether it is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub id: EntryId,
    pub device: Option<DeviceId>,
    pub quantity: i128,
    pub expected: i128,
    pub for_it: bool,
    pub approved: bool,
}

/// A line of a stocktake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub on_hand: i128,
    pub counts: Vec<Count>,
    pub counter: Option<DeviceId>,
    pub progress: &'static str,
}

/// What is the matter: the kind, the document and the item.
pub type Matter = (&'static str, EntryId, Option<String>);

/// How a document began.
struct Opening<'a> {
    fact: &'a Fact,
    family: Family,
    fields: &'a DocumentFields,
}

/// The reckoning.
pub struct PlanOracle {
    facts: Vec<Fact>,
    void: BTreeSet<EntryId>,
    /// What every code stands for.
    names: BTreeMap<String, String>,
}

impl PlanOracle {
    pub fn of(world: &World) -> Self {
        let (facts, void, _) = counting(world);
        let mut oracle = Self {
            facts,
            void,
            names: BTreeMap::new(),
        };
        for item in super::plans::ITEMS {
            let name = oracle.canonical(item);
            oracle.names.insert(item.to_owned(), name);
        }
        oracle
    }

    fn canonical(&self, item: &str) -> String {
        let mut at = item.to_owned();
        loop {
            let merges = self.facts.iter().filter_map(|fact| match &fact.body {
                Body::ItemMerged(merged) if merged.item.as_str() == at => {
                    Some((fact.by, merged.into.as_ref().map(ToString::to_string)))
                }
                _ => None,
            });
            match merges.max_by_key(|(by, _)| *by).and_then(|(_, into)| into) {
                Some(into) => at = into,
                None => return at,
            }
        }
    }

    fn name(&self, code: &ledger_core::Code) -> String {
        self.names[code.as_str()].clone()
    }

    /// The last value by clock of some.
    fn last<T>(said: impl Iterator<Item = (By, T)>) -> Option<T> {
        said.max_by_key(|(by, _)| *by).map(|(_, value)| value)
    }

    fn openings(&self) -> impl Iterator<Item = Opening<'_>> {
        self.facts.iter().filter_map(|fact| {
            let (family, fields) = match &fact.body {
                Body::Order(ledger_core::entry::OrderEntry::Opened(opened)) => {
                    (Family::Order, &opened.fields)
                }
                Body::Lot(LotEntry::Planned(planned)) => (Family::Lot, &planned.fields),
                Body::Purchase(PurchaseEntry::Placed(placed)) => (Family::Purchase, &placed.fields),
                Body::Stocktake(StocktakeEntry::Opened(opened)) => {
                    (Family::Stocktake, &opened.fields)
                }
                _ => return None,
            };
            Some(Opening {
                fact,
                family,
                fields,
            })
        })
    }

    /// Everything said of a document by entries that name it rightly, but its end.
    fn about<'a>(&'a self, of: &'a Opening<'a>) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().filter(|fact| {
            let about = fact.body.about_document();
            about.is_some_and(|(family, named)| {
                family == of.family && named.is_some_and(|named| is(*named, of.fact.id))
            })
        })
    }

    fn end<'a>(&'a self, of: &'a Opening<'a>) -> Option<&'a Fact> {
        let ends = self.about(of).filter(|fact| is_end(&fact.body));
        ends.min_by_key(|fact| fact.by)
    }

    /// What was said of a document before its end.
    fn in_time<'a>(&'a self, of: &'a Opening<'a>) -> impl Iterator<Item = &'a Fact> {
        let end = self.end(of).map(|fact| fact.by);
        let about = self.about(of);
        about.filter(move |fact| end.is_none_or(|end| fact.by <= end))
    }

    fn field<'a>(&'a self, of: &'a Opening<'a>, field: u8) -> Option<&'a Value> {
        let first = of.fields.get(&field).map(|value| (of.fact.by, value));
        let later = self.in_time(of).filter_map(|fact| {
            let fields = match &fact.body {
                Body::Lot(LotEntry::Set(set)) => &set.fields,
                Body::Purchase(PurchaseEntry::Set(set)) => &set.fields,
                _ => return None,
            };
            Some((fact.by, fields.get(&field)?))
        });
        Self::last(first.into_iter().chain(later))
    }

    fn text(&self, of: &Opening<'_>, field: u8) -> Option<String> {
        Some(self.field(of, field)?.as_text()?.to_owned())
    }

    /// The movements that name a document rightly.
    fn movements(&self, family: Family, id: EntryId) -> impl Iterator<Item = (&Fact, &Moved)> {
        let counting = self.facts.iter();
        let counting = counting.filter(|fact| !self.void.contains(&fact.id));
        counting.filter_map(move |fact| match &fact.body {
            Body::Moved(moved) => {
                let document = moved.document?;
                let names = document.family == family && is(document.entry, id);
                names.then_some((fact, moved))
            }
            _ => None,
        })
    }

    /// What went out for a document less what came in, by item.
    fn out(&self, family: Family, id: EntryId) -> BTreeMap<String, i128> {
        let mut out = BTreeMap::new();
        for (_, moved) in self.movements(family, id) {
            let quantity = i128::from(moved.quantity.ten_thousandths());
            let sum = out.entry(self.name(&moved.item)).or_insert(0);
            *sum += match (&moved.from, &moved.to) {
                (Some(_), None) => quantity,
                (None, Some(_)) => -quantity,
                _ => 0,
            };
        }
        out.retain(|_, sum| *sum != 0);
        out
    }

    fn parts<'a>(&self, lines: impl Iterator<Item = &'a BomLine>) -> Parts {
        let mut parts = Parts::new();
        for line in lines {
            let refs = line.refs.iter().flat_map(|refs| refs.split(", "));
            let part = parts.entry(self.name(&line.item)).or_default();
            part.0 += i128::from(line.per_unit.ten_thousandths());
            part.1 = part.1.max(line.attrition);
            part.2.extend(refs.map(ToOwned::to_owned));
        }
        parts
    }

    /// What an item is made of today.
    pub fn bom(&self, item: &str) -> Parts {
        let sets = self.facts.iter().filter_map(|fact| match &fact.body {
            Body::BomLineSet(set) => Some((fact.by, set)),
            _ => None,
        });
        let sets: Vec<(By, &BomLineSet)> = sets.collect();
        let of_item = sets
            .iter()
            .filter(|(_, set)| self.name(&set.parent) == item);
        let children: BTreeSet<_> = of_item.clone().map(|(_, set)| &set.child).collect();
        let lines: Vec<BomLine> = children
            .into_iter()
            .filter_map(|child| {
                let field = |field: u8| {
                    let said = of_item.clone().filter(|(_, set)| set.child == *child);
                    let said = said.filter_map(|(by, set)| Some((*by, set.fields.get(&field)?)));
                    Self::last(said)
                };
                let number = |value: Option<&Value>| value.and_then(Value::as_int).unwrap_or(0);
                let refs = field(bom_key::REFS).and_then(Value::as_text);
                let line = BomLine {
                    item: child.clone(),
                    per_unit: ledger_core::Quantity::from_ten_thousandths(number(field(
                        bom_key::PER_UNIT,
                    ))),
                    attrition: u32::try_from(number(field(bom_key::ATTRITION))).unwrap(),
                    refs: refs.filter(|it| !it.is_empty()).map(ToOwned::to_owned),
                };
                (line.per_unit.ten_thousandths() > 0).then_some(line)
            })
            .collect();
        self.parts(lines.iter())
    }

    /// What an item is called today.
    pub fn today(&self, item: &str) -> &str {
        &self.names[item]
    }

    /// Items whose bills of materials have an item, by the names they have today.
    pub fn used_in(&self, item: &str) -> BTreeSet<String> {
        let all: BTreeSet<&String> = self.names.values().collect();
        let uses = |parent: &&String| self.bom(parent).contains_key(item);
        all.into_iter().filter(uses).cloned().collect()
    }

    /// Whether an item is made of itself, however deep.
    pub fn is_circular(&self, item: &str) -> bool {
        let mut reached: BTreeSet<String> = self.bom(item).into_keys().collect();
        loop {
            let deeper = reached.iter().flat_map(|part| self.bom(part).into_keys());
            let all: BTreeSet<String> = deeper.chain(reached.iter().cloned()).collect();
            if all.len() == reached.len() {
                return reached.contains(item);
            }
            reached = all;
        }
    }

    pub fn lots(&self) -> BTreeMap<EntryId, Lot> {
        let lots = self.openings().filter_map(|of| {
            let Body::Lot(LotEntry::Planned(planned)) = &of.fact.body else {
                return None;
            };
            let item = self.name(&planned.item);
            let mut issued = self.out(Family::Lot, of.fact.id);
            let adopted = self.in_time(&of).filter_map(|fact| match &fact.body {
                Body::Lot(LotEntry::Set(set)) => Some((fact.by, set.bom.as_ref()?)),
                _ => None,
            });
            let first = std::iter::once((of.fact.by, &planned.bom));
            let bom = Self::last(first.chain(adopted)).unwrap();
            let quantity = self.field(&of, production::key::QUANTITY);
            let quantity = quantity.and_then(Value::as_int).unwrap_or(0).max(0);
            let lot = Lot {
                built: -issued.remove(&item).unwrap_or(0),
                used: self.used(&of, &planned.bom, &item),
                item,
                quantity: i128::from(quantity),
                issued,
                customer: self.text(&of, production::key::CUSTOMER),
                is_open: self.end(&of).is_none(),
                parts: self.parts(bom.iter()),
            };
            Some((of.fact.id, lot))
        });
        lots.collect()
    }

    /// What each build of a lot took, one after the other: the units with it less those without it,
    /// by the bill that held at its moment.
    fn used(&self, of: &Opening<'_>, planned: &[BomLine], item: &str) -> BTreeMap<String, i128> {
        let mut builds: Vec<(u64, EntryId, i128)> = Vec::new();
        for (fact, moved) in self.movements(Family::Lot, of.fact.id) {
            let quantity = i128::from(moved.quantity.ten_thousandths());
            let quantity = match (&moved.from, &moved.to) {
                (Some(_), None) => -quantity,
                (None, Some(_)) => quantity,
                _ => 0,
            };
            if self.name(&moved.item) == item {
                builds.push((fact.time, fact.id, quantity));
            }
        }
        builds.sort_unstable();
        let mut used = BTreeMap::new();
        let mut built = 0;
        for (time, id, quantity) in builds {
            let adopted = self.in_time(of).filter_map(|fact| match &fact.body {
                Body::Lot(LotEntry::Set(set)) if (fact.time, fact.id) < (time, id) => {
                    Some((fact.by, set.bom.as_deref()?))
                }
                _ => None,
            });
            let first = std::iter::once((of.fact.by, planned));
            let bom = Self::last(first.chain(adopted)).unwrap();
            for (part, (per_unit, attrition, _)) in self.parts(bom.iter()) {
                let with = taken(built + quantity, per_unit, attrition);
                let without = taken(built, per_unit, attrition);
                *used.entry(part).or_insert(0) += with - without;
            }
            built += quantity;
        }
        used.retain(|_, quantity| *quantity != 0);
        used
    }

    /// How much of an item an order has for a day, by the code that it was entered under.
    fn ordered(&self, of: &Opening<'_>) -> BTreeMap<(String, u32), i128> {
        let mut said: BTreeMap<(String, u32), (By, i128)> = BTreeMap::new();
        let mut say = |by: By, line: &purchase::PurchaseLine| {
            let at = (line.item.to_string(), line.day.unwrap_or(u32::MAX));
            let quantity = i128::from(line.quantity.ten_thousandths()).max(0);
            let known = said.entry(at).or_insert((by, quantity));
            if known.0 <= by {
                *known = (by, quantity);
            }
        };
        if let Body::Purchase(PurchaseEntry::Placed(placed)) = &of.fact.body {
            placed.lines.iter().for_each(|line| say(of.fact.by, line));
        }
        for fact in self.in_time(of) {
            if let Body::Purchase(PurchaseEntry::LineSet(set)) = &fact.body {
                say(fact.by, &set.line);
            }
        }
        let mut ordered = BTreeMap::new();
        for ((code, day), (_, quantity)) in said {
            if quantity > 0 {
                *ordered.entry((self.names[&code].clone(), day)).or_insert(0) += quantity;
            }
        }
        ordered
    }

    pub fn purchases(&self) -> BTreeMap<EntryId, Purchase> {
        let of_purchases = self.openings().filter(|of| of.family == Family::Purchase);
        let purchases = of_purchases.map(|of| {
            let ordered = self.ordered(&of);
            let mut lines: BTreeMap<(String, u32), (i128, i128)> = BTreeMap::new();
            for (at, quantity) in &ordered {
                lines.insert(at.clone(), (*quantity, 0));
            }
            for (item, out) in self.out(Family::Purchase, of.fact.id) {
                // Unit by unit into the first day that has room, and beyond all into the last.
                let days = lines.keys().filter(|(of, _)| *of == item);
                let days: Vec<(String, u32)> = days.cloned().collect();
                let nowhere = (item.clone(), u32::MAX);
                let last = days.last().cloned().unwrap_or(nowhere);
                let first = days.first().cloned().unwrap_or_else(|| last.clone());
                let mut came = -out;
                for at in &days {
                    let line = lines.get_mut(at).unwrap();
                    line.1 = came.clamp(0, line.0);
                    came -= line.1;
                }
                let rest = if came < 0 { first } else { last };
                lines.entry(rest).or_insert((0, 0)).1 += came;
            }
            let purchase = Purchase {
                supplier: self.text(&of, purchase::key::SUPPLIER),
                is_open: self.end(&of).is_none(),
                lines,
            };
            (of.fact.id, purchase)
        });
        purchases.collect()
    }

    /// How much of an item is still to come of open orders: never more than is ordered.
    pub fn on_order(&self, item: &str) -> i128 {
        let open = self.purchases().into_values().filter(|it| it.is_open);
        let left = open.map(|purchase| {
            let lines = purchase.lines.iter().filter(|((of, _), _)| of == item);
            let (ordered, came) =
                lines.fold((0, 0), |sum, (_, line)| (sum.0 + line.0, sum.1 + line.1));
            (ordered - came.max(0)).max(0)
        });
        left.sum()
    }

    /// Numbers of open documents with an item: lots that build it, orders that have it.
    pub fn open_with(&self, item: &str) -> (BTreeSet<EntryId>, BTreeSet<EntryId>) {
        let lots = self.lots().into_iter();
        let lots = lots.filter(|(_, lot)| lot.is_open && lot.item == item);
        let has = |purchase: &Purchase| {
            let mut lines = purchase.lines.iter();
            lines.any(|((of, _), (ordered, _))| of == item && *ordered > 0)
        };
        let purchases = self.purchases().into_iter();
        let purchases = purchases.filter(|(_, purchase)| purchase.is_open && has(purchase));
        (
            lots.map(|(id, _)| id).collect(),
            purchases.map(|(id, _)| id).collect(),
        )
    }

    /// The most that had come of an item by any movement that somebody gave a reason with.
    fn most_explained(&self, id: EntryId, item: &str) -> Option<i128> {
        let movements = self.movements(Family::Purchase, id);
        let mine = movements.filter(|(_, moved)| self.name(&moved.item) == item);
        let mine: Vec<(&Fact, &Moved)> = mine.collect();
        let with_reason = mine.iter().filter(|(_, moved)| {
            let details = &moved.particulars.details;
            details.reason.is_some()
        });
        let came = with_reason.map(|(fact, _)| {
            let until = mine.iter();
            let until = until.filter(|(it, _)| (it.time, it.id) <= (fact.time, fact.id));
            let came = until.map(|(_, moved)| {
                let quantity = i128::from(moved.quantity.ten_thousandths());
                match (&moved.from, &moved.to) {
                    (Some(_), None) => -quantity,
                    (None, Some(_)) => quantity,
                    _ => 0,
                }
            });
            came.sum::<i128>()
        });
        came.max()
    }

    /// What is the matter with lots, purchase orders and stocktakes.
    pub fn matters(&self) -> BTreeSet<Matter> {
        let mut matters = BTreeSet::new();
        for (id, lot) in self.lots() {
            if lot.built < 0 || lot.built > lot.quantity {
                matters.insert(("over-built", id, Some(lot.item)));
            }
        }
        for (id, purchase) in self.purchases() {
            let items: BTreeSet<&String> = purchase.lines.keys().map(|(item, _)| item).collect();
            for item in items {
                let lines = purchase.lines.iter().filter(|((of, _), _)| of == item);
                let ordered: i128 = lines.clone().map(|(_, (ordered, _))| ordered).sum();
                let came: i128 = lines.map(|(_, (_, came))| came).sum();
                let explained = self.most_explained(id, item);
                if came > ordered && explained.is_none_or(|explained| came > explained) {
                    matters.insert(("over-received", id, Some(item.clone())));
                }
            }
        }
        for of in self.openings() {
            let kind = match of.family {
                Family::Order => continue,
                Family::Lot => "closed-lot",
                Family::Purchase => "closed-purchase-order",
                Family::Stocktake => "closed-stocktake",
            };
            if self.has_late_news(&of) {
                matters.insert((kind, of.fact.id, None));
            }
        }
        matters
    }

    /// Whether anything about a document came after its end: by clock what was said, and what was
    /// moved or counted by F1. Parts that come back from a lot are none.
    fn has_late_news(&self, of: &Opening<'_>) -> bool {
        let Some(end) = self.end(of) else {
            return false;
        };
        let mut said = self.about(of).filter(|fact| !is_end(&fact.body));
        let is_late = |fact: &Fact| (fact.time, fact.id) > (end.time, end.id);
        let builds = |item: &ledger_core::Code| match &of.fact.body {
            Body::Lot(LotEntry::Planned(planned)) => self.name(&planned.item) == self.name(item),
            _ => true,
        };
        let mut moved = self.movements(of.family, of.fact.id);
        let mut facts = self.facts.iter();
        said.any(|fact| fact.by > end.by && says_something(&fact.body))
            || moved.any(|(fact, moved)| {
                let quantity = moved.quantity.ten_thousandths();
                let comes_in = match (&moved.from, &moved.to) {
                    (None, Some(_)) => quantity > 0,
                    (Some(_), None) => quantity < 0,
                    _ => false,
                };
                is_late(fact) && (!comes_in || builds(&moved.item))
            })
            || facts.any(|fact| match &fact.body {
                Body::Counted(counted) => {
                    let named = counted.stocktake.is_some_and(|it| is(it, of.fact.id));
                    let named = named && of.family == Family::Stocktake;
                    named && is_late(fact) && !self.void.contains(&fact.id)
                }
                _ => false,
            })
    }
}

/// What so many units take of a part, with what is lost: rounded up, to whole ones where all is
/// whole.
fn taken(units: i128, per_unit: i128, attrition: u32) -> i128 {
    let up = |dividend: i128, by: i128| (dividend + by - 1) / by;
    let exact = up(units.max(0) * per_unit, 10_000);
    let lost = exact * i128::from(attrition);
    if exact % 10_000 == 0 && per_unit % 10_000 == 0 {
        exact + up(lost, 10_000 * 10_000) * 10_000
    } else {
        exact + up(lost, 10_000)
    }
}

fn is_end(body: &Body) -> bool {
    matches!(
        body,
        Body::Lot(LotEntry::Closed(_))
            | Body::Purchase(PurchaseEntry::Closed(_))
            | Body::Stocktake(StocktakeEntry::Closed(_))
    )
}

/// Whether an entry about a document sets anything.
fn says_something(body: &Body) -> bool {
    match body {
        Body::Lot(LotEntry::Set(set)) => set.bom.is_some() || !set.fields.is_empty(),
        Body::Stocktake(StocktakeEntry::Approved(approved)) => !approved.counts.is_empty(),
        _ => true,
    }
}
