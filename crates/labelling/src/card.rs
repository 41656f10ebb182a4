//! The calibration card: what a scanner and a keyboard make of two codes.
//!
//! The codes are those that `codes::calibration` understands. What must come of each stands beside
//! it, so that the card tells something without any program too.

use codes::calibration::{KEYS, SEPARATORS};
use labels::{Calibration, Step, Symbology};

/// The card.
pub(crate) fn card() -> Calibration {
    let separators = "The two parts must not stick together: 10XJX, the separator, 21XJX. If they \
                      do, let the scanner send FNC1 as GS (hexadecimal 1D).";
    let step = |heading: &str, text: &str, code: &str, symbology| Step {
        heading: heading.to_owned(),
        text: text.to_owned(),
        code: code.to_owned(),
        symbology,
    };
    Calibration {
        title: "What does this scanner send?".to_owned(),
        introduction: vec![
            "Begin “stock scan --stdin” on the device that the scanner is for, and scan step 1 and \
             of the steps 2 and 3 one that it reads. It says what to set at the scanner, if anything."
                .to_owned(),
            "Set it with the codes in the scanner's manual, and scan the steps again. What comes in \
             front of a code, such as ]C0, is good: it tells what kind of code it was."
                .to_owned(),
        ],
        steps: vec![
            step(
                "Keys, capitals, line end",
                &format!(
                    "It must come as {KEYS}, and a new line behind it. Signs for digits or other \
                     letters: set the scanner to the country of the computer's keyboard. Small \
                     letters: turn Caps Lock off."
                ),
                KEYS,
                Symbology::Code128,
            ),
            step(
                "Separators, in a square",
                separators,
                SEPARATORS,
                Symbology::Gs1DataMatrix,
            ),
            step(
                "Separators, in bars",
                separators,
                SEPARATORS,
                Symbology::Gs1Code128,
            ),
        ],
    }
}
