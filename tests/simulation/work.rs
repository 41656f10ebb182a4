//! What people do: mostly the same few stock lines, now and then everything else.

use ledger_core::at_entry::{
    self, ItemChange, LocationChange, MoveOwner, OrderChange, Plan, Refusal, StockRequest,
    UnknownScanRequest,
};
use ledger_core::catalogue::Class;
use ledger_core::entry::{Details, Particulars, ScanMode};
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_core::{DeviceId, EntryId, Origin, Quantity, Timestamp};

use crate::admin::Decree;
use crate::dice::Dice;
use crate::plans::PlanDeed;

/// Items, the hot one first.
pub const ITEMS: [&str; 4] = ["HOT", "WARM", "COOL", "COLD"];
/// Locations, the hot one first.
pub const PLACES: [&str; 3] = ["A-01", "A-02", "B-01"];

/// Something that a person asks a node for, as plain data: it can be asked for again.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A new item.
    Item(&'static str),
    /// A new location.
    Place(&'static str),
    /// In.
    Add(&'static str, &'static str, i64),
    /// Out.
    Remove(&'static str, &'static str, i64),
    /// From here to there.
    Move(&'static str, &'static str, &'static str, i64),
    /// So much is there.
    Count(&'static str, &'static str, i64),
    /// A correction.
    Adjust(&'static str, &'static str, i64),
    /// Void what somebody was told of, or the own newest.
    Undo(Option<EntryId>),
    /// A new order.
    Open(OrderType),
    /// Wants more of an item, on one of the orders.
    Want(u64, &'static str, i64),
    /// Wants so much of it.
    Set(u64, &'static str, i64),
    /// Takes an item off.
    Unwant(u64, &'static str),
    /// Picks.
    Pick(u64, &'static str, &'static str, i64),
    /// Takes what has come.
    Fill(u64),
    /// Brings back.
    Return(u64, &'static str, i64),
    /// Before others.
    Expedite(u64, &'static str, i64),
    /// Ends it.
    Cancel(u64),
    /// Ends it.
    Close(u64),
    /// Another name and threshold.
    Rename(&'static str, u64),
    /// A code that nobody knows is scanned, for so much, at a place.
    Scan(u64, &'static str, i64),
    /// Such a code is an item, or nothing.
    Resolve(u64, Option<&'static str>),
    /// A barcode for it.
    Bind(&'static str, u64),
    /// One is the other.
    Merge(&'static str, &'static str),
    /// Out of use, or in use again.
    Archive(&'static str, bool),
    /// Whether orders may want more than there is.
    AllowBackorder(bool),
    /// Takes an exception as it is.
    Accept(u64),
    /// Into, out of, or found at a place, so many milliseconds ago.
    Earlier(Late, &'static str, &'static str, i64, u64),
    /// What the administrator decides.
    Decree(Decree),
    /// Something about a bill of materials, a lot, a purchase order or a stocktake.
    Plan(PlanDeed),
}

/// What is said to have happened earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// In.
    Added,
    /// Out.
    Removed,
    /// Counted.
    Counted,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Who {
    /// The origin that writes.
    pub origin: Origin,
    /// The device.
    pub device: DeviceId,
    /// What its clock shows.
    pub now: Timestamp,
}

impl Deed {
    /// Something that happened up to an hour ago and is entered now.
    #[must_use]
    pub fn earlier(dice: &mut Dice) -> Self {
        let what = *dice.skewed(&[Late::Added, Late::Removed, Late::Counted]);
        let (item, place) = (*dice.skewed(&ITEMS), *dice.skewed(&PLACES));
        let number = i64::try_from(dice.within(1, 12)).unwrap_or(1);
        Self::Earlier(what, item, place, number, dice.within(1, 3_600_000))
    }

    /// The next thing that somebody wants; `told` are entries that somebody was told of.
    #[must_use]
    pub fn any(dice: &mut Dice, told: &[EntryId]) -> Self {
        let (item, place) = (*dice.skewed(&ITEMS), *dice.skewed(&PLACES));
        let number = i64::try_from(dice.within(1, 12)).unwrap_or(1);
        let which = dice.next();
        match dice.below(100) {
            0..=24 => Self::Add(item, place, number),
            25..=26 | 45..=46 => Self::Scan(which, place, number),
            27..=44 => Self::Remove(item, place, number),
            47..=54 => Self::Move(item, place, PLACES[(which % 3) as usize], number),
            55..=65 => Self::Count(item, place, number),
            66..=69 => Self::Adjust(item, place, number - 6),
            70..=74 => Self::Undo(
                dice.one_of(told)
                    .copied()
                    .filter(|_| !which.is_multiple_of(3)),
            ),
            75..=77 => Self::Open(match which % 2 {
                0 => OrderType::Sales,
                _ => OrderType::Repair,
            }),
            78..=82 => Self::Want(which, item, number * 3),
            83..=84 => Self::Pick(which, item, place, number),
            85 => Self::Fill(which),
            86 => Self::Return(which, item, number),
            87 => Self::Set(which, item, number),
            88 => Self::Unwant(which, item),
            89 => Self::Expedite(which, item, number),
            90 => Self::Cancel(which),
            91 => Self::Close(which),
            92 => Self::Rename(item, which % 5),
            93 | 98 => Self::Resolve(which, (!which.is_multiple_of(5)).then_some(item)),
            94 => Self::Bind(item, which % 3),
            95 => Self::Merge(ITEMS[3], ITEMS[2]),
            96 => Self::Archive(ITEMS[3], which.is_multiple_of(2)),
            97 => Self::AllowBackorder(!which.is_multiple_of(4)),
            _ => Self::Accept(which),
        }
    }

    /// The family it is counted under.
    #[must_use]
    pub const fn family(&self) -> &'static str {
        match self {
            Self::Item(_) | Self::Place(_) | Self::Rename(..) | Self::Bind(..) => "catalogue",
            Self::Archive(..) | Self::AllowBackorder(_) => "catalogue",
            Self::Scan(..) => "scan",
            Self::Resolve(..) => "resolve",
            Self::Merge(..) => "merge",
            Self::Add(..) => "add",
            Self::Remove(..) => "remove",
            Self::Move(..) => "move",
            Self::Count(..) => "count",
            Self::Adjust(..) => "adjust",
            Self::Undo(_) => "undo",
            Self::Accept(_) => "answer",
            Self::Earlier(..) => "said earlier",
            Self::Decree(decree) => decree.family(),
            Self::Plan(plan) => plan.family(),
            Self::Open(_)
            | Self::Want(..)
            | Self::Set(..)
            | Self::Unwant(..)
            | Self::Pick(..)
            | Self::Fill(_)
            | Self::Return(..)
            | Self::Expedite(..)
            | Self::Cancel(_)
            | Self::Close(_) => "order",
        }
    }

    /// What this node lacks for it and has to be made first.
    #[must_use]
    pub fn first(&self, fold: &Fold) -> Option<Self> {
        let lacks = |class, text: &str| at_entry::find_thing(fold, class, text).is_err();
        let (item, places): (&'static str, &[&'static str]) = match self {
            Self::Add(item, place, _)
            | Self::Remove(item, place, _)
            | Self::Count(item, place, _)
            | Self::Pick(_, item, place, _)
            | Self::Earlier(_, item, place, _, _)
            | Self::Adjust(item, place, _) => (item, &[*place]),
            Self::Move(item, from, to, _) => (item, &[*from, *to]),
            Self::Want(_, item, _)
            | Self::Rename(item, _)
            | Self::Bind(item, _)
            | Self::Resolve(_, Some(item)) => (item, &[]),
            Self::Scan(_, place, _) => {
                let places = [*place, other(place)];
                let place = places.into_iter().find(|it| lacks(Class::Location, it));
                return place.map(Self::Place);
            }
            Self::Plan(plan) => return plan.first(fold),
            _ => return None,
        };
        if at_entry::find_item(fold, item).is_err() {
            return Some(Self::Item(item));
        }
        let place = places.iter().find(|place| lacks(Class::Location, place));
        place.map(|place| Self::Place(place))
    }

    /// What is to be written.
    ///
    /// # Errors
    /// When the node refuses it.
    pub fn plan(&self, fold: &Fold, who: Who) -> Result<Plan, Refusal> {
        let order = |which: &u64| order(fold, *which);
        match self {
            Self::Item(item) => at_entry::add_item(fold, item, &ItemChange::default()),
            Self::Place(place) => at_entry::add_location(fold, place, &LocationChange::default()),
            Self::Add(item, place, n) => at_entry::add(fold, place, &request(item, *n)),
            Self::Remove(item, place, n) => at_entry::remove(fold, place, &request(item, *n)),
            Self::Move(item, from, to, n) => {
                at_entry::movement(fold, from, to, &MoveOwner::Same, &request(item, *n))
            }
            Self::Count(item, place, n) => at_entry::count(fold, place, &request(item, *n)),
            Self::Adjust(item, place, n) => at_entry::adjust(fold, place, &request(item, *n)),
            Self::Undo(target) => at_entry::undo(fold, who.origin, *target, Particulars::default()),
            Self::Open(kind) => {
                let change = OrderChange::default();
                at_entry::open_order(fold, who.device, None, *kind, &change)
            }
            Self::Want(which, item, n) => {
                at_entry::order_add(fold, &order(which)?, item, units(*n))
            }
            Self::Set(which, item, n) => at_entry::order_set(fold, &order(which)?, item, units(*n)),
            Self::Unwant(which, item) => at_entry::order_remove(fold, &order(which)?, item),
            Self::Pick(which, item, place, n) => {
                at_entry::order_pick(fold, &order(which)?, place, &request(item, *n))
            }
            Self::Fill(which) => at_entry::order_fill(fold, &order(which)?, None),
            Self::Return(which, item, n) => {
                at_entry::order_return(fold, &order(which)?, item, units(*n))
            }
            Self::Expedite(which, item, n) => {
                at_entry::order_expedite(fold, &order(which)?, item, *n)
            }
            Self::Cancel(which) => {
                at_entry::order_cancel(fold, &order(which)?, &Details::default())
            }
            Self::Close(which) => at_entry::order_close(fold, &order(which)?, &Details::default()),
            Self::Earlier(what, item, place, n, ago) => {
                let request = earlier(item, *n, who, *ago);
                match what {
                    Late::Added => at_entry::add(fold, place, &request),
                    Late::Removed => at_entry::remove(fold, place, &request),
                    Late::Counted => at_entry::count(fold, place, &request),
                }
            }
            Self::Decree(decree) => decree.plan(fold),
            Self::Plan(plan) => plan.plan(fold, who),
            _ => self.plan_of_catalogue(fold, who),
        }
    }

    fn plan_of_catalogue(&self, fold: &Fold, who: Who) -> Result<Plan, Refusal> {
        match self {
            Self::Rename(item, number) => {
                let change = ItemChange {
                    name: Some(format!("{item} {number}")),
                    threshold: Some(Some(units(i64::try_from(*number).unwrap_or(0)))),
                    ..ItemChange::default()
                };
                at_entry::set_item(fold, item, &change, false)
            }
            Self::Bind(item, number) => {
                let pack = i64::try_from(*number).unwrap_or(0) + 1;
                at_entry::bind(fold, &code(*number), item, units(pack))
            }
            Self::Scan(which, place, n) => at_entry::unknown_scan(fold, &scan(*which, place, *n)),
            Self::Resolve(which, item) => {
                let codes: Vec<_> = fold.scanned_codes().collect();
                let (code, _) = nth(&codes, *which).ok_or_else(nothing)?;
                match item {
                    Some(item) => at_entry::resolve_scan(fold, code.as_str(), item),
                    None => at_entry::dismiss_scan(fold, code.as_str(), Some("a parcel")),
                }
            }
            Self::Merge(alias, into) => at_entry::merge_items(fold, alias, into),
            Self::Archive(item, archived) => at_entry::archive(fold, Class::Item, item, *archived),
            Self::AllowBackorder(allowed) => {
                let value = if *allowed { "on" } else { "off" };
                at_entry::settings::set("allow-backorder", value)
            }
            Self::Accept(which) => {
                let open = fold.exceptions();
                let one = nth(&open, *which).ok_or_else(nothing)?;
                let answer = at_entry::Answer::Accept;
                at_entry::answer(fold, who.origin, &one.id, &answer, Some("seen"))
            }
            _ => Err(nothing()),
        }
    }
}

/// A code that somebody may know and somebody else not.
fn code(number: u64) -> String {
    format!("400000000000{}", number % 5)
}

/// Another location.
fn other(place: &str) -> &'static str {
    let mut places = PLACES.into_iter();
    places.find(|other| *other != place).unwrap_or(PLACES[0])
}

fn scan(which: u64, place: &str, number: i64) -> UnknownScanRequest {
    let modes = ScanMode::ALL;
    let mode = *nth(&modes, which / 5).unwrap_or(&ScanMode::Add);
    UnknownScanRequest {
        code: code(which),
        scanned: None,
        aim: None,
        mode,
        quantity: units(number),
        location: place.to_owned(),
        to: (mode == ScanMode::Move).then(|| other(place).to_owned()),
        owner: None,
        batch: None,
        neighbour: None,
        particulars: Particulars::default(),
    }
}

/// There is none of what was meant.
pub fn nothing() -> Refusal {
    Refusal::new("nothing-there", "there is none of it here")
}

/// One of these, whatever the number; none of nothing.
pub fn nth<T>(all: &[T], which: u64) -> Option<&T> {
    let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
    all.get(usize::try_from(which % count).ok()?)
}

fn order(fold: &Fold, which: u64) -> Result<String, Refusal> {
    let orders = fold.orders();
    nth(&orders, which)
        .map(ToString::to_string)
        .ok_or_else(nothing)
}

pub fn units(number: i64) -> Quantity {
    Quantity::from_units(number).unwrap_or_default()
}

fn earlier(item: &str, number: i64, who: Who, ago: u64) -> StockRequest {
    let mut request = request(item, number);
    let said = who.now.millis().saturating_sub(ago);
    request.particulars.said = Some(Timestamp::from_millis(said));
    request
}

pub fn request(item: &str, number: i64) -> StockRequest {
    StockRequest {
        item: item.to_owned(),
        quantity: units(number),
        particulars: Particulars {
            details: Details {
                reason: Some("found".to_owned()),
                ..Details::default()
            },
            ..Particulars::default()
        },
        ..StockRequest::default()
    }
}
