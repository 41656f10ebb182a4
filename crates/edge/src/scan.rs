//! `stock scan`: the scan session on a node.
//!
//! [`scanning`] decides what a code means where the session stands and what is to be written. Here
//! scans are queued on the disk, taken one after the other, and answered: line by line, or on a
//! [`screen`]. `ok` is said only when what the scan wrote is on the disk.

mod desk;
mod queue;
mod screen;
mod work;

use std::io::{self, BufRead as _};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use self::desk::Desk;
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};

/// How many lines are read ahead of what is taken.
const AHEAD: usize = 256;

/// Runs the command: a screen before a person; otherwise one code a line in, one line out, until the
/// input ends.
pub(crate) fn run(context: &Context, args: &ScanArgs) -> Result<Answer, Failure> {
    if screen::is_wanted(context, args) {
        return screen::run(context, args);
    }
    let actor = context.actor()?;
    let node = context.open()?;
    let (mut desk, resumed) =
        Desk::open(&node, &context.store()?, &actor, false, || context.actor())?;
    for text in resumed {
        report::notice(&text, context.json());
    }
    let lines = lines_of_input();
    while let Some(texts) = next_lines(&lines)? {
        let scans = texts.into_iter().map(|text| (node.now(), text));
        desk.take(scans.collect(), &mut |_raw, reply| {
            report::line(&reply.told(context.json()))
        })?;
    }
    let mut answer = Answer::new("");
    answer.warnings.extend(desk.end()?);
    close(node, &mut answer);
    Ok(answer)
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
