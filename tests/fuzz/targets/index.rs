//! ledger-store: the values of an index, behind the checksum that keeps out what rotted.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::EntryId;
use ledger_format::Hash;
use ledger_store::engine::{Visit, Write};
use ledger_store::{Engine, EngineError, Group, Record, Store};

use super::input::{Input, put_counted};
use super::{seeds, store, world};

/// What the keys begin with, by the number in an input.
const PREFIXES: [&[u8]; 12] = [
    b"c/", b"d/", b"y/", b"z/", b"h/", b"s/", b"n/", b"r/", b"u/", b"k/", b"p", b"m",
];

/// An ordered map that anything can be put into.
#[derive(Debug, Default)]
struct Pairs(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Pairs {
    fn with<T>(&self, then: impl FnOnce(&mut BTreeMap<Vec<u8>, Vec<u8>>) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine for Pairs {
    fn name(&self) -> &'static str {
        "pairs"
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.with(|map| map.get(key).cloned()))
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), EngineError> {
        let map = self.with(|map| map.clone());
        if from < to {
            let range = (Bound::Included(from), Bound::Excluded(to));
            let mut found: Vec<_> = map.range::<[u8], _>(range).collect();
            if reverse {
                found.reverse();
            }
            let mut found = found.into_iter();
            let _stopped: ControlFlow<()> = found.try_for_each(|(key, value)| visit(key, value));
        }
        Ok(())
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), EngineError> {
        self.with(|map| {
            for (key, value) in writes {
                let _before = match value {
                    Some(value) => map.insert(key, value),
                    None => map.remove(&key),
                };
            }
        });
        Ok(())
    }

    fn flush(&self) -> Result<(), EngineError> {
        Ok(())
    }
}

fn sealed(key: &[u8], value: &[u8]) -> Vec<u8> {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), value);
    [value, &crc.to_le_bytes()].concat()
}

/// Everything that can be asked of an index, each question with its answer, if there is one.
fn answers(pairs: BTreeMap<Vec<u8>, Vec<u8>>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let engine = Arc::new(Pairs(Mutex::new(pairs)));
    let Ok(store) = Store::over(engine, Some(ledger_node::totals::packing())) else {
        return all;
    };
    let mut say = |question: String, answer: Option<String>| {
        if let Some(answer) = answer {
            let _new = all.insert(question, answer);
        }
    };
    for (origin, last, hash) in store.heads().unwrap_or_default() {
        say(format!("head {origin}"), Some(format!("{last} {hash}")));
        let slice = store.slice(origin, 1, 2_000, 1 << 16).ok();
        if let Some(slice) = &slice {
            assert!(slice.entries.len() <= 2_000);
            assert!(slice.entries.len() <= 1 || slice.entries.byte_len() <= 1 << 16);
        }
        let first = slice.as_ref().and_then(|slice| slice.entries.get(0));
        let entry = store.entry(EntryId { origin, seq: 1 }).ok();
        if let (Some(first), Some(entry)) = (first, &entry) {
            assert_eq!(entry.as_deref(), Some(first), "two readings of one entry");
        }
        say(format!("slice {origin}"), slice.map(|it| format!("{it:?}")));
        let rest = store.slice(origin, last, 2, 1 << 16).ok();
        say(format!("rest {origin}"), rest.map(|it| format!("{it:?}")));
        let hash = store.hash_at(origin, last / 2).ok();
        say(format!("hash {origin}"), hash.map(|it| format!("{it:?}")));
        let signed = store.signed_head_covering(origin, 1).ok();
        say(
            format!("signed {origin}"),
            signed.map(|it| format!("{it:?}")),
        );
        let mut derived = Vec::new();
        let read = store.for_each_derived(origin, 1..=u64::MAX, &mut |it| {
            derived.push(format!("{it:?}"));
        });
        say(
            format!("derived {origin}"),
            read.ok().map(|()| derived.concat()),
        );
    }
    let mut parts = Vec::new();
    let read = store.for_each_part(&mut |part| parts.push(part.to_vec()));
    say("parts".to_owned(), read.ok().map(|()| format!("{parts:?}")));
    let mut runs = Vec::new();
    let read = store.for_each_run(&mut |run| runs.push(run));
    say("runs".to_owned(), read.ok().map(|()| format!("{runs:?}")));
    let runs = store.runs_from(1, 3).ok();
    say("first runs".to_owned(), runs.map(|it| format!("{it:?}")));
    let cursor = store.cursor(&[5; 16]).ok();
    say("cursor".to_owned(), cursor.map(|it| format!("{it:?}")));
    say(
        "note".to_owned(),
        store.note("k").ok().map(|it| format!("{it:?}")),
    );
    let position = store.position().ok();
    say("position".to_owned(), position.map(|it| format!("{it:?}")));
    let _report = store.verify(&mut |_| {});
    let _slices = store.for_each_slice(&mut |slice| assert!(!slice.entries.is_empty()));
    all
}

