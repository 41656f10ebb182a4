//! ledger-store: frames, and whole journals as files.

use std::fs;
use std::path::{Path, PathBuf};

use ledger_format::wire::{BatchMessage, Message};
use ledger_format::{Hash, OriginSlice};
use ledger_store::frame::{self, Frame};
use ledger_store::{Cursor, EngineKind, Group, Note, OpenOptions, Record, Run, SignedHead, Store};
use tempfile::TempDir;

use super::input::{Input, put_counted};
use super::world;

/// More of the same group follows.
const MORE: u8 = 1;
/// All before it was synced.
const FIRST: u8 = 2;
/// Whose the journals here are.
pub(super) const STORE_ID: [u8; 16] = [0xAB; 16];

/// A frame holds no more than its payload does. Input: the type, and the payload.
pub(crate) fn frame(bytes: &[u8]) {
    let mut input = Input(bytes);
    let kind = input.byte().unwrap_or_default();
    let Ok(frame) = frame::decode(kind, input.0) else {
        return;
    };
    match frame {
        Frame::Own(slice) => {
            // Four bytes of length stand before each entry.
            let needed = slice.entries.byte_len() + 4 * slice.entries.len();
            assert!(needed <= input.0.len());
            assert!(slice.first_seq > 0 && slice.last_seq() >= slice.first_seq - 1);
        }
        Frame::Foreign(foreign) => {
            assert!(foreign.batch.len() < input.0.len());
            if let Ok(whole) = unpack(&foreign.batch)
                && let Some(part) = foreign.part_of(&whole)
            {
                assert!(part.entries.len() <= whole.entries.len());
                let count = part.last_seq() + 1 - part.first_seq;
                assert_eq!(count, u64::from(foreign.count));
            }
        }
        Frame::Head(head) => assert!(head.seq > 0),
        Frame::Run(run) => assert!(run.first > 0 && run.first_seq > 0),
        Frame::Cursor(_) => assert_eq!(input.0.len(), 64),
        Frame::Note(note) => assert_eq!(note.key.len() + note.value.len() + 6, input.0.len()),
        Frame::Branch(branch) => assert!(branch.first_seq > 1 && input.0.len() == 72),
        Frame::Renamed(renamed) => assert!(renamed.first_seq > 0 && input.0.len() == 40),
    }
}

/// Unpacks a batch as a node does.
pub(super) fn unpack(bytes: &[u8]) -> Result<OriginSlice, String> {
    let batch = BatchMessage::from_bytes(bytes).map_err(|error| error.to_string())?;
    ledger_sync::unpack(&batch)
}

/// Any journal opens or is refused; what it holds is there again after the next write and open.
///
/// Input: frames as a byte and a counted payload. The byte's lower half is the type; 0x10 and
/// 0x20 are the two flags, 0x40 spoils the checksum, 0x80 begins a segment before the frame.
pub(crate) fn journal(bytes: &[u8]) {
    let dir = scratch();
    write_segments(dir.path(), Input(bytes));
    let options = OpenOptions::new(unpack);
    let open = || Store::open(dir.path(), EngineKind::Memory, &options);
    let Ok(store) = open() else {
        return;
    };
    let before = contents(&store);
    let _report = store
        .verify(&mut |_| {})
        .expect("a fresh index can be read");
    let note = Note {
        key: "fuzz".to_owned(),
        value: "was here".to_owned(),
    };
    let group = Group::new().with(Record::Note(note));
    let _position = store.append(group).wait().expect("the disk has room");
    store.close().expect("nothing failed");
    let store = open().expect("it opened before");
    assert_eq!(contents(&store), before, "it was written to");
    let kept = store.note("fuzz").expect("a fresh index can be read");
    assert_eq!(kept.as_deref(), Some("was here"), "acknowledged and lost");
}

/// A folder that lies in memory where the machine has such a place.
pub(super) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    TempDir::with_prefix_in("stock-fuzz-", folder).expect("a temporary directory")
}

