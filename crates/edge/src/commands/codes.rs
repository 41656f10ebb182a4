//! `stock codes explain`: what a code stands for here, and what it says.

use codes::gs1::Message;
use codes::mh10::Label;
use codes::reading::{Meaning, Reading, Setting};
use codes::slip::Slip;
use ledger_core::Code;
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use scanning::{Meant, Thing, Wanted};
use serde::Serialize;
use serde_json::Value;

use super::read;
use crate::cli::CodesCommand;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::{rows, text};
use crate::time;

#[derive(Debug, Serialize)]
struct Explained {
    kind: &'static str,
    aim: Option<String>,
    elements: Vec<ElementRow>,
    item: Option<String>,
    location: Option<String>,
    command: Option<String>,
    order: Option<String>,
    lot: Option<String>,
    po: Option<String>,
    stocktake: Option<String>,
    customer: Option<String>,
    user: Option<String>,
    reason: Option<String>,
    quantity: Option<String>,
    batch: Option<String>,
    serial: Option<String>,
    expiry: Option<String>,
    warnings: Vec<String>,
}

/// A part of a code: an application identifier or a data identifier, and what follows it.
#[derive(Debug, Serialize)]
struct ElementRow {
    ai: String,
    title: String,
    value: String,
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: CodesCommand) -> Result<Answer, Failure> {
    let CodesCommand::Explain { text: code } = command;
    read(
        context,
        |node| {
            let setting = Setting::of_year(time::year_of(node.now()));
            Ok(node.read(|fold| explain(fold, &code, &setting)))
        },
        told,
    )
}

fn explain(fold: &Fold, code: &str, setting: &Setting) -> Explained {
    let (aim, _) = codes::Aim::split(code);
    let Meant {
        thing,
        also,
        content,
        reading,
        mut warnings,
    } = scanning::meant(fold, Wanted::Item, code, setting);
    if let Thing::Several(items) = &thing {
        let names: Vec<String> = items.iter().map(Code::to_string).collect();
        warnings.push(format!("several items claim it: {}", names.join(", ")));
    }
    if let Thing::Alike(found) = &thing {
        let named = found
            .iter()
            .map(|(family, id)| format!("{} {id}", family.word()));
        let named: Vec<String> = named.collect();
        warnings.push(format!("several have this number: {}", named.join(", ")));
    }
    let location = match &also {
        Some(Thing::Location(location)) => Some(location.to_string()),
        Some(_) | None => None,
    };
    warnings.extend(location.iter().map(|_| "it is a location too".to_owned()));
    let mut explained = Explained {
        kind: thing.word(),
        aim: aim.map(|aim| aim.to_string()),
        elements: reading.as_ref().map(elements).unwrap_or_default(),
        item: None,
        location,
        command: None,
        order: None,
        lot: None,
        po: None,
        stocktake: None,
        customer: None,
        user: None,
        reason: None,
        quantity: content.quantity.map(|quantity| quantity.to_string()),
        batch: content.batch,
        serial: content.serial,
        expiry: content.expiry.and_then(time::written_day),
        warnings,
    };
    let named = |code: Code| Some(code.to_string());
    match thing {
        Thing::Command(_, word) => explained.command = Some(word),
        Thing::Item(item) => explained.item = named(item),
        Thing::Location(location) => explained.location = named(location),
        Thing::Document(family, id) => {
            let number = fold.document_name(id).map(|(_, number)| number.to_string());
            match family {
                Family::Order => explained.order = number,
                Family::Lot => explained.lot = number,
                Family::Purchase => explained.po = number,
                Family::Stocktake => explained.stocktake = number,
            }
        }
        Thing::Customer(customer) => explained.customer = named(customer),
        Thing::User(user) => explained.user = Some(user.to_string()),
        Thing::Batch(batch) => explained.batch = named(batch),
        Thing::Reason(reason) => explained.reason = Some(reason),
        Thing::Several(_) | Thing::Alike(_) | Thing::Misread | Thing::Unknown => {}
    }
    explained
}

/// The parts of a reading, in the order of the code.
fn elements(reading: &Reading) -> Vec<ElementRow> {
    match &reading.meaning {
        Meaning::Gs1(message) => of_gs1(message),
        Meaning::Label(label) => of_label(label),
        Meaning::Slip(slip) => of_slip(slip),
        Meaning::Gtin(gtin) => vec![row("01", "GTIN", gtin)],
        Meaning::Field(field) => vec![row(&field.di, field.title, &field.value)],
        Meaning::Own(_) | Meaning::OwnMisread | Meaning::GtinMisread | Meaning::Text => Vec::new(),
    }
}

fn row(ai: &str, title: &str, value: &str) -> ElementRow {
    ElementRow {
        ai: ai.to_owned(),
        title: title.to_owned(),
        value: value.to_owned(),
    }
}

fn of_gs1(message: &Message) -> Vec<ElementRow> {
    let elements = message.elements.iter();
    elements
        .map(|it| row(&it.ai, it.title, &it.value))
        .collect()
}

fn of_label(label: &Label) -> Vec<ElementRow> {
    let fields = label.fields.iter();
    fields.map(|it| row(&it.di, it.title, &it.value)).collect()
}

fn of_slip(slip: &Slip) -> Vec<ElementRow> {
    let fields = slip.fields.iter();
    fields.map(|(key, value)| row(key, "", value)).collect()
}

fn told(explained: &Value) -> String {
    let value = |key: &str| text(explained, key);
    let mut lines = vec![match value("kind").as_str() {
        "item" => format!("Item: {} of {}", value("quantity"), value("item")),
        "location" => format!("Location {}", value("location")),
        "command" => format!("Command {}", value("command")),
        "order" => format!("Order {}", value("order")),
        "customer" => format!("Customer {}", value("customer")),
        "user" => format!("User {}", value("user")),
        "batch" => format!("Batch {}", value("batch")),
        "reason" => format!("Reason: {}", value("reason")),
        "misread" => "Misread: scan it again".to_owned(),
        "ambiguous" => "Ambiguous".to_owned(),
        _ => "Unknown".to_owned(),
    }];
    for element in explained.get("elements").map(rows).unwrap_or_default() {
        let part = |key: &str| text(element, key);
        lines.push(format!(
            "({}) {} {}",
            part("ai"),
            part("title"),
            part("value")
        ));
    }
    for key in ["batch", "serial", "expiry"] {
        if explained.get("kind") != Some(&Value::from(key)) && !value(key).is_empty() {
            lines.push(format!("{key}: {}", value(key)));
        }
    }
    let warnings = explained.get("warnings").map(rows).unwrap_or_default();
    lines.extend(warnings.iter().filter_map(Value::as_str).map(str::to_owned));
    lines.join("\n")
}
