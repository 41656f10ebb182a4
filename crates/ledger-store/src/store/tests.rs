//! The index behind the journal, over an engine that waits or fails when told to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use ledger_core::Origin;
use ledger_format::{Hash, OriginSlice};

use super::indexer::LAG_GROUPS_MAX;
use super::{AppendError, Opened, Store, open};
use crate::engine::{self, Engine, EngineError, SharedEngine, Visit, Write};
use crate::index::Index;
use crate::record::{Group, Note, Record, StoreId};

/// A map in memory whose writes pass only while a gate is open.
#[derive(Debug)]
struct Gated {
    map: SharedEngine,
    open: Mutex<bool>,
    opened: Condvar,
    fails: AtomicBool,
    panics: AtomicBool,
    writes: AtomicUsize,
}

impl Gated {
    fn new(open: bool) -> Arc<Self> {
        Arc::new(Self {
            map: engine::in_memory(),
            open: Mutex::new(open),
            opened: Condvar::new(),
            fails: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            writes: AtomicUsize::new(0),
        })
    }

    fn store(self: &Arc<Self>) -> Store {
        let engine: SharedEngine = Arc::<Self>::clone(self);
        let id = StoreId::from_bytes([1; 16]);
        open::start(
            id,
            Opened::default(),
            Index::new(engine, None),
            (None, None),
            (None, None),
        )
        .unwrap()
    }

    fn open(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

/// Opens the gate however a test ends, so that a failure never hangs.
struct OpensAtEnd(Arc<Gated>);

impl Drop for OpensAtEnd {
    fn drop(&mut self) {
        self.0.open();
    }
}

impl Engine for Gated {
    fn name(&self) -> &'static str {
        "gated"
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
        let mut open = self.open.lock().unwrap();
        while !*open {
            open = self.opened.wait(open).unwrap();
        }
        drop(open);
        assert!(!self.panics.load(Ordering::SeqCst), "told to");
        if self.fails.load(Ordering::SeqCst) {
            return Err(EngineError::DiskFull { engine: "gated" });
        }
        let _before = self.writes.fetch_add(1, Ordering::SeqCst);
        self.map.write(writes)
    }

    fn flush(&self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// A group that sets the note `k`.
fn note(value: usize) -> Group {
    Group::new().with(Record::Note(Note {
        key: "k".to_owned(),
        value: value.to_string(),
    }))
}

const SOON: Duration = Duration::from_millis(150);

#[test]
fn an_append_is_answered_before_it_is_indexed_and_a_read_waits_for_it() {
    let gate = Gated::new(false);
    let store = Arc::new(gate.store());
    let _end = OpensAtEnd(Arc::clone(&gate));
    let at = store.append(note(1)).wait().unwrap();
    assert_eq!(gate.writes.load(Ordering::SeqCst), 0);
    let (told, hears) = mpsc::channel();
    let reader = thread::spawn({
        let store = Arc::clone(&store);
        move || {
            told.send(()).unwrap();
            (store.note("k").unwrap(), store.position().unwrap())
        }
    });
    hears.recv().unwrap();
    gate.open();
    assert_eq!(reader.join().unwrap(), (Some("1".to_owned()), at));
}

#[test]
fn a_callback_may_read_what_it_is_told_of() {
    let gate = Gated::new(true);
    let store = Arc::new(gate.store());
    let _end = OpensAtEnd(Arc::clone(&gate));
    let (told, hears) = mpsc::channel();
    let inner = Arc::clone(&store);
    store.append_then(note(7), move |result| {
        let read = inner.note("k").unwrap();
        drop(inner);
        told.send((result.is_ok(), read)).unwrap();
    });
    assert_eq!(hears.recv().unwrap(), (true, Some("7".to_owned())));
}

#[test]
fn the_index_is_never_far_behind() {
    let gate = Gated::new(false);
    let store = Arc::new(gate.store());
    let _end = OpensAtEnd(Arc::clone(&gate));
    let answered = Arc::new(AtomicUsize::new(0));
    let (told, hears) = mpsc::channel();
    let count = 3 * LAG_GROUPS_MAX;
    let writer = thread::spawn({
        let (store, answered) = (Arc::clone(&store), Arc::clone(&answered));
        move || {
            for n in 1..=count {
                let (told, answered) = (told.clone(), Arc::clone(&answered));
                store.append_then(note(n), move |result| {
                    let _before = answered.fetch_add(1, Ordering::SeqCst);
                    told.send(result.is_ok()).unwrap();
                });
            }
        }
    });
    // As many as may wait are answered, and the batch that went over.
    for _ in 0..=LAG_GROUPS_MAX {
        assert!(hears.recv().unwrap());
    }
    while hears.recv_timeout(SOON).is_ok() {}
    assert!(answered.load(Ordering::SeqCst) <= LAG_GROUPS_MAX + super::QUEUE_GROUPS_MAX);
    gate.open();
    writer.join().unwrap();
    assert_eq!(hears.iter().filter(|ok| !ok).count(), 0);
    assert_eq!(store.note("k").unwrap(), Some(count.to_string()));
}

#[test]
fn what_waits_together_is_one_write() {
    let gate = Gated::new(false);
    let store = gate.store();
    let _end = OpensAtEnd(Arc::clone(&gate));
    let origin = Origin::from_bytes([1; 16]);
    let mut prev = Hash::before_first(origin);
    for seq in 1..=100 {
        let slice = OriginSlice {
            origin,
            first_seq: seq,
            prev,
            entries: [[1; 9].as_slice()].into_iter().collect(),
        };
        prev = slice.head();
        let group = Group::new().with(Record::Own(slice));
        let _at = store.append(group).wait().unwrap();
    }
    gate.open();
    assert_eq!(store.head(origin).unwrap(), Some((100, prev)));
    assert!(gate.writes.load(Ordering::SeqCst) < 10);
    assert!(store.verify(&mut |_| {}).unwrap().is_sound());
}

#[test]
fn after_the_index_failed_nothing_hangs_and_nothing_is_taken() {
    for panics in [false, true] {
        let gate = Gated::new(true);
        let store = gate.store();
        let _at = store.append(note(1)).wait().unwrap();
        assert_eq!(store.note("k").unwrap().as_deref(), Some("1"));
        gate.fails.store(!panics, Ordering::SeqCst);
        gate.panics.store(panics, Ordering::SeqCst);
        // Durable all the same.
        let _at = store.append(note(2)).wait().unwrap();
        assert_eq!(store.note("k").unwrap().as_deref(), Some("1"));
        gate.fails.store(false, Ordering::SeqCst);
        gate.panics.store(false, Ordering::SeqCst);
        let refused = store.append(note(3)).wait();
        assert!(
            matches!(refused, Err(AppendError::Poisoned { .. })),
            "{refused:?}"
        );
        assert_eq!(store.note("k").unwrap().as_deref(), Some("1"));
        assert_eq!(gate.writes.load(Ordering::SeqCst), 1);
        assert!(matches!(store.close(), Err(AppendError::Poisoned { .. })));
    }
}

#[test]
fn closing_waits_for_the_index() {
    let gate = Gated::new(false);
    let store = gate.store();
    let _end = OpensAtEnd(Arc::clone(&gate));
    for n in 1..=50 {
        let _at = store.append(note(n)).wait().unwrap();
    }
    let closing = thread::spawn(move || store.close());
    gate.open();
    closing.join().unwrap().unwrap();
    let index = Index::new(Arc::<Gated>::clone(&gate), None);
    assert_eq!(index.note("k").unwrap().as_deref(), Some("50"));
}
