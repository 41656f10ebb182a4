//! Exceptions: what somebody should look at, and what can be said to each.

mod unknown_code;

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::revoked::{Verdict, Waiting, decide};
use ledger_core::at_entry::{self, Admit, Answer};
use ledger_core::catalogue::Role;
use ledger_core::fold::Fold;
use ledger_core::{EntryId, Origin};
use ledger_node::View;
use ledger_node::view::{ExceptionView, count_kinds};
use serde::Deserialize;

use self::unknown_code::{Meaning, UnknownCode};
use super::deeds::{self, Line};
use super::export::{Columns, FileQuery, Sheet};
use super::form::{Fields, Form, problem};
use super::frame::Frame;
use super::visit::{Done, Visit, own_path};
use crate::api::{Named, PathOf, QueryOf, may_reverse};
use crate::lang::Lang;
use crate::problem::Problem;

/// Exceptions on one page.
const ROWS_MAX: usize = 100;
const ANSWER: &str = "answer";

/// Which exceptions.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    kind: String,
    after: Option<String>,
}

/// Whence somebody came, and what they type.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct BackQuery {
    /// The list as it was filtered.
    #[serde(default)]
    back: String,
    /// What stands in the field for an item, which offers others like it.
    #[serde(default)]
    item: String,
}

impl BackQuery {
    /// The list to go back to.
    fn list(&self) -> String {
        if self.back.is_empty() {
            return "/exceptions".to_owned();
        }
        own_path(&self.back).to_owned()
    }
}

#[derive(Template)]
#[template(path = "exceptions.html")]
struct ExceptionsPage {
    frame: Frame,
    query: ListQuery,
    /// Each kind with how many are open.
    kinds: Vec<(&'static str, usize)>,
    rows: Vec<Row>,
    next: Option<String>,
    total: usize,
}

struct Row {
    exception: ExceptionView,
    text: String,
}

#[derive(Template)]
#[template(path = "exception.html")]
struct ExceptionPage {
    frame: Frame,
    form: Form,
    /// The list that leads here.
    back: String,
    exception: ExceptionView,
    text: String,
    /// The unknown code that it is about, before those who may say what it is.
    unknown: Option<UnknownCode>,
    /// The entries it names, newest first, with what each says.
    entries: Vec<Line>,
    may_count: bool,
    may_reverse: bool,
    may_accept: bool,
    may_admit: bool,
    may_refuse: bool,
}

impl ExceptionPage {
    /// The entries that the visitor may reverse.
    fn reversible(&self) -> Vec<&Line> {
        let may = |line: &&Line| self.may_reverse && self.frame.may_undo(&line.row.user);
        self.entries.iter().filter(may).collect()
    }
}

/// What is the matter, in the visitor's language. English has it from where it was found, with its
/// numbers; other languages by kind and by what it is about.
fn text(frame: &Frame, exception: &ExceptionView) -> String {
    if frame.words.lang == Lang::En {
        return exception.text.clone();
    }
    let about = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let id = format!("exception-text-{}", exception.kind);
    let documents = [
        &exception.order,
        &exception.lot,
        &exception.po,
        &exception.stocktake,
    ];
    let document = documents.into_iter().flatten().next().cloned();
    let values: [(&str, &dyn std::fmt::Display); 3] = [
        ("item", &about(&exception.item)),
        ("location", &about(&exception.location)),
        ("order", &about(&document)),
    ];
    frame.words.with_all(&id, &values).into_owned()
}

pub(super) async fn list(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let page = visit.page(move |view, frame| {
        let all = view.exceptions();
        let kinds = count_kinds(all.iter().map(|exception| exception.kind));
        let kinds = kinds.into_iter().collect();
        let wanted = |exception: &&ExceptionView| {
            let after = query.after.as_deref();
            (query.kind.is_empty() || exception.kind == query.kind)
                && after.is_none_or(|after| exception.id.as_str() > after)
        };
        let mut open = all.iter().filter(wanted);
        let rows: Vec<Row> = open
            .by_ref()
            .take(ROWS_MAX)
            .map(|exception| Row {
                text: text(&frame, exception),
                exception: exception.clone(),
            })
            .collect();
        let more = open.next().is_some();
        Ok(ExceptionsPage {
            next: rows
                .last()
                .filter(|_| more)
                .map(|row| row.exception.id.clone()),
            total: all.len(),
            kinds,
            rows,
            query,
            frame,
        })
    });
    page.await
}

fn exception_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    (id, query): (&str, &BackQuery),
) -> Result<ExceptionPage, Problem> {
    let (open, exception) = view.find_exception(id)?;
    let may = |action: &str| exception.actions.contains(&action);
    let is_asked = frame.is_manager();
    let unknown = is_asked.then(|| UnknownCode::of(view, &exception.id, &query.item));
    let mut entries = Vec::new();
    for id in open.entries.iter().rev() {
        entries.extend(view.told(*id)?.map(|row| deeds::line(&frame, row)));
    }
    Ok(ExceptionPage {
        back: query.list(),
        text: text(&frame, &exception),
        unknown: unknown.flatten(),
        entries,
        may_count: may("count") && frame.is_operator(),
        may_reverse: may("reverse"),
        may_accept: may("accept") && frame.is_manager(),
        may_admit: may("admit") && frame.is_administrator(),
        may_refuse: may("refuse") && frame.is_administrator(),
        exception,
        frame,
        form,
    })
}

