//! Hubs in a world, and who goes to whom.
//!
//! A hub hands on soon what it got, asks for news from time to time, and may be cut off from the
//! server above it for long. Handhelds go to the central server, to one hub, or to either.

use crate::dice::Dice;
use crate::machine::Role;
use crate::net::AnswerKind;
use crate::options::Options;
use crate::world::{CENTRAL, Failure, MINUTE, World};

/// Which servers a handheld goes to, by their places among the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The central server.
    Central,
    /// A hub.
    Hub(usize),
    /// Now this hub, now the central server.
    Either(usize),
}

/// How many hubs a world has.
pub fn how_many(options: &Options, dice: &mut Dice) -> u64 {
    if options.hubs > 0 && dice.percent(options.hubs) {
        dice.within(1, 2)
    } else {
        0
    }
}

/// The way of a handheld in a world with so many hubs.
pub fn way(hubs: u64, dice: &mut Dice) -> Way {
    if hubs == 0 {
        return Way::Central;
    }
    let hub = usize::try_from(dice.within(1, hubs)).unwrap_or(1);
    match dice.below(5) {
        0 => Way::Central,
        1 | 2 => Way::Either(hub),
        _ => Way::Hub(hub),
    }
}

/// The server that is restored in a world with so many hubs.
pub fn which_is_restored(hubs: u64, dice: &mut Dice) -> usize {
    if hubs > 0 && dice.percent(40) {
        return usize::try_from(dice.within(1, hubs)).unwrap_or(CENTRAL);
    }
    CENTRAL
}

impl World {
    /// Whether a machine is a hub.
    #[must_use]
    pub fn is_hub(&self, which: usize) -> bool {
        self.machines[which].role == Role::Hub
    }

    /// The first of the handhelds.
    #[must_use]
    pub fn first_handheld(&self) -> usize {
        let mut roles = self.machines.iter().map(|machine| machine.role);
        let first = roles.position(|role| matches!(role, Role::Handheld(_)));
        first.unwrap_or(CENTRAL)
    }

    /// The server that a device goes to this time.
    pub fn server_of(&mut self, which: usize) -> usize {
        match self.machines[which].role {
            Role::Handheld(Way::Hub(hub)) => hub,
            Role::Handheld(Way::Either(hub)) if self.dice.percent(50) => hub,
            Role::Central | Role::Hub | Role::Handheld(Way::Central | Way::Either(_)) => CENTRAL,
        }
    }

    /// A hub is cut off from the server above for long.
    pub fn cut_off(&mut self, which: usize) {
        let until = self.now() + self.dice.within(5 * MINUTE, 40 * MINUTE);
        self.machines[which].cut_off_until = until;
        let name = self.machines[which].name.clone();
        self.counters.meet("fault", "hub cut off");
        self.tell(|| format!("{name} is cut off"));
    }

    /// Whether nothing gets from a machine to the server above.
    #[must_use]
    pub fn is_cut_off(&self, which: usize) -> bool {
        !self.quiet && self.machines[which].cut_off_until > self.now()
    }

    /// A hub hands somebody's wish to enrol on to the central server, and the answer back.
    ///
    /// # Errors
    /// When the answer says what it must not.
    pub fn enroll_above(&mut self, hub: usize, body: &[u8]) -> Result<AnswerKind, Failure> {
        let gateway = || AnswerKind::Wire(unreached());
        let central = self.machines[CENTRAL].node.clone();
        let Some(central) = central.filter(|_| !self.is_cut_off(hub)) else {
            return Ok(gateway());
        };
        let answer = central.handle("enroll", body);
        drop(central);
        let is_lost = self.check_power(CENTRAL) || (!self.quiet && self.dice.percent(5));
        self.counters.meet("answer", "enroll handed on by a hub");
        Ok(if is_lost {
            gateway()
        } else {
            AnswerKind::Wire(answer)
        })
    }
}

/// What a hub says that cannot ask the server above.
fn unreached() -> ledger_node::WireAnswer {
    ledger_node::WireAnswer {
        status: 504,
        body: Vec::new(),
    }
}
