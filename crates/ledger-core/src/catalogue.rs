//! The catalogue's things and their fields: what an entry may say about an item, a location, …
//!
//! A field has a number that is also its key in the entry's body; numbers are never reused.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::code::Code;
use crate::entry::IdempotencyKey;

/// What kind of thing a code names. The numbers are stored and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// A part, PCBA or assembly.
    Item = 1,
    /// A place.
    Location = 2,
    /// A kind of place, perhaps with a grid.
    LocationType = 3,
    /// A site with its own stock.
    Site = 4,
    /// A customer, who may own stock.
    Customer = 5,
    /// A supplier.
    Supplier = 6,
    /// A setting of the ledger.
    Setting = 7,
    /// A user.
    User = 8,
    /// A device, by its id.
    Device = 9,
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 9] = [
        Self::Item,
        Self::Location,
        Self::LocationType,
        Self::Site,
        Self::Customer,
        Self::Supplier,
        Self::Setting,
        Self::User,
        Self::Device,
    ];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The class of a stored number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|class| u64::from(class.number()) == number)
    }

    /// The class in words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Location => "location",
            Self::LocationType => "location type",
            Self::Site => "site",
            Self::Customer => "customer",
            Self::Supplier => "supplier",
            Self::Setting => "setting",
            Self::User => "user",
            Self::Device => "device",
        }
    }
}

/// One thing of the catalogue: what an entry touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What it is.
    pub class: Class,
    /// The code it was first created with.
    pub code: Code,
}

impl Subject {
    /// Names a thing.
    #[must_use]
    pub const fn new(class: Class, code: Code) -> Self {
        Self { class, code }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.class.word(), self.code)
    }
}

/// The value of a field. `Nil` takes a value away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No value.
    Nil,
    /// Yes or no.
    Bool(bool),
    /// A whole number; a quantity in ten-thousandths.
    Int(i64),
    /// A text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

impl Value {
    /// A text value.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A code, or no value.
    #[must_use]
    pub fn code(code: Option<&Code>) -> Self {
        code.map_or(Self::Nil, |code| Self::text(code.as_str()))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nil | Self::Bool(_) | Self::Int(_) | Self::Bytes(_) => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Nil | Self::Bool(_) | Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// The bytes, if it is that.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Nil | Self::Bool(_) | Self::Text(_) | Self::Int(_) => None,
        }
    }

    /// Whether it is the value yes.
    #[must_use]
    pub const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// What a field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Any text.
    Text,
    /// A normalised code.
    Code,
    /// A whole number or quantity.
    Int,
    /// Yes or no.
    Bool,
    /// Bytes.
    Bytes,
}

impl FieldType {
    /// Whether a field of this type may have this value.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Nil)
            | (Self::Text, Value::Text(_))
            | (Self::Int, Value::Int(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Bytes, Value::Bytes(_)) => true,
            (Self::Code, Value::Text(text)) => {
                Code::new(text).is_ok_and(|code| code.as_str() == &**text)
            }
            _ => false,
        }
    }
}

/// A field of a class: its number, its name and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its key in the entry's body.
    pub key: u8,
    /// Its name, as in CSV columns and JSON.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
}

const fn field(key: u8, name: &'static str, holds: FieldType) -> Field {
    Field { key, name, holds }
}

