//! Items, locations and customers from a file: made when they are new, changed when they are known.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::{self, ItemChange, LocationChange, Refusal};
use ledger_core::catalogue::{CatalogueWrite, Class, ItemKind, Subject, Value, key};
use ledger_core::entry::Body;
use ledger_core::fold::Fold;
use ledger_core::{Barcode, Code};

use crate::pass::Outcome;
use crate::rows::Row;
use crate::values::{barcode, threshold};

/// What separates several barcodes in one field.
const BARCODES_APART: char = ';';

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn code(text: &str, what: &str) -> Result<Code, Refusal> {
    Code::new(text)
        .map_err(|error| Refusal::new("bad-code", format!("the {what} is not usable: {error}")))
}

/// The codes that earlier rows named, with their lines.
#[derive(Debug, Default)]
struct Seen(BTreeMap<Code, u64>);

impl Seen {
    /// Refuses a code that an earlier row named.
    fn check(&self, code: &Code) -> Result<(), Refusal> {
        match self.0.get(code) {
            Some(line) => Err(Refusal::new(
                "duplicate",
                format!("{code} stands in line {line} already"),
            )),
            None => Ok(()),
        }
    }

    fn note(&mut self, code: Code, row: &Row<'_>) {
        self.0.insert(code, row.line());
    }
}

/// A field as it is shown: what nobody set has a value too.
#[must_use]
pub fn shown_value(fold: &Fold, subject: &Subject, key: u8) -> Value {
    let Subject { class, code } = subject;
    let value = fold.field(*class, code, key);
    match (class, key) {
        _ if value != Value::Nil => value,
        (_, key::NAME) => Value::text(&fold.name_of(*class, code)),
        (Class::Item, key::ITEM_KIND) => Value::Int(fold.item(code).kind.number()),
        (Class::Item, key::UNIT) => Value::text(&fold.item(code).unit),
        _ => value,
    }
}

/// Whether an entry would say anything that is not known.
fn is_news(fold: &Fold, body: &Body) -> bool {
    if let Body::Set(CatalogueWrite {
        subject, fields, ..
    }) = body
    {
        let mut fields = fields.iter();
        return !fold.exists(subject.class, &subject.code)
            || fields.any(|(key, value)| shown_value(fold, subject, *key) != *value);
    }
    if let Body::CodeBound(bound) = body {
        let item = fold.canonical(&bound.item);
        return !fold.claims(&bound.barcode).contains(&(item, bound.pack));
    }
    true
}

/// Adds those of a plan's entries that say something new about a thing.
fn news(
    fold: &Fold,
    subject: &Subject,
    planned: impl IntoIterator<Item = Body>,
    bodies: &mut Vec<Body>,
) -> Outcome {
    let before = bodies.len();
    bodies.extend(planned.into_iter().filter(|body| is_news(fold, body)));
    // Who names a thing in a file has it in use: it is not changed behind everybody's back.
    if fold
        .field(subject.class, &subject.code, key::ARCHIVED)
        .is_true()
    {
        let restored = CatalogueWrite::new(subject.class, subject.code.clone());
        bodies.push(Body::Set(restored.with(key::ARCHIVED, Value::Bool(false))));
    }
    if bodies.len() == before {
        Outcome::Already
    } else if fold.exists(subject.class, &subject.code) {
        Outcome::Changed
    } else {
        Outcome::New
    }
}

/// Plans items.
#[derive(Debug, Default)]
pub(crate) struct Items {
    seen: Seen,
    barcodes: BTreeMap<Barcode, Code>,
}

impl Items {
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [sku, name, kind, unit, limit, barcodes, location] =
            fields.each_ref().map(|field| &**field);
        let code = code(sku, "SKU")?;
        self.seen.check(&code)?;
        let kind = match kind {
            "" => None,
            word => Some(ItemKind::from_word(word).ok_or_else(|| {
                Refusal::new("bad-kind", format!("{word:?} is not a kind of item"))
                    .hint("write part, pcba or assembly")
            })?),
        };
        let barcodes = barcodes.split(BARCODES_APART).map(str::trim);
        let change = ItemChange {
            name: some(name),
            kind,
            unit: some(unit),
            threshold: if limit.is_empty() {
                None
            } else {
                Some(threshold(limit)?)
            },
            barcodes: barcodes
                .filter(|text| !text.is_empty())
                .map(barcode)
                .collect::<Result<_, _>>()?,
            location: some(location),
            supplier: None,
        };
        let plan = at_entry::set_item(fold, code.as_str(), &change, true)?;
        let bound: Vec<&Barcode> = plan
            .bodies
            .iter()
            .filter_map(|body| {
                if let Body::CodeBound(bound) = body {
                    Some(&bound.barcode)
                } else {
                    None
                }
            })
            .collect();
        for barcode in &bound {
            if let Some(other) = self.barcodes.get(*barcode) {
                let text = format!("the barcode {barcode} stands for {other} in this file already");
                return Err(Refusal::new("duplicate-barcode", text));
            }
        }
        self.barcodes.extend(
            bound
                .into_iter()
                .map(|barcode| (barcode.clone(), code.clone())),
        );
        let subject = Subject::new(Class::Item, fold.canonical(&code));
        self.seen.note(code, row);
        Ok(news(fold, &subject, plan.bodies, bodies))
    }
}

/// Plans locations.
#[derive(Debug, Default)]
pub(crate) struct Locations {
    seen: Seen,
    sites: BTreeSet<Code>,
}

impl Locations {
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [number, name, location_type, site, room, at_row, column] =
            fields.each_ref().map(|field| &**field);
        let code = code(number, "location's number")?;
        self.seen.check(&code)?;
        let at_row = match at_row {
            "" => None,
            text => Some(text.parse().map_err(|_error| {
                Refusal::new(
                    "bad-row-number",
                    format!("{text:?} is not the number of a row"),
                )
            })?),
        };
        let change = LocationChange {
            name: some(name),
            location_type: some(location_type),
            site: some(site),
            room: some(room),
            row: at_row,
            column: some(column),
            blocked: None,
            without: Vec::new(),
        };
        let plan = at_entry::set_location(fold, code.as_str(), &change, true)?;
        self.seen.note(code.clone(), row);
        let mut planned = plan.bodies;
        planned.retain(|body| !self.is_known_site(fold, body));
        let subject = Subject::new(Class::Location, code);
        Ok(news(fold, &subject, planned, bodies))
    }

    /// Whether an earlier row made the site that this entry makes.
    fn is_known_site(&mut self, fold: &Fold, body: &Body) -> bool {
        if let Body::Set(write) = body
            && write.subject.class == Class::Site
            && is_news(fold, body)
        {
            return !self.sites.insert(write.subject.code.clone());
        }
        false
    }
}

/// Plans customers.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    seen: Seen,
}

impl Customers {
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [text, name] = fields.each_ref().map(|field| &**field);
        let code = code(text, "customer")?;
        self.seen.check(&code)?;
        let name = some(name);
        let plan = at_entry::set_partner(Class::Customer, &code, name.as_deref())?;
        self.seen.note(code.clone(), row);
        let subject = Subject::new(Class::Customer, code);
        Ok(news(fold, &subject, plan.bodies, bodies))
    }
}
