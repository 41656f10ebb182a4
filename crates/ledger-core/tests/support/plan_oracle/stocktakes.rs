//! How stocktakes stand, from the list of entries.

use std::collections::BTreeMap;

use ledger_core::catalogue::Value;
use ledger_core::entry::{Body, Counted, Place, StocktakeEntry, Target};
use ledger_core::{DeviceId, EntryId, EntryRef, stocktake};

use super::super::oracle::{Fact, is};
use super::{Count, Line, Opening, PlanOracle, StockLine};

const DAY: u64 = 24 * 60 * 60 * 1000;

impl PlanOracle {
    fn stock_line(&self, item: &ledger_core::Code, at: &Place) -> StockLine {
        let text = |code: &Option<ledger_core::Code>| code.as_ref().map(ToString::to_string);
        let location = at.location.to_string();
        (item.to_string(), location, text(&at.owner), text(&at.batch))
    }

    /// The changes of every stock line, by the code that it was entered under, in F1 order.
    fn rows(&self) -> BTreeMap<StockLine, Vec<(&Fact, Row<'_>)>> {
        let mut rows: BTreeMap<StockLine, Vec<(&Fact, Row<'_>)>> = BTreeMap::new();
        for fact in &self.facts {
            if self.void.contains(&fact.id) {
                continue;
            }
            match &fact.body {
                Body::Moved(moved) => {
                    let quantity = i128::from(moved.quantity.ten_thousandths());
                    for (place, change) in [(&moved.from, -quantity), (&moved.to, quantity)] {
                        if let Some(place) = place {
                            let line = self.stock_line(&moved.item, place);
                            let at = rows.entry(line).or_default();
                            at.push((fact, Row::Change(change)));
                        }
                    }
                }
                Body::Counted(counted) => {
                    let line = self.stock_line(&counted.item, &counted.place);
                    let at = rows.entry(line).or_default();
                    at.push((fact, Row::Count(counted)));
                }
                _ => {}
            }
        }
        rows
    }

    fn device(&self, id: EntryId) -> Option<DeviceId> {
        self.facts.iter().find_map(|fact| match &fact.body {
            Body::Genesis(genesis) if fact.id.origin == id.origin => Some(genesis.device),
            _ => None,
        })
    }

    /// The lines of every stocktake.
    pub fn stocktakes(&self) -> BTreeMap<EntryId, BTreeMap<StockLine, Line>> {
        let stocktakes = self.openings().filter_map(|of| match &of.fact.body {
            Body::Stocktake(StocktakeEntry::Opened(opened)) => {
                Some((of.fact.id, self.lines(&of, &opened.targets)))
            }
            _ => None,
        });
        stocktakes.collect()
    }

    fn lines(&self, of: &Opening<'_>, targets: &[Target]) -> BTreeMap<StockLine, Line> {
        let mut known: BTreeMap<StockLine, Known> = BTreeMap::new();
        for ((code, location, owner, batch), rows) in self.rows() {
            let line = (self.names[&code].clone(), location, owner, batch);
            self.learn(of, &rows, known.entry(line).or_default());
        }
        known.retain(|line, known| {
            let is_meant = targets.is_empty() || self.covers(targets, line);
            let is_there = known.on_hand != 0 && known.is_due;
            let counts = &known.counts;
            is_meant && (is_there || !counts.is_empty()) || counts.iter().any(|(_, it)| it.for_it)
        });
        let lines = known.into_iter();
        lines
            .map(|(line, known)| {
                let line_of = self.line(of, &line, known);
                (line, line_of)
            })
            .collect()
    }

    fn learn(&self, of: &Opening<'_>, rows: &[(&Fact, Row<'_>)], known: &mut Known) {
        let opened = of.fact.time;
        let moment = |fact: &Fact| (fact.time, fact.id);
        let closed = self.end(of).map(moment);
        let is_over = |fact: &Fact| closed.is_some_and(|closed| moment(fact) > closed);
        let is_before = |fact: &Fact| moment(fact) < moment(of.fact);
        let days = self.field(of, stocktake::key::DAYS).and_then(Value::as_int);
        let mut there = 0;
        let mut counted_before = None;
        let mut at_the_end = None;
        for (fact, row) in rows {
            if is_over(fact) {
                at_the_end.get_or_insert(there);
            }
            match row {
                Row::Change(change) => there += change,
                Row::Count(counted) => {
                    let for_it = counted.stocktake.is_some_and(|it| is(it, of.fact.id));
                    let while_open = !is_before(fact) && !is_over(fact);
                    let quantity = i128::from(counted.quantity.ten_thousandths());
                    let count = Count {
                        id: fact.id,
                        device: self.device(fact.id),
                        quantity,
                        expected: there,
                        for_it,
                        approved: self.is_approved(of, fact.id),
                    };
                    if for_it || while_open {
                        known.counts.push((fact.time, count));
                    } else if is_before(fact) {
                        counted_before = Some(fact.time);
                    }
                    there = quantity;
                }
            }
        }
        let there = at_the_end.unwrap_or(there);
        known.on_hand += there;
        let is_old = |days: i64| {
            let span = u64::try_from(days).unwrap() * DAY;
            counted_before.is_none_or(|at| at < opened.saturating_sub(span))
        };
        known.is_due |= there != 0 && days.is_none_or(is_old);
    }

    fn is_approved(&self, of: &Opening<'_>, count: EntryId) -> bool {
        self.in_time(of).any(|fact| match &fact.body {
            Body::Stocktake(StocktakeEntry::Approved(approved)) => {
                let named = |it: &EntryRef| is(*it, count);
                approved.counts.iter().any(named)
            }
            _ => false,
        })
    }

    fn covers(&self, targets: &[Target], line: &StockLine) -> bool {
        targets.iter().any(|target| match target {
            Target::Item(item) => self.name(item) == line.0,
            Target::Location(location) => location.as_str() == line.1,
            Target::Line {
                item,
                location,
                owner,
                batch,
            } => {
                let place = Place {
                    location: location.clone(),
                    owner: owner.clone(),
                    batch: batch.clone(),
                };
                let mut meant = self.stock_line(item, &place);
                meant.0 = self.name(item);
                meant == *line
            }
        })
    }

    fn line(&self, of: &Opening<'_>, line: &StockLine, mut known: Known) -> Line {
        let said = self.in_time(of).filter_map(|fact| match &fact.body {
            Body::Stocktake(StocktakeEntry::Assigned(assigned)) => {
                let all = assigned.targets.is_empty();
                let mine = all || self.covers(&assigned.targets, line);
                mine.then_some((fact, assigned))
            }
            _ => None,
        });
        let said: Vec<_> = said.collect();
        let counter = Self::last(said.iter().map(|(fact, it)| (fact.by, it.device)));
        let asked = said.iter().filter(|(_, it)| it.again);
        let asked = asked.map(|(fact, _)| (fact.time, fact.id)).max();
        known.counts.sort_by_key(|(at, count)| (*at, count.id));
        let progress = match (known.counts.last(), asked) {
            (None, None) => "open",
            (None, Some(_)) => "again",
            (Some((at, count)), Some(asked)) if (*at, count.id) < asked => "again",
            (Some((_, count)), _) if count.approved => "approved",
            (Some(_), _) => "counted",
        };
        Line {
            on_hand: known.on_hand,
            counts: known.counts.into_iter().map(|(_, count)| count).collect(),
            counter: counter.flatten(),
            progress,
        }
    }
}

/// A change of a stock line.
enum Row<'a> {
    Change(i128),
    Count(&'a Counted),
}

/// What is known of a stock line while a report is made.
#[derive(Default)]
struct Known {
    on_hand: i128,
    counts: Vec<(u64, Count)>,
    is_due: bool,
}
