//! The second step: which column is which, what each row would do, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono_tz::Tz;
use importing::{Column, DecimalSign, Kind, Layout, Separator, Titles};
use ledger_node::{Actor, Node, View};

use super::result::{self, Summary};
use super::start;
use super::words::{self, Line};
use crate::api::{PathOf, QueryOf};
use crate::app::App;
use crate::imports::{Checked, File, Kept, Stage, Sums, check, write as write_file};
use crate::pages::form::{Fields, Form, Said, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, see_other};
use crate::problem::Problem;

const FORM: &str = "preview";

/// A file as somebody wants it read, and what it would do.
struct Look {
    kind: Kind,
    name: String,
    titles: Vec<String>,
    layout: Layout,
    /// Nothing while a column is missing; a problem when the file cannot be looked through.
    checked: Result<Option<Checked>, Problem>,
}

/// An import as it stands.
enum Found {
    Chosen(Look),
    Done(Summary),
}

/// What came of writing.
enum Written {
    Done,
    Not(Box<Look>, Problem),
}

/// How a file is read: as it seems to be, but for what somebody chose.
fn layout_of(titles: &Titles<'_>, kind: Kind, chosen: &Fields) -> Layout {
    let mut layout = titles.layout(kind);
    if let Some(decimal) = DecimalSign::of_word(chosen.raw("decimal")) {
        layout.decimal = decimal;
    }
    // Columns that were chosen while something else separated them are not these.
    if chosen.raw("separated") == layout.separator.word() {
        let places = kind.columns().iter();
        let places = places.map(|column| chosen.raw(&field_of(column)).parse().ok());
        layout.columns = places.collect();
    }
    layout
}

fn field_of(column: &Column) -> String {
    format!("column-{}", column.name)
}

/// The preview of a file that is read like this.
fn address_of(id: &str, look: &Look) -> String {
    let layout = &look.layout;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("separated", layout.separator.word())
        .append_pair("separator", layout.separator.word())
        .append_pair("decimal", layout.decimal.word());
    for (column, place) in look.kind.columns().iter().zip(&layout.columns) {
        let place = place.map(|place| place.to_string()).unwrap_or_default();
        query.append_pair(&field_of(column), &place);
    }
    format!("/import/{id}?{}", query.finish())
}

fn look_at(node: &Node, file: &File, chosen: &Fields, zone: Tz) -> Result<Look, Problem> {
    let said = Separator::of_word(chosen.raw("separator"));
    let titles = Titles::of(file.kind, &file.bytes, said)?;
    let layout = layout_of(&titles, file.kind, chosen);
    let is_missing = layout.missing(file.kind).next().is_some();
    let checked = if is_missing {
        Ok(None)
    } else {
        check(node, file, &layout, zone).map(Some)
    };
    Ok(Look {
        kind: file.kind,
        name: file.name.clone(),
        titles: titles.titles().to_vec(),
        layout,
        checked,
    })
}

/// The import of an id; a problem when it is forgotten, or somebody else's.
pub(super) fn kept(app: &App, node: &Node, id: &str, user: &str) -> Result<Kept, Problem> {
    let kept = app.imports().find(id, user, node.now());
    kept.ok_or_else(|| Problem::new(StatusCode::GONE, "import-gone", ""))
}

async fn find(visit: &Visit, id: &str, chosen: Fields) -> Result<Found, Problem> {
    let zone = visit.words_here().await?.zone;
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let (app, id, user) = (visit.app.clone(), id.to_owned(), caller.name.clone());
    let found = visit.app.work(move |node| {
        let kept = kept(&app, node, &id, &user)?;
        let stage = kept.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &*stage {
            Stage::Chosen(file) => file.clone(),
            Stage::Done(done) => return Ok(Found::Done(Summary::of(done))),
        };
        drop(stage);
        look_at(node, &file, &chosen, zone).map(Found::Chosen)
    });
    found.await?
}

pub(super) async fn show(
    visit: Visit,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let pairs: Vec<(&str, &str)> = query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    match find(&visit, &id, Fields::of(&pairs)).await {
        Ok(Found::Chosen(look)) => {
            let build =
                |view: &View<'_>, frame| Ok(page_of(view, frame, Form::default(), id, look));
            visit.page(build).await
        }
        Ok(Found::Done(summary)) => result::show(visit, id, summary).await,
        Err(problem) => gone(visit, problem).await,
    }
}

/// Begins again, and says why.
pub(super) async fn gone(visit: Visit, problem: Problem) -> Result<Response, Problem> {
    let build = start::page_of(&visit)?;
    let again = visit.again(start::FORM, Fields::default(), problem, build);
    again.await
}

