//! Bridge and client killed with SIGKILL, again and again, while scans come: every one of them is
//! written down once.
//!
//! A person scans again what was not heard of: so what the bridge had read and not kept when it
//! died is sent once more. That is known from outside, by the bridge's own file and the client's.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use firmware_bridge::spool::Spool;
use firmware_bridge::{Client, Heard, Scan, ScanSource as _, Tone};

use crate::devices::{pos, pos_reports};
use crate::mock::{LONG, Mock};

/// All scans of the test.
const SCANS: usize = 10_000;
/// So many scans are on their way at a time.
const BATCH: usize = 150;
/// What the scanner is told for a scan that is safe.
const BEEP: &str = "HOST 1-1 out 02 0408";

/// What a client writes down: a scan's id and what it says.
fn note(scan: &Scan) -> String {
    format!("{} {}\n", scan.scan_id, scan.text().unwrap())
}

/// The client's process: writes each scan down, syncs, and only then says that it is done. It is
/// this very program, started anew by the test below; without that it is no test at all.
#[test]
fn client_process() {
    let Some(folder) = std::env::var_os("STOCK_BRIDGE_TEST_CLIENT") else {
        return;
    };
    let folder = Path::new(&folder);
    let path = folder.join("notes");
    let mut known = notes(&path);
    let mut file = File::options()
        .append(true)
        .create(true)
        .open(&path)
        .unwrap();
    // What a killed client had not written to its end is no note.
    let len = u64::try_from(
        known
            .iter()
            .map(|(id, text)| id.len() + text.len() + 2)
            .sum::<usize>(),
    );
    file.set_len(len.unwrap()).unwrap();
    let mut received = File::options()
        .append(true)
        .create(true)
        .open(folder.join("received"));
    let received = received.as_mut().unwrap();
    let client = Client::new(&folder.join("sock"));
    while let Ok(heard) = client.next(LONG) {
        let Some(Heard::Scan(scan)) = heard else {
            continue;
        };
        let id = scan.scan_id.to_string();
        received.write_all(note(&scan).as_bytes()).unwrap();
        if !known.iter().any(|(one, _)| *one == id) {
            file.write_all(note(&scan).as_bytes()).unwrap();
            file.sync_data().unwrap();
            known.push((id, scan.text().unwrap().to_owned()));
            // Only what may be delivered again has to be known.
            let old = known.len().saturating_sub(4 * BATCH);
            known.drain(..old);
        }
        client.done(&scan.scan_id, Tone::Ok);
    }
}

/// The whole notes of a client.
fn notes(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let note = |line: &str| {
        let (id, text) = line.trim_end().split_once(' ').unwrap();
        (id.to_owned(), text.to_owned())
    };
    lines.map(note).collect()
}

/// What somebody who looks on needs to know.
struct Trial {
    mock: Mock,
    client: Option<Child>,
    seed: u64,
    bridge_kills: usize,
    client_kills: usize,
}

impl Trial {
    fn start_bridge(&mut self) {
        let (socket, spool) = (self.mock.path("sock"), self.mock.path("spool"));
        let (socket, spool) = (socket.display(), spool.display());
        self.mock
            .run(&format!("run --json --socket {socket} --spool {spool}"));
    }

    fn start_client(&mut self) {
        let program = std::env::current_exe().unwrap();
        let client = Command::new(program)
            .args(["--exact", "kills::client_process", "--nocapture"])
            .env("STOCK_BRIDGE_TEST_CLIENT", self.mock.folder.path())
            .stdout(Stdio::null())
            .spawn();
        self.client = Some(client.unwrap());
    }

    fn kill_client(&mut self) {
        if let Some(mut client) = self.client.take() {
            client.kill().unwrap();
            client.wait().unwrap();
        }
    }

