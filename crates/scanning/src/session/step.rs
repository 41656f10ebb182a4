//! What goes into a session and what comes out: codes as they were understood, and what to write.

use ledger_core::document::Family;
use ledger_core::entry::ScanMode;
use ledger_core::{Code, DeviceId, EntryId, Quantity, Timestamp, UserName};

use super::Session;
use crate::card::CardStep;
use crate::meaning::{Content, Word};

/// What a scanned code turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A command.
    Word(Word),
    /// A location.
    Location(Code),
    /// So much of an item as one scan of this code is.
    Item(Piece),
    /// Several items have this code; it says this beside.
    Several(Vec<Code>, Content),
    /// An order, lot, purchase order or stocktake, by the entry that began it.
    Document(Family, EntryId),
    /// A customer.
    Customer(Code),
    /// A reason, in its words.
    Reason(String),
    /// A batch, where one is asked for.
    Batch(String),
    /// Somebody's badge.
    Badge(UserName),
    /// A code that nobody knows.
    Unknown(Unknown),
    /// A step of the calibration card.
    Card(CardStep),
}

/// Where and when a scan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here {
    /// The device that it was made for: what others are to count is not asked of it.
    pub device: DeviceId,
    /// When.
    pub now: Timestamp,
}

/// A code that nobody knows, where an item was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What stands for the item on the label: its article or part number, or all of the text.
    pub code: String,
    /// The whole text as it was scanned.
    pub scanned: String,
    /// The scanner's AIM id of the kind of barcode.
    pub aim: Option<String>,
    /// What it says beside.
    pub content: Content,
    /// The names of items that it may be a misspelling of.
    pub near: Vec<String>,
}

/// A scan of such a code in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The code.
    pub unknown: Unknown,
    /// What was being done.
    pub mode: ScanMode,
    /// For how many scans it stands.
    pub quantity: Quantity,
    /// Whose it is; none is our own.
    pub owner: Option<Code>,
    /// The item that was scanned before it at the same place.
    pub neighbour: Option<Code>,
}

/// What was found on a shelf and is being moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// So much of an item.
    Piece(Piece),
    /// Something whose code nobody knows.
    Unknown(Kept),
}

/// So much of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The item.
    pub item: Code,
    /// How much.
    pub quantity: Quantity,
    /// Whose it is; none is our own.
    pub owner: Option<Code>,
    /// The batch that the code named; `-` is stock without one.
    pub batch: Option<String>,
    /// The serial number that the code named.
    pub serial: Option<String>,
    /// The day on which it expires, in days since 1970-01-01.
    pub expiry: Option<u32>,
}

impl Piece {
    /// So much of an item, of which nothing else was said.
    #[must_use]
    pub const fn of(item: Code, quantity: Quantity) -> Self {
        Self {
            item,
            quantity,
            owner: None,
            batch: None,
            serial: None,
            expiry: None,
        }
    }

    /// An item as a code told it: one where that says no quantity.
    #[must_use]
    pub fn told(item: Code, content: Content) -> Self {
        Self {
            quantity: content.quantity.unwrap_or(Quantity::ONE),
            batch: content.batch,
            serial: content.serial,
            expiry: content.expiry,
            ..Self::of(item, Quantity::ONE)
        }
    }
}

/// What was counted of one item, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What was seen.
    pub piece: Piece,
    /// When the first of it was scanned.
    pub started: Timestamp,
}

/// What a step writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Stock comes in.
    Add {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// Stock goes out.
    Remove {
        /// What.
        piece: Piece,
        /// From where.
        location: Code,
    },
    /// Stock goes elsewhere, all of it in one group.
    Move {
        /// What.
        found: Vec<Found>,
        /// From where.
        from: Code,
        /// To where.
        to: Code,
    },
    /// Stock is taken for an order.
    Pick {
        /// The entry that opened the order.
        order: EntryId,
        /// What.
        piece: Piece,
        /// From where.
        location: Code,
    },
    /// A part is taken for a production lot.
    Issue {
        /// The entry that planned the lot.
        lot: EntryId,
        /// What.
        piece: Piece,
        /// From where.
        location: Code,
    },
    /// Units of a production lot are built; the parts that were not issued go with them.
    Build {
        /// The entry that planned the lot.
        lot: EntryId,
        /// What.
        piece: Piece,
        /// Where they are put.
        location: Code,
    },
    /// Something came of a purchase order.
    Receive {
        /// The entry that placed the order.
        purchase: EntryId,
        /// What.
        piece: Piece,
        /// Where it is put.
        location: Code,
        /// Why it is more than was ordered.
        reason: Option<String>,
    },
    /// One scan of a count, which has no effect on stock.
    Tally {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// Such a scan was none.
    TallyBack {
        /// What.
        piece: Piece,
        /// Where.
        location: Code,
    },
    /// A count of a location ends.
    Count {
        /// What was there.
        counts: Vec<Counted>,
        /// Where.
        location: Code,
        /// The entry that opened the stocktake that it is for.
        stocktake: Option<EntryId>,
    },
    /// A scan whose code nobody knows is kept.
    Keep {
        /// The scan.
        kept: Kept,
        /// Where.
        location: Code,
    },
    /// The last transaction of this device is taken back.
    Undo,
    /// Somebody begins to work here, or stops when it was they who did. Nothing for the ledger.
    Badge(UserName),
    /// Nothing more: what the scan does is written already, under its key.
    Written,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It is done.
    Done,
    /// Nothing was done yet: the next scan answers.
    Question,
    /// Nothing was done: what was scanned should not be so, and the next scan says why it is.
    Refused,
    /// Nobody knows the code. It is kept, and still the person should look.
    Unknown,
}

/// How an answer to a scan is meant, for eyes and ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Done, and on the disk.
    Ok,
    /// Done with something to look at, or asked back.
    Warning,
    /// Not done, or kept as something that nobody knows.
    Error,
}

impl Sign {
    /// Its word, for programs and in markup.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Tone {
    /// How it is meant, with or without something that the person should look at.
    #[must_use]
    pub const fn sign(self, is_warned: bool) -> Sign {
        match self {
            Self::Done if !is_warned => Sign::Ok,
            Self::Done | Self::Question => Sign::Warning,
            Self::Refused | Self::Unknown => Sign::Error,
        }
    }
}

/// What a code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where the session stands afterwards.
    pub next: Session,
    /// What must be durable before that.
    pub action: Option<Action>,
    /// What is then said.
    pub says: String,
    /// What the person should look at.
    pub warns: Vec<String>,
    /// How it went.
    pub tone: Tone,
}

impl Step {
    /// Goes on without writing anything.
    pub(super) fn to(next: Session, says: impl Into<String>) -> Self {
        Self {
            next,
            action: None,
            says: says.into(),
            warns: Vec::new(),
            tone: Tone::Done,
        }
    }

    pub(super) fn in_tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// The same, and this is written first.
    pub(super) fn writing(self, action: Action) -> Self {
        Self {
            action: Some(action),
            ..self
        }
    }

    pub(super) fn warning(mut self, text: impl Into<String>) -> Self {
        self.warns.push(text.into());
        self
    }
}
