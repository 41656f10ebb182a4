//! Chunks and blocks in an index, over each engine and over one that fails.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ledger_core::{EntryId, Origin};
use ledger_format::{EntryBuf, Hash, OriginSlice};

use super::block::{BLOCK_ENTRIES_MAX, Blocks, Derive, Packing};
use super::join::Joining;
use super::write::{IndexBatch, link, meta_write};
use super::*;
use crate::engine::{self, Engine, EngineKind, Visit};
use crate::record::{Branch, Record, StoreId};

fn origin(n: u8) -> Origin {
    Origin::from_bytes([n; 16])
}

/// Packs as entries with a length byte each; derives these lengths by a dictionary of lengths.
fn packing() -> Packing {
    Packing {
        pack: Arc::new(|slice| {
            let mut out = Vec::new();
            for entry in slice.entries.iter() {
                out.push(u8::try_from(entry.len()).ok()?);
                out.extend_from_slice(entry);
            }
            Some(out)
        }),
        unpack: Arc::new(|mut rest, origin, first_seq, prev| {
            let mut entries = EntryBuf::new();
            while let Some((&len, tail)) = rest.split_first() {
                let (entry, tail) = tail.split_at_checked(len.into()).ok_or("too short")?;
                entries.push(entry);
                rest = tail;
            }
            Ok(OriginSlice {
                origin,
                first_seq,
                prev,
                entries,
            })
        }),
        unpack_one: Arc::new(|mut rest, mut index| {
            while let Some((&len, tail)) = rest.split_first() {
                let (entry, tail) = tail.split_at_checked(len.into()).ok_or("too short")?;
                if index == 0 {
                    return Ok(entry.to_vec());
                }
                (rest, index) = (tail, index - 1);
            }
            Err("not so many".to_owned())
        }),
        derive: Some(Arc::new(|| Box::<Lengths>::default())),
    }
}

#[derive(Default)]
struct Lengths {
    known: Vec<u8>,
    stored: usize,
}

impl Derive for Lengths {
    fn read_part(&mut self, part: &[u8]) -> bool {
        self.known.extend_from_slice(part);
        self.stored = self.known.len();
        true
    }

    fn columns(&mut self, slice: &OriginSlice) -> Vec<u8> {
        let index = |entry: &[u8]| {
            let len = u8::try_from(entry.len()).unwrap();
            let at = self.known.iter().position(|&known| known == len);
            let at = at.unwrap_or_else(|| {
                self.known.push(len);
                self.known.len() - 1
            });
            u8::try_from(at).unwrap()
        };
        slice.entries.iter().map(index).collect()
    }

    fn new_part(&mut self) -> Vec<u8> {
        let new = self.known[self.stored..].to_vec();
        self.stored = self.known.len();
        new
    }
}

/// An entry that says its number, of a length that depends on it.
fn entry(seq: u64) -> Vec<u8> {
    let len = usize::try_from(seq % 40).unwrap();
    [seq.to_le_bytes().as_slice(), &vec![7; len]].concat()
}

/// Writes entries of an origin in pieces, as an indexer would.
fn write(index: &Index, blocks: &mut Option<Blocks>, of: Origin, pieces: &[usize]) {
    for &piece in pieces {
        let (last, prev) = index
            .head(of)
            .unwrap()
            .unwrap_or((0, Hash::before_first(of)));
        let count = u64::try_from(piece).unwrap();
        let entries: Vec<Vec<u8>> = (last + 1..=last + count).map(entry).collect();
        let slice = OriginSlice {
            origin: of,
            first_seq: last + 1,
            prev,
            entries: entries.iter().map(Vec::as_slice).collect(),
        };
        let hashes = link(&slice, Some((last, prev))).unwrap();
        let mut batch = IndexBatch::default();
        batch.add(&Record::Own(slice), &hashes);
        let (writes, _) = batch
            .finish(Position::START, index, blocks.as_mut())
            .unwrap();
        index.engine.write(writes).unwrap();
    }
}

/// Joins all that is due; says in how many writes.
fn join_all(index: &Index, blocks: &mut Blocks) -> usize {
    let mut joining = Joining::default();
    joining.survey(index).unwrap();
    let mut writes = 0;
    while joining.is_due() {
        let step = joining.step(index, blocks).unwrap();
        writes += usize::from(!step.is_empty());
        index.engine.write(step).unwrap();
    }
    writes
}

