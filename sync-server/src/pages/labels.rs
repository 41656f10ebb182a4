//! Labels: for whatever has a code, looked at before they are printed; as a file, or straight to a
//! label printer of the house.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use labelling::{Choice, Format, Kind, LeftOut, Paper, Preview, sheet_names, symbologies, wanted};
use ledger_core::at_entry::printers::{Printer, printers};
use ledger_core::catalogue::Role::Operator;
use ledger_node::{Node, View};
use serde::Deserialize;

use super::form::{Fields, Form, Said, problem};
use super::frame::Frame;
use super::table::Pages;
use super::unread::filled;
use super::visit::{Done, Visit};
use crate::api::{QueryOf, labels};
use crate::printing;
use crate::problem::Problem;

/// The form's name.
const FORM: &str = "labels";

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .page("/labels", show)
        .page("/labels/preview", preview)
        .page("/labels/file", file)
        .form(Operator, "/labels/print", print)
}

/// What the form says. Fields that are empty say nothing.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct LabelsQuery {
    #[serde(default)]
    kind: String,
    /// Names with commas between, and patterns.
    #[serde(default)]
    select: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    sheet: String,
    #[serde(default)]
    symbology: String,
    #[serde(default)]
    start: String,
    #[serde(default)]
    dpi: String,
    barcodes: Option<String>,
}

impl LabelsQuery {
    /// As the form of the page sends it.
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.raw(name).to_owned();
        Self {
            kind: text("kind"),
            select: text("select"),
            format: text("format"),
            sheet: text("sheet"),
            symbology: text("symbology"),
            start: text("start"),
            dpi: text("dpi"),
            barcodes: fields.text("barcodes"),
        }
    }

    fn kind(&self) -> Kind {
        Kind::of_word(&self.kind).unwrap_or(Kind::Locations)
    }

    fn format(&self) -> Format {
        Format::of_word(&self.format).unwrap_or(Format::Pdf)
    }

    fn choice(&self) -> Choice {
        let kind = self.kind();
        Choice {
            kind,
            select: filled(&self.select).into_iter().collect(),
            barcodes: kind == Kind::Items && self.barcodes.is_some(),
        }
    }

    fn paper(&self) -> Result<Paper, Problem> {
        let number = |text: &str| {
            let text = filled(text);
            text.map(|text| text.parse::<u32>()).transpose()
        };
        let format = self.format();
        let dpi = number(&self.dpi).or(Err(problem("bad-dpi")))?;
        Ok(Paper {
            format,
            sheet: filled(&self.sheet),
            symbology: filled(&self.symbology),
            start: number(&self.start).or(Err(problem("bad-start")))?,
            dpi: dpi.filter(|_| format == Format::Zpl),
        })
    }

    fn is_kind(&self, kind: &Kind) -> bool {
        self.kind() == *kind
    }

    fn is_format(&self, format: &Format) -> bool {
        self.format() == *format
    }

    /// The query with which the same labels are drawn.
    fn text(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let parts = [
            ("select", &self.select),
            ("sheet", &self.sheet),
            ("symbology", &self.symbology),
            ("start", &self.start),
            ("dpi", &self.dpi),
        ];
        query.append_pair("kind", self.kind().word());
        query.append_pair("format", self.format().word());
        query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
        query.extend_pairs(self.barcodes.iter().map(|on| ("barcodes", on)));
        query.finish()
    }
}

