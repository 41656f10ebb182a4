//! Bytes that may never change: entries of every kind, a chain, packed batches, a signed head and
//! a certificate, as `golden/v1/NAME.bin` with a readable `NAME.txt` beside.
//!
//! `STOCK_GOLDEN_WRITE=1 cargo test -p ledger-format --test golden` writes what is absent and its
//! line in `golden/MANIFEST`; nothing is ever overwritten. What programs wrote in these bytes must
//! be read as the same forever, and what this program writes must be these bytes. Of packed
//! batches that holds for the payload: how zstd compresses it may change with its version.
#![expect(clippy::unwrap_used, reason = "a test, also outside its functions")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use ledger_core::catalogue::{CatalogueWrite, Class, FieldType, Value, fields_of, key};
use ledger_core::document::{DocumentFields, DocumentRef, Family, FieldTable};
use ledger_core::entry::{
    Act, Admitted, Body, BomLineSet, ClockMark, CodeBound, CodeUnbound, Content, Counted, Details,
    DeviceRevoked, Ended, ExceptionAnswered, Genesis, GenesisReason, IdempotencyKey, ItemMerged,
    LotEntry, LotPlanned, LotSet, Moved, OrderEntry, OrderExpedited, OrderLineSet, OrderOpened,
    OrderSet, Particulars, Place, PurchaseEntry, PurchaseLine, PurchaseLineSet, PurchasePlaced,
    PurchaseSet, Refused, Reversed, ScanMode, ScanResolved, StocktakeApproved, StocktakeAssigned,
    StocktakeEntry, StocktakeOpened, Tallied, Target, TimeFix, UnknownScan,
};
use ledger_core::order::{FIELDS, OrderType};
use ledger_core::production::{self, BomLine};
use ledger_core::{
    Barcode, Clock, Code, DeviceId, Entry, EntryId, EntryRef, LedgerId, Origin, Quantity,
    Timestamp, UserName, purchase, stocktake,
};
use ledger_format::columns::{Columns, Dictionary, derive};
use ledger_format::entry_bytes::{decode, encode};
use ledger_format::head::{Certificate, CertificateFields, DeviceKey, SignedHead};
use ledger_format::pack::{FACTORED, RAW, pack, unpack};
use ledger_format::{EntryBuf, Hash, OriginSlice, bounded};

/// One golden file: its bytes, and what they say for people.
struct Golden {
    bytes: Vec<u8>,
    text: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let gap = if index == 0 {
            ""
        } else if index % 32 == 0 {
            "\n"
        } else {
            " "
        };
        write!(out, "{gap}{byte:02x}").unwrap();
    }
    out
}

/// Puts a new file's line into the manifest, which is in the order of the paths.
fn list(file: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let manifest = folder().join("MANIFEST");
    let old = fs::read_to_string(&manifest).unwrap_or_default();
    let mut lines: BTreeMap<&str, &str> = old
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path, hash))
        .collect();
    let hash = Hash::of(&fs::read(folder().join(file)).unwrap()).to_string();
    let _ = lines.insert(file, &hash);
    let new: String = lines
        .iter()
        .map(|(path, hash)| format!("{hash}  {path}\n"))
        .collect();
    fs::write(&manifest, new).unwrap();
}

/// The bytes of the golden file, which is written when it is absent and that is wanted.
fn stored(name: &str, golden: &Golden) -> Vec<u8> {
    let folder = folder();
    let path = folder.join(format!("v1/{name}.bin"));
    if !path.exists() {
        let wanted = std::env::var_os("STOCK_GOLDEN_WRITE").is_some();
        assert!(
            wanted,
            "{} is absent: STOCK_GOLDEN_WRITE=1 writes it",
            path.display()
        );
        fs::create_dir_all(folder.join("v1")).unwrap();
        fs::write(&path, &golden.bytes).unwrap();
        let text = format!("{}\n\n{}\n", golden.text, hex(&golden.bytes));
        fs::write(path.with_extension("txt"), text).unwrap();
        for file in [format!("v1/{name}.bin"), format!("v1/{name}.txt")] {
            list(&file);
        }
    }
    assert!(path.with_extension("txt").exists(), "{name}.txt");
    fs::read(&path).unwrap()
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn time(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_763_700_000_000 + millis)
}

/// An entry by a device alone.
fn minimal(body: Body) -> Entry {
    Entry {
        time: time(1),
        clock: Clock::new(time(1), 0),
        user: None,
        body,
    }
}

/// An entry by a user, on a device whose clock is behind.
fn full(body: Body) -> Entry {
    let user = Some(UserName::new("Zoë").unwrap());
    Entry {
        time: time(1),
        clock: Clock::new(time(60_000), 258),
        user,
        body,
    }
}

fn place(location: &str, owner: Option<&str>, batch: Option<&str>) -> Place {
    Place {
        location: code(location),
        owner: owner.map(code),
        batch: batch.map(code),
    }
}

fn entry_ref(seq: u64) -> EntryRef {
    let origin = Origin::from_bytes([0x0F; 16]);
    EntryRef {
        id: EntryId { origin, seq },
        hash8: [1, 2, 3, 4, 5, 6, 7, 8],
    }
}

