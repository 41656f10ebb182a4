//! Going on under a new origin, where going on under the old one would give numbers out twice.
//!
//! A store that was copied, restored or turned back keeps all its entries and pushes those that
//! nobody has; what it writes from now on belongs to a new origin, whose Genesis names the last
//! entry of the old one. A server moreover begins a new epoch: it gives the entries that it has
//! their numbers anew, in the same order, and whoever pulls begins again (ADR 11 and 19).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger_core::DeviceId;
use ledger_core::entry::{Body, Genesis, GenesisReason};
use ledger_core::planted::Bug;
use ledger_format::wire::CursorMessage;
use ledger_store::{Gap, Group, Record};
use ledger_sync::server::Place;

use crate::error::NodeError;
use crate::inner::Central;
use crate::keys::Keys;
use crate::load;
use crate::log::stored_run;
use crate::node::{Actor, Node, NodeKind};

/// No clock leads to an epoch from here on: who says such a one does not speak of a server's.
const EPOCHS_END: u64 = 1 << 60;

/// What others told of the central order since the program was started.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The newest epoch that somebody who asked knew of.
    epoch: AtomicU64,
    /// The revoked devices that were believed.
    believed: Mutex<BTreeSet<DeviceId>>,
}

impl Node {
    /// Makes sure that there is an origin to write under, before anything is written.
    pub(crate) fn go_on(&self) -> Result<(), NodeError> {
        let mut inner = self.lock();
        if self.must_renew(&inner.keys) {
            // When an earlier attempt got no further than the keys, its origin is still unused here.
            // Where the store was copied, the other one may use it.
            let unused = inner.seq == 0 && !inner.keys.past_origins.is_empty();
            let may_be_used = self.store().opened().moved.is_some();
            if !unused || may_be_used {
                inner.keys.begin_origin(self.now())?;
            }
            inner.reload(self.store(), self.now())?;
        }
        drop(inner);
        self.number_anew()?;
        self.begin_if_unused(GenesisReason::Restored)
    }

    /// On a central server that learns while it runs that it was turned back, since somebody knows
    /// numbers that it gave out and does not know: begins anew, unless another has seen to it.
    /// The next epoch is later than the one that was `heard` of.
    pub(crate) fn renew(&self, epoch: u64, heard: u64) -> Result<(), NodeError> {
        let mut inner = self.lock();
        if inner.keys.epoch() != Some(epoch) {
            return Ok(());
        }
        inner.keys.begin_origin_behind(heard, self.now())?;
        inner.reload(self.store(), self.now())?;
        drop(inner);
        self.number_anew()?;
        self.begin_if_unused(GenesisReason::Restored)
    }

    /// Begins anew when a device knows numbers of this epoch that this server does not, or a later
    /// epoch: it was turned back to before it began that one. A hub remembers to say so.
    ///
    /// A revoked device may be the last that knows. It may also lie, so it is believed once.
    pub(crate) fn renew_if_turned_back(
        &self,
        by: DeviceId,
        cursor: &CursorMessage,
    ) -> Result<(), NodeError> {
        let order = self.lock().order();
        let is_later = cursor.epoch > order.epoch && cursor.epoch < EPOCHS_END;
        let is_news = is_later || (order.central && self.place(cursor)? == Place::Beyond);
        if !is_news {
            return Ok(());
        }
        let is_revoked = self.read(|fold| fold.revoked_by(by).is_some());
        if is_revoked && self.believed().contains(&by) {
            return Ok(());
        }
        if order.central {
            self.renew(order.epoch, cursor.epoch.min(EPOCHS_END))?;
        } else {
            let told = &self.shared.told;
            told.epoch.fetch_max(cursor.epoch, Ordering::Relaxed);
        }
        if is_revoked {
            self.believed().insert(by);
        }
        Ok(())
    }

