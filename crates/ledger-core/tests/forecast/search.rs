//! Random factories, and a solver that searches.
//!
//! The solver shares nothing with the core but its types. It tries every way of giving each unit to
//! a need, and answers two questions whose answers do not depend on how one goes about it: how few
//! bought parts can be missing, and whether everything can be there in time.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::fold::PoolKey;
use ledger_core::forecast::{Covered, Day, Met, Need, Outlook, Situation, Source, Supply, outlook};
use ledger_core::{Code, Total};
use proptest::prelude::*;

use super::{code, comes, component, named, need, units};

/// Item names of random factories: A may be made of B to D, B of C and D, C of D.
pub(super) const ITEMS: [&str; 4] = ["A", "B", "C", "D"];
pub(super) const DAYS: Day = 4;

/// Whose and where: by number, so that every unit is cheap to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    pub(super) owner: u8,
    pub(super) site: u8,
}

impl Class {
    pub(super) fn pool(self) -> PoolKey {
        let owner = ["", "C", "E"][usize::from(self.owner)];
        let site = ["", "X", "Y"][usize::from(self.site)];
        (named(owner), named(site))
    }

    fn has_stock_for(self, need: Self) -> bool {
        [0, need.owner].contains(&self.owner) && [0, self.site].contains(&need.site)
    }

    fn comes_for(self, need: Self) -> bool {
        let anywhere = self.site == 0 || need.site == 0;
        [0, need.owner].contains(&self.owner) && (anywhere || self.site == need.site)
    }
}

pub(super) fn classes() -> impl Strategy<Value = Class> {
    let number = || prop_oneof![2 => Just(0_u8), 1 => Just(1), 1 => Just(2)];
    (number(), number()).prop_map(|(owner, site)| Class { owner, site })
}

/// Some units of an item.
#[derive(Debug, Clone)]
pub(super) struct Units {
    pub(super) item: usize,
    pub(super) count: u8,
    pub(super) class: Class,
    /// When they come or are needed; of no meaning for stock.
    pub(super) day: Day,
}

fn some_units() -> impl Strategy<Value = Units> {
    let parts = (0..ITEMS.len(), 1..4_u8, classes(), 0..DAYS);
    parts.prop_map(|(item, count, class, day)| Units {
        item,
        count,
        class,
        day,
    })
}

#[derive(Debug, Clone)]
pub(super) struct Factory {
    /// Units of each later item for one of the item.
    pub(super) boms: [[u8; 4]; 4],
    pub(super) stock: Vec<Units>,
    pub(super) supplies: Vec<Units>,
    pub(super) needs: Vec<Units>,
    /// Which of the supplies is a lot, and the need for what it is built of.
    lots: Vec<(usize, usize)>,
}

pub(super) fn factories() -> impl Strategy<Value = Factory> {
    (
        proptest::array::uniform4(proptest::array::uniform4(
            prop_oneof![3 => Just(0_u8), 2 => 1..3_u8],
        )),
        proptest::collection::vec(some_units(), 0..8),
        proptest::collection::vec(some_units(), 0..4),
        proptest::collection::vec(some_units(), 1..4),
    )
        .prop_map(|(boms, stock, supplies, needs)| Factory {
            boms,
            stock,
            supplies,
            needs,
            lots: Vec::new(),
        })
}

impl Factory {
    /// The same where all is needed for one owner at one site: between several the earlier need
    /// comes first, even where another order of them would leave less short.
    fn for_one(mut self) -> Self {
        let class = self.needs[0].class;
        self.needs.iter_mut().for_each(|need| need.class = class);
        self
    }

    /// The same where nobody buys what can be made: what was ordered is waited for rather than
    /// made once more.
    fn bought_or_made(mut self) -> Self {
        let made: Vec<bool> = (0..4).map(|item| !self.parts(item).is_empty()).collect();
        self.supplies.retain(|supply| !made[supply.item]);
        self
    }

    /// The same where supplies are lots, if something is needed by their day that they can be built
    /// of. When everything is in time they are.
    fn with_lots(mut self) -> Self {
        for (at, supply) in self.supplies.iter().enumerate() {
            let is_part = |need: &Units| need.item > supply.item && need.day <= supply.day;
            let part = self.needs.iter().position(is_part);
            self.lots.extend(part.map(|part| (at, part)));
        }
        self
    }

    /// The same with bought things alone, each at its site, and only what is in stock.
    fn shelves(mut self) -> Self {
        self.boms = [[0; 4]; 4];
        self.supplies.clear();
        for need in &mut self.needs {
            need.class.site = need.class.site.max(1);
        }
        self
    }

