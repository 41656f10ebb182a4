//! Rights in the fold (F10): what each entry needs, whose role decides, and which entries have no
//! effect until the central server admits them.
//!
//! The law: an entry is judged by the users' and devices' roles at its own place by clock, whenever
//! those arrive. So every entry that needs a role is remembered with its clock and judged again
//! when something that decides about it is learned: a role, a number that lowers a clock, who the
//! central server is, an admission. Facts count whatever the role is; `facts.rs` finds those
//! without a right when exceptions are asked for.
//!
//! **Invariant.** Whether an authority entry (a user, a device, an admission) counts depends on
//! authority entries alone, so judging comes to an end.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Order, Stamp};
use super::documents::Standing;
use super::users::code_of;
use super::{Fold, NumberRun, TxKey};
use crate::catalogue::{Class, Role, Subject, Value, key};
use crate::code::{Barcode, Code, UserName};
use crate::document::{DocumentRef, Family};
use crate::entry::{Body, OrderEntry};
use crate::id::{DeviceId, EntryId, EntryRef};
use crate::time::Clock;

/// What somebody must be for an entry to have its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// At least this role.
    Role(Role),
    /// An administrator, or a manager while there is no user.
    Setting,
    /// Only the central server.
    Central,
}

impl Need {
    /// What an entry needs that is no movement, count or reversal.
    pub(crate) const fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Tallied(_)
            | Body::Moved(_)
            | Body::Counted(_)
            | Body::UnknownScan(_)
            | Body::Reversed(_) => return None,
            Body::Set(write) => match write.subject.class {
                Class::User | Class::Device => Self::Central,
                Class::Setting => Self::Setting,
                Class::Item
                | Class::Location
                | Class::LocationType
                | Class::Site
                | Class::Customer
                | Class::Supplier => Self::Role(Role::Manager),
            },
            Body::ItemMerged(_)
            | Body::CodeBound(_)
            | Body::CodeUnbound(_)
            | Body::ScanResolved(_) => Self::Role(Role::Manager),
            Body::Order(OrderEntry::LineSet(_)) | Body::ExceptionAnswered(_) => {
                Self::Role(Role::Operator)
            }
            Body::BomLineSet(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_) => {
                Self::Role(Role::Manager)
            }
            Body::Order(
                OrderEntry::Opened(_)
                | OrderEntry::Set(_)
                | OrderEntry::Expedited(_)
                | OrderEntry::Closed(_)
                | OrderEntry::Cancelled(_),
            ) => Self::Role(Role::Manager),
            Body::DeviceRevoked(_) | Body::Admitted(_) | Body::Refused(_) | Body::TimeFixed(_) => {
                Self::Central
            }
        })
    }

    /// The role that is needed, where one is enough.
    pub(crate) const fn role(self, no_user: bool) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role),
            Self::Setting if no_user => Some(Role::Manager),
            Self::Setting => Some(Role::Administrator),
            Self::Central => None,
        }
    }
}

/// What an entry is about, to be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// A thing of the catalogue.
    Thing(Subject),
    /// A document, by the entry that began it.
    Document(Family, EntryId),
    /// What a code stands for that was scanned unknown.
    Scans(Barcode),
    /// To take an exception as it is.
    Answer,
    /// To admit entries.
    Admit,
}

impl Wish {
    fn of(id: EntryId, body: &Body) -> Self {
        let item = |code: &Code| Self::Thing(Subject::new(Class::Item, code.clone()));
        match body {
            Body::Set(write) => Self::Thing(write.subject.clone()),
            Body::ItemMerged(merged) => item(&merged.item),
            Body::CodeBound(bound) => item(&bound.item),
            Body::CodeUnbound(unbound) => item(&unbound.item),
            Body::ScanResolved(resolved) => Self::Scans(resolved.code.clone()),
            Body::BomLineSet(set) => item(&set.parent),
            Body::Order(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_) => {
                let about = body.about_document();
                about.map_or(Self::Answer, |(family, document)| {
                    Self::Document(family, document.map_or(id, |document| document.id))
                })
            }
            Body::Admitted(_) => Self::Admit,
            Body::DeviceRevoked(_) | Body::Refused(_) | Body::TimeFixed(_) => Self::Answer,
            Body::ExceptionAnswered(_)
            | Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Moved(_)
            | Body::Counted(_)
            | Body::Tallied(_)
            | Body::UnknownScan(_)
            | Body::Reversed(_) => Self::Answer,
        }
    }
}

