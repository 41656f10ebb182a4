//! A small ledger that several targets share: a server, two devices, and what they wrote.

use std::collections::BTreeMap;
use std::fmt;

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key as field};
use ledger_core::entry::{Body, Content, Entry, Genesis, GenesisReason};
use ledger_core::fold::NumberRun;
use ledger_core::{Clock, Code, DeviceId, LedgerId, Origin, Timestamp};
use ledger_format::head::{DeviceKey, PublicKey, SignedHead};
use ledger_format::wire::{self, BatchMessage, CursorMessage};
use ledger_format::{EntryBuf, Hash, OriginSlice, entry_bytes};
use ledger_sync::{BranchStart, ChainedRun, Effect, Log};

/// The epoch of the central order.
pub(crate) const EPOCH: u64 = 7;

/// An origin by number; the one of the server is 0, those of the devices are 1 and 2.
pub(crate) fn origin(number: u8) -> Origin {
    Origin::from_bytes([number; 16])
}

/// A key by number; the server's is 0, those of the devices are 1 and 2.
pub(crate) fn key(number: u8) -> DeviceKey {
    DeviceKey::from_seed(&[number.wrapping_add(100); 32])
}

/// The ledger.
pub(crate) fn ledger() -> LedgerId {
    LedgerId::from_bytes([0xEE; 16])
}

/// An entry's bytes; the time follows from a number.
pub(crate) fn entry(number: u64, body: Body) -> Vec<u8> {
    let time = Timestamp::from_millis(1_700_000_000_000 + number * 1_000);
    entry_bytes::encode(&Entry {
        time,
        clock: Clock::new(time, 0),
        user: None,
        body,
    })
    .expect("a seed has a canonical form")
}

/// The first entry of an origin that belongs to a key.
pub(crate) fn genesis(of: &DeviceKey) -> Vec<u8> {
    entry(
        0,
        Body::Genesis(Genesis {
            device: of.device_id(),
            name: "a device".to_owned(),
            reason: GenesisReason::New,
            parent: None,
            program: None,
        }),
    )
}

/// The server's word that a key is a device's.
pub(crate) fn device_set(of: &DeviceKey) -> Vec<u8> {
    let code = Code::new(&of.device_id().to_string()).expect("an id is a code");
    let public = of.public().as_bytes().as_slice().into();
    let write =
        CatalogueWrite::new(Class::Device, code).with(field::PUBLIC_KEY, Value::Bytes(public));
    entry(1, Body::Set(write))
}

/// Consecutive entries of an origin.
pub(crate) fn slice_of(
    origin: Origin,
    first_seq: u64,
    prev: Hash,
    entries: &[Vec<u8>],
) -> OriginSlice {
    OriginSlice {
        origin,
        first_seq,
        prev,
        entries: entries.iter().map(Vec::as_slice).collect(),
    }
}

/// There is nothing at that place of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotThere;

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("asked beyond the log")
    }
}

impl std::error::Error for NotThere {}

/// A log in memory, which refuses what a store would refuse to append.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    /// Entries and the chain hash after each, by chain.
    chains: BTreeMap<Origin, Vec<(Vec<u8>, Hash)>>,
    heads: BTreeMap<(Origin, u64), SignedHead>,
    runs: Vec<ChainedRun>,
    keys: BTreeMap<DeviceId, PublicKey>,
    branches: BTreeMap<Origin, BranchStart>,
}

impl Shelf {
    /// A log with the server's first entries, and one device's, all of them numbered.
    pub(crate) fn of_server() -> Self {
        let mut shelf = Self::default();
        shelf.trust(key(0).public());
        let central = [genesis(&key(0)), device_set(&key(1)), device_set(&key(2))];
        shelf.write(origin(0), &key(0), &central);
        let own = [genesis(&key(1)), device_set(&key(1)), vec![1, 2, 3]];
        shelf.write(origin(1), &key(1), &own);
        shelf.trust(key(1).public());
        shelf.trust(key(2).public());
        shelf.number_all();
        shelf
    }

