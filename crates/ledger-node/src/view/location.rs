//! Locations and their types.

use ledger_core::Code;
use ledger_core::catalogue::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of};

/// A location.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LocationView {
    /// Its number.
    pub number: String,
    /// The name people read.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub location_type: Option<String>,
    /// Its site.
    pub site: Option<String>,
    /// Its room.
    pub room: Option<String>,
    /// Its row in the type's grid.
    pub row: Option<u32>,
    /// Its column in the type's grid.
    pub column: Option<String>,
    /// No longer in use.
    pub archived: bool,
    /// Stock here is not usable.
    pub blocked: bool,
}

/// A location type.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LocationTypeView {
    /// Its code.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// How many rows its grid has.
    pub rows: Option<u32>,
    /// Its columns, `A-T` or `1-20`.
    pub columns: Option<String>,
    /// No longer in use.
    pub archived: bool,
}

impl View<'_> {
    /// All locations by number, archived ones too.
    #[must_use]
    pub fn locations(&self) -> Vec<LocationView> {
        self.fold()
            .codes(Class::Location)
            .map(|number| self.location(number))
            .collect()
    }

    /// One location.
    #[must_use]
    pub fn location(&self, number: &Code) -> LocationView {
        let location = self.fold().location(number);
        LocationView {
            number: location.number.to_string(),
            name: location.name,
            location_type: text_of(location.location_type.as_ref()),
            site: text_of(location.site.as_ref()),
            room: location.room,
            row: location.row,
            column: text_of(location.column.as_ref()),
            archived: location.archived,
            blocked: location.blocked,
        }
    }

    /// All location types by code, archived ones too.
    #[must_use]
    pub fn location_types(&self) -> Vec<LocationTypeView> {
        self.fold()
            .codes(Class::LocationType)
            .map(|code| self.location_type(code))
            .collect()
    }

    /// One location type.
    #[must_use]
    pub fn location_type(&self, code: &Code) -> LocationTypeView {
        let known = self.fold().location_type(code);
        LocationTypeView {
            code: known.code.to_string(),
            name: known.name,
            rows: known.rows,
            columns: text_of(known.columns.as_ref()),
            archived: known.archived,
        }
    }
}
