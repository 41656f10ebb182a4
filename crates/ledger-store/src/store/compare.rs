//! Whether an index and a journal belong together, and which of them has to be made anew.

use super::open::{Found, Place};
use super::replay::replay;
use super::{OpenError, Opened, Step};
use crate::fence::Fence;
use crate::index::Index;
use crate::journal::scan::{ScanFrom, Scanned, Seen, scan};
use crate::journal::{JournalDamage, Position};
use crate::record::StoreId;

/// What an index and a journal come to together.
pub(super) enum Compared {
    Usable(Index, Scanned),
    Rebuild {
        reason: Option<String>,
        store: Option<StoreId>,
    },
    RebuildJournal {
        reason: String,
        index: Index,
        store: StoreId,
        position: Position,
    },
}

impl Place<'_> {
    /// Compares an index with the journal; brings it up to date if they belong together.
    pub(super) fn compare(&self, found: Found, opened: &mut Opened) -> Result<Compared, OpenError> {
        match found {
            Found::Nothing => Ok(Compared::Rebuild {
                reason: None,
                store: None,
            }),
            Found::Unusable(why) => Ok(Compared::Rebuild {
                reason: Some(why),
                store: None,
            }),
            Found::Usable(index, store, position) => {
                self.compare_usable(index, store, position, opened)
            }
        }
    }

    fn compare_usable(
        &self,
        index: Index,
        store: StoreId,
        position: Position,
        opened: &mut Opened,
    ) -> Result<Compared, OpenError> {
        let journal_dir = self.journal_dir();
        let anew = |index, reason: String| {
            Ok(Compared::RebuildJournal {
                reason,
                index,
                store,
                position,
            })
        };
        if !self.options.disk.is_dir(&journal_dir) {
            return anew(index, "it was missing".to_owned());
        }
        let mut seen = Judge {
            position,
            found: position == Position::START,
            damage: Vec::new(),
        };
        let from = ScanFrom {
            segment: position.segment,
            store: Some(store),
        };
        let scanned = scan(&self.options.disk, &journal_dir, from, &mut |it| {
            seen.see(it);
        })?;
        let Some(scanned) = scanned else {
            return anew(index, "it has no segment that can be read".to_owned());
        };
        if scanned.store != store {
            let reason = Some(format!("it belongs to store {store}"));
            return Ok(Compared::Rebuild {
                reason,
                store: Some(scanned.store),
            });
        }
        let (end, known) = (scanned.position, position);
        if (end.segment, end.offset) < (known.segment, known.offset) {
            let reason = format!(
                "it ends at segment {} offset {}, the index knows it up to segment {} offset {}",
                end.segment, end.offset, known.segment, known.offset
            );
            return anew(index, reason);
        }
        if !seen.found && !seen.damage.iter().any(|damage| covers(damage, known)) {
            let reason = Some("it was made from another journal".to_owned());
            return Ok(Compared::Rebuild {
                reason,
                store: Some(store),
            });
        }
        opened.damage = seen.damage;
        self.catch_up(&index, &scanned, known, opened)?;
        // With gaps, what can still be read beyond them is in the old journal only.
        if let (Some(damage), true) = (opened.damage.first(), opened.gaps.is_empty()) {
            let reason = damage.to_string();
            let position = index.position()?;
            return Ok(Compared::RebuildJournal {
                reason,
                index,
                store,
                position,
            });
        }
        Ok(Compared::Usable(index, scanned))
    }

    /// Indexes what the journal has beyond what the index knows.
    fn catch_up(
        &self,
        index: &Index,
        scanned: &Scanned,
        known: Position,
        opened: &mut Opened,
    ) -> Result<(), OpenError> {
        if scanned.position == known {
            return Ok(());
        }
        let journal_dir = self.journal_dir();
        let source = self.source(&journal_dir, Some(scanned.store), Step::Replay);
        if let Some((_, replayed)) = replay(source, index, known)? {
            opened.replayed_groups = replayed.groups;
            opened.damage = replayed.damage;
            opened.gaps = replayed.gaps;
        }
        Ok(())
    }

    /// Why own entries must not go on where the journal ends, by the fence: it had been longer, or
    /// another one.
    pub(super) fn lost_end(
        &self,
        fence: &Fence,
        scanned: &Scanned,
    ) -> Result<Option<String>, OpenError> {
        let Some(reached) = fence.reached(scanned.store) else {
            return Ok(None);
        };
        if reached == scanned.position {
            return Ok(None);
        }
        let ended_early = self.lost_beyond(fence, scanned.store, scanned.position);
        if ended_early.is_some() {
            return Ok(ended_early);
        }
        let mut judge = Judge {
            position: reached,
            found: false,
            damage: Vec::new(),
        };
        let from = ScanFrom {
            segment: reached.segment,
            store: Some(scanned.store),
        };
        let _end = scan(&self.options.disk, &self.journal_dir(), from, &mut |it| {
            judge.see(it);
        })?;
        let known = judge.found || judge.damage.iter().any(|it| covers(it, reached));
        Ok((!known).then(|| "an older state was put back and went on".to_owned()))
    }
}

/// Looks in a journal for the position up to which an index knows it.
struct Judge {
    position: Position,
    found: bool,
    damage: Vec<JournalDamage>,
}

impl Judge {
    fn see(&mut self, seen: Seen<'_>) {
        match seen {
            Seen::Group { position, .. } => self.found |= position == self.position,
            Seen::Damage(damage) => self.damage.push(damage),
        }
    }
}

/// Whether the frame that ends at a position may be in a damaged place.
fn covers(damage: &JournalDamage, position: Position) -> bool {
    let end = damage.offset.saturating_add(damage.len);
    damage.segment == position.segment
        && damage.offset < position.offset
        && (position.offset <= end || damage.len == 0)
}
