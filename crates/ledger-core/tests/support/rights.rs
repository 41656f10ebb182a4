//! Random worlds with rights: a central server under two origins, two devices, one of which may
//! never be enrolled, and a few users whose roles come and go while everybody writes; and a naive
//! judge over the plain list of entries.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{CatalogueWrite, Class, Role, Value, key};
use ledger_core::entry::{
    Admitted, Body, Content, DeviceRevoked, Entry, ExceptionAnswered, Genesis, GenesisReason,
    IdempotencyKey, ItemMerged, OrderEntry, Refused,
};
use ledger_core::fold::{Record, Withheld};
use ledger_core::order::OrderType;
use ledger_core::{Clock, DeviceId, EntryId, EntryRef, Timestamp, Total, UserName};
use proptest::prelude::*;

use super::{
    World, add, code, counted, expedited, line_set, opened, origin, reference, remove, reversed,
    scans, setting,
};

/// The central server's first origin.
pub const CENTRAL: u8 = 1;
/// Its second, after it was restored.
pub const AGAIN: u8 = 4;
/// Names that entries are written under; the last is never a user.
pub const USERS: [&str; 3] = ["ann", "bob", "eve"];
const ITEMS: [&str; 3] = ["P", "Q", "R"];

/// What a writer does.
#[derive(Debug, Clone)]
pub enum Deed {
    User(usize, Option<Role>, Option<bool>),
    Device(u8, Option<Role>),
    /// Names entries by their places in the list; a wrong hash when it goes astray.
    Admit(Vec<usize>, bool),
    /// Revokes the device of a writer, trusting entries by their places in the list.
    Revoke(u8, Vec<usize>),
    /// Admits or refuses all up to entries by their places in the list.
    Decide(Vec<usize>, bool),
    Name(usize, u8),
    Merge(usize),
    Setting(bool),
    Open(u8),
    Line(usize, i64),
    Rank(usize, i64),
    Answer(usize),
    Add(usize),
    Remove(usize),
    Count(usize),
    Reverse(usize),
    Codes(scans::Deed),
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Step {
    pub writer: u8,
    pub millis: u64,
    pub clock: Option<u64>,
    pub user: Option<usize>,
    pub once: Option<u64>,
    pub deed: Deed,
}

fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL.to_vec())
}

fn authority() -> impl Strategy<Value = Deed> {
    let some = proptest::collection::vec(0..60_usize, 0..6);
    prop_oneof![
        3 => (0..2_usize, proptest::option::of(role()), proptest::option::weighted(0.3, any::<bool>()))
            .prop_map(|(user, role, disabled)| Deed::User(user, role, disabled)),
        3 => (2..4_u8, proptest::option::weighted(0.9, role()))
            .prop_map(|(device, role)| Deed::Device(device, role)),
        3 => (some.clone(), proptest::bool::weighted(0.1))
            .prop_map(|(entries, astray)| Deed::Admit(entries, astray)),
        1 => (proptest::sample::select(vec![2, 2, 3, 3, AGAIN]), some.clone())
            .prop_map(|(writer, trusted)| Deed::Revoke(writer, trusted)),
        2 => (some, any::<bool>()).prop_map(|(through, admits)| Deed::Decide(through, admits)),
    ]
}

fn wish() -> impl Strategy<Value = Deed> {
    let item = || 0..3_usize;
    prop_oneof![
        3 => (item(), 0..3_u8).prop_map(|(item, name)| Deed::Name(item, name)),
        1 => (1..3_usize).prop_map(Deed::Merge),
        3 => any::<bool>().prop_map(Deed::Setting),
        2 => (0..3_u8).prop_map(Deed::Open),
        3 => (0..4_usize, 0..9_i64).prop_map(|(order, wanted)| Deed::Line(order, wanted)),
        1 => (0..4_usize, 0..3_i64).prop_map(|(order, rank)| Deed::Rank(order, rank)),
        1 => (0..60_usize).prop_map(Deed::Answer),
        2 => item().prop_map(Deed::Add),
        2 => item().prop_map(Deed::Remove),
        1 => item().prop_map(Deed::Count),
        3 => (0..60_usize).prop_map(Deed::Reverse),
        6 => scans::deed().prop_map(Deed::Codes),
    ]
}