/// Entries, heads of them, and numbers: what may not change by itself.
pub(super) fn contents(store: &Store) -> String {
    let mut all = Vec::new();
    let heads = store.heads().expect("a fresh index can be read");
    store
        .for_each_slice(&mut |slice| all.push(format!("{slice:?}")))
        .expect("a fresh index can be read");
    store
        .for_each_run(&mut |run| all.push(format!("{run:?}")))
        .expect("a fresh index can be read");
    for (origin, last, hash) in &heads {
        let there = store.hash_at(*origin, *last).expect("it can be read");
        assert_eq!(there, Some(*hash));
        let signed = store.signed_head_covering(*origin, 1);
        let signed = signed.expect("it can be read");
        all.push(format!("{signed:?}"));
    }
    format!("{heads:?} {all:?}")
}

/// One segment being written as the journal writes it.
struct Segment {
    number: u64,
    bytes: Vec<u8>,
    /// Where the last frame ends, and its hash.
    end: (u64, Hash),
}

impl Segment {
    fn begin(number: u64, before: (u64, Hash)) -> Self {
        let mut bytes = b"SLJOURNL".to_vec();
        bytes.extend_from_slice(&1_u32.to_le_bytes());
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(&STORE_ID);
        bytes.extend_from_slice(&before.0.to_le_bytes());
        bytes.extend_from_slice(before.1.as_bytes());
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        Self {
            number,
            bytes,
            end: before,
        }
    }

    fn put(&mut self, kind: u8, flags: u8, payload: &[u8], spoilt: bool) {
        let start = self.bytes.len();
        let offset = u64::try_from(start).expect("a length fits");
        let body = [&[kind, flags], payload].concat();
        let len = u32::try_from(body.len()).expect("a seed is short");
        let crc = crc32c::crc32c(&STORE_ID);
        let crc = crc32c::crc32c_append(crc, &self.number.to_le_bytes());
        let crc = crc32c::crc32c_append(crc, &offset.to_le_bytes());
        let crc = crc32c::crc32c_append(crc, &body) ^ u32::from(spoilt);
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(&crc.to_le_bytes());
        self.bytes.extend_from_slice(&body);
        let end = u64::try_from(self.bytes.len()).expect("a length fits");
        self.end = (end, Hash::of(&self.bytes[start..]));
    }

    fn write(&self, dir: &Path) -> PathBuf {
        let path = dir.join(format!("{:020}.seg", self.number));
        fs::write(&path, &self.bytes).expect("write a segment");
        path
    }
}

/// Writes a journal of what an input says; see [`journal`].
pub(super) fn write_segments(dir: &Path, mut input: Input<'_>) {
    let dir = dir.join("journal");
    fs::create_dir_all(&dir).expect("make the journal's folder");
    let mut segment = Segment::begin(1, (0, Hash::from_bytes([0; 32])));
    while let Some(first) = input.byte() {
        if first & 0x80 != 0 {
            let _path = segment.write(&dir);
            segment = Segment::begin(segment.number + 1, segment.end);
        }
        let flags = (first >> 4) & (MORE | FIRST);
        segment.put(first & 0x0F, flags, input.counted(), first & 0x40 != 0);
    }
    segment.bytes.extend_from_slice(&[0; 200]);
    let _path = segment.write(&dir);
}

