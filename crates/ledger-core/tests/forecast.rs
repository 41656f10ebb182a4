//! The forecast: worked numbers, cases that others get wrong, and a solver that searches.
//!
//! The solver shares nothing with the core but its types. It tries every way of giving each unit to
//! a need, and answers two questions whose answers do not depend on how one goes about it: how few
//! bought parts can be missing, and whether everything can be there in time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::forecast::{
    Component, Covered, Day, Need, Outlook, Ready, Situation, Source, Supply, outlook, required,
};
use ledger_core::{Code, Total};
use proptest::prelude::*;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn units(count: i128) -> Total {
    Total::from_ten_thousandths(count * 10_000)
}

fn component(item: &str, per_unit: &str) -> Component {
    Component {
        item: code(item),
        per_unit: per_unit.parse().unwrap(),
        attrition: 0,
    }
}

fn need(item: &str, count: i128, day: Option<Day>) -> Need {
    Need {
        item: code(item),
        quantity: units(count),
        day,
        owner: None,
    }
}

fn comes(item: &str, count: i128, day: Option<Day>) -> Supply {
    Supply {
        item: code(item),
        quantity: units(count),
        day,
        owner: None,
        from: Vec::new(),
    }
}

fn ours(items: &[(&str, i128)]) -> BTreeMap<(Code, Option<Code>), Total> {
    items
        .iter()
        .map(|(item, count)| ((code(item), None), units(*count)))
        .collect()
}

fn short(outlook: &Outlook) -> Vec<(String, String)> {
    let short = outlook.short();
    short
        .iter()
        .map(|(item, total)| (item.to_string(), total.to_string()))
        .collect()
}

fn pair(item: &str, count: &str) -> (String, String) {
    (item.to_owned(), count.to_owned())
}

