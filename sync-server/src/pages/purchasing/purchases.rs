//! The list of purchase orders, and placing one.

use askama::Template;
use axum::response::Response;
use ledger_core::Quantity;
use ledger_core::at_entry::{self, LineRequest, PurchaseChange};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::Fold;
use ledger_node::view::{PartnerView, PurchaseView};
use ledger_node::{Node, View, Written};
use serde::Deserialize;

use crate::api::{Named, QueryOf};
use crate::lang::Words;
use crate::pages::documents::{begun, day, key_of, paged};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::unread::Unread;
use crate::pages::visit::{Done, Visit, in_path};
use crate::problem::Problem;

/// Lines of a new purchase order; more are added on its page.
const LINES: usize = 6;

/// What the choice and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// `overdue` or `all`; anything else is what is open.
    #[serde(default)]
    show: String,
    #[serde(default)]
    supplier: String,
    /// The entry that placed the last one of the page before.
    after: Option<String>,
}

impl ListQuery {
    /// The purchase orders that are asked for.
    fn wanted(&self, view: &View<'_>, unread: &mut Unread) -> Vec<PurchaseView> {
        let known = |show: &str| {
            let mut choices = Self::choices().into_iter();
            choices.find(|(known, _)| *known == show)
        };
        let show = unread.choice("which-orders", &self.show, known);
        let show = show.map_or("open", |(show, _)| show);
        let supplier = unread.code("purchases-supplier", &self.supplier);
        let mut purchases = view.purchases(show != "all");
        purchases.retain(|purchase| {
            let of = purchase.supplier.as_deref();
            (show != "overdue" || purchase.overdue)
                && supplier
                    .as_ref()
                    .is_none_or(|supplier| of == Some(supplier.as_str()))
        });
        purchases
    }

    fn is_of(&self, supplier: &str) -> bool {
        self.supplier.trim().eq_ignore_ascii_case(supplier)
    }

    fn choices() -> [(&'static str, &'static str); 3] {
        [
            ("open", "purchases-show-open"),
            ("overdue", "purchases-show-overdue"),
            ("all", "purchases-show-all"),
        ]
    }

    fn is_shown(&self, choice: &str) -> bool {
        let known = Self::choices().iter().any(|(known, _)| *known == self.show);
        self.show == choice || (!known && choice == "open")
    }
}

/// A purchase order in a list.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) purchase: PurchaseView,
}

impl Row {
    pub(super) fn of(fold: &Fold, purchase: PurchaseView) -> Self {
        Self {
            key: key_of(fold, Family::Purchase, &purchase.number, &purchase.entry),
            purchase,
        }
    }
}

#[derive(Template)]
#[template(path = "purchasing/purchases.html")]
struct PurchasesPage {
    frame: Frame,
    query: ListQuery,
    unread: Unread,
    suppliers: Vec<PartnerView>,
    rows: Vec<Row>,
    next: Option<String>,
    is_empty: bool,
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let fold = view.fold();
        let mut unread = Unread::default();
        let wanted = query.wanted(view, &mut unread);
        let (rows, next) = paged(fold, wanted, query.after.as_ref(), |row| {
            (&row.number, &row.entry)
        });
        let rows = rows.into_iter().map(|purchase| Row::of(fold, purchase));
        Ok(PurchasesPage {
            frame,
            next,
            rows: rows.collect(),
            suppliers: suppliers(view),
            is_empty: fold.document_numbers(Family::Purchase).next().is_none(),
            query,
            unread,
        })
    };
    visit.page(build).await
}

/// The suppliers in use.
pub(super) fn suppliers(view: &View<'_>) -> Vec<PartnerView> {
    view.partners_after(Class::Supplier, None, false, None)
}

#[derive(Template)]
#[template(path = "purchasing/purchase_new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    /// The supplier whose page leads here.
    supplier: String,
    item: String,
    suppliers: Vec<PartnerView>,
    sites: Vec<PartnerView>,
}

