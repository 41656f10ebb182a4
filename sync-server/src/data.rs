//! The server's data directory: opened, or made at the first start.

use std::path::Path;
use std::sync::Arc;

use ledger_node::{Node, NodeError, NodeKind, Progress, SystemClock};

use crate::fault::Fault;
use crate::report::Report;

/// Opens the store, or makes it.
pub(crate) fn open_or_make(dir: &Path, name: &str, report: Report) -> Result<Node, Fault> {
    if Node::exists(dir) {
        return Ok(open(dir, report)?);
    }
    Ok(Node::init(
        dir,
        NodeKind::Server,
        name,
        Arc::new(SystemClock),
    )?)
}

/// Opens the store that must be there.
pub(crate) fn open(dir: &Path, report: Report) -> Result<Node, NodeError> {
    Node::open(dir, NodeKind::Server, Arc::new(SystemClock), move |step| {
        say(report, step);
    })
}

/// Makes the index anew from the journal.
pub(crate) fn rebuild(dir: &Path, report: Report) -> Result<Node, NodeError> {
    Node::rebuild(dir, NodeKind::Server, Arc::new(SystemClock), move |step| {
        say(report, step);
    })
}

fn say(report: Report, step: Progress) {
    let Progress { what, done, total } = step;
    report.progress(&match total {
        0 => format!("{what}: {done}"),
        _ => format!("{what}: {done} of {total}"),
    });
}
