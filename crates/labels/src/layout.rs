//! Where things lie on one label.
//!
//! Bars lie below the text, since they need the whole width. A square lies beside, below or above
//! it, whichever leaves most for the title and the code. The title is as large as it fits.

use crate::font::Face;
use crate::piece::{Code, Piece};
use crate::symbol::Symbol;
use crate::text::{Sizes, Text, line, line_height, paragraphs, size_of_height};
use crate::unit::{Rect, Resolution};
use crate::{Label, LabelError, Size};

/// No printer prints more; somebody took micrometres for millimetres.
const SIZE_UM_MAX: u32 = 2_000_000;
/// White at the edges, since no printer hits a label to the hair. Less on very small labels.
const PADDING_UM: u32 = 1_500;
/// Between a code and its texts.
const GAP_UM: u32 = 1_000;
/// Bars that are lower are hard to hit with a scanner that reads one line.
const BARS_HEIGHT_UM_MIN: u32 = 5_000;
const BARS_HEIGHT_UM_MAX: u32 = 30_000;
/// Larger modules only make a code harder to get into the picture.
const BARS_MODULE_UM_MAX: u32 = 750;
const SQUARE_MODULE_UM_MAX: u32 = 1_500;
/// A label that people cannot read is refused, like one that scanners cannot.
const TEXT_WIDTH_UM_MIN: u32 = 8_000;
/// With check digits beside the title.
const CHECKED_WIDTH_UM_MIN: u32 = 16_000;
const TEXT_HEIGHT_UM_MIN: u32 = 2_600;
const TITLE_UM_MIN: u32 = 2_000;
const TITLE_UM_MAX: u32 = 30_000;
const LINE_UM_MIN: u32 = 1_800;
const LINE_UM_MAX: u32 = 5_500;
/// Check digits stay smaller than the title, so that nobody takes them for it.
const CHECK_UM_MAX: u32 = 9_000;

/// A label before anything lies on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Space {
    resolution: Resolution,
    size: Size,
    width: u32,
    height: u32,
    padding: u32,
}

/// One way to lay it out.
struct Way {
    pieces: Vec<Piece>,
    /// How well people and scanners are served.
    worth: u32,
}

/// Lays one label out, in units of the medium.
///
/// # Errors
/// The code cannot be drawn, or the label is too small for it.
pub(crate) fn place(
    label: &Label,
    size: Size,
    resolution: Resolution,
) -> Result<Vec<Piece>, LabelError> {
    if size.width_um.max(size.height_um) > SIZE_UM_MAX {
        return Err(LabelError::Sheet {
            sheet: label.title.clone(),
            why: "a label is no longer than two metres: check the unit of its size",
        });
    }
    let symbol = Symbol::of(label)?;
    let space = Space::new(size, resolution);
    let ways = if symbol.is_bars() {
        vec![space.bars_below(label, &symbol)]
    } else {
        vec![
            space.square_beside(label, &symbol),
            space.square_with_lines_beside(label, &symbol),
            space.square_above(label, &symbol),
        ]
    };
    let best = ways
        .into_iter()
        .flatten()
        .reduce(|best, way| if way.worth > best.worth { way } else { best });
    let Some(best) = best else {
        return Err(space.too_small(label, &symbol));
    };
    Ok(best.pieces)
}

impl Space {
    fn new(size: Size, resolution: Resolution) -> Self {
        let width = resolution.units(size.width_um);
        let height = resolution.units(size.height_um);
        Self {
            resolution,
            size,
            width,
            height,
            padding: resolution.units(PADDING_UM).min(width.min(height) / 14),
        }
    }

    fn units(&self, um: u32) -> u32 {
        self.resolution.units(um)
    }

    fn inner(&self) -> Rect {
        Rect::new(0, 0, self.width, self.height).inside(self.padding)
    }

