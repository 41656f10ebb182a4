//! The first step: what a file holds, and the file. Also the files to begin with, and what was
//! imported lately.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use importing::{Kind, Titles};
use ledger_node::{View, time_text};
use serde::Deserialize;

use super::upload::Upload;
use crate::api::QueryOf;
use crate::app::App;
use crate::imports::{File, Stage};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, random_key, see_other};
use crate::problem::Problem;

pub(super) const FORM: &str = "start";

/// Something that was imported.
struct Recent {
    id: String,
    kind: Kind,
    name: String,
    at: String,
    is_undone: bool,
}

#[derive(Template)]
#[template(path = "imports/start.html")]
pub(super) struct StartPage {
    frame: Frame,
    form: Form,
    kinds: [Kind; Kind::ALL.len()],
    recent: Vec<Recent>,
}

/// What a person imported lately. What is being written right now is not waited for.
fn recent(app: &App, user: &str, view: &View<'_>) -> Vec<Recent> {
    let kept = app.imports().done_by(user, view.now());
    let recent = kept.into_iter().filter_map(|one| {
        let stage = one.stage.try_lock().ok()?;
        let Stage::Done(done) = &*stage else {
            return None;
        };
        Some(Recent {
            id: one.id.clone(),
            kind: done.kind,
            name: done.name.clone(),
            at: time_text(done.at),
            is_undone: done.taken.is_some(),
        })
    });
    recent.collect()
}

/// What shows the first step.
pub(super) fn page_of(
    visit: &Visit,
) -> Result<impl FnOnce(&View<'_>, Frame, Form) -> Result<StartPage, Problem> + Send + use<>, Problem>
{
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let (app, user) = (visit.app.clone(), caller.name.clone());
    Ok(move |view: &View<'_>, frame, form| {
        Ok(StartPage {
            recent: recent(&app, &user, view),
            kinds: Kind::ALL,
            frame,
            form,
        })
    })
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let build = page_of(&visit)?;
    visit
        .page(move |view, frame| build(view, frame, Form::default()))
        .await
}

/// A file as it came, if it is one that can be looked through.
fn file_of(upload: Upload) -> Result<File, Problem> {
    if upload.is_too_large {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(Problem::new(status, "file-too-large", ""));
    }
    let kind = Kind::of_word(&upload.kind).ok_or_else(|| problem("missing-field"))?;
    let (name, bytes) = if upload.name.is_empty() && upload.file.is_empty() {
        (String::new(), upload.text.into_bytes())
    } else {
        (upload.name, upload.file)
    };
    if name.is_empty() && bytes.is_empty() {
        return Err(problem("file-missing"));
    }
    Titles::of(kind, &bytes, None)?;
    Ok(File {
        kind,
        name,
        bytes: bytes.into(),
    })
}

/// Takes the file in, and leads to what it would do.
pub(super) async fn take(visit: Visit, upload: Upload) -> Result<Response, Problem> {
    // The browser forgets the file itself, as it does with all forms.
    let fields = Fields::of(&[("kind", &upload.kind), ("text", &upload.text)]);
    let build = page_of(&visit)?;
    match file_of(upload) {
        Ok(file) => {
            let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
            let user = caller.name.clone();
            let (id, app) = (random_key()?, visit.app.clone());
            let to = format!("/import/{id}");
            let held = visit
                .app
                .work(move |node| app.imports().hold(id, &user, node.now(), file));
            held.await?;
            Ok(see_other(&to))
        }
        Err(problem) => visit.again(FORM, fields, problem, build).await,
    }
}

/// Which file to begin with.
#[derive(Debug, Deserialize)]
pub(crate) struct ExampleQuery {
    kind: String,
}

/// A file with the titles of a kind and nothing else.
pub(super) async fn example(QueryOf(query): QueryOf<ExampleQuery>) -> Result<Response, Problem> {
    let kind = Kind::of_word(&query.kind).ok_or_else(Problem::not_found)?;
    let titles: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
    let disposition = format!("attachment; filename=\"{}.csv\"", kind.word());
    let disposition = HeaderValue::try_from(disposition).or(Err(Problem::internal()))?;
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, csv),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, format!("\u{feff}{}\n", titles.join(","))).into_response())
}
