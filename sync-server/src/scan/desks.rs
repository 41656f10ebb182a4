//! The desks of all logins, in memory and not without bound.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tower_sessions::session::Id;

use super::desk::Desk;

/// Above so many desks the one that was longest not used makes room. Its page keeps where it stood,
/// and brings that along.
const DESKS_MAX: usize = 1_000;

/// Whose: a login, and who it is.
type Key = (i128, String);

/// The desks that there are.
#[derive(Debug, Default)]
pub(crate) struct Desks {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Grows with each use.
    uses: u64,
    /// Each with its last use.
    desks: BTreeMap<Key, (u64, Arc<Mutex<Desk>>)>,
}

impl Desks {
    /// The desk of a login, which is new where there was none.
    pub(crate) fn of(&self, login: Id, user: &str) -> Arc<Mutex<Desk>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses = kept.uses.saturating_add(1);
        let key = (login.0, user.to_owned());
        let is_full = kept.desks.len() >= DESKS_MAX && !kept.desks.contains_key(&key);
        let oldest = kept.desks.iter().min_by_key(|(_, (used, _))| *used);
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()).filter(|_| is_full) {
            kept.desks.remove(&oldest);
        }
        let uses = kept.uses;
        let (used, desk) = kept.desks.entry(key).or_default();
        *used = uses;
        Arc::clone(desk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desks_are_bounded_and_the_one_that_is_used_stays() {
        let desks = Desks::default();
        let first = desks.of(Id(0), "ada");
        let second = desks.of(Id(1), "ada");
        assert!(!Arc::ptr_eq(&first, &desks.of(Id(0), "ben")), "of a person");
        for login in 2..i128::try_from(DESKS_MAX).unwrap() + 5 {
            assert!(
                Arc::ptr_eq(&first, &desks.of(Id(0), "ada")),
                "before {login}"
            );
            desks.of(Id(login), "ada");
        }
        assert!(!Arc::ptr_eq(&second, &desks.of(Id(1), "ada")), "it is new");
        assert_eq!(desks.kept.lock().unwrap().desks.len(), DESKS_MAX);
    }
}
