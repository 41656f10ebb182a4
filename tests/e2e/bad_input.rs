//! Bad input: each case has a clear message with a way out, and changes nothing.
//!
//! What concerns the network (unreachable server, wrong or used code, HTML, cut-off answers, a
//! store in use, a directory that cannot be written) is in `sync_faults`.

use serde_json::json;
use tests::check::assert_holds;
use tests::node::Node;
use tests::stock::Stock;
use tests::words::words;

/// Refused or failed.
const REFUSED: &[i32] = &[1];
/// Refused, or wrong usage: it is left open where a text that is no quantity is found.
const REFUSED_OR_USAGE: &[i32] = &[1, 2];
/// Wrong usage.
const USAGE: &[i32] = &[2];

/// A handheld with something to break.
fn shop() -> Stock {
    let stock = Stock::new("clumsy");
    for line in [
        "item add R-100 --name \"Resistor 100 Ohm\" --barcode 4006381333931",
        "item add R-220 --name \"Resistor 220 Ohm\"",
        "location-type add RACK --rows 2 --columns A-C",
        "location add A-01 --name \"Shelf 1\"",
        "location add B-02 --name \"Shelf 2\"",
        "customer add ACME --name \"Acme Ltd\"",
        "add R-100 A-01 10",
    ] {
        stock.ok(line);
    }
    stock
}

/// Runs the line plainly and with `--json`: one of these codes, nothing on standard output, a
/// message and hint that say all of these words (in any case), and nothing changed.
#[track_caller]
fn refused(stock: &Stock, codes: &[i32], line: &str, says: &[&str]) {
    let arguments = words(line);
    refused_arguments(
        stock,
        codes,
        &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
        says,
    );
}

#[track_caller]
fn refused_arguments(stock: &Stock, codes: &[i32], arguments: &[&str], says: &[&str]) {
    let before = (stock.entries(), stock.state_hash());
    let plain = stock.run(arguments);
    assert!(
        codes.contains(&plain.code),
        "one of {codes:?} expected: {plain}"
    );
    assert_eq!(plain.stdout, "", "nothing on standard output: {plain}");
    assert!(!plain.stderr.contains("panicked"), "{plain}");

    let with_json = stock.run(&[arguments, &["--json"]].concat());
    assert_eq!(
        with_json.code, plain.code,
        "the same with --json: {with_json}"
    );
    let error = with_json.error();
    let told = format!("{} {}", error["text"], error["hint"]).to_lowercase();
    for word in says {
        let word = word.to_lowercase();
        assert!(
            plain.stderr.to_lowercase().contains(&word),
            "must say {word:?}: {plain}"
        );
        assert!(told.contains(&word), "must say {word:?}: {with_json}");
    }
    assert_eq!(
        (stock.entries(), stock.state_hash()),
        before,
        "{arguments:?} changed something"
    );
}

#[test]
fn an_unknown_item_is_refused_with_the_nearest_names() {
    let stock = shop();
    for line in [
        "add R-10O A-01 5",
        "remove R-10O A-01 5",
        "move R-10O A-01 B-02 5",
        "adjust R-10O A-01 +5 --reason found",
        "count R-10O A-01 5",
        "show R-10O",
        "history R-10O",
        "why R-10O",
        "item set R-10O --name Other",
        "item archive R-10O",
    ] {
        refused(&stock, REFUSED, line, &["R-10O", "R-100"]);
    }
    let error = stock.error(1, "add R-10O A-01 5");
    assert!(
        error["hint"].to_string().contains("R-100"),
        "the hint names it: {error:#}"
    );
}

