//! A session as text, so that a program that was killed goes on where it was.
//!
//! Only the program that wrote it reads it, on the same device: what a later version does not
//! understand is no session, and the person scans the mode and the place once more.

use ledger_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::pick::Picking;
use super::step::{Counted, Piece};
use super::{Asked, Mode, Session};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Saved {
    mode: Option<String>,
    location: Option<String>,
    times: Option<String>,
    held: Vec<SavedPiece>,
    tallied: Vec<(SavedPiece, u64)>,
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
        let tallied = self.tallied.iter();
        let saved = Saved {
            mode: self.mode().map(str::to_owned),
            location: text(self.location.as_ref()),
            times: text(self.times.as_ref()),
            held: self.held.iter().map(SavedPiece::of).collect(),
            tallied: tallied
                .map(|scan| (SavedPiece::of(&scan.piece), scan.started.millis()))
                .collect(),
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
        let tallied = saved.tallied.into_iter().map(|(piece, millis)| {
            let started = Timestamp::from_millis(millis);
            let piece = piece.piece()?;
            Some(Counted { piece, started })
        });
        let much = saved.much.map(SavedPiece::piece);
        let skipped = saved.skipped.into_iter();
        let skipped = skipped.map(|(item, at)| Some((item.parse().ok()?, at.parse().ok()?)));
        let skipped = skipped.collect::<Option<Vec<_>>>()?;
        Some(Self {
            mode,
            location: read(saved.location)?,
            times: read(saved.times)?,
            held: saved
                .held
                .into_iter()
                .map(SavedPiece::piece)
                .collect::<Option<_>>()?,
            tallied: tallied.collect::<Option<_>>()?,
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
