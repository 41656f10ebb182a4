//! What can be written into the log.
//!
//! An [`Entry`] is one immutable record: when, by whom, and a [`Body`]. How it is laid out in
//! bytes is `ledger-format`'s business; the numbers of [`Kind`] are stored and never reused.

mod kind;

use crate::catalogue::{CatalogueWrite, Subject};
use crate::code::{Barcode, Code, UserName};
use crate::document::DocumentRef;
pub use crate::document::Ended;
use crate::id::{DeviceId, EntryRef};
pub use crate::order::{
    ExceptionAnswered, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened, OrderSet,
};
pub use crate::production::{BomLineSet, LotEntry, LotPlanned, LotSet};
pub use crate::purchase::{
    PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced, PurchaseSet,
};
use crate::quantity::Quantity;
pub use crate::scan::{ScanMode, ScanResolved, UnknownScan};
pub use crate::stocktake::{
    StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use crate::time::{Clock, Timestamp};

pub use self::kind::Kind;

/// One record of the log, as its writer meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The device's own wall clock when it wrote, which may be wrong.
    pub time: Timestamp,
    /// The hybrid logical clock, never behind anything the device had seen.
    pub clock: Clock,
    /// Who acted; none when the device acted by itself.
    pub user: Option<UserName>,
    /// What it says.
    pub body: Body,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The first entry of an origin.
    Genesis(Genesis),
    /// The device started, or its wall clock stepped.
    ClockMark(ClockMark),
    /// Stock went from a place to a place.
    Moved(Moved),
    /// So much was seen at a place.
    Counted(Counted),
    /// One scan of a count that is going on; without effect on stock.
    Tallied(Tallied),
    /// An earlier transaction is void.
    Reversed(Reversed),
    /// Fields of a thing of the catalogue.
    Set(CatalogueWrite),
    /// An item is an alias of another, or no longer.
    ItemMerged(ItemMerged),
    /// A barcode stands for an item.
    CodeBound(CodeBound),
    /// A barcode no longer stands for an item.
    CodeUnbound(CodeUnbound),
    /// A line of a bill of materials.
    BomLineSet(BomLineSet),
    /// Something about an order.
    Order(OrderEntry),
    /// Something about a production lot.
    Lot(LotEntry),
    /// Something about a purchase order.
    Purchase(PurchaseEntry),
    /// Something about a stocktake.
    Stocktake(StocktakeEntry),
    /// Something was scanned whose code nobody knew.
    UnknownScan(UnknownScan),
    /// What a code that nobody knew stands for.
    ScanResolved(ScanResolved),
    /// An exception is taken as it is.
    ExceptionAnswered(ExceptionAnswered),
    /// What a device wrote beyond its last trusted entries waits.
    DeviceRevoked(DeviceRevoked),
    /// Entries count that their writers had no right to, or that waited.
    Admitted(Admitted),
    /// Entries that waited do not count, for good.
    Refused(Refused),
    /// A device's clock was wrong for a while.
    TimeFixed(TimeFix),
}

/// Why an origin began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GenesisReason {
    /// A new handheld.
    New,
    /// A store that was restored or copied.
    Restored,
    /// The losing side of a fork.
    Forked,
    /// A server.
    Server,
}

impl GenesisReason {
    /// All reasons, by number.
    pub const ALL: [Self; 4] = [Self::New, Self::Restored, Self::Forked, Self::Server];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::New => 0,
            Self::Restored => 1,
            Self::Forked => 2,
            Self::Server => 3,
        }
    }
}

/// The first entry of an origin: which device it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The device that writes it.
    pub device: DeviceId,
    /// The device's name at that time.
    pub name: String,
    /// Why it began.
    pub reason: GenesisReason,
    /// The branch it goes on from.
    pub parent: Option<EntryRef>,
    /// The program's version.
    pub program: Option<String>,
}

