//! ledger-sync: both sides of the protocol over a small log in memory.
//!
//! Zeros for a hash or a signature stand for the right one (see [`world::mend`]).

use std::collections::BTreeMap;

use ledger_format::wire::{
    self, BatchMessage, CursorMessage, Message, OriginHead, Piece, RunMessage, SyncAnswer,
    SyncRequest,
};
use ledger_format::{Hash, pack};
use ledger_sync::Room;
use ledger_sync::client::{Claim, Client, Push};
use ledger_sync::{pieces, server};
use serde_bytes::{ByteArray, ByteBuf};

use super::world::{self, EPOCH, Shelf};

/// A server takes only what continues its log; the same again brings nothing.
pub(crate) fn push(bytes: &[u8]) {
    let Ok(mut request) = SyncRequest::from_bytes(bytes) else {
        return;
    };
    let mut log = Shelf::of_server();
    for batch in &mut request.push {
        world::mend(batch, &log);
    }
    let again = request.again.iter_mut();
    for batch in again.filter_map(|run| run.batch.as_mut()) {
        world::mend(batch, &log);
    }
    let known = server::Known {
        ledger: world::ledger(),
        server_key: world::key(0).public(),
        caller: world::key(1).public(),
        own: world::key(0).public(),
    };
    let pushed =
        server::take_push(&log, &known, &request).expect("no message leads beyond the log");
    let batches = request.push.len() + request.again.len();
    assert!(pushed.rejects.len() + pushed.arrivals.len() <= batches);
    log.take(&pushed.effects);
    for arrival in &pushed.arrivals {
        let new = u64::try_from(arrival.hashes.len()).expect("a length fits");
        assert!(arrival.first_seq + new - 1 <= log.end(arrival.origin).0);
    }
    let again = server::take_push(&log, &known, &request).expect("no message leads beyond the log");
    assert!(again.effects.is_empty(), "twice: {:?}", again.effects);
    assert!(again.rejects.len() <= pushed.rejects.len());
}

/// A server answers any cursor, and a device that holds nothing takes what it answers.
pub(crate) fn pull(bytes: &[u8]) {
    let Ok(request) = SyncRequest::from_bytes(bytes) else {
        return;
    };
    let log = Shelf::of_server();
    let (cursor, bytes_max) = (request.cursor, request.bytes_max);
    let order = server::Order {
        epoch: EPOCH,
        central: !request.push.is_empty(),
        encoding: pack::FACTORED,
    };
    let served = order
        .serve(&log, cursor, &request.have, bytes_max)
        .expect("the log is sound");
    assert!(served.restart || served.cursor.n >= cursor.n);
    let is_asked = bytes_max > 0 && !served.restart;
    assert!(
        served.at_end || !served.runs.is_empty() || !is_asked,
        "no way forward"
    );
    let all_sent = served.runs.iter().all(|run| run.batch.is_some());
    if all_sent && cursor == Client::first_cursor(EPOCH) && is_asked {
        let answer = SyncAnswer {
            now_millis: 0,
            nonce: ByteBuf::new(),
            rejects: Vec::new(),
            restart: served.restart,
            runs: served.runs,
            cursor: served.cursor,
            at_end: served.at_end,
            held: Vec::new(),
            loose: Vec::new(),
            revoked: false,
            snapshot: None,
        };
        let mut empty = Shelf::default();
        let taken = client(&world::key(2))
            .take(&empty, cursor, &answer)
            .expect("what a server serves can be taken");
        empty.take(&taken.effects);
    }
}

/// A device takes only answers whose entries are here afterwards, or takes nothing.
pub(crate) fn answer(bytes: &[u8]) {
    let Ok(mut answer) = SyncAnswer::from_bytes(bytes) else {
        return;
    };
    let mut log = Shelf::of_device();
    let key = world::key(1);
    let own = [world::origin(1)];
    let cursor = Client::first_cursor(EPOCH);
    for batch in answer.runs.iter_mut().filter_map(|run| run.batch.as_mut()) {
        world::mend(batch, &log);
    }
    if *answer.cursor.anchor == [0; 32] {
        answer.cursor = cursor_after(&answer, &log);
    }
    let client = client(&key);
    let Ok(taken) = client.take(&log, cursor, &answer) else {
        return;
    };
    let before = log.clone();
    log.take(&taken.effects);
    if taken.again {
        return;
    }
    assert_eq!(taken.cursor, answer.cursor);
    let new: u64 = own
        .iter()
        .chain(&[world::origin(0), world::origin(2)])
        .map(|origin| log.end(*origin).0 - before.end(*origin).0)
        .sum();
    assert!(new <= taken.pulled);
    // What comes next continues from here.
    let push = Push {
        own: &own,
        relayed: &[],
        held: &BTreeMap::new(),
        holds_numbered: true,
        room: Room::default(),
        only_named: false,
        claim: Claim::Unnumbered,
    };
    let next = client.ask(&log, taken.cursor, &push);
    let next = next.expect("the log is sound");
    assert!(
        next.request
            .push
            .iter()
            .all(|it| it.origin == wire::id_bytes(own[0].as_bytes()))
    );
}

