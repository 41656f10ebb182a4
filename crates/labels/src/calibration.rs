//! The card that a scanner is set up with: numbered codes, to be scanned from the first to the last.
//!
//! What the codes are, and what the answers to them tell, is the caller's matter.

use crate::font::Face;
use crate::layout::code_in;
use crate::piece::{Page, Piece};
use crate::text::{Sizes, Text, line, paragraphs};
use crate::unit::Rect;
use crate::{Label, LabelError, Size, Symbology};

/// A calibration card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// What stands at the top of each page.
    pub title: String,
    /// What to do with the card, in paragraphs.
    pub introduction: Vec<String>,
    /// In the order in which they are scanned.
    pub steps: Vec<Step>,
}

/// One code to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is found out or set by it.
    pub heading: String,
    /// What to do, and what to expect.
    pub text: String,
    /// What is scanned, exactly.
    pub code: String,
    /// How it is drawn.
    pub symbology: Symbology,
}

const MARGIN_UM: u32 = 15_000;
const TITLE_UM: u32 = 8_000;
const HEADING_UM: u32 = 5_000;
const TEXT_UM: u32 = 3_800;
const INTRODUCTION_UM: u32 = 30_000;
/// Far enough apart that a scanner never reads the next step's code.
const STEP_UM: u32 = 36_000;
const CODE_UM: u32 = 26_000;
/// The column of codes, and what lies between it and the texts.
const CODES_UM: u32 = 100_000;
const GAP_UM: u32 = 5_000;

impl Calibration {
    /// The card on paper: one step below the other, on as many pages as they take.
    ///
    /// # Errors
    /// A code cannot be drawn, does not fit its row, or the paper is too small for a single step.
    pub fn pages(&self, paper: Size) -> Result<Vec<Page>, LabelError> {
        let sheet = Rect::new(0, 0, paper.width_um, paper.height_um).inside(MARGIN_UM);
        let mut pages: Vec<Page> = Vec::new();
        let mut free = Rect { height: 0, ..sheet };
        let mut number = 0_u32;
        for step in &self.steps {
            if free.height < STEP_UM {
                let (page, below) = self.page(paper, sheet, pages.is_empty());
                pages.push(page);
                free = below;
            }
            if free.height < STEP_UM || free.width <= CODES_UM {
                return Err(LabelError::Sheet {
                    sheet: self.title.clone(),
                    why: "a calibration card needs paper as large as A4 or Letter",
                });
            }
            number = number.saturating_add(1);
            let pieces = step.place(number, free)?;
            if let Some(page) = pages.last_mut() {
                page.pieces.extend(pieces);
            }
            free.y = free.y.saturating_add(STEP_UM);
            free.height = free.height.saturating_sub(STEP_UM);
        }
        Ok(pages)
    }

    /// The steps as labels, for a printer that knows single labels only.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        let label = |(number, step): (u32, &Step)| Label {
            code: step.code.clone(),
            symbology: step.symbology,
            title: format!("{number}. {}", step.heading),
            lines: vec![step.text.clone()],
            check: None,
        };
        (1..).zip(&self.steps).map(label).collect()
    }

    /// A page with its title, and what is free below.
    fn page(&self, paper: Size, sheet: Rect, first: bool) -> (Page, Rect) {
        let sizes = Sizes {
            min: TEXT_UM,
            max: TITLE_UM,
        };
        let title = line(&self.title, Face::Bold, sizes, sheet);
        let mut y = title.as_ref().map_or(sheet.y, |title| title.rect.bottom());
        let mut texts: Vec<Text> = title.into_iter().collect();
        if first {
            let area = Rect {
                y,
                height: INTRODUCTION_UM,
                ..sheet
            };
            texts.extend(text(&self.introduction, area));
            y = texts.last().map_or(y, |last| last.rect.bottom());
        }
        let y = y.saturating_add(GAP_UM);
        let free = Rect {
            y,
            height: sheet.bottom().saturating_sub(y),
            ..sheet
        };
        let page = Page {
            width: paper.width_um,
            height: paper.height_um,
            pieces: texts.into_iter().map(Piece::Text).collect(),
        };
        (page, free)
    }
}

impl Step {
    /// The code on the left, number, heading and text on its right.
    fn place(&self, number: u32, free: Rect) -> Result<Vec<Piece>, LabelError> {
        let label = Label {
            code: self.code.clone(),
            symbology: self.symbology,
            title: self.heading.clone(),
            lines: Vec::new(),
            check: None,
        };
        let area = Rect {
            width: CODES_UM,
            height: CODE_UM,
            ..free
        };
        let mut pieces = vec![Piece::Code(code_in(&label, area)?)];
        let taken = CODES_UM.saturating_add(GAP_UM);
        let right = Rect {
            x: free.x.saturating_add(taken),
            width: free.width.saturating_sub(taken),
            height: CODE_UM.saturating_add(GAP_UM),
            ..free
        };
        let sizes = Sizes {
            min: TEXT_UM,
            max: HEADING_UM,
        };
        let heading = format!("{number}. {}", self.heading);
        let heading = line(&heading, Face::Bold, sizes, right);
        let below = heading
            .as_ref()
            .map_or(right.y, |heading| heading.rect.bottom());
        let below = Rect {
            y: below,
            height: right.bottom().saturating_sub(below),
            ..right
        };
        pieces.extend(heading.map(Piece::Text));
        let texts = text(std::slice::from_ref(&self.text), below);
        pieces.extend(texts.into_iter().map(Piece::Text));
        Ok(pieces)
    }
}

fn text(texts: &[String], area: Rect) -> Vec<Text> {
    let sizes = Sizes {
        min: TEXT_UM * 2 / 3,
        max: TEXT_UM,
    };
    paragraphs(texts, Face::Regular, sizes, area)
}
