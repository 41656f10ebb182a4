//! One suite over all embedded stores: append, read, limits, refusals, reopening.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may"
)]

mod common;

use std::sync::Arc;

use common::*;
use ledger_core::EntryId;
use ledger_format::Hash;
use ledger_store::{AppendError, EngineKind, Group, OpenError, ReadError, Record, Store};

/// Runs a test over stores on disk of each kind and one without files.
fn over_all(test: impl Fn(Store)) {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        test(Store::create(&dir.path().join("store"), kind, &options()).unwrap());
    }
    test(Store::in_memory().unwrap());
}

#[test]
fn what_was_appended_is_read() {
    over_all(|store| {
        let mut writer = Writer::default();
        let first = writer.some(origin(1), 1000);
        let second = writer.some(origin(1), 3);
        put(&store, vec![Record::Own(first.clone())]);
        put(&store, vec![Record::Own(second)]);
        let (seq, hash) = writer.head(origin(1));
        assert_eq!(store.heads().unwrap(), vec![(origin(1), seq, hash)]);
        assert_eq!(store.head(origin(1)).unwrap(), Some((1003, hash)));
        assert_eq!(store.head(origin(2)).unwrap(), None);
        let all = store.slice(origin(1), 1, usize::MAX, usize::MAX).unwrap();
        assert_eq!(all.entries.len(), 1003);
        assert_eq!(
            (all.prev, all.head()),
            (Hash::before_first(origin(1)), hash)
        );
        for seq in [1, 2, 255, 256, 257, 512, 600, 1000, 1001, 1003] {
            let slice = store.slice(origin(1), seq, 300, usize::MAX).unwrap();
            assert_eq!(Some(slice.prev), store.hash_at(origin(1), seq - 1).unwrap());
            assert_eq!(
                slice.entries.len(),
                300.min(usize::try_from(1004 - seq).unwrap())
            );
            let id = EntryId {
                origin: origin(1),
                seq,
            };
            assert_eq!(store.entry(id).unwrap().as_deref(), slice.entries.get(0));
            let at = usize::try_from(seq - 1).unwrap();
            assert_eq!(slice.entries.get(0), all.entries.get(at));
        }
        assert_eq!(store.hash_at(origin(1), 1000).unwrap(), Some(first.head()));
        assert_eq!(store.hash_at(origin(1), 1004).unwrap(), None);
        for seq in [0, 1004] {
            assert_eq!(
                store
                    .entry(EntryId {
                        origin: origin(1),
                        seq
                    })
                    .unwrap(),
                None
            );
        }
    });
}

#[test]
fn a_slice_keeps_its_limits() {
    over_all(|store| {
        let mut writer = Writer::default();
        put(&store, vec![Record::Own(writer.some(origin(1), 400))]);
        let (_, head) = writer.head(origin(1));
        let after = store.slice(origin(1), 401, 10, 10).unwrap();
        assert!(after.entries.is_empty());
        assert_eq!((after.prev, after.first_seq), (head, 401));
        for seq in [0, 402] {
            let error = store.slice(origin(1), seq, 10, 10).unwrap_err();
            assert_eq!(
                error,
                ReadError::NotThere {
                    origin: origin(1),
                    seq
                }
            );
        }
        let none = store.slice(origin(3), 1, 10, 10).unwrap();
        assert_eq!(
            (none.prev, none.entries.len()),
            (Hash::before_first(origin(3)), 0)
        );
        assert_eq!(store.slice(origin(1), 5, 0, 0).unwrap().entries.len(), 1);
        assert_eq!(store.slice(origin(1), 1, 2, 1000).unwrap().entries.len(), 2);
        // Entries 1, 2 and 3 have 8, 9 and 10 bytes.
        assert_eq!(store.slice(origin(1), 1, 100, 27).unwrap().entries.len(), 3);
        assert_eq!(store.slice(origin(1), 1, 100, 26).unwrap().entries.len(), 2);
    });
}

