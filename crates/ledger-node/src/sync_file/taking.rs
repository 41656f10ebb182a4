//! Taking the parts of a file.

use ledger_core::{DeviceId, Timestamp};
use ledger_format::head::{Certificate, PublicKey, Signature, verify_request};
use ledger_format::pack;
use ledger_format::wire::{
    self, BatchMessage, Envelope, FilePart, Message as _, Piece, SyncRequest,
};
use ledger_sync::client::Client;
use ledger_sync::pieces;
use ledger_sync::server::{self, Place};

use crate::conversation::asking::Follows;
use crate::conversation::{Bonded, faulty};
use crate::error::NodeError;
use crate::node::Node;
use crate::sync_server::Given;

/// What a part is signed with where a request has the server's nonce, which is longer: neither is
/// ever taken for the other.
pub(super) const NONCE: &[u8] = b"stockledger file";

/// What taking a part did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartTaken {
    /// The device that wrote it.
    pub by: DeviceId,
    /// When it began to, by its clock.
    pub at: Timestamp,
    /// Entries that are new here.
    pub pulled: u64,
    /// Entries that could not be taken.
    pub rejected: u64,
    /// Whether it is the last one.
    pub is_last: bool,
    /// Whether, after the last one, all of ours is known to be at the central server, and all of
    /// its here.
    pub synced: bool,
}

/// Who wrote a part.
struct Maker {
    device: DeviceId,
    key: PublicKey,
    certificate: Option<Certificate>,
    is_central: bool,
}

/// What was taken of a part.
#[derive(Default)]
struct Sum {
    pulled: u64,
    rejected: u64,
}

fn bad(reason: &str) -> NodeError {
    NodeError::BadAnswer(reason.to_owned())
}

impl Node {
    /// Takes what is new here from a part of a file: checked, durable, folded, and numbered where
    /// this is the central server. Parts are taken in their order.
    pub fn take_sync_part(&self, bytes: &[u8]) -> Result<PartTaken, NodeError> {
        let damaged = "it is damaged";
        let envelope = Envelope::from_bytes(bytes).or(Err(bad(damaged)))?;
        let maker = self.maker(&envelope)?;
        let part = FilePart::from_bytes(&envelope.body).or(Err(bad(damaged)))?;
        let shown = self.take_shown(maker.certificate.as_ref(), &part.certificates);
        shown.map_err(|refused| NodeError::BadAnswer(refused.2))?;
        let is_central = self.lock().central.is_some();
        let sum = match is_central {
            true => self.take_part_centrally(&maker, &part)?,
            false => self.take_part_here(&maker, &part)?,
        };
        let at = Timestamp::from_millis(part.at_millis);
        Ok(PartTaken {
            by: maker.device,
            at,
            pulled: sum.pulled,
            rejected: sum.rejected,
            is_last: part.is_last,
            synced: is_central || self.is_synced_by(&maker, &part)?,
        })
    }

    /// Who signed it.
    fn maker(&self, envelope: &Envelope) -> Result<Maker, NodeError> {
        let device = wire::device_of(&envelope.device);
        let inner = self.lock();
        let ledger = inner.keys.ledger().ok_or(NodeError::NotEnrolled)?;
        let central = inner.keys.ledger_key().ok_or(NodeError::NotEnrolled)?;
        let certificate = inner.keys.certified(envelope.certificate.as_ref(), device);
        let is_central = central.device_id() == device;
        let shown = certificate
            .as_ref()
            .map(|certificate| certificate.public_key);
        let key = if is_central { Some(central) } else { shown };
        let key = key.ok_or(bad("a device wrote it that is not of this ledger"))?;
        let signature = Signature::from_bytes(*envelope.signature);
        let (ledger, body) = (ledger.as_bytes(), &envelope.body);
        let held = *envelope.nonce == NONCE
            && verify_request(&key, ledger, NONCE, body, &signature).is_ok();
        if !held {
            return Err(bad("its signature does not hold: it is damaged"));
        }
        Ok(Maker {
            device,
            key,
            certificate,
            is_central,
        })
    }

    /// The central server numbers what it does not have. What another epoch's numbers said of the
    /// order is kept as far as it can be.
    fn take_part_centrally(&self, maker: &Maker, part: &FilePart) -> Result<Sum, NodeError> {
        let mut sum = Sum::default();
        if let Some(piece) = &part.piece {
            self.renew_if_turned_back(maker.device, &piece.to)?;
            if self.place(&piece.to)? != Place::Here {
                let given = self.take_given(maker.key, None, &|log, known| {
                    pieces::take_pushed(log, known, piece)
                })?;
                sum.add(&given, &piece.entries);
            }
        }
        if !part.loose.is_empty() {
            let request = request_of(part);
            let given = self.take_given(maker.key, None, &|log, known| {
                server::take_push(log, known, &request)
            })?;
            sum.add(&given, &part.loose);
        }
        Ok(sum)
    }

