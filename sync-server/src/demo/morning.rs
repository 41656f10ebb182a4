//! The morning as a table: what the two handhelds write while nobody can reach anybody.

use ledger_core::Origin;
use ledger_core::at_entry::{
    self, MoveOwner, Plan, Refusal, StockRequest, add, adjust, count, movement, remove,
};
use ledger_core::entry::Particulars;
use ledger_core::fold::Fold;

use super::parts::index_of;
use super::workshop::{home_in_bergen, home_in_oslo};

/// The customer whose reels lie in Bergen.
pub(super) const CUSTOMER: &str = "FJORD";

/// A place of the story.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot {
    /// The item's place in a rack in Bergen.
    Home,
    /// The item's place in the rack in Oslo.
    Oslo,
    /// A place by its number.
    At(&'static str),
}

impl Spot {
    pub(super) fn number(self, sku: &str) -> String {
        let index = index_of(sku).unwrap_or_default();
        match self {
            Self::Home => home_in_bergen(index),
            Self::Oslo => home_in_oslo(index),
            Self::At(number) => number.to_owned(),
        }
    }
}

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Add(Spot),
    Remove(Spot),
    RemoveOf(Spot, &'static str),
    AddOf(Spot, &'static str),
    Move(Spot, Spot),
    Adjust(Spot),
    Count(Spot),
    Undo,
}

/// One line of the morning: when, what, how much of what, and the words that go with it, as
/// `order …`, `lot …`, `po …` or else a reason.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) hour: u64,
    pub(super) minute: u64,
    pub(super) deed: Deed,
    pub(super) sku: &'static str,
    pub(super) quantity: &'static str,
    pub(super) words: &'static str,
}

const fn event(
    at: (u64, u64),
    deed: Deed,
    sku: &'static str,
    quantity: &'static str,
    words: &'static str,
) -> Event {
    Event {
        hour: at.0,
        minute: at.1,
        deed,
        sku,
        quantity,
        words,
    }
}

/// The item whose removal arrives after a count that came later.
pub(super) const LATE: &str = "C-0603-100N";
/// The item that both take the last of.
pub(super) const CONTESTED: &str = "X-32K-3215";

use Deed::{Add, AddOf, Adjust, Count, Move, Remove, RemoveOf, Undo};
use Spot::{At, Home, Oslo};

/// The storekeeper's handheld.
#[rustfmt::skip]
pub(super) const STORES: &[Event] = &[
    event((8, 10),  Add(Home),                     "U-MCU-64K",   "250",  "po PO-7031"),
    event((8, 14),  Add(Home),                     "U-REG-3V3",   "200",  "po PO-7031"),
    event((8, 20),  Add(Home),                     "J-USB-C",     "100",  "po PO-7032"),
    event((8, 35),  Move(Home, Oslo),              "LED-0603-G",  "200",  "van to Oslo"),
    event((8, 40),  Move(Home, Oslo),              "SCREW-M3X6",  "500",  "van to Oslo"),
    event((8, 52),  AddOf(At("BER-S2"), CUSTOMER), "S-PRES-I2C",  "250",  "reel brought by the customer"),
    event((9, 15),  Adjust(Home),                  "C-1206-22U",  "-3",   "torn tape"),
    event((9, 50),  Move(Home, Oslo),              CONTESTED,     "4",    "van to Oslo"),
    event((10, 20), Remove(Home),                  "WIRE-24-RED", "12.5", "order REP-1040"),
    event((10, 45), Count(Home),                   "R-0603-10K",  "3985", "cycle count"),
    event((11, 0),  Count(Home),                   LATE,          "3958", "cycle count"),
    event((11, 5),  Count(Home),                   "LED-0603-R",  "490",  "cycle count"),
    event((11, 30), Remove(Home),                  "BOX-IP65-S",  "4",    "order SO-2107"),
    event((11, 40), Add(Home),                     "TVS-SMA-24V", "50",   "po PO-7032"),
    event((11, 41), Undo,                          "TVS-SMA-24V", "0",    "scanned the wrong reel"),
];

