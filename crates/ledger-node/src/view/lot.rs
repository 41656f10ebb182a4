//! Production lots: what is to be built, what of, and whether that is there (ADR 25).

use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::{DocumentState, Lot, LotLine, Prospect};
use ledger_core::forecast::{Buildable, Covered, Met, Peg, Ready, Source};
use ledger_core::{EntryId, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{BehindView, BomLineView, View, day_text, text_of, time_text};

/// A production lot with its BOM items.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LotView {
    /// The lot without its lines.
    #[serde(flatten)]
    pub lot: LotRow,
    /// Whether its item's bill of materials is another one today than the lot goes by.
    pub bom_differs: bool,
    /// Its BOM items.
    pub lines: Vec<LotLineView>,
    /// How many units can be built, and when.
    pub can_build: CanBuildView,
    /// What is short for it all the way down, everything that is open being met in turn: to be
    /// bought.
    pub short: Vec<ShortPartView>,
    /// The moment of which the numbers are known to be everybody's.
    pub as_of: Option<String>,
    /// Devices whose news may be missing from the numbers.
    pub behind: Vec<BehindView>,
}

/// A production lot in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LotRow {
    /// What people call it by.
    pub number: String,
    /// The entry that planned it: names it where two have one number.
    pub entry: String,
    /// What is built.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// How many units.
    pub quantity: String,
    /// How many are built.
    pub built: String,
    /// How many are still to be built.
    pub left: String,
    /// `open` or `closed`.
    pub state: &'static str,
    /// The customer whose stock it may use.
    pub customer: Option<String>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The site where it is built; none is any.
    pub site: Option<String>,
    /// The day it is due, as `2026-11-21`.
    pub due: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// When it was planned.
    pub planned: String,
    /// Whether all it needs is there or comes in time: `yes`, `late` or `short`.
    pub covered: &'static str,
    /// When the last of what it needs is there, as far as that is known.
    pub ready: Option<String>,
    /// Depends on an entry that the central server does not know yet.
    pub provisional: bool,
}

/// A component of a lot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LotLineView {
    /// The line of the bill of materials that the lot goes by.
    #[serde(flatten)]
    pub line: BomLineView,
    /// How much goes into one unit.
    pub per_unit: String,
    /// How much of it the lot still needs.
    pub required: String,
    /// How much was issued to the lot, less what came back.
    pub issued: String,
    /// What is usable at the lot's site, ours and its customer's.
    pub on_hand: String,
    /// The same without what orders are promised.
    pub available: String,
    /// Ordered from suppliers and not yet received.
    pub on_order: String,
    /// What is missing by these figures of the item alone.
    pub shortfall: String,
    /// Whether it is met with everything that is open met in turn: `yes`, `late` or `short`.
    pub covered: &'static str,
    /// The day on which the last of it is there; none when it is there, or never.
    pub ready: Option<String>,
    /// Where it comes from.
    pub pegs: Vec<PegView>,
}

/// So much of a component from somewhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PegView {
    /// `stock`, `purchase-order`, `lot`, `make` (of its parts) or `nothing`.
    pub source: &'static str,
    /// How much.
    pub quantity: String,
    /// The site of stock.
    pub site: Option<String>,
    /// The customer whose stock it is.
    pub owner: Option<String>,
    /// The purchase order's or the other lot's number.
    pub number: Option<String>,
    /// The day it comes.
    pub date: Option<String>,
    /// What has to be made of what is not there: the parts that it takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PegPartView>,
    /// Its parts are not told here: they lie too deep, or too many were told before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub parts_left_out: bool,
}

/// A part of something that has to be made first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PegPartView {
    /// The part.
    pub item: String,
    /// How much.
    pub quantity: String,
    /// `yes`, `late` or `short`.
    pub covered: &'static str,
    /// Where it comes from.
    #[schema(no_recursion)]
    pub pegs: Vec<PegView>,
}

/// How many units of a lot can be built.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CanBuildView {
    /// From what is there now.
    pub now: String,
    /// By the day that the lot is due.
    pub by_due: String,
    /// From each day on at which more can be built.
    pub steps: Vec<BuildStepView>,
}

/// From when on so many units can be built.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BuildStepView {
    /// `now`, a day as `2026-11-21`, or `some-day` for what nobody said a day of.
    pub from: String,
    /// How many units.
    pub units: String,
}

