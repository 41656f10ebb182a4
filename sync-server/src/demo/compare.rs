//! Whether all nodes agree: item by item, order line by order line, and by the hash of the whole
//! state.
//!
//! The handhelds are asked by their own views; of its items the server is asked through its API, as
//! any program would.

use std::collections::BTreeMap;

use ledger_node::Node;
use ledger_node::view::ItemFilter;
use serde_json::Value;

use crate::fault::Fault;
use crate::http_get;

/// What a node says: own and customers' stock of every item, and its state hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) items: BTreeMap<String, (String, String)>,
    pub(super) state_hash: String,
}

/// What a handheld says.
pub(super) fn of_handheld(node: &Node) -> Result<Totals, Fault> {
    let filter = ItemFilter {
        include_archived: true,
        ..ItemFilter::default()
    };
    let items = node.view().items(&filter).into_iter();
    let items = items
        .map(|item| (item.sku, (item.on_hand, item.on_hand_customers)))
        .collect();
    Ok(Totals {
        items,
        state_hash: node.state_hash()?,
    })
}

/// What the server says.
pub(super) async fn of_server(url: &str, token: &str) -> Result<Totals, Fault> {
    let (url, token) = (url.to_owned(), token.to_owned());
    let asked = tokio::task::spawn_blocking(move || ask_server(&url, &token));
    asked
        .await
        .map_err(|error| Fault::system("asking the server", &error))?
}

fn ask_server(url: &str, token: &str) -> Result<Totals, Fault> {
    let text = |row: &Value, key: &str| {
        row.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut items = BTreeMap::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/items?archived&limit=50{after}");
        let page = get(url, &path, token)?;
        for row in page
            .get("items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let amounts = (text(row, "on_hand"), text(row, "on_hand_customers"));
            items.insert(text(row, "sku"), amounts);
        }
        let Some(cursor) = page.get("next").and_then(Value::as_str) else {
            break;
        };
        after = format!("&after={cursor}");
    }
    let status = get(url, "/api/v1/status", token)?;
    Ok(Totals {
        items,
        state_hash: text(&status, "state_hash"),
    })
}

fn get(url: &str, path: &str, token: &str) -> Result<Value, Fault> {
    let failed = |error: &dyn std::error::Error| Fault::system(&format!("asking {path}"), error);
    let answer = http_get::get(url, None, path, Some(token)).map_err(|error| failed(&error))?;
    if answer.status != 200 {
        let text = format!("the server answers {} to {path}", answer.status);
        return Err(Fault::new("bad-answer", text));
    }
    serde_json::from_str(&answer.body).map_err(|error| failed(&error))
}

/// Every place in which a node says something else than the first one, in words.
pub(super) fn differences(nodes: &[(&str, &Totals)]) -> Vec<String> {
    let Some(((first_name, first), others)) = nodes.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, totals) in others {
        for sku in first.items.keys().chain(totals.items.keys()) {
            let (here, there) = (first.items.get(sku), totals.items.get(sku));
            if here != there {
                let said = |of: Option<&(String, String)>| {
                    of.map_or_else(
                        || "nothing".to_owned(),
                        |(own, theirs)| format!("{own} + {theirs}"),
                    )
                };
                found.push(format!(
                    "{sku}: {} on {first_name}, {} on {name}",
                    said(here),
                    said(there)
                ));
            }
        }
        if first.state_hash != totals.state_hash {
            found.push(format!(
                "the state: {} on {first_name}, {} on {name}",
                first.state_hash, totals.state_hash
            ));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What a node says of its order lines, by order and item: wanted, picked, ready, on backorder.
pub(super) type Lines = BTreeMap<String, [String; 4]>;

/// What a node says of its order lines.
pub(super) fn lines_of(node: &Node) -> Lines {
    let mut lines = Lines::new();
    for order in node.view().orders(false) {
        for line in order.lines {
            let name = format!("{} {}", order.number, line.item);
            let amounts = [line.wanted, line.picked, line.ready, line.backorder];
            lines.insert(name, amounts);
        }
    }
    lines
}

/// Every line that a node has in another way than it should, in words.
pub(super) fn line_differences(
    nodes: &[(&str, Lines)],
    expected: &[(&str, [&str; 4])],
) -> Vec<String> {
    let expected: Lines = expected
        .iter()
        .map(|(name, amounts)| ((*name).to_owned(), amounts.map(str::to_owned)))
        .collect();
    let said = |amounts: Option<&[String; 4]>| {
        amounts.map_or_else(|| "nothing".to_owned(), |amounts| amounts.join("/"))
    };
    let mut found = Vec::new();
    for (node, lines) in nodes {
        for name in expected.keys().chain(lines.keys()) {
            let (here, wanted) = (lines.get(name), expected.get(name));
            if here != wanted {
                found.push(format!(
                    "{name}: {} on {node}, not {}",
                    said(here),
                    said(wanted)
                ));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_stands_in_another_way_is_named_once() {
        let expected = [("R-1 A", ["3", "2", "1", "0"])];
        let lines = |name: &str, picked: &str| {
            let amounts = ["3", picked, "1", "0"].map(str::to_owned);
            Lines::from([(name.to_owned(), amounts)])
        };
        let good = [("server", lines("R-1 A", "2"))];
        assert_eq!(line_differences(&good, &expected), Vec::<String>::new());
        let bad = [
            ("server", lines("R-1 A", "1")),
            ("X", lines("R-2 A", "2")),
            ("Y", Lines::new()),
        ];
        assert_eq!(
            line_differences(&bad, &expected),
            [
                "R-1 A: 3/1/1/0 on server, not 3/2/1/0",
                "R-1 A: nothing on X, not 3/2/1/0",
                "R-1 A: nothing on Y, not 3/2/1/0",
                "R-2 A: 3/2/1/0 on X, not nothing",
            ]
        );
    }

    fn totals(rows: &[(&str, &str)], state_hash: &str) -> Totals {
        let row =
            |(sku, own): &(&str, &str)| ((*sku).to_owned(), ((*own).to_owned(), "0".to_owned()));
        Totals {
            items: rows.iter().map(row).collect(),
            state_hash: state_hash.to_owned(),
        }
    }

    #[test]
    fn what_differs_is_named_once() {
        let server = totals(&[("A", "1"), ("B", "2")], "h");
        assert_eq!(
            differences(&[("server", &server), ("X", &server.clone())]),
            Vec::<String>::new()
        );
        let other = totals(&[("A", "1"), ("B", "3"), ("C", "4")], "h");
        let found = differences(&[("server", &server), ("X", &other)]);
        assert_eq!(
            found,
            [
                "B: 2 + 0 on server, 3 + 0 on X",
                "C: nothing on server, 4 + 0 on X"
            ]
        );
        let hash = totals(&[("A", "1"), ("B", "2")], "other");
        assert_eq!(differences(&[("server", &server), ("X", &hash)]).len(), 1);
    }
}
