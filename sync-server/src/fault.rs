//! Why a command of this program failed, and with which exit code.

use std::error::Error;

use ledger_core::at_entry::Refusal;
use ledger_node::NodeError;

/// Exit code of what was refused or failed.
pub(crate) const FAILED: u8 = 1;
/// Exit code of wrong usage.
pub(crate) const WRONG_USAGE: u8 = 2;
/// Exit code when the server cannot be reached.
pub(crate) const UNREACHABLE: u8 = 3;

/// A failure in words for people, with a stable code for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
    pub(crate) exit: u8,
}

impl Fault {
    pub(crate) fn new(code: &str, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            text: text.into(),
            hint: None,
            exit: FAILED,
        }
    }

    /// A failure of the system, with its cause in the text.
    pub(crate) fn system(doing: &str, cause: &dyn Error) -> Self {
        Self::new("system", format!("{doing}: {}", with_causes(cause)))
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) const fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self {
            hint: refusal.hint,
            ..Self::new(refusal.code, refusal.text)
        }
    }
}

impl From<NodeError> for Fault {
    fn from(error: NodeError) -> Self {
        let fault = Self::new(error.code(), with_causes(&error));
        // The node's hints name the handheld's commands; ours are others.
        let hint = match error.code() {
            "no-store" => Some("make it with: stock-server serve --data DIR".to_owned()),
            "store-exists" => Some("use it, or name another directory with --data".to_owned()),
            "store-damaged" => Some("see what is wrong with: stock-server verify".to_owned()),
            _ => error.hint(),
        };
        let exit = if error.is_unreachable() {
            UNREACHABLE
        } else {
            FAILED
        };
        Self {
            hint,
            ..fault.exit(exit)
        }
    }
}

/// An error with the causes that its own text does not tell already.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}
