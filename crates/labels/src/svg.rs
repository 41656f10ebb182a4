//! A page as SVG.

use std::fmt::Write as _;

use crate::font::Face;
use crate::piece::{Page, Piece};
use crate::text::Text;

/// What texts are written in. They are fitted to the width of the first, and `textLength` keeps them
/// within it when a viewer has another one only.
const FAMILY: &str = "DejaVu Sans Condensed, DejaVu Sans, Arial, Helvetica, sans-serif";

/// One page as an SVG document of its real size, in whole micrometres.
#[must_use]
pub fn svg(page: &Page) -> String {
    let mut svg = String::new();
    let (width, height) = (page.width, page.height);
    svg.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILY}\">\n",
            mm(width),
            mm(height),
        ),
    );
    // Scanners need light around a code, also where a viewer's own background is dark.
    put(
        &mut svg,
        format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"),
    );
    for piece in &page.pieces {
        write_piece(&mut svg, piece);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Writing to a string cannot fail.
fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    if svg.write_fmt(text).is_err() {
        debug_assert!(false, "a string takes what it is given");
    }
}

/// Millimetres with as many decimals as are needed.
fn mm(um: u32) -> String {
    let text = format!("{}.{:03}", um / 1000, um % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn write_piece(svg: &mut String, piece: &Piece) {
    match piece {
        Piece::Code(code) => {
            // One path: viewers leave no hairlines between its parts.
            svg.push_str("<path d=\"");
            for dark in code.dark() {
                let (x, y, width, height) = (dark.x, dark.y, dark.width, dark.height);
                put(svg, format_args!("M{x} {y}h{width}v{height}h-{width}z"));
            }
            svg.push_str("\"/>\n");
        }
        Piece::Text(text) => write_text(svg, text),
        Piece::Frame { rect, thickness } => {
            // A stroke lies half on either side of its line, and the frame goes inside.
            let half = thickness / 2;
            put(
                svg,
                format_args!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" \
                     stroke=\"#000\" stroke-width=\"{thickness}\"/>\n",
                    rect.x.saturating_add(half),
                    rect.y.saturating_add(half),
                    rect.width.saturating_sub(*thickness),
                    rect.height.saturating_sub(*thickness),
                ),
            );
        }
    }
}

fn write_text(svg: &mut String, text: &Text) {
    let weight = match text.face {
        Face::Bold => " font-weight=\"bold\"",
        Face::Regular => "",
    };
    put(
        svg,
        format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight} textLength=\"{}\" \
             lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">",
            text.rect.x,
            text.base(),
            text.size,
            text.rect.width,
        ),
    );
    for character in text.text.chars() {
        match character {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            other => svg.push(other),
        }
    }
    svg.push_str("</text>\n");
}