#[test]
fn an_unknown_location_is_refused_with_the_nearest_names() {
    let stock = shop();
    for line in [
        "add R-100 A-1 5",
        "remove R-100 A-1 5",
        "move R-100 A-1 B-02 5",
        "move R-100 B-02 A-1 5",
        "adjust R-100 A-1 +5 --reason found",
        "count R-100 A-1 5",
        "why R-100 A-1",
        "location set A-1 --name Other",
    ] {
        refused(&stock, REFUSED, line, &["A-1", "A-01"]);
    }
    let error = stock.error(1, "add R-100 A-1 5");
    assert!(
        error["hint"].to_string().contains("A-01"),
        "the hint names it: {error:#}"
    );
}

#[test]
fn an_unknown_owner_type_or_entry_is_refused() {
    let stock = shop();
    refused(
        &stock,
        REFUSED,
        "add R-100 A-01 5 --owner ACMY",
        &["ACMY", "ACME"],
    );
    refused(
        &stock,
        REFUSED,
        "location add C-03 --name x --type RAKC",
        &["RAKC", "RACK"],
    );
    refused(
        &stock,
        REFUSED_OR_USAGE,
        "undo 00000000000000000000000000000000-7",
        &[],
    );
    refused(&stock, REFUSED_OR_USAGE, "undo nonsense", &["nonsense"]);
}

#[test]
fn a_negative_quantity_names_the_right_command() {
    let stock = shop();
    refused(&stock, REFUSED, "add R-100 A-01 -5", &["-5", "remove"]);
    refused(&stock, REFUSED, "receive R-100 A-01 -5", &["-5", "remove"]);
    refused(
        &stock,
        REFUSED,
        "remove R-100 A-01 -5",
        &["-5", "stock add"],
    );
    refused(&stock, REFUSED, "take R-100 A-01 -5", &["-5", "stock add"]);
    refused(&stock, REFUSED, "move R-100 A-01 B-02 -5", &["-5", "from"]);
    refused(&stock, REFUSED, "count R-100 A-01 -5", &["-5", "adjust"]);
}

#[test]
fn nothing_cannot_be_moved_but_can_be_counted() {
    let stock = shop();
    for line in [
        "add R-100 A-01 0",
        "remove R-100 A-01 0",
        "move R-100 A-01 B-02 0",
        "adjust R-100 A-01 0 --reason none",
    ] {
        refused(&stock, REFUSED, line, &["0"]);
    }
    stock.ok("count R-100 A-01 0");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "0" }));
}

#[test]
fn a_quantity_has_at_most_four_decimals_and_fits() {
    let stock = shop();
    for command in ["add R-100 A-01", "remove R-100 A-01", "count R-100 A-01"] {
        refused(
            &stock,
            REFUSED_OR_USAGE,
            &format!("{command} 0.12345"),
            &["0.12345", "four"],
        );
        // i64 in ten-thousandths ends at 922337203685477.5807.
        for large in [
            "922337203685477.5808",
            "1e3",
            "99999999999999999999999999999999999999999",
        ] {
            refused(
                &stock,
                REFUSED_OR_USAGE,
                &format!("{command} {large}"),
                &[large],
            );
        }
        for text in ["five", "1,5", "0x10", "NaN", "1.2.3", "--5"] {
            refused(&stock, REFUSED_OR_USAGE, &format!("{command} {text}"), &[]);
        }
        refused_arguments(
            &stock,
            REFUSED_OR_USAGE,
            &[
                words(command)
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>(),
                vec![""],
            ]
            .concat(),
            &[],
        );
    }
}

#[test]
fn the_largest_quantity_is_taken_and_sums_do_not_break() {
    let stock = shop();
    stock.ok("add R-220 A-01 922337203685477.5807");
    assert_holds(
        "R-220",
        &stock.show("R-220"),
        &json!({ "on_hand": "922337203685477.5807", "level": "ok" }),
    );
    stock.ok("add R-220 B-02 922337203685477.5807");
    assert_holds(
        "R-220",
        &stock.show("R-220"),
        &json!({ "on_hand": "1844674407370955.1614" }),
    );
}

