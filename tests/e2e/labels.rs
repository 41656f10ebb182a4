//! Labels: printed by the real programs, read by a decoder of others, and scanned.

use ::labels::{Sheet, Symbology};
use serde_json::{Value, json};
use tests::check::assert_holds;
use tests::node::Node;
use tests::server::escaped;
use tests::skip::skipped;
use tests::stock::Stock;
use tests::words::words;
use tests::world::World;

use crate::picture::{Picture, of_svg};
use crate::{printer, viewer};

const DPI: u32 = 300;

/// A handheld with things to label.
fn shop() -> Stock {
    let stock = Stock::new("printer");
    for line in [
        "item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931",
        "item add \"Pump Ä/1\" --name \"Feed pump, large\"",
        "location-type add RACK --rows 4 --columns A-B",
        "location add-grid RACK A --rows 4 --columns A-B --room Store",
        "customer add ACME --name \"Acme Ltd\"",
    ] {
        stock.ok(line);
    }
    stock
}

/// Prints into a file of the handheld's home; gives what was said and the file.
#[track_caller]
fn print(stock: &Stock, line: &str, format: &str) -> (Value, Vec<u8>) {
    let said = stock.json(&format!(
        "labels {line} --format {format} --out labels.{format}"
    ));
    let file = stock.home().join(format!("labels.{format}"));
    assert_holds(line, &said, &json!({ "format": format }));
    (said, std::fs::read(file).unwrap())
}

/// The pages of a file as they come out of a printer; none where there is no viewer of PDF.
fn pages(format: &str, file: &[u8]) -> Option<Vec<Picture>> {
    let text = || std::str::from_utf8(file).unwrap();
    match format {
        "svg" => Some(vec![of_svg(text(), 300.0)]),
        "zpl" => Some(printer::print(text())),
        _ => viewer::pictures(file),
    }
}

/// The code of the only label that a line prints.
#[track_caller]
fn printed(stock: &Stock, line: &str, format: &str) -> Option<String> {
    let (said, file) = print(stock, line, format);
    assert_holds(line, &said, &json!({ "labels": 1, "pages": 1 }));
    let drawn = Symbology::of_word(said["symbology"].as_str().unwrap()).unwrap();
    let read = pages(format, &file)?[0].read(drawn);
    Some(read.unwrap_or_else(|| panic!("nobody can read {line} as {format}")))
}

#[test]
fn a_printed_label_is_scanned_in_every_format_and_symbology() {
    let stock = shop();
    let mut expected = 0;
    for format in ["svg", "zpl", "pdf"] {
        for symbology in ["code128", "qr", "datamatrix"] {
            let print = |what: &str| {
                let line = format!("{what} --sheet 100x50 --symbology {symbology}");
                printed(&stock, &line, format)
            };
            let (Some(mode), Some(place), Some(item)) = (
                print("commands --select ADD"),
                print("locations --select A-A-03"),
                print("items --select \"pump ä/1\""),
            ) else {
                skipped("labels in PDF", "pdftoppm is absent");
                return;
            };
            let said = stock.scan(&[&mode, &place, &item]);
            assert!(said.iter().all(|line| line.starts_with("ok ")), "{said:#?}");
            expected += 1;
            let lines = json!({ "on_hand": expected.to_string(), "lines": [
                { "location": "A-A-03", "on_hand": expected.to_string() },
            ]});
            assert_holds(symbology, &stock.show("Pump Ä/1"), &lines);
        }
    }
}

/// What is read at a place of a sheet, counted from 0.
fn at(page: &Picture, sheet: &Sheet, place: u32, drawn: Symbology) -> Option<String> {
    let dots = |um: u32| u32::try_from(u64::from(um) * u64::from(DPI) / 25_400).unwrap();
    let (x, y) = (place % sheet.columns, place / sheet.columns);
    let part = page.part(
        dots(sheet.left_um + x * sheet.pitch_x_um),
        dots(sheet.top_um + y * sheet.pitch_y_um),
        dots(sheet.label.width_um),
        dots(sheet.label.height_um),
    );
    part.read(drawn)
}

