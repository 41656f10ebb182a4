//! Stock consolidated: item by item, a column for each site with the moment of its numbers.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::catalogue::ItemKind;
use ledger_node::View;
use ledger_node::view::{
    MatrixFilter, MatrixRow, MatrixSite, MatrixSum, PartnerView, SiteNameView,
};
use serde::{Deserialize, Serialize};

use crate::api::QueryOf;
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::frame::Frame;
use crate::pages::items::why::{NO_SITE, asked};
use crate::pages::owner::{is_own, whose};
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Items on one page.
const ROWS_MAX: usize = 100;

/// What the filter form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct StockQuery {
    #[serde(default)]
    search: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    room: String,
    /// `-` for our own, a customer, or nothing for all.
    #[serde(default)]
    owner: String,
    #[serde(default)]
    kind: String,
    after: Option<String>,
}

impl StockQuery {
    fn filter(&self, unread: &mut Unread) -> MatrixFilter {
        let site = unread.code("site", &self.site);
        MatrixFilter {
            search: filled(&self.search),
            site,
            room: filled(&self.room),
            whose: whose(unread, &self.owner),
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

    fn is_own(&self) -> bool {
        is_own(&self.owner)
    }
}

/// A column's head, with the moment in the site's own time.
struct Head {
    site: MatrixSite,
    as_of: Option<String>,
}

/// An item with its cells.
struct Row {
    item: MatrixRow,
    cells: Vec<AtSite>,
}

/// What lies of an item at a site, with the name of its column.
struct AtSite {
    name: String,
    /// The site as the page that says why asks for it.
    why_site: String,
    on_hand: Option<String>,
}

/// A sum, each of its cells with the name of its column.
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
    /// Of which site a total's why is asked for; all of them where it is empty.
    why_site: String,
    /// Of whom; none where only a room is shown, which has no why of its own.
    why_whose: Option<String>,
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
    let columns = matrix.sites.iter().map(|site| match &site.site {
        Some(code) => (site.name.clone(), code.clone()),
        None => (frame.t("stock-no-site").into_owned(), NO_SITE.to_owned()),
    });
    let columns: Vec<(String, String)> = columns.collect();
    let row = |item: MatrixRow| {
        let cells = columns.iter().zip(&item.cells);
        let cells = cells.map(|((name, code), on_hand)| AtSite {
            name: name.clone(),
            why_site: code.clone(),
            on_hand: on_hand.clone(),
        });
        Row {
            cells: cells.collect(),
            item,
        }
    };
    let sum = |of: MatrixSum| {
        let names = columns.iter().map(|(name, _)| name.clone());
        Sum {
            cells: names.zip(of.cells.clone()).collect(),
            of,
        }
    };
    let site = filter.site.as_ref();
    let why_site = site.map_or_else(String::new, Code::to_string);
    StockPage {
        unread,
        next: items.last().filter(|_| more).map(|row| row.sku.clone()),
        heads: matrix.sites.into_iter().map(head).collect(),
        is_empty: items.is_empty() && !query.is_filtered() && query.after.is_none(),
        sums: matrix.sums.into_iter().map(sum).collect(),
        rows: items.into_iter().map(row).collect(),
        why_site,
        why_whose: filter.room.is_none().then(|| asked(&filter.whose)),
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
