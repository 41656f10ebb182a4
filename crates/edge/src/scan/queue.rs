//! Scans that are on the disk before anybody knows what they mean, and where the session stands
//! after each: a program that was killed goes on where it was, and takes what it had not come to.
//!
//! A small file in the store's directory, a JSON object a line: scans, with the idempotency key
//! that what comes of them is written with, and what was done. A scan is synced before it is
//! looked at. What was done is not: where a loss of power takes it, the scan is taken again, and
//! its key says that it was written.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use firmware_bridge::ScanId;
use ledger_core::entry::IdempotencyKey;
use ledger_core::{Timestamp, UserName};
use ledger_node::request_key;
use scanning::Session;
use serde::{Deserialize, Serialize};

use super::scanned::Scanned;

const FILE: &str = "scans.queue";
/// Before the id that a bridge gives a scan, in its key.
const OF_BRIDGE: &str = "bridge ";
/// So many scans of bridges that are done are known by their ids when they are given again: more
/// than there are acknowledgements on their way through a socket, which are lost with a bridge.
const KNOWN_MAX: usize = 4096;
/// A file that is larger is written anew when all of it is done.
const BYTES_MAX: u64 = 1 << 20;

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// A scan: its number, key and time, and the text as it came.
    Scan(u64, String, u64, String),
    /// Everything up to a number is done, the session stands there, and this user works.
    Done(u64, String, Option<String>),
    /// Keys of scans of bridges that are done.
    Known(Vec<String>),
}

/// Where a session stood, and who worked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stood {
    pub(crate) session: Session,
    pub(crate) user: Option<UserName>,
}

/// A scan that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    number: u64,
    key: String,
    /// When it was made.
    pub(crate) at: Timestamp,
    /// As it came.
    pub(crate) text: String,
}

impl Raw {
    /// The key that what comes of it is written with, once.
    pub(crate) fn once(&self) -> IdempotencyKey {
        IdempotencyKey {
            key: request_key("scan", &self.key),
            row: 0,
        }
    }

    /// What the bridge calls it that it came from.
    pub(crate) fn id(&self) -> Option<ScanId> {
        let id = self.key.strip_prefix(OF_BRIDGE)?;
        ScanId::try_from(id.to_owned()).ok()
    }
}

/// The queue of one store.
#[derive(Debug)]
pub(crate) struct Queue {
    path: PathBuf,
    file: File,
    /// What no other queue has, of this store or a copy of it.
    name: String,
    last: u64,
    waiting: VecDeque<Raw>,
    /// Keys of scans that came from bridges, the oldest first; some may still wait.
    known: VecDeque<String>,
    /// What was written last may lack its end.
    is_torn: bool,
}

impl Queue {
    /// The queue of the store in a directory, and where its session stands. Keys are made of the
    /// origin that the store writes under, so that a copy makes others. `user` is who works, where
    /// the queue does not know it better.
    pub(crate) fn open(
        store: &Path,
        origin: &str,
        now: Timestamp,
        user: Option<&UserName>,
    ) -> io::Result<(Self, Stood)> {
        let path = store.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut waiting = VecDeque::new();
        let mut known = VecDeque::new();
        let mut last = 0;
        let mut is_begun = false;
        let mut stood = Stood {
            session: Session::default(),
            user: user.cloned(),
        };
        // A line that was torn was not acknowledged.
        let lines = bytes.split(|byte| *byte == b'\n');
        for line in lines.filter_map(|line| serde_json::from_slice(line).ok()) {
            match line {
                Line::Scan(number, key, at, text) => {
                    last = number;
                    let at = Timestamp::from_millis(at);
                    know(&mut known, &key);
                    waiting.push_back(Raw {
                        number,
                        key,
                        at,
                        text,
                    });
                }
                Line::Done(number, saved, user) => {
                    last = last.max(number);
                    waiting.retain(|raw: &Raw| raw.number > number);
                    is_begun = true;
                    stood = Stood {
                        session: Session::of_saved(&saved).unwrap_or_default(),
                        user: user.and_then(|user| UserName::new(&user).ok()),
                    };
                }
                Line::Known(keys) => keys.iter().for_each(|key| know(&mut known, key)),
            }
        }
        let mut queue = Self {
            file: appended(&path)?,
            path,
            // Whatever follows a torn line is a line of its own.
            is_torn: bytes.last().is_some_and(|last| *last != b'\n'),
            name: format!("{origin} {}", now.millis()),
            last,
            waiting,
            known,
        };
        if bytes.is_empty() {
            sync_dir(store)?;
        }
        if !is_begun {
            queue.append(done_line(last, &stood.session, user)?)?;
        }
        Ok((queue, stood))
    }

