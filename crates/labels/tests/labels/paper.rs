//! PDF, as a viewer that knows nothing of ours puts it on paper.

use labels::{Calibration, Label, Page, Sheet, Size, Step, Symbology, pdf};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::decode::codes;
use crate::picture::Picture;
use crate::samples::{location, plain};
use crate::viewer;

/// The pages of a PDF document at 300 dpi; none, and a note of it, where there is no viewer.
#[track_caller]
fn pictures(test: &str, pdf: &[u8]) -> Option<Vec<Picture>> {
    let pictures = viewer::pictures(pdf);
    if pictures.is_none() {
        skipped(&format!("SKIPPED: {test}: {} is absent", viewer::VIEWER));
    }
    pictures
}

/// What cannot run here is said where the test run collects it.
#[track_caller]
fn skipped(line: &str) {
    use std::io::Write as _;
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "nothing may be skipped here: {line}"
    );
    println!("{line}");
    if let Some(list) = std::env::var_os("STOCK_SKIP_LIST") {
        let options = std::fs::File::options()
            .append(true)
            .create(true)
            .open(list);
        writeln!(options.expect("open the list"), "{line}").expect("note a skipped test");
    }
}

/// One page for each label.
fn pages(labels: &[Label], size: Size) -> Vec<Page> {
    Sheet::single(size).pages(labels, 1).unwrap()
}

#[test]
fn a_scanner_reads_from_a_printed_pdf_what_was_to_be_encoded() {
    // Many pages in one document: the viewer is started once.
    let mut runner = TestRunner::default();
    let labels: Vec<Label> = (0..60)
        .map(|_| {
            let tree = codes().new_tree(&mut runner).unwrap();
            let (code, symbology) = tree.current();
            plain(&code, symbology)
        })
        .collect();
    let pdf = pdf(&pages(&labels, Size::um(140_000, 50_000)), "Labels").unwrap();
    let Some(pictures) = pictures("codes in PDF", &pdf) else {
        return;
    };
    assert_eq!(pictures.len(), labels.len());
    for (picture, label) in pictures.iter().zip(&labels) {
        assert_eq!(
            picture.read(label.symbology),
            Some(label.code.clone()),
            "{label:?}"
        );
    }
}

#[test]
fn a_sheet_has_each_label_at_its_place_and_texts_are_written() {
    let sheet = Sheet::named("a4-21").unwrap();
    let label = |number: u32| location(&format!("B-{number:02}"), Symbology::Qr);
    let labels: Vec<Label> = (1..=24).map(label).collect();
    let pages = sheet.pages(&labels, 1).unwrap();
    let Some(pictures) = pictures("a sheet in PDF", &pdf(&pages, "Labels").unwrap()) else {
        return;
    };
    assert_eq!(pictures.len(), 2);
    let dots = |um: u32| um * 300 / 25_400;
    for (place, label) in (0..).zip(&labels) {
        let (x, y) = (place % 21 % 3, place % 21 / 3);
        let part = pictures[(place / 21) as usize].part(
            dots(sheet.left_um + x * sheet.pitch_x_um),
            dots(sheet.top_um + y * sheet.pitch_y_um),
            dots(sheet.label.width_um),
            dots(sheet.label.height_um),
        );
        assert_eq!(
            part.read(Symbology::Qr),
            Some(label.code.clone()),
            "{}",
            label.title
        );
        // Letters are dark too: on the right of the code there is ink.
        let right = part.part(part.width / 2, 0, part.width / 2, part.height);
        let ink = right.grey.iter().filter(|dot| **dot < 64).count();
        assert!(ink > 3_000, "{}: {ink} dark dots", label.title);
    }
}

#[test]
fn the_same_labels_are_the_same_bytes() {
    let labels = Symbology::ALL.map(|symbology| location("Ä-03 Ω ж 漢", symbology));
    let labels = labels.map(|mut label| {
        label.code = "A-03".to_owned();
        label
    });
    let twice =
        [(); 2].map(|()| pdf(&pages(&labels, Size::um(100_000, 50_000)), "Labels").unwrap());
    assert_eq!(twice[0], twice[1]);
    assert!(!twice[0].windows(12).any(|part| part == b"CreationDate"));
    // Only the letters that are used are in it, not both fonts as a whole.
    assert!(twice[0].len() < 30_000, "{} bytes", twice[0].len());
}

#[test]
fn a_document_without_labels_is_a_document() {
    let card = Calibration {
        title: "Empty".to_owned(),
        introduction: Vec::new(),
        steps: Vec::<Step>::new(),
    };
    let pages = card.pages(Size::A4).unwrap();
    assert!(pdf(&pages, "Empty").unwrap().starts_with(b"%PDF"));
}
