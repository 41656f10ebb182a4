//! What the tests of this crate share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test may; not every test uses everything"
)]

pub mod model;

use std::path::Path;
use std::sync::Arc;

use ledger_core::{LedgerId, Origin};
use ledger_format::{EntryBuf, Hash, OriginSlice};
use ledger_store::{
    Cursor, Derive, EngineKind, Group, Note, OpenOptions, Packing, Record, Run, SignedHead, Store,
};

pub const KINDS: [EngineKind; 3] = [EngineKind::Sled, EngineKind::Redb, EngineKind::Memory];

pub fn origin(n: u8) -> Origin {
    Origin::from_bytes([n; 16])
}

/// A stand-in for the wire format: origin, first seq, prev, then entries with a length byte each.
pub fn pack(slice: &OriginSlice) -> Vec<u8> {
    let mut out = slice.origin.as_bytes().to_vec();
    out.extend_from_slice(&slice.first_seq.to_le_bytes());
    out.extend_from_slice(slice.prev.as_bytes());
    for entry in slice.entries.iter() {
        out.push(u8::try_from(entry.len()).unwrap());
        out.extend_from_slice(entry);
    }
    out
}

pub fn unpack(bytes: &[u8]) -> Result<OriginSlice, String> {
    let short = || "too short".to_owned();
    let origin = Origin::from_bytes(*bytes.first_chunk().ok_or_else(short)?);
    let rest = &bytes[16..];
    let first_seq = u64::from_le_bytes(*rest.first_chunk().ok_or_else(short)?);
    let rest = &rest[8..];
    let prev = Hash::from_bytes(*rest.first_chunk().ok_or_else(short)?);
    let mut rest = &rest[32..];
    let mut entries = EntryBuf::new();
    while let Some((&len, tail)) = rest.split_first() {
        let (entry, tail) = tail.split_at_checked(usize::from(len)).ok_or_else(short)?;
        entries.push(entry);
        rest = tail;
    }
    Ok(OriginSlice {
        origin,
        first_seq,
        prev,
        entries,
    })
}

pub fn options() -> OpenOptions {
    OpenOptions::new(unpack)
}

/// Segments of 64 KiB of payload, so that there are several.
pub fn small_segments() -> OpenOptions {
    OpenOptions {
        segment_bytes: 64 * 1024,
        ..options()
    }
}

/// Makes the next entries of origins.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    heads: std::collections::BTreeMap<Origin, (u64, Hash)>,
}

impl Writer {
    pub fn next<'a>(
        &mut self,
        origin: Origin,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> OriginSlice {
        let (seq, prev) = self
            .heads
            .get(&origin)
            .copied()
            .unwrap_or((0, Hash::before_first(origin)));
        let entries: EntryBuf = entries.into_iter().collect();
        let slice = OriginSlice {
            origin,
            first_seq: seq + 1,
            prev,
            entries,
        };
        self.heads.insert(origin, (slice.last_seq(), slice.head()));
        slice
    }

    /// `count` entries of a size that depends on their number.
    pub fn some(&mut self, origin: Origin, count: usize) -> OriginSlice {
        let from = self.heads.get(&origin).map_or(0, |head| head.0);
        let entries: Vec<Vec<u8>> = (0..count)
            .map(|n| {
                let n = from + u64::try_from(n).unwrap();
                let len = usize::try_from(n % 90).unwrap();
                [n.to_le_bytes().as_slice(), &vec![7; len]].concat()
            })
            .collect();
        self.next(origin, entries.iter().map(Vec::as_slice))
    }

    pub fn head(&self, origin: Origin) -> (u64, Hash) {
        self.heads[&origin]
    }

    pub fn signed(&self, origin: Origin) -> SignedHead {
        let (seq, hash) = self.head(origin);
        let ledger = LedgerId::from_bytes([9; 16]);
        SignedHead {
            origin,
            seq,
            hash,
            signature: [3; 64],
            ledger,
        }
    }
}

pub fn foreign(slice: OriginSlice) -> Record {
    Record::Foreign {
        batch: pack(&slice),
        slice,
    }
}