#[test]
fn an_item_needs_a_new_code_that_is_not_empty() {
    let stock = shop();
    for empty in ["\"\"", "\"   \""] {
        refused(
            &stock,
            REFUSED_OR_USAGE,
            &format!("item add {empty} --name Nothing"),
            &["empty"],
        );
        let line = format!("location add {empty} --name Nowhere");
        refused(&stock, REFUSED_OR_USAGE, &line, &["empty"]);
    }
    for taken in ["R-100", "r-100", "\" R-100 \""] {
        refused(
            &stock,
            REFUSED,
            &format!("item add {taken} --name Again"),
            &["R-100"],
        );
    }
    refused(&stock, REFUSED, "location add a-01 --name Again", &["A-01"]);
    refused(
        &stock,
        REFUSED,
        "location-type add rack --rows 1 --columns A",
        &["RACK"],
    );
    refused(&stock, REFUSED, "customer add acme --name Again", &["ACME"]);
    assert_holds(
        "R-100",
        &stock.show("R-100"),
        &json!({ "name": "Resistor 100 Ohm" }),
    );
}

#[test]
fn a_barcode_that_another_item_has_is_refused() {
    let stock = shop();
    let line = "item add R-330 --name x --barcode 4006381333931";
    refused(&stock, REFUSED, line, &["4006381333931", "R-100"]);
}

#[test]
fn a_position_outside_the_grid_is_refused() {
    let stock = shop();
    for (row, column, says) in [
        ("3", "A", "3"),
        ("0", "A", "0"),
        ("1", "D", "D"),
        ("1", "AA", "AA"),
    ] {
        let line = format!("location add P-1 --name x --type RACK --row {row} --column {column}");
        refused(&stock, REFUSED, &line, &[says, "RACK"]);
    }
    // A place without a type has no grid and so no position.
    refused(
        &stock,
        REFUSED,
        "location add P-1 --name x --row 1 --column A",
        &["type"],
    );
    refused(
        &stock,
        REFUSED,
        "location add-grid RACK G --rows 3 --columns A-C",
        &["RACK"],
    );
    stock.ok("location add P-1 --name x --type RACK --row 2 --column C");
}

#[test]
fn wrong_usage_says_how_it_is_used() {
    let stock = shop();
    for line in [
        "ad R-100 A-01 5",
        "add R-100 A-01",
        "add",
        "item",
        "show",
        "add R-100 A-01 5 6",
    ] {
        refused(&stock, USAGE, line, &[]);
    }
    refused(
        &stock,
        USAGE,
        "add R-100 A-01 5 --colour red",
        &["--colour"],
    );
    refused(
        &stock,
        REFUSED_OR_USAGE,
        "add R-100 A-01 5 --at yesterday",
        &["yesterday"],
    );
    refused(&stock, REFUSED_OR_USAGE, "export --format xlsx", &["xlsx"]);
    refused(
        &stock,
        REFUSED_OR_USAGE,
        "item add X-1 --name x --kind gadget",
        &["gadget"],
    );
    refused(
        &stock,
        REFUSED_OR_USAGE,
        "item add X-1 --name x --threshold -1",
        &["-1"],
    );
    refused(&stock, REFUSED, "move R-100 A-01 A-01 5", &[]);
}

#[test]
fn a_said_time_in_the_future_counts_at_most_as_its_own() {
    let stock = shop();
    let output = stock.line("add R-100 A-01 5 --at 2999-01-01T00:00:00Z");
    assert!(
        [0, 1].contains(&output.code),
        "taken at its own time, or refused: {output}"
    );
    stock.ok("count R-100 A-01 7");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "7" }));
}

#[test]
fn several_batches_and_no_batch_named_is_refused_with_their_names() {
    let stock = shop();
    stock.ok("add R-220 A-01 4 --batch LOT-1");
    stock.ok("add R-220 A-01 6 --batch LOT-2");
    for line in [
        "remove R-220 A-01 1",
        "count R-220 A-01 10",
        "move R-220 A-01 B-02 1",
    ] {
        refused(&stock, REFUSED, line, &["LOT-1", "LOT-2"]);
    }
}

