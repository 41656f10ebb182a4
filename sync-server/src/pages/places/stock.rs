//! Stock consolidated: item by item, a column for each site with the moment of its numbers.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::catalogue::ItemKind;
use ledger_node::View;
use ledger_node::view::{
    MatrixFilter, MatrixRow, MatrixSite, MatrixSum, PartnerView, SiteNameView, Whose,
};
use serde::{Deserialize, Serialize};

use crate::api::QueryOf;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Items on one page.
const ROWS_MAX: usize = 100;
/// What stands for our own stock where an owner is chosen; no customer's code has small letters.
const OURS: &str = "ours";

/// What the filter form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct StockQuery {
    #[serde(default)]
    search: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    room: String,
    /// `ours`, a customer, or nothing for all.
    #[serde(default)]
    owner: String,
    #[serde(default)]
    kind: String,
    after: Option<String>,
}

impl StockQuery {
    fn filter(&self, unread: &mut Unread) -> MatrixFilter {
        let site = unread.code("site", &self.site);
        let whose = match self.owner.trim() {
            OURS => Whose::Own,
            customer => {
                let customer = unread.code("stock-owner", customer);
                customer.map_or(Whose::All, Whose::Customer)
            }
        };
        MatrixFilter {
            search: filled(&self.search),
            site,
            room: filled(&self.room),
            whose,
            kind: unread.choice("stock-kind", &self.kind, ItemKind::from_word),
        }
    }

    fn is_filtered(&self) -> bool {
        let texts = [
            &self.search,
            &self.site,
            &self.room,
            &self.owner,
            &self.kind,
        ];
        texts.iter().any(|text| !text.trim().is_empty())
    }

    /// The customer whose stock alone is shown.
    fn customer(&self) -> Option<&str> {
        let owner = self.owner.trim();
        (!owner.is_empty() && owner != OURS).then_some(owner)
    }
}

/// A column's head, with the moment in the site's own time.
struct Head {
    site: MatrixSite,
    as_of: Option<String>,
}

/// An item, each of its cells with the name of its column.
struct Row {
    item: MatrixRow,
    cells: Vec<(String, Option<String>)>,
}

/// A sum, likewise.
struct Sum {
    of: MatrixSum,
    cells: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "places/stock.html")]
struct StockPage {
    frame: Frame,
    query: StockQuery,
    unread: Unread,
    sites: Vec<SiteNameView>,
    rooms: Vec<String>,
    customers: Vec<PartnerView>,
    kinds: [&'static str; 3],
    heads: Vec<Head>,
    rows: Vec<Row>,
    sums: Vec<Sum>,
    next: Option<String>,
    /// There is no stock at all yet.
    is_empty: bool,
}

fn stock_page(view: &View<'_>, frame: Frame, query: StockQuery) -> StockPage {
    let after = query.after.as_deref();
    let after = after.and_then(|after| Code::new(after).ok());
    let mut unread = Unread::default();
    let filter = query.filter(&mut unread);
    let matrix = view.matrix(&filter, after.as_ref(), ROWS_MAX);
    let head = |site: MatrixSite| {
        let words = frame.words.at(site.time_zone.as_deref());
        Head {
            as_of: site.as_of.as_deref().map(|as_of| words.moment(as_of)),
            site,
        }
    };
    let (items, more) = (matrix.items.rows, matrix.items.more);
    let names = matrix.sites.iter().map(|site| match &site.site {
        Some(_) => site.name.clone(),
        None => frame.t("stock-no-site").into_owned(),
    });
    let names: Vec<String> = names.collect();
    let row = |item: MatrixRow| Row {
        cells: names.iter().cloned().zip(item.cells.clone()).collect(),
        item,
    };
    let sum = |of: MatrixSum| Sum {
        cells: names.iter().cloned().zip(of.cells.clone()).collect(),
        of,
    };
    StockPage {
        unread,
        next: items.last().filter(|_| more).map(|row| row.sku.clone()),
        heads: matrix.sites.into_iter().map(head).collect(),
        is_empty: items.is_empty() && !query.is_filtered() && query.after.is_none(),
        sums: matrix.sums.into_iter().map(sum).collect(),
        rows: items.into_iter().map(row).collect(),
        sites: view.site_names(),
        rooms: view.rooms(),
        customers: view.customers(),
        kinds: [ItemKind::Part, ItemKind::Pcba, ItemKind::Assembly].map(ItemKind::word),
        frame,
        query,
    }
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<StockQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| Ok(stock_page(view, frame, query)))
        .await
}

const COLUMNS: Columns = &[
    ("sku", "/sku"),
    ("name", "/name"),
    ("kind", "/kind"),
    ("unit", "/unit"),
    ("site", "/site"),
    ("site_name", "/site_name"),
    ("on_hand", "/on_hand"),
];

/// How much of an item a site has.
#[derive(Serialize)]
struct Cell {
    sku: String,
    name: String,
    kind: &'static str,
    unit: String,
    site: Option<String>,
    site_name: String,
    on_hand: String,
}

/// The table as a file, a row for each item at each site.
pub(super) async fn export(
    visit: Visit,
    QueryOf(query): QueryOf<StockQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let filter = whole(|unread| query.filter(unread))?;
        let matrix = view.matrix(&filter, None, usize::MAX);
        let mut cells = Vec::new();
        for item in matrix.items.rows {
            for (site, on_hand) in matrix.sites.iter().zip(item.cells) {
                let Some(on_hand) = on_hand else {
                    continue;
                };
                cells.push(Cell {
                    sku: item.sku.clone(),
                    name: item.name.clone(),
                    kind: item.kind,
                    unit: item.unit.clone(),
                    site: site.site.clone(),
                    site_name: site.name.clone(),
                    on_hand,
                });
            }
        }
        Sheet::of(COLUMNS, cells)
    };
    visit.file("stock", file, build).await
}
