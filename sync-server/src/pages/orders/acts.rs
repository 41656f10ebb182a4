//! What is done with an order: lines, picks, returns, and its end.

use axum::response::Response;
use ledger_core::at_entry::{
    self, Plan, Refusal, StockRequest, find_item, find_order, order_add, order_remove, order_set,
    wanted_line,
};
use ledger_core::entry::Details;
use ledger_core::fold::{Fold, ItemMatch};
use ledger_core::{Quantity, Timestamp};
use ledger_node::View;

use super::order::{Beside, order_page};
use crate::api::{Named, PathOf};
use crate::pages::form::{Fields, Form, Typed, problem};
use crate::pages::visit::{Done, SomePlan, Visit, in_path, own_path};
use crate::problem::Problem;

/// Writes what a form of the order's page asks for.
async fn act<P>(
    visit: Visit,
    (which, fields): (&'static str, Fields),
    (order, item): (String, String),
    plan: Result<(P, Done), Problem>,
) -> Result<Response, Problem>
where
    P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
{
    let named = Named::Order(order.clone());
    let is_adding = which == "add-line";
    let build = move |view: &View<'_>, frame, form: Form| {
        let short = (form.code() == "not-available").then(|| item.clone());
        let beside = if is_adding {
            Beside {
                typed: item,
                is_adding,
                short,
                ..Beside::default()
            }
        } else {
            Beside {
                line: item,
                short,
                ..Beside::default()
            }
        };
        order_page(view, frame, form, &order, beside)
    };
    visit.write((which, fields), named, plan, build).await
}

fn back_to(order: &str, line: &str) -> String {
    if line.is_empty() {
        return format!("/orders/{}", in_path(order));
    }
    format!("/orders/{}?line={}#line", in_path(order), in_path(line))
}

/// Raises or lowers what a line wants.
fn by(fold: &Fold, order: &str, item: &str, change: Quantity) -> Result<Plan, Refusal> {
    if !change.is_negative() {
        return order_add(fold, order, item, change);
    }
    let found = find_order(fold, order)?;
    let (sku, _) = find_item(fold, item)?;
    let wanted = wanted_line(fold, &found, &sku)?.wanted;
    let wanted = wanted.plus(change.total()).quantity();
    match wanted.filter(|wanted| !wanted.is_negative()) {
        None => Err(Refusal::new("below-nothing", "")),
        Some(wanted) if wanted.is_zero() => order_remove(fold, order, item),
        Some(wanted) => order_set(fold, order, item, wanted),
    }
}

/// Adds an item: by its SKU or a barcode at once, by other words after a choice.
pub(super) async fn add_line(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let chosen = fields.text("choice").or_else(|| fields.text("item"));
    let text = chosen.unwrap_or_default();
    let sought = text.clone();
    let found = visit
        .app
        .look(move |view| Ok(view.fold().find_item(&sought)));
    let typed = match fields.text("quantity") {
        Some(_) => fields.quantity(visit.words, "quantity").map(Some),
        None => Ok(None),
    };
    let plan = match (found.await?, typed) {
        (_, Err(problem)) => Err(problem),
        _ if text.is_empty() => Err(problem("missing-field")),
        (ItemMatch::One(item, pack), Ok(typed)) => {
            let quantity = typed.map_or(pack, |typed| typed.quantity);
            let to = format!("/orders/{}?adding", in_path(&order));
            let done = Done::new(to, "done-line-added")
                .value("item", item.to_string())
                .value("change", visit.words.change(&quantity.to_string()));
            let order = order.clone();
            let plan = move |fold: &Fold, _: Timestamp| by(fold, &order, item.as_str(), quantity);
            Ok((plan, done.warned("done-line-waits")))
        }
        (ItemMatch::Several(_), Ok(_)) => Err(problem("choose-item")),
        (ItemMatch::None, Ok(_)) => Err(problem("no-such-item")),
    };
    act(visit, ("add-line", fields), (order, text), plan).await
}

/// Sets what a line wants; with a sign it is raised or lowered by so much.
pub(super) async fn set_line(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let seen = fields.raw("seen-wanted").to_owned();
    let typed = fields.quantity(visit.words, "wanted");
    let plan = typed.map(|typed: Typed| {
        let done = Done::new(back_to(&order, &item), "done-line-set")
            .value("item", item.clone())
            .value("wanted", visit.words.number(&typed.quantity.to_string()));
        let done = if typed.signed {
            done_by(done, typed.quantity, visit.words)
        } else {
            done
        };
        let (order, item) = (order.clone(), item.clone());
        let plan = move |fold: &Fold, _: Timestamp| set_plan(fold, &order, &item, &seen, typed);
        (plan, done.warned("done-line-waits"))
    });
    act(visit, ("set", fields), (order, item), plan).await
}

fn done_by(mut done: Done, change: Quantity, words: crate::lang::Words) -> Done {
    done.message = "done-line-added";
    done.value("change", words.change(&change.to_string()))
}

