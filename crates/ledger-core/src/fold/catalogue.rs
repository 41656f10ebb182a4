//! The catalogue (F6): every field's last writer by clock wins; nothing is deleted.
//!
//! All writes are kept and the winner is found when a field is read: things have few writes, and a
//! clock that turns out to have been ahead of its numbering needs no repair that way.

mod barcodes;
mod things;

use std::collections::{BTreeMap, BTreeSet};

pub use self::things::Thing;

use super::origin::Origins;
use super::{Fold, TxKey};
use crate::catalogue::{CatalogueWrite, Class, ItemKind, Role, Subject, Value, key};
use crate::code::{Barcode, Code};
use crate::entry::ItemMerged;
use crate::id::{DeviceId, Origin};
use crate::quantity::Quantity;
use crate::time::Clock;

/// Where a write stands among others: by clock, then by entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) origin: u32,
    pub(super) seq: u64,
    pub(super) clock: Clock,
}

pub(super) type Order = (Clock, Origin, u64);

impl Stamp {
    pub(super) fn order(&self, origins: &Origins) -> Order {
        let key = (self.origin, self.seq);
        (
            origins.capped_clock(key, self.clock),
            origins.entry_id(key).origin,
            self.seq,
        )
    }
}

#[derive(Debug)]
struct Write {
    stamp: Stamp,
    fields: Box<[(u8, Value)]>,
}

type Bindings = BTreeMap<Code, Vec<(Stamp, Option<Quantity>)>>;

/// All that was written about the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    things: BTreeMap<Subject, Vec<Write>>,
    merges: BTreeMap<Code, Vec<(Stamp, Option<Code>)>>,
    barcodes: BTreeMap<Barcode, Bindings>,
    barcodes_of: BTreeMap<Code, BTreeSet<Barcode>>,
    /// Barcodes that were ever bound to several codes.
    of_several: BTreeSet<Barcode>,
}

impl Catalogue {
    pub(super) fn set(&mut self, stamp: Stamp, write: CatalogueWrite) {
        let fields = write.fields.into_iter().collect();
        self.things
            .entry(write.subject)
            .or_default()
            .push(Write { stamp, fields });
    }

    pub(super) fn merge(&mut self, stamp: Stamp, merged: ItemMerged) {
        self.merges
            .entry(merged.item)
            .or_default()
            .push((stamp, merged.into));
    }

    pub(super) fn bind(
        &mut self,
        stamp: Stamp,
        item: Code,
        barcode: Barcode,
        pack: Option<Quantity>,
    ) {
        self.barcodes_of
            .entry(item.clone())
            .or_default()
            .insert(barcode.clone());
        let of_several = barcode.clone();
        let bindings = self.barcodes.entry(barcode).or_default();
        bindings.entry(item).or_default().push((stamp, pack));
        if bindings.len() > 1 {
            self.of_several.insert(of_several);
        }
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.things.keys()
    }

    pub(super) fn merged_items(&self) -> impl Iterator<Item = &Code> {
        self.merges.keys()
    }

    pub(super) fn is_unmerged(&self) -> bool {
        self.merges.is_empty()
    }

    pub(super) fn all_barcodes(&self) -> impl Iterator<Item = &Barcode> {
        self.barcodes.keys()
    }
}

/// An item as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The code it was first created with, and is identified by.
    pub sku: Code,
    /// The name people read; the code when none was given.
    pub name: String,
    /// Part, PCBA or assembly.
    pub kind: ItemKind,
    /// The unit of its quantities.
    pub unit: String,
    /// Low-stock threshold; none = never low, only out.
    pub threshold: Option<Quantity>,
    /// Its usual location.
    pub location: Option<Code>,
    /// Whom it is usually bought from.
    pub supplier: Option<Code>,
    /// Its barcodes.
    pub barcodes: Vec<BoundCode>,
    /// No longer in use.
    pub archived: bool,
    /// Whether anybody defined it; entries may name an item before its definition arrives.
    pub defined: bool,
}

/// A barcode of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundCode {
    /// The barcode.
    pub barcode: Barcode,
    /// How much of the item one scan of it is.
    pub pack: Quantity,
}

/// What a typed or scanned text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemMatch {
    /// One item; so much of it by one scan.
    One(Code, Quantity),
    /// A barcode that several items claim.
    Several(Vec<Code>),
    /// Nothing known.
    None,
}

