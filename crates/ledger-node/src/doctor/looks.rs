//! Looking: each finding is made here.
//!
//! **Invariant.** Nothing is changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ledger_core::entry::Content;
use ledger_core::time::DAY_MILLIS;
use ledger_core::{Origin, Timestamp};
use ledger_format::entry_bytes;
use ledger_store::{Examined, ExaminedIndex, ExaminedJournal, OpenError, Record};

use super::{Finding, Severity};
use crate::backup::{SAFE, SafeMark, safe_of_note};
use crate::error::NodeError;
use crate::keys::{self, Keys};
use crate::machine::options;
use crate::node::{Node, NodeKind, Progress, STORE};
use crate::view::time_text;

/// Below this much free space, appends are about to fail.
const SPACE_MIN: u64 = 64 * 1024 * 1024;
/// Below this much free space there should be made more.
const SPACE_LOW: u64 = 512 * 1024 * 1024;
/// The beginning of 2024: no clock that is right says less.
const CLOCK_MIN: Timestamp = Timestamp::from_millis(1_704_067_200_000);
/// So far ahead of the newest entry the clock is looked at twice: about a year.
const IDLE_MAX_MILLIS: u64 = 400 * DAY_MILLIS;
/// After so long a server should be backed up again.
const BACKUP_AGE_MILLIS: u64 = 7 * DAY_MILLIS;

/// What was seen.
pub(super) struct Look {
    pub(super) findings: Vec<Finding>,
    pub(super) examined: Examined,
    pub(super) entries: u64,
    dir: PathBuf,
    kind: NodeKind,
    is_hub: bool,
}

/// What the journal says beside its entries' number.
#[derive(Default)]
struct Read {
    own: BTreeSet<Origin>,
    newest: Timestamp,
    safe: Option<SafeMark>,
}