/// Field numbers. The same word has the same number in every class that has it, where it can.
pub mod key {
    /// The name people read.
    pub const NAME: u8 = 2;
    /// Item: 0 part, 1 PCBA, 2 assembly.
    pub const ITEM_KIND: u8 = 4;
    /// Item: the unit its quantities are in.
    pub const UNIT: u8 = 6;
    /// Item: low-stock threshold, a quantity; none = never low.
    pub const THRESHOLD: u8 = 8;
    /// Item: the usual location.
    pub const USUAL_LOCATION: u8 = 10;
    /// Item: whom it is usually bought from. It is for making purchase orders, so that programs which
    /// do not know it may go on without; that is why it is odd.
    pub const USUAL_SUPPLIER: u8 = 15;
    /// No longer in use.
    pub const ARCHIVED: u8 = 12;
    /// Location type: how many rows its grid has, 1 to n.
    pub const ROWS: u8 = 4;
    /// Location type: its columns, `A-T` or `1-20`.
    pub const COLUMNS: u8 = 6;
    /// Location: its type.
    pub const TYPE: u8 = 4;
    /// Location, device: its site.
    pub const SITE: u8 = 6;
    /// Location: its room.
    pub const ROOM: u8 = 8;
    /// Location: the row in its type's grid.
    pub const ROW: u8 = 10;
    /// Location: the column in its type's grid.
    pub const COLUMN: u8 = 14;
    /// Location: stock here is not usable.
    pub const BLOCKED: u8 = 16;
    /// Setting: its value.
    pub const VALUE: u8 = 2;
    /// User, device: 0 viewer, 1 operator, 2 manager, 3 administrator.
    pub const ROLE: u8 = 4;
    /// Device: the Ed25519 public key.
    pub const PUBLIC_KEY: u8 = 8;
    /// User: the code on the badge, normalised like a barcode.
    pub const BADGE: u8 = 14;
    /// Site: its time zone by the name that the IANA gives it. It is for showing times, so that
    /// programs which do not know it may go on without; that is why it is odd.
    pub const TIME_ZONE: u8 = 13;
}

const ITEM: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ITEM_KIND, "kind", FieldType::Int),
    field(key::UNIT, "unit", FieldType::Text),
    field(key::THRESHOLD, "threshold", FieldType::Int),
    field(key::USUAL_LOCATION, "location", FieldType::Code),
    field(key::ARCHIVED, "archived", FieldType::Bool),
    field(key::USUAL_SUPPLIER, "supplier", FieldType::Code),
];
const LOCATION: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::TYPE, "type", FieldType::Code),
    field(key::SITE, "site", FieldType::Code),
    field(key::ROOM, "room", FieldType::Text),
    field(key::ROW, "row", FieldType::Int),
    field(key::ARCHIVED, "archived", FieldType::Bool),
    field(key::COLUMN, "column", FieldType::Code),
    field(key::BLOCKED, "blocked", FieldType::Bool),
];
const LOCATION_TYPE: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ROWS, "rows", FieldType::Int),
    field(key::COLUMNS, "columns", FieldType::Code),
    field(key::ARCHIVED, "archived", FieldType::Bool),
];
const PARTNER: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ARCHIVED, "archived", FieldType::Bool),
];
const SITE: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ARCHIVED, "archived", FieldType::Bool),
    field(key::TIME_ZONE, "time_zone", FieldType::Text),
];
const SETTING: &[Field] = &[field(key::VALUE, "value", FieldType::Text)];
const USER: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ROLE, "role", FieldType::Int),
    field(key::ARCHIVED, "disabled", FieldType::Bool),
    field(key::BADGE, "badge", FieldType::Text),
];
const DEVICE: &[Field] = &[
    field(key::NAME, "name", FieldType::Text),
    field(key::ROLE, "role", FieldType::Int),
    field(key::SITE, "site", FieldType::Code),
    field(key::PUBLIC_KEY, "public_key", FieldType::Bytes),
    field(key::ARCHIVED, "archived", FieldType::Bool),
];

/// The fields of a class, by number.
#[must_use]
pub const fn fields_of(class: Class) -> &'static [Field] {
    match class {
        Class::Item => ITEM,
        Class::Location => LOCATION,
        Class::LocationType => LOCATION_TYPE,
        Class::Site => SITE,
        Class::Customer | Class::Supplier => PARTNER,
        Class::Setting => SETTING,
        Class::User => USER,
        Class::Device => DEVICE,
    }
}

/// Whether a field of the class with this number may have this value.
#[must_use]
pub fn may_hold(class: Class, key: u8, value: &Value) -> bool {
    let Some(field) = fields_of(class).iter().find(|field| field.key == key) else {
        return false;
    };
    field.holds.takes(value)
}

