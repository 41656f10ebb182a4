//! Whether all nodes agree: item by item, and by the hash of the whole state.
//!
//! The handhelds are asked by their own views, the server through its API, as any program would.

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
    let answer = http_get::get(url, path, Some(token)).map_err(|error| failed(&error))?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
