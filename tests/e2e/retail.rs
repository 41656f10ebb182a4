//! Real data end to end: 40,000 movements of a gift wholesaler, split over five handhelds that
//! never meet, come out everywhere with exactly the totals of a straight sum.
//!
//! # How the dirty rows are handled
//!
//! - A stock code is trimmed and upper-cased: `15056bl` and `15056BL` are one item. The movements
//!   are imported with the spelling of the file; the program makes them one.
//! - Codes that are no products (`POST`, `DOT`, `M`, `D`, `BANK CHARGES`, …) stay items: the rows
//!   are facts of this ledger, and a sum that left them out would not be the file's.
//! - A row with quantity 0 or with an empty code says nothing about stock: it is left out and
//!   counted.
//! - A negative quantity is a return or a correction: it is an addition of that size.
//! - A row that repeats another exactly is a fact of its own.
//! - An item's name is its first description that is not empty; without one it is its code.
//! - A row belongs to the store *customer number modulo 5*; without a customer the digits of its
//!   invoice decide.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tests::check::{printed, ten_thousandths};
use tests::node::Node;
use tests::proxy::{Plan, Proxy};
use tests::seed::Seed;
use tests::server::Server;
use tests::shared;
use tests::stock::Stock;

/// How many handhelds share the data.
const STORES: usize = 5;
/// Where in a cut connection the network goes away.
const CUT_AT_BYTES: usize = 20_000;

/// One row of the file that says something about stock.
struct Fact {
    invoice: String,
    code: String,
    quantity: i64,
    time: String,
    country: String,
    store: usize,
}

/// The file, read by the rule above.
#[derive(Default)]
struct Facts {
    facts: Vec<Fact>,
    names: BTreeMap<String, String>,
    rows: usize,
    left_out: usize,
    other_spellings: usize,
}

/// What the straight sum says of one item.
#[derive(Default)]
struct Sum {
    rows: usize,
    sold: i128,
    returned: i128,
}

fn normalised(code: &str) -> String {
    code.trim().to_uppercase()
}

impl Facts {
    fn read(file: &Path) -> Self {
        let mut facts = Self::default();
        let mut spellings = std::collections::BTreeSet::new();
        for row in csv::Reader::from_path(file).unwrap().records() {
            let row = row.unwrap();
            let [invoice, code, name, quantity, time, _, customer, country] =
                std::array::from_fn(|column| row[column].to_owned());
            facts.rows += 1;
            let quantity: i64 = quantity.trim().parse().unwrap();
            let sku = normalised(&code);
            if quantity == 0 || sku.is_empty() {
                facts.left_out += 1;
                continue;
            }
            let named = facts.names.entry(sku).or_default();
            if named.is_empty() {
                name.trim().clone_into(named);
            }
            let decides = if customer.is_empty() {
                &invoice
            } else {
                &customer
            };
            let digits: String = decides.chars().filter(char::is_ascii_digit).collect();
            let store = digits.parse::<usize>().unwrap() % STORES;
            spellings.insert(code.trim().to_owned());
            facts.facts.push(Fact {
                invoice,
                code,
                quantity,
                time,
                country,
                store,
            });
        }
        facts.other_spellings = spellings.len() - facts.names.len();
        facts
    }

    /// The straight sum, which knows nothing of the ledger.
    fn sums(&self) -> BTreeMap<String, Sum> {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for fact in &self.facts {
            let sum = sums.entry(normalised(&fact.code)).or_default();
            sum.rows += 1;
            let quantity = i128::from(fact.quantity) * 10_000;
            if quantity > 0 {
                sum.sold += quantity;
            } else {
                sum.returned -= quantity;
            }
        }
        sums
    }

    /// Writes the catalogue's files and one store's movements; gives the import lines.
    fn write_for(&self, stock: &Stock, store: usize) -> [String; 3] {
        let items = csv_text(
            ["sku", "name"],
            self.names
                .iter()
                .map(|(sku, name)| [sku.as_str(), name.as_str()]),
        );
        let movements = self
            .facts
            .iter()
            .filter(|fact| fact.store == store)
            .map(|fact| {
                let (from, to) = if fact.quantity > 0 {
                    ("SHOP", "")
                } else {
                    ("", "SHOP")
                };
                let size = fact.quantity.unsigned_abs().to_string();
                [
                    &fact.time,
                    &fact.code,
                    &size,
                    from,
                    to,
                    &fact.invoice,
                    &fact.country,
                ]
                .map(str::to_owned)
            });
        let columns = ["time", "item", "quantity", "from", "to", "order", "note"];
        let movements = csv_text(columns.map(str::to_owned), movements);
        [
            ("locations", "number,name\nSHOP,Shop\n".to_owned()),
            ("items", items),
            ("movements", movements),
        ]
        .map(|(kind, text)| format!("import {kind} {}", stock.file(&format!("{kind}.csv"), text)))
    }
}