#[test]
fn heads_runs_cursors_and_notes_are_found() {
    over_all(|store| {
        let mut writer = Writer::default();
        let mut heads = Vec::new();
        for _ in 0..3 {
            let slice = writer.some(origin(1), 10);
            heads.push(writer.signed(origin(1)));
            put(
                &store,
                vec![foreign(slice), Record::Head(*heads.last().unwrap())],
            );
        }
        let covering = |seq| store.signed_head_covering(origin(1), seq).unwrap();
        assert_eq!(covering(1), Some(heads[0]));
        assert_eq!(covering(10), Some(heads[0]));
        assert_eq!(covering(11), Some(heads[1]));
        assert_eq!((covering(30), covering(31)), (Some(heads[2]), None));
        assert_eq!(store.signed_head_covering(origin(2), 1).unwrap(), None);

        let runs = [
            run(1, origin(1), 1, 5),
            run(6, origin(2), 1, 5),
            run(11, origin(1), 6, 5),
        ];
        put(&store, runs.map(Record::Run).to_vec());
        assert_eq!(store.runs_from(1, 10).unwrap(), runs);
        assert_eq!(store.runs_from(8, 1).unwrap(), [runs[1]]);
        assert_eq!(store.runs_from(11, 9).unwrap(), [runs[2]]);
        assert_eq!(store.runs_from(16, 9).unwrap(), []);
        assert_eq!(store.last_run().unwrap(), Some(runs[2]));

        put(
            &store,
            vec![Record::Cursor(cursor(1)), note("k", "a"), note("kk", "b")],
        );
        put(&store, vec![Record::Cursor(cursor(2)), note("k", "c")]);
        assert_eq!(store.cursor(&[5; 16]).unwrap(), Some(cursor(2)));
        assert_eq!(store.cursor(&[6; 16]).unwrap(), None);
        assert_eq!(store.note("k").unwrap().as_deref(), Some("c"));
        assert_eq!(store.note("kk").unwrap().as_deref(), Some("b"));
        assert_eq!(store.note("").unwrap(), None);
    });
}

