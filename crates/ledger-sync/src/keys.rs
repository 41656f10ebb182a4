//! Checking batches: inflate, chain, signature, and how they meet what is already here.

use std::collections::BTreeMap;

use ledger_core::catalogue::{Class, key};
use ledger_core::entry::{Body, Content};
use ledger_core::planted::Bug;
use ledger_core::{DeviceId, LedgerId, Origin};
use ledger_format::entry_bytes;
use ledger_format::head::{PublicKey, Signature, SignedHead};
use ledger_format::wire::{self, BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, BatchMessage};
use ledger_format::{Hash, OriginSlice, pack};

use crate::server::Known;
use crate::{BranchStart, Fault, Log};

/// A batch that holds: inflated, chained to its signed head.
pub(crate) struct Checked {
    /// All entries of the batch.
    pub(crate) slice: OriginSlice,
    /// The chain hash after each entry.
    pub(crate) hashes: Vec<Hash>,
    pub(crate) head: SignedHead,
    /// The origin whose chain this is, or is a branch of.
    pub(crate) root: Origin,
}

/// A log with what earlier batches of the same message add to it.
pub(crate) struct Ahead<'a, L> {
    pub(crate) log: &'a L,
    pub(crate) ledger: LedgerId,
    /// Branches that begin in this message.
    pub(crate) branches: BTreeMap<Origin, BranchStart>,
    /// Hashes of entries that are in this message, by origin and seq.
    heads: BTreeMap<Origin, (u64, Hash)>,
    hashes: BTreeMap<(Origin, u64), Hash>,
    devices: BTreeMap<Origin, DeviceId>,
    keys: BTreeMap<DeviceId, PublicKey>,
}

