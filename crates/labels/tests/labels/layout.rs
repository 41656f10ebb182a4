//! Laws of the layout: all of it lies on the label, and nothing over another thing.

use labels::{Label, LabelError, Page, Piece, Rect, SHEETS, Sheet, Size, Symbology};
use proptest::prelude::*;

use crate::samples::{any_label, location, plain};

fn rect(page: &Page) -> Rect {
    Rect::new(0, 0, page.width, page.height)
}

/// The pieces that are over another one. All may lie in a frame.
pub(crate) fn overlaps(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    for (place, one) in page.pieces.iter().enumerate() {
        for other in page.pieces.iter().skip(place + 1) {
            let in_frame = |frame: &Piece, piece: &Piece| {
                matches!(frame, Piece::Frame { .. }) && frame.clear().holds(piece.clear())
            };
            let framed = in_frame(one, other) || in_frame(other, one);
            if one.clear().overlaps(other.clear()) && !framed {
                found.push(format!("{one:?}\n{other:?}"));
            }
        }
    }
    found
}

fn one_page(label: &Label, size: Size) -> Result<Page, LabelError> {
    let mut pages = Sheet::single(size).pages(std::slice::from_ref(label), 1)?;
    assert_eq!(pages.len(), 1);
    Ok(pages.remove(0))
}

proptest! {
    // Once with 100,000 cases.
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_leaves_the_label_or_lies_over_another_thing(
        label in any_label(),
        width in 15_000_u32..120_000,
        height in 10_000_u32..120_000,
    ) {
        let size = Size::um(width, height);
        match one_page(&label, size) {
            Ok(page) => {
                for piece in &page.pieces {
                    prop_assert!(rect(&page).holds(piece.clear()), "{piece:?}");
                }
                let overlaps = overlaps(&page);
                prop_assert!(overlaps.is_empty(), "{}", overlaps.join("\n\n"));
                let is_check = |piece: &&Piece| match (piece, &label.check) {
                    (Piece::Text(text), Some(check)) => text.text == *check,
                    _ => false,
                };
                prop_assert_eq!(
                    page.pieces.iter().any(|piece| matches!(piece, Piece::Frame { .. })),
                    label.check.is_some()
                );
                prop_assert_eq!(page.pieces.iter().any(|piece| is_check(&piece)), label.check.is_some());
            }
            Err(LabelError::TooSmall { needed_um, there_um, .. }) => {
                prop_assert_eq!(there_um, (width, height));
                prop_assert!(
                    width < needed_um.0 || height < needed_um.1,
                    "{:?} is enough for {:?}", there_um, needed_um
                );
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn a_label_of_the_size_that_an_error_asks_for_fits(label in any_label()) {
        let Err(LabelError::TooSmall { needed_um, .. }) = one_page(&label, Size::um(9_000, 4_000)) else {
            return Err(TestCaseError::fail("nothing fits a label of 9 × 4 mm"));
        };
        one_page(&label, Size::um(needed_um.0, needed_um.1)).unwrap();
    }
}

/// Modules of a code on a label of that size, in micrometres.
fn module(label: &Label, size: Size) -> u32 {
    let page = one_page(label, size).unwrap();
    let code = page.pieces.iter().find_map(|piece| match piece {
        Piece::Code(code) => Some(code.module),
        Piece::Text(_) | Piece::Frame { .. } => None,
    });
    code.unwrap()
}

#[test]
fn modules_are_never_finer_than_a_cheap_scanner_reads() {
    // 13 symbols of 11 modules, 2 at the stop and 20 that stay white: 165 of 0.25 mm are 41.25 mm.
    let bars = plain("XJLX0X601L", Symbology::Code128);
    assert_eq!(module(&bars, Size::um(41_250, 25_000)), 250);
    let error = one_page(&bars, Size::um(41_249, 25_000)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("XJLX0X601L") && text.contains("or QR"),
        "{text}"
    );
    // The smallest QR has 21 modules and 8 that stay white: 29 of 0.33 mm are 9.57 mm.
    let square = plain("XJLX0X601L", Symbology::Qr);
    assert_eq!(module(&square, Size::um(30_000, 9_570)), 330);
    one_page(&square, Size::um(30_000, 9_569)).unwrap_err();
}

#[test]
fn the_common_label_of_a_place_fits_every_sheet_as_a_square() {
    for sheet in SHEETS {
        for symbology in [Symbology::Qr, Symbology::DataMatrix] {
            let label = location("A-03-02-B-04", symbology);
            let pages = sheet.pages(&[label.clone(), label], 1);
            let pages = pages.unwrap_or_else(|error| panic!("{}: {error}", sheet.name));
            for page in pages {
                assert_eq!(overlaps(&page), Vec::<String>::new(), "{}", sheet.name);
            }
        }
    }
}

#[test]
fn sizes_that_nobody_has_are_refused() {
    let label = plain("A1", Symbology::Qr);
    for size in [
        Size::um(2_000_001, 50_000),
        Size::um(u32::MAX, u32::MAX),
        Size::um(0, 0),
        Size::um(1, 1),
    ] {
        one_page(&label, size).unwrap_err();
        labels::zpl(std::slice::from_ref(&label), size, labels::Dpi::Dpi300).unwrap_err();
    }
    let largest = Size::um(2_000_000, 2_000_000);
    for symbology in Symbology::ALL {
        let label = location("A-01", symbology);
        one_page(&label, largest).unwrap();
        labels::zpl(&[label], largest, labels::Dpi::Dpi300).unwrap();
    }
}

#[test]
fn what_cannot_be_drawn_says_what_to_do() {
    let size = Size::um(100_000, 50_000);
    for (label, words) in [
        (plain("Ü1", Symbology::Code128), "choose QR or Data Matrix"),
        (plain("", Symbology::Qr), "give it something to scan"),
        (plain(&"x".repeat(701), Symbology::Qr), "a shorter code"),
        (
            plain(&"x".repeat(120), Symbology::Code128),
            "choose a larger label",
        ),
    ] {
        let error = one_page(&label, size).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