fn csv_text<const N: usize, T: AsRef<[u8]>>(
    columns: [T; N],
    rows: impl Iterator<Item = [T; N]>,
) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Five handhelds that imported everything while offline, and the network they will meet.
struct Trade {
    facts: Facts,
    stores: Vec<Stock>,
    server: Server,
    proxy: Proxy,
}

impl Trade {
    fn offline(file: &Path) -> Self {
        let facts = Facts::read(file);
        let mut stores = Vec::new();
        for store in 0..STORES {
            let stock = Stock::new(&format!("store-{store}"));
            for line in facts.write_for(&stock, store) {
                stock.ok(&line);
            }
            stores.push(stock);
        }
        let server = Server::start();
        let proxy = Proxy::before(server.address());
        Self {
            facts,
            stores,
            server,
            proxy,
        }
    }

    fn nodes(&self) -> impl Iterator<Item = &dyn Node> {
        let server: &dyn Node = &self.server;
        self.stores
            .iter()
            .map(|stock| stock as &dyn Node)
            .chain([server])
    }

    /// Syncs all in this order; gives what each pushed and pulled.
    #[track_caller]
    fn sync(&self, order: &[usize]) -> Vec<(u64, u64)> {
        let number = |value: &Value| value.as_u64().unwrap();
        order
            .iter()
            .map(|store| {
                let answer = self.stores[*store].sync();
                (number(&answer["pushed"]), number(&answer["pulled"]))
            })
            .collect()
    }

    /// One sync under a plan that cuts it: it fails with code 3.
    #[track_caller]
    fn sync_cut(&self, store: usize, plan: Plan) {
        self.proxy.plan(plan);
        self.stores[store].line("sync").expect_code(3);
        assert_eq!(
            self.proxy.passed(),
            CUT_AT_BYTES,
            "{plan:?} was cut within the transfer"
        );
        self.proxy.plan(Plan::Pass);
    }
}

#[test]
fn forty_thousand_movements_over_five_handhelds_sum_up_exactly() {
    let Some(file) = shared::data("retail", "online-retail/transactions.csv") else {
        return;
    };
    let (mut seed, number) = Seed::from_environment();
    println!("STOCK_SEED={number}");
    let trade = Trade::offline(&file);
    let sums = trade.facts.sums();
    println!(
        "{} rows: {} facts of {} items, {} left out, {} other spellings, {} returns",
        trade.facts.rows,
        trade.facts.facts.len(),
        sums.len(),
        trade.facts.left_out,
        trade.facts.other_spellings,
        trade
            .facts
            .facts
            .iter()
            .filter(|fact| fact.quantity < 0)
            .count(),
    );
    for stock in &trade.stores {
        trade.server.enroll_at(stock, &trade.proxy.url());
    }

    // The first that syncs is cut while it pushes, the fourth while it pulls.
    let mut order: Vec<usize> = (0..STORES).collect();
    seed.shuffle(&mut order);
    println!("order of the first sync: {order:?}");
    trade.sync_cut(order[0], Plan::CutRequest(CUT_AT_BYTES));
    let first = trade.sync(&order[..3]);
    trade.sync_cut(order[3], Plan::CutResponse(CUT_AT_BYTES));
    let rest = trade.sync(&order[3..]);
    println!("pushed and pulled: {first:?}, then {rest:?}");
    seed.shuffle(&mut order);
    println!(
        "order of the second sync: {order:?}: {:?}",
        trade.sync(&order)
    );
    seed.shuffle(&mut order);
    assert_eq!(
        trade.sync(&order),
        [(0, 0); STORES],
        "another sync moves nothing"
    );

    assert_totals(&trade, &sums);
    assert_history(&trade, &sums);
    assert_import_again_adds_nothing(&trade);
}

