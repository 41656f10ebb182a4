//! Nothing comes from nowhere: on hand is the sum of all movements, of all counts' variances, and
//! of what reversals take back.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Code;
use ledger_core::entry::Body;
use ledger_core::fold::{HistoryRow, RowKind};

use super::naive::Log;
use super::scans;
use crate::world::{CENTRAL, Failure, World};

/// For every item: what lies on its lines, and what its history says.
pub(super) fn judge(world: &World, log: &Log) -> Result<(), Failure> {
    let node = world.machines[CENTRAL].node.as_ref();
    let node = node.ok_or("the server does not run")?;
    let ineffective = log.ineffective();
    let mut moved: BTreeMap<Code, i128> = BTreeMap::new();
    for (id, entry) in &log.entries {
        if let (Body::Moved(movement), false) = (&entry.body, ineffective.contains(id)) {
            let item = node.read(|fold| fold.canonical(&movement.item));
            let quantity = movement.quantity.total().ten_thousandths();
            let sum = moved.entry(item).or_default();
            *sum += if movement.to.is_some() { quantity } else { 0 };
            *sum -= if movement.from.is_some() { quantity } else { 0 };
        }
    }
    for scan in scans::of(log, &ineffective).into_values() {
        let item = node.read(|fold| fold.canonical(&scan.item));
        let sum = moved.entry(item).or_default();
        *sum += if scan.to.is_some() { scan.quantity } else { 0 };
        *sum -= if scan.from.is_some() {
            scan.quantity
        } else {
            0
        };
    }
    let items: BTreeSet<Code> = node.read(|fold| {
        let items = fold.items();
        items.iter().map(|item| fold.canonical(item)).collect()
    });
    for item in items {
        let (rows, lines) = node.read(|fold| (fold.history(&item), fold.lines(&item)));
        let on_hand: i128 = lines
            .iter()
            .map(|line| line.on_hand.ten_thousandths())
            .sum();
        let changes: i128 = rows.iter().map(|row| row.change.ten_thousandths()).sum();
        if on_hand != changes {
            return Err(format!(
                "{item}: {on_hand} on hand, and changes of {changes}"
            ));
        }
        // A movement that was voided stands there with the reversal that takes it back.
        let is_other =
            |row: &&HistoryRow| row.kind != RowKind::Movement || ineffective.contains(&row.id);
        let variances = rows.iter().filter(is_other);
        let variances: i128 = variances.map(|row| row.change.ten_thousandths()).sum();
        let sum = moved.get(&item).copied().unwrap_or(0) + variances;
        if on_hand != sum {
            let rows: Vec<_> = rows.iter().map(|it| (it.id, it.kind, it.change)).collect();
            return Err(format!(
                "{item}: {on_hand} on hand, {sum} of movements and variances; {rows:?}"
            ));
        }
    }
    Ok(())
}
