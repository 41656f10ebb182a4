//! A crawler that follows every link from the start, as anybody may: each leads to a page, each
//! page stands in the table of pages, and every quantity of stock can be asked why it is what it is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tests::browser::{Browser, Look, Page};
use tests::pages::PAGES;
use tests::shop::whole_shop;

/// Pages of one shape that are looked at, such as items that differ in their code alone.
const ALIKE_MAX: usize = 2;
/// How many quantities the crawler meets at least; fewer means that pages lost their mark `qty`.
const QUANTITIES_MIN: u64 = 12;

/// What the pages of a shop show.
#[derive(Debug, Default)]
struct Crawled {
    visited: Vec<String>,
    quantities: u64,
    unexplained: Vec<String>,
}

/// Two paths have one shape when they differ only in a code as their second step, and in the values
/// of their queries. Behind some first steps no code stands, but the name of a page.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut steps: Vec<&str> = path.split('/').collect();
    if let [_, first, code, ..] = steps.as_mut_slice()
        && !["reports", "settings"].contains(first)
        && !["new", "rack"].contains(code)
    {
        *code = "…";
    }
    let keys = query.split('&').map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if value.is_empty() { "" } else { key }
    });
    format!("{}?{}", steps.join("/"), keys.collect::<Vec<_>>().join("&"))
}

/// Follows all links from `/`.
fn crawl(page: &Page<'_>) -> Crawled {
    let mut crawled = Crawled::default();
    let mut known = BTreeMap::from([("/".to_owned(), "the start".to_owned())]);
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        let alike = shapes.entry(shape(&path)).or_default();
        *alike += 1;
        if *alike > ALIKE_MAX {
            continue;
        }
        page.open(&path);
        let (seen, unexplained) = quantities(page);
        crawled.quantities += seen;
        let unexplained = unexplained.iter().map(|html| format!("{path}: {html}"));
        crawled.unexplained.extend(unexplained);
        for link in page.links() {
            if !known.contains_key(&link) {
                known.insert(link.clone(), path.clone());
                waiting.push_back(link);
            }
        }
        crawled.visited.push(path);
    }
    crawled
}

/// How many quantities a page shows, and the markup of those without a *why* beside them.
fn quantities(page: &Page<'_>) -> (u64, Vec<String>) {
    let found = page.quantities();
    let unexplained = found["unexplained"].as_array().unwrap();
    let unexplained = unexplained
        .iter()
        .map(|html| html.as_str().unwrap().to_owned());
    (found["seen"].as_u64().unwrap(), unexplained.collect())
}

#[test]
fn every_link_leads_to_a_page_and_every_quantity_to_its_why() {
    let Some(browser) = Browser::start("browser: crawler") else {
        return;
    };
    let (world, _) = whole_shop();
    let page = browser.page_of(&world.server, "administrator", Look::WIDE.without_scripts());
    let crawled = crawl(&page);
    println!(
        "{} pages, {} quantities",
        crawled.visited.len(),
        crawled.quantities
    );
    assert!(crawled.visited.len() >= 5, "{:#?}", crawled.visited);
    assert!(crawled.unexplained.is_empty(), "{:#?}", crawled.unexplained);
    assert!(
        crawled.quantities >= QUANTITIES_MIN,
        "{} quantities",
        crawled.quantities
    );
    // Whatever they are asked for.
    let page_of = |path: &str| shape(path.split('?').next().unwrap());
    let walked: Vec<_> = PAGES.iter().map(|one| page_of(one.path)).collect();
    let visited = crawled.visited.iter();
    let forgotten: Vec<_> = visited
        .filter(|path| !walked.contains(&page_of(path)))
        .collect();
    assert!(
        forgotten.is_empty(),
        "pages that no walk sees: {forgotten:#?}"
    );
    let seen: BTreeSet<String> = crawled.visited.iter().map(|path| page_of(path)).collect();
    let unseen = PAGES
        .iter()
        .filter(|one| !seen.contains(&page_of(one.path)));
    let unseen: Vec<_> = unseen.map(|one| one.path).collect();
    assert!(unseen.is_empty(), "no link leads to {unseen:#?}");
}

#[test]
fn a_quantity_without_a_why_is_found() {
    let Some(browser) = Browser::start("browser: quantities without why") else {
        return;
    };
    let page = browser.page("http://127.0.0.1", Look::WIDE);
    let show = |html: &str| {
        let fill = "document.body.innerHTML = arguments[0]";
        page.script(fill, vec![serde_json::json!(html)]);
        quantities(&page)
    };
    let explained = r#"<a class="qty" href="/items/A/why">1</a>
        <p><a href="/items/A?tab=why"><b class="qty">2</b></a></p>
        <table><tr><td><span data-quantity="3">3</span> <a href="/items/A/why">why</a></td></tr>
        </table><dl><dt>On hand</dt><dd class="qty">4 <a href="/why?item=A">why</a></dd></dl>"#;
    assert_eq!(show(explained), (4, vec![]));
    let cells = r#"<table><tr><td class="qty">5</td><td><a href="/items/A/why">why</a></td></tr>
        </table><p>Total <b data-quantity="6">6</b></p><p><a href="/items/A">A</a></p>"#;
    let (seen, unexplained) = show(cells);
    assert_eq!(seen, 2);
    assert_eq!(
        unexplained,
        [r#"<td class="qty">5</td>"#, r#"<b data-quantity="6">6</b>"#]
    );
    assert_eq!(show("<p>7 <b>8</b></p>"), (0, vec![]));
}

#[test]
fn shapes_tell_pages_apart_and_items_not() {
    assert_eq!(shape("/items/R-100"), shape("/items/C-1"));
    assert_ne!(shape("/items/R-100"), shape("/items/R-100/why"));
    assert_ne!(shape("/items/R-100"), shape("/items/new"));
    assert_ne!(shape("/items"), shape("/orders"));
    assert_ne!(shape("/reports/slow"), shape("/reports/people"));
    assert_ne!(shape("/settings/inventory"), shape("/settings/alerts"));
    assert_eq!(
        shape("/items?search=&level=low"),
        shape("/items?search=&level=out")
    );
    assert_ne!(
        shape("/items?search=&level="),
        shape("/items?search=&level=out")
    );
}