    /// Takes scans in; on return they are on the disk. Gives the ids of those that were done before
    /// and are not taken once more.
    pub(crate) fn push(&mut self, scans: Vec<Scanned>) -> io::Result<Vec<ScanId>> {
        let before = self.file.metadata()?.len();
        let mut lines = Vec::new();
        let mut raws: Vec<Raw> = Vec::new();
        let mut done = Vec::new();
        for Scanned { at, text, id, .. } in scans {
            let key = id.as_ref().map(key_of);
            if key.as_ref().is_some_and(|key| self.is_waiting(key)) {
                continue;
            }
            if key.as_ref().is_some_and(|key| self.known.contains(key)) {
                done.extend(id);
                continue;
            }
            self.last = self.last.saturating_add(1);
            let raw = Raw {
                number: self.last,
                key: key.unwrap_or_else(|| format!("{} {}", self.name, self.last)),
                at,
                text,
            };
            if raws.iter().any(|other| other.key == raw.key) {
                continue;
            }
            let line = Line::Scan(raw.number, raw.key.clone(), at.millis(), raw.text.clone());
            lines.extend(json_line(&line)?);
            raws.push(raw);
        }
        if raws.is_empty() {
            return Ok(done);
        }
        let written = self.append(lines);
        if let Err(error) = written.and_then(|()| self.file.sync_data()) {
            // They are scanned again, so nothing of them may come back.
            drop(self.file.set_len(before));
            self.is_torn = true;
            return Err(error);
        }
        for raw in &raws {
            know(&mut self.known, &raw.key);
        }
        self.waiting.extend(raws);
        Ok(done)
    }

    /// Writes lines behind all others, and as lines of their own whatever stands there.
    fn append(&mut self, lines: Vec<u8>) -> io::Result<()> {
        let lines = match self.is_torn {
            true => [b"\n".to_vec(), lines].concat(),
            false => lines,
        };
        let written = self.file.write_all(&lines);
        self.is_torn = written.is_err();
        written
    }

    /// Begins the file anew with these lines, which are on the disk then.
    fn begin_anew(&mut self, lines: &[u8]) -> io::Result<()> {
        let new = self.path.with_extension("new");
        drop(fs::remove_file(&new));
        let mut file = appended(&new)?;
        file.write_all(lines)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.file = file;
        self.is_torn = false;
        self.path.parent().map_or(Ok(()), sync_dir)
    }

    fn known_line(&self) -> io::Result<Vec<u8>> {
        json_line(&Line::Known(self.known.iter().cloned().collect()))
    }

    fn is_waiting(&self, key: &str) -> bool {
        self.waiting.iter().any(|raw| raw.key == key)
    }

    /// Whether a scan of a bridge was taken in before, done by now or not.
    pub(crate) fn knows(&self, id: &ScanId) -> bool {
        let key = key_of(id);
        self.is_waiting(&key) || self.known.contains(&key)
    }

    /// A scan that could not be taken waits again, before all others.
    pub(crate) fn back(&mut self, raw: Raw) {
        self.waiting.push_front(raw);
    }

    /// The next scan that waits.
    pub(crate) fn next(&mut self) -> Option<Raw> {
        self.waiting.pop_front()
    }

