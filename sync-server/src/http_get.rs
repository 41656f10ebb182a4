//! The smallest HTTP client that can ask our own server: GET, one answer, connection closed.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use ledger_node::{Pin, client_config};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

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

/// Sends a request and reads to the end.
fn exchange(mut stream: impl Read + Write, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Asks `http://HOST:PORT` or `https://HOST:PORT` for a path, with a bearer token or without. With
/// a pin the server is whoever has that TLS key.
pub(crate) fn get(
    url: &str,
    pin: Option<Pin>,
    path: &str,
    token: Option<&str>,
) -> io::Result<Answer> {
    let (scheme, host) = url
        .split_once("://")
        .ok_or_else(|| other("the address has no http://"))?;
    let host = host.split('/').next().unwrap_or_default();
    let (port, is_tls) = match scheme {
        "http" => (80, false),
        "https" => (443, true),
        _ => return Err(other("the address is neither http:// nor https://")),
    };
    let named_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let socket = if named_port {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    };
    let mut addresses = socket.to_socket_addrs()?;
    let address = addresses
        .next()
        .ok_or_else(|| other("the host has no address"))?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let bearer = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{bearer}Connection: close\r\n\r\n");
    let bytes = if is_tls {
        let config = client_config(pin).map_err(io::Error::other)?;
        let name = socket.rsplit_once(':').map_or("", |(name, _)| name);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        let talk = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        exchange(StreamOwned::new(talk, stream), &request)?
    } else {
        exchange(stream, &request)?
    };
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
