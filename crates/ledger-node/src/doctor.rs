//! What is wrong with a node's directory, in plain words, and what to do about it.
//!
//! It looks without opening the node, so that a store that cannot be opened can be looked at too.
//! With `fix` it does the part that can lose nothing, looks again, and calls fixed only what is
//! not found any more.
//!
//! **Invariant.** Nothing is ever taken away that is the only copy of anything: of what was set
//! aside, a journal goes only when every entry in it is in the store, an index only when the
//! journal is whole.

mod fix;
mod looks;

use std::path::Path;

use ledger_core::Timestamp;
use serde::Serialize;

use crate::error::NodeError;
use crate::node::{Node, NodeKind, Progress};

use self::looks::Look;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// All is well.
    Ok,
    /// Good to know.
    Note,
    /// Something should be done before it becomes a problem.
    Warning,
    /// Something does not work or is damaged.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word for programs.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter.
    pub text: String,
    /// What to do.
    pub fix: Option<String>,
    /// Whether that was done just now.
    pub fixed: bool,
}

impl Finding {
    fn new(code: &'static str, severity: Severity, text: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            text: text.into(),
            fix: None,
            fixed: false,
        }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// All findings about a node's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Whether nothing that is left is worse than a note.
    pub ok: bool,
    /// How many entries the journal holds.
    pub entries: u64,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Node {
    /// Looks at the node in a directory without opening it; `now` is what the clock says. With
    /// `fix` it also does what can lose nothing, if no program has the store open.
    pub fn doctor(
        dir: &Path,
        kind: NodeKind,
        now: Timestamp,
        fix: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Diagnosis, NodeError> {
        let mut look = Look::take(dir, kind, now, progress)?;
        if fix && !look.in_use() {
            let failed = fix::mend(dir, kind, &look, progress);
            let before = look.findings;
            look = Look::take(dir, kind, now, progress)?;
            let gone = before.into_iter().filter(|finding| {
                let again = |other: &Finding| other.code == finding.code;
                finding.severity > Severity::Ok && !look.findings.iter().any(again)
            });
            let fixed: Vec<Finding> = gone
                .map(|finding| Finding {
                    fixed: true,
                    ..finding
                })
                .collect();
            look.findings.splice(0..0, fixed);
            look.findings.extend(failed);
        }
        let bad = |finding: &Finding| !finding.fixed && finding.severity > Severity::Note;
        Ok(Diagnosis {
            ok: !look.findings.iter().any(bad),
            entries: look.entries,
            findings: look.findings,
        })
    }
}