#[test]
fn what_does_not_continue_its_origin_is_refused_with_its_whole_group() {
    over_all(|store| {
        let mut writer = Writer::default();
        let first = writer.some(origin(1), 3);
        let second = writer.some(origin(1), 3);
        put(&store, vec![Record::Own(first.clone())]);
        let before = contents(&store);
        for wrong in [&first, &{
            let mut forked = second.clone();
            forked.prev = Hash::of(b"another branch");
            forked
        }] {
            let other = Writer::default().some(origin(2), 2);
            let group = vec![
                Record::Own(other),
                note("k", "x"),
                Record::Own(wrong.clone()),
            ];
            match store.append(group.into()).wait() {
                Err(AppendError::NotNext {
                    origin: of,
                    expected_seq,
                    expected_prev,
                }) => {
                    assert_eq!(
                        (of, expected_seq, expected_prev),
                        (origin(1), 4, first.head())
                    );
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(contents(&store), before);
        }
        // Both at once, the second continuing the first, within one group.
        let third = writer.some(origin(1), 1);
        put(&store, vec![Record::Own(second), Record::Own(third)]);
        assert_eq!(store.head(origin(1)).unwrap(), Some(writer.head(origin(1))));
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    });
}

#[test]
fn limits_are_refused_and_nothing_else_suffers() {
    over_all(|store| {
        let mut writer = Writer::default();
        let refused = |group: Vec<Record>| store.append(group.into()).wait().unwrap_err();
        let max = vec![1; 32 * 1024];
        let over = vec![1; 32 * 1024 + 1];
        let too_long = Writer::default().next(origin(1), [over.as_slice()]);
        assert!(matches!(
            refused(vec![Record::Own(too_long)]),
            AppendError::TooLarge { .. }
        ));
        put(
            &store,
            vec![Record::Own(
                writer.next(origin(1), vec![max.as_slice(); 40]),
            )],
        );
        let key = "k".repeat(256);
        assert!(matches!(
            refused(vec![note(&key, "")]),
            AppendError::TooLarge { .. }
        ));
        put(&store, vec![note(&key[1..], &"v".repeat(4096))]);
        let value = "v".repeat(4097);
        assert!(matches!(
            refused(vec![note("k", &value)]),
            AppendError::TooLarge { .. }
        ));
        let nowhere = Record::Run(run(0, origin(1), 1, 1));
        assert!(matches!(
            refused(vec![nowhere]),
            AppendError::Malformed { .. }
        ));
        let slice = Writer::default().some(origin(4), 1);
        let huge = Record::Foreign {
            batch: vec![0; 8 * 1024 * 1024],
            slice,
        };
        assert!(matches!(refused(vec![huge]), AppendError::TooLarge { .. }));
        let at = store.append(Group::new()).wait().unwrap();
        assert_eq!(at, store.position().unwrap());
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
        store.close().unwrap();
    });
}

#[test]
fn many_threads_append_beside_each_other() {
    over_all(|store| {
        let store = Arc::new(store);
        let threads: Vec<_> = (1..=8)
            .map(|n| {
                let store = Arc::clone(&store);
                std::thread::spawn(move || {
                    let mut writer = Writer::default();
                    let waiting: Vec<_> = (0..200)
                        .map(|_| store.append(vec![Record::Own(writer.some(origin(n), 1))].into()))
                        .collect();
                    let positions: Vec<_> =
                        waiting.into_iter().map(|one| one.wait().unwrap()).collect();
                    assert!(positions.is_sorted());
                    writer.head(origin(n))
                })
            })
            .collect();
        for (n, thread) in (1..=8).zip(threads) {
            let head = thread.join().unwrap();
            assert_eq!(store.head(origin(n)).unwrap(), Some(head));
        }
        let report = store.verify(&mut |_| {}).unwrap();
        assert_eq!(
            (report.entries, report.origins, report.problems),
            (1600, 8, vec![])
        );
    });
}

#[test]
fn what_was_acknowledged_is_seen_by_the_very_next_read() {
    over_all(|store| {
        let store = Arc::new(store);
        let (told, hears) = std::sync::mpsc::channel::<(u64, Hash, ledger_store::Position)>();
        let reader = std::thread::spawn({
            let store = Arc::clone(&store);
            move || {
                for (seq, hash, position) in hears {
                    let of = origin(1);
                    assert!(store.head(of).unwrap().unwrap().0 >= seq);
                    assert_eq!(store.hash_at(of, seq).unwrap(), Some(hash));
                    assert!(store.entry(EntryId { origin: of, seq }).unwrap().is_some());
                    assert!(store.position().unwrap() >= position);
                }
            }
        });
        let mut writer = Writer::default();
        for n in 1..=200_u64 {
            let slice = writer.some(origin(1), 1 + usize::try_from(n % 3).unwrap());
            let group = vec![
                Record::Own(slice),
                Record::Cursor(cursor(n)),
                Record::Run(run(n, origin(2), n, 1)),
                note("k", &n.to_string()),
            ];
            let position = store.append(group.into()).wait().unwrap();
            let (seq, hash) = writer.head(origin(1));
            match n % 6 {
                0 => assert_eq!(store.head(origin(1)).unwrap(), Some((seq, hash))),
                1 => assert_eq!(store.heads().unwrap(), [(origin(1), seq, hash)]),
                2 => assert_eq!(store.cursor(&[5; 16]).unwrap(), Some(cursor(n))),
                3 => assert_eq!(store.note("k").unwrap(), Some(n.to_string())),
                4 => assert_eq!(store.last_run().unwrap().unwrap().first, n),
                _ => assert_eq!(store.position().unwrap(), position),
            }
            told.send((seq, hash, position)).unwrap();
        }
        drop(told);
        reader.join().unwrap();
    });
}

#[test]
fn the_index_has_the_order_of_the_journal() {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::create(dir.path(), kind, &small_segments()).unwrap());
        // All set the same keys: what holds in the end is decided by the journal's order.
        let threads: Vec<_> = (1..=8)
            .map(|n| {
                let store = Arc::clone(&store);
                std::thread::spawn(move || {
                    let mut writer = Writer::default();
                    let waiting: Vec<_> = (0..300_u64)
                        .map(|round| {
                            let slice = writer.some(origin(n), 1);
                            let value = format!("{n} {round}");
                            let at = cursor(1000 * u64::from(n) + round);
                            let group =
                                vec![Record::Own(slice), note("k", &value), Record::Cursor(at)];
                            (store.append(group.into()), value, at)
                        })
                        .collect();
                    let last = waiting
                        .into_iter()
                        .map(|(one, value, at)| (one.wait().unwrap(), value, at));
                    last.last().unwrap()
                })
            })
            .collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        let (position, value, at) = ends.max_by_key(|end| end.0).unwrap();
        assert_eq!(store.position().unwrap(), position);
        assert_eq!(store.note("k").unwrap(), Some(value));
        assert_eq!(store.cursor(&[5; 16]).unwrap(), Some(at));
        let before = contents(&store);
        drop(store);
        let store = Store::rebuild(dir.path(), kind, &small_segments()).unwrap();
        assert_eq!(contents(&store), before);
        assert_eq!(store.position().unwrap(), position);
    }
}