/// An entry that needs a role.
#[derive(Debug)]
struct Judged {
    need: Need,
    user: Option<Code>,
    clock: Clock,
    wish: Wish,
    /// The document that it is about, where another entry began that.
    document: Option<DocumentRef>,
}

/// What a user may do from a moment on; none is nothing at all.
type RoleFrom = (Order, Option<Role>);

/// What is known of a user's name.
#[derive(Debug, Default)]
struct UserLog {
    /// Empty while the ledger knows no such user.
    roles: Vec<RoleFrom>,
    /// Entries under this name that need a role.
    entries: Vec<TxKey>,
}

/// An entry that says what others may do.
#[derive(Debug)]
enum Authority {
    Roles(Subject, Clock),
    /// Entries, and entries up to which a chain is admitted.
    Admits(Vec<EntryRef>, Vec<EntryRef>, Clock),
    Refuses(Vec<EntryRef>, Clock),
    Revokes(DeviceId, Clock),
    Fixes(EntryRef, Clock),
}

/// Who may do what, and what has no effect by that.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    judged: BTreeMap<TxKey, Judged>,
    /// Written without the right to.
    lacking: BTreeSet<TxKey>,
    /// Of those the ones that nobody admitted.
    denied: BTreeSet<TxKey>,
    users: BTreeMap<Code, UserLog>,
    devices: BTreeMap<DeviceId, Vec<RoleFrom>>,
    /// Where the first user stands.
    first_user: Option<Order>,
    settings: Vec<TxKey>,
    authority: BTreeMap<TxKey, Authority>,
    /// Who admits an entry, and with which hash.
    admits: BTreeMap<EntryId, Vec<(TxKey, [u8; 8])>>,
}

impl Rights {
    /// Whether no entry is without effect for that reason.
    pub(super) fn has_no_denied(&self) -> bool {
        self.denied.is_empty()
    }

    /// Whether an entry has no effect since its writer had no right to it.
    pub(super) fn is_denied(&self, key: &TxKey) -> bool {
        self.denied.contains(key)
    }

    /// Moves the admissions that mean an entry to it from where they were kept, if any.
    pub(super) fn bring_home(&mut self, as_said: EntryId, admitted: EntryRef) -> bool {
        let Some(admits) = self.admits.get_mut(&as_said) else {
            return false;
        };
        let mine: Vec<_> = admits
            .extract_if(.., |(_, hash8)| *hash8 == admitted.hash8)
            .collect();
        if admits.is_empty() {
            self.admits.remove(&as_said);
        }
        let moved = !mine.is_empty();
        if moved {
            self.admits.entry(admitted.id).or_default().extend(mine);
        }
        moved
    }

    /// Whether an entry says what others may do.
    pub(super) fn is_authority(&self, key: &TxKey) -> bool {
        self.authority.contains_key(key)
    }
}

/// The last role at a place; what is first holds from the beginning when `from_start`.
fn role_at(roles: &[RoleFrom], at: &Order, from_start: bool) -> Option<Option<Role>> {
    let before = roles.partition_point(|(from, _)| from <= at);
    let last = before.checked_sub(1).and_then(|last| roles.get(last));
    let first = roles.first().filter(|_| from_start);
    last.or(first).map(|(_, role)| *role)
}

/// Somebody who wrote entries that have no effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// A user that the ledger knows.
    User(Code),
    /// A device by itself, or with a user that nobody knows.
    Device(DeviceId),
}

