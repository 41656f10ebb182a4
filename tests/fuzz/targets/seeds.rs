//! What the targets of ledger-format begin with: every kind of entry, message and signed thing.

use std::collections::BTreeMap;

use ledger_core::catalogue::{CatalogueWrite, Class, FieldType, Value, fields_of};
use ledger_core::document::DocumentFields;
use ledger_core::entry::{
    Act, Admitted, Body, ClockMark, CodeBound, CodeUnbound, Counted, Details, DeviceRevoked, Ended,
    ExceptionAnswered, Genesis, GenesisReason, IdempotencyKey, ItemMerged, Moved, OrderEntry,
    OrderExpedited, OrderLineSet, OrderOpened, OrderSet, Particulars, Place, Refused, Reversed,
    ScanMode, ScanResolved, Tallied, TimeFix, UnknownScan,
};
use ledger_core::order::{FIELDS, OrderType};
use ledger_core::{
    Barcode, Clock, Code, DeviceId, Entry, EntryId, EntryRef, Quantity, Timestamp, UserName,
};
use ledger_format::head::{Certificate, CertificateFields, SignedHead, sign_request};
use ledger_format::wire::{
    self, Enroll, EnrollAnswer, Envelope, ErrorMessage, Hello, HelloAnswer, Limits, Message,
    Reject, RejectCode, SyncAnswer, TlsKey, WaitAnswer, WaitRequest,
};
use ledger_format::{Hash, bounded, entry_bytes, pack};
use serde_bytes::{ByteArray, ByteBuf};

use super::input::put_counted;
use super::{sync, world};

/// The one key that everything counts once with.
const ONCE: IdempotencyKey = IdempotencyKey {
    key: [5; 16],
    row: 300,
};

fn code(text: &str) -> Code {
    Code::new(text).expect("a code")
}

fn quantity(parts: i64) -> Quantity {
    Quantity::from_ten_thousandths(parts)
}

fn place(location: &str, owner: Option<&str>, batch: Option<&str>) -> Place {
    Place {
        location: code(location),
        owner: owner.map(code),
        batch: batch.map(code),
    }
}

fn particulars() -> Particulars {
    Particulars {
        details: Details {
            reason: Some("counted twice".to_owned()),
            note: Some("über Nacht".to_owned()),
            order: Some("SO-1".to_owned()),
            lot: Some("L-1".to_owned()),
            po: Some("PO-1".to_owned()),
            serial: Some("00042".to_owned()),
        },
        said: Some(Timestamp::from_millis(1_699_999_000_000)),
        once: Some(ONCE),
        expiry: Some(20_000),
    }
}

fn moved(parts: i64, from: Option<Place>, to: Option<Place>, act: Act, rest: Particulars) -> Body {
    Body::Moved(Moved {
        document: None,
        item: code("R-100"),
        quantity: quantity(parts),
        from,
        to,
        act,
        particulars: rest,
    })
}

fn reference(number: u8, seq: u64) -> EntryRef {
    EntryRef {
        id: EntryId {
            origin: world::origin(number),
            seq,
        },
        hash8: [9; 8],
    }
}

fn transactions() -> Vec<Body> {
    let plain = Particulars::default;
    let here = || place("A-01", None, None);
    let there = || place("B-02", Some("ACME"), Some("LOT 7"));
    let counted = Counted {
        item: code("R-100"),
        quantity: quantity(1_000_000),
        place: there(),
        span: Some((
            Timestamp::from_millis(1_700_000_000_000),
            Timestamp::from_millis(1_700_000_060_000),
        )),
        particulars: particulars(),
    };
    let simple = Counted {
        place: here(),
        span: None,
        stocktake: None,
        particulars: plain(),
        ..counted.clone()
    };
    let expires = Particulars {
        expiry: None,
        ..particulars()
    };
    vec![
        moved(40_000, None, Some(here()), Act::Add, plain()),
        moved(2_500, Some(here()), None, Act::Remove, particulars()),
        moved(-1, Some(here()), Some(there()), Act::Move, plain()),
        moved(i64::MAX, Some(there()), Some(here()), Act::Move, plain()),
        moved(i64::MIN, None, Some(there()), Act::Adjust, plain()),
        Body::Counted(counted),
        Body::Counted(simple),
        Body::Tallied(Tallied {
            item: code("MÜTTER M3"),
            quantity: quantity(10_000),
            place: here(),
            serial: None,
            once: None,
        }),
        Body::Reversed(Reversed {
            target: reference(1, 2),
            particulars: expires,
        }),
    ]
}

