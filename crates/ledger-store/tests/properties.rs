//! Properties: decoders take any bytes, random groups survive reopening.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use common::*;
use ledger_store::{EngineKind, Record, Store, frame};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Own(u8, usize),
    Foreign(u8, usize),
    Note(String),
    Cursor(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_u8, 0..40_usize).prop_map(|(origin, count)| Step::Own(origin, count)),
        (0..3_u8, 1..40_usize).prop_map(|(origin, count)| Step::Foreign(origin, count)),
        "[a-z]{0,9}".prop_map(Step::Note),
        any::<u64>().prop_map(Step::Cursor),
    ]
}

fn groups() -> impl Strategy<Value = Vec<Vec<Step>>> {
    vec(vec(step(), 0..5), 1..20)
}

fn group(writer: &mut Writer, steps: &[Step]) -> Vec<Record> {
    let records = steps.iter().flat_map(|step| match step {
        Step::Own(n, count) => vec![Record::Own(writer.some(origin(*n), *count))],
        Step::Foreign(n, count) => {
            let slice = writer.some(origin(*n), *count);
            vec![foreign(slice), Record::Head(writer.signed(origin(*n)))]
        }
        Step::Note(value) => vec![note("k", value)],
        Step::Cursor(n) => vec![Record::Cursor(cursor(*n))],
    });
    records.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_frame_or_an_error(kind in 0..9_u8, bytes in vec(any::<u8>(), 0..300)) {
        let _frame = frame::decode(kind, &bytes);
    }

    #[test]
    fn large_counts_in_a_short_frame_are_an_error(kind in 1..3_u8, tail in vec(any::<u8>(), 0..40)) {
        let mut bytes = vec![1; 56];
        bytes.extend_from_slice(&[0xFF; 4]);
        bytes.extend_from_slice(&tail);
        prop_assert!(frame::decode(kind, &bytes).is_err() || kind == frame::FOREIGN);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn random_groups_are_the_same_after_reopening_and_rebuilding(
        groups in groups(), reopen_at in 0..20_usize, kind in 0..3_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let kind = KINDS[kind];
        let mut writer = Writer::default();
        let reference = Store::in_memory().unwrap();
        let mut store = Store::create(dir.path(), kind, &small_segments()).unwrap();
        for (number, steps) in groups.iter().enumerate() {
            let records = group(&mut writer, steps);
            put(&reference, records.clone());
            put(&store, records);
            if number == reopen_at {
                drop(store);
                store = Store::open(dir.path(), kind, &small_segments()).unwrap();
            }
        }
        let expected = contents(&reference);
        prop_assert_eq!(&contents(&store), &expected);
        prop_assert_eq!(store.verify(&mut |_| {}).unwrap().problems, Vec::<String>::new());
        drop(store);
        let store = Store::rebuild(dir.path(), kind, &small_segments()).unwrap();
        prop_assert_eq!(&contents(&store), &expected);
    }

    #[test]
    fn any_bytes_in_the_segment_are_read_without_panic(
        noise in vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = filled(dir.path(), EngineKind::Memory, &small_segments());
        store.close().unwrap();
        let path = dir.path().join("journal").join(format!("{:020}.seg", 1));
        let mut bytes = std::fs::read(&path).unwrap();
        for (index, byte) in &noise {
            let at = index.index(bytes.len());
            bytes[at] = *byte;
        }
        std::fs::write(&path, bytes).unwrap();
        if let Ok(store) = Store::open(dir.path(), EngineKind::Memory, &small_segments()) {
            let _report = store.verify(&mut |_| {}).unwrap();
        }
    }
}
