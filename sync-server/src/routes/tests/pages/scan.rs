//! The scan page: sessions over forms and over the script's requests.

use ledger_core::EntryId;
use ledger_core::at_entry;
use ledger_core::entry::{Body, Entry};

use super::*;

/// Scans without a script: each code is a form, and the page comes again.
async fn scan(visitor: &Visitor<'_>, codes: &[&str]) -> Reply {
    for code in codes {
        let page = visitor.get("/scan").await;
        let (_, once) = page.body.split_once("name=\"once\" value=\"").unwrap();
        let once = once.split('"').next().unwrap();
        let sent = visitor
            .post("/scan", &[("once", once), ("text", code)])
            .await;
        assert_eq!(sent.goes_to(), "/scan");
    }
    visitor.get("/scan").await
}

/// Sends scans as the script does; their ids are their places in the list.
async fn send(visitor: &Visitor<'_>, stands: &str, scans: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("stands", stands)];
    for (id, text) in scans {
        fields.extend([("id", *id), ("text", *text), ("ago", "0")]);
    }
    visitor.post_part("/scan", &fields).await
}

/// Where the session stands, as the page keeps it.
fn stands(reply: &Reply) -> String {
    let (_, rest) = reply.body.split_once("data-stands=\"").unwrap();
    let text = rest.split('"').next().unwrap();
    text.replace("&#34;", "\"").replace("&#38;", "&")
}

/// What the server wrote last.
fn last_entry(shop: &Shop) -> Entry {
    let origin = shop.node.origin();
    let seq = shop.node.read(|fold| fold.last_seq(origin));
    let last = shop.node.entry(EntryId { origin, seq });
    last.unwrap().unwrap()
}

async fn on_hand(shop: &Shop) -> String {
    let item = shop.api("items/R-100").await.json();
    item["on_hand"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_works_without_a_script() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &[]).await;
    page.shows(&[
        "autofocus",
        "Choose a mode, or scan",
        "mode-none",
        "no location yet",
    ]);
    let page = scan(&visitor, &["R-100"]).await;
    page.shows(&["R-100 is an item: choose a mode first.", "Error"]);
    let page = scan(&visitor, &["ADD", "A-01", "Q3", "r-100"]).await;
    page.shows(&[
        "mode-add",
        "3 of R-100 added at A-01, on hand 8.",
        "Resistor",
        "Scan an item.",
    ]);
    assert_eq!(on_hand(&shop).await, "8");
    let page = scan(&visitor, &["UNDO"]).await;
    page.shows(&["Undone: R-100, on hand 5."]);
    assert_eq!(on_hand(&shop).await, "5");
    let page = scan(&visitor, &["4711"]).await;
    page.shows(&[
        "4711 is not known. Kept: 1 at A-01",
        "One scanned code is not known yet.",
        "/exceptions?kind=unknown-code",
    ]);
    let visitor = visitor.reading("de");
    let page = scan(&visitor, &["REMOVE", "R-100"]).await;
    page.shows(&[
        "Abbuchen",
        "1 × R-100 aus A-01 abgebucht, Bestand 4.",
        "Scannen Sie einen Artikel.",
    ]);
    assert!(!page.body.contains("data-fresh"));
    let written = last_entry(&shop);
    assert_eq!(written.user.unwrap().as_str(), "test-operator");
}

#[tokio::test]
async fn a_count_ends_with_what_was_scanned() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &["COUNT", "A-01", "R-100", "R-100", "R-100"]).await;
    page.shows(&["1 of R-100: 3 so far at A-01.", "The count at A-01 goes on"]);
    assert_eq!(on_hand(&shop).await, "5");
    let page = scan(&visitor, &["DONE"]).await;
    page.shows(&["3 of R-100 counted at A-01."]);
    assert_eq!(on_hand(&shop).await, "3");
}

