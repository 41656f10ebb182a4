//! The server's data directory: opened, or made at the first start.

use std::path::Path;
use std::sync::Arc;

use ledger_node::{
    Diagnosis, Node, NodeError, NodeKind, Progress, RestoreReport, SystemClock, WallClock as _,
};

use crate::fault::Fault;
use crate::report::Report;

/// Opens the store, or makes it. A store that numbers does not become a hub's.
pub(crate) fn open_or_make(
    dir: &Path,
    name: &str,
    hub: bool,
    report: Report,
) -> Result<Node, Fault> {
    if Node::exists(dir) {
        let node = open(dir, report)?;
        if hub && !node.is_hub() {
            let text = format!("{} is the store of a central server", dir.display());
            return Err(Fault::new("not-a-hub", text)
                .hint("a hub begins with a directory of its own: name another with --data"));
        }
        return Ok(node);
    }
    if hub {
        return Ok(Node::init_hub(dir, name, Arc::new(SystemClock))?);
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
    let node = Node::open(dir, NodeKind::Server, Arc::new(SystemClock), move |step| {
        say(report, step);
    })?;
    tell(&node, report);
    Ok(node)
}

/// Makes the index anew from the journal.
pub(crate) fn rebuild(dir: &Path, report: Report) -> Result<Node, NodeError> {
    let node = Node::rebuild(dir, NodeKind::Server, Arc::new(SystemClock), move |step| {
        say(report, step);
    })?;
    tell(&node, report);
    Ok(node)
}

/// Makes a store of a backup.
pub(crate) fn restore(file: &Path, dir: &Path, report: Report) -> Result<RestoreReport, NodeError> {
    Node::restore(file, dir, NodeKind::Server, move |step| say(report, step))
}

/// Looks at a store without opening it, and mends it where that is asked for.
pub(crate) fn doctor(dir: &Path, fix: bool, report: Report) -> Result<Diagnosis, NodeError> {
    let now = SystemClock.now();
    Node::doctor(dir, NodeKind::Server, now, fix, &mut |step| {
        say(report, step);
    })
}

/// Says what opening found and mended.
fn tell(node: &Node, report: Report) {
    for notice in node.notices() {
        report.notice(&notice);
    }
}

fn say(report: Report, step: Progress) {
    let Progress { what, done, total } = step;
    report.progress(&match total {
        0 => format!("{what}: {done}"),
        _ => format!("{what}: {done} of {total}"),
    });
}
