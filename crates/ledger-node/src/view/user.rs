//! Users, as the central server has them.

use ledger_core::fold::UserInfo;
use serde::Serialize;
use utoipa::ToSchema;

use super::View;

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    /// The name that the user logs in with.
    pub user: String,
    /// The name people read.
    pub name: String,
    /// What the user may do.
    pub role: &'static str,
    /// May do nothing any more.
    pub disabled: bool,
    /// Whether the user has a badge.
    pub badge: bool,
}

impl From<UserInfo> for UserView {
    fn from(info: UserInfo) -> Self {
        Self {
            user: info.user.to_string(),
            name: info.name,
            role: info.role.word(),
            disabled: info.disabled,
            badge: info.badge.is_some(),
        }
    }
}

impl View<'_> {
    /// All users by name, disabled ones too.
    #[must_use]
    pub fn users(&self) -> Vec<UserView> {
        let users = self.fold().users();
        users.into_iter().map(UserView::from).collect()
    }
}
