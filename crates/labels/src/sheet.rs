//! How labels lie on paper: sheets as they are sold, and single labels of a roll.

use std::borrow::Cow;

use crate::layout::place as place_label;
use crate::piece::{Page, Piece};
use crate::unit::{Rect, Resolution};
use crate::{Label, LabelError};

/// The size of a label or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right, in micrometres.
    pub width_um: u32,
    /// From top to bottom, in micrometres.
    pub height_um: u32,
}

impl Size {
    /// A size in micrometres.
    #[must_use]
    pub const fn um(width: u32, height: u32) -> Self {
        Self {
            width_um: width,
            height_um: height,
        }
    }

    /// The paper of most of the world.
    pub const A4: Self = Self::um(210_000, 297_000);
    /// The paper of North America.
    pub const LETTER: Self = Self::um(215_900, 279_400);
}

/// A sheet of labels, or a single label of a roll as a page of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is called: paper, or `roll`, and the number or size of labels.
    pub name: Cow<'static, str>,
    /// The paper.
    pub page: Size,
    /// One label.
    pub label: Size,
    /// Labels beside each other.
    pub columns: u32,
    /// Labels below each other.
    pub rows: u32,
    /// From the left edge of the paper to the first label, in micrometres.
    pub left_um: u32,
    /// From the upper edge of the paper to the first label, in micrometres.
    pub top_um: u32,
    /// From the left edge of a label to that of the next, in micrometres.
    pub pitch_x_um: u32,
    /// From the upper edge of a label to that of the one below, in micrometres.
    pub pitch_y_um: u32,
    /// Whether each label has a thin frame, to be cut out of plain paper.
    pub frames: bool,
}

/// A sheet by its measures in micrometres.
const fn sheet(
    name: &'static str,
    page: Size,
    label: Size,
    grid: (u32, u32),
    corner: (u32, u32),
    pitch: (u32, u32),
) -> Sheet {
    Sheet {
        name: Cow::Borrowed(name),
        page,
        label,
        columns: grid.0,
        rows: grid.1,
        left_um: corner.0,
        top_um: corner.1,
        pitch_x_um: pitch.0,
        pitch_y_um: pitch.1,
        frames: false,
    }
}

/// A label of a roll.
const fn roll(name: &'static str, label: Size) -> Sheet {
    let pitch = (label.width_um, label.height_um);
    sheet(name, label, label, (1, 1), (0, 0), pitch)
}

/// Cards on plain paper, to be cut out.
const fn cards(name: &'static str, page: Size, label: Size, grid: (u32, u32)) -> Sheet {
    let left = (page.width_um - label.width_um * grid.0) / 2;
    let top = (page.height_um - label.height_um * grid.1) / 2;
    let pitch = (label.width_um, label.height_um);
    let mut cards = sheet(name, page, label, grid, (left, top), pitch);
    cards.frames = true;
    cards
}

/// The sheets that are known by name. The number is that of labels on the sheet, by which makers of
/// all brands sell the same measures.
pub const SHEETS: [Sheet; 17] = [
    sheet(
        "a4-8",
        Size::A4,
        Size::um(99_100, 67_700),
        (2, 4),
        (4_650, 13_100),
        (101_600, 67_700),
    ),
    sheet(
        "a4-14",
        Size::A4,
        Size::um(99_100, 38_100),
        (2, 7),
        (4_650, 15_150),
        (101_600, 38_100),
    ),
    sheet(
        "a4-21",
        Size::A4,
        Size::um(63_500, 38_100),
        (3, 7),
        (7_200, 15_150),
        (66_000, 38_100),
    ),
    sheet(
        "a4-24",
        Size::A4,
        Size::um(70_000, 37_000),
        (3, 8),
        (0, 500),
        (70_000, 37_000),
    ),
    sheet(
        "a4-24-gaps",
        Size::A4,
        Size::um(63_500, 33_900),
        (3, 8),
        (7_200, 12_900),
        (66_000, 33_900),
    ),
    sheet(
        "a4-40",
        Size::A4,
        Size::um(52_500, 29_700),
        (4, 10),
        (0, 0),
        (52_500, 29_700),
    ),
    sheet(
        "a4-65",
        Size::A4,
        Size::um(38_100, 21_200),
        (5, 13),
        (4_650, 10_700),
        (40_650, 21_200),
    ),
    cards("a4-cards", Size::A4, Size::um(95_000, 55_000), (2, 5)),
    sheet(
        "letter-10",
        Size::LETTER,
        Size::um(101_600, 50_800),
        (2, 5),
        (3_960, 12_700),
        (106_360, 50_800),
    ),
    sheet(
        "letter-30",
        Size::LETTER,
        Size::um(66_675, 25_400),
        (3, 10),
        (4_762, 12_700),
        (69_850, 25_400),
    ),
    sheet(
        "letter-80",
        Size::LETTER,
        Size::um(44_450, 12_700),
        (4, 20),
        (7_140, 12_700),
        (52_390, 12_700),
    ),
    cards(
        "letter-cards",
        Size::LETTER,
        Size::um(98_000, 50_000),
        (2, 5),
    ),
    roll("roll-50x25", Size::um(50_000, 25_000)),
    roll("roll-57x32", Size::um(57_000, 32_000)),
    roll("roll-62x29", Size::um(62_000, 29_000)),
    roll("roll-100x50", Size::um(100_000, 50_000)),
    roll("roll-100x150", Size::um(100_000, 150_000)),
];

