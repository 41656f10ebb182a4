//! The keys of entry bodies. They are stored, documented in `docs/format.md` and never reused.
//!
//! A reader must understand even keys and may ignore odd ones. The fields of catalogue entries
//! are numbered in [`ledger_core::catalogue::key`], those of documents in [`order::key`],
//! [`production::key`], [`purchase::key`] and [`stocktake::key`], those of a line of a bill of
//! materials in [`production::bom_key`].

use ledger_core::catalogue::{Class, fields_of};
use ledger_core::document::{Family, FieldTable};
use ledger_core::entry::Kind;
use ledger_core::{order, production, purchase, stocktake};

/// The largest key.
pub const KEY_MAX: u8 = 127;

/// All: what the entry touches; a text is an item's code, otherwise `[class, code]`.
pub const TOUCHES: u8 = 0;

/// Transactions: why. Documents: why it ends.
pub const REASON: u8 = 1;
/// Moved, Counted, Tallied, UnknownScan: how much, in ten-thousandths. OrderLineSet,
/// PurchaseLineSet: how much from now on.
pub const QUANTITY: u8 = 2;
/// Transactions and others: in the user's words.
pub const NOTE: u8 = 3;
/// Moved: the location it came from. Counted, Tallied, UnknownScan: the location.
pub const LOCATION: u8 = 4;
/// Transactions: the order's number.
pub const ORDER: u8 = 5;
/// Moved, UnknownScan: the location it went to.
pub const TO: u8 = 6;
/// Transactions: the production lot's number.
pub const LOT: u8 = 7;
/// Moved, Counted, Tallied, UnknownScan: whose stock; absent = ours. Of the from place, if there is one.
pub const OWNER: u8 = 8;
/// Transactions: the purchase order's number.
pub const PO: u8 = 9;
/// Moved: whose stock it becomes, where that differs; "" = ours.
pub const TO_OWNER: u8 = 10;
/// Transactions: the serial number.
pub const SERIAL: u8 = 11;
/// Moved, Counted, Tallied, UnknownScan: the batch; absent = none. Of the from place, if there is one.
pub const BATCH: u8 = 12;
/// Transactions: the time the user said it happened, in ms.
pub const SAID: u8 = 14;
/// Transactions, documents and others: counts once with this key: `[bin16, row]`.
pub const ONCE: u8 = 16;
/// Moved, Counted, UnknownScan: the day the batch expires, in days since 1970-01-01.
pub const EXPIRY: u8 = 18;
/// Moved: the batch it is put into, where that differs; "" = none.
pub const TO_BATCH: u8 = 20;
/// Moved: what it was meant as.
pub const ACT: u8 = 22;
/// Counted: `[started ms, ended ms]`.
pub const SPAN: u8 = 24;
/// Reversed: what is void. Documents: the entry that began it. `[origin bin16, seq, bin8]`.
pub const TARGET: u8 = 26;
/// Moved: the entry that opened the order whose line it picks for: `[origin bin16, seq, bin8]`.
pub const FOR_ORDER: u8 = 28;
/// Moved: the entry that planned the lot that it is issued to, or built for, in the same form. It
/// is odd, because stock moves whether or not a reader knows lots.
pub const FOR_LOT: u8 = 37;
/// Moved: the entry that placed the purchase order that it comes from, likewise.
pub const FOR_PURCHASE: u8 = 39;
/// Counted: the entry that opened the stocktake that it was made for, likewise.
pub const FOR_STOCKTAKE: u8 = 41;

/// Genesis: the program's version.
pub const GENESIS_PROGRAM: u8 = 1;
/// Genesis: the device, bin16.
pub const GENESIS_DEVICE: u8 = 2;
/// Genesis: the device's name.
pub const GENESIS_NAME: u8 = 4;
/// Genesis: the number of the reason.
pub const GENESIS_REASON: u8 = 6;
/// Genesis: the branch it goes on from: `[origin bin16, seq, bin8]`.
pub const GENESIS_PARENT: u8 = 8;

/// ClockMark: the step in ms.
pub const MARK_STEP: u8 = 2;

/// ItemMerged: the item it stands for; "" = taken back.
pub const MERGED_INTO: u8 = 2;

/// Catalogue: counts once with this key, as 16 does elsewhere: `[bin16, row]`.
pub const CATALOGUE_ONCE: u8 = 17;

/// OrderOpened, LotPlanned, PurchaseOrderPlaced, StocktakeOpened: the number people call it by.
pub const NUMBER: u8 = 2;
/// OrderOpened: 0 repair, 1 sales.
pub const ORDER_TYPE: u8 = 4;
/// OrderExpedited: the rank.
pub const RANK: u8 = 4;

/// BomLineSet: what the parent is made of, an item's code.
pub const BOM_CHILD: u8 = 2;
/// LotPlanned, LotSet: what one unit is made of, four values for each line: item code, how much
/// for one unit in ten-thousandths, attrition in hundredths of a percent, references or nil.
pub const BOM: u8 = 4;

