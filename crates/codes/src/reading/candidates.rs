//! The meanings that are tried, and how likely each is.
//!
//! Scores are in one place, so that they can be compared. What the scanner is sure of comes first,
//! then what checks itself, then what only has the right shape.

use super::says::{of_field, of_gtin, of_label, of_message, of_sku, of_slip, of_text};
use super::{Meaning, Note, Reading, Says, Scan, Setting};
use crate::aim::{Aim, Carrier};
use crate::check_digit::{Gtin, gtin, normalised, upc_e};
use crate::command::command;
use crate::gs1::{self, GS, Message, Problem, Rule};
use crate::mh10::{self, Label};
use crate::own::{self, Own, OwnError, Repair};
use crate::separators::{Separator, controlled};
use crate::slip;

mod score {
    //! 0 to 100; below 50 is a guess.

    pub(super) const OWN: u8 = 100;
    pub(super) const OWN_MENDED: u8 = 95;
    pub(super) const OWN_OF_SEVERAL: u8 = 60;
    pub(super) const OWN_MISREAD: u8 = 50;

    /// The scanner said that it is GS1, or FNC1 stands in front.
    pub(super) const GS1_CERTAIN: u8 = 98;
    pub(super) const GS1_CERTAIN_FAULTY: u8 = 80;
    /// It has a key with a check digit.
    pub(super) const GS1_CHECKED: u8 = 88;
    pub(super) const GS1_CHECKED_FAULTY: u8 = 65;
    /// The scanner said that it is another kind of code.
    pub(super) const GS1_UNMARKED: u8 = 70;
    pub(super) const GS1_LOOSE: u8 = 30;
    pub(super) const GS1_MISREAD: u8 = 45;
    /// Brackets and links cannot be anything else.
    pub(super) const GS1_WRITTEN: u8 = 95;
    /// This scanner is known to lose separators so.
    pub(super) const RECOVERED_AS_KNOWN: u8 = 99;
    pub(super) const RECOVERED_FROM_FAULTS: u8 = 81;
    pub(super) const RECOVERED: u8 = 55;

    pub(super) const GTIN_CERTAIN: u8 = 97;
    pub(super) const GTIN: u8 = 85;
    /// One text of 8 digits in ten has a right check digit.
    pub(super) const GTIN_SHORT: u8 = 72;
    pub(super) const UPC_E: u8 = 62;
    pub(super) const GTIN_MISREAD: u8 = 50;
    pub(super) const GTIN_SHORT_MISREAD: u8 = 40;

    pub(super) const LABEL: u8 = 97;
    pub(super) const LABEL_PARTLY_READ: u8 = 90;
    pub(super) const LABEL_TYPED: u8 = 80;
    pub(super) const LABEL_WITHOUT_FIELDS: u8 = 40;
    pub(super) const LABEL_SPACED: u8 = 60;
    pub(super) const SLIP: u8 = 95;
    pub(super) const FIELD: u8 = 20;
}

/// All meanings but the text itself, in no order of likelihood.
pub(super) fn all(scan: &Scan<'_>, setting: &Setting) -> Vec<Reading> {
    let mut found = own_codes(scan.text, setting);
    let mended = setting.mended(scan.text);
    let scan = &Scan {
        text: &mended,
        ..*scan
    };
    let text = controlled(&mended);
    let text = text.trim_matches(['\r', '\n', ' ', '\t']);
    found.extend(article(scan));
    found.extend(written(text, setting));
    found.extend(elements(scan.aim, text, setting));
    found.extend(labels(text, setting));
    found.extend(slips(scan.text));
    found.extend(field(scan));
    found
}

/// The text itself.
pub(super) fn text(scan: &Scan<'_>) -> Reading {
    reading(Meaning::Text, 0, of_text(scan.text))
}

const fn reading(meaning: Meaning, score: u8, says: Says) -> Reading {
    Reading {
        meaning,
        score,
        says,
        is_misread: false,
        notes: Vec::new(),
    }
}

fn misread(meaning: Meaning, score: u8) -> Reading {
    Reading {
        is_misread: true,
        notes: vec![Note::Misread],
        ..reading(meaning, score, Says::default())
    }
}

fn own_codes(text: &str, setting: &Setting) -> Vec<Reading> {
    match own::read(text) {
        Ok(found) => {
            let count = found.len();
            found
                .into_iter()
                .map(|own| own_code(own, count, setting))
                .collect()
        }
        Err(OwnError::Misread) => vec![misread(Meaning::OwnMisread, score::OWN_MISREAD)],
        Err(_) => Vec::new(),
    }
}