fn particulars() -> Particulars {
    let text = |text: &str| Some(text.to_owned());
    Particulars {
        details: Details {
            reason: text("found"),
            note: text("behind the rack, 3 Stück – ok"),
            order: text("SO-1042"),
            lot: text("L-7"),
            po: text("PO-99"),
            serial: text("SN 0001"),
        },
        said: Some(time(0)),
        once: Some(IdempotencyKey {
            key: [0xAB; 16],
            row: 70_000,
        }),
        expiry: Some(20_500),
    }
}

fn moved(from: Option<Place>, to: Option<Place>, act: Act, particulars: Particulars) -> Body {
    let quantity = Quantity::from_ten_thousandths(25_000);
    Body::Moved(Moved {
        document: None,
        item: code("15056BL"),
        quantity,
        from,
        to,
        act,
        particulars,
    })
}

fn write_of(class: Class, with_fields: bool) -> CatalogueWrite {
    let mut write = CatalogueWrite::new(class, code("A-01"));
    // What came later has files of its own.
    let later = [
        (Class::User, key::BADGE),
        (Class::Site, key::TIME_ZONE),
        (Class::Item, key::USUAL_SUPPLIER),
    ];
    let first = |key: u8| !later.contains(&(class, key));
    for field in fields_of(class)
        .iter()
        .filter(|it| with_fields && first(it.key))
    {
        write = write.with(field.key, value(field.holds));
    }
    write
}

fn set_of(class: Class, with_fields: bool) -> Body {
    Body::Set(write_of(class, with_fields))
}

fn movements() -> Vec<(&'static str, Entry)> {
    let none = Particulars::default;
    let from = || Some(place("A-01", Some("ACME"), Some("LOT1")));
    let same = Some(place("B-02", Some("ACME"), Some("LOT1")));
    let other = Some(place("B-02", None, Some("LOT2")));
    let plain = Some(place("A-01", None, None));
    vec![
        ("moved_add", minimal(moved(None, plain, Act::Add, none()))),
        (
            "moved_remove",
            minimal(moved(from(), None, Act::Remove, none())),
        ),
        (
            "moved_same_owner",
            minimal(moved(from(), same, Act::Move, none())),
        ),
        (
            "moved_full",
            full(moved(from(), other, Act::Adjust, particulars())),
        ),
    ]
}

fn stock_entries() -> Vec<(&'static str, Entry)> {
    let none = Particulars::default;
    let (item, quantity) = (code("15056BL"), Quantity::from_units(-7).unwrap());
    let here = place("A-01", Some("ACME"), Some("LOT1"));
    let plain = place("A-01", None, None);
    let tallied = |place: &Place| {
        Body::Tallied(Tallied {
            item: item.clone(),
            quantity,
            place: place.clone(),
            serial: None,
            once: None,
        })
    };
    let counted = |place: &Place, span, particulars| {
        let (item, place) = (item.clone(), place.clone());
        Body::Counted(Counted {
            item,
            quantity,
            place,
            span,
            stocktake: None,
            particulars,
        })
    };
    let reversed = |particulars| {
        Body::Reversed(Reversed {
            target: entry_ref(300),
            particulars,
        })
    };
    let span = Some((time(0), time(1)));
    vec![
        ("counted_minimal", minimal(counted(&plain, None, none()))),
        ("counted_full", full(counted(&here, span, particulars()))),
        ("tallied_minimal", minimal(tallied(&plain))),
        ("tallied_full", full(tallied(&here))),
        ("reversed_minimal", minimal(reversed(none()))),
        (
            "reversed_full",
            full(reversed(Particulars {
                expiry: None,
                ..particulars()
            })),
        ),
    ]
}

fn other_entries() -> Vec<(&'static str, Entry)> {
    let genesis = |parent, program| {
        let device = DeviceId::from_bytes([0xD0; 16]);
        let name = "Handheld 1".to_owned();
        Body::Genesis(Genesis {
            device,
            name,
            reason: GenesisReason::Forked,
            parent,
            program,
        })
    };
    let mark = |step_millis| Body::ClockMark(ClockMark { step_millis });
    let item = || code("15056BL");
    let barcode = || Barcode::new("4006381333931").unwrap();
    let bound = Body::CodeBound(CodeBound {
        once: None,
        item: item(),
        barcode: barcode(),
        pack: Quantity::ONE,
    });
    let unbound = Body::CodeUnbound(CodeUnbound {
        item: item(),
        barcode: barcode(),
    });
    let merged = |into| {
        Body::ItemMerged(ItemMerged {
            once: None,
            item: item(),
            into,
        })
    };
    vec![
        ("genesis_minimal", minimal(genesis(None, None))),
        (
            "genesis_full",
            full(genesis(Some(entry_ref(1)), Some("0.1.0".to_owned()))),
        ),
        ("clock_mark_minimal", minimal(mark(0))),
        ("clock_mark_full", full(mark(-3_600_000))),
        ("item_merged_back", minimal(merged(None))),
        ("item_merged_full", full(merged(Some(code("15056"))))),
        ("code_bound_minimal", minimal(bound.clone())),
        ("code_bound_full", full(bound)),
        ("code_unbound_minimal", minimal(unbound.clone())),
        ("code_unbound_full", full(unbound)),
    ]
}

