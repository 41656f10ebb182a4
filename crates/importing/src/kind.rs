//! The kinds of files, and the columns of each.

/// What a CSV file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Items of the catalogue.
    Items,
    /// Locations.
    Locations,
    /// Customers.
    Customers,
    /// Lines of bills of materials.
    Bom,
    /// Purchase orders, a line each.
    PurchaseOrders,
    /// Counts of stock.
    Stock,
    /// Movements, perhaps of long ago.
    Movements,
}

/// A column of a kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub name: &'static str,
    /// Whether a file must have it.
    pub needed: bool,
    /// Whether it holds numbers, which may be written with a decimal comma.
    pub(crate) is_number: bool,
    /// What others call it, in small letters and digits alone.
    pub(crate) others: &'static [&'static str],
}

const fn column(name: &'static str, others: &'static [&'static str]) -> Column {
    Column {
        name,
        needed: false,
        is_number: false,
        others,
    }
}

impl Column {
    const fn needed(self) -> Self {
        Self {
            needed: true,
            ..self
        }
    }

    const fn number(self) -> Self {
        Self {
            is_number: true,
            ..self
        }
    }
}

const NAME: Column = column(
    "name",
    &["description", "title", "bezeichnung", "beschreibung"],
);
const ITEM: Column = column(
    "item",
    &[
        "sku",
        "part",
        "partno",
        "partnumber",
        "mpn",
        "barcode",
        "artikel",
        "artikelnr",
        "artikelnummer",
        "teilenummer",
    ],
)
.needed();
const QUANTITY: Column = column(
    "quantity",
    &[
        "qty",
        "amount",
        "count",
        "counted",
        "onhand",
        "menge",
        "anzahl",
        "bestand",
        "stückzahl",
    ],
)
.needed()
.number();
const PLACES: &[&str] = &[
    "place",
    "bin",
    "shelf",
    "lagerort",
    "lagerplatz",
    "platz",
    "fach",
];
const OWNER: Column = column("owner", &["customer", "eigentümer", "kunde"]);
const BATCH: Column = column("batch", &["lotcode", "datecode", "charge"]);

const ITEMS: &[Column] = &[
    column(
        "sku",
        &[
            "item",
            "itemno",
            "itemnumber",
            "part",
            "partno",
            "partnumber",
            "article",
            "articlenumber",
            "artikel",
            "artikelnr",
            "artikelnummer",
            "teilenummer",
        ],
    )
    .needed(),
    NAME,
    column("kind", &["type", "art"]),
    column("unit", &["uom", "einheit"]),
    column(
        "threshold",
        &[
            "minimum",
            "min",
            "minstock",
            "reorderpoint",
            "mindestbestand",
            "meldebestand",
        ],
    )
    .number(),
    column("barcodes", &["barcode", "ean", "gtin", "upc"]),
    column("location", PLACES),
];
const LOCATIONS: &[Column] = &[
    column(
        "number",
        &[
            "location",
            "code",
            "bin",
            "shelf",
            "nummer",
            "lagerort",
            "lagerplatz",
        ],
    )
    .needed(),
    NAME,
    column("type", &["locationtype", "art", "lagerortart"]),
    column("site", &["warehouse", "standort"]),
    column("room", &["raum"]),
    column("row", &["reihe", "zeile"]),
    column("column", &["spalte"]),
];
const CUSTOMERS: &[Column] = &[
    column(
        "code",
        &[
            "customer",
            "number",
            "id",
            "kürzel",
            "kunde",
            "kundennummer",
            "kundennr",
        ],
    )
    .needed(),
    NAME,
];
const BOM: &[Column] = &[
    column("parent", &["assembly", "product", "baugruppe", "erzeugnis"]).needed(),
    column(
        "child",
        &[
            "part",
            "component",
            "item",
            "sku",
            "partnumber",
            "teil",
            "bauteil",
        ],
    )
    .needed(),
    QUANTITY,
    column(
        "refs",
        &[
            "references",
            "reference",
            "designator",
            "designators",
            "refdes",
        ],
    ),
    column("attrition", &["scrap", "verlust", "ausschuss"]).number(),
];
const PURCHASE_ORDERS: &[Column] = &[
    column(
        "number",
        &[
            "order",
            "orderno",
            "ordernumber",
            "po",
            "bestellnummer",
            "bestellung",
        ],
    )
    .needed(),
    column("supplier", &["vendor", "lieferant"]).needed(),
    ITEM,
    QUANTITY,
    column(
        "date",
        &[
            "due",
            "duedate",
            "delivery",
            "deliverydate",
            "liefertermin",
            "termin",
        ],
    ),
];
const STOCK: &[Column] = &[
    ITEM,
    column("location", PLACES).needed(),
    QUANTITY,
    OWNER,
    BATCH,
];
const MOVEMENTS: &[Column] = &[
    ITEM,
    QUANTITY,
    column(
        "time",
        &[
            "date",
            "datetime",
            "timestamp",
            "zeit",
            "datum",
            "zeitpunkt",
        ],
    ),
    column("from", &["source", "von"]),
    column("to", &["target", "destination", "nach"]),
    OWNER,
    BATCH,
    column("reason", &["grund"]),
    column("order", &["orderno", "ordernumber", "auftrag"]),
    column("note", &["comment", "remark", "notiz", "bemerkung"]),
];

impl Kind {
    /// All kinds, in the order in which a new ledger needs them.
    pub const ALL: [Self; 7] = [
        Self::Items,
        Self::Locations,
        Self::Customers,
        Self::Bom,
        Self::PurchaseOrders,
        Self::Stock,
        Self::Movements,
    ];

    /// The word it is typed as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Locations => "locations",
            Self::Customers => "customers",
            Self::Bom => "bom",
            Self::PurchaseOrders => "purchase-orders",
            Self::Stock => "stock",
            Self::Movements => "movements",
        }
    }

    /// The kind of a typed word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its columns, in the order in which rows give their fields; those that a file must have come
    /// first.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Items => ITEMS,
            Self::Locations => LOCATIONS,
            Self::Customers => CUSTOMERS,
            Self::Bom => BOM,
            Self::PurchaseOrders => PURCHASE_ORDERS,
            Self::Stock => STOCK,
            Self::Movements => MOVEMENTS,
        }
    }

    /// Whether its rows are transactions, which are undone by reversals.
    #[must_use]
    pub const fn is_transactions(self) -> bool {
        matches!(self, Self::Stock | Self::Movements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_one_meaning_and_the_needed_ones_come_first() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
            let columns = kind.columns();
            assert!(
                columns.is_sorted_by_key(|column| !column.needed),
                "{kind:?}"
            );
            let mut seen = Vec::new();
            for column in columns {
                for name in [column.name].iter().chain(column.others) {
                    assert!(!seen.contains(name), "{name} of {kind:?}");
                    seen.push(name);
                }
            }
        }
    }
}
