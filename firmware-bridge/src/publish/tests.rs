//! Bridge and client over a real socket: who is given what, and how often.

use std::sync::mpsc::{self, Receiver};

use super::*;
use crate::client::Client;
use crate::source::{Heard, ScanSource};
use crate::wire::{ScanId, ScanIds};

const LONG: Duration = Duration::from_secs(20);

struct Bridge {
    folder: tempfile::TempDir,
    socket: PathBuf,
    publisher: Publisher,
    sounds: Receiver<(ScanId, Tone)>,
    ids: ScanIds,
}

impl Bridge {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: tempfile::TempDir) -> Self {
        let socket = folder.path().join("sock");
        Self::start_at(folder, socket)
    }

    fn start_at(folder: tempfile::TempDir, socket: PathBuf) -> Self {
        let (sender, sounds) = mpsc::channel();
        let sound = move |scan: &Scan, tone| sender.send((scan.scan_id.clone(), tone)).unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let publisher = Publisher::new(spool, Box::new(sound));
        publisher.listen(&socket).unwrap();
        Self {
            folder,
            socket,
            publisher,
            sounds,
            ids: ScanIds::default(),
        }
    }

    fn path(&self) -> PathBuf {
        self.socket.clone()
    }

    fn client(&self) -> Client {
        Client::new(&self.path())
    }

    fn plain(&self) -> BufReader<UnixStream> {
        let stream = UnixStream::connect(self.path()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        BufReader::new(stream)
    }

    fn scan(&mut self, text: &str) -> ScanId {
        let scan_id = self.ids.next(1_700_000_000_000, [5; 8]);
        let scan = Scan {
            scan_id: scan_id.clone(),
            device: "0c2e:0b6a/S1".to_owned(),
            at_ms: 1_700_000_000_000,
            aim: None,
            data: text.as_bytes().to_vec(),
            framing: "report".to_owned(),
            mode: "hidpos".to_owned(),
            is_stale: false,
        };
        self.publisher.take(scan).unwrap();
        scan_id
    }

    fn until_acked(&self, waiting: usize) {
        let state = self.publisher.state();
        let changed = &self.publisher.shared.changed;
        let waited = changed.wait_timeout_while(state, LONG, |state| state.spool.len() > waiting);
        assert!(!waited.unwrap().1.timed_out(), "acknowledgements arrive");
    }

    /// Waits until no client is served.
    fn until_alone(&self) {
        let state = self.publisher.state();
        let changed = &self.publisher.shared.changed;
        let waited = changed.wait_timeout_while(state, LONG, |state| state.client.is_some());
        assert!(!waited.unwrap().1.timed_out(), "the client is let go");
    }
}

fn next_scan(client: &Client) -> Scan {
    for _ in 0..200 {
        match client.next(Duration::from_millis(100)).unwrap() {
            Some(Heard::Scan(scan)) => return scan,
            Some(Heard::Notice(_)) | None => {}
        }
    }
    panic!("no scan came");
}

fn line(stream: &mut BufReader<UnixStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line
}

#[test]
fn a_scan_comes_and_sounds_only_when_it_is_acknowledged() {
    let mut bridge = Bridge::start();
    let client = bridge.client();
    let id = bridge.scan("A");
    let scan = next_scan(&client);
    assert_eq!((scan.scan_id.clone(), scan.text()), (id.clone(), Some("A")));
    assert!(bridge.sounds.try_recv().is_err(), "not before");
    client.done(&id, Tone::Warning);
    assert_eq!(
        bridge.sounds.recv_timeout(LONG).unwrap(),
        (id.clone(), Tone::Warning)
    );
    client.done(&id, Tone::Warning);
    let next = bridge.scan("B");
    client.done(&next_scan(&client).scan_id, Tone::Ok);
    assert_eq!(
        bridge.sounds.recv_timeout(LONG).unwrap(),
        (next, Tone::Ok),
        "once for each"
    );
}

#[test]
fn a_client_that_was_killed_is_given_again_what_it_had_not_acknowledged() {
    let mut bridge = Bridge::start();
    let ids: Vec<ScanId> = ["A", "B", "C"].map(|text| bridge.scan(text)).into();
    let client = bridge.client();
    for _ in &ids {
        next_scan(&client);
    }
    client.done(&ids[1], Tone::Ok);
    bridge.until_acked(2);
    drop(client);
    let client = bridge.client();
    assert_eq!(next_scan(&client).scan_id, ids[0]);
    assert_eq!(next_scan(&client).scan_id, ids[2]);
}

#[test]
fn a_bridge_that_comes_back_delivers_and_the_client_hands_out_once() {
    let mut bridge = Bridge::start();
    let first = bridge.scan("A");
    let second = bridge.scan("B");
    let client = bridge.client();
    assert_eq!(next_scan(&client).scan_id, first);
    assert_eq!(next_scan(&client).scan_id, second);
    // The first is done just when the bridge is killed: its acknowledgement is lost.
    let before = fs::read(bridge.folder.path().join("scans.spool")).unwrap();
    client.done(&first, Tone::Ok);
    bridge.until_acked(1);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scans.spool"), before).unwrap();
    fs::remove_file(bridge.path()).unwrap();
    let again = Bridge::start_at(folder, bridge.path());
    bridge.publisher.hang_up(1);
    assert_eq!(
        next_scan(&client).scan_id,
        second,
        "the first is acknowledged, not handed out"
    );
    assert_eq!(again.sounds.recv_timeout(LONG).unwrap(), (first, Tone::Ok));
    client.done(&second, Tone::Error);
    assert_eq!(
        again.sounds.recv_timeout(LONG).unwrap(),
        (second, Tone::Error)
    );
}

