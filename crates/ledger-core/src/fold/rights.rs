//! Rights in the fold (F10), as far as facts go: a movement, count or reversal that a device wrote
//! without the right to counts all the same, and somebody should know.

use super::Fold;
use super::origin::Touch;
use crate::catalogue::{Class, Role, Subject, Value, key};
use crate::code::Code;
use crate::id::{DeviceId, EntryId};
use crate::time::Timestamp;

impl Fold {
    /// The roles that the central server gave a device, each with the moment from which it holds. A
    /// device's first role holds from its beginning.
    fn roles_of(&self, device: DeviceId) -> Vec<(Timestamp, Role)> {
        let Ok(code) = Code::new(&device.to_string()) else {
            return Vec::new();
        };
        let roles = self.values_of(&Subject::new(Class::Device, code), key::ROLE);
        let known = roles.into_iter().filter_map(|(clock, value)| match value {
            Value::Int(number) => Some((clock.time(), Role::from_number(number)?)),
            Value::Nil | Value::Bool(_) | Value::Text(_) | Value::Bytes(_) => None,
        });
        let mut roles: Vec<(Timestamp, Role)> = known.collect();
        if let Some(first) = roles.first_mut() {
            first.0 = Timestamp::ZERO;
        }
        roles
    }

    /// Transactions that devices wrote while their role was below operator, by device, in F1 order.
    pub(crate) fn facts_without_right(&self) -> Vec<(DeviceId, Vec<EntryId>)> {
        let mut found = Vec::new();
        for device in self.devices() {
            let roles = self.roles_of(device.id);
            if roles.iter().all(|(_, role)| *role >= Role::Operator) {
                continue;
            }
            let mut entries = Vec::new();
            for origin in self.origins_of(device.id) {
                for seq in 1..=self.last_seq(origin) {
                    let id = EntryId { origin, seq };
                    let Some(key) = self.origins.known_key(id) else {
                        continue;
                    };
                    let at = self.origins.written_at(key);
                    let role = roles.iter().rev().find(|(from, _)| *from <= at);
                    let is_fact = self.origins.touch(key) != Touch::Other;
                    if is_fact && role.is_some_and(|(_, role)| *role < Role::Operator) {
                        entries.push(key);
                    }
                }
            }
            entries.sort_by_key(|key| self.moment_of(*key));
            if !entries.is_empty() {
                let ids = entries.into_iter().map(|key| self.entry_id(key));
                found.push((device.id, ids.collect()));
            }
        }
        found
    }
}
