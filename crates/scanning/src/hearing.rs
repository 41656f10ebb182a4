//! What a session is told of a scanned text.

use codes::own::Kind;
use codes::reading::{KeyKind, Meaning, Reading, Scan, Setting};
use ledger_core::at_entry::{self, Refusal, settings};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId};

use crate::card::card_step;
use crate::meaning::{Content, Meant, Thing, Wanted, meant};
use crate::session::{Input, Piece, Session, Unknown, a};

/// A scanned text as a session takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What it is.
    pub input: Input,
    /// What people should know of it.
    pub warnings: Vec<String>,
}

/// What a scanned or typed text is for a session that stands somewhere, or why it is nothing.
///
/// A step of the calibration card is one only where nobody knows the text as anything else.
pub fn hear(
    fold: &Fold,
    session: &Session,
    text: &str,
    setting: &Setting,
) -> Result<Heard, String> {
    let heard = known(fold, session, text, setting);
    if matches!(&heard, Ok(heard) if !matches!(heard.input, Input::Unknown(_))) {
        return heard;
    }
    match card_step(text) {
        Some(step) => Ok(Heard {
            input: Input::Card(step),
            warnings: Vec::new(),
        }),
        None => heard,
    }
}

fn known(fold: &Fold, session: &Session, text: &str, setting: &Setting) -> Result<Heard, String> {
    let wanted = session.wants();
    let Meant {
        thing,
        content,
        reading,
        mut warnings,
        also: _,
    } = meant(fold, wanted, text, setting);
    if let Some(number) = &content.order {
        match bought(fold, session, number) {
            Bought::Chosen(id) => {
                let input = Input::Document(Family::Purchase, id);
                return Ok(Heard { input, warnings });
            }
            Bought::Refused(text) => return Err(text),
            Bought::Other(warning) => warnings.push(warning),
            Bought::Nothing => {}
        }
    }
    if let Some(input) = asked_for(fold, session, (&thing, reading.as_ref()), text) {
        return Ok(Heard {
            input,
            warnings: Vec::new(),
        });
    }
    let input = match thing {
        Thing::Command(word, _) => Input::Word(word),
        Thing::Location(location) => Input::Location(location),
        Thing::Item(item) => Input::Item(Piece::told(item, content)),
        Thing::Several(items) => Input::Several(items, content),
        Thing::Document(family, id) => Input::Document(family, id),
        Thing::Alike(found) => return Err(alike(fold, text, &found)),
        Thing::Customer(customer) => Input::Customer(customer),
        Thing::User(user) => Input::Badge(user),
        Thing::Reason(reason) => Input::Reason(reason),
        Thing::Misread => {
            return Err(format!(
                "{text}: its check digit is wrong, so it was misread or is no barcode; scan it \
                 again"
            ));
        }
        // A command that makes no sense.
        Thing::Unknown if reading.is_none() && !warnings.is_empty() => {
            return Err(format!("{text}: {}", warnings.join("; ")));
        }
        Thing::Unknown if session.keeps_unknown() && is_of_an_item(reading.as_ref()) => {
            let near = match reading {
                // Perhaps it was typed.
                None => at_entry::nearest_items(fold, text),
                Some(_) => Vec::new(),
            };
            Input::Unknown(Unknown {
                near,
                ..as_unknown(text, reading.as_ref(), content)
            })
        }
        Thing::Unknown => {
            let said = [vec![unknown(fold, wanted, text)], warnings].concat();
            return Err(said.join("; "));
        }
        Thing::Batch(batch) if wanted == Wanted::Batch => Input::Batch(batch.to_string()),
        Thing::Batch(batch) => {
            return Err(format!("{batch} is a batch: scan {}", expected(wanted)));
        }
    };
    Ok(Heard { input, warnings })
}

/// What a text answers where the session asks why, or of which batch.
fn asked_for(
    fold: &Fold,
    session: &Session,
    (thing, reading): (&Thing, Option<&Reading>),
    text: &str,
) -> Option<Input> {
    if session.wants() == Wanted::Reason {
        return reason(fold, thing, reading, text).map(Input::Reason);
    }
    if matches!(thing, Thing::Command(..)) {
        return None;
    }
    session.batch_called(Scan::of(text).text).map(Input::Batch)
}

/// What a label says of the purchase order that its content was bought with.
enum Bought {
    /// None was chosen, and this is it.
    Chosen(EntryId),
    /// None was chosen, and it cannot be told which it is.
    Refused(String),
    /// Another one was chosen.
    Other(String),
    /// Nothing that matters here.
    Nothing,
}

fn bought(fold: &Fold, session: &Session, number: &str) -> Bought {
    let Ok(code) = Code::new(number) else {
        return Bought::Nothing;
    };
    let wanted = session.wants();
    if let Some((Family::Purchase, chosen)) = session.document() {
        return match fold.document_name(chosen) {
            Some((_, of)) if *of != code => Bought::Other(format!(
                "the label is of the purchase order {code}, not of {of}"
            )),
            Some(_) | None => Bought::Nothing,
        };
    }
    let is_asked = wanted == Wanted::Document(Family::Purchase);
    if !is_asked && wanted != Wanted::Mode {
        return Bought::Nothing;
    }
    let mut open = fold.documents_numbered(Family::Purchase, &code);
    open.retain(|id| fold.is_open_document(Family::Purchase, *id));
    match open.as_slice() {
        [one] => Bought::Chosen(*one),
        [] if is_asked => Bought::Refused(format!(
            "the label is of the purchase order {code}, which is not open here: scan a purchase \
             order"
        )),
        [] => Bought::Nothing,
        several => Bought::Refused(format!(
            "{} open purchase orders are called {code}: scan or type one by its entry",
            several.len()
        )),
    }
}