#[tokio::test]
async fn a_scan_that_is_sent_again_is_counted_once() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let scans = [("a", "COUNT"), ("b", "A-01"), ("c", "R-100")];
    send(&visitor, "", &scans).await;
    send(&visitor, "", &scans[2..]).await;
    let done = send(&visitor, "", &[("c", "R-100"), ("d", "DONE")]).await;
    done.shows(&["1 of R-100 counted at A-01."]);
    assert_eq!(on_hand(&shop).await, "1");
}

#[tokio::test]
async fn a_count_was_made_when_it_was_scanned_and_not_when_it_came_in() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let mut fields = Vec::new();
    for (id, ago) in [
        ("COUNT", "90000"),
        ("A-01", "80000"),
        ("R-100", "70000"),
        ("DONE", "30000"),
    ] {
        fields.extend([("id", id), ("text", id), ("ago", ago)]);
    }
    visitor.post_part("/scan", &fields).await;
    let now = shop.node.now().millis();
    let Body::Counted(counted) = last_entry(&shop).body else {
        panic!("no count");
    };
    let (began, ended) = counted.span.unwrap();
    let ago = [began, ended].map(|at| (now - at.millis()) / 1000);
    assert!(
        (70..80).contains(&ago[0]) && (30..40).contains(&ago[1]),
        "{ago:?}"
    );
}

#[tokio::test]
async fn only_who_may_write_may_scan() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    assert_eq!(viewer.get("/scan").await.status.as_u16(), 403);
    let sent = viewer.post("/scan", &[("text", "ADD")]).await;
    assert_eq!(sent.status.as_u16(), 403);
    assert!(!viewer.get("/").await.body.contains("href=\"/scan\""));
    let stranger = shop.stranger();
    assert!(stranger.get("/scan").await.goes_to().starts_with("/login"));
    let part = send(&stranger, "", &[("1", "ADD")]).await;
    assert_eq!(part.status.as_u16(), 401);
}

#[tokio::test]
async fn undo_takes_back_what_was_scanned_here_and_nothing_else() {
    let shop = Shop::open();
    let olga = shop.visitor(Role::Operator).await;
    let mona = shop.visitor(Role::Manager).await;
    scan(&olga, &["ADD", "A-01", "R-100"]).await;
    scan(&mona, &["REMOVE", "A-01", "Q2", "R-100"]).await;
    let fields = [("quantity", "9"), ("location", "A-01")];
    olga.post("/items/R-100/add", &fields).await.goes_to();
    assert_eq!(on_hand(&shop).await, "13");
    let page = scan(&olga, &["UNDO"]).await;
    page.shows(&["Undone: R-100, on hand 12."]);
    let page = scan(&olga, &["UNDO"]).await;
    page.shows(&["Nothing that was scanned here is left to undo"]);
    assert_eq!(on_hand(&shop).await, "12");
    scan(&mona, &["UNDO"]).await;
    assert_eq!(on_hand(&shop).await, "14");
}

#[tokio::test]
async fn a_scan_that_is_sent_again_is_answered_again_and_written_once() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let scans = [("a", "ADD"), ("b", "A-01"), ("c", "R-100"), ("d", "R-100")];
    let first = send(&visitor, "", &scans).await;
    first.shows(&[
        "data-answered=\"a b c d\"",
        "data-sign=\"ok\"",
        "on hand 7.",
    ]);
    assert!(!first.body.contains("<html"), "only the part");
    for again in [&scans[..], &scans[2..3]] {
        let again = send(&visitor, "", again).await;
        again.shows(&["on hand 7."]);
    }
    assert_eq!(on_hand(&shop).await, "7");
    let mixed = send(
        &visitor,
        "",
        &[("d", "R-100"), ("e", "nothing known"), ("f", "R-100")],
    )
    .await;
    mixed.shows(&[
        "data-answered=\"d e f\"",
        "data-sign=\"error\"",
        "on hand 8.",
    ]);
    assert_eq!(on_hand(&shop).await, "8");
}