/// A location as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its number, by which it is identified.
    pub number: Code,
    /// The name people read.
    pub name: String,
    /// Its type.
    pub location_type: Option<Code>,
    /// Its site.
    pub site: Option<Code>,
    /// Its room.
    pub room: Option<String>,
    /// Its row in the type's grid, from 1.
    pub row: Option<u32>,
    /// Its column in the type's grid.
    pub column: Option<Code>,
    /// No longer in use.
    pub archived: bool,
    /// Stock here is not usable.
    pub blocked: bool,
    /// Whether anybody defined it.
    pub defined: bool,
}

/// A location type as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationType {
    /// Its code.
    pub code: Code,
    /// The name people read.
    pub name: String,
    /// How many rows its grid has.
    pub rows: Option<u32>,
    /// Its columns as typed, `A-T`, `A-AB` or `1-20`.
    pub columns: Option<Code>,
    /// No longer in use.
    pub archived: bool,
}

/// A text that is not a range of columns, or a position outside a grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// Not `A-T` nor `1-20`.
    #[error("{0:?} is not a range of columns: write A-T or 1-20, at most {GRID_MAX} of them")]
    Columns(String),
    /// The grid's rows end earlier.
    #[error("row {row} is outside the grid of {location_type}: its rows are 1 to {rows}")]
    Row {
        /// The type with the grid.
        location_type: Code,
        /// What was asked for.
        row: u32,
        /// The last row there is.
        rows: u32,
    },
    /// The grid has no such column.
    #[error("column {column} is outside the grid of {location_type}: its columns are {columns}")]
    Column {
        /// The type with the grid.
        location_type: Code,
        /// What was asked for.
        column: Code,
        /// The columns there are.
        columns: Code,
    },
    /// The type has no grid.
    #[error("{0} has no grid: leave out row and column, or give the type rows and columns")]
    NoGrid(Code),
}

/// The most rows or columns a grid can have.
pub const GRID_MAX: u32 = 999;

/// The columns of a range `A-T` or `1-20`, in order.
pub fn columns(range: &str) -> Result<Vec<Code>, GridError> {
    let bad = || GridError::Columns(range.to_owned());
    let normal = Code::new(range).or(Err(bad()))?;
    let (first, last) = normal
        .as_str()
        .split_once('-')
        .unwrap_or((normal.as_str(), normal.as_str()));
    let labels: Vec<String> = match (first.parse::<u32>(), last.parse::<u32>()) {
        (Ok(first), Ok(last)) if first >= 1 && first <= last && last <= GRID_MAX => {
            (first..=last).map(|number| number.to_string()).collect()
        }
        _ => match (letters_number(first), letters_number(last)) {
            (Some(first), Some(last)) if first <= last => {
                (first..=last).map(number_letters).collect()
            }
            _ => return Err(bad()),
        },
    };
    labels
        .iter()
        .map(|label| Code::new(label).map_err(|_error| bad()))
        .collect()
}

/// The number of a column of one or two letters, as in a spreadsheet: A is 1, Z 26, AA 27.
fn letters_number(text: &str) -> Option<u32> {
    let value = |letter: u8| {
        letter
            .is_ascii_uppercase()
            .then(|| u32::from(letter.abs_diff(b'@')))
    };
    match text.as_bytes() {
        [only] => value(*only),
        [first, second] => value(*first)?.checked_mul(26)?.checked_add(value(*second)?),
        _ => None,
    }
}

fn number_letters(number: u32) -> String {
    let letter = |value: u32| char::from_u32(value.saturating_add(64)).unwrap_or('?');
    let (high, low) = (number.saturating_sub(1) / 26, number.saturating_sub(1) % 26);
    let first = (high > 0).then(|| letter(high));
    first
        .into_iter()
        .chain([letter(low.saturating_add(1))])
        .collect()
}

