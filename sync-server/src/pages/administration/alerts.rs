//! Settings › Alerts: the channels with how each is, and the messages with what became of them.

use askama::Template;
use axum::response::Response;
use ledger_core::Timestamp;
use ledger_node::{Node, View, time_text};
use serde::Serialize;

use crate::alerts::{ChannelState, Delivery};
use crate::api::QueryOf;
use crate::app::App;
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// The form that sends a message again.
const AGAIN: &str = "again";
/// So many messages stand on the page; the file has all.
const FIRST: usize = 50;

#[derive(Template)]
#[template(path = "administration/alerts.html")]
struct AlertsPage {
    frame: Frame,
    form: Form,
    channels: Vec<ChannelState>,
    deliveries: Vec<DeliveryRow>,
    /// How many older ones are in the file only.
    more: usize,
    is_damaged: bool,
}

/// A message as page and file show it.
#[derive(Debug, Clone, Serialize)]
struct DeliveryRow {
    id: String,
    made: String,
    channel: String,
    what: String,
    state: &'static str,
    tries: u32,
    tried: Option<String>,
    answer: Option<String>,
    next: Option<String>,
}

impl DeliveryRow {
    fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.clone(),
            made: moment(delivery.made),
            channel: delivery.name.clone(),
            what: delivery.subject.clone(),
            state: delivery.state.word(),
            tries: delivery.tries,
            tried: delivery.tried.map(moment),
            answer: delivery.answer.clone(),
            next: delivery.is_waiting().then(|| moment(delivery.next)),
        }
    }
}

fn moment(millis: u64) -> String {
    time_text(Timestamp::from_millis(millis))
}

impl AlertsPage {
    fn moment(&self, millis: Option<&u64>) -> String {
        self.frame
            .moment_or_never(millis.map(|millis| moment(*millis)).as_ref())
    }
}

fn rows(app: &App) -> Vec<DeliveryRow> {
    let alerts = app.alerts();
    alerts.read(|book| book.deliveries().map(DeliveryRow::of).collect())
}

fn alerts_page(app: &App, frame: Frame, form: Form) -> Result<AlertsPage, Problem> {
    let alerts = app.alerts();
    let mut deliveries = rows(app);
    let more = deliveries.len().saturating_sub(FIRST);
    deliveries.truncate(FIRST);
    Ok(AlertsPage {
        channels: alerts.read(crate::alerts::Book::states),
        is_damaged: alerts.is_damaged(),
        deliveries,
        more,
        frame,
        form,
    })
}

pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let app = visit.app.clone();
    visit
        .page(move |_, frame| alerts_page(&app, frame, Form::default()))
        .await
}

/// Sends a message once more.
pub(super) async fn again(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let id = fields.raw("delivery").to_owned();
    let now = visit.app.work(Node::now).await?;
    let sent = visit.app.alerts().change(move |book| {
        let is_there = book.again(&id, now);
        is_there.then_some(()).ok_or_else(|| problem("no-alert"))
    });
    match sent.await {
        Ok(()) => go_on(&visit, "done-alert-again").await,
        Err(problem) => {
            let app = visit.app.clone();
            let build = move |_: &View<'_>, frame, form| alerts_page(&app, frame, form);
            visit.again(AGAIN, fields, problem, build).await
        }
    }
}

/// Goes on to the list, which says what was done.
pub(super) async fn go_on(visit: &Visit, message: &'static str) -> Result<Response, Problem> {
    visit.say(Done::new("/settings/alerts", message)).await
}

const COLUMNS: Columns = &[
    ("made", "/made"),
    ("channel", "/channel"),
    ("what", "/what"),
    ("state", "/state"),
    ("tries", "/tries"),
    ("tried", "/tried"),
    ("answer", "/answer"),
    ("next", "/next"),
    ("id", "/id"),
];

/// The messages as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let app = visit.app.clone();
    visit
        .file("alerts", file, move |_| Sheet::of(COLUMNS, rows(&app)))
        .await
}