/// A mark of the device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockMark {
    /// By how many milliseconds the wall clock stepped against the monotonic one; 0 at start.
    pub step_millis: i64,
}

/// Whose stock of which batch at which location: a place with its stock line's other half.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The location.
    pub location: Code,
    /// Whose stock: a customer's, or ours.
    pub owner: Option<Code>,
    /// The manufacturer's batch.
    pub batch: Option<Code>,
}

/// What a movement was meant as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Put in.
    Add,
    /// Taken out.
    Remove,
    /// From a place to a place.
    Move,
    /// Corrected by hand, up or down.
    Adjust,
}

impl Act {
    /// All acts, by number less one.
    pub const ALL: [Self; 4] = [Self::Add, Self::Remove, Self::Move, Self::Adjust];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Add => 1,
            Self::Remove => 2,
            Self::Move => 3,
            Self::Adjust => 4,
        }
    }

    /// The act as it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Move => "move",
            Self::Adjust => "adjust",
        }
    }
}

/// What a transaction says beside quantities; nothing here changes a total.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Why.
    pub reason: Option<String>,
    /// In the user's words.
    pub note: Option<String>,
    /// The order's number.
    pub order: Option<String>,
    /// The production lot's number.
    pub lot: Option<String>,
    /// The purchase order's number.
    pub po: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
}

/// Makes two writes of one fact count once: a random or derived key, and a place under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey {
    /// The key: random per command, or the first 16 bytes of the imported file's hash.
    pub key: [u8; 16],
    /// The row of the file, or 0.
    pub row: u64,
}

/// What any transaction carries beside its stock lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Particulars {
    /// What people read.
    pub details: Details,
    /// The time the user said it happened, when it is back-dated.
    pub said: Option<Timestamp>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
    /// The day the batch expires, in days since 1970-01-01.
    pub expiry: Option<u32>,
}

/// So much of an item went from a place to a place; no place is outside the warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The item, by the code it is entered under.
    pub item: Code,
    /// How much; never negative when made here, yet a fact whatever it is.
    pub quantity: Quantity,
    /// From where; none = it came in.
    pub from: Option<Place>,
    /// To where; none = it went out.
    pub to: Option<Place>,
    /// What it was meant as.
    pub act: Act,
    /// What it is for: the order whose line of this item it picks for, or returns from (F9); the
    /// lot that it is issued to, or built for; the purchase order that it comes from.
    pub document: Option<DocumentRef>,
    /// The rest.
    pub particulars: Particulars,
}

/// At this moment there are so many of this item on this stock line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The item.
    pub item: Code,
    /// How much was seen.
    pub quantity: Quantity,
    /// Where.
    pub place: Place,
    /// When counting began and ended, when it took a while.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The stocktake that it was made for.
    pub stocktake: Option<EntryRef>,
    /// The rest.
    pub particulars: Particulars,
}

/// One scan of a count that is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied {
    /// The item.
    pub item: Code,
    /// How much this scan adds to the count.
    pub quantity: Quantity,
    /// Where.
    pub place: Place,
    /// The serial number that was scanned.
    pub serial: Option<String>,
    /// So that a scan that is taken again is there once.
    pub once: Option<IdempotencyKey>,
}

/// An earlier transaction is void, at its own place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    /// What is void.
    pub target: EntryRef,
    /// The rest.
    pub particulars: Particulars,
}

/// An item is an alias of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemMerged {
    /// The alias.
    pub item: Code,
    /// What it stands for from now on; none takes it back.
    pub into: Option<Code>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// A barcode stands for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBound {
    /// The item.
    pub item: Code,
    /// The barcode.
    pub barcode: Barcode,
    /// How much of the item one scan of it is.
    pub pack: Quantity,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// A barcode no longer stands for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeUnbound {
    /// The item.
    pub item: Code,
    /// The barcode.
    pub barcode: Barcode,
}

