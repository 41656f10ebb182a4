//! What must hold after a power loss: the real program opens what is left, everything that was
//! told is there, and the totals are the sum of the entries.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::process::{Output, run};

use crate::sum::Log;

use super::record::{ITEMS, LOCATIONS, Recording, parted, rows_of};

/// Checks what lies below the root against what was told before this step; gives how many
/// acknowledged entries were found.
///
/// # Errors
/// What is missing or wrong.
pub fn verify(recording: &Recording, step: usize) -> Result<u64, String> {
    let look = Look { recording };
    let told = recording.told_at(step);
    if told.is_empty() {
        look.begin_again()?;
        return Ok(0);
    }
    let export = look.stock(&["export", "--format", "jsonl"]);
    let rows = rows_of(&export).map_err(|failure| look.what_helps(&failure))?;
    let mut facts = 0;
    for (origin, seq) in &told {
        let there = rows.get(*origin).map_or(&[][..], Vec::as_slice);
        look.same_entries(origin, there, *seq)?;
        facts += seq;
    }
    look.others_are_empty(&rows)?;
    look.totals(&rows)?;
    look.sound(&rows)?;
    look.goes_on(&rows)?;
    Ok(facts)
}

struct Look<'a> {
    recording: &'a Recording,
}

impl Look<'_> {
    fn stock(&self, arguments: &[&str]) -> Output {
        let mut command = self.recording.stock.command();
        command.args(arguments);
        run(command, format!("stock {}", arguments.join(" ")), None)
    }

    fn well(&self, arguments: &[&str]) -> Result<Output, String> {
        let output = self.stock(arguments);
        if output.code == 0 {
            Ok(output)
        } else {
            Err(format!("after the crash: {output}"))
        }
    }

    /// Says beside a failure what a person who goes on trying would see.
    fn what_helps(&self, failure: &str) -> String {
        let codes = [&["export"][..], &["rebuild"], &["export"]].map(|arguments| {
            let code = self.stock(arguments).code;
            format!("{} then ends with {code}", arguments[0])
        });
        format!("{failure}\n{}", codes.join(", "))
    }

    /// The entries are the first ones of those without a crash, at least as many as were told,
    /// and no group is there in part.
    fn same_entries(&self, origin: &str, there: &[Value], told: u64) -> Result<(), String> {
        let without_crash = self
            .recording
            .rows
            .get(origin)
            .map_or(&[][..], Vec::as_slice);
        let len = u64::try_from(there.len()).unwrap_or(0);
        if len < told {
            return Err(format!(
                "LOST: {told} entries were acknowledged, {len} are there"
            ));
        }
        let differs = there
            .iter()
            .zip(without_crash)
            .find(|(found, wanted)| found != wanted);
        if let Some((found, wanted)) = differs {
            let keys = [
                "act", "item", "quantity", "from", "to", "time", "note", "kind", "said",
            ];
            let other = keys.into_iter().filter(|key| found[*key] != wanted[*key]);
            let other: Vec<&str> = other.collect();
            let short = |entry: &Value| entry.to_string().chars().take(300).collect::<String>();
            return Err(format!(
                "an entry differs in {other:?}: {} instead of {}",
                short(found),
                short(wanted)
            ));
        }
        if there.len() > without_crash.len() {
            return Err(format!(
                "{} entries nobody wrote",
                there.len() - without_crash.len()
            ));
        }
        let ends = &self.recording.books[origin].ends;
        if !ends.contains(&len) {
            return Err(format!(
                "a group is there in part: {len} entries, groups end at {ends:?}"
            ));
        }
        Ok(())
    }

    /// An origin that began after the crash has nothing but its beginning.
    fn others_are_empty(&self, rows: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let known = |origin: &String| self.recording.rows.contains_key(origin);
        let others = rows.iter().filter(|(origin, _)| !known(origin));
        let strange = others.flat_map(|(_, rows)| rows).find(|row| {
            !["genesis", "clock-mark"].contains(&row["kind"].as_str().unwrap_or_default())
        });
        strange.map_or(Ok(()), |row| Err(format!("an entry nobody wrote: {row}")))
    }

    fn totals(&self, rows: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let shown = self.well(&["export", "--format", "csv"])?;
        let lines: Vec<String> = rows.values().flatten().map(Value::to_string).collect();
        Log::of_lines(&lines)?.totals_are(shown.stdout.lines().skip(1))
    }

    fn sound(&self, rows: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let verified = self.well(&["verify", "--json"])?;
        let report = verified.json();
        let entries = rows.values().map(Vec::len).sum::<usize>();
        if report["ok"] == true && report["entries"].as_u64() == u64::try_from(entries).ok() {
            return Ok(());
        }
        Err(format!("verify finds {report} with {entries} entries"))
    }

    /// Work goes on: a further entry is written and is there.
    fn goes_on(&self, rows: &BTreeMap<String, Vec<Value>>) -> Result<(), String> {
        let has = |kind: &str, code: &str| {
            rows.values()
                .flatten()
                .any(|row| row["kind"] == kind && row["code"] == code)
        };
        let arguments = if has("item-set", ITEMS[0]) && has("location-set", LOCATIONS[0]) {
            ["add", ITEMS[0], LOCATIONS[0], "1", "--json"]
        } else {
            ["item", "add", "PROBE", "--name=Probe", "--json"]
        };
        let written = self.well(&arguments)?.json();
        let id = written["entry"].as_str().unwrap_or_default();
        let (origin, seq) = parted(id)?;
        let after = rows_of(&self.stock(&["export", "--format", "jsonl"]))?;
        let there = after.get(&origin).map_or(0, Vec::len);
        if u64::try_from(there).ok() != Some(seq) {
            return Err(format!(
                "{id} was written after the crash, {there} entries are there"
            ));
        }
        for (origin, rows) in rows {
            let after = after.get(origin).map_or(&[][..], Vec::as_slice);
            if !after.starts_with(rows) {
                let alike = rows.iter().zip(after).take_while(|(a, b)| a == b).count();
                return Err(format!(
                    "entries changed when work went on: of {} of {origin} the first {alike} are \
                     as they were, {} are there; verify says {}",
                    rows.len(),
                    after.len(),
                    self.stock(&["verify", "--json"])
                ));
            }
        }
        Ok(())
    }

    /// Nothing was told yet: the store opens, or is made, or is mended and then opens.
    fn begin_again(&self) -> Result<(), String> {
        let mut said = Vec::new();
        for arguments in [
            &["item", "add", "PROBE", "--name", "Probe"][..],
            &["init", "--name", "again"],
            &["item", "add", "PROBE", "--name", "Probe"],
            &["doctor", "--fix"],
            &["item", "add", "PROBE", "--name", "Probe"],
            &["rebuild"],
            &["item", "add", "PROBE", "--name", "Probe"],
        ] {
            let output = self.stock(arguments);
            if output.said().contains("panicked") {
                return Err(format!("a panic after a crash: {output}"));
            }
            if output.code == 0 && arguments[0] == "item" {
                return self.sound(&rows_of(&self.well(&["export", "--format", "jsonl"])?)?);
            }
            said.push(output.to_string());
        }
        Err(format!("nobody gets this store open: {}", said.join("\n")))
    }
}
