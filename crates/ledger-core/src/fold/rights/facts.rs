//! Movements, counts and reversals that somebody wrote without the right to. They count (F3), and
//! somebody should know.
//!
//! The clocks of facts are not kept, so a fact is judged at its effective time, which never falls
//! within an origin: where a role was too low is a range of seqs, found without looking at each.

use std::collections::BTreeMap;

use super::{RoleFrom, Who};
use crate::catalogue::Role;
use crate::code::UserName;
use crate::fold::actors::Stretch;
use crate::fold::origin::Touch;
use crate::fold::users::code_of;
use crate::fold::{Fold, TxKey};
use crate::id::{DeviceId, EntryId};
use crate::time::Timestamp;

/// What somebody may do from a time on.
struct From {
    time: Timestamp,
    role: Option<Role>,
    by_user: bool,
}

/// The roles that decide about a stretch: the device's until the user is known, then the user's.
fn decisive(of_device: &[RoleFrom], of_user: &[RoleFrom]) -> Vec<From> {
    let first = of_user.first().map(|(from, _)| from.0.time());
    let mut all: Vec<From> = Vec::new();
    for (from, role) in of_device {
        // A device's first role holds from its beginning.
        let time = if all.is_empty() {
            Timestamp::ZERO
        } else {
            from.0.time()
        };
        if all.is_empty() || first.is_none_or(|first| time < first) {
            all.push(From {
                time,
                role: *role,
                by_user: false,
            });
        }
    }
    all.extend(of_user.iter().map(|(from, role)| From {
        time: from.0.time(),
        role: *role,
        by_user: true,
    }));
    all
}

impl Fold {
    /// Facts that were written without the right to, by device and by the user whose role decided,
    /// in F1 order.
    pub(crate) fn facts_without_right(&self) -> Vec<(DeviceId, Who, Vec<EntryId>)> {
        let mut found: BTreeMap<(DeviceId, Who), Vec<TxKey>> = BTreeMap::new();
        let enrolled = self.rights.devices.iter();
        for (device, roles) in enrolled.filter(|(_, roles)| !roles.is_empty()) {
            let origins = self.origins.of_device(*device);
            let origins = origins.filter_map(|id| self.origins.find(id));
            for origin in origins.filter(|origin| !self.origins.is_central(*origin)) {
                for stretch in self.actors.stretches(origin) {
                    self.weak_facts(*device, origin, roles, &stretch, &mut found);
                }
            }
        }
        let found = found.into_iter();
        found
            .map(|((device, who), mut keys)| {
                keys.sort_by_cached_key(|key| self.moment_of(*key));
                keys.dedup();
                let ids = keys.into_iter().map(|key| self.entry_id(key));
                (device, who, ids.collect())
            })
            .collect()
    }

    fn weak_facts(
        &self,
        device: DeviceId,
        origin: u32,
        of_device: &[RoleFrom],
        stretch: &Stretch<'_>,
        found: &mut BTreeMap<(DeviceId, Who), Vec<TxKey>>,
    ) {
        let user = stretch.user.and_then(code_of);
        let log = user.as_ref().and_then(|user| self.rights.users.get(user));
        let roles = decisive(of_device, log.map_or(&[], |log| &log.roles));
        let last = stretch
            .last
            .min(self.origins.next_seq(origin).saturating_sub(1));
        let ends = roles.iter().skip(1).map(|from| Some(from.time));
        for (from, end) in roles.iter().zip(ends.chain([None])) {
            if from.role >= Some(Role::Manager) {
                continue;
            }
            let first = self.first_written(origin, stretch.first, last, from.time);
            let behind = end.map_or(last.saturating_add(1), |end| {
                self.first_written(origin, first, last, end)
            });
            let who = match &user {
                Some(user) if from.by_user => Who::User(user.clone()),
                Some(_) | None => Who::Device(device),
            };
            let mut weak: Vec<TxKey> = Vec::new();
            if from.role < Some(Role::Operator) {
                let keys = (first..behind).map(|seq| (origin, seq));
                weak.extend(keys.filter(|key| self.origins.touch(*key) != Touch::Other));
            } else if first < behind {
                let reversals = self.reversals.within((origin, first)..(origin, behind));
                weak.extend(reversals.filter(|key| !self.is_own_reversal(*key)));
            }
            weak.retain(|key| !self.is_withheld(*key));
            if !weak.is_empty() {
                found.entry((device, who)).or_default().extend(weak);
            }
        }
    }

    /// Of the entries `first` to `last` of an origin the first that was written at a time or
    /// later; the one behind the last when none was.
    fn first_written(&self, origin: u32, first: u64, last: u64, time: Timestamp) -> u64 {
        let (mut low, mut high) = (first, last.saturating_add(1));
        while low < high {
            let middle = low.midpoint(high);
            if self.origins.written_at((origin, middle)) < time {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether a reversal voids what its own writer wrote, as far as is known.
    fn is_own_reversal(&self, key: TxKey) -> bool {
        let target = self.reversals.target_of(key);
        let device = self.origins.genesis(key.0).map(|genesis| genesis.device);
        target.zip(device).is_none_or(|(target, device)| {
            self.is_written_by(target, device, self.actors.user_of(key))
        })
    }

    /// Whether a transaction was written by this user, or by this device where it names no user.
    /// What is unknown, or no transaction, is nobody else's.
    pub(crate) fn is_written_by(
        &self,
        transaction: EntryId,
        device: DeviceId,
        user: Option<&UserName>,
    ) -> bool {
        let key = self.origins.known_key(transaction);
        let Some(key) = key.filter(|key| self.origins.touch(*key) != Touch::Other) else {
            return true;
        };
        match self.actors.user_of(key) {
            Some(writer) => user == Some(writer),
            None => {
                let genesis = self.origins.genesis(key.0);
                genesis.is_some_and(|genesis| genesis.device == device)
            }
        }
    }
}
