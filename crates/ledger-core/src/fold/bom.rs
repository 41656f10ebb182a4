//! Bills of materials: what things are made of today. Each field of a line is its last writer's by
//! clock, as in the catalogue (F6).

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Stamp;
use super::{Fold, TxKey};
use crate::catalogue::Value;
use crate::code::Code;
use crate::document::DocumentFields;
use crate::id::EntryId;
use crate::production::{BomLine, BomLineSet, bom_key};
use crate::quantity::Quantity;

/// All that was written about a line.
type Written = Vec<(Stamp, DocumentFields)>;

/// All that was written about bills of materials.
#[derive(Debug, Default)]
pub(crate) struct Boms {
    /// By what is made, then by what of, as they were entered.
    lines: BTreeMap<Code, BTreeMap<Code, Written>>,
    used_in: BTreeMap<Code, BTreeSet<Code>>,
}

impl Boms {
    pub(super) fn set(&mut self, stamp: Stamp, set: BomLineSet) {
        let parents = self.used_in.entry(set.child.clone()).or_default();
        parents.insert(set.parent.clone());
        let lines = self.lines.entry(set.parent).or_default();
        let line = lines.entry(set.child).or_default();
        line.push((stamp, set.fields));
    }

    fn of<'a>(&'a self, parent: &Code) -> impl Iterator<Item = (&'a Code, &'a Written)> + use<'a> {
        self.lines.get(parent).into_iter().flatten()
    }

    /// All codes that stand in any line, by entries that count.
    pub(super) fn items(&self, counts: impl Fn(TxKey) -> bool) -> BTreeSet<Code> {
        let mut items = BTreeSet::new();
        for (parent, lines) in &self.lines {
            for (child, said) in lines {
                if said.iter().any(|(stamp, _)| counts(stamp.key())) {
                    items.extend([parent.clone(), child.clone()]);
                }
            }
        }
        items
    }

    /// Whether a code stands in any line, by an entry that counts.
    pub(super) fn names(&self, item: &Code, counts: impl Fn(TxKey) -> bool) -> bool {
        let said = |said: &Written| said.iter().any(|(stamp, _)| counts(stamp.key()));
        let parents = self.used_in.get(item).into_iter().flatten();
        let mut as_child = parents.filter_map(|parent| self.lines.get(parent)?.get(item));
        as_child.any(said) || self.of(item).any(|(_, line)| said(line))
    }
}

impl Fold {
    /// What an item is made of, by item; nothing for what is bought.
    #[must_use]
    pub fn bom(&self, item: &Code) -> Vec<BomLine> {
        let said = self.bom_said(item).into_iter();
        let lines = said.filter_map(|(child, said)| self.bom_line(child, &said));
        summed(lines)
    }

    /// What was written about the lines of an item, under whatever code of it, by the codes of its
    /// parts as they were entered: a line that stands under two codes of what is made is one line.
    fn bom_said(&self, parent: &Code) -> BTreeMap<&Code, Vec<&Written>> {
        let mut said: BTreeMap<&Code, Vec<&Written>> = BTreeMap::new();
        for parent in self.aliases(parent) {
            for (child, written) in self.boms.of(&parent) {
                said.entry(child).or_default().push(written);
            }
        }
        said
    }

    /// The codes of a part under which lines of an item were entered that hold.
    pub(crate) fn entered_bom_parts(&self, parent: &Code, child: &Code) -> Vec<Code> {
        let said = self.bom_said(parent).into_iter();
        let said = said.filter(|(entered, said)| {
            self.canonical(entered) == *child && self.bom_line(entered, said).is_some()
        });
        said.map(|(entered, _)| entered.clone()).collect()
    }

    /// What an item is a part of, one level up, in order.
    #[must_use]
    pub fn used_in(&self, item: &Code) -> Vec<Code> {
        let entered = self.aliases(item);
        let parents = entered
            .iter()
            .filter_map(|code| self.boms.used_in.get(code));
        let parents = parents.flatten().map(|parent| self.canonical(parent));
        let parents: BTreeSet<Code> = parents.collect();
        let uses = |parent: &Code| self.bom(parent).iter().any(|line| line.item == *item);
        parents.into_iter().filter(uses).collect()
    }

    /// All items that are made of something, in order.
    #[must_use]
    pub fn made_items(&self) -> Vec<Code> {
        let parents: BTreeSet<Code> = self
            .boms
            .lines
            .keys()
            .map(|parent| self.canonical(parent))
            .collect();
        let is_made = |parent: &Code| !self.bom(parent).is_empty();
        parents.into_iter().filter(is_made).collect()
    }

