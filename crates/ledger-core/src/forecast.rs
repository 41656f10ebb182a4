//! The forecast: what open production lots and orders need, met from what there is and what comes.
//!
//! All needs are netted together, item by item, finished things before the parts that they are made
//! of (low-level-code order), and for each item in the order of need dates. So two lots never claim
//! the same parts, a part that several assemblies share is summed once, and an assembly that lies in
//! stock is used before its parts are asked for. Need dates order the forecast alone: who is served
//! from stock is F7's business.
//!
//! What a need takes of an item depends on nothing but what the needs before it left, so the needs
//! are netted one by one in that order, each with all that follows from it.
//!
//! Pure: a [`Situation`] in, an [`Outlook`] out. What is a need and what a supply is decided by
//! whoever asks.
//!
//! **Invariant.** Nothing is given twice: what is taken from a supply is at most what it has, and
//! what a need gets is exactly what it asks for, some of it from [`Source::Nothing`].

mod build;
mod items;
mod netting;
mod ready;

use std::collections::BTreeMap;

pub use self::build::{Buildable, Lot, LotPart, STEPS_MAX, Step, can_build};
use self::items::Items;
use self::netting::Netting;
use crate::code::Code;
use crate::fold::Pools;
use crate::quantity::{Quantity, Total};

/// A day, counted from 1970-01-01.
pub type Day = u32;

/// A line of a bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What is needed.
    pub item: Code,
    /// How much of it for one unit.
    pub per_unit: Quantity,
    /// How much more is lost while building, in hundredths of a percent.
    pub attrition: u32,
}

/// Something that will be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// What.
    pub item: Code,
    /// How much of it.
    pub quantity: Total,
    /// When; none is after every day that is known.
    pub day: Option<Day>,
    /// Whose it will be; none is ours.
    pub owner: Option<Code>,
    /// The site that it comes to; none can be brought to any.
    pub site: Option<Code>,
    /// The needs, by index, that must be met before it is there: the parts of a lot. Empty for a
    /// purchase.
    pub from: Vec<usize>,
}

/// Something that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub item: Code,
    /// How much of it.
    pub quantity: Total,
    /// When; none is after every day that is known.
    pub day: Option<Day>,
    /// For whom: a customer's own stock is taken first, then ours. None is for us, from ours alone.
    pub owner: Option<Code>,
    /// Where: stock of that site serves it. None takes from any site, from locations without a site
    /// first and then in the order of the sites' codes.
    pub site: Option<Code>,
}

/// What a forecast goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
    /// What things are made of. A thing that is, however deep, made of itself is not made at all.
    pub boms: BTreeMap<Code, Vec<Component>>,
    /// What can be used now, by item, owner and site; what is below zero is nothing. What lies at a
    /// location without a site serves needs without a site alone, as it does for orders.
    pub stock: BTreeMap<Code, Pools>,
    /// What comes.
    pub supplies: Vec<Supply>,
    /// What is needed. Of those of one day the earlier in this list comes first.
    pub needs: Vec<Need>,
}

/// Where some of a need comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The stock of its own customer.
    Theirs,
    /// Our stock.
    Ours,
    /// A supply, by its index in [`Situation::supplies`].
    Supply(usize),
    /// It has to be made, of what the needs ask for that [`Outlook::made_of`] gives for these places
    /// in [`Outlook::parts`].
    Made(usize, usize),
    /// Nowhere.
    Nothing,
}

/// So much from somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peg {
    /// From where.
    pub source: Source,
    /// At which site the stock lies that it is taken from; none where it has no site, and for what
    /// is not in stock.
    pub site: Option<Code>,
    /// How much.
    pub quantity: Total,
}

/// When all of something can be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ready {
    /// It is there.
    Now,
    /// On a day.
    On(Day),
    /// Some day, which nobody has said.
    SomeDay,
    /// Not by what is known.
    Never,
}

/// How a need is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The need; those behind the first ones follow from things that have to be made.
    pub need: Need,
    /// The need, by its index in [`Situation::needs`], that it follows from; a given one is its own.
    pub root: usize,
    /// From where, adding up to the need's quantity.
    pub pegs: Vec<Peg>,
    /// When all of it can be there.
    pub ready: Ready,
}

/// Whether a need is met in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covered {
    /// In time.
    Yes,
    /// Later than it is needed.
    Late,
    /// Not all of it.
    Short,
}

impl Covered {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Late => "late",
            Self::Short => "short",
        }
    }
}

impl Met {
    /// Whether it is met in time.
    #[must_use]
    pub fn covered(&self) -> Covered {
        let wanted = self.need.day.map_or(Ready::SomeDay, Ready::On);
        match self.ready {
            Ready::Never => Covered::Short,
            ready if ready <= wanted => Covered::Yes,
            Ready::Now | Ready::On(_) | Ready::SomeDay => Covered::Late,
        }
    }
}

