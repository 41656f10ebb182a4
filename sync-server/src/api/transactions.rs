//! `movements`, `counts` and `reversals`: what changes stock.

use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, MoveOwner, Plan, Refusal, StockRequest};
use ledger_core::catalogue::Role;
use ledger_core::entry::{Details, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{EntryId, IdError, Timestamp};
use ledger_node::times::{in_the_future, parse_day, parse_moment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{BodyOf, Typed, said};
use super::write::{Named, Writer};
use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;

/// What a movement or a count says. The words are those of the commands and CSV columns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transaction {
    item: String,
    quantity: Typed,
    /// Asked for only where the places do not tell it.
    #[schema(pattern = "^(add|remove|move|adjust)$")]
    act: Option<String>,
    location: Option<String>,
    from: Option<String>,
    to: Option<String>,
    owner: Option<String>,
    /// Null or empty is our own; left out, the owner stays.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    to_owner: Option<Option<String>>,
    /// A batch; - is stock without one.
    batch: Option<String>,
    all_batches: Option<bool>,
    reason: Option<String>,
    note: Option<String>,
    order: Option<String>,
    lot: Option<String>,
    po: Option<String>,
    serial: Option<String>,
    /// The stocktake that a count is made for.
    stocktake: Option<String>,
    /// When it happened, as RFC 3339 with its offset.
    at: Option<String>,
    /// When the batch expires.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    expiry: Option<String>,
}

/// What a movement does, and where.
#[derive(Debug, PartialEq, Eq)]
enum Does {
    Add(String),
    Remove(String),
    Move {
        from: String,
        to: String,
        owner: MoveOwner,
    },
    Adjust(String),
}

pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn bad_movement(text: impl Into<String>) -> Refusal {
    Refusal::new("bad-movement", text).hint(
        "add has \"to\", remove has \"from\", move has both, and adjust has \"location\" with \
         \"act\": \"adjust\"",
    )
}

impl Transaction {
    /// What it does, taken out of what it says.
    fn does(&mut self) -> Result<Does, Refusal> {
        let (from, to) = (filled(self.from.take()), filled(self.to.take()));
        let location = filled(self.location.take());
        let act = self.act.take().map(|act| act.trim().to_lowercase());
        if self.all_batches.is_some() {
            return Err(bad_movement("only a count has \"all_batches\""));
        }
        if self.stocktake.is_some() {
            return Err(bad_movement("only a count has \"stocktake\""));
        }
        let owner = match self.to_owner.take().map(filled) {
            None => MoveOwner::Same,
            Some(None) => MoveOwner::Own,
            Some(Some(customer)) => MoveOwner::Customer(customer),
        };
        let does = match (act.as_deref(), from, to, location) {
            (None | Some("add"), None, Some(to), None) | (Some("add"), None, None, Some(to)) => {
                Does::Add(to)
            }
            (None | Some("remove"), Some(from), None, None)
            | (Some("remove"), None, None, Some(from)) => Does::Remove(from),
            (None | Some("move"), Some(from), Some(to), None) => {
                return Ok(Does::Move { from, to, owner });
            }
            (Some("adjust"), None, None, Some(location)) => Does::Adjust(location),
            (None | Some("add" | "remove" | "move" | "adjust"), _, _, _) => {
                return Err(bad_movement(
                    "it is not plain what the movement does with these places",
                ));
            }
            (Some(act), _, _, _) => {
                let text = format!("{act:?} is not what a movement does");
                return Err(bad_movement(text));
            }
        };
        if owner == MoveOwner::Same {
            return Ok(does);
        }
        Err(bad_movement("only a move has \"to_owner\""))
    }

    /// Where, and the rest, of what happens at one location; refuses what only movements say.
    fn at_location(
        mut self,
        what: &str,
        bad: &'static str,
    ) -> Result<(String, StockRequest), Refusal> {
        let only_movements = [
            ("act", self.act.is_some()),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("to_owner", self.to_owner.is_some()),
        ];
        let hint = format!("{what} has \"item\", \"location\" and \"quantity\"");
        if let Some((key, _)) = only_movements.iter().find(|(_, is_said)| *is_said) {
            return Err(Refusal::new(bad, format!("{what} has no {key:?}")).hint(hint));
        }
        let location = filled(self.location.take());
        let location = location
            .ok_or_else(|| Refusal::new(bad, format!("{what} needs a location")).hint(hint))?;
        Ok((location, self.request()?))
    }

    /// Where, and the rest, of what is picked for the order that the address names.
    pub(super) fn picked(self) -> Result<(String, StockRequest), Refusal> {
        self.for_named(
            "a pick",
            "bad-pick",
            &["order", "all_batches", "stocktake"],
            "a pick is for the order that the address names, and of one batch",
        )
    }

    /// Where, and the rest, of what is issued to, brought back from or received for the document
    /// that the address names.
    pub(super) fn booked(self, what: &str) -> Result<(String, StockRequest), Refusal> {
        self.for_named(
            what,
            "bad-movement",
            &["order", "lot", "po", "all_batches", "stocktake"],
            "it is for what the address names, and of one batch",
        )
    }

    fn for_named(
        self,
        what: &str,
        bad: &'static str,
        without: &[&str],
        hint: &str,
    ) -> Result<(String, StockRequest), Refusal> {
        let said = [
            ("order", self.order.is_some()),
            ("lot", self.lot.is_some()),
            ("po", self.po.is_some()),
            ("all_batches", self.all_batches.is_some()),
            ("stocktake", self.stocktake.is_some()),
        ];
        let mut wrong = said.iter().filter(|(key, _)| without.contains(key));
        if let Some((key, _)) = wrong.find(|(_, is_said)| *is_said) {
            return Err(Refusal::new(bad, format!("{what} has no {key:?}")).hint(hint));
        }
        self.at_location(what, bad)
    }

    fn request(self) -> Result<StockRequest, Refusal> {
        Ok(StockRequest {
            quantity: self.quantity.quantity()?,
            item: self.item,
            owner: filled(self.owner),
            batch: filled(self.batch),
            all_batches: self.all_batches.unwrap_or_default(),
            span: None,
            particulars: Particulars {
                details: Details {
                    reason: self.reason,
                    note: self.note,
                    order: self.order,
                    lot: self.lot,
                    po: self.po,
                    serial: self.serial,
                },
                said: filled(self.at).as_deref().map(parse_moment).transpose()?,
                once: None,
                expiry: filled(self.expiry).as_deref().map(parse_day).transpose()?,
            },
        })
    }
}

/// The plan, with a warning of a time that has not come yet.
pub(super) fn warned(mut plan: Plan, request: &StockRequest, now: Timestamp) -> Plan {
    plan.warnings
        .extend(in_the_future(request.particulars.said, now));
    plan
}

/// `POST movements`.
pub(super) async fn movement(
    writer: Writer,
    BodyOf(mut body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let does = body.does()?;
    let request = body.request()?;
    let plan = move |fold: &Fold, now| {
        let plan = match &does {
            Does::Add(to) => at_entry::add(fold, to, &request),
            Does::Remove(from) => at_entry::remove(fold, from, &request),
            Does::Move { from, to, owner } => at_entry::movement(fold, from, to, owner, &request),
            Does::Adjust(location) => at_entry::adjust(fold, location, &request),
        };
        Ok(warned(plan?, &request, now))
    };
    writer.write(Named::Nothing, plan).await
}

/// `POST counts`.
pub(super) async fn count(
    writer: Writer,
    BodyOf(mut body): BodyOf<Transaction>,
) -> Result<Response, Problem> {
    let stocktake = filled(body.stocktake.take());
    let (location, request) = body.at_location("a count", "bad-count")?;
    let plan = move |fold: &Fold, now| {
        let plan = match &stocktake {
            None => at_entry::count(fold, &location, &request),
            Some(stocktake) => at_entry::count_for(fold, stocktake, &location, &request),
        };
        Ok(warned(plan?, &request, now))
    };
    writer.write(Named::Nothing, plan).await
}

/// Reads the id of an entry.
pub(super) fn entry_id(text: &str) -> Result<EntryId, Refusal> {
    text.parse().map_err(|error: IdError| {
        Refusal::new("bad-entry", error.to_string())
            .hint("items/{sku}/history shows the entries of an item")
    })
}

/// A manager may reverse anything, an operator what the same token wrote.
pub(crate) async fn may_reverse(
    app: &App,
    caller: &Caller,
    target: EntryId,
) -> Result<(), Problem> {
    if caller.role >= Role::Manager {
        return Ok(());
    }
    let user = caller.user()?;
    let entry = app.work(move |node| node.entry(target)).await??;
    // What is not there is refused by the rules of reversals, for everybody alike.
    if entry.is_none_or(|entry| entry.user == Some(user)) {
        return Ok(());
    }
    let problem = Problem::forbidden(Role::Manager, Some(caller.role));
    Err(Problem {
        detail: format!("{target} was written by somebody else: {}", problem.detail),
        ..problem
    })
}

/// Which transaction is void, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reversal {
    /// ORIGIN-SEQ.
    #[schema(pattern = "^[0-9a-f]{32}-[1-9][0-9]{0,18}$")]
    entry: String,
    reason: Option<String>,
    note: Option<String>,
}

/// `POST reversals`.
pub(super) async fn reversal(
    State(app): State<App>,
    writer: Writer,
    BodyOf(body): BodyOf<Reversal>,
) -> Result<Response, Problem> {
    let target = entry_id(&body.entry)?;
    may_reverse(&app, writer.caller(), target).await?;
    let particulars = Particulars {
        details: Details {
            reason: filled(body.reason),
            note: filled(body.note),
            ..Details::default()
        },
        ..Particulars::default()
    };
    let plan = move |fold: &Fold, _| at_entry::undo(fold, target.origin, Some(target), particulars);
    writer.write(Named::Nothing, plan).await
}
