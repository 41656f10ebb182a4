//! What things are made of, and what they are a part of.

use ledger_core::catalogue::ItemKind;
use ledger_core::production::BomLine;
use ledger_core::{Code, Quantity, Total, forecast};
use serde::Serialize;
use utoipa::ToSchema;

use super::View;

/// The most levels that are shown, and the most lines of all of them together.
const LEVELS_MAX: usize = 32;
const LINES_MAX: usize = 10_000;

/// The bill of materials of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BomView {
    /// What is made.
    pub item: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What one unit is made of, by item; empty for what is bought.
    pub lines: Vec<BomLineView>,
    /// All that is below it, however deep, where that is asked for: each part with its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<BomLevelView>>,
    /// What it is a part of.
    pub used_in: Vec<UseView>,
    /// The way from it down to itself, where two devices made it a part of itself.
    pub circle: Option<Vec<String>>,
}

/// One line of a bill of materials.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BomLineView {
    /// The part.
    pub item: String,
    /// The part's name.
    pub name: String,
    /// `part`, `pcba` or `assembly`.
    pub kind: &'static str,
    /// The unit of its quantities.
    pub unit: String,
    /// How much of it for one unit.
    pub quantity: String,
    /// How much more is lost while building, in percent.
    pub attrition: String,
    /// Reference designators.
    pub refs: Option<String>,
    /// Whether it is made of something itself.
    pub made: bool,
}

/// A part, however deep it lies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BomLevelView {
    /// 1 for the item's own parts, 2 for theirs …
    pub level: usize,
    /// What it is a part of.
    pub parent: String,
    /// How much of it one unit of the item takes, with what is lost.
    pub total: String,
    /// The line.
    #[serde(flatten)]
    pub line: BomLineView,
}

/// Something that an item is a part of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UseView {
    /// What is made.
    pub item: String,
    /// Its name.
    pub name: String,
    /// How much of the part one unit takes.
    pub quantity: String,
    /// The unit of that quantity.
    pub unit: String,
}

/// Hundredths of a percent as percent.
fn percent(hundredths: u32) -> String {
    const SCALE: i64 = 100;
    Quantity::from_ten_thousandths(i64::from(hundredths).saturating_mul(SCALE)).to_string()
}

impl View<'_> {
    /// What an item is made of; with `levels` all the way down.
    #[must_use]
    pub fn bom(&self, item: &Code, levels: bool) -> BomView {
        let fold = self.fold();
        let known = fold.item(item);
        let lines = fold.bom(item);
        BomView {
            item: item.to_string(),
            name: known.name,
            unit: known.unit.clone(),
            lines: lines.iter().map(|line| self.bom_line(line)).collect(),
            levels: levels.then(|| self.bom_levels(item)),
            used_in: self.uses(item, &known.unit),
            circle: fold
                .bom_circle(item)
                .map(|way| way.iter().map(ToString::to_string).collect()),
        }
    }

    /// Everything that is made of something, by item.
    #[must_use]
    pub fn boms(&self) -> Vec<BomView> {
        let items = self.fold().made_items();
        items.iter().map(|item| self.bom(item, false)).collect()
    }

    pub(super) fn bom_line(&self, line: &BomLine) -> BomLineView {
        let item = self.fold().item(&line.item);
        let kind: ItemKind = item.kind;
        BomLineView {
            item: line.item.to_string(),
            name: item.name,
            kind: kind.word(),
            unit: item.unit,
            quantity: line.per_unit.to_string(),
            attrition: percent(line.attrition),
            refs: line.refs.clone(),
            made: !self.fold().bom(&line.item).is_empty(),
        }
    }

    fn bom_levels(&self, item: &Code) -> Vec<BomLevelView> {
        let mut shown = Vec::new();
        let one = Quantity::from_units(1).unwrap_or_default().total();
        self.add_level(item, one, &mut vec![item.clone()], &mut shown);
        shown
    }

    fn add_level(
        &self,
        parent: &Code,
        units: Total,
        above: &mut Vec<Code>,
        shown: &mut Vec<BomLevelView>,
    ) {
        let level = above.len();
        for line in self.fold().bom(parent) {
            if shown.len() >= LINES_MAX {
                return;
            }
            let total = forecast::required(units, &forecast::Component::from(&line));
            shown.push(BomLevelView {
                level,
                parent: parent.to_string(),
                total: total.to_string(),
                line: self.bom_line(&line),
            });
            // What is made of itself is not opened again.
            if level < LEVELS_MAX && !above.contains(&line.item) {
                above.push(line.item.clone());
                self.add_level(&line.item, total, above, shown);
                above.pop();
            }
        }
    }

    fn uses(&self, item: &Code, unit: &str) -> Vec<UseView> {
        let fold = self.fold();
        let parents = fold.used_in(item).into_iter();
        let uses = parents.filter_map(|parent| {
            let lines = fold.bom(&parent);
            let line = lines.iter().find(|line| line.item == *item)?;
            Some(UseView {
                name: fold.item(&parent).name,
                item: parent.to_string(),
                quantity: line.per_unit.to_string(),
                unit: unit.to_owned(),
            })
        });
        uses.collect()
    }
}
