//! What the tests of this crate share: arbitrary entries of every kind, and realistic movements.

mod documents;

use ledger_core::catalogue::{CatalogueWrite, Class, FieldType, Value, fields_of};
use ledger_core::code::Barcode;
use ledger_core::document::{DocumentRef, Family};
use ledger_core::entry::{
    Act, Admitted, Body, ClockMark, CodeBound, CodeUnbound, Counted, Details, DeviceRevoked, Entry,
    ExceptionAnswered, Genesis, GenesisReason, IdempotencyKey, ItemMerged, Moved, Particulars,
    Place, Refused, Reversed, ScanMode, ScanResolved, Tallied, TimeFix, UnknownScan,
};
use ledger_core::{
    Clock, Code, DeviceId, EntryId, EntryRef, Origin, Quantity, Timestamp, UserName,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::chain::Hash;
use crate::{EntryBuf, OriginSlice, entry_bytes};

fn code() -> BoxedStrategy<Code> {
    prop_oneof![
        4 => "[A-Z0-9][A-Z0-9 _./-]{0,20}",
        1 => "\\PC{1,20}",
        1 => "[A-Z0-9]{100,120}",
    ]
    .prop_filter_map("no code", |text| Code::new(&text).ok())
    .boxed()
}

fn barcode() -> impl Strategy<Value = Barcode> {
    prop_oneof!["[0-9]{8,14}", "\\PC{1,30}"]
        .prop_filter_map("no code", |text| Barcode::new(&text).ok())
}

fn user() -> impl Strategy<Value = UserName> {
    prop_oneof!["[a-z]{1,10}", "\\PC{1,20}"]
        .prop_filter_map("no name", |text| UserName::new(&text).ok())
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![8 => "\\PC{1,40}", 1 => "(?s).{1,300}", 1 => "x{31,33}|x{255,257}"].boxed()
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => 1_700_000_000_000_u64..1_800_000_000_000,
        1 => any::<u64>(),
        1 => 0..200_000_u64,
    ]
    .prop_map(Timestamp::from_millis)
}

fn quantity() -> impl Strategy<Value = Quantity> {
    prop_oneof![
        4 => (-100..100_i64).prop_map(|units| units * 10_000),
        1 => any::<i64>(),
        1 => -70_000..70_000_i64,
        1 => (0..63_u32, -1..=1_i64).prop_map(|(bit, less)| (1 << bit) + less),
        1 => (0..63_u32, -1..=1_i64).prop_map(|(bit, less)| -(1 << bit) + less),
    ]
    .prop_map(Quantity::from_ten_thousandths)
}

fn place() -> impl Strategy<Value = Place> {
    (code(), option::of(code()), option::of(code())).prop_map(|(location, owner, batch)| Place {
        location,
        owner,
        batch,
    })
}

fn entry_ref() -> impl Strategy<Value = EntryRef> {
    (
        any::<[u8; 16]>(),
        prop_oneof![1..1_000_u64, 1..=u64::MAX],
        any::<[u8; 8]>(),
    )
        .prop_map(|(origin, seq, hash8)| EntryRef {
            id: EntryId {
                origin: Origin::from_bytes(origin),
                seq,
            },
            hash8,
        })
}

fn details() -> impl Strategy<Value = Details> {
    let text = || option::weighted(0.3, text());
    (text(), text(), text(), text(), text(), text()).prop_map(
        |(reason, note, order, lot, po, serial)| Details {
            reason,
            note,
            order,
            lot,
            po,
            serial,
        },
    )
}

fn once() -> BoxedStrategy<Option<IdempotencyKey>> {
    let once = (any::<[u8; 16]>(), prop_oneof![0..1_000_u64, any::<u64>()])
        .prop_map(|(key, row)| IdempotencyKey { key, row });
    option::of(once).boxed()
}

fn particulars() -> impl Strategy<Value = Particulars> {
    (
        details(),
        option::of(time()),
        once(),
        option::of(any::<u32>()),
    )
        .prop_map(|(details, said, once, expiry)| Particulars {
            details,
            said,
            once,
            expiry,
        })
}

fn moved() -> impl Strategy<Value = Body> {
    let places = prop_oneof![
        place().prop_map(|from| (Some(from), None)),
        place().prop_map(|to| (None, Some(to))),
        (place(), place()).prop_map(|(from, to)| (Some(from), Some(to))),
        (place(), code()).prop_map(|(from, location)| {
            let to = Place {
                location,
                ..from.clone()
            };
            (Some(from), Some(to))
        }),
    ];
    let act = prop::sample::select(&Act::ALL[..]);
    let family = prop::sample::select(vec![Family::Order, Family::Lot, Family::Purchase]);
    let document = (family, entry_ref()).prop_map(|(family, it)| DocumentRef::new(family, it));
    let document = option::weighted(0.3, document);
    (code(), quantity(), places, act, document, particulars()).prop_map(
        |(item, quantity, (from, to), act, document, particulars)| {
            Body::Moved(Moved {
                document,
                item,
                quantity,
                from,
                to,
                act,
                particulars,
            })
        },
    )
}

