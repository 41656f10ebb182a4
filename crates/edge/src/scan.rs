//! `stock scan`: the scan session on a node.
//!
//! [`scanning`] decides what a code means where the session stands and what is to be written. Here
//! scans are queued on the disk, taken one after the other, and answered: line by line, or on a
//! [`screen`]. `ok` is said, and a scanner beeps, only when what the scan wrote is on the disk.

mod desk;
mod queue;
mod scanned;
mod scanners;
mod screen;
mod work;

use std::io::{self, BufRead as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use ledger_node::{SystemClock, WallClock as _};
use scanning::Sign;

use self::desk::Desk;
use self::scanned::Scanned;
use self::scanners::{News, Scanners};
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};

/// How much is read ahead of what is taken.
const AHEAD: usize = 256;

/// Something that comes in while scans are taken without a screen.
enum Coming {
    /// A line of standard input.
    Line(Vec<u8>),
    /// The end of it, or why it cannot be read on.
    End(io::Result<()>),
    /// What a scanner has to tell.
    News(News),
}

/// Runs the command: a screen before a person; otherwise one code a line in, one line out, until the
/// input ends.
pub(crate) fn run(context: &Context, args: &ScanArgs) -> Result<Answer, Failure> {
    if screen::is_wanted(context, args) {
        return screen::run(context, args);
    }
    let scanners = Scanners::of(args, false)?;
    let actor = context.actor()?;
    let node = context.open()?;
    let (mut desk, resumed) =
        Desk::open(&node, &context.store()?, &actor, false, || context.actor())?;
    for text in resumed {
        report::notice(&text, context.json());
    }
    // A service has no standard input, and its scanners go on.
    let reads_lines = args.stdin || !scanners.are_there();
    // Whatever fails, what comes is dropped first, and who hears the scanners before them.
    let (hearing, coming) = listen(&scanners, reads_lines);
    let mut is_over = false;
    while !is_over {
        let scans = next_scans(&coming, context, &mut is_over)?;
        let done = desk.take(scans, &mut |raw, reply| {
            report::line(&reply.told(context.json()))?;
            scanners.done(raw.id().as_ref(), reply.sign);
            Ok(())
        })?;
        for id in done {
            scanners.done(Some(&id), Sign::Ok);
        }
    }
    drop((coming, hearing));
    let mut answer = Answer::new("");
    answer.warnings.extend(desk.end()?);
    close(node, &mut answer);
    Ok(answer)
}

/// The thread that hears scanners. It has them too: only when this is dropped are they let go with
/// whoever began it.
struct Hearing {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // One that panicked has them no longer.
            drop(thread.join());
        }
    }
}

/// What comes in, read while what came earlier is taken. It is dropped before the thread that hears
/// scanners, which waits while nobody takes what it gives.
fn listen(scanners: &Scanners, reads_lines: bool) -> (Hearing, Receiver<Coming>) {
    let (give, take) = mpsc::sync_channel(AHEAD);
    let is_over = Arc::new(AtomicBool::new(false));
    let mut hearing = Hearing {
        is_over: Arc::clone(&is_over),
        thread: None,
    };
    if scanners.are_there() {
        let (scanners, give) = (scanners.clone(), give.clone());
        hearing.thread = Some(thread::spawn(move || {
            scanners.hear(&is_over, |news| give.send(Coming::News(news)).is_ok());
        }));
    }
    if reads_lines {
        thread::spawn(move || {
            for line in io::stdin().lock().split(b'\n') {
                let coming = line.map_or_else(|error| Coming::End(Err(error)), Coming::Line);
                if give.send(coming).is_err() {
                    return;
                }
            }
            // Whoever took everything may have ended.
            drop(give.send(Coming::End(Ok(()))));
        });
    }
    (hearing, take)
}

/// All scans that are there, or the next one; notes when it was the last.
fn next_scans(
    coming: &Receiver<Coming>,
    context: &Context,
    is_over: &mut bool,
) -> Result<Vec<Scanned>, Failure> {
    let mut scans = Vec::new();
    while scans.is_empty() && !*is_over {
        let Ok(first) = coming.recv() else {
            *is_over = true;
            break;
        };
        for one in [first].into_iter().chain(coming.try_iter()) {
            match one {
                Coming::Line(line) => {
                    let text = String::from_utf8_lossy(&line);
                    let text = text.trim();
                    if !text.is_empty() {
                        scans.push(Scanned::typed(SystemClock.now(), text.to_owned()));
                    }
                }
                Coming::News(News::Scan(scan)) => scans.push(scan),
                Coming::News(News::Stands { text, .. }) => report::notice(&text, context.json()),
                Coming::End(Ok(())) => *is_over = true,
                Coming::End(Err(error)) => return Err(Failure::io("standard input", &error)),
            }
        }
    }
    Ok(scans)
}