    /// The log of the first device, which has pulled nothing so far.
    pub(crate) fn of_device() -> Self {
        let mut shelf = Self::default();
        let own = [genesis(&key(1)), device_set(&key(1)), vec![1, 2, 3]];
        shelf.write(origin(1), &key(1), &own);
        shelf
    }

    /// Knows a key.
    pub(crate) fn trust(&mut self, key: PublicKey) {
        let _before = self.keys.insert(key.device_id(), key);
    }

    /// Writes entries and signs the head after them.
    pub(crate) fn write(&mut self, origin: Origin, key: &DeviceKey, entries: &[Vec<u8>]) {
        for entry in entries {
            self.append(origin, entry);
        }
        let (seq, hash) = self.end(origin);
        let head = SignedHead::sign(key, ledger(), origin, seq, hash);
        let _before = self.heads.insert((origin, seq), head);
    }

    /// Gives central numbers to all that has none, one run for each origin.
    pub(crate) fn number_all(&mut self) {
        let origins: Vec<Origin> = self.chains.keys().copied().collect();
        for origin in origins {
            let first_seq = self.numbered(origin) + 1;
            let count = self.end(origin).0 + 1 - first_seq;
            let (n, mut after) = self.central_end();
            for seq in first_seq..first_seq + count {
                after = after.then(self.hash(origin, seq).expect("it is here").as_bytes());
            }
            let moment = Timestamp::from_millis(1_700_000_100_000);
            let run = NumberRun {
                n: n + 1,
                origin,
                first_seq,
                count,
                moment,
            };
            self.runs.push(ChainedRun { run, after });
        }
    }

    /// The last central number and the chain hash there.
    pub(crate) fn central_end(&self) -> (u64, Hash) {
        let start = (0, wire::central_chain_start(EPOCH));
        let end = |last: &ChainedRun| (last.run.n + last.run.count - 1, last.after);
        self.runs.last().map_or(start, end)
    }

    /// The end of the central order as a cursor.
    pub(crate) fn cursor(&self) -> CursorMessage {
        let (n, anchor) = self.central_end();
        CursorMessage {
            epoch: EPOCH,
            n,
            anchor: wire::hash_bytes(&anchor),
        }
    }

    /// An origin's last seq and the chain hash there.
    pub(crate) fn end(&self, origin: Origin) -> (u64, Hash) {
        let (base, before) = self.begin(origin);
        let chain = self.chains.get(&origin).map_or(&[][..], Vec::as_slice);
        let seq = base + u64::try_from(chain.len()).expect("a length fits");
        let hash = chain.last().map(|(_, hash)| *hash);
        (seq, hash.unwrap_or(before))
    }

    /// How many entries are before a chain's first, and the chain hash there.
    fn begin(&self, origin: Origin) -> (u64, Hash) {
        self.branches.get(&origin).map_or_else(
            || (0, Hash::before_first(origin)),
            |branch| (branch.first_seq - 1, branch.prev),
        )
    }

    fn root(&self, origin: Origin) -> Origin {
        let branch = self.branches.get(&origin);
        branch.map_or(origin, |branch| branch.root)
    }

    fn hash(&self, origin: Origin, seq: u64) -> Option<Hash> {
        let (base, before) = self.begin(origin);
        let Some(at) = seq.checked_sub(base)?.checked_sub(1) else {
            return Some(before);
        };
        let chain = self.chains.get(&origin)?;
        chain.get(usize::try_from(at).ok()?).map(|(_, hash)| *hash)
    }

    fn numbered(&self, origin: Origin) -> u64 {
        let of = self.runs.iter().filter(|it| it.run.origin == origin);
        of.map(|it| it.run.first_seq + it.run.count - 1)
            .max()
            .unwrap_or_else(|| self.begin(origin).0)
    }

