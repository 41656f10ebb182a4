//! Where forms and links lead: the page of a form that could not be done, addresses that are no
//! page, and what stands before what cannot be taken back.

use ledger_core::at_entry::{
    self, LineRequest, LotChange, OrderChange, PurchaseChange, SiteChange, StocktakeRequest,
    make_site,
};
use ledger_core::catalogue::Class;
use ledger_core::order::OrderType;

use super::*;

/// A shop with an order, a production lot, a purchase order and a stocktake.
fn shop() -> Shop {
    let shop = Shop::open();
    let device = shop.node.device();
    production::board(&shop);
    let (units, lot) = ("1".parse().unwrap(), LotChange::default());
    shop.write(|fold| at_entry::plan_lot(fold, device, Some("L-1"), "BOARD", units, &lot));
    let order = OrderChange {
        site: Some(Some("MAIN".to_owned())),
        ..OrderChange::default()
    };
    shop.write(|fold| at_entry::open_order(fold, device, Some("S-1"), OrderType::Sales, &order));
    shop.write(|fold| at_entry::add_partner(fold, Class::Supplier, "PARTCO", Some("Partco")));
    let purchase = PurchaseChange {
        supplier: Some("PARTCO".to_owned()),
        lines: vec![LineRequest {
            item: "R-100".to_owned(),
            quantity: "20".parse().unwrap(),
            day: None,
        }],
        ..PurchaseChange::default()
    };
    shop.write(|fold| at_entry::place_purchase(fold, device, Some("PO-7"), &purchase));
    // What was counted in the millisecond of the opening counts as counted after it; this never was.
    shop.write(|fold| add_location(fold, "A-02", &LocationChange::default()));
    let one = StockRequest {
        item: "R-100".to_owned(),
        quantity: "1".parse().unwrap(),
        ..StockRequest::default()
    };
    shop.write(|fold| add(fold, "A-02", &one));
    let all = StocktakeRequest::default();
    shop.write(|fold| at_entry::open_stocktake(fold, device, Some("T-1"), &all));
    shop
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_the_page_that_it_stands_on() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Administrator).await;
    let all = all_pages();
    let of = |method: Method| -> Vec<String> {
        let rules = all.rules().iter().filter(|rule| rule.method == method);
        rules
            .map(|rule| rule.path.replace(['{', '}'], ""))
            .collect()
    };
    let (pages, forms) = (of(Method::GET), of(Method::POST));
    let mut without = 0;
    for form in forms.iter().filter(|form| !pages.contains(form)) {
        let asked = visitor.get(form).await;
        let to = asked.goes_to();
        assert!(pages.iter().any(|page| page == to), "{form} leads to {to}");
        without += 1;
    }
    assert!(without > 20, "{without}");
    // Nobody was logged out by looking.
    assert_eq!(visitor.get("/items").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_page_with_a_form_that_could_not_be_done_is_asked_for_at_its_own_address() {
    let shop = shop();
    let boss = shop.visitor(Role::Administrator).await;
    type Refused = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
    );
    let forms: [Refused; 9] = [
        (
            "/orders/S-1/set",
            &[("item", "R-100"), ("wanted", "x")],
            "/orders/S-1",
        ),
        (
            "/lots/L-1/issue",
            &[("item", "R-100"), ("quantity", "x")],
            "/lots/L-1",
        ),
        (
            "/purchase-orders/PO-7/receive",
            &[("item", "R-100"), ("quantity", "x")],
            "/purchase-orders/PO-7",
        ),
        (
            "/stocktakes/T-1/count",
            &[("quantity", "x"), ("show", "open")],
            "/stocktakes/T-1?show=open",
        ),
        (
            "/items/R-100/add",
            &[("quantity", "x"), ("location", "A-01")],
            "/items/R-100?act=add",
        ),
        (
            "/items/R-100/change",
            &[("quantity", "x"), ("back", "/items?search=res")],
            "/items?search=res",
        ),
        (
            "/items/R-100/merge",
            &[("into", "NOPE")],
            "/items/R-100/edit",
        ),
        (
            "/items/BOARD/bom/remove",
            &[("part", "NOPE")],
            "/items/BOARD/bom",
        ),
        ("/devices/code", &[("role", "nobody")], "/devices"),
    ];
    for (form, fields, page) in forms {
        let refused = boss.post(form, fields).await;
        assert!(refused.status.is_client_error(), "{form}: {}", refused.body);
        refused.shows(&[&format!("name=\"back\" value=\"{page}\"")]);
        assert!(
            !refused.body.contains(&format!("hx-get=\"{form}")),
            "{form}"
        );
        assert_eq!(boss.get(page).await.status.as_u16(), 200, "{page}");
    }
    let refused = boss.post("/lots/L-1/issue", &[("item", "R-100")]).await;
    refused.shows(&["href=\"/export/lots/L-1?format=csv\""]);
    let stranger = shop.stranger();
    let wrong = [
        ("user", "a"),
        ("password", "b"),
        ("next", "/items?level=low"),
    ];
    let refused = stranger.post("/login", &wrong).await;
    refused.shows(&["name=\"back\" value=\"/login?next=%2Fitems%3Flevel%3Dlow\""]);
}

