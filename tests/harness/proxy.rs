//! A bad network: a TCP proxy between handheld and server that does what it is told.
//!
//! Every new plan starts a fresh budget; once that is used up the line is dead until the next
//! plan, however often the client tries. Real sockets and threads, no waiting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::process::pause;
use crate::seed::Seed;

/// How long a message may be on its way at most, where the plan says that it is slow.
const SLOW_MILLIS: u64 = 300;
/// How long to wait for something to come through here.
const SEEN_LIMIT: Duration = Duration::from_secs(60);

/// What the proxy does with connections from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Everything goes through.
    Pass,
    /// Cut once this many bytes of requests went through.
    CutRequest(usize),
    /// Cut once this many bytes of answers went through.
    CutResponse(usize),
    /// Close every connection at once.
    Refuse,
    /// Answer everything with 200 and a page, as a captive portal does.
    Html,
    /// Pass the answer's head on, but only the first half of its body, as a whole answer.
    HalfBody,
    /// Bring requests with this in their first line to the server, and never bring an answer, until
    /// the next plan; pass everything else.
    Silent(&'static str),
    /// Let so many bytes of requests and answers through, and tell; then go on, or hold everything
    /// back where it is, until the next plan.
    Mark {
        /// After how many bytes.
        bytes: usize,
        /// Whether nothing more passes then.
        holds: bool,
    },
    /// Every eighth message or so goes wrong, each in a way that the seed and its turn say: lost on
    /// the way there or back, cut, doubled, late, or answered by a proxy instead.
    Bad(u64),
}

#[derive(Debug)]
struct State {
    plan: Plan,
    passed: usize,
    /// How many messages met [`Plan::Bad`], and how many answers [`Plan::Silent`] kept back.
    met: u64,
    kept_back: u64,
    /// Whether [`Plan::Mark`]'s bytes have passed.
    marked: bool,
    stopped: bool,
}

/// What is shared by all connections; told whenever it changes.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

impl Proxy {
    /// A proxy on a port of its own before this server.
    #[must_use]
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                plan: Plan::Pass,
                passed: 0,
                met: 0,
                kept_back: 0,
                marked: false,
                stopped: false,
            }),
            changed: Condvar::new(),
        });
        let accepted = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepted
                    .state
                    .lock()
                    .expect("no panic holds the lock")
                    .stopped
                {
                    return;
                }
                let shared = Arc::clone(&accepted);
                std::thread::spawn(move || serve(&client, server, &shared));
            }
        });
        Self { address, shared }
    }

    /// The address that a handheld enrols at.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the plan for what comes.
    pub fn plan(&self, plan: Plan) {
        let mut state = self.shared.state.lock().expect("no panic holds the lock");
        state.plan = plan;
        state.passed = 0;
        state.kept_back = 0;
        state.marked = false;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Waits until [`Plan::Silent`] has kept an answer back.
    pub fn until_silent(&self) {
        let state = self.shared.state.lock().expect("no panic holds the lock");
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, SEEN_LIMIT, |state| state.kept_back == 0);
        let (_state, limit) = waited.expect("no panic holds the lock");
        assert!(!limit.timed_out(), "nothing came that could be kept back");
    }

    /// Waits for [`Plan::Mark`], but not longer than that; says whether its bytes have passed.
    #[must_use]
    pub fn is_marked_within(&self, limit: Duration) -> bool {
        let state = self.shared.state.lock().expect("no panic holds the lock");
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, limit, |state| !state.marked);
        waited.expect("no panic holds the lock").0.marked
    }

    /// How many bytes counted against the present plan's budget.
    #[must_use]
    pub fn passed(&self) -> usize {
        let state = self.shared.state.lock();
        state.expect("no panic holds the lock").passed
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let state = self.shared.state.lock();
        state.expect("no panic holds the lock").stopped = true;
        self.shared.changed.notify_all();
        // Wakes the thread that accepts, so that it sees the end.
        drop(TcpStream::connect(self.address));
    }
}

/// A URL at which nobody listens.
#[must_use]
pub fn dead_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!(
        "http://{}",
        listener
            .local_addr()
            .expect("a bound socket has an address")
    )
}

fn serve(client: &TcpStream, server: SocketAddr, shared: &Arc<Shared>) {
    let plan = shared.state.lock().expect("no panic holds the lock").plan;
    match plan {
        Plan::Silent(line) => drop(answer_but(client, server, line, shared)),
        Plan::Bad(seed) => drop(answer_badly(client, server, seed, shared)),
        Plan::Refuse => {}
        Plan::Html => drop(answer_html(client)),
        Plan::HalfBody => drop(answer_half(client, server)),
        Plan::Pass | Plan::CutRequest(_) | Plan::CutResponse(_) | Plan::Mark { .. } => {
            drop(relay(client, server, shared));
        }
    }
    drop(client.shutdown(Shutdown::Both));
}

fn relay(client: &TcpStream, server: SocketAddr, shared: &Arc<Shared>) -> std::io::Result<()> {
    let upstream = TcpStream::connect(server)?;
    let (from, to, counted) = (
        client.try_clone()?,
        upstream.try_clone()?,
        Arc::clone(shared),
    );
    let requests = std::thread::spawn(move || pump(&from, &to, Direction::Request, &counted));
    pump(&upstream, client, Direction::Response, shared);
    drop(requests.join());
    Ok(())
}

