//! What was said of an order before it was known that a branch has it.

use std::collections::BTreeSet;

use super::{LineLog, OrderLog, Orders, Said};
use crate::code::Code;
use crate::id::{EntryId, EntryRef};

fn mine<T>(said: &mut Vec<Said<T>>, order: EntryRef) -> Vec<Said<T>> {
    let mine = said.extract_if(.., |said| said.hash8 == order.hash8);
    mine.collect()
}

impl Orders {
    /// Moves what means an order to it from where it was kept, if anything.
    pub(in crate::fold) fn bring_home(&mut self, as_said: EntryId, order: EntryRef) -> bool {
        let Some(log) = self.logs.get_mut(&as_said) else {
            return false;
        };
        let mut home = OrderLog {
            sets: mine(&mut log.sets, order),
            ends: mine(&mut log.ends, order),
            ..OrderLog::default()
        };
        for (item, line) in &mut log.lines {
            let wanted = mine(&mut line.wanted, order);
            let ranks = mine(&mut line.ranks, order);
            if !(wanted.is_empty() && ranks.is_empty()) {
                home.lines.insert(item.clone(), LineLog { wanted, ranks });
            }
        }
        log.lines
            .retain(|_, line| !(line.wanted.is_empty() && line.ranks.is_empty()));
        let picks = &mut self.picks;
        let of_it = log.picks.extract_if(.., |key| {
            let pick = picks
                .get_mut(key)
                .filter(|pick| pick.order.hash8 == order.hash8);
            pick.map(|pick| pick.order.id = order.id).is_some()
        });
        home.picks = of_it.collect();
        let left: BTreeSet<Code> = log.lines.keys().cloned().collect();
        if log.is_empty() {
            self.logs.remove(&as_said);
        }
        for (item, orders) in &mut self.by_item {
            if !left.contains(item) {
                orders.remove(&as_said);
            }
        }
        self.by_item.retain(|_, orders| !orders.is_empty());
        let moved = !home.is_empty();
        self.add(order.id, home);
        moved
    }

    /// Adds what was said of an order to what is known of it.
    fn add(&mut self, id: EntryId, more: OrderLog) {
        if more.is_empty() {
            return;
        }
        for (item, line) in more.lines {
            let known = self.line(id, item);
            known.wanted.extend(line.wanted);
            known.ranks.extend(line.ranks);
        }
        let known = self.logs.entry(id).or_default();
        known.sets.extend(more.sets);
        known.ends.extend(more.ends);
        known.picks.extend(more.picks);
    }
}