/// From now on a device is not trusted; only from the central server. What it wrote beyond these
/// entries, and under origins that none of them is of, does not count until it is admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRevoked {
    /// The device.
    pub device: DeviceId,
    /// Of each of its origins and their branches the last entry that counts.
    pub trusted: Vec<EntryRef>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Entries count although their writers had no right to them, or were revoked; only from the
/// central server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The entries that count without a right.
    pub entries: Vec<EntryRef>,
    /// Up to and with each of these, all entries of its chain count that waited.
    pub through: Vec<EntryRef>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// Entries of a revoked device do not count, for good; only from the central server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Up to and with each of these, all entries of its chain that waited.
    pub through: Vec<EntryRef>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}

/// By how much a device's clock was wrong from an entry on that begins an origin or marks its clock,
/// up to the next mark; only from the central server (F1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeFix {
    /// The Genesis or ClockMark with which it begins.
    pub run: EntryRef,
    /// By how many milliseconds the clock was ahead; negative when it was behind.
    pub ahead_millis: i64,
    /// By how many milliseconds that may be wrong either way.
    pub uncertainty_millis: u64,
}

impl Body {
    /// The stored number of this kind of entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Genesis(_) => Kind::GENESIS,
            Self::ClockMark(_) => Kind::CLOCK_MARK,
            Self::Moved(_) => Kind::MOVED,
            Self::Counted(_) => Kind::COUNTED,
            Self::Tallied(_) => Kind::TALLIED,
            Self::Reversed(_) => Kind::REVERSED,
            Self::Set(write) => Kind::setting(write.subject.class),
            Self::ItemMerged(_) => Kind::ITEM_MERGED,
            Self::CodeBound(_) => Kind::CODE_BOUND,
            Self::CodeUnbound(_) => Kind::CODE_UNBOUND,
            Self::BomLineSet(_) => Kind::BOM_LINE_SET,
            Self::Order(entry) => entry.kind(),
            Self::Lot(entry) => entry.kind(),
            Self::Purchase(entry) => entry.kind(),
            Self::Stocktake(entry) => entry.kind(),
            Self::UnknownScan(_) => Kind::UNKNOWN_SCAN,
            Self::ScanResolved(_) => Kind::SCAN_RESOLVED,
            Self::ExceptionAnswered(_) => Kind::EXCEPTION_ANSWERED,
            Self::DeviceRevoked(_) => Kind::DEVICE_REVOKED,
            Self::Admitted(_) => Kind::ADMITTED,
            Self::Refused(_) => Kind::REFUSED,
            Self::TimeFixed(_) => Kind::TIME_FIXED,
        }
    }

    /// What a transaction carries beside its stock lines, or a scan that may become one; none for
    /// other entries.
    #[must_use]
    pub const fn particulars(&self) -> Option<&Particulars> {
        match self {
            Self::Moved(moved) => Some(&moved.particulars),
            Self::Counted(counted) => Some(&counted.particulars),
            Self::Reversed(reversed) => Some(&reversed.particulars),
            Self::UnknownScan(scan) => Some(&scan.particulars),
            Self::Genesis(_)
            | Self::ClockMark(_)
            | Self::Tallied(_)
            | Self::Set(_)
            | Self::ItemMerged(_)
            | Self::CodeBound(_)
            | Self::CodeUnbound(_)
            | Self::BomLineSet(_)
            | Self::Order(_)
            | Self::Lot(_)
            | Self::Purchase(_)
            | Self::Stocktake(_)
            | Self::ScanResolved(_)
            | Self::ExceptionAnswered(_)
            | Self::DeviceRevoked(_)
            | Self::Admitted(_)
            | Self::Refused(_)
            | Self::TimeFixed(_) => None,
        }
    }

    /// Whether it is a movement, a count, a reversal, or a scan that may become a movement.
    #[must_use]
    pub const fn is_fact(&self) -> bool {
        self.particulars().is_some()
    }

    /// Whether another run of the device's clock begins with it.
    #[must_use]
    pub const fn marks_clock(&self) -> bool {
        matches!(self, Self::ClockMark(_))
    }

    /// The key it counts once with, if any.
    #[must_use]
    pub const fn once(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Moved(moved) => moved.particulars.once,
            Self::Counted(counted) => counted.particulars.once,
            Self::Reversed(reversed) => reversed.particulars.once,
            Self::Set(write) => write.once,
            Self::ItemMerged(merged) => merged.once,
            Self::CodeBound(bound) => bound.once,
            Self::BomLineSet(set) => set.once,
            Self::Order(entry) => entry.once(),
            Self::Lot(entry) => entry.once(),
            Self::Purchase(entry) => entry.once(),
            Self::Stocktake(entry) => entry.once(),
            Self::UnknownScan(scan) => scan.particulars.once,
            Self::ScanResolved(resolved) => resolved.once,
            Self::Tallied(tallied) => tallied.once,
            Self::ExceptionAnswered(answered) => answered.once,
            Self::DeviceRevoked(revoked) => revoked.once,
            Self::Admitted(admitted) => admitted.once,
            Self::Refused(refused) => refused.once,
            Self::Genesis(_) | Self::ClockMark(_) | Self::CodeUnbound(_) | Self::TimeFixed(_) => {
                None
            }
        }
    }

    /// Gives it a key to count once with, unless it has one or cannot have any.
    pub const fn set_once(&mut self, once: IdempotencyKey) {
        let own = match self {
            Self::Moved(moved) => &mut moved.particulars.once,
            Self::Counted(counted) => &mut counted.particulars.once,
            Self::Reversed(reversed) => &mut reversed.particulars.once,
            Self::Set(write) => &mut write.once,
            Self::ItemMerged(merged) => &mut merged.once,
            Self::CodeBound(bound) => &mut bound.once,
            Self::BomLineSet(set) => &mut set.once,
            Self::Order(entry) => entry.once_mut(),
            Self::Lot(entry) => entry.once_mut(),
            Self::Purchase(entry) => entry.once_mut(),
            Self::Stocktake(entry) => entry.once_mut(),
            Self::UnknownScan(scan) => &mut scan.particulars.once,
            Self::ScanResolved(resolved) => &mut resolved.once,
            Self::Tallied(tallied) => &mut tallied.once,
            Self::ExceptionAnswered(answered) => &mut answered.once,
            Self::DeviceRevoked(revoked) => &mut revoked.once,
            Self::Admitted(admitted) => &mut admitted.once,
            Self::Refused(refused) => &mut refused.once,
            Self::Genesis(_) | Self::ClockMark(_) | Self::CodeUnbound(_) | Self::TimeFixed(_) => {
                return;
            }
        };
        if own.is_none() {
            *own = Some(once);
        }
    }
}

/// What a reader made of an entry's bytes.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are known: a box would be in the way"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Understood.
    Known(Entry),
    /// Well-formed, but of a kind or with a key that needs a newer version.
    Newer {
        /// Its time.
        time: Timestamp,
        /// Its kind.
        kind: Kind,
        /// What it touches, where it says so.
        touches: Option<Subject>,
    },
    /// Not in the one canonical form, or with values that make no sense.
    Bad {
        /// Its time, where the header could be read.
        time: Option<Timestamp>,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Content {
    /// The writer's wall clock, where it could be read.
    #[must_use]
    pub const fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Known(entry) => Some(entry.time),
            Self::Newer { time, .. } => Some(*time),
            Self::Bad { time, .. } => *time,
        }
    }

    /// Whether another run of the device's clock begins with it.
    #[must_use]
    pub const fn marks_clock(&self) -> bool {
        match self {
            Self::Known(entry) => entry.body.marks_clock(),
            Self::Newer { .. } | Self::Bad { .. } => false,
        }
    }
}
