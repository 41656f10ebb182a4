//! `stock scan`: the scan session on a node.
//!
//! [`scanning`] decides what a code means where the session stands and what is to be written. Here
//! scans are taken one after the other, and answered. `ok` is said only when what the scan wrote is
//! on the disk.

mod card;
mod work;

use std::io::BufRead as _;

use scanning::Session;

use self::work::{Raw, Work};
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};

/// Runs the command: one code a line in, one line out, until the input ends.
pub(crate) fn run(context: &Context, _args: &ScanArgs) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let node = context.open()?;
    let mut work = Work {
        node: &node,
        actor,
        session: Session::default(),
    };
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Failure::io("standard input", &error))?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let raw = Raw {
            at: node.now(),
            text: text.to_owned(),
        };
        let reply = work.take(&raw)?;
        report::line(&reply.told(context.json()))?;
    }
    let mut answer = Answer::new("");
    answer.warnings.extend(work.session.left_open());
    close(node, &mut answer);
    Ok(answer)
}
