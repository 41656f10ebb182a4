//! Where a quantity leads to why it is what it is, that explains this quantity and no other.

use ledger_core::at_entry::{self, LotChange, OrderChange, StocktakeRequest, add_partner};
use ledger_core::catalogue::Class;
use ledger_core::order::OrderType;

use super::*;

/// A shop with R-100 of ours and of ACME at two sites, and of ours at none: 15 in all.
fn spread() -> Shop {
    let shop = Shop::open();
    shop.write(|fold| add_partner(fold, Class::Customer, "ACME", None));
    let north = LocationChange {
        site: Some("north".to_owned()),
        ..LocationChange::default()
    };
    shop.write(|fold| add_location(fold, "N-01", &north));
    shop.write(|fold| add_location(fold, "X-01", &LocationChange::default()));
    for (place, quantity, owner) in [
        ("A-01", "3", Some("ACME")),
        ("N-01", "4", None),
        ("N-01", "1", Some("ACME")),
        ("X-01", "2", None),
    ] {
        let some = StockRequest {
            item: "R-100".to_owned(),
            quantity: quantity.parse().unwrap(),
            owner: owner.map(str::to_owned),
            ..StockRequest::default()
        };
        shop.write(|fold| add(fold, place, &some));
    }
    shop
}

/// The quantities that lead to a why of a part of the stock: where they lead, and what stands there.
fn asked(page: &Reply) -> Vec<(String, String)> {
    let links = page.body.split("<a class=\"qty\" href=\"").skip(1);
    let links = links.map(|rest| {
        let (to, rest) = rest.split_once("\">").unwrap();
        let shown = rest.split('<').next().unwrap();
        (to.replace("&amp;", "&"), shown.to_owned())
    });
    links.filter(|(to, _)| to.contains("/why?")).collect()
}

/// Fails unless these quantities stand on a page and each leads to its own sum.
async fn explains(visitor: &Visitor<'_>, path: &str, wanted: &[&str]) {
    let page = visitor.get(path).await;
    assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.body);
    let asked = asked(&page);
    let mut shown: Vec<&str> = asked.iter().map(|(_, shown)| shown.as_str()).collect();
    shown.sort_unstable();
    assert_eq!(shown, wanted, "{path}: {asked:?}");
    for (to, quantity) in &asked {
        let why = visitor.get(to).await;
        assert_eq!(why.status.as_u16(), 200, "{path}: {to}: {}", why.body);
        let sum = why.body.split("<p class=\"sum\">").nth(1).unwrap();
        let sum = sum.split("</p>").next().unwrap();
        let strong = format!("<strong>{quantity}</strong>");
        assert!(sum.contains(&strong), "{path}: {to}: {sum}");
    }
}

#[tokio::test]
async fn every_cell_of_the_matrix_is_explained_by_its_site_and_owner() {
    let shop = spread();
    let viewer = shop.visitor(Role::Viewer).await;
    explains(&viewer, "/stock", &["15", "2", "5", "8"]).await;
    explains(&viewer, "/stock?site=NORTH", &["5", "5"]).await;
    explains(&viewer, "/stock?owner=-", &["11", "2", "4", "5"]).await;
    explains(&viewer, "/stock?owner=ACME", &["1", "3", "4"]).await;
    explains(&viewer, "/stock?owner=ACME&site=north", &["1", "1"]).await;
    explains(&viewer, "/reports/slow?idle=0", &["15"]).await;
    explains(&viewer, "/reports/slow?idle=0&site=NORTH&owner=-", &["4"]).await;
    let north = viewer.get("/items/R-100/why?site=north&owner=*").await;
    north.shows(&["so much of R-100 at NORTH", "whosever it is", "N-01"]);
    assert!(!north.body.contains("<h3>A-01"), "{}", north.body);
    let none = viewer.get("/items/R-100/why?site=-&owner=*").await;
    none.shows(&["so much of R-100 at no site", "<h3>X-01"]);
    let unknown = viewer.get("/items/R-100/why?site=SOUTH").await;
    assert_eq!(unknown.status.as_u16(), 404);
}

#[tokio::test]
async fn a_line_of_stock_is_explained_without_what_others_have_there() {
    let shop = spread();
    let device = shop.node.device();
    let theirs = OrderChange {
        customer: Some(Some("ACME".to_owned())),
        ..OrderChange::default()
    };
    let sales = OrderType::Sales;
    shop.write(|fold| at_entry::open_order(fold, device, Some("S-1"), sales, &theirs));
    let nine = "9".parse().unwrap();
    shop.write(|fold| at_entry::order_add(fold, "S-1", "R-100", nine));
    let all = StocktakeRequest::default();
    shop.write(|fold| at_entry::open_stocktake(fold, device, Some("T-1"), &all));
    let manager = shop.visitor(Role::Manager).await;
    explains(&manager, "/locations/A-01", &["3", "5"]).await;
    explains(&manager, "/locations/N-01", &["1", "4"]).await;
    let lines = ["1", "2", "3", "4", "5"];
    explains(&manager, "/orders/S-1?line=R-100", &lines).await;
    explains(&manager, "/stocktakes/T-1", &lines).await;
    // What is to be picked is a part of what lies there.
    let picks = asked(&manager.get("/orders/S-1/pick-list").await);
    assert!(picks.len() > 1, "{picks:?}");
    let owned = |(to, _): &(String, String)| to.contains("?location=") && to.contains("&owner=");
    assert!(picks.iter().all(owned), "{picks:?}");
}

#[tokio::test]
async fn what_a_lot_may_use_is_explained_where_one_owner_has_it() {
    let shop = spread();
    let device = shop.node.device();
    production::board(&shop);
    let plan = |number: &str, change: &LotChange| {
        let units = "1".parse().unwrap();
        shop.write(|fold| at_entry::plan_lot(fold, device, Some(number), "BOARD", units, change));
    };
    plan("L-1", &LotChange::default());
    let at_north = LotChange {
        site: Some(Some("NORTH".to_owned())),
        ..LotChange::default()
    };
    plan("L-2", &at_north);
    let for_acme = LotChange {
        customer: Some(Some("ACME".to_owned())),
        ..LotChange::default()
    };
    plan("L-3", &for_acme);
    let viewer = shop.visitor(Role::Viewer).await;
    explains(&viewer, "/lots/L-1", &["11"]).await;
    explains(&viewer, "/lots/L-2", &["4"]).await;
    // Ours and the customer's together are nobody's stock.
    explains(&viewer, "/lots/L-3", &[]).await;
    let shown = viewer.get("/lots/L-3").await;
    shown.shows(&[">15</td>"]);
    assert!(!shown.body.contains("/why"), "{}", shown.body);
}