/// Copies one direction until its end, or until the plan cuts both.
fn pump(mut from: &TcpStream, mut to: &TcpStream, direction: Direction, shared: &Shared) {
    let mut buffer = [0; 1024];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            drop(to.shutdown(Shutdown::Write));
            return;
        }
        let allowed = allow(direction, read, &shared.state);
        let sent = to.write_all(&buffer[..allowed]);
        mark(shared);
        if allowed < read || sent.is_err() {
            drop(from.shutdown(Shutdown::Both));
            drop(to.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// How many of these bytes the plan lets through; they are counted.
fn allow(direction: Direction, bytes: usize, state: &Mutex<State>) -> usize {
    let mut state = state.lock().expect("no panic holds the lock");
    let allowed = match (state.plan, direction) {
        (Plan::CutRequest(budget), Direction::Request)
        | (Plan::CutResponse(budget), Direction::Response)
        | (
            Plan::Mark {
                bytes: budget,
                holds: true,
            },
            _,
        ) => bytes.min(budget.saturating_sub(state.passed)),
        (Plan::Mark { holds: false, .. }, _) => bytes,
        _ => return bytes,
    };
    state.passed += allowed;
    allowed
}

/// Tells of a mark when enough has arrived; where it holds everything back, the line is kept open
/// until the next plan.
fn mark(shared: &Shared) {
    let mut state = shared.state.lock().expect("no panic holds the lock");
    let Plan::Mark { bytes, holds } = state.plan else {
        return;
    };
    if state.passed < bytes {
        return;
    }
    state.marked = true;
    shared.changed.notify_all();
    let is_held = |state: &mut State| holds && state.marked && !state.stopped;
    drop(
        shared
            .changed
            .wait_while(state, is_held)
            .expect("no panic holds the lock"),
    );
}

/// A message: its head, and its body.
type Carried = (String, Vec<u8>);

fn answer_html(client: &TcpStream) -> std::io::Result<()> {
    read_message(client)?;
    page(client, "200 OK")
}

/// A page for people, as proxies and login forms answer with.
fn page(mut client: &TcpStream, status: &str) -> std::io::Result<()> {
    let page = "<!DOCTYPE html><html><body><h1>Welcome to the hotel network</h1></body></html>";
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{page}",
        page.len()
    )
}

/// Brings a request to the server, and gives its answer.
fn carried(server: SocketAddr, request: &Carried) -> std::io::Result<Carried> {
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(request.0.as_bytes())?;
    upstream.write_all(&request.1)?;
    read_message(&upstream)
}

/// The answer's head with this body behind it, as the last one of its connection.
fn last_answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    for line in head.lines().filter(|line| !line.is_empty()) {
        if !line.to_ascii_lowercase().starts_with("content-length:") {
            answer.extend_from_slice(format!("{line}\r\n").as_bytes());
        }
    }
    let end = format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    answer.extend_from_slice(end.as_bytes());
    answer.extend_from_slice(body);
    answer
}

fn answer_half(mut client: &TcpStream, server: SocketAddr) -> std::io::Result<()> {
    let (head, body) = carried(server, &read_message(client)?)?;
    client.write_all(&last_answer(&head, &body[..body.len() / 2]))
}

fn answer_but(
    mut client: &TcpStream,
    server: SocketAddr,
    line: &'static str,
    shared: &Shared,
) -> std::io::Result<()> {
    let request = read_message(client)?;
    let (head, body) = carried(server, &request)?;
    if !request.0.lines().next().unwrap_or_default().contains(line) {
        return client.write_all(&last_answer(&head, &body));
    }
    let mut state = shared.state.lock().expect("no panic holds the lock");
    state.kept_back += 1;
    shared.changed.notify_all();
    let is_silent = |state: &mut State| state.plan == Plan::Silent(line) && !state.stopped;
    let waited = shared.changed.wait_while(state, is_silent);
    drop(waited.expect("no panic holds the lock"));
    Ok(())
}

/// Does to one message what the seed says for its turn.
fn answer_badly(
    mut client: &TcpStream,
    server: SocketAddr,
    seed: u64,
    shared: &Shared,
) -> std::io::Result<()> {
    let request = read_message(client)?;
    let turn = {
        let mut state = shared.state.lock().expect("no panic holds the lock");
        state.met += 1;
        state.met
    };
    let mut dice = Seed::of(seed ^ turn.wrapping_mul(0x9E37_79B9));
    let (fate, place) = (dice.below(64), dice.next_number());
    let somewhere = |bytes: &[u8]| {
        let length = u64::try_from(bytes.len()).expect("a length");
        usize::try_from(place % length.max(1)).expect("within it")
    };
    match fate {
        // Lost on the way there, or cut.
        0 => return Ok(()),
        1 => {
            let whole = [request.0.as_bytes(), &request.1].concat();
            return TcpStream::connect(server)?.write_all(&whole[..somewhere(&whole)]);
        }
        2 => return page(client, "502 Bad Gateway"),
        3 => return page(client, "200 OK"),
        // Doubled; the second answer is the one that comes.
        4 | 5 => drop(carried(server, &request)?),
        // Late.
        6 | 7 => pause(Duration::from_millis(place % SLOW_MILLIS)),
        _ => {}
    }
    let (head, body) = carried(server, &request)?;
    let answer = last_answer(&head, &body);
    match fate {
        // Lost on the way back, or cut.
        8 | 9 => Ok(()),
        10 | 11 => client.write_all(&answer[..somewhere(&answer)]),
        _ => client.write_all(&answer),
    }
}

/// One HTTP message with a `content-length`: its head, and its body.
fn read_message(stream: &TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            break;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok((head, body))
}
