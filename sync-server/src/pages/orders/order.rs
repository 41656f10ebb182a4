//! One order: what it wants and has, and everything that is done with it.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::{find_order, shelves_for};
use ledger_core::fold::{Fold, ItemMatch, Order};
use ledger_core::{Code, Total};
use ledger_node::View;
use ledger_node::view::{ExceptionView, ItemFilter, OrderLineView, OrderView, OutView};
use serde::Deserialize;

use super::list::{order_key, policy_means};
use crate::api::{PathOf, QueryOf};
use crate::pages::documents::Moves;
use crate::pages::form::Form;
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Items that a search offers.
const CHOICES_MAX: usize = 8;
/// Shorter texts would find nearly everything.
const SEARCH_CHARS_MIN: usize = 2;

/// What links and the search say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct OrderQuery {
    /// The item whose line is open to be changed.
    #[serde(default)]
    line: String,
    /// What is being typed into the field that adds a line.
    #[serde(default)]
    item: String,
    /// The person is adding lines: the field is ready for the next scan.
    adding: Option<String>,
}

#[derive(Template)]
#[template(path = "orders/order.html")]
pub(super) struct OrderPage {
    frame: Frame,
    form: Form,
    /// How addresses name the order.
    key: String,
    order: OrderView,
    /// The sentence on what its policy does.
    policy: &'static str,
    exceptions: Vec<ExceptionView>,
    /// The line that is open to be changed.
    line: Option<LinePanel>,
    /// What was typed into the field that adds a line, and what it may mean.
    typed: String,
    choices: Vec<Choice>,
    is_adding: bool,
    /// What was wanted and is not there.
    short: Option<Short>,
    moves: Moves,
    out: Vec<OutView>,
    /// Lines with something that was not picked.
    open_lines: usize,
}

/// The forms for one line.
struct LinePanel {
    line: OrderLineView,
    /// Where it can be taken.
    shelves: Vec<ShelfRow>,
    /// What the form for picking begins with.
    from: String,
    batch: String,
    quantity: String,
}

/// A place where there is any of the item.
struct ShelfRow {
    location: String,
    owner: Option<String>,
    batch: Option<String>,
    on_hand: String,
}

/// An item that a search found.
struct Choice {
    sku: String,
    name: String,
    unit: String,
    available: String,
}

/// What there is of an item that an order wants more of than that.
struct Short {
    sku: String,
    free: String,
    elsewhere: Option<String>,
    site: Option<String>,
}

impl OrderPage {
    fn is_open(&self) -> bool {
        self.order.state == "open"
    }
}

/// What a page shows beside the order itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    pub(super) line: String,
    pub(super) typed: String,
    pub(super) is_adding: bool,
    /// The item that there was not enough of.
    pub(super) short: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<OrderQuery>,
) -> Result<Response, Problem> {
    let beside = Beside {
        line: query.line,
        typed: query.item,
        is_adding: query.adding.is_some(),
        short: None,
    };
    visit
        .page(move |view, frame| order_page(view, frame, Form::default(), &number, beside))
        .await
}

pub(super) fn order_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
    beside: Beside,
) -> Result<OrderPage, Problem> {
    let fold = view.fold();
    let order = find_order(fold, number)?;
    let shown = view.order(order.id).ok_or_else(Problem::not_found)?;
    let is_open_line = |line: &&OrderLineView| line.allocated != "0" || line.backorder != "0";
    Ok(OrderPage {
        frame,
        form,
        key: order_key(fold, &shown),
        policy: policy_means(shown.policy),
        exceptions: view.exceptions_of_order(order.id),
        line: panel(fold, &order, &shown, &beside.line),
        choices: choices(view, &beside.typed),
        short: beside
            .short
            .and_then(|item| short(fold, &order, item.as_str())),
        typed: beside.typed,
        is_adding: beside.is_adding,
        moves: Moves::of(view, order.id, "")?,
        out: view.out_for(order.id),
        open_lines: shown.lines.iter().filter(is_open_line).count(),
        order: shown,
    })
}

fn panel(fold: &Fold, order: &Order, shown: &OrderView, item: &str) -> Option<LinePanel> {
    let line = shown.lines.iter().find(|line| line.item == item)?.clone();
    let sku = Code::new(item).ok()?;
    let lines = fold.lines(&sku).into_iter();
    let may_take = |owner: &Option<Code>| owner.is_none() || *owner == order.customer;
    let lines = lines.filter(|line| !line.on_hand.is_zero() && may_take(&line.key.owner));
    let shelves: Vec<ShelfRow> = lines
        .map(|line| ShelfRow {
            location: line.key.location.to_string(),
            owner: line.key.owner.as_ref().map(Code::to_string),
            batch: line.key.batch.as_ref().map(Code::to_string),
            on_hand: line.on_hand.to_string(),
        })
        .collect();
    let promised = shelves_for(fold, order, &sku).into_iter().next();
    let (from, batch, quantity) = match promised {
        Some(shelf) => (
            shelf.line.location.to_string(),
            shelf.line.batch.map_or_else(String::new, |b| b.to_string()),
            shelf.quantity.to_string(),
        ),
        None => (String::new(), String::new(), String::new()),
    };
    Some(LinePanel {
        line,
        shelves,
        from,
        batch,
        quantity,
    })
}

/// The items that a typed text may mean.
fn choices(view: &View<'_>, typed: &str) -> Vec<Choice> {
    let typed = typed.trim();
    if typed.chars().count() < SEARCH_CHARS_MIN {
        return Vec::new();
    }
    let items = match view.fold().find_item(typed) {
        ItemMatch::One(item, _) => vec![item],
        ItemMatch::Several(items) => items,
        ItemMatch::None => {
            let filter = ItemFilter {
                search: Some(typed.to_owned()),
                ..ItemFilter::default()
            };
            let found = view.items_after(&filter, None, CHOICES_MAX).into_iter();
            return found
                .map(|item| Choice {
                    sku: item.sku,
                    name: item.name,
                    unit: item.unit,
                    available: item.available,
                })
                .collect();
        }
    };
    let shown = items.iter().map(|item| view.show(item));
    shown
        .map(|item| Choice {
            sku: item.sku,
            name: item.name,
            unit: item.unit,
            available: item.available,
        })
        .collect()
}

fn short(fold: &Fold, order: &Order, item: &str) -> Option<Short> {
    let ItemMatch::One(sku, _) = fold.find_item(item) else {
        return None;
    };
    let free = fold.free_for(order.id, &sku).max(Total::ZERO);
    let elsewhere = fold.elsewhere_for(order.id, &sku);
    Some(Short {
        sku: sku.to_string(),
        free: free.to_string(),
        elsewhere: (!elsewhere.is_zero()).then(|| elsewhere.to_string()),
        site: order.site.as_ref().map(Code::to_string),
    })
}
