//! Labels from the pages: what is shown is what is printed, as a file or on a printer of the house.

use ledger_core::at_entry::{self, OrderChange, settings};
use ledger_core::order::OrderType;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn what_is_looked_at_is_what_the_file_has() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/labels?kind=items&select=R-100").await;
    page.shows(&[
        "1 label",
        "/labels/preview?kind=items&#38;format=pdf&#38;select=R-100",
        "/labels/file?kind=items&#38;format=pdf&#38;select=R-100",
    ]);
    let picture = viewer
        .get("/labels/preview?kind=items&format=pdf&select=R-100")
        .await;
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.body.contains("<svg"), "{}", &picture.body[..60]);
    let file = viewer
        .get("/labels/file?kind=items&format=zpl&select=R-100")
        .await;
    assert!(file.header("content-disposition").contains("items.zpl"));
    assert!(file.body.contains("R-100"), "{}", file.body);
    // The same as a script gets.
    let api = viewer
        .get("/api/v1/labels?kind=items&format=zpl&select=R-100")
        .await;
    assert_eq!(file.body, api.body);
}

#[tokio::test]
async fn what_cannot_be_printed_is_said_in_the_reader_s_words() {
    let shop = Shop::open();
    let viewer = shop.visitor(Role::Viewer).await.reading("de");
    for (query, words) in [
        (
            "kind=items&select=NOT-THERE",
            "Diesen Artikel gibt es nicht",
        ),
        ("kind=lots", "Es gibt nichts"),
        ("kind=items&start=900", "nicht die Nummer eines Etiketts"),
        ("kind=items&start=x", "nicht die Nummer eines Etiketts"),
        ("kind=items&sheet=a7-9", "Einen solchen Bogen"),
        ("kind=items&format=zpl&dpi=150", "Punkte je Zoll"),
    ] {
        let page = viewer.get(&format!("/labels?{query}")).await;
        assert_eq!(page.status.as_u16(), 200, "{query}");
        page.shows(&[words, "role=\"alert\""]);
        let file = viewer.get(&format!("/labels/file?{query}")).await;
        assert!(file.status.is_client_error(), "{query}: {}", file.status);
    }
    viewer
        .get("/labels?kind=calibration")
        .await
        .shows(&["/labels/preview?kind=calibration"]);
}

/// A printer that takes one document, and says nothing of how it stands.
async fn printer(listener: &TcpListener) -> String {
    let (mut line, _) = listener.accept().await.unwrap();
    let mut printed = Vec::new();
    line.read_to_end(&mut printed).await.unwrap();
    String::from_utf8(printed).unwrap()
}

#[tokio::test]
async fn labels_go_to_a_printer_of_the_house_with_its_dots_and_labels() {
    let shop = Shop::open();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let typed =
        format!("Dock=127.0.0.1:{port}/300dpi/57x32, Gone=127.0.0.1:1, Any=127.0.0.1:{port}");
    shop.write(|_| settings::set("printers", &typed));
    let operator = shop.visitor(Role::Operator).await;
    operator
        .get("/labels?kind=locations")
        .await
        .shows(&["Print on Dock", "Print on Gone"]);
    operator
        .get("/labels?kind=locations&start=3&dpi=300")
        .await
        .shows(&[
            "<input type=\"hidden\" name=\"start\" value=\"3\">",
            "<input type=\"hidden\" name=\"dpi\" value=\"300\">",
        ]);
    let fields = [
        ("kind", "locations"),
        ("select", "A-01"),
        ("printer", "Dock"),
    ];
    let (sent, printed) = tokio::join!(operator.post("/labels/print", &fields), printer(&listener));
    assert!(
        sent.goes_to().starts_with("/labels?kind=locations"),
        "{}",
        sent.goes_to()
    );
    let printed = printed.strip_prefix("~HS").unwrap();
    let file = operator
        .get("/labels/file?kind=locations&select=A-01&format=zpl&sheet=57x32&dpi=300")
        .await;
    assert_eq!(printed, file.body);
    operator
        .get("/labels")
        .await
        .shows(&["Sent to Dock, labels: 1."]);
    // A printer of which nobody said what is in it gets what was looked at.
    let looked_at = [
        ("kind", "locations"),
        ("select", "A-01"),
        ("format", "zpl"),
        ("sheet", "50x25"),
        ("printer", "Any"),
    ];
    let (sent, printed) = tokio::join!(
        operator.post("/labels/print", &looked_at),
        printer(&listener)
    );
    sent.goes_to();
    let file = operator
        .get("/labels/file?kind=locations&select=A-01&format=zpl&sheet=50x25")
        .await;
    assert_eq!(printed.strip_prefix("~HS"), Some(file.body.as_str()));
    // What went wrong is said on the page, with the same labels before the person.
    let fields = [
        ("kind", "locations"),
        ("select", "A-01"),
        ("printer", "Gone"),
    ];
    let refused = operator.post("/labels/print", &fields).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    refused.shows(&["cannot be reached", "value=\"A-01\""]);
    let viewer = shop.visitor(Role::Viewer).await;
    let refused = viewer.post("/labels/print", &fields).await;
    assert_eq!(refused.status.as_u16(), 403);
}

#[tokio::test]
async fn what_has_no_label_is_said_in_the_reader_s_words() {
    let shop = Shop::open();
    let device = shop.node.device();
    let opened = |fold: &Fold, number: &str| {
        let order = OrderChange::default();
        at_entry::open_order(fold, device, Some(number), OrderType::Sales, &order)
    };
    shop.write(|fold| opened(fold, "S-1"));
    shop.write(|fold| {
        // As when two devices take one number while neither knows of the other.
        let mut plan = opened(fold, "S-2")?;
        plan.bodies.extend(opened(fold, "S-2")?.bodies);
        Ok(plan)
    });
    let viewer = shop.visitor(Role::Viewer).await;
    let page = viewer.get("/labels?kind=orders").await;
    page.shows(&["1 label", "No label for S-2: several have this number."]);
    let page = viewer.reading("de").get("/labels?kind=orders").await;
    page.shows(&["Kein Etikett für S-2: Mehrere haben diese Nummer."]);
}

#[tokio::test]
async fn every_page_of_something_with_a_code_leads_to_its_label_and_its_log() {
    let shop = files::full();
    let administrator = shop.visitor(Role::Administrator).await;
    for (page, kind, name) in [
        ("/items/R-100", "items", "R-100"),
        ("/locations/A-01", "locations", "A-01"),
        ("/users/test-administrator", "users", "test-administrator"),
        ("/customers/ACME", "customers", "ACME"),
        ("/orders/S-1", "orders", "S-1"),
        ("/lots/L-1", "lots", "L-1"),
        ("/purchase-orders/PO-7", "pos", "PO-7"),
        ("/stocktakes/T-1", "stocktakes", "T-1"),
    ] {
        let label = format!("href=\"/labels?kind={kind}&select={name}\"");
        let log = format!("href=\"/log?about={name}\"");
        administrator.get(page).await.shows(&[&label, &log]);
    }
    for (page, kind) in [
        ("/items", "items"),
        ("/locations", "locations"),
        ("/users", "users"),
        ("/customers", "customers"),
        ("/orders", "orders"),
        ("/lots", "lots"),
        ("/purchase-orders", "pos"),
        ("/stocktakes", "stocktakes"),
    ] {
        let labels = format!("href=\"/labels?kind={kind}\"");
        administrator.get(page).await.shows(&[&labels]);
    }
}