/// What a lot is short of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShortPartView {
    /// The item.
    pub item: String,
    /// Its name.
    pub name: String,
    /// How much comes from nowhere.
    pub quantity: String,
    /// Its unit.
    pub unit: String,
    /// Whom it is bought from: its usual supplier, else whoever it was ordered from last.
    pub supplier: Option<String>,
}

fn ready_text(ready: Ready) -> Option<String> {
    match ready {
        Ready::On(day) => Some(day_text(day)),
        Ready::SomeDay => Some("some-day".to_owned()),
        Ready::Now | Ready::Never => None,
    }
}

/// How deep what has to be made is told, and of how many parts in all of a lot: where many
/// assemblies share theirs, each of them tells of the same ones.
const DEPTH_MAX: usize = 8;
const PARTS_MAX: usize = 2_000;

/// How much is told of what has to be made: so many parts more in all, so deep.
struct Telling<'a> {
    prospect: &'a Prospect,
    left: &'a mut usize,
    depth: usize,
}

impl View<'_> {
    /// All lots by number, or those that are open.
    #[must_use]
    pub fn lots(&self, open_only: bool) -> Vec<LotRow> {
        let fold = self.fold();
        let lots = fold.lots().into_iter().filter_map(|id| fold.lot(id));
        let lots = lots.filter(|lot| !open_only || lot.state == DocumentState::Open);
        let lots: Vec<Lot> = lots.collect();
        self.with_prospect(|prospect| {
            let rows = lots.iter().map(|lot| self.lot_row(lot, prospect));
            rows.collect()
        })
    }

    /// Looks at the forecast over everything that is open. What it is given to must not ask for it
    /// again.
    pub(super) fn with_prospect<R>(&self, look: impl FnOnce(&Prospect) -> R) -> R {
        let plans = &self.standing().plans;
        plans.look(self.fold(), |plans| look(plans.prospect()))
    }

    /// One lot.
    #[must_use]
    pub fn lot(&self, id: EntryId) -> Option<LotView> {
        let lot = self.fold().lot(id)?;
        Some(self.with_prospect(|prospect| self.lot_view(&lot, prospect)))
    }

    fn lot_view(&self, lot: &Lot, prospect: &Prospect) -> LotView {
        let fold = self.fold();
        let lines = fold.lot_lines(lot);
        let mut left = PARTS_MAX;
        let lines = lines
            .iter()
            .map(|line| self.lot_line(lot, line, prospect, &mut left));
        let lines: Vec<LotLineView> = lines.collect();
        let is_open = lot.state == DocumentState::Open;
        let can_build = is_open.then(|| fold.can_build(prospect, lot)).flatten();
        let short = prospect.short_of(lot.id).into_iter();
        let short = short.map(|(item, quantity)| {
            let known = fold.item(&item);
            ShortPartView {
                item: item.to_string(),
                name: known.name,
                quantity: quantity.to_string(),
                unit: known.unit,
                supplier: text_of(fold.bought_from(&item).as_ref()),
            }
        });
        LotView {
            bom_differs: is_open && fold.lot_differs(lot),
            lines,
            can_build: can_build
                .as_ref()
                .map_or_else(CanBuildView::default, can_build_view),
            short: short.collect(),
            as_of: self.as_of(),
            behind: self.behind(),
            lot: self.lot_row(lot, prospect),
        }
    }

    fn lot_row(&self, lot: &Lot, prospect: &Prospect) -> LotRow {
        let fold = self.fold();
        let item = fold.item(&lot.item);
        let met = lot
            .bom
            .iter()
            .filter_map(|line| prospect.of_lot(lot.id, &line.item));
        let (mut covered, mut ready) = (Covered::Yes, Ready::Now);
        for met in met {
            covered = covered.max(met.covered());
            ready = ready.max(met.ready);
        }
        LotRow {
            number: lot.number.to_string(),
            entry: lot.id.to_string(),
            item: lot.item.to_string(),
            name: item.name,
            unit: item.unit,
            quantity: lot.quantity.to_string(),
            built: lot.built.to_string(),
            left: lot.left().to_string(),
            state: lot.state.word(),
            customer: text_of(lot.customer.as_ref()),
            customer_name: lot
                .customer
                .as_ref()
                .map(|code| fold.name_of(Class::Customer, code)),
            site: text_of(lot.site.as_ref()),
            due: lot.due.map(day_text),
            title: lot.title.clone(),
            planned: time_text(lot.planned),
            covered: covered.word(),
            ready: ready_text(ready),
            provisional: lot.provisional,
        }
    }

    /// A component; of what it has to be made of at most the parts that are left to tell.
    fn lot_line(
        &self,
        lot: &Lot,
        line: &LotLine,
        prospect: &Prospect,
        left: &mut usize,
    ) -> LotLineView {
        let met = prospect.of_lot(lot.id, &line.line.item);
        LotLineView {
            line: self.bom_line(&line.line),
            per_unit: line.line.per_unit.to_string(),
            required: line.required.to_string(),
            issued: line.issued.to_string(),
            on_hand: line.on_hand.to_string(),
            available: line.available.to_string(),
            on_order: line.on_order.to_string(),
            shortfall: line.shortfall.to_string(),
            covered: met.map_or(Covered::Yes, Met::covered).word(),
            ready: met.and_then(|met| ready_text(met.ready)),
            pegs: met.map_or_else(Vec::new, |met| {
                let mut telling = Telling {
                    prospect,
                    left,
                    depth: DEPTH_MAX,
                };
                self.pegs(met, &mut telling)
            }),
        }
    }

    fn pegs(&self, met: &Met, telling: &mut Telling<'_>) -> Vec<PegView> {
        let pegs = met.pegs.iter();
        pegs.map(|peg| self.peg(met, peg, telling)).collect()
    }

    fn peg(&self, met: &Met, peg: &Peg, telling: &mut Telling<'_>) -> PegView {
        let prospect = telling.prospect;
        let plain = |source| PegView {
            source,
            quantity: peg.quantity.to_string(),
            site: text_of(peg.site.as_ref()),
            owner: None,
            number: None,
            date: None,
            parts: Vec::new(),
            parts_left_out: false,
        };
        match peg.source {
            Source::Theirs => PegView {
                owner: text_of(met.need.owner.as_ref()),
                ..plain("stock")
            },
            Source::Ours => plain("stock"),
            Source::Nothing => plain("nothing"),
            Source::Supply(at) => {
                let party = prospect.supplies.get(at);
                let is_lot = party.is_some_and(|party| party.family == Family::Lot);
                let ready = prospect.outlook.supplies.get(at).map(|it| it.ready);
                PegView {
                    number: party.and_then(|party| self.number_of(party.id)),
                    date: ready.and_then(ready_text),
                    ..plain(if is_lot { "lot" } else { "purchase-order" })
                }
            }
            Source::Made(..) => {
                let parts = self.peg_parts(peg.source, telling);
                PegView {
                    parts_left_out: parts.is_none(),
                    parts: parts.unwrap_or_default(),
                    ..plain("make")
                }
            }
        }
    }

    /// What something has to be made of; none where that is not told.
    fn peg_parts(&self, source: Source, telling: &mut Telling<'_>) -> Option<Vec<PegPartView>> {
        let parts: Vec<&Met> = telling.prospect.outlook.made_of(source).collect();
        let (depth, left) = (
            telling.depth.checked_sub(1)?,
            telling.left.checked_sub(parts.len())?,
        );
        *telling.left = left;
        telling.depth = depth;
        let told = parts.into_iter().map(|part| PegPartView {
            item: part.need.item.to_string(),
            quantity: part.need.quantity.to_string(),
            covered: part.covered().word(),
            pegs: self.pegs(part, telling),
        });
        let told = told.collect();
        telling.depth = depth.saturating_add(1);
        Some(told)
    }

    /// What people call a document by.
    pub(super) fn number_of(&self, id: EntryId) -> Option<String> {
        let (_, number) = self.fold().document_name(id)?;
        Some(number.to_string())
    }

    /// The open lots that build an item.
    #[must_use]
    pub fn lots_building(&self, item: &ledger_core::Code) -> Vec<LotRow> {
        let lots = self.fold().lots_of(item);
        if lots.is_empty() {
            return Vec::new();
        }
        self.with_prospect(|prospect| {
            let rows = lots.iter().map(|lot| self.lot_row(lot, prospect));
            rows.collect()
        })
    }
}

fn can_build_view(buildable: &Buildable) -> CanBuildView {
    let steps = buildable.steps.iter().map(|step| BuildStepView {
        from: ready_text(step.ready).unwrap_or_else(|| "now".to_owned()),
        units: step.units.to_string(),
    });
    CanBuildView {
        now: buildable.now.to_string(),
        by_due: buildable.in_time.to_string(),
        steps: steps.collect(),
    }
}

/// The sum of some totals.
pub(super) fn sum(totals: impl Iterator<Item = Total>) -> Total {
    totals.fold(Total::ZERO, Total::plus)
}
