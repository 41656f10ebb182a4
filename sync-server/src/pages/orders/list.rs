//! The list of orders, and opening one.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::settings::order_policy;
use ledger_core::at_entry::{self, OrderChange};
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_core::order::OrderType;
use ledger_node::view::{OrderFilter, OrderView, PartnerView};
use ledger_node::{Node, View};
use serde::Deserialize;

use crate::api::{Named, QueryOf};
use crate::pages::documents::{after, begun, day, key_of, offered};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Orders on one page.
const ROWS_MAX: usize = 50;

/// What the search form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    search: String,
    /// `all`, `backorder` or `ready`; anything else is what is open.
    #[serde(default)]
    show: String,
    /// The entry that opened the last order of the page before.
    after: Option<String>,
}

impl ListQuery {
    fn filter(&self, unread: &mut Unread) -> OrderFilter {
        let search = self.search.trim();
        let known = |show: &str| {
            let mut choices = Self::choices().into_iter();
            choices.find(|(known, _)| *known == show)
        };
        let show = unread.choice("which-orders", &self.show, known);
        let show = show.map_or("open", |(show, _)| show);
        OrderFilter {
            open: show != "all",
            backorder: show == "backorder",
            ready: show == "ready",
            search: (!search.is_empty()).then(|| search.to_owned()),
            customer: None,
        }
    }

    /// The choices of the list with their words.
    fn choices() -> [(&'static str, &'static str); 4] {
        [
            ("open", "orders-show-open"),
            ("backorder", "orders-show-backorder"),
            ("ready", "orders-show-ready"),
            ("all", "orders-show-all"),
        ]
    }

    fn is_shown(&self, choice: &str) -> bool {
        let known = Self::choices().iter().any(|(known, _)| *known == self.show);
        self.show == choice || (!known && choice == "open")
    }
}

#[derive(Template)]
#[template(path = "orders/orders.html")]
struct OrdersPage {
    frame: Frame,
    query: ListQuery,
    unread: Unread,
    rows: Vec<Row>,
    /// The entry behind which the next page begins.
    next: Option<String>,
    /// There are no orders at all yet.
    is_empty: bool,
}

/// How the address of an order names it.
pub(super) fn order_key(fold: &Fold, order: &OrderView) -> String {
    key_of(fold, Family::Order, &order.number, &order.entry)
}

/// An order in a list.
pub(in crate::pages) struct Row {
    pub(in crate::pages) key: String,
    pub(in crate::pages) order: OrderView,
}

impl Row {
    pub(in crate::pages) fn of(fold: &Fold, order: OrderView) -> Self {
        Self {
            key: order_key(fold, &order),
            order,
        }
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let fold = view.fold();
        let after = after(fold, query.after.as_ref());
        let wanted = ROWS_MAX.saturating_add(1);
        let mut unread = Unread::default();
        let filter = query.filter(&mut unread);
        let mut orders = view.orders_after(&filter, after.as_ref(), wanted);
        let more = orders.len() > ROWS_MAX;
        orders.truncate(ROWS_MAX);
        Ok(OrdersPage {
            frame,
            next: orders.last().filter(|_| more).map(|row| row.entry.clone()),
            is_empty: orders.is_empty() && fold.document_numbers(Family::Order).next().is_none(),
            rows: orders
                .into_iter()
                .map(|order| Row::of(fold, order))
                .collect(),
            query,
            unread,
        })
    };
    visit.page(build).await
}

/// A type of order, with what a policy does with the stock that it wants.
pub(super) struct TypeChoice {
    pub(super) word: &'static str,
    /// The id of the sentence.
    pub(super) means: &'static str,
}

/// The sentence that says what a policy does.
pub(super) fn policy_means(policy: &str) -> &'static str {
    match policy {
        "issue" => "policy-means-issue",
        _ => "policy-means-reserve",
    }
}

#[derive(Template)]
#[template(path = "orders/order_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    types: Vec<TypeChoice>,
    sites: Vec<PartnerView>,
    customers: Vec<PartnerView>,
    /// The customer whose page leads here.
    customer: String,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what shows a page may fail, as visits expect it"
)]
fn new_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    customer: String,
) -> Result<NewPage, Problem> {
    let (sites, customers) = offered(view);
    let types = OrderType::ALL.map(|kind| TypeChoice {
        word: kind.word(),
        means: policy_means(order_policy(view.fold(), kind).word()),
    });
    Ok(NewPage {
        frame,
        form,
        types: types.into(),
        sites,
        customers,
        customer,
    })
}

/// Who the new order is for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NewQuery {
    #[serde(default)]
    customer: String,
}

pub(super) async fn new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| new_page(view, frame, Form::default(), query.customer))
        .await
}

fn change_of(fields: &Fields) -> Result<OrderChange, Problem> {
    Ok(OrderChange {
        customer: Some(fields.text("customer")),
        site: Some(fields.text("site")),
        due: Some(day(fields, "due")?),
        title: Some(fields.raw("title").to_owned()),
        stage: None,
    })
}

/// Opens an order, and leads to it.
pub(super) async fn open(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let opened = opened(&visit, &fields).await;
    match opened {
        Ok((written, number)) => {
            let to = format!("/orders/{}?adding", in_path(&number));
            let done = Done::new(to, "done-order-opened").value("order", number);
            visit.go_on(&written, done).await
        }
        Err(problem) => {
            let build = |view: &View<'_>, frame, form| new_page(view, frame, form, String::new());
            visit.again("new", fields, problem, build).await
        }
    }
}

async fn opened(visit: &Visit, fields: &Fields) -> Result<(ledger_node::Written, String), Problem> {
    let order_type = OrderType::from_word(fields.raw("type"));
    let order_type = order_type.ok_or_else(|| problem("missing-field"))?;
    let change = change_of(fields)?;
    let number = fields.text("number");
    let device = visit.app.work(Node::device).await?;
    let plan = move |fold: &Fold, _| {
        at_entry::open_order(fold, device, number.as_deref(), order_type, &change)
    };
    let written = visit.carry_out(fields, Named::Nothing, plan).await?;
    let number = begun(visit, &written).await?;
    Ok((written, number))
}

/// The columns of lines as a file.
const COLUMNS: Columns = &[
    ("number", "/order/number"),
    ("type", "/order/type"),
    ("state", "/order/state"),
    ("customer", "/order/customer"),
    ("site", "/order/site"),
    ("due", "/order/due"),
    ("title", "/order/title"),
    ("item", "/item"),
    ("name", "/name"),
    ("unit", "/unit"),
    ("wanted", "/wanted"),
    ("allocated", "/allocated"),
    ("picked", "/picked"),
    ("backorder", "/backorder"),
    ("ready", "/ready"),
    ("provisional", "/provisional"),
    ("opened", "/order/opened"),
];

/// The lines of the orders of the list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let filter = whole(|unread| query.filter(unread))?;
        let orders = view.orders_after(&filter, None, usize::MAX);
        let lines = orders.into_iter().flat_map(|mut order| {
            let lines = std::mem::take(&mut order.lines).into_iter();
            lines.map(move |line| (order.clone(), line))
        });
        Sheet::below(COLUMNS, "order", lines)
    };
    visit.file("orders", file, build).await
}