fn own_code(own: Own, count: usize, setting: &Setting) -> Reading {
    let is_of_known = match own.repair {
        Some(Repair::Digits(layout)) => setting.layout == Some(layout),
        Some(Repair::Case) | None => false,
    };
    let score = match own.repair {
        None => score::OWN,
        Some(_) if count == 1 || is_of_known => score::OWN_MENDED,
        Some(_) => score::OWN_OF_SEVERAL,
    };
    let mut notes: Vec<Note> = own.repair.map(Note::Repaired).into_iter().collect();
    if count > 1 && !is_of_known {
        notes.push(Note::SeveralKeyboards);
    }
    let says = match own.kind {
        own::Kind::Item => of_sku(&own.name),
        own::Kind::Batch => Says {
            batch: Some(own.name.clone()),
            ..Says::default()
        },
        own::Kind::Location
        | own::Kind::Order
        | own::Kind::Lot
        | own::Kind::PurchaseOrder
        | own::Kind::Stocktake
        | own::Kind::Customer
        | own::Kind::Supplier
        | own::Kind::User
        | own::Kind::Reason
        | own::Kind::Command => Says::default(),
    };
    Reading {
        notes,
        ..reading(Meaning::Own(own), score, says)
    }
}

/// Article numbers that stand alone.
fn article(scan: &Scan<'_>) -> Vec<Reading> {
    let carrier = scan.aim.map(Aim::carrier);
    let is_certain = matches!(carrier, Some(Carrier::Ean | Carrier::Ean8));
    let mut text = scan.text.trim();
    // An add-on of two or five digits stands behind the 13 of a magazine or a book.
    if is_certain && matches!(text.len(), 15 | 18) {
        text = text.get(..13).unwrap_or(text);
    }
    let is_short = text.len() == 8;
    let mut found = Vec::new();
    let mut push = |gtin: Option<String>, score: u8| {
        found.extend(gtin.map(|gtin| {
            let says = of_gtin(&gtin);
            reading(Meaning::Gtin(gtin), score, says)
        }));
    };
    // Eight digits that are no EAN-8, says the scanner, are a UPC-E.
    let (right, short) = match (carrier, is_short) {
        (Some(Carrier::Ean), true) => (score::GTIN_SHORT, score::GTIN_CERTAIN),
        (Some(Carrier::Ean | Carrier::Ean8), _) => (score::GTIN_CERTAIN, score::UPC_E),
        (_, true) => (score::GTIN_SHORT, score::UPC_E),
        (_, false) => (score::GTIN, score::UPC_E),
    };
    push(normalised(text), right);
    if carrier != Some(Carrier::Ean8) {
        push(upc_e(text).as_deref().and_then(normalised), short);
    }
    let wrong = match (is_certain, is_short) {
        (true, _) => score::GTIN_CERTAIN,
        (false, true) => score::GTIN_SHORT_MISREAD,
        (false, false) => score::GTIN_MISREAD,
    };
    if gtin(text) == Some(Gtin::Wrong) && found.is_empty() {
        found.push(misread(Meaning::GtinMisread, wrong));
    }
    found
}

/// Elements in brackets or in an address.
fn written(text: &str, setting: &Setting) -> Vec<Reading> {
    let year_now = setting.year_now;
    let found = gs1::bracketed(text, year_now).or_else(|| gs1::link(text, year_now));
    let with_elements = found.filter(|message| !message.elements.is_empty());
    let faulty = score::GS1_CHECKED_FAULTY;
    with_elements
        .map(|message| gs1_reading(message, score::GS1_WRITTEN, faulty))
        .into_iter()
        .collect()
}

/// Element strings, as they stand and with lost separators put back.
fn elements(aim: Option<Aim>, text: &str, setting: &Setting) -> Vec<Reading> {
    let carrier = aim.map(Aim::carrier);
    let is_certain = carrier == Some(Carrier::Gs1) || text.starts_with(GS);
    let may_be = is_certain || matches!(carrier, None | Some(Carrier::Any));
    if !may_be || !text.starts_with(|c: char| c == GS || c.is_ascii_digit()) {
        return Vec::new();
    }
    let message = gs1::parse(text, setting.year_now);
    let is_faulty = !message.faults.is_empty();
    let scores = scores(&message, is_certain, carrier.is_some());
    let mut found: Vec<Reading> = recovered(text, is_certain, is_faulty, setting);
    if let Some((good, faulty)) = scores {
        let mut whole = gs1_reading(message, good, faulty);
        if !found.is_empty() {
            whole.notes.push(Note::SeparatorsPerhapsLost);
        }
        found.push(whole);
    }
    found
}

/// The scores of an element string without and with faults; none when it is none worth a thought.
fn scores(message: &Message, is_certain: bool, is_marked: bool) -> Option<(u8, u8)> {
    if is_certain {
        return Some((score::GS1_CERTAIN, score::GS1_CERTAIN_FAULTY));
    }
    if has_checked_key(message) {
        let good = if is_marked {
            score::GS1_UNMARKED
        } else {
            score::GS1_CHECKED
        };
        return Some((good, score::GS1_CHECKED_FAULTY));
    }
    let first = message.elements.first()?;
    let is_misread_key = ["00", "01", "02"].contains(&first.ai.as_str())
        && message.faults.iter().all(|fault| is_check(&fault.problem));
    if is_misread_key {
        return Some((score::GS1_LOOSE, score::GS1_MISREAD));
    }
    message
        .faults
        .is_empty()
        .then_some((score::GS1_LOOSE, score::GS1_LOOSE))
}

