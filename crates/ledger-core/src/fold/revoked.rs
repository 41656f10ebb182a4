//! Revoked devices (F10): what they wrote beyond the last trusted entries does not count until it is
//! admitted or refused.
//!
//! Three kinds of entries of the central server decide. A *revocation* names the entries up to
//! which a device's chains are trusted; of several the last by clock holds. An *admission* and a
//! *refusal* name entries up to which what is beyond that counts, or never will; for each entry the
//! last of them by clock holds that is later than the revocation. All three speak of an entry and
//! everything before it in its chain, so that what a chain comes to is a few stretches. What is
//! named and has not arrived says nothing so far.
//!
//! **Invariant.** What is withheld depends on entries of the central server and on the chains alone,
//! and nothing of the central server is ever withheld.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Order, Stamp};
use super::documents::Standing;
use super::origin::Touch;
use super::{Fold, TxKey};
use crate::entry::Body;
use crate::id::{DeviceId, EntryId, EntryRef, Origin};
use crate::planted::Bug;
use crate::time::Timestamp;

/// Why an entry of a revoked device does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// Nobody has decided about it.
    Waiting,
    /// It was refused.
    Refused,
}

impl Withheld {
    /// The reason as it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Refused => "refused",
        }
    }
}

/// What the entries of a revoked device's chain come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedChain {
    /// The origin, or the branch.
    pub origin: Origin,
    /// The last entry of it that is trusted; 0 when none is.
    pub trusted: u64,
    /// How many entries beyond that wait for a decision. What a device says of itself alone, the
    /// beginning of an origin and marks of its clock, is not counted.
    pub waiting: u64,
    /// How many were refused, likewise.
    pub refused: u64,
    /// How many were admitted, likewise.
    pub admitted: u64,
    /// When the first of those that wait was written, by its effective time.
    pub since: Option<Timestamp>,
}

/// What was decided about an entry beyond the trusted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Waits,
    Refused,
    /// By this admission.
    Admitted(TxKey),
}

/// The entries up to one of which something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    last: u64,
    verdict: Verdict,
}

/// A chain of a revoked device.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chain {
    /// Up to this seq it is trusted.
    trusted: u64,
    /// What is beyond, in order; the last one never ends.
    beyond: Vec<Stretch>,
}

impl Chain {
    fn verdict(&self, seq: u64) -> Option<Verdict> {
        if seq <= self.trusted {
            return None;
        }
        let mut beyond = self.beyond.iter();
        let stretch = beyond.find(|stretch| seq <= stretch.last);
        stretch.map(|stretch| stretch.verdict)
    }

    fn withheld(&self, seq: u64) -> Option<Withheld> {
        match self.verdict(seq)? {
            Verdict::Waits => Some(Withheld::Waiting),
            Verdict::Refused => Some(Withheld::Refused),
            Verdict::Admitted(_) => None,
        }
    }

    /// The stretches with their first seqs.
    fn stretches(&self) -> impl Iterator<Item = (u64, Stretch)> + '_ {
        let lasts = self.beyond.iter().map(|stretch| stretch.last);
        let firsts = std::iter::once(self.trusted).chain(lasts);
        let firsts = firsts.map(|last| last.saturating_add(1));
        firsts.zip(self.beyond.iter().copied())
    }
}

/// An entry that says up to where a device is trusted.
#[derive(Debug)]
struct Revocation {
    stamp: Stamp,
    trusted: Vec<EntryRef>,
}

/// An entry that admits or refuses.
#[derive(Debug)]
struct Decision {
    stamp: Stamp,
    through: EntryRef,
    admits: bool,
}

/// All that was said of revoked devices, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Revocations {
    of_device: BTreeMap<DeviceId, Vec<Revocation>>,
    /// By the origin that the entry is named by.
    decisions: BTreeMap<Origin, Vec<Decision>>,
    /// The entries that are named, as they were written.
    named: BTreeSet<EntryId>,
    /// The chains of revoked devices.
    chains: BTreeMap<u32, Chain>,
}

impl Revocations {
    /// Whether an entry is without effect for that reason.
    pub(super) fn is_withheld(&self, key: TxKey) -> bool {
        !self.chains.is_empty() && self.withheld(key).is_some() && !Bug::RevokedCounts.is_planted()
    }

