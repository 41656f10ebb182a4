//! What people plan: bills of materials, lots, purchase orders and stocktakes.

use ledger_core::at_entry::{
    self, AssignRequest, BomChange, LineRequest, LotChange, Plan, PurchaseChange, Refusal,
    StocktakeRequest,
};
use ledger_core::catalogue::Class;
use ledger_core::entry::Details;
use ledger_core::fold::{Fold, LineProgress};

use crate::dice::Dice;
use crate::work::{Deed, ITEMS, PLACES, Who, nothing, nth, request, units};

/// Who sells.
const SUPPLIER: &str = "PARTCO";

/// Something about a plan that a person asks a node for.
#[derive(Debug, Clone, Copy)]
pub enum PlanDeed {
    /// A supplier to order from.
    Supplier,
    /// So many of the second are in one of the first; 0 takes the line away.
    Bom(&'static str, &'static str, i64),
    /// So many are to be built.
    Lot(&'static str, i64),
    /// More or fewer are.
    Resize(u64, i64),
    /// A newer bill of materials.
    Adopt(u64),
    /// Parts for a lot.
    Issue(u64, &'static str, &'static str, i64),
    /// Parts that were not needed.
    Bring(u64, &'static str, &'static str, i64),
    /// Some are built, perhaps with their parts taken at once.
    Build(u64, &'static str, i64, bool),
    /// The lot is done.
    CloseLot(u64),
    /// So many of an item are ordered, for a day.
    Place(&'static str, i64, u32),
    /// So many are ordered for a day on that order.
    Reorder(u64, &'static str, i64, u32),
    /// They come.
    Receive(u64, &'static str, &'static str, i64),
    /// No more come.
    ClosePurchase(u64),
    /// A place is to be counted, an item, or with neither everything.
    Open(Option<&'static str>, Option<&'static str>, bool),
    /// Somebody is to count a place.
    Assign(u64, u64, &'static str, bool),
    /// A count for a stocktake.
    Count(u64, &'static str, &'static str, i64),
    /// A line is to be counted again.
    Again(u64, u64),
    /// All that is counted is approved, or one count.
    Approve(u64, Option<u64>),
    /// What nobody counted is not there.
    Rest(u64),
    /// The stocktake is done.
    CloseStocktake(u64),
}

impl PlanDeed {
    /// The next thing that somebody plans.
    pub fn any(dice: &mut Dice) -> Self {
        let (item, place) = (*dice.skewed(&ITEMS), *dice.skewed(&PLACES));
        let part = *dice.skewed(&ITEMS);
        let which = dice.next();
        let n = i64::try_from(dice.within(1, 12)).unwrap_or(1);
        let day = 21_000 + u32::try_from(which % 3).unwrap_or(0);
        match dice.below(32) {
            0..=2 => Self::Bom(part, item, n % 5),
            3..=4 => Self::Lot(item, n),
            5 => Self::Resize(which, n),
            6 => Self::Adopt(which),
            7..=8 => Self::Issue(which, item, place, n),
            9 => Self::Bring(which, item, place, n % 4),
            10..=11 => Self::Build(which, place, n % 4 + 1, which.is_multiple_of(2)),
            12 => Self::CloseLot(which),
            13..=14 => Self::Place(item, n * 3, day),
            15 => Self::Reorder(which, item, n, day),
            16..=18 => Self::Receive(which, item, place, n),
            19 => Self::ClosePurchase(which),
            20..=21 => match which % 3 {
                0 => Self::Open(Some(place), None, n > 6),
                1 => Self::Open(None, Some(item), n > 6),
                _ => Self::Open(None, None, n > 6),
            },
            22 => Self::Assign(which, dice.next(), place, which.is_multiple_of(5)),
            23..=26 => Self::Count(which, item, place, n),
            27 => Self::Again(which, dice.next()),
            28..=29 => Self::Approve(which, (!which.is_multiple_of(3)).then(|| dice.next())),
            30 => Self::Rest(which),
            _ => Self::CloseStocktake(which),
        }
    }

    /// The family it is counted under.
    pub const fn family(&self) -> &'static str {
        match self {
            Self::Supplier => "catalogue",
            Self::Bom(..) => "bom",
            Self::Lot(..) | Self::Resize(..) | Self::Adopt(_) | Self::CloseLot(_) => "lot",
            Self::Issue(..) | Self::Bring(..) => "issue to a lot",
            Self::Build(..) => "build a lot",
            Self::Place(..) | Self::Reorder(..) | Self::ClosePurchase(_) => "purchase",
            Self::Receive(..) => "receive",
            Self::Open(..) | Self::Assign(..) | Self::Again(..) => "stocktake",
            Self::Count(..) | Self::Rest(_) => "count for a stocktake",
            Self::Approve(..) => "approve",
            Self::CloseStocktake(_) => "close a stocktake",
        }
    }

    /// What this node lacks for it and has to be made first.
    pub fn first(&self, fold: &Fold) -> Option<Deed> {
        let (items, place): (&[&'static str], Option<&'static str>) = match self {
            Self::Bom(parent, child, _) => (&[*parent, *child], None),
            Self::Lot(item, _) => return lacks_to_build(fold, item),
            Self::Reorder(_, item, _, _) => (&[*item], None),
            Self::Place(item, _, _) => {
                let lacks = at_entry::find_thing(fold, Class::Supplier, SUPPLIER).is_err();
                if lacks {
                    return Some(Deed::Plan(Self::Supplier));
                }
                (&[*item], None)
            }
            Self::Issue(_, item, place, _)
            | Self::Bring(_, item, place, _)
            | Self::Receive(_, item, place, _)
            | Self::Count(_, item, place, _) => (&[*item], Some(*place)),
            Self::Build(_, place, _, _) | Self::Assign(_, _, place, _) => (&[], Some(*place)),
            Self::Open(place, item, _) => (item.as_slice(), *place),
            _ => (&[], None),
        };
        let lacks = |class, text: &str| at_entry::find_thing(fold, class, text).is_err();
        let item = items
            .iter()
            .find(|item| at_entry::find_item(fold, item).is_err());
        let place = place.filter(|place| lacks(Class::Location, place));
        item.map(|item| Deed::Item(item)).or(place.map(Deed::Place))
    }

    /// What is to be written.
    ///
    /// # Errors
    /// When the node refuses it.
    pub fn plan(&self, fold: &Fold, who: Who) -> Result<Plan, Refusal> {
        match *self {
            Self::Supplier => at_entry::add_partner(fold, Class::Supplier, SUPPLIER, None),
            Self::Bom(parent, child, 0) => at_entry::remove_bom_line(fold, parent, child),
            Self::Bom(parent, child, n) => {
                let change = BomChange {
                    per_unit: Some(units(n)),
                    ..BomChange::default()
                };
                at_entry::set_bom_line(fold, parent, child, &change)
            }
            Self::Lot(item, n) => {
                let change = LotChange::default();
                at_entry::plan_lot(fold, who.device, None, item, units(n), &change)
            }
            Self::Resize(which, n) => {
                let change = LotChange {
                    quantity: Some(units(n)),
                    ..LotChange::default()
                };
                at_entry::set_lot(fold, &name(&fold.lots(), which)?, &change)
            }
            Self::Adopt(which) => at_entry::adopt_bom(fold, &name(&fold.lots(), which)?),
            Self::Issue(which, item, place, n) => {
                let lot = name(&fold.lots(), which)?;
                at_entry::lot_issue(fold, &lot, place, &request(item, n))
            }
            Self::Bring(which, item, place, n) => {
                let lot = name(&fold.lots(), which)?;
                at_entry::lot_return(fold, &lot, place, &request(item, n))
            }
            Self::Build(which, place, n, backflush) => {
                let lot = name(&fold.lots(), which)?;
                at_entry::lot_build(fold, &lot, place, &request(ITEMS[0], n), backflush)
            }
            Self::CloseLot(which) => {
                at_entry::lot_close(fold, &name(&fold.lots(), which)?, &Details::default())
            }
            _ => self.plan_of_others(fold, who),
        }
    }

    fn plan_of_others(&self, fold: &Fold, who: Who) -> Result<Plan, Refusal> {
        let purchase = |which| name(&fold.purchases(), which);
        let ordered = |item: &str, n, day, supplier: Option<&str>| PurchaseChange {
            supplier: supplier.map(str::to_owned),
            lines: vec![LineRequest {
                item: item.to_owned(),
                quantity: units(n),
                day: Some(day),
            }],
            ..PurchaseChange::default()
        };
        match *self {
            Self::Place(item, n, day) => {
                let change = ordered(item, n, day, Some(SUPPLIER));
                at_entry::place_purchase(fold, who.device, None, &change)
            }
            Self::Reorder(which, item, n, day) => {
                at_entry::set_purchase(fold, &purchase(which)?, &ordered(item, n, day, None))
            }
            Self::Receive(which, item, place, n) => {
                at_entry::receive(fold, &purchase(which)?, place, &request(item, n))
            }
            Self::ClosePurchase(which) => {
                at_entry::close_purchase(fold, &purchase(which)?, &Details::default())
            }
            _ => self.plan_of_stocktake(fold, who),
        }
    }

    fn plan_of_stocktake(&self, fold: &Fold, who: Who) -> Result<Plan, Refusal> {
        let stocktake = |which| name(&fold.stocktakes(), which);
        let owned = |text: Option<&str>| text.map(str::to_owned).into_iter().collect();
        match *self {
            Self::Open(place, item, blind) => {
                let asked = StocktakeRequest {
                    locations: owned(place),
                    items: owned(item),
                    blind,
                    ..StocktakeRequest::default()
                };
                at_entry::open_stocktake(fold, who.device, None, &asked)
            }
            Self::Assign(which, device, place, again) => {
                let devices = fold.devices_by_name();
                let device = nth(&devices, device).ok_or_else(nothing)?;
                let asked = AssignRequest {
                    device: device.1.to_string(),
                    locations: owned(Some(place)),
                    again,
                    ..AssignRequest::default()
                };
                at_entry::assign_stocktake(fold, &stocktake(which)?, &asked)
            }
            Self::Count(which, item, place, n) => {
                at_entry::count_for(fold, &stocktake(which)?, place, &request(item, n))
            }
            Self::Again(which, line) => {
                let number = stocktake(which)?;
                let found = at_entry::find_stocktake(fold, &number)?;
                let lines = fold.stocktake_lines(&found);
                let line = &nth(&lines, line).ok_or_else(nothing)?.line;
                let location = Some(line.location.as_str());
                at_entry::recount(fold, &number, line.item.as_str(), location)
            }
            Self::Approve(which, None) => {
                at_entry::approve_stocktake(fold, &stocktake(which)?, None, None, None)
            }
            Self::Approve(which, Some(line)) => {
                let number = stocktake(which)?;
                let found = at_entry::find_stocktake(fold, &number)?;
                let mut lines = fold.stocktake_lines(&found);
                lines.retain(|line| line.progress == LineProgress::Counted);
                let counts = &nth(&lines, line).ok_or_else(nothing)?.counts;
                let last = counts.last().ok_or_else(nothing)?;
                at_entry::approve_counts(fold, &number, &[last.id], None)
            }
            Self::Rest(which) => at_entry::count_rest_as_none(fold, &stocktake(which)?, None, None),
            Self::CloseStocktake(which) => {
                at_entry::close_stocktake(fold, &stocktake(which)?, &Details::default())
            }
            _ => Err(nothing()),
        }
    }
}

/// What has to be made before an item can be built: the item, something to make it of, and that
/// it is made of that.
fn lacks_to_build(fold: &Fold, item: &'static str) -> Option<Deed> {
    let mut parts = ITEMS.into_iter();
    let part = parts.find(|part| *part != item).unwrap_or(ITEMS[0]);
    let lacks = |item: &str| at_entry::find_item(fold, item).is_err();
    if let Some(missing) = [item, part].into_iter().find(|item| lacks(item)) {
        return Some(Deed::Item(missing));
    }
    let (code, _) = at_entry::find_item(fold, item).ok()?;
    let has_bom = !fold.bom(&code).is_empty();
    (!has_bom).then_some(Deed::Plan(PlanDeed::Bom(item, part, 2)))
}

/// One of these documents, by the entry that began it.
fn name(all: &[ledger_core::EntryId], which: u64) -> Result<String, Refusal> {
    nth(all, which).map(ToString::to_string).ok_or_else(nothing)
}