    /// The largest module with which so much of a code is no longer than a length.
    fn module(&self, symbol: &Symbol, limits: &[(u32, u32)]) -> Option<u32> {
        let max = if symbol.is_bars() {
            BARS_MODULE_UM_MAX
        } else {
            SQUARE_MODULE_UM_MAX
        };
        let fits = limits
            .iter()
            .map(|(length, modules)| length / modules.max(&1));
        let min = self.module_min(symbol);
        let module = fits.min().unwrap_or(0).min(self.units(max).max(min));
        (module >= min).then_some(module)
    }

    fn module_min(&self, symbol: &Symbol) -> u32 {
        self.resolution.units_at_least(symbol.module_um_min())
    }

    /// The texts above, the bars below them over the whole width.
    fn bars_below(&self, label: &Label, symbol: &Symbol) -> Option<Way> {
        let inner = self.inner();
        let all = symbol.columns() + 2 * symbol.quiet();
        let limits = [(self.width, all), (inner.width, symbol.columns())];
        let module = self.module(symbol, &limits)?;
        let gap = self.units(GAP_UM);
        let height = (inner.height * 45 / 100).clamp(
            self.units(BARS_HEIGHT_UM_MIN),
            self.units(BARS_HEIGHT_UM_MAX),
        );
        let above = inner.height.checked_sub(height + gap)?;
        let width = symbol.columns() * module;
        let rect = Rect::new(
            (self.width - width) / 2,
            inner.bottom() - height,
            width,
            height,
        );
        let area = Rect {
            height: above,
            ..inner
        };
        self.way(label, symbol, rect, module, &[self.block(label, area)?])
    }

    /// The square on the left, all texts on its right.
    fn square_beside(&self, label: &Label, symbol: &Symbol) -> Option<Way> {
        let inner = self.inner();
        let all = symbol.columns() + 2 * symbol.quiet();
        let limits = [(self.height, all), (inner.height, symbol.columns())];
        let wide = self.module(symbol, &[(self.width * 2 / 5, all)]);
        let module = self.module(symbol, &limits)?;
        let module = module.min(wide.unwrap_or_else(|| self.module_min(symbol)));
        let rect = self.square(
            symbol,
            module,
            (self.height - symbol.columns() * module) / 2,
        );
        let area = self.right_of(rect, symbol, module, inner)?;
        self.way(label, symbol, rect, module, &[self.block(label, area)?])
    }

    /// The title over the whole width; below it the square on the left, the other texts on its right.
    fn square_with_lines_beside(&self, label: &Label, symbol: &Symbol) -> Option<Way> {
        if self.height > self.width {
            return None;
        }
        let inner = self.inner();
        let band = Rect {
            height: inner.height * 2 / 5,
            ..inner
        };
        let title = line(&label.title, Face::Bold, self.title_sizes(), band)?;
        let all = symbol.columns() + 2 * symbol.quiet();
        let top = title.rect.bottom();
        let free = inner.bottom().checked_sub(top)?;
        // The quiet zone may lie in the border of the label, but not in the title.
        let quiet_above = symbol.columns() + symbol.quiet();
        let limits = [
            (self.height - top, all),
            (free, quiet_above),
            (self.width * 2 / 5, all),
        ];
        let module = self.module(symbol, &limits)?;
        let side = symbol.columns() * module;
        let y = (inner.bottom() - side).min(self.height - side - symbol.quiet() * module);
        let rect = self.square(symbol, module, y);
        let area = Rect {
            y: top,
            height: free,
            ..self.right_of(rect, symbol, module, inner)?
        };
        let others = Label {
            title: String::new(),
            ..label.clone()
        };
        let block = self.block(&others, area).unwrap_or_default();
        self.way(
            label,
            symbol,
            rect,
            module,
            &[vec![Piece::Text(title)], block],
        )
    }

