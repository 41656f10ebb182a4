//! Labels as a file: sheet, symbology and format, chosen where nobody said.

use labels::{
    Calibration, Dpi, Label, LabelError, Page, SHEETS, Sheet, Size, Symbology, pdf, svg, zpl,
};
use ledger_core::at_entry::Refusal;

use crate::kind::{Format, Kind};
use crate::select::{Content, Wanted};

/// The longest side of a single label that is asked for by its size, in millimetres.
const SIDE_MM_MAX: u32 = 1_000;
/// How fine label printers print while nobody said.
const DPI: u32 = 203;
const UM_OF_MM: u32 = 1_000;

/// What labels are printed on, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What kind of file they become.
    pub format: Format,
    /// The name of a sheet, or the size of a single label in millimetres, such as `50x30`.
    pub sheet: Option<String>,
    /// `code128`, `qr` or `datamatrix`; otherwise Code 128, and Data Matrix for all when that is
    /// too wide for one of them.
    pub symbology: Option<String>,
    /// The first free label of the first sheet, counted from 1.
    pub start: Option<u32>,
    /// How many dots in an inch a label printer prints: 203 or 300.
    pub dpi: Option<u32>,
}

impl Paper {
    /// As a format, with everything else as it is chosen where nobody says.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        Self {
            format,
            sheet: None,
            symbology: None,
            start: None,
            dpi: None,
        }
    }
}

/// Labels as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What kind of file it is.
    pub format: Format,
    /// The file.
    pub bytes: Vec<u8>,
    /// How many labels there are; of a calibration card, how many codes.
    pub labels: usize,
    /// How many pages, or single labels of a roll.
    pub pages: usize,
    /// The sheet's name.
    pub sheet: String,
    /// How the codes are drawn; a calibration card has several ways.
    pub symbology: Option<Symbology>,
}

/// Labels as they will lie on the first sheet, to be looked at before they are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The first sheet, or the first label of a roll, as SVG.
    pub svg: Vec<u8>,
    /// How many labels there are in all; of a calibration card, how many codes.
    pub labels: usize,
    /// How many sheets, or single labels of a roll.
    pub pages: usize,
    /// The sheet's name.
    pub sheet: String,
}

/// The names of the sheets, with how many labels each has.
pub fn sheet_names() -> impl Iterator<Item = (String, u32)> {
    SHEETS
        .into_iter()
        .map(|sheet| (sheet.name.to_string(), sheet.labels()))
}

/// The words of the symbologies that codes can be drawn in.
#[must_use]
pub fn symbologies() -> [&'static str; Symbology::ALL.len()] {
    Symbology::ALL.map(Symbology::word)
}