#[tokio::test]
async fn a_server_that_was_started_anew_goes_on_where_the_page_stood() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let begun = send(&visitor, "", &[("a", "ADD"), ("b", "A-01"), ("c", "R-100")]).await;
    let stood = stands(&begun);
    // This answer is lost on its way.
    send(&visitor, &stood, &[("d", "R-100")]).await;
    assert_eq!(on_hand(&shop).await, "7");
    let anew = Shop {
        router: all(App::new(shop.node.clone())),
        ..shop
    };
    let visitor = anew.visitor(Role::Operator).await;
    visitor.get("/scan").await.shows(&["data-fresh"]);
    let again = send(&visitor, &stood, &[("d", "R-100"), ("e", "R-100")]).await;
    again.shows(&["mode-add", "on hand 8."]);
    assert_eq!(on_hand(&anew).await, "8");
    // Undo knows what was written before, too.
    let codes = ["UNDO", "UNDO", "UNDO", "UNDO"];
    scan(&visitor, &codes).await;
    assert_eq!(on_hand(&anew).await, "5");
    // A desk that is used listens to no page.
    let other = send(
        &visitor,
        "{\"session\":\"{}\",\"wrote\":[]}",
        &[("f", "R-100")],
    )
    .await;
    other.shows(&["mode-add", "on hand 6."]);
}

#[tokio::test]
async fn what_was_written_before_a_new_start_is_not_judged_by_what_came_of_it() {
    let shop = Shop::open();
    let supplier = ledger_core::catalogue::Class::Supplier;
    shop.write(|fold| at_entry::add_partner(fold, supplier, "SUP", None));
    let ten = at_entry::LineRequest {
        item: "R-100".to_owned(),
        quantity: "10".parse().unwrap(),
        day: None,
    };
    let ordered = at_entry::PurchaseChange {
        supplier: Some("SUP".to_owned()),
        lines: vec![ten],
        ..at_entry::PurchaseChange::default()
    };
    let device = shop.node.device();
    shop.write(|fold| at_entry::place_purchase(fold, device, Some("P-1"), &ordered));
    let visitor = shop.visitor(Role::Operator).await;
    let begun = send(&visitor, "", &[("a", "P-1"), ("b", "A-01"), ("c", "Q10")]).await;
    let stood = stands(&begun);
    // This answer is lost on its way.
    send(&visitor, &stood, &[("d", "R-100")]).await;
    assert_eq!(on_hand(&shop).await, "15");
    let anew = Shop {
        router: all(App::new(shop.node.clone())),
        ..shop
    };
    let visitor = anew.visitor(Role::Operator).await;
    let again = send(&visitor, &stood, &[("d", "R-100"), ("e", "DONE")]).await;
    again.shows(&["It is written already.", "All of P-1 has come."]);
    assert_eq!(on_hand(&anew).await, "15");
    scan(&visitor, &["UNDO"]).await;
    assert_eq!(on_hand(&anew).await, "5", "it can be undone");
}

#[tokio::test]
async fn what_a_page_brings_along_undoes_nothing_of_others() {
    let shop = Shop::open();
    let stock = shop.node.origin();
    let last = shop.node.read(|fold| fold.last_seq(stock));
    let visitor = shop.visitor(Role::Manager).await;
    let brought = format!("{{\"session\":\"{{}}\",\"wrote\":[\"{stock}-{last}\",\"x\"]}}");
    let part = send(&visitor, &brought, &[("a", "UNDO")]).await;
    part.shows(&["Nothing that was scanned here is left to undo"]);
    assert_eq!(on_hand(&shop).await, "5");
    let part = send(&visitor, "no JSON", &[("b", "ADD")]).await;
    part.shows(&["mode-add"]);
}

#[tokio::test]
async fn a_badge_logs_nobody_in() {
    let shop = Shop::open();
    let badge = UserChange {
        role: Some(Role::Administrator),
        badge: Some(Some("B-4711".to_owned())),
        ..UserChange::default()
    };
    shop.write(|fold| users::add(fold, "ada", &badge));
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &["ADD", "A-01", "B-4711"]).await;
    page.shows(&["A badge logs nobody in here: log in with the password of ada."]);
    page.shows(&["test-operator"]);
    assert_eq!(visitor.get("/users").await.status.as_u16(), 403);
}

