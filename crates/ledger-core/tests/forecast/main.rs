//! The forecast: worked numbers, what [others](peers) get wrong, and a [`search`] through all ways of
//! meeting the needs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod build;
mod peers;
mod search;

use std::collections::BTreeMap;

use ledger_core::fold::Pools;
use ledger_core::forecast::{
    Component, Covered, Day, Met, Need, Outlook, Peg, Ready, Situation, Source, Supply, outlook,
    required,
};
use ledger_core::{Code, Total};

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
        site: None,
    }
}

fn comes(item: &str, count: i128, day: Option<Day>) -> Supply {
    Supply {
        item: code(item),
        quantity: units(count),
        day,
        owner: None,
        site: None,
        from: Vec::new(),
    }
}

/// A site or an owner by name; none for an empty one.
fn named(name: &str) -> Option<Code> {
    (!name.is_empty()).then(|| code(name))
}

/// Item, owner, site and how many.
fn stock(lines: &[(&str, &str, &str, i128)]) -> BTreeMap<Code, Pools> {
    let mut stock: BTreeMap<Code, Pools> = BTreeMap::new();
    for (item, owner, site, count) in lines {
        let pools = stock.entry(code(item)).or_default();
        pools.insert((named(owner), named(site)), units(*count));
    }
    stock
}

fn ours(items: &[(&str, i128)]) -> BTreeMap<Code, Pools> {
    let lines = items.iter().map(|(item, count)| (*item, "", "", *count));
    stock(&lines.collect::<Vec<_>>())
}

