//! Cards: the commands of a session, and the steps that set a scanner up.

use labels::{Calibration, CommandWord, Dpi, Sheet, Size, Step, Symbology, commands, zpl};

use crate::layout::overlaps;
use crate::picture::of_page;
use crate::printer::print;

fn calibration() -> Calibration {
    let step = |heading: &str, code: &str, symbology| Step {
        heading: heading.to_owned(),
        text: "Scan the code once and wait for the tone; then go on with the next one.".to_owned(),
        code: code.to_owned(),
        symbology,
    };
    Calibration {
        title: "Set up a scanner".to_owned(),
        introduction: vec![
            "Open the page or command that calibrates, and scan the codes from the first to the last."
                .to_owned(),
            "Cover the other codes with your hand.".to_owned(),
        ],
        steps: vec![
            step("Keys", codes::calibration::KEYS, Symbology::Code128),
            step(
                "Separator",
                codes::calibration::SEPARATORS,
                Symbology::Gs1DataMatrix,
            ),
            step("Separator in bars", "01\x1D10\x1DEND", Symbology::Code128),
            step("Small letters", "abcxyz-/:@", Symbology::Qr),
            step("End of a scan", "DONE", Symbology::Code128),
            step("Second page", "MORE", Symbology::Code128),
            step("Third", "AND MORE", Symbology::Qr),
        ],
    }
}

/// What a scanner sends for a step that says what kind of code it read.
fn seen(step: &Step) -> String {
    match step.symbology {
        Symbology::Gs1DataMatrix => format!("]d2{}", step.code),
        Symbology::Code128 | Symbology::Qr | Symbology::DataMatrix | Symbology::Gs1Code128 => {
            step.code.clone()
        }
    }
}

#[test]
fn every_step_of_a_calibration_is_read_from_its_row() {
    let card = calibration();
    let pages = card.pages(Size::A4).unwrap();
    assert_eq!(pages.len(), 2);
    let mut read = Vec::new();
    for page in &pages {
        assert_eq!(overlaps(page), Vec::<String>::new());
        let picture = of_page(page);
        for piece in &page.pieces {
            if let labels::Piece::Code(code) = piece {
                let dots = |um: u32| um * 300 / 25_400;
                // A scanner that is held at a step sees the paper around its code.
                let around = code.clear();
                let (x, y) = (dots(around.x), dots(around.y));
                let part = picture.part(x, y, dots(around.width) + 1, dots(around.height) + 1);
                read.push(part.read(code.symbol.symbology()));
            }
        }
    }
    let codes: Vec<_> = card.steps.iter().map(|step| Some(seen(step))).collect();
    assert_eq!(read, codes);
}

#[test]
fn a_label_printer_prints_a_label_for_each_step() {
    let card = calibration();
    let labels = card.labels();
    let zpl = zpl(&labels, Size::um(100_000, 50_000), Dpi::Dpi203).unwrap();
    for (picture, step) in print(&zpl).iter().zip(&card.steps) {
        assert_eq!(picture.read(step.symbology), Some(seen(step)));
    }
    assert!(zpl.contains("3. Separator in bars"));
}

#[test]
fn a_card_needs_paper_that_is_large_enough() {
    let error = calibration().pages(Size::um(100_000, 50_000)).unwrap_err();
    assert!(error.to_string().contains("A4 or Letter"), "{error}");
}

#[test]
fn all_commands_fit_their_cards() {
    let words = codes::MODES
        .into_iter()
        .chain(["UNDO", "DONE", "MOVEALL", "SHORT", "SKIP", "Q10"]);
    let words: Vec<CommandWord> = words
        .map(|word| CommandWord {
            word: word.to_owned(),
            does: "Takes what is scanned next from one place to the place that follows".to_owned(),
            code: codes::own::code(codes::own::Kind::Command, word).unwrap(),
        })
        .collect();
    for symbology in Symbology::ALL {
        for name in ["a4-cards", "letter-cards"] {
            let sheet = Sheet::named(name).unwrap();
            let pages = sheet.pages(&commands(&words, symbology), 1).unwrap();
            assert_eq!(pages.len(), 2);
            for page in &pages {
                assert_eq!(overlaps(page), Vec::<String>::new());
            }
        }
    }
}
