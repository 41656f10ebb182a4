//! The afternoon: a repair that waits for a delivery, two sales, a level that is crossed, and an
//! exception that is answered.

use ledger_core::at_entry::{self, Answer, OrderChange, settings};
use ledger_core::entry::Details;
use ledger_core::order::OrderType;
use ledger_core::{Code, Quantity};
use ledger_node::Node;
use ledger_node::view::OrderLineView;

use super::clock::Day;
use super::handheld::Handheld;
use super::morning::{CONTESTED, CUSTOMER, Spot, request};
use super::story::Cast;
use crate::fault::Fault;

const REPAIR: &str = "REP-1051";
/// What the repair wants more of than there is.
const RELAY: &str = "K-12V-2A";
const THEIR_SALE: &str = "SO-2110";
const OUR_SALE: &str = "SO-2111";
/// What lies here for the customer as well as for ourselves.
const SENSOR: &str = "S-PRES-I2C";

/// How the lines must stand in the end: order and item; wanted, picked, ready, on backorder.
pub(super) const LINES: [(&str, [&str; 4]); 3] = [
    ("REP-1051 K-12V-2A", ["20", "20", "0", "0"]),
    ("SO-2110 S-PRES-I2C", ["50", "0", "50", "0"]),
    ("SO-2111 S-PRES-I2C", ["40", "0", "31", "9"]),
];

impl Cast<'_> {
    /// Tells the afternoon.
    pub(super) async fn afternoon(&self, stores: &Handheld, bench: &Handheld) -> Result<(), Fault> {
        self.say("  In the afternoon orders come in:\n");
        self.repair_begins(stores)?;
        self.sales_reserve(stores)?;
        self.sync(stores, self.day.at(13, 20)).await?;
        self.sync(bench, self.day.at(13, 21)).await?;
        self.delivery_comes(bench)?;
        self.crystals_are_counted(bench)?;
        self.sync(bench, self.day.at(13, 55)).await?;
        self.sync(stores, self.day.at(13, 56)).await?;
        self.repair_is_filled(stores)?;
        self.sync(stores, self.day.at(14, 15)).await?;
        self.sync(bench, self.day.at(14, 16)).await?;
        self.at(self.day.at(14, 16), "Both have synced\n");
        Ok(())
    }

    fn repair_begins(&self, stores: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(13, 0);
        stores.write(time, |_| settings::set("allow-backorder", "on"))?;
        let title = "Ten valve controllers, relays worn";
        open(
            stores,
            self.day,
            0,
            (REPAIR, OrderType::Repair),
            None,
            title,
        )?;
        stores.write(time, |fold| {
            at_entry::order_add(fold, REPAIR, RELAY, pieces(20)?)
        })?;
        let line = line_of(&stores.node, REPAIR)?;
        self.at(
            time,
            &format!("STORES opens the repair {REPAIR} (ten valve controllers): 20 {RELAY}"),
        );
        self.more(&format!(
            "A repair takes what is there at once: {} are picked, {} are on backorder",
            line.picked, line.backorder
        ));
        let level = level_of(&stores.node)?;
        self.more(&format!("In Oslo the rest is kept: {level}"));
        Ok(())
    }

    fn sales_reserve(&self, stores: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(13, 10);
        let (sale, theirs) = (OrderType::Sales, Some(CUSTOMER));
        open(stores, self.day, 10, (THEIR_SALE, sale), theirs, "Spares")?;
        open(stores, self.day, 11, (OUR_SALE, sale), None, "Web shop")?;
        for (order, number) in [(THEIR_SALE, 50), (OUR_SALE, 40)] {
            stores.write(self.day.at(13, 12), |fold| {
                at_entry::order_add(fold, order, SENSOR, pieces(number)?)
            })?;
        }
        let (theirs, ours) = (
            line_of(&stores.node, THEIR_SALE)?,
            line_of(&stores.node, OUR_SALE)?,
        );
        self.at(
            time,
            &format!(
                "STORES opens two sales of {SENSOR}, {THEIR_SALE} for {CUSTOMER} and {OUR_SALE}"
            ),
        );
        self.more(&format!(
            "{THEIR_SALE} reserves {} of the customer's own reels. {OUR_SALE} gets our {} and waits",
            theirs.ready, ours.ready
        ));
        self.more(&format!(
            "for {}: what {CUSTOMER} has on the shelf is nobody else's",
            ours.backorder
        ));
        Ok(())
    }

    fn delivery_comes(&self, bench: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(13, 40);
        bench.write(time, |fold| {
            let mut delivery = request(RELAY, "10", None)?;
            delivery.particulars.details.po = Some("PO-7035".to_owned());
            at_entry::add(fold, &Spot::Home.number(RELAY), &delivery)
        })?;
        let line = line_of(&bench.node, REPAIR)?;
        self.at(time, &format!("BENCH takes in 10 {RELAY}, po PO-7035"));
        self.more(&format!(
            "{} of them are promised to {REPAIR} by themselves, and ready to be picked",
            line.ready
        ));
        Ok(())
    }

    fn crystals_are_counted(&self, bench: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(13, 50);
        let place = Spot::Home.number(CONTESTED);
        let id = format!("negative-stock:{CONTESTED}@{place}");
        let origin = bench.node.origin();
        bench.write(time, |fold| {
            let nothing = Answer::Count(Quantity::ZERO);
            at_entry::answer(fold, origin, &id, &nothing, Some("box is empty"))
        })?;
        self.at(
            time,
            &format!("BENCH looks where {CONTESTED} is below zero, since both took the last of it"),
        );
        self.more(&format!(
            "at {place}. It answers the exception with a count of 0, which closes it"
        ));
        Ok(())
    }

    fn repair_is_filled(&self, stores: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(14, 0);
        stores.write(time, |fold| at_entry::order_fill(fold, REPAIR, None))?;
        let line = line_of(&stores.node, REPAIR)?;
        let done = self.day.at(14, 10);
        stores.write(done, |fold| {
            at_entry::order_close(fold, REPAIR, &Details::default())
        })?;
        self.at(
            time,
            &format!("STORES has synced, sees that {REPAIR} is ready, fills it and closes it"),
        );
        let level = level_of(&stores.node)?;
        self.more(&format!("{} of 20 are picked; {level}", line.picked));
        Ok(())
    }
}

