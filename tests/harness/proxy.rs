//! A bad network: a TCP proxy between handheld and server that does what it is told.
//!
//! Every new plan starts a fresh budget; once that is used up the line is dead until the next
//! plan, however often the client tries. Real sockets and threads, no waiting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

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
}

#[derive(Debug)]
struct State {
    plan: Plan,
    passed: usize,
    stopped: bool,
}

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
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
        let state = Arc::new(Mutex::new(State {
            plan: Plan::Pass,
            passed: 0,
            stopped: false,
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.lock().expect("no panic holds the lock").stopped {
                    return;
                }
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&client, server, &state));
            }
        });
        Self { address, state }
    }

    /// The address that a handheld enrols at.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the plan for what comes.
    pub fn plan(&self, plan: Plan) {
        let mut state = self.state.lock().expect("no panic holds the lock");
        state.plan = plan;
        state.passed = 0;
    }

    /// How many bytes counted against the present plan's budget.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.state.lock().expect("no panic holds the lock").passed
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.lock().expect("no panic holds the lock").stopped = true;
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

fn serve(client: &TcpStream, server: SocketAddr, state: &Arc<Mutex<State>>) {
    let plan = state.lock().expect("no panic holds the lock").plan;
    match plan {
        Plan::Refuse => {}
        Plan::Html => drop(answer_html(client)),
        Plan::HalfBody => drop(answer_half(client, server)),
        Plan::Pass | Plan::CutRequest(_) | Plan::CutResponse(_) => {
            drop(relay(client, server, state));
        }
    }
    drop(client.shutdown(Shutdown::Both));
}

fn relay(client: &TcpStream, server: SocketAddr, state: &Arc<Mutex<State>>) -> std::io::Result<()> {
    let upstream = TcpStream::connect(server)?;
    let (from, to, shared) = (
        client.try_clone()?,
        upstream.try_clone()?,
        Arc::clone(state),
    );
    let requests = std::thread::spawn(move || pump(&from, &to, Direction::Request, &shared));
    pump(&upstream, client, Direction::Response, state);
    drop(requests.join());
    Ok(())
}

/// Copies one direction until its end, or until the plan cuts both.
fn pump(mut from: &TcpStream, mut to: &TcpStream, direction: Direction, state: &Mutex<State>) {
    let mut buffer = [0; 1024];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            drop(to.shutdown(Shutdown::Write));
            return;
        }
        let allowed = allow(direction, read, state);
        let sent = to.write_all(&buffer[..allowed]);
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
    let ((Plan::CutRequest(budget), Direction::Request)
    | (Plan::CutResponse(budget), Direction::Response)) = (state.plan, direction)
    else {
        return bytes;
    };
    let allowed = bytes.min(budget - state.passed);
    state.passed += allowed;
    allowed
}

fn answer_html(mut client: &TcpStream) -> std::io::Result<()> {
    read_message(client)?;
    let page = "<!DOCTYPE html><html><body><h1>Welcome to the hotel network</h1></body></html>";
    write!(
        client,
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{page}",
        page.len()
    )
}

fn answer_half(mut client: &TcpStream, server: SocketAddr) -> std::io::Result<()> {
    let (head, body) = read_message(client)?;
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(head.as_bytes())?;
    upstream.write_all(&body)?;
    let (head, body) = read_message(&upstream)?;
    let half = &body[..body.len() / 2];
    for line in head.lines().filter(|line| !line.is_empty()) {
        if !line.to_ascii_lowercase().starts_with("content-length:") {
            write!(client, "{line}\r\n")?;
        }
    }
    write!(
        client,
        "content-length: {}\r\nconnection: close\r\n\r\n",
        half.len()
    )?;
    client.write_all(half)
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