fn keys_with(index: &Index, prefix: &[u8]) -> usize {
    let mut count = 0;
    let mut visit = |_: &[u8], _: &[u8]| {
        count += 1;
        ControlFlow::Continue(())
    };
    index
        .engine
        .scan(prefix, &keys::end_of(prefix), false, &mut visit)
        .unwrap();
    count
}

/// Every way to read gives the entries that were written.
fn check(index: &Index, of: Origin, last: u64) {
    let mut hash = Hash::before_first(of);
    let mut hashes = vec![hash];
    for seq in 1..=last {
        hash = hash.then(&entry(seq));
        hashes.push(hash);
    }
    let at = |seq: u64| hashes[usize::try_from(seq).unwrap()];
    let all = index.slice(of, 1, usize::MAX, usize::MAX).unwrap();
    assert_eq!((all.last_seq(), all.head()), (last, hash));
    for seq in (1..=last)
        .step_by(37)
        .chain([255, 256, 257, 1023, 1024, 1025, last])
    {
        let seq = seq.min(last);
        assert_eq!(index.hash_at(of, seq).unwrap(), Some(at(seq)), "{seq}");
        let id = EntryId { origin: of, seq };
        assert_eq!(index.entry(id).unwrap(), Some(entry(seq)), "{seq}");
        let slice = index.slice(of, seq, 300, 5_000).unwrap();
        assert_eq!(slice.prev, at(seq - 1), "{seq}");
        assert_eq!(slice.head(), at(slice.last_seq()), "{seq}");
        assert!(slice.last_seq() == last || slice.entries.byte_len() > 5_000 - 48);
    }
    let mut next = 1;
    index
        .for_each_slice(&mut |slice| {
            if slice.origin == of {
                assert_eq!((slice.first_seq, slice.prev), (next, at(next - 1)));
                next = slice.last_seq() + 1;
                assert_eq!(slice.head(), at(slice.last_seq()));
            }
        })
        .unwrap();
    assert_eq!(next, last + 1);
}

/// How many entries have columns; these say the right thing.
fn check_columns(index: &Index, of: Origin) -> u64 {
    let mut lengths = Lengths::default();
    index
        .for_each_part(&mut |part| assert!(lengths.read_part(part)))
        .unwrap();
    let mut covered = 0;
    let mut next = 0;
    index
        .for_each_derived(of, 1..=u64::MAX, &mut |derived| {
            assert!(derived.first_seq >= next);
            next = derived.first_seq + derived.count;
            covered += derived.count;
            assert_eq!(u64::try_from(derived.columns.len()).unwrap(), derived.count);
            for (seq, &at) in (derived.first_seq..).zip(derived.columns) {
                let len = usize::from(lengths.known[usize::from(at)]);
                assert_eq!(len, entry(seq).len());
            }
        })
        .unwrap();
    covered
}

fn over_all(test: impl Fn(Index)) {
    for kind in [EngineKind::Memory, EngineKind::Redb, EngineKind::Sled] {
        let home = tempfile::tempdir().unwrap();
        let at = home.path().join("index");
        let engine = engine::open(kind, &at, Duration::from_secs(20)).unwrap();
        test(Index::new(engine, Some(packing())));
    }
}

#[test]
fn many_entries_at_once_are_blocks_at_once() {
    over_all(|index| {
        let mut blocks = Blocks::of(&index);
        write(&index, &mut blocks, origin(1), &[3000, 10, 700, 1030]);
        // 1024, 1024, 952, then a chunk of 10, then 700, then twice 515.
        assert_eq!(keys_with(&index, keys::CHUNK), 7);
        assert_eq!(check_columns(&index, origin(1)), 4730);
        check(&index, origin(1), 4740);
    });
}

#[test]
fn cold_chunks_are_joined_and_the_newest_are_left() {
    over_all(|index| {
        let mut blocks = Blocks::of(&index);
        write(&index, &mut blocks, origin(1), &[1; 1500]);
        write(&index, &mut blocks, origin(2), &[100; 30]);
        write(&index, &mut blocks, origin(3), &[7; 20]);
        assert_eq!(keys_with(&index, keys::CHUNK), 1550);
        let mut blocks = Blocks::of(&index).unwrap();
        // One block of the first origin; two of 1,000 of the second, where ten chunks fit.
        assert_eq!(join_all(&index, &mut blocks), 3);
        assert_eq!(keys_with(&index, keys::CHUNK), 1 + 476 + 2 + 10 + 20);
        assert_eq!(check_columns(&index, origin(1)), 1024);
        assert_eq!(check_columns(&index, origin(2)), 2000);
        for (n, last) in [(1, 1500), (2, 3000), (3, 140)] {
            check(&index, origin(n), last);
        }
        assert_eq!(join_all(&index, &mut blocks), 0);
        // A dictionary that was dropped, and one of a later program, go on where it ended.
        blocks.rest();
        write(&index, &mut None, origin(1), &[1; 600]);
        assert_eq!(join_all(&index, &mut blocks), 1);
        write(&index, &mut None, origin(1), &[1; 1100]);
        assert_eq!(join_all(&index, &mut Blocks::of(&index).unwrap()), 1);
        assert_eq!(check_columns(&index, origin(1)), 3 * 1024);
        check(&index, origin(1), 3200);
    });
}

