//! Bugs that a development build makes when a test tells it to.
//!
//! The simulator has to show that it would notice if a rule were broken. It plants one of these
//! for its own thread, on which a simulated node does all of its work. A release build has none of
//! them: there [`Bug::is_planted`] is `false` before anything is run.

use std::cell::Cell;

/// A rule that can be broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// Says that entries are saved without having synced them.
    AckBeforeSync,
    /// Takes frames of the journal whatever their checksum says.
    SkipFrameCheck,
    /// Takes a sync of the disk for done though it failed.
    GoOnAfterFailedSync,
    /// Makes the cursor of a pull durable before the entries it stands behind.
    CursorBeforeEntries,
    /// Makes pushed entries durable before the central numbers they get.
    EntriesBeforeNumbers,
    /// Gives entries that are pushed again another central number.
    NumberAgain,
    /// Lets a clock from elsewhere pull the hybrid clock as far ahead as it likes.
    FollowAnyClock,
    /// Goes on in the former epoch after a server was restored.
    KeepEpoch,
    /// Lets central numbers of a former epoch count in the present one.
    FormerNumbersCount,
    /// Writes a command again that was given with the same key before.
    IgnoreKey,
    /// Keeps in memory what the disk had no room for.
    KeepUnsaved,
    /// Says that everything is at the central server without looking.
    SyncedUnseen,
    /// Takes what does not continue the log for something that is there already.
    SkipHashCompare,
    /// Lets a hub give numbers of its own.
    HubNumbers,
    /// Takes a hub's word for that of the central server.
    HubSynced,
    /// Gives nothing back to a server that was restored.
    NothingGivenBack,
    /// Begins an epoch that is less than the one before.
    EpochShrinks,
    /// Writes on under the same origin in a store that was restored or copied.
    KeepOrigin,
    /// Keeps no signed head of entries that were numbered after they were here.
    HeadsNotKept,
    /// Relays entries of a device without the certificate that it showed.
    CertificatesNotShown,
    /// Lets everything count that a revoked device wrote.
    RevokedCounts,
    /// Lets what was refused count.
    RefusedCounts,
    /// Serves a revoked device like any other.
    RevokedServed,
    /// Takes nothing from a revoked device.
    RevokedNotTaken,
    /// Lets what was taken back count for its order, lot, purchase order or stocktake.
    VoidedForDocuments,
}

thread_local!(static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) });

/// Plants a bug on this thread, or takes it away.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::AckBeforeSync,
        Self::SkipFrameCheck,
        Self::GoOnAfterFailedSync,
        Self::CursorBeforeEntries,
        Self::EntriesBeforeNumbers,
        Self::NumberAgain,
        Self::FollowAnyClock,
        Self::KeepEpoch,
        Self::FormerNumbersCount,
        Self::IgnoreKey,
        Self::KeepUnsaved,
        Self::SyncedUnseen,
        Self::SkipHashCompare,
        Self::HubNumbers,
        Self::HubSynced,
        Self::NothingGivenBack,
        Self::EpochShrinks,
        Self::KeepOrigin,
        Self::HeadsNotKept,
        Self::CertificatesNotShown,
        Self::RevokedCounts,
        Self::RefusedCounts,
        Self::RevokedServed,
        Self::RevokedNotTaken,
        Self::VoidedForDocuments,
    ];

    /// Its name for people and programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeSync => "ack-before-sync",
            Self::SkipFrameCheck => "skip-frame-check",
            Self::GoOnAfterFailedSync => "go-on-after-failed-sync",
            Self::CursorBeforeEntries => "cursor-before-entries",
            Self::EntriesBeforeNumbers => "entries-before-numbers",
            Self::NumberAgain => "number-again",
            Self::FollowAnyClock => "follow-any-clock",
            Self::KeepEpoch => "keep-epoch",
            Self::FormerNumbersCount => "former-numbers-count",
            Self::IgnoreKey => "ignore-key",
            Self::KeepUnsaved => "keep-unsaved",
            Self::SyncedUnseen => "synced-unseen",
            Self::SkipHashCompare => "skip-hash-compare",
            Self::HubNumbers => "hub-numbers",
            Self::HubSynced => "hub-synced",
            Self::NothingGivenBack => "nothing-given-back",
            Self::EpochShrinks => "epoch-shrinks",
            Self::KeepOrigin => "keep-origin",
            Self::HeadsNotKept => "heads-not-kept",
            Self::CertificatesNotShown => "certificates-not-shown",
            Self::RevokedCounts => "revoked-counts",
            Self::RefusedCounts => "refused-counts",
            Self::RevokedServed => "revoked-served",
            Self::RevokedNotTaken => "revoked-not-taken",
            Self::VoidedForDocuments => "voided-for-documents",
        }
    }

    /// Whether to make it.
    #[must_use]
    pub fn is_planted(self) -> bool {
        cfg!(debug_assertions) && PLANTED.get() == Some(self)
    }
}
