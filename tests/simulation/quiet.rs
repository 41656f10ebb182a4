//! The end of every seed: no more faults, everything runs, all sync, and nobody is left behind.

use std::collections::BTreeSet;

use ledger_core::EntryId;
use ledger_node::{Conversation, Node, NodeError, WireAnswer};

use crate::clock::SimClock;
use crate::hubs::Way;
use crate::machine::{Machine, Role};
use crate::net::AnswerKind;
use crate::oracles;
use crate::world::{CENTRAL, Failure, World, chain};

/// In so many rounds everybody must have everything: one to push, one to pull what others pushed,
/// one for each of two restarts that a restored server may ask for, one for hubs, and one for copies
/// that hear of one another.
pub const ROUNDS_MAX: u64 = 6;
/// How many questions one conversation may have.
const QUESTIONS_MAX: u64 = 60;

impl World {
    /// Brings the world to rest and judges it; gives how many rounds that took.
    ///
    /// # Errors
    /// What an oracle found.
    pub fn come_to_rest(&mut self) -> Result<u64, Failure> {
        self.quiet = true;
        self.tell(|| "no more faults".to_owned());
        for which in 0..self.machines.len() {
            let machine = &mut self.machines[which];
            machine.talk = None;
            if machine.disk.is_off() {
                machine.crash(&mut self.dice);
            }
            machine.disk.set_room(None);
            machine.disk.fail_power_after(None);
            machine.disk.fail_sync_after(None);
            // Whoever failed is started again; it does no harm to the others.
            machine.close();
            self.start(which)?;
        }
        self.add_observer()?;
        let mut rounds = 0;
        loop {
            rounds += 1;
            // A restored server may have heard only now whom it had revoked.
            let settled = self.round()? && !self.add_observer()?;
            if settled {
                break;
            }
            if rounds >= ROUNDS_MAX {
                let behind = self.behind()?;
                return Err(format!(
                    "not everybody has everything after {rounds} rounds: {behind}"
                ));
            }
        }
        oracles::judge(self)?;
        self.judge_after_power_cut()?;
        Ok(rounds)
    }

    /// Where some hear nothing any more, somebody new hears of all that the server has; says whether
    /// there is one since now.
    fn add_observer(&mut self) -> Result<bool, Failure> {
        const NAME: &str = "observer";
        let is_there = self.machines.last().is_some_and(|last| last.name == NAME);
        if is_there || !(0..self.machines.len()).any(|which| self.is_left_out(which)) {
            return Ok(false);
        }
        let clock = SimClock::new(&self.truth, 0, 0);
        let role = Role::Handheld(Way::Central);
        let observer = Machine::new(NAME, role, clock, &mut self.dice);
        self.machines.push(observer);
        self.start(self.machines.len() - 1)?;
        Ok(true)
    }

