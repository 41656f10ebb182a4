//! Where TLS connections come in.
//!
//! Each handshake runs by itself, so that a slow one holds up nobody. It has a time limit, and
//! when too many are under way the oldest makes room: one that is meant seriously is over within
//! a few round trips.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use ledger_node::TLS_WANTED;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The most handshakes at once.
const HANDSHAKES_MAX: usize = 256;
/// With this byte a TLS connection begins; no HTTP request does.
const TLS_FIRST: u8 = 0x16;
/// What is read of a request without TLS before the connection is closed.
const PLAIN_BYTES_MAX: u64 = 1024 * 1024;

type Entered = (TlsStream<TcpStream>, SocketAddr);

/// Takes connections and hands out those whose handshake is done.
pub(crate) struct Door {
    entered: mpsc::Receiver<Entered>,
    accepting: JoinHandle<()>,
    address: SocketAddr,
}

impl Door {
    /// Opens it on a socket, with the certificate of the moment.
    pub(crate) fn open(
        listener: TcpListener,
        config: watch::Receiver<Arc<ServerConfig>>,
        patience: Duration,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (hand_out, entered) = mpsc::channel(1);
        let accepting = tokio::spawn(accept(listener, config, patience, hand_out));
        Ok(Self {
            entered,
            accepting,
            address,
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Entered {
        match self.entered.recv().await {
            Some(entered) => entered,
            // Accepting never ends by itself, only with the program.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(
    mut listener: TcpListener,
    config: watch::Receiver<Arc<ServerConfig>>,
    patience: Duration,
    hand_out: mpsc::Sender<Entered>,
) {
    let mut under_way = UnderWay::default();
    loop {
        let (stream, peer) = Listener::accept(&mut listener).await;
        let acceptor = TlsAcceptor::from(Arc::clone(&config.borrow()));
        let hand_out = hand_out.clone();
        let handshake = tokio::spawn(async move {
            match tokio::time::timeout(patience, enter(stream, acceptor)).await {
                Ok(Ok(Some(stream))) => {
                    if hand_out.send((stream, peer)).await.is_err() {
                        tracing::debug!("a connection came while the server stops");
                    }
                }
                Ok(Ok(None)) => {
                    tracing::debug!(%peer, "somebody spoke plain HTTP where TLS is spoken");
                }
                Ok(Err(error)) => tracing::debug!(%peer, %error, "a handshake failed"),
                Err(_) => tracing::debug!(%peer, "a handshake took too long"),
            }
        });
        under_way.add(handshake.abort_handle());
    }
}

/// Does the handshake; none with somebody who does not speak TLS, and was told.
async fn enter(
    stream: TcpStream,
    acceptor: TlsAcceptor,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first == [TLS_FIRST] {
        return acceptor.accept(stream).await.map(Some);
    }
    tell(stream).await?;
    Ok(None)
}

/// Says in plain HTTP that TLS is spoken here, and reads what is sent, so that the answer is not
/// lost to a reset.
async fn tell(mut stream: TcpStream) -> io::Result<()> {
    let (name, value) = TLS_WANTED;
    let text = "This server speaks TLS: its address begins with https://\n";
    let answer = format!(
        "HTTP/1.1 426 Upgrade Required\r\n{name}: {value}\r\nConnection: close, upgrade\r\n\
         Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(PLAIN_BYTES_MAX);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}

/// The handshakes under way, oldest first.
#[derive(Default)]
struct UnderWay(VecDeque<AbortHandle>);

impl UnderWay {
    fn add(&mut self, handshake: AbortHandle) {
        if self.0.len() >= HANDSHAKES_MAX {
            self.0.retain(|handshake| !handshake.is_finished());
        }
        if self.0.len() >= HANDSHAKES_MAX
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.abort();
        }
        self.0.push_back(handshake);
    }
}