    /// Whether no device is revoked.
    pub(super) fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    fn withheld(&self, (index, seq): TxKey) -> Option<Withheld> {
        self.chains.get(&index)?.withheld(seq)
    }

    fn decide(&mut self, stamp: Stamp, through: &[EntryRef], admits: bool) {
        for through in through {
            self.named.insert(through.id);
            let decisions = self.decisions.entry(through.id.origin).or_default();
            decisions.push(Decision {
                stamp,
                through: *through,
                admits,
            });
        }
    }
}

impl Fold {
    /// Takes note of an entry that revokes, admits or refuses. It has its effect when it is known
    /// that it counts.
    pub(super) fn take_revocation(&mut self, stamp: Stamp, body: &Body) {
        match body {
            Body::DeviceRevoked(revoked) => {
                let named = revoked.trusted.iter().map(|entry| entry.id);
                self.revoked.named.extend(named);
                let known = self.revoked.of_device.entry(revoked.device).or_default();
                known.push(Revocation {
                    stamp,
                    trusted: revoked.trusted.clone(),
                });
            }
            Body::Admitted(admitted) => self.revoked.decide(stamp, &admitted.through, true),
            Body::Refused(refused) => self.revoked.decide(stamp, &refused.through, false),
            Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Moved(_)
            | Body::Counted(_)
            | Body::Tallied(_)
            | Body::Reversed(_)
            | Body::Set(_)
            | Body::ItemMerged(_)
            | Body::CodeBound(_)
            | Body::CodeUnbound(_)
            | Body::BomLineSet(_)
            | Body::Order(_)
            | Body::Lot(_)
            | Body::Purchase(_)
            | Body::Stocktake(_)
            | Body::UnknownScan(_)
            | Body::ScanResolved(_)
            | Body::ExceptionAnswered(_)
            | Body::TimeFixed(_) => {}
        }
    }

    /// Whether an authority entry counts; what is withheld does not matter for that.
    fn decides(&self, key: TxKey) -> bool {
        self.origins.is_central(key.0)
            && !self.once.suppressed.contains(&key)
            && !self.rights.is_denied(&key)
    }

    /// The revocation of a device that holds.
    fn revocation(&self, device: DeviceId) -> Option<&Revocation> {
        let known = self.revoked.of_device.get(&device)?.iter();
        let counting = known.filter(|it| self.decides(it.stamp.key()));
        counting.max_by_key(|it| it.stamp.order(&self.origins))
    }

    /// Learns what decides about entries that are named anew.
    pub(super) fn learn_revoked_named(&mut self, named: &[EntryRef]) {
        let origins = named
            .iter()
            .filter_map(|it| self.origins.find(it.id.origin));
        let genesis = origins.filter_map(|origin| self.origins.genesis(origin));
        let devices: BTreeSet<DeviceId> = genesis.map(|genesis| genesis.device).collect();
        for device in devices {
            self.learn_revoked(device);
        }
    }

    /// Learns from an entry that has arrived what may be said of it.
    pub(super) fn learn_revoked_entry(&mut self, key: TxKey) {
        if self.revoked.named.contains(&self.origins.written_id(key)) {
            self.learn_revoked_origin(key.0);
        }
    }

    /// Works out anew what is withheld of the device whose origin or branch this is.
    pub(super) fn learn_revoked_origin(&mut self, origin: u32) {
        let device = self.origins.genesis(origin).map(|genesis| genesis.device);
        if let Some(device) = device {
            self.learn_revoked(device);
        }
    }

    /// Works out anew what is withheld of all devices.
    pub(super) fn learn_all_revoked(&mut self) {
        let devices: Vec<DeviceId> = self.revoked.of_device.keys().copied().collect();
        for device in devices {
            self.learn_revoked(device);
        }
    }

