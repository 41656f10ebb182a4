//! Items, locations and customers from a file: made when they are new, changed when they are known.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::{self, ItemChange, LocationChange, Refusal};
use ledger_core::catalogue::{CatalogueWrite, Class, ItemKind};
use ledger_core::entry::Body;
use ledger_core::fold::Fold;
use ledger_core::{Barcode, Code};

use super::rows::Row;
use crate::commands::{barcode, threshold};

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

/// Whether an entry would say anything that is not known.
fn is_news(fold: &Fold, body: &Body) -> bool {
    match body {
        Body::Set(write) => {
            let CatalogueWrite {
                subject, fields, ..
            } = write;
            let differs =
                |(key, value): (&u8, &_)| fold.field(subject.class, &subject.code, *key) != *value;
            !fold.exists(subject.class, &subject.code) || fields.iter().any(differs)
        }
        Body::CodeBound(bound) => {
            let item = fold.canonical(&bound.item);
            !fold.claims(&bound.barcode).contains(&(item, bound.pack))
        }
        Body::Genesis(_)
        | Body::ClockMark(_)
        | Body::Moved(_)
        | Body::Counted(_)
        | Body::Tallied(_)
        | Body::Reversed(_)
        | Body::ItemMerged(_)
        | Body::CodeUnbound(_)
        | Body::BomLineSet(_)
        | Body::Order(_)
        | Body::Lot(_)
        | Body::Purchase(_)
        | Body::Stocktake(_)
        | Body::UnknownScan(_)
        | Body::ScanResolved(_)
        | Body::ExceptionAnswered(_)
        | Body::TimeFixed(_)
        | Body::DeviceRevoked(_)
        | Body::Refused(_)
        | Body::Admitted(_) => true,
    }
}

/// Plans items.
#[derive(Debug, Default)]
pub(super) struct Items {
    seen: Seen,
    barcodes: BTreeMap<Barcode, Code>,
}

impl Items {
    pub(super) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<(), Refusal> {
        let [sku, name, kind, unit, limit, barcodes, location] = row.fields()?;
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
        self.seen.note(code, row);
        bodies.extend(plan.bodies.into_iter().filter(|body| is_news(fold, body)));
        Ok(())
    }
}

/// Plans locations.
#[derive(Debug, Default)]
pub(super) struct Locations {
    seen: Seen,
    sites: BTreeSet<Code>,
}

impl Locations {
    pub(super) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<(), Refusal> {
        let [number, name, location_type, site, room, at_row, column] = row.fields()?;
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
        self.seen.note(code, row);
        for body in plan.bodies {
            if is_news(fold, &body) && !self.is_known_site(&body) {
                bodies.push(body);
            }
        }
        Ok(())
    }

    /// Whether an earlier row made the site that this entry makes.
    fn is_known_site(&mut self, body: &Body) -> bool {
        if let Body::Set(write) = body
            && write.subject.class == Class::Site
        {
            return !self.sites.insert(write.subject.code.clone());
        }
        false
    }
}

/// Plans customers.
#[derive(Debug, Default)]
pub(super) struct Customers {
    seen: Seen,
}

impl Customers {
    pub(super) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<(), Refusal> {
        let [text, name] = row.fields()?;
        let code = code(text, "customer")?;
        self.seen.check(&code)?;
        let name = some(name);
        let plan = at_entry::set_partner(Class::Customer, &code, name.as_deref())?;
        self.seen.note(code, row);
        bodies.extend(plan.bodies.into_iter().filter(|body| is_news(fold, body)));
        Ok(())
    }
}