/// What a forecast says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// How the needs are met, in the order in which they were given; behind them needs for the
    /// parts of what has to be made. A part that several of these share is one need for each given
    /// need that it follows from.
    pub needs: Vec<Met>,
    /// The needs, by index, that [`Source::Made`] speaks of.
    pub parts: Vec<usize>,
    /// The supplies, in the order in which they were given.
    pub supplies: Vec<Promised>,
}

/// For what a supply is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The given needs, by index, that wait for it, and how much of it each takes, itself or for
    /// its parts; in the order in which they are met.
    pub to: Vec<(usize, Total)>,
    /// How much of it nobody waits for.
    pub free: Total,
    /// When it is there, with the parts that it is made of.
    pub ready: Ready,
}

impl Outlook {
    /// How much of each item comes from nowhere, as parts that cannot be made are short.
    #[must_use]
    pub fn short(&self) -> BTreeMap<Code, Total> {
        let mut short: BTreeMap<Code, Total> = BTreeMap::new();
        for met in &self.needs {
            for peg in &met.pegs {
                if peg.source == Source::Nothing {
                    let sum = short.entry(met.need.item.clone()).or_default();
                    *sum = sum.plus(peg.quantity);
                }
            }
        }
        short
    }

    /// The given needs, by index, that wait for a supply, and how much of it each takes, itself or
    /// for its parts; in the order in which they are met.
    #[must_use]
    pub fn covers(&self, supply: usize) -> &[(usize, Total)] {
        let promised = self.supplies.get(supply);
        promised.map(|of| &*of.to).unwrap_or_default()
    }

    /// The needs for the parts of something that has to be made; none for other sources.
    pub fn made_of(&self, source: Source) -> impl Iterator<Item = &Met> {
        let parts = parts_of(&self.parts, source).iter();
        parts.filter_map(|at| self.needs.get(*at))
    }
}

/// The needs, by index, that something has to be made of.
fn parts_of(parts: &[usize], source: Source) -> &[usize] {
    match source {
        Source::Made(begin, end) => parts.get(begin..end).unwrap_or_default(),
        Source::Theirs | Source::Ours | Source::Supply(_) | Source::Nothing => &[],
    }
}

/// Nets all needs of a situation.
#[must_use]
pub fn outlook(situation: &Situation) -> Outlook {
    let items = Items::of(situation);
    let mut netting = Netting::of(situation, &items);
    for root in queue(situation) {
        netting.net(root);
    }
    let mut outlook = netting.end();
    ready::tell(situation, &mut outlook);
    outlook
}

/// The needs, by index, in the order in which they are met.
fn queue(situation: &Situation) -> Vec<usize> {
    let mut queue: Vec<usize> = (0..situation.needs.len()).collect();
    queue.sort_by_key(|at| situation.needs.get(*at).map(|need| or_last(need.day)));
    queue
}

/// A day for comparing: what has none is after all that have one.
pub(crate) const fn or_last(day: Option<Day>) -> (bool, Day) {
    match day {
        Some(day) => (false, day),
        None => (true, 0),
    }
}

/// How much of a component so much of its assembly takes. What is lost while building is rounded up:
/// to whole units where a unit takes whole units, since half a resistor is not bought.
#[must_use]
pub fn required(quantity: Total, component: &Component) -> Total {
    Total::from_ten_thousandths(part_of(quantity.ten_thousandths().max(0), component))
}

const UNIT: i128 = 10_000;
/// A hundred percent in hundredths of a percent.
const WHOLE: i128 = 10_000;

fn part_of(quantity: i128, component: &Component) -> i128 {
    let per_unit = i128::from(component.per_unit.ten_thousandths()).max(0);
    let exact = divided_up(quantity.saturating_mul(per_unit), UNIT);
    let lost = exact.saturating_mul(i128::from(component.attrition));
    let is_whole = exact.checked_rem(UNIT) == Some(0) && per_unit.checked_rem(UNIT) == Some(0);
    let lost = if is_whole {
        divided_up(lost, WHOLE.saturating_mul(UNIT)).saturating_mul(UNIT)
    } else {
        divided_up(lost, WHOLE)
    };
    exact.saturating_add(lost)
}

/// A quotient of what is not negative, rounded up.
fn divided_up(dividend: i128, by: i128) -> i128 {
    let more = i128::from(dividend.checked_rem(by).is_some_and(|rest| rest > 0));
    dividend
        .checked_div(by)
        .unwrap_or_default()
        .saturating_add(more)
}
