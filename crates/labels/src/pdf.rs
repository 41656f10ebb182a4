//! Pages as PDF, with the fonts in it, as far as their letters are used.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect as PdfRect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};

use crate::LabelError;
use crate::font::{EM, Face};
use crate::piece::{Page, Piece};
use crate::text::Text;
use crate::unit::Rect;

/// All pages as one PDF document. It has no date and no id of its own: the same pages are the same
/// bytes.
///
/// # Errors
/// A page has no size, or the document cannot be put together.
pub fn pdf(pages: &[Page], title: &str) -> Result<Vec<u8>, LabelError> {
    let fonts = Fonts {
        regular: font(Face::Regular)?,
        bold: font(Face::Bold)?,
    };
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .creator("Stockledger".to_owned()),
    );
    for page in pages {
        let settings = PageSettings::from_wh(points(page.width), points(page.height))
            .ok_or_else(|| failed("a page has no size"))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        surface.set_fill(Some(Fill {
            paint: luma::Color::black().into(),
            ..Fill::default()
        }));
        for piece in &page.pieces {
            draw(&mut surface, &fonts, piece);
        }
        surface.finish();
        sheet.finish();
    }
    document
        .finish()
        .map_err(|error| failed(&format!("{error:?}")))
}

struct Fonts {
    regular: Font,
    bold: Font,
}

fn font(face: Face) -> Result<Font, LabelError> {
    Font::new(face.bytes().into(), 0).ok_or_else(|| failed("a font of the program is damaged"))
}

fn failed(why: &str) -> LabelError {
    LabelError::Pdf {
        why: why.to_owned(),
    }
}

/// Micrometres in points, the unit of PDF.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a thousandth of a micrometre is lost, which no printer shows"
)]
fn points(um: u32) -> f32 {
    (f64::from(um) * 72.0 / 25_400.0) as f32
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, piece: &Piece) {
    match piece {
        Piece::Code(code) => fill(surface, &code.dark()),
        Piece::Text(text) => write(surface, fonts, text),
        Piece::Frame { rect, thickness } => fill(surface, &sides(*rect, *thickness)),
    }
}

/// The four sides of a frame.
fn sides(rect: Rect, thickness: u32) -> [Rect; 4] {
    let right = rect.right().saturating_sub(thickness);
    let bottom = rect.bottom().saturating_sub(thickness);
    [
        Rect::new(rect.x, rect.y, rect.width, thickness),
        Rect::new(rect.x, bottom, rect.width, thickness),
        Rect::new(rect.x, rect.y, thickness, rect.height),
        Rect::new(right, rect.y, thickness, rect.height),
    ]
}

/// Fills rectangles as one path, so that viewers leave no hairlines between them.
fn fill(surface: &mut Surface<'_>, rects: &[Rect]) {
    let mut path = PathBuilder::new();
    for rect in rects {
        let (left, top) = (points(rect.x), points(rect.y));
        let (right, bottom) = (points(rect.right()), points(rect.bottom()));
        if let Some(rect) = PdfRect::from_ltrb(left, top, right, bottom) {
            path.push_rect(rect);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// A part of the em as krilla wants it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "widths of the font are far below what is exact"
)]
fn em(units: u32) -> f32 {
    (f64::from(units) / f64::from(EM)) as f32
}

fn write(surface: &mut Surface<'_>, fonts: &Fonts, text: &Text) {
    let font = match text.face {
        Face::Regular => &fonts.regular,
        Face::Bold => &fonts.bold,
    };
    let glyphs: Vec<KrillaGlyph> = text
        .face
        .glyphs(&text.text)
        .into_iter()
        .map(|glyph| {
            let id = GlyphId::new(glyph.id);
            KrillaGlyph::new(
                id,
                em(glyph.width),
                0.0,
                0.0,
                0.0,
                glyph.start..glyph.end,
                None,
            )
        })
        .collect();
    let start = Point::from_xy(points(text.rect.x), points(text.base()));
    let size = points(text.size);
    surface.draw_glyphs(start, &glyphs, font.clone(), &text.text, size, false);
}