#[test]
fn two_lots_never_claim_the_same_parts() {
    let situation = Situation {
        stock: ours(&[("R", 100)]),
        needs: vec![need("R", 80, Some(20)), need("R", 80, Some(10))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    // The later one is listed first and served last.
    assert_eq!(outlook.needs[0].covered(), Covered::Short);
    assert_eq!(outlook.needs[1].covered(), Covered::Yes);
    assert_eq!(short(&outlook), [pair("R", "60")]);
}

#[test]
fn stock_at_each_level_is_used_before_the_next_is_asked_for() {
    // 100 assemblies, 20 painted and 20 manufactured parts there: 80 to paint, 60 to manufacture.
    let situation = Situation {
        boms: BTreeMap::from([
            (code("ASSEMBLY"), vec![component("PAINTED", "1")]),
            (code("PAINTED"), vec![component("MADE", "1")]),
            (code("MADE"), vec![component("STEEL", "2")]),
        ]),
        stock: ours(&[("PAINTED", 20), ("MADE", 20), ("STEEL", 50)]),
        needs: vec![need("ASSEMBLY", 100, None)],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let asked = |item: &str| {
        let of = outlook
            .needs
            .iter()
            .filter(|met| met.need.item == code(item));
        let of: Vec<String> = of.map(|met| met.need.quantity.to_string()).collect();
        of.join(" ")
    };
    assert_eq!(asked("PAINTED"), "100");
    assert_eq!(asked("MADE"), "80");
    assert_eq!(asked("STEEL"), "120");
    assert_eq!(short(&outlook), [pair("STEEL", "70")]);
}

#[test]
fn a_part_that_several_assemblies_share_is_summed_once() {
    // A takes 2 of S and 3 of P, S takes 4 of P; 5 A with 4 S and 6 P there. S: 10 - 4 = 6 to make;
    // P: 15 + 24 - 6 = 33 with the stock of P taken off once, not at each place where P stands.
    let situation = Situation {
        boms: BTreeMap::from([
            (code("A"), vec![component("P", "3"), component("S", "2")]),
            (code("S"), vec![component("P", "4")]),
        ]),
        stock: ours(&[("S", 4), ("P", 6)]),
        needs: vec![need("A", 5, None)],
        ..Situation::default()
    };
    assert_eq!(short(&outlook(&situation)), [pair("P", "33")]);
}

#[test]
fn a_purchase_covers_in_time_or_late_and_one_without_a_day_never_in_time() {
    let covered = |supply: Supply, day: Option<Day>| {
        let situation = Situation {
            supplies: vec![supply],
            needs: vec![need("R", 5, day)],
            ..Situation::default()
        };
        let outlook = outlook(&situation);
        (outlook.needs[0].covered(), outlook.needs[0].ready)
    };
    let yes = (Covered::Yes, Ready::On(10));
    assert_eq!(covered(comes("R", 5, Some(10)), Some(10)), yes);
    assert_eq!(covered(comes("R", 5, Some(10)), None), yes);
    let late = (Covered::Late, Ready::On(11));
    assert_eq!(covered(comes("R", 5, Some(11)), Some(10)), late);
    let some_day = |covered| (covered, Ready::SomeDay);
    assert_eq!(
        covered(comes("R", 5, None), Some(10)),
        some_day(Covered::Late)
    );
    assert_eq!(covered(comes("R", 5, None), None), some_day(Covered::Yes));
    assert_eq!(
        covered(comes("R", 4, Some(1)), None),
        (Covered::Short, Ready::Never)
    );
}

#[test]
fn a_lot_gives_when_its_own_parts_have_come() {
    // A lot of S is due on day 5 and waits for P until day 9; whoever needs S on day 7 waits too.
    let mut lot = comes("S", 10, Some(5));
    lot.from = vec![1];
    let situation = Situation {
        supplies: vec![lot, comes("P", 40, Some(9))],
        needs: vec![need("S", 10, Some(7)), need("P", 40, Some(5))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    assert_eq!(outlook.needs[0].ready, Ready::On(9));
    assert_eq!(outlook.needs[0].covered(), Covered::Late);
}

#[test]
fn a_customers_parts_are_for_that_customer_alone() {
    let for_c = |mut need: Need| {
        need.owner = Some(code("C"));
        need
    };
    let mut stock = ours(&[("R", 10)]);
    stock.insert((code("R"), Some(code("C"))), units(10));
    let situation = Situation {
        stock,
        needs: vec![need("R", 12, Some(1)), for_c(need("R", 12, Some(2)))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let sources = |at: usize| {
        let pegs = outlook.needs[at].pegs.iter();
        pegs.map(|peg| (peg.source, peg.quantity.to_string()))
            .collect::<Vec<_>>()
    };
    let said = |source, count: &str| (source, count.to_owned());
    assert_eq!(
        sources(0),
        [said(Source::Ours, "10"), said(Source::Nothing, "2")]
    );
    assert_eq!(
        sources(1),
        [said(Source::Theirs, "10"), said(Source::Nothing, "2")]
    );
}

#[test]
fn what_is_lost_while_building_is_rounded_up() {
    let lossy = |per_unit: &str, attrition| Component {
        attrition,
        ..component("R", per_unit)
    };
    let of = |count, component| required(units(count), &component).to_string();
    assert_eq!(of(100, lossy("3", 200)), "306");
    assert_eq!(of(101, lossy("3", 200)), "310", "303 and 6.06");
    assert_eq!(of(10, lossy("0.25", 1_000)), "2.75");
    assert_eq!(of(0, lossy("3", 200)), "0");
}

#[test]
fn what_is_made_of_itself_ends_and_is_short() {
    let situation = Situation {
        boms: BTreeMap::from([
            (code("A"), vec![component("B", "1")]),
            (code("B"), vec![component("A", "1"), component("R", "1")]),
        ]),
        needs: vec![need("A", 3, None)],
        ..Situation::default()
    };
    assert_eq!(short(&outlook(&situation)), [pair("A", "3")]);
}

/// Item names of random factories: A may be made of B to D, B of C and D, C of D.
const ITEMS: [&str; 4] = ["A", "B", "C", "D"];
const DAYS: u32 = 4;

#[derive(Debug, Clone)]
struct Factory {
    /// Units of each later item for one of the item.
    boms: [[u8; 4]; 4],
    /// Ours, and the customer's.
    stock: [[u8; 2]; 4],
    /// Item, count, day.
    supplies: Vec<(usize, u8, u32)>,
    /// Item, count, day, whether for the customer.
    needs: Vec<(usize, u8, u32, bool)>,
}

fn factories() -> impl Strategy<Value = Factory> {
    (
        proptest::array::uniform4(proptest::array::uniform4(
            prop_oneof![3 => Just(0_u8), 2 => 1..3_u8],
        )),
        proptest::array::uniform4(proptest::array::uniform2(0..3_u8)),
        proptest::collection::vec((0..4_usize, 1..3_u8, 0..DAYS), 0..3),
        proptest::collection::vec((0..4_usize, 1..3_u8, 0..DAYS, any::<bool>()), 1..4),
    )
        .prop_map(|(boms, stock, supplies, needs)| Factory {
            boms,
            stock,
            supplies,
            needs,
        })
}

impl Factory {
    /// The same for nobody but us: between owners the earlier need comes first, even where another
    /// order of them would leave less short.
    fn ours_alone(mut self) -> Self {
        for (_, _, _, is_theirs) in &mut self.needs {
            *is_theirs = false;
        }
        self
    }

    /// The same where nobody buys what can be made: what was ordered is waited for rather than
    /// made once more.
    fn bought_or_made(mut self) -> Self {
        let made: Vec<bool> = (0..4).map(|item| !self.parts(item).is_empty()).collect();
        self.supplies.retain(|(item, _, _)| !made[*item]);
        self
    }

    fn parts(&self, item: usize) -> Vec<(usize, u8)> {
        let later = (item + 1..4).map(|part| (part, self.boms[item][part]));
        later.filter(|(_, count)| *count > 0).collect()
    }

    fn situation(&self) -> Situation {
        let mut situation = Situation::default();
        for (item, name) in ITEMS.iter().enumerate() {
            let parts = self.parts(item).into_iter();
            let bom = parts.map(|(part, count)| component(ITEMS[part], &count.to_string()));
            situation.boms.insert(code(name), bom.collect());
            for (owner, count) in [None, Some(code("CUSTOMER"))]
                .into_iter()
                .zip(self.stock[item])
            {
                let key = (code(name), owner);
                situation.stock.insert(key, units(i128::from(count)));
            }
        }
        let supplies = self.supplies.iter();
        let supply = |(item, count, day): &(usize, u8, u32)| {
            comes(ITEMS[*item], i128::from(*count), Some(*day))
        };
        situation.supplies = supplies.map(supply).collect();
        let needs = self.needs.iter().map(|(item, count, day, is_theirs)| Need {
            owner: is_theirs.then(|| code("CUSTOMER")),
            ..need(ITEMS[*item], i128::from(*count), Some(*day))
        });
        situation.needs = needs.collect();
        situation
    }
}

/// What is left of everything, while units are given out one by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    stock: [[u8; 2]; 4],
    supplies: Vec<u8>,
    /// Units still to be found: item, day, whether for the customer.
    wanted: Vec<(usize, u32, bool)>,
}

/// Tries everything.
struct Search<'a> {
    factory: &'a Factory,
    /// Whether what comes late is as good as nothing.
    in_time: bool,
    known: BTreeMap<Left, u32>,
}

impl Search<'_> {
    fn begin(factory: &Factory, in_time: bool) -> u32 {
        let wanted = factory.needs.iter().flat_map(|(item, count, day, theirs)| {
            std::iter::repeat_n((*item, *day, *theirs), usize::from(*count))
        });
        let left = Left {
            stock: factory.stock,
            supplies: factory
                .supplies
                .iter()
                .map(|(_, count, _)| *count)
                .collect(),
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
        let Some((item, day, theirs)) = left.wanted.pop() else {
            return 0;
        };
        let mut ways = BTreeSet::new();
        for owner in 0..=usize::from(theirs) {
            if left.stock[item][owner] > 0 {
                let mut next = left.clone();
                next.stock[item][owner] -= 1;
                ways.insert(self.fewest(next));
            }
        }
        for (at, (of, _, comes)) in self.factory.supplies.iter().enumerate() {
            if *of == item && left.supplies[at] > 0 && (!self.in_time || *comes <= day) {
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
                let units = std::iter::repeat_n((part, day, theirs), usize::from(count));
                left.wanted.extend(units);
            }
            ways.insert(self.fewest(left));
        }
        let fewest = *ways.first().unwrap();
        self.known.insert(before, fewest);
        fewest
    }
}

proptest! {
    #[test]
    fn as_little_is_short_as_a_search_can_find(factory in factories().prop_map(Factory::ours_alone)) {
        let outlook = outlook(&factory.situation());
        let missing: i128 = outlook.short().values().map(|total| total.ten_thousandths()).sum();
        let fewest = Search::begin(&factory, false);
        prop_assert_eq!(missing, i128::from(fewest) * 10_000, "{:?}", outlook);
    }

    #[test]
    fn all_is_in_time_where_a_search_finds_a_way(
        factory in factories().prop_map(|factory| factory.ours_alone().bought_or_made()),
    ) {
        let outlook = outlook(&factory.situation());
        let asked = outlook.needs.iter().take(factory.needs.len());
        let all = asked.clone().all(|met| met.covered() == Covered::Yes);
        prop_assert_eq!(all, Search::begin(&factory, true) == 0, "{:?}", outlook);
    }

    #[test]
    fn nothing_is_given_twice_and_every_need_gets_what_it_asks_for(factory in factories()) {
        let situation = factory.situation();
        let outlook = outlook(&situation);
        let mut given: BTreeMap<(Code, Source), i128> = BTreeMap::new();
        for met in &outlook.needs {
            let all: i128 = met.pegs.iter().map(|peg| peg.quantity.ten_thousandths()).sum();
            prop_assert_eq!(all, met.need.quantity.ten_thousandths());
            for peg in &met.pegs {
                let sum = given.entry((met.need.item.clone(), peg.source)).or_default();
                *sum += peg.quantity.ten_thousandths();
            }
        }
        for ((item, source), sum) in given {
            let there = match source {
                Source::Theirs => situation.stock[&(item, Some(code("CUSTOMER")))],
                Source::Ours => situation.stock[&(item, None)],
                Source::Supply(at) => situation.supplies[at].quantity,
                Source::Made(..) | Source::Nothing => continue,
            };
            prop_assert!(sum <= there.ten_thousandths());
        }
    }
}