impl LocationType {
    /// Checks a position against the grid.
    pub fn check(&self, row: Option<u32>, column: Option<&Code>) -> Result<(), GridError> {
        if self.rows.is_none() && self.columns.is_none() && (row.is_some() || column.is_some()) {
            return Err(GridError::NoGrid(self.code.clone()));
        }
        let location_type = || self.code.clone();
        if let Some(row) = row {
            let rows = self.rows.unwrap_or(0);
            if row == 0 || row > rows {
                return Err(GridError::Row {
                    location_type: location_type(),
                    row,
                    rows,
                });
            }
        }
        if let Some(column) = column {
            let range = self
                .columns
                .clone()
                .ok_or_else(|| GridError::NoGrid(location_type()))?;
            if !columns(range.as_str())?.contains(column) {
                let location_type = location_type();
                return Err(GridError::Column {
                    location_type,
                    column: column.clone(),
                    columns: range,
                });
            }
        }
        Ok(())
    }
}

/// A device as the central server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Option<Role>,
    /// Its site.
    pub site: Option<Code>,
    /// Its Ed25519 public key.
    pub public_key: Option<[u8; 32]>,
}

impl Fold {
    fn writes(&self, subject: &Subject) -> impl Iterator<Item = &Write> {
        let central_only = matches!(subject.class, Class::User | Class::Device);
        self.catalogue
            .things
            .get(subject)
            .into_iter()
            .flatten()
            .filter(move |write| !central_only || self.origins.is_central(write.stamp.origin))
            .filter(|write| !self.is_suppressed(write.stamp.key()))
    }

    /// Whether anybody defined the thing.
    #[must_use]
    pub fn exists(&self, class: Class, code: &Code) -> bool {
        self.writes(&Subject::new(class, code.clone()))
            .next()
            .is_some()
    }

    /// The value of a field, by the last writer; nil when nobody set it.
    #[must_use]
    pub fn field(&self, class: Class, code: &Code, key: u8) -> Value {
        self.field_of(&Subject::new(class, code.clone()), key)
    }

    pub(super) fn field_of(&self, subject: &Subject, key: u8) -> Value {
        self.last_value(subject, key, |_| true)
    }

    /// All that was written about a thing and counts, in the order of the clocks.
    pub(super) fn all_writes(&self, subject: &Subject) -> Vec<(Order, &[(u8, Value)])> {
        let writes = self.writes(subject);
        let mut writes: Vec<(Order, &[(u8, Value)])> = writes
            .map(|write| (write.stamp.order(&self.origins), &*write.fields))
            .collect();
        writes.sort_by_key(|(order, _)| *order);
        writes
    }

    /// The value of a field as it held just before an entry, by clock.
    pub(super) fn field_before(&self, subject: &Subject, key: u8, stamp: &Stamp) -> Value {
        let before = |write: &Write| write.stamp.is_before(stamp, &self.origins);
        self.last_value(subject, key, before)
    }

    fn last_value(&self, subject: &Subject, key: u8, counts: impl Fn(&Write) -> bool) -> Value {
        let value = |write: &Write| {
            write
                .fields
                .iter()
                .find(|(number, _)| *number == key)
                .map(|(_, value)| value.clone())
        };
        self.writes(subject)
            .filter(|write| counts(write))
            .filter_map(|write| Some((write.stamp.order(&self.origins), value(write)?)))
            .max_by(|a, b| a.0.cmp(&b.0))
            .map_or(Value::Nil, |(_, value)| value)
    }