fn scan_entries() -> Vec<(&'static str, Entry)> {
    let barcode = || Barcode::new("4006381333931").unwrap();
    let scan = |mode, to, particulars| UnknownScan {
        code: barcode(),
        scanned: None,
        aim: None,
        mode,
        quantity: Quantity::from_units(2).unwrap(),
        place: place("A-01", None, None),
        to,
        neighbour: None,
        particulars,
    };
    let minimal_scan = |mode, to| Body::UnknownScan(scan(mode, to, Particulars::default()));
    let full_scan = Body::UnknownScan(UnknownScan {
        scanned: Some("]C10104006381333931~10LOT1".to_owned()),
        aim: Some("]C1".to_owned()),
        place: place("A-01", Some("ACME"), Some("LOT1")),
        neighbour: Some(code("15056BL")),
        ..scan(ScanMode::Move, Some(code("B-02")), particulars())
    });
    let resolved = |item, note: Option<&str>, once| {
        Body::ScanResolved(ScanResolved {
            code: barcode(),
            item,
            note: note.map(str::to_owned),
            once,
        })
    };
    let note = Some("the label of a parcel – nothing of ours");
    let tallied_once = Body::Tallied(Tallied {
        item: code("15056BL"),
        quantity: Quantity::from_units(-7).unwrap(),
        place: place("A-01", Some("ACME"), Some("LOT1")),
        serial: Some("S/N 7".to_owned()),
        once: once(),
    });
    vec![
        (
            "unknown_scan_add",
            minimal(minimal_scan(ScanMode::Add, None)),
        ),
        (
            "unknown_scan_remove",
            minimal(minimal_scan(ScanMode::Remove, None)),
        ),
        (
            "unknown_scan_count",
            minimal(minimal_scan(ScanMode::Count, None)),
        ),
        ("unknown_scan_full", full(full_scan)),
        (
            "scan_resolved_minimal",
            minimal(resolved(Some(code("15056BL")), None, None)),
        ),
        (
            "scan_resolved_dismissed",
            full(resolved(None, note, once())),
        ),
        ("tallied_once", full(tallied_once)),
    ]
}

fn once() -> Option<IdempotencyKey> {
    particulars().once
}

/// The values of a catalogue's or an order's field.
fn value(holds: FieldType) -> Value {
    match holds {
        FieldType::Text => Value::text("Größe M"),
        FieldType::Code => Value::text("B-02"),
        FieldType::Int => Value::Int(2),
        FieldType::Bool => Value::Bool(true),
        FieldType::Bytes => Value::Bytes([9; 32].into()),
    }
}

/// Every field, with a value.
fn all_of(fields: FieldTable) -> DocumentFields {
    let fields = fields.iter();
    fields.map(|(key, holds)| (*key, value(*holds))).collect()
}

/// Every field, its value taken away.
fn none_of(fields: FieldTable) -> DocumentFields {
    fields.iter().map(|(key, _)| (*key, Value::Nil)).collect()
}

fn opened(order_type: OrderType, fields: DocumentFields, once: Option<IdempotencyKey>) -> Body {
    let number = code("SO-1042");
    Body::Order(OrderEntry::Opened(OrderOpened {
        number,
        order_type,
        fields,
        once,
    }))
}

fn line(order: EntryRef, item: &str, wanted: i64, once: Option<IdempotencyKey>) -> Body {
    Body::Order(OrderEntry::LineSet(OrderLineSet {
        order,
        item: code(item),
        wanted: Quantity::from_units(wanted).unwrap(),
        once,
    }))
}

fn picked(order: EntryRef, item: &str, location: &str, particulars: Particulars) -> Body {
    Body::Moved(Moved {
        document: Some(DocumentRef::order(order)),
        item: code(item),
        quantity: Quantity::from_units(3).unwrap(),
        from: Some(place(location, None, None)),
        to: None,
        act: Act::Remove,
        particulars,
    })
}

