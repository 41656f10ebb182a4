//! Who had the right to what, told from the entries alone (F10, ADR 14).
//!
//! The role that decides is that of the user, where the ledger knows one at the entry's place by
//! clock, and otherwise the device's, whose first role holds from its beginning. What takes more
//! than that role has no effect until the central server admits it. Facts count all the same, and
//! are not looked at here.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{Class, Role, Value, key};
use ledger_core::entry::{Body, OrderEntry};
use ledger_core::{Clock, DeviceId, EntryId};

use super::naive::Log;
use crate::world::{CENTRAL, Failure, World};

/// Where something stands.
type Place = (Clock, EntryId);
/// What somebody may do from where on; a disabled user may do nothing.
type Roles = Vec<(Place, Option<Role>)>;

/// What an entry takes: a role before there is any user, and one afterwards.
fn needed(body: &Body) -> Option<(Role, Role)> {
    Some(match body {
        Body::Set(write) => match write.subject.class {
            Class::User | Class::Device => return None,
            Class::Setting => (Role::Manager, Role::Administrator),
            _ => (Role::Manager, Role::Manager),
        },
        Body::Order(OrderEntry::LineSet(_)) | Body::ExceptionAnswered(_) => {
            (Role::Operator, Role::Operator)
        }
        Body::ItemMerged(_)
        | Body::CodeBound(_)
        | Body::CodeUnbound(_)
        | Body::ScanResolved(_)
        | Body::BomLineSet(_)
        | Body::Lot(_)
        | Body::Purchase(_)
        | Body::Stocktake(_)
        | Body::Order(_) => (Role::Manager, Role::Manager),
        _ => return None,
    })
}

/// What the central server said of everybody's roles, and admitted.
#[derive(Default)]
struct Said {
    users: BTreeMap<String, Roles>,
    devices: BTreeMap<String, Roles>,
    admitted: BTreeSet<EntryId>,
}

impl Said {
    fn of(log: &Log, central: DeviceId) -> Self {
        let mut said = Self::default();
        for (id, entry) in &log.entries {
            if log.writer(*id) != Some(central) {
                continue;
            }
            match &entry.body {
                Body::Set(write) => {
                    let roles = match write.subject.class {
                        Class::User => &mut said.users,
                        Class::Device => &mut said.devices,
                        _ => continue,
                    };
                    let role = match write.fields.get(&key::ROLE) {
                        Some(Value::Int(number)) => Role::from_number(*number),
                        _ => None,
                    };
                    let disabled = write.fields.get(&key::ARCHIVED) == Some(&Value::Bool(true));
                    let name = write.subject.code.to_string();
                    let role = role.filter(|_| !disabled);
                    roles.entry(name).or_default().push((log.place(*id), role));
                }
                Body::Admitted(it) => {
                    let named = it.entries.iter();
                    let named = named.filter_map(|entry| log.named(entry));
                    said.admitted.extend(named);
                }
                _ => {}
            }
        }
        for roles in said.users.values_mut().chain(said.devices.values_mut()) {
            roles.sort_by_key(|(place, _)| *place);
        }
        said
    }

    /// Whether an entry takes more than its writer may do.
    fn is_denied(&self, log: &Log, id: EntryId) -> bool {
        let entry = &log.entries[&id];
        let (Some((before, after)), Some(device)) = (needed(&entry.body), log.writer(id)) else {
            return false;
        };
        let Some(of_device) = self.devices.get(&device.to_string().to_uppercase()) else {
            return false;
        };
        let place = log.place(id);
        let at = |roles: &Roles| roles.iter().rev().find(|(from, _)| *from <= place).copied();
        let user = entry
            .user
            .as_ref()
            .map(|user| user.to_string().to_uppercase());
        let user = user.and_then(|user| at(self.users.get(&user)?));
        let device = at(of_device).or(of_device.first().copied());
        let role = user.or(device).and_then(|(_, role)| role);
        let mut first = self.users.values().filter_map(|roles| roles.first());
        let has_users = first.any(|(from, _)| *from <= place);
        let needed = if has_users { after } else { before };
        role < Some(needed) && !self.admitted.contains(&id)
    }
}

/// What has no effect for that reason.
pub(super) fn denied(log: &Log, central: DeviceId) -> BTreeSet<EntryId> {
    let said = Said::of(log, central);
    let ids = log.entries.keys().copied();
    ids.filter(|id| log.writer(*id) != Some(central) && said.is_denied(log, *id))
        .collect()
}

/// What has no effect for that reason is just what the server says.
pub(super) fn judge(world: &mut World, log: &Log) -> Result<(), Failure> {
    let node = world.machines[CENTRAL].node.clone();
    let node = node.ok_or("the server does not run")?;
    let said = Said::of(log, node.device());
    for (id, entry) in &log.entries {
        let expected = log.denied.contains(id);
        let shown = node.read(|fold| fold.is_not_admitted(*id));
        if shown != expected {
            return Err(format!(
                "{id} by {:?} is not admitted: {shown}, and should be: {expected}; {:?}",
                entry.user, entry.body
            ));
        }
        if expected {
            world.counters.meet("right", "denied");
        } else if said.admitted.contains(id) {
            world.counters.meet("right", "admitted");
        }
    }
    Ok(())
}
