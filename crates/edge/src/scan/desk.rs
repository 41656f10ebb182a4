//! Scans from wherever they come: queued, taken one after the other, and answered.

use std::io;
use std::path::Path;

use firmware_bridge::ScanId;
use ledger_node::{Actor, Node};
use scanning::Session;

use super::queue::{Queue, Raw};
use super::scanned::Scanned;
use super::work::{Reply, Work};
use crate::report::Failure;

/// A scan session on a node.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    work: Work<'a>,
    queue: Queue,
}

fn failed(error: &io::Error) -> Failure {
    Failure::io("the queue of scans", error)
}

impl<'a> Desk<'a> {
    /// Takes up the session of the store where it stands, and takes what an earlier one, which was
    /// cut off, had queued; says what that was. `numbers` is as in [`Work`].
    pub(crate) fn open(
        node: &'a Node,
        store: &Path,
        actor: &Actor,
        numbers: bool,
        log_in_of: impl FnOnce() -> Result<Actor, Failure>,
    ) -> Result<(Self, Vec<String>), Failure> {
        let origin = node.origin().to_string();
        let opened = Queue::open(store, &origin, node.now(), actor.user.as_ref());
        let (queue, saved) = opened.map_err(|error| failed(&error))?;
        let session = saved.session;
        let mut said = Vec::new();
        if session != Session::default() {
            said.push(format!("the session goes on: {}", standing(&session)));
        }
        let mut desk = Self {
            work: Work {
                node,
                // They were made by whoever worked then.
                actor: Actor { user: saved.user },
                session,
                numbers,
            },
            queue,
        };
        let mut taken = Vec::new();
        desk.work_off(&mut |raw, reply| {
            taken.push(format!(
                "taken from before: {}: {}",
                raw.text,
                reply.told(false)
            ));
            Ok(())
        })?;
        said.extend(taken);
        desk.work.actor = log_in_of()?;
        Ok((desk, said))
    }

    /// Takes scans; all are on the disk before the first is looked at. Gives the ids of those that
    /// were done before.
    pub(crate) fn take(
        &mut self,
        scans: Vec<Scanned>,
        each: &mut dyn FnMut(&Raw, &Reply) -> Result<(), Failure>,
    ) -> Result<Vec<ScanId>, Failure> {
        let done = self.push(scans)?;
        self.work_off(each)?;
        Ok(done)
    }

    /// Who works at what.
    pub(crate) const fn work(&self) -> &Work<'a> {
        &self.work
    }

    /// Whether a scan of a bridge was taken in before, done by now or not.
    pub(crate) fn knows(&self, id: &ScanId) -> bool {
        self.queue.knows(id)
    }

    /// Queues scans; on return they are on the disk. Gives the ids of those that were done before.
    pub(crate) fn push(&mut self, scans: Vec<Scanned>) -> Result<Vec<ScanId>, Failure> {
        self.queue.push(scans).map_err(|error| failed(&error))
    }

    /// Takes the next scan that waits; gives it with its answer, and with what was seen before
    /// anything was written. None when no scan waits. One that failed waits again; one that is
    /// written is answered, whatever fails then: after a loss of power its key says that it was.
    pub(crate) fn take_next<T>(
        &mut self,
        before: impl FnOnce(&Work<'a>, &Raw) -> T,
    ) -> Result<Option<(Raw, Reply, T)>, Failure> {
        let Some(raw) = self.queue.next() else {
            return Ok(None);
        };
        let seen = before(&self.work, &raw);
        let reply = match self.work.take(&raw) {
            Ok(reply) => reply,
            Err(failure) => {
                self.queue.back(raw);
                return Err(failure);
            }
        };
        let Work { session, actor, .. } = &self.work;
        let reply = match self.queue.done(&raw, session, actor.user.as_ref()) {
            Ok(()) => reply,
            Err(error) => {
                let text = failed(&error).text;
                reply.warned(&format!("where the session stands is not saved: {text}"))
            }
        };
        Ok(Some((raw, reply, seen)))
    }

    fn work_off(
        &mut self,
        each: &mut dyn FnMut(&Raw, &Reply) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        while let Some((raw, reply, ())) = self.take_next(|_work, _raw| ())? {
            each(&raw, &reply)?;
        }
        Ok(())
    }

    /// Ends the session; nothing of it goes on. Gives what it leaves open.
    pub(crate) fn end(self) -> Result<Option<String>, Failure> {
        self.queue.end().map_err(|error| failed(&error))?;
        Ok(self.work.session.left_open())
    }
}

/// Where a session stands, in a few words.
fn standing(session: &Session) -> String {
    let mode = session.mode().unwrap_or("no mode");
    let place = session.location().map(|location| format!(" at {location}"));
    format!("{mode}{}", place.unwrap_or_default())
}