#[test]
fn chunks_between_blocks_are_joined_too() {
    over_all(|index| {
        let mut blocks = Blocks::of(&index);
        let mut pieces = vec![1024; 70];
        pieces.extend([30, 30, 1024, 5, 1024]);
        pieces.extend([200; 6]);
        write(&index, &mut blocks, origin(1), &pieces);
        let mut blocks = Blocks::of(&index).unwrap();
        let _writes = join_all(&index, &mut blocks);
        // 70, 60 joined, one, 5 that are not worth it, one, five of 200 joined, one left.
        assert_eq!(keys_with(&index, keys::CHUNK), 70 + 1 + 1 + 1 + 1 + 1 + 1);
        check(&index, origin(1), 72 * 1024 + 65 + 1200);
    });
}

#[test]
fn what_is_read_while_chunks_are_joined_is_whole() {
    over_all(|index| {
        write(&index, &mut None, origin(1), &[1; 3100]);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut rounds = 0;
                while !done.load(Ordering::SeqCst) || rounds < 2 {
                    check(&index, origin(1), 3100);
                    rounds += 1;
                }
            });
            let writes = join_all(&index, &mut Blocks::of(&index).unwrap());
            done.store(true, Ordering::SeqCst);
            assert_eq!(writes, 3);
            reader.join().unwrap();
        });
        assert_eq!(keys_with(&index, keys::CHUNK), 3 + 28);
    });
}

/// An engine without snapshots, whose chunks are joined after so many of its keys were read.
#[derive(Debug)]
struct Meddled {
    map: SharedEngine,
    reads: AtomicUsize,
    at: usize,
    writes: Mutex<Vec<Vec<Write>>>,
}

impl Meddled {
    fn read_one(&self) {
        if self.reads.fetch_add(1, Ordering::SeqCst) == self.at {
            for writes in self.writes.lock().unwrap().drain(..) {
                self.map.write(writes).unwrap();
            }
        }
    }
}

impl Engine for Meddled {
    fn name(&self) -> &'static str {
        "meddled"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.map.get(key)
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError> {
        let (mut from, mut to) = (from.to_vec(), to.to_vec());
        loop {
            self.read_one();
            let mut found = None;
            self.map.scan(&from, &to, reverse, &mut |key, value| {
                found = Some((key.to_vec(), value.to_vec()));
                ControlFlow::Break(())
            })?;
            match found {
                Some((key, value)) if visit(&key, &value).is_continue() => {
                    *(if reverse { &mut to } else { &mut from }) =
                        if reverse { key } else { keys::after(key) };
                }
                _ => return Ok(()),
            }
        }
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.map.write(writes)
    }

    fn flush(&self) -> Result<(), EngineError> {
        Ok(())
    }
}

#[test]
fn chunks_that_are_joined_between_two_reads_are_found_again() {
    let filled = || {
        let index = Index::new(engine::in_memory(), Some(packing()));
        write(&index, &mut None, origin(1), &[1; 2100]);
        index
    };
    let index = filled();
    let mut blocks = Blocks::of(&index).unwrap();
    let mut joining = Joining::default();
    joining.survey(&index).unwrap();
    let mut writes = Vec::new();
    while joining.is_due() {
        writes.push(joining.step(&index, &mut blocks).unwrap());
        index.engine.write(writes.last().unwrap().clone()).unwrap();
    }
    type Read = fn(&Index) -> u64;
    let reads: [Read; 2] = [
        |index| {
            let slice = index.slice(origin(1), 700, 900, usize::MAX).unwrap();
            assert_eq!(slice.first_seq, 700);
            assert_eq!(slice.prev, index.hash_at(origin(1), 699).unwrap().unwrap());
            assert_eq!(slice.entries.get(899), Some(entry(1599).as_slice()));
            slice.last_seq()
        },
        |index| {
            let mut last = 0;
            let visited = index.for_each_slice(&mut |slice| {
                assert_eq!(slice.first_seq, last + 1);
                for (seq, bytes) in (slice.first_seq..).zip(slice.entries.iter()) {
                    assert_eq!(bytes, entry(seq));
                }
                last = slice.last_seq();
            });
            visited.unwrap();
            last
        },
    ];
    for (read, expected) in reads.into_iter().zip([1599, 2100]) {
        for at in (0..8).chain([100, 500, 1000, 1030, 1500, 2060, 2099, 2103]) {
            let map = Arc::clone(&filled().engine);
            let meddled = Meddled {
                map,
                reads: AtomicUsize::new(0),
                at,
                writes: Mutex::new(writes.clone()),
            };
            let index = Index::new(Arc::new(meddled), Some(packing()));
            assert_eq!(read(&index), expected, "joined at {at}");
        }
    }
}

