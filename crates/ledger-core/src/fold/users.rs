//! Users, as the central server has them.

use super::Fold;
use crate::catalogue::{Class, Role, Subject, key};
use crate::code::{Barcode, Code, UserName};

/// Names with this in them are no users: `token:NAME` and `device:NAME` act by themselves.
pub const RESERVED: char = ':';

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The normalised name, by which entries and commands know the user.
    pub user: UserName,
    /// The name people read.
    pub name: String,
    /// What the user may do; a viewer while nobody said.
    pub role: Role,
    /// May do nothing any more.
    pub disabled: bool,
    /// The code on the badge.
    pub badge: Option<Barcode>,
}

/// The code that a user's name is kept under in the catalogue.
pub(crate) fn code_of(user: &UserName) -> Option<Code> {
    Some(user.as_str())
        .filter(|name| !name.contains(RESERVED))
        .and_then(|name| Code::new(name).ok())
}

impl Fold {
    /// All users by name, disabled ones too.
    #[must_use]
    pub fn users(&self) -> Vec<UserInfo> {
        let names = self
            .codes(Class::User)
            .filter_map(|code| UserName::new(code.as_str()).ok());
        names.filter_map(|name| self.user(&name)).collect()
    }

    /// A user by name.
    #[must_use]
    pub fn user(&self, user: &UserName) -> Option<UserInfo> {
        let code = code_of(user)?;
        if !self.exists(Class::User, &code) {
            return None;
        }
        let user = UserName::new(code.as_str()).ok()?;
        let subject = Subject::new(Class::User, code);
        let role = self.field_of(&subject, key::ROLE).as_int();
        let badge = self.text_field(&subject, key::BADGE);
        Some(UserInfo {
            name: self
                .text_field(&subject, key::NAME)
                .unwrap_or_else(|| user.to_string()),
            user,
            role: role.and_then(Role::from_number).unwrap_or(Role::Viewer),
            disabled: self.field_of(&subject, key::ARCHIVED).is_true(),
            badge: badge.and_then(|badge| Barcode::new(&badge).ok()),
        })
    }

    /// The user whose badge has this code; the first by name where several have it.
    #[must_use]
    pub fn user_of_badge(&self, text: &str) -> Option<UserInfo> {
        let badge = Barcode::new(text).ok()?;
        let mut users = self.users().into_iter();
        users.find(|user| user.badge.as_ref() == Some(&badge))
    }
}
