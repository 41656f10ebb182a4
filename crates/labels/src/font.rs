//! The two faces that labels are written in, and how wide their letters are.
//!
//! DejaVu Sans Condensed, regular and bold, cut down to Latin, Greek and Cyrillic; see the licence
//! beside the files. They are part of the program, so that a label is the same wherever it is made.
//! A character that they do not have is printed as [`MISSING`].

use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// Stands for a character that cannot be printed: an empty box.
pub(crate) const MISSING: char = '\u{25A1}';
/// Units of the font in one em, in which its widths are given.
pub(crate) const EM: u32 = 2048;
/// From the upper end of a line to its base line, in units of the font.
pub(crate) const ASCENT: u32 = 1901;
/// From the upper end of a line to its lower end, in units of the font.
pub(crate) const LINE: u32 = 1901 + 483;

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// For lines.
    Regular,
    /// For titles.
    Bold,
}

impl Face {
    /// The font as a file.
    pub(crate) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../fonts/DejaVuSansCondensed.ttf"),
            Self::Bold => include_bytes!("../fonts/DejaVuSansCondensed-Bold.ttf"),
        }
    }

    /// Glyph and width, in units of the font, of each character of a text.
    pub(crate) fn glyphs(self, text: &str) -> Vec<Glyph> {
        let font = FontRef::new(self.bytes()).ok();
        let charmap = font.as_ref().map(MetadataProvider::charmap);
        let widths = font.as_ref().and_then(|font| font.hmtx().ok());
        let glyph = |character: char| {
            let id = charmap.as_ref()?.map(character)?;
            let width = widths.as_ref()?.advance(id)?;
            Some((id, u32::from(width)))
        };
        text.char_indices()
            .map(|(start, character)| {
                let found = glyph(character);
                Glyph {
                    start,
                    end: start.saturating_add(character.len_utf8()),
                    known: found.is_some(),
                    id: found.map_or(0, |(id, _): (GlyphId, u32)| id.to_u32()),
                    width: found.map_or(EM, |(_, width)| width),
                }
            })
            .collect()
    }

    /// How wide a text is, in units of the font.
    pub(crate) fn width(self, text: &str) -> u64 {
        let glyphs = self.glyphs(text);
        glyphs.iter().map(|glyph| u64::from(glyph.width)).sum()
    }

    /// A text in one line of characters that can be printed.
    pub(crate) fn printable(self, text: &str) -> String {
        let known = |(c, glyph): (char, Glyph)| match c {
            c if c.is_whitespace() => ' ',
            c if glyph.known => c,
            _ => MISSING,
        };
        let glyphs = self.glyphs(text);
        text.trim()
            .chars()
            .zip(glyphs_of(text, glyphs))
            .map(known)
            .collect()
    }
}

/// The glyphs of a text without those of the space around it.
fn glyphs_of(text: &str, glyphs: Vec<Glyph>) -> impl Iterator<Item = Glyph> {
    let before = text.len().saturating_sub(text.trim_start().len());
    glyphs
        .into_iter()
        .skip_while(move |glyph| glyph.start < before)
}

/// One character of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glyph {
    /// Where the character begins in the text, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whether the face has it.
    known: bool,
    /// Its number in the font.
    pub(crate) id: u32,
    /// In units of the font.
    pub(crate) width: u32,
}

#[cfg(test)]
mod tests {
    use skrifa::instance::{LocationRef, Size};

    use super::*;

    #[test]
    fn the_measures_are_those_of_the_files() {
        for face in [Face::Regular, Face::Bold] {
            let font = FontRef::new(face.bytes()).unwrap();
            let metrics = font.metrics(Size::unscaled(), LocationRef::default());
            assert_eq!(u32::from(metrics.units_per_em), EM);
            assert!((metrics.ascent - 1901.0).abs() < 0.5, "{}", metrics.ascent);
            assert!((metrics.descent + 483.0).abs() < 0.5, "{}", metrics.descent);
            assert!(face.glyphs("Aä€ßŁжΩ□…×–").iter().all(|glyph| glyph.known));
        }
    }

    #[test]
    fn what_cannot_be_printed_is_an_empty_box() {
        assert_eq!(Face::Bold.printable(" Ø 5 µm\t漢\u{1D}x "), "Ø 5 µm □□x");
    }
}