#[test]
fn a_small_block_that_is_joined_between_two_reads_gives_no_entry_twice() {
    let filled = || {
        let index = Index::new(engine::in_memory(), Some(packing()));
        write(&index, &mut None, origin(1), &[1; 60]);
        // What comes at once is a block at once, behind which nothing joins the small ones.
        write(&index, &mut Blocks::of(&index), origin(1), &[1024]);
        index
    };
    let index = filled();
    let mut joining = Joining::default();
    joining.survey(&index).unwrap();
    let writes = joining.step(&index, &mut Blocks::of(&index).unwrap());
    let writes = writes.unwrap();
    assert!(!writes.is_empty());
    for at in 0..66 {
        let meddled = Meddled {
            map: Arc::clone(&filled().engine),
            reads: AtomicUsize::new(0),
            at,
            writes: Mutex::new(vec![writes.clone()]),
        };
        let index = Index::new(Arc::new(meddled), Some(packing()));
        let mut last = 0;
        let visited = index.for_each_slice(&mut |slice| {
            assert_eq!(slice.first_seq, last + 1, "joined at {at}");
            assert_eq!(
                slice.prev,
                index.hash_at(origin(1), last).unwrap().unwrap(),
                "joined at {at}"
            );
            for (seq, bytes) in (slice.first_seq..).zip(slice.entries.iter()) {
                assert_eq!(bytes, entry(seq), "joined at {at}");
            }
            last = slice.last_seq();
        });
        visited.unwrap();
        assert_eq!(last, 1084, "joined at {at}");
    }
}

/// An engine that takes so many writes and no more.
#[derive(Debug)]
struct Failing {
    map: SharedEngine,
    left: AtomicUsize,
}

impl Engine for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.map.get(key)
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError> {
        self.map.scan(from, to, reverse, visit)
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        let taken = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if taken.is_err() {
            return Err(EngineError::DiskFull { engine: "failing" });
        }
        self.map.write(writes)
    }

    fn flush(&self) -> Result<(), EngineError> {
        Ok(())
    }
}

#[test]
fn a_crash_between_steps_loses_nothing_and_the_next_program_goes_on() {
    let map = engine::in_memory();
    let sound = Index::new(Arc::clone(&map), Some(packing()));
    write(&sound, &mut None, origin(1), &[1; 4200]);
    for steps in [0, 1, 2] {
        let failing = Failing {
            map: Arc::clone(&map),
            left: AtomicUsize::new(1),
        };
        let index = Index::new(Arc::new(failing), Some(packing()));
        let mut blocks = Blocks::of(&index).unwrap();
        let mut joining = Joining::default();
        joining.survey(&index).unwrap();
        let first = joining.step(&index, &mut blocks).unwrap();
        index.engine.write(first).unwrap();
        let second = joining.step(&index, &mut blocks).unwrap();
        assert!(!second.is_empty());
        let _full = index.engine.write(second).unwrap_err();
        check(&sound, origin(1), 4200);
        assert_eq!(check_columns(&sound, origin(1)), (steps + 1) * 1024);
    }
    assert_eq!(join_all(&sound, &mut Blocks::of(&sound).unwrap()), 1);
    assert_eq!(check_columns(&sound, origin(1)), 4 * 1024);
    check(&sound, origin(1), 4200);
}