/// PurchaseOrderPlaced: what is ordered, three values for each line: item code, quantity in
/// ten-thousandths, day or nil.
pub const PURCHASE_LINES: u8 = 4;
/// PurchaseLineSet: the day, in days since 1970-01-01; absent = no day.
pub const DAY: u8 = 4;

/// StocktakeOpened, StocktakeAssigned: what is to be counted, four values each: the codes of item,
/// location, owner and batch, or nil.
pub const TARGETS: u8 = 4;
/// StocktakeAssigned: the device, bin16; absent = any.
pub const ASSIGNED_DEVICE: u8 = 2;
/// StocktakeAssigned: counted once more: yes, or absent.
pub const AGAIN: u8 = 6;
/// StocktakeApproved: the counts, `[bin16, seq, bin8, bin16, seq, bin8, …]`.
pub const APPROVED_COUNTS: u8 = 2;

/// ExceptionAnswered: the exception's id.
pub const EXCEPTION: u8 = 2;
/// ExceptionAnswered: the entries it named, `[bin16, seq, bin16, seq, …]`.
pub const EXCEPTION_ENTRIES: u8 = 4;

/// Admitted: the entries, `[bin16, seq, bin8, bin16, seq, bin8, …]`.
pub const ADMITTED_ENTRIES: u8 = 2;

/// Admitted: the entries up to which all of a chain counts that waited, in the same form.
pub const ADMITTED_THROUGH: u8 = 4;

/// DeviceRevoked: the device, bin16.
pub const REVOKED_DEVICE: u8 = 2;
/// DeviceRevoked: the last entries that count, in the same form.
pub const REVOKED_TRUSTED: u8 = 4;

/// Refused: the entries up to which all of a chain is refused that waited, in the same form.
pub const REFUSED_THROUGH: u8 = 2;

/// TimeFixed: by how many ms the clock was ahead.
pub const AHEAD: u8 = 2;
/// TimeFixed: by how many ms that may be wrong.
pub const UNCERTAINTY: u8 = 4;

/// UnknownScan: what the session was doing: 1 add, 2 remove, 3 move, 4 count.
pub const SCAN_MODE: u8 = 22;
/// UnknownScan: the code by which it is resolved.
pub const SCAN_CODE: u8 = 30;
/// UnknownScan: the scanner's AIM id.
pub const SCAN_AIM: u8 = 31;
/// UnknownScan: the item that was scanned before it.
pub const SCAN_NEIGHBOUR: u8 = 33;
/// UnknownScan: the whole text, where that is more than the code.
pub const SCAN_TEXT: u8 = 35;

/// CodeBound, CodeUnbound, ScanResolved: the barcode.
pub const BARCODE: u8 = 2;
/// CodeBound: how much one scan is, in ten-thousandths.
pub const PACK: u8 = 4;

/// The key under which a movement names what it is for; none where no movement does.
pub(super) const fn naming(family: Family) -> Option<u8> {
    match family {
        Family::Order => Some(FOR_ORDER),
        Family::Lot => Some(FOR_LOT),
        Family::Purchase => Some(FOR_PURCHASE),
        Family::Stocktake => None,
    }
}

/// The fields that an entry of this kind sets by number beside its own keys, of a document or of a
/// line of a bill of materials.
const fn fields_in(kind: Kind) -> FieldTable {
    match kind {
        Kind::STOCKTAKE_OPENED => stocktake::FIELDS,
        Kind::ORDER_OPENED | Kind::ORDER_SET => order::FIELDS,
        Kind::BOM_LINE_SET => production::BOM_FIELDS,
        Kind::LOT_PLANNED | Kind::LOT_SET => production::FIELDS,
        Kind::PURCHASE_ORDER_PLACED | Kind::PURCHASE_ORDER_SET => purchase::FIELDS,
        _ => &[],
    }
}

