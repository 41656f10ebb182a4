//! `stock scan` before a person: a screen on the terminal, the scanner as a keyboard, sounds, and a
//! sync that goes on beside.
//!
//! What a scan means and writes is decided as for `scan --stdin`. Five threads stand around the one
//! that takes scans: keys, scanners, picture, sounds and the line to the server, so that none of
//! them holds up a scan, and a scan holds up none of them.
//!
//! **Invariant.** Scans are taken one after the other as they came, and none is left out because
//! something else is slow.

mod draw;
mod fit;
mod join;
mod letters;
mod link;
mod shift;
mod sound;
mod terminal;
mod view;
mod wedge;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use ledger_core::Timestamp;
use ledger_node::{Actor, EnrollReport, Node, NodeError};
use tokio::sync::mpsc::unbounded_channel;

use self::join::{Ready, is_new, join};
use self::link::Told;
use self::shift::Shift;
use self::sound::{Player, play};
use self::terminal::{Newest, Taken, draw, read_keys};
use self::view::Tone;
use self::wedge::Deed;
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::scan::desk::Desk;
use crate::scan::scanned::Scanned;
use crate::scan::scanners::{News, Scanners};
use crate::time;

/// Something that the screen takes note of.
#[derive(Debug)]
enum Happened {
    /// So much of a text is typed.
    Typed(String),
    /// A scan, or what a person typed instead of one.
    Scan(Scanned),
    /// How it stands with a scanner, and whether something must be done.
    Scanner(String, bool),
    /// A key asks for something else.
    Deed(Deed),
    /// The terminal has another size.
    Resized,
    /// Nobody sees the screen any more.
    TerminalGone,
    /// The program is told to end.
    Stop,
    /// Something to be said quietly.
    Notice(String),
    /// It stands otherwise with the server.
    Link(Told),
    /// A try to join a ledger has ended.
    Joined(Box<Result<(EnrollReport, Option<NodeError>), Failure>>),
}

impl From<News> for Happened {
    fn from(news: News) -> Self {
        match news {
            News::Scan(scan) => Self::Scan(scan),
            News::Stands { text, is_trouble } => Self::Scanner(text, is_trouble),
        }
    }
}

/// What is around whoever takes scans.
#[derive(Debug)]
struct Around<'a> {
    newest: &'a Newest,
    tones: Sender<Tone>,
    happens: Sender<Happened>,
    scanners: &'a Scanners,
}

impl Around<'_> {
    fn sound(&self, tone: Tone) {
        // Without anybody who plays it is quiet.
        self.tones.send(tone).unwrap_or(());
    }

    fn time_of_day(&self, at: Timestamp) -> String {
        let stamp = time::stamp(at, time::local_zone());
        stamp.split(' ').next_back().unwrap_or_default().to_owned()
    }
}

/// Whether the scan session gets a screen: before a person, unless lines are asked for.
pub(super) fn is_wanted(context: &Context, args: &ScanArgs) -> bool {
    !args.stdin && !context.json() && terminal::is_there()
}

/// Runs the command until the person leaves.
pub(super) fn run(context: &Context, args: &ScanArgs) -> Result<Answer, Failure> {
    let store = context.store()?;
    let actor = context.actor()?;
    let scanners = Scanners::of(args, true)?;
    // While it is opened, what there is to say is said below the command.
    let node = match Node::exists(&store) {
        true => Some(context.open()?),
        false => None,
    };
    let term = std::env::var("TERM").unwrap_or_default();
    let player = Player::of(args.quiet, args.sound.as_deref(), &term);
    let (happens, happened) = channel();
    let (tones, heard) = channel();
    let (newest, is_over) = (Newest::default(), AtomicBool::new(false));
    let taken = Taken::over()?;
    let ended = thread::scope(|scope| {
        let (newest, is_over, player, scanners) = (&newest, &is_over, &player, &scanners);
        let (keys, picture, sounds) = (happens.clone(), happens.clone(), happens.clone());
        let scanned = happens.clone();
        scope.spawn(move || read_keys(is_over, &keys));
        scope.spawn(move || scanners.hear(is_over, |news| scanned.send(news.into()).is_ok()));
        scope.spawn(move || draw(newest, &picture));
        scope.spawn(move || play(player, &heard, &sounds));
        let around = Around {
            newest,
            tones,
            happens,
            scanners,
        };
        let ended = work(context, args, &store, node, &actor, &around, &happened);
        is_over.store(true, Ordering::Relaxed);
        newest.end();
        ended
    });
    drop(taken);
    ended
}

/// Joins where that is to be done first, and takes scans until the person leaves.
fn work(
    context: &Context,
    args: &ScanArgs,
    store: &Path,
    node: Option<Node>,
    actor: &Actor,
    around: &Around<'_>,
    happened: &Receiver<Happened>,
) -> Result<Answer, Failure> {
    let ready = match node {
        Some(node) if !is_new(&node) => Some(Ready::at_once(node)),
        node => join(context, around, happened, node)?,
    };
    let Some(Ready {
        node,
        answered,
        scans: early,
    }) = ready
    else {
        return Ok(Answer::new(""));
    };
    let mut answer = thread::scope(|scope| {
        let (wish, wishes) = unbounded_channel();
        let happens = around.happens.clone();
        let line = &node;
        scope.spawn(move || link::keep(line, store, wishes, &happens));
        let log_in_of = || context.actor();
        let (scans, resumed) = Desk::open(&node, store, actor, true, log_in_of)?;
        let mut shift = Shift::begin(scans, store, around, wish, args.bounce);
        shift.resume(resumed);
        shift.go_on_after(answered, early);
        shift.go_on(happened);
        shift.farewell()
    })?;
    close(node, &mut answer);
    Ok(answer)
}