fn picked(order: EntryRef, from: Place, rest: Particulars) -> Body {
    Body::Moved(Moved {
        for_order: Some(order),
        item: code("R-100"),
        quantity: quantity(30_000),
        from: Some(from),
        to: None,
        act: Act::Remove,
        particulars: rest,
    })
}

fn value(holds: FieldType) -> Value {
    match holds {
        FieldType::Text => Value::text("a text"),
        FieldType::Code => Value::text("A-01"),
        FieldType::Int => Value::Int(300),
        FieldType::Bool => Value::Bool(true),
        FieldType::Bytes => Value::Bytes([7; 32].as_slice().into()),
    }
}

/// What is said of orders, with nothing that may be absent and with all of it, and picks.
fn orders() -> Vec<Body> {
    let order = || reference(1, 2);
    let opened = |order_type, fields, once| {
        Body::Order(OrderEntry::Opened(OrderOpened {
            number: code("SO-1"),
            order_type,
            fields,
            once,
        }))
    };
    let fields = || FIELDS.map(|(key, holds)| (key, value(holds)));
    let mut bodies = vec![
        opened(OrderType::Repair, DocumentFields::new(), None),
        opened(OrderType::Sales, fields().into(), Some(ONCE)),
    ];
    for once in [None, Some(ONCE)] {
        let ended = Ended {
            order: order(),
            reason: once.map(|_| "withdrawn".to_owned()),
            note: once.map(|_| "über Nacht".to_owned()),
            once,
        };
        bodies.extend([
            Body::Order(OrderEntry::Set(OrderSet {
                order: order(),
                fields: once.iter().flat_map(|_| fields()).collect(),
                once,
            })),
            Body::Order(OrderEntry::Set(OrderSet {
                order: order(),
                fields: FIELDS.map(|(key, _)| (key, Value::Nil)).into(),
                once,
            })),
            Body::Order(OrderEntry::LineSet(OrderLineSet {
                order: order(),
                item: code("R-100"),
                wanted: quantity(80_000),
                once,
            })),
            Body::Order(OrderEntry::Expedited(OrderExpedited {
                order: order(),
                item: code("R-100"),
                rank: i64::MIN,
                once,
            })),
            Body::Order(OrderEntry::Closed(ended.clone())),
            Body::Order(OrderEntry::Cancelled(ended)),
        ]);
    }
    bodies.extend([
        picked(order(), place("A-01", None, None), Particulars::default()),
        picked(order(), place("B-02", Some("ACME"), None), particulars()),
    ]);
    bodies
}

/// Answers that name nothing, one entry, and more than a short list has.
fn answers() -> Vec<Body> {
    [(0, None), (1, None), (20, Some(ONCE))]
        .map(|(count, once)| {
            Body::ExceptionAnswered(ExceptionAnswered {
                exception: "negative-R-100-A-01".to_owned(),
                entries: (1..=count).map(|seq| reference(1, seq).id).collect(),
                note: once.map(|_| "es ist so".to_owned()),
                once,
            })
        })
        .into()
}

/// Admissions of nothing, one entry, and more than a short list has.
fn admissions() -> Vec<Body> {
    [(0, None), (1, None), (20, Some(ONCE))]
        .map(|(count, once)| {
            Body::Admitted(Admitted {
                entries: (1..=count).map(|seq| reference(1, seq)).collect(),
                through: (1..=count / 2).map(|seq| reference(2, seq)).collect(),
                note: once.map(|_| "es ist so".to_owned()),
                once,
            })
        })
        .into()
}

/// Revocations and refusals, likewise.
fn revocations() -> Vec<Body> {
    let mut bodies = Vec::new();
    for (count, once) in [(0, None), (1, None), (20, Some(ONCE))] {
        let named: Vec<_> = (1..=count).map(|seq| reference(1, seq)).collect();
        let note = once.map(|_| "es ist so".to_owned());
        bodies.push(Body::DeviceRevoked(DeviceRevoked {
            device: DeviceId::from_bytes([2; 16]),
            trusted: named.clone(),
            note: note.clone(),
            once,
        }));
        bodies.push(Body::Refused(Refused {
            through: named,
            note,
            once,
        }));
    }
    bodies
}