#[tokio::test]
async fn an_order_shows_its_pick_list() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let order = [("number", "S-1"), ("type", "sales")];
    manager.post("/orders/new", &order).await.goes_to();
    let line = [("item", "R-100"), ("quantity", "2")];
    manager.post("/orders/S-1/lines", &line).await.goes_to();
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &["ORDER", "S-1"]).await;
    page.shows(&[
        "What to do",
        "2 of R-100 at A-01.",
        "/items/R-100/why?location=A-01&amp;owner=-\">2</a>",
    ]);
    let page = scan(&visitor, &["A-01", "Q2", "R-100"]).await;
    page.shows(&[
        "2 of R-100 picked at A-01 for S-1.",
        "Nothing is left to pick",
    ]);
    assert!(!page.body.contains("What to do"));
}

/// The page of the code 4711 among the exceptions.
const UNKNOWN: &str = "/exceptions/unknown-code%3A4711";

#[tokio::test]
async fn a_code_that_nobody_knew_is_resolved_on_the_page_of_its_exception() {
    let shop = Shop::open();
    let worker = shop.visitor(Role::Operator).await;
    scan(&worker, &["ADD", "A-01", "4711", "Q2", "4711"]).await;
    assert_eq!(on_hand(&shop).await, "5");
    let manager = shop.visitor(Role::Manager).await;
    manager.get(UNKNOWN).await.shows(&[
        "All scans of 4711 take effect",
        "<option value=\"R-100\">Resistor</option>",
    ]);
    // While typing, items like it are offered.
    let typing = manager.get(&format!("{UNKNOWN}?item=reel")).await;
    typing.shows(&["<option value=\"A/B 1&#38;2\">"]);
    assert!(!typing.body.contains("<option value=\"R-100\">"));
    let item = |item| [("answer", "resolve"), ("item", item)];
    let refused = manager.post(UNKNOWN, &item("R-1000")).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["role=\"alert\"", "value=\"R-1000\""]);
    assert_eq!(on_hand(&shop).await, "5");
    let done = manager.post(UNKNOWN, &item("R-100")).await;
    assert_eq!(done.goes_to(), "/exceptions");
    manager.get("/exceptions").await.shows(&[
        "4711 is R-100: all its scans take effect.",
        "class=\"empty\"",
    ]);
    assert_eq!(on_hand(&shop).await, "8");
}

#[tokio::test]
async fn a_code_that_is_nothing_of_ours_is_dismissed_with_a_note() {
    let shop = Shop::open();
    let worker = shop.visitor(Role::Operator).await;
    scan(&worker, &["ADD", "A-01", "4711"]).await;
    let manager = shop.visitor(Role::Manager).await.reading("de");
    manager.get(UNKNOWN).await.shows(&["value=\"dismiss\""]);
    let note = |note| [("answer", "dismiss"), ("note", note)];
    let refused = manager.post(UNKNOWN, &note(" ")).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.shows(&["Um einen Code zu verwerfen, braucht es eine Notiz."]);
    let done = manager.post(UNKNOWN, &note("a parcel")).await;
    assert_eq!(done.goes_to(), "/exceptions");
    manager
        .get("/exceptions")
        .await
        .shows(&["4711 ist nichts von uns"]);
    let scans = shop.api("scans").await.json();
    assert_eq!(scans["items"][0]["state"], "dismissed");
    assert_eq!(on_hand(&shop).await, "5");
}

#[tokio::test]
async fn only_managers_say_what_a_code_is() {
    let shop = Shop::open();
    let worker = shop.visitor(Role::Operator).await;
    scan(&worker, &["ADD", "A-01", "4711"]).await;
    let page = worker.get(UNKNOWN).await;
    page.shows(&["Unknown code"]);
    for fields in [
        [("answer", "resolve"), ("item", "R-100")],
        [("answer", "dismiss"), ("note", "a parcel")],
    ] {
        let (_, answer) = fields[0];
        assert!(!page.body.contains(&format!("value=\"{answer}\"")));
        let refused = worker.post(UNKNOWN, &fields).await;
        assert_eq!(refused.status.as_u16(), 422, "{answer}");
        let viewer = shop.visitor(Role::Viewer).await;
        let refused = viewer.post(UNKNOWN, &fields).await;
        assert_eq!(refused.status.as_u16(), 403, "{answer}");
    }
    let scans = shop.api("scans").await.json();
    assert_eq!(scans["items"][0]["state"], "unknown");
}