/// That several documents go by one number, and how to tell them apart.
fn alike(fold: &Fold, text: &str, found: &[(Family, EntryId)]) -> String {
    let mut families: Vec<Family> = found.iter().map(|(family, _)| *family).collect();
    families.dedup();
    if let [family] = families.as_slice() {
        let refused = match family {
            Family::Order => at_entry::find_order(fold, text).map(|_| ()),
            Family::Lot => at_entry::find_lot(fold, text).map(|_| ()),
            Family::Purchase => at_entry::find_purchase(fold, text).map(|_| ()),
            Family::Stocktake => at_entry::find_stocktake(fold, text).map(|_| ()),
        };
        if let Err(refusal) = refused {
            return refusal_text(&refusal);
        }
    }
    let kinds: Vec<&str> = families.iter().map(|family| a(*family)).collect();
    format!(
        "{text} is {}: scan the mode first, or a printed code",
        kinds.join(" and ")
    )
}

/// Whether a code that nobody knows may be on an item: no label of ours for something else.
fn is_of_an_item(reading: Option<&Reading>) -> bool {
    match reading.map(|reading| &reading.meaning) {
        Some(Meaning::Own(own)) => own.kind == Kind::Item,
        Some(_) | None => true,
    }
}

/// What is kept of a code that nobody knows. Of a label that names its item the first name stands
/// for it, in the order in which they are looked up.
fn as_unknown(text: &str, reading: Option<&Reading>, content: Content) -> Unknown {
    let scan = Scan::of(text);
    let own = || match reading {
        Some(Reading {
            meaning: Meaning::Own(own),
            ..
        }) => Some(own.name.clone()),
        Some(_) | None => None,
    };
    let named = || {
        let mut keys = reading?.says.keys.iter();
        let key = keys.find(|key| key.kind != KeyKind::Text)?;
        Some(key.text.clone())
    };
    let scanned = scan.text.trim().to_owned();
    let code = own().or_else(named).unwrap_or_else(|| scanned.clone());
    // What cannot be kept is refused when it is written.
    let code = at_entry::scan_code(&code).map_or(code, |code| code.to_string());
    Unknown {
        code,
        scanned,
        aim: scan.aim.map(|aim| aim.to_string()),
        content,
        near: Vec::new(),
    }
}

/// The reason that a text gives where one is waited for: one of the setting's, as it is listed
/// there, or another in its own words. None when it is something else.
fn reason(fold: &Fold, thing: &Thing, reading: Option<&Reading>, text: &str) -> Option<String> {
    let same = |text: &str| settings::listed_reason(fold, text);
    match thing {
        Thing::Command(..) => None,
        Thing::Reason(reason) => Some(same(reason).unwrap_or_else(|| reason.clone())),
        // A label says what it is on, not why.
        Thing::Unknown if reading.is_some() => same(text),
        Thing::Unknown => {
            let text = text.trim();
            Some(same(text).unwrap_or_else(|| text.to_owned()))
        }
        Thing::Item(_)
        | Thing::Location(_)
        | Thing::Document(..)
        | Thing::Alike(_)
        | Thing::Customer(_)
        | Thing::User(_)
        | Thing::Batch(_)
        | Thing::Several(_)
        | Thing::Misread => same(text),
    }
}

const fn expected(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Mode => "a mode",
        Wanted::Location => "a location",
        Wanted::Item => "an item",
        Wanted::Document(family) => a(family),
        Wanted::Customer => "a customer",
        Wanted::Reason => "a reason",
        Wanted::Batch => "a batch",
    }
}

fn unknown(fold: &Fold, wanted: Wanted, text: &str) -> String {
    let refused = match wanted {
        Wanted::Location => at_entry::find_thing(fold, Class::Location, text).map(|_| ()),
        Wanted::Customer => at_entry::find_thing(fold, Class::Customer, text).map(|_| ()),
        Wanted::Document(Family::Order) => at_entry::find_order(fold, text).map(|_| ()),
        Wanted::Document(Family::Lot) => at_entry::find_lot(fold, text).map(|_| ()),
        Wanted::Document(Family::Purchase) => at_entry::find_purchase(fold, text).map(|_| ()),
        Wanted::Document(Family::Stocktake) => at_entry::find_stocktake(fold, text).map(|_| ()),
        Wanted::Mode | Wanted::Item | Wanted::Reason => at_entry::find_item(fold, text).map(|_| ()),
        Wanted::Batch => Ok(()),
    };
    match refused {
        Err(refusal) => refusal_text(&refusal),
        Ok(()) => format!("{text} is not known"),
    }
}

/// A refusal and what to do about it, in one line.
#[must_use]
pub fn refusal_text(refusal: &Refusal) -> String {
    match &refusal.hint {
        Some(hint) => format!("{refusal}; {hint}"),
        None => refusal.to_string(),
    }
}
