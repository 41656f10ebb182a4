//! Records a real `stock-server serve` while a handheld pushes to it, and lets it start again on
//! what a power loss left.
//!
//! Acknowledged is what an answer 200 to a push stands for, from the moment at which the server
//! wrote that answer to its socket.

use std::path::Path;

use tempfile::TempDir;

use super::Taken;
use super::record::{PLANTED_BUG, fits, work_dir};
use super::trace::{CALLS, Step, Trace, What};
use super::tree::Tree;
use crate::central::Central;
use crate::cut::may_hold;
use crate::load::{Acknowledged, Edge};
use crate::trial::Rng;

/// How often the handheld pushes.
const ROUNDS: u64 = 4;
/// How often a recording is begun whose end no trace explains.
const RECORDINGS_MAX: u32 = 5;
/// What a round's push begins with.
const PUSH: &[u8] = b"POST /sync/v1/sync";
/// What this module asks for after each round, so that the trace shows where one ends.
const MARK: &[u8] = b"GET /api/v1/status";

/// A server whose calls were recorded.
#[derive(Debug)]
pub struct Recording {
    server: Central,
    _work: TempDir,
    /// From which step of the trace on which facts are acknowledged, in order.
    told: Vec<(usize, Acknowledged)>,
}

impl Recording {
    /// Records a server; `bug` is planted into it.
    ///
    /// # Errors
    /// What goes wrong without any crash.
    pub fn make(rng: &mut Rng, bug: Option<&str>) -> Result<(Self, Taken), String> {
        for _ in 0..RECORDINGS_MAX {
            if let Some(made) = Self::make_once(rng, bug)? {
                return Ok(made);
            }
        }
        Err(format!(
            "{RECORDINGS_MAX} servers were killed within a write, of which nobody knows how far it came"
        ))
    }

    /// None when the kill stopped a write half way: the trace has the call and not how many of its
    /// bytes are there.
    fn make_once(rng: &mut Rng, bug: Option<&str>) -> Result<Option<(Self, Taken)>, String> {
        let work = work_dir();
        let root = work.path().join("root");
        std::fs::create_dir(&root).map_err(|error| error.to_string())?;
        let edge = Edge::at(work.path().join("handheld").join("store"));
        std::fs::create_dir(work.path().join("handheld")).map_err(|error| error.to_string())?;
        let mut told = Acknowledged::default();
        edge.prepare(&mut told)?;
        let mut server = Central::start(root.join("data"))?;
        server.enroll(&edge)?;
        edge.json("sync")?;
        server.kill();
        let initial = Tree::read(&root)?;
        let file = work.path().join("server.trace");
        trace_into(&mut server, &file, bug);
        server.start_again()?;
        let mut rounds = vec![told.clone()];
        for _ in 0..ROUNDS {
            edge.work(rng, 3, &mut told)?;
            edge.json("sync")?;
            server.get("status")?;
            rounds.push(told.clone());
        }
        server.kill();
        for round in &mut rounds {
            may_hold(round, &told);
        }
        server.wrapper.clear();
        server.variables.clear();
        let mut trace = Trace::default();
        trace.append(&file, &root)?;
        let within_a_write = !trace.cut_short().is_empty();
        match fits(&initial, &mut trace, &root) {
            Err(_) if within_a_write => return Ok(None),
            fitted => fitted?,
        }
        let told = moments_of(&trace, rounds)?;
        let taken = Taken {
            root,
            initial,
            trace,
        };
        let recording = Self {
            server,
            _work: work,
            told,
        };
        Ok(Some((recording, taken)))
    }

    /// Starts the server on what lies there; all that was told before this step must be there.
    ///
    /// # Errors
    /// What is not.
    pub fn verify(&mut self, step: usize) -> Result<u64, String> {
        let told = self
            .told
            .iter()
            .rev()
            .find(|(at, _)| *at < step || *at == 0);
        let told = &told.ok_or("nothing was told")?.1;
        self.server.start_again()?;
        let looked = self.server.verify(told);
        self.server.kill();
        let facts = looked?;
        let verified = self.server.admin("verify")?;
        if verified["ok"] == true {
            return Ok(facts);
        }
        Err(format!("verify finds {verified}"))
    }
}

/// Lets `strace` watch the server from its side, so that a kill hits the server itself.
fn trace_into(server: &mut Central, file: &Path, bug: Option<&str>) {
    let words = [
        "strace",
        "-D",
        "-f",
        "-y",
        "-xx",
        "-qq",
        "-s",
        "33554432",
        "-e",
        "signal=none",
    ];
    server.wrapper = words.map(str::to_owned).to_vec();
    server
        .wrapper
        .extend(["-e".to_owned(), format!("trace={CALLS}"), "-o".to_owned()]);
    server.wrapper.push(file.display().to_string());
    server.variables = bug
        .map(|bug| (PLANTED_BUG.to_owned(), bug.to_owned()))
        .into_iter()
        .collect();
}

/// Finds the answer to the first push of each round.
fn moments_of(
    trace: &Trace,
    rounds: Vec<Acknowledged>,
) -> Result<Vec<(usize, Acknowledged)>, String> {
    let mut rounds = rounds.into_iter();
    let before = rounds.next().ok_or("no round")?;
    let mut told = vec![(0, before)];
    let mut pushes = Vec::new();
    let mut answered = false;
    for (index, step) in trace.steps.iter().enumerate() {
        match *step {
            Step::End(call) => {
                if let What::Heard { fd, data } = &trace.calls[call].what {
                    if data.starts_with(MARK) {
                        answered = false;
                    }
                    if data.starts_with(PUSH) {
                        pushes.push(*fd);
                    }
                }
            }
            Step::Begin(call) => {
                if let What::Said { fd, data } = &trace.calls[call].what
                    && data.starts_with(b"HTTP/1.1 200")
                    && let Some(place) = pushes.iter().position(|push| push == fd)
                {
                    pushes.remove(place);
                    if !answered {
                        answered = true;
                        told.push((index, rounds.next().ok_or("more rounds than were made")?));
                    }
                }
            }
            Step::Program => {}
        }
    }
    match rounds.next() {
        None => Ok(told),
        Some(_) => Err("the trace does not show the answer to every push".to_owned()),
    }
}