/// The sheets that have a name, one a line, with how many labels of what size in millimetres.
#[must_use]
pub fn sheets() -> String {
    let line = |sheet: &Sheet| {
        let Size {
            width_um,
            height_um,
        } = sheet.label;
        let (width, height) = (mm(width_um), mm(height_um));
        let (columns, rows) = (sheet.columns, sheet.rows);
        format!(
            "{:<14}{columns} × {rows} of {width} × {height} mm",
            sheet.name
        )
    };
    SHEETS.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Millimetres with one decimal where it is needed.
fn mm(um: u32) -> String {
    let tenths = (um + 50) / 100;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

impl Wanted {
    /// What they are for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Draws the labels. The same labels on the same paper are the same bytes.
    ///
    /// # Errors
    /// The sheet or symbology is not known (`bad-sheet`, `bad-symbology`), a code does not fit the
    /// label (`bad-label`), or the paper cannot be had in that format.
    pub fn document(&self, paper: &Paper) -> Result<Document, Refusal> {
        let on = self.on(paper)?;
        match &self.content {
            Content::Labels(labels) => self.of_labels(labels, &on),
            Content::Card(card) => self.of_card(card, &on),
        }
    }

    /// Draws the first sheet of what [`Self::document`] makes.
    ///
    /// # Errors
    /// As for the document, but for what concerns its format alone.
    pub fn preview(&self, paper: &Paper) -> Result<Preview, Refusal> {
        let on = self.on(paper)?;
        let (pages, labels) = match &self.content {
            Content::Labels(labels) => {
                let laid = in_symbology(labels, &on, |labels| {
                    Ok(on.sheet.pages(labels, on.start)?)
                });
                (laid?.0, labels.len())
            }
            Content::Card(card) => {
                let pages = card.pages(on.sheet.page).map_err(refused)?;
                (pages, card.steps.len())
            }
        };
        Ok(Preview {
            svg: pages.first().map(svg).unwrap_or_default().into_bytes(),
            labels,
            pages: pages.len(),
            sheet: on.sheet.name.to_string(),
        })
    }

    /// What the labels lie on.
    fn on<'a>(&self, paper: &'a Paper) -> Result<On<'a>, Refusal> {
        let sheet = match &paper.sheet {
            Some(name) => named(name)?,
            None => self.usual_sheet(paper.format)?,
        };
        let dpi = dpi(paper)?;
        let start = start(paper, &sheet)?;
        let is_card = matches!(self.content, Content::Card(_));
        if is_card && (paper.symbology.is_some() || start != 1) {
            let text = "a calibration card has its own codes, and a page of its own";
            let refusal = Refusal::new("bad-label", text);
            return Err(refusal.hint("leave out the symbology and where to start"));
        }
        Ok(On {
            paper,
            sheet,
            start,
            dpi,
        })
    }

    fn of_card(&self, card: &Calibration, on: &On<'_>) -> Result<Document, Refusal> {
        let format = on.paper.format;
        let (bytes, pages, sheet) = if format == Format::Zpl {
            let labels = card.labels();
            let drawn = zpl(&labels, on.sheet.label, on.dpi).map_err(refused)?;
            (drawn.into_bytes(), labels.len(), &*on.sheet.name)
        } else {
            let pages = card.pages(on.sheet.page).map_err(refused)?;
            // It lies on the paper as a whole, whatever labels that has.
            let paper = on.sheet.name.split('-').next().unwrap_or_default();
            (self.file(&pages, format, None)?, pages.len(), paper)
        };
        Ok(Document {
            format,
            bytes,
            labels: card.steps.len(),
            pages,
            sheet: sheet.to_owned(),
            symbology: None,
        })
    }

    fn of_labels(&self, labels: &[Label], on: &On<'_>) -> Result<Document, Refusal> {
        let drawn = in_symbology(labels, on, |labels| self.drawn(labels, on));
        let ((bytes, pages), symbology) = drawn?;
        Ok(Document {
            format: on.paper.format,
            bytes,
            labels: labels.len(),
            pages,
            sheet: on.sheet.name.to_string(),
            symbology: Some(symbology),
        })
    }

    /// The file and its pages.
    fn drawn(&self, labels: &[Label], on: &On<'_>) -> Result<(Vec<u8>, usize), Stopped> {
        if on.paper.format == Format::Zpl {
            let drawn = zpl(labels, on.sheet.label, on.dpi)?;
            return Ok((drawn.into_bytes(), labels.len()));
        }
        let pages = on.sheet.pages(labels, on.start)?;
        let file = self.file(&pages, on.paper.format, Some(&on.sheet));
        Ok((file.map_err(Stopped::Refused)?, pages.len()))
    }

    /// Pages as a file.
    fn file(
        &self,
        pages: &[Page],
        format: Format,
        sheet: Option<&Sheet>,
    ) -> Result<Vec<u8>, Refusal> {
        match (format, pages) {
            (Format::Svg, [page]) => Ok(svg(page).into_bytes()),
            (Format::Svg, _) => {
                let room = sheet.map_or(1, Sheet::labels);
                let text = format!(
                    "an SVG is one page, and this would take {}: a sheet has {room}",
                    pages.len()
                );
                Err(Refusal::new("bad-label", text).hint("choose PDF, or select fewer"))
            }
            (Format::Pdf | Format::Zpl, _) => {
                pdf(pages, &format!("Labels: {}", self.kind.word())).map_err(refused)
            }
        }
    }

    /// The sheet that suits while nobody said: large enough to be read where it hangs.
    fn usual_sheet(&self, format: Format) -> Result<Sheet, Refusal> {
        named(match (format, self.kind) {
            (Format::Zpl, Kind::Locations | Kind::Commands | Kind::Calibration) => "roll-100x50",
            (Format::Zpl, _) => "roll-57x32",
            (Format::Pdf | Format::Svg, Kind::Commands | Kind::Users | Kind::Reasons) => "a4-cards",
            (Format::Pdf | Format::Svg, Kind::Locations) => "a4-14",
            (Format::Pdf | Format::Svg, _) => "a4-21",
        })
    }
}