/// Any step. Now and then somebody says what only the central server may.
pub fn step() -> impl Strategy<Value = Step> {
    let central = proptest::sample::select(vec![CENTRAL, CENTRAL, AGAIN]);
    let deed = prop_oneof![
        8 => (central, authority()),
        1 => (2..4_u8, authority()),
        14 => (2..4_u8, wish()),
        2 => (proptest::sample::select(vec![CENTRAL, AGAIN]), wish()),
    ];
    let seldom = |range| proptest::option::weighted(0.15, range);
    let user = proptest::option::weighted(0.6, 0..3_usize);
    (deed, 0..60_u64, seldom(0..90_u64), user, seldom(0..3_u64)).prop_map(
        |((writer, deed), tens, clock, user, once)| Step {
            writer,
            millis: tens * 10_000,
            clock: clock.map(|tens| tens * 10_000),
            user,
            once,
            deed,
        },
    )
}

/// So many entries of a writer are numbered, so many milliseconds after those before.
pub fn numberings() -> impl Strategy<Value = Vec<(u8, u64, u64)>> {
    let later = (0..30_u64).prop_map(|tens| tens * 10_000);
    proptest::collection::vec((1..5_u8, 1..9_u64, later), 0..14)
}

/// The device that writes under an origin.
pub fn device(writer: u8) -> DeviceId {
    DeviceId::from_bytes([if writer == AGAIN { CENTRAL } else { writer }; 16])
}

pub fn genesis(writer: u8) -> Body {
    Body::Genesis(Genesis {
        device: device(writer),
        name: format!("device {writer}"),
        reason: GenesisReason::New,
        parent: None,
        program: None,
    })
}

pub fn user_set(user: &str, role: Option<Role>, disabled: Option<bool>) -> Body {
    let mut write = CatalogueWrite::new(Class::User, code(user));
    if let Some(role) = role {
        write = write.with(key::ROLE, Value::Int(role.number()));
    }
    if let Some(disabled) = disabled {
        write = write.with(key::ARCHIVED, Value::Bool(disabled));
    }
    Body::Set(write)
}

pub fn device_set(writer: u8, role: Option<Role>) -> Body {
    let write = CatalogueWrite::new(Class::Device, code(&device(writer).to_string()));
    let role = role.map(|role| Value::Int(role.number()));
    Body::Set(match role {
        Some(role) => write.with(key::ROLE, role),
        None => write.with(key::NAME, Value::text("a device")),
    })
}

pub fn admitted(entries: &[EntryId]) -> Body {
    Body::Admitted(Admitted {
        entries: entries.iter().map(|id| reference(*id)).collect(),
        through: Vec::new(),
        note: None,
        once: None,
    })
}

fn references(entries: &[EntryId]) -> Vec<EntryRef> {
    entries.iter().map(|id| reference(*id)).collect()
}

/// Revokes the device of a writer but for what is up to these entries.
pub fn revoked(writer: u8, trusted: &[EntryId]) -> Body {
    Body::DeviceRevoked(DeviceRevoked {
        device: device(writer),
        trusted: references(trusted),
        note: None,
        once: None,
    })
}

/// Admits what waits up to these entries.
pub fn admitted_through(through: &[EntryId]) -> Body {
    Body::Admitted(Admitted {
        entries: Vec::new(),
        through: references(through),
        note: None,
        once: None,
    })
}

/// Refuses what waits up to these entries.
pub fn refused(through: &[EntryId]) -> Body {
    Body::Refused(Refused {
        through: references(through),
        note: None,
        once: None,
    })
}

pub fn named(item: &str, name: &str) -> Body {
    Body::Set(CatalogueWrite::new(Class::Item, code(item)).with(key::NAME, Value::text(name)))
}

impl World {
    /// Writes as a user.
    pub fn write_as(&mut self, writer: u8, millis: u64, user: &str, body: Body) -> EntryId {
        let id = self.write(writer, millis, body);
        if let Content::Known(entry) = &mut self.records.last_mut().unwrap().content {
            entry.user = Some(UserName::new(user).unwrap());
        }
        id
    }

