//! The workshop before the morning: its sites, racks and shelves, its catalogue and its stock.

use ledger_core::Quantity;
use ledger_core::at_entry::{
    ItemChange, LocationChange, LocationTypeChange, Plan, Refusal, SiteChange, add, add_grid,
    add_item, add_location, add_location_type, add_partner, make_site,
};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;

use super::morning::{CUSTOMER, Spot, request};
use super::parts::{PARTS, Part, barcode};

/// Rows of a rack in Bergen.
const ROWS: usize = 6;
/// Columns of every rack in Bergen.
const COLUMNS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
/// Rows of the rack in Oslo.
const ROWS_OSLO: usize = 4;

/// One step of setting up; it sees the ones before it.
pub(super) type Step = Box<dyn Fn(&Fold) -> Result<Plan, Refusal> + Send>;

pub(super) fn step(plan: impl Fn(&Fold) -> Result<Plan, Refusal> + Send + 'static) -> Step {
    Box::new(plan)
}

fn place(site: &str, room: &str) -> LocationChange {
    LocationChange {
        site: Some(site.to_owned()),
        room: Some(room.to_owned()),
        ..LocationChange::default()
    }
}

fn site(code: &'static str, name: &str) -> Step {
    let change = SiteChange {
        name: Some(name.to_owned()),
        ..SiteChange::default()
    };
    step(move |fold| make_site(fold, code, &change))
}

/// Sites, location types, two racks in Bergen, one in Oslo, shelves, and the customer.
pub(super) fn places() -> Vec<Step> {
    let mut steps = vec![
        site("BERGEN", "Bergen, workshop and stores"),
        site("OSLO", "Oslo, repairs"),
        step(|fold| {
            let grid = LocationTypeChange {
                name: Some("Rack".to_owned()),
                rows: Some(6),
                columns: Some("A-F".to_owned()),
            };
            add_location_type(fold, "RACK", &grid)
        }),
        step(|fold| {
            let plain = LocationTypeChange {
                name: Some("Shelf".to_owned()),
                ..Default::default()
            };
            add_location_type(fold, "SHELF", &plain)
        }),
        step(|fold| add_partner(fold, Class::Customer, CUSTOMER, Some("Fjord Instruments"))),
    ];
    for (prefix, rows, columns, site) in [
        ("BER-R1", 6, "A-F", "BERGEN"),
        ("BER-R2", 6, "A-F", "BERGEN"),
        ("OSL-R1", 4, "A-E", "OSLO"),
    ] {
        let change = place(site, "Stores");
        steps.push(step(move |fold| {
            add_grid(fold, "RACK", prefix, rows, columns, &change)
        }));
    }
    for (number, name, site, room) in [
        ("BER-BENCH", "Workbench", "BERGEN", "Workshop"),
        ("BER-S1", "Shelf for goods received", "BERGEN", "Stores"),
        ("BER-S2", "Shelf for customers' reels", "BERGEN", "Stores"),
        ("OSL-S1", "Shelf at the counter", "OSLO", "Front"),
    ] {
        let shelf = LocationChange {
            name: Some(name.to_owned()),
            location_type: Some("SHELF".to_owned()),
            ..place(site, room)
        };
        steps.push(step(move |fold| add_location(fold, number, &shelf)));
    }
    steps
}

/// The items, each with a barcode and its usual place.
pub(super) fn items() -> Vec<Step> {
    let item = |(index, part): (usize, &'static Part)| {
        step(move |fold| {
            let change = ItemChange {
                name: Some(part.name.to_owned()),
                kind: Some(part.kind()),
                unit: Some(part.unit().to_owned()),
                threshold: Some(part.low_at.parse().ok()),
                barcodes: vec![(barcode(index), Quantity::ONE)],
                location: Some(home_in_bergen(index)),
                supplier: None,
            };
            add_item(fold, part.sku, &change)
        })
    };
    PARTS.iter().enumerate().map(item).collect()
}

/// What is there when the story begins.
pub(super) fn stock() -> Vec<Step> {
    let mut steps = Vec::new();
    let mut put = |sku: &'static str, spot: Spot, quantity: &'static str, owner| {
        if !quantity.is_empty() && quantity != "0" {
            steps.push(step(move |fold| {
                let mut opening = request(sku, quantity, owner)?;
                opening.particulars.details.note = Some("opening stock".to_owned());
                add(fold, &spot.number(sku), &opening)
            }));
        }
    };
    for part in PARTS {
        put(part.sku, Spot::Home, part.bergen, None);
        put(part.sku, Spot::Oslo, part.oslo, None);
    }
    put("U-MCU-256K", Spot::At("BER-S2"), "500", Some(CUSTOMER));
    put("S-PRES-I2C", Spot::At("BER-S2"), "120", Some(CUSTOMER));
    steps
}

/// The place of an item in Bergen: rack by rack, column by column.
pub(super) fn home_in_bergen(index: usize) -> String {
    let in_rack = index % (ROWS * COLUMNS.len());
    let rack = index / (ROWS * COLUMNS.len()) + 1;
    let column = COLUMNS.get(in_rack / ROWS).copied().unwrap_or("A");
    format!("BER-R{rack}-{column}-{:02}", in_rack % ROWS + 1)
}

/// The place of an item in Oslo, which keeps fewer: items share places there.
pub(super) fn home_in_oslo(index: usize) -> String {
    let column = COLUMNS.get(index / ROWS_OSLO % 5).copied().unwrap_or("A");
    format!("OSL-R1-{column}-{:02}", index % ROWS_OSLO + 1)
}