/// A piece is taken whole and leads to where it says, by a device and by a server without it, or it
/// is not taken.
pub(crate) fn piece(bytes: &[u8]) {
    let Ok(piece) = Piece::from_bytes(bytes) else {
        return;
    };
    let mut log = Shelf::default();
    let key = world::key(2);
    let cursor = Client::first_cursor(EPOCH);
    if let Ok(taken) = client(&key).take_piece(&log, cursor, &piece) {
        log.take(&taken.effects);
        let is_over = taken.again || piece.to.n == 0;
        assert!(is_over || taken.cursor == piece.to, "it leads elsewhere");
    }
    let known = server::Known {
        ledger: world::ledger(),
        server_key: world::key(0).public(),
        caller: world::key(1).public(),
        own: world::key(0).public(),
    };
    let mut server = Shelf::default();
    let pushed = pieces::take_pushed(&server, &known, &piece).expect("the log is sound");
    let arrived: usize = pushed.arrivals.iter().map(|it| it.hashes.len()).sum();
    server.take(&pushed.effects);
    let here: u64 = (0..=2).map(|at| server.end(world::origin(at)).0).sum();
    let here = usize::try_from(here).expect("a small log");
    assert!(arrived >= here, "{here} are here, {arrived} are numbered");
}

/// Seeds of [`piece`]: the server's order from its beginning, in one and in several.
pub(crate) fn piece_seeds() -> Vec<Vec<u8>> {
    let log = Shelf::of_server();
    let mut seeds = Vec::new();
    for span in [1, 3, 1_000] {
        let mut from = Client::first_cursor(EPOCH);
        while let Some(piece) =
            pieces::piece(&log, from, pack::FACTORED, from.n + span).expect("the log is sound")
        {
            from = piece.to;
            seeds.push(piece.to_bytes().expect("a message can be written"));
        }
    }
    seeds
}

fn client(key: &ledger_format::head::DeviceKey) -> Client<'_> {
    Client {
        ledger: world::ledger(),
        key,
        server_key: world::key(0).public(),
        encoding: pack::FACTORED,
    }
}

/// Where an answer's runs lead to, as far as their entries are in it or in the log.
fn cursor_after(answer: &SyncAnswer, log: &Shelf) -> CursorMessage {
    let epoch = answer.cursor.epoch;
    let mut chain = wire::central_chain_start(epoch);
    let mut n = 0_u64;
    for run in &answer.runs {
        let sent = run
            .batch
            .as_ref()
            .and_then(|it| ledger_sync::unpack(it).ok());
        let from = run.first_seq;
        let held =
            || ledger_sync::Log::slice(log, wire::origin_of(&run.origin), from, 64, 1 << 20).ok();
        if let Some(slice) = sent.or_else(held) {
            let mut hash = slice.prev;
            let count = usize::try_from(run.count).unwrap_or(usize::MAX);
            for entry in slice.entries.iter().take(count) {
                hash = hash.then(entry);
                chain = chain.then(hash.as_bytes());
            }
        }
        n = n.saturating_add(run.count);
    }
    CursorMessage {
        epoch,
        n,
        anchor: wire::hash_bytes(&chain),
    }
}

fn unsigned(number: u8, first_seq: u64, entries: &[Vec<u8>]) -> BatchMessage {
    let origin = world::origin(number);
    let slice = world::slice_of(origin, first_seq, Hash::from_bytes([0; 32]), entries);
    BatchMessage {
        origin: wire::id_bytes(origin.as_bytes()),
        root: None,
        first_seq,
        count: u64::try_from(entries.len()).expect("a length fits"),
        prev: ByteArray::new([0; 32]),
        encoding: pack::RAW,
        bytes: ByteBuf::from(pack::pack(&slice, pack::RAW)),
        head: ByteArray::new([0; 32]),
        signature: ByteArray::new([0; 64]),
    }
}

fn request(cursor: CursorMessage, push: Vec<BatchMessage>, have: Vec<OriginHead>) -> Vec<u8> {
    let request = SyncRequest {
        cursor,
        have,
        again: Vec::new(),
        push,
        certificates: Vec::new(),
        clocks: Vec::new(),
        bytes_max: 1 << 20,
        wants_snapshot: false,
        now_millis: Some(1_700_000_000_000),
    };
    request.to_bytes().expect("a message can be written")
}