fn set_plan(
    fold: &Fold,
    order: &str,
    item: &str,
    seen: &str,
    typed: Typed,
) -> Result<Plan, Refusal> {
    if typed.signed {
        return by(fold, order, item, typed.quantity);
    }
    let found = find_order(fold, order)?;
    let (sku, _) = find_item(fold, item)?;
    // Somebody else changed the line since this person looked at it.
    let wanted = wanted_line(fold, &found, &sku)?.wanted.to_string();
    if !seen.is_empty() && wanted != seen {
        return Err(Refusal::new("changed-meanwhile", ""));
    }
    if typed.quantity.is_zero() {
        return order_remove(fold, order, item);
    }
    order_set(fold, order, item, typed.quantity)
}

/// Takes a line off; what was picked for it goes back to its places.
pub(super) async fn remove_line(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let done = Done::new(back_to(&order, ""), "done-line-removed").value("item", item.clone());
    let (number, sku) = (order.clone(), item.clone());
    let plan = move |fold: &Fold, _: Timestamp| order_remove(fold, &number, &sku);
    act(visit, ("remove", fields), (order, item), Ok((plan, done))).await
}

/// What a form for picking says, and what is told when it is done.
pub(super) fn picked(
    visit: &Visit,
    order: &str,
    fields: &Fields,
    to: String,
) -> Result<(SomePlan, Done), Problem> {
    let item = fields.raw("item").to_owned();
    let typed = fields.quantity(visit.words, "quantity")?;
    let location = fields.needed("location")?;
    let done = Done::new(to, "done-picked")
        .value("item", item.clone())
        .value("quantity", visit.words.number(&typed.quantity.to_string()))
        .value("location", location.clone());
    let request = StockRequest {
        item,
        quantity: typed.quantity,
        owner: fields.text("owner"),
        batch: fields.text("batch"),
        ..StockRequest::default()
    };
    let order = order.to_owned();
    let plan =
        move |fold: &Fold, _: Timestamp| at_entry::order_pick(fold, &order, &location, &request);
    let done = done.warned("done-picked-unpromised").undoable();
    Ok((Box::new(plan), done))
}

/// Takes stock for a line.
pub(super) async fn pick(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let to = back_to(&order, &item);
    let plan = picked(&visit, &order, &fields, to);
    act(visit, ("pick", fields), (order, item), plan).await
}

/// Takes what is ready, for a line or for all.
pub(super) async fn fill(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.text("item");
    // The list of what waits, as it was filtered, or the order.
    let back = fields.text("back");
    let to = back.map_or_else(|| back_to(&order, ""), |back| own_path(&back).to_owned());
    let done = match &item {
        Some(item) => Done::new(to, "done-filled-item").value("item", item.clone()),
        None => Done::new(to, "done-filled"),
    };
    let done = done.value("order", order.clone());
    let (number, sku) = (order.clone(), item.clone());
    let plan = move |fold: &Fold, _: Timestamp| at_entry::order_fill(fold, &number, sku.as_deref());
    let done = done.undoable();
    act(
        visit,
        ("fill", fields),
        (order, item.unwrap_or_default()),
        Ok((Box::new(plan), done)),
    )
    .await
}

/// Brings parts back.
pub(super) async fn bring_back(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let typed = fields.quantity(visit.words, "quantity");
    let plan = typed.map(|typed| {
        let done = Done::new(back_to(&order, &item), "done-returned")
            .value("item", item.clone())
            .value("quantity", visit.words.number(&typed.quantity.to_string()));
        let (order, item) = (order.clone(), item.clone());
        let plan = move |fold: &Fold, _: Timestamp| {
            at_entry::order_return(fold, &order, &item, typed.quantity)
        };
        (plan, done.undoable())
    });
    act(visit, ("return", fields), (order, item), plan).await
}

/// Serves a line before others, or like the others again.
pub(super) async fn expedite(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let item = fields.raw("item").to_owned();
    let rank: Result<i64, Problem> = fields
        .needed("rank")
        .and_then(|rank| rank.parse().or(Err(problem("bad-rank"))));
    let plan = rank.map(|rank| {
        let message = if rank > 0 {
            "done-expedited"
        } else {
            "done-not-expedited"
        };
        let done = Done::new(back_to(&order, &item), message).value("item", item.clone());
        let (order, item) = (order.clone(), item.clone());
        let plan =
            move |fold: &Fold, _: Timestamp| at_entry::order_expedite(fold, &order, &item, rank);
        (plan, done)
    });
    act(visit, ("expedite", fields), (order, item), plan).await
}

fn details(fields: &Fields) -> Details {
    Details {
        reason: fields.text("reason"),
        ..Details::default()
    }
}

/// Calls the order off; what was picked goes back to its places.
pub(super) async fn cancel(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(back_to(&order, ""), "done-cancelled").value("order", order.clone());
    let (number, details) = (order.clone(), details(&fields));
    let plan = move |fold: &Fold, _: Timestamp| at_entry::order_cancel(fold, &number, &details);
    act(
        visit,
        ("cancel", fields),
        (order, String::new()),
        Ok((plan, done)),
    )
    .await
}

/// Ends the order; what was not picked is wanted no longer.
pub(super) async fn close(
    visit: Visit,
    PathOf(order): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = Done::new(back_to(&order, ""), "done-closed").value("order", order.clone());
    let (number, details) = (order.clone(), details(&fields));
    let plan = move |fold: &Fold, _: Timestamp| at_entry::order_close(fold, &number, &details);
    let done = done.warned("done-closed-open");
    act(
        visit,
        ("close", fields),
        (order, String::new()),
        Ok((plan, done)),
    )
    .await
}
