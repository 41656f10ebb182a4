//! What bodies say about things of the catalogue.
//!
//! A field that is left out is not touched. Null is refused, so that nobody takes it for taking
//! the field away; only a threshold can be taken away.

use ledger_core::Quantity;
use ledger_core::at_entry::{ItemChange, LocationChange, Refusal};
use ledger_core::catalogue::ItemKind;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{ColumnGiven, Typed, said};

/// A barcode: the text alone, or with how much of the item one scan of it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "a barcode is a text, or an object with code and pack"
)]
pub(super) enum BarcodeGiven {
    Code(String),
    Pack(BarcodeWithPack),
}

/// A barcode as an object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BarcodeWithPack {
    code: String,
    /// How much of the item one scan is; 1 when nothing is said.
    pack: Option<Typed>,
}

impl BarcodeWithPack {
    pub(super) fn read(self) -> Result<(String, Quantity), Refusal> {
        let pack = self.pack.map(|pack| pack.quantity()).transpose()?;
        Ok((self.code, pack.unwrap_or(Quantity::ONE)))
    }
}

impl BarcodeGiven {
    fn read(self) -> Result<(String, Quantity), Refusal> {
        match self {
            Self::Code(code) => Ok((code, Quantity::ONE)),
            Self::Pack(barcode) => barcode.read(),
        }
    }
}

/// What is said about an item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemGiven {
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    pub(super) sku: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false, pattern = "^(part|pcba|assembly)$")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    unit: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Typed>)]
    threshold: Option<Option<Typed>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    barcodes: Option<Vec<BarcodeGiven>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    location: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    supplier: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    pub(super) archived: Option<bool>,
}

impl ItemGiven {
    /// What changes; none when nothing is said but, perhaps, whether it is archived.
    pub(super) fn change(self) -> Result<Option<ItemChange>, Refusal> {
        let kind = self.kind.as_deref().map(|word| {
            ItemKind::from_word(word).ok_or_else(|| {
                Refusal::new("bad-kind", format!("{word:?} is not a kind of item"))
                    .hint("a kind is part, pcba or assembly")
            })
        });
        let threshold = self.threshold.map(|typed| match typed {
            None => Ok(None),
            Some(typed) if typed.0.trim().eq_ignore_ascii_case("none") => Ok(None),
            Some(typed) => typed.quantity().map(Some),
        });
        let barcodes = self.barcodes.unwrap_or_default().into_iter();
        let change = ItemChange {
            name: self.name,
            kind: kind.transpose()?,
            unit: self.unit,
            threshold: threshold.transpose()?,
            barcodes: barcodes.map(BarcodeGiven::read).collect::<Result<_, _>>()?,
            location: self.location,
            supplier: self.supplier,
        };
        let ItemChange {
            name,
            kind,
            unit,
            threshold,
            barcodes,
            location,
            supplier,
        } = &change;
        let texts = [name, unit, location, supplier];
        let is_said = texts.iter().any(|text| text.is_some())
            || kind.is_some()
            || threshold.is_some()
            || !barcodes.is_empty();
        Ok(is_said.then_some(change))
    }
}

/// What is said about a location.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationGiven {
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    pub(super) number: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "said")]
    #[schema(nullable = false)]
    location_type: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    site: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    room: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    row: Option<u32>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = ColumnGiven)]
    column: Option<Typed>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    blocked: Option<bool>,
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    pub(super) archived: Option<bool>,
}

impl LocationGiven {
    /// What changes; none when nothing is said but, perhaps, whether it is archived.
    pub(super) fn change(self) -> Option<LocationChange> {
        let change = LocationChange {
            name: self.name,
            location_type: self.location_type,
            site: self.site,
            room: self.room,
            row: self.row,
            column: self.column.map(|column| column.0),
            blocked: self.blocked,
            without: Vec::new(),
        };
        let LocationChange {
            name,
            location_type,
            site,
            room,
            row,
            column,
            blocked,
            without: _,
        } = &change;
        let texts = [name, location_type, site, room, column];
        let is_said = texts.iter().any(|text| text.is_some()) || row.is_some() || blocked.is_some();
        is_said.then_some(change)
    }
}

/// The code of a new thing, which its body must name.
pub(super) fn named(code: Option<String>, key: &str) -> Result<String, Refusal> {
    code.ok_or_else(|| Refusal::new("bad-body", format!("the body lacks {key:?}")))
}

/// Refuses a code in the body of a change; the address names the thing, and a code stays for ever.
pub(super) fn unnamed(code: Option<&String>, key: &str) -> Result<(), Refusal> {
    match code {
        None => Ok(()),
        Some(_) => Err(
            Refusal::new("bad-body", format!("{key:?} cannot be changed"))
                .hint("a code stays as it was first; to show another word change the name"),
        ),
    }
}