impl NewPage {
    /// The numbers of the form's lines.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    fn lines(&self) -> std::ops::RangeInclusive<usize> {
        1..=LINES
    }

    /// What a field of a line shows.
    fn field(&self, name: &str, line: &usize) -> &str {
        let is_first_item = name == "item" && *line == 1;
        let fresh = if is_first_item {
            self.item.as_str()
        } else {
            ""
        };
        self.form.value("new", &format!("{name}-{line}"), fresh)
    }
}

/// Whom it is placed with, and the first item.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NewQuery {
    #[serde(default)]
    supplier: String,
    #[serde(default)]
    item: String,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what shows a page may fail, as visits expect it"
)]
fn new_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    query: NewQuery,
) -> Result<NewPage, Problem> {
    Ok(NewPage {
        frame,
        form,
        supplier: query.supplier,
        item: query.item,
        suppliers: suppliers(view),
        sites: view.partners_after(Class::Site, None, false, None),
    })
}

pub(super) async fn new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| new_page(view, frame, Form::default(), query))
        .await
}

/// A line as a form says it: the names of its three fields end alike.
pub(super) fn line_of(
    fields: &Fields,
    words: Words,
    end: &str,
) -> Result<Option<LineRequest>, Problem> {
    let name = |name: &str| format!("{name}{end}");
    let Some(item) = fields.text(&name("item")) else {
        // A quantity without an item is a slip.
        let is_empty = fields.text(&name("quantity")).is_none();
        return is_empty
            .then_some(None)
            .ok_or_else(|| problem("missing-field"));
    };
    let quantity: Quantity = fields.quantity(words, &name("quantity"))?.quantity;
    Ok(Some(LineRequest {
        item,
        quantity,
        day: day(fields, &name("day"))?,
    }))
}

/// Places a purchase order, and leads to it.
pub(super) async fn place(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    match placed(&visit, &fields).await {
        Ok((written, number)) => {
            let to = format!("/purchase-orders/{}", in_path(&number));
            let done = Done::new(to, "done-purchase-placed").value("number", number);
            visit.go_on(&written, done).await
        }
        Err(problem) => {
            let build =
                |view: &View<'_>, frame, form| new_page(view, frame, form, NewQuery::default());
            visit.again("new", fields, problem, build).await
        }
    }
}

async fn placed(visit: &Visit, fields: &Fields) -> Result<(Written, String), Problem> {
    let lines = (1..=LINES).map(|line| line_of(fields, visit.words, &format!("-{line}")));
    let lines: Vec<Option<LineRequest>> = lines.collect::<Result<_, _>>()?;
    let change = PurchaseChange {
        supplier: fields.text("supplier"),
        site: Some(fields.text("site")),
        title: Some(fields.raw("title").to_owned()),
        reference: Some(fields.raw("reference").to_owned()),
        lines: lines.into_iter().flatten().collect(),
    };
    let number = fields.text("number");
    let device = visit.app.work(Node::device).await?;
    let plan =
        move |fold: &Fold, _| at_entry::place_purchase(fold, device, number.as_deref(), &change);
    let written = visit.carry_out(fields, Named::Nothing, plan).await?;
    let number = begun(visit, &written).await?;
    Ok((written, number))
}

/// The columns of lines as a file; the first five are those of an import.
const COLUMNS: Columns = &[
    ("number", "/order/number"),
    ("supplier", "/order/supplier"),
    ("item", "/item"),
    ("quantity", "/ordered"),
    ("date", "/date"),
    ("name", "/name"),
    ("unit", "/unit"),
    ("received", "/received"),
    ("left", "/left"),
    ("overdue", "/overdue"),
    ("state", "/order/state"),
    ("site", "/order/site"),
    ("reference", "/order/reference"),
    ("placed", "/order/placed"),
];

/// The lines of the orders of the list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let orders = whole(|unread| query.wanted(view, unread))?.into_iter();
        let lines = orders.flat_map(|mut order| {
            let lines = std::mem::take(&mut order.lines).into_iter();
            lines.map(move |line| (order.clone(), line))
        });
        Sheet::below(COLUMNS, "order", lines)
    };
    visit.file("purchase-orders", file, build).await
}
