//! How people prove who they are to a server: verifiers of their passwords, and one-time
//! invitations to choose one.
//!
//! Who there is and what each may do stands in the log; nothing here does. What a verifier holds
//! is the server program's business: it makes and checks it.

use ledger_core::{Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::NodeError;
use crate::keys::{one_time_code, secret_hash};
use crate::machine::Random;
use crate::node::Node;

/// What a server keeps about people.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    #[serde(default)]
    passwords: Vec<Password>,
    #[serde(default)]
    invitations: Vec<Kept>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    user: String,
    verifier: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    hash: String,
    /// None for the first administrator, who has no name yet.
    user: Option<String>,
    expires_millis: u64,
}

/// An invitation to choose a password, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The code.
    pub code: String,
    /// Until when it can be used.
    pub expires: Timestamp,
}

/// Whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The first administrator, who chooses a name too.
    First,
    /// A user.
    User(UserName),
}

impl People {
    pub(crate) fn is_empty(&self) -> bool {
        self.passwords.is_empty() && self.invitations.is_empty()
    }

    fn set_password(&mut self, user: &UserName, verifier: String) {
        let user = user.as_str().to_owned();
        self.passwords.retain(|known| known.user != user);
        self.passwords.push(Password { user, verifier });
    }

    fn find(&self, code: &str, now: Timestamp) -> Option<&Kept> {
        let hash = secret_hash(&code.to_uppercase());
        let known = self.invitations.iter().find(|known| known.hash == hash)?;
        (known.expires_millis >= now.millis()).then_some(known)
    }
}

impl Kept {
    fn invited(&self) -> Option<Invited> {
        match &self.user {
            None => Some(Invited::First),
            Some(user) => UserName::new(user).ok().map(Invited::User),
        }
    }
}

impl Node {
    fn random(&self) -> Random {
        self.lock().keys.random.clone()
    }

    /// A new secret that people can type, for a password that somebody is given.
    pub fn new_secret(&self) -> Result<String, NodeError> {
        one_time_code(&self.random())
    }

    /// Makes a one-time invitation; an earlier one for the same person is void.
    pub fn invite(
        &self,
        user: Option<&UserName>,
        valid_for_millis: u64,
    ) -> Result<Invitation, NodeError> {
        let now = self.now();
        let expires = now.millis().saturating_add(valid_for_millis);
        let code = one_time_code(&self.random())?;
        let user = user.map(|user| user.as_str().to_owned());
        self.change_people(|people| {
            let holds = |kept: &Kept| kept.user != user && kept.expires_millis >= now.millis();
            people.invitations.retain(holds);
            people.invitations.push(Kept {
                hash: secret_hash(&code),
                user: user.clone(),
                expires_millis: expires,
            });
        })?;
        Ok(Invitation {
            code,
            expires: Timestamp::from_millis(expires),
        })
    }

    /// Whom an invitation is for; none when it is unknown, was used or has expired.
    #[must_use]
    pub fn invited(&self, code: &str) -> Option<Invited> {
        let now = self.now();
        let inner = self.lock();
        let people = &inner.keys.central.as_ref()?.people;
        people.find(code, now).and_then(Kept::invited)
    }

    /// Uses an invitation up and keeps a user's verifier; false when it cannot be used any more.
    pub fn accept_invitation(
        &self,
        code: &str,
        user: &UserName,
        verifier: String,
    ) -> Result<bool, NodeError> {
        let now = self.now();
        let mut accepted = false;
        self.change_people(|people| {
            let Some(known) = people.find(code, now) else {
                return;
            };
            let for_whom = known.user.as_deref();
            if for_whom.is_some_and(|name| name != user.as_str()) {
                return;
            }
            let hash = known.hash.clone();
            people.invitations.retain(|kept| kept.hash != hash);
            people.set_password(user, verifier);
            accepted = true;
        })?;
        Ok(accepted)
    }

    /// Keeps a user's verifier in place of the one before.
    pub fn set_password(&self, user: &UserName, verifier: String) -> Result<(), NodeError> {
        self.change_people(|people| people.set_password(user, verifier))
    }

    /// A user's verifier; none when no password was chosen yet.
    #[must_use]
    pub fn password_of(&self, user: &UserName) -> Option<String> {
        let inner = self.lock();
        let people = &inner.keys.central.as_ref()?.people;
        let known = people.passwords.iter();
        let known = known.clone().find(|known| known.user == user.as_str());
        known.map(|known| known.verifier.clone())
    }

    /// Changes what is kept about people, on the disk when it returns.
    fn change_people(&self, change: impl FnOnce(&mut People)) -> Result<(), NodeError> {
        let mut inner = self.lock();
        let keys = &mut inner.keys;
        let central = keys.central.as_mut();
        let central = central.ok_or(NodeError::WrongKind("only a server knows passwords"))?;
        let before = central.people.clone();
        change(&mut central.people);
        let saved = keys.save();
        if saved.is_err()
            && let Some(central) = keys.central.as_mut()
        {
            central.people = before;
        }
        saved
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use std::sync::Arc;

    use super::*;
    use crate::{NodeKind, SystemClock};

    fn server() -> Node {
        Node::in_memory(NodeKind::Server, "central", Arc::new(SystemClock)).unwrap()
    }

    #[test]
    fn an_invitation_holds_once_and_for_one_person() {
        let node = server();
        let (ada, bob) = (UserName::new("ada").unwrap(), UserName::new("bob").unwrap());
        let made = node.invite(Some(&ada), 60_000).unwrap();
        assert_eq!(node.invited(&made.code), Some(Invited::User(ada.clone())));
        assert!(
            !node
                .accept_invitation(&made.code, &bob, "b".to_owned())
                .unwrap()
        );
        assert!(
            node.accept_invitation(&made.code.to_lowercase(), &ada, "a".to_owned())
                .unwrap()
        );
        assert_eq!(node.password_of(&ada).as_deref(), Some("a"));
        assert_eq!(node.password_of(&bob), None);
        assert_eq!(node.invited(&made.code), None);
        assert!(
            !node
                .accept_invitation(&made.code, &ada, "c".to_owned())
                .unwrap()
        );
        assert_eq!(node.password_of(&ada).as_deref(), Some("a"));
    }

    #[test]
    fn a_newer_invitation_voids_the_one_before() {
        let node = server();
        let first = node.invite(None, 60_000).unwrap();
        let second = node.invite(None, 60_000).unwrap();
        assert_eq!(node.invited(&first.code), None);
        assert_eq!(node.invited(&second.code), Some(Invited::First));
    }

    #[test]
    fn a_handheld_keeps_no_passwords() {
        let node = Node::in_memory(NodeKind::Handheld, "A", Arc::new(SystemClock)).unwrap();
        let ada = UserName::new("ada").unwrap();
        assert!(node.set_password(&ada, "a".to_owned()).is_err());
    }
}
