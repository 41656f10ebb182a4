//! What rows do, in words.

use std::fmt::Display;

use importing::{Outcome, shown_value};
use ledger_core::Quantity;
use ledger_core::catalogue::{CatalogueWrite, Class, ItemKind, Value, fields_of, key};
use ledger_core::entry::Body;
use ledger_core::fold::Fold;
use ledger_core::production::{BomLineSet, bom_key};
use ledger_node::view::Deed;

use crate::imports::{Shown, Sums};
use crate::pages::deeds;
use crate::pages::frame::Frame;

/// A good row of a preview.
pub(super) struct Line {
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) outcome: Outcome,
    pub(super) details: Vec<String>,
}

/// A column of a file as people call it.
pub(super) fn column(frame: &Frame, name: &str) -> String {
    frame.t(&format!("import-column-{name}")).into_owned()
}

/// How many rows come to what, in words.
pub(super) fn sums(frame: &Frame, sums: &Sums) -> Vec<String> {
    let outcomes = sums.outcomes.iter();
    let said = outcomes.map(|(outcome, rows)| {
        let id = format!("import-rows-{}", outcome.word());
        frame.n(&id, rows).into_owned()
    });
    said.collect()
}

pub(super) fn line(fold: &Fold, frame: &Frame, row: Shown) -> Line {
    let mut details = Vec::new();
    for body in &row.bodies {
        detail(fold, frame, body, &mut details);
    }
    Line {
        line: row.line,
        name: row.name,
        outcome: row.outcome,
        details,
    }
}

fn value_of(frame: &Frame, field: &str, value: impl Display) -> String {
    let values: [(&str, &dyn Display); 2] = [("field", &field), ("value", &value)];
    frame.words.with_all("import-value", &values).into_owned()
}

fn detail(fold: &Fold, frame: &Frame, body: &Body, details: &mut Vec<String>) {
    if let Body::Set(write) = body {
        fields(fold, frame, write, details);
    } else if let Body::CodeBound(bound) = body {
        let barcode = if bound.pack == Quantity::ONE {
            bound.barcode.to_string()
        } else {
            format!("{}={}", bound.barcode, bound.pack)
        };
        details.push(value_of(frame, &column(frame, "barcodes"), barcode));
    } else if let Body::BomLineSet(set) = body {
        part(frame, set, details);
    } else if let Body::Moved(moved) = body {
        let deed = Deed::Moved {
            act: moved.act.word(),
            item: moved.item.to_string(),
            quantity: moved.quantity.to_string(),
            from: moved.from.as_ref().map(|place| place.location.to_string()),
            to: moved.to.as_ref().map(|place| place.location.to_string()),
        };
        details.push(deeds::words(frame, &deed));
    } else if let Body::Counted(counted) = body {
        let deed = Deed::Counted {
            item: counted.item.to_string(),
            quantity: counted.quantity.to_string(),
            location: counted.place.location.to_string(),
        };
        details.push(deeds::words(frame, &deed));
    } else if let Some((_, number)) = body.begins_document() {
        details.push(
            frame
                .with("import-order-placed", "number", number)
                .into_owned(),
        );
    }
}

fn fields(fold: &Fold, frame: &Frame, write: &CatalogueWrite, details: &mut Vec<String>) {
    let subject = &write.subject;
    let is_there = fold.exists(subject.class, &subject.code);
    if subject.class == Class::Site && !is_there {
        let made = frame.with("import-site-made", "site", &subject.code);
        details.push(made.into_owned());
    }
    if write.fields.get(&key::ARCHIVED) == Some(&Value::Bool(false)) {
        details.push(frame.t("import-restored").into_owned());
    }
    for field in fields_of(subject.class) {
        if field.key == key::ARCHIVED {
            continue;
        }
        let Some(value) = write.fields.get(&field.key) else {
            continue;
        };
        let (class, name) = (subject.class, column(frame, field.name));
        let now = value_words(frame, class, field.key, value);
        let former = shown_value(fold, subject, field.key);
        if !is_there {
            details.push(value_of(frame, &name, now));
        } else if former != *value {
            let former = value_words(frame, class, field.key, &former);
            let values: [(&str, &dyn Display); 3] =
                [("field", &name), ("from", &former), ("to", &now)];
            let change = frame.words.with_all("import-change", &values);
            details.push(change.into_owned());
        }
    }
}

fn value_words(frame: &Frame, class: Class, key: u8, value: &Value) -> String {
    match (value, class, key) {
        (Value::Nil, ..) => frame.t("import-nothing").into_owned(),
        (Value::Int(number), Class::Item, key::ITEM_KIND) => frame
            .word("kind", ItemKind::from_number(*number).word())
            .into_owned(),
        (Value::Int(number), Class::Item, key::THRESHOLD) => {
            frame.number(&Quantity::from_ten_thousandths(*number).to_string())
        }
        (Value::Int(number), ..) => number.to_string(),
        (Value::Text(text), ..) => text.to_string(),
        (Value::Bool(_) | Value::Bytes(_), ..) => String::new(),
    }
}

fn part(frame: &Frame, set: &BomLineSet, details: &mut Vec<String>) {
    let quantity = set.fields.get(&bom_key::PER_UNIT).and_then(Value::as_int);
    match quantity.map(Quantity::from_ten_thousandths) {
        Some(quantity) => {
            let quantity = frame.number(&quantity.to_string());
            details.push(value_of(frame, set.child.as_str(), quantity));
        }
        None => details.push(set.child.to_string()),
    }
    let refs = set.fields.get(&bom_key::REFS).and_then(Value::as_text);
    details.extend(refs.map(|refs| value_of(frame, &column(frame, "refs"), refs)));
}
