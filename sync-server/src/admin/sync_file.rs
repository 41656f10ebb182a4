//! `sync`: by a file that somebody carries.

use std::path::Path;

use serde_json::Value;

use super::act::Act;
use super::{ask, counted, text};
use crate::cli::SyncArgs;
use crate::fault::{FAILED, Fault};
use crate::report::Report;

/// `sync`: the running server reads or writes the file, or this program when none runs.
pub(crate) fn sync(arguments: &SyncArgs, report: Report) -> Result<(), Fault> {
    match (&arguments.from_file, &arguments.to_file) {
        (Some(file), _) => read(&arguments.data.data, file, report),
        (None, Some(file)) => write(&arguments.data.data, file, report),
        (None, None) => Ok(()),
    }
}

/// The server may have been started elsewhere.
fn absolute(file: &Path) -> Result<std::path::PathBuf, Fault> {
    std::path::absolute(file).map_err(|error| Fault::system("finding the file", &error))
}

fn number(object: &Value, key: &str) -> u64 {
    object.get(key).and_then(Value::as_u64).unwrap_or_default()
}

fn write(dir: &Path, file: &Path, report: Report) -> Result<(), Fault> {
    let file = absolute(file)?;
    let written = ask(dir, &Act::WriteSyncFile { file }, report)?;
    report.result(&written, |written| {
        format!(
            "{}: {}.\nOn a device: stock sync --from-file",
            text(written, "file"),
            counted(number(written, "entries"), "entry", "entries"),
        )
    });
    Ok(())
}

fn read(dir: &Path, file: &Path, report: Report) -> Result<(), Fault> {
    let file = absolute(file)?;
    let read = ask(dir, &Act::ReadSyncFile { file }, report)?;
    report.result(&read, |read| {
        format!(
            "{} from {}, written at {} by {}.",
            counted(number(read, "pulled"), "new entry", "new entries"),
            text(read, "file"),
            text(read, "made_at"),
            text(read, "made_by"),
        )
    });
    let rejected = number(&read, "rejected");
    if rejected == 0 {
        return Ok(());
    }
    let entries = counted(rejected, "entry", "entries");
    let told = format!("{entries} could not be taken");
    Err(Fault::new("rejected", told)
        .hint("who signed them is not known here: keep the file, and read one of that device")
        .exit(FAILED))
}
