//! The audit log: who did what, on which device, and when the server heard of it; one entry with
//! everything its writer said and what proves it; and the check of the whole log.

use askama::Template;
use axum::response::Response;
use ledger_core::EntryId;
use ledger_node::view::{AuditFilter, AuditView, LogGroup, ProofView};
use ledger_node::{VerifyReport, View};
use serde::Deserialize;
use serde_json::Value;

use crate::api::{PathOf, QueryOf};
use crate::lang::Words;
use crate::pages::deeds;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Entries on one page.
const ROWS_MAX: usize = 100;
/// Entries in one file, which is made in memory; the page says so.
const FILE_ROWS_MAX: usize = 100_000;

/// What the search form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct LogQuery {
    /// What entries are to be about: an item, a place, a person, an order.
    #[serde(default)]
    about: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    /// The last entry of the page before.
    after: Option<String>,
}

impl LogQuery {
    fn filter(&self, words: Words, unread: &mut Unread) -> AuditFilter {
        AuditFilter {
            about: filled(&self.about),
            search: filled(&self.search),
            user: filled(&self.user),
            group: unread.choice("log-group", &self.group, LogGroup::from_word),
            from: unread.day("from-day", &self.from, words, 0),
            until: unread.day("to-day", &self.to, words, 1),
        }
    }

    fn behind(&self) -> Option<EntryId> {
        self.after.as_deref()?.parse().ok()
    }

    fn is_group(&self, group: &str) -> bool {
        self.group == group
    }

    /// The query of the next page.
    fn after(&self, next: EntryId) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let parts = [
            ("about", &self.about),
            ("search", &self.search),
            ("user", &self.user),
            ("group", &self.group),
            ("from", &self.from),
            ("to", &self.to),
        ];
        query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("after", &next.to_string());
        query.finish()
    }
}

/// An entry in the list.
pub(super) struct Row {
    pub(super) view: AuditView,
    pub(super) words: String,
    /// Where what it is about has its page.
    pub(super) to: Option<String>,
}

impl Row {
    pub(super) fn of(frame: &Frame, view: AuditView) -> Self {
        let deed = view.deed.as_ref();
        Self {
            words: deed.map_or_else(
                || kind_words(frame, &view.kind),
                |deed| deeds::words(frame, deed),
            ),
            to: deed.and_then(|deed| deeds::address(frame, deed)),
            view,
        }
    }
}

/// A kind of entry; one that a later version brings has its number.
fn kind_words(frame: &Frame, kind: &str) -> String {
    match (kind, kind.strip_prefix("kind-")) {
        (_, Some(number)) => frame.with("entry-kind-newer", "number", number),
        ("bad", None) => frame.t("entry-kind-bad"),
        (_, None) => frame.word("entry-kind", kind),
    }
    .into_owned()
}

#[derive(Template)]
#[template(path = "administration/log.html")]
struct LogPage {
    frame: Frame,
    query: LogQuery,
    unread: Unread,
    groups: [&'static str; LogGroup::ALL.len()],
    rows: Vec<Row>,
    /// The query of the next page.
    next: Option<String>,
    searched: Option<usize>,
    checked: Option<VerifyReport>,
}

impl LogPage {
    fn file_rows_max(&self) -> String {
        self.frame.number(&FILE_ROWS_MAX.to_string())
    }
}

async fn log_page(
    visit: Visit,
    query: LogQuery,
    checked: Option<VerifyReport>,
) -> Result<Response, Problem> {
    let words = visit.words_here().await?;
    let mut unread = Unread::default();
    let filter = query.filter(words, &mut unread);
    let behind = query.behind();
    let found = visit
        .app
        .work(move |node| node.audit(&filter, behind, ROWS_MAX));
    let page = found.await??;
    let build = move |_: &View<'_>, frame: Frame| {
        let rows = page.rows.into_iter();
        Ok(LogPage {
            rows: rows.map(|row| Row::of(&frame, row)).collect(),
            next: page.next.map(|next| query.after(next)),
            searched: page.searched,
            groups: LogGroup::ALL.map(LogGroup::word),
            frame,
            query,
            unread,
            checked,
        })
    };
    visit.page(build).await
}

