//! A bad network: a TCP proxy before the server that can cut connections in the middle of an
//! answer, after the server has taken what was sent. The worst moment there is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// The request whose answer is cut.
const CUT_AT: &[u8] = b"/sync/v1/sync";

#[derive(Debug, Default)]
struct Plan {
    cutting: AtomicBool,
    cuts: AtomicU64,
}

/// A running proxy; it ends with the runtime.
pub(super) struct Proxy {
    address: SocketAddr,
    plan: Arc<Plan>,
}

impl Proxy {
    /// A proxy on a port of its own before this server.
    pub(super) async fn before(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let plan = Arc::new(Plan::default());
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server, Arc::clone(&shared)));
            }
        });
        Ok(Self { address, plan })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on answers to sync are cut, or no longer.
    pub(super) fn cut(&self, cutting: bool) {
        self.plan.cutting.store(cutting, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub(super) fn cuts(&self) -> u64 {
        self.plan.cuts.load(Ordering::SeqCst)
    }
}

async fn relay(client: TcpStream, server: SocketAddr, plan: Arc<Plan>) -> io::Result<()> {
    let (from_server, to_server) = TcpStream::connect(server).await?.into_split();
    let (from_client, to_client) = client.into_split();
    let asked = Arc::new(AtomicBool::new(false));
    let requests = tokio::spawn(pass_requests(from_client, to_server, Arc::clone(&asked)));
    let passed = pass_answers(from_server, to_client, &asked, &plan).await;
    requests.abort();
    passed
}

/// Passes requests on, and notes when one to sync begins.
async fn pass_requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    asked: Arc<AtomicBool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut tail = Vec::new();
    loop {
        let read = from.read(&mut buffer).await?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        tail.extend_from_slice(bytes);
        if tail.windows(CUT_AT.len()).any(|window| window == CUT_AT) {
            asked.store(true, Ordering::SeqCst);
        }
        tail.drain(..tail.len().saturating_sub(CUT_AT.len()));
        to.write_all(bytes).await?;
    }
}

/// Passes answers on; of the one that is to be cut only the first half.
async fn pass_answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    asked: &AtomicBool,
    plan: &Plan,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let cut = asked.load(Ordering::SeqCst) && plan.cutting.load(Ordering::SeqCst);
        let length = if cut { read / 2 } else { read };
        to.write_all(buffer.get(..length).unwrap_or_default())
            .await?;
        if cut {
            plan.cuts.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
    }
}
