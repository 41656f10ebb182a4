//! Writing through the API: who writes, at most once where a key is named, and the answer.
//!
//! What may be written is decided by `ledger_core::at_entry`, as for the handheld's commands.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use ledger_core::Timestamp;
use ledger_core::at_entry::{
    About, Plan, Refusal, find_exception, find_item, find_lot, find_order, find_purchase,
    find_stocktake, find_thing, remove_bom_line, wanted_line,
};
use ledger_core::catalogue::Class;
use ledger_core::entry::IdempotencyKey;
use ledger_core::fold::Fold;
use ledger_node::{Actor, Node, NodeError, View, Written, request_key};
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;

/// The header that makes a write count once.
const ONCE: &str = "idempotency-key";
/// The longest key.
const ONCE_BYTES_MAX: usize = 255;

/// The thing that the address names; it is looked for before anything else.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    /// The address names none.
    Nothing,
    /// An item, by SKU or barcode.
    Item(String),
    /// Another thing of the catalogue.
    Thing(Class, String),
    /// An order, by number or by the entry that opened it.
    Order(String),
    /// A stocktake, by number or by the entry that opened it.
    Stocktake(String),
    /// A line of an order, by its item.
    Line(String, String),
    /// A production lot, by number or by the entry that planned it.
    Lot(String),
    /// A purchase order, by number or by the entry that placed it.
    Purchase(String),
    /// A line of a bill of materials to be set: what is made, and of what.
    Part(String, String),
    /// A line that is on a bill of materials.
    BomLine(String, String),
    /// An open exception, by its id.
    Exception(String),
}

impl Named {
    fn check(&self, fold: &Fold) -> Result<(), Refusal> {
        match self {
            Self::Nothing => Ok(()),
            Self::Item(text) => find_item(fold, text).map(drop),
            Self::Thing(class, text) => find_thing(fold, *class, text).map(drop),
            Self::Order(text) => find_order(fold, text).map(drop),
            Self::Stocktake(text) => find_stocktake(fold, text).map(drop),
            Self::Line(order, item) => {
                let order = find_order(fold, order)?;
                let (item, _) = find_item(fold, item)?;
                wanted_line(fold, &order, &item).map(drop)
            }
            Self::Lot(text) => find_lot(fold, text).map(drop),
            Self::Purchase(text) => find_purchase(fold, text).map(drop),
            Self::Part(parent, child) => {
                find_item(fold, parent)?;
                find_item(fold, child).map(drop)
            }
            Self::BomLine(parent, child) => remove_bom_line(fold, parent, child).map(drop),
            Self::Exception(id) => find_exception(fold, id).map(drop),
        }
    }
}

/// One write of one caller.
pub(crate) struct Writer {
    app: App,
    caller: Caller,
    once: Option<IdempotencyKey>,
    done: StatusCode,
}

impl FromRequestParts<App> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(Problem::internal)?;
        let named = once_of(&parts.headers)?;
        let once = named.map(|named| IdempotencyKey {
            key: request_key(&caller.key_space(), named),
            row: 0,
        });
        let done = if parts.method == Method::POST {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        Ok(Self {
            app: app.clone(),
            caller,
            once,
            done,
        })
    }
}

fn once_of(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(ONCE).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let is_visible = |byte: &u8| byte.is_ascii_graphic();
    let bytes = value.as_bytes();
    let is_good = (1..=ONCE_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(is_visible);
    match value.to_str() {
        Ok(text) if is_good && values.next().is_none() => Ok(Some(text)),
        Ok(_) | Err(_) => {
            let text = format!(
                "the header Idempotency-Key is one text of 1 to {ONCE_BYTES_MAX} visible ASCII \
                 characters"
            );
            Err(Problem::bad_body("bad-idempotency-key", text))
        }
    }
}

impl Writer {
    /// Who writes.
    pub(crate) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Plans and writes, and answers with what it was about as it is now.
    pub(crate) async fn write(
        self,
        named: Named,
        plan: impl FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
    ) -> Result<Response, Problem> {
        let object = |view: &View<'_>, about: &About| view.object(about);
        self.write_shown(named, plan, object).await
    }

    /// The same, showing something else.
    pub(crate) async fn write_shown(
        self,
        named: Named,
        plan: impl FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
        show: impl FnOnce(&View<'_>, &About) -> Value + Send + 'static,
    ) -> Result<Response, Problem> {
        let Self {
            app,
            caller,
            once,
            done,
        } = self;
        let actor = Actor {
            user: Some(caller.user()?),
        };
        app.work(move |node| written(node, &actor, (once, done), &named, plan, show))
            .await?
    }
}

/// Plans and writes what an address and a body ask for; API and pages write through here alone.
pub(crate) fn carry_out(
    node: &Node,
    actor: &Actor,
    once: Option<IdempotencyKey>,
    named: &Named,
    plan: impl FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal>,
) -> Result<Written, Problem> {
    let now = node.now();
    let mut is_there = true;
    let checked = |fold: &Fold| {
        is_there = false;
        named.check(fold)?;
        is_there = true;
        plan(fold, now)
    };
    let written = match once {
        Some(once) => node.write_once(actor, once, checked),
        None => node.write(actor, checked),
    };
    written.map_err(|error| {
        if let (NodeError::Refused(refusal), true) = (&error, is_there) {
            return Problem::refused_write(refusal.clone());
        }
        error.into()
    })
}

fn written(
    node: &Node,
    actor: &Actor,
    (once, done): (Option<IdempotencyKey>, StatusCode),
    named: &Named,
    plan: impl FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal>,
    show: impl FnOnce(&View<'_>, &About) -> Value,
) -> Result<Response, Problem> {
    let written = carry_out(node, actor, once, named, plan)?;
    let about = written.about.as_ref();
    let object = about.map_or(Value::Null, |about| show(&node.view(), about));
    let entries: Vec<String> = written.entries.iter().map(ToString::to_string).collect();
    let status = if written.repeated {
        StatusCode::OK
    } else {
        done
    };
    let body = json!({
        "entry": entries.first(),
        "entries": entries,
        "object": object,
        "warnings": written.warnings,
        "repeated": written.repeated,
    });
    Ok((status, Json(body)).into_response())
}