    fn append(&mut self, origin: Origin, entry: &[u8]) {
        let (_, before) = self.end(origin);
        let chain = self.chains.entry(origin).or_default();
        chain.push((entry.to_vec(), before.then(entry)));
    }

    /// Takes effects as a store would, and holds them to what sync promises.
    pub(crate) fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Foreign { batch, slice } => {
                    let (last, hash) = self.end(slice.origin);
                    assert_eq!((slice.first_seq, slice.prev), (last + 1, hash), "a hole");
                    assert!(!slice.entries.is_empty(), "nothing new");
                    let whole = ledger_sync::unpack(batch).expect("it was unpacked before");
                    assert_eq!(whole.head(), slice.head(), "not the batch's end");
                    slice
                        .entries
                        .iter()
                        .for_each(|entry| self.append(slice.origin, entry));
                }
                Effect::Head(chain, head) => {
                    assert_eq!(self.hash(*chain, head.seq), Some(head.hash));
                    assert_eq!(self.root(*chain), head.origin, "signed for the root");
                    let _before = self.heads.insert((*chain, head.seq), head.clone());
                }
                Effect::Branch(branch) => self.take_branch(*branch),
                Effect::Renamed {
                    from,
                    first_seq,
                    to,
                } => self.rename(*from, *first_seq, *to),
                Effect::Run(chained) => {
                    let run = chained.run;
                    assert!(run.first_seq > 0 && run.count > 0);
                    let last = run.first_seq + run.count - 1;
                    assert!(last <= self.end(run.origin).0, "numbered, and not here");
                    self.runs.push(*chained);
                }
                Effect::Cursor(cursor) => assert_eq!(*cursor, self.cursor_after(cursor.epoch)),
            }
        }
    }

    fn take_branch(&mut self, branch: BranchStart) {
        assert!(!self.chains.contains_key(&branch.id), "it has begun");
        assert!(branch.first_seq > 1 && branch.root != branch.id);
        let family = self.family(branch.root);
        let mut before = family.into_iter();
        let is_there = before.any(|of| self.hash(of, branch.first_seq - 1) == Some(branch.prev));
        assert!(is_there, "a branch of nothing");
        let known = self.branches.insert(branch.id, branch);
        assert_eq!(known, None, "it begins once");
    }

    fn family(&self, root: Origin) -> Vec<Origin> {
        let branches = self.branches.values().filter(|branch| branch.root == root);
        branches.map(|branch| branch.id).chain([root]).collect()
    }

    fn rename(&mut self, from: Origin, first_seq: u64, to: Origin) {
        assert!(
            self.numbered(from) < first_seq,
            "its name is the central order's"
        );
        let (last, hash) = self.end(to);
        assert_eq!(last + 1, first_seq, "a hole");
        assert_eq!(self.hash(from, last), Some(hash), "they do not fit");
        let keep = usize::try_from(last - self.begin(from).0).expect("a length fits");
        let chain = self.chains.get_mut(&from).expect("it has entries");
        let moved = chain.split_off(keep);
        assert!(!moved.is_empty(), "nothing goes by the other name");
        self.chains.entry(to).or_default().extend(moved);
        let heads = self.heads.range((from, first_seq)..=(from, u64::MAX));
        let heads: Vec<u64> = heads.map(|((_, seq), _)| *seq).collect();
        for seq in heads {
            let head = self.heads.remove(&(from, seq)).expect("it was there");
            let _before = self.heads.insert((to, seq), head);
        }
    }

    fn cursor_after(&self, epoch: u64) -> CursorMessage {
        match self.runs.last() {
            Some(_) => CursorMessage {
                epoch,
                ..self.cursor()
            },
            None => ledger_sync::client::Client::first_cursor(epoch),
        }
    }
}

impl Log for Shelf {
    type Error = NotThere;

    fn heads(&self) -> Result<Vec<(Origin, u64, Hash)>, NotThere> {
        let chains = self.chains.keys();
        Ok(chains
            .map(|chain| {
                let (seq, hash) = self.end(*chain);
                (*chain, seq, hash)
            })
            .collect())
    }