fn order_entries() -> Vec<(&'static str, Entry)> {
    let order = || entry_ref(300);
    let fields = || all_of(FIELDS);
    let set = |fields, once| {
        Body::Order(OrderEntry::Set(OrderSet {
            order: order(),
            fields,
            once,
        }))
    };
    let expedited = |rank, once| {
        Body::Order(OrderEntry::Expedited(OrderExpedited {
            order: order(),
            item: code("15056BL"),
            rank,
            once,
        }))
    };
    let ended = |once: Option<IdempotencyKey>| Ended {
        document: order(),
        reason: once.map(|_| "withdrawn".to_owned()),
        note: once.map(|_| "the customer has found the original – ok".to_owned()),
        once,
    };
    let closed = |once| Body::Order(OrderEntry::Closed(ended(once)));
    let cancelled = |once| Body::Order(OrderEntry::Cancelled(ended(once)));
    let nil = none_of(FIELDS);
    vec![
        (
            "order_opened_minimal",
            minimal(opened(OrderType::Repair, DocumentFields::new(), None)),
        ),
        (
            "order_opened_full",
            full(opened(OrderType::Sales, fields(), once())),
        ),
        (
            "order_set_minimal",
            minimal(set(DocumentFields::new(), None)),
        ),
        ("order_set_nil", minimal(set(nil, None))),
        ("order_set_full", full(set(fields(), once()))),
        (
            "order_line_set_minimal",
            minimal(line(order(), "15056BL", 0, None)),
        ),
        (
            "order_line_set_full",
            full(line(order(), "15056BL", 8, once())),
        ),
        ("order_expedited_minimal", minimal(expedited(0, None))),
        ("order_expedited_full", full(expedited(-70_000, once()))),
        ("order_closed_minimal", minimal(closed(None))),
        ("order_closed_full", full(closed(once()))),
        ("order_cancelled_minimal", minimal(cancelled(None))),
        ("order_cancelled_full", full(cancelled(once()))),
        (
            "moved_for_order_minimal",
            minimal(picked(order(), "15056BL", "A-01", Particulars::default())),
        ),
        (
            "moved_for_order_full",
            full(picked(order(), "15056BL", "A-01", particulars())),
        ),
    ]
}

/// Answers to exceptions, and catalogue entries that count once.
fn answers_and_keys() -> Vec<(&'static str, Entry)> {
    let answered = |entries: Vec<EntryId>, once: Option<IdempotencyKey>| {
        Body::ExceptionAnswered(ExceptionAnswered {
            exception: "negative-15056BL-A-01".to_owned(),
            entries,
            note: once.map(|_| "counted – it is so".to_owned()),
            once,
        })
    };
    let named = [7, 300, u64::MAX].map(|seq| entry_ref(seq).id);
    let set = |class| {
        Body::Set(CatalogueWrite {
            once: once(),
            ..write_of(class, true)
        })
    };
    let merged = Body::ItemMerged(ItemMerged {
        item: code("15056BL"),
        into: Some(code("15056")),
        once: once(),
    });
    let bound = Body::CodeBound(CodeBound {
        item: code("15056BL"),
        barcode: Barcode::new("4006381333931").unwrap(),
        pack: Quantity::ONE,
        once: once(),
    });
    vec![
        (
            "exception_answered_minimal",
            minimal(answered(Vec::new(), None)),
        ),
        (
            "exception_answered_full",
            full(answered(named.into(), once())),
        ),
        ("item_set_once", minimal(set(Class::Item))),
        ("location_set_once", minimal(set(Class::Location))),
        ("item_merged_once", minimal(merged)),
        ("code_bound_once", minimal(bound)),
    ]
}

/// Users with badges, and without.
fn badges() -> Vec<(&'static str, Entry)> {
    let badge = |value| Body::Set(write_of(Class::User, false).with(key::BADGE, value));
    vec![
        ("user_set_badge", minimal(badge(Value::text("Badge-0042")))),
        ("user_set_no_badge", full(badge(Value::Nil))),
    ]
}

/// Sites with a time zone, and without.
fn time_zones() -> Vec<(&'static str, Entry)> {
    let zone = |value| Body::Set(write_of(Class::Site, true).with(key::TIME_ZONE, value));
    vec![
        (
            "site_set_time_zone",
            minimal(zone(Value::text("Europe/Oslo"))),
        ),
        ("site_set_no_time_zone", full(zone(Value::Nil))),
    ]
}

/// What came after the first golden files, whose batches and chain stay as they are.
fn later_entries() -> BTreeMap<String, Entry> {
    let all = order_entries().into_iter().chain(answers_and_keys());
    all.map(|(name, entry)| (format!("entry_{name}"), entry))
        .collect()
}

/// Admissions.
fn admissions() -> Vec<(&'static str, Entry)> {
    let admitted = |entries, once: Option<IdempotencyKey>| {
        Body::Admitted(Admitted {
            entries,
            through: Vec::new(),
            note: once.map(|_| "she was right – it is so".to_owned()),
            once,
        })
    };
    let named = [7, 300, u64::MAX].map(entry_ref);
    vec![
        ("admitted_minimal", minimal(admitted(Vec::new(), None))),
        ("admitted_full", full(admitted(named.into(), once()))),
    ]
}

/// Revoked devices, and what was decided about their entries.
fn revocations() -> Vec<(&'static str, Entry)> {
    let named = || [7, 300, u64::MAX].map(entry_ref).to_vec();
    let note = || Some("lost on the way – ask Zoë".to_owned());
    let revoked = |trusted, note, once| {
        Body::DeviceRevoked(DeviceRevoked {
            device: DeviceId::from_bytes([0xD1; 16]),
            trusted,
            note,
            once,
        })
    };
    let admitted = |entries, through, note, once| {
        Body::Admitted(Admitted {
            entries,
            through,
            note,
            once,
        })
    };
    let refused = |through, note, once| {
        Body::Refused(Refused {
            through,
            note,
            once,
        })
    };
    vec![
        (
            "device_revoked_minimal",
            minimal(revoked(Vec::new(), None, None)),
        ),
        (
            "device_revoked_full",
            full(revoked(named(), note(), once())),
        ),
        (
            "admitted_through",
            minimal(admitted(Vec::new(), named(), None, None)),
        ),
        (
            "admitted_both",
            full(admitted(named(), named(), note(), once())),
        ),
        ("refused_minimal", minimal(refused(Vec::new(), None, None))),
        ("refused_full", full(refused(named(), note(), once()))),
    ]
}

