//! A device that belongs to nobody so far: it asks for the enrolment code that a server shows, joins
//! its ledger and takes what is there.

use std::sync::mpsc::Receiver;
use std::thread;

use codes::Aim;
use ledger_core::Timestamp;
use ledger_node::{EnrolText, EnrollReport, Node, NodeError, SyncProgress};
use scanning::Sign;
use tokio::sync::Notify;

use super::link::progress_text;
use super::view::{Answered, Link, Status, Tone, View};
use super::wedge::Deed;
use super::{Around, Happened};
use crate::commands::machine_name;
use crate::commands::sync::runtime;
use crate::context::Context;
use crate::report::Failure;
use crate::scan::scanned::Scanned;

/// A device that can go to work.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) node: Node,
    /// What became of joining, to begin with.
    pub(super) answered: Option<Answered>,
    /// What was scanned before that was known.
    pub(super) scans: Vec<Scanned>,
}

impl Ready {
    /// A device that had nothing to join.
    pub(super) const fn at_once(node: Node) -> Self {
        Self {
            node,
            answered: None,
            scans: Vec::new(),
        }
    }
}

/// Whether a device has done nothing yet and belongs to nobody.
pub(super) fn is_new(node: &Node) -> bool {
    let entries = node.read(ledger_core::fold::Fold::entry_count);
    // The first one says that the store was made.
    node.server_url().is_none() && entries <= 1
}

/// Asks for the code until the device has joined, or is to work alone; none when the person left.
pub(super) fn join(
    context: &Context,
    around: &Around<'_>,
    happened: &Receiver<Happened>,
    node: Option<Node>,
) -> Result<Option<Ready>, Failure> {
    let mut joining = Joining {
        context,
        around,
        node,
        page: Page::default(),
        scans: Vec::new(),
        early: Vec::new(),
    };
    loop {
        around.newest.show(joining.page.view());
        match happened.recv() {
            Ok(Happened::Typed(text)) => joining.page.typed = text,
            Ok(Happened::Scan(scan)) => {
                joining.scans.push(scan);
                if joining.take_scans(happened)? {
                    return Ok(Some(joining.ready()?));
                }
                if joining.page.is_leaving {
                    return Ok(None);
                }
            }
            Ok(Happened::Deed(Deed::Back)) => return Ok(Some(joining.alone()?)),
            Ok(Happened::Deed(Deed::Quit) | Happened::Stop | Happened::TerminalGone) | Err(_) => {
                return Ok(None);
            }
            Ok(Happened::Notice(text) | Happened::Scanner(text, _)) => {
                joining.page.notice = Some(text);
            }
            Ok(
                Happened::Deed(Deed::Help | Deed::Sync | Deed::Switch)
                | Happened::Resized
                | Happened::Link(_)
                | Happened::Joined(_),
            ) => {}
        }
    }
}

/// The server and the one-time code of a scanned or typed text.
fn read(text: &str) -> Result<(EnrolText, String), String> {
    let expected = "scan the code that `stock-server device code` shows; it begins with http:// or \
                    https:// and has a one-time code in it";
    let read: EnrolText = text
        .parse()
        .map_err(|error| format!("{error}; {expected}"))?;
    let code = read.code.clone().filter(|code| !code.is_empty());
    match code {
        Some(code) => Ok((read, code)),
        None => Err(format!("{text} is no enrolment code: {expected}")),
    }
}

/// Joins, and takes what there is. That not all of it came through is no failure: the rest comes
/// with the next sync.
fn joined(
    node: &Node,
    (server, code): (&EnrolText, &str),
    stop: &Notify,
    progress: &mut (dyn FnMut(SyncProgress) + Send),
) -> Result<(EnrollReport, Option<NodeError>), Failure> {
    runtime()?.block_on(async {
        let joins = async {
            let report = node.enroll(&server.url, code, server.pin).await?;
            Ok::<_, NodeError>((report, node.sync(progress).await.err()))
        };
        tokio::select! {
            joined = joins => Ok(joined?),
            () = stop.notified() => Err(Failure::new("left", "left before it was done")),
        }
    })
}

struct Joining<'a> {
    context: &'a Context,
    around: &'a Around<'a>,
    node: Option<Node>,
    page: Page,
    /// What was scanned and not yet looked at.
    scans: Vec<Scanned>,
    /// What a bridge gave that is no enrolment code: scans from before, for whoever works then.
    early: Vec<Scanned>,
}

