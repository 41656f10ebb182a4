//! `stock doctor`.

use serde_json::Value;

use crate::context::Context;
use crate::report::{Answer, Exit, Failure};
use crate::table::{rows, text};

/// `stock doctor`.
pub(crate) fn run(context: &Context, fix: bool) -> Result<Answer, Failure> {
    let diagnosis = context.doctor(fix)?;
    let mut answer = context.answer(&diagnosis, told)?;
    if !diagnosis.ok {
        answer.exit = Exit::Failed;
    }
    Ok(answer)
}

fn told(diagnosis: &Value) -> String {
    let findings = diagnosis.get("findings").map(rows).unwrap_or_default();
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    lines.push(if diagnosis.get("ok") == Some(&Value::Bool(true)) {
        "All is well.".to_owned()
    } else {
        "Not all is well: see the lines marked warning and problem.".to_owned()
    });
    lines.join("\n")
}

fn line(finding: &Value) -> String {
    let fixed = finding.get("fixed") == Some(&Value::Bool(true));
    let severity = text(finding, "severity");
    let mark = if fixed { "fixed" } else { &severity };
    let mut line = format!("{mark:<8} {}", text(finding, "text"));
    let fix = text(finding, "fix");
    if !fixed && !fix.is_empty() {
        line.push_str(&format!("\n         -> {fix}"));
    }
    line
}