    pub(super) fn text_field(&self, subject: &Subject, key: u8) -> Option<String> {
        self.field_of(subject, key)
            .as_text()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    pub(super) fn code_field(&self, subject: &Subject, key: u8) -> Option<Code> {
        self.field_of(subject, key)
            .as_text()
            .and_then(|text| Code::new(text).ok())
    }

    fn number_field(&self, subject: &Subject, key: u8) -> Option<u32> {
        self.field_of(subject, key)
            .as_int()
            .and_then(|number| u32::try_from(number).ok())
    }

    /// The codes of a class that anybody defined, in order.
    pub fn codes(&self, class: Class) -> impl Iterator<Item = &Code> {
        self.subjects_of(class)
            .filter(|subject| self.writes(subject).next().is_some())
            .map(|subject| &subject.code)
    }

    /// The name of a thing, its code when it has none.
    #[must_use]
    pub fn name_of(&self, class: Class, code: &Code) -> String {
        self.text_field(&Subject::new(class, code.clone()), key::NAME)
            .unwrap_or_else(|| code.to_string())
    }

    /// The item that a code stands for: itself, or what it was merged into.
    #[must_use]
    pub fn canonical(&self, item: &Code) -> Code {
        let mut seen = BTreeSet::from([item.clone()]);
        let mut at = item.clone();
        while let Some(into) = self.merged_into(&at) {
            if !seen.insert(into.clone()) {
                // A circle of aliases: all of them stand for the smallest code in it.
                return self.smallest_of_circle(&into);
            }
            at = into;
        }
        at
    }

    fn smallest_of_circle(&self, start: &Code) -> Code {
        let mut smallest = start.clone();
        let mut at = self.merged_into(start);
        while let Some(code) = at.filter(|code| code != start) {
            at = self.merged_into(&code);
            smallest = smallest.min(code);
        }
        smallest
    }

    pub(super) fn merged_into(&self, item: &Code) -> Option<Code> {
        let merges = self.catalogue.merges.get(item)?;
        let last = merges
            .iter()
            .filter(|(stamp, _)| !self.is_suppressed(stamp.key()))
            .max_by_key(|(stamp, _)| stamp.order(&self.origins))?;
        last.1.clone().filter(|into| into != item)
    }

    /// All codes that stand for an item, itself first.
    #[must_use]
    pub fn aliases(&self, canonical: &Code) -> Vec<Code> {
        let mut codes = vec![canonical.clone()];
        let merged = self.catalogue.merged_items();
        codes.extend(
            merged
                .filter(|code| *code != canonical && self.canonical(code) == *canonical)
                .cloned(),
        );
        codes
    }

    /// All items: defined ones and those that only entries name, without aliases, in order.
    #[must_use]
    pub fn items(&self) -> Vec<Code> {
        let mut items: BTreeSet<Code> = self.codes(Class::Item).cloned().collect();
        items.extend(
            self.lines_of_item
                .keys()
                .map(|symbol| self.symbols.code(*symbol)),
        );
        let counts = |key: TxKey| !self.is_without_effect(key);
        items.extend(self.documents.items(counts).cloned());
        items.append(&mut self.boms.items(counts));
        items.retain(|code| self.catalogue.merges.is_empty() || self.canonical(code) == *code);
        items.into_iter().collect()
    }

    /// Whether [`Fold::items`] has an item.
    #[must_use]
    pub fn is_item(&self, sku: &Code) -> bool {
        let has_lines = || self.lines_of_code(sku).next().is_some();
        let is_named = || {
            let counts = |key: TxKey| !self.is_without_effect(key);
            self.documents.names(sku, counts) || self.boms.names(sku, counts)
        };
        let is_known = self.exists(Class::Item, sku) || has_lines() || is_named();
        is_known && (self.catalogue.merges.is_empty() || self.canonical(sku) == *sku)
    }

    /// An item by the code it is identified by.
    #[must_use]
    pub fn item(&self, sku: &Code) -> Item {
        let subject = Subject::new(Class::Item, sku.clone());
        Item {
            sku: sku.clone(),
            name: self
                .text_field(&subject, key::NAME)
                .unwrap_or_else(|| sku.to_string()),
            kind: ItemKind::from_number(
                self.field_of(&subject, key::ITEM_KIND)
                    .as_int()
                    .unwrap_or_default(),
            ),
            unit: self
                .text_field(&subject, key::UNIT)
                .unwrap_or_else(|| "pcs".to_owned()),
            threshold: self
                .field_of(&subject, key::THRESHOLD)
                .as_int()
                .map(Quantity::from_ten_thousandths),
            location: self.code_field(&subject, key::USUAL_LOCATION),
            supplier: self.code_field(&subject, key::USUAL_SUPPLIER),
            barcodes: self.barcodes_of(sku),
            archived: self.field_of(&subject, key::ARCHIVED).is_true(),
            defined: self.exists(Class::Item, sku),
        }
    }

    fn barcodes_of(&self, item: &Code) -> Vec<BoundCode> {
        let aliases = self.aliases(item);
        let mut bound: Vec<BoundCode> = Vec::new();
        for barcode in aliases
            .iter()
            .filter_map(|code| self.catalogue.barcodes_of.get(code))
            .flatten()
        {
            // An item's own word counts before that of its aliases, as where a scan is read.
            let mut packs = aliases.iter();
            if let Some(pack) = packs.find_map(|code| self.bound_pack(barcode, code))
                && !bound.iter().any(|known| known.barcode == *barcode)
            {
                bound.push(BoundCode {
                    barcode: barcode.clone(),
                    pack,
                });
            }
        }
        bound
    }

    /// What a typed or scanned text names: an item by its code, or by one of its barcodes.
    #[must_use]
    pub fn find_item(&self, text: &str) -> ItemMatch {
        if let Ok(code) = Code::new(text)
            && (self.exists(Class::Item, &code)
                || self.catalogue.merges.get(&code).is_some_and(|merges| {
                    let mut keys = merges.iter().map(|(stamp, _)| stamp.key());
                    keys.any(|key| !self.is_without_effect(key))
                })
                || self
                    .symbols
                    .find(&code)
                    .is_some_and(|s| self.lines_of_item.contains_key(&s)))
        {
            return ItemMatch::One(self.canonical(&code), Quantity::ONE);
        }
        let claims = Barcode::new(text)
            .map(|barcode| self.claims(&barcode))
            .unwrap_or_default();
        match claims.as_slice() {
            [] => ItemMatch::None,
            [(item, pack)] => ItemMatch::One(item.clone(), *pack),
            several => ItemMatch::Several(several.iter().map(|(item, _)| item.clone()).collect()),
        }
    }

    /// A location by its number.
    #[must_use]
    pub fn location(&self, number: &Code) -> Location {
        let subject = Subject::new(Class::Location, number.clone());
        Location {
            number: number.clone(),
            name: self
                .text_field(&subject, key::NAME)
                .unwrap_or_else(|| number.to_string()),
            location_type: self.code_field(&subject, key::TYPE),
            site: self.code_field(&subject, key::SITE),
            room: self.text_field(&subject, key::ROOM),
            row: self.number_field(&subject, key::ROW),
            column: self.code_field(&subject, key::COLUMN),
            archived: self.field_of(&subject, key::ARCHIVED).is_true(),
            blocked: self.field_of(&subject, key::BLOCKED).is_true(),
            defined: self.exists(Class::Location, number),
        }
    }

    /// A location type by its code.
    #[must_use]
    pub fn location_type(&self, code: &Code) -> LocationType {
        let subject = Subject::new(Class::LocationType, code.clone());
        LocationType {
            code: code.clone(),
            name: self
                .text_field(&subject, key::NAME)
                .unwrap_or_else(|| code.to_string()),
            rows: self.number_field(&subject, key::ROWS),
            columns: self.code_field(&subject, key::COLUMNS),
            archived: self.field_of(&subject, key::ARCHIVED).is_true(),
        }
    }

    /// The devices that the central server enrolled, in the order of their ids.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceInfo> {
        let ids = self
            .codes(Class::Device)
            .filter_map(|code| code.as_str().parse().ok());
        ids.filter_map(|id| self.device(id)).collect()
    }