    /// Works out anew what is withheld of a device.
    pub(super) fn learn_revoked(&mut self, device: DeviceId) {
        if !self.revoked.of_device.contains_key(&device) {
            return;
        }
        let origins = self.origins.of_device(device);
        let indices: Vec<u32> = origins.filter_map(|id| self.origins.find(id)).collect();
        let holds = self.revocation(device);
        let now = indices.into_iter().map(|index| {
            let holds = holds.filter(|_| !self.origins.is_central(index));
            (index, holds.map(|revocation| self.chain(index, revocation)))
        });
        let now: Vec<(u32, Option<Chain>)> = now.collect();
        let mut changed = Vec::new();
        for (index, chain) in now {
            let trusted = chain.as_ref().map(|chain| chain.trusted);
            let before = match chain.clone() {
                Some(chain) => self.revoked.chains.insert(index, chain),
                None => self.revoked.chains.remove(&index),
            };
            if before != chain {
                let trusted_before = before.map(|before| before.trusted);
                let first = trusted.into_iter().chain(trusted_before).min();
                changed.push((index, first.unwrap_or(0).saturating_add(1)));
            }
        }
        if !changed.is_empty() {
            self.withheld_changed(&changed);
        }
    }

    /// What the entries of a chain come to.
    fn chain(&self, index: u32, revocation: &Revocation) -> Chain {
        let reaches = |entry: &EntryRef| {
            let meant = self.origins.meant(*entry);
            meant.map_or(0, |key| self.origins.reach(key, index))
        };
        let trusted = revocation.trusted.iter().map(reaches).max().unwrap_or(0);
        let since = revocation.stamp.order(&self.origins);
        let root = self.origins.written_id((index, 1)).origin;
        let decisions = self.revoked.decisions.get(&root).into_iter().flatten();
        let counting = decisions.filter(|it| self.decides(it.stamp.key()));
        let counting = counting.map(|it| (it.stamp.order(&self.origins), it));
        let mut later: Vec<(Order, &Decision)> =
            counting.filter(|(order, _)| *order > since).collect();
        later.sort_by_key(|(order, _)| std::cmp::Reverse(*order));
        let (mut beyond, mut decided): (Vec<Stretch>, u64) = (Vec::new(), trusted);
        for (_, decision) in later {
            let last = reaches(&decision.through);
            if last <= decided {
                continue;
            }
            decided = last;
            let verdict = if decision.admits || Bug::RefusedCounts.is_planted() {
                Verdict::Admitted(decision.stamp.key())
            } else {
                Verdict::Refused
            };
            beyond.push(Stretch { last, verdict });
        }
        beyond.push(Stretch {
            last: u64::MAX,
            verdict: Verdict::Waits,
        });
        Chain { trusted, beyond }
    }

    /// Entries of some chains, from a seq on, began or ceased to count.
    fn withheld_changed(&mut self, changed: &[(u32, u64)]) {
        self.note_all_changed();
        let (mut lines, mut reversals) = (BTreeSet::new(), Vec::new());
        for &(index, first) in changed {
            let end = self.origins.next_seq(index);
            for seq in first..end {
                match self.origins.touch((index, seq)) {
                    Touch::Lines(from, to) => lines.extend([from, to].into_iter().flatten()),
                    Touch::Reversal => reversals.push((index, seq)),
                    Touch::Other => {}
                }
            }
        }
        self.reconsider_all_once();
        for reversal in reversals {
            let target = self.reversals.target_of(reversal);
            let changed = target.and_then(|target| self.settle_reversals(target));
            if let Some(changed) = changed.filter(|_| !self.is_replaying) {
                self.changed_effect(changed);
            }
        }
        for &(index, first) in changed {
            self.scan_words_changed(index, first..=u64::MAX);
        }
        // The lines of a snapshot were packed with what follows from it.
        if !self.is_replaying {
            for line in lines {
                self.settle_line(line);
            }
        }
    }

    /// Where the admission stands that an entry of a revoked device needs.
    pub(super) fn revoked_admission(&self, key: TxKey) -> Option<Standing> {
        match self.revoked.chains.get(&key.0)?.verdict(key.1)? {
            Verdict::Admitted(admission) => Some(self.own_standing(admission)),
            Verdict::Waits | Verdict::Refused => None,
        }
    }

    /// Why an entry does not count that was written by a revoked device; none when that is no
    /// reason.
    #[must_use]
    pub fn withheld(&self, id: EntryId) -> Option<Withheld> {
        if self.revoked.is_empty() {
            return None;
        }
        self.revoked.withheld(self.origins.known_key(id)?)
    }