pub(super) async fn list(
    visit: Visit,
    QueryOf(query): QueryOf<LogQuery>,
) -> Result<Response, Problem> {
    log_page(visit, query, None).await
}

/// Hashes the whole log anew, and says what came of it.
pub(super) async fn verify(visit: Visit) -> Result<Response, Problem> {
    let checked = visit.app.work(|node| node.verify(&mut |_| ())).await??;
    log_page(visit, LogQuery::default(), Some(checked)).await
}

/// One thing that a writer said: the name of the field, and the value.
struct Said {
    name: String,
    value: String,
}

/// Fields within fields have both names: `from.location`.
fn said(value: &Value, name: &str, out: &mut Vec<Said>) {
    match value {
        Value::Object(object) => {
            for (inner, value) in object {
                let name = if name.is_empty() {
                    inner.clone()
                } else {
                    format!("{name}.{inner}")
                };
                said(value, &name, out);
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                said(value, &format!("{name}.{}", at.saturating_add(1)), out);
            }
        }
        Value::Null => {}
        Value::String(text) => out.push(Said {
            name: name.to_owned(),
            value: text.clone(),
        }),
        Value::Bool(_) | Value::Number(_) => out.push(Said {
            name: name.to_owned(),
            value: value.to_string(),
        }),
    }
}

#[derive(Template)]
#[template(path = "administration/log_entry.html")]
struct EntryPage {
    frame: Frame,
    row: Row,
    kind: String,
    said: Vec<Said>,
    proof: ProofView,
}

pub(super) async fn entry(visit: Visit, PathOf(id): PathOf<String>) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame: Frame| {
        // By its central number too, as the list shows it.
        let id: Option<EntryId> = match id.parse::<u64>() {
            Ok(number) => view.entry_numbered(number)?,
            Err(_) => id.parse().ok(),
        };
        let id = id.ok_or_else(Problem::not_found)?;
        let shown = view.audited(id)?.ok_or_else(Problem::not_found)?;
        let proof = view.proof(id)?.ok_or_else(Problem::not_found)?;
        let mut fields = Vec::new();
        said(&shown.said, "", &mut fields);
        Ok(EntryPage {
            kind: kind_words(&frame, &shown.kind),
            row: Row::of(&frame, shown),
            said: fields,
            proof,
            frame,
        })
    };
    visit.page(build).await
}

/// The columns of the log as a file; its JSON lines have everything.
const COLUMNS: Columns = &[
    ("number", "/number"),
    ("reached", "/reached"),
    ("at", "/at"),
    ("user", "/user"),
    ("device", "/device"),
    ("kind", "/kind"),
    ("item", "/said/item"),
    ("quantity", "/said/quantity"),
    ("from", "/said/from/location"),
    ("to", "/said/to/location"),
    ("reason", "/said/reason"),
    ("note", "/said/note"),
    ("entry", "/entry"),
];

/// The entries that the filter takes as a file, newest first.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<LogQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let words = visit.words_here().await?;
    let filter = whole(|unread| query.filter(words, unread))?;
    let found = visit.app.work(move |node| {
        let mut rows = Vec::new();
        let mut behind = None;
        loop {
            let left = FILE_ROWS_MAX.saturating_sub(rows.len());
            let page = node.audit(&filter, behind, left)?;
            rows.extend(page.rows);
            behind = page.next;
            if behind.is_none() || rows.len() >= FILE_ROWS_MAX {
                return Ok::<_, ledger_node::NodeError>(rows);
            }
        }
    });
    let rows = found.await??;
    visit
        .file("log", file, move |_| Sheet::of(COLUMNS, rows))
        .await
}
