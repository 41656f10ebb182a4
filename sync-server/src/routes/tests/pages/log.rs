//! The audit log as people see it in a browser.

use std::collections::BTreeSet;

use super::*;

/// The entries that a page of the log lists, from its top, and where the next page is.
fn listed(page: &str) -> (Vec<String>, Option<String>) {
    let rows = page.split("<tbody>").nth(1).unwrap_or_default();
    let rows = rows.split("</tbody>").next().unwrap();
    let entries = rows.split("href=\"/log/").skip(1);
    let entries = entries.map(|rest| rest.split('"').next().unwrap().to_owned());
    let next = page.split("href=\"/log?").nth(1).filter(|rest| {
        let query = rest.split('"').next().unwrap_or_default();
        query.contains("after=")
    });
    let next = next.map(|rest| {
        format!(
            "/log?{}",
            rest.split('"').next().unwrap().replace("&#38;", "&")
        )
    });
    (entries.collect(), next)
}

#[tokio::test]
async fn every_entry_stands_in_the_log_once_the_newest_first() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    for quantity in 1..=220 {
        let some = StockRequest {
            item: "R-100".to_owned(),
            quantity: quantity.to_string().parse().unwrap(),
            ..StockRequest::default()
        };
        shop.write(|fold| add(fold, "A-01", &some));
    }
    let total = usize::try_from(shop.node.read(Fold::entry_count)).unwrap();
    let (mut all, mut path) = (Vec::new(), Some("/log".to_owned()));
    let mut pages = 0;
    while let Some(here) = path {
        let page = viewer.get(&here).await;
        let (entries, next) = listed(&page.body);
        all.extend(entries);
        path = next;
        pages += 1;
    }
    assert_eq!(pages, 3);
    assert_eq!(all.len(), total);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), total);
    let numbers: Vec<_> = all
        .iter()
        .map(|entry| {
            shop.node
                .read(|fold| fold.central_number(entry.parse().unwrap()))
        })
        .collect();
    assert!(numbers.iter().all(Option::is_some));
    assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
}

#[tokio::test]
async fn the_log_is_searched_by_thing_person_kind_and_words() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let named = |item: &str| StockRequest {
        item: item.to_owned(),
        quantity: "2".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "A-01", &named("A/B 1&2")));
    let fields = [
        ("quantity", "3"),
        ("location", "A-01"),
        ("reason", "Found behind the shelf"),
    ];
    manager.post("/items/R-100/add", &fields).await.goes_to();
    let count = |page: &Reply| listed(&page.body).0.len();
    // What names the item: its own entry, two bookings of the shop, and the page's.
    assert_eq!(count(&manager.get("/log?about=r-100").await), 4);
    assert_eq!(count(&manager.get("/log?about=A/B%201%262").await), 2);
    assert_eq!(count(&manager.get("/log?about=R-10").await), 0);
    assert_eq!(
        count(&manager.get("/log?about=A-01&group=catalogue").await),
        1
    );
    let mine = manager.get("/log?user=test-manager").await;
    assert_eq!(count(&mine), 1);
    mine.shows(&["Added: 3 × R-100", "test-manager", "href=\"/items/R-100\""]);
    assert_eq!(count(&manager.get("/log?search=behind%20FOUND").await), 1);
    assert_eq!(
        count(&manager.get("/log?search=behind&group=orders").await),
        0
    );
    assert_eq!(count(&manager.get("/log?to=2001-01-01").await), 0);
    manager
        .get("/log?group=colours&from=yesterday")
        .await
        .shows(&["role=\"alert\""]);
    let file = manager
        .get("/export/log?format=jsonl&about=R-100&group=stock")
        .await;
    assert_eq!(file.body.lines().count(), 3);
    let newest: Value = serde_json::from_str(file.body.lines().next().unwrap()).unwrap();
    assert_eq!(newest["said"]["reason"], "Found behind the shelf");
}

#[tokio::test]
async fn an_entry_shows_what_was_written_and_what_proves_it() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/log?about=R-100&group=stock").await;
    let (entries, _) = listed(&page.body);
    let page = viewer.get(&format!("/log/{}", entries[0])).await;
    page.shows(&[
        "Stock counted",
        "<code>at.location</code>",
        "A-01",
        "in the chain",
        &entries[0],
    ]);
    let number = shop
        .node
        .read(|fold| fold.central_number(entries[0].parse().unwrap()));
    let same = viewer.get(&format!("/log/{}", number.unwrap())).await;
    same.shows(&[&entries[0]]);
    for missing in [
        "/log/0",
        "/log/99999",
        "/log/nonsense",
        &format!("{}9", entries[0]),
    ] {
        let path = if missing.starts_with('/') {
            missing.to_owned()
        } else {
            format!("/log/{missing}")
        };
        assert_eq!(viewer.get(&path).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test]
async fn administrators_have_the_whole_log_checked() {
    let shop = Shop::open();
    let administrator = shop.visitor(Role::Administrator).await;
    let manager = shop.visitor(Role::Manager).await;
    let refused = manager.post("/log/verify", &[]).await;
    assert_eq!(refused.status.as_u16(), 403, "{}", refused.body);
    let entries = shop.node.read(Fold::entry_count);
    let checked = administrator.post("/log/verify", &[]).await;
    checked.shows(&[&format!("Checked: {entries} entries"), "role=\"status\""]);
}

#[tokio::test]
async fn the_log_says_where_a_file_of_it_ends() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/log").await;
    page.shows(&["A file has the newest 100,000 of these entries at most."]);
    let none = viewer.get("/log?to=2001-01-01").await;
    assert!(!none.body.contains("100,000"), "{}", none.body);
    let german = viewer.reading("de").get("/log").await;
    german.shows(&["höchstens die neuesten 100.000"]);
}