impl Joining<'_> {
    /// The store, made when there is none.
    fn node(&mut self) -> Result<Node, Failure> {
        if let Some(node) = &self.node {
            return Ok(node.clone());
        }
        let node = self.context.init(&machine_name())?;
        Ok(self.node.insert(node).clone())
    }

    fn ready(mut self) -> Result<Ready, Failure> {
        let node = self.node()?;
        self.node = None;
        Ok(Ready {
            node,
            answered: self.page.answered.take(),
            scans: [self.early, self.scans].concat(),
        })
    }

    fn alone(mut self) -> Result<Ready, Failure> {
        self.page.answered = None;
        self.ready()
    }

    /// Tries one code after the other; says whether the device has joined with one.
    fn take_scans(&mut self, happened: &Receiver<Happened>) -> Result<bool, Failure> {
        while !self.scans.is_empty() && !self.page.is_leaving {
            let scan = self.scans.remove(0);
            if self.take(scan.at, Aim::split(&scan.text).1, happened)? {
                self.around.scanners.done(scan.id.as_ref(), Sign::Ok);
                return Ok(true);
            }
            self.early.extend(scan.id.is_some().then_some(scan));
        }
        Ok(false)
    }

    /// Takes a code; says whether the device has joined with it.
    fn take(
        &mut self,
        at: Timestamp,
        text: &str,
        happened: &Receiver<Happened>,
    ) -> Result<bool, Failure> {
        let (server, code) = match read(text) {
            Ok(read) => read,
            Err(says) => {
                self.say(at, Tone::Error, says);
                return Ok(false);
            }
        };
        let node = self.node()?;
        match self.attempt(&node, (&server, &code), happened) {
            Ok((report, rest)) => {
                let EnrollReport { name, server, .. } = report;
                let joined = format!("joined {server} as {name}");
                let badge = "scan your badge, or a mode to work as this device";
                match rest {
                    None => self.say(at, Tone::Ok, format!("{joined}: {badge}")),
                    Some(error) => {
                        let says = format!("{joined}; the rest comes with the next sync: {error}");
                        self.say(at, Tone::Warn, says);
                    }
                }
                Ok(true)
            }
            Err(failure) => {
                let hint = failure.hint.map(|hint| format!("; {hint}"));
                let says = format!("{}{}", failure.text, hint.unwrap_or_default());
                self.say(at, Tone::Error, says);
                Ok(false)
            }
        }
    }

    fn say(&mut self, at: Timestamp, tone: Tone, says: String) {
        self.around.sound(tone);
        self.page.answered = Some(Answered {
            at: self.around.time_of_day(at),
            tone,
            scan: String::new(),
            says,
            user: String::new(),
            item: None,
        });
    }

    /// Tries a code while keys go on to be read.
    fn attempt(
        &mut self,
        node: &Node,
        wanted: (&EnrolText, &str),
        happened: &Receiver<Happened>,
    ) -> Result<(EnrollReport, Option<NodeError>), Failure> {
        let around = self.around;
        let (page, scans) = (&mut self.page, &mut self.scans);
        page.answered = None;
        page.progress = Some(format!("joining {}", wanted.0.url));
        let stop = Notify::new();
        let tried = thread::scope(|scope| {
            let (told, ended) = (around.happens.clone(), around.happens.clone());
            let stop = &stop;
            scope.spawn(move || {
                let mut progress = |at: SyncProgress| {
                    if let Some(text) = progress_text(at) {
                        drop(told.send(Happened::Notice(text)));
                    }
                };
                let tried = joined(node, wanted, stop, &mut progress);
                drop(ended.send(Happened::Joined(Box::new(tried))));
            });
            loop {
                around.newest.show(page.view());
                match happened.recv() {
                    Ok(Happened::Joined(tried)) => return *tried,
                    Ok(Happened::Notice(text)) => page.progress = Some(text),
                    Ok(Happened::Scanner(text, _)) => page.notice = Some(text),
                    Ok(Happened::Typed(text)) => page.typed = text,
                    Ok(Happened::Deed(Deed::Quit) | Happened::Stop | Happened::TerminalGone) => {
                        page.is_leaving = true;
                        stop.notify_one();
                    }
                    Ok(Happened::Scan(scan)) => scans.push(scan),
                    Ok(Happened::Deed(_) | Happened::Resized | Happened::Link(_)) | Err(_) => {}
                }
            }
        });
        self.page.progress = None;
        tried
    }
}

/// What the person has before them meanwhile.
#[derive(Debug, Default)]
struct Page {
    typed: String,
    notice: Option<String>,
    progress: Option<String>,
    answered: Option<Answered>,
    is_leaving: bool,
}

impl Page {
    fn view(&self) -> View {
        let asks = "scan the enrolment code of a server; Esc works without one, F10 leaves";
        let link = if self.progress.is_some() {
            Link::Asking
        } else {
            Link::Alone
        };
        View {
            mode: Some("JOIN"),
            location: None,
            location_name: String::new(),
            document: None,
            owner: None,
            reason: None,
            prompt: self.progress.clone().unwrap_or_else(|| asks.to_owned()),
            typed: self.typed.clone(),
            notice: self.notice.clone(),
            answered: self.answered.clone().into_iter().collect(),
            tasks: Vec::new(),
            user: None,
            device: machine_name(),
            status: Status {
                pending: 0,
                oldest: None,
                link,
                why: None,
                why_whole: None,
                scanner: None,
                synced: None,
                scanned: None,
            },
            is_help: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_server_and_the_one_time_code() {
        let (server, code) = read("http://127.0.0.1:8440/#code=ABCD-EFGH").unwrap();
        assert_eq!(
            (server.url.as_str(), code.as_str()),
            ("http://127.0.0.1:8440/", "ABCD-EFGH")
        );
        for text in [
            "4006381333931",
            "http://127.0.0.1:8440",
            "https://h/#pin=x&code=A",
        ] {
            assert!(read(text).unwrap_err().contains("device code"), "{text}");
        }
    }
}
