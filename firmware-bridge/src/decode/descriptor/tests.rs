//! Descriptors: real ones, hostile ones, and a second reader as judge.

use proptest::prelude::*;

use super::*;
use crate::decode::fixtures::{HOSTILE, KEYBOARD, POS, bytes};

fn parsed(hex: &str) -> Descriptor {
    Descriptor::parse(&bytes(hex)).expect("a good descriptor")
}

#[test]
fn the_scanner_says_that_it_is_one() {
    let pos = parsed(POS);
    assert!(pos.is_scanner() && !pos.is_keyboard());
    assert_eq!(pos.applications(), [Usage::new(PAGE_SCANNER, 2)]);
    assert_eq!(pos.report_bytes(Kind::Input, Some(2)), 64);
    assert_eq!(pos.report_bytes(Kind::Output, Some(4)), 2);
    assert_eq!(pos.report_bytes(Kind::Input, Some(0xf0)), 64);
    assert_eq!(pos.report_bytes(Kind::Feature, Some(2)), 0);
    assert_eq!(pos.input_bytes_max(), 64);
}

#[test]
fn the_keyboard_says_that_it_is_one() {
    let keyboard = parsed(KEYBOARD);
    assert!(keyboard.is_keyboard() && !keyboard.is_scanner());
    assert_eq!(keyboard.report_bytes(Kind::Input, None), 8);
    assert_eq!(keyboard.report_bytes(Kind::Output, None), 1);
}

#[test]
fn a_hostile_descriptor_is_refused() {
    for (hex, error) in [
        (HOSTILE, DescriptorError::ReportTooLarge),
        // REPORT_COUNT 0x01000000, and width times count behind what 32 bits hold.
        (
            "058C 7508 9700000001 09FE 8102",
            DescriptorError::ReportTooLarge,
        ),
        (
            "058C 77FFFFFFFF 97FFFFFFFF 09FE 8102",
            DescriptorError::ReportTooLarge,
        ),
        // One bit more than may be, in two items of one report.
        (
            "058C 7508 960010 09FE 8102 960010 09FE 8102 7501 9501 8101",
            DescriptorError::ReportTooLarge,
        ),
        ("8500", DescriptorError::BadReportId),
        ("860001", DescriptorError::BadReportId),
        ("B4", DescriptorError::BadStack),
        (
            "A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4",
            DescriptorError::BadStack,
        ),
        ("058C 27FF00", DescriptorError::Cut { at: 2 }),
        ("FE", DescriptorError::Cut { at: 0 }),
        ("FE05AA01", DescriptorError::Cut { at: 0 }),
    ] {
        assert_eq!(Descriptor::parse(&bytes(hex)), Err(error), "{hex}");
    }
    let long = vec![0x05; DESCRIPTOR_BYTES_MAX + 1];
    let bytes = long.len();
    assert_eq!(
        Descriptor::parse(&long),
        Err(DescriptorError::TooLong { bytes })
    );
}

#[test]
fn the_largest_report_is_still_read() {
    let largest = parsed("058C 7508 960020 09FE 8102");
    assert_eq!(largest.report_bytes(Kind::Input, None), 8192);
    assert_eq!(largest.runs().len(), 1, "8192 fields are one run");
    let of = |kind: &str| {
        parsed(&format!(
            "058C 7508 960010 09FE {kind}02 960010 09FE {kind}02"
        ))
    };
    assert_eq!(of("81").report_bytes(Kind::Input, None), 8192);
    assert_eq!(of("B1").report_bytes(Kind::Feature, None), 8192);
}

#[test]
fn long_items_delimiters_and_saved_settings_are_understood() {
    // A long item is passed over; of two alternatives the first counts; what was saved holds again.
    let read = parsed("FE02AA0102 058C 7508 9501 A4 7510 A901 09FE 09FF A900 8102 B4 09FB 8102");
    let bits: Vec<_> = read
        .runs()
        .iter()
        .map(|run| (run.first.id, run.start, run.width))
        .collect();
    assert_eq!(bits, [(0xfe, 0, 16), (0xfb, 16, 8)]);
    let full = parsed("7508 9501 0BFE008C00 8102");
    assert_eq!(full.runs()[0].first, Usage::new(PAGE_SCANNER, 0xfe));
}

