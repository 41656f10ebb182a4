//! `stock import`: a CSV file becomes entries, all of it or nothing.
//!
//! The file is read twice: once to find every bad row before anything is written, once to write.
//! Rows are planned in chunks, so that a file of millions need not fit into memory as entries.

use std::fs;

use importing::{Csv, Outcome, Pass, Planned, Source};
use ledger_core::at_entry::{About, Plan, Refusal};
use ledger_core::fold::Fold;
use ledger_node::{Node, Written, file_key};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::ImportArgs;
use crate::commands::{WrittenJson, close};
use crate::context::Context;
use crate::progress::Bar;
use crate::report::{Answer, BadRow, Exit, Failure};
use crate::time;

/// How many entries are planned together.
const CHUNK_ENTRIES: usize = 4_096;
/// More new entries than this are not listed one by one.
const LISTED_MAX: usize = 1_000;
/// How many bad rows the one-line text of an error names; all are listed beside it.
const NAMED_MAX: usize = 5;

/// What came of the rows.
#[derive(Debug, Default)]
struct Tally {
    imported: u64,
    already: u64,
    bad: Vec<BadRow>,
}

impl Tally {
    fn rows(&self) -> u64 {
        let bad = u64::try_from(self.bad.len()).unwrap_or(u64::MAX);
        self.imported
            .saturating_add(self.already)
            .saturating_add(bad)
    }

    fn take(&mut self, row: Planned) {
        match row.outcome {
            Ok(Outcome::Already) => self.already = self.already.saturating_add(1),
            Ok(_) => self.imported = self.imported.saturating_add(1),
            Err(refusal) => {
                let reason = match refusal.hint {
                    Some(hint) => format!("{}; {hint}", refusal.text),
                    None => refusal.text,
                };
                self.bad.push(BadRow {
                    line: row.line,
                    reason,
                });
            }
        }
    }
}

/// What `import --json` prints.
#[derive(Debug, Serialize)]
struct ImportJson<'a> {
    #[serde(flatten)]
    written: WrittenJson<'a>,
    entries_written: usize,
    imported: u64,
    already: u64,
    bad_rows: &'a [BadRow],
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ImportArgs) -> Result<Answer, Failure> {
    let zone = args
        .time_zone
        .as_deref()
        .map_or(Ok(chrono_tz::Tz::UTC), time::zone_named)?;
    let shown = args.file.display().to_string();
    let bytes = fs::read(&args.file).map_err(|error| Failure::io(&shown, &error))?;
    let csv = Csv::read(args.kind, &bytes)?;
    let actor = context.actor()?;
    let node = context.open()?;
    let source = Source {
        kind: args.kind,
        key: file_key(&bytes),
        zone,
        device: node.device(),
    };
    let bar = Bar::new(context.json());
    let checked = node.read(|fold| check(fold, &csv, &source, &bar))?;
    if !checked.bad.is_empty() && !args.keep_going {
        return Err(bad_rows(checked));
    }
    let (tally, written) = if args.dry_run {
        (checked, nothing())
    } else {
        write(&node, &actor, &csv, &source, (&bar, args.keep_going))?
    };
    drop(bar);
    let mut answer = told(context, args, &tally, &written)?;
    close(node, &mut answer);
    Ok(answer)
}

const fn nothing() -> Written {
    Written {
        entries: Vec::new(),
        warnings: Vec::new(),
        about: None,
        repeated: false,
    }
}

/// Plans every row without writing.
fn check(fold: &Fold, csv: &Csv<'_>, source: &Source, bar: &Bar) -> Result<Tally, Failure> {
    let mut pass = Pass::new(csv, source)?;
    let mut tally = Tally::default();
    let mut bodies = Vec::new();
    while let Some(row) = pass.next(fold, &mut bodies)? {
        bodies.clear();
        let byte = row.byte;
        tally.take(row);
        shows(bar, "checking", &tally, csv, byte);
    }
    Ok(tally)
}

fn shows(bar: &Bar, what: &'static str, tally: &Tally, csv: &Csv<'_>, byte: u64) {
    if tally.rows().is_multiple_of(8_192) {
        bar.at(what, byte, csv.bytes());
    }
}