/// Draws labels in the symbology that was asked for; where nobody said, in Code 128, and all of them
/// as Data Matrix when that is too wide for one: whoever reads one of a sheet reads the others too.
fn in_symbology<T>(
    labels: &[Label],
    on: &On<'_>,
    draw: impl Fn(&[Label]) -> Result<T, Stopped>,
) -> Result<(T, Symbology), Refusal> {
    let draw_in = |symbology| {
        let labels = labels.iter().cloned();
        let labels = labels.map(|label| Label { symbology, ..label });
        draw(&labels.collect::<Vec<_>>())
    };
    let said = on.paper.symbology.as_deref().map(symbology).transpose()?;
    let mut symbology = said.unwrap_or(Symbology::Code128);
    let mut drawn = draw_in(symbology);
    if said.is_none() && matches!(drawn, Err(Stopped::TooWide(_))) {
        symbology = Symbology::DataMatrix;
        drawn = draw_in(symbology);
    }
    Ok((drawn.map_err(Stopped::refusal)?, symbology))
}

/// What labels lie on.
struct On<'a> {
    paper: &'a Paper,
    sheet: Sheet,
    start: u32,
    dpi: Dpi,
}

/// Why labels were not drawn.
enum Stopped {
    /// A code does not go onto its label in this symbology; in another one it may.
    TooWide(LabelError),
    /// Something else.
    Refused(Refusal),
}

impl From<LabelError> for Stopped {
    fn from(error: LabelError) -> Self {
        let may_go_elsewhere = matches!(
            error,
            LabelError::TooSmall { .. } | LabelError::TooLong { .. } | LabelError::Character { .. }
        );
        if may_go_elsewhere {
            return Self::TooWide(error);
        }
        Self::Refused(refused(error))
    }
}

impl Stopped {
    fn refusal(self) -> Refusal {
        match self {
            Self::TooWide(error) => refused(error),
            Self::Refused(refusal) => refusal,
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are turned into others"
)]
fn refused(error: LabelError) -> Refusal {
    let code = if matches!(error, LabelError::Sheet { .. }) {
        "bad-sheet"
    } else if matches!(error, LabelError::Start { .. }) {
        "bad-start"
    } else {
        "bad-label"
    };
    Refusal::new(code, error.to_string())
}

/// The sheet of a name or a size.
fn named(name: &str) -> Result<Sheet, Refusal> {
    let found = Sheet::named(name).or_else(|| single(name));
    found.ok_or_else(|| {
        let names = SHEETS.map(|sheet| sheet.name);
        let refusal = Refusal::new("bad-sheet", format!("there is no sheet {name:?}"));
        refusal.hint(format!(
            "choose one of {}, or the size of a single label in millimetres, such as 50x30",
            names.join(", ")
        ))
    })
}

/// A single label by its size in millimetres: `50x30`, or `roll-50x30`.
fn single(text: &str) -> Option<Sheet> {
    let text = text.trim().to_ascii_lowercase();
    let (width, height) = text
        .strip_prefix("roll-")
        .unwrap_or(&text)
        .split_once('x')?;
    let side = |text: &str| {
        let mm: u32 = text.parse().ok()?;
        (1..=SIDE_MM_MAX)
            .contains(&mm)
            .then(|| mm.saturating_mul(UM_OF_MM))
    };
    Some(Sheet::single(Size::um(side(width)?, side(height)?)))
}

fn symbology(word: &str) -> Result<Symbology, Refusal> {
    let known = Symbology::of_word(word).filter(|known| Symbology::ALL.contains(known));
    known.ok_or_else(|| {
        let refusal = Refusal::new("bad-symbology", format!("there is no symbology {word:?}"));
        refusal.hint("choose code128, qr or datamatrix")
    })
}

fn dpi(paper: &Paper) -> Result<Dpi, Refusal> {
    if paper.dpi.is_some() && paper.format != Format::Zpl {
        let text = "only ZPL goes by the dots of a printer";
        return Err(Refusal::new("bad-dpi", text).hint("leave out the dots, or choose ZPL"));
    }
    let dots = paper.dpi.unwrap_or(DPI);
    Dpi::of(dots).ok_or_else(|| {
        let refusal = Refusal::new("bad-dpi", format!("labels are not made for {dots} dpi"));
        refusal.hint("choose 203 or 300, whichever the label printer has")
    })
}

/// The first free label; a label printer has single labels only.
fn start(paper: &Paper, sheet: &Sheet) -> Result<u32, Refusal> {
    let start = paper.start.unwrap_or(1);
    if paper.format == Format::Zpl && sheet.labels() > 1 {
        let text = format!(
            "a label printer prints single labels, not sheets as {}",
            sheet.name
        );
        let hint = "choose a roll, or the size of a label in millimetres, such as 50x30";
        return Err(Refusal::new("bad-sheet", text).hint(hint));
    }
    if start == 0 || start > sheet.labels() {
        let sheet_error = LabelError::Start {
            sheet: sheet.name.to_string(),
            labels: sheet.labels(),
            start,
        };
        return Err(refused(sheet_error));
    }
    Ok(start)
}