    fn id_at(&self, at: usize) -> EntryId {
        self.records[at % self.records.len()].id
    }
}

fn body(step: &Step, world: &World, orders: &[EntryId]) -> Body {
    let order = |at: usize, make: &dyn Fn(EntryId) -> Body| {
        let known = at.checked_rem(orders.len()).map(|at| orders[at]);
        known.map_or_else(|| opened("O-9", OrderType::Sales), make)
    };
    match &step.deed {
        Deed::User(user, role, disabled) => user_set(USERS[*user], *role, *disabled),
        Deed::Device(writer, role) => device_set(*writer, *role),
        Deed::Admit(entries, astray) => {
            let entries: Vec<EntryId> = entries.iter().map(|at| world.id_at(*at)).collect();
            let mut body = admitted(&entries);
            if let Body::Admitted(admitted) = &mut body
                && *astray
            {
                admitted.entries.iter_mut().for_each(|it| it.hash8[7] ^= 1);
            }
            body
        }
        Deed::Revoke(writer, trusted) => {
            let trusted: Vec<EntryId> = trusted.iter().map(|at| world.id_at(*at)).collect();
            revoked(*writer, &trusted)
        }
        Deed::Decide(through, admits) => {
            let through: Vec<EntryId> = through.iter().map(|at| world.id_at(*at)).collect();
            if *admits {
                admitted_through(&through)
            } else {
                refused(&through)
            }
        }
        Deed::Name(item, name) => named(ITEMS[*item], &format!("name {name}")),
        Deed::Merge(item) => Body::ItemMerged(ItemMerged {
            once: None,
            item: code(ITEMS[*item]),
            into: Some(code(ITEMS[0])),
        }),
        Deed::Setting(on) => setting("allow-backorder", if *on { "on" } else { "off" }),
        Deed::Open(number) => opened(&format!("O-{number}"), OrderType::Sales),
        Deed::Line(at, wanted) => order(*at, &|order| line_set(order, ITEMS[0], *wanted)),
        Deed::Rank(at, rank) => order(*at, &|order| expedited(order, ITEMS[0], *rank)),
        Deed::Answer(at) => Body::ExceptionAnswered(ExceptionAnswered {
            exception: "negative-stock:P@A".to_owned(),
            entries: vec![world.id_at(*at)],
            note: None,
            once: None,
        }),
        Deed::Add(item) => add(ITEMS[*item], "A", 5),
        Deed::Remove(item) => remove(ITEMS[*item], "A", 2),
        Deed::Count(item) => counted(ITEMS[*item], "A", 3),
        Deed::Reverse(at) => reversed(world.id_at(*at)),
        Deed::Codes(deed) => scans::body(deed, None),
    }
}

/// A world of these steps, of which so much is numbered; the central server's beginning always is.
pub fn world(steps: &[Step], numberings: &[(u8, u64, u64)]) -> World {
    let mut world = World::default();
    for writer in 1..5 {
        world.write(writer, 0, genesis(writer));
    }
    world.number(CENTRAL, 1, 1, 0);
    for step in steps {
        let orders = world.opened_orders();
        let mut body = body(step, &world, &orders);
        if let Some(row) = step.once {
            body.set_once(IdempotencyKey { key: [1; 16], row });
        }
        match step.user {
            Some(user) => world.write_as(step.writer, step.millis, USERS[user], body),
            None => world.write(step.writer, step.millis, body),
        };
        if let Some(clock) = step.clock
            && let Content::Known(entry) = &mut world.records.last_mut().unwrap().content
        {
            entry.clock = Clock::new(Timestamp::from_millis(clock), 0);
        }
    }
    let mut moment = 0;
    for (writer, count, later) in numberings {
        moment += later;
        world.number_next(*writer, *count, moment);
    }
    world
}

type Place = (Clock, EntryId);

/// What every entry comes to by its writer's rights.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// No effect, since nobody admitted them.
    pub denied: BTreeSet<EntryId>,
    /// Transactions without a right, which count.
    pub without_right: BTreeSet<EntryId>,
    /// Of revoked devices, beyond what is trusted, and waiting or refused.
    pub withheld: BTreeMap<EntryId, Withheld>,
    /// Entries that say nothing new: another with their idempotency key came first.
    pub repeated: BTreeSet<EntryId>,
}