#[test]
fn a_damaged_block_is_told_and_not_joined_over() {
    let index = Index::new(engine::in_memory(), Some(packing()));
    write(&index, &mut Blocks::of(&index), origin(1), &[2000]);
    let key = keys::of_entry(keys::CHUNK, origin(1), 1);
    let mut value = index.engine.get(&key).unwrap().unwrap();
    let id = EntryId {
        origin: origin(1),
        seq: BLOCK_ENTRIES_MAX as u64,
    };
    value[60] ^= 1;
    index
        .engine
        .write(vec![(key.clone(), Some(value.clone()))])
        .unwrap();
    assert_eq!(index.entry(id), Err(ReadError::corrupt(&key)));
    // The checksum is right, and yet the packed bytes are too few.
    value.truncate(value.len() - 10);
    index
        .engine
        .write(vec![sealed(key.clone(), value)])
        .unwrap();
    assert_eq!(index.entry(id), Err(ReadError::corrupt(&key)));
    assert!(Joining::default().survey(&index).is_ok());
}

#[test]
fn without_the_callers_functions_a_block_is_told_apart_from_damage() {
    let index = Index::new(engine::in_memory(), Some(packing()));
    write(
        &index,
        &mut Blocks::of(&index),
        origin(1),
        &[BLOCK_ENTRIES_MAX],
    );
    let bare = Index::new(Arc::clone(&index.engine), None);
    let read = bare.slice(origin(1), 1, 1, 1);
    assert!(matches!(read, Err(ReadError::Packed { .. })), "{read:?}");
}

/// The value of a chunk of three entries as version 1 wrote it, with its checksum.
const CHUNK_OF_VERSION_1: &str = "
    0876969536c2aafdb00bc4e601d0004b55dd1e527b88c6d5d67b8accbfb63a1203000000090000000100
    000000000000070a000000020000000000000007070b0000000300000000000000070707c35b6b0e";
/// The meta value of version 1, with its checksum.
const META_OF_VERSION_1: &str = "010000000505050505050505050505050505050597283c58";

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    pairs
        .map(|it| u8::from_str_radix(&it, 16).unwrap())
        .collect()
}

#[test]
fn an_index_of_version_1_is_read_and_joined() {
    let index = Index::new(engine::in_memory(), Some(packing()));
    let key = keys::of_entry(keys::CHUNK, origin(1), 1);
    write(&index, &mut None, origin(1), &[3]);
    let today = index.engine.get(&key).unwrap().unwrap();
    assert_eq!(today, unhex(CHUNK_OF_VERSION_1), "{today:02x?}");
    let old = vec![
        (key, Some(unhex(CHUNK_OF_VERSION_1))),
        (keys::META.to_vec(), Some(unhex(META_OF_VERSION_1))),
    ];
    index.engine.write(old).unwrap();
    let meta = index.meta().unwrap().unwrap();
    assert_eq!((meta.version, *meta.store.as_bytes()), (1, [5; 16]));
    check(&index, origin(1), 3);
    write(&index, &mut None, origin(1), &[1; 1100]);
    assert_eq!(join_all(&index, &mut Blocks::of(&index).unwrap()), 1);
    check(&index, origin(1), 1103);
    index.engine.write(vec![meta_write(meta.store)]).unwrap();
    assert_eq!(
        index.meta().unwrap().unwrap().version,
        VERSION_BEFORE_BRANCHES
    );
}

#[test]
fn a_head_whose_key_is_too_long_is_damage_and_not_a_head_that_is_nowhere() {
    let index = Index::new(engine::in_memory(), None);
    let mut key = keys::of_origin(keys::HEAD, origin(4));
    key.push(4);
    let value = [3_u64.to_le_bytes().as_slice(), &[0; 32]].concat();
    index.engine.write(vec![sealed(key, value)]).unwrap();
    assert!(matches!(index.heads(), Err(ReadError::Corrupt { .. })));
}

#[test]
fn an_index_is_of_version_3_from_its_first_branch_on() {
    let index = Index::new(engine::in_memory(), Some(packing()));
    let store = StoreId::from_bytes([5; 16]);
    index.engine.write(vec![meta_write(store)]).unwrap();
    write(&index, &mut None, origin(1), &[3]);
    let version = || index.meta().unwrap().unwrap().version;
    assert_eq!(version(), 2);
    let mut batch = IndexBatch::default();
    let branch = Branch {
        id: origin(2),
        root: origin(1),
        first_seq: 3,
        prev: index.hash_at(origin(1), 2).unwrap().unwrap(),
    };
    batch.add(&Record::Branch(branch), &[]);
    let (writes, _) = batch.finish(Position::START, &index, None).unwrap();
    index.engine.write(writes).unwrap();
    assert_eq!(version(), INDEX_VERSION);
    assert_eq!(index.branch(origin(2)).unwrap(), Some(branch));
    assert_eq!(index.check(), Ok(()));
}