/// How thick the frame of a card is.
const FRAME_UM: u32 = 200;

impl Sheet {
    /// The sheet of that name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SHEETS
            .into_iter()
            .find(|sheet| sheet.name.eq_ignore_ascii_case(name.trim()))
    }

    /// A single label of any size, as a page of its own.
    #[must_use]
    pub fn single(label: Size) -> Self {
        let name = format!("roll-{}x{}", label.width_um / 1000, label.height_um / 1000);
        Self {
            name: Cow::Owned(name),
            ..roll("", label)
        }
    }

    /// How many labels a sheet has.
    #[must_use]
    pub const fn labels(&self) -> u32 {
        self.columns.saturating_mul(self.rows)
    }

    /// Puts labels on as many pages as they take, row by row.
    ///
    /// `start` is the first label of the first page, counted from 1, so that a sheet of which some
    /// labels are used can be used up.
    ///
    /// # Errors
    /// A label cannot be drawn or its code does not fit, the start is not on the sheet, or the
    /// sheet's measures are not possible.
    pub fn pages(&self, labels: &[Label], start: u32) -> Result<Vec<Page>, LabelError> {
        self.check()?;
        if start == 0 || start > self.labels() {
            return Err(LabelError::Start {
                sheet: self.name.to_string(),
                labels: self.labels(),
                start,
            });
        }
        let mut pages: Vec<Page> = Vec::new();
        let mut free = start.saturating_sub(1);
        for label in labels {
            if free >= self.labels() {
                free = 0;
            }
            let first = free == 0 || pages.is_empty();
            if first {
                pages.push(self.empty());
            }
            let pieces = self.place(label, free)?;
            if let Some(page) = pages.last_mut() {
                page.pieces.extend(pieces);
            }
            free = free.saturating_add(1);
        }
        Ok(pages)
    }

    const fn empty(&self) -> Page {
        Page {
            width: self.page.width_um,
            height: self.page.height_um,
            pieces: Vec::new(),
        }
    }

    /// One label at its place, counted from 0.
    fn place(&self, label: &Label, place: u32) -> Result<Vec<Piece>, LabelError> {
        let columns = self.columns.max(1);
        let x = self
            .left_um
            .saturating_add((place % columns).saturating_mul(self.pitch_x_um));
        let y = self
            .top_um
            .saturating_add((place / columns).saturating_mul(self.pitch_y_um));
        // A frame is no part of a quiet zone.
        let border = if self.frames { FRAME_UM } else { 0 };
        let size = Size::um(
            self.label.width_um.saturating_sub(2 * border),
            self.label.height_um.saturating_sub(2 * border),
        );
        let pieces = place_label(label, size, Resolution::PAPER)?;
        let mut pieces: Vec<Piece> = pieces
            .into_iter()
            .map(|piece| piece.moved(border, border))
            .collect();
        if self.frames {
            pieces.push(Piece::Frame {
                rect: Rect::new(0, 0, self.label.width_um, self.label.height_um),
                thickness: FRAME_UM,
            });
        }
        Ok(pieces.into_iter().map(|piece| piece.moved(x, y)).collect())
    }

    /// Whether all labels lie on the paper, and none on another.
    fn check(&self) -> Result<(), LabelError> {
        let end = |first: u32, count: u32, pitch: u32, size: u32| {
            let last = u64::from(count.saturating_sub(1)) * u64::from(pitch);
            u64::from(first) + last + u64::from(size)
        };
        let label = self.label;
        let right = end(self.left_um, self.columns, self.pitch_x_um, label.width_um);
        let bottom = end(self.top_um, self.rows, self.pitch_y_um, label.height_um);
        let why = if self.labels() == 0 || self.labels() == u32::MAX {
            "it needs at least one row and one column, and fewer than it has"
        } else if label.width_um == 0 || label.height_um == 0 {
            "its labels have no size: give width and height in millimetres"
        } else if right > u64::from(self.page.width_um) {
            "its labels do not fit side by side on the page: check margin, pitch and columns"
        } else if bottom > u64::from(self.page.height_um) {
            "its labels do not fit below each other on the page: check margin, pitch and rows"
        } else if (self.columns > 1 && self.pitch_x_um < label.width_um)
            || (self.rows > 1 && self.pitch_y_um < label.height_um)
        {
            "its labels lie over each other: the pitch is smaller than the label"
        } else {
            return Ok(());
        };
        Err(LabelError::Sheet {
            sheet: self.name.to_string(),
            why,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Symbology;

    fn label(code: &str) -> Label {
        Label {
            code: code.to_owned(),
            symbology: Symbology::DataMatrix,
            title: code.to_owned(),
            lines: Vec::new(),
            check: None,
        }
    }

    #[test]
    fn every_named_sheet_is_possible_and_found_by_its_name() {
        for sheet in SHEETS {
            sheet.check().unwrap();
            assert_eq!(
                Sheet::named(&sheet.name.to_uppercase()),
                Some(sheet.clone())
            );
            sheet.pages(&[label("A1")], sheet.labels()).unwrap();
        }
    }

    #[test]
    fn a_partly_used_sheet_goes_on_where_it_is_free() {
        let sheet = Sheet::named("a4-65").unwrap();
        let labels: Vec<Label> = (0..70).map(|number| label(&format!("A{number}"))).collect();
        let pages = sheet.pages(&labels, 64).unwrap();
        let codes = |page: &Page| {
            let code = |piece: &&Piece| matches!(piece, Piece::Code(_));
            page.pieces.iter().filter(code).count()
        };
        assert_eq!(pages.iter().map(codes).collect::<Vec<_>>(), [2, 65, 3]);
        // The 64th is the fourth of the last row.
        let Some(Piece::Code(first)) = pages[0].pieces.first() else {
            panic!("a code comes first");
        };
        let cell = Rect::new(4_650 + 3 * 40_650, 10_700 + 12 * 21_200, 38_100, 21_200);
        assert!(cell.holds(first.clear()), "{:?}", first.rect);
        assert!(sheet.pages(&[], 1).unwrap().is_empty());
    }

    #[test]
    fn impossible_sheets_and_starts_are_refused() {
        let sheet = Sheet::named("a4-65").unwrap();
        for start in [0, 66] {
            let error = sheet.pages(&[label("A1")], start).unwrap_err();
            assert!(error.to_string().contains("labels 1 to 65"), "{error}");
        }
        for (wrong, word) in [
            (
                Sheet {
                    columns: 6,
                    ..sheet.clone()
                },
                "side by side",
            ),
            (
                Sheet {
                    rows: 14,
                    ..sheet.clone()
                },
                "below each other",
            ),
            (
                Sheet {
                    rows: 0,
                    ..sheet.clone()
                },
                "one row",
            ),
            (
                Sheet {
                    pitch_x_um: 30_000,
                    ..sheet.clone()
                },
                "over each other",
            ),
            (
                Sheet {
                    label: Size::um(0, 10),
                    ..sheet
                },
                "no size",
            ),
        ] {
            let error = wrong.pages(&[label("A1")], 1).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