    fn parts(&self, item: usize) -> Vec<(usize, u8)> {
        let later = (item + 1..4).map(|part| (part, self.boms[item][part]));
        later.filter(|(_, count)| *count > 0).collect()
    }

    pub(super) fn situation(&self) -> Situation {
        let mut situation = Situation::default();
        for (item, name) in ITEMS.iter().enumerate() {
            let parts = self.parts(item).into_iter();
            let bom = parts.map(|(part, count)| component(ITEMS[part], &count.to_string()));
            situation.boms.insert(code(name), bom.collect());
        }
        for of in &self.stock {
            let pools = situation.stock.entry(code(ITEMS[of.item])).or_default();
            let sum = pools.entry(of.class.pool()).or_default();
            *sum = sum.plus(units(i128::from(of.count)));
        }
        situation.supplies = self.supplies.iter().map(supply).collect();
        situation.needs = self.needs.iter().map(wanted).collect();
        for (lot, part) in &self.lots {
            situation.supplies[*lot].from.push(*part);
        }
        situation
    }
}

fn supply(of: &Units) -> Supply {
    let (owner, site) = of.class.pool();
    Supply {
        owner,
        site,
        ..comes(ITEMS[of.item], i128::from(of.count), Some(of.day))
    }
}

pub(super) fn wanted(of: &Units) -> Need {
    let (owner, site) = of.class.pool();
    Need {
        owner,
        site,
        ..need(ITEMS[of.item], i128::from(of.count), Some(of.day))
    }
}

/// What is left of everything, while units are given out one by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    stock: Vec<u8>,
    supplies: Vec<u8>,
    /// Units still to be found.
    wanted: Vec<(usize, Day, Class)>,
}

/// Tries everything.
pub(super) struct Search<'a> {
    factory: &'a Factory,
    /// Whether what comes late is as good as nothing.
    in_time: bool,
    known: BTreeMap<Left, u32>,
}

impl Search<'_> {
    pub(super) fn begin(factory: &Factory, in_time: bool) -> u32 {
        let needs = factory.needs.iter();
        let wanted = needs.flat_map(|need| {
            let unit = (need.item, need.day, need.class);
            std::iter::repeat_n(unit, usize::from(need.count))
        });
        let counts = |of: &[Units]| of.iter().map(|units| units.count).collect();
        let left = Left {
            stock: counts(&factory.stock),
            supplies: counts(&factory.supplies),
            wanted: wanted.collect(),
        };
        let mut search = Search {
            factory,
            in_time,
            known: BTreeMap::new(),
        };
        search.fewest(left)
    }

    /// The fewest units of bought things that come from nowhere.
    fn fewest(&mut self, mut left: Left) -> u32 {
        left.wanted.sort_unstable();
        if let Some(known) = self.known.get(&left) {
            return *known;
        }
        let before = left.clone();
        let Some((item, day, class)) = left.wanted.pop() else {
            return 0;
        };
        let mut ways = BTreeSet::new();
        for (at, of) in self.factory.stock.iter().enumerate() {
            if of.item == item && left.stock[at] > 0 && of.class.has_stock_for(class) {
                let mut next = left.clone();
                next.stock[at] -= 1;
                ways.insert(self.fewest(next));
            }
        }
        for (at, of) in self.factory.supplies.iter().enumerate() {
            let is_good = !self.in_time || of.day <= day;
            if of.item == item && left.supplies[at] > 0 && is_good && of.class.comes_for(class) {
                let mut next = left.clone();
                next.supplies[at] -= 1;
                ways.insert(self.fewest(next));
            }
        }
        let parts = self.factory.parts(item);
        if parts.is_empty() {
            ways.insert(1 + self.fewest(left));
        } else {
            for (part, count) in parts {
                let units = std::iter::repeat_n((part, day, class), usize::from(count));
                left.wanted.extend(units);
            }
            ways.insert(self.fewest(left));
        }
        let fewest = *ways.first().unwrap();
        self.known.insert(before, fewest);
        fewest
    }
}

fn missing(outlook: &Outlook) -> i128 {
    let short = outlook.short();
    short.values().map(|total| total.ten_thousandths()).sum()
}

/// How much of each pool and of each supply is given to needs.
pub(super) type Given = (BTreeMap<(Code, PoolKey), i128>, BTreeMap<usize, i128>);

