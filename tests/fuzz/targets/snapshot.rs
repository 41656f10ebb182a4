//! Checkpoints: the file, and the packed fold in it.

use std::borrow::Cow;

use ledger_core::fold::{Fold, Record, Snapshot};
use ledger_format::checkpoint;

use super::format::{dump, history};
use super::input::{Input, put_counted};
use super::seeds;

/// A file that is taken is one that was written, to the last byte.
pub(crate) fn checkpoint(bytes: &[u8]) {
    let Ok((head, parts)) =
        checkpoint::read(&mut &*bytes, u64::try_from(bytes.len()).expect("a length"))
    else {
        return;
    };
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let mut again = Vec::new();
    checkpoint::write(head, &parts, &mut again).expect("what was read can be written");
    assert_eq!(again, bytes);
}

pub(crate) fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let origins = vec![([7; 16], 300, [9; 32])];
    [&[][..], &[&b"part"[..], b"", b"another part"]]
        .iter()
        .map(|parts| {
            let head =
                checkpoint::CheckpointHead::new(1, Some(3), (5, [1; 32]), 1 << 40, origins.clone());
            let mut bytes = Vec::new();
            checkpoint::write(head, parts, &mut bytes).expect("memory takes it");
            bytes
        })
        .collect()
}

/// Any bytes give a fold or none, and a fold can be asked, go on and be packed again. Input: head,
/// rows and slots, counted.
pub(crate) fn snapshot(bytes: &[u8]) {
    let mut parts = Input(bytes).all_counted().into_iter();
    let (Some(head), Some(rows)) = (parts.next(), parts.next()) else {
        return;
    };
    let snapshot = Snapshot {
        head: head.to_vec(),
        rows: Cow::Borrowed(rows),
        slots: parts.map(Cow::Borrowed).collect(),
    };
    let Some(mut fold) = Fold::of_snapshot(snapshot) else {
        return;
    };
    for item in fold.items().iter().take(8) {
        let (lines, rows, whys) = (fold.lines(item), fold.history(item), fold.why(item, None));
        drop((lines, rows, whys));
    }
    let before = (fold.totals().count(), fold.entry_count());
    drop(fold.exceptions());
    let (records, runs) = history(Input(HISTORY));
    runs.iter().for_each(|run| fold.number(*run));
    fold.apply_all(records);
    assert!((fold.totals().count(), fold.entry_count()) >= before);
    if let Some(again) = fold.snapshot() {
        assert!(Fold::of_snapshot(again).is_some(), "what was packed is one");
    }
}

/// What a fold made of any bytes goes on with: a number for what is not there.
const HISTORY: &[u8] = &[0, 0, 0, 0xF0, 1, 0, 0, 0];

pub(crate) fn snapshot_seeds() -> Vec<Vec<u8>> {
    seeds::histories()
        .iter()
        .filter_map(|bytes| {
            let (mut fold, _) = folded(bytes);
            let snapshot = fold.snapshot()?;
            let mut seed = Vec::new();
            put_counted(&mut seed, &snapshot.head);
            put_counted(&mut seed, &snapshot.rows);
            snapshot
                .slots
                .iter()
                .for_each(|slots| put_counted(&mut seed, slots));
            Some(seed)
        })
        .collect()
}

fn folded(bytes: &[u8]) -> (Fold, Vec<Record>) {
    let (records, runs) = history(Input(bytes));
    let mut fold = Fold::new();
    runs.iter().for_each(|run| fold.number(*run));
    fold.apply_all(records.iter().cloned());
    (fold, records)
}

/// Whatever entries say, a fold that goes on from its snapshot has the same state.
pub(crate) fn resume(bytes: &[u8]) {
    let (mut fold, records) = folded(bytes);
    let whole = dump(&fold);
    let exceptions = fold.exceptions();
    let Some(snapshot) = fold.snapshot() else {
        return;
    };
    let mut next = Fold::of_snapshot(snapshot).expect("what was packed is one");
    for record in records.into_iter().filter(Record::is_replayed) {
        next.replay(record);
    }
    assert_eq!(dump(&next), whole);
    assert_eq!(next.exceptions(), exceptions);
}
