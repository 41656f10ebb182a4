//! The forecast: what open production lots and orders need, met from what there is and what comes.
//!
//! All needs are netted together, item by item, finished things before the parts that they are made
//! of (low-level-code order), and for each item in the order of need dates. So two lots never claim
//! the same parts, a part that several assemblies share is summed once, and an assembly that lies in
//! stock is used before its parts are asked for. Need dates order the forecast alone: who is served
//! from stock is F7's business.
//!
//! Pure: a [`Situation`] in, an [`Outlook`] out. What is a need and what a supply is decided by
//! whoever asks.
//!
//! **Invariant.** Nothing is given twice: what is taken from a supply is at most what it has, and
//! what a need gets is exactly what it asks for, some of it from [`Source::Nothing`].

use std::collections::{BTreeMap, BTreeSet};

use crate::code::Code;
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
}

/// What a forecast goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
    /// What things are made of. A thing that is, however deep, made of itself is not made at all.
    pub boms: BTreeMap<Code, Vec<Component>>,
    /// What can be used now, by item and owner; what is below zero is nothing.
    pub stock: BTreeMap<(Code, Option<Code>), Total>,
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
    /// It has to be made, of what the needs behind [`Outlook::needs`] at these indexes ask for.
    Made(usize, usize),
    /// Nowhere.
    Nothing,
}

/// So much from somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peg {
    /// From where.
    pub source: Source,
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
    /// parts of what has to be made.
    pub needs: Vec<Met>,
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
}

/// Nets all needs of a situation.
#[must_use]
pub fn outlook(situation: &Situation) -> Outlook {
    let levels = Levels::of(situation);
    let mut netting = Netting::of(situation, &levels);
    for (root, need) in situation.needs.iter().enumerate() {
        netting.ask(need.clone(), root);
    }
    // Parts are asked for by what stands before them, so each level is complete when it is reached.
    while let Some(((_, item), asked)) = netting.waiting.pop_first() {
        netting.net(&item, asked);
    }
    let mut needs = netting.met;
    tell_when(situation, &levels, &mut needs);
    Outlook { needs }
}

/// How deep each item lies: below everything that it is a part of.
struct Levels {
    of: BTreeMap<Code, usize>,
    /// What is made of itself.
    circular: BTreeSet<Code>,
}