impl Verdicts {
    /// Whether an entry has no effect by its writer's rights.
    pub fn is_without_effect(&self, id: EntryId) -> bool {
        self.denied.contains(&id) || self.withheld.contains_key(&id)
    }
}

/// The judge: for each entry it goes through the whole list.
pub struct Judge<'a> {
    world: &'a World,
    times: BTreeMap<EntryId, Timestamp>,
    /// Authority entries that count.
    authority: Vec<(Place, &'a Entry)>,
}

fn is_central(id: EntryId) -> bool {
    id.origin == origin(CENTRAL) || id.origin == origin(AGAIN)
}

fn says_rights(body: &Body) -> bool {
    match body {
        Body::Set(write) => matches!(write.subject.class, Class::User | Class::Device),
        Body::Admitted(_) | Body::DeviceRevoked(_) | Body::Refused(_) => true,
        _ => false,
    }
}

impl<'a> Judge<'a> {
    pub fn of(world: &'a World) -> Self {
        let mut judge = Self {
            world,
            times: effective_times(world),
            authority: Vec::new(),
        };
        let mut keys = BTreeSet::new();
        let mut all: Vec<(&Record, &Entry)> = judge.entries().collect();
        all.sort_by_key(|(record, _)| (judge.times[&record.id], record.id));
        for (record, entry) in all {
            let counts = is_central(record.id) && says_rights(&entry.body);
            if counts && entry.body.once().is_none_or(|once| keys.insert(once)) {
                judge.authority.push((judge.place(record), entry));
            }
        }
        judge.authority.sort_by_key(|(place, _)| *place);
        judge
    }

