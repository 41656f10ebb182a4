//! Bugs that a development build makes when it is told to.
//!
//! The crash campaign has to show that it would notice: with `STOCK_PLANTED_BUG` set to one of
//! these names the store breaks its own rule. A release build has none of them.

use std::sync::OnceLock;

/// The variable that names the bug.
const VARIABLE: &str = "STOCK_PLANTED_BUG";

/// A rule that can be broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Says that entries are saved without having synced them.
    AckBeforeSync,
    /// Takes frames whatever their checksum says.
    SkipFrameCheck,
    /// Takes a sync for done though it failed.
    GoOnAfterFailedSync,
}

impl Bug {
    const ALL: [Self; 3] = [
        Self::AckBeforeSync,
        Self::SkipFrameCheck,
        Self::GoOnAfterFailedSync,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeSync => "ack-before-sync",
            Self::SkipFrameCheck => "skip-frame-check",
            Self::GoOnAfterFailedSync => "go-on-after-failed-sync",
        }
    }

    /// Whether to make it.
    pub(crate) fn is_planted(self) -> bool {
        static PLANTED: OnceLock<Option<Bug>> = OnceLock::new();
        cfg!(debug_assertions)
            && *PLANTED.get_or_init(|| {
                let name = std::env::var(VARIABLE).ok()?;
                Self::ALL.into_iter().find(|bug| bug.name() == name)
            }) == Some(self)
    }
}
