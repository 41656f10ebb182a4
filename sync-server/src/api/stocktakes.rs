//! `stocktakes`: the reports, and what managers do with them. Counts come by `counts`.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use ledger_core::at_entry::{
    self, About, AssignRequest, Refusal, StocktakeRequest, find_stocktake,
};
use ledger_core::catalogue::Role;
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_core::{Code, EntryId};
use ledger_node::times::parse_day;
use ledger_node::view::{StocktakeRow, StocktakeView};
use ledger_node::{Node, View};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::{BodyOf, BodyOrNone, PathOf, QueryOf};
use super::orders::End;
use super::paging::{Listed, OpenQuery, key};
use super::transactions::{entry_id, filled};
use super::write::{Named, Writer};
use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;

/// `GET stocktakes`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<OpenQuery>,
) -> Result<Json<Listed<StocktakeRow>>, Problem> {
    let (page, open) = query.page()?;
    let after = page.after.as_deref().and_then(behind);
    let wanted = page.limit.saturating_add(1);
    app.look(move |view| {
        let rows = view.stocktakes_after(open, after.as_ref(), wanted);
        Ok(Json(page.cut(rows, |row| {
            key(&[Some(&row.number), Some(&row.entry)])
        })))
    })
    .await
}

/// The row behind which a page begins, as its key names it.
fn behind(key: &str) -> Option<(Code, EntryId)> {
    let (number, entry) = key.split_once('\u{1}')?;
    Some((Code::new(number).ok()?, entry.parse().ok()?))
}

/// `GET stocktakes/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    PathOf(number): PathOf<String>,
) -> Result<Json<StocktakeView>, Problem> {
    app.look(move |view| {
        let id = find_stocktake(view.fold(), &number)?.id;
        let report = view.stocktake(id).ok_or_else(Problem::not_found)?;
        Ok(Json(if caller.role >= Role::Manager {
            report
        } else {
            report.for_counting()
        }))
    })
    .await
}

/// What is to be counted, and how.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StocktakeGiven {
    /// Made when nothing is said.
    number: Option<String>,
    title: Option<String>,
    /// All at these locations.
    #[serde(default)]
    locations: Vec<String>,
    /// All of these items.
    #[serde(default)]
    items: Vec<String>,
    /// Only what was not counted for so many days.
    not_counted_for: Option<u32>,
    /// Whoever counts is not told how much there should be.
    #[serde(default)]
    blind: bool,
    /// The day by which it is to be done.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    due: Option<String>,
}

/// `POST stocktakes`.
pub(super) async fn open(
    State(app): State<App>,
    writer: Writer,
    BodyOrNone(body): BodyOrNone<StocktakeGiven>,
) -> Result<Response, Problem> {
    let number = filled(body.number);
    let request = StocktakeRequest {
        locations: body.locations,
        items: body.items,
        not_counted_for: body.not_counted_for,
        blind: body.blind,
        due: filled(body.due).as_deref().map(parse_day).transpose()?,
        title: filled(body.title),
    };
    let device = app.work(Node::device).await?;
    let plan =
        move |fold: &Fold, _| at_entry::open_stocktake(fold, device, number.as_deref(), &request);
    writer.write(Named::Nothing, plan).await
}

/// Who is to count what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignGiven {
    /// A device by its name or id; - is any.
    device: String,
    /// All of these items.
    #[serde(default)]
    items: Vec<String>,
    /// All at these locations.
    #[serde(default)]
    locations: Vec<String>,
    /// Counted once more, whatever was counted before.
    #[serde(default)]
    again: bool,
}

/// `POST stocktakes/{number}/assign`.
pub(super) async fn assign(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOf(body): BodyOf<AssignGiven>,
) -> Result<Response, Problem> {
    let request = AssignRequest {
        device: body.device,
        items: body.items,
        locations: body.locations,
        again: body.again,
    };
    let named = Named::Stocktake(number.clone());
    let plan = move |fold: &Fold, _| at_entry::assign_stocktake(fold, &number, &request);
    writer.write(named, plan).await
}

/// The lines of an item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinesGiven {
    item: String,
    /// None is wherever the stocktake has it.
    location: Option<String>,
}

/// `POST stocktakes/{number}/recount`.
pub(super) async fn recount(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOf(body): BodyOf<LinesGiven>,
) -> Result<Response, Problem> {
    let named = Named::Stocktake(number.clone());
    let location = filled(body.location);
    let plan =
        move |fold: &Fold, _| at_entry::recount(fold, &number, &body.item, location.as_deref());
    writer.write(named, plan).await
}

/// What is approved; all that waits when nothing is said.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApproveGiven {
    /// The lines of this item.
    item: Option<String>,
    /// The lines at this location.
    location: Option<String>,
    /// These counts, by their entries.
    counts: Option<Vec<String>>,
    note: Option<String>,
}

/// `POST stocktakes/{number}/approve`.
pub(super) async fn approve(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOrNone(body): BodyOrNone<ApproveGiven>,
) -> Result<Response, Problem> {
    let named = Named::Stocktake(number.clone());
    let (item, location) = (filled(body.item), filled(body.location));
    let note = body.note;
    let Some(counts) = body.counts else {
        let plan = move |fold: &Fold, _| {
            let (item, location) = (item.as_deref(), location.as_deref());
            at_entry::approve_stocktake(fold, &number, item, location, note.as_deref())
        };
        return writer.write(named, plan).await;
    };
    if item.is_some() || location.is_some() {
        let text = "either \"counts\" are approved, or the lines of \"item\" and \"location\"";
        return Err(Refusal::new("bad-body", text).into());
    }
    let counts = counts.iter().map(|count| entry_id(count));
    let counts: Vec<EntryId> = counts.collect::<Result<_, _>>()?;
    let plan =
        move |fold: &Fold, _| at_entry::approve_counts(fold, &number, &counts, note.as_deref());
    writer.write(named, plan).await
}

/// Which lines; all open ones when nothing is said.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RestGiven {
    /// Those of this item.
    item: Option<String>,
    /// Those at this location.
    location: Option<String>,
}

/// `POST stocktakes/{number}/count-rest`.
pub(super) async fn count_rest(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOrNone(body): BodyOrNone<RestGiven>,
) -> Result<Response, Problem> {
    let named = Named::Stocktake(number.clone());
    let (item, location) = (filled(body.item), filled(body.location));
    let shown = number.clone();
    let plan = move |fold: &Fold, _| {
        at_entry::count_rest_as_none(fold, &number, item.as_deref(), location.as_deref())
    };
    // What it wrote are counts, which by themselves are about an item.
    let show = move |view: &View<'_>, _: &About| {
        let found = find_stocktake(view.fold(), &shown);
        let id = found.map(|stocktake| stocktake.id);
        id.map_or(Value::Null, |id| {
            view.object(&About::Document(Family::Stocktake, id))
        })
    };
    writer.write_shown(named, plan, show).await
}

/// `POST stocktakes/{number}/close`.
pub(super) async fn close(
    writer: Writer,
    PathOf(number): PathOf<String>,
    BodyOrNone(body): BodyOrNone<End>,
) -> Result<Response, Problem> {
    let details = body.details();
    let named = Named::Stocktake(number.clone());
    let plan = move |fold: &Fold, _| at_entry::close_stocktake(fold, &number, &details);
    writer.write(named, plan).await
}
