//! What entries say of scans that nobody could tell the meaning of, and of what they turned out to
//! be.

use crate::code::{Barcode, Code};
use crate::entry::{IdempotencyKey, Particulars, Place};
use crate::quantity::Quantity;

/// What a scan session was doing when a code came that nobody knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScanMode {
    /// Putting in.
    Add,
    /// Taking out.
    Remove,
    /// Moving from a place to a place.
    Move,
    /// Counting what is there.
    Count,
}

impl ScanMode {
    /// All modes, by number less one.
    pub const ALL: [Self; 4] = [Self::Add, Self::Remove, Self::Move, Self::Count];

    /// The stored number.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Add => 1,
            Self::Remove => 2,
            Self::Move => 3,
            Self::Count => 4,
        }
    }

    /// The mode as it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Move => "move",
            Self::Count => "count",
        }
    }
}

/// Something was scanned whose code nobody knew. Once the code is resolved it is the movement that
/// it would have been, at its own place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScan {
    /// The code, by which it is resolved: what stands for the item on the label.
    pub code: Barcode,
    /// The whole text as it was scanned, where that is more than the code.
    pub scanned: Option<String>,
    /// The scanner's AIM id of the kind of barcode, as `]C1`.
    pub aim: Option<String>,
    /// What the session was doing.
    pub mode: ScanMode,
    /// How many scans it stands for; times the pack quantity of the code, so much of the item.
    pub quantity: Quantity,
    /// Where: from where something was taken or moved, into what it was put, or what is counted.
    pub place: Place,
    /// Where it was moved to; of a move only.
    pub to: Option<Code>,
    /// The item that was scanned just before it, which tells people what lay beside it.
    pub neighbour: Option<Code>,
    /// The rest.
    pub particulars: Particulars,
}

impl UnknownScan {
    /// Where stock comes from and where it goes, once the code is resolved; neither when it only
    /// counts.
    #[must_use]
    pub fn places(&self) -> (Option<Place>, Option<Place>) {
        let here = || Some(self.place.clone());
        let there = || {
            let location = self.to.clone()?;
            Some(Place {
                location,
                ..self.place.clone()
            })
        };
        match self.mode {
            ScanMode::Add => (None, here()),
            ScanMode::Remove => (here(), None),
            ScanMode::Move => (here(), there()),
            ScanMode::Count => (None, None),
        }
    }
}

/// What a code that nobody knew stands for, for all scans of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanResolved {
    /// The code.
    pub code: Barcode,
    /// The item; none when its scans mean nothing.
    pub item: Option<Code>,
    /// In the user's words.
    pub note: Option<String>,
    /// Counts once with this key.
    pub once: Option<IdempotencyKey>,
}
