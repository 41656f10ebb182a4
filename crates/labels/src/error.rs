//! What can be wrong with a label.

use crate::{CODE_BYTES_MAX, Symbology};

/// Why a label or a sheet cannot be printed. Each text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// There is nothing to encode.
    #[error("a label has an empty code (its title is “{title}”): give it something to scan")]
    Empty {
        /// What the label says to people.
        title: String,
    },
    /// More than any label holds.
    #[error(
        "the code that begins “{start}” has {bytes} bytes, and a label holds {CODE_BYTES_MAX}: \
         choose a shorter code"
    )]
    TooLong {
        /// How the code begins.
        start: String,
        /// How long it is.
        bytes: usize,
    },
    /// Bars and GS1 know ASCII only.
    #[error(
        "the code “{code}” has “{}”, which {symbology} cannot carry: choose QR or Data Matrix",
        .character.escape_default()
    )]
    Character {
        /// The code.
        code: String,
        /// How it was to be drawn.
        symbology: Symbology,
        /// The first character that is not ASCII.
        character: char,
    },
    /// Smaller bars than a cheap scanner reads would be needed.
    #[error(
        "the code “{code}” does not fit as {symbology}: it needs a label of {} × {} mm, \
         and this one has {} × {}: {}",
        mm(.needed_um.0), mm(.needed_um.1), mm(.there_um.0), mm(.there_um.1), instead(*.symbology)
    )]
    TooSmall {
        /// The code.
        code: String,
        /// How it was to be drawn.
        symbology: Symbology,
        /// Width and height of the smallest label for it, in micrometres.
        needed_um: (u32, u32),
        /// Width and height of this one, in micrometres.
        there_um: (u32, u32),
    },
    /// The first free label of a partly used sheet is not on it.
    #[error("a sheet “{sheet}” has the labels 1 to {labels}: it cannot begin at {start}")]
    Start {
        /// The sheet's name.
        sheet: String,
        /// How many labels it has.
        labels: u32,
        /// Where it was to begin.
        start: u32,
    },
    /// Its labels overlap, or do not lie on the page.
    #[error("the sheet “{sheet}” is not possible: {why}")]
    Sheet {
        /// The sheet's name.
        sheet: String,
        /// What is wrong with its measures, and what to change.
        why: &'static str,
    },
    /// The document could not be put together; the program is at fault.
    #[error("the PDF could not be written: {why}")]
    Pdf {
        /// What the writer of PDF says.
        why: String,
    },
}

/// A length as people read it: whole tenths of millimetres, rounded up.
fn mm(um: u32) -> String {
    let tenths = um.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

const fn instead(symbology: Symbology) -> &'static str {
    match symbology {
        Symbology::Gs1Code128 => "choose a larger label, or GS1 DataMatrix",
        Symbology::Code128 => "choose a larger label, or QR or Data Matrix",
        Symbology::Qr => "choose a larger label, or Data Matrix",
        Symbology::DataMatrix | Symbology::Gs1DataMatrix => {
            "choose a larger label, or a shorter code"
        }
    }
}