    fn entries(&self) -> impl Iterator<Item = (&'a Record, &'a Entry)> + use<'a> {
        self.world
            .records
            .iter()
            .map(|record| match &record.content {
                Content::Known(entry) => (record, entry),
                _ => unreachable!("all are known here"),
            })
    }

    fn place(&self, record: &Record) -> Place {
        let Content::Known(entry) = &record.content else {
            unreachable!("all are known here");
        };
        let run = self.world.runs.iter().find(|run| {
            run.origin == record.id.origin
                && (run.first_seq..run.first_seq + run.count).contains(&record.id.seq)
        });
        let clock = match run {
            Some(run) if entry.clock.time() > run.moment => Clock::new(run.moment, u16::MAX),
            _ => entry.clock,
        };
        (clock, record.id)
    }

    /// What a user may do at a place: outer none when there is no such user.
    fn user_role(&self, user: &str, is_before: &dyn Fn(Place) -> bool) -> Option<Option<Role>> {
        let mut known = None;
        for (_, entry) in self.authority.iter().filter(|(place, _)| is_before(*place)) {
            let Body::Set(write) = &entry.body else {
                continue;
            };
            if write.subject.class != Class::User || write.subject.code != code(user) {
                continue;
            }
            let (role, disabled) = known.get_or_insert((Role::Viewer, false));
            if let Some(Value::Int(number)) = write.fields.get(&key::ROLE) {
                *role = Role::from_number(*number).unwrap();
            }
            if let Some(Value::Bool(yes)) = write.fields.get(&key::ARCHIVED) {
                *disabled = *yes;
            }
        }
        known.map(|(role, disabled)| (!disabled).then_some(role))
    }

    /// What a device may do at a place: none when nobody ever enrolled it.
    fn device_role(&self, writer: DeviceId, is_before: &dyn Fn(Place) -> bool) -> Option<Role> {
        let mut role = None;
        for (place, entry) in &self.authority {
            let Body::Set(write) = &entry.body else {
                continue;
            };
            let named = write.subject.class == Class::Device
                && write.subject.code == code(&writer.to_string());
            if let (true, Some(Value::Int(number))) = (named, write.fields.get(&key::ROLE))
                && (role.is_none() || is_before(*place))
            {
                role = Role::from_number(*number);
            }
        }
        role
    }

    fn may(
        &self,
        record: &Record,
        entry: &Entry,
        is_before: &dyn Fn(Place) -> bool,
        no_user: bool,
    ) -> bool {
        let Some(of_device) = self.device_role(device_of(record.id), is_before) else {
            return true;
        };
        let user = entry.user.as_ref();
        let of_user = user.and_then(|user| self.user_role(user.as_str(), is_before));
        let role = of_user.unwrap_or(Some(of_device));
        let needed = match &entry.body {
            Body::Genesis(_) => return true,
            Body::Moved(_)
            | Body::Counted(_)
            | Body::UnknownScan(_)
            | Body::ExceptionAnswered(_) => Role::Operator,
            Body::Order(OrderEntry::LineSet(_)) => Role::Operator,
            Body::Reversed(reversed) => {
                let mut records = self.entries();
                let target = records.find(|(it, _)| it.id == reversed.target.id).unwrap();
                let is_fact = matches!(
                    target.1.body,
                    Body::Moved(_) | Body::Counted(_) | Body::UnknownScan(_) | Body::Reversed(_)
                );
                let writer = target.1.user.as_ref().filter(|_| is_fact);
                let own = match writer {
                    Some(writer) => user == Some(writer),
                    None => device_of(target.0.id) == device_of(record.id),
                };
                if own || !is_fact {
                    Role::Operator
                } else {
                    Role::Manager
                }
            }
            Body::Set(write) if write.subject.class == Class::Setting && !no_user => {
                Role::Administrator
            }
            _ => Role::Manager,
        };
        role >= Some(needed)
    }

    pub fn verdicts(&self) -> Verdicts {
        let mut verdicts = Verdicts::default();
        for (record, entry) in self.entries() {
            if let Some(why) = self.withheld(record.id) {
                verdicts.withheld.insert(record.id, why);
            }
            if is_central(record.id) {
                continue;
            }
            let place = self.place(record);
            if says_rights(&entry.body) {
                verdicts.denied.insert(record.id);
            } else if matches!(
                entry.body,
                Body::Moved(_) | Body::Counted(_) | Body::UnknownScan(_) | Body::Reversed(_)
            ) {
                let time = self.times[&record.id];
                let may = self.may(record, entry, &|other| other.0.time() <= time, true);
                if !may && self.withheld(record.id).is_none() {
                    verdicts.without_right.insert(record.id);
                }
            } else {
                let mut authority = self.authority.iter();
                let no_user = !authority.any(|(other, entry)| {
                    let user = |body: &Body| matches!(body, Body::Set(write) if write.subject.class == Class::User);
                    *other < place && user(&entry.body)
                });
                let may = self.may(record, entry, &|other| other < place, no_user);
                if !may && !self.is_admitted(record.id) {
                    verdicts.denied.insert(record.id);
                }
            }
        }
        self.repeated(&mut verdicts);
        verdicts
    }

    fn is_admitted(&self, id: EntryId) -> bool {
        self.authority.iter().any(|(_, entry)| match &entry.body {
            Body::Admitted(admitted) => admitted.entries.contains(&reference(id)),
            _ => false,
        })
    }

    /// Why an entry does not count, of a revoked device, if it does not. No origin has a branch
    /// here, so that what is up to an entry is what has no larger seq.
    fn withheld(&self, id: EntryId) -> Option<Withheld> {
        if is_central(id) {
            return None;
        }
        let reaches = |named: &EntryRef| {
            let known = self.world.records.iter().any(|it| it.id == named.id);
            let origin = named.id.origin == id.origin && named.id.seq >= id.seq;
            known && origin && named.hash8 == super::hash8(named.id)
        };
        // In the order of the clocks: each says something of this entry, or nothing.
        let mut verdict = None;
        for (_, entry) in &self.authority {
            match &entry.body {
                Body::DeviceRevoked(revoked) if revoked.device == device_of(id) => {
                    let trusted = revoked.trusted.iter().any(reaches);
                    verdict = Some(if trusted {
                        Ok(())
                    } else {
                        Err(Some(Withheld::Waiting))
                    });
                }
                Body::Admitted(it)
                    if matches!(verdict, Some(Err(_))) && it.through.iter().any(reaches) =>
                {
                    verdict = Some(Err(None));
                }
                Body::Refused(it)
                    if matches!(verdict, Some(Err(_))) && it.through.iter().any(reaches) =>
                {
                    verdict = Some(Err(Some(Withheld::Refused)));
                }
                _ => {}
            }
        }
        verdict?.err().flatten()
    }

    fn repeated(&self, verdicts: &mut Verdicts) {
        let mut all: Vec<(&Record, &Entry)> = self.entries().collect();
        all.retain(|(record, _)| !verdicts.is_without_effect(record.id));
        all.sort_by_key(|(record, entry)| {
            let authority = is_central(record.id) && says_rights(&entry.body);
            (!authority, self.times[&record.id], record.id)
        });
        let mut keys = BTreeSet::new();
        for (record, entry) in all {
            if entry.body.once().is_some_and(|once| !keys.insert(once)) {
                verdicts.repeated.insert(record.id);
            }
        }
    }

    /// On hand of an item at the one place there is, by the transactions that count.
    pub fn on_hand(&self, verdicts: &Verdicts, item: &str) -> Total {
        let mut counting: Vec<(&Record, &Entry)> = self.entries().collect();
        counting.retain(|(record, _)| {
            !verdicts.is_without_effect(record.id) && !verdicts.repeated.contains(&record.id)
        });
        let void = counting.iter().filter_map(|(_, entry)| match &entry.body {
            Body::Reversed(reversed) => Some(reversed.target.id),
            _ => None,
        });
        let void: BTreeSet<EntryId> = void.collect();
        let words = counting
            .iter()
            .map(|(record, entry)| (self.place(record), &entry.body));
        let words: Vec<_> = words.collect();
        counting.retain(|(record, _)| !void.contains(&record.id));
        counting.sort_by_key(|(record, _)| (self.times[&record.id], record.id));
        let on_hand = counting.into_iter().map(|(_, entry)| &entry.body);
        on_hand.fold(Total::ZERO, |sum, body| match body {
            Body::Moved(moved) if moved.item == code(item) => match moved.to {
                Some(_) => sum.plus(moved.quantity.total()),
                None => sum.minus(moved.quantity.total()),
            },
            Body::Counted(counted) if counted.item == code(item) => counted.quantity.total(),
            Body::UnknownScan(scan) => {
                let comes_to = scans::comes_to(&words, scan);
                let Some((_, from, to, quantity)) = comes_to.filter(|it| it.0 == item) else {
                    return sum;
                };
                let here = |at: Option<super::Place>| at == Some(super::place("A"));
                let quantity = quantity.total();
                let sum = if here(from) { sum.minus(quantity) } else { sum };
                if here(to) { sum.plus(quantity) } else { sum }
            }
            _ => sum,
        })
    }

    /// The last name of an item by clock, of the writes that count.
    pub fn item_name(&self, verdicts: &Verdicts, item: &str) -> Option<Value> {
        let writes = self
            .entries()
            .filter_map(|(record, entry)| match &entry.body {
                Body::Set(write)
                    if write.subject.class == Class::Item && write.subject.code == code(item) =>
                {
                    Some((record, write.fields.get(&key::NAME)?.clone()))
                }
                _ => None,
            });
        let counting = writes.filter(|(record, _)| {
            !verdicts.is_without_effect(record.id) && !verdicts.repeated.contains(&record.id)
        });
        counting
            .max_by_key(|(record, _)| self.place(record))
            .map(|(_, name)| name)
    }
}

fn device_of(id: EntryId) -> DeviceId {
    device(id.origin.as_bytes()[0])
}

/// F1, without what users say.
fn effective_times(world: &World) -> BTreeMap<EntryId, Timestamp> {
    let mut running: BTreeMap<_, u64> = BTreeMap::new();
    let mut by_id: Vec<&Record> = world.records.iter().collect();
    by_id.sort_by_key(|record| record.id);
    let times = by_id.into_iter().map(|record| {
        let run = world.runs.iter().find(|run| {
            run.origin == record.id.origin
                && (run.first_seq..run.first_seq + run.count).contains(&record.id.seq)
        });
        let written = record.content.time().map_or(0, Timestamp::millis);
        let written = run.map_or(written, |run| written.min(run.moment.millis()));
        let at = running.entry(record.id.origin).or_default();
        *at = written.max(*at);
        (record.id, Timestamp::from_millis(*at))
    });
    times.collect()
}
