//! Stocktakes as people use them in a browser.

use super::*;

impl Shop {
    /// A shop with 5 of R-100 at A-01 and 3 at B-02.
    fn with_two_places() -> Self {
        let shop = Self::open();
        let b = LocationChange::default();
        shop.write(|fold| add_location(fold, "B-02", &b));
        let request = StockRequest {
            item: "R-100".to_owned(),
            quantity: "3".parse().unwrap(),
            ..StockRequest::default()
        };
        shop.write(|fold| add(fold, "B-02", &request));
        shop
    }

    /// State, expected and counted of the line at a place, as managers have them.
    fn line(&self, place: &str) -> (&'static str, String, Option<String>) {
        let view = self.node.view();
        let id = view.fold().stocktakes()[0];
        let lines = view.stocktake(id).unwrap().lines;
        let line = lines.into_iter().find(|line| line.location == place);
        let line = line.unwrap();
        (line.state, line.expected.unwrap(), line.counted)
    }
}

const BOTH: [(&str, &str); 5] = [
    ("number", "t 1/2"),
    ("title", "Year's <end>"),
    ("locations", "a-01\r\n\r\n B-02 \r\n"),
    ("due", "2030-01-31"),
    ("blind", "yes"),
];
const PATH: &str = "/stocktakes/T%201%2F2";

fn counted<'a>(place: &'a str, quantity: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("item", "R-100"),
        ("location", place),
        ("owner", ""),
        ("batch", ""),
        ("quantity", quantity),
    ]
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story told in its order")]
async fn a_stocktake_is_opened_counted_approved_and_closed() {
    let shop = Shop::with_two_places();
    let manager = shop.visitor(Role::Manager).await;
    let worker = shop.visitor(Role::Operator).await;
    manager
        .get("/stocktakes")
        .await
        .shows(&["There are no stocktakes yet", "/stocktakes/new"]);
    assert!(
        !worker
            .get("/stocktakes")
            .await
            .body
            .contains("/stocktakes/new")
    );
    let opened = manager.post("/stocktakes/new", &BOTH).await;
    assert_eq!(opened.goes_to(), PATH);
    manager.get(PATH).await.shows(&[
        "Stocktake T 1/2 is open",
        "Year&#39;s &#60;end&#62;",
        "0 of 2 counted",
        "This stocktake is blind",
        ">5</a>",
    ]);
    let blind = worker.get(PATH).await;
    blind.shows(&["not told before the count", "To be counted"]);
    assert!(!blind.body.contains(">5</a>"), "{}", blind.body);
    let done = worker
        .post(&format!("{PATH}/count"), &counted("A-01", "4"))
        .await;
    assert_eq!(done.goes_to(), PATH);
    worker.get(PATH).await.shows(&[
        "4 of R-100 counted at A-01",
        "action=\"/undo\"",
        "1 of 2 counted",
        "1 differs",
        "<strong>\u{2212}1</strong>",
    ]);
    // What a form cannot do keeps what was typed, on its own line.
    let refused = worker
        .post(&format!("{PATH}/count"), &counted("B-02", "many"))
        .await;
    assert_eq!(refused.status.as_u16(), 422);
    assert_eq!(
        refused.body.matches("value=\"many\"").count(),
        1,
        "{}",
        refused.body
    );
    let again = [("item", "R-100"), ("location", "A-01")];
    manager
        .post(&format!("{PATH}/recount"), &again)
        .await
        .goes_to();
    assert_eq!(shop.line("A-01").0, "again");
    worker
        .post(&format!("{PATH}/count"), &counted("A-01", "5"))
        .await
        .goes_to();
    manager.get(PATH).await.shows(&["Counts of R-100 at A-01"]);
    let all = seen_of(&manager.get(PATH).await);
    worker
        .post(&format!("{PATH}/count"), &counted("B-02", "2"))
        .await
        .goes_to();
    let late = [("all", "yes"), ("seen", all.as_str())];
    let refused = manager.post(&format!("{PATH}/approve"), &late).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&["Somebody counted in the meantime"]);
    let all = seen_of(&manager.get(PATH).await);
    let now = [
        ("all", "yes"),
        ("seen", all.as_str()),
        ("note", "looked at"),
    ];
    manager
        .post(&format!("{PATH}/approve"), &now)
        .await
        .goes_to();
    assert_eq!(
        shop.line("A-01"),
        ("approved", "4".to_owned(), Some("5".to_owned()))
    );
    manager.post(&format!("{PATH}/close"), &[]).await.goes_to();
    manager
        .get(PATH)
        .await
        .shows(&["Stocktake T 1/2 is closed", "Closed", "2 approved"]);
    assert!(!manager.get("/stocktakes").await.body.contains("T 1/2"));
    manager
        .get("/stocktakes?show=all")
        .await
        .shows(&["T 1/2", "2 of 2 counted"]);
}