    /// The next random number below a bound.
    fn luck(&mut self, below: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.seed >> 33).unwrap() % below
    }

    fn noted(&self) -> Vec<(String, String)> {
        notes(&self.mock.path("notes"))
    }

    /// Kills the bridge and tells which of these scans nobody has.
    fn kill_bridge(&mut self, sent: &[usize]) -> Vec<usize> {
        self.mock.kill();
        self.mock.command("clear 1-1");
        self.bridge_kills += 1;
        let mut kept: BTreeSet<String> = self.noted().into_iter().map(|(_, text)| text).collect();
        let spool = Spool::open(&self.mock.path("spool")).unwrap();
        kept.extend(
            waiting(&spool)
                .iter()
                .map(|scan| scan.text().unwrap().to_owned()),
        );
        // What the bridge gave away was on its disk, and stays there until it is noted.
        let given = notes(&self.mock.path("received"));
        let gone = given.iter().find(|(_, text)| !kept.contains(text));
        assert_eq!(gone, None, "the bridge lost what it had given away");
        let lost = sent.iter().filter(|number| !kept.contains(&code(**number)));
        lost.copied().collect()
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.kill_client();
    }
}

fn waiting(spool: &Spool) -> Vec<Scan> {
    let mut all = Vec::new();
    let mut place = None;
    while let Some((next, scan)) = spool.after(place) {
        all.push(scan.clone());
        place = Some(next);
    }
    all
}

fn code(number: usize) -> String {
    format!("CODE-{number:05}")
}

#[test]
fn ten_thousand_scans_are_written_down_once_each_though_both_sides_are_killed() {
    let test = "ten_thousand_scans_are_written_down_once_each_though_both_sides_are_killed";
    let Some(mock) = Mock::with(test, &[pos("1-1", 4, true)]) else {
        return;
    };
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).unwrap();
    let mut trial = Trial {
        mock,
        client: None,
        seed: u64::from_le_bytes(seed),
        bridge_kills: 0,
        client_kills: 0,
    };
    println!("seed {}", trial.seed);
    trial.start_bridge();
    trial.start_client();
    let mut beeps = 0;
    let mut to_send: VecDeque<usize> = (0..SCANS).collect();
    while !to_send.is_empty() {
        let count = to_send.len().min(BATCH);
        let batch: Vec<usize> = to_send.drain(..count).collect();
        for number in &batch {
            trial.mock.send("1-1", &pos_reports("]E0", &code(*number)));
        }
        // They die in the middle of it, one of them or both.
        let until = trial.luck(count);
        for _ in 0..until {
            trial.mock.until(BEEP);
        }
        beeps += until;
        let who = trial.luck(3);
        if who != 0 {
            trial.kill_client();
            trial.client_kills += 1;
        }
        if who != 1 {
            for number in trial.kill_bridge(&batch).into_iter().rev() {
                to_send.push_front(number);
            }
            trial.start_bridge();
        }
        if trial.client.is_none() {
            trial.start_client();
        }
        beeps += until_noted(&mut trial, &batch, &to_send);
    }
    let notes = trial.noted();
    let texts: BTreeSet<&str> = notes.iter().map(|(_, text)| text.as_str()).collect();
    let ids: BTreeSet<&str> = notes.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((notes.len(), texts.len(), ids.len()), (SCANS, SCANS, SCANS));
    assert!(beeps <= SCANS, "a scan sounds once at most");
    assert!(trial.bridge_kills > 20 && trial.client_kills > 20);
    println!(
        "{SCANS} scans, {} bridges and {} clients killed, {beeps} beeps",
        trial.bridge_kills, trial.client_kills
    );
}

/// Waits until all of a batch is written down but what is to be sent again; returns how often the
/// scanner was told to sound meanwhile.
fn until_noted(trial: &mut Trial, batch: &[usize], again: &VecDeque<usize>) -> usize {
    let again: BTreeSet<usize> = again.iter().copied().collect();
    let wanted: Vec<String> = batch
        .iter()
        .filter(|number| !again.contains(number))
        .map(|number| code(*number))
        .collect();
    for _ in 0..LONG.as_millis() / 20 {
        let noted: BTreeSet<String> = trial.noted().into_iter().map(|(_, text)| text).collect();
        if wanted.iter().all(|code| noted.contains(code)) {
            let lines = trial.mock.passed();
            return lines.iter().filter(|line| line.starts_with(BEEP)).count();
        }
        trial.mock.pass(Duration::from_millis(20));
    }
    panic!("not all is written down: {wanted:?}");
}
