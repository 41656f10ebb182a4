//! The world of one seed: machines, virtual time, and what happens when.
//!
//! Everything follows from the seed. Time is a number that goes from event to event; nothing here
//! waits, and nothing runs beside anything else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::EntryId;
use ledger_core::entry::IdempotencyKey;
use ledger_node::{Node, NodeError};
use ledger_store::DiskImage;

use crate::clock::{SimClock, Truth};
use crate::counters::Counters;
use crate::dice::Dice;
use crate::hubs;
use crate::machine::{Machine, Role};
use crate::net::{Answer, Request};
use crate::options::Options;
use crate::oracles::{self, Memory};
use crate::plans::PlanDeed;
use crate::sticks::Stick;
use crate::story::Story;
use crate::work::{Deed, Who};

/// The moment at which every world begins, in milliseconds since 1970.
const BEGINNING: u64 = 1_790_000_000_000;
/// The central server's place among the machines.
pub const CENTRAL: usize = 0;

pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const DAY: i64 = 86_400_000;

/// What happens at a moment.
#[derive(Debug)]
pub enum Event {
    /// Somebody does something.
    Act,
    /// A device begins to sync, or to enrol, as it does from time to time.
    Sync(usize),
    /// A hub has got something that the server above does not have.
    HandOn(usize),
    /// A request reaches the server, or what stands before it.
    Asked(Request),
    /// An answer reaches the handheld.
    Answered(Answer),
    /// A handheld has waited long enough for the answer to a request.
    Late(usize, u64),
    /// A program is started.
    Start(usize),
    /// The administrator decides something.
    Administer,
    /// Somebody writes a file of sync.
    Stick,
    /// Somebody has carried it to another machine.
    Carried(Stick),
    /// Something goes wrong.
    Trouble,
    /// There is room on the disk again.
    Room(usize),
    /// Somebody sets a clock right.
    SetClock(usize),
    /// A copy of a machine's directory is made.
    Copy(usize),
    /// The machine's directory is put back from that copy.
    Restore(usize),
}

/// Why a seed failed.
pub type Failure = String;

/// The world of one seed.
pub struct World {
    /// What may happen in it.
    pub options: Options,
    /// Its one source of chance.
    pub dice: Dice,
    /// All machines; the central server is the first.
    pub machines: Vec<Machine>,
    /// What the oracles remember.
    pub memory: Memory,
    /// What was met.
    pub counters: Counters,
    /// What happened, if anybody wants to read it.
    pub story: Story,
    /// No more faults.
    pub quiet: bool,
    /// In this world the administrator gives roles and revokes devices.
    pub administered: bool,
    /// In this world this server is restored.
    restored: Option<usize>,
    pub(crate) copies: BTreeMap<usize, DiskImage>,
    pub(crate) truth: Truth,
    queue: BTreeMap<(u64, u64), Event>,
    numbers: u64,
}

impl World {
    /// A world before anything happened.
    #[must_use]
    pub fn new(seed: u64, options: Options) -> Self {
        let mut dice = Dice::new(seed);
        let truth: Truth = Arc::new(AtomicU64::new(BEGINNING));
        let handhelds = dice.within(2, options.handhelds.max(2));
        let hubs = hubs::how_many(&options, &mut dice);
        let mut machines = Vec::new();
        for which in 0..=hubs + handhelds {
            let (name, role) = match which {
                0 => ("central".to_owned(), Role::Central),
                hub if hub <= hubs => (format!("hub-{hub}"), Role::Hub),
                handheld => {
                    let name = format!("handheld-{}", handheld - hubs);
                    (name, Role::Handheld(hubs::way(hubs, &mut dice)))
                }
            };
            let (millis, drift) = wrong(&mut dice);
            let clock = SimClock::new(&truth, millis, drift);
            machines.push(Machine::new(&name, role, clock, &mut dice));
        }
        let restored = options.restores && dice.percent(25);
        let restored = restored.then(|| hubs::which_is_restored(hubs, &mut dice));
        let administered = options.administered && dice.percent(40);
        Self {
            options,
            dice,
            machines,
            memory: Memory::default(),
            counters: Counters::default(),
            story: Story::new(options.loud),
            quiet: false,
            administered,
            restored,
            copies: BTreeMap::new(),
            truth,
            queue: BTreeMap::new(),
            numbers: 0,
        }
    }