fn genesis() -> impl Strategy<Value = Body> {
    let reason = prop::sample::select(&GenesisReason::ALL[..]);
    (
        any::<[u8; 16]>(),
        "\\PC{0,40}",
        reason,
        option::of(entry_ref()),
        option::of(text()),
    )
        .prop_map(|(device, name, reason, parent, program)| {
            let device = DeviceId::from_bytes(device);
            Body::Genesis(Genesis {
                device,
                name,
                reason,
                parent,
                program,
            })
        })
}

fn value(holds: FieldType) -> BoxedStrategy<Value> {
    let some = match holds {
        FieldType::Text => "\\PC{0,40}".prop_map(|text| Value::text(&text)).boxed(),
        FieldType::Code => code().prop_map(|code| Value::text(code.as_str())).boxed(),
        FieldType::Int => quantity()
            .prop_map(|it| Value::Int(it.ten_thousandths()))
            .boxed(),
        FieldType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Bytes => vec(any::<u8>(), 0..300)
            .prop_map(|it| Value::Bytes(it.into()))
            .boxed(),
    };
    prop_oneof![5 => some, 1 => Just(Value::Nil)].boxed()
}

fn set() -> impl Strategy<Value = Body> {
    (prop::sample::select(&Class::ALL[..]), code()).prop_flat_map(|(class, code)| {
        let fields: Vec<_> = fields_of(class)
            .iter()
            .map(|field| option::of((Just(field.key), value(field.holds))))
            .collect();
        (fields, once()).prop_map(move |(fields, once)| {
            let fields = fields.into_iter().flatten().collect();
            Body::Set(CatalogueWrite {
                fields,
                once,
                ..CatalogueWrite::new(class, code.clone())
            })
        })
    })
}

fn counted() -> impl Strategy<Value = Body> {
    (
        code(),
        quantity(),
        place(),
        option::of((time(), time())),
        option::weighted(0.3, entry_ref()),
        particulars(),
    )
        .prop_map(|(item, quantity, place, span, stocktake, particulars)| {
            Body::Counted(Counted {
                item,
                quantity,
                place,
                span,
                stocktake,
                particulars,
            })
        })
}

fn reversed() -> impl Strategy<Value = Body> {
    (entry_ref(), particulars()).prop_map(|(target, particulars)| {
        let particulars = Particulars {
            expiry: None,
            ..particulars
        };
        Body::Reversed(Reversed {
            target,
            particulars,
        })
    })
}

fn answered() -> impl Strategy<Value = Body> {
    // From 16 values on an array has a longer head.
    let named = prop_oneof![0..4_usize, 6..20_usize]
        .prop_flat_map(|count| vec(entry_ref().prop_map(|it| it.id), count));
    (text(), named, option::of(text()), once()).prop_map(|(exception, entries, note, once)| {
        Body::ExceptionAnswered(ExceptionAnswered {
            exception,
            entries,
            note,
            once,
        })
    })
}

fn admitted() -> impl Strategy<Value = Body> {
    (named(), named(), option::of(text()), once()).prop_map(|(entries, through, note, once)| {
        Body::Admitted(Admitted {
            entries,
            through,
            note,
            once,
        })
    })
}

fn named() -> impl Strategy<Value = Vec<EntryRef>> {
    let named = prop_oneof![0..4_usize, 5..9_usize];
    named.prop_flat_map(|count| vec(entry_ref(), count))
}

fn revoked() -> impl Strategy<Value = Body> {
    let device = any::<[u8; 16]>().prop_map(DeviceId::from_bytes);
    (device, named(), option::of(text()), once()).prop_map(|(device, trusted, note, once)| {
        Body::DeviceRevoked(DeviceRevoked {
            device,
            trusted,
            note,
            once,
        })
    })
}

fn refused() -> impl Strategy<Value = Body> {
    (named(), option::of(text()), once()).prop_map(|(through, note, once)| {
        Body::Refused(Refused {
            through,
            note,
            once,
        })
    })
}

fn unknown_scan() -> impl Strategy<Value = Body> {
    let mode = proptest::sample::select(ScanMode::ALL.to_vec());
    let texts = (option::of(text()), option::of(text()));
    let what = (barcode(), texts, mode, quantity());
    (what, place(), (code(), option::of(code())), particulars()).prop_map(
        |((code, (scanned, aim), mode, quantity), place, (to, neighbour), particulars)| {
            Body::UnknownScan(UnknownScan {
                code,
                scanned,
                aim,
                mode,
                quantity,
                place,
                to: (mode == ScanMode::Move).then_some(to),
                neighbour,
                particulars,
            })
        },
    )
}

