//! What a page is made of, before anything is drawn.

use crate::symbol::Symbol;
use crate::text::Text;
use crate::unit::Rect;

/// One page, in micrometres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
    /// All that is on it.
    pub pieces: Vec<Piece>,
}

/// One thing on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A code.
    Code(Code),
    /// A line of text.
    Text(Text),
    /// The outline of a rectangle, drawn inside of it.
    Frame {
        /// What it goes around.
        rect: Rect,
        /// How thick it is.
        thickness: u32,
    },
}

/// A code at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// What it covers, without its quiet zone.
    pub rect: Rect,
    /// The width of one module.
    pub module: u32,
    /// Its modules.
    pub symbol: Symbol,
}

impl Code {
    /// What has to stay white but for the code itself: bars need that at their sides only.
    #[must_use]
    pub fn clear(&self) -> Rect {
        let quiet = self.symbol.quiet().saturating_mul(self.module);
        let ends = if self.symbol.is_bars() { 0 } else { quiet };
        self.rect.around(quiet, ends)
    }

    /// Its dark rectangles, from above and from the left.
    pub(crate) fn dark(&self) -> Vec<Rect> {
        let height = if self.symbol.is_bars() {
            self.rect.height
        } else {
            self.module
        };
        let mut y = self.rect.y;
        let mut rects = Vec::new();
        for row in self.symbol.rows() {
            for (start, length) in Symbol::stretches(row) {
                let x = self
                    .rect
                    .x
                    .saturating_add(start.saturating_mul(self.module));
                rects.push(Rect::new(x, y, length.saturating_mul(self.module), height));
            }
            y = y.saturating_add(height);
        }
        rects
    }
}

impl Piece {
    /// What belongs to this piece alone: of a code with its quiet zone.
    #[must_use]
    pub fn clear(&self) -> Rect {
        match self {
            Self::Code(code) => code.clear(),
            Self::Text(text) => text.rect,
            Self::Frame { rect, .. } => *rect,
        }
    }

    /// The same piece, moved to the right and down.
    pub(crate) fn moved(mut self, x: u32, y: u32) -> Self {
        let rect = match &mut self {
            Self::Code(code) => &mut code.rect,
            Self::Text(text) => &mut text.rect,
            Self::Frame { rect, .. } => rect,
        };
        *rect = rect.moved(x, y);
        self
    }
}