impl Look {
    /// Looks at everything.
    pub(super) fn take(
        dir: &Path,
        kind: NodeKind,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, NodeError> {
        if !Node::exists(dir) {
            return Err(OpenError::NotThere {
                path: dir.to_owned(),
            }
            .into());
        }
        let mut look = Self {
            findings: Vec::new(),
            examined: Examined::default(),
            entries: 0,
            dir: dir.to_owned(),
            kind,
            is_hub: false,
        };
        let mut read = Read {
            own: look.keys()?,
            ..Read::default()
        };
        look.space();
        look.store(&mut read, progress)?;
        look.clock(now, read.newest);
        // A backup of a hub says nothing of up to where the order is safe, so none is noted.
        if kind == NodeKind::Server && !look.is_hub {
            look.last_backup(now, read.safe.as_ref());
        }
        Ok(look)
    }

    /// Whether another program has the store.
    pub(super) const fn in_use(&self) -> bool {
        self.examined.in_use
    }

    fn found(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// How a command is typed for this node.
    fn command(&self, words: &str) -> String {
        match self.kind {
            NodeKind::Handheld => format!("stock {words}"),
            NodeKind::Server => format!("stock-server {words} --data {}", self.dir.display()),
        }
    }

    /// How entries come back that others have.
    const fn sync(&self) -> &'static str {
        match self.kind {
            NodeKind::Handheld => "stock sync",
            NodeKind::Server => "let every handheld sync",
        }
    }

    fn mend(&self) -> String {
        self.command("doctor --fix")
    }

    /// The keys beside the store; whose entries are our own.
    fn keys(&mut self) -> Result<BTreeSet<Origin>, NodeError> {
        let path = self.dir.join(keys::FILE);
        let keys = match Keys::read(&self.dir) {
            Ok(keys) => keys,
            Err(error) => {
                let text = error.to_string();
                let restore = self.command("restore FILE");
                self.found(
                    Finding::new("keys-damaged", Severity::Problem, text).fix(format!(
                        "the entries are not touched; take {} out of a backup of this node by \
                     restoring that into a new directory ({restore})",
                        path.display()
                    )),
                );
                return Ok(BTreeSet::new());
            }
        };
        if keys.kind() != self.kind {
            return Err(NodeError::WrongKind(match self.kind {
                NodeKind::Handheld => "this is a server's store: use stock-server with it",
                NodeKind::Server => "this is a handheld's store: use stock with it",
            }));
        }
        self.is_hub = keys.is_hub();
        if is_open_to_others(&path) {
            let text = format!("other users of this machine can read {}", path.display());
            self.found(
                Finding::new("keys-open", Severity::Warning, text)
                    .fix(format!("{} lets only its owner read it", self.mend())),
            );
        } else {
            self.found(Finding::new("keys", Severity::Ok, "the keys can be read"));
        }
        Ok(keys.origins().into_iter().collect())
    }

    /// Whether there is space, and whether the directory can be written.
    fn space(&mut self) {
        if !can_write(&self.dir) || !can_write(&self.dir.join(STORE)) {
            let text = format!("{} cannot be written by this user", self.dir.display());
            self.found(
                Finding::new("not-writable", Severity::Problem, text)
                    .fix("run the program as the user who owns the directory"),
            );
        }
        let Some(free) = free_space(&self.dir) else {
            return;
        };
        let text = format!("{} are free on its disk", spoken_bytes(free));
        let severity = match free {
            0..SPACE_MIN => Severity::Problem,
            SPACE_MIN..SPACE_LOW => Severity::Warning,
            SPACE_LOW.. => Severity::Ok,
        };
        let mut finding = Finding::new("disk-space", severity, text);
        if severity > Severity::Ok {
            finding = finding.fix("make space; all that was acknowledged is kept meanwhile");
        }
        self.found(finding);
    }

    fn store(
        &mut self,
        read: &mut Read,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), NodeError> {
        let options = options(&self.dir, |_| {});
        let examined = ledger_store::examine(
            &self.dir.join(STORE),
            self.kind.engine(),
            &options,
            &mut |step| {
                progress(Progress {
                    what: "reading the journal",
                    done: step.done,
                    total: step.total,
                });
            },
            &mut |record| read.take(record),
        );
        match examined {
            Ok(examined) => self.examined = examined,
            Err(OpenError::NewerFormat { what, found, .. }) => {
                let text =
                    format!("the {what} was written by a newer version of the program ({found})");
                self.found(
                    Finding::new("newer-format", Severity::Problem, text)
                        .fix("install that version; nothing is lost"),
                );
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if self.examined.in_use {
            let text = "a program has the store open just now, so the index was not looked at";
            self.found(Finding::new("in-use", Severity::Note, text).fix(format!(
                "to look at all of it, stop that program and run {}",
                self.command("doctor")
            )));
        }
        self.journal();
        self.index();
        self.lying_about();
        Ok(())
    }

    fn journal(&mut self) {
        let Some(journal) = self.examined.journal.clone() else {
            let text = "the journal is gone";
            let mend = self.mend();
            self.found(
                Finding::new("journal-missing", Severity::Problem, text)
                    .fix(format!("{mend} makes it anew from the index")),
            );
            return;
        };
        self.entries = journal.entries;
        let ExaminedJournal {
            entries,
            origins,
            damage,
            torn_bytes,
            unjoined,
        } = journal;
        if torn_bytes > 0 {
            let text = format!(
                "the last write was cut off ({torn_bytes} bytes); nobody was told that it is saved"
            );
            let finding = Finding::new("journal-torn", Severity::Note, text);
            self.found(finding.fix("nothing: the next start cuts it off"));
        }
        if let Some(first) = damage.first() {
            let more = match damage.len() {
                1 => String::new(),
                count => format!(" and {} more places", count.saturating_sub(1)),
            };
            let text = format!("the journal is damaged: {first}{more}");
            let mend = self.mend();
            self.found(
                Finding::new("journal-damaged", Severity::Problem, text).fix(format!(
                    "{mend} makes it anew from the index and keeps the damaged one; then sync: \
                     others give back what is missing"
                )),
            );
        } else if unjoined {
            let text = "entries in the journal do not continue what is before them";
            let mend = self.mend();
            self.found(
                Finding::new("journal-gap", Severity::Problem, text).fix(format!(
                    "{mend}, then sync: others give back what is missing"
                )),
            );
        } else {
            let text = format!(
                "the journal is whole: {entries} entries of {origins} {}",
                if origins == 1 { "origin" } else { "origins" }
            );
            self.found(Finding::new("journal", Severity::Ok, text));
        }
    }

    fn index(&mut self) {
        let mend = self.mend();
        let anew = format!("{mend} makes it anew from the journal; so does the next start");
        let finding = match &self.examined.index {
            ExaminedIndex::Unknown => return,
            ExaminedIndex::UpToDate => Finding::new("index", Severity::Ok, "the index is whole"),
            ExaminedIndex::Behind => {
                let text = "the index lacks the newest entries, as after a power cut";
                Finding::new("index-behind", Severity::Note, text)
                    .fix("nothing: the next start adds them")
            }
            ExaminedIndex::Ahead => {
                let text = "the end of the journal is missing; the index still has it";
                Finding::new("journal-short", Severity::Problem, text)
                    .fix(format!("{mend} makes the journal anew from the index"))
            }
            ExaminedIndex::Missing => {
                Finding::new("index-missing", Severity::Warning, "the index is gone").fix(anew)
            }
            ExaminedIndex::Unusable(why) => {
                let text = format!("the index cannot be read: {why}");
                Finding::new("index-damaged", Severity::Warning, text).fix(anew)
            }
        };
        self.found(finding);
    }

    fn lying_about(&mut self) {
        if let Some(first) = self.examined.leftovers.first() {
            let text = format!("an interrupted piece of work left {}", first.display());
            let mend = self.mend();
            self.found(
                Finding::new("leftovers", Severity::Note, text)
                    .fix(format!("{mend} takes it away; so does the next start")),
            );
        }
        if let Some(first) = self.examined.lost.first() {
            let more = match self.examined.lost.len() {
                1 => String::new(),
                count => format!(" and of {} more origins", count.saturating_sub(1)),
            };
            let fix = format!(
                "{}: others give back what they have; what nobody has is told until {} is taken \
                 away by hand",
                self.sync(),
                first.file.display()
            );
            let text = format!("{first}{more}");
            self.found(Finding::new("entries-missing", Severity::Problem, text).fix(fix));
        }
        if let Some((first, _)) = self.examined.set_aside.first() {
            let all = self.examined.set_aside.iter();
            let bytes = all.fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
            let text = format!(
                "{} kept as damaged: {} and so on",
                spoken_bytes(bytes),
                first.display()
            );
            let mend = self.mend();
            self.found(Finding::new("set-aside", Severity::Note, text).fix(format!(
                "{mend} takes away what the store has too, after checking every entry"
            )));
        }
    }

    fn clock(&mut self, now: Timestamp, newest: Timestamp) {
        let said = time_text(now);
        let ahead = now.millis().saturating_sub(newest.millis());
        let behind = newest.millis().saturating_sub(now.millis());
        let finding = if now < CLOCK_MIN {
            let text = format!("the clock is wrong: it says {said}");
            Finding::new("clock", Severity::Warning, text)
        } else if behind > DAY_MILLIS {
            let text = format!(
                "the clock says {said}, but the newest entry of this device is of {}",
                time_text(newest)
            );
            Finding::new("clock", Severity::Warning, text)
        } else if newest > Timestamp::ZERO && ahead > IDLE_MAX_MILLIS {
            let text = format!(
                "the clock says {said}, more than a year after the newest entry of this device"
            );
            Finding::new("clock", Severity::Note, text)
        } else {
            return self.found(Finding::new(
                "clock-ok",
                Severity::Ok,
                format!("it is {said}"),
            ));
        };
        self.found(finding.fix("set the clock of the machine; entries keep their order anyway"));
    }

    fn last_backup(&mut self, now: Timestamp, safe: Option<&SafeMark>) {
        let backup = self.command("backup FILE");
        let finding = match safe {
            None => Finding::new("backup", Severity::Note, "there was no backup yet"),
            Some(safe) => {
                let text = format!(
                    "the last backup is {} of {}, up to central number {}",
                    safe.file, safe.at, safe.central
                );
                let week_ago = now.millis().saturating_sub(BACKUP_AGE_MILLIS);
                if safe.at < time_text(Timestamp::from_millis(week_ago)) {
                    Finding::new("backup", Severity::Note, format!("{text}, over a week ago"))
                } else {
                    return self.found(Finding::new("backup-ok", Severity::Ok, text));
                }
            }
        };
        self.found(finding.fix(format!("make one: {backup}")));
    }
}

impl Read {
    fn take(&mut self, record: &Record) {
        if let Record::Note(note) = record
            && note.key == SAFE
        {
            self.safe = safe_of_note(&note.value);
        }
        let Some(slice) = record.slice().filter(|it| self.own.contains(&it.origin)) else {
            return;
        };
        for entry in slice.entries.iter() {
            if let Content::Known(entry) = entry_bytes::decode(entry) {
                self.newest = self.newest.max(entry.time);
            }
        }
    }
}

fn spoken_bytes(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match bytes {
        0..MIB => format!("{} KiB", bytes.div_ceil(1024)),
        MIB.. => format!("{} MiB", bytes / MIB),
    }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
const fn is_open_to_others(_path: &Path) -> bool {
    false
}

#[cfg(unix)]
fn can_write(dir: &Path) -> bool {
    rustix::fs::access(dir, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn can_write(dir: &Path) -> bool {
    fs::metadata(dir).is_ok_and(|data| !data.permissions().readonly())
}

/// How much space an ordinary user has left on a directory's disk, in bytes.
#[cfg(unix)]
fn free_space(dir: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(dir).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
const fn free_space(_dir: &Path) -> Option<u64> {
    None
}
