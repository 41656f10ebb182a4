//! `labels`: labels and cards as a file.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use labelling::{Choice, Document, Format, Kind, Paper};
use ledger_node::Node;
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::{Flag, QueryOf, flag};
use crate::app::App;
use crate::problem::Problem;

/// The media types of labels, as the description names them.
pub(super) const MEDIA: [&str; 3] = [
    Format::Pdf.media(),
    Format::Svg.media(),
    Format::Zpl.media(),
];

/// Which labels, on what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsQuery {
    /// What they are for.
    #[param(
        pattern = "^(locations|items|commands|users|orders|lots|pos|stocktakes|customers|reasons|calibration)$"
    )]
    kind: String,
    /// Names with commas between, and patterns such as A-*; all that is in use when nothing is said.
    select: Option<String>,
    /// pdf when nothing is said.
    #[param(pattern = "^(pdf|svg|zpl)$")]
    format: Option<String>,
    /// A sheet by its name, or the size of a single label in millimetres, such as 50x30.
    sheet: Option<String>,
    /// Code 128 when nothing is said, and Data Matrix for all where that is too wide for one.
    #[param(pattern = "^(code128|qr|datamatrix)$")]
    symbology: Option<String>,
    /// The first free label of a partly used sheet; 1 when nothing is said.
    #[param(minimum = 1)]
    start: Option<u32>,
    /// The dots in an inch of a label printer, 203 or 300; for zpl alone.
    dpi: Option<u32>,
    /// Whether items bear the barcode that is bound to them, where they have one for one piece.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    barcodes: bool,
}

pub(crate) async fn print(
    State(app): State<App>,
    QueryOf(query): QueryOf<LabelsQuery>,
) -> Result<Response, Problem> {
    let (choice, paper) = query.read()?;
    let name = choice.kind.word();
    let drawn = app.work(move |node| draw(node, &choice, &paper));
    Ok(as_file(name, drawn.await??))
}

/// Draws labels. Nobody who writes waits meanwhile.
pub(crate) fn draw(node: &Node, choice: &Choice, paper: &Paper) -> Result<Document, Problem> {
    let wanted = node.read(|fold| labelling::wanted(fold, choice));
    let document = wanted.and_then(|wanted| wanted.document(paper));
    document.map_err(Problem::refused_query)
}

/// Labels as a file to be saved.
pub(crate) fn as_file(name: &str, document: Document) -> Response {
    let file = format!("attachment; filename=\"{name}.{}\"", document.format.word());
    let headers = [
        (header::CONTENT_TYPE, document.format.media().to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    (headers, document.bytes).into_response()
}

impl LabelsQuery {
    fn read(self) -> Result<(Choice, Paper), Problem> {
        let Some(kind) = Kind::of_word(&self.kind) else {
            let words = Kind::ALL.map(Kind::word).join(", ");
            let text = format!(
                "there are no labels for {:?}: choose one of {words}",
                self.kind
            );
            return Err(Problem::bad_query(text));
        };
        let word = self.format.as_deref().unwrap_or(Format::Pdf.word());
        let Some(format) = Format::of_word(word) else {
            let text = format!("labels are pdf, svg or zpl, not {word:?}");
            return Err(Problem::bad_query(text));
        };
        let choice = Choice {
            kind,
            select: self.select.into_iter().collect(),
            barcodes: self.barcodes,
        };
        let paper = Paper {
            format,
            sheet: self.sheet,
            symbology: self.symbology,
            start: self.start,
            dpi: self.dpi,
        };
        Ok((choice, paper))
    }
}
