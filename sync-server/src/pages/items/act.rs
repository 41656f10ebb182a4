//! Add stock, Remove stock, Adjust Stock, move and count, from an item's Inventory tab.

use axum::response::Response;
use chrono::{NaiveDateTime, TimeZone as _};
use ledger_core::at_entry::{self, MoveOwner, Plan, Refusal, StockRequest};
use ledger_core::entry::{Details, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;
use ledger_node::times::{in_the_future, parse_day, timestamp};

use super::item::{ItemQuery, StockAct, item_page, path_of};
use crate::api::{Named, PathOf};
use crate::lang::Words;
use crate::pages::form::{Fields, Typed, problem};
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// How a browser writes a moment without its zone.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M";

pub(super) async fn add(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    act(visit, sku, fields, StockAct::Add).await
}

pub(super) async fn remove(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    act(visit, sku, fields, StockAct::Remove).await
}

pub(super) async fn adjust(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    act(visit, sku, fields, StockAct::Adjust).await
}

pub(super) async fn transfer(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    act(visit, sku, fields, StockAct::Move).await
}

pub(super) async fn count(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    act(visit, sku, fields, StockAct::Count).await
}

async fn act(
    visit: Visit,
    sku: String,
    fields: Fields,
    act: StockAct,
) -> Result<Response, Problem> {
    let words = visit.words_here().await?;
    let asked = Asked::of(words, &sku, &fields, act);
    let plan = asked.map(|asked| {
        let done = asked.done(words);
        (move |fold: &Fold, now| asked.plan(fold, now), done)
    });
    let item = sku.clone();
    let query = ItemQuery {
        act: act.word().to_owned(),
        ..ItemQuery::default()
    };
    let build = move |view: &View<'_>, frame, form| item_page(view, frame, form, &item, query);
    visit
        .on_page(format!("{}?act={}", path_of(&sku), act.word()))
        .write((act.word(), fields), Named::Item(sku), plan, build)
        .await
}

/// What somebody asks for, by what it does: adding less than nothing is removing.
struct Asked {
    does: StockAct,
    location: String,
    to: String,
    to_owner: MoveOwner,
    request: StockRequest,
}

impl Asked {
    fn of(words: Words, sku: &str, fields: &Fields, act: StockAct) -> Result<Self, Problem> {
        let (does, quantity) = meant(act, fields.quantity(words, "quantity")?)?;
        let to_owner = match (fields.is_on("to-own"), fields.text("to-owner")) {
            (true, Some(_)) => return Err(problem("two-new-owners")),
            (true, None) => MoveOwner::Own,
            (false, Some(customer)) => MoveOwner::Customer(customer),
            (false, None) => MoveOwner::Same,
        };
        let location = fields.needed("location")?;
        // Where only the owner changes, it stays where it is.
        let to = fields.text("to").unwrap_or_else(|| location.clone());
        Ok(Self {
            does,
            location,
            to,
            to_owner,
            request: StockRequest {
                item: sku.to_owned(),
                quantity,
                owner: fields.text("owner"),
                batch: fields.text("batch"),
                all_batches: fields.is_on("all-batches"),
                span: None,
                particulars: particulars(words, fields)?,
            },
        })
    }

    fn plan(&self, fold: &Fold, now: Timestamp) -> Result<Plan, Refusal> {
        let (at, request) = (self.location.as_str(), &self.request);
        let mut plan = match self.does {
            StockAct::Add => at_entry::add(fold, at, request),
            StockAct::Remove => at_entry::remove(fold, at, request),
            StockAct::Adjust => at_entry::adjust(fold, at, request),
            StockAct::Move => at_entry::movement(fold, at, &self.to, &self.to_owner, request),
            StockAct::Count => at_entry::count(fold, at, request),
        }?;
        plan.warnings
            .extend(in_the_future(request.particulars.said, now));
        Ok(plan)
    }

    fn done(&self, words: Words) -> Done {
        let quantity = self.request.quantity.to_string();
        let (message, quantity) = match self.does {
            StockAct::Add => ("done-added", words.number(&quantity)),
            StockAct::Remove => ("done-removed", words.number(&quantity)),
            StockAct::Adjust => ("done-adjusted", words.change(&quantity)),
            StockAct::Move => ("done-moved", words.number(&quantity)),
            StockAct::Count => ("done-counted", words.number(&quantity)),
        };
        let done = Done::new(path_of(&self.request.item), message)
            .value("item", &self.request.item)
            .value("quantity", quantity)
            .value("location", &self.location);
        let done = match self.does {
            StockAct::Move => done.value("to-location", &self.to),
            StockAct::Add | StockAct::Remove | StockAct::Adjust | StockAct::Count => done,
        };
        // Counting all batches is several transactions, so one undo would not be all of it.
        if self.request.all_batches {
            done
        } else {
            done.undoable()
        }
    }
}

/// What a signed quantity asks for. Adding −5 removes 5; removing −5 says the same twice; but
/// removing +5 could mean either.
fn meant(act: StockAct, typed: Typed) -> Result<(StockAct, Quantity), Problem> {
    let Typed { quantity, signed } = typed;
    let size = if quantity.is_negative() {
        quantity
            .checked_neg()
            .ok_or_else(|| problem("bad-quantity"))?
    } else {
        quantity
    };
    match act {
        StockAct::Add if quantity.is_negative() => Ok((StockAct::Remove, size)),
        StockAct::Remove if signed && !quantity.is_negative() => Err(problem("remove-plus")),
        StockAct::Remove => Ok((StockAct::Remove, size)),
        StockAct::Add | StockAct::Adjust | StockAct::Move | StockAct::Count => Ok((act, quantity)),
    }
}

/// What was said beside the quantity.
fn particulars(words: Words, fields: &Fields) -> Result<Particulars, Problem> {
    let expiry = fields.text("expiry");
    let said = fields.text("at");
    Ok(Particulars {
        details: Details {
            reason: fields.text("reason"),
            note: fields.text("note"),
            order: fields.text("order"),
            lot: fields.text("lot"),
            po: fields.text("po"),
            serial: fields.text("serial"),
        },
        said: said.map(|text| local_time(words, &text)).transpose()?,
        once: None,
        expiry: expiry.as_deref().map(parse_day).transpose()?,
    })
}

/// Reads a moment of the visitor's clock on the wall; where that stands for two moments, the
/// first.
fn local_time(words: Words, text: &str) -> Result<Timestamp, Problem> {
    let local = NaiveDateTime::parse_from_str(text, LOCAL_TIME);
    let local = local.or(Err(problem("bad-time")))?;
    let moment = words.zone.from_local_datetime(&local).earliest();
    let moment = moment.ok_or_else(|| problem("bad-time"))?;
    Ok(timestamp(text, moment.timestamp_millis())?)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;

    #[test]
    fn a_sign_says_what_is_meant() {
        let typed = |text: &str| {
            let words = Words::new(Lang::En, Tz::UTC);
            Fields::of(&[("q", text)]).quantity(words, "q").unwrap()
        };
        let five = "5".parse().unwrap();
        for (act, text, does) in [
            (StockAct::Add, "5", StockAct::Add),
            (StockAct::Add, "+5", StockAct::Add),
            (StockAct::Add, "-5", StockAct::Remove),
            (StockAct::Remove, "5", StockAct::Remove),
            (StockAct::Remove, "-5", StockAct::Remove),
        ] {
            assert_eq!(meant(act, typed(text)).unwrap(), (does, five), "{text}");
        }
        let refused = meant(StockAct::Remove, typed("+5")).unwrap_err();
        assert_eq!(refused.code, "remove-plus");
        let down = meant(StockAct::Adjust, typed("-5")).unwrap();
        assert_eq!(down, (StockAct::Adjust, "-5".parse().unwrap()));
    }

    #[test]
    fn times_are_of_the_wall_clock_where_one_looks() {
        let berlin = Words::new(Lang::De, Tz::Europe__Berlin);
        let noon = local_time(berlin, "2024-07-01T12:00").unwrap();
        assert_eq!(noon.millis(), 1_719_828_000_000);
        for bad in ["2024-07-01", "2024-03-31T02:30", "now"] {
            assert_eq!(
                local_time(berlin, bad).unwrap_err().code,
                "bad-time",
                "{bad}"
            );
        }
    }
}
