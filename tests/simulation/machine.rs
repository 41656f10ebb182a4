//! One machine: a modelled disk, a wrong clock, dice of its own, and the shipped node on them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::entry::IdempotencyKey;
use ledger_node::{Conversation, Node, NodeError, NodeKind};
use ledger_store::ModelDisk;

use crate::clock::SimClock;
use crate::dice::Dice;
use crate::hubs::Way;
use crate::work::Deed;

/// Where every machine has its node.
pub const DIR: &str = "/node";

/// A conversation that is under way.
#[derive(Debug)]
pub struct Talk {
    /// Which one, of all.
    pub number: u64,
    /// The server.
    pub server: usize,
    /// The handheld's side.
    pub conversation: Conversation,
    /// The request whose answer it waits for.
    pub waits_for: u64,
    /// How often the present question was asked.
    pub tries: u64,
}

/// What a machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The central server.
    Central,
    /// A hub below it.
    Hub,
    /// A handheld, and where it syncs.
    Handheld(Way),
}

impl Role {
    /// The role in counters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Central => "server",
            Self::Hub => "hub",
            Self::Handheld(_) => "handheld",
        }
    }

    const fn kind(self) -> NodeKind {
        match self {
            Self::Central | Self::Hub => NodeKind::Server,
            Self::Handheld(_) => NodeKind::Handheld,
        }
    }
}

/// How a machine was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The node's directory, file by file.
    Directory,
    /// The disk, into another machine.
    Disk,
    /// All of it, as virtual machines are copied.
    WholeMachine,
}

/// A machine.
pub struct Machine {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Its disk.
    pub disk: ModelDisk,
    /// Its clock.
    pub clock: Arc<SimClock>,
    /// The node, while it runs.
    pub node: Option<Node>,
    /// What it talks about with a server.
    pub talk: Option<Talk>,
    /// What its user asked for with a key, and was not told whether it is saved.
    pub unsure: Option<(Deed, IdempotencyKey)>,
    /// It has once been made.
    pub made: bool,
    /// Until then nothing gets from it to the server above.
    pub cut_off_until: u64,
    /// Until then its program speaks a version of the protocol that no server knows.
    pub strange_until: u64,
    id: [u8; 16],
    random: Arc<Mutex<Dice>>,
    segment_bytes: u64,
}

impl Machine {
    /// A machine that was never switched on.
    #[must_use]
    pub fn new(name: &str, role: Role, clock: Arc<SimClock>, dice: &mut Dice) -> Self {
        let mut id = [0; 16];
        dice.fill(&mut id);
        Self {
            name: name.to_owned(),
            role,
            disk: ModelDisk::new(id),
            clock,
            node: None,
            talk: None,
            unsure: None,
            made: false,
            cut_off_until: 0,
            strange_until: 0,
            id,
            random: Arc::new(Mutex::new(Dice::new(dice.next()))),
            segment_bytes: *dice
                .one_of(&[4 * 1024, 16 * 1024, 64 * 1024])
                .unwrap_or(&4096),
        }
    }

    /// Another machine with a copy of all that is on this one's disk now, or of the node's directory
    /// alone. Where even the machine's id was copied, nothing on the disk can tell.
    #[must_use]
    pub fn copied(&self, how: Copied, clock: Arc<SimClock>, dice: &mut Dice) -> Self {
        let name = format!("copy-of-{}", self.name);
        let mut copy = Self::new(&name, self.role, clock, dice);
        let image = self.disk.image();
        if how == Copied::WholeMachine {
            copy.id = self.id;
            copy.disk = ModelDisk::new(self.id);
        }
        if how == Copied::Directory {
            copy.disk.put_back_dir(&image, Path::new(DIR));
        } else {
            copy.disk.put_back(&image);
        }
        (copy.made, copy.segment_bytes) = (true, self.segment_bytes);
        copy
    }

    /// What its node stands on, from now to the next loss of power.
    #[must_use]
    pub fn ground(&self) -> ledger_node::Machine {
        let random = Arc::clone(&self.random);
        let fill = move |bytes: &mut [u8]| {
            random
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill(bytes);
        };
        let clock = Arc::clone(&self.clock);
        ledger_node::Machine::simulated(clock, self.disk.mount(), fill, self.segment_bytes)
    }

    /// Starts the program.
    ///
    /// # Errors
    /// When its store cannot be opened or made.
    pub fn start(&mut self) -> Result<(), NodeError> {
        let (ground, dir) = (self.ground(), Path::new(DIR));
        let node = if self.made || Node::exists_on(&ground, dir) {
            Node::open_on(&ground, dir, self.role.kind(), |_| {})?
        } else if self.role == Role::Hub {
            Node::init_hub_on(&ground, dir, &self.name)?
        } else {
            Node::init_on(&ground, dir, self.role.kind(), &self.name)?
        };
        self.made = true;
        self.node = Some(node);
        Ok(())
    }

    /// Loses the power; `dice` say what the disk keeps.
    pub fn crash(&mut self, dice: &mut Dice) {
        // Nothing may be written any more by what is dropped now.
        self.disk.fail_power_after(Some(0));
        self.talk = None;
        self.node = None;
        self.disk.crash(&mut |below| dice.below(below));
        self.clock.boot();
    }

    /// Ends the program in good order.
    pub fn close(&mut self) {
        self.talk = None;
        if let Some(node) = self.node.take() {
            // What could not be flushed is made anew from the journal.
            let _closed = node.close();
        }
    }

    /// Whether it is enrolled.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.node
            .as_ref()
            .is_some_and(|node| node.server_url().is_some())
    }
}