    /// Everybody else learns entries and numbers.
    fn take_part_here(&self, maker: &Maker, part: &FilePart) -> Result<Sum, NodeError> {
        let (bonded, _) = self.bonded()?;
        let known = self.lock().epoch;
        let is_revoked = self.read(|fold| fold.revoked_by(maker.device).is_some());
        let holders = self.holders(maker, part);
        // Epochs grow; and the word of a device that was revoked is not asked for.
        let numbers_count = part.epoch >= known && !is_revoked;
        let mut sum = Sum::default();
        match &part.piece {
            Some(piece) if numbers_count => sum.pulled = self.take_piece(&bonded, known, piece)?,
            Some(piece) => self.take_loose(&bonded, &holders, &piece.entries, &mut sum)?,
            None => {}
        }
        self.take_loose(&bonded, &holders, &part.loose, &mut sum)?;
        Ok(sum)
    }

    /// Keys that hold for a part, beside those that the log knows.
    fn holders(&self, maker: &Maker, part: &FilePart) -> Vec<PublicKey> {
        let shown = self.lock().keys.certified_all(&part.certificates);
        let keys = shown.iter().map(|certificate| certificate.public_key);
        keys.chain([maker.key]).collect()
    }

    /// Takes a piece of the order that was asked for when an epoch was known; says how many entries
    /// were new here.
    pub(crate) fn take_piece(
        &self,
        bonded: &Bonded,
        known: u64,
        piece: &Piece,
    ) -> Result<u64, NodeError> {
        let client = bonded.client(pack::FACTORED);
        let epoch = piece.from.epoch;
        let mut pulled = 0_u64;
        loop {
            let cursor = self.stored_cursor(&bonded.server_key, epoch)?;
            let taken = self.take_made(Follows { known, epoch }, false, &|log| {
                client.take_piece(log, cursor, piece).map_err(faulty)
            })?;
            pulled = pulled.saturating_add(taken.pulled);
            // What went by another name here goes by its own now.
            if !taken.again || taken.cursor.n >= piece.to.n {
                return Ok(pulled);
            }
        }
    }

    fn take_loose(
        &self,
        bonded: &Bonded,
        holders: &[PublicKey],
        batches: &[BatchMessage],
        sum: &mut Sum,
    ) -> Result<(), NodeError> {
        if batches.is_empty() {
            return Ok(());
        }
        let client = bonded.client(pack::FACTORED);
        let epoch = self.lock().epoch;
        let follows = Follows {
            known: epoch,
            epoch,
        };
        let cursor = self.stored_cursor(&bonded.server_key, epoch)?;
        let rejected = std::cell::Cell::new(0);
        let taken = self.take_made(follows, false, &|log| {
            let taken = client.take_batches(log, cursor, batches, holders);
            let (taken, left) = taken.map_err(faulty)?;
            rejected.set(left);
            Ok(taken)
        })?;
        sum.pulled = sum.pulled.saturating_add(taken.pulled);
        sum.rejected = sum.rejected.saturating_add(rejected.get());
        Ok(())
    }

    /// Whether the end of a file says that the central server holds all of ours; then its moment is
    /// kept.
    fn is_synced_by(&self, maker: &Maker, part: &FilePart) -> Result<bool, NodeError> {
        let inner = self.lock();
        let all = maker.is_central && inner.epoch == part.epoch && inner.all_numbered();
        drop(inner);
        if all && part.is_last {
            self.note_synced(Timestamp::from_millis(part.at_millis))?;
        }
        Ok(all && part.is_last)
    }
}

impl Sum {
    fn add(&mut self, given: &Given, batches: &[BatchMessage]) {
        self.pulled = self.pulled.saturating_add(given.entries);
        let is_rejected = |batch: &&BatchMessage| {
            let mut rejects = given.rejects.iter();
            rejects.any(|it| (it.origin, it.first_seq) == (batch.origin, batch.first_seq))
        };
        let rejected = batches.iter().filter(is_rejected);
        let rejected: u64 = rejected.map(|batch| batch.count).sum();
        self.rejected = self.rejected.saturating_add(rejected);
    }
}

/// What has no number in a part, as somebody pushes it.
fn request_of(part: &FilePart) -> SyncRequest {
    SyncRequest {
        cursor: Client::first_cursor(0),
        have: Vec::new(),
        again: Vec::new(),
        push: part.loose.clone(),
        certificates: part.certificates.clone(),
        clocks: Vec::new(),
        bytes_max: 0,
        wants_snapshot: false,
        now_millis: None,
    }
}