    /// Whether something is, or ever was, a part of another, however deep, by what the items are
    /// called today.
    pub(super) fn ever_reaches(&self, from: &Code, to: &Code) -> bool {
        let to = self.canonical(to);
        let mut seen: BTreeSet<Code> = BTreeSet::new();
        let mut next: Vec<Code> = vec![self.canonical(from)];
        while let Some(item) = next.pop() {
            if item == to {
                return true;
            }
            for parent in self.aliases(&item) {
                let parts = self.boms.of(&parent);
                next.extend(parts.map(|(child, _)| self.canonical(child)));
            }
            seen.insert(item);
            next.retain(|item| !seen.contains(item));
        }
        false
    }

    fn bom_line(&self, child: &Code, said: &[&Written]) -> Option<BomLine> {
        let field = |number: u8| {
            let said = said
                .iter()
                .copied()
                .flatten()
                .filter_map(|(stamp, fields)| {
                    let value = fields.get(&number)?;
                    (!self.is_suppressed(stamp.key())).then(|| (stamp.order(&self.origins), value))
                });
            let last = said.max_by_key(|(order, _)| *order);
            last.map_or(Value::Nil, |(_, value)| value.clone())
        };
        let per_unit = field(bom_key::PER_UNIT).as_int().unwrap_or_default();
        let attrition = field(bom_key::ATTRITION).as_int().unwrap_or_default();
        let refs = field(bom_key::REFS);
        let refs = refs.as_text().filter(|refs| !refs.is_empty());
        (per_unit > 0).then(|| BomLine {
            item: self.canonical(child),
            per_unit: Quantity::from_ten_thousandths(per_unit),
            attrition: u32::try_from(attrition).unwrap_or_default(),
            refs: refs.map(str::to_owned),
        })
    }

    /// The lines of a bill of materials as they were written, by what the items are called today.
    pub(super) fn named_today(&self, bom: &[BomLine]) -> Vec<BomLine> {
        summed(bom.iter().map(|line| BomLine {
            item: self.canonical(&line.item),
            ..line.clone()
        }))
    }

    /// The way from an item through its parts back to itself, if there is one: it begins and ends
    /// with the item.
    #[must_use]
    pub fn bom_circle(&self, item: &Code) -> Option<Vec<Code>> {
        self.bom_way(item, item)
    }

    /// The entries that said last what the lines on a way are, in F1 order.
    pub(crate) fn bom_way_entries(&self, way: &[Code]) -> Vec<EntryId> {
        let mut moments = Vec::new();
        for (parent, child) in way.iter().zip(way.iter().skip(1)) {
            for (entered, said) in self.bom_said(parent) {
                if self.canonical(entered) != *child || self.bom_line(entered, &said).is_none() {
                    continue;
                }
                let stamps = said.into_iter().flatten().map(|(stamp, _)| stamp);
                let counting = stamps.filter(|stamp| !self.is_suppressed(stamp.key()));
                let last = counting.max_by_key(|stamp| stamp.order(&self.origins));
                moments.extend(last.map(|stamp| self.moment_of(stamp.key())));
            }
        }
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter().map(|(_, id)| id).collect()
    }

    /// A way from an item down to one of its parts, however deep; with both ends.
    pub(crate) fn bom_way(&self, item: &Code, part: &Code) -> Option<Vec<Code>> {
        let mut above: BTreeMap<Code, Code> = BTreeMap::new();
        let mut next = std::collections::VecDeque::from([item.clone()]);
        while let Some(parent) = next.pop_front() {
            for line in self.bom(&parent) {
                if line.item == *part {
                    let mut way = vec![line.item, parent.clone()];
                    let mut at = parent;
                    while at != *item {
                        let Some(up) = above.get(&at).cloned() else {
                            break;
                        };
                        way.push(up.clone());
                        at = up;
                    }
                    way.reverse();
                    return Some(way);
                }
                if line.item != *item && !above.contains_key(&line.item) {
                    above.insert(line.item.clone(), parent.clone());
                    next.push_back(line.item);
                }
            }
        }
        None
    }
}

/// Lines by item, what stands under several codes of one together.
fn summed(all: impl Iterator<Item = BomLine>) -> Vec<BomLine> {
    let mut lines: BTreeMap<Code, BomLine> = BTreeMap::new();
    for line in all {
        let known = lines.remove(&line.item);
        let sum = known.map_or_else(|| line.clone(), |known| together(known, &line));
        lines.insert(line.item, sum);
    }
    lines.into_values().collect()
}

/// Two lines of one item under two codes: both quantities are needed.
fn together(mut line: BomLine, other: &BomLine) -> BomLine {
    let sum = line.per_unit.total().plus(other.per_unit.total());
    line.per_unit = sum.quantity().unwrap_or(line.per_unit);
    line.attrition = line.attrition.max(other.attrition);
    let refs: Vec<&str> = [&line.refs, &other.refs]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    line.refs = (!refs.is_empty()).then(|| refs.join(", "));
    line
}