#[test]
fn a_csv_with_wrong_columns_takes_nothing() {
    let stock = shop();
    let empty = stock.file("empty.csv", "");
    let foreign = stock.file("foreign.csv", "colour,size\nred,5\n");
    let semicolons = stock.file("semicolons.csv", "sku;name\nX-1;One\n");
    let twice = stock.file("twice.csv", "sku,name,sku\nX-1,One,X-2\n");
    refused(
        &stock,
        REFUSED,
        &format!("import items {foreign}"),
        &["sku"],
    );
    refused(
        &stock,
        REFUSED,
        &format!("import locations {foreign}"),
        &["number"],
    );
    refused(
        &stock,
        REFUSED,
        &format!("import customers {foreign}"),
        &["code"],
    );
    refused(
        &stock,
        REFUSED,
        &format!("import stock {foreign}"),
        &["item"],
    );
    refused(
        &stock,
        REFUSED,
        &format!("import movements {foreign}"),
        &["item"],
    );
    refused(
        &stock,
        REFUSED,
        &format!("import items {semicolons}"),
        &["sku"],
    );
    refused(&stock, REFUSED, &format!("import items {twice}"), &["sku"]);
    refused(&stock, REFUSED, &format!("import items {empty}"), &[]);
    refused(&stock, REFUSED, "import items absent.csv", &["absent.csv"]);
    refused(
        &stock,
        USAGE,
        &format!("import colours {foreign}"),
        &["colours"],
    );
}

#[test]
fn a_bad_row_is_named_by_its_line_and_nothing_is_taken() {
    let stock = shop();
    let cases = [
        (
            "movements",
            "time,item,quantity,from,to\n2024-03-04T10:00:00Z,R-100,1,,A-01\n\
          2024-03-04T10:00:00Z,R-999,1,,A-01\n",
            "R-999",
        ),
        (
            "movements",
            "time,item,quantity,from,to\n2024-03-04T10:00:00Z,R-100,1,,A-01\n\
          yesterday,R-100,1,,A-01\n",
            "yesterday",
        ),
        (
            "movements",
            "item,quantity,from,to\nR-100,1,,A-01\nR-100,1.23456,,A-01\n",
            "1.23456",
        ),
        (
            "movements",
            "item,quantity,from,to\nR-100,1,,A-01\nR-100,1,,\n",
            "from",
        ),
        (
            "stock",
            "item,location,quantity\nR-100,A-01,1\nR-100,Z-99,1\n",
            "Z-99",
        ),
        (
            "items",
            "sku,name,threshold\nX-1,One,1\nX-2,Two,many\n",
            "many",
        ),
        ("items", "sku,name\nX-1,One\n,Two\n", ""),
        ("items", "sku,name\nX-1,One\nX-2,Two,Three\n", ""),
        (
            "locations",
            "number,name,type,row,column\nC-1,One,RACK,1,A\nC-2,Two,RACK,9,A\n",
            "9",
        ),
    ];
    for (kind, text, word) in cases {
        let file = stock.file("rows.csv", text);
        refused(
            &stock,
            REFUSED,
            &format!("import {kind} {file}"),
            &["line 3", word],
        );
    }
}

#[test]
fn keep_going_takes_the_good_rows_and_ends_with_4() {
    let stock = shop();
    let rows = "item,quantity,from,to\nR-100,1,,A-01\nR-999,1,,A-01\nR-100,2,,A-01\n";
    let file = stock.file("rows.csv", rows);
    let output = stock
        .line(&format!("import movements {file} --keep-going"))
        .expect_code(4);
    assert!(output.said().contains("line 3"), "{output}");
    assert_holds("R-100", &stock.show("R-100"), &json!({ "on_hand": "13" }));
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let stock = shop();
    let before = (stock.entries(), stock.state_hash());
    let good = stock.file("good.csv", "item,quantity,from,to\nR-100,1,,A-01\n");
    stock.ok(&format!("import movements {good} --dry-run"));
    assert_eq!((stock.entries(), stock.state_hash()), before);
    let bad = stock.file("bad.csv", "item,quantity,from,to\nR-999,1,,A-01\n");
    refused(
        &stock,
        REFUSED,
        &format!("import movements {bad} --dry-run"),
        &["line 2", "R-999"],
    );
}