/// Entries without effect: what somebody wanted of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAdmitted {
    pub(crate) wish: Wish,
    pub(crate) who: Who,
    /// The role that would have been enough.
    pub(crate) needed: Role,
    /// In F1 order.
    pub(crate) entries: Vec<EntryId>,
    pub(crate) devices: BTreeSet<DeviceId>,
}

impl Fold {
    /// Takes note of an entry that needs a right, before it takes effect.
    pub(super) fn judge(
        &mut self,
        stamp: Stamp,
        hash8: [u8; 8],
        user: Option<&UserName>,
        body: &Body,
    ) {
        let key = stamp.key();
        let Some(need) = Need::of(body) else { return };
        match body {
            Body::Set(write) if need == Need::Central => {
                let says = Authority::Roles(write.subject.clone(), stamp.clock);
                self.rights.authority.insert(key, says);
            }
            Body::Admitted(admitted) => {
                let through = admitted.through.clone();
                let says = Authority::Admits(admitted.entries.clone(), through, stamp.clock);
                self.rights.authority.insert(key, says);
                for entry in &admitted.entries {
                    let id = self.meant(*entry);
                    let admits = self.rights.admits.entry(id).or_default();
                    admits.push((key, entry.hash8));
                }
            }
            Body::Refused(refused) => {
                let says = Authority::Refuses(refused.through.clone(), stamp.clock);
                self.rights.authority.insert(key, says);
            }
            Body::DeviceRevoked(revoked) => {
                let says = Authority::Revokes(revoked.device, stamp.clock);
                self.rights.authority.insert(key, says);
            }
            Body::TimeFixed(fix) => {
                let says = Authority::Fixes(fix.run, stamp.clock);
                self.rights.authority.insert(key, says);
            }
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
            | Body::ExceptionAnswered(_) => {}
        }
        if self.origins.is_central(key.0) {
            return;
        }
        let user = user.and_then(code_of);
        if let Some(user) = &user {
            let log = self.rights.users.entry(user.clone()).or_default();
            log.entries.push(key);
        }
        if need == Need::Setting {
            self.rights.settings.push(key);
        }
        let judged = Judged {
            need,
            user,
            clock: stamp.clock,
            wish: Wish::of(self.entry_id(key), body),
            document: about_document(body),
        };
        self.rights.judged.insert(key, judged);
        self.judge_by_hash(key, hash8);
    }

    /// Learns from an entry that has taken its effect what others may do.
    pub(super) fn learn_rights(&mut self, key: TxKey) {
        if self.rights.is_authority(&key) {
            self.authority_changed(key);
        }
    }

    /// Learns from the beginning of an origin whose it is.
    pub(super) fn learn_device(&mut self, origin: u32) {
        if self.origins.is_central(origin) {
            self.learn_all_rights();
        } else {
            self.judge_again(self.judged_of(origin, 1, u64::MAX));
            self.learn_revoked_origin(origin);
        }
    }

    /// Learns all anew, when it becomes known which origin is the central server's.
    pub(super) fn learn_all_rights(&mut self) {
        self.note_all_changed();
        // Nothing of the central server is withheld, whatever was said of the device before.
        self.learn_all_revoked();
        // Who may say what others may do comes before what they said.
        let authority = self.rights.authority.keys().copied().collect();
        self.judge_again(authority);
        self.settle_clocks();
        let subjects: Vec<Subject> = self
            .catalogue
            .subjects()
            .filter(|subject| matches!(subject.class, Class::User | Class::Device))
            .cloned()
            .collect();
        for subject in subjects {
            self.learn_roles(&subject);
        }
        self.rights.first_user = self.first_user();
        let all = self.rights.judged.keys().copied().collect();
        self.judge_again(all);
        if !self.rights.authority.is_empty() {
            self.reconsider_all_once();
        }
        self.learn_all_revoked();
    }

