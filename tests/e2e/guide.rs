//! The guide's pages: what they show works as it stands, for somebody who had the first day.

use tests::check::assert_holds;
use tests::node::Node;
use tests::programs::project_root;

use crate::shown::Reader;

/// All of them, in the order of its index.
pub(crate) const PAGES: [&str; 6] = [
    FIRST_DAY,
    "docs/guide/scanning.md",
    "docs/guide/counting.md",
    "docs/guide/orders.md",
    "docs/guide/production.md",
    "docs/guide/administration.md",
];
const FIRST_DAY: &str = "docs/guide/first-day.md";

/// Somebody who did what the first page shows, and then what this one does.
fn after(page: &str) -> Reader {
    let mut reader = Reader::new();
    reader.follow(FIRST_DAY);
    reader.follow(page);
    reader
}

#[track_caller]
fn expect_on_hand(reader: &Reader, expected: &[(&str, &str)]) {
    for (item, on_hand) in expected {
        let on_hand = serde_json::json!({ "on_hand": on_hand });
        assert_holds(item, &reader.handheld.show(item), &on_hand);
    }
}

#[test]
fn the_first_day() {
    let mut reader = Reader::new();
    reader.follow(FIRST_DAY);
    expect_on_hand(&reader, &[("R-100", "570"), ("C-10", "250")]);
}

#[test]
fn scanning() {
    let reader = after("docs/guide/scanning.md");
    expect_on_hand(&reader, &[("R-100", "576"), ("C-10", "251")]);
}

#[test]
fn counting() {
    let reader = after("docs/guide/counting.md");
    expect_on_hand(&reader, &[("R-100", "557"), ("C-10", "248")]);
}

#[test]
fn orders() {
    drop(after("docs/guide/orders.md"));
}

#[test]
fn production() {
    let reader = after("docs/guide/production.md");
    expect_on_hand(&reader, &[("BOARD", "20")]);
}

#[test]
fn administration() {
    drop(after("docs/guide/administration.md"));
}

#[test]
fn every_page_of_the_guide_is_followed_and_stands_in_the_readme() {
    let readme = std::fs::read_to_string(project_root().join("README.md")).unwrap();
    let folder = std::fs::read_dir(project_root().join("docs/guide")).unwrap();
    let mut found: Vec<_> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| format!("docs/guide/{name}"))
        .collect();
    found.sort_unstable();
    let mut known = PAGES.map(str::to_owned);
    known.sort_unstable();
    assert_eq!(found, known);
    for page in known {
        assert!(readme.contains(&format!("({page})")), "{page}");
    }
}