/// Clocks put right.
fn time_fixes() -> Vec<(&'static str, Entry)> {
    let fixed = |ahead_millis, uncertainty_millis| {
        Body::TimeFixed(TimeFix {
            run: entry_ref(300),
            ahead_millis,
            uncertainty_millis,
        })
    };
    vec![
        ("time_fixed_ahead", minimal(fixed(3 * 3_600_000, 2_000))),
        ("time_fixed_behind", full(fixed(i64::MIN, u64::MAX))),
    ]
}

/// The end of a document.
fn ended(full: bool) -> Ended {
    Ended {
        document: entry_ref(300),
        reason: full.then(|| "done".to_owned()),
        note: full.then(|| "as agreed – ok".to_owned()),
        once: once().filter(|_| full),
    }
}

/// Bills of materials, and lots.
fn production_entries() -> Vec<(&'static str, Entry)> {
    let line_set = |fields, once| {
        Body::BomLineSet(BomLineSet {
            parent: code("15056"),
            child: code("15056BL"),
            fields,
            once,
        })
    };
    let bom_line = |item, per_unit, attrition, refs: Option<&str>| BomLine {
        item: code(item),
        per_unit: Quantity::from_ten_thousandths(per_unit),
        attrition,
        refs: refs.map(str::to_owned),
    };
    let bom = || {
        vec![
            bom_line("15056BL", 20_000, 10_000, Some("R1, R2")),
            bom_line("DRÄHTE", 1, 0, None),
        ]
    };
    let planned = |bom, fields, once| {
        Body::Lot(LotEntry::Planned(LotPlanned {
            item: code("15056"),
            number: code("L-7"),
            bom,
            fields,
            once,
        }))
    };
    let set = |bom, fields, once| {
        Body::Lot(LotEntry::Set(LotSet {
            lot: entry_ref(300),
            bom,
            fields,
            once,
        }))
    };
    let closed = |full| Body::Lot(LotEntry::Closed(ended(full)));
    let (none, fields) = (DocumentFields::new, || all_of(production::FIELDS));
    let nil = none_of(production::FIELDS);
    vec![
        ("bom_line_set_minimal", minimal(line_set(none(), None))),
        (
            "bom_line_set_nil",
            minimal(line_set(none_of(production::BOM_FIELDS), None)),
        ),
        (
            "bom_line_set_full",
            full(line_set(all_of(production::BOM_FIELDS), once())),
        ),
        (
            "lot_planned_minimal",
            minimal(planned(Vec::new(), none(), None)),
        ),
        ("lot_planned_full", full(planned(bom(), fields(), once()))),
        ("lot_set_minimal", minimal(set(None, none(), None))),
        ("lot_set_nil", minimal(set(Some(Vec::new()), nil, None))),
        ("lot_set_full", full(set(Some(bom()), fields(), once()))),
        ("lot_closed_minimal", minimal(closed(false))),
        ("lot_closed_full", full(closed(true))),
    ]
}

/// Purchase orders.
fn purchase_entries() -> Vec<(&'static str, Entry)> {
    let line = |item, quantity, day| PurchaseLine {
        item: code(item),
        quantity: Quantity::from_ten_thousandths(quantity),
        day,
    };
    let placed = |lines, fields, once| {
        Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
            number: code("PO-99"),
            lines,
            fields,
            once,
        }))
    };
    let lines = vec![
        line("15056BL", 5_000_000, Some(20_500)),
        line("15056BL", 10_000, Some(u32::MAX)),
        line("DRÄHTE", 25_000, None),
    ];
    let set = |fields, once| {
        Body::Purchase(PurchaseEntry::Set(PurchaseSet {
            purchase: entry_ref(300),
            fields,
            once,
        }))
    };
    let line_set = |line, once| {
        Body::Purchase(PurchaseEntry::LineSet(PurchaseLineSet {
            purchase: entry_ref(300),
            line,
            once,
        }))
    };
    let closed = |full| Body::Purchase(PurchaseEntry::Closed(ended(full)));
    let (none, fields) = (DocumentFields::new, || all_of(purchase::FIELDS));
    let nil = none_of(purchase::FIELDS);
    vec![
        (
            "purchase_order_placed_minimal",
            minimal(placed(Vec::new(), none(), None)),
        ),
        (
            "purchase_order_placed_full",
            full(placed(lines, fields(), once())),
        ),
        ("purchase_order_set_minimal", minimal(set(none(), None))),
        ("purchase_order_set_nil", minimal(set(nil, None))),
        ("purchase_order_set_full", full(set(fields(), once()))),
        (
            "purchase_line_set_minimal",
            minimal(line_set(line("15056BL", 0, None), None)),
        ),
        (
            "purchase_line_set_full",
            full(line_set(line("15056BL", 70_000, Some(20_500)), once())),
        ),
        ("purchase_order_closed_minimal", minimal(closed(false))),
        ("purchase_order_closed_full", full(closed(true))),
    ]
}