/// What a group of records leaves in a journal: the frames' types and payloads.
fn payloads(records: Vec<Record>) -> Vec<(u8, Vec<u8>)> {
    let dir = scratch();
    let options = OpenOptions::new(unpack);
    let store = Store::create(dir.path(), EngineKind::Memory, &options).expect("a new store");
    for record in records {
        let group = Group::new().with(record);
        let _position = store.append(group).wait().expect("the disk has room");
    }
    store.close().expect("nothing failed");
    let path = dir.path().join("journal").join(format!("{:020}.seg", 1));
    let bytes = fs::read(path).expect("the first segment");
    let mut frames = Vec::new();
    let mut rest = bytes.get(80..).unwrap_or_default();
    while let Some((len, _)) = rest.split_first_chunk::<4>() {
        let len = usize::try_from(u32::from_le_bytes(*len)).expect("a length fits");
        if len < 2 {
            break;
        }
        let (frame, behind) = rest.split_at(8 + len);
        frames.push((frame[8], frame[10..].to_vec()));
        rest = behind;
    }
    frames
}

/// One or more of each record.
pub(super) fn records() -> Vec<Record> {
    let (own, foreign) = (world::origin(1), world::origin(2));
    let entries = [world::genesis(&world::key(1)), vec![7; 40]];
    let mine = world::slice_of(own, 1, Hash::before_first(own), &entries);
    let theirs = world::slice_of(foreign, 1, Hash::before_first(foreign), &entries);
    let head = ledger_format::head::SignedHead::sign(
        &world::key(2),
        world::ledger(),
        foreign,
        theirs.last_seq(),
        theirs.head(),
    );
    let batch = ledger_sync::batch_message(&theirs, 1, &head).expect("it can be packed");
    let signed = SignedHead {
        origin: foreign,
        seq: head.seq,
        hash: head.hash,
        signature: *head.signature.as_bytes(),
        ledger: head.ledger,
    };
    let more = world::slice_of(own, 3, mine.head(), &[vec![8; 10]]);
    let run = Run {
        first: 1,
        origin: foreign,
        first_seq: 1,
        count: 2,
        moment_ms: 1_700_000_000_000,
        after: Hash::of(b"after"),
        epoch: world::EPOCH,
    };
    let cursor = Cursor {
        peer: [5; 16],
        epoch: world::EPOCH,
        n: 2,
        anchor: Hash::of(b"after"),
    };
    vec![
        Record::Own(mine),
        Record::Foreign {
            batch: batch.to_bytes().expect("a message can be written"),
            slice: theirs,
        },
        Record::Head(signed),
        Record::Run(run),
        Record::Cursor(cursor),
        Record::Own(more),
        Record::Note(Note {
            key: "k".to_owned(),
            value: "ü".to_owned(),
        }),
    ]
}

/// Seeds of [`frame`]: each type as the store writes it.
pub(crate) fn frame_seeds() -> Vec<Vec<u8>> {
    let lying = [&[1; 56][..], &[0xFF; 4]].concat();
    let mut frames = payloads(records());
    frames.extend([(frame::OWN, lying.clone()), (frame::FOREIGN, lying)]);
    frames
        .into_iter()
        .map(|(kind, payload)| [&[kind], &payload[..]].concat())
        .collect()
}

/// Seeds of [`journal`]: single frames, groups, torn groups, damage before and after, segments.
pub(crate) fn journal_seeds() -> Vec<Vec<u8>> {
    let frames = payloads(records());
    let all = |bits: &dyn Fn(usize) -> u8| {
        let mut bytes = Vec::new();
        for (index, (kind, payload)) in frames.iter().enumerate() {
            bytes.push(kind | bits(index));
            put_counted(&mut bytes, payload);
        }
        bytes
    };
    vec![
        Vec::new(),
        all(&|_| 0x20),
        all(&|index| if index == 0 { 0x30 } else { 0x10 }),
        all(&|index| if index + 1 == frames.len() { 0 } else { 0x10 }),
        all(&|index| if index == 0 { 0x60 } else { 0x20 }),
        all(&|index| if index == 3 { 0x60 } else { 0x20 }),
        all(&|index| {
            if index + 1 == frames.len() {
                0x60
            } else {
                0x20
            }
        }),
        all(&|index| if index % 2 == 1 { 0xA0 } else { 0x20 }),
        all(&|index| if index == 2 { 0xE0 } else { 0x20 }),
    ]
}
