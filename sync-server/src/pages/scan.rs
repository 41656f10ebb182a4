//! Scanning at a page: with a scanner that types, with a camera, or by hand.
//!
//! The page's script sends scans as they come, several at once where they wait, and puts the part
//! that comes back into its place. Without a script each code is a form that is sent.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ledger_core::Code;
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_node::{Node, View};
use scanning::{Session, Sign};

use super::form::{Fields, ONCE, Said, problem};
use super::frame::Frame;
use super::visit::{Visit, see_other};
use crate::headers::RunsWasm;
use crate::lang::Words;
use crate::problem::Problem;
use crate::scan::{Answer, Desk, Raw, Worker, told};

/// Answers that the page shows.
const SHOWN: usize = 10;
/// Tasks that the page shows.
const TASKS_SHOWN: usize = 20;
/// Scans that are sent at once; a page sends fewer.
const SCANS_MAX: usize = 100;
/// The longest id of a scan.
const ID_BYTES_MAX: usize = 64;

#[derive(Template)]
#[template(path = "scan.html")]
struct ScanPage {
    frame: Frame,
    state: State,
}

#[derive(Template)]
#[template(path = "scan_state.html")]
struct ScanPart {
    frame: Frame,
    state: State,
}

/// What was looked up at a desk, so that nobody waits for it while looking at the ledger.
struct Seen {
    session: Session,
    answers: Vec<Answer>,
    is_fresh: bool,
    saved: String,
    /// What was answered just now.
    now: Vec<Answer>,
}

/// Where a person is, and what was said to the last scans.
struct State {
    mode: Option<&'static str>,
    /// Number and name.
    location: Option<(String, String)>,
    reason: Option<String>,
    /// What to scan next.
    next: Vec<String>,
    /// What is begun and not finished.
    open: Vec<String>,
    /// What is worked off: the id of its words, and its number.
    document: Option<(&'static str, String)>,
    tasks: Vec<TaskRow>,
    /// How many follow those.
    more_tasks: usize,
    /// The newest first.
    answers: Vec<Shown>,
    /// How many codes nobody knows yet.
    unknown: usize,
    /// For a server that forgot it.
    saved: String,
    is_fresh: bool,
    /// The scans that were answered just now, and the worst sign of them.
    answered: String,
    sign: Option<Sign>,
}

/// What to take, put away or count.
struct TaskRow {
    item: String,
    name: String,
    /// None where nobody said where it usually lies.
    location: Option<String>,
    /// None is ours.
    owner: Option<String>,
    batch: Option<String>,
    /// None where whoever counts is not told.
    quantity: Option<String>,
    /// To be counted once more.
    again: bool,
}

/// One answer in the visitor's language.
struct Shown {
    code: String,
    sign: Sign,
    lines: Vec<String>,
    name: Option<String>,
}

impl ScanPage {
    /// The modes that have a button, each with the id of its words.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    const fn modes(&self) -> [(&'static str, &'static str); 8] {
        [
            ("ADD", "scan-means-add"),
            ("REMOVE", "scan-means-remove"),
            ("MOVE", "scan-means-move"),
            ("COUNT", "scan-means-count"),
            ("ORDER", "scan-means-order"),
            ("LOT", "scan-means-lot"),
            ("PO", "scan-means-po"),
            ("STOCKTAKE", "scan-means-stocktake"),
        ]
    }

    /// Commands that are seldom wanted.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    const fn others(&self) -> [&'static str; 5] {
        ["MOVEALL", "SHORT", "SKIP", "OWNER", "REASON"]
    }
}

/// The id of a sign's words.
const fn words(sign: Sign) -> &'static str {
    match sign {
        Sign::Ok => "scan-ok",
        Sign::Warning => "scan-warning",
        Sign::Error => "scan-error",
    }
}

/// The id of the words for a document with its number.
const fn named(family: Family) -> &'static str {
    match family {
        Family::Order => "scan-of-order",
        Family::Lot => "scan-of-lot",
        Family::Purchase => "scan-of-po",
        Family::Stocktake => "scan-of-stocktake",
    }
}

impl State {
    /// The class that the mode's colour goes by.
    fn class(&self) -> String {
        self.mode.unwrap_or("none").to_lowercase()
    }

    /// The id of the mode's words.
    fn means(&self) -> &'static str {
        match self.mode {
            Some("ADD") => "scan-means-add",
            Some("REMOVE") => "scan-means-remove",
            Some("MOVE") => "scan-means-move",
            Some("COUNT") => "scan-means-count",
            Some("LOT") => "scan-means-lot",
            Some("PO") => "scan-means-po",
            Some("STOCKTAKE") => "scan-means-stocktake",
            Some(_) => "scan-means-order",
            None => "scan-no-mode",
        }
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let desk = desk_of(&visit)?;
    let look = move |_node: &Node| look_at(&open(&desk), Vec::new());
    let seen = visit.app.work(look).await?;
    let page = visit.page(move |view, frame| {
        let state = state(view, frame.words, &seen);
        Ok(ScanPage { frame, state })
    });
    let mut response = page.await?.into_response();
    response.extensions_mut().insert(RunsWasm);
    Ok(response)
}