#[test]
fn a_second_client_is_told_that_there_is_one_and_has_its_turn_later() {
    let mut bridge = Bridge::start();
    let id = bridge.scan("A");
    let client = bridge.client();
    next_scan(&client);
    let mut second = bridge.plain();
    let refusal: serde_json::Value = serde_json::from_str(&line(&mut second)).unwrap();
    assert_eq!(refusal["error"]["code"], "busy");
    assert_eq!(line(&mut second), "", "and let go");
    let waits = bridge.client();
    let told = waits.next(LONG).unwrap();
    assert!(matches!(told, Some(Heard::Notice(notice)) if notice.code == "bridge-busy"));
    drop(client);
    bridge.until_alone();
    assert_eq!(next_scan(&waits).scan_id, id);
}

#[test]
fn a_client_that_says_something_else_is_told_what_to_say() {
    for words in [
        "hello\n".to_owned(),
        "{\"ack\":7}\n".to_owned(),
        "x".repeat(5000),
    ] {
        let mut bridge = Bridge::start();
        bridge.scan("A");
        let mut client = bridge.plain();
        assert!(line(&mut client).contains("\"text\":\"A\""));
        client.get_ref().write_all(words.as_bytes()).unwrap();
        let refusal: serde_json::Value = serde_json::from_str(&line(&mut client)).unwrap();
        assert_eq!(refusal["error"]["code"], "not-understood", "{refusal}");
        assert_eq!(bridge.publisher.waiting(), 1);
        bridge.until_alone();
    }
}

#[test]
fn a_client_that_does_not_read_holds_up_nobody() {
    let mut bridge = Bridge::start();
    let idle = bridge.plain();
    // Far more than a socket's buffers hold.
    let text = "x".repeat(8000);
    for _ in 0..200 {
        bridge.scan(&text);
    }
    assert_eq!(bridge.publisher.waiting(), 200);
    drop(idle);
    bridge.until_alone();
    let client = bridge.client();
    for left in (0..200).rev() {
        let scan = next_scan(&client);
        client.done(&scan.scan_id, Tone::Ok);
        bridge.until_acked(left);
    }
}

#[test]
fn a_client_without_a_bridge_says_so_once_and_finds_it_when_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::new(&folder.path().join("sock"));
    let Some(Heard::Notice(notice)) = client.next(LONG).unwrap() else {
        panic!("it says so");
    };
    assert_eq!(notice.code, "no-bridge");
    assert!(notice.hint.unwrap().contains("stock-bridge run --socket"));
    assert_eq!(client.next(Duration::from_millis(1)).unwrap(), None, "once");
    let mut bridge = Bridge::start_in(folder);
    let id = bridge.scan("A");
    assert_eq!(next_scan(&client).scan_id, id);
}

#[test]
fn a_socket_left_behind_is_replaced_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    drop(UnixListener::bind(&path).unwrap());
    let listener = bound(&path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660, "its group only");
    assert!(matches!(bound(&path), Err(ListenError::Taken { .. })));
    drop(listener);
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(bound(&file), Err(ListenError::NoSocket { .. })));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_scan_that_does_not_fit_is_told_once_and_taken_when_there_is_room() {
    let mut bridge = Bridge::start();
    let first = bridge.scan("A");
    let publisher = bridge.publisher.clone();
    let spare = Scan {
        scan_id: bridge.ids.next(1_700_000_000_000, [6; 8]),
        ..publisher.state().spool.after(None).unwrap().1.clone()
    };
    // The disk is full until somebody makes room.
    publisher.state().spool.break_disk();
    let (tell, told) = mpsc::channel();
    let taker = publisher.clone();
    let taking = std::thread::spawn(move || {
        taker.take_at_last(&spare, |error| tell.send(error.to_string()).unwrap());
    });
    assert!(
        told.recv_timeout(LONG)
            .unwrap()
            .contains("scans cannot be kept")
    );
    publisher.state().spool.mend_disk();
    publisher.shared.changed.notify_all();
    taking.join().unwrap();
    assert_eq!(publisher.waiting(), 2);
    assert!(told.recv().is_err(), "told once");
    publisher.acked(&Ack {
        ack: first,
        tone: Tone::Ok,
    });
    assert_eq!(publisher.waiting(), 1);
}

#[test]
fn a_client_hears_of_scanners_and_of_a_bridge_that_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::new(&folder.path().join("sock"));
    let heard = |client: &Client| -> String {
        for _ in 0..200 {
            match client.next(Duration::from_millis(100)).unwrap() {
                Some(Heard::Notice(notice)) => return notice.code.into_owned(),
                Some(Heard::Scan(_)) | None => {}
            }
        }
        panic!("no news came");
    };
    assert_eq!(heard(&client), "no-bridge");
    let mut bridge = Bridge::start_in(folder);
    assert_eq!(heard(&client), "bridge");
    let id = bridge.scan("A");
    assert_eq!(next_scan(&client).scan_id, id);
    let lost = Notice {
        device: Some("0c2e:0b6a/S1".to_owned()),
        code: "lost".into(),
        text: "was unplugged".to_owned(),
        hint: None,
        is_trouble: true,
    };
    bridge.publisher.tell(&lost);
    assert_eq!(client.next(LONG).unwrap(), Some(Heard::Notice(lost)));
}