/// Plans the rows again, chunk by chunk, and writes them as one group.
fn write(
    node: &Node,
    actor: &ledger_node::Actor,
    csv: &Csv<'_>,
    source: &Source,
    (bar, keep_going): (&Bar, bool),
) -> Result<(Tally, Written), Failure> {
    let mut pass = Pass::new(csv, source)?;
    let mut tally = Tally::default();
    let mut chunk = |fold: &Fold| {
        let mut bodies = Vec::with_capacity(CHUNK_ENTRIES);
        while bodies.len() < CHUNK_ENTRIES {
            let Some(row) = pass.next(fold, &mut bodies)? else {
                break;
            };
            if let (Err(refusal), false) = (&row.outcome, keep_going) {
                return Err(Refusal::new(
                    refusal.code,
                    format!("line {}: {refusal}", row.line),
                ));
            }
            let byte = row.byte;
            tally.take(row);
            shows(bar, "writing", &tally, csv, byte);
        }
        Ok(bodies)
    };
    let written = node.write_many(actor, |fold| match chunk(fold) {
        Ok(bodies) => {
            let about = bodies.iter().find_map(About::of)?;
            Some(Ok(Plan {
                bodies,
                warnings: Vec::new(),
                about,
            }))
        }
        Err(refusal) => Some(Err(refusal)),
    })?;
    Ok((tally, written))
}

fn bad_rows(tally: Tally) -> Failure {
    let (count, rows) = (tally.bad.len(), tally.rows());
    let are = if count == 1 { "is" } else { "are" };
    let named: Vec<String> = tally
        .bad
        .iter()
        .take(NAMED_MAX)
        .map(ToString::to_string)
        .collect();
    let more = if count > NAMED_MAX { "; …" } else { "" };
    let text = format!(
        "nothing was imported: {count} of {rows} rows {are} bad: {}{more}",
        named.join("; ")
    );
    Failure {
        bad_rows: tally.bad,
        ..Failure::new("bad-rows", text)
    }
    .hint("mend the file, or leave the bad rows out with --keep-going")
}

fn told(
    context: &Context,
    args: &ImportArgs,
    tally: &Tally,
    written: &Written,
) -> Result<Answer, Failure> {
    let many = written.entries.len() > LISTED_MAX;
    let mut warnings = written.warnings.clone();
    if many && context.json() {
        warnings.push(format!(
            "`entries` lists nothing: more than {LISTED_MAX} were written"
        ));
    }
    let object = json!({ "kind": args.kind.word(), "file": args.file.display().to_string() });
    let listed = if many { &[][..] } else { &written.entries };
    let mut json = ImportJson {
        written: WrittenJson::new(listed, &object, &warnings),
        entries_written: written.entries.len(),
        imported: tally.imported,
        already: tally.already,
        bad_rows: &tally.bad,
        dry_run: args.dry_run,
    };
    json.written.entry = written.entries.first().map(ToString::to_string);
    let mut answer = context.answer(&json, |_: &Value| text(args, tally))?;
    if !context.json() {
        answer.warnings = warnings;
    }
    if !tally.bad.is_empty() {
        answer.exit = Exit::LeftOut;
    }
    Ok(answer)
}

fn text(args: &ImportArgs, tally: &Tally) -> String {
    let (imported, already) = (tally.imported, tally.already);
    let what = match (imported, already) {
        (0, 0) => "nothing to import".to_owned(),
        (0, already) => format!("nothing to import: all {already} rows are there already"),
        (imported, 0) => format!("{imported} rows of {} imported", args.kind.word()),
        (imported, already) => {
            format!(
                "{imported} rows of {} imported, {already} were there already",
                args.kind.word()
            )
        }
    };
    let mut lines = vec![if args.dry_run {
        format!("dry run, nothing written: {what}")
    } else {
        what
    }];
    if !tally.bad.is_empty() {
        lines.push(format!("{} bad rows left out:", tally.bad.len()));
        lines.extend(tally.bad.iter().map(|bad| format!("  {bad}")));
    }
    lines.join("\n")
}