/// Takes scans in their order.
pub(super) async fn take(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let raws = raws(&fields)?;
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let worker = Worker {
        user: caller.user()?,
        key_space: caller.key_space(),
    };
    // Somebody else may have logged in with this browser since the page was opened.
    let user = fields.raw("user");
    if !user.is_empty() && user != caller.name {
        return Err(Problem {
            status: StatusCode::UNAUTHORIZED,
            ..problem("other-login")
        });
    }
    let saved = fields.raw("stands").to_owned();
    let desk = desk_of(&visit)?;
    let seen = visit.app.work(move |node| {
        let mut desk = open(&desk);
        desk.resume(node, &worker, &saved);
        let mut now = Vec::new();
        for raw in &raws {
            match desk.take(node, &worker, raw) {
                Ok(answer) => now.push(answer),
                // Those before it are done; the rest is sent again.
                Err(problem) if now.is_empty() => return Err(problem),
                Err(_) => break,
            }
        }
        Ok(look_at(&desk, now))
    });
    let seen = seen.await??;
    if !visit.is_part {
        return Ok(see_other("/scan"));
    }
    let part = visit.page(move |view, frame| {
        let state = state(view, frame.words, &seen);
        Ok(ScanPart { frame, state })
    });
    part.await
}

/// The scans that a form holds: one that a browser sent by itself, or several of a script. One
/// without a text asks for the state alone.
fn raws(fields: &Fields) -> Result<Vec<Raw>, Problem> {
    let (ids, ages) = (fields.all("id"), fields.all("ago"));
    let texts = fields.all("text");
    if texts.len() > SCANS_MAX
        || ids
            .iter()
            .any(|id| id.is_empty() || id.len() > ID_BYTES_MAX)
    {
        return Err(problem("bad-scans"));
    }
    if ids.is_empty() {
        let text = fields.raw("text").trim();
        let one = Raw {
            // The page's key and what was typed: another code of the same page is another scan.
            id: format!("{} {text}", fields.raw(ONCE)),
            text: text.to_owned(),
            age_millis: 0,
        };
        return Ok([one]
            .into_iter()
            .filter(|one| !one.text.is_empty())
            .collect());
    }
    if ids.len() != texts.len() || ids.len() != ages.len() {
        return Err(problem("bad-scans"));
    }
    let all = ids.iter().zip(texts).zip(ages);
    let raws = all.map(|((id, text), ago)| Raw {
        id: id.clone(),
        text: text.trim().to_owned(),
        age_millis: ago.parse().unwrap_or(0),
    });
    Ok(raws.collect())
}

fn desk_of(visit: &Visit) -> Result<Arc<Mutex<Desk>>, Problem> {
    let caller = visit.caller.as_ref().ok_or_else(Problem::internal)?;
    let login = visit.session.id().ok_or_else(Problem::internal)?;
    Ok(visit.app.desks().of(login, &caller.name))
}

fn open(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn look_at(desk: &Desk, now: Vec<Answer>) -> Seen {
    Seen {
        session: desk.session().clone(),
        answers: desk.last(SHOWN),
        is_fresh: desk.is_fresh(),
        saved: desk.saved(),
        now,
    }
}

fn state(view: &View<'_>, words: Words, seen: &Seen) -> State {
    let fold = view.fold();
    let Seen {
        session,
        answers,
        is_fresh,
        saved,
        now,
    } = seen;
    let place = |number: &Code| (number.to_string(), fold.name_of(Class::Location, number));
    let tasks = session.tasks(fold);
    let next = session.prompt_with(fold, &tasks);
    let more_tasks = tasks.len().saturating_sub(TASKS_SHOWN);
    let tasks = tasks.into_iter().take(TASKS_SHOWN).map(|task| TaskRow {
        name: fold.name_of(Class::Item, &task.item),
        item: task.item.to_string(),
        location: task.location.map(|location| location.to_string()),
        owner: task.owner.map(|owner| owner.to_string()),
        batch: task.batch.map(|batch| batch.to_string()),
        quantity: task.quantity.map(|quantity| quantity.to_string()),
        again: task.again,
    });
    let told_of = |text: String| told(&text, words);
    let ids: Vec<&str> = now.iter().map(|answer| answer.id.as_str()).collect();
    State {
        mode: session.mode(),
        location: session.location().map(place),
        reason: session.reason().map(str::to_owned),
        next: told_of(next),
        open: session.left_open().map_or_else(Vec::new, told_of),
        document: session.document().and_then(|(family, id)| {
            let (_, number) = fold.document_name(id)?;
            Some((named(family), number.to_string()))
        }),
        tasks: tasks.collect(),
        more_tasks,
        answers: answers.iter().map(|one| shown(one, words)).collect(),
        unknown: view.scans(true).len(),
        saved: saved.clone(),
        is_fresh: *is_fresh,
        answered: ids.join(" "),
        sign: now.iter().map(|answer| answer.sign).max(),
    }
}

fn shown(answer: &Answer, words: Words) -> Shown {
    let mut lines: Vec<String> = answer
        .lines
        .iter()
        .flat_map(|line| told(line, words))
        .collect();
    if let Some(problem) = &answer.refused {
        let Said { text, hint } = Said::of(problem, words);
        lines.push(text);
        lines.extend(hint);
    }
    Shown {
        code: answer.code.clone(),
        sign: answer.sign,
        lines,
        name: answer.name.clone(),
    }
}