fn pieces(number: u32) -> Result<Quantity, at_entry::Refusal> {
    let number = number.to_string().parse();
    number.map_err(|error: ledger_core::QuantityError| {
        at_entry::Refusal::new("bad-quantity", error.to_string())
    })
}

/// Opens an order in Bergen, so many minutes after one o'clock.
fn open(
    handheld: &Handheld,
    day: Day,
    minute: u64,
    (number, order_type): (&str, OrderType),
    customer: Option<&str>,
    title: &str,
) -> Result<(), Fault> {
    let device = handheld.node.device();
    let change = OrderChange {
        customer: customer.map(|customer| Some(customer.to_owned())),
        site: Some(Some("BERGEN".to_owned())),
        title: Some(title.to_owned()),
        ..OrderChange::default()
    };
    handheld.write(day.at(13, minute), |fold| {
        at_entry::open_order(fold, device, Some(number), order_type, &change)
    })?;
    Ok(())
}

/// The one line of an order.
fn line_of(node: &Node, number: &str) -> Result<OrderLineView, Fault> {
    let missing = || Fault::new("demo", format!("the order {number} has no line"));
    let orders = node.view().orders(false).into_iter();
    let mut orders = orders.filter(|order| order.number == number);
    let mut lines = orders.next().ok_or_else(missing)?.lines;
    lines.pop().ok_or_else(missing)
}

/// How the relay's level changed last, in words.
fn level_of(node: &Node) -> Result<String, Fault> {
    let sku = Code::new(RELAY).map_err(|error| Fault::system("reading the SKU", &error))?;
    let crossings = node.view().crossings(&sku);
    let last = crossings.last();
    let last = last.ok_or_else(|| Fault::new("demo", format!("{RELAY} crossed no level")))?;
    Ok(format!(
        "{} {RELAY} are available, which is {}",
        last.available,
        last.to.word()
    ))
}