#[test]
fn of_two_writers_of_one_origin_one_is_told_what_is_next() {
    over_all(|store| {
        let store = Arc::new(store);
        let threads: Vec<_> = (0..2_u8)
            .map(|n| {
                let store = Arc::clone(&store);
                std::thread::spawn(move || {
                    let mut written = 0;
                    while written < 100 {
                        let (seq, prev) = store
                            .head(origin(1))
                            .unwrap()
                            .unwrap_or((0, Hash::before_first(origin(1))));
                        let mut slice = Writer::default().next(origin(1), [[n].as_slice()]);
                        (slice.first_seq, slice.prev) = (seq + 1, prev);
                        match store.append(vec![Record::Own(slice)].into()).wait() {
                            Ok(_) => written += 1,
                            Err(AppendError::NotNext { expected_seq, .. }) => {
                                assert!(expected_seq > seq + 1);
                            }
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        let all = store.slice(origin(1), 1, 1000, 100_000).unwrap();
        assert_eq!(all.entries.len(), 200);
        assert_eq!(
            all.entries.iter().filter(|entry| *entry == [1]).count(),
            100
        );
        assert!(store.verify(&mut |_| {}).unwrap().is_sound());
    });
}

#[test]
fn a_reopened_store_is_the_same() {
    for kind in KINDS {
        for options in [options(), small_segments()] {
            let dir = tempfile::tempdir().unwrap();
            let (store, mut writer) = filled(dir.path(), kind, &options);
            let before = contents(&store);
            let (id, position) = (store.id(), store.position().unwrap());
            store.close().unwrap();
            let store = Store::open(dir.path(), kind, &options).unwrap();
            assert_eq!(contents(&store), before);
            assert_eq!((store.id(), store.position().unwrap()), (id, position));
            let opened = store.opened();
            assert_eq!(opened.torn_bytes, 0);
            assert_eq!((&opened.damage, &opened.gaps), (&vec![], &vec![]));
            if kind != EngineKind::Memory {
                assert_eq!((opened.replayed_groups, &opened.rebuilt), (0, &None));
            }
            put(&store, vec![Record::Own(writer.some(origin(1), 5))]);
            let report = store.verify(&mut |_| {}).unwrap();
            assert_eq!(report.problems, Vec::<String>::new());
            assert_eq!(report.entries, 1405);
        }
    }
}

#[test]
fn a_store_changes_its_kind() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), EngineKind::Sled, &options());
    let before = contents(&store);
    store.close().unwrap();
    let store = Store::open(dir.path(), EngineKind::Redb, &options()).unwrap();
    assert_eq!(contents(&store), before);
    assert!(store.opened().rebuilt.is_some());
}

#[test]
fn the_lock_keeps_others_out() {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let missing = Store::open(dir.path(), kind, &options());
        assert!(matches!(missing, Err(OpenError::NotThere { .. })));
        assert!(!Store::exists(dir.path()));
        let store = Store::create(dir.path(), kind, &options()).unwrap();
        assert!(Store::exists(dir.path()));
        let second = Store::open(dir.path(), kind, &options());
        assert!(matches!(second, Err(OpenError::InUse { .. })), "{second:?}");
        drop(store);
        let again = Store::create(dir.path(), kind, &options());
        assert!(
            matches!(again, Err(OpenError::AlreadyThere { .. })),
            "{again:?}"
        );
        Store::open(dir.path(), kind, &options())
            .unwrap()
            .close()
            .unwrap();
    }
}