impl<'a, L: Log> Ahead<'a, L> {
    pub(crate) fn new(log: &'a L, ledger: LedgerId) -> Self {
        Self {
            log,
            ledger,
            branches: BTreeMap::new(),
            heads: BTreeMap::new(),
            hashes: BTreeMap::new(),
            devices: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// The same, with the keys that hold beside those of the log.
    pub(crate) fn knowing(log: &'a L, known: &Known) -> Self {
        let mut ahead = Self::new(log, known.ledger);
        for key in [known.server_key, known.caller, known.own] {
            ahead.trust(key);
        }
        ahead
    }

    /// Trusts a device's key that is known from elsewhere, such as the server's own.
    pub(crate) fn trust(&mut self, key: PublicKey) {
        self.keys.insert(key.device_id(), key);
    }

    pub(crate) fn head(&self, origin: Origin) -> Result<(u64, Hash), Fault<L::Error>> {
        if let Some(head) = self.heads.get(&origin) {
            return Ok(*head);
        }
        if let Some(head) = self.log.head(origin).map_err(Fault::Log)? {
            return Ok(head);
        }
        Ok(match self.branch(origin)? {
            Some(branch) => (branch.first_seq.saturating_sub(1), branch.prev),
            None => (0, Hash::before_first(origin)),
        })
    }

    pub(crate) fn hash_at(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<Hash>, Fault<L::Error>> {
        if let Some(hash) = self.hashes.get(&(origin, seq)) {
            return Ok(Some(*hash));
        }
        if let Some(branch) = self.branches.get(&origin) {
            let is_before = seq.saturating_add(1) == branch.first_seq;
            return Ok(is_before.then_some(branch.prev));
        }
        self.log.hash_at(origin, seq).map_err(Fault::Log)
    }

    /// The chain hash after an entry of this message.
    pub(crate) fn ahead_hash(&self, chain: Origin, seq: u64) -> Option<Hash> {
        self.hashes.get(&(chain, seq)).copied()
    }

    /// The device that an origin belongs to. What this message says of it counts where the log says
    /// nothing: the log took it from whoever came first.
    fn device_of(&self, root: Origin) -> Option<DeviceId> {
        let known = self.log.device_of(root);
        known.or_else(|| self.devices.get(&root).copied())
    }

    /// Whether a head is signed by the device that its origin belongs to.
    pub(crate) fn holds(&self, head: &SignedHead) -> bool {
        let device = self.device_of(head.origin);
        device.is_some_and(|device| self.is_signed_by(head, device))
    }

    fn is_signed_by(&self, head: &SignedHead, device: DeviceId) -> bool {
        let known = self.keys.get(&device).copied();
        let known = known.or_else(|| self.log.public_key(device));
        known.is_some_and(|known| head.verify_strict(&known).is_ok())
    }

    /// The origin that a chain is, or is a branch of.
    pub(crate) fn root(&self, chain: Origin) -> Result<Origin, Fault<L::Error>> {
        Ok(self.branch(chain)?.map_or(chain, |branch| branch.root))
    }

    /// Inflates a batch and checks its chain and its signature.
    pub(crate) fn check(&mut self, batch: &BatchMessage) -> Result<Checked, Fault<L::Error>> {
        let origin = wire::origin_of(&batch.origin);
        let root = batch.root.as_ref().map_or(origin, wire::origin_of);
        let entries_max = u64::try_from(BATCH_ENTRIES_MAX).unwrap_or(u64::MAX);
        if batch.bytes.len() > BATCH_BYTES_MAX || batch.count > entries_max {
            return Err(Fault::TooLarge { origin });
        }
        let slice = unpack(batch).map_err(|reason| Fault::Unreadable { origin, reason })?;
        let mut hashes = Vec::with_capacity(slice.entries.len());
        let mut hash = slice.prev;
        for entry in slice.entries.iter() {
            hash = hash.then(entry);
            hashes.push(hash);
        }
        if hash != wire::hash_of(&batch.head) {
            return Err(Fault::BadHash { origin });
        }
        let head = SignedHead {
            ledger: self.ledger,
            origin: root,
            seq: slice.last_seq(),
            hash,
            signature: Signature::from_bytes(*batch.signature),
        };
        let first_seq = slice.first_seq;
        // Whose a new origin is stands in its first entry.
        let begun = slice
            .entries
            .get(0)
            .filter(|_| first_seq == 1 && origin == root)
            .and_then(genesis_device);
        let device = self.device_of(root).or(begun);
        let Some(device) = device.filter(|device| self.is_signed_by(&head, *device)) else {
            return Err(if first_seq > 1 && self.head(root)?.0 == 0 {
                Fault::Gap {
                    origin: root,
                    first_seq,
                    expected: 1,
                }
            } else {
                Fault::BadSignature { origin }
            });
        };
        self.devices.insert(root, device);
        Ok(Checked {
            slice,
            hashes,
            head,
            root,
        })
    }

    /// Entries that are already in the log, so many of them and not all at once if they are many.
    pub(crate) fn slice(
        &self,
        origin: Origin,
        from: u64,
        count: u64,
    ) -> Result<OriginSlice, Fault<L::Error>> {
        let most = usize::try_from(count).unwrap_or(usize::MAX);
        self.log
            .slice(origin, from, most.min(BATCH_ENTRIES_MAX), usize::MAX)
            .map_err(Fault::Log)
    }

    /// Whether an origin, which is no branch, belongs to a device.
    pub(crate) fn is_of(&self, root: Origin, device: DeviceId) -> bool {
        self.device_of(root) == Some(device)
    }

    /// Takes the keys that the central server certified in entries of its own which are in the log.
    pub(crate) fn learn_keys_of(
        &mut self,
        chain: Origin,
        first_seq: u64,
        count: u64,
    ) -> Result<(), Fault<L::Error>> {
        let behind = first_seq.saturating_add(count);
        let mut next = first_seq;
        while next < behind {
            let most = usize::try_from(behind.saturating_sub(next)).unwrap_or(BATCH_ENTRIES_MAX);
            let slice = self.log.slice(chain, next, most, usize::MAX);
            let slice = slice.map_err(Fault::Log)?;
            if slice.entries.is_empty() {
                // It came in this message, and was looked at then.
                return Ok(());
            }
            self.learn_keys(&slice);
            next = slice.last_seq().saturating_add(1);
        }
        Ok(())
    }

    /// Takes the keys that the central server certified in its own entries.
    pub(crate) fn learn_keys(&mut self, slice: &OriginSlice) {
        for entry in slice.entries.iter() {
            if let Content::Known(entry) = entry_bytes::decode(entry)
                && let Body::Set(write) = entry.body
                && write.subject.class == Class::Device
                && let Some(bytes) = write
                    .fields
                    .get(&key::PUBLIC_KEY)
                    .and_then(|v| v.as_bytes())
                && let Ok(bytes) = <[u8; 32]>::try_from(bytes)
            {
                self.trust(PublicKey::from_bytes(bytes));
            }
        }
    }

    /// How a checked batch meets the log: the part of it that is new, none when all is known.
    pub(crate) fn join(
        &mut self,
        checked: &Checked,
    ) -> Result<Option<OriginSlice>, Fault<L::Error>> {
        let slice = &checked.slice;
        let origin = slice.origin;
        let (last, _) = self.head(origin)?;
        let expected = last.saturating_add(1);
        if slice.first_seq > expected {
            return Err(Fault::Gap {
                origin,
                first_seq: slice.first_seq,
                expected,
            });
        }
        if slice.first_seq < expected && Bug::SkipHashCompare.is_planted() {
            return Ok(None);
        }
        let before = slice.first_seq.saturating_sub(1);
        if self.hash_at(origin, before)? != Some(slice.prev) {
            return Err(Fault::Fork {
                origin,
                seq: before.max(1),
            });
        }
        let overlap =
            usize::try_from(expected.saturating_sub(slice.first_seq)).unwrap_or(usize::MAX);
        let overlap = overlap.min(slice.entries.len());
        if let Some(at) = overlap.checked_sub(1) {
            let seq = before.saturating_add(u64::try_from(overlap).unwrap_or(u64::MAX));
            if self.hash_at(origin, seq)? != checked.hashes.get(at).copied() {
                return Err(Fault::Fork { origin, seq });
            }
        }
        if overlap == slice.entries.len() {
            return Ok(None);
        }
        let prev = match overlap.checked_sub(1) {
            Some(at) => checked.hashes.get(at).copied().unwrap_or(slice.prev),
            None => slice.prev,
        };
        let entries = slice.entries.iter().skip(overlap).collect();
        let new = OriginSlice {
            origin,
            first_seq: expected.max(slice.first_seq),
            prev,
            entries,
        };
        self.goes_on(origin, checked, overlap);
        Ok(Some(new))
    }

    /// Takes note that a chain goes on with a batch's entries, of which so many were known.
    pub(crate) fn goes_on(&mut self, chain: Origin, checked: &Checked, known: usize) {
        let entries = (checked.slice.first_seq..).zip(&checked.hashes);
        for (seq, hash) in entries.skip(known) {
            self.hashes.insert((chain, seq), *hash);
        }
        let head = (checked.head.seq, checked.head.hash);
        self.heads.insert(chain, head);
    }
}

/// The entries of a batch, as far as their packing can be read; nothing else is checked.
pub fn unpack(batch: &BatchMessage) -> Result<OriginSlice, String> {
    let origin = wire::origin_of(&batch.origin);
    let prev = wire::hash_of(&batch.prev);
    let slice = pack::unpack(&batch.bytes, origin, batch.first_seq, prev)
        .map_err(|error| error.to_string())?;
    let count = u64::try_from(slice.entries.len()).unwrap_or(u64::MAX);
    if batch.first_seq == 0 || count != batch.count || count == 0 {
        return Err("its count does not match".to_owned());
    }
    Ok(slice)
}

fn genesis_device(entry: &[u8]) -> Option<DeviceId> {
    if let Content::Known(entry) = entry_bytes::decode(entry)
        && let Body::Genesis(genesis) = entry.body
    {
        return Some(genesis.device);
    }
    None
}