    /// The square above, the texts below: for labels that stand upright.
    fn square_above(&self, label: &Label, symbol: &Symbol) -> Option<Way> {
        let inner = self.inner();
        let all = symbol.columns() + 2 * symbol.quiet();
        let limits = [
            (self.width, all),
            (inner.width, symbol.columns()),
            (inner.height * 3 / 5, all),
        ];
        let module = self.module(symbol, &limits)?;
        let side = symbol.columns() * module;
        let quiet = symbol.quiet() * module;
        let rect = Rect::new((self.width - side) / 2, self.padding.max(quiet), side, side);
        let top = rect.bottom() + quiet.max(self.units(GAP_UM));
        let area = Rect {
            y: top,
            height: inner.bottom().checked_sub(top)?,
            ..inner
        };
        self.way(label, symbol, rect, module, &[self.block(label, area)?])
    }

    /// A square at the left edge.
    fn square(&self, symbol: &Symbol, module: u32, y: u32) -> Rect {
        let side = symbol.columns() * module;
        let x = self.padding.max(symbol.quiet() * module);
        Rect::new(x, y, side, side)
    }

    /// What is left on the right of a square; none when nobody could read anything there.
    fn right_of(&self, rect: Rect, symbol: &Symbol, module: u32, inner: Rect) -> Option<Rect> {
        let quiet = symbol.quiet() * module;
        let x = rect.right() + quiet.max(self.units(GAP_UM));
        let width = inner.right().checked_sub(x)?;
        (width >= self.units(TEXT_WIDTH_UM_MIN)).then_some(Rect { x, width, ..inner })
    }

    fn way(
        &self,
        label: &Label,
        symbol: &Symbol,
        rect: Rect,
        module: u32,
        blocks: &[Vec<Piece>],
    ) -> Option<Way> {
        let texts = blocks.concat();
        let title = texts.iter().find_map(|piece| match piece {
            Piece::Text(text) if text.face == Face::Bold => Some(text),
            Piece::Text(_) | Piece::Code(_) | Piece::Frame { .. } => None,
        });
        let framed = texts
            .iter()
            .any(|piece| matches!(piece, Piece::Frame { .. }));
        if (title.is_none() && !label.title.trim().is_empty()) || framed != label.check.is_some() {
            return None;
        }
        // A title that had to be cut may be that of another place as well.
        let whole = title.filter(|title| title.text == Face::Bold.printable(&label.title));
        let worth = whole.map_or(0, |title| title.size) + 4 * module;
        let mut pieces = vec![Piece::Code(Code {
            rect,
            module,
            symbol: symbol.clone(),
        })];
        pieces.extend(texts);
        Some(Way { pieces, worth })
    }

    fn title_sizes(&self) -> Sizes {
        Sizes {
            min: self.units(TITLE_UM_MIN),
            max: self.units(TITLE_UM_MAX),
        }
    }

    /// Title, lines and check digits in an area; none when it is too low for the title.
    fn block(&self, label: &Label, area: Rect) -> Option<Vec<Piece>> {
        if area.height < self.units(TEXT_HEIGHT_UM_MIN) {
            return None;
        }
        let mut pieces = Vec::new();
        let mut area = area;
        if let Some((check, width)) = self.check(label, area) {
            pieces.extend(check);
            area.width = area.width.saturating_sub(width + self.units(GAP_UM));
        }
        let texts = self.texts(label, area);
        let (Some(first), Some(last)) = (texts.first(), texts.last()) else {
            return Some(pieces);
        };
        let (first, last) = (first.rect.y, last.rect.bottom());
        // What is left over goes above and below in equal parts.
        let down = area
            .bottom()
            .saturating_sub(last)
            .saturating_sub(first - area.y)
            / 2;
        pieces.splice(
            0..0,
            texts
                .into_iter()
                .map(|text| Piece::Text(text).moved(0, down)),
        );
        Some(pieces)
    }

