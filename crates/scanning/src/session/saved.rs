//! A session as text, so that a program that was killed goes on where it was.
//!
//! Only the program that wrote it reads it, on the same device: what a later version does not
//! understand is no session, and the person scans the mode and the place once more.

use ledger_core::Timestamp;
use ledger_core::entry::ScanMode;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::pick::Picking;
use super::step::{Counted, Found, Kept, Piece, Unknown};
use super::{Asked, Mode, Session, Tally};
use crate::meaning::Content;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Saved {
    mode: Option<String>,
    location: Option<String>,
    times: Option<String>,
    held: Vec<SavedFound>,
    tallied: Vec<SavedTally>,
    neighbour: Option<String>,
    owner: Option<String>,
    reason: Option<String>,
    asked: Option<String>,
    much: Option<SavedPiece>,
    order: Option<String>,
    skipped: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedPiece {
    item: String,
    quantity: String,
    owner: Option<String>,
    batch: Option<String>,
    serial: Option<String>,
    expiry: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SavedFound {
    Piece(SavedPiece),
    Unknown(SavedKept),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SavedTally {
    Known(SavedPiece, u64),
    Unknown(String),
}

/// A scan of a code that nobody knows, on its way to another place.
#[derive(Debug, Serialize, Deserialize)]
struct SavedKept {
    code: String,
    scanned: String,
    aim: Option<String>,
    told: Option<String>,
    batch: Option<String>,
    serial: Option<String>,
    expiry: Option<u32>,
    near: Vec<String>,
    quantity: String,
    owner: Option<String>,
    neighbour: Option<String>,
}

impl SavedKept {
    fn of(kept: &Kept) -> Self {
        let Unknown {
            code,
            scanned,
            aim,
            content,
            near,
        } = &kept.unknown;
        Self {
            code: code.clone(),
            scanned: scanned.clone(),
            aim: aim.clone(),
            told: text(content.quantity.as_ref()),
            batch: content.batch.clone(),
            serial: content.serial.clone(),
            expiry: content.expiry,
            near: near.clone(),
            quantity: kept.quantity.to_string(),
            owner: text(kept.owner.as_ref()),
            neighbour: text(kept.neighbour.as_ref()),
        }
    }

    fn kept(self) -> Option<Kept> {
        let content = Content {
            quantity: read(self.told)?,
            batch: self.batch,
            serial: self.serial,
            expiry: self.expiry,
        };
        Some(Kept {
            unknown: Unknown {
                code: self.code,
                scanned: self.scanned,
                aim: self.aim,
                content,
                near: self.near,
            },
            // Nothing else is taken up.
            mode: ScanMode::Move,
            quantity: self.quantity.parse().ok()?,
            owner: read(self.owner)?,
            neighbour: read(self.neighbour)?,
        })
    }
}

impl SavedFound {
    fn of(found: &Found) -> Self {
        match found {
            Found::Piece(piece) => Self::Piece(SavedPiece::of(piece)),
            Found::Unknown(kept) => Self::Unknown(SavedKept::of(kept)),
        }
    }

    fn found(self) -> Option<Found> {
        match self {
            Self::Piece(piece) => piece.piece().map(Found::Piece),
            Self::Unknown(kept) => kept.kept().map(Found::Unknown),
        }
    }
}

impl SavedTally {
    fn of(tally: &Tally) -> Self {
        match tally {
            Tally::Known(Counted { piece, started }) => {
                Self::Known(SavedPiece::of(piece), started.millis())
            }
            Tally::Unknown(code) => Self::Unknown(code.clone()),
        }
    }

    fn tally(self) -> Option<Tally> {
        match self {
            Self::Known(piece, millis) => Some(Tally::Known(Counted {
                piece: piece.piece()?,
                started: Timestamp::from_millis(millis),
            })),
            Self::Unknown(code) => Some(Tally::Unknown(code)),
        }
    }
}

impl SavedPiece {
    fn of(piece: &Piece) -> Self {
        Self {
            item: piece.item.to_string(),
            quantity: piece.quantity.to_string(),
            owner: text(piece.owner.as_ref()),
            batch: piece.batch.clone(),
            serial: piece.serial.clone(),
            expiry: piece.expiry,
        }
    }

    fn piece(self) -> Option<Piece> {
        Some(Piece {
            item: self.item.parse().ok()?,
            quantity: self.quantity.parse().ok()?,
            owner: read(self.owner)?,
            batch: self.batch,
            serial: self.serial,
            expiry: self.expiry,
        })
    }
}

fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

/// None when one of them is none.
fn all<T, U>(saved: Vec<T>, read: fn(T) -> Option<U>) -> Option<Vec<U>> {
    saved.into_iter().map(read).collect()
}

/// None when there is a text, and it is none of these.
fn read<T: std::str::FromStr>(text: Option<String>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => text.parse().ok().map(Some),
    }
}

impl Session {
    /// The session as JSON. A question which of several items was scanned is not kept: the code is
    /// scanned again.
    #[must_use]
    pub fn saved(&self) -> String {
        let picking = self.picking.as_ref();
        let skipped = picking.map_or(&[][..], |picking| &picking.skipped);
        let much = match &self.doubt {
            Some(Doubt::Much(piece)) => Some(SavedPiece::of(piece)),
            Some(Doubt::Which(..)) | None => None,
        };
        let asked = self.asked.map(|asked| match asked {
            Asked::Owner => "OWNER",
            Asked::Reason => "REASON",
        });
        let saved = Saved {
            mode: self.mode().map(str::to_owned),
            location: text(self.location.as_ref()),
            times: text(self.times.as_ref()),
            held: self.held.iter().map(SavedFound::of).collect(),
            tallied: self.tallied.iter().map(SavedTally::of).collect(),
            neighbour: text(self.neighbour.as_ref()),
            owner: text(self.owner.as_ref()),
            reason: self.reason.clone(),
            asked: asked.map(str::to_owned),
            much,
            order: picking.map(|picking| picking.order.to_string()),
            skipped: skipped
                .iter()
                .map(|(item, location)| (item.to_string(), location.to_string()))
                .collect(),
        };
        serde_json::to_string(&saved).unwrap_or_default()
    }

    /// The session that such a text is; none when it is no such text.
    #[must_use]
    pub fn of_saved(text: &str) -> Option<Self> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        let mode = match &saved.mode {
            Some(word) => Some(Mode::of(word)?),
            None => None,
        };
        let asked = match saved.asked.as_deref() {
            Some("OWNER") => Some(Asked::Owner),
            Some("REASON") => Some(Asked::Reason),
            Some(_) => return None,
            None => None,
        };
        let much = saved.much.map(SavedPiece::piece);
        let skipped = saved.skipped.into_iter();
        let skipped = skipped.map(|(item, at)| Some((item.parse().ok()?, at.parse().ok()?)));
        let skipped = skipped.collect::<Option<Vec<_>>>()?;
        Some(Self {
            mode,
            location: read(saved.location)?,
            times: read(saved.times)?,
            held: all(saved.held, SavedFound::found)?,
            tallied: all(saved.tallied, SavedTally::tally)?,
            neighbour: read(saved.neighbour)?,
            owner: read(saved.owner)?,
            reason: saved.reason,
            asked,
            doubt: match much {
                Some(piece) => Some(Doubt::Much(piece?)),
                None => None,
            },
            picking: read(saved.order)?.map(|order| Picking { order, skipped }),
        })
    }
}
