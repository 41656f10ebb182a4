//! Planted bugs of the store ([`ledger_core::planted`]) in a program of its own.
//!
//! The crash campaign drives whole programs: with `STOCK_PLANTED_BUG` set to the name of a bug of
//! the store, a development build makes it on all of its threads. A release build has none.

use std::sync::OnceLock;

pub(crate) use ledger_core::planted::Bug;

/// The variable that names the bug.
const VARIABLE: &str = "STOCK_PLANTED_BUG";

/// Whether to make a bug, because this thread or this whole program was told to.
pub(crate) fn is_planted(bug: Bug) -> bool {
    static PLANTED: OnceLock<Option<Bug>> = OnceLock::new();
    let of_program = || {
        *PLANTED.get_or_init(|| {
            let name = std::env::var(VARIABLE).ok()?;
            Bug::ALL.into_iter().find(|bug| bug.name() == name)
        })
    };
    cfg!(debug_assertions) && (bug.is_planted() || of_program() == Some(bug))
}
