//! Labels in ZPL, which most label printers understand.
//!
//! Bars are drawn by the printer, in the sets that were chosen here, so that their width is known.
//! Squares are sent as pictures: printers differ in where they put their own, how large these get,
//! and what they make of a text's bytes.

use std::fmt::Write as _;

use crate::layout::place;
use crate::piece::{Code, Piece};
use crate::symbol::Symbol;
use crate::text::Text;
use crate::unit::Resolution;
use crate::{Label, LabelError, Size, code128};

/// How fine a label printer prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dpi {
    /// 203 dpi: 8 dots in a millimetre.
    Dpi203,
    /// 300 dpi: 11.8 dots in a millimetre.
    Dpi300,
}

impl Dpi {
    /// The one of that number of dots in an inch.
    #[must_use]
    pub const fn of(dots: u32) -> Option<Self> {
        match dots {
            203 => Some(Self::Dpi203),
            300 => Some(Self::Dpi300),
            _ => None,
        }
    }

    /// Its dots as units of layout.
    #[must_use]
    pub const fn resolution(self) -> Resolution {
        Resolution::dots(match self {
            Self::Dpi203 => 8_000,
            Self::Dpi300 => 11_811,
        })
    }
}

/// One `^XA` … `^XZ` for each label.
///
/// # Errors
/// A label cannot be drawn, or its code does not fit in whole dots of the printer.
pub fn zpl(labels: &[Label], size: Size, dpi: Dpi) -> Result<String, LabelError> {
    let mut zpl = String::new();
    for label in labels {
        let pieces = place(label, size, dpi.resolution())?;
        let width = dpi.resolution().units(size.width_um);
        let height = dpi.resolution().units(size.height_um);
        put(
            &mut zpl,
            format_args!("^XA\n^CI28\n^LH0,0\n^PW{width}\n^LL{height}\n"),
        );
        for piece in &pieces {
            write_piece(&mut zpl, piece);
        }
        zpl.push_str("^XZ\n");
    }
    Ok(zpl)
}

/// Writing to a string cannot fail.
fn put(zpl: &mut String, text: std::fmt::Arguments<'_>) {
    if zpl.write_fmt(text).is_err() {
        debug_assert!(false, "a string takes what it is given");
    }
}

fn write_piece(zpl: &mut String, piece: &Piece) {
    match piece {
        Piece::Code(code) if code.symbol.is_bars() => write_bars(zpl, code),
        Piece::Code(code) => write_picture(zpl, code),
        Piece::Text(text) => write_text(zpl, text),
        Piece::Frame { rect, thickness } => put(
            zpl,
            format_args!(
                "^FO{},{}^GB{},{},{thickness}^FS\n",
                rect.x, rect.y, rect.width, rect.height
            ),
        ),
    }
}

fn write_bars(zpl: &mut String, code: &Code) {
    let data = code128::zpl(code.symbol.runs());
    put(
        zpl,
        format_args!(
            "^FO{},{}^BY{}^BCN,{},N,N,N,N^FD{data}^FS\n",
            code.rect.x, code.rect.y, code.module, code.rect.height
        ),
    );
}

/// A square as a picture: each row in hexadecimal, and `:` for one that is like the one above.
fn write_picture(zpl: &mut String, code: &Code) {
    let bytes = code.rect.width.div_ceil(8);
    let total = bytes.saturating_mul(code.rect.height);
    put(
        zpl,
        format_args!(
            "^FO{},{}^GFA,{total},{total},{bytes},",
            code.rect.x, code.rect.y
        ),
    );
    for row in code.symbol.rows() {
        zpl.push_str(&picture_row(row, code.module, bytes));
        for _ in 1..code.module {
            zpl.push(':');
        }
    }
    zpl.push_str("^FS\n");
}

/// One row of dots, eight in a byte, the leftmost first.
fn picture_row(row: &[bool], module: u32, bytes: u32) -> String {
    let mut nibbles = vec![0_u8; usize::try_from(bytes).unwrap_or(0).saturating_mul(2)];
    for (start, length) in Symbol::stretches(row) {
        let first = start.saturating_mul(module);
        for dot in first..first.saturating_add(length.saturating_mul(module)) {
            let place = usize::try_from(dot / 4).unwrap_or(usize::MAX);
            if let Some(nibble) = nibbles.get_mut(place) {
                *nibble |= 8 >> (dot % 4);
            }
        }
    }
    let digit = |nibble| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let row: String = nibbles.into_iter().map(digit).collect();
    row.to_ascii_uppercase()
}

/// A text in the printer's own scalable font, which is narrower than ours: it keeps within its place.
fn write_text(zpl: &mut String, text: &Text) {
    put(
        zpl,
        format_args!(
            "^FO{},{}^A0N,{},{}^FH^FD",
            text.rect.x, text.rect.y, text.size, text.size
        ),
    );
    for character in text.text.chars() {
        match character {
            '^' | '~' | '_' => put(zpl, format_args!("_{:02X}", u32::from(character))),
            other => zpl.push(other),
        }
    }
    zpl.push_str("^FS\n");
}
