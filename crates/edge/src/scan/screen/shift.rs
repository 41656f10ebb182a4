//! One person's time at the screen: scans taken in order, what came of them kept for the picture,
//! and how it stands with everything around.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use firmware_bridge::ScanId;
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Timestamp, Total};
use ledger_node::{SystemClock, WallClock as _};
use scanning::{Bounce, Sign, Task, Thing};
use tokio::sync::mpsc::UnboundedSender;

use super::link::{Told, Wish};
use super::view::{Answered, Change, Item, Link, Scanner, Status, Tone, View};
use super::wedge::Deed;
use super::{Around, Happened};
use crate::commands::sync::Unsent;
use crate::report::{Answer, Failure};
use crate::scan::desk::Desk;
use crate::scan::queue::Raw;
use crate::scan::scanned::Scanned;
use crate::scan::work::Work;

/// How often ages on the screen are brought up to date.
const TICK: Duration = Duration::from_secs(1);
/// So many answers are kept for the picture: more than any terminal has rows.
const ANSWERED_MAX: usize = 200;
/// What is on hand of an item, and where the session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    item: Code,
    name: String,
    own: Total,
    here: Option<Total>,
}

impl Standing {
    /// How it stands with the item that a scan names.
    fn before(work: &Work<'_>, raw: &Raw) -> Option<Self> {
        let Thing::Item(item) = work.thing(&raw.text) else {
            return None;
        };
        let location = work.session.location();
        Some(work.node.read(|fold| Self::of(fold, item, location)))
    }

    fn of(fold: &Fold, item: Code, location: Option<&Code>) -> Self {
        let lines = fold.lines(&item);
        let sum = |is_meant: &dyn Fn(&ledger_core::fold::LineKey) -> bool| {
            let meant = lines.iter().filter(|line| is_meant(&line.key));
            meant.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand))
        };
        Self {
            name: fold.name_of(Class::Item, &item),
            own: sum(&|line| line.owner.is_none()),
            here: location.map(|location| sum(&|line| line.location == *location)),
            item,
        }
    }

    /// The item with what changed since.
    fn since(self, before: &Self) -> Item {
        let change = |before: Total, after: Total| {
            (before != after).then(|| Change {
                before: before.to_string(),
                after: after.to_string(),
            })
        };
        let here = before.here.zip(self.here);
        Item {
            code: self.item.to_string(),
            on_hand: change(before.own, self.own),
            here: here.and_then(|(before, after)| change(before, after)),
            name: self.name,
        }
    }
}

/// A person at the screen.
pub(super) struct Shift<'a> {
    around: &'a Around<'a>,
    store: &'a Path,
    scans: Desk<'a>,
    wish: UnboundedSender<Wish>,
    /// What each scanner, or the keyboard, gave last.
    bounces: BTreeMap<Option<String>, Bounce>,
    bounce_millis: u64,
    /// Scans of a bridge that the disk has not taken yet; the bridge has them as well.
    kept: Vec<Scanned>,
    /// The newest first.
    answered: VecDeque<Answered>,
    typed: String,
    notice: Option<String>,
    told: Told,
    scanned: Option<Timestamp>,
    /// How it stands with scanners besides the keyboard, by the last that was heard of them.
    scanner: Scanner,
    is_help: bool,
    /// Was asked whether to leave although something is open.
    is_leaving: bool,
    is_over: bool,
    /// It is over because the person left, so that nothing of the session goes on.
    has_left: bool,
}

impl<'a> Shift<'a> {
    /// Begins; the same code within so many milliseconds is a bounce.
    pub(super) fn begin(
        scans: Desk<'a>,
        store: &'a Path,
        around: &'a Around<'a>,
        wish: UnboundedSender<Wish>,
        bounce_millis: u64,
    ) -> Self {
        let notices = scans.work().node.notices().join("; ");
        Self {
            around,
            store,
            scans,
            wish,
            bounces: BTreeMap::new(),
            bounce_millis,
            kept: Vec::new(),
            answered: VecDeque::new(),
            typed: String::new(),
            notice: Some(notices).filter(|notices| !notices.is_empty()),
            told: Told::asking(),
            scanned: None,
            scanner: Scanner::Asking,
            is_help: false,
            is_leaving: false,
            is_over: false,
            has_left: false,
        }
    }