/// An item, a location, and every kind of stock line.
fn targets() -> Vec<Target> {
    let line = |owner: Option<&str>, batch: Option<&str>| Target::Line {
        item: code("15056BL"),
        location: code("A-01"),
        owner: owner.map(code),
        batch: batch.map(code),
    };
    vec![
        Target::Item(code("15056BL")),
        Target::Location(code("B-02")),
        line(None, None),
        line(Some("ACME"), None),
        line(None, Some("LOT1")),
        line(Some("ACME"), Some("LOT1")),
    ]
}

/// Stocktakes.
fn stocktake_entries() -> Vec<(&'static str, Entry)> {
    let opened = |targets, fields, once| {
        Body::Stocktake(StocktakeEntry::Opened(StocktakeOpened {
            number: code("ST-3"),
            targets,
            fields,
            once,
        }))
    };
    let assigned = |device, targets, again, once| {
        Body::Stocktake(StocktakeEntry::Assigned(StocktakeAssigned {
            stocktake: entry_ref(300),
            device,
            targets,
            again,
            once,
        }))
    };
    let approved = |counts, note: Option<&str>, once| {
        Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
            stocktake: entry_ref(300),
            counts,
            note: note.map(str::to_owned),
            once,
        }))
    };
    let closed = |full| Body::Stocktake(StocktakeEntry::Closed(ended(full)));
    let (none, fields) = (DocumentFields::new, all_of(stocktake::FIELDS));
    let nil = none_of(stocktake::FIELDS);
    let device = Some(DeviceId::from_bytes([0xD1; 16]));
    let one = vec![Target::Location(code("B-02"))];
    let counts = [7, 300, u64::MAX].map(entry_ref).to_vec();
    vec![
        (
            "stocktake_opened_minimal",
            minimal(opened(Vec::new(), none(), None)),
        ),
        ("stocktake_opened_nil", minimal(opened(one, nil, None))),
        (
            "stocktake_opened_full",
            full(opened(targets(), fields, once())),
        ),
        (
            "stocktake_assigned_minimal",
            minimal(assigned(None, Vec::new(), false, None)),
        ),
        (
            "stocktake_assigned_full",
            full(assigned(device, targets(), true, once())),
        ),
        (
            "stocktake_approved_minimal",
            minimal(approved(vec![entry_ref(7)], None, None)),
        ),
        (
            "stocktake_approved_full",
            full(approved(counts, Some("counted – it is so"), once())),
        ),
        ("stocktake_closed_minimal", minimal(closed(false))),
        ("stocktake_closed_full", full(closed(true))),
    ]
}

/// Movements for lots and purchase orders, counts for stocktakes.
fn stock_for_documents() -> Vec<(&'static str, Entry)> {
    let document = |family| Some(DocumentRef::new(family, entry_ref(300)));
    let here = || place("A-01", None, None);
    let moved_for = |family, from, to, act, particulars| {
        Body::Moved(Moved {
            document: document(family),
            item: code("15056BL"),
            quantity: Quantity::from_units(3).unwrap(),
            from,
            to,
            act,
            particulars,
        })
    };
    let issued = |rest| moved_for(Family::Lot, Some(here()), None, Act::Remove, rest);
    let received = |rest| moved_for(Family::Purchase, None, Some(here()), Act::Add, rest);
    let counted = |span, particulars| {
        Body::Counted(Counted {
            item: code("15056BL"),
            quantity: Quantity::from_units(7).unwrap(),
            place: here(),
            span,
            stocktake: Some(entry_ref(300)),
            particulars,
        })
    };
    let (none, span) = (Particulars::default, Some((time(0), time(1))));
    vec![
        ("moved_for_lot_minimal", minimal(issued(none()))),
        ("moved_for_lot_full", full(issued(particulars()))),
        ("moved_for_purchase_minimal", minimal(received(none()))),
        ("moved_for_purchase_full", full(received(particulars()))),
        (
            "counted_for_stocktake_minimal",
            minimal(counted(None, none())),
        ),
        (
            "counted_for_stocktake_full",
            full(counted(span, particulars())),
        ),
    ]
}

/// The field of items that came with purchase orders.
fn usual_suppliers() -> Vec<(&'static str, Entry)> {
    let supplier = |value| Body::Set(write_of(Class::Item, true).with(key::USUAL_SUPPLIER, value));
    vec![
        ("item_set_supplier", full(supplier(Value::text("MOUSER")))),
        ("item_without_supplier", minimal(supplier(Value::Nil))),
    ]
}

/// What came after the batches with orders, which stay as they are too.
fn latest_entries() -> BTreeMap<String, Entry> {
    let all = badges().into_iter().chain(admissions()).chain(time_zones());
    let all = all.chain(time_fixes()).chain(revocations());
    let all = all.chain(scan_entries());
    let all = all.chain(production_entries()).chain(purchase_entries());
    let all = all.chain(stocktake_entries()).chain(stock_for_documents());
    let all = all.chain(usual_suppliers());
    all.map(|(name, entry)| (format!("entry_{name}"), entry))
        .collect()
}