/// The AIs that say what a thing is, or which package, and have a check digit.
const KEYS: [&str; 6] = ["00", "01", "02", "03", "8006", "8026"];

/// Whether there is a key of GS1 whose check digit holds.
fn has_checked_key(message: &Message) -> bool {
    KEYS.iter().any(|ai| message.get(ai).is_some())
}

/// Whether the check digit of a key does not hold. One that is printed wrong elsewhere, such as in
/// the number of a place, leaves the rest of a label good.
fn is_misread(message: &Message) -> bool {
    let mut faults = message.faults.iter();
    faults.any(|fault| KEYS.contains(&fault.ai.as_str()) && is_check(&fault.problem))
}

const fn is_check(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Content(Rule::CheckDigit | Rule::CheckPair)
    )
}

/// The string with separators where they were lost, for each way in which a scanner loses them.
fn recovered(text: &str, is_certain: bool, is_faulty: bool, setting: &Setting) -> Vec<Reading> {
    let score = |separator: Separator| match setting.separator {
        Some(known) if known == separator => Some(score::RECOVERED_AS_KNOWN),
        None if is_faulty => Some(score::RECOVERED_FROM_FAULTS),
        None => Some(score::RECOVERED),
        Some(_) if is_faulty => Some(score::RECOVERED),
        Some(_) => None,
    };
    let mut found: Vec<Reading> = Vec::new();
    for separator in [Separator::AltDigits, Separator::Digits, Separator::Lost] {
        let Some(score) = score(separator) else {
            continue;
        };
        let message = gs1::recovered(text, separator.gs(), setting.year_now);
        let message = message.filter(|message| is_certain || has_checked_key(message));
        let is_new = |message: &Message| {
            found
                .iter()
                .all(|known| known.meaning != Meaning::Gs1(message.clone()))
        };
        if let Some(message) = message.filter(is_new) {
            found.push(gs1_reading(message, score, score));
        }
    }
    found
}

fn gs1_reading(message: Message, good: u8, faulty: u8) -> Reading {
    let score = if message.faults.is_empty() {
        good
    } else {
        faulty
    };
    let faults = message.faults.iter().cloned().map(Note::Fault);
    let warnings = message.warnings.iter().cloned().map(Note::Gs1);
    let notes = faults.chain(warnings).collect();
    let (says, is_misread) = (of_message(&message), is_misread(&message));
    let reading = Reading {
        notes,
        is_misread,
        ..reading(Meaning::Gs1(message), score, says)
    };
    without_keys_of_misread(reading)
}

fn without_keys_of_misread(mut reading: Reading) -> Reading {
    if reading.is_misread {
        reading.says.keys.clear();
    }
    reading
}

fn labels(text: &str, setting: &Setting) -> Vec<Reading> {
    let envelope = mh10::envelope(text, setting.year_now).map(|label| {
        let score = match label.warnings.first() {
            None if label.unread.is_empty() => score::LABEL,
            None => score::LABEL_PARTLY_READ,
            Some(mh10::Oddity::DigitsForSeparators) => score::LABEL_TYPED,
            Some(mh10::Oddity::SeparatorsLost) => score::LABEL_WITHOUT_FIELDS,
        };
        label_reading(label, score)
    });
    let spaced = mh10::spaced(text).map(|label| label_reading(label, score::LABEL_SPACED));
    envelope.into_iter().chain(spaced).collect()
}

fn label_reading(label: Label, score: u8) -> Reading {
    let mut notes: Vec<Note> = label.warnings.iter().copied().map(Note::Label).collect();
    notes.extend(label.unread.iter().cloned().map(Note::Unread));
    let faults = label.gs1.iter().flat_map(|message| message.faults.iter());
    notes.extend(faults.cloned().map(Note::Fault));
    let says = of_label(&label);
    let reading = Reading {
        notes,
        is_misread: label.gs1.as_ref().is_some_and(is_misread),
        ..reading(Meaning::Label(label), score, says)
    };
    without_keys_of_misread(reading)
}

fn slips(text: &str) -> Option<Reading> {
    let slip = slip::lcsc(text).or_else(|| slip::tme(text))?;
    let says = of_slip(&slip);
    Some(reading(Meaning::Slip(slip), score::SLIP, says))
}

/// A single field, where the scanner named a kind of code in which labels have them.
fn field(scan: &Scan<'_>) -> Option<Reading> {
    let is_label = scan.aim.map(Aim::carrier) == Some(Carrier::Any);
    let field = mh10::single(scan.text).filter(|_| is_label && command(scan.text).is_none())?;
    let says = of_field(&field);
    Some(reading(Meaning::Field(field), score::FIELD, says))
}
