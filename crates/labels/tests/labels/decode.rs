//! Every symbology in every format is read back, by a decoder of others, as exactly its code.

use labels::{Dpi, Label, Sheet, Size, Symbology, zpl};
use proptest::prelude::*;

use crate::picture::of_page;
use crate::printer::print;
use crate::samples::{location, own_code, plain};

const SIZE: Size = Size::um(140_000, 50_000);

/// Codes that a symbology can carry.
pub(crate) fn codes() -> impl Strategy<Value = (String, Symbology)> {
    let ascii = || {
        prop_oneof![
            own_code(),
            "[ -~]{1,20}",
            "[0-9]{1,30}",
            "[A-Z0-9\x1D]{1,12}"
        ]
    };
    let squares = prop::sample::select(vec![Symbology::Qr, Symbology::DataMatrix]);
    prop_oneof![
        (ascii(), Just(Symbology::Code128)),
        (
            prop_oneof![ascii(), "[A-Za-zäöüéß -~]{1,30}".boxed()],
            squares
        ),
    ]
}

fn read_svg(label: &Label, size: Size) -> Option<String> {
    let pages = Sheet::single(size)
        .pages(std::slice::from_ref(label), 1)
        .unwrap();
    of_page(&pages[0]).read(label.symbology)
}

fn read_zpl(label: &Label, size: Size, dpi: Dpi) -> Option<String> {
    let zpl = zpl(std::slice::from_ref(label), size, dpi).unwrap();
    print(&zpl)[0].read(label.symbology)
}

proptest! {
    // Once with 5,000 cases.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_scanner_reads_from_a_page_what_was_to_be_encoded((code, symbology) in codes()) {
        let label = plain(&code, symbology);
        prop_assert_eq!(read_svg(&label, SIZE), Some(code));
    }

    #[test]
    fn a_scanner_reads_from_a_label_printer_what_was_to_be_encoded(
        (code, symbology) in codes(),
        dpi in prop::sample::select(vec![Dpi::Dpi203, Dpi::Dpi300]),
    ) {
        let label = plain(&code, symbology);
        prop_assert_eq!(read_zpl(&label, SIZE, dpi), Some(code));
    }
}

/// A scanner says of each that it is GS1's.
#[test]
fn element_strings_are_read_with_the_mark_of_gs1() {
    for code in [
        codes::calibration::SEPARATORS,
        "0104006381333931\u{1D}10AB-1",
    ] {
        for (symbology, mark) in [
            (Symbology::Gs1Code128, "]C1"),
            (Symbology::Gs1DataMatrix, "]d2"),
        ] {
            let label = plain(code, symbology);
            let expected = Some(format!("{mark}{code}"));
            assert_eq!(read_svg(&label, SIZE), expected, "{symbology}");
            assert_eq!(read_zpl(&label, SIZE, Dpi::Dpi203), expected, "{symbology}");
        }
    }
    let error = Sheet::single(SIZE).pages(&[plain("10Ä", Symbology::Gs1DataMatrix)], 1);
    assert!(error.unwrap_err().to_string().contains("GS1 DataMatrix"));
}

#[test]
fn the_label_of_a_place_is_read_from_small_labels_too() {
    for (symbology, width, height) in [
        (Symbology::Code128, 62_000, 29_000),
        (Symbology::Qr, 57_000, 32_000),
        (Symbology::Qr, 38_100, 21_200),
        (Symbology::DataMatrix, 38_100, 21_200),
        (Symbology::DataMatrix, 44_450, 12_700),
        (Symbology::Qr, 100_000, 150_000),
    ] {
        let label = location("A-03", symbology);
        let size = Size::um(width, height);
        let code = Some(label.code.clone());
        assert_eq!(read_svg(&label, size), code, "{symbology} {width}");
        assert_eq!(
            read_zpl(&label, size, Dpi::Dpi203),
            code,
            "{symbology} {width}"
        );
        assert_eq!(
            read_zpl(&label, size, Dpi::Dpi300),
            code,
            "{symbology} {width}"
        );
    }
}