impl Levels {
    fn of(situation: &Situation) -> Self {
        // What a lot makes stands above what the lot needs, also where its plan is not today's.
        let mut parts: BTreeMap<&Code, BTreeSet<&Code>> = BTreeMap::new();
        for (item, bom) in &situation.boms {
            let below = parts.entry(item).or_default();
            below.extend(bom.iter().map(|component| &component.item));
        }
        for supply in &situation.supplies {
            let needs = supply.from.iter().filter_map(|at| situation.needs.get(*at));
            let below = parts.entry(&supply.item).or_default();
            below.extend(needs.map(|need| &need.item));
        }
        let mut above: BTreeMap<&Code, usize> = BTreeMap::new();
        for (item, below) in &parts {
            above.entry(item).or_default();
            for part in below {
                let count = above.entry(part).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut of: BTreeMap<Code, usize> = BTreeMap::new();
        let mut free: Vec<(&Code, usize)> = Vec::new();
        free.extend(
            above
                .iter()
                .filter(|(_, count)| **count == 0)
                .map(|(item, _)| (*item, 0)),
        );
        while let Some((item, level)) = free.pop() {
            of.insert(item.clone(), level);
            for part in parts.get(item).into_iter().flatten() {
                let deepest = of.get(*part).copied().unwrap_or_default();
                of.insert((*part).clone(), deepest.max(level.saturating_add(1)));
                let Some(count) = above.get_mut(part) else {
                    continue;
                };
                *count = count.saturating_sub(1);
                if *count == 0 {
                    free.push((part, of.get(*part).copied().unwrap_or_default()));
                }
            }
        }
        // Whatever still has something above it is in a circle or below one.
        let stuck: BTreeSet<&Code> = above
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(item, _)| *item)
            .collect();
        let circular = stuck.iter().filter(|item| reaches_itself(&parts, item));
        let circular = circular.map(|item| (**item).clone()).collect();
        let last = of
            .values()
            .copied()
            .max()
            .unwrap_or_default()
            .saturating_add(1);
        for item in stuck {
            of.insert(item.clone(), last);
        }
        Self { of, circular }
    }

    fn of_item(&self, item: &Code) -> usize {
        self.of.get(item).copied().unwrap_or_default()
    }
}

/// Whether a thing is a part of itself.
fn reaches_itself(parts: &BTreeMap<&Code, BTreeSet<&Code>>, item: &Code) -> bool {
    let mut seen: BTreeSet<&Code> = BTreeSet::new();
    let mut next: Vec<&Code> = parts.get(item).into_iter().flatten().copied().collect();
    while let Some(part) = next.pop() {
        if part == item {
            return true;
        }
        if seen.insert(part) {
            next.extend(parts.get(part).into_iter().flatten().copied());
        }
    }
    false
}

/// A day for comparing: what has none is after all that have one.
const fn or_last(day: Option<Day>) -> (bool, Day) {
    match day {
        Some(day) => (false, day),
        None => (true, 0),
    }
}

/// A need that waits until its item is netted: day, place among those of the same day, and index.
type Asked = ((bool, Day), usize, usize);

struct Netting<'a> {
    situation: &'a Situation,
    levels: &'a Levels,
    met: Vec<Met>,
    /// For each the need that was given at first and leads to it.
    roots: Vec<usize>,
    waiting: BTreeMap<(usize, Code), Vec<Asked>>,
    /// What is left of stock.
    stock: BTreeMap<(Code, Option<Code>), i128>,
    /// What is left of supplies, and the supplies of each item, the earliest first.
    supplies: Vec<i128>,
    of_item: BTreeMap<Code, Vec<usize>>,
}

impl<'a> Netting<'a> {
    fn of(situation: &'a Situation, levels: &'a Levels) -> Self {
        let usable = |total: &Total| total.ten_thousandths().max(0);
        let stock = situation.stock.iter();
        let mut of_item: BTreeMap<Code, Vec<usize>> = BTreeMap::new();
        for (at, supply) in situation.supplies.iter().enumerate() {
            of_item.entry(supply.item.clone()).or_default().push(at);
        }
        let day_of = |at: &usize| {
            situation
                .supplies
                .get(*at)
                .map(|supply| or_last(supply.day))
        };
        for supplies in of_item.values_mut() {
            supplies.sort_by_key(day_of);
        }
        Self {
            situation,
            levels,
            met: Vec::new(),
            roots: Vec::new(),
            waiting: BTreeMap::new(),
            stock: stock
                .map(|(key, total)| (key.clone(), usable(total)))
                .collect(),
            supplies: situation
                .supplies
                .iter()
                .map(|supply| usable(&supply.quantity))
                .collect(),
            of_item,
        }
    }

    /// Takes a need in.
    fn ask(&mut self, need: Need, root: usize) {
        let level = self.levels.of_item(&need.item);
        let asked = (or_last(need.day), root, self.met.len());
        let waiting = self.waiting.entry((level, need.item.clone())).or_default();
        waiting.push(asked);
        self.roots.push(root);
        self.met.push(Met {
            need,
            pegs: Vec::new(),
            ready: Ready::Never,
        });
    }

    /// Meets all needs of an item, the earliest first.
    fn net(&mut self, item: &Code, mut asked: Vec<Asked>) {
        asked.sort_unstable();
        for (_, root, at) in asked {
            let Some(need) = self.met.get(at).map(|met| met.need.clone()) else {
                continue;
            };
            let mut left = need.quantity.ten_thousandths().max(0);
            let mut pegs = Vec::new();
            self.take_stock(item, need.owner.as_ref(), &mut left, &mut pegs);
            self.take_supplies(item, need.owner.as_ref(), &mut left, &mut pegs);
            if left > 0 {
                let source = self.make(&need, left, root);
                pegs.push(peg(source, left));
            }
            if let Some(met) = self.met.get_mut(at) {
                met.pegs = pegs;
            }
        }
    }

