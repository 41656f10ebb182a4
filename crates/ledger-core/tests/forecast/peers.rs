//! Cases that others are known to get wrong, with their numbers.

use std::collections::BTreeMap;

use ledger_core::forecast::{Covered, Situation, Source, outlook, required};

use super::{code, comes, component, from, need, ours, pair, pegs, short, units};

#[test]
fn half_of_a_lot_that_is_built_needs_half() {
    // 4 for each board, 50 of 100 built, 120 on order: 200 are required, not 280, and 80 are short.
    let line = component("R", "4");
    let wanted = required(units(100 - 50), &line);
    assert_eq!(wanted.to_string(), "200");
    let situation = Situation {
        supplies: vec![comes("R", 120, None)],
        needs: vec![need("R", 200, None)],
        ..Situation::default()
    };
    assert_eq!(short(&outlook(&situation)), [pair("R", "80")]);
}

#[test]
fn a_part_deep_down_is_asked_for_once() {
    // ERPNext #41579: a BOM of several levels with the same part in several sub-assemblies, three
    // to be made; its plan says 33 where 18 is right. The BOM is not told there. This one gives
    // both numbers: A of a B, B of a part and a C, C of 5 parts. A B takes 6 parts with its C, so
    // three take 18; who adds to that what the C take by themselves, having listed them as a
    // sub-assembly of their own, says 3 times 6 and 5.
    let situation = Situation {
        boms: BTreeMap::from([
            (code("A"), vec![component("B", "1")]),
            (code("B"), vec![component("R", "1"), component("C", "1")]),
            (code("C"), vec![component("R", "5")]),
        ]),
        needs: vec![need("A", 3, None)],
        ..Situation::default()
    };
    assert_eq!(short(&outlook(&situation)), [pair("R", "18")]);
}

#[test]
fn what_is_on_order_is_not_suggested_once_more() {
    // InvenTree #4904.
    let situation = Situation {
        stock: ours(&[("R", 3)]),
        supplies: vec![comes("R", 5, Some(4)), comes("R", 2, None)],
        needs: vec![need("R", 4, Some(1)), need("R", 8, Some(2))],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    assert_eq!(short(&outlook), [pair("R", "2")]);
    let supply = |at, count| from("", Source::Supply(at), count);
    let last = from("", Source::Nothing, "2");
    assert_eq!(pegs(&outlook, 1), [supply(0, "4"), supply(1, "2"), last]);
}

#[test]
fn what_is_there_is_not_listed_as_short() {
    // InvenTree #3653. Neither is what an assembly in stock would have been made of.
    let situation = Situation {
        boms: BTreeMap::from([(
            code("BOARD"),
            vec![component("R", "10"), component("L", "1")],
        )]),
        stock: ours(&[("BOARD", 3), ("R", 20), ("SCREW", 8)]),
        needs: vec![need("BOARD", 5, None), need("SCREW", 8, None)],
        ..Situation::default()
    };
    let outlook = outlook(&situation);
    assert_eq!(short(&outlook), [pair("L", "2")]);
    let covered = outlook.needs.iter();
    let covered: Vec<(String, Covered)> = covered
        .map(|met| (met.need.item.to_string(), met.covered()))
        .collect();
    let said = |item: &str, covered| (item.to_owned(), covered);
    assert_eq!(
        covered,
        [
            said("BOARD", Covered::Short),
            said("SCREW", Covered::Yes),
            said("R", Covered::Yes),
            said("L", Covered::Short),
        ]
    );
}