#[test]
fn a_sheet_has_a_label_for_every_place_of_a_rack() {
    let stock = shop();
    let (said, file) = print(&stock, "locations --sheet a4-21 --start 3", "svg");
    let expected = json!({ "labels": 8, "pages": 1, "sheet": "a4-21", "out": "labels.svg" });
    assert_holds("print", &said, &expected);
    let drawn = Symbology::of_word(said["symbology"].as_str().unwrap()).unwrap();
    let page = &pages("svg", &file).unwrap()[0];
    let sheet = Sheet::named("a4-21").unwrap();
    let read = |place| at(page, &sheet, place, drawn);
    assert_eq!((read(0), read(1), read(10)), (None, None, None));
    let mut numbers: Vec<String> = (2..10)
        .map(|place| {
            let code = read(place).unwrap();
            let means = stock.run(&["codes", "explain", &code, "--json"]).json();
            assert_eq!(means["kind"], "location", "{code}");
            means["location"].as_str().unwrap().to_owned()
        })
        .collect();
    let text = std::str::from_utf8(&file).unwrap();
    assert!(
        numbers.iter().all(|number| text.contains(number)),
        "in letters too"
    );
    let listed: Vec<String> = stock
        .json("location list")
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["number"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(numbers, listed);
    numbers.dedup();
    assert_eq!(numbers.len(), 8);
}

#[test]
fn a_label_may_bear_the_barcode_that_an_item_has() {
    let stock = shop();
    let line = "items --select R-100 --barcodes --sheet 60x30";
    assert_eq!(printed(&stock, line, "svg").unwrap(), "4006381333931");
    // One without a barcode has our own code.
    let line = "items --select \"PUMP Ä/1\" --barcodes --sheet 100x50";
    assert!(printed(&stock, line, "zpl").unwrap().starts_with("XJI"));
}

#[test]
fn every_kind_is_understood_by_other_devices() {
    let world = World::plain();
    world
        .server
        .admin("user add max --role manager --badge B-0042");
    world.server.admin("user add olga --role operator");
    world.a.ok("customer add ACME --name \"Acme Ltd\"");
    world.a.ok("order open R-1040 --customer ACME");
    world.settle();
    for (line, kind, name) in [
        ("customers", "customer", "ACME"),
        ("orders", "order", "R-1040"),
        ("reasons --select lost", "reason", "lost"),
        ("users --select max", "user", "max"),
        ("users --select olga", "user", "olga"),
        ("commands --select UNDO", "command", "UNDO"),
    ] {
        let code = printed(&world.a, &format!("{line} --sheet 100x50"), "svg").unwrap();
        let means = world.b.run(&["codes", "explain", &code, "--json"]).json();
        assert_holds(line, &means, &json!({ "kind": kind, kind: name }));
        if kind == "user" {
            let who = world.b.json(&format!("login {code}"));
            assert_eq!(who["user"], name, "a badge logs in");
        }
    }
}

#[test]
fn what_cannot_be_printed_leaves_no_file() {
    let stock = shop();
    let before = (stock.entries(), stock.state_hash());
    for (code, line, says) in [
        (1, "locations --select A-A-05 --format pdf", "A-A-0"),
        (1, "items --select R-10 --format pdf", "R-100"),
        (1, "items --select Z-* --format pdf", "Z-*"),
        (1, "lots --format pdf", "production lots"),
        (1, "pos --format zpl", "purchase orders"),
        (1, "stocktakes --format svg", "stocktakes"),
        (1, "users --format pdf", "users"),
        (1, "orders --format pdf", "orders"),
        (1, "items --sheet a4-22 --format pdf", "a4-21"),
        (1, "items --sheet a4-21 --start 22 --format pdf", "1 to 21"),
        (1, "items --symbology aztec --format pdf", "datamatrix"),
        (
            1,
            "items --sheet a4-65 --symbology code128 --format pdf",
            "does not fit",
        ),
        (1, "items --dpi 600 --format zpl", "203 or 300"),
        (1, "items --sheet a4-21 --format zpl", "50x30"),
        (1, "locations --sheet 100x50 --format svg", "PDF"),
        (1, "locations --barcodes --format pdf", "items"),
        (1, "calibration --select A --format pdf", "select"),
        (2, "shelves --format pdf", "locations"),
        (2, "items --format docx", "svg"),
        (2, "items", "--format"),
        (2, "items --start -1 --format pdf", "-1"),
    ] {
        let line = format!("labels {line} --out no.file");
        let plain = stock.line(&line).expect_code(code);
        assert_eq!(plain.stdout, "", "{plain}");
        let error = stock.error(code, &line);
        let told = format!("{} {}", error["text"], error["hint"]);
        assert!(
            told.contains(says) && plain.stderr.contains(says),
            "{line}: {plain}"
        );
    }
    assert_eq!((stock.entries(), stock.state_hash()), before);
    assert!(!stock.home().join("no.file").exists());
    // A file that is there stays as it was.
    stock.ok("labels commands --format svg --out kept.svg");
    let kept = std::fs::read(stock.home().join("kept.svg")).unwrap();
    stock.error(1, "labels users --format svg --out kept.svg");
    assert_eq!(std::fs::read(stock.home().join("kept.svg")).unwrap(), kept);
    let error = stock.error(1, "labels commands --format svg --out no/such/folder.svg");
    assert!(error["text"].as_str().unwrap().contains("no/such"));
    let left = std::fs::read_dir(stock.home()).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
    let is_part = |name: &std::ffi::OsString| name.to_string_lossy().ends_with(".part");
    assert!(!left.iter().any(is_part), "{left:?}");
}

#[test]
fn standard_output_has_the_labels_and_nothing_else() {
    let stock = shop();
    let (_, file) = print(&stock, "items", "svg");
    let said = stock.ok("labels items --format svg --out -");
    assert_eq!(said.as_bytes(), file);
    let refused = stock
        .line("labels items --format svg --out - --json")
        .expect_code(2);
    assert!(refused.error()["hint"].as_str().unwrap().contains("--out"));
}

#[test]
fn the_examples_of_the_help_work_as_they_stand() {
    let stock = shop();
    stock.ok("item add R-220 --name Other");
    let help = stock.ok("labels --help");
    let lines: Vec<&str> = help.lines().map(str::trim).collect();
    let examples = lines.iter().filter_map(|line| line.strip_prefix("stock "));
    let examples: Vec<&str> = examples.filter(|line| line.contains("--out")).collect();
    assert_eq!(examples.len(), 5, "{help}");
    for example in examples {
        // A printer is written to as it is; here is none.
        let line = example.replace("/dev/usb/lp0", "/dev/null");
        stock.ok(&line);
        let file = words(&line).pop().unwrap();
        assert!(stock.home().join(&file).exists(), "{line}");
    }
    let null = std::fs::metadata("/dev/null").unwrap();
    assert!(!null.is_file(), "a device stays one");
    for sheet in ::labels::SHEETS {
        assert!(help.contains(&*sheet.name), "the help names {}", sheet.name);
    }
}

#[test]
fn the_calibration_card_says_in_a_session_what_to_set() {
    let stock = shop();
    let (said, file) = print(&stock, "calibration", "zpl");
    assert_holds("card", &said, &json!({ "labels": 3, "symbology": null }));
    let cards = pages("zpl", &file).unwrap();
    let keys = cards[0].read(Symbology::Code128).unwrap();
    let squares = cards[1].read(Symbology::Gs1DataMatrix).unwrap();
    let bars = cards[2].read(Symbology::Gs1Code128).unwrap();
    for good in [&keys, &squares, &bars] {
        let said = stock.scan(&[good]);
        assert!(said[0].starts_with("ok calibration"), "{said:?}");
    }
    let small = keys.to_lowercase();
    let lost = squares.replace('\u{1d}', "");
    for (spoilt, advice) in [
        (small.as_str(), "Caps Lock"),
        ("XJX&é\"'(-è_çàQ?AZYW", "keyboard"),
        (&lost, "FNC1 as GS"),
    ] {
        let said = stock.scan(&[spoilt]);
        assert!(said[0].starts_with("warn calibration"), "{said:?}");
        assert!(said[0].contains(advice), "{said:?}");
    }
    assert_eq!(stock.entries(), shop().entries(), "nothing is written");
}

#[test]
fn the_server_prints_the_same() {
    let world = World::plain();
    let (_, file) = print(&world.a, "locations --sheet a4-21 --start 2", "svg");
    let server = &world.server;
    let get = |path: &str| server.fetch(&format!("/api/v1/{path}"), Some(server.token()));
    let reply = get("labels?kind=locations&format=svg&sheet=a4-21&start=2");
    assert_eq!(reply.status, 200, "{reply}");
    assert_eq!(reply.content_type, "image/svg+xml");
    assert_eq!(reply.body.as_bytes(), file);
    let zpl = get("labels?kind=items&select=R-100&format=zpl&sheet=50x30&dpi=300");
    assert_eq!(zpl.content_type, "application/zpl");
    assert!(zpl.body.starts_with("^XA"), "{zpl}");
    for (query, code, says) in [
        ("kind=items&select=R-10", "unknown-item", "R-100"),
        (
            "kind=items&select=Z-*&format=zpl",
            "nothing-to-print",
            "Z-*",
        ),
        ("kind=lots", "nothing-to-print", "production lots"),
        ("kind=items&sheet=a4-22", "bad-sheet", "a4-21"),
        ("kind=items&start=0", "bad-start", "1 to 21"),
        ("kind=items&symbology=aztec", "bad-symbology", "datamatrix"),
        ("kind=items&dpi=300", "bad-dpi", "ZPL"),
        ("kind=shelves", "bad-query", "locations"),
        ("kind=items&format=docx", "bad-query", "svg"),
        ("", "bad-query", "kind"),
    ] {
        let reply = get(&format!("labels?{}", escaped_query(query)));
        assert_eq!(reply.problem(400), code, "{query}");
        assert!(reply.body.contains(says), "{query}: {reply}");
    }
    let anybody = server.fetch("/api/v1/labels?kind=commands", None);
    assert_eq!(anybody.problem(401), "unauthorized");
}

/// A query whose values are written as an address wants them.
fn escaped_query(query: &str) -> String {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(key, value)| format!("{key}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}
