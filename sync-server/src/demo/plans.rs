//! What the workshop plans: what its boards are made of, a lot of them, what is on its way, and a
//! rack that is to be counted.

use ledger_core::at_entry::{
    BomChange, LineRequest, LotChange, PurchaseChange, StocktakeRequest, add_partner,
    open_stocktake, place_purchase, plan_lot, set_bom_line,
};
use ledger_core::catalogue::Class;
use ledger_core::{DeviceId, Quantity};

use super::workshop::{Step, step};

/// A part, how much of it one board takes, and where it goes.
type Line = (&'static str, &'static str, &'static str);

/// The boards, and what one of each takes.
const BOMS: [(&str, &[Line]); 2] = [
    (
        "PCBA-TH20",
        &[
            ("PCB-TH20", "1", ""),
            ("U-MCU-64K", "1", "U1"),
            ("U-REG-3V3", "1", "U2"),
            ("S-TH-I2C", "1", "U3"),
            ("U-RS485", "1", "U4"),
            ("X-32K-3215", "1", "Y1"),
            ("R-0603-10K", "4", "R1–R4"),
            ("R-0603-4K7", "2", "R5, R6"),
            ("C-0603-100N", "6", "C1–C6"),
            ("C-0805-10U", "2", "C7, C8"),
            ("LED-0603-G", "1", "D1"),
            ("J-WTB-4P", "1", "J1"),
        ],
    ),
    (
        "PCBA-PM10",
        &[
            ("PCB-PM10", "1", ""),
            ("U-BUCK-3A", "1", "U1"),
            ("L-6045-22U", "1", "L1"),
            ("D-SMA-SCH-2A", "1", "D1"),
            ("C-1206-22U", "3", "C1–C3"),
            ("R-2512-0R05", "1", "R1"),
            ("F-1206-500M", "1", "F1"),
            ("J-TB-2P", "2", "J1, J2"),
        ],
    ),
];

/// Days from the story's own.
const LOT_DUE: u32 = 12;
const ORDER_DUE: u32 = 8;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap_or(Quantity::ONE)
}

/// Suppliers, bills of materials, a lot, a purchase order and a stocktake, as of a day.
pub(super) fn plans(device: DeviceId, today: u32) -> Vec<Step> {
    let mut steps = vec![
        step(|fold| add_partner(fold, Class::Supplier, "NORDPART", Some("Nordpart AS"))),
        step(|fold| add_partner(fold, Class::Supplier, "LEITERWERK", Some("Leiterwerk GmbH"))),
    ];
    for (board, parts) in BOMS {
        for (part, per_unit, refs) in parts {
            let change = BomChange {
                per_unit: Some(quantity(per_unit)),
                attrition: part.starts_with("R-").then(|| quantity("1")),
                refs: (!refs.is_empty()).then(|| (*refs).to_owned()),
            };
            steps.push(step(move |fold| set_bom_line(fold, board, part, &change)));
        }
    }
    steps.push(step(move |fold| {
        let change = LotChange {
            due: Some(Some(today.saturating_add(LOT_DUE))),
            site: Some(Some("BERGEN".to_owned())),
            title: Some("Climate sensors for the spring".to_owned()),
            ..LotChange::default()
        };
        plan_lot(
            fold,
            device,
            Some("TH20-7"),
            "PCBA-TH20",
            quantity("60"),
            &change,
        )
    }));
    steps.push(step(move |fold| {
        let line = |item: &str, amount: &str| LineRequest {
            item: item.to_owned(),
            quantity: quantity(amount),
            day: Some(today.saturating_add(ORDER_DUE)),
        };
        let change = PurchaseChange {
            supplier: Some("NORDPART".to_owned()),
            site: Some(Some("BERGEN".to_owned())),
            reference: Some("NP-88120".to_owned()),
            lines: vec![line("X-32K-3215", "40"), line("Z-SOD323-5V1", "500")],
            ..PurchaseChange::default()
        };
        place_purchase(fold, device, Some("PO-104"), &change)
    }));
    steps.push(step(move |fold| {
        let places = ["A", "B"]
            .into_iter()
            .flat_map(|column| (1..=6).map(move |row| format!("BER-R1-{column}-{row:02}")));
        let request = StocktakeRequest {
            locations: places.collect(),
            title: Some("Rack 1, columns A and B".to_owned()),
            ..StocktakeRequest::default()
        };
        open_stocktake(fold, device, Some("RACK-1"), &request)
    }));
    steps
}