    /// Milliseconds since the beginning.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.truth.load(Ordering::Relaxed) - BEGINNING
    }

    /// Lets time pass.
    pub fn pass(&self, millis: u64) {
        self.truth.fetch_add(millis, Ordering::Relaxed);
    }

    /// Tells a line of the story.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now();
        self.story.tell(now, line);
    }

    /// A number that nothing else has.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Something will happen after some milliseconds.
    pub fn later(&mut self, millis: u64, event: Event) {
        let at = self.now() + millis;
        let number = self.number();
        self.queue.insert((at, number), event);
    }

    /// Everything up to the quiet.
    ///
    /// # Errors
    /// When something was seen that may not be.
    pub fn live(&mut self) -> Result<(), Failure> {
        for which in 0..self.machines.len() {
            self.later(0, Event::Start(which));
            let first = self.dice.within(1, 5 * MINUTE);
            if which != CENTRAL {
                self.later(first, Event::Sync(which));
            }
        }
        let mut at = 0;
        let most = self.options.acts;
        let acts = if self.options.varied {
            self.dice.within(most / 4, most)
        } else {
            most
        };
        for _ in 0..acts {
            at += self.dice.within(1, 30 * SECOND);
            self.later(at, Event::Act);
        }
        if let Some(which) = self.restored {
            let when = self.dice.within(at / 10, at / 2);
            self.later(when, Event::Copy(which));
        }
        if self.administered {
            for _ in 0..self.dice.within(2, 10) {
                let when = self.dice.within(at / 10, at);
                self.later(when, Event::Administer);
            }
        }
        if self.options.sticks && self.dice.percent(30) {
            for _ in 0..self.dice.within(1, 8) {
                let when = self.dice.within(at / 4, at);
                self.later(when, Event::Stick);
            }
        }
        for _ in 0..self.dice.within(0, self.options.troubles) {
            let when = self.dice.within(0, at);
            self.later(when, Event::Trouble);
        }
        while let Some(((moment, _), event)) = self.queue.pop_first() {
            if moment > at {
                break;
            }
            self.truth.store(BEGINNING + moment, Ordering::Relaxed);
            self.happen(event)?;
        }
        self.queue.clear();
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Act => self.act(),
            Event::Sync(which) => {
                let next = self.dice.within(2 * MINUTE, 15 * MINUTE);
                self.later(next, Event::Sync(which));
                self.begin(which)
            }
            Event::HandOn(which) => self.begin(which),
            Event::Asked(request) => self.asked(&request),
            Event::Answered(answer) => self.answered(&answer),
            Event::Late(which, request) => self.late(which, request),
            Event::Start(which) => self.start(which),
            Event::Administer => self.administer(),
            Event::Stick => self.write_stick(),
            Event::Carried(stick) => self.read_stick(&stick),
            Event::Trouble => {
                self.trouble();
                Ok(())
            }
            Event::Room(which) => {
                self.machines[which].disk.set_room(None);
                Ok(())
            }
            Event::SetClock(which) => {
                self.machines[which].clock.set_right();
                Ok(())
            }
            Event::Copy(which) => {
                self.copy_server(which);
                Ok(())
            }
            Event::Restore(which) => {
                self.restore(which);
                Ok(())
            }
        }
    }

    /// Starts a program that does not run.
    ///
    /// # Errors
    /// When the store cannot be opened though nothing is wrong with the disk.
    pub fn start(&mut self, which: usize) -> Result<(), Failure> {
        let machine = &mut self.machines[which];
        if machine.node.is_some() {
            return Ok(());
        }
        let started = machine.start();
        let (name, off) = (machine.name.clone(), machine.disk.is_off());
        match started {
            Ok(()) => {
                self.tell(|| format!("{name} runs"));
                self.forget_lost_talk(which);
                self.check_power(which);
                self.ask_again(which)
            }
            Err(error) if off => {
                self.tell(|| format!("{name} loses its power while it starts: {error}"));
                self.check_power(which);
                Ok(())
            }
            // There may be no room for what a start writes, or its sync failed.
            Err(error) if !self.quiet && is_of_disk(&error) => {
                self.tell(|| format!("{name} does not start: {error}"));
                self.counters.meet("fault", "does not start");
                self.later(MINUTE, Event::Start(which));
                Ok(())
            }
            Err(error) => Err(format!("{name} cannot be started: {}", chain(&error))),
        }
    }

    fn forget_lost_talk(&mut self, which: usize) {
        self.machines[which].talk = None;
    }

    /// Crashes a machine whose power failed amid work; true when it did.
    pub fn check_power(&mut self, which: usize) -> bool {
        if !self.machines[which].disk.is_off() {
            return false;
        }
        self.counters.meet("fault", "power amid work");
        self.crash(which);
        true
    }

    pub(crate) fn crash(&mut self, which: usize) {
        let name = self.machines[which].name.clone();
        self.tell(|| format!("{name} has lost its power"));
        self.machines[which].crash(&mut self.dice);
        if !self.quiet {
            let millis = self.dice.within(SECOND, 5 * MINUTE);
            self.later(millis, Event::Start(which));
        }
    }

    /// A program that says that it cannot go on is started again.
    fn restart_if_failed(&mut self, which: usize, error: &NodeError) {
        if matches!(error, NodeError::Failed(_) | NodeError::Append(_)) {
            let retryable = matches!(error, NodeError::Append(error) if error.is_retryable());
            if !retryable {
                self.machines[which].close();
                self.later(SECOND, Event::Start(which));
            }
        }
    }

    fn act(&mut self) -> Result<(), Failure> {
        let count = self.machines.len() as u64;
        let mut which = usize::try_from(self.dice.below(count)).unwrap_or(0);
        // Mostly people have handhelds in their hands.
        let is_server = !matches!(self.machines[which].role, Role::Handheld(_));
        if is_server && self.dice.percent(50) {
            which = self.first_handheld();
        }
        let deed = if self.options.said && self.dice.percent(4) {
            Deed::earlier(&mut self.dice)
        } else if self.options.plans && self.dice.percent(25) {
            Deed::Plan(PlanDeed::any(&mut self.dice))
        } else {
            Deed::any(&mut self.dice, self.memory.told_ids())
        };
        self.do_deed(which, deed)
    }

    /// Somebody does something at a machine, and first what it needs.
    pub(crate) fn do_deed(&mut self, which: usize, deed: Deed) -> Result<(), Failure> {
        let Some(node) = self.machines[which].node.clone() else {
            return Ok(());
        };
        for _ in 0..3 {
            let Some(first) = node.read(|fold| deed.first(fold)) else {
                break;
            };
            self.write(which, &node, first, None)?;
        }
        let key = self.dice.percent(30).then(|| {
            let mut key = [0; 16];
            self.dice.fill(&mut key);
            IdempotencyKey { key, row: 0 }
        });
        self.write(which, &node, deed, key)
    }

    /// What somebody was not told whether it is saved is asked for again with the same key.
    fn ask_again(&mut self, which: usize) -> Result<(), Failure> {
        let Some((deed, key)) = self.machines[which].unsure.take() else {
            return Ok(());
        };
        match self.machines[which].node.clone() {
            Some(node) => self.write(which, &node, deed, Some(key)),
            None => Ok(()),
        }
    }

    fn write(
        &mut self,
        which: usize,
        node: &Node,
        deed: Deed,
        key: Option<IdempotencyKey>,
    ) -> Result<(), Failure> {
        if self.machines[which].node.is_none() {
            return Ok(());
        }
        let who = Who {
            origin: node.origin(),
            device: node.device(),
            now: node.now(),
        };
        let actor = self.actor(which);
        let written = match key {
            Some(key) => node.write_once(&actor, key, |fold| deed.plan(fold, who)),
            None => node.write(&actor, |fold| deed.plan(fold, who)),
        };
        let name = self.machines[which].name.clone();
        match written {
            Ok(written) => {
                self.tell(|| format!("{name}: {deed:?} is saved as {:?}", written.entries));
                self.counters.meet("deed", deed.family());
                if written.repeated {
                    self.counters.meet("told", "again");
                }
                self.memory.tell(which, node, &written.entries)?;
            }
            Err(NodeError::Refused(refusal)) => {
                self.tell(|| format!("{name}: {deed:?} is refused: {refusal}"));
                self.counters.meet("refused", refusal.code);
            }
            Err(error) => {
                self.tell(|| format!("{name}: {deed:?} is not saved: {}", chain(&error)));
                self.counters.meet("not saved", error.code());
                self.memory.not_told();
                self.machines[which].unsure = key.map(|key| (deed, key));
                if matches!(&error, NodeError::Append(error) if error.is_retryable()) {
                    oracles::judge_shown(node)?;
                }
                self.restart_if_failed(which, &error);
            }
        }
        self.check_power(which);
        Ok(())
    }

    /// The entries that were told so far.
    #[must_use]
    pub fn told(&self) -> &[EntryId] {
        self.memory.told_ids()
    }
}

/// By how much a clock is off at first, and how it drifts: mostly a little.
pub fn wrong(dice: &mut Dice) -> (i64, i64) {
    let spread = |dice: &mut Dice, far: u64| {
        let by = i64::try_from(dice.below(2 * far + 1)).unwrap_or(0);
        by - i64::try_from(far).unwrap_or(0)
    };
    match dice.below(10) {
        0..=4 => (spread(dice, 2_000), spread(dice, 50)),
        5..=7 => (spread(dice, 200_000), spread(dice, 500)),
        8 => (spread(dice, 90_000_000), spread(dice, 5_000)),
        _ => (spread(dice, 400 * DAY.unsigned_abs()), 0),
    }
}

fn is_of_disk(error: &NodeError) -> bool {
    matches!(
        error,
        NodeError::Open(_) | NodeError::Append(_) | NodeError::File { .. } | NodeError::Failed(_)
    )
}

/// An error and its causes.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error;
    while let Some(source) = at.source() {
        text.push_str(": ");
        text.push_str(&source.to_string());
        at = source;
    }
    text
}
