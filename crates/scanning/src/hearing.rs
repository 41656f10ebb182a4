//! What a session is told of a scanned text.

use codes::own::Kind;
use codes::reading::{KeyKind, Meaning, Reading, Scan, Setting};
use ledger_core::at_entry::{self, Refusal, settings};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;

use crate::card::card_step;
use crate::meaning::{Content, Meant, Thing, Wanted, meant};
use crate::session::{Input, Piece, Session, Unknown};

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
        warnings,
        also: _,
    } = meant(fold, wanted, text, setting);
    if wanted == Wanted::Reason
        && let Some(reason) = reason(fold, &thing, text)
    {
        return Ok(Heard {
            input: Input::Reason(reason),
            warnings: Vec::new(),
        });
    }
    let input = match thing {
        Thing::Command(word, _) => Input::Word(word),
        Thing::Location(location) => Input::Location(location),
        Thing::Item(item) => Input::Item(Piece::told(item, content)),
        Thing::Several(items) => Input::Several(items, content),
        Thing::Order(order) => Input::Order(order),
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
        Thing::Batch(batch) => {
            return Err(format!("{batch} is a batch: scan {}", expected(wanted)));
        }
    };
    Ok(Heard { input, warnings })
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
fn reason(fold: &Fold, thing: &Thing, text: &str) -> Option<String> {
    let same = |text: &str| settings::listed_reason(fold, text);
    match thing {
        Thing::Command(..) => None,
        Thing::Reason(reason) => Some(same(reason).unwrap_or_else(|| reason.clone())),
        Thing::Unknown => {
            let text = text.trim();
            Some(same(text).unwrap_or_else(|| text.to_owned()))
        }
        Thing::Item(_)
        | Thing::Location(_)
        | Thing::Order(_)
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
        Wanted::Order => "an order",
        Wanted::Customer => "a customer",
        Wanted::Reason => "a reason",
    }
}

fn unknown(fold: &Fold, wanted: Wanted, text: &str) -> String {
    let refused = match wanted {
        Wanted::Location => at_entry::find_thing(fold, Class::Location, text).map(|_| ()),
        Wanted::Customer => at_entry::find_thing(fold, Class::Customer, text).map(|_| ()),
        Wanted::Order => at_entry::find_order(fold, text).map(|_| ()),
        Wanted::Mode | Wanted::Item | Wanted::Reason => at_entry::find_item(fold, text).map(|_| ()),
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