#[test]
fn another_encoding_is_named_and_nothing_is_taken() {
    let stock = shop();
    let latin = stock.file("latin1.csv", b"sku,name\nX-1,Widerstand 5 k\xD6hm\n");
    refused(
        &stock,
        REFUSED,
        &format!("import items {latin}"),
        &["UTF-8", "line 2"],
    );
    let wide: Vec<u8> = "\u{feff}sku,name\nX-1,One\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let utf16 = stock.file("utf16.csv", wide);
    refused(
        &stock,
        REFUSED,
        &format!("import items {utf16}"),
        &["UTF-16"],
    );
}

#[test]
fn the_mark_that_excel_puts_before_utf8_is_not_part_of_a_column_name() {
    let stock = shop();
    let file = stock.file("excel.csv", "\u{feff}sku,name\r\nX-1,One\r\n");
    stock.ok(&format!("import items {file}"));
    assert_holds(
        "X-1",
        &stock.show("X-1"),
        &json!({ "sku": "X-1", "name": "One" }),
    );
}

#[test]
fn without_a_store_every_command_says_how_to_begin() {
    let stock = Stock::without_store("nobody");
    for line in ["items", "status", "add R-100 A-01 5", "sync"] {
        let plain = stock.line(line).expect_code(1);
        assert!(
            plain.stderr.contains("stock init"),
            "says how to begin: {plain}"
        );
        let error = stock.error(1, line);
        assert!(
            error["hint"].to_string().contains("stock init"),
            "{error:#}"
        );
    }
}

/// The shop with a sales order of four of the ten, and a closed one; backorders are off.
fn shop_with_orders() -> Stock {
    let stock = shop();
    for line in [
        "order open S-1 --type sales",
        "order add S-1 R-100 4",
        "order open S-0 --type sales",
        "order close S-0",
    ] {
        stock.ok(line);
    }
    stock
}

#[test]
fn an_order_wants_known_items_and_more_than_nothing() {
    let stock = shop_with_orders();
    for act in ["add S-1 R-10O 1", "set S-1 R-10O 1", "remove S-1 R-10O"] {
        refused(
            &stock,
            REFUSED,
            &format!("order {act}"),
            &["R-10O", "R-100"],
        );
    }
    refused(
        &stock,
        REFUSED,
        "order pick S-1 R-10O A-01 1",
        &["R-10O", "R-100"],
    );
    for (act, for_zero, for_less) in [
        ("add", "order remove", "order set"),
        ("set", "order remove", "order set"),
        ("return", "how much came back", "order pick"),
    ] {
        let line = format!("order {act} S-1 R-100");
        refused(&stock, REFUSED, &format!("{line} 0"), &["0", for_zero]);
        refused(&stock, REFUSED, &format!("{line} -2"), &["-2", for_less]);
        refused(&stock, REFUSED_OR_USAGE, &format!("{line} many"), &["many"]);
    }
    refused(&stock, REFUSED, "order pick S-1 R-100 A-01 0", &["0"]);
    refused(&stock, REFUSED, "order pick S-1 R-100 A-01 -1", &["-1"]);
    refused(&stock, REFUSED, "order remove S-1 R-220", &["R-220"]);
    refused(&stock, REFUSED, "order expedite S-1 R-220", &["R-220"]);
}