pub fn run(first: u64, origin: Origin, first_seq: u64, count: u64) -> Run {
    let after = Hash::of(&first.to_le_bytes());
    Run {
        first,
        origin,
        first_seq,
        count,
        moment_ms: 1000 + first,
        after,
        epoch: 1,
    }
}

pub fn cursor(n: u64) -> Cursor {
    Cursor {
        peer: [5; 16],
        epoch: 1,
        n,
        anchor: Hash::of(&n.to_le_bytes()),
    }
}

pub fn note(key: &str, value: &str) -> Record {
    Record::Note(Note {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

pub fn put(store: &Store, group: impl Into<Group>) {
    store.append(group.into()).wait().unwrap();
}

/// Everything a store gives, hashed, for comparing stores; and a little of it to read.
pub fn contents(store: &Store) -> String {
    use std::fmt::Write as _;
    let mut all = String::new();
    let heads = store.heads().unwrap();
    store
        .for_each_slice(&mut |slice| {
            let mut hash = slice.prev;
            for (seq, entry) in (slice.first_seq..).zip(slice.entries.iter()) {
                hash = hash.then(entry);
                writeln!(all, "{} {seq} {entry:?} {hash}", slice.origin).unwrap();
            }
        })
        .unwrap();
    for (origin, last, _) in &heads {
        for seq in [1, 50, 700, *last] {
            writeln!(
                all,
                "{:?}",
                store.signed_head_covering(*origin, seq).unwrap()
            )
            .unwrap();
        }
    }
    store
        .for_each_run(&mut |run| writeln!(all, "{run:?}").unwrap())
        .unwrap();
    writeln!(all, "{:?}", store.cursor(&[5; 16]).unwrap()).unwrap();
    format!(
        "{heads:?} {:?} {}",
        store.note("k").unwrap(),
        Hash::of(all.as_bytes())
    )
}

/// A store with some of everything, and what it should contain.
pub fn filled(dir: &Path, kind: EngineKind, options: &OpenOptions) -> (Store, Writer) {
    let store = Store::create(dir, kind, options).unwrap();
    let mut writer = Writer::default();
    for round in 0..20 {
        put(&store, vec![Record::Own(writer.some(origin(1), 30))]);
        let slice = writer.some(origin(2), 40);
        let head = writer.signed(origin(2));
        let numbers = run(1 + round * 40, origin(2), 1 + round * 40, 40);
        put(
            &store,
            vec![
                foreign(slice),
                Record::Head(head),
                Record::Run(numbers),
                Record::Cursor(cursor((round + 1) * 40)),
                note("k", &round.to_string()),
            ],
        );
    }
    (store, writer)
}

/// Packs as entries with a length byte each; the columns are these lengths, which need no
/// dictionary.
pub fn packing() -> Packing {
    let unpacked = |mut rest: &[u8]| {
        let mut entries = EntryBuf::new();
        while let Some((&len, tail)) = rest.split_first() {
            let (entry, tail) = tail.split_at_checked(len.into()).ok_or("too short")?;
            entries.push(entry);
            rest = tail;
        }
        Ok::<_, String>(entries)
    };
    Packing {
        pack: Arc::new(|slice| Some(pack(slice).split_off(56))),
        unpack: Arc::new(move |bytes, origin, first_seq, prev| {
            Ok(OriginSlice {
                origin,
                first_seq,
                prev,
                entries: unpacked(bytes)?,
            })
        }),
        unpack_one: Arc::new(move |bytes, index| {
            let entry = unpacked(bytes)?.get(index).map(<[u8]>::to_vec);
            entry.ok_or_else(|| "not so many".to_owned())
        }),
        derive: Some(Arc::new(|| Box::new(Lengths))),
    }
}

struct Lengths;

impl Derive for Lengths {
    fn read_part(&mut self, _: &[u8]) -> bool {
        true
    }

    fn columns(&mut self, slice: &OriginSlice) -> Vec<u8> {
        let len = |entry: &[u8]| u8::try_from(entry.len()).unwrap();
        slice.entries.iter().map(len).collect()
    }

    fn new_part(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_dir() {
            copy_dir(&item.path(), &to.join(item.file_name()));
        } else {
            std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
        }
    }
}
