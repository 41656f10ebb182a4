//! Reports: what stands on the pages, what their filters do, and their files.

use super::*;

/// A shop of the tests with a count that finds some missing.
fn counted() -> Shop {
    let shop = Shop::open();
    let there = StockRequest {
        item: "R-100".to_owned(),
        quantity: "1".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| count(fold, "A-01", &there));
    shop
}

const REPORTS: [&str; 5] = ["movements", "stock", "shrinkage", "slow?idle=0", "people"];

#[tokio::test]
async fn every_report_has_a_drawing_a_table_and_files() {
    let shop = counted();
    let manager = shop.visitor(Role::Manager).await;
    for report in REPORTS {
        let page = manager.get(&format!("/reports/{report}")).await;
        assert_eq!(page.status.as_u16(), 200, "{report}: {}", page.body);
        page.shows(&["<svg viewBox", "<rect class=\"bar", "<table", "format=csv"]);
    }
    let page = manager.get("/reports").await;
    for report in ["movements", "stock", "shrinkage", "slow", "people"] {
        page.shows(&[&format!("href=\"/reports/{report}")]);
    }
    let german = shop.visitor(Role::Manager).await.reading("de");
    let page = german.get("/reports/movements").await;
    page.shows(&["Was getan wurde", "Letzte 30 Tage"]);
}

#[tokio::test]
async fn who_did_how_much_is_for_managers() {
    let shop = counted();
    let viewer = shop.visitor(Role::Viewer).await;
    for path in ["/reports/people", "/export/reports/people?format=csv"] {
        assert_eq!(viewer.get(path).await.status.as_u16(), 403, "{path}");
    }
    let page = viewer.get("/reports").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!page.body.contains("/reports/people"), "{}", page.body);
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_told_and_makes_no_file() {
    let shop = counted();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/reports/movements?days=never").await;
    page.shows(&["It takes a number of days from 1 to 1100."]);
    let page = viewer
        .get("/reports/stock?from=2030-01-02&to=2030-01-01")
        .await;
    page.shows(&["It takes a day before the last one"]);
    for path in [
        "/export/reports/movements?days=never&format=csv",
        "/export/reports/slow?idle=long&format=csv",
    ] {
        assert_eq!(viewer.get(path).await.status.as_u16(), 422, "{path}");
    }
}

#[tokio::test]
async fn where_nothing_was_done_it_says_so() {
    let shop = counted();
    let viewer = shop.visitor(Role::Viewer).await;
    let before = "from=2001-01-01&to=2001-01-31";
    for (report, said) in [
        ("movements", "Nothing was done in this time."),
        ("stock", "There is no stock like that."),
        ("shrinkage", "Nothing was counted in this time."),
    ] {
        let page = viewer.get(&format!("/reports/{report}?{before}")).await;
        page.shows(&[said, "From 2001-01-01 to 2001-01-31"]);
    }
}

#[tokio::test]
async fn files_hold_each_day_and_each_difference() {
    let shop = counted();
    let manager = shop.visitor(Role::Manager).await;
    let days = manager
        .get("/export/reports/movements?days=7&format=csv")
        .await;
    assert_eq!(days.body.lines().count(), 8, "{}", days.body);
    let found = manager.get("/export/reports/shrinkage?format=jsonl").await;
    let row: Value = serde_json::from_str(found.body.lines().next().unwrap()).unwrap();
    assert_eq!(row["item"], "R-100");
    assert_eq!(row["counted"], "1");
    assert!(
        row["difference"].as_str().unwrap().starts_with('-'),
        "{row}"
    );
}
