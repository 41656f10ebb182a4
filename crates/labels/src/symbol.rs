//! Codes as modules: the bars of Code 128 and the squares of QR and Data Matrix.

use datamatrix::{DataMatrix, SymbolList};
use qrcode::{EcLevel, QrCode};

use crate::code128::{self, Run};
use crate::{CODE_BYTES_MAX, Label, LabelError, Symbology};

/// A code in modules, without any size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// How it is drawn.
    symbology: Symbology,
    /// Modules from left to right.
    columns: u32,
    /// Row by row: true is dark. Bars have one row.
    dark: Vec<bool>,
    /// The sets of Code 128; empty for others.
    runs: Vec<Run>,
}

impl Symbol {
    /// The code of a label.
    ///
    /// # Errors
    /// The code is empty, too long, or has characters that the symbology does not know.
    pub(crate) fn of(label: &Label) -> Result<Self, LabelError> {
        if label.code.is_empty() {
            let title = label.title.clone();
            return Err(LabelError::Empty { title });
        }
        if label.code.len() > CODE_BYTES_MAX {
            return Err(too_long(&label.code));
        }
        match label.symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => bars(&label.code, label.symbology),
            Symbology::Qr => qr(&label.code),
            Symbology::DataMatrix | Symbology::Gs1DataMatrix => {
                data_matrix(&label.code, label.symbology)
            }
        }
    }

    /// How it is drawn.
    #[must_use]
    pub const fn symbology(&self) -> Symbology {
        self.symbology
    }

    /// Modules from left to right, without the quiet zone.
    #[must_use]
    pub const fn columns(&self) -> u32 {
        self.columns
    }

    /// Modules that stay white on the left and right, and of a square all around.
    #[must_use]
    pub const fn quiet(&self) -> u32 {
        match self.symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => 10,
            Symbology::Qr => 4,
            // The standard asks for one; cheap imagers are grateful for a second.
            Symbology::DataMatrix | Symbology::Gs1DataMatrix => 2,
        }
    }

    /// The smallest module that a cheap scanner reads from a common printer, in micrometres: for
    /// bars 0.25 mm (10 mil), for squares 0.33 mm (13 mil).
    pub(crate) const fn module_um_min(&self) -> u32 {
        match self.symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => 250,
            Symbology::Qr | Symbology::DataMatrix | Symbology::Gs1DataMatrix => 330,
        }
    }

    /// Whether it is one row of bars, as high as one likes.
    pub(crate) const fn is_bars(&self) -> bool {
        matches!(self.symbology, Symbology::Code128 | Symbology::Gs1Code128)
    }

    /// The sets of Code 128.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Its rows, from above: true is dark.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[bool]> {
        let columns = usize::try_from(self.columns).unwrap_or(usize::MAX).max(1);
        self.dark.chunks(columns)
    }

    /// The dark stretches of a row: where each begins, and how many modules it has.
    pub(crate) fn stretches(row: &[bool]) -> Vec<(u32, u32)> {
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        let mut place: u32 = 0;
        for dark in row {
            match stretches.last_mut() {
                Some((start, length)) if *dark && start.saturating_add(*length) == place => {
                    *length = length.saturating_add(1);
                }
                _ if *dark => stretches.push((place, 1)),
                _ => {}
            }
            place = place.saturating_add(1);
        }
        stretches
    }
}

fn too_long(code: &str) -> LabelError {
    LabelError::TooLong {
        start: code.chars().take(20).collect(),
        bytes: code.len(),
    }
}

fn ascii(code: &str, symbology: Symbology) -> Result<(), LabelError> {
    let Some(character) = code.chars().find(|c| !c.is_ascii()) else {
        return Ok(());
    };
    Err(LabelError::Character {
        code: code.to_owned(),
        symbology,
        character,
    })
}

fn bars(code: &str, symbology: Symbology) -> Result<Symbol, LabelError> {
    ascii(code, symbology)?;
    let runs = code128::runs(&match symbology {
        Symbology::Gs1Code128 => code128::gs1(code),
        Symbology::Code128 | Symbology::Qr | Symbology::DataMatrix | Symbology::Gs1DataMatrix => {
            code.as_bytes().to_vec()
        }
    });
    let dark = code128::modules(&runs).ok_or_else(|| too_long(code))?;
    Ok(Symbol {
        symbology,
        columns: u32::try_from(dark.len()).unwrap_or(u32::MAX),
        dark,
        runs,
    })
}

fn qr(code: &str) -> Result<Symbol, LabelError> {
    // M mends about 15 % of dirt and scratches, the usual choice for labels.
    let Ok(code) = QrCode::with_error_correction_level(code, EcLevel::M) else {
        return Err(too_long(code));
    };
    Ok(Symbol {
        symbology: Symbology::Qr,
        columns: u32::try_from(code.width()).unwrap_or(u32::MAX),
        dark: code
            .to_colors()
            .into_iter()
            .map(|color| color == qrcode::Color::Dark)
            .collect(),
        runs: Vec::new(),
    })
}

fn data_matrix(code: &str, symbology: Symbology) -> Result<Symbol, LabelError> {
    if symbology == Symbology::Gs1DataMatrix {
        ascii(code, symbology)?;
    }
    let squares = SymbolList::default().enforce_square();
    let matrix = match symbology {
        Symbology::Gs1DataMatrix => DataMatrix::encode_gs1(code.as_bytes(), squares),
        Symbology::Code128 | Symbology::Qr | Symbology::DataMatrix | Symbology::Gs1Code128 => {
            DataMatrix::encode_str(code, squares)
        }
    };
    let Ok(matrix) = matrix else {
        return Err(too_long(code));
    };
    let bitmap = matrix.bitmap();
    Ok(Symbol {
        symbology,
        columns: u32::try_from(bitmap.width()).unwrap_or(u32::MAX),
        dark: bitmap.bits().to_vec(),
        runs: Vec::new(),
    })
}