fn scans() -> Vec<Body> {
    let code = || Barcode::new("4006381333931").expect("a barcode");
    let mut bodies: Vec<Body> = ScanMode::ALL
        .map(|mode| {
            Body::UnknownScan(UnknownScan {
                code: code(),
                scanned: Some("0104006381333931".to_owned()),
                aim: Some("]C1".to_owned()),
                mode,
                quantity: quantity(10_000),
                place: place("A-01", Some("ACME"), Some("LOT 7")),
                to: (mode == ScanMode::Move).then(|| self::code("B-02")),
                neighbour: Some(self::code("R-100")),
                particulars: particulars(),
            })
        })
        .into();
    for (item, once) in [(Some(self::code("R-100")), None), (None, Some(ONCE))] {
        bodies.push(Body::ScanResolved(ScanResolved {
            code: code(),
            item,
            note: once.map(|_| "a parcel".to_owned()),
            once,
        }));
    }
    bodies
}

fn catalogue() -> Vec<Body> {
    let mut bodies = Vec::new();
    for class in Class::ALL {
        let empty = CatalogueWrite::new(class, code("A-01"));
        let fields = fields_of(class).iter();
        let full = fields.fold(empty.clone(), |write, field| {
            write.with(field.key, value(field.holds))
        });
        let once = CatalogueWrite {
            once: Some(ONCE),
            ..full.clone()
        };
        bodies.extend([Body::Set(empty), Body::Set(full), Body::Set(once)]);
    }
    let barcode = Barcode::new("4006381333931").expect("a barcode");
    bodies.extend([
        Body::ItemMerged(ItemMerged {
            once: None,
            item: code("R-100"),
            into: Some(code("R-200")),
        }),
        Body::ItemMerged(ItemMerged {
            once: Some(ONCE),
            item: code("R-100"),
            into: None,
        }),
        Body::CodeBound(CodeBound {
            once: None,
            item: code("R-100"),
            barcode: barcode.clone(),
            pack: quantity(250_000),
        }),
        Body::CodeBound(CodeBound {
            once: Some(ONCE),
            item: code("R-100"),
            barcode: barcode.clone(),
            pack: quantity(0),
        }),
        Body::CodeUnbound(CodeUnbound {
            item: code("R-100"),
            barcode,
        }),
    ]);
    bodies
}

fn bodies() -> Vec<Body> {
    let mut bodies = vec![
        Body::Genesis(Genesis {
            device: world::key(1).device_id(),
            name: "Händler 1".to_owned(),
            reason: GenesisReason::Restored,
            parent: Some(reference(2, 40)),
            program: Some("0.1.0".to_owned()),
        }),
        Body::ClockMark(ClockMark {
            step_millis: -90_000,
        }),
    ];
    bodies.extend(transactions());
    bodies.extend(catalogue());
    bodies.extend(scans());
    bodies.extend(orders());
    bodies.extend(answers());
    bodies.extend(admissions());
    bodies.extend(revocations());
    bodies.push(Body::TimeFixed(TimeFix {
        run: reference(1, 1),
        ahead_millis: -3_600_000,
        uncertainty_millis: 2_000,
    }));
    bodies
}

/// Entries of every kind, some with a clock and a user, one of tomorrow, one with an odd key.
pub(crate) fn entries() -> Vec<Vec<u8>> {
    let mut entries: Vec<Vec<u8>> = (0..)
        .zip(bodies())
        .map(|(number, body)| world::entry(number, body))
        .collect();
    let time = Timestamp::from_millis(1_700_000_000_000);
    let by_user = Entry {
        time,
        clock: Clock::new(Timestamp::from_millis(1_700_000_005_000), 3),
        user: UserName::new("zoë").ok(),
        body: Body::ClockMark(ClockMark { step_millis: 0 }),
    };
    entries.push(entry_bytes::encode(&by_user).expect("a canonical form"));
    entries.push(vec![1, 2, 0, 0, 0, 0, 0, 0, 0, 0x82, 2, 0, 3, 0xA1, b'x']);
    entries.push(vec![1, 99, 0, 0, 0, 0, 0, 5, 0, 0x81, 0, 0xA1, b'P']);
    entries.push(vec![2, 10, 0, 0, 0, 0, 0, 5, 0, 0x80]);
    // Half of an entry's name, and a type of order that no version has so far.
    let half = [&[0x82, 2, 0xA1, b'x', 4, 0x91, 0xC4, 16][..], &[7; 16]].concat();
    let order = [0x82, 2, 0xA1, b'X', 4, 2];
    entries.extend(
        [(85, &half[..]), (30, &order)]
            .map(|(kind, body)| [&[1, kind, 0, 0, 0, 0, 0, 5, 0], body].concat()),
    );
    entries.extend(longer_forms());
    entries
}

