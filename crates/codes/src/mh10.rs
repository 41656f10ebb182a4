//! Labels of distributors: envelopes of ISO/IEC 15434 with data identifiers (DI) of ANSI MH10.8.2,
//! in the selection that the electronics trade agreed on (ECIA, EIGP-114).
//!
//! The standard form is `[)>` RS `06` GS, fields divided by GS, RS EOT. Labels that people have in
//! their hands lack the first RS, the last RS, or both at the end, and one large distributor had
//! another `>` in front. All of that is read. Format 05 in the same envelope holds elements of GS1.

use std::fmt;

use crate::gs1::{self, GS};
use crate::separators::{EOT, RS, Separator};

/// What an envelope begins with.
const HEAD: &str = "[)>";

/// Data identifiers that labels of parts have, with what they mean to whoever receives them.
const IDENTIFIERS: [(&str, &str); 47] = [
    ("P", "customer part number"),
    ("1P", "manufacturer part number"),
    ("2P", "revision"),
    ("3P", "supplier item code"),
    ("20P", "supplier part number, agreed"),
    ("30P", "supplier part number"),
    ("31P", "supplier part number, final level"),
    ("33P", "bin code"),
    ("Q", "quantity"),
    ("7Q", "quantity with unit"),
    ("13Q", "package count"),
    ("T", "traceability number"),
    ("1T", "lot"),
    ("S", "serial number"),
    ("3S", "package id, inner pack"),
    ("4S", "package id, like items"),
    ("5S", "package id, mixed items"),
    ("J", "licence plate"),
    ("1J", "licence plate, single unit"),
    ("2J", "licence plate, several units"),
    ("5J", "licence plate, mixed items"),
    ("6J", "licence plate, like items"),
    ("D", "date"),
    ("6D", "ship date"),
    ("9D", "date code"),
    ("10D", "date code, year and week"),
    ("11D", "date code, year and week"),
    ("14D", "expiry date"),
    ("16D", "production date"),
    ("K", "customer order number"),
    ("1K", "supplier order number"),
    ("2K", "bill of lading"),
    ("4K", "customer order line"),
    ("10K", "invoice number"),
    ("11K", "packing list number"),
    ("14K", "customer order line"),
    ("L", "storage location"),
    ("1L", "location"),
    ("4L", "country of origin"),
    ("V", "supplier"),
    ("1V", "manufacturer"),
    ("10V", "manufacturer"),
    ("E", "RoHS"),
    ("11Z", "label type"),
    ("12Z", "supplier's own id of the part"),
    ("13Z", "supplier's own id of the load"),
    ("20Z", "filling"),
];

/// One field: a data identifier with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The data identifier.
    pub di: String,
    /// What it means; empty where we do not know it.
    pub title: &'static str,
    /// The value as it stands there.
    pub value: String,
}

impl Field {
    /// The field that a text is: up to three digits and a capital, then the value.
    fn of(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let end = digits + 1;
        let (di, value) = text.split_at_checked(end).filter(|_| digits <= 3)?;
        di.ends_with(|c: char| c.is_ascii_uppercase())
            .then(|| Self {
                di: di.to_owned(),
                title: title(di).unwrap_or_default(),
                value: value.trim().to_owned(),
            })
    }
}

fn title(di: &str) -> Option<&'static str> {
    let found = IDENTIFIERS.iter().find(|(known, _)| *known == di);
    found.map(|(_, title)| *title)
}

/// What an envelope says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// The fields, in the order in which they stand.
    pub fields: Vec<Field>,
    /// Elements of GS1, where the envelope has such a part.
    pub gs1: Option<gs1::Message>,
    /// What was not understood: fields without a data identifier, and parts in other formats.
    pub unread: Vec<String>,
    /// What is odd.
    pub warnings: Vec<Oddity>,
}

impl Label {
    /// The value of a data identifier: the first that says anything.
    ///
    /// `N/T`, which stands for "not traceable" (EIGP-114, section 4), says nothing.
    #[must_use]
    pub fn get(&self, di: &str) -> Option<&str> {
        let mut fields = self.fields.iter().filter(|field| field.di == di);
        let says = |value: &&str| !value.is_empty() && !value.eq_ignore_ascii_case("N/T");
        fields.find_map(|field| Some(field.value.as_str()).filter(says))
    }

    /// The value of the first of several data identifiers that says anything.
    #[must_use]
    pub fn first_of(&self, dis: &[&str]) -> Option<&str> {
        dis.iter().find_map(|di| self.get(di))
    }

    fn take(&mut self, text: &str) {
        match Field::of(text) {
            Some(field) => self.fields.push(field),
            None if text.is_empty() => {}
            None => self.unread.push(text.to_owned()),
        }
    }
}