/// One small, sound piece of a descriptor.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let usages = proptest::collection::vec(0_u8..=255, 1..5).prop_map(|ids| {
        ids.into_iter()
            .flat_map(|id| [0x09, id])
            .collect::<Vec<u8>>()
    });
    let range = (0_u8..100, 0_u8..20).prop_map(|(min, more)| vec![0x19, min, 0x29, min + more]);
    let names = prop_oneof![usages, range];
    let page = prop_oneof![Just(0x8c_u8), Just(1), Just(7), Just(9)];
    let main = prop_oneof![Just(0x81_u8), Just(0x91), Just(0xb1)];
    (
        page,
        names,
        1_u8..40,
        0_u8..9,
        main,
        0_u8..4,
        proptest::option::of(1_u8..4),
    )
        .prop_map(|(page, names, width, count, main, flags, id)| {
            let mut piece = vec![0x05, page];
            piece.extend(id.map(|id| [0x85, id]).into_iter().flatten());
            piece.extend(names);
            piece.extend([0x75, width, 0x95, count, main, flags]);
            piece
        })
}

/// A field: its report, its usage with the page in front, and its bits.
type Field = (Kind, Option<u8>, u32, u32, u32);

/// Every field that is a value, as the second reader has it.
fn judged(bytes: &[u8]) -> Option<Vec<Field>> {
    use hidreport::ReportDescriptor;
    let judge = ReportDescriptor::try_from(bytes).ok()?;
    let mut fields = Vec::new();
    let mut take = |kind, report: &dyn hidreport::Report| {
        for field in report.fields() {
            if let hidreport::Field::Variable(one) = field {
                let usage = u32::from(u16::from(one.usage.usage_page)) << 16
                    | u32::from(u16::from(one.usage.usage_id));
                let bits = u32::try_from(one.bits.start).unwrap();
                let end = u32::try_from(one.bits.end).unwrap();
                let id = report.report_id().map(u8::from);
                fields.push((kind, id, usage, bits, end));
            }
        }
    };
    judge
        .input_reports()
        .iter()
        .for_each(|report| take(Kind::Input, report));
    judge
        .output_reports()
        .iter()
        .for_each(|report| take(Kind::Output, report));
    judge
        .feature_reports()
        .iter()
        .for_each(|report| take(Kind::Feature, report));
    fields.sort();
    Some(fields)
}

fn fields(descriptor: &Descriptor) -> Vec<Field> {
    let mut fields = Vec::new();
    for run in descriptor.runs().iter().filter(|run| !run.is_array) {
        for at in 0..run.count {
            let id = u32::from(run.first.id) + at.min(run.usages - 1);
            let usage = u32::from(run.first.page) << 16 | id;
            let start = run.start + at * run.width;
            fields.push((run.kind, run.report_id, usage, start, start + run.width));
        }
    }
    fields.sort();
    fields
}

#[test]
fn a_second_reader_finds_the_same_fields_in_real_descriptors() {
    for hex in [POS, KEYBOARD] {
        let theirs = judged(&bytes(hex)).expect("it reads them too");
        assert_eq!(fields(&parsed(hex)), theirs);
    }
}

proptest! {
    #[test]
    fn a_second_reader_finds_the_same_fields(
        has_ids in any::<bool>(),
        pieces in proptest::collection::vec(piece(), 1..6),
    ) {
        let mut bytes = vec![0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01];
        // Reports have ids, or there is one report.
        let pieces = pieces.into_iter().map(|piece| match (has_ids, piece[2]) {
            (true, 0x85) | (false, 0x09 | 0x19) => piece,
            (true, _) => [&[0x85, 9], piece.as_slice()].concat(),
            (false, _) => [&piece[..2], &piece[4..]].concat(),
        });
        bytes.extend(pieces.flatten());
        bytes.push(0xc0);
        let ours = Descriptor::parse(&bytes).expect("a sound descriptor");
        prop_assert_eq!(Some(fields(&ours)), judged(&bytes));
    }

    #[test]
    fn any_bytes_give_an_answer_of_bounded_size(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        if let Ok(read) = Descriptor::parse(&bytes) {
            prop_assert!(read.runs().len() <= bytes.len());
            prop_assert!(read.applications().len() <= bytes.len());
            for run in read.runs() {
                prop_assert!(run.start + run.bits() <= REPORT_BITS_MAX);
            }
        }
    }

    /// Real descriptors with a few bytes changed come nearer to the edges than any bytes do.
    #[test]
    fn a_damaged_descriptor_gives_an_answer(
        at in proptest::collection::vec((0_usize..127, any::<u8>()), 1..6),
        cut in 0_usize..128,
    ) {
        let mut changed = bytes(POS);
        for (at, byte) in at {
            changed[at] = byte;
        }
        changed.truncate(cut);
        if let Ok(read) = Descriptor::parse(&changed) {
            prop_assert!(read.input_bytes_max() <= 8192);
            let layout = crate::decode::pos::PosLayout::of(&read);
            prop_assert!(layout.is_none_or(|layout| layout.data.end <= 8192));
            drop(crate::decode::pos::Beeper::of(&read));
        }
    }
}
