//! `stock export`: the log as JSON lines, or the stock as CSV that `import stock` reads.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use importing::guarded;
use ledger_core::Code;
use ledger_core::fold::LineInfo;
use ledger_node::{Node, NodeError};
use serde_json::json;

use super::close;
use crate::cli::{ExportArgs, ExportFormat};
use crate::context::Context;
use crate::report::{self, Answer, Failure};
use crate::table::text;

/// Why a line could not be written.
enum Stopped {
    Node(NodeError),
    Out(io::Error),
}

impl From<NodeError> for Stopped {
    fn from(error: NodeError) -> Self {
        Self::Node(error)
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ExportArgs) -> Result<Answer, Failure> {
    let node = context.open()?;
    let mut answer = match &args.out {
        Some(path) => to_file(context, &node, args.format, path)?,
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            match write(&node, args.format, &mut out) {
                Ok(_) => {}
                Err(Stopped::Out(error)) => report::written(Err(error))?,
                Err(Stopped::Node(error)) => return Err(error.into()),
            }
            report::written(out.flush())?;
            Answer::new("")
        }
    };
    close(node, &mut answer);
    Ok(answer)
}

fn to_file(
    context: &Context,
    node: &Node,
    format: ExportFormat,
    path: &Path,
) -> Result<Answer, Failure> {
    let failed = |error: io::Error| Failure::io(&path.display().to_string(), &error);
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    let lines = match write(node, format, &mut out) {
        Ok(lines) => lines,
        Err(Stopped::Out(error)) => return Err(failed(error)),
        Err(Stopped::Node(error)) => return Err(error.into()),
    };
    out.into_inner()
        .map_err(|error| failed(error.into_error()))?
        .sync_all()
        .map_err(failed)?;
    let shown = path.display().to_string();
    context.answer(&json!({ "out": shown, "lines": lines }), |report| {
        format!("{} lines written to {shown}", text(report, "lines"))
    })
}

/// Writes everything; says how many lines, a CSV's title aside.
fn write(node: &Node, format: ExportFormat, out: &mut impl Write) -> Result<u64, Stopped> {
    match format {
        ExportFormat::Jsonl => {
            let mut lines = 0_u64;
            node.export_jsonl(&mut |entry| {
                lines = lines.saturating_add(1);
                writeln!(out, "{entry}").map_err(Stopped::Out)
            })?;
            Ok(lines)
        }
        ExportFormat::Csv => write_csv(node, out).map_err(Stopped::Out),
    }
}

fn write_csv(node: &Node, out: &mut impl Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["item", "location", "quantity", "owner", "batch"])?;
    let lines: Vec<LineInfo> = node.read(|fold| {
        let items = fold.items();
        let lines = items.iter().flat_map(|item| fold.lines(item));
        lines.filter(|line| !line.on_hand.is_zero()).collect()
    });
    for line in &lines {
        let code = |code: Option<&Code>| guarded(code.map_or("", Code::as_str)).into_owned();
        writer.write_record([
            code(Some(&line.key.item)),
            code(Some(&line.key.location)),
            line.on_hand.to_string(),
            code(line.key.owner.as_ref()),
            code(line.key.batch.as_ref()),
        ])?;
    }
    writer.flush()?;
    Ok(u64::try_from(lines.len()).unwrap_or(u64::MAX))
}