    fn believed(&self) -> MutexGuard<'_, BTreeSet<DeviceId>> {
        let believed = self.shared.told.believed.lock();
        believed.unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest epoch that somebody who asked this hub knew of.
    pub(crate) fn heard_epoch(&self) -> u64 {
        self.shared.told.epoch.load(Ordering::Relaxed)
    }

    /// On a server that learns from entries of its own that it was turned back: writes on under
    /// another origin, a central one in a new epoch.
    pub(crate) fn go_on_elsewhere(&self) -> Result<(), NodeError> {
        let epoch = self.lock().keys.epoch();
        if let Some(epoch) = epoch {
            return self.renew(epoch, epoch);
        }
        let mut inner = self.lock();
        inner.keys.begin_origin(self.now())?;
        inner.reload(self.store(), self.now())?;
        drop(inner);
        self.begin_if_unused(GenesisReason::Forked)
    }

    /// Writes the beginning of an origin that has none yet.
    pub(crate) fn begin_if_unused(&self, reason: GenesisReason) -> Result<(), NodeError> {
        if self.lock().seq == 0 {
            self.begin_origin(reason)
        } else {
            Ok(())
        }
    }

    /// Whether what comes next must not continue an origin.
    fn must_renew(&self, keys: &Keys) -> bool {
        let opened = self.store().opened();
        // Who once gave a server its entries gives them again in a new epoch only.
        let cut = |gap: &Gap| keys.kind() == NodeKind::Server || gap.origin == keys.origin();
        let moved = opened.moved.is_some() && !Bug::KeepOrigin.is_planted();
        moved || opened.gaps.iter().any(cut)
    }

    /// Writes the beginning of an origin; the reason is that for which it follows another one.
    fn begin_origin(&self, again: GenesisReason) -> Result<(), NodeError> {
        let genesis = {
            let inner = self.lock();
            let parent = inner.last_own(self.store())?;
            let reason = match (parent, inner.keys.epoch()) {
                (Some(_), _) => again,
                (None, Some(_)) => GenesisReason::Server,
                (None, None) => GenesisReason::New,
            };
            Body::Genesis(Genesis {
                device: inner.keys.device(),
                name: inner.keys.name.clone(),
                reason,
                parent,
                program: Some(env!("CARGO_PKG_VERSION").to_owned()),
            })
        };
        self.write_bodies(&Actor::default(), vec![genesis])
            .map(|_| ())
    }

    /// On a server whose runs are of an earlier epoch: gives the same entries numbers of the
    /// present one, in the same order. Entries that are not here any more have none; those behind
    /// them move up.
    fn number_anew(&self) -> Result<(), NodeError> {
        let store = self.store();
        let mut inner = self.lock();
        let Some(epoch) = inner.central.as_ref().map(|central| central.epoch) else {
            return Ok(());
        };
        if store.last_run()?.is_none_or(|run| run.epoch == epoch) || !inner.is_unnumbered() {
            return Ok(());
        }
        let mut runs = Vec::new();
        store.for_each_run(&mut |run| runs.push(run))?;
        let mut central = Central::start(epoch);
        let mut group = Group::new();
        for run in runs {
            let Some((last, _)) = store
                .head(run.origin)?
                .filter(|(last, _)| *last >= run.first_seq)
            else {
                continue;
            };
            let here = last.saturating_sub(run.first_seq).saturating_add(1);
            let count = usize::try_from(run.count.min(here)).unwrap_or(usize::MAX);
            let slice = store.slice(run.origin, run.first_seq, count, usize::MAX)?;
            let moment = ledger_core::Timestamp::from_millis(run.moment_ms);
            let chained = central.next(run.origin, run.first_seq, &load::hashes(&slice), moment);
            group.push(Record::Run(stored_run(&chained, epoch)));
        }
        let pending = store.append(group);
        drop(inner);
        self.wait(pending)?;
        inner = self.lock();
        inner.reload(store, self.now())
    }
}
