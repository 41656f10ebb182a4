//! `doctor`: it looks from outside, whether a server runs or not.

use serde_json::Value;

use super::text;
use crate::cli::DoctorArgs;
use crate::data;
use crate::fault::Fault;
use crate::report::Report;

/// `doctor`: says what is wrong and what to do; with `--fix` it does what can lose nothing.
pub(crate) fn doctor(arguments: &DoctorArgs, report: Report) -> Result<(), Fault> {
    let diagnosis = data::doctor(&arguments.data.data, arguments.fix, report)?;
    let is_well = diagnosis.ok;
    let diagnosis =
        serde_json::to_value(diagnosis).map_err(|error| Fault::system("writing JSON", &error))?;
    report.result(&diagnosis, |diagnosis| {
        let findings = diagnosis.get("findings").and_then(Value::as_array);
        let mut told: Vec<String> = findings.into_iter().flatten().map(line).collect();
        if is_well {
            told.push("All is well.".to_owned());
        }
        told.join("\n")
    });
    if is_well {
        return Ok(());
    }
    let text = "not all is well: see the lines marked warning and problem";
    Err(Fault::new("not-well", text))
}

fn line(finding: &Value) -> String {
    let fixed = finding.get("fixed") == Some(&Value::Bool(true));
    let mark = if fixed {
        "fixed"
    } else {
        text(finding, "severity")
    };
    let mut line = format!("{mark:<8} {}", text(finding, "text"));
    if let Some(fix) = finding
        .get("fix")
        .and_then(Value::as_str)
        .filter(|_| !fixed)
    {
        line.push_str(&format!("\n         -> {fix}"));
    }
    line
}