    /// All devices with their names, in order: those that the central server enrolled, and those
    /// that wrote and were never enrolled.
    #[must_use]
    pub fn devices_by_name(&self) -> Vec<(String, DeviceId)> {
        let enrolled = self.devices().into_iter();
        let mut names: BTreeMap<DeviceId, String> =
            enrolled.map(|device| (device.id, device.name)).collect();
        for genesis in self.origins.beginnings() {
            let name = || genesis.name.clone();
            names.entry(genesis.device).or_insert_with(name);
        }
        let mut names: Vec<(String, DeviceId)> =
            names.into_iter().map(|(id, name)| (name, id)).collect();
        names.sort();
        names
    }

    /// A device that the central server enrolled.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<DeviceInfo> {
        let code = Code::new(&id.to_string()).ok()?;
        let subject = Subject::new(Class::Device, code.clone());
        self.exists(Class::Device, &code).then(|| DeviceInfo {
            id,
            name: self
                .text_field(&subject, key::NAME)
                .unwrap_or_else(|| id.to_string()),
            role: self
                .field_of(&subject, key::ROLE)
                .as_int()
                .and_then(Role::from_number),
            site: self.code_field(&subject, key::SITE),
            public_key: self
                .field_of(&subject, key::PUBLIC_KEY)
                .as_bytes()
                .and_then(|bytes| bytes.try_into().ok()),
        })
    }
}