/// Where a need's quantity comes from: site, source and how many.
fn pegs(outlook: &Outlook, need: usize) -> Vec<(String, Source, String)> {
    let pegs = outlook.needs[need].pegs.iter();
    let site = |peg: &Peg| {
        peg.site
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    pegs.map(|peg| (site(peg), peg.source, peg.quantity.to_string()))
        .collect()
}

fn from(site: &str, source: Source, count: &str) -> (String, Source, String) {
    (site.to_owned(), source, count.to_owned())
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
    let for_c = |need: Need| Need {
        owner: Some(code("C")),
        ..need
    };
    let situation = Situation {
        stock: stock(&[("R", "", "", 10), ("R", "C", "", 10)]),
        needs: vec![need("R", 12, Some(1)), for_c(need("R", 12, Some(2)))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let (ours, theirs, nothing) = (Source::Ours, Source::Theirs, Source::Nothing);
    assert_eq!(
        pegs(&outlook, 0),
        [from("", ours, "10"), from("", nothing, "2")]
    );
    assert_eq!(
        pegs(&outlook, 1),
        [from("", theirs, "10"), from("", nothing, "2")]
    );
}

/// A need at a site.
fn at(site: &str, need: Need) -> Need {
    Need {
        site: Some(code(site)),
        ..need
    }
}

#[test]
fn stock_serves_its_own_site_and_needs_without_one() {
    let situation = Situation {
        stock: stock(&[("R", "", "", 1), ("R", "", "X", 2), ("R", "", "Y", 4)]),
        needs: vec![
            at("Y", need("R", 6, Some(1))),
            need("R", 2, Some(2)),
            at("X", need("R", 2, Some(3))),
        ],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let (ours, nothing) = (Source::Ours, Source::Nothing);
    assert_eq!(
        pegs(&outlook, 0),
        [from("Y", ours, "4"), from("", nothing, "2")]
    );
    // Without a site: from locations without one first, then by the sites' codes.
    assert_eq!(
        pegs(&outlook, 1),
        [from("", ours, "1"), from("X", ours, "1")]
    );
    assert_eq!(
        pegs(&outlook, 2),
        [from("X", ours, "1"), from("", nothing, "1")]
    );
}

#[test]
fn what_comes_to_a_site_is_for_it_and_what_comes_to_none_for_all() {
    let to = |site, supply: Supply| Supply {
        site: Some(code(site)),
        ..supply
    };
    let situation = Situation {
        supplies: vec![
            comes("R", 3, Some(9)),
            to("X", comes("R", 3, Some(9))),
            to("Y", comes("R", 3, Some(1))),
        ],
        needs: vec![at("X", need("R", 4, Some(9))), need("R", 6, Some(10))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let supply = |at, count| from("", Source::Supply(at), count);
    // Of one day what is for that site alone is taken before what others may need.
    assert_eq!(pegs(&outlook, 0), [supply(1, "3"), supply(0, "1")]);
    let last = from("", Source::Nothing, "1");
    assert_eq!(pegs(&outlook, 1), [supply(2, "3"), supply(0, "2"), last]);
}

#[test]
fn parts_are_taken_at_the_site_and_for_the_owner_of_what_is_made_of_them() {
    let situation = Situation {
        boms: BTreeMap::from([(code("A"), vec![component("R", "2")])]),
        stock: stock(&[
            ("R", "", "X", 1),
            ("R", "", "Y", 50),
            ("R", "C", "X", 3),
            ("R", "D", "X", 50),
            ("A", "", "X", 1),
        ]),
        needs: vec![Need {
            owner: Some(code("C")),
            ..at("X", need("A", 4, None))
        }],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let made: Vec<&Met> = outlook.made_of(outlook.needs[0].pegs[1].source).collect();
    assert_eq!(made, [&outlook.needs[1]]);
    assert_eq!((made[0].root, made[0].need.site.clone()), (0, named("X")));
    assert_eq!(
        pegs(&outlook, 1),
        [
            from("X", Source::Theirs, "3"),
            from("X", Source::Ours, "1"),
            from("", Source::Nothing, "2"),
        ]
    );
}

#[test]
fn both_ways_it_can_be_read_which_purchase_covers_which_lot() {
    // The first lot takes the stock and some of the first purchase; the second has its boards made,
    // whose parts wait for the rest of it and for the second, which is not all promised.
    let situation = Situation {
        boms: BTreeMap::from([(code("BOARD"), vec![component("R", "2")])]),
        stock: ours(&[("R", 10)]),
        supplies: vec![
            comes("R", 30, Some(8)),
            comes("R", 5, Some(3)),
            comes("L", 9, None),
        ],
        needs: vec![need("BOARD", 14, Some(9)), need("R", 12, Some(1))],
    };
    let outlook = outlook(&situation);
    assert_eq!(outlook.covers(1), [(1, units(2)), (0, units(3))]);
    assert_eq!(outlook.covers(0), [(0, units(25))]);
    assert_eq!(outlook.supplies[0].free, units(5));
    assert_eq!(outlook.covers(2), []);
    assert_eq!(outlook.covers(3), []);
    let parts: Vec<&Met> = outlook.made_of(outlook.needs[0].pegs[0].source).collect();
    assert_eq!(parts, [&outlook.needs[2]]);
    assert_eq!(parts[0].root, 0);
    let supply = |at, count| from("", Source::Supply(at), count);
    assert_eq!(pegs(&outlook, 2), [supply(1, "3"), supply(0, "25")]);
    assert_eq!(outlook.supplies[2].ready, Ready::SomeDay);
}

#[test]
fn a_part_that_two_sub_assemblies_of_a_need_share_is_one_need() {
    let situation = Situation {
        boms: BTreeMap::from([
            (code("A"), vec![component("B", "1"), component("C", "1")]),
            (code("B"), vec![component("R", "2")]),
            (code("C"), vec![component("R", "3"), component("R", "1")]),
        ]),
        needs: vec![need("A", 5, None)],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    let asked = outlook.needs.iter();
    let asked = asked.filter(|met| met.need.item == code("R"));
    let asked: Vec<&Met> = asked.collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].need.quantity, units(30));
    for made in ["B", "C"] {
        let made = outlook.needs.iter().find(|met| met.need.item == code(made));
        let parts: Vec<&Met> = outlook.made_of(made.unwrap().pegs[0].source).collect();
        assert_eq!(parts, asked);
    }
}

#[test]
fn lots_that_wait_for_one_another_are_never_there_and_others_are() {
    // Lot 0 makes A of B, lot 1 makes B of A; there is an A, with which the B can be made, but not
    // one for each.
    let lot = |item, from| Supply {
        from: vec![from],
        ..comes(item, 1, Some(1))
    };
    let of = |there: i128| {
        let situation = Situation {
            stock: ours(&[("A", there)]),
            supplies: vec![lot("A", 0), lot("B", 1)],
            needs: vec![
                need("B", 1, Some(1)),
                need("A", 1, Some(2)),
                need("A", 1, Some(3)),
            ],
            ..Situation::default()
        };
        let outlook = outlook(&situation);
        outlook
            .needs
            .iter()
            .map(|met| met.ready)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(1), [Ready::On(1), Ready::Now, Ready::On(1)]);
    assert_eq!(of(0), [Ready::Never, Ready::Never, Ready::Never]);
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

#[test]
fn boms_of_very_many_levels_and_long_circles_are_answered() {
    let name = |level: usize| format!("LEVEL-{level}");
    let levels = 0..2_000_usize;
    let bom = |level| (code(&name(level)), vec![component(&name(level + 1), "1")]);
    let mut situation = Situation {
        boms: levels.map(bom).collect(),
        needs: vec![need(&name(0), 3, Some(1)), need(&name(1_990), 3, Some(2))],
        ..Situation::default()
    };
    assert_eq!(short(&outlook(&situation)), [pair(&name(2_000), "6")]);
    // The last of them is made of one in the middle: all from there on are made of themselves.
    let last = situation.boms.get_mut(&code(&name(1_999))).unwrap();
    last.push(component(&name(1_000), "1"));
    let circle = [pair(&name(1_000), "3"), pair(&name(1_990), "3")];
    assert_eq!(short(&outlook(&situation)), circle);
}