/// A mark of the clock whose body is right but for one value that could be shorter.
fn longer_forms() -> impl Iterator<Item = Vec<u8>> {
    [
        &[0x81, 2, 0xCC, 5][..],
        &[0x81, 2, 0xCD, 0, 0xFF],
        &[0x81, 2, 0xD0, 5],
        &[0x81, 2, 0xD3, 0, 0, 0, 0, 0, 0, 0, 5],
        &[0xDE, 0, 1, 2, 0],
        &[0x82, 2, 0, 3, 0xD9, 1, b'x'],
        &[0x82, 2, 0, 3, 0xDA, 0, 1, b'x'],
        &[0x82, 2, 0, 3, 0xDC, 0, 1, 5],
        &[0x82, 2, 0, 3, 0xC4, 0],
        &[0x82, 2, 0, 3, 0xC5, 0, 0],
    ]
    .into_iter()
    .map(|body| [&[1, 2, 0, 0, 0, 0, 0, 0, 0], body].concat())
}

/// Entries of three origins in turn, numbered now and then; see [`super::format::fold`].
pub(crate) fn histories() -> Vec<Vec<u8>> {
    let genesis = |number: u8| world::genesis(&world::key(number));
    let history = |entries: &[Vec<u8>], by: u8| {
        let mut bytes = Vec::new();
        for number in 0..3 {
            bytes.push(number);
            put_counted(&mut bytes, &genesis(number));
        }
        for (index, entry) in (0_u8..).zip(entries) {
            bytes.push(index / by % 3);
            put_counted(&mut bytes, entry);
            if index % 5 == 4 {
                bytes.extend_from_slice(&[0xF0 + index % 3, index]);
            }
        }
        bytes
    };
    let stock: Vec<Vec<u8>> = (0..)
        .zip(transactions())
        .map(|(number, body)| world::entry(number, body))
        .collect();
    let things: Vec<Vec<u8>> = (0..)
        .zip(catalogue())
        .map(|(number, body)| world::entry(number, body))
        .collect();
    let demand: Vec<Vec<u8>> = (0..)
        .zip(orders().into_iter().chain(answers()))
        .map(|(number, body)| world::entry(number, body))
        .collect();
    vec![
        history(&[demand.clone(), stock.clone()].concat(), 1),
        history(&[stock.clone(), demand].concat(), 2),
        history(&stock, 1),
        history(&stock, 3),
        history(&[stock.clone(), stock].concat(), 2),
        history(&things, 1),
        history(&entries(), 4),
    ]
}

/// Counted entries, few, many alike, and none.
pub(crate) fn entry_lists() -> Vec<Vec<u8>> {
    let list = |entries: &[Vec<u8>]| {
        let mut bytes = Vec::new();
        entries.iter().for_each(|it| put_counted(&mut bytes, it));
        bytes
    };
    let all = entries();
    let alike: Vec<Vec<u8>> = (0..60_u32)
        .map(|number| {
            let to = Some(place("A-01", None, None));
            let parts = i64::from(number) * 10_000;
            let body = moved(parts, None, to, Act::Add, Particulars::default());
            world::entry(number.into(), body)
        })
        .collect();
    vec![
        Vec::new(),
        list(&all),
        list(&alike),
        list(&[vec![0xFF; 40]]),
    ]
}

fn slices() -> Vec<ledger_format::OriginSlice> {
    let start = Hash::before_first(world::origin(1));
    let all = entries();
    let few = all.get(..3).expect("there are more").to_vec();
    [all, few, vec![vec![0xFF; 40], Vec::new()], Vec::new()]
        .iter()
        .map(|entries| world::slice_of(world::origin(1), 1, start, entries))
        .collect()
}