/// Requests that continue the server's log, overlap it, leave a hole, part from it, begin anew.
pub(crate) fn requests() -> Vec<Vec<u8>> {
    let log = Shelf::of_server();
    let key = world::key;
    let entry = |number| world::device_set(&key(number));
    let known = [world::genesis(&key(1)), entry(1), vec![1, 2, 3]];
    let start = Client::first_cursor(EPOCH);
    let (seq, hash) = log.end(world::origin(1));
    let have = OriginHead {
        origin: wire::id_bytes(world::origin(1).as_bytes()),
        seq,
        hash8: ByteArray::new(hash.hash8()),
    };
    let fresh = vec![world::genesis(&key(2)), entry(2), vec![7; 30]];
    vec![
        request(
            start,
            vec![unsigned(1, 4, &[entry(1), vec![9]])],
            vec![have.clone()],
        ),
        request(
            log.cursor(),
            vec![unsigned(1, 2, &[entry(1), vec![1, 2, 3], vec![4]])],
            Vec::new(),
        ),
        request(
            start,
            vec![unsigned(1, 6, &[vec![1]]), unsigned(2, 1, &fresh)],
            Vec::new(),
        ),
        request(
            start,
            vec![unsigned(1, 3, &[vec![8]]), unsigned(1, 4, &[vec![8]])],
            vec![have],
        ),
        request(
            start,
            vec![unsigned(2, 1, &fresh), unsigned(2, 4, &[vec![5]])],
            Vec::new(),
        ),
        request(log.cursor(), vec![unsigned(1, 1, &known)], Vec::new()),
    ]
}

/// Seeds of [`push`]: what is new, and what comes again to a server that was restored.
pub(crate) fn push_seeds() -> Vec<Vec<u8>> {
    let mut seeds = requests();
    let again = SyncRequest {
        cursor: Client::first_cursor(EPOCH),
        have: Vec::new(),
        again: vec![
            run(1, 4, 1, Some(&[vec![9]])),
            run(1, 1, 3, None),
            run(2, 1, 1, Some(&[world::genesis(&world::key(2))])),
        ],
        push: Vec::new(),
        certificates: Vec::new(),
        clocks: Vec::new(),
        bytes_max: 0,
        wants_snapshot: false,
        now_millis: None,
    };
    seeds.push(again.to_bytes().expect("a message can be written"));
    seeds
}

/// Seeds of [`pull`]: cursors at the start, at the end, inside a run and of another order,
/// and a caller that has room for nothing.
pub(crate) fn pull_seeds() -> Vec<Vec<u8>> {
    let end = Shelf::of_server().cursor();
    let inside = CursorMessage { n: 2, ..end };
    let other = CursorMessage { epoch: 8, ..end };
    let mut seeds: Vec<Vec<u8>> = [Client::first_cursor(EPOCH), end, inside, other]
        .into_iter()
        .map(|cursor| request(cursor, Vec::new(), Vec::new()))
        .collect();
    let nothing = SyncRequest {
        cursor: Client::first_cursor(EPOCH),
        have: Vec::new(),
        again: Vec::new(),
        push: Vec::new(),
        certificates: Vec::new(),
        clocks: Vec::new(),
        bytes_max: 0,
        wants_snapshot: false,
        now_millis: None,
    };
    seeds.push(nothing.to_bytes().expect("a message can be written"));
    seeds.extend(requests());
    seeds
}

fn run(number: u8, first_seq: u64, count: u64, entries: Option<&[Vec<u8>]>) -> RunMessage {
    RunMessage {
        origin: wire::id_bytes(world::origin(number).as_bytes()),
        first_seq,
        count,
        moment_millis: 1_700_000_100_000,
        batch: entries.map(|entries| unsigned(number, first_seq, entries)),
        signature: None,
    }
}

fn answered(runs: Vec<RunMessage>, restart: bool) -> Vec<u8> {
    let cursor = CursorMessage {
        epoch: EPOCH,
        n: 0,
        anchor: ByteArray::new([0; 32]),
    };
    let answer = SyncAnswer {
        now_millis: 1_700_000_200_000,
        nonce: ByteBuf::from([6; 24]),
        rejects: Vec::new(),
        restart,
        runs,
        cursor,
        at_end: true,
        held: Vec::new(),
        loose: Vec::new(),
        revoked: false,
        snapshot: None,
    };
    answer.to_bytes().expect("a message can be written")
}

/// Answers with the server's entries, with own ones only named, with another device's, and lies.
pub(crate) fn answers() -> Vec<Vec<u8>> {
    let key = world::key;
    let central = [
        world::genesis(&key(0)),
        world::device_set(&key(1)),
        world::device_set(&key(2)),
    ];
    let other = [world::genesis(&key(2)), vec![7; 30]];
    let of_server = || run(0, 1, 3, Some(&central));
    vec![
        answered(vec![of_server()], false),
        answered(vec![of_server(), run(1, 1, 3, None)], true),
        answered(
            vec![of_server(), run(2, 1, 2, Some(&other)), run(1, 1, 2, None)],
            false,
        ),
        answered(vec![run(1, 1, u64::MAX, None)], false),
        answered(vec![run(1, u64::MAX, 2, None), of_server()], false),
        answered(vec![run(2, 1, 2, Some(&other))], false),
        answered(Vec::new(), true),
    ]
}

/// Seeds of [`answer`].
pub(crate) fn answer_seeds() -> Vec<Vec<u8>> {
    answers()
}
