//! Lists as files.

use std::collections::BTreeSet;

use ledger_core::at_entry::{
    self, LineRequest, LotChange, OrderChange, PurchaseChange, StocktakeRequest,
};
use ledger_core::catalogue::Class;
use ledger_core::order::OrderType;

use super::*;

/// A shop that has a row for every list.
pub(super) fn full() -> Shop {
    let shop = Shop::open();
    let device = shop.node.device();
    let named = |name: &str| ItemChange {
        name: Some(name.to_owned()),
        ..ItemChange::default()
    };
    shop.write(|fold| add_item(fold, "BOARD", &named("=HYPERLINK(\"http://evil.example\")")));
    let four = at_entry::BomChange {
        per_unit: "4".parse().ok(),
        refs: Some("R1,R2".to_owned()),
        ..at_entry::BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &four));
    for (class, code, name) in [
        (Class::Supplier, "PARTCO", "Partco, Ltd"),
        (Class::Customer, "ACME", "Acme"),
    ] {
        shop.write(|fold| at_entry::add_partner(fold, class, code, Some(name)));
    }
    let lot = LotChange::default();
    let units = "10".parse().unwrap();
    shop.write(|fold| at_entry::plan_lot(fold, device, Some("L-1"), "BOARD", units, &lot));
    let change = PurchaseChange {
        supplier: Some("PARTCO".to_owned()),
        lines: vec![LineRequest {
            item: "R-100".to_owned(),
            quantity: "20".parse().unwrap(),
            day: Some(10_000),
        }],
        ..PurchaseChange::default()
    };
    shop.write(|fold| at_entry::place_purchase(fold, device, Some("PO-7"), &change));
    shop.write(|fold| {
        let order = OrderChange::default();
        at_entry::open_order(fold, device, Some("S-1"), OrderType::Sales, &order)
    });
    shop.write(|_| at_entry::settings::set("allow-backorder", "on"));
    let eight = "8".parse().unwrap();
    shop.write(|fold| at_entry::order_add(fold, "S-1", "R-100", eight));
    // A place that nobody ever counted.
    shop.write(|fold| add_location(fold, "B-02", &LocationChange::default()));
    let some = StockRequest {
        item: "R-100".to_owned(),
        quantity: "3".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "B-02", &some));
    let blind = StocktakeRequest {
        blind: true,
        ..StocktakeRequest::default()
    };
    shop.write(|fold| at_entry::open_stocktake(fold, device, Some("T-1"), &blind));
    let out = StockRequest {
        item: "BOARD".to_owned(),
        quantity: "1".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| at_entry::remove(fold, "A-01", &out));
    shop
}

/// The addresses of files that a page leads to.
fn files_of(page: &str) -> Vec<String> {
    let links = page.split("href=\"/export").skip(1);
    links
        .map(|rest| {
            let path = rest.split('"').next().unwrap();
            format!("/export{}", path.replace("&#38;", "&"))
        })
        .collect()
}

/// Titles and rows of a CSV.
fn rows_of(reply: &Reply) -> (Vec<String>, Vec<Vec<String>>) {
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.body);
    let text = reply.body.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let own = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let titles = own(reader.headers().unwrap());
    let rows = reader.records().map(|row| own(&row.unwrap())).collect();
    (titles, rows)
}

/// Every list: its page, the route of its file, and what a row of it has.
const LISTS: &[(&str, &str, &str)] = &[
    ("/items", "/export/items", "R-100"),
    ("/items", "/export/stock-lines", "A-01"),
    ("/items/R-100/history", "/export/items/{sku}/history", "-2"),
    ("/items/BOARD/bom", "/export/items/{sku}/bom", "R1,R2"),
    ("/stock", "/export/stock", "MAIN"),
    ("/locations", "/export/locations", "A-01"),
    ("/customers", "/export/customers", "ACME"),
    ("/suppliers", "/export/suppliers", "Partco, Ltd"),
    ("/orders", "/export/orders", "S-1"),
    ("/backorders", "/export/backorders", "R-100"),
    ("/lots", "/export/lots", "L-1"),
    ("/lots/L-1", "/export/lots/{number}", "R-100"),
    ("/purchase-orders", "/export/purchase-orders", "PO-7"),
    ("/stocktakes", "/export/stocktakes", "T-1"),
    ("/stocktakes/T-1", "/export/stocktakes/{number}", "R-100"),
    ("/exceptions", "/export/exceptions", "negative-stock"),
    ("/devices", "/export/devices", "Handheld 1"),
    ("/log", "/export/log", "R-100"),
    ("/reports/movements", "/export/reports/movements", "pcs"),
    ("/reports/stock", "/export/reports/stock", "MAIN"),
    ("/reports/shrinkage", "/export/reports/shrinkage", "R-100"),
    ("/reports/slow?idle=0", "/export/reports/slow", "R-100"),
    ("/reports/people", "/export/reports/people", "central"),
];

/// Files that other tests ask for: a message to tell of takes a channel (`alerts.rs`).
const ELSEWHERE: &[&str] = &["/export/settings/alerts"];

/// Whether a file is of a route; a step such as `{sku}` stands for any.
fn is_of(route: &str, file: &str) -> bool {
    let path = file.split('?').next().unwrap();
    let mut steps = route.split('/').zip(path.split('/'));
    route.split('/').count() == path.split('/').count()
        && steps.all(|(of, step)| of.starts_with('{') || of == step)
}

