//! Files of sync that somebody carries on a stick: made here, read there much later, twice, in part
//! or damaged.

use ledger_format::wire::{Envelope, FilePart, Message};
use ledger_node::NodeError;

use crate::world::{CENTRAL, Event, Failure, MINUTE, SECOND, World, chain};

/// What somebody carries.
#[derive(Debug, Clone)]
pub struct Stick {
    /// The machine that wrote it.
    from: usize,
    /// The machine that will read it.
    to: usize,
    /// The parts of the file.
    parts: Vec<Vec<u8>>,
    /// One of them was damaged.
    damaged: bool,
}

impl World {
    /// Somebody writes a file at one machine, to carry it to another.
    ///
    /// # Errors
    /// When the file says what it must not.
    pub fn write_stick(&mut self) -> Result<(), Failure> {
        let count = self.machines.len() as u64;
        let from = usize::try_from(self.dice.below(count)).unwrap_or(CENTRAL);
        let to = usize::try_from(self.dice.below(count)).unwrap_or(CENTRAL);
        let Some(node) = self.machines[from].node.clone().filter(|_| from != to) else {
            return Ok(());
        };
        let entries = self.dice.within(1, 30);
        let begun = node.sync_parts();
        let mut made = Vec::new();
        let parts = begun.and_then(|parts| {
            let mut parts = parts.in_pieces_of(entries);
            while let Some(part) = parts.next_part()? {
                made.push(part);
            }
            Ok(())
        });
        if let Err(error) = parts {
            self.counters.meet("stick", error.code());
            return Ok(());
        }
        for part in &made {
            self.observe_part(from, part)?;
        }
        let mut stick = Stick {
            from,
            to,
            parts: made,
            damaged: false,
        };
        self.counters.meet("stick", "written");
        self.spoil(&mut stick);
        for _ in 0..self.dice.within(1, 2) {
            let millis = self.dice.within(SECOND, 20 * MINUTE);
            self.later(millis, Event::Carried(stick.clone()));
        }
        Ok(())
    }

    /// What is said of the order in a file is remembered, and judged, like what answers say.
    fn observe_part(&mut self, from: usize, part: &[u8]) -> Result<(), Failure> {
        let part = Envelope::from_bytes(part).and_then(|sealed| FilePart::from_bytes(&sealed.body));
        let part = part.map_err(|error| format!("a file's part cannot be read: {error}"))?;
        let Some(piece) = part.piece else {
            return Ok(());
        };
        let (epoch, n) = (piece.from.epoch, piece.from.n);
        if from == CENTRAL {
            self.memory.numbers.observe_runs(epoch, n, &piece.runs)
        } else {
            self.memory.numbers.judge_runs(epoch, n, &piece.runs)
        }
    }

    /// Some files end early, some are damaged.
    fn spoil(&mut self, stick: &mut Stick) {
        match self.dice.below(12) {
            0 => {
                let parts = self.dice.below(stick.parts.len() as u64 + 1);
                stick.parts.truncate(usize::try_from(parts).unwrap_or(0));
                self.counters.meet("stick", "ends early");
            }
            1 => {
                let which = self.dice.next();
                let which = usize::try_from(which % stick.parts.len().max(1) as u64).unwrap_or(0);
                if let Some(part) = stick.parts.get_mut(which) {
                    let at = usize::try_from(self.dice.below(part.len() as u64)).unwrap_or(0);
                    part[at] ^= 1 << self.dice.below(8);
                    stick.damaged = true;
                    self.counters.meet("stick", "damaged");
                }
            }
            _ => {}
        }
    }

    /// Somebody has carried a file to its reader.
    ///
    /// # Errors
    /// When the reader takes what it must not, or says what is not so.
    pub fn read_stick(&mut self, stick: &Stick) -> Result<(), Failure> {
        let to = stick.to;
        let (name, maker) = (
            self.machines[to].name.clone(),
            self.machines[stick.from].name.clone(),
        );
        self.tell(|| format!("{name} reads a file that {maker} wrote"));
        for part in &stick.parts {
            let Some(node) = self.machines[to].node.clone() else {
                return Ok(());
            };
            let taken = node.take_sync_part(part);
            drop(node);
            if self.check_power(to) {
                return Ok(());
            }
            match taken {
                Ok(taken) if taken.is_last => {
                    self.counters.meet("stick", "read");
                    if taken.synced && to != CENTRAL {
                        self.counters.meet("stick", "synced");
                        self.judge_all_at_server(to)?;
                    }
                }
                Ok(_) => {}
                Err(error) => return self.stick_refused(stick, &error),
            }
        }
        Ok(())
    }

    fn stick_refused(&mut self, stick: &Stick, error: &NodeError) -> Result<(), Failure> {
        let (name, text) = (self.machines[stick.to].name.clone(), chain(error));
        self.tell(|| format!("{name} refuses a part: {text}"));
        self.counters
            .meet("stick", &format!("refused: {}", error.code()));
        self.judge_error(stick.to, error)?;
        if matches!(error, NodeError::Append(_) | NodeError::Failed(_)) {
            self.machines[stick.to].close();
            self.later(SECOND, Event::Start(stick.to));
        }
        Ok(())
    }
}