    fn head(&self, origin: Origin) -> Result<Option<(u64, Hash)>, NotThere> {
        Ok(self.chains.get(&origin).map(|_| self.end(origin)))
    }

    fn hash_at(&self, origin: Origin, seq: u64) -> Result<Option<Hash>, NotThere> {
        Ok(self.hash(origin, seq))
    }

    fn slice(
        &self,
        origin: Origin,
        from_seq: u64,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<OriginSlice, NotThere> {
        let before = from_seq.checked_sub(1).ok_or(NotThere)?;
        let prev = self.hash(origin, before).ok_or(NotThere)?;
        let skip = before.checked_sub(self.begin(origin).0).ok_or(NotThere)?;
        let skip = usize::try_from(skip).or(Err(NotThere))?;
        let chain = self.chains.get(&origin).map_or(&[][..], Vec::as_slice);
        let mut entries = EntryBuf::new();
        for (entry, _) in chain.iter().skip(skip).take(entries_max) {
            if !entries.is_empty() && entries.byte_len() + entry.len() > bytes_max {
                break;
            }
            entries.push(entry);
        }
        Ok(OriginSlice {
            origin,
            first_seq: from_seq,
            prev,
            entries,
        })
    }

    fn signed_head_covering(
        &self,
        origin: Origin,
        seq: u64,
    ) -> Result<Option<SignedHead>, NotThere> {
        let mut heads = self.heads.range((origin, seq)..=(origin, u64::MAX));
        Ok(heads.next().map(|(_, head)| head.clone()))
    }

    fn runs_from(&self, n: u64, max: usize) -> Result<Vec<ChainedRun>, NotThere> {
        let from = |it: &&ChainedRun| it.run.n + it.run.count > n;
        Ok(self.runs.iter().filter(from).take(max).copied().collect())
    }

    fn numbered_up_to(&self, origin: Origin) -> Result<u64, NotThere> {
        Ok(self.numbered(origin))
    }

    fn device_of(&self, origin: Origin) -> Option<DeviceId> {
        let (first, _) = self.chains.get(&self.root(origin))?.first()?;
        if let Content::Known(entry) = entry_bytes::decode(first)
            && let Body::Genesis(genesis) = entry.body
        {
            return Some(genesis.device);
        }
        None
    }

    fn public_key(&self, device: DeviceId) -> Option<PublicKey> {
        self.keys.get(&device).copied()
    }

    fn branch(&self, id: Origin) -> Result<Option<BranchStart>, NotThere> {
        Ok(self.branches.get(&id).copied())
    }

    fn branches_of(&self, root: Origin) -> Result<Vec<BranchStart>, NotThere> {
        let mut family = self.family(root);
        family.retain(|chain| *chain != root);
        let starts = family.into_iter().filter_map(|id| self.branches.get(&id));
        Ok(starts.copied().collect())
    }
}

/// Signs what an input leaves unsigned: zeros for a chain hash, head or signature stand for the
/// right one, so that changes elsewhere get past the signature to what lies behind it.
pub(crate) fn mend(batch: &mut BatchMessage, log: &Shelf) {
    let from = wire::origin_of(&batch.origin);
    if *batch.prev == [0; 32]
        && let Some(before) = batch.first_seq.checked_sub(1)
        && let Some(hash) = log.hash(from, before)
    {
        batch.prev = wire::hash_bytes(&hash);
    }
    let Ok(slice) = ledger_sync::unpack(batch) else {
        return;
    };
    if *batch.head == [0; 32] {
        batch.head = wire::hash_bytes(&slice.head());
    }
    if *batch.signature == [0; 64] {
        let whose = key(from.as_bytes()[0] % 3);
        let hash = wire::hash_of(&batch.head);
        let head = SignedHead::sign(&whose, ledger(), from, slice.last_seq(), hash);
        batch.signature = serde_bytes::ByteArray::new(*head.signature.as_bytes());
    }
}
