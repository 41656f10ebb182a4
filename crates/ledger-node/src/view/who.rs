//! Who acts on a device, and what that allows.

use ledger_core::UserName;
use ledger_core::catalogue::Role;
use serde::Serialize;

use super::View;
use super::device::writer;

/// Who acts.
#[derive(Debug, Clone, Serialize)]
pub struct WhoView {
    /// Who is logged in, or named by the command.
    pub user: Option<String>,
    /// The name people read.
    pub name: Option<String>,
    /// Whose name stands at what is written now: the user's, or `device:NAME`.
    pub acts_as: String,
    /// The role that decides; none when nothing is checked, since the device is not enrolled.
    pub role: Option<&'static str>,
    /// Whether the ledger knows the user; if not, the device's role decides.
    pub known: bool,
    /// Whether the user may do nothing any more.
    pub disabled: bool,
    /// The device.
    pub device: String,
}

impl WhoView {
    /// Whether who acts may see what managers see: nobody is asked on a device that is not enrolled.
    #[must_use]
    pub fn is_manager(&self) -> bool {
        let role = self.role.map(Role::from_word);
        !self.disabled && role.is_none_or(|role| role >= Some(Role::Manager))
    }
}

impl View<'_> {
    /// Who acts when this user does, or the device by itself.
    #[must_use]
    pub fn who(&self, user: Option<&UserName>) -> WhoView {
        let device = self.name();
        let known = user.and_then(|user| self.fold().user(user));
        let of_device = self.role_of_device();
        let role = of_device.map(|role| known.as_ref().map_or(role, |user| user.role));
        WhoView {
            user: user.map(ToString::to_string),
            name: known.as_ref().map(|user| user.name.clone()),
            acts_as: writer(user, &device),
            role: role.map(Role::word),
            disabled: known.as_ref().is_some_and(|user| user.disabled),
            known: known.is_some(),
            device,
        }
    }
}
