//! One label of each written form, byte by byte, so that a change is seen before it is printed.
//!
//! `STOCK_GOLDEN=write` writes them anew.

use std::path::Path;

use labels::{Dpi, Sheet, Size, Symbology, svg, zpl};

use crate::printer::texts;
use crate::samples::location;

fn check(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var("STOCK_GOLDEN").as_deref() == Ok("write") {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(actual, expected, "{name}");
}

#[test]
fn a_label_of_a_place_as_svg() {
    let sheet = Sheet::named("roll-62x29").unwrap();
    let pages = sheet
        .pages(&[location("A-01", Symbology::Code128)], 1)
        .unwrap();
    check("location.svg", &svg(&pages[0]));
}

#[test]
fn labels_of_a_place_as_zpl() {
    let labels = Symbology::ALL.map(|symbology| location("A-01", symbology));
    check(
        "location.zpl",
        &zpl(&labels, Size::um(62_000, 29_000), Dpi::Dpi203).unwrap(),
    );
}

#[test]
fn no_text_is_taken_for_a_command_of_a_printer() {
    let mut label = location("A-01", Symbology::Qr);
    label.title = "^XA~_<Ä".to_owned();
    label.lines = vec!["5_0 ~ 1^3".to_owned()];
    let zpl = zpl(&[label.clone()], Size::um(62_000, 29_000), Dpi::Dpi300).unwrap();
    assert_eq!(texts(&zpl), [label.title.as_str(), &label.lines[0], "47"]);
    assert!(zpl.contains("^CI28"));
}

#[test]
fn no_text_is_taken_for_markup() {
    let mut label = location("A-01", Symbology::Qr);
    label.title = "<a> & \"b\"".to_owned();
    let sheet = Sheet::named("roll-100x50").unwrap();
    let text = svg(&sheet.pages(&[label], 1).unwrap()[0]);
    assert!(text.contains(">&lt;a&gt; &amp; \"b\"</text>"), "{text}");
    resvg::usvg::Tree::from_str(&text, &resvg::usvg::Options::default()).unwrap();
}