    /// Goes on where an earlier session was cut off, which says what it had left.
    pub(super) fn resume(&mut self, resumed: Vec<String>) {
        let now = SystemClock.now();
        for text in resumed {
            self.answer(now, "", Tone::Ok, text, None);
        }
    }

    /// What was said before the first scan, and scans that came meanwhile.
    pub(super) fn go_on_after(&mut self, answered: Option<Answered>, scans: Vec<Scanned>) {
        self.answered.extend(answered);
        self.take_scans(scans);
    }

    /// Takes what happens until the person leaves.
    pub(super) fn go_on(&mut self, happened: &Receiver<Happened>) {
        while !self.is_over {
            self.show();
            let first = match happened.recv_timeout(TICK) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => {
                    self.take_kept();
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let mut scans = Vec::new();
            for one in first.into_iter().chain(happened.try_iter()) {
                match one {
                    Happened::Scan(scan) => {
                        // What somebody is typing is not over because another scanner scans.
                        match scan.id {
                            None => self.typed.clear(),
                            Some(_) => self.scanner = Scanner::There,
                        }
                        scans.push(scan);
                    }
                    Happened::Typed(text) => self.typed = text,
                    other @ (Happened::Deed(_)
                    | Happened::Resized
                    | Happened::TerminalGone
                    | Happened::Stop
                    | Happened::Scanner(..)
                    | Happened::Notice(_)
                    | Happened::Link(_)
                    | Happened::Joined(_)) => {
                        // What was scanned before it comes before it.
                        self.take_scans(std::mem::take(&mut scans));
                        self.on(other);
                    }
                }
            }
            self.take_scans(scans);
        }
    }

    fn on(&mut self, happened: Happened) {
        match happened {
            Happened::Deed(deed) => self.on_deed(deed),
            Happened::Notice(text) => self.notice = Some(text),
            Happened::Link(told) => self.told = told,
            Happened::Stop | Happened::TerminalGone => self.is_over = true,
            Happened::Scanner(text, is_trouble) => {
                if is_trouble {
                    self.around.sound(Tone::Error);
                }
                self.notice = Some(text);
                self.scanner = if is_trouble {
                    Scanner::Missing
                } else {
                    Scanner::There
                };
            }
            Happened::Typed(_) | Happened::Scan(_) | Happened::Resized | Happened::Joined(_) => {}
        }
    }

    fn on_deed(&mut self, deed: Deed) {
        match deed {
            Deed::Help => self.is_help = !self.is_help,
            Deed::Back => {
                self.is_help = false;
                self.notice = None;
                self.is_leaving = false;
            }
            Deed::Sync => self.wish(Wish::Now),
            Deed::Switch => self.switch(),
            Deed::Quit => self.quit(),
        }
    }

    fn wish(&self, wish: Wish) {
        // The line ends only with the program.
        self.wish.send(wish).unwrap_or(());
    }

    /// Network off, or on again.
    fn switch(&mut self) {
        let now = SystemClock.now();
        let switched = match ledger_node::offline_since(self.store) {
            Ok(Some(_)) => ledger_node::go_online(self.store).map(|_| "network on: it syncs again"),
            Ok(None) => ledger_node::go_offline(self.store, now)
                .map(|_| "network off until F6; what is scanned is kept"),
            Err(error) => Err(error),
        };
        self.notice = Some(match switched {
            Ok(text) => text.to_owned(),
            Err(error) => error.to_string(),
        });
        self.wish(Wish::Switched);
    }

    fn quit(&mut self) {
        match self.work().session.left_open() {
            Some(open) if !self.is_leaving => {
                self.is_leaving = true;
                let says = format!("{open}; F10 again leaves it so");
                self.answer(SystemClock.now(), "F10", Tone::Warn, says, None);
            }
            Some(_) | None => (self.is_over, self.has_left) = (true, true),
        }
    }

    /// Takes scans, in the order in which they came: all are on the disk before the first is looked
    /// at. Everything that is scanned or typed comes through here.
    fn take_scans(&mut self, came: Vec<Scanned>) {
        if came.is_empty() {
            return;
        }
        self.is_help = false;
        self.is_leaving = false;
        self.notice = None;
        let mut scans = std::mem::take(&mut self.kept);
        let mut bounced = Vec::new();
        for scan in came {
            self.scanned = Some(scan.at);
            if self.is_bounce(&scans, &scan) {
                self.notice = Some("the same code twice at once: counted once".to_owned());
                self.around.sound(Tone::Duplicate);
                bounced.extend(scan.id);
            } else {
                scans.push(scan);
            }
        }
        // They count with the one before, whatever becomes of that.
        self.all_done(&bounced, Sign::Warning);
        match self.scans.push(scans.clone()) {
            Ok(done) => {
                self.all_done(&done, Sign::Ok);
                self.work_off();
            }
            Err(failure) => self.not_taken(scans, &failure),
        }
    }

    /// Whether a scan is the one before it of the same scanner once more. What a bridge gives again
    /// is none: it is known by its id.
    fn is_bounce(&mut self, scans: &[Scanned], scan: &Scanned) -> bool {
        let is_given_again = scan.id.as_ref().is_some_and(|id| {
            let is_here = scans.iter().any(|other| other.id.as_ref() == Some(id));
            is_here || self.scans.knows(id)
        });
        let window = self.bounce_millis;
        let bounce = self.bounces.entry(scan.device.clone());
        let bounce = bounce.or_insert_with(|| Bounce::within(window));
        !is_given_again && bounce.is_one(&scan.text, scan.at)
    }

    fn all_done(&self, ids: &[ScanId], sign: Sign) {
        for id in ids {
            self.around.scanners.done(Some(id), sign);
        }
    }

    /// The disk has none of these. What was typed is typed again; what a bridge gave stays with it
    /// until the disk takes it.
    fn not_taken(&mut self, scans: Vec<Scanned>, failure: &Failure) {
        let (kept, typed): (Vec<Scanned>, Vec<Scanned>) =
            scans.into_iter().partition(|scan| scan.id.is_some());
        let what = match (kept.is_empty(), typed.is_empty()) {
            (_, false) => "not taken, scan it again",
            (false, true) => "waits until the disk takes it",
            (true, true) => return,
        };
        self.kept = kept;
        let says = format!("{what}: {}", failed_text(failure));
        self.answer(SystemClock.now(), "", Tone::Error, says, None);
    }

    /// Tries once more what the disk did not take; says nothing while it still does not.
    fn take_kept(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        if let Ok(done) = self.scans.push(self.kept.clone()) {
            self.kept.clear();
            self.all_done(&done, Sign::Ok);
            self.work_off();
        }
    }

    /// Takes all scans that wait.
    fn work_off(&mut self) {
        let changes = self.work().node.changes();
        while self.take_next() {
            self.show();
        }
        if self.work().node.changes() != changes {
            self.wish(Wish::Wrote);
        }
    }

    /// Takes a scan that waits; says whether there was one.
    fn take_next(&mut self) -> bool {
        let taken = self
            .scans
            .take_next(|work, raw| Standing::before(work, raw));
        let (raw, reply, before) = match taken {
            Ok(Some(taken)) => taken,
            Ok(None) => return false,
            Err(failure) => {
                let says = format!(
                    "{}; what was scanned is kept, and taken with the next scan",
                    failed_text(&failure)
                );
                self.answer(SystemClock.now(), "", Tone::Error, says, None);
                return false;
            }
        };
        let work = self.work();
        let item = before.map(|before| {
            let (item, location) = (before.item.clone(), work.session.location());
            let (after, is_blind) = work.node.read(|fold| {
                let after = Standing::of(fold, item, location);
                (after, work.session.is_blind(fold))
            });
            let item = after.since(&before);
            match is_blind {
                // Whoever counts blind is not told how much there is.
                true => Item {
                    on_hand: None,
                    here: None,
                    ..item
                },
                false => item,
            }
        });
        self.around.scanners.done(raw.id().as_ref(), reply.sign);
        let says = self.without_guide(reply.text);
        self.answer(raw.at, &raw.text, Tone::of(reply.sign), says, item);
        true
    }

    /// An answer without what to do next, which the screen has a place for.
    fn without_guide(&self, says: String) -> String {
        let Work { node, session, .. } = self.work();
        match node.read(|fold| session.guide(fold)) {
            Some(guide) => says.replacen(&format!("; {guide}"), "", 1),
            None => says,
        }
    }

    fn answer(&mut self, at: Timestamp, scan: &str, tone: Tone, says: String, item: Option<Item>) {
        self.around.sound(tone);
        let work = self.work();
        let user = work.actor.user.as_ref();
        let user = user.map_or_else(|| work.node.name(), ToString::to_string);
        self.answered.push_front(Answered {
            at: self.around.time_of_day(at),
            tone,
            scan: scan.to_owned(),
            says,
            user,
            item,
        });
        self.answered.truncate(ANSWERED_MAX);
    }

    fn work(&self) -> &Work<'a> {
        self.scans.work()
    }