/// Totals everywhere equal the straight sum, and every node has one `state_hash`.
fn assert_totals(trade: &Trade, sums: &BTreeMap<String, Sum>) {
    let expected: BTreeMap<String, i128> = sums
        .iter()
        .map(|(sku, sum)| (sku.clone(), sum.returned - sum.sold))
        .collect();
    let whole: i128 = expected.values().sum();
    println!(
        "{} entries, {} pieces in all",
        trade.server.entries(),
        printed(whole)
    );
    for node in trade.nodes() {
        let found: BTreeMap<String, i128> = node
            .items()
            .iter()
            .map(|item| (text(item, "sku"), ten_thousandths(&item["on_hand"])))
            .collect();
        assert_equal_totals(&node.label(), &found, &expected);
        assert_eq!(
            node.state_hash(),
            trade.server.state_hash(),
            "{}",
            node.label()
        );
        assert_eq!(node.entries(), trade.server.entries(), "{}", node.label());
    }
    for stock in &trade.stores {
        let csv = stock.ok("export --format csv");
        let rows: Vec<BTreeMap<String, String>> = csv::Reader::from_reader(csv.as_bytes())
            .deserialize()
            .map(Result::unwrap)
            .collect();
        let row = |row: &BTreeMap<String, String>| (row["item"].clone(), row["quantity"].clone());
        assert_equal_totals("export csv", &summed(rows.iter().map(row)), &expected);

        let lines = stock.ok("export --format jsonl");
        let rows: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let moved = rows.iter().filter(|row| row["kind"] == "moved").map(|row| {
            let sign = if row["from"].is_null() { "" } else { "-" };
            (
                text(row, "item"),
                format!("{sign}{}", text(row, "quantity")),
            )
        });
        assert_equal_totals("export jsonl", &summed(moved), &expected);
    }
}

fn text(object: &Value, key: &str) -> String {
    object[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {object:#}"))
        .to_owned()
}

fn summed(rows: impl Iterator<Item = (String, String)>) -> BTreeMap<String, i128> {
    let mut sums = BTreeMap::new();
    for (item, quantity) in rows {
        *sums.entry(item).or_insert(0) += ten_thousandths(&Value::String(quantity));
    }
    sums
}

/// An item whose sum is nothing may be absent.
#[track_caller]
fn assert_equal_totals(
    what: &str,
    found: &BTreeMap<String, i128>,
    expected: &BTreeMap<String, i128>,
) {
    let of = |totals: &BTreeMap<String, i128>, sku: &str| totals.get(sku).copied().unwrap_or(0);
    let differ: Vec<_> = expected
        .keys()
        .chain(found.keys())
        .filter(|sku| of(found, sku) != of(expected, sku))
        .map(|sku| {
            format!(
                "{sku}: {} for {}",
                printed(of(found, sku)),
                printed(of(expected, sku))
            )
        })
        .collect();
    assert!(
        differ.is_empty(),
        "{what}: {} totals differ: {differ:#?}",
        differ.len()
    );
}

/// Returns are additions, and repeated rows are facts: checked on the three busiest items.
fn assert_history(trade: &Trade, sums: &BTreeMap<String, Sum>) {
    let mut busiest: Vec<_> = sums.iter().filter(|(_, sum)| sum.returned > 0).collect();
    busiest.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.rows));
    assert!(busiest.len() >= 3, "the file has returns");
    let nodes: [&dyn Node; 2] = [&trade.stores[0], &trade.server];
    for (sku, sum) in &busiest[..3] {
        for node in nodes {
            let rows = node.history(sku);
            assert_eq!(rows.len(), sum.rows, "{}: rows of {sku}", node.label());
            let changes = |kind: &str| -> i128 {
                let of_kind = rows.iter().filter(|row| row["kind"] == kind);
                of_kind.map(|row| ten_thousandths(&row["change"])).sum()
            };
            assert_eq!(
                changes("add"),
                sum.returned,
                "{}: {sku} came back",
                node.label()
            );
            assert_eq!(
                changes("remove"),
                -sum.sold,
                "{}: {sku} went out",
                node.label()
            );
        }
    }
}

fn assert_import_again_adds_nothing(trade: &Trade) {
    let (stock, before) = (&trade.stores[0], trade.stores[0].entries());
    for line in trade.facts.write_for(stock, 0) {
        let again = stock.line(&line).expect_code(0);
        let said = again.said();
        assert!(
            said.contains("already") || said.contains("nothing"),
            "says so: {again}"
        );
        assert_eq!(
            stock.json(&line)["entries"],
            Value::Array(Vec::new()),
            "{line}"
        );
    }
    assert_eq!(
        stock.entries(),
        before,
        "importing the same files again adds nothing"
    );
    assert_eq!(stock.state_hash(), trade.server.state_hash());
}
