//! A session as text, so that a program that was killed goes on where it was.
//!
//! Only the program that wrote it reads it, on the same device: what a later version does not
//! understand is no session, and the person scans the mode and the place once more.

use ledger_core::Timestamp;
use ledger_core::document::Family;
use ledger_core::entry::ScanMode;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::job::Job;
use super::step::{Counted, Found, Kept, Piece, Unknown};
use super::stocktake::Doubted;
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
    more: Option<SavedPiece>,
    unbatched: Option<SavedPiece>,
    batches: Vec<String>,
    job: Option<SavedJob>,
    doubted: Vec<SavedDoubted>,
}

/// What is worked off.
#[derive(Debug, Serialize, Deserialize)]
struct SavedJob {
    family: u8,
    id: String,
    device: String,
    skipped: Vec<(String, Option<String>)>,
    why: Option<(String, String)>,
}

impl SavedJob {
    fn of(job: &Job) -> Self {
        let skipped = job.skipped.iter();
        Self {
            family: job.family.number(),
            id: job.id.to_string(),
            device: job.device.to_string(),
            skipped: skipped
                .map(|(item, location)| (item.to_string(), text(location.as_ref())))
                .collect(),
            why: job.why.clone().map(|(item, why)| (item.to_string(), why)),
        }
    }

    fn job(self) -> Option<Job> {
        let skipped = self.skipped.into_iter();
        let skipped = skipped.map(|(item, at)| Some((item.parse().ok()?, read(at)?)));
        let why = match self.why {
            Some((item, why)) => Some((item.parse().ok()?, why)),
            None => None,
        };
        Some(Job {
            family: Family::from_number(u64::from(self.family))?,
            id: self.id.parse().ok()?,
            device: self.device.parse().ok()?,
            skipped: skipped.collect::<Option<_>>()?,
            why,
        })
    }
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
    order: Option<String>,
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
            order: content.order.clone(),
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
            order: self.order,
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

/// What is counted a second time.
#[derive(Debug, Serialize, Deserialize)]
struct SavedDoubted {
    item: String,
    owner: Option<String>,
    batch: Option<String>,
    begun: bool,
    first: Vec<SavedTally>,
}

impl SavedDoubted {
    fn of(doubted: &Doubted) -> Self {
        Self {
            item: doubted.item.to_string(),
            owner: text(doubted.owner.as_ref()),
            batch: doubted.batch.clone(),
            begun: doubted.begun,
            first: doubted.first.iter().map(SavedTally::of).collect(),
        }
    }

    fn doubted(self) -> Option<Doubted> {
        Some(Doubted {
            item: self.item.parse().ok()?,
            owner: read(self.owner)?,
            batch: self.batch,
            begun: self.begun,
            first: all(self.first, SavedTally::tally)?,
        })
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
        let (mut much, mut more, mut unbatched) = (None, None, None);
        let mut batches = Vec::new();
        match &self.doubt {
            Some(Doubt::Much(piece)) => much = Some(SavedPiece::of(piece)),
            Some(Doubt::Why(piece)) => more = Some(SavedPiece::of(piece)),
            Some(Doubt::Batch(piece, there)) => {
                unbatched = Some(SavedPiece::of(piece));
                batches.clone_from(there);
            }
            Some(Doubt::Which(..)) | None => {}
        }
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
            more,
            unbatched,
            batches,
            job: self.job.as_ref().map(SavedJob::of),
            doubted: self.doubted.iter().map(SavedDoubted::of).collect(),
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
        let doubt = match (saved.much, saved.more, saved.unbatched) {
            (Some(piece), _, _) => Some(Doubt::Much(piece.piece()?)),
            (None, Some(piece), _) => Some(Doubt::Why(piece.piece()?)),
            (None, None, Some(piece)) => Some(Doubt::Batch(piece.piece()?, saved.batches)),
            (None, None, None) => None,
        };
        let job = match saved.job {
            Some(job) => Some(job.job()?),
            None => None,
        };
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
            doubt,
            job,
            doubted: all(saved.doubted, SavedDoubted::doubted)?,
        })
    }
}