/// Writes what the file says, once, and leads to what came of it.
pub(super) async fn write(
    visit: Visit,
    PathOf(id): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let zone = visit.words_here().await?.zone;
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let (app, user, actor) = (visit.app.clone(), caller.name.clone(), caller.user()?);
    let (named, chosen) = (id.clone(), fields.clone());
    let written = visit.app.work(move |node| {
        let kept = kept(&app, node, &named, &user)?;
        let mut stage = kept.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let Stage::Chosen(file) = &*stage else {
            return Ok(Written::Done);
        };
        let look = look_at(node, file, &chosen, zone)?;
        if let Some(problem) = hindrance(&look, &chosen) {
            return Ok(Written::Not(Box::new(look), problem));
        }
        let actor = Actor { user: Some(actor) };
        match write_file(node, &actor, file, &look.layout, zone) {
            Ok(done) => {
                app.imports().written(&named, node.now(), &done);
                *stage = Stage::Done(Box::new(done));
                Ok(Written::Done)
            }
            Err(problem) => Ok(Written::Not(Box::new(look), problem)),
        }
    });
    match written.await? {
        Ok(Written::Done) => Ok(see_other(&format!("/import/{id}"))),
        Ok(Written::Not(look, problem)) => {
            let visit = visit.on_page(address_of(&id, &look));
            let build = |view: &View<'_>, frame, form| Ok(page_of(view, frame, form, id, *look));
            visit.again(FORM, fields, problem, build).await
        }
        Err(problem) => gone(visit, problem).await,
    }
}

/// Why a file is not written as it is read.
fn hindrance(look: &Look, chosen: &Fields) -> Option<Problem> {
    match &look.checked {
        Err(problem) => Some(problem.clone()),
        Ok(None) => Some(problem("column-missing")),
        Ok(Some(checked)) if checked.sums.bad > 0 && !chosen.is_on("leave") => {
            Some(problem("rows-bad"))
        }
        Ok(Some(_)) => None,
    }
}

/// A column of the kind, and the columns of the file that it may be.
struct Choice {
    label: String,
    field: String,
    is_needed: bool,
    /// Where it is, its title, and whether it is this one.
    options: Vec<(usize, String, bool)>,
}

/// A row that cannot be taken.
struct Bad {
    line: u64,
    said: Said,
}

#[derive(Template)]
#[template(path = "imports/preview.html")]
struct PreviewPage {
    frame: Frame,
    form: Form,
    id: String,
    kind: Kind,
    name: String,
    /// The separator that the choices of columns are for.
    separated: &'static str,
    separators: Vec<(&'static str, bool)>,
    decimals: Vec<(&'static str, bool)>,
    choices: Vec<Choice>,
    /// Columns of which nothing says where they are.
    missing: String,
    /// The titles that nothing is read from.
    unused: String,
    has_times: bool,
    /// Why the file cannot be looked through.
    unreadable: Option<Said>,
    is_checked: bool,
    sums: Sums,
    said_sums: Vec<String>,
    first: Vec<Line>,
    bad: Vec<Bad>,
}

fn page_of(view: &View<'_>, frame: Frame, form: Form, id: String, look: Look) -> PreviewPage {
    let Look {
        kind,
        name,
        titles,
        layout,
        checked,
    } = look;
    let (checked, unreadable) = match checked {
        Ok(checked) => (checked, None),
        Err(problem) => (None, Some(Said::of(&problem, frame.words))),
    };
    let is_checked = checked.is_some();
    let Checked { sums, first, bad } = checked.unwrap_or_default();
    let first = first.into_iter();
    let first = first.map(|row| words::line(view.fold(), &frame, row));
    let bad = bad.into_iter().map(|(line, refusal)| Bad {
        line,
        said: Said::of(&refusal.into(), frame.words),
    });
    let missing = layout.missing(kind);
    let missing: Vec<String> = missing
        .map(|column| words::column(&frame, column.name))
        .collect();
    PreviewPage {
        separated: layout.separator.word(),
        separators: Separator::ALL
            .map(|known| (known.word(), known == layout.separator))
            .into(),
        decimals: DecimalSign::ALL
            .map(|known| (known.word(), known == layout.decimal))
            .into(),
        choices: choices(&frame, kind, &titles, &layout),
        missing: missing.join(", "),
        unused: unused(&titles, &layout).join(", "),
        has_times: kind == Kind::Movements,
        said_sums: words::sums(&frame, &sums),
        first: first.collect(),
        bad: bad.collect(),
        frame,
        form,
        id,
        kind,
        name,
        unreadable,
        is_checked,
        sums,
    }
}

fn choices(frame: &Frame, kind: Kind, titles: &[String], layout: &Layout) -> Vec<Choice> {
    let columns = kind.columns().iter().zip(&layout.columns);
    let choice = |(column, place): (&Column, &Option<usize>)| {
        let options = titles.iter().enumerate().map(|(at, title)| {
            let title = if title.is_empty() {
                frame
                    .with("import-nth", "n", at.saturating_add(1))
                    .into_owned()
            } else {
                title.clone()
            };
            (at, title, *place == Some(at))
        });
        Choice {
            label: words::column(frame, column.name),
            field: field_of(column),
            is_needed: column.needed,
            options: options.collect(),
        }
    };
    columns.map(choice).collect()
}

/// The titles that nothing is read from.
fn unused<'a>(titles: &'a [String], layout: &Layout) -> Vec<&'a str> {
    let titles = titles.iter().enumerate();
    let unused =
        titles.filter(|(at, title)| !layout.columns.contains(&Some(*at)) && !title.is_empty());
    unused.map(|(_, title)| title.as_str()).collect()
}

impl PreviewPage {
    /// Bad rows that are not listed.
    fn more_bad(&self) -> u64 {
        let listed = u64::try_from(self.bad.len()).unwrap_or(u64::MAX);
        self.sums.bad.saturating_sub(listed)
    }
}