fn all_entries() -> BTreeMap<String, Entry> {
    let mut all = BTreeMap::new();
    for (name, entry) in movements()
        .into_iter()
        .chain(stock_entries())
        .chain(other_entries())
    {
        all.insert(format!("entry_{name}"), entry);
    }
    for class in Class::ALL {
        let name = class.word().replace(' ', "_");
        all.insert(
            format!("entry_{name}_set_minimal"),
            minimal(set_of(class, false)),
        );
        all.insert(format!("entry_{name}_set_full"), full(set_of(class, true)));
    }
    all
}

fn origin() -> Origin {
    Origin::from_bytes([0x11; 16])
}

/// All entries one behind the other, and one that is not canonical.
fn slice() -> OriginSlice {
    let mut entries = EntryBuf::new();
    all_entries()
        .values()
        .for_each(|entry| entries.push(&encode(entry).unwrap()));
    entries.push(b"not an entry");
    OriginSlice {
        origin: origin(),
        first_seq: 1,
        prev: Hash::before_first(origin()),
        entries,
    }
}

#[test]
fn entries_of_every_kind() {
    for (name, entry) in all_entries()
        .into_iter()
        .chain(later_entries())
        .chain(latest_entries())
    {
        let bytes = encode(&entry).unwrap();
        let text = format!("{entry:#?}");
        let stored = stored(
            &name,
            &Golden {
                bytes: bytes.clone(),
                text,
            },
        );
        assert_eq!(decode(&stored), Content::Known(entry), "{name}");
        assert_eq!(stored, bytes, "{name}");
    }
}

#[test]
fn entries_of_a_newer_version_and_bad_ones() {
    let header = |version, kind| vec![version, kind, 0, 0, 0, 0, 0, 5, 0];
    let known = encode(&minimal(set_of(Class::Customer, false))).unwrap();
    let files: [(&str, Vec<u8>); 4] = [
        (
            "newer_version",
            [header(2, 10), vec![0x81, 0, 0xA1, b'X']].concat(),
        ),
        (
            "newer_kind",
            [header(1, 120), vec![0x82, 0, 0xA1, b'X', 1, 0xC0]].concat(),
        ),
        (
            "newer_key",
            [header(1, 2), vec![0x82, 2, 0, 4, 0xC3]].concat(),
        ),
        ("bad_trailing", [known, vec![0]].concat()),
    ];
    for (name, bytes) in files {
        let content = decode(&bytes);
        let text = format!("{content:#?}");
        let stored = stored(
            name,
            &Golden {
                bytes: bytes.clone(),
                text,
            },
        );
        assert_eq!(stored, bytes, "{name}");
        match (name.starts_with("newer"), decode(&stored)) {
            (true, Content::Newer { .. }) | (false, Content::Bad { .. }) => {}
            (_, other) => assert_eq!(
                other,
                Content::Bad {
                    time: None,
                    reason: name
                }
            ),
        }
    }
}

#[test]
fn the_chain_of_an_origin() {
    let slice = slice();
    let (mut hash, mut bytes, mut text) =
        (slice.prev, slice.prev.as_bytes().to_vec(), String::new());
    writeln!(text, "chain of origin {}\n0 {hash}", slice.origin).unwrap();
    for (seq, entry) in (1..).zip(slice.entries.iter()) {
        hash = hash.then(entry);
        bytes.extend_from_slice(hash.as_bytes());
        writeln!(text, "{seq} {hash}").unwrap();
    }
    assert_eq!(hash, slice.head());
    let stored = stored(
        "chain",
        &Golden {
            bytes: bytes.clone(),
            text,
        },
    );
    assert_eq!(stored, bytes);
}

/// A morning: an order of ten lines is opened and picked, another ends, and then all later
/// entries by name.
fn morning() -> OriginSlice {
    let mut entries = EntryBuf::new();
    let mut hash = Hash::before_first(origin());
    let mut push = |entry: &Entry| {
        let bytes = encode(entry).unwrap();
        hash = hash.then(&bytes);
        entries.push(&bytes);
        hash.hash8()
    };
    let at = |seconds: u64, body: Body| {
        let time = time(seconds * 1_000);
        Entry {
            time,
            clock: Clock::new(time, 0),
            user: Some(UserName::new("Zoë").unwrap()),
            body,
        }
    };
    let item = |number: u64| format!("I-{number:03}");
    let order = EntryRef {
        id: EntryId {
            origin: origin(),
            seq: 1,
        },
        hash8: push(&at(
            0,
            opened(OrderType::Sales, DocumentFields::new(), None),
        )),
    };
    for number in 0..10 {
        push(&at(10 + number, line(order, &item(number), 3, None)));
    }
    for number in 0..20 {
        // Two carts at a time, the second one's order from elsewhere.
        let order = if number % 2 == 0 {
            order
        } else {
            entry_ref(300)
        };
        let shelf = format!("A-{:02}", number / 3);
        let pick = picked(order, &item(number / 2), &shelf, Particulars::default());
        push(&at(600 + number * 7, pick));
    }
    let ended = Ended {
        document: entry_ref(300),
        reason: None,
        note: None,
        once: None,
    };
    push(&at(900, Body::Order(OrderEntry::Closed(ended))));
    for entry in later_entries().values() {
        push(entry);
    }
    OriginSlice {
        origin: origin(),
        first_seq: 1,
        prev: Hash::before_first(origin()),
        entries,
    }
}

