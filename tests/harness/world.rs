//! The world of a worked example: one server and two enrolled handhelds with one catalogue.

use serde_json::Value;

use crate::check::{assert_holds, ten_thousandths};
use crate::node::Node;
use crate::server::Server;
use crate::stock::Stock;

/// A server and the handhelds A and B.
#[derive(Debug)]
pub struct World {
    /// The central server.
    pub server: Server,
    /// The first handheld.
    pub a: Stock,
    /// The second handheld.
    pub b: Stock,
}

impl World {
    /// A server and two enrolled handhelds, all empty.
    #[track_caller]
    #[must_use]
    pub fn empty() -> Self {
        let server = Server::start();
        let [a, b] = ["A", "B"].map(Stock::new);
        server.enroll(&a);
        server.enroll(&b);
        Self { server, a, b }
    }

    /// Like [`World::empty`], with what these lines write on A known everywhere.
    #[track_caller]
    #[must_use]
    pub fn with(lines: &[&str]) -> Self {
        let world = Self::empty();
        for line in lines {
            world.a.ok(line);
        }
        world.settle();
        world
    }

    /// The item `R-100` and the locations `A-01` and `B-02`, known everywhere.
    #[track_caller]
    #[must_use]
    pub fn plain() -> Self {
        Self::with(&[
            "item add R-100 --name \"Resistor 100 Ohm\"",
            "location add A-01 --name \"Shelf 1\"",
            "location add B-02 --name \"Shelf 2\"",
        ])
    }

    /// Syncs both handhelds, A first, until everything is everywhere.
    #[track_caller]
    pub fn settle(&self) {
        self.settle_in_order(&[&self.a, &self.b]);
    }

    /// Syncs in this order, and again, until everything is everywhere.
    #[track_caller]
    pub fn settle_in_order(&self, order: &[&Stock]) {
        for stock in order.iter().chain(order) {
            stock.sync();
        }
        self.agree();
    }

    /// Every node, handhelds first.
    #[must_use]
    pub fn nodes(&self) -> [&dyn Node; 3] {
        [&self.a, &self.b, &self.server]
    }

    /// Fails unless all nodes have the same `state_hash`.
    #[track_caller]
    pub fn agree(&self) {
        let hashes = self.nodes().map(|node| (node.label(), node.state_hash()));
        let equal = hashes.iter().all(|(_, hash)| *hash == hashes[0].1);
        assert!(equal, "the nodes disagree: {hashes:#?}");
    }

    /// Fails unless `show` of the item holds this on every node.
    #[track_caller]
    pub fn expect_show(&self, sku: &str, expected: &Value) {
        for node in self.nodes() {
            assert_holds(
                &format!("{}: show {sku}", node.label()),
                &node.show(sku),
                expected,
            );
        }
    }

    /// Fails unless the item has this much on hand on every node.
    #[track_caller]
    pub fn expect_on_hand(&self, sku: &str, on_hand: &str) {
        self.expect_show(sku, &serde_json::json!({ "on_hand": on_hand }));
    }

    /// Fails unless every node's history has exactly these kinds and changes, oldest first, and
    /// unless the changes of every stock line add up to what is there.
    #[track_caller]
    pub fn expect_history(&self, sku: &str, expected: &[(&str, &str)]) {
        for node in self.nodes() {
            expect_history_of(node, sku, expected);
        }
    }

    /// Fails unless every node has exactly these exceptions: kind's first word, and entries.
    #[track_caller]
    pub fn expect_exceptions(&self, expected: &[(&str, &[&str])]) {
        for node in self.nodes() {
            let found = node.exceptions();
            let label = node.label();
            assert_eq!(
                found.len(),
                expected.len(),
                "exceptions of {label}: {found:#?}"
            );
            for (exception, (kind, entries)) in found.iter().zip(expected) {
                let named = exception["kind"].as_str().unwrap_or_default();
                assert!(
                    named.contains(kind),
                    "{label}: {kind} expected, got {exception:#}"
                );
                let names = exception["entries"].as_array().cloned().unwrap_or_default();
                let mut names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                let mut entries = entries.to_vec();
                names.sort_unstable();
                entries.sort_unstable();
                assert_eq!(names, entries, "{label}: the entries of {exception:#}");
            }
        }
    }
}

/// Fails unless a node's history has exactly these kinds and changes, oldest first, and unless
/// the changes of every stock line add up to what `show` says is there.
#[track_caller]
pub fn expect_history_of(node: &dyn Node, sku: &str, expected: &[(&str, &str)]) {
    let rows = node.history(sku);
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (text(row, "kind"), text(row, "change")))
        .collect();
    let found: Vec<_> = found
        .iter()
        .map(|(kind, by)| (kind.as_str(), by.as_str()))
        .collect();
    assert_eq!(
        found,
        expected,
        "{}: history of {sku}: {rows:#?}",
        node.label()
    );
    expect_sums_of(node, sku);
}

/// Fails unless the changes of every stock line add up to what `show` says is there.
#[track_caller]
pub fn expect_sums_of(node: &dyn Node, sku: &str) {
    let label = node.label();
    let key = |row: &Value| ["location", "owner", "batch"].map(|key| row[key].to_string());
    let mut sums = std::collections::BTreeMap::new();
    for row in node.history(sku) {
        *sums.entry(key(&row)).or_insert(0) += ten_thousandths(&row["change"]);
    }
    sums.retain(|_, sum| *sum != 0);
    let shown = node.show(sku);
    let lines = shown["lines"]
        .as_array()
        .unwrap_or_else(|| panic!("no lines in {shown:#}"));
    let lines: std::collections::BTreeMap<_, _> = lines
        .iter()
        .map(|line| (key(line), ten_thousandths(&line["on_hand"])))
        .collect();
    assert_eq!(
        sums, lines,
        "{label}: the changes of {sku} add up to its lines"
    );
}