/// The meaning of a text that switches something on or off.
#[must_use]
pub fn on_or_off(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "on" | "yes" | "true" => Some(true),
        "off" | "no" | "false" => Some(false),
        _ => None,
    }
}

/// The setting that lets orders want more than is available.
pub const ALLOW_BACKORDER: &str = "allow-backorder";
/// What it says until somebody sets it.
pub const ALLOW_BACKORDER_DEFAULT: &str = "off";

/// Whether orders may want more than is available, by what is kept of the setting.
pub(crate) fn allows_backorder(kept: &Value) -> bool {
    let said = kept.as_text().and_then(on_or_off);
    said.or_else(|| on_or_off(ALLOW_BACKORDER_DEFAULT)) == Some(true)
}

/// What one entry says about one thing: some of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueWrite {
    /// The thing.
    pub subject: Subject,
    /// The fields it sets, by number; each one's last writer wins.
    pub fields: BTreeMap<u8, Value>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

impl CatalogueWrite {
    /// A write that sets nothing yet: on its own it says that the thing exists.
    #[must_use]
    pub const fn new(class: Class, code: Code) -> Self {
        Self {
            subject: Subject::new(class, code),
            fields: BTreeMap::new(),
            once: None,
        }
    }

    /// The same write, also setting a field.
    #[must_use]
    pub fn with(mut self, key: u8, value: Value) -> Self {
        self.fields.insert(key, value);
        self
    }
}

/// What kind of item it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ItemKind {
    /// Bought.
    #[default]
    Part,
    /// A populated circuit board.
    Pcba,
    /// Put together from parts and boards.
    Assembly,
}

impl ItemKind {
    /// The stored number.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Part => 0,
            Self::Pcba => 1,
            Self::Assembly => 2,
        }
    }

    /// The kind of a stored number; an unknown one is shown as a part.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Pcba,
            2 => Self::Assembly,
            _ => Self::Part,
        }
    }

    /// The kind as it is typed and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Pcba => "pcba",
            Self::Assembly => "assembly",
        }
    }

    /// The kind of a typed word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Part, Self::Pcba, Self::Assembly]
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// What a user or device may do, each role including the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees.
    Viewer,
    /// Moves and counts stock.
    Operator,
    /// Also changes the catalogue and corrects others.
    Manager,
    /// Also devices, users and settings.
    Administrator,
}

impl Role {
    /// All roles, the smallest first.
    pub const ALL: [Self; 4] = [
        Self::Viewer,
        Self::Operator,
        Self::Manager,
        Self::Administrator,
    ];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Viewer => 0,
            Self::Operator => 1,
            Self::Manager => 2,
            Self::Administrator => 3,
        }
    }

    /// The role of a stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// The role as it is typed and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Manager => "manager",
            Self::Administrator => "administrator",
        }
    }

    /// The role of a typed word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.word().eq_ignore_ascii_case(word.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_below_128_and_even_where_a_reader_must_know_them() {
        for class in Class::ALL {
            let fields = fields_of(class);
            for field in fields {
                let skipped = [
                    (Class::Site, key::TIME_ZONE),
                    (Class::Item, key::USUAL_SUPPLIER),
                ];
                let may_be_skipped = skipped.contains(&(class, field.key));
                assert!(
                    field.key.is_multiple_of(2) != may_be_skipped && field.key < 128,
                    "{class:?} {}",
                    field.name
                );
                assert_eq!(
                    fields.iter().filter(|other| other.key == field.key).count(),
                    1
                );
            }
        }
    }

    #[test]
    fn a_field_holds_its_own_type_only() {
        assert!(may_hold(Class::Item, key::NAME, &Value::text("Resistor")));
        assert!(may_hold(Class::Item, key::THRESHOLD, &Value::Nil));
        assert!(!may_hold(Class::Item, key::NAME, &Value::Int(3)));
        assert!(!may_hold(
            Class::Item,
            key::USUAL_LOCATION,
            &Value::text("a-01")
        ));
        assert!(!may_hold(Class::Item, 126, &Value::Nil));
    }
}