#[tokio::test]
async fn forms_that_cannot_be_scans_change_nothing() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let long = "x".repeat(65);
    for fields in [
        &[("id", "a"), ("text", "ADD")][..],
        &[("id", "a"), ("ago", "0")],
        &[("id", ""), ("text", "ADD"), ("ago", "0")],
        &[("id", &long), ("text", "ADD"), ("ago", "0")],
    ] {
        let refused = visitor.post("/scan", fields).await;
        assert_eq!(refused.status.as_u16(), 422, "{fields:?}");
    }
    let other = [("user", "ada"), ("id", "a"), ("text", "ADD"), ("ago", "0")];
    assert_eq!(
        visitor.post_part("/scan", &other).await.status.as_u16(),
        401
    );
    visitor.get("/scan").await.shows(&["data-fresh"]);
    let nothing = visitor.post("/scan", &[("text", " ")]).await;
    assert_eq!(nothing.goes_to(), "/scan");
}

#[tokio::test]
async fn only_the_scan_page_may_run_web_assembly() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    for (path, may) in [("/scan", true), ("/items", false)] {
        let page = visitor.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert_eq!(policy.contains("'wasm-unsafe-eval'"), may, "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn undo_takes_a_whole_build_back() {
    let shop = Shop::open();
    let board = ItemChange::default();
    shop.write(|fold| add_item(fold, "BOARD", &board));
    let two = at_entry::BomChange {
        per_unit: "2".parse().ok(),
        ..at_entry::BomChange::default()
    };
    shop.write(|fold| at_entry::set_bom_line(fold, "BOARD", "R-100", &two));
    let device = shop.node.device();
    let change = at_entry::LotChange::default();
    let units = "5".parse().unwrap();
    shop.write(|fold| at_entry::plan_lot(fold, device, Some("L-1"), "BOARD", units, &change));
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &["LOT", "L-1", "A-01", "R-100", "Q2", "BOARD"]).await;
    page.shows(&["2 of BOARD built at A-01 for L-1."]);
    assert_eq!(on_hand(&shop).await, "1");
    let page = scan(&visitor, &["UNDO"]).await;
    page.shows(&["Undone: BOARD, on hand 0."]);
    assert_eq!(
        on_hand(&shop).await,
        "4",
        "what was issued before stays issued"
    );
    scan(&visitor, &["UNDO"]).await;
    assert_eq!(on_hand(&shop).await, "5");
}

#[tokio::test]
async fn of_many_things_to_do_the_first_are_shown() {
    let shop = Shop::open();
    for number in 0..25 {
        let place = format!("B-{number:02}");
        let change = LocationChange::default();
        shop.write(|fold| add_location(fold, &place, &change));
        let one = StockRequest {
            item: "R-100".to_owned(),
            quantity: "1".parse().unwrap(),
            ..StockRequest::default()
        };
        shop.write(|fold| add(fold, &place, &one));
    }
    let device = shop.node.device();
    let everything = at_entry::StocktakeRequest::default();
    shop.write(|fold| at_entry::open_stocktake(fold, device, Some("T-1"), &everything));
    let visitor = shop.visitor(Role::Operator).await;
    let page = scan(&visitor, &["T-1"]).await;
    page.shows(&[
        "5 of R-100 at A-01.",
        "<strong class=\"place\">B-18<",
        "6 more after these.",
    ]);
    assert!(!page.body.contains("<strong class=\"place\">B-19<"));
    // The guide goes on from the place where somebody stands.
    let page = scan(&visitor, &["B-20"]).await;
    page.shows(&["1 of R-100 at B-20."]);
}