    /// Whether anything is withheld or was admitted, so that entries do not count as they are.
    #[must_use]
    pub fn has_revoked(&self) -> bool {
        !self.revoked.is_empty()
    }

    /// The entry that revoked a device, if it is revoked.
    #[must_use]
    pub fn revoked_by(&self, device: DeviceId) -> Option<EntryId> {
        let revocation = self.revocation(device)?;
        Some(self.entry_id(revocation.stamp.key()))
    }

    /// The devices that are revoked, in the order of their ids.
    #[must_use]
    pub fn revoked_devices(&self) -> Vec<DeviceId> {
        let devices = self.revoked.of_device.keys().copied();
        devices
            .filter(|device| self.revocation(*device).is_some())
            .collect()
    }

    /// What the chains of a revoked device come to, in the order of their ids; empty when the device
    /// is not revoked.
    #[must_use]
    pub fn revoked_chains(&self, device: DeviceId) -> Vec<RevokedChain> {
        if !self.revoked.of_device.contains_key(&device) {
            return Vec::new();
        }
        let origins = self.origins.of_device(device);
        let chains = origins.filter_map(|origin| {
            let index = self.origins.find(origin)?;
            let chain = self.revoked.chains.get(&index)?;
            let mut told = RevokedChain {
                origin,
                trusted: chain.trusted,
                waiting: 0,
                refused: 0,
                admitted: 0,
                since: None,
            };
            for (first, stretch) in chain.stretches() {
                let count = self.origins.count_said(index, first, stretch.last);
                match stretch.verdict {
                    Verdict::Waits => {
                        told.waiting = count;
                        let first = self.origins.first_said(index, first);
                        told.since = first.map(|seq| self.origins.order_time((index, seq)));
                    }
                    Verdict::Refused => told.refused = told.refused.saturating_add(count),
                    Verdict::Admitted(_) => told.admitted = told.admitted.saturating_add(count),
                }
            }
            Some(told)
        });
        chains.collect()
    }

    /// The newest entries of a revoked device that wait, at most so many, oldest first.
    pub(crate) fn newest_waiting(&self, device: DeviceId, most: usize) -> Vec<EntryId> {
        let mut newest = Vec::new();
        for origin in self.origins.of_device(device) {
            let Some(index) = self.origins.find(origin) else {
                continue;
            };
            let Some(chain) = self.revoked.chains.get(&index) else {
                continue;
            };
            let last = chain.stretches().last();
            let first = last.map_or(u64::MAX, |(first, _)| first);
            let said = self.origins.newest_said(index, first);
            newest.extend(said.take(most).map(|seq| self.moment_of((index, seq))));
        }
        newest.sort_unstable();
        newest.drain(..newest.len().saturating_sub(most));
        newest.into_iter().map(|(_, id)| id).collect()
    }

    /// What was decided beyond the trusted entries of a chain: up to which entry, and whether that
    /// counts; in order.
    pub(crate) fn decided(&self, origin: Origin) -> Vec<(u64, bool)> {
        let index = self.origins.find(origin);
        let chain = index.and_then(|index| self.revoked.chains.get(&index));
        let beyond = chain.into_iter().flat_map(|chain| &chain.beyond);
        let decided = beyond.filter_map(|stretch| match stretch.verdict {
            Verdict::Waits => None,
            Verdict::Refused => Some((stretch.last, false)),
            Verdict::Admitted(_) => Some((stretch.last, true)),
        });
        decided.collect()
    }

    /// The last entry of a chain up to which all count by what is known of its device; its last one
    /// when the device is not revoked.
    pub(crate) fn counted_up_to(&self, origin: Origin) -> u64 {
        let last = self.last_seq(origin);
        let index = self.origins.find(origin);
        let Some(chain) = index.and_then(|index| self.revoked.chains.get(&index)) else {
            return last;
        };
        let admitted = chain.beyond.iter();
        let admitted = admitted.take_while(|it| matches!(it.verdict, Verdict::Admitted(_)));
        let counted = admitted.last().map_or(chain.trusted, |it| it.last);
        counted.min(last)
    }
}