    /// Learns that a run of numbers may have lowered clocks.
    pub(super) fn learn_numbers(&mut self, origin: u32, run: &NumberRun) {
        let range = (origin, run.first_seq)..=(origin, run.last_seq());
        if range.is_empty() {
            return;
        }
        let authority = self.rights.authority.range(range.clone());
        let lowered = authority.filter(|(_, says)| match says {
            Authority::Roles(_, clock)
            | Authority::Admits(_, _, clock)
            | Authority::Refuses(_, clock)
            | Authority::Revokes(_, clock)
            | Authority::Fixes(_, clock) => clock.time() > run.moment,
        });
        let lowered: Vec<TxKey> = lowered.map(|(key, _)| *key).collect();
        for key in lowered {
            self.authority_changed(key);
        }
        let judged = self.rights.judged.range(range);
        let lowered = judged.filter(|(_, judged)| judged.clock.time() > run.moment);
        let lowered = lowered.map(|(key, _)| *key).collect();
        self.judge_again(lowered);
    }

    /// An authority entry came, began or ceased to count, or has another place.
    pub(super) fn authority_changed(&mut self, key: TxKey) {
        if !self.rights.lacking.is_empty() {
            // An admission may have another place.
            self.note_all_changed();
        }
        let again = match self.rights.authority.get(&key) {
            None => return,
            Some(Authority::Revokes(device, _)) => {
                let device = *device;
                return self.learn_revoked(device);
            }
            Some(Authority::Refuses(through, _)) => {
                let through = through.clone();
                return self.learn_revoked_named(&through);
            }
            Some(Authority::Admits(ids, through, _)) => {
                let (ids, through) = (ids.clone(), through.clone());
                self.learn_revoked_named(&through);
                let ids = ids.iter().map(|admitted| self.meant(*admitted));
                let known = ids.filter_map(|id| self.origins.known_key(id));
                known.collect()
            }
            Some(Authority::Fixes(run, _)) => {
                if let Some(begins) = self.origins.meant(*run) {
                    self.settle_clock(begins);
                }
                return;
            }
            Some(Authority::Roles(subject, _)) => {
                let subject = subject.clone();
                self.learn_roles(&subject);
                self.judged_by(&subject)
            }
        };
        self.judge_again(again);
    }

    /// The entries on which the roles of a user or device decide.
    fn judged_by(&mut self, subject: &Subject) -> Vec<TxKey> {
        if subject.class == Class::User {
            let log = self.rights.users.get(&subject.code);
            let mut again = log.map(|log| log.entries.clone()).unwrap_or_default();
            let first = self.first_user();
            if std::mem::replace(&mut self.rights.first_user, first) != first {
                again.extend(&self.rights.settings);
            }
            return again;
        }
        let device = subject.code.as_str().parse::<DeviceId>();
        let origins = device.into_iter().flat_map(|id| self.origins.of_device(id));
        let origins: Vec<u32> = origins.filter_map(|id| self.origins.find(id)).collect();
        let judged = origins.into_iter();
        judged
            .flat_map(|origin| self.judged_of(origin, 1, u64::MAX))
            .collect()
    }

    fn judged_of(&self, origin: u32, first: u64, last: u64) -> Vec<TxKey> {
        let range = self.rights.judged.range((origin, first)..=(origin, last));
        range.map(|(key, _)| *key).collect()
    }

    fn judge_again(&mut self, keys: Vec<TxKey>) {
        for key in keys {
            let hash8 = self.origins.hash8(key);
            self.judge_by_hash(key, hash8);
        }
    }

    fn first_user(&self) -> Option<Order> {
        let logs = self.rights.users.values();
        logs.filter_map(|log| log.roles.first())
            .map(|(from, _)| *from)
            .min()
    }

    /// Works the roles of a user or device out anew.
    fn learn_roles(&mut self, subject: &Subject) {
        if subject.class == Class::User {
            let roles = self.roles_of_user(subject);
            let log = self.rights.users.entry(subject.code.clone()).or_default();
            log.roles = roles;
        } else if let Ok(device) = subject.code.as_str().parse() {
            let roles = self.roles_of_device(subject);
            self.rights.devices.insert(device, roles);
        }
    }