/// Packed batches of both encodings, compressed and as plain payload.
pub(crate) fn packed() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for slice in slices() {
        for encoding in [pack::RAW, pack::FACTORED] {
            let packed = pack::pack(&slice, encoding);
            let (first, part) = packed.split_first().expect("an encoding's number");
            let payload = bounded::inflate(part, 1 << 20).expect("it was packed just now");
            seeds.push([&[*first, 0], &payload[..]].concat());
            seeds.push(packed);
        }
    }
    seeds
}

/// Compressed parts, some that lie about their size.
pub(crate) fn compressed() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [&b""[..], b"x", &[7; 5_000], &[1, 2, 3, 4].repeat(300)]
        .iter()
        .map(|raw| bounded::deflate(raw))
        .collect();
    seeds.push(vec![
        1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x28, 0xB5, 0x2F, 0xFD,
    ]);
    seeds.push(vec![1, 0x80, 0x80, 0x04, 0x28, 0xB5, 0x2F, 0xFD, 0xE4]);
    seeds
}

/// Values of the two general-purpose codecs, and lengths that lie.
pub(crate) fn codec_values() -> Vec<Vec<u8>> {
    let rows = vec![
        (7_u64, "a text".to_owned(), Some(vec![1_u8, 2, 3]), true),
        (u64::MAX, String::new(), None, false),
    ];
    let named: BTreeMap<String, Vec<Option<u64>>> = [
        ("seq".to_owned(), vec![Some(1), None, Some(u64::MAX)]),
        ("empty".to_owned(), Vec::new()),
    ]
    .into();
    vec![
        bounded::to_bincode(&rows, 1 << 16).expect("it fits"),
        bounded::to_msgpack(&named).expect("it can be written"),
        vec![0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        vec![0x81, 0xA1, b'x', 0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        vec![0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDB, 0xFF, 0xFF, 0xFF, 0xFF],
        [vec![0x81, 0xA1, b'x'], vec![0x91; 200]].concat(),
    ]
}

/// A head that the server signed.
fn head() -> SignedHead {
    let (end, from) = (Hash::of(b"end"), world::origin(1));
    SignedHead::sign(&world::key(0), world::ledger(), from, 7, end)
}

/// A certificate that the server signed.
pub(crate) fn certificate(of: u8, site: Option<&str>) -> Certificate {
    let fields = CertificateFields {
        ledger: world::ledger(),
        public_key: world::key(of).public(),
        role: 2,
        name: "Händler 1".to_owned(),
        site: site.map(code),
    };
    Certificate::sign(&world::key(0), fields).expect("the name is short")
}

/// Signed heads and certificates.
pub(crate) fn signed_things() -> Vec<Vec<u8>> {
    vec![
        head().to_bytes(),
        certificate(1, None).to_bytes(),
        certificate(2, Some("MAIN")).to_bytes(),
    ]
}

fn sealed() -> Envelope {
    let body = sync::requests().first().expect("there are some").clone();
    let signature = sign_request(&world::key(1), &[3; 16], &[6; 24], &body).expect("a nonce");
    Envelope {
        device: wire::id_bytes(world::key(1).device_id().as_bytes()),
        nonce: ByteBuf::from([6; 24]),
        signature: ByteArray::new(*signature.as_bytes()),
        body: ByteBuf::from(body),
        certificate: None,
    }
}

/// What a server says first.
pub(crate) fn hello_answer() -> HelloAnswer {
    HelloAnswer {
        protocol: 1,
        server: wire::id_bytes(world::key(0).device_id().as_bytes()),
        ledger: wire::id_bytes(world::ledger().as_bytes()),
        central: true,
        epoch: world::EPOCH,
        now_millis: 1_700_000_000_000,
        nonce: ByteBuf::from([6; 24]),
        encoding: 1,
        limits: Limits {
            batch_bytes: 1 << 19,
            message_bytes: 1 << 23,
            entry_bytes: 1 << 15,
        },
        capabilities: vec!["later".to_owned()],
        tls: Some(TlsKey {
            number: 1_763_700_000_000,
            pin: ByteArray::new([7; 32]),
            signature: ByteArray::new([8; 64]),
        }),
        certificate: None,
        end: 7,
    }
}

/// What a device says first.
pub(crate) fn hello() -> Hello {
    Hello {
        proto_min: 1,
        proto_max: 3,
        program: "stock 0.1.0".to_owned(),
        encodings: vec![0, 1, 9],
        now_millis: 1_700_000_000_000,
        certificate: Some(ByteBuf::from(certificate(1, None).to_bytes())),
    }
}

/// What a device asks to become one.
pub(crate) fn enroll() -> Enroll {
    Enroll {
        code: "ABCD-EFGH-JKLM-NPQR".to_owned(),
        public_key: ByteArray::new(*world::key(2).public().as_bytes()),
        name: "a handheld".to_owned(),
    }
}

/// What a new device gets.
pub(crate) fn enroll_answer() -> EnrollAnswer {
    EnrollAnswer {
        ledger: wire::id_bytes(world::ledger().as_bytes()),
        server_key: ByteArray::new(*world::key(0).public().as_bytes()),
        certificate: ByteBuf::from(certificate(2, None).to_bytes()),
    }
}

fn reached() -> wire::OriginHead {
    let origin = world::origin(1);
    wire::head_message(origin, 3, &Hash::before_first(origin))
}

/// An answer that takes nothing, for every reason.
fn rejected() -> SyncAnswer {
    SyncAnswer {
        now_millis: 1,
        nonce: ByteBuf::from([6; 24]),
        rejects: (0..=7)
            .map(|code| Reject {
                origin: wire::id_bytes(world::origin(1).as_bytes()),
                first_seq: 3,
                code: RejectCode::from(code),
                expected_seq: 2,
            })
            .collect(),
        restart: true,
        runs: Vec::new(),
        cursor: ledger_sync::client::Client::first_cursor(world::EPOCH),
        at_end: true,
        held: vec![reached()],
        loose: Vec::new(),
        revoked: false,
        snapshot: None,
    }
}

/// Every message of the protocol.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let said = ErrorMessage {
        code: "stale-nonce".to_owned(),
        text: "say hello again".to_owned(),
    };
    let rejected = rejected();
    let far = SyncAnswer {
        rejects: Vec::new(),
        restart: false,
        at_end: false,
        snapshot: Some(wire::SnapshotMessage {
            id: "ab".repeat(48),
            first: 1,
            chunks: 3,
            entries: 20_000,
        }),
        ..rejected.clone()
    };
    let part = wire::FilePart {
        at_millis: 1_700_000_000_000,
        epoch: world::EPOCH,
        piece: None,
        loose: Vec::new(),
        certificates: vec![ByteBuf::from(certificate(1, None).to_bytes())],
        is_last: true,
    };
    let compared = wire::FrontierAnswer {
        nonce: ByteBuf::from([6; 24]),
        lacks: vec![reached()],
    };
    let compare = wire::FrontierRequest {
        have: vec![reached()],
    };
    let wait = WaitRequest {
        at: ledger_sync::client::Client::first_cursor(world::EPOCH),
        millis_max: 50_000,
    };
    let waited = WaitAnswer {
        news: true,
        nonce: ByteBuf::from([6; 24]),
    };
    let mut seeds: Vec<Vec<u8>> = [
        wait.to_bytes(),
        waited.to_bytes(),
        hello().to_bytes(),
        hello_answer().to_bytes(),
        enroll().to_bytes(),
        enroll_answer().to_bytes(),
        sealed().to_bytes(),
        said.to_bytes(),
        compare.to_bytes(),
        compared.to_bytes(),
        far.to_bytes(),
        part.to_bytes(),
        // The last one is changed below.
        rejected.to_bytes(),
    ]
    .into_iter()
    .map(|bytes| bytes.expect("a message can be written"))
    .collect();
    seeds.push(with_later_code(&seeds));
    seeds.extend(sync::requests());
    seeds.extend(sync::answers());
    seeds.extend(sync::piece_seeds());
    seeds
}

/// The answer with rejects, one of them with a code that no version gives so far.
fn with_later_code(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut answer = messages.last().expect("there are some").clone();
    let field = [0xA1, b'c', u8::from(RejectCode::TooLarge)];
    let at = answer.windows(3).position(|part| part == field);
    answer[at.expect("one was too large") + 2] = 7;
    answer
}
