//! What the views say of lots: how much of a deep one, and whom its parts are bought from.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod shop;

use ledger_core::Quantity;
use ledger_core::at_entry::{self, BomChange, ItemChange, LineRequest, LotChange, PurchaseChange};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::view::{LotView, PegView};
use ledger_node::{Actor, Node, NodeError};
use shop::{Shop, write};

const LAYERS: usize = 8;
const IN_A_LAYER: usize = 3;

fn units(number: i64) -> Quantity {
    Quantity::from_units(number).unwrap()
}

fn name(layer: usize, at: usize) -> String {
    format!("N-{layer}-{at}")
}

fn made_of(node: &Node, parent: &str, child: &str) {
    let change = BomChange {
        per_unit: Some(units(1)),
        ..BomChange::default()
    };
    write(node, |fold| {
        at_entry::set_bom_line(fold, parent, child, &change)
    });
}

fn lot(node: &Node, item: &str) -> LotView {
    let device = node.device();
    let plan = |fold: &Fold| {
        let change = LotChange::default();
        at_entry::plan_lot(fold, device, Some("L-1"), item, units(1), &change)
    };
    write(node, plan);
    let id = node.read(|fold| fold.lots()[0]);
    node.view().lot(id).unwrap()
}

/// How many parts are told of, and whether some are left out.
fn told(pegs: &[PegView]) -> (usize, bool) {
    let all = pegs.iter().map(|peg| {
        let deeper = peg.parts.iter().map(|part| told(&part.pegs));
        let (parts, left_out) = deeper.fold((0, false), |sum, it| (sum.0 + it.0, sum.1 | it.1));
        (peg.parts.len() + parts, left_out | peg.parts_left_out)
    });
    all.fold((0, false), |sum, it| (sum.0 + it.0, sum.1 | it.1))
}

#[test]
fn a_lot_of_assemblies_that_share_their_parts_is_told_with_a_limit() {
    let shop = Shop::new();
    let node = shop.handheld("a");
    for layer in 0..LAYERS {
        for at in 0..IN_A_LAYER {
            let item = name(layer, at);
            write(&node, |fold| {
                at_entry::add_item(fold, &item, &ItemChange::default())
            });
            let above = layer.checked_sub(1);
            for parent in above
                .into_iter()
                .flat_map(|above| (0..IN_A_LAYER).map(move |at| name(above, at)))
            {
                made_of(&node, &parent, &item);
            }
        }
    }
    write(&node, |fold| {
        at_entry::add_item(fold, "TOP", &ItemChange::default())
    });
    for at in 0..IN_A_LAYER {
        made_of(&node, "TOP", &name(0, at));
    }
    let lot = lot(&node, "TOP");
    let lines = lot.lines.iter().map(|line| told(&line.pegs));
    let (parts, left_out) = lines.fold((0, false), |sum, it| (sum.0 + it.0, sum.1 | it.1));
    // In full it would be 3 + 9 + … + 3^7 for each of three.
    assert!((100..=2_000).contains(&parts), "{parts}");
    assert!(left_out, "and it says so");
    let short: Vec<_> = lot
        .short
        .iter()
        .map(|part| (&*part.item, &*part.quantity))
        .collect();
    let bought = ["N-7-0", "N-7-1", "N-7-2"].map(|item| (item, "2187"));
    assert_eq!(short, bought, "what is to be bought is whole");
}

#[test]
fn a_part_that_was_bought_once_is_bought_there_again() {
    let shop = Shop::new();
    let node = shop.handheld("a");
    for item in ["BOARD", "RES", "CAP"] {
        write(&node, |fold| {
            at_entry::add_item(fold, item, &ItemChange::default())
        });
    }
    write(&node, |fold| {
        at_entry::add_partner(fold, Class::Supplier, "MOUSE", None)
    });
    made_of(&node, "BOARD", "RES");
    made_of(&node, "BOARD", "CAP");
    let lines = vec![LineRequest {
        item: "RES".to_owned(),
        quantity: units(1),
        day: None,
    }];
    let change = PurchaseChange {
        supplier: Some("MOUSE".to_owned()),
        lines,
        ..PurchaseChange::default()
    };
    let device = node.device();
    let place = |fold: &Fold| at_entry::place_purchase(fold, device, Some("P-1"), &change);
    write(&node, place);
    write(&node, |fold| {
        at_entry::close_purchase(fold, "P-1", &Default::default())
    });
    let short = lot(&node, "BOARD").short;
    let from: Vec<_> = short
        .iter()
        .map(|part| (&*part.item, part.supplier.as_deref()))
        .collect();
    assert_eq!(from, [("CAP", None), ("RES", Some("MOUSE"))]);
}

#[test]
fn a_bill_of_materials_that_no_entry_holds_is_refused_in_words() {
    let shop = Shop::new();
    let node = shop.handheld("a");
    let board = format!("BOARD-{}", "X".repeat(110));
    write(&node, |fold| {
        at_entry::add_item(fold, &board, &ItemChange::default())
    });
    let change = BomChange {
        per_unit: Some(Quantity::from_ten_thousandths(99_999_999_999)),
        attrition: Some(units(100)),
        refs: Some("R".repeat(230)),
    };
    let title = LotChange {
        title: Some("T".repeat(2_000)),
        ..LotChange::default()
    };
    let device = node.device();
    let mut planned = 0;
    let refused = (0..200).find_map(|at| {
        let part = format!("{at:03}{}", "P".repeat(117));
        write(&node, |fold| {
            at_entry::add_item(fold, &part, &ItemChange::default())
        });
        write(&node, |fold| {
            at_entry::set_bom_line(fold, &board, &part, &change)
        });
        let plan = |fold: &Fold| at_entry::plan_lot(fold, device, None, &board, units(1), &title);
        match node.write(&Actor::default(), plan) {
            Ok(_) => planned += 1,
            Err(NodeError::Refused(refusal)) => return Some(refusal.code.to_owned()),
            Err(other) => return Some(other.code().to_owned()),
        }
        None
    });
    assert_eq!(refused.as_deref(), Some("bom-too-long"));
    assert!(planned > 70, "{planned}");
}
