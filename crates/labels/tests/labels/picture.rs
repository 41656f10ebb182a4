//! Pictures of labels, and the decoder that judges them.

use labels::{Page, Symbology};
use resvg::{tiny_skia, usvg};
use rxing::{BarcodeFormat, RXingResultMetadataType, RXingResultMetadataValue};

/// A picture in grey: 0 is black.
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) grey: Vec<u8>,
}

/// An SVG document as a printer of so many dots in an inch puts it on paper.
pub(crate) fn of_svg(svg: &str, dpi: f32) -> Picture {
    let options = usvg::Options {
        dpi: 96.0,
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).unwrap();
    let scale = dpi / 96.0;
    let size = tree.size().scale_by(scale).unwrap().to_int_size();
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Picture {
        width: size.width(),
        height: size.height(),
        grey: pixels.pixels().iter().map(|pixel| pixel.green()).collect(),
    }
}

/// A page as an SVG at 300 dpi.
pub(crate) fn of_page(page: &Page) -> Picture {
    of_svg(&labels::svg(page), 300.0)
}

impl Picture {
    /// What the decoder reads, when it looks for one symbology. Codes of GS1 begin with the mark by
    /// which scanners tell them.
    pub(crate) fn read(&self, symbology: Symbology) -> Option<String> {
        let format = match symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => BarcodeFormat::CODE_128,
            Symbology::Qr => BarcodeFormat::QR_CODE,
            Symbology::DataMatrix | Symbology::Gs1DataMatrix => BarcodeFormat::DATA_MATRIX,
        };
        let gs1 = matches!(symbology, Symbology::Gs1Code128 | Symbology::Gs1DataMatrix);
        let mut hints = rxing::DecodeHints {
            AssumeGs1: Some(gs1),
            ..rxing::DecodeHints::default()
        };
        let result = rxing::helpers::detect_in_luma_with_hints(
            self.grey.clone(),
            self.width,
            self.height,
            Some(format),
            &mut hints,
        );
        let result = result.ok()?;
        let text = result.getText();
        if !gs1 || text.starts_with("]C1") {
            return Some(text.to_owned());
        }
        // Of squares the decoder tells the mark aside.
        let marks = result.getRXingResultMetadata();
        let mark = marks.get(&RXingResultMetadataType::SYMBOLOGY_IDENTIFIER)?;
        let RXingResultMetadataValue::SymbologyIdentifier(mark) = mark else {
            return None;
        };
        Some(format!("{mark}{text}"))
    }

    /// A part of it.
    pub(crate) fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Self {
        let rows = self.grey.chunks(self.width as usize);
        let rows = rows.skip(y as usize).take(height as usize);
        let row = |row: &[u8]| row[x as usize..(x + width) as usize].to_vec();
        Self {
            width,
            height,
            grey: rows.flat_map(row).collect(),
        }
    }
}