/// The workbench's handheld.
#[rustfmt::skip]
pub(super) const BENCH: &[Event] = &[
    event((8, 25),  Remove(Home),                       "U-MCU-64K",  "20",  "lot LOT-311"),
    event((8, 26),  Remove(Home),                       "S-TH-I2C",   "20",  "lot LOT-311"),
    event((8, 27),  Remove(Home),                       "U-REG-3V3",  "20",  "lot LOT-311"),
    event((8, 28),  Remove(Home),                       "PCB-TH20",   "20",  "lot LOT-311"),
    event((8, 30),  Remove(Home),                       "C-0603-1U",  "120", "lot LOT-311"),
    event((8, 31),  Remove(Home),                       "R-0603-4K7", "80",  "lot LOT-311"),
    event((9, 20),  Remove(Home),                       CONTESTED,    "6",   "lot LOT-311"),
    event((9, 40),  Add(At("BER-BENCH")),               "PCBA-TH20",  "18",  "lot LOT-311"),
    event((9, 45),  Adjust(At("BER-BENCH")),            "PCBA-TH20",  "-1",  "failed its test"),
    event((10, 0),  Remove(Home),                       LATE,         "40",  "order REP-1043"),
    event((10, 30), RemoveOf(At("BER-S2"), CUSTOMER),   "U-MCU-256K", "5",   "order FJ-88"),
    event((10, 50), Move(At("BER-BENCH"), Home),        "PCBA-TH20",  "17",  ""),
    event((11, 15), Remove(Home),                       "PCBA-PM10",  "2",   "order SO-2107"),
    event((11, 20), Move(Home, Oslo),                   "PCBA-TH20",  "5",   "for the counter in Oslo"),
    event((11, 45), Remove(Home),                       "J-HDR-1X6",  "30",  "lot LOT-311"),
];

/// A stock request as the commands make it.
pub(super) fn request(
    sku: &str,
    quantity: &str,
    owner: Option<&str>,
) -> Result<StockRequest, Refusal> {
    let quantity = quantity
        .parse()
        .map_err(|error: ledger_core::QuantityError| {
            Refusal::new("bad-quantity", error.to_string())
        })?;
    let owner = owner.map(str::to_owned);
    Ok(StockRequest {
        item: sku.to_owned(),
        quantity,
        owner,
        ..StockRequest::default()
    })
}

fn particulars(words: &str) -> Particulars {
    let mut particulars = Particulars::default();
    let details = &mut particulars.details;
    let (field, text) = match words.split_once(' ') {
        Some(("order", number)) => (&mut details.order, number),
        Some(("lot", number)) => (&mut details.lot, number),
        Some(("po", number)) => (&mut details.po, number),
        _ => (&mut details.reason, words),
    };
    *field = Some(text.to_owned()).filter(|text| !text.is_empty());
    particulars
}

impl Event {
    /// What the handheld writes, by the same rules as the command that is typed.
    pub(super) fn plan(&self, fold: &Fold, origin: Origin) -> Result<Plan, Refusal> {
        let owner = match self.deed {
            AddOf(_, owner) | RemoveOf(_, owner) => Some(owner),
            Add(_) | Remove(_) | Move(..) | Adjust(_) | Count(_) | Undo => None,
        };
        let mut request = request(self.sku, self.quantity, owner)?;
        request.particulars = particulars(self.words);
        let place = |spot: Spot| spot.number(self.sku);
        match self.deed {
            Add(spot) | AddOf(spot, _) => add(fold, &place(spot), &request),
            Remove(spot) | RemoveOf(spot, _) => remove(fold, &place(spot), &request),
            Move(from, to) => movement(fold, &place(from), &place(to), &MoveOwner::Same, &request),
            Adjust(spot) => adjust(fold, &place(spot), &request),
            Count(spot) => count(fold, &place(spot), &request),
            Undo => at_entry::undo(fold, origin, None, request.particulars),
        }
    }

    /// The event in a few words.
    pub(super) fn text(&self) -> String {
        let (sku, quantity) = (self.sku, self.quantity);
        let place = |spot: Spot| spot.number(sku);
        let done = match self.deed {
            Add(spot) => format!("adds {quantity} {sku} at {}", place(spot)),
            AddOf(spot, owner) => format!("adds {quantity} {sku} of {owner}'s at {}", place(spot)),
            Remove(spot) => format!("removes {quantity} {sku} from {}", place(spot)),
            RemoveOf(spot, owner) => {
                format!("removes {quantity} {sku} of {owner}'s from {}", place(spot))
            }
            Move(from, to) => format!(
                "moves {quantity} {sku} from {} to {}",
                place(from),
                place(to)
            ),
            Adjust(spot) => format!("adjusts {sku} at {} by {quantity}", place(spot)),
            Count(spot) => format!("counts {quantity} {sku} at {}", place(spot)),
            Undo => format!("undoes that ({sku})"),
        };
        if self.words.is_empty() {
            done
        } else {
            format!("{done}, {}", self.words)
        }
    }
}
