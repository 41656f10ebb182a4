//! What elements, labels and slips say in the words of the ledger.

use super::{Amount, Key, KeyKind, Says};
use crate::check_digit::spellings;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::gs1::{Content, Element, Message};
use crate::mh10::{Field, Label};
use crate::slip::{Seller, Slip};

fn key(kind: KeyKind, text: &str) -> Key {
    Key {
        kind,
        text: text.to_owned(),
    }
}

/// The keys of an article number: itself, and how else it may stand in a catalogue.
pub(super) fn of_gtin(gtin_14: &str) -> Says {
    let keys = spellings(gtin_14).into_iter();
    Says {
        keys: keys.map(|text| key(KeyKind::Gtin, &text)).collect(),
        ..Says::default()
    }
}

/// What the text itself says: perhaps it is a name.
pub(super) fn of_text(text: &str) -> Says {
    Says {
        keys: vec![key(KeyKind::Text, text.trim())],
        ..Says::default()
    }
}

/// What a SKU says.
pub(super) fn of_sku(sku: &str) -> Says {
    Says {
        keys: vec![key(KeyKind::Sku, sku)],
        ..Says::default()
    }
}

/// What the elements without faults say.
pub(super) fn of_message(message: &Message) -> Says {
    let value = |ai: &str| message.get(ai).map(|element| element.value.clone());
    // The article itself, what a logistic unit holds, and pieces of an article.
    let article = ["01", "02", "03", "8006", "8026"]
        .iter()
        .find_map(|ai| message.get(ai));
    let gtin = article.and_then(|element| element.value.get(..14));
    let mut keys = gtin.map(|gtin| of_gtin(gtin).keys).unwrap_or_default();
    let others = [
        ("241", KeyKind::Customer),
        ("240", KeyKind::Supplier),
        ("8010", KeyKind::Component),
    ];
    keys.extend(
        others
            .iter()
            .filter_map(|(ai, kind)| message.get(ai).map(|element| key(*kind, &element.value))),
    );
    Says {
        keys,
        quantity: amount(message),
        batch: value("10"),
        serial: value("21"),
        expiry: message
            .get("17")
            .or_else(|| message.get("7003"))
            .and_then(day),
        order: value("400"),
        seller_order: None,
        package: value("00"),
    }
}

/// A count, or the only net measure.
fn amount(message: &Message) -> Option<Amount> {
    let count = message.get("30").or_else(|| message.get("37"));
    if let Some(Content::Number(number)) = count.map(|element| element.content) {
        return Some(Amount { number, unit: None });
    }
    let is_measure = |element: &&Element| {
        element.ai.len() == 4 && ("3100"..="3165").contains(&element.ai.as_str())
    };
    let mut measures = message.elements.iter().filter(is_measure);
    let (measure, other) = (measures.next()?, measures.next());
    let Content::Number(number) = measure.content else {
        return None;
    };
    let unit = measure.title.split(['(', ')']).nth(1);
    other.is_none().then_some(Amount { number, unit })
}

const fn day(element: &Element) -> Option<Date> {
    match element.content {
        Content::Date(date) => Some(date),
        Content::Moment(moment) => Some(moment.date),
        Content::Text | Content::Number(_) | Content::Money(..) | Content::Period(..) => None,
    }
}

fn counted(text: &str) -> Option<Amount> {
    let number = Decimal::printed(text.trim())?;
    Some(Amount { number, unit: None })
}

/// What a label says; elements of GS1 in it say it first.
pub(super) fn of_label(label: &Label) -> Says {
    let value = |dis: &[&str]| label.first_of(dis).map(str::to_owned);
    let mut says = label.gs1.as_ref().map(of_message).unwrap_or_default();
    let names = [
        ("1P", KeyKind::Manufacturer),
        ("P", KeyKind::Customer),
        ("30P", KeyKind::Supplier),
        ("31P", KeyKind::Supplier),
        ("3P", KeyKind::Supplier),
    ];
    says.keys.extend(
        names
            .iter()
            .filter_map(|(di, kind)| label.get(di).map(|text| key(*kind, text))),
    );
    Says {
        quantity: says.quantity.or_else(|| counted(label.get("Q")?)),
        batch: says
            .batch
            .or_else(|| value(&["1T", "T", "10D", "9D", "11D"])),
        serial: says.serial.or_else(|| value(&["S"])),
        expiry: says.expiry.or_else(|| Date::long(label.get("14D")?)),
        order: says.order.or_else(|| value(&["K"])),
        seller_order: value(&["1K"]),
        package: says
            .package
            .or_else(|| value(&["3S", "4S", "5S", "J", "1J", "2J", "5J", "6J"])),
        keys: says.keys,
    }
}

/// What a single field of a label says.
pub(super) fn of_field(field: &Field) -> Says {
    of_label(&Label {
        fields: vec![field.clone()],
        ..Label::default()
    })
}

/// What a distributor's own code says.
pub(super) fn of_slip(slip: &Slip) -> Says {
    let value = |name: &str| slip.get(name).map(str::to_owned);
    let (names, quantity, order, seller_order): (&[_], _, _, _) = match slip.seller {
        Seller::Lcsc => {
            let names = &[("pm", KeyKind::Manufacturer), ("pc", KeyKind::Supplier)];
            (names, "qty", None, value("on"))
        }
        Seller::Tme => {
            let names = &[("MPN", KeyKind::Manufacturer), ("PN", KeyKind::Supplier)];
            (names, "QTY", value("CPO"), value("PO"))
        }
    };
    let keys = names
        .iter()
        .filter_map(|(name, kind)| Some(key(*kind, slip.get(name)?)));
    Says {
        keys: keys.collect(),
        quantity: slip.get(quantity).and_then(counted),
        order,
        seller_order,
        ..Says::default()
    }
}