/// The word for the counts that a page shows.
fn seen_of(page: &Reply) -> String {
    let (_, rest) = page.body.split_once("name=\"seen\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn one_line_is_approved_and_the_rest_is_not_there() {
    let shop = Shop::with_two_places();
    let manager = shop.visitor(Role::Manager).await;
    let fields = [("number", "t1"), ("items", "r-100")];
    let path = manager
        .post("/stocktakes/new", &fields)
        .await
        .goes_to()
        .to_owned();
    let nothing = manager.post(&format!("{path}/approve"), &[]).await;
    assert_eq!(nothing.status.as_u16(), 422);
    nothing.shows(&["No line is ticked"]);
    manager
        .post(&format!("{path}/count"), &counted("A-01", "5"))
        .await
        .goes_to();
    let page = manager.get(&path).await;
    let (_, rest) = page.body.split_once("name=\"count\" value=\"").unwrap();
    let count = rest.split('"').next().unwrap();
    let one = [("count", count), ("show", "waiting")];
    let done = manager.post(&format!("{path}/approve"), &one).await;
    assert_eq!(done.goes_to(), format!("{path}?show=waiting"));
    manager
        .get(&format!("{path}?show=waiting"))
        .await
        .shows(&["No line is like that"]);
    assert_eq!(shop.line("A-01").0, "approved");
    let unsure = manager.post(&format!("{path}/count-rest"), &[]).await;
    unsure.shows(&["Nobody said that they looked"]);
    assert_eq!(shop.line("B-02").0, "open");
    manager
        .post(&format!("{path}/count-rest"), &[("sure", "yes")])
        .await
        .goes_to();
    assert_eq!(
        shop.line("B-02"),
        ("counted", "3".to_owned(), Some("0".to_owned()))
    );
    let german = manager.reading("de");
    german.post(&format!("{path}/close"), &[]).await.goes_to();
    german
        .get(&path)
        .await
        .shows(&["ist abgeschlossen", "zählen trotzdem", "Abweichung"]);
    let ended = german.post(&format!("{path}/close"), &[]).await;
    ended.shows(&["das ist endgültig"]);
}

#[tokio::test]
async fn a_device_is_told_to_count_a_place() {
    let shop = Shop::with_two_places();
    let manager = shop.visitor(Role::Manager).await;
    let path = manager
        .post("/stocktakes/new", &[("number", "t1")])
        .await
        .goes_to()
        .to_owned();
    manager.get(&path).await.shows(&["Everything"]);
    let fields = [("device", "central"), ("location", "A-01"), ("item", "")];
    manager
        .post(&format!("{path}/assign"), &fields)
        .await
        .goes_to();
    let page = manager.get(&path).await;
    page.shows(&["central is to count that"]);
    assert_eq!(page.body.matches("central counts").count(), 1);
    manager
        .post(&format!("{path}/assign"), &[("device", "-")])
        .await
        .goes_to();
    assert!(!manager.get(&path).await.body.contains("central counts"));
    let wrong = [("device", "-"), ("location", "NOPE")];
    let refused = manager.post(&format!("{path}/assign"), &wrong).await;
    refused.shows(&["NOPE", "<details open>"]);
}

#[tokio::test]
async fn wrong_fields_of_a_new_stocktake_stay_as_they_were_typed() {
    let shop = Shop::open();
    let manager = shop.visitor(Role::Manager).await;
    let before = shop.entries();
    for (name, value, said) in [
        ("locations", "NOPE", "NOPE"),
        ("days", "many", "This is not a quantity"),
        ("due", "31.3.", "This is not a date"),
    ] {
        let fields = [("title", "Year's end"), (name, value)];
        let refused = manager.post("/stocktakes/new", &fields).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        refused.shows(&[said, "Year&#39;s end", value]);
    }
    assert_eq!(shop.entries(), before);
    manager
        .get("/stocktakes/new?location=A-01")
        .await
        .shows(&[">A-01</textarea>"]);
}

#[tokio::test]
async fn a_form_that_cannot_be_done_comes_back_with_the_lines_and_ticks_it_had() {
    let shop = Shop::with_two_places();
    let manager = shop.visitor(Role::Manager).await;
    let opened = manager.post("/stocktakes/new", &[("number", "t1")]).await;
    let path = opened.goes_to().to_owned();
    let second = manager.get(&format!("{path}?from=1")).await;
    second.shows(&["name=\"from\" value=\"1\"", "/locations/B-02"]);
    second.shows(&[
        "<option value=\"A-01\"></option><option value=\"B-02\"></option></datalist>",
        "<datalist id=\"items\"><option value=\"R-100\">Resistor</option></datalist>",
    ]);
    assert!(
        !second.body.contains("/locations/A-01\""),
        "{}",
        second.body
    );
    let with_page = |place, quantity| {
        let mut fields = counted(place, quantity).to_vec();
        fields.extend([("show", ""), ("from", "1")]);
        fields
    };
    let count = format!("{path}/count");
    let refused = manager.post(&count, &with_page("B-02", "many")).await;
    refused.shows(&[
        "value=\"many\"",
        "/locations/B-02",
        "name=\"from\" value=\"1\"",
    ]);
    assert!(
        !refused.body.contains("/locations/A-01\""),
        "{}",
        refused.body
    );
    let done = manager.post(&count, &with_page("B-02", "3")).await;
    assert_eq!(done.goes_to(), format!("{path}?from=1"));
    manager.post(&count, &counted("A-01", "4")).await.goes_to();
    let page = manager.get(&path).await;
    let ticks: Vec<&str> = page
        .body
        .split("form=\"approve\" name=\"count\" value=\"")
        .collect();
    let ids = ticks[1..]
        .iter()
        .map(|rest| rest.split('"').next().unwrap());
    let ids: Vec<&str> = ids.collect();
    assert_eq!(ids.len(), 2, "{}", page.body);
    assert_eq!(page.body.matches(" checked").count(), 0);
    // One was counted anew since: the other stays ticked.
    manager.post(&count, &counted("A-01", "5")).await.goes_to();
    let sent = [("count", ids[0]), ("count", ids[1]), ("note", "well")];
    let refused = manager.post(&format!("{path}/approve"), &sent).await;
    assert_eq!(refused.status.as_u16(), 409);
    refused.shows(&["value=\"well\""]);
    assert_eq!(
        refused.body.matches(" checked").count(),
        1,
        "{}",
        refused.body
    );
}