    fn take_stock(
        &mut self,
        item: &Code,
        owner: Option<&Code>,
        left: &mut i128,
        pegs: &mut Vec<Peg>,
    ) {
        let theirs = owner.map(|owner| (Some(owner.clone()), Source::Theirs));
        for (owner, source) in theirs.into_iter().chain([(None, Source::Ours)]) {
            if let Some(there) = self.stock.get_mut(&(item.clone(), owner)) {
                take(there, left, source, pegs);
            }
        }
    }

    fn take_supplies(
        &mut self,
        item: &Code,
        owner: Option<&Code>,
        left: &mut i128,
        pegs: &mut Vec<Peg>,
    ) {
        for at in self.of_item.get(item).into_iter().flatten() {
            let whose = self
                .situation
                .supplies
                .get(*at)
                .map(|supply| supply.owner.as_ref());
            let is_for_them = whose.is_some_and(|whose| whose.is_none() || whose == owner);
            if let Some(there) = self.supplies.get_mut(*at).filter(|_| is_for_them) {
                take(there, left, Source::Supply(*at), pegs);
            }
        }
    }

    /// Asks for the parts of what nobody has.
    fn make(&mut self, need: &Need, quantity: i128, root: usize) -> Source {
        let bom = self.situation.boms.get(&need.item);
        let is_made = !self.levels.circular.contains(&need.item);
        let begin = self.met.len();
        for component in bom.into_iter().flatten().filter(|_| is_made) {
            let quantity = Total::from_ten_thousandths(part_of(quantity, component));
            if quantity.is_zero() {
                continue;
            }
            let part = Need {
                item: component.item.clone(),
                quantity,
                ..need.clone()
            };
            self.ask(part, root);
        }
        if self.met.len() == begin {
            return Source::Nothing;
        }
        Source::Made(begin, self.met.len())
    }
}

fn take(there: &mut i128, left: &mut i128, source: Source, pegs: &mut Vec<Peg>) {
    let taken = (*there).min(*left);
    if taken > 0 {
        *there = there.saturating_sub(taken);
        *left = left.saturating_sub(taken);
        pegs.push(peg(source, taken));
    }
}

const fn peg(source: Source, quantity: i128) -> Peg {
    Peg {
        source,
        quantity: Total::from_ten_thousandths(quantity),
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

/// Works out when each need is met, parts before what they are parts of.
fn tell_when(situation: &Situation, levels: &Levels, needs: &mut [Met]) {
    let level_of = |at: &usize| needs.get(*at).map(|met| levels.of_item(&met.need.item));
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(level_of(at)));
    for at in order {
        let Some(met) = needs.get(at) else {
            continue;
        };
        let sources = met.pegs.iter().map(|peg| match peg.source {
            Source::Theirs | Source::Ours => Ready::Now,
            Source::Supply(at) => supply_ready(situation, needs, at),
            Source::Made(begin, end) => all_ready(needs, begin..end),
            Source::Nothing => Ready::Never,
        });
        let ready = sources.max().unwrap_or(Ready::Now);
        if let Some(met) = needs.get_mut(at) {
            met.ready = ready;
        }
    }
}

/// When a supply is there: on its day, or when the last of its parts has come.
fn supply_ready(situation: &Situation, needs: &[Met], at: usize) -> Ready {
    let Some(supply) = situation.supplies.get(at) else {
        return Ready::Never;
    };
    let said = supply.day.map_or(Ready::SomeDay, Ready::On);
    said.max(all_ready(needs, supply.from.iter().copied()))
}

fn all_ready(needs: &[Met], parts: impl Iterator<Item = usize>) -> Ready {
    let ready = |at: usize| needs.get(at).map_or(Ready::Never, |met| met.ready);
    parts.map(ready).max().unwrap_or(Ready::Now)
}