    fn show(&self) {
        self.around.newest.show(self.view());
    }

    fn view(&self) -> View {
        let Work { node, session, .. } = self.work();
        let (status, device) = (self.status(), node.name());
        node.read(|fold| {
            let location = session.location();
            let document = session.document().and_then(|(family, id)| {
                let (_, number) = fold.document_name(id)?;
                Some(format!("{} {number}", family.short()))
            });
            let tasks = session.tasks(fold);
            View {
                mode: session.mode(),
                location: location.map(ToString::to_string),
                location_name: location.map_or_else(String::new, |location| {
                    fold.name_of(Class::Location, location)
                }),
                document,
                owner: session.owner().map(ToString::to_string),
                reason: session.reason().map(str::to_owned),
                prompt: session.prompt_with(fold, &tasks),
                typed: self.typed.clone(),
                notice: self.notice.clone(),
                answered: self.answered.iter().cloned().collect(),
                tasks: tasks.iter().map(Task::text).collect(),
                user: self.work().actor.user.as_ref().map(ToString::to_string),
                device,
                status,
                is_help: self.is_help,
            }
        })
    }

    fn status(&self) -> Status {
        let now = SystemClock.now();
        let ago = |then: Timestamp| age(now.millis().saturating_sub(then.millis()));
        // What cannot be counted for a moment is counted with the next look.
        let (pending, oldest) = self.work().node.view().pending().unwrap_or_default();
        let Told { link, text, until } = &self.told;
        let again = until.map(|until| {
            let left = until.millis().saturating_sub(now.millis());
            format!("again in {}", age(left))
        });
        let whole = text.as_ref().map(|text| match &again {
            Some(again) => format!("{text}, {again}"),
            None => text.clone(),
        });
        let why = match link {
            Link::Offline => again,
            Link::Alone | Link::Asking | Link::Online | Link::Off | Link::Refused => whole.clone(),
        };
        Status {
            pending,
            oldest: oldest.map(ago),
            link: *link,
            why,
            why_whole: whole,
            synced: self.work().node.view().synced_at().map(ago),
            scanned: self.scanned.map(ago),
            // Where there is only the keyboard there is nothing to say.
            scanner: self.around.scanners.are_there().then_some(self.scanner),
        }
    }