    /// A scan is done, and what came of it on the disk.
    pub(crate) fn done(
        &mut self,
        raw: &Raw,
        session: &Session,
        user: Option<&UserName>,
    ) -> io::Result<()> {
        let line = done_line(raw.number, session, user)?;
        let is_large = self.file.metadata()?.len() > BYTES_MAX;
        if !is_large || !self.waiting.is_empty() {
            return self.append(line);
        }
        let known = self.known_line()?;
        self.begin_anew(&[known, line].concat())
    }

    /// The session is over, and nothing of it goes on; what a bridge may give again is known.
    pub(crate) fn end(mut self) -> io::Result<()> {
        if !self.waiting.is_empty() {
            // What could not be taken is no less a scan: the session goes on with it.
            return Ok(());
        }
        if !self.known.is_empty() {
            let known = self.known_line()?;
            return self.begin_anew(&known);
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The key of a scan of a bridge.
fn key_of(id: &ScanId) -> String {
    format!("{OF_BRIDGE}{id}")
}

/// Makes what was created or renamed in a directory last.
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Takes note of the key of a scan, if it came from a bridge.
fn know(known: &mut VecDeque<String>, key: &str) {
    if !key.starts_with(OF_BRIDGE) {
        return;
    }
    known.push_back(key.to_owned());
    if known.len() > KNOWN_MAX {
        known.pop_front();
    }
}

fn appended(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn done_line(number: u64, session: &Session, user: Option<&UserName>) -> io::Result<Vec<u8>> {
    let user = user.map(ToString::to_string);
    json_line(&Line::Done(number, session.saved(), user))
}

fn json_line(line: &Line) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(7);

    fn open(dir: &Path) -> (Queue, Session) {
        let (queue, stood) = Queue::open(dir, "origin", NOW, None).unwrap();
        (queue, stood.session)
    }

    fn push(queue: &mut Queue, texts: &[&str]) {
        let scans = texts
            .iter()
            .map(|text| Scanned::typed(NOW, (*text).to_owned()));
        assert_eq!(queue.push(scans.collect()).unwrap(), []);
    }

    fn texts(queue: &mut Queue) -> Vec<String> {
        std::iter::from_fn(|| queue.next())
            .map(|raw| raw.text)
            .collect()
    }

    fn at_a() -> Session {
        Session::of_saved("{\"mode\":\"ADD\",\"location\":\"A\"}").unwrap()
    }

    #[test]
    fn what_could_not_be_taken_comes_before_all_others() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, _) = open(dir.path());
        push(&mut queue, &["A", "B"]);
        let first = queue.next().unwrap();
        queue.back(first);
        push(&mut queue, &["C"]);
        assert_eq!(texts(&mut queue), ["A", "B", "C"]);
    }

    #[test]
    fn what_was_not_done_waits_and_the_session_stands_where_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, session) = open(dir.path());
        assert_eq!(session, Session::default());
        push(&mut queue, &["A\nB", "C", "D"]);
        let first = queue.next().unwrap();
        queue.done(&first, &at_a(), None).unwrap();
        drop(queue);
        let (mut queue, session) = open(dir.path());
        assert_eq!(session, at_a());
        push(&mut queue, &["E"]);
        assert_eq!(texts(&mut queue), ["C", "D", "E"]);
        queue.end().unwrap();
        let (mut queue, session) = open(dir.path());
        assert_eq!(
            (texts(&mut queue), session),
            (Vec::new(), Session::default())
        );
    }

    #[test]
    fn who_worked_when_the_scans_were_made_is_known_also_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let user = |name: &str| UserName::new(name).unwrap();
        let open = |name| Queue::open(dir.path(), "origin", NOW, Some(&user(name))).unwrap();
        let (mut queue, _) = open("olga");
        push(&mut queue, &["A", "B"]);
        drop(queue);
        let (mut queue, stood) = open("ben");
        assert_eq!(stood.user, Some(user("olga")));
        let first = queue.next().unwrap();
        queue.done(&first, &at_a(), None).unwrap();
        drop(queue);
        assert_eq!(open("ben").1.user, None);
    }

    #[test]
    fn a_torn_line_is_no_scan_and_spoils_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, _) = open(dir.path());
        push(&mut queue, &["A", "B"]);
        drop(queue);
        let path = dir.path().join(FILE);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let (mut queue, _) = open(dir.path());
        push(&mut queue, &["C"]);
        drop(queue);
        assert_eq!(texts(&mut open(dir.path()).0), ["A", "C"]);
    }

    #[test]
    fn every_scan_has_a_key_of_its_own_that_it_keeps() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, _) = open(dir.path());
        push(&mut queue, &["A", "A"]);
        let keys: Vec<_> = std::iter::from_fn(|| queue.next())
            .map(|raw| raw.once())
            .collect();
        assert_ne!(keys[0], keys[1]);
        drop(queue);
        let (mut again, _) = open(dir.path());
        assert_eq!(again.next().unwrap().once(), keys[0]);
        // The same moment and number in a copy of the store, which writes under another origin.
        let other = tempfile::tempdir().unwrap();
        let (mut copy, _) = Queue::open(other.path(), "another", NOW, None).unwrap();
        push(&mut copy, &["A"]);
        assert_ne!(copy.next().unwrap().once(), keys[0]);
    }

    /// A scan of a bridge.
    fn bridged(number: u8, text: &str) -> Scanned {
        let id = format!("0190f5b6-0000-7000-8000-0000000000{number:02x}");
        Scanned {
            id: Some(id.try_into().unwrap()),
            ..Scanned::typed(NOW, text.to_owned())
        }
    }

    #[test]
    fn a_scan_that_a_bridge_gives_again_is_taken_once() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, _) = open(dir.path());
        let (first, second) = (bridged(1, "A"), bridged(2, "A"));
        let all = vec![first.clone(), second.clone(), first.clone()];
        assert_eq!(queue.push(all).unwrap(), []);
        // It waits: nobody may be told yet that it is done.
        assert_eq!(queue.push(vec![first.clone()]).unwrap(), []);
        let raw = queue.next().unwrap();
        assert_eq!(raw.id(), first.id);
        queue.done(&raw, &at_a(), None).unwrap();
        drop(queue);
        let (mut queue, _) = open(dir.path());
        let again = queue.push(vec![first.clone(), second.clone()]).unwrap();
        assert_eq!(again, [first.id.clone().unwrap()]);
        assert_eq!(texts(&mut queue), ["A"]);
        // Also when the session ended, and when the file has begun anew meanwhile.
        queue.end().unwrap();
        let (mut queue, session) = open(dir.path());
        assert_eq!(session, Session::default());
        assert!(queue.knows(&first.id.clone().unwrap()));
        push(&mut queue, &[&"X".repeat(1 << 20)]);
        let large = queue.next().unwrap();
        queue.done(&large, &at_a(), None).unwrap();
        drop(queue);
        let (mut queue, _) = open(dir.path());
        let again = queue.push(vec![first.clone(), second.clone()]).unwrap();
        assert_eq!(again, [first.id.unwrap(), second.id.unwrap()]);
        assert_eq!(texts(&mut queue), Vec::<String>::new());
    }

    #[test]
    fn a_large_file_begins_anew_when_all_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let (mut queue, _) = open(dir.path());
        push(&mut queue, &[&"X".repeat(1 << 20), "B"]);
        let (large, last) = (queue.next().unwrap(), queue.next().unwrap());
        queue.done(&large, &at_a(), None).unwrap();
        queue.done(&last, &at_a(), None).unwrap();
        assert!(fs::metadata(dir.path().join(FILE)).unwrap().len() < 1_000);
        push(&mut queue, &["C"]);
        drop(queue);
        let (mut queue, session) = open(dir.path());
        assert_eq!((texts(&mut queue), session), (vec!["C".to_owned()], at_a()));
    }
}
