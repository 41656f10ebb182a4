//! The kinds of entries: their numbers, which are never given twice, and their words.

use crate::catalogue::Class;

/// The stored number of what an entry says. Numbers are never reused; the gaps belong to families
/// whose kinds are listed in `docs/format.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

impl Kind {
    /// The first entry of an origin.
    pub const GENESIS: Self = Self(1);
    /// A mark of the clock.
    pub const CLOCK_MARK: Self = Self(2);
    /// A movement.
    pub const MOVED: Self = Self(10);
    /// A count.
    pub const COUNTED: Self = Self(11);
    /// One scan of a count.
    pub const TALLIED: Self = Self(12);
    /// A reversal.
    pub const REVERSED: Self = Self(13);
    /// A stocktake begins.
    pub const STOCKTAKE_OPENED: Self = Self(20);
    /// Who counts what.
    pub const STOCKTAKE_ASSIGNED: Self = Self(21);
    /// Counts approved.
    pub const STOCKTAKE_APPROVED: Self = Self(22);
    /// A stocktake is done.
    pub const STOCKTAKE_CLOSED: Self = Self(23);
    /// An order begins.
    pub const ORDER_OPENED: Self = Self(30);
    /// Fields of an order.
    pub const ORDER_SET: Self = Self(31);
    /// A line of an order.
    pub const ORDER_LINE_SET: Self = Self(32);
    /// The rank of a line.
    pub const ORDER_EXPEDITED: Self = Self(33);
    /// An order is done.
    pub const ORDER_CLOSED: Self = Self(34);
    /// An order is called off.
    pub const ORDER_CANCELLED: Self = Self(35);
    /// A line of a bill of materials.
    pub const BOM_LINE_SET: Self = Self(40);
    /// A production lot begins.
    pub const LOT_PLANNED: Self = Self(41);
    /// Fields of a production lot.
    pub const LOT_SET: Self = Self(42);
    /// A production lot is done.
    pub const LOT_CLOSED: Self = Self(43);
    /// A purchase order begins.
    pub const PURCHASE_ORDER_PLACED: Self = Self(50);
    /// Fields of a purchase order.
    pub const PURCHASE_ORDER_SET: Self = Self(51);
    /// How much of an item is ordered.
    pub const PURCHASE_LINE_SET: Self = Self(52);
    /// Nothing more comes of a purchase order.
    pub const PURCHASE_ORDER_CLOSED: Self = Self(53);
    /// Fields of a site.
    pub const SITE_SET: Self = Self(60);
    /// Fields of an item.
    pub const ITEM_SET: Self = Self(61);
    /// An alias.
    pub const ITEM_MERGED: Self = Self(62);
    /// Fields of a location type.
    pub const LOCATION_TYPE_SET: Self = Self(63);
    /// Fields of a location.
    pub const LOCATION_SET: Self = Self(64);
    /// Fields of a customer.
    pub const CUSTOMER_SET: Self = Self(65);
    /// Fields of a supplier.
    pub const SUPPLIER_SET: Self = Self(66);
    /// A barcode bound.
    pub const CODE_BOUND: Self = Self(67);
    /// A barcode unbound.
    pub const CODE_UNBOUND: Self = Self(68);
    /// A setting.
    pub const SETTING_SET: Self = Self(69);
    /// A scan of a code that nobody knew.
    pub const UNKNOWN_SCAN: Self = Self(80);
    /// What such a code stands for.
    pub const SCAN_RESOLVED: Self = Self(81);
    /// An exception is taken as it is.
    pub const EXCEPTION_ANSWERED: Self = Self(85);
    /// Fields of a user; counts only from the central server.
    pub const USER_SET: Self = Self(90);
    /// Fields of a device; counts only from the central server.
    pub const DEVICE_SET: Self = Self(91);
    /// A device revoked; counts only from the central server.
    pub const DEVICE_REVOKED: Self = Self(92);
    /// Entries admitted; counts only from the central server.
    pub const ADMITTED: Self = Self(93);
    /// Entries of a revoked device refused; counts only from the central server.
    pub const REFUSED: Self = Self(94);
    /// A device's clock put right; counts only from the central server.
    pub const TIME_FIXED: Self = Self(95);

    /// The kind that sets fields of a class.
    #[must_use]
    pub const fn setting(class: Class) -> Self {
        match class {
            Class::Item => Self::ITEM_SET,
            Class::Location => Self::LOCATION_SET,
            Class::LocationType => Self::LOCATION_TYPE_SET,
            Class::Site => Self::SITE_SET,
            Class::Customer => Self::CUSTOMER_SET,
            Class::Supplier => Self::SUPPLIER_SET,
            Class::Setting => Self::SETTING_SET,
            Class::User => Self::USER_SET,
            Class::Device => Self::DEVICE_SET,
        }
    }

    /// The word of a kind that this version does not know.
    pub const UNNAMED: &str = "kind";

    /// Its word, as the log is told.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GENESIS => "genesis",
            Self::CLOCK_MARK => "clock-mark",
            Self::MOVED => "moved",
            Self::COUNTED => "counted",
            Self::TALLIED => "tallied",
            Self::REVERSED => "reversed",
            Self::ORDER_OPENED => "order-opened",
            Self::ORDER_SET => "order-set",
            Self::ORDER_LINE_SET => "order-line-set",
            Self::ORDER_EXPEDITED => "order-expedited",
            Self::ORDER_CLOSED => "order-closed",
            Self::ORDER_CANCELLED => "order-cancelled",
            Self::STOCKTAKE_OPENED => "stocktake-opened",
            Self::STOCKTAKE_ASSIGNED => "stocktake-assigned",
            Self::STOCKTAKE_APPROVED => "stocktake-approved",
            Self::STOCKTAKE_CLOSED => "stocktake-closed",
            Self::BOM_LINE_SET => "bom-line-set",
            Self::LOT_PLANNED => "lot-planned",
            Self::LOT_SET => "lot-set",
            Self::LOT_CLOSED => "lot-closed",
            Self::PURCHASE_ORDER_PLACED => "purchase-order-placed",
            Self::PURCHASE_ORDER_SET => "purchase-order-set",
            Self::PURCHASE_LINE_SET => "purchase-line-set",
            Self::PURCHASE_ORDER_CLOSED => "purchase-order-closed",
            Self::UNKNOWN_SCAN => "unknown-scan",
            Self::SCAN_RESOLVED => "scan-resolved",
            Self::EXCEPTION_ANSWERED => "exception-answered",
            Self::SITE_SET => "site-set",
            Self::ITEM_SET => "item-set",
            Self::ITEM_MERGED => "item-merged",
            Self::LOCATION_TYPE_SET => "location-type-set",
            Self::LOCATION_SET => "location-set",
            Self::CUSTOMER_SET => "customer-set",
            Self::SUPPLIER_SET => "supplier-set",
            Self::CODE_BOUND => "code-bound",
            Self::CODE_UNBOUND => "code-unbound",
            Self::SETTING_SET => "setting-set",
            Self::USER_SET => "user-set",
            Self::DEVICE_SET => "device-set",
            Self::DEVICE_REVOKED => "device-revoked",
            Self::ADMITTED => "admitted",
            Self::REFUSED => "refused",
            Self::TIME_FIXED => "time-fixed",
            Self(_) => Self::UNNAMED,
        }
    }
}
