//! A TCP proxy that counts what passes: bytes, and the bytes of HTTP bodies among them.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What went one way.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// Bytes, heads and all.
    pub all: u64,
    /// Bytes of bodies.
    pub bodies: u64,
    /// The messages: bytes of head and body.
    pub messages: Vec<(u64, u64)>,
}

/// What went both ways.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// To the server.
    pub up: Way,
    /// From the server.
    pub down: Way,
}

/// A running proxy; it lives as long as the program.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    counts: Arc<Mutex<Counts>>,
}

impl Wire {
    /// A proxy before this server.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::<Mutex<Counts>>::default();
        let shared = Arc::clone(&counts);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                relay(&client, server, &shared);
            }
        });
        Self { address, counts }
    }

    /// The address to enrol at.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What passed since the last call.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap())
    }
}

fn relay(client: &TcpStream, server: SocketAddr, counts: &Arc<Mutex<Counts>>) {
    let upstream = TcpStream::connect(server).unwrap();
    client.set_nodelay(true).unwrap();
    upstream.set_nodelay(true).unwrap();
    for up in [true, false] {
        let (from, to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
        let (from, to) = if up { (from, to) } else { (to, from) };
        let counts = Arc::clone(counts);
        std::thread::spawn(move || pump(&from, &to, up, &counts));
    }
}

fn pump(mut from: &TcpStream, mut to: &TcpStream, up: bool, counts: &Mutex<Counts>) {
    let mut buffer = vec![0; 64 * 1024];
    let mut parser = Parser::default();
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        {
            let mut counts = counts.lock().unwrap();
            let way = if up { &mut counts.up } else { &mut counts.down };
            parser.take(bytes, way);
        }
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    // The other side may be gone already.
    drop(to.shutdown(Shutdown::Write));
}

/// Finds the bodies in a stream of HTTP/1.1 messages that say their length. From the first one on
/// that comes in chunks, as a peer's may, only bytes are counted.
#[derive(Default)]
struct Parser {
    head: Vec<u8>,
    body_left: u64,
    is_lost: bool,
}

impl Parser {
    fn take(&mut self, mut bytes: &[u8], way: &mut Way) {
        way.all += bytes.len() as u64;
        while !bytes.is_empty() && !self.is_lost {
            let of_body = self.body_left.min(bytes.len() as u64);
            way.bodies += of_body;
            self.body_left -= of_body;
            bytes = &bytes[of_body as usize..];
            while let Some((byte, rest)) = bytes.split_first()
                && self.body_left == 0
                && !self.is_lost
            {
                self.head.push(*byte);
                bytes = rest;
                if self.head.ends_with(b"\r\n\r\n") {
                    let head = String::from_utf8_lossy(&self.head).to_ascii_lowercase();
                    self.is_lost = head.contains("transfer-encoding");
                    self.body_left = length_in(&head);
                    way.messages.push((self.head.len() as u64, self.body_left));
                    self.head.clear();
                }
            }
        }
    }
}

fn length_in(head: &str) -> u64 {
    let field = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    field.map_or(0, |length| length.trim().parse().unwrap())
}