/// Something odd about a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// The separators came as digits, which values may hold too.
    DigitsForSeparators,
    /// The separators are gone, so the fields cannot be told apart.
    SeparatorsLost,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DigitsForSeparators => {
                "separators came as digits, so check the fields, and let the scanner send GS (0x1D)"
            }
            Self::SeparatorsLost => {
                "the scanner left out the separators, so the fields cannot be told apart: let it \
                 send GS (0x1D)"
            }
        })
    }
}

/// Reads an envelope whose plain separators are control characters; see
/// [`controlled`](crate::separators::controlled). None when the text does not begin like one.
///
/// The head tells how this scanner sends separators, so digits in their place are read too: they
/// count where a known data identifier follows.
#[must_use]
pub fn envelope(text: &str, year_now: u16) -> Option<Label> {
    let text = text.trim_matches(['\r', '\n', ' ']);
    let behind = text.strip_prefix('>').unwrap_or(text).strip_prefix(HEAD)?;
    let parts = Separator::ALL.into_iter().find_map(|separator| {
        let behind = behind.strip_prefix(separator.rs()).unwrap_or(behind);
        let (format, body) = format(behind)?;
        Some((separator, format, body.strip_prefix(separator.gs())?))
    });
    let (separator, format, body) = parts?;
    let mut label = Label::default();
    match separator {
        Separator::Plain => plain(&mut label, format, body, year_now),
        Separator::Digits | Separator::AltDigits => {
            label.warnings.push(Oddity::DigitsForSeparators);
            typed(&mut label, format, body, separator, year_now);
        }
        Separator::Lost => {
            label.warnings.push(Oddity::SeparatorsLost);
            label.unread.push(body.to_owned());
        }
    }
    Some(label)
}

/// The two digits of a part's format, and what is behind them.
fn format(text: &str) -> Option<(&str, &str)> {
    let (format, rest) = text.split_at_checked(2)?;
    let is_format = format.bytes().all(|byte| byte.is_ascii_digit());
    is_format.then_some((format, rest))
}

/// Parts up to the end of the envelope, divided by RS.
fn plain(label: &mut Label, first: &str, body: &str, year_now: u16) {
    let body = body.split(EOT).next().unwrap_or_default();
    let mut parts = body.split(RS);
    part(label, first, parts.next().unwrap_or_default(), year_now);
    for text in parts.filter(|text| !text.is_empty()) {
        match format(text) {
            Some((format, rest)) => {
                part(
                    label,
                    format,
                    rest.strip_prefix(GS).unwrap_or(rest),
                    year_now,
                );
            }
            None => label.unread.push(text.to_owned()),
        }
    }
}

fn part(label: &mut Label, format: &str, body: &str, year_now: u16) {
    match format {
        "05" => label.gs1 = Some(gs1::parse(body, year_now)),
        "06" => body.split(GS).for_each(|field| label.take(field)),
        _ => label.unread.push(format!("{format}{GS}{body}")),
    }
}

/// A single part whose separators came as digits.
fn typed(label: &mut Label, format: &str, body: &str, separator: Separator, year_now: u16) {
    let trailer = format!("{}{}", separator.rs(), separator.eot());
    let body = body.strip_suffix(&trailer).unwrap_or(body);
    if format == "05" {
        let recovered = gs1::recovered(body, separator.gs(), year_now);
        label.gs1 = Some(recovered.unwrap_or_else(|| gs1::parse(body, year_now)));
        return;
    }
    let mut field = String::new();
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let next = rest.strip_prefix(separator.gs());
        if let Some(next) = next.filter(|next| begins_with_identifier(next)) {
            label.take(&std::mem::take(&mut field));
            rest = next;
        } else {
            field.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    label.take(&field);
}

fn begins_with_identifier(text: &str) -> bool {
    Field::of(text).is_some_and(|field| !field.title.is_empty())
}

/// Reads fields with data identifiers that are divided by spaces, as one distributor prints them.
///
/// None unless every word is a field that we know, with a part number and a quantity among them:
/// words alone say nothing.
#[must_use]
pub fn spaced(text: &str) -> Option<Label> {
    let mut label = Label::default();
    for word in text.split_whitespace() {
        label
            .fields
            .push(Field::of(word).filter(|field| !field.title.is_empty())?);
    }
    let is_whole = label.first_of(&["P", "1P"]).is_some() && label.get("Q").is_some();
    is_whole.then_some(label)
}

/// Reads a text that is one field, as labels with one code per field have it: `1PLM358`, `Q100`.
///
/// Every text that begins with a capital could be one, so this is worth no more than a guess.
#[must_use]
pub fn single(text: &str) -> Option<Field> {
    let field = Field::of(text.trim())?;
    (!field.title.is_empty() && !field.value.is_empty()).then_some(field)
}

#[cfg(test)]
mod tests;