    fn roles_of_device(&self, subject: &Subject) -> Vec<RoleFrom> {
        let roles = self.all_writes(subject).into_iter();
        let roles = roles.filter_map(|(order, fields)| {
            let number = value_of(fields, key::ROLE)?.as_int()?;
            Some((order, Some(Role::from_number(number)?)))
        });
        roles.collect()
    }

    fn roles_of_user(&self, subject: &Subject) -> Vec<RoleFrom> {
        let (mut role, mut disabled) = (Role::Viewer, false);
        let mut roles = Vec::new();
        for (order, fields) in self.all_writes(subject) {
            if let Some(value) = value_of(fields, key::ROLE) {
                let said = value.as_int().and_then(Role::from_number);
                role = said.unwrap_or(Role::Viewer);
            }
            if let Some(value) = value_of(fields, key::ARCHIVED) {
                disabled = value.is_true();
            }
            roles.push((order, Some(role).filter(|_| !disabled)));
        }
        roles
    }

    /// Judges an entry by what is known, and lets it begin or cease to have its effect.
    fn judge_by_hash(&mut self, key: TxKey, hash8: [u8; 8]) {
        let Some(judged) = self.rights.judged.get(&key) else {
            return;
        };
        let lacks = self.lacks_right(key, judged);
        let can_be_admitted = judged.need != Need::Central;
        let admitted = can_be_admitted && self.admits_of(key, hash8).next().is_some();
        let denied = lacks && !admitted;
        let lacked = if lacks {
            !self.rights.lacking.insert(key)
        } else {
            self.rights.lacking.remove(&key)
        };
        let changed = if denied {
            self.rights.denied.insert(key)
        } else {
            self.rights.denied.remove(&key)
        };
        if changed || lacked != lacks {
            self.note_all_changed();
        }
        if changed {
            self.reconsider_once_of(key);
            self.scan_word_changed(key);
        }
    }

