//! `stock scan`: the scan session on a node.
//!
//! [`scanning`] decides what a code means where the session stands and what is to be written. Here
//! scans are queued on the disk, taken one after the other, and answered. `ok` is said only when
//! what the scan wrote is on the disk.

mod queue;
mod work;

use std::io::{self, BufRead as _};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use scanning::Session;

use self::queue::Queue;
use self::work::Work;
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};

/// How many lines are read ahead of what is taken.
const AHEAD: usize = 256;

/// Runs the command: one code a line in, one line out, until the input ends.
pub(crate) fn run(context: &Context, _args: &ScanArgs) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let node = context.open()?;
    let store = context.store()?;
    let origin = node.origin().to_string();
    let failed = |error: io::Error| Failure::io("the queue of scans", &error);
    let (mut queue, session) = Queue::open(&store, &origin, node.now()).map_err(failed)?;
    let mut work = Work {
        node: &node,
        actor,
        session,
    };
    resume(context, &mut work, &mut queue)?;
    let lines = lines_of_input();
    while let Some(texts) = next_lines(&lines)? {
        let scans = texts.into_iter().map(|text| (node.now(), text));
        queue.push(scans.collect()).map_err(failed)?;
        while let Some(raw) = queue.next() {
            let reply = work.take(&raw)?;
            queue.done(&raw, &work.session).map_err(failed)?;
            report::line(&reply.told(context.json()))?;
        }
    }
    queue.end().map_err(failed)?;
    let mut answer = Answer::new("");
    answer.warnings.extend(work.session.left_open());
    close(node, &mut answer);
    Ok(answer)
}

/// Takes what an earlier session, which was cut off, had queued, and says where it stood.
fn resume(context: &Context, work: &mut Work<'_>, queue: &mut Queue) -> Result<(), Failure> {
    let mut said = Vec::new();
    while let Some(raw) = queue.next() {
        let reply = work.take(&raw)?;
        let done = queue.done(&raw, &work.session);
        done.map_err(|error| Failure::io("the queue of scans", &error))?;
        said.push(format!("{}: {}", raw.text, reply.told(false)));
    }
    if work.session == Session::default() && said.is_empty() {
        return Ok(());
    }
    let place = work.session.location().map(|it| format!(" at {it}"));
    let at = work.session.mode().map(|mode| {
        let place = place.as_deref().unwrap_or_default();
        format!("the session that was cut off goes on: {mode}{place}")
    });
    let at = at.unwrap_or_else(|| "a session was cut off".to_owned());
    report::notice(&at, context.json());
    for line in said {
        report::notice(&format!("taken from before: {line}"), context.json());
    }
    Ok(())
}

/// The lines of standard input, read while earlier ones are taken.
fn lines_of_input() -> Receiver<io::Result<Vec<u8>>> {
    let (give, take) = mpsc::sync_channel(AHEAD);
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            if give.send(line).is_err() {
                return;
            }
        }
    });
    take
}

/// All lines that are there, or the next one; none at the end of the input.
fn next_lines(lines: &Receiver<io::Result<Vec<u8>>>) -> Result<Option<Vec<String>>, Failure> {
    let mut texts = Vec::new();
    while texts.is_empty() {
        let Ok(first) = lines.recv() else {
            return Ok(None);
        };
        for line in [first].into_iter().chain(lines.try_iter()) {
            let line = line.map_err(|error| Failure::io("standard input", &error))?;
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if !text.is_empty() {
                texts.push(text.to_owned());
            }
        }
    }
    Ok(Some(texts))
}