pub(super) async fn show(
    visit: Visit,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<BackQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| exception_page(view, frame, Form::default(), (&id, &query)))
        .await
}

/// What the pressed button stands for.
enum Said {
    Answer(Answer),
    Means(Meaning),
    Admit,
    Refuse,
}

/// What was said, when this person may say it.
async fn said(visit: &Visit, fields: &Fields) -> Result<Said, Problem> {
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let may = |role: Role| caller.role >= role;
    match fields.raw("answer") {
        "count" => {
            let typed = fields.quantity(visit.words, "quantity")?;
            Ok(Said::Answer(Answer::Count(typed.quantity)))
        }
        "reverse" => {
            let entry: EntryId = fields
                .needed("entry")?
                .parse()
                .or(Err(problem("unknown-entry")))?;
            may_reverse(&visit.app, caller, entry).await?;
            Ok(Said::Answer(Answer::Reverse(entry)))
        }
        "accept" if may(Role::Manager) => Ok(Said::Answer(Answer::Accept)),
        "resolve" if may(Role::Manager) => {
            let item = fields.needed("item")?;
            Ok(Said::Means(Meaning::Item(item)))
        }
        "dismiss" if may(Role::Manager) => Ok(Said::Means(Meaning::Nothing)),
        "admit" if may(Role::Administrator) => Ok(Said::Admit),
        "refuse" if may(Role::Administrator) => Ok(Said::Refuse),
        "accept" | "resolve" | "dismiss" | "admit" | "refuse" => Err(problem("forbidden")),
        _ => Err(problem("missing-field")),
    }
}

pub(super) async fn answer(
    visit: Visit,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<BackQuery>,
    fields: Fields,
) -> Result<Response, Problem> {
    let query = BackQuery {
        item: fields.raw("item").to_owned(),
        ..query
    };
    let note = fields.text("note");
    let name = id.clone();
    let origin: Origin = visit.app.work(ledger_node::Node::origin).await?;
    let plan = said(&visit, &fields).await.map(|said| {
        let done = match &said {
            Said::Means(meaning) => meaning.done(query.list(), &name),
            Said::Answer(_) | Said::Admit | Said::Refuse => {
                Done::new(query.list(), "done-answered")
            }
        };
        let plan = move |fold: &Fold, _| match said {
            Said::Answer(answer) => at_entry::answer(fold, origin, &name, &answer, note.as_deref()),
            Said::Means(meaning) => meaning.plan(fold, &name, note.as_deref()),
            Said::Admit => at_entry::admit(fold, Admit::Exception(&name), note.as_deref()),
            Said::Refuse => {
                let what = Waiting::Exception(&name);
                decide(fold, what, Verdict::Refuse, note.as_deref())
            }
        };
        (plan, done)
    });
    let named = Named::Exception(id.clone());
    let build =
        move |view: &View<'_>, frame, form| exception_page(view, frame, form, (&id, &query));
    visit.write((ANSWER, fields), named, plan, build).await
}

const COLUMNS: Columns = &[
    ("id", "/id"),
    ("kind", "/kind"),
    ("item", "/item"),
    ("location", "/location"),
    ("order", "/order"),
    ("lot", "/lot"),
    ("po", "/po"),
    ("stocktake", "/stocktake"),
    ("since", "/since"),
    ("text", "/text"),
    ("entries", "/entries"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let mut open = view.exceptions();
        open.retain(|exception| query.kind.is_empty() || exception.kind == query.kind);
        Sheet::of(COLUMNS, open)
    };
    visit.file("exceptions", file, build).await
}