#[test]
fn every_file_has_its_row() {
    let pages = all_pages();
    let files = pages.rules().iter().map(|rule| rule.path);
    let files: BTreeSet<&str> = files.filter(|path| path.starts_with("/export/")).collect();
    let tried = LISTS.iter().map(|(_, route, _)| *route);
    let tried: BTreeSet<&str> = tried.chain(ELSEWHERE.iter().copied()).collect();
    assert_eq!(files, tried);
}

#[tokio::test]
async fn every_list_is_a_file_too_with_what_its_page_shows() {
    let shop = full();
    drop(revoked::handheld(&shop));
    let boss = shop.visitor(Role::Administrator).await;
    for (page, route, shown) in LISTS {
        let files = files_of(&boss.get(page).await.body);
        let of_format = |format: &str| {
            let mut of_list = files.iter().filter(|file| is_of(route, file));
            let file = of_list.find(|file| file.ends_with(format));
            file.unwrap_or_else(|| panic!("{page}: {files:?}"))
        };
        let csv = boss.get(of_format("format=csv")).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        let name = csv.header("content-disposition");
        assert!(
            name.starts_with("attachment; filename=\"") && name.ends_with(".csv\""),
            "{name}"
        );
        let (titles, rows) = rows_of(&csv);
        let has = rows.iter().flatten().any(|field| field == shown);
        assert!(has, "{page}: no {shown} in {titles:?} {rows:?}");
        let lines = boss.get(of_format("format=jsonl")).await;
        assert_eq!(lines.header("content-type"), "application/jsonl");
        let objects = lines.body.lines().map(serde_json::from_str::<Value>);
        let objects: Vec<Value> = objects.collect::<Result<_, _>>().unwrap();
        assert_eq!(objects.len(), rows.len(), "{page}");
    }
}

#[tokio::test]
async fn a_file_has_what_the_filter_takes_and_nothing_that_a_spreadsheet_would_run() {
    let shop = full();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/items?search=hyperlink&level=").await;
    let files = files_of(&page.body);
    let (titles, rows) = rows_of(&viewer.get(&files[0]).await);
    assert_eq!(
        titles[..7].join(","),
        "sku,name,kind,unit,threshold,barcodes,location"
    );
    let [board] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(board[0], "BOARD");
    assert_eq!(board[1], "'=HYPERLINK(\"http://evil.example\")");
    // Negative stock is a number.
    assert!(board.contains(&"-1".to_owned()), "{board:?}");
    let lines = viewer
        .get("/export/stock-lines?format=csv&search=r-100")
        .await;
    let (titles, rows) = rows_of(&lines);
    assert_eq!(titles[..5].join(","), "item,location,quantity,owner,batch");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0][..5], ["R-100", "A-01", "5", "", ""]);
    for (filter, count) in [
        ("show=overdue", 1),
        ("supplier=partco", 1),
        ("supplier=other", 0),
    ] {
        let file = format!("/export/purchase-orders?format=csv&{filter}");
        assert_eq!(rows_of(&viewer.get(&file).await).1.len(), count, "{filter}");
    }
    for wrong in [
        "/export/items?format=csv&level=colourful",
        "/export/orders?format=csv&show=opne",
        "/export/backorders?format=csv&show=raedy",
        "/export/lots?format=csv&show=al",
        "/export/purchase-orders?format=csv&show=overdeu",
        "/export/stocktakes?format=csv&show=al",
        "/export/stocktakes/T-1?format=csv&show=waitnig",
        "/export/items?format=xls",
        "/export/items",
        "/export/nothing?format=csv",
    ] {
        let refused = viewer.get(wrong).await;
        assert!(
            refused.status.is_client_error(),
            "{wrong}: {}",
            refused.body
        );
    }
}

#[tokio::test]
async fn the_file_of_a_blind_stocktake_tells_counters_nothing() {
    let shop = full();
    let file = "/export/stocktakes/T-1?format=csv";
    for (role, expected) in [(Role::Manager, "3"), (Role::Operator, "")] {
        let visitor = shop.visitor(role).await;
        let (titles, rows) = rows_of(&visitor.get(file).await);
        let at = |title: &str| titles.iter().position(|known| known == title).unwrap();
        let line = rows
            .iter()
            .find(|row| row[at("location")] == "B-02")
            .unwrap();
        assert_eq!(line[at("expected")], expected, "{role:?}");
        assert_eq!(line[at("on_hand")], expected, "{role:?}");
    }
}

#[tokio::test]
async fn the_file_of_a_long_history_has_every_row_to_the_oldest() {
    let shop = Shop::open();
    let one = StockRequest {
        item: "R-100".to_owned(),
        quantity: "1".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| {
        let mut plan = add(fold, "A-01", &one)?;
        let body = plan.bodies[0].clone();
        plan.bodies.resize(1_200, body);
        Ok(plan)
    });
    let viewer = shop.visitor(Role::Viewer).await;
    let file = "/export/items/R-100/history?format=csv";
    // Beside them the shop began with seven that were added, and a count.
    for (filter, wanted) in [("", 1_202), ("&kind=add", 1_201), ("&search=nothing", 0)] {
        let (titles, rows) = rows_of(&viewer.get(&format!("{file}{filter}")).await);
        assert_eq!(rows.len(), wanted, "{filter}");
        let at = |title: &str| titles.iter().position(|known| known == title).unwrap();
        let entries: BTreeSet<_> = rows.iter().map(|row| &row[at("entry")]).collect();
        assert_eq!(entries.len(), wanted, "{filter}");
        let oldest = rows.last().map(|row| row[at("change")].as_str());
        assert_eq!(oldest, (wanted > 0).then_some("7"), "{filter}");
    }
}
