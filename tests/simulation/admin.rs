//! The administrator at the central server: users and their roles, devices that are revoked, and
//! what is admitted or refused later.

use ledger_core::UserName;
use ledger_core::at_entry::revoked::{self, Verdict, Waiting};
use ledger_core::at_entry::rights::{self, Admit};
use ledger_core::at_entry::users::{self, UserChange};
use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::catalogue::Role;
use ledger_core::exception::ExceptionKind;
use ledger_core::fold::Fold;
use ledger_node::Actor;

use crate::dice::Dice;
use crate::work::{Deed, nothing, nth};
use crate::world::{CENTRAL, Event, Failure, MINUTE, World};

/// Who has a login.
const USERS: [&str; 3] = ["anna", "ben", "carl"];
/// What a device or a user may be.
const ROLES: [Role; 4] = [
    Role::Manager,
    Role::Operator,
    Role::Viewer,
    Role::Administrator,
];

/// What the administrator decides.
#[derive(Debug, Clone, Copy)]
pub enum Decree {
    /// A user may do this, or nothing when disabled.
    User(&'static str, Role, bool),
    /// A handheld is trusted no longer, perhaps only up to one of its entries.
    Revoke(u64, Option<u64>),
    /// What waits of a revoked one counts, or never will.
    Decide(u64, Verdict),
    /// What somebody had no right to has its effect.
    Admit(u64),
}

impl Decree {
    /// The next thing that the administrator decides.
    pub fn any(dice: &mut Dice) -> Self {
        let which = dice.next();
        match dice.below(10) {
            0..=2 => {
                let (user, role) = (dice.one_of(&USERS), dice.skewed(&ROLES));
                Self::User(user.copied().unwrap_or("anna"), *role, dice.percent(20))
            }
            3..=5 => Self::Revoke(which, dice.percent(50).then(|| dice.below(40))),
            6 | 7 => Self::Decide(which, Verdict::Admit),
            8 => Self::Decide(which, Verdict::Refuse),
            _ => Self::Admit(which),
        }
    }

    /// The family it is counted under.
    #[must_use]
    pub const fn family(&self) -> &'static str {
        match self {
            Self::User(..) => "user",
            Self::Revoke(_, None) => "revoke",
            Self::Revoke(_, Some(_)) => "revoke from an entry on",
            Self::Decide(_, Verdict::Admit) => "admit what a revoked device wrote",
            Self::Decide(_, Verdict::Refuse) => "refuse what a revoked device wrote",
            Self::Admit(_) => "admit",
        }
    }

    /// What is to be written.
    ///
    /// # Errors
    /// When the node refuses it.
    pub fn plan(&self, fold: &Fold) -> Result<Plan, Refusal> {
        match *self {
            Self::User(user, role, archived) => {
                let change = UserChange {
                    role: Some(role),
                    archived: Some(archived),
                    ..UserChange::default()
                };
                let known = UserName::new(user).is_ok_and(|name| fold.user(&name).is_some());
                if known {
                    users::set(fold, user, &change)
                } else {
                    users::add(fold, user, &change)
                }
            }
            Self::Revoke(which, last) => {
                let mut devices = fold.devices();
                devices.retain(|device| device.name.starts_with("handheld"));
                let device = nth(&devices, which).ok_or_else(nothing)?;
                revoked::revoke(fold, device, last, None)
            }
            Self::Decide(which, verdict) => {
                let devices = fold.revoked_devices().into_iter();
                let chains = devices.flat_map(|device| fold.revoked_chains(device));
                let chains: Vec<_> = chains.map(|chain| chain.origin).collect();
                let origin = nth(&chains, which).ok_or_else(nothing)?;
                revoked::decide(fold, Waiting::Chain(*origin), verdict, None)
            }
            Self::Admit(which) => {
                let mut open = fold.exceptions();
                open.retain(|it| it.kind == ExceptionKind::NotAdmitted);
                let one = nth(&open, which).ok_or_else(nothing)?;
                rights::admit(fold, Admit::Exception(&one.id), None)
            }
        }
    }
}

impl World {
    /// The administrator decides something, if the central server runs.
    ///
    /// # Errors
    /// When something was seen that may not be.
    pub fn administer(&mut self) -> Result<(), Failure> {
        if self.machines[CENTRAL].node.is_none() {
            self.later(MINUTE, Event::Administer);
            return Ok(());
        }
        let decree = Decree::any(&mut self.dice);
        self.do_deed(CENTRAL, Deed::Decree(decree))
    }

    /// Who has a machine in hand.
    pub fn actor(&mut self, which: usize) -> Actor {
        let user = if self.administered && which != CENTRAL && self.dice.percent(40) {
            self.dice.one_of(&USERS)
        } else {
            None
        };
        Actor {
            user: user.and_then(|user| UserName::new(user).ok()),
        }
    }

    /// The role that goes with a device's code; none for the usual one.
    pub fn role_for_device(&mut self) -> Option<Role> {
        let is_other = self.administered && self.dice.percent(40);
        is_other.then(|| *self.dice.skewed(&ROLES))
    }

    /// Whether a machine is outside of what all others come to.
    #[must_use]
    pub fn is_left_out(&self, which: usize) -> bool {
        self.is_revoked(which) || self.memory.shut_out.contains(&which)
    }

    /// Whether the central server has revoked a machine's device.
    fn is_revoked(&self, which: usize) -> bool {
        let (machine, central) = (&self.machines[which], &self.machines[CENTRAL]);
        let (Some(node), Some(central)) = (&machine.node, &central.node) else {
            return false;
        };
        let device = node.device();
        central.read(|fold| fold.revoked_by(device).is_some())
    }
}