fn scan_resolved() -> impl Strategy<Value = Body> {
    (barcode(), option::of(code()), option::of(text()), once()).prop_map(
        |(code, item, note, once)| {
            Body::ScanResolved(ScanResolved {
                code,
                item,
                note,
                once,
            })
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let marked = any::<i64>().prop_map(|step_millis| Body::ClockMark(ClockMark { step_millis }));
    let fixed = (entry_ref(), any::<i64>(), any::<u64>()).prop_map(
        |(run, ahead_millis, uncertainty_millis)| {
            Body::TimeFixed(TimeFix {
                run,
                ahead_millis,
                uncertainty_millis,
            })
        },
    );
    let serial = || option::of(text());
    let tallied = (code(), quantity(), place(), serial(), once()).prop_map(
        |(item, quantity, place, serial, once)| {
            Body::Tallied(Tallied {
                item,
                quantity,
                place,
                serial,
                once,
            })
        },
    );
    let merged = (code(), option::of(code()), once())
        .prop_map(|(item, into, once)| Body::ItemMerged(ItemMerged { item, into, once }));
    let bound = (code(), barcode(), quantity(), once()).prop_map(|(item, barcode, pack, once)| {
        Body::CodeBound(CodeBound {
            item,
            barcode,
            pack,
            once,
        })
    });
    let unbound = (code(), barcode())
        .prop_map(|(item, barcode)| Body::CodeUnbound(CodeUnbound { item, barcode }));
    // Boxed, because the state of a union holds that of all its parts, and on the stack.
    prop_oneof![
        1 => genesis().boxed(),
        1 => marked.boxed(),
        1 => fixed.boxed(),
        4 => moved().boxed(),
        2 => counted().boxed(),
        1 => tallied.boxed(),
        1 => reversed().boxed(),
        3 => set().boxed(),
        1 => merged.boxed(),
        1 => unknown_scan().boxed(),
        1 => scan_resolved().boxed(),
        1 => bound.boxed(),
        1 => unbound.boxed(),
        5 => documents::order().boxed(),
        1 => documents::bom_line_set().boxed(),
        3 => documents::lot().boxed(),
        4 => documents::purchase().boxed(),
        4 => documents::stocktake().boxed(),
        1 => answered().boxed(),
        1 => admitted().boxed(),
        1 => revoked().boxed(),
        1 => refused().boxed(),
    ]
}

/// Any entry that has a canonical form.
pub(crate) fn entry() -> BoxedStrategy<Entry> {
    let clock = option::of((time(), any::<u16>()));
    (time(), clock, option::of(user()), body())
        .prop_map(|(time, clock, user, body)| {
            let clock = clock.map_or(Clock::new(time, 0), |(time, counter)| {
                Clock::new(time, counter)
            });
            Entry {
                time,
                clock,
                user,
                body,
            }
        })
        .boxed()
}

/// A slice of these entries, of an origin that does not matter.
pub(crate) fn slice_of<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> OriginSlice {
    let origin = Origin::from_bytes([7; 16]);
    OriginSlice {
        origin,
        first_seq: 1,
        prev: Hash::before_first(origin),
        entries: entries.into_iter().collect::<EntryBuf>(),
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    /// One of these.
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let sides = u64::try_from(from.len()).unwrap();
        from[usize::try_from(self.roll(sides)).unwrap()]
    }

    /// A number below `sides`, the small ones far more often.
    fn skewed(&mut self, sides: u64) -> u64 {
        let highest = self.roll(sides) + 1;
        self.roll(highest)
    }
}

/// A working day's movements of one handheld: 5,000 items skewed, 40 locations, quantities 1–50,
/// half with an order number, 3 users, 2–20 seconds apart.
pub(crate) fn movements(count: u64, dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut now = 1_770_000_000_000;
    let mut order = 10_400;
    (0..count)
        .map(|_| {
            now += 2_000 + dice.roll(18_000);
            let item = dice.skewed(5_000).wrapping_mul(2_654_435_761) % 100_000;
            if dice.roll(5) == 0 {
                order += 1;
            }
            let order = (dice.roll(2) == 0).then(|| format!("SO-{order}"));
            let room = dice.roll(40);
            let place = Place {
                location: Code::new(&format!(
                    "{}-{:02}",
                    if room < 20 { "A" } else { "B" },
                    room % 20
                ))
                .unwrap(),
                owner: None,
                batch: None,
            };
            let (from, to, act) = match dice.roll(10) {
                0..3 => (None, Some(place), Act::Add),
                _ => (Some(place), None, Act::Remove),
            };
            let time = Timestamp::from_millis(now);
            let body = Body::Moved(Moved {
                document: None,
                item: Code::new(&format!("{item:05}")).unwrap(),
                quantity: Quantity::from_units(1 + dice.roll(50).cast_signed()).unwrap(),
                from,
                to,
                act,
                particulars: Particulars {
                    details: Details {
                        order,
                        ..Details::default()
                    },
                    ..Particulars::default()
                },
            });
            let user = UserName::new(dice.pick(&["anna", "bert", "chloe"])).ok();
            entry_bytes::encode(&Entry {
                time,
                clock: Clock::new(time, 0),
                user,
                body,
            })
            .unwrap()
        })
        .collect()
}