    /// Everybody syncs once; true when all have all.
    fn round(&mut self) -> Result<bool, Failure> {
        // What hubs got they hand on.
        let (hubs, handhelds): (Vec<_>, Vec<_>) =
            (1..self.machines.len()).partition(|which| self.is_hub(*which));
        for which in handhelds.into_iter().chain(hubs) {
            self.pass(10_000);
            let synced = self.sync_quietly(which);
            self.judge_quiet_sync(which, synced)?;
        }
        let mut first = None;
        for which in 0..self.machines.len() {
            let machine = &self.machines[which];
            let node = machine.node.as_ref().ok_or("a machine does not run")?;
            if self.is_left_out(which) {
                if !self.is_all_at_server(which)? {
                    return Ok(false);
                }
                continue;
            }
            let hash = node.state_hash().map_err(|error| chain(&error))?;
            let pending = node.view().pending().map_err(|error| chain(&error))?.0;
            let is_same = first.get_or_insert_with(|| hash.clone()) == &hash;
            if !is_same || (which != CENTRAL && pending > 0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A revoked device is told so, and nobody else is.
    fn judge_quiet_sync(
        &mut self,
        which: usize,
        synced: Result<bool, NodeError>,
    ) -> Result<(), Failure> {
        let name = self.machines[which].name.clone();
        match synced {
            Ok(false) => Ok(()),
            Ok(true) => Err(format!("{name} syncs as if it were not revoked")),
            Err(NodeError::DeviceRevoked) => {
                self.counters.meet("talk ends", "device-revoked");
                Ok(())
            }
            Err(NodeError::ServerSaid { code, .. }) if code == "device-revoked" => {
                self.memory.shut_out.insert(which);
                Ok(())
            }
            Err(error) => {
                self.judge_error(which, &error)?;
                Err(format!("{name} cannot sync: {}", chain(&error)))
            }
        }
    }

    /// Whether the server has what a revoked device wrote last.
    fn is_all_at_server(&self, which: usize) -> Result<bool, Failure> {
        let (Some(node), Some(central)) =
            (&self.machines[which].node, &self.machines[CENTRAL].node)
        else {
            return Ok(false);
        };
        let origin = node.origin();
        let seq = node.read(|fold| fold.last_seq(origin));
        let there = central.entry(EntryId { origin, seq });
        let there = there.map_err(|error| chain(&error))?.is_some();
        // What a copied one wrote may be there as a branch.
        let is_excused = self.memory.is_copied(which) || self.memory.shut_out.contains(&which);
        Ok(there || is_excused)
    }

    /// Who shows another state than the server, or has entries without a number.
    fn behind(&self) -> Result<String, Failure> {
        let mut behind = Vec::new();
        let mut first = None;
        for machine in &self.machines {
            let node = machine.node.as_ref().ok_or("a machine does not run")?;
            let hash = node.state_hash().map_err(|error| chain(&error))?;
            let (pending, _) = node.view().pending().map_err(|error| chain(&error))?;
            if first.get_or_insert_with(|| hash.clone()) != &hash || pending > 0 {
                behind.push(format!("{} ({pending} pending)", machine.name));
            }
        }
        Ok(behind.join(", "))
    }

    /// Syncs; true when somebody served it who has heard that it was revoked.
    fn sync_quietly(&mut self, which: usize) -> Result<bool, NodeError> {
        let Some(node) = self.machines[which].node.clone() else {
            return Ok(false);
        };
        let server = self.server_of(which);
        self.enroll_quietly(server, CENTRAL)?;
        self.enroll_quietly(which, server)?;
        self.carry(node.begin_sync()?, server)?;
        let device = node.device();
        let server = self.machines[server].node.as_ref();
        Ok(server.is_some_and(|it| it.read(|fold| fold.revoked_by(device).is_some())))
    }

    fn enroll_quietly(&mut self, which: usize, server: usize) -> Result<(), NodeError> {
        let Some(node) = self.machines[which].node.clone() else {
            return Ok(());
        };
        if which != CENTRAL
            && node.server_url().is_none()
            && let Some(code) = self.new_code()
        {
            self.carry(node.begin_enroll("http://server", &code), server)?;
        }
        Ok(())
    }

    fn carry(&mut self, mut conversation: Conversation, server: usize) -> Result<(), NodeError> {
        for _ in 0..QUESTIONS_MAX {
            let Some(question) = conversation.question()? else {
                return Ok(());
            };
            let answer = self.answer_quietly(server, question.route, &question.body);
            let Some(answer) = answer.map_err(NodeError::BadAnswer)? else {
                return Err(conversation.unreachable("the server does not run"));
            };
            conversation.answer(answer.status, &answer.body)?;
            if let Some(report) = conversation.sync_report() {
                self.tell(|| format!("{report:?}"));
            }
        }
        Err(conversation.unreachable("it asks without end"))
    }

    fn answer_quietly(
        &mut self,
        server: usize,
        route: &str,
        body: &[u8],
    ) -> Result<Option<WireAnswer>, Failure> {
        if route == "enroll" && self.is_hub(server) {
            let answer = self.enroll_above(server, body)?;
            return Ok(match answer {
                AnswerKind::Wire(answer) => Some(answer),
                _ => None,
            });
        }
        let Some(node) = &self.machines[server].node else {
            return Ok(None);
        };
        let answer = node.handle(route, body);
        if route == "sync" && answer.status == 200 {
            self.observe(server, body, &answer.body)?;
        }
        Ok(Some(answer))
    }

    /// What everybody has is on their disks: without power and with nothing but what was synced,
    /// each opens to the same state.
    fn judge_after_power_cut(&mut self) -> Result<(), Failure> {
        for which in 0..self.machines.len() {
            let machine = &mut self.machines[which];
            let Some(before) = machine.node.take() else {
                continue;
            };
            let before = state(&before)?;
            machine.disk.crash(&mut |_| 0);
            self.start(which)?;
            let machine = &self.machines[which];
            let after = state(machine.node.as_ref().ok_or("it does not run")?)?;
            if before != after {
                let name = &machine.name;
                let text = |record: &Vec<u8>| String::from_utf8_lossy(record).into_owned();
                let lost: Vec<String> = before.difference(&after).take(3).map(text).collect();
                let new: Vec<String> = after.difference(&before).take(3).map(text).collect();
                return Err(format!(
                    "{name} shows another state from its disk than before: {new:?} instead of \
                     {lost:?}"
                ));
            }
        }
        Ok(())
    }
}

/// All that a node shows, record by record.
fn state(node: &Node) -> Result<BTreeSet<Vec<u8>>, Failure> {
    let mut state = BTreeSet::new();
    node.read(|fold| {
        fold.dump(&mut |record| {
            state.insert(record.to_vec());
        });
    });
    let hash = node.state_hash().map_err(|error| chain(&error))?;
    state.insert(hash.into_bytes());
    Ok(state)
}
