//! Why a total is what it is: the counts it starts from, what came after, and what changes nothing.

use ledger_core::entry::{Act, Body};
use ledger_core::fold::{LineKey, Why, WhyRow};
use ledger_core::{Code, EntryId, Timestamp, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::DeviceNames;
use super::{View, text_of, time_text, why_text};
use crate::NodeError;

/// Why an item has what it has, everywhere or at one location.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhyView {
    /// Our own stock.
    pub on_hand: String,
    /// What our own stock starts from.
    pub from: WhyFromView,
    /// The movements of our own stock since then; with what it starts from they add up to it.
    pub movements: Vec<MovementView>,
    /// What changes nothing in our own stock, and why not.
    pub ignored: Vec<IgnoredView>,
    /// The same in plain words, of all stock.
    pub text: String,
    /// The same by stock line, customers' lines too.
    pub lines: Vec<WhyLineView>,
}

/// What a total starts from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhyFromView {
    /// The last count; of several stock lines the latest of them.
    pub count: Option<CountView>,
    /// The last count of every stock line that was ever counted.
    pub counts: Vec<CountView>,
}

/// A count that a stock line starts from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountView {
    /// The entry.
    pub entry: String,
    /// When.
    pub at: String,
    /// What was seen.
    pub quantity: String,
    /// Where.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// On which device.
    pub device: String,
    #[serde(skip)]
    pub(super) moment: Timestamp,
}

/// A movement that is part of a total.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MovementView {
    /// The entry.
    pub entry: String,
    /// When.
    pub at: String,
    /// `add`, `remove`, `move` or `adjust`; `count` among what is ignored.
    pub kind: &'static str,
    /// By how much the line changed.
    pub change: String,
    /// Where.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// Why, as the user said.
    pub reason: Option<String>,
    /// On which device.
    pub device: String,
}

/// A transaction that changes nothing, and why not. A count's `change` is what it saw.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IgnoredView {
    /// The transaction.
    #[serde(flatten)]
    pub movement: MovementView,
    /// Why it changes nothing.
    pub why: &'static str,
}

impl IgnoredView {
    /// Why it changes nothing, as a code: `voided`, `repeated`, `revoked-waiting`,
    /// `revoked-refused` or `before-count`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.why {
            "voided by a reversal" => "voided",
            "the same write again" => "repeated",
            "of a revoked device, waiting" => "revoked-waiting",
            "of a revoked device, refused" => "revoked-refused",
            _ => "before-count",
        }
    }
}

/// Why one stock line has what it has.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhyLineView {
    /// The item, by the code its entries name.
    pub item: String,
    /// Where.
    pub location: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// How much.
    pub on_hand: String,
    /// The last count.
    pub count: Option<CountView>,
    /// The movements since then.
    pub movements: Vec<MovementView>,
    /// What changes nothing.
    pub ignored: Vec<IgnoredView>,
    /// In plain words.
    pub text: String,
}

impl View<'_> {
    /// Why an item has what it has, everywhere or at one location.
    pub fn why(&self, sku: &Code, location: Option<&Code>) -> Result<WhyView, NodeError> {
        let mut names = DeviceNames::new(self.fold());
        let whys = self.fold().why(sku, location);
        let mut own = Total::ZERO;
        let mut lines = Vec::with_capacity(whys.len());
        for why in &whys {
            if why.line.owner.is_none() {
                own = own.plus(why.on_hand);
            }
            lines.push(self.why_line(why, &mut names)?);
        }
        let ours: Vec<&WhyLineView> = lines.iter().filter(|line| line.owner.is_none()).collect();
        let counts: Vec<CountView> = ours.iter().filter_map(|line| line.count.clone()).collect();
        let latest = counts
            .iter()
            .max_by(|a, b| (a.moment, &a.entry).cmp(&(b.moment, &b.entry)));
        let all = |part: fn(&WhyLineView) -> &Vec<MovementView>| {
            ours.iter().flat_map(|line| part(line)).cloned().collect()
        };
        Ok(WhyView {
            on_hand: own.to_string(),
            from: WhyFromView {
                count: latest.cloned(),
                counts,
            },
            movements: all(|line| &line.movements),
            ignored: ours
                .iter()
                .flat_map(|line| &line.ignored)
                .cloned()
                .collect(),
            text: why_text::of_item(sku, location, &whys, &lines),
            lines,
        })
    }

    fn why_line(&self, why: &Why, names: &mut DeviceNames<'_>) -> Result<WhyLineView, NodeError> {
        let count = why.count.map(|count| CountView {
            entry: count.id.to_string(),
            at: time_text(count.at),
            quantity: count.quantity.to_string(),
            location: why.line.location.to_string(),
            owner: text_of(why.line.owner.as_ref()),
            batch: text_of(why.line.batch.as_ref()),
            device: names.of(count.id.origin),
            moment: count.at,
        });
        let mut movements = Vec::with_capacity(why.movements.len());
        for row in &why.movements {
            movements.push(self.movement(row, &why.line, names)?);
        }
        let mut ignored = Vec::with_capacity(why.ignored.len());
        for (row, reason) in &why.ignored {
            let movement = self.movement(row, &why.line, names)?;
            ignored.push(IgnoredView {
                movement,
                why: reason,
            });
        }
        let text = why_text::of_line(why, count.as_ref().map(|count| count.device.as_str()));
        Ok(WhyLineView {
            item: why.line.item.to_string(),
            location: why.line.location.to_string(),
            owner: text_of(why.line.owner.as_ref()),
            batch: text_of(why.line.batch.as_ref()),
            on_hand: why.on_hand.to_string(),
            count,
            movements,
            ignored,
            text,
        })
    }

    pub(super) fn movement(
        &self,
        row: &WhyRow,
        line: &LineKey,
        names: &mut DeviceNames<'_>,
    ) -> Result<MovementView, NodeError> {
        let (kind, reason) = self.meaning(row.id)?;
        Ok(MovementView {
            entry: row.id.to_string(),
            at: time_text(row.at),
            kind: if row.is_count { "count" } else { kind },
            change: row.amount.to_string(),
            location: line.location.to_string(),
            owner: text_of(line.owner.as_ref()),
            batch: text_of(line.batch.as_ref()),
            reason,
            device: names.of(row.id.origin),
        })
    }

    /// What a movement was meant as, and why.
    fn meaning(&self, id: EntryId) -> Result<(&'static str, Option<String>), NodeError> {
        let Some(entry) = self.entry(id)? else {
            return Ok(("move", None));
        };
        let reason = entry
            .body
            .particulars()
            .and_then(|with| with.details.reason.clone());
        let act = if let Body::Moved(moved) = &entry.body {
            moved.act.word()
        } else if let Body::UnknownScan(scan) = &entry.body {
            scan.mode.word()
        } else {
            Act::Move.word()
        };
        Ok((act, reason))
    }
}