#[tokio::test]
async fn an_address_that_is_no_page_is_told_on_one_to_browsers_alone() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Viewer).await;
    let browser = |method: Method, path: &str| {
        let request = visitor.request(method, path);
        request.header(header::ACCEPT, "text/html,application/xml;q=0.9,*/*;q=0.8")
    };
    let missing = browser(Method::GET, "/nothing/here").body(Body::empty());
    let missing = shop.send(missing.unwrap()).await;
    assert_eq!(missing.status.as_u16(), 404);
    missing.shows(&["There is nothing at this address", "nav class=\"side\""]);
    let refused = visitor
        .send_form(browser(Method::POST, "/items"), &[])
        .await;
    assert_eq!(refused.status.as_u16(), 405);
    refused.shows(&["This address does not take this method", "href=\"/\""]);
    assert_eq!(visitor.get("/nothing/here").await.problem(404), "not-found");
    let plain = visitor.post("/items", &[]).await;
    assert_eq!(plain.problem(405), "method-not-allowed");
}

#[tokio::test]
async fn what_cannot_be_taken_back_stands_behind_a_summary_with_a_button_of_its_own() {
    let shop = shop();
    let boss = shop.visitor(Role::Administrator).await;
    let key = "0123456789abcdef0123456789abcdef";
    let channel = [
        ("once", key),
        ("name", "Shop"),
        ("url", "https://hooks.example.com/"),
    ];
    let added = boss
        .post("/settings/alerts/new?way=webhook", &channel)
        .await;
    added.shows(&["whsec_"]);
    let channel = format!("/settings/alerts/{key}");
    let (delete, secret) = (format!("{channel}/delete"), format!("{channel}/secret"));
    for (page, form, words) in [
        ("/orders/S-1", "/orders/S-1/close", "Close the order"),
        ("/orders/S-1", "/orders/S-1/cancel", "Cancel the order"),
        ("/lots/L-1", "/lots/L-1/close", "Close it now"),
        (
            "/purchase-orders/PO-7",
            "/purchase-orders/PO-7/close",
            "Close it now",
        ),
        (
            "/stocktakes/T-1",
            "/stocktakes/T-1/close",
            "Close the stocktake",
        ),
        (
            "/stocktakes/T-1",
            "/stocktakes/T-1/count-rest",
            "Count the rest as none",
        ),
        ("/items/R-100/edit", "/items/R-100/merge", "Merge items"),
        (channel.as_str(), delete.as_str(), "Delete the channel"),
        (channel.as_str(), secret.as_str(), "Make a new secret"),
    ] {
        let shown = boss.get(page).await;
        let (before, form) = shown
            .body
            .split_once(&format!("action=\"{form}\""))
            .unwrap_or_else(|| panic!("no {form} in {}", shown.body));
        let count = |tag: &str| before.matches(tag).count();
        assert!(count("<details") > count("</details>"), "{words} is open");
        let form = form.split("</form>").next().unwrap();
        let button = format!("<button class=\"danger\">{words}</button>");
        assert!(form.contains(&button), "{form}");
    }
}

#[tokio::test]
async fn what_was_done_and_where_it_lies_leads_to_the_pages_of_both() {
    let shop = shop();
    shop.write(|fold| make_site(fold, "EAST", &SiteChange::default()));
    let viewer = shop.visitor(Role::Viewer).await;
    let seen = viewer.get("/").await;
    seen.shows(&["href=\"/sites/EAST\""]);
    assert!(!seen.body.contains("href=\"/users/"), "{}", seen.body);
    for page in ["/items/R-100", "/locations/A-01", "/orders/S-1", "/orders"] {
        viewer.get(page).await.shows(&["href=\"/sites/MAIN\""]);
    }
    assert_eq!(viewer.get("/sites/MAIN").await.status.as_u16(), 200);
    let boss = shop.visitor(Role::Administrator).await;
    let seen = boss.get("/").await;
    let user = seen.body.split_once("href=\"/users/");
    let user = user.and_then(|(_, rest)| rest.split('"').next());
    let user = boss.get(&format!("/users/{}", user.unwrap())).await;
    assert_eq!(user.status.as_u16(), 200, "{}", user.body);
}