#[test]
fn an_order_that_is_not_there_or_has_ended_is_refused() {
    let stock = shop_with_orders();
    for act in [
        "show S-2",
        "pick-list S-2",
        "add S-2 R-100 1",
        "fill S-2",
        "cancel S-2",
    ] {
        refused(&stock, REFUSED, &format!("order {act}"), &["S-2", "S-1"]);
    }
    refused(&stock, REFUSED, "order open s-1", &["S-1", "order show"]);
    for act in [
        "close S-0",
        "cancel S-0",
        "add S-0 R-100 1",
        "edit S-0 --title Late",
    ] {
        refused(&stock, REFUSED, &format!("order {act}"), &["S-0", "closed"]);
    }
    stock.ok("order cancel S-1");
    refused(&stock, REFUSED, "order cancel S-1", &["S-1", "cancelled"]);
}

#[test]
fn an_order_cannot_want_pick_or_return_what_is_not_there() {
    let stock = shop_with_orders();
    // Of the ten four are promised already.
    for line in ["order add S-1 R-100 7", "order set S-1 R-100 11"] {
        refused(&stock, REFUSED, line, &["6", "allow-backorder"]);
    }
    stock.ok("order open R-9");
    refused(&stock, REFUSED, "order add R-9 R-100 7", &["6", "R-100"]);
    refused(
        &stock,
        REFUSED,
        "order pick S-1 R-100 A-01 5",
        &["4", "order set"],
    );
    refused(&stock, REFUSED, "order return S-1 R-100 1", &["R-100"]);
    refused(&stock, REFUSED, "order fill R-9", &["R-9", "ready"]);
    stock.ok("order fill S-1");
    refused(&stock, REFUSED, "order fill S-1", &["S-1", "ready"]);
    refused(&stock, REFUSED, "order fill S-1 R-100", &["S-1", "ready"]);
    refused(&stock, REFUSED, "order return S-1 R-100 5", &["4"]);
    stock.ok("order return S-1 R-100 1");
}

#[test]
fn what_an_order_says_about_itself_must_make_sense() {
    let stock = shop_with_orders();
    let open = "order open S-2";
    for (fields, says) in [
        ("--customer ACMY", &["ACMY", "ACME"][..]),
        ("--site NOWHERE", &["NOWHERE"]),
        ("--due tomorrow", &["tomorrow", "2027-03-31"]),
        ("--due 2026-02-30", &["2026-02-30"]),
        ("--title \"a\tb\"", &["title"]),
    ] {
        refused(&stock, REFUSED, &format!("{open} {fields}"), says);
        refused(&stock, REFUSED, &format!("order edit S-1 {fields}"), says);
    }
    refused(&stock, USAGE, "order open S-2 --type gift", &["gift"]);
    refused(&stock, REFUSED, "order open \"  \"", &["empty"]);
    refused(&stock, REFUSED, "order edit S-1", &["--customer"]);
    refused(&stock, USAGE, "order", &[]);
    refused(
        &stock,
        USAGE,
        "order expedite S-1 R-100 --rank high",
        &["high"],
    );
}

#[test]
fn an_exception_is_answered_by_its_id_and_in_one_way() {
    let stock = shop();
    stock.ok("remove R-220 B-02 2");
    let id = "negative-stock:R-220@B-02";
    refused(
        &stock,
        REFUSED,
        "exceptions answer negative-stock:R-22@B-02 --accept",
        &[id],
    );
    let answer = format!("exceptions answer {id}");
    refused(&stock, USAGE, &answer, &["--count"]);
    refused(&stock, USAGE, &format!("{answer} --count 1 --accept"), &[]);
    refused(&stock, REFUSED, &format!("{answer} --count -1"), &["-1"]);
    refused(
        &stock,
        REFUSED_OR_USAGE,
        &format!("{answer} --count few"),
        &["few"],
    );
    refused(
        &stock,
        REFUSED_OR_USAGE,
        &format!("{answer} --reverse nonsense"),
        &["nonsense"],
    );
    let other = stock.write("add R-100 A-01 1");
    refused(
        &stock,
        REFUSED,
        &format!("{answer} --reverse {other}"),
        &[other.as_str()],
    );
}