/// Checks a golden batch in an encoding, of this slice.
fn check_batch(name: &str, slice: &OriginSlice, encoding: u8, what: &str) {
    let bytes = pack(slice, encoding);
    let text = format!(
        "{} entries from seq {} of origin {}, encoding {encoding}, {} bytes unpacked; {what}",
        slice.entries.len(),
        slice.first_seq,
        slice.origin,
        slice.entries.byte_len(),
    );
    let stored = stored(
        name,
        &Golden {
            bytes: bytes.clone(),
            text,
        },
    );
    let unpacked = unpack(&stored, slice.origin, slice.first_seq, slice.prev).unwrap();
    assert_eq!(&unpacked, slice, "{name}");
    let payload = |packed: &[u8]| {
        let (encoding, part) = packed.split_first().unwrap();
        (*encoding, bounded::inflate(part, 1 << 20).unwrap())
    };
    assert_eq!(stored.first(), Some(&encoding), "{name}");
    assert_eq!(payload(&stored), payload(&bytes), "{name}");
}

#[test]
fn packed_batches() {
    let what = "the entries are all entry_*.bin by name, then \"not an entry\"";
    check_batch("batch_raw", &slice(), RAW, what);
    check_batch("batch_factored", &slice(), FACTORED, what);
}

#[test]
fn packed_batches_with_orders() {
    let what = "an order, its lines, picks for it and another, and the end of that one; \
                then the entry_*.bin of orders, answers and keys by name";
    check_batch("batch_orders_raw", &morning(), RAW, what);
    check_batch("batch_orders_factored", &morning(), FACTORED, what);
}

#[test]
fn columns_of_a_block() {
    let slice = slice();
    let mut dictionary = Dictionary::default();
    let bytes = derive(&mut dictionary, &slice);
    let text = format!(
        "the columns of the {} entries in batch_raw.bin, with the dictionary columns_dictionary.bin",
        slice.entries.len()
    );
    let parts = [
        ("columns", bytes, text),
        (
            "columns_dictionary",
            dictionary.new_part(),
            "the codes and stock lines of columns.bin, as the only part".to_owned(),
        ),
    ];
    for (name, bytes, text) in parts {
        let golden = Golden {
            bytes: bytes.clone(),
            text,
        };
        assert_eq!(stored(name, &golden), bytes, "{name}");
    }
    let read = Columns::read(&derive(&mut Dictionary::default(), &slice)).map(|it| it.rows());
    assert_eq!(read, Some(slice.entries.len()));
}

#[test]
fn columns_of_a_block_with_orders() {
    let slice = morning();
    let mut dictionary = Dictionary::default();
    let bytes = derive(&mut dictionary, &slice);
    let part = dictionary.new_part();
    let text = format!(
        "the columns of the {} entries in batch_orders_raw.bin, then the only part of their \
         dictionary, {} bytes",
        slice.entries.len(),
        part.len()
    );
    let golden = Golden {
        bytes: [bytes, part].concat(),
        text,
    };
    assert_eq!(stored("columns_orders", &golden), golden.bytes);
}

#[test]
fn a_signed_head() {
    let key = DeviceKey::from_seed(&[0x5E; 32]);
    let ledger = LedgerId::from_bytes([0x1E; 16]);
    let head = SignedHead::sign(&key, ledger, origin(), slice().last_seq(), slice().head());
    let text = format!(
        "signed by the key of seed 32 × 5e\n{head:#?}\n{:?}",
        key.public()
    );
    let stored = stored(
        "signed_head",
        &Golden {
            bytes: head.to_bytes(),
            text,
        },
    );
    assert_eq!(SignedHead::from_bytes(&stored), Ok(head.clone()));
    assert_eq!(head.verify_strict(&key.public()), Ok(()));
    assert_eq!(stored, head.to_bytes());
}

#[test]
fn certificates() {
    let server = DeviceKey::from_seed(&[0x5E; 32]);
    let device = DeviceKey::from_seed(&[0xDE; 32]);
    let fields = |name: &str, site| CertificateFields {
        ledger: LedgerId::from_bytes([0x1E; 16]),
        public_key: device.public(),
        role: 2,
        name: name.to_owned(),
        site,
    };
    for (name, fields) in [
        ("certificate_minimal", fields("", None)),
        (
            "certificate_full",
            fields("Handgerät 1", Some(code("MAIN"))),
        ),
    ] {
        let certificate = Certificate::sign(&server, fields).unwrap();
        let text = format!("signed by the key of seed 32 × 5e\n{certificate:#?}");
        let stored = stored(
            name,
            &Golden {
                bytes: certificate.to_bytes(),
                text,
            },
        );
        let read = Certificate::from_bytes(&stored).unwrap();
        assert_eq!(read.verify_strict(&server.public()), Ok(()));
        assert_eq!(read, certificate);
        assert_eq!(stored, certificate.to_bytes());
    }
}