/// The even keys that a reader of this version understands in a kind, beside [`fields_in`] it; none
/// for unknown kinds.
fn even_keys(kind: Kind) -> Option<&'static [u8]> {
    Some(match kind {
        Kind::GENESIS => &[GENESIS_DEVICE, GENESIS_NAME, GENESIS_REASON, GENESIS_PARENT],
        Kind::CLOCK_MARK => &[MARK_STEP],
        Kind::MOVED => &[
            TOUCHES, QUANTITY, LOCATION, TO, OWNER, TO_OWNER, BATCH, SAID, ONCE, EXPIRY, TO_BATCH,
            ACT, FOR_ORDER,
        ],
        Kind::COUNTED => &[
            TOUCHES, QUANTITY, LOCATION, OWNER, BATCH, SAID, ONCE, EXPIRY, SPAN,
        ],
        Kind::TALLIED => &[TOUCHES, QUANTITY, LOCATION, OWNER, BATCH],
        Kind::REVERSED => &[SAID, ONCE, TARGET],
        Kind::ITEM_MERGED => &[TOUCHES, MERGED_INTO],
        Kind::CODE_BOUND => &[TOUCHES, BARCODE, PACK],
        Kind::CODE_UNBOUND => &[TOUCHES, BARCODE],
        Kind::STOCKTAKE_OPENED => &[NUMBER, TARGETS, ONCE],
        Kind::STOCKTAKE_ASSIGNED => &[ASSIGNED_DEVICE, TARGETS, AGAIN, ONCE, TARGET],
        Kind::STOCKTAKE_APPROVED => &[APPROVED_COUNTS, ONCE, TARGET],
        Kind::ORDER_OPENED => &[NUMBER, ORDER_TYPE, ONCE],
        Kind::ORDER_SET | Kind::PURCHASE_ORDER_SET => &[ONCE, TARGET],
        Kind::ORDER_LINE_SET => &[TOUCHES, QUANTITY, ONCE, TARGET],
        Kind::ORDER_EXPEDITED => &[TOUCHES, RANK, ONCE, TARGET],
        Kind::BOM_LINE_SET => &[TOUCHES, BOM_CHILD],
        Kind::LOT_PLANNED => &[TOUCHES, NUMBER, BOM, ONCE],
        Kind::LOT_SET => &[BOM, ONCE, TARGET],
        Kind::PURCHASE_ORDER_PLACED => &[NUMBER, PURCHASE_LINES, ONCE],
        Kind::PURCHASE_LINE_SET => &[TOUCHES, QUANTITY, DAY, ONCE, TARGET],
        Kind::ORDER_CLOSED
        | Kind::ORDER_CANCELLED
        | Kind::STOCKTAKE_CLOSED
        | Kind::LOT_CLOSED
        | Kind::PURCHASE_ORDER_CLOSED => &[ONCE, TARGET],
        Kind::UNKNOWN_SCAN => &[
            QUANTITY, LOCATION, TO, OWNER, BATCH, SAID, ONCE, EXPIRY, SCAN_MODE, SCAN_CODE,
        ],
        Kind::SCAN_RESOLVED => &[TOUCHES, BARCODE, ONCE],
        Kind::EXCEPTION_ANSWERED => &[EXCEPTION, EXCEPTION_ENTRIES, ONCE],
        Kind::DEVICE_REVOKED => &[REVOKED_DEVICE, REVOKED_TRUSTED, ONCE],
        Kind::ADMITTED => &[ADMITTED_ENTRIES, ADMITTED_THROUGH, ONCE],
        Kind::REFUSED => &[REFUSED_THROUGH, ONCE],
        Kind::TIME_FIXED => &[AHEAD, UNCERTAINTY, TARGET],
        _ => return None,
    })
}

/// The class whose fields a kind sets.
pub(crate) fn class_of(kind: Kind) -> Option<Class> {
    Class::ALL
        .into_iter()
        .find(|class| Kind::setting(*class) == kind)
}

/// Whether this version knows the kind.
#[must_use]
pub fn is_known_kind(kind: Kind) -> bool {
    even_keys(kind).is_some() || class_of(kind).is_some()
}

/// Whether a key is that of a field of the class.
pub(super) fn is_field(class: Class, key: u8) -> bool {
    fields_of(class).iter().any(|field| field.key == key)
}

/// Whether this version understands an even key in this kind.
#[must_use]
pub fn is_known_even(kind: Kind, key: u8) -> bool {
    match class_of(kind) {
        Some(class) => key == TOUCHES || is_field(class, key),
        None => {
            even_keys(kind).is_some_and(|keys| keys.contains(&key))
                || fields_in(kind).iter().any(|(field, _)| *field == key)
        }
    }
}

/// Whether a key is that of a text that transactions carry for people.
fn is_detail(key: u8) -> bool {
    [REASON, NOTE, ORDER, LOT, PO, SERIAL].contains(&key)
}

/// Whether this version writes an odd key in this kind.
#[must_use]
pub fn is_known_odd(kind: Kind, key: u8) -> bool {
    if let Some(class) = class_of(kind) {
        return key == CATALOGUE_ONCE || is_field(class, key);
    }
    match kind {
        Kind::GENESIS => key == GENESIS_PROGRAM,
        Kind::ITEM_MERGED | Kind::CODE_BOUND | Kind::BOM_LINE_SET => key == CATALOGUE_ONCE,
        Kind::TALLIED => [SERIAL, CATALOGUE_ONCE].contains(&key),
        Kind::ORDER_CLOSED
        | Kind::ORDER_CANCELLED
        | Kind::STOCKTAKE_CLOSED
        | Kind::LOT_CLOSED
        | Kind::PURCHASE_ORDER_CLOSED => [REASON, NOTE].contains(&key),
        Kind::EXCEPTION_ANSWERED
        | Kind::DEVICE_REVOKED
        | Kind::ADMITTED
        | Kind::REFUSED
        | Kind::SCAN_RESOLVED
        | Kind::STOCKTAKE_APPROVED => key == NOTE,
        Kind::UNKNOWN_SCAN => {
            [SCAN_AIM, SCAN_NEIGHBOUR, SCAN_TEXT].contains(&key) || is_detail(key)
        }
        Kind::MOVED => [FOR_LOT, FOR_PURCHASE].contains(&key) || is_detail(key),
        Kind::COUNTED => key == FOR_STOCKTAKE || is_detail(key),
        Kind::REVERSED => is_detail(key),
        _ => false,
    }
}