    /// What is said below the command at the end: what is open, and what is not sent. Where it was
    /// not the person who left, the session goes on the next time.
    pub(super) fn farewell(self) -> Result<Answer, Failure> {
        let node = self.work().node;
        let unsent = Unsent::of(node)?.told();
        let mut answer = Answer::new(match (node.server_url(), unsent) {
            (None, _) => "All is saved on this device, which has no server.".to_owned(),
            (Some(_), None) => "All is saved and sent.".to_owned(),
            (Some(_), Some(unsent)) => format!("All is saved; {unsent}."),
        });
        if self.has_left {
            answer.warnings.extend(self.scans.end()?);
        }
        Ok(answer)
    }
}

/// What did not come through, in one line.
fn failed_text(failure: &Failure) -> String {
    match &failure.hint {
        Some(hint) => format!("{}; {hint}", failure.text),
        None => failure.text.clone(),
    }
}

/// A length of time in one word and a number: `38 s`, `4 min`, `7 h`, `3 d`.
fn age(millis: u64) -> String {
    match millis / 1_000 {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3_599 => format!("{} min", seconds / 60),
        seconds @ 3_600..=172_799 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let of = |seconds: u64| age(seconds * 1_000);
        assert_eq!(
            [of(0), of(59), of(60), of(3_599)],
            ["0 s", "59 s", "1 min", "59 min"]
        );
        assert_eq!(
            [of(3_600), of(172_799), of(172_800)],
            ["1 h", "47 h", "2 d"]
        );
    }
}