/// Adds up pegs, and sees that everything is for whom and where it is given.
pub(super) fn given<'a>(situation: &Situation, needs: impl Iterator<Item = &'a Met>) -> Given {
    let mut given = Given::default();
    for met in needs {
        let Need {
            item, owner, site, ..
        } = &met.need;
        for peg in &met.pegs {
            let of = match peg.source {
                Source::Theirs | Source::Ours => {
                    let theirs = owner.clone().filter(|_| peg.source == Source::Theirs);
                    assert_eq!(theirs.is_some(), peg.source == Source::Theirs);
                    assert!(site.is_none() || *site == peg.site);
                    let pool = (theirs, peg.site.clone());
                    given.0.entry((item.clone(), pool)).or_default()
                }
                Source::Supply(at) => {
                    let supply = &situation.supplies[at];
                    assert_eq!(supply.item, *item);
                    assert!(supply.owner.is_none() || supply.owner == *owner);
                    assert!([&None, site].contains(&&supply.site) || site.is_none());
                    given.1.entry(at).or_default()
                }
                Source::Made(..) | Source::Nothing => continue,
            };
            assert!(peg.quantity > Total::ZERO);
            *of += peg.quantity.ten_thousandths();
        }
    }
    given
}

/// What a given need and all that follows from it get, without the places where it says so.
fn told(outlook: &Outlook, root: usize) -> Vec<String> {
    let of_root = outlook.needs.iter().filter(|met| met.root == root);
    let mut told: Vec<String> = of_root
        .map(|met| {
            let pegs = met.pegs.iter().map(|peg| match peg.source {
                Source::Made(..) => format!("made {}", peg.quantity),
                Source::Theirs | Source::Ours | Source::Supply(_) | Source::Nothing => {
                    format!("{peg:?}")
                }
            });
            let pegs: Vec<String> = pegs.collect();
            format!("{:?} {:?} {}", met.need, met.ready, pegs.join(", "))
        })
        .collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn as_little_is_short_as_a_search_can_find(factory in factories().prop_map(Factory::for_one)) {
        let outlook = outlook(&factory.situation());
        let fewest = Search::begin(&factory, false);
        prop_assert_eq!(missing(&outlook), i128::from(fewest) * 10_000, "{:?}", outlook);
    }

    #[test]
    fn of_what_lies_on_shelves_as_much_is_given_as_a_search_can_give(
        factory in factories().prop_map(Factory::shelves),
    ) {
        let outlook = outlook(&factory.situation());
        let fewest = Search::begin(&factory, false);
        prop_assert_eq!(missing(&outlook), i128::from(fewest) * 10_000, "{:?}", outlook);
    }

    #[test]
    fn all_is_in_time_where_a_search_finds_a_way(
        factory in factories().prop_map(|factory| factory.for_one().bought_or_made().with_lots()),
    ) {
        let outlook = outlook(&factory.situation());
        let asked = outlook.needs.iter().take(factory.needs.len());
        let all = asked.clone().all(|met| met.covered() == Covered::Yes);
        prop_assert_eq!(all, Search::begin(&factory, true) == 0, "{:?}", outlook);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn nothing_is_given_twice_and_every_need_gets_what_it_asks_for(factory in factories()) {
        let situation = factory.situation();
        let outlook = outlook(&situation);
        for met in &outlook.needs {
            let all: i128 = met.pegs.iter().map(|peg| peg.quantity.ten_thousandths()).sum();
            prop_assert_eq!(all, met.need.quantity.ten_thousandths());
            for peg in &met.pegs {
                for part in outlook.made_of(peg.source) {
                    prop_assert_eq!(part.root, met.root);
                }
            }
        }
        let (stock, supplies) = given(&situation, outlook.needs.iter());
        for ((item, pool), sum) in stock {
            prop_assert!(sum <= situation.stock[&item][&pool].ten_thousandths());
        }
        for (at, sum) in supplies {
            let promised = &outlook.supplies[at];
            let to: i128 = promised.to.iter().map(|(_, part)| part.ten_thousandths()).sum();
            prop_assert_eq!(sum, to);
            let all = situation.supplies[at].quantity;
            prop_assert_eq!(sum + promised.free.ten_thousandths(), all.ten_thousandths());
        }
    }

    #[test]
    fn a_later_need_takes_nothing_from_an_earlier_one(factory in factories()) {
        let situation = factory.situation();
        let all = outlook(&situation);
        let turn = |root: usize| (situation.needs[root].day, root);
        for last in 0..situation.needs.len() {
            let mut fewer = situation.clone();
            for (root, need) in fewer.needs.iter_mut().enumerate() {
                if turn(root) > turn(last) {
                    need.quantity = Total::ZERO;
                }
            }
            prop_assert_eq!(told(&outlook(&fewer), last), told(&all, last));
        }
    }
}
