//! Arguments of `stock labels`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use labelling::{Format, Kind};

/// What stands below the help: the sheets by their names, and examples.
pub(crate) fn help() -> String {
    let sheets = labelling::sheets().replace('\n', "\n  ");
    format!(
        "What is printed is understood by every device that knows the thing, offline too. Codes are \
         Code 128 where that fits every label, otherwise Data Matrix.\n\nSheets:\n  {sheets}\n  \
         50x30         a single label of any size in millimetres, for rolls\n\nExamples:\n  \
         stock labels locations --select \"A-*\" --format pdf --out shelves.pdf\n  \
         stock labels items --select R-100,R-220 --sheet a4-65 --start 12 --format pdf --out bins.pdf\n  \
         stock labels items --barcodes --sheet 57x32 --format zpl --out /dev/usb/lp0\n  \
         stock labels commands --format svg --out commands.svg\n  \
         stock labels calibration --format pdf --out scanner.pdf\n\nWith --json:\n  \
         {{\"labels\":…,\"pages\":…,\"format\":\"pdf|svg|zpl\",\"out\":…,\"sheet\":…,\
         \"symbology\":\"code128|qr|datamatrix\"|null,\"warnings\":[…]}}"
    )
}

#[derive(Debug, Args)]
pub(crate) struct LabelsArgs {
    /// What the labels are for
    #[arg(value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: Kind,
    /// Which of them: names, with commas or spaces between, and patterns such as "A-*"; without it
    /// all that are in use
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) select: Vec<String>,
    /// What to write
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) format: Format,
    /// The file; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// A sheet by its name, or the size of a single label in millimetres
    #[arg(long, value_name = "SHEET")]
    pub(crate) sheet: Option<String>,
    /// How codes are drawn: code128, qr or datamatrix
    #[arg(long, value_name = "SYMBOLOGY")]
    pub(crate) symbology: Option<String>,
    /// The first free label of a partly used sheet, counted from 1
    #[arg(long, value_name = "N")]
    pub(crate) start: Option<u32>,
    /// The dots in an inch of a label printer: 203 or 300 [default: 203]
    #[arg(long, value_name = "N")]
    pub(crate) dpi: Option<u32>,
    /// Print the barcode that is bound to an item, where it has one for a single piece
    #[arg(long)]
    pub(crate) barcodes: bool,
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    let words = Kind::ALL.map(Kind::word);
    PossibleValuesParser::new(words)
        .try_map(|word| Kind::of_word(&word).ok_or_else(|| format!("there is no kind {word:?}")))
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let words = Format::ALL.map(Format::word);
    PossibleValuesParser::new(words)
        .try_map(|word| Format::of_word(&word).ok_or_else(|| format!("there is no {word:?}")))
}