#[derive(Template)]
#[template(path = "labels.html")]
struct LabelsPage {
    frame: Frame,
    form: Form,
    query: LabelsQuery,
    kinds: [Kind; Kind::ALL.len()],
    formats: [Format; Format::ALL.len()],
    sheets: Vec<(String, u64)>,
    /// How codes are drawn.
    symbologies: [&'static str; 3],
    printers: Vec<Printer>,
    /// What will be printed, or why nothing can be.
    drawn: Result<Preview, Said>,
    /// What has no label, and why.
    left_out: Vec<LeftOut>,
}

/// The first sheet. Nobody who writes waits while labels are drawn.
fn draw(node: &Node, query: &LabelsQuery) -> Result<(Preview, Vec<LeftOut>), Problem> {
    let paper = query.paper()?;
    let wanted = node.read(|fold| wanted(fold, &query.choice()));
    let wanted = wanted.map_err(Problem::refused_query)?;
    let preview = wanted.preview(&paper).map_err(Problem::refused_query)?;
    Ok((preview, wanted.left_out))
}

async fn page_of(
    visit: Visit,
    query: LabelsQuery,
    failed: Option<Problem>,
) -> Result<Response, Problem> {
    let words = visit.words;
    let asked = query.clone();
    let drawn = visit.app.work(move |node| draw(node, &asked)).await?;
    let (drawn, left_out) = match drawn {
        Ok((preview, left_out)) => (Ok(preview), left_out),
        Err(problem) if problem.status.is_server_error() => return Err(problem),
        Err(problem) => (Err(Said::of(&problem, words)), Vec::new()),
    };
    let build = move |view: &View<'_>, frame: Frame, form: Form| {
        Ok(LabelsPage {
            kinds: Kind::ALL,
            formats: Format::ALL,
            sheets: sheet_names()
                .map(|(name, labels)| (name, labels.into()))
                .collect(),
            symbologies: symbologies(),
            printers: printers(view.fold()),
            frame,
            form,
            query,
            drawn,
            left_out,
        })
    };
    match failed {
        None => {
            let build = |view: &View<'_>, frame| build(view, frame, Form::default());
            visit.page(build).await
        }
        Some(problem) => visit.again(FORM, Fields::default(), problem, build).await,
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<LabelsQuery>,
) -> Result<Response, Problem> {
    page_of(visit, query, None).await
}

/// The picture on the page.
pub(super) async fn preview(
    visit: Visit,
    QueryOf(query): QueryOf<LabelsQuery>,
) -> Result<Response, Problem> {
    let drawn = visit.app.work(move |node| draw(node, &query)).await?;
    let (preview, _) = drawn?;
    let kind = [(header::CONTENT_TYPE, Format::Svg.media())];
    Ok((kind, preview.svg).into_response())
}

pub(super) async fn file(
    visit: Visit,
    QueryOf(query): QueryOf<LabelsQuery>,
) -> Result<Response, Problem> {
    let paper = query.paper()?;
    let name = query.kind().word();
    let choice = query.choice();
    let drawn = visit
        .app
        .work(move |node| labels::draw(node, &choice, &paper));
    Ok(labels::as_file(name, drawn.await??))
}

/// Sends the labels to a printer of the house, with its dots and on its labels.
pub(super) async fn print(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let query = LabelsQuery::of(&fields);
    match printed(&visit, &query, fields.raw("printer")).await {
        Ok((printer, labels)) => {
            let done = Done::new(format!("/labels?{}", query.text()), "done-printed");
            let done = done.value("printer", printer);
            visit.say(done.value("n", labels.to_string())).await
        }
        Err(problem) => {
            let visit = visit.on_page(format!("/labels?{}", query.text()));
            page_of(visit, query, Some(problem)).await
        }
    }
}

async fn printed(
    visit: &Visit,
    query: &LabelsQuery,
    printer: &str,
) -> Result<(String, usize), Problem> {
    let (name, asked) = (printer.to_owned(), query.clone());
    let is_for_printers = query.format() == Format::Zpl;
    let mut paper = query.paper()?;
    paper.format = Format::Zpl;
    let asked_sheet = paper.sheet.take().filter(|_| is_for_printers);
    let drawn = visit.app.work(move |node| {
        let known = node.read(printers).into_iter();
        let mut called = known.filter(|printer| printer.name == name);
        let Some(printer) = called.next() else {
            return Err(Problem::new(StatusCode::NOT_FOUND, "unknown-printer", ""));
        };
        let paper = Paper {
            dpi: Some(printer.dpi),
            // What is in the printer; else what was looked at, if it is for such a printer at all.
            sheet: printer.label.clone().or(asked_sheet),
            start: None,
            ..paper
        };
        let document = labels::draw(node, &asked.choice(), &paper)?;
        Ok((printer, document))
    });
    let (printer, document) = drawn.await??;
    let (name, labels) = (printer.name.clone(), document.labels);
    // A browser that leaves, or whose button is pressed again, must not leave half of the labels.
    let sending = tokio::spawn(async move { printing::send(&printer, &document.bytes).await });
    sending.await.or(Err(Problem::internal()))??;
    Ok((name, labels))
}
