//! The smallest HTTP client that can ask our own server: GET, one answer, connection closed.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long to wait for a connection, and for each piece of the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

fn other(text: &str) -> io::Error {
    io::Error::other(text.to_owned())
}

/// Asks `http://HOST:PORT` for a path, with a bearer token or without.
pub(crate) fn get(url: &str, path: &str, token: Option<&str>) -> io::Result<Answer> {
    let host = url
        .strip_prefix("http://")
        .ok_or_else(|| other("the address is not http://"))?;
    let host = host.split('/').next().unwrap_or_default();
    let named_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let socket = if named_port {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let mut addresses = socket.to_socket_addrs()?;
    let address = addresses
        .next()
        .ok_or_else(|| other("the host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let bearer = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{bearer}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or_else(|| other("the answer is no HTTP"))?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| other("the answer is no HTTP"))?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}