/// Any values are read or refused; where one rots, each question has its answer or none.
///
/// Input: which value rots and which byte of it, then values as the number of a prefix, the
/// counted rest of the key and the counted value.
pub(crate) fn values(bytes: &[u8]) {
    let mut input = Input(bytes);
    let [which, at] = [input.byte(), input.byte()].map(|it| usize::from(it.unwrap_or(0)));
    let mut pairs = BTreeMap::new();
    while let Some(kind) = input.byte() {
        let prefix = PREFIXES[usize::from(kind) % PREFIXES.len()];
        let key = [prefix, input.counted()].concat();
        let value = sealed(&key, input.counted());
        let _before = pairs.insert(key, value);
    }
    let whole = answers(pairs.clone());
    let count = pairs.len().max(1);
    let Some(value) = pairs.values_mut().nth(which % count) else {
        return;
    };
    let len = value.len();
    value[at % len] ^= 0x20;
    for (question, answer) in answers(pairs) {
        if let Some(right) = whole.get(&question) {
            assert_eq!(&answer, right, "{question} from a value that rotted");
        }
    }
}

/// Seeds of [`values`]: what a store writes that packs, as chunks and as blocks.
pub(crate) fn values_seeds() -> Vec<Vec<u8>> {
    let alike = seeds::entry_lists().remove(2);
    let alike = Input(&alike).all_counted();
    let many = alike.repeat(5);
    let mut seeds: Vec<Vec<u8>> = [&alike[..], &many[..]]
        .iter()
        .enumerate()
        .map(|(number, entries)| {
            let engine = Arc::new(Pairs::default());
            let shared: Arc<dyn Engine> = Arc::<Pairs>::clone(&engine);
            let store = Store::over(shared, Some(ledger_node::totals::packing()));
            let store = store.expect("an empty index");
            let origin = world::origin(3);
            let entries: Vec<Vec<u8>> = entries.iter().map(|it| it.to_vec()).collect();
            let slice = world::slice_of(origin, 1, Hash::before_first(origin), &entries);
            let group = Group::from([vec![Record::Own(slice)], store::records()].concat());
            let _position = store.append(group).wait().expect("it is in memory");
            store.close().expect("nothing failed");
            let mut bytes = vec![u8::try_from(number).expect("few"), 7];
            for (key, value) in engine.with(|map| map.clone()) {
                let kind = PREFIXES.iter().position(|prefix| key.starts_with(prefix));
                let kind = kind.expect("a known prefix");
                bytes.push(u8::try_from(kind).expect("few"));
                put_counted(&mut bytes, &key[PREFIXES[kind].len()..]);
                put_counted(&mut bytes, &value[..value.len() - 4]);
            }
            bytes
        })
        .collect();
    // The head of an origin that is not the one whose head it would be looked up as.
    let mut head = vec![0, 0, 4];
    put_counted(&mut head, &[4; 17]);
    put_counted(
        &mut head,
        &[3_u64.to_le_bytes().as_slice(), &[0; 32]].concat(),
    );
    seeds.push(head);
    seeds
}
