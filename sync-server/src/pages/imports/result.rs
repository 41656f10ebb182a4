//! The last step: what an import did, and undoing it.

use std::sync::PoisonError;

use askama::Template;
use axum::response::Response;
use importing::{Kind, Left};
use ledger_node::view::LogGroup;
use ledger_node::{Actor, View, time_text};

use super::preview::{gone, kept};
use super::words;
use crate::api::PathOf;
use crate::imports::{Done, Stage, Sums, undo as undo_import};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, see_other};
use crate::problem::Problem;

const FORM: &str = "undo";
/// Things that are left, which a page names.
const LEFT_MAX: usize = 200;

/// What an import did, for showing it.
#[derive(Debug, Clone)]
pub(super) struct Summary {
    kind: Kind,
    name: String,
    at: String,
    sums: Sums,
    /// The first entry that it wrote.
    first: Option<String>,
    can_undo: bool,
    taken: Option<TakenBack>,
}

/// What was undone of it.
#[derive(Debug, Clone)]
struct TakenBack {
    undone: u64,
    before_count: u64,
    left: Vec<Left>,
    left_in_all: usize,
}

impl Summary {
    pub(super) fn of(done: &Done) -> Self {
        Self {
            kind: done.kind,
            name: done.name.clone(),
            at: time_text(done.at),
            sums: done.sums.clone(),
            first: done.first.map(|entry| entry.to_string()),
            can_undo: done.taken.is_none() && !done.undo.is_empty(),
            taken: done.taken.as_ref().map(|taken| TakenBack {
                undone: taken.undone,
                before_count: taken.before_count,
                left: taken.left.iter().take(LEFT_MAX).cloned().collect(),
                left_in_all: taken.left.len(),
            }),
        }
    }
}

#[derive(Template)]
#[template(path = "imports/result.html")]
struct ResultPage {
    frame: Frame,
    form: Form,
    id: String,
    summary: Summary,
    sums: Vec<String>,
    /// Where to look at what came in: the page, and the words of its link.
    to: (&'static str, &'static str),
    /// Its entries in the audit log.
    log: String,
}

fn page_of(frame: Frame, form: Form, id: String, summary: Summary) -> ResultPage {
    let (to, group) = match summary.kind {
        Kind::Items => (("/items", "nav-items"), LogGroup::Catalogue),
        Kind::Locations => (("/locations", "nav-locations"), LogGroup::Catalogue),
        Kind::Customers => (("/customers", "nav-customers"), LogGroup::Catalogue),
        Kind::Bom => (("/items", "nav-items"), LogGroup::Production),
        Kind::PurchaseOrders => (("/purchase-orders", "nav-purchases"), LogGroup::Purchasing),
        Kind::Stock | Kind::Movements => (("/stock", "nav-stock"), LogGroup::Stock),
    };
    let mut log = form_urlencoded::Serializer::new("/log?".to_owned());
    let user = frame.person.as_ref().map_or("", |person| &person.name);
    log.append_pair("user", user)
        .append_pair("group", group.word());
    ResultPage {
        sums: words::sums(&frame, &summary.sums),
        to,
        log: log.finish(),
        frame,
        form,
        id,
        summary,
    }
}

pub(super) async fn show(visit: Visit, id: String, summary: Summary) -> Result<Response, Problem> {
    visit
        .page(move |_: &View<'_>, frame| Ok(page_of(frame, Form::default(), id, summary)))
        .await
}

/// Undoes an import, once, and leads to what came of that.
pub(super) async fn undo(
    visit: Visit,
    PathOf(id): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let (app, user, actor) = (visit.app.clone(), caller.name.clone(), caller.user()?);
    let named = id.clone();
    let undone = visit.app.work(move |node| {
        let kept = kept(&app, node, &named, &user)?;
        let mut stage = kept.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let Stage::Done(done) = &mut *stage else {
            return Ok(None);
        };
        if done.taken.is_some() {
            return Ok(None);
        }
        let actor = Actor { user: Some(actor) };
        let refused = undo_import(node, &actor, done).err();
        Ok(refused.map(|problem| (Summary::of(done), problem)))
    });
    match undone.await? {
        Ok(None) => Ok(see_other(&format!("/import/{id}"))),
        Ok(Some((summary, problem))) => {
            let build = |_: &View<'_>, frame, form| Ok(page_of(frame, form, id, summary));
            visit.again(FORM, fields, problem, build).await
        }
        Err(problem) => gone(visit, problem).await,
    }
}
