//! What tests of TLS need: certificates of any kind, connections as bare bytes, and somebody who
//! stands between a handheld and its server.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ledger_node::{Pin, client_config};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConnection, ServerConfig, ServerConnection, StreamOwned};

/// How long the other side may be silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// A certificate with its key, in PEM form, and the pin of the key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub cert: String,
    /// Its key.
    pub key: String,
    /// What handhelds know the key by.
    pub pin: Pin,
}

/// A certificate for this machine that nobody signed, changed as wanted.
#[must_use]
pub fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Certificate {
    let key = KeyPair::generate().expect("a key");
    let mut about = about();
    change(&mut about);
    let made = about.self_signed(&key).expect("a certificate");
    Certificate {
        cert: made.pem(),
        pin: Pin::of_certificate(made.der()).expect("a certificate has a key"),
        key: key.serialize_pem(),
    }
}

/// A certificate for this machine, and in PEM form the authority that signed it.
#[must_use]
pub fn signed_certificate() -> (Certificate, String) {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let made = about().signed_by(&key, &authority).expect("a certificate");
    let certificate = Certificate {
        cert: made.pem(),
        pin: Pin::of_certificate(made.der()).expect("a certificate has a key"),
        key: key.serialize_pem(),
    };
    (certificate, authority.pem())
}

fn about() -> CertificateParams {
    CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names")
}

/// An open connection as bare bytes.
pub type Line = StreamOwned<ClientConnection, TcpStream>;

/// Connects to the holder of a key.
pub fn connect(server: SocketAddr, pin: Pin) -> io::Result<Line> {
    let config = client_config(Some(pin)).map_err(io::Error::other)?;
    let name = ServerName::from(server.ip());
    let talk = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(SILENCE_LIMIT))?;
    let mut line = StreamOwned::new(talk, stream);
    line.flush()?;
    Ok(line)
}

/// Asks for a path on an open connection, which stays open; gives head and body of the answer.
pub fn get(line: &mut Line, path: &str) -> io::Result<String> {
    write!(line, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n")?;
    let answer = message(line)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Reads one message of HTTP, which says its length; none when the connection ends before it.
fn message(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.split("content-length:").nth(1).unwrap_or("0");
    let length = length.lines().next().unwrap_or_default().trim().parse();
    let mut body = vec![0; length.map_err(io::Error::other)?];
    stream.read_exact(&mut body)?;
    bytes.extend(body);
    Ok(Some(bytes))
}

/// Somebody who stands between: with a certificate of his own towards handhelds, as a good client
/// towards the server, and with a note of every request that he could read.
#[derive(Debug)]
pub struct Middle {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Middle {
    /// Stands before this server, which has this pin, at an address where one may be known.
    #[must_use]
    pub fn before(server: SocketAddr, pin: Pin, own: &Certificate, at: SocketAddr) -> Self {
        let listener = TcpListener::bind(at).expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let config = Arc::new(server_config(own));
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, notes) = (Arc::clone(&config), Arc::clone(&notes));
                // A connection that fails is for the test to judge, by what the handheld says.
                std::thread::spawn(move || drop(stand(stream, config, server, pin, &notes)));
            }
        });
        Self { address, heard }
    }

    /// Where handhelds find him.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that he could read.
    #[must_use]
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("no panic holds the lock").clone()
    }
}

fn server_config(own: &Certificate) -> ServerConfig {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    let cert = CertificateDer::from_pem_slice(own.cert.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
        .expect("a certificate with its key")
}

fn stand(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    server: SocketAddr,
    pin: Pin,
    heard: &Mutex<Vec<Vec<u8>>>,
) -> io::Result<()> {
    let talk = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(talk, stream);
    let mut onward = connect(server, pin)?;
    while let Some(request) = message(&mut client)? {
        onward.write_all(&request)?;
        heard.lock().expect("no panic holds the lock").push(request);
        let Some(answer) = message(&mut onward)? else {
            return Ok(());
        };
        client.write_all(&answer)?;
        client.flush()?;
    }
    Ok(())
}
