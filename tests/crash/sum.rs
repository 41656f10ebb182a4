//! An independent sum over the log: what each stock line must show.
//!
//! It knows the log only as the JSON lines of `stock export` and of `/api/v1/entries`, and adds
//! up the plain way: by time, the last count, and what moved after it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::check::{printed, ten_thousandths};

use super::load::Acknowledged;

/// Item, location, owner, batch.
type Line = [String; 4];

/// The entries of a log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    entries: Vec<Value>,
    ids: BTreeSet<String>,
}

impl Log {
    /// The log that these JSON lines are.
    ///
    /// # Errors
    /// When a line is no entry, or an entry comes twice.
    pub fn of_lines(lines: &[String]) -> Result<Self, String> {
        let mut log = Self::default();
        for line in lines {
            let entry: Value = serde_json::from_str(line)
                .map_err(|error| format!("a line is no JSON ({error}): {line}"))?;
            let id = entry["entry"].as_str().unwrap_or_default().to_owned();
            if id.is_empty() || !log.ids.insert(id) {
                return Err(format!("no id, or one twice: {line}"));
            }
            log.entries.push(entry);
        }
        Ok(log)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        u64::try_from(self.entries.len()).expect("a count fits")
    }

    /// Whether it holds this entry.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The ids of all entries.
    #[must_use]
    pub const fn ids(&self) -> &BTreeSet<String> {
        &self.ids
    }

    /// The entries that are not in the other log.
    #[must_use]
    pub fn missing_in<'a>(&'a self, other: &'a Self) -> Vec<&'a String> {
        self.ids.difference(&other.ids).collect()
    }

    /// Fails unless all that was acknowledged is here, and no scan more often than it was sent.
    ///
    /// # Errors
    /// What is missing.
    pub fn covers(&self, ack: &Acknowledged) -> Result<(), String> {
        let missing: Vec<&String> = ack.entries.difference(&self.ids).collect();
        if let Some(first) = missing.first() {
            return Err(format!(
                "{} acknowledged entries are missing, the first is {first}",
                missing.len()
            ));
        }
        let found = self.scanned();
        for (key, scanned) in &ack.scans {
            let there = found.get(key).copied().unwrap_or(0);
            if there < scanned.told || there > scanned.sent {
                return Err(format!(
                    "{there} scans of {key:?} are there; {} were acknowledged, {} sent",
                    scanned.told, scanned.sent
                ));
            }
        }
        Ok(())
    }

    /// How many entries of each kind there are for an item at a location.
    fn scanned(&self) -> BTreeMap<(String, String, String), u64> {
        let mut found = BTreeMap::new();
        for entry in &self.entries {
            let place = match &entry["to"] {
                Value::Object(to) => to["location"].as_str(),
                _ => entry["at"]["location"].as_str(),
            };
            let (Some(kind), Some(item), Some(place)) =
                (entry["kind"].as_str(), entry["item"].as_str(), place)
            else {
                continue;
            };
            let key = (kind.to_owned(), item.to_owned(), place.to_owned());
            *found.entry(key).or_insert(0) += 1;
        }
        found
    }

    /// What each stock line must show; lines at zero are left out.
    #[must_use]
    pub fn sums(&self) -> BTreeMap<Line, i128> {
        let voided: BTreeSet<&str> = self
            .entries
            .iter()
            .filter_map(|entry| entry["reverses"].as_str())
            .collect();
        let mut order: Vec<(String, &str, u64, &Value)> = Vec::new();
        let mut effective: BTreeMap<&str, String> = BTreeMap::new();
        for entry in &self.entries {
            let origin = entry["origin"].as_str().unwrap_or_default();
            let time = entry["time"].as_str().unwrap_or_default();
            let before = effective.entry(origin).or_default();
            if time > before.as_str() {
                time.clone_into(before);
            }
            let seq = entry["seq"].as_u64().unwrap_or_default();
            if !voided.contains(entry["entry"].as_str().unwrap_or_default()) {
                order.push((before.clone(), origin, seq, entry));
            }
        }
        order.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
        let mut sums: BTreeMap<Line, i128> = BTreeMap::new();
        for (_, _, _, entry) in order {
            let quantity = || ten_thousandths(&entry["quantity"]);
            match entry["kind"].as_str() {
                Some("moved") => {
                    if let Some(line) = line(entry, &entry["from"]) {
                        *sums.entry(line).or_default() -= quantity();
                    }
                    if let Some(line) = line(entry, &entry["to"]) {
                        *sums.entry(line).or_default() += quantity();
                    }
                }
                Some("counted") => {
                    if let Some(line) = line(entry, &entry["at"]) {
                        sums.insert(line, quantity());
                    }
                }
                _ => {}
            }
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    /// What an item must have on hand over all of its lines.
    #[must_use]
    pub fn on_hand(&self, item: &str) -> i128 {
        let sums = self.sums();
        let of_item = sums.iter().filter(|(line, _)| line[0] == item);
        of_item.map(|(_, sum)| sum).sum()
    }

    /// Fails unless these lines of `export --format csv` are exactly the sums.
    ///
    /// # Errors
    /// A line that differs.
    pub fn totals_are<'a>(&self, shown: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let sums = self.sums();
        let expected: BTreeSet<String> = sums
            .iter()
            .map(|([item, location, owner, batch], sum)| {
                format!("{item},{location},{},{owner},{batch}", printed(*sum))
            })
            .collect();
        let shown: BTreeSet<String> = shown.map(str::to_owned).collect();
        let wrong: Vec<&String> = shown.symmetric_difference(&expected).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        Err(format!(
            "totals are wrong; shown or expected, but not both: {wrong:?}"
        ))
    }
}

fn line(entry: &Value, place: &Value) -> Option<Line> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    place.as_object()?;
    Some([
        text(&entry["item"]),
        text(&place["location"]),
        text(&place["owner"]),
        text(&place["batch"]),
    ])
}