    /// The admissions of an entry that count.
    fn admits_of(&self, key: TxKey, hash8: [u8; 8]) -> impl Iterator<Item = TxKey> + '_ {
        let admits = self.rights.admits.get(&self.entry_id(key));
        let admits = admits.into_iter().flatten();
        admits
            .filter(move |(_, hash)| *hash == hash8)
            .map(|(admit, _)| *admit)
            .filter(|admit| self.origins.is_central(admit.0) && !self.is_suppressed(*admit))
    }

    /// Whose role decides about an entry, and that role. None when nothing is checked: entries of
    /// the central server, which checks before it writes, and of devices that nobody enrolled.
    fn judge_of(&self, key: TxKey, judged: &Judged) -> Option<(Who, Option<Role>)> {
        if self.origins.is_central(key.0) {
            return None;
        }
        let device = self.origins.genesis(key.0)?.device;
        let roles = self.rights.devices.get(&device)?;
        let at = self.place_of(key, judged);
        let of_device = role_at(roles, &at, true)?;
        let user = judged.user.as_ref().and_then(|user| {
            let log = self.rights.users.get(user)?;
            Some((Who::User(user.clone()), role_at(&log.roles, &at, false)?))
        });
        Some(user.unwrap_or((Who::Device(device), of_device)))
    }

    fn place_of(&self, key: TxKey, judged: &Judged) -> Order {
        let stamp = Stamp {
            origin: key.0,
            seq: key.1,
            clock: judged.clock,
        };
        stamp.order(&self.origins)
    }

    /// The role that an entry needs at its place.
    fn needed(&self, key: TxKey, judged: &Judged) -> Option<Role> {
        let at = self.place_of(key, judged);
        let no_user = self.rights.first_user.is_none_or(|first| at < first);
        judged.need.role(no_user)
    }

    fn lacks_right(&self, key: TxKey, judged: &Judged) -> bool {
        if judged.need == Need::Central {
            return !self.origins.is_central(key.0);
        }
        self.judge_of(key, judged)
            .is_some_and(|(_, role)| role < self.needed(key, judged))
    }

    /// Where the admission stands that an entry without a right, or of a revoked device, needs; the
    /// later of both.
    pub(super) fn admission(&self, key: TxKey) -> Option<Standing> {
        let of_revoked = self.revoked_admission(key);
        if !self.rights.lacking.contains(&key) {
            return of_revoked;
        }
        let admits = self.admits_of(key, self.origins.hash8(key));
        let admitted = admits.map(|admit| self.own_standing(admit)).min();
        admitted.max(of_revoked)
    }

    /// What has no effect until it is admitted, by what it is about and who wrote it.
    pub(crate) fn not_admitted(&self) -> Vec<NotAdmitted> {
        let mut groups: BTreeMap<(Wish, Who), NotAdmitted> = BTreeMap::new();
        for key in &self.rights.denied {
            // What is withheld is told of as such.
            let told = Some(key).filter(|key| !self.is_withheld(**key));
            let Some(judged) = told.and_then(|key| self.rights.judged.get(key)) else {
                continue;
            };
            let needed = self.needed(*key, judged);
            let (Some((who, _)), Some(needed)) = (self.judge_of(*key, judged), needed) else {
                continue;
            };
            let document = judged
                .document
                .map(|of| Wish::Document(of.family, self.meant(of.entry)));
            let wish = document.unwrap_or_else(|| judged.wish.clone());
            let group = groups.entry((wish.clone(), who.clone()));
            let group = group.or_insert_with(|| NotAdmitted {
                wish,
                who,
                needed,
                entries: Vec::new(),
                devices: BTreeSet::new(),
            });
            group.needed = group.needed.max(needed);
            group.entries.push(self.entry_id(*key));
            let device = self.origins.genesis(key.0).map(|genesis| genesis.device);
            group.devices.extend(device);
        }
        let mut groups: Vec<NotAdmitted> = groups.into_values().collect();
        for group in &mut groups {
            group
                .entries
                .sort_by_cached_key(|id| (self.effective_time(*id), *id));
        }
        groups
    }

    /// What only the central server may say, and somebody else said.
    pub(crate) fn presumed(&self) -> impl Iterator<Item = EntryId> + '_ {
        let denied = self.rights.denied.iter();
        denied
            .filter(|key| !self.is_withheld(**key))
            .filter(|key| {
                let judged = self.rights.judged.get(key);
                judged.is_some_and(|judged| judged.need == Need::Central)
            })
            .map(|key| self.entry_id(*key))
    }

    /// Whether an entry has no effect since its writer had no right to it, and nobody admitted it.
    #[must_use]
    pub fn is_not_admitted(&self, id: EntryId) -> bool {
        !self.rights.denied.is_empty()
            && self
                .origins
                .known_key(id)
                .is_some_and(|key| self.rights.is_denied(&key))
    }

    /// Whether an entry says what others may do and counts: its idempotency key comes before the
    /// same one of any other entry.
    #[must_use]
    pub fn is_authority(&self, id: EntryId) -> bool {
        let key = self.origins.known_key(id);
        key.is_some_and(|key| self.rights.is_authority(&key) && self.origins.is_central(key.0))
    }

    /// What a device may do today; none when it was never enrolled, so that nothing is checked.
    #[must_use]
    pub fn role_of_device(&self, device: DeviceId) -> Option<Role> {
        let (_, role) = self.rights.devices.get(&device)?.last()?;
        *role
    }

    /// Whether the ledger has any user, by what decides about settings.
    pub(crate) fn has_users(&self) -> bool {
        self.rights.first_user.is_some()
    }
}

/// The document that an entry is about, where another one began it.
fn about_document(body: &Body) -> Option<DocumentRef> {
    let (family, document) = body.about_document()?;
    document.map(|entry| DocumentRef::new(family, *entry))
}

fn value_of(fields: &[(u8, Value)], number: u8) -> Option<&Value> {
    let field = fields.iter().find(|(key, _)| *key == number);
    field.map(|(_, value)| value)
}