    /// The title, and below it the lines.
    fn texts(&self, label: &Label, area: Rect) -> Vec<Text> {
        let some_lines = label.lines.iter().any(|line| !line.trim().is_empty());
        let sizes = Sizes {
            min: self.units(LINE_UM_MIN),
            max: self
                .units(LINE_UM_MAX)
                .min(self.height / 6)
                .max(self.units(LINE_UM_MIN)),
        };
        let mut band = area;
        if some_lines && area.height * 3 / 5 >= line_height(self.units(TITLE_UM_MIN)) {
            band.height = area.height * 3 / 5;
        }
        let title = line(&label.title, Face::Bold, self.title_sizes(), band);
        let top = title.as_ref().map_or(area.y, |title| title.rect.bottom());
        let below = Rect {
            y: top,
            height: area.bottom().saturating_sub(top),
            ..area
        };
        let mut texts: Vec<Text> = title.into_iter().collect();
        texts.extend(paragraphs(&label.lines, Face::Regular, sizes, below));
        texts
    }

    /// The check digits in a frame at the right edge of an area, and how wide that is.
    fn check(&self, label: &Label, area: Rect) -> Option<(Vec<Piece>, u32)> {
        let text = label.check.as_deref()?;
        let size_max = size_of_height(area.height / 2).min(self.units(CHECK_UM_MAX));
        let sizes = Sizes {
            min: self.units(TITLE_UM_MIN),
            max: size_max.max(self.units(TITLE_UM_MIN)),
        };
        let least = self.units(CHECKED_WIDTH_UM_MIN / 3).min(area.width / 2);
        let part = Rect {
            width: (area.width / 7).max(least),
            ..area
        };
        let whole = Face::Bold.printable(text);
        // Half of them prove nothing.
        let text = line(text, Face::Bold, sizes, part).filter(|text| text.text == whole)?;
        let border = (text.size / 5).max(2);
        let width = text.rect.width + 2 * border;
        let height = (text.rect.height + border).min(area.height);
        let y = area.y + (area.height - height) / 2;
        let rect = Rect::new(area.right().checked_sub(width)?, y, width, height);
        let thickness = (text.size / 16).max(1);
        let text = text.centred(rect);
        Some((
            vec![Piece::Frame { rect, thickness }, Piece::Text(text)],
            width,
        ))
    }

    /// What would be large enough, said in millimetres.
    fn too_small(&self, label: &Label, symbol: &Symbol) -> LabelError {
        let module = self.module_min(symbol);
        let code = self.resolution.um(symbol.columns() * module);
        let quiet = self.resolution.um(symbol.quiet() * module);
        let side = code + 2 * quiet.max(PADDING_UM);
        let text = if label.check.is_some() {
            CHECKED_WIDTH_UM_MIN
        } else {
            TEXT_WIDTH_UM_MIN
        };
        let needed_um = if symbol.is_bars() {
            let above = GAP_UM + TEXT_HEIGHT_UM_MIN;
            let width = side.max(text + 2 * PADDING_UM);
            (width, BARS_HEIGHT_UM_MIN + above + 2 * PADDING_UM)
        } else {
            let width = code + quiet.max(PADDING_UM) + GAP_UM.max(quiet) + text + PADDING_UM;
            (width, side)
        };
        LabelError::TooSmall {
            code: label.code.clone(),
            symbology: label.symbology,
            needed_um,
            there_um: (self.size.width_um, self.size.height_um),
        }
    }
}

/// A code alone, in the middle of an area in micrometres, as large as it fits.
///
/// # Errors
/// The code cannot be drawn, or the area is too small for it.
pub(crate) fn code_in(label: &Label, area: Rect) -> Result<Code, LabelError> {
    let symbol = Symbol::of(label)?;
    let space = Space::new(Size::um(area.width, area.height), Resolution::PAPER);
    let all = symbol.columns() + 2 * symbol.quiet();
    let module = if symbol.is_bars() {
        space.module(&symbol, &[(area.width, all)])
    } else {
        space.module(&symbol, &[(area.width.min(area.height), all)])
    };
    let module = module.ok_or_else(|| space.too_small(label, &symbol))?;
    let width = symbol.columns() * module;
    let height = if symbol.is_bars() { area.height } else { width };
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    Ok(Code {
        rect: Rect::new(x, y, width, height),
        module,
        symbol,
    })
}
