//! `stock sync --to-file` and `--from-file`: sync without any network.

use std::path::Path;

use serde_json::Value;

use super::Unsent;
use crate::commands::close;
use crate::context::Context;
use crate::progress::Bar;
use crate::report::{Answer, Exit, Failure};
use crate::table::text;

/// `stock sync --to-file`.
pub(super) fn write(context: &Context, path: &Path) -> Result<Answer, Failure> {
    let node = context.open()?;
    let total = node.read(ledger_core::fold::Fold::entry_count);
    let bar = Bar::new(context.json());
    let written = node.write_sync_file(path, &mut |done| bar.at("writing", done, total))?;
    drop(bar);
    let mut answer = context.answer(&written, |written| {
        format!(
            "{}: {} entries, {} of them not known to be at the central server\n\
             Next: stock sync --from-file on another device, or stock-server sync --from-file",
            text(written, "file"),
            text(written, "entries"),
            text(written, "unnumbered"),
        )
    })?;
    close(node, &mut answer);
    Ok(answer)
}

/// `stock sync --from-file`.
pub(super) fn read(context: &Context, path: &Path) -> Result<Answer, Failure> {
    let node = context.open()?;
    let bar = Bar::new(context.json());
    // How much is in it nobody knows before it is read.
    let read = node.read_sync_file(path, &mut |progress| bar.count("reading", progress.pulled))?;
    drop(bar);
    let unsent = Unsent::of(&node)?;
    let mut answer = context.answer(&read, |read| unsent.after(read_text(read)))?;
    if read.rejected > 0 {
        answer.exit = Exit::Failed;
    }
    close(node, &mut answer);
    Ok(answer)
}

fn read_text(read: &Value) -> String {
    let (pulled, at) = (text(read, "pulled"), text(read, "made_at"));
    let mut told = format!("{pulled} received, as of {at}");
    if read.get("synced") == Some(&Value::Bool(true)) {
        told.push_str("; the central server had all of this device then");
    }
    let rejected = text(read, "rejected");
    if rejected != "0" {
        told.push_str(&format!(
            "\n{rejected} could not be checked here, since the devices that signed them are not \
             known yet: read a file of the central server, or sync, first"
        ));
    }
    told
}
