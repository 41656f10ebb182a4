//! What API, pages and sync share: the node, and the one way to look at it from a request.
//!
//! Looking takes the node's lock and may wait for a write that is on its way to the disk, so it
//! never happens on the threads that serve the network.

use std::sync::Arc;

use ledger_core::UserName;
use ledger_node::{Node, OrderEnd, View};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

use crate::alerts::Alerts;
use crate::imports::Imports;
use crate::login::{Limits, Passwords};
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::scan::Desks;
use crate::upstream::Above;

/// What those who wait for changes hear when the server stops.
pub(crate) const CLOSED: u64 = u64::MAX;

/// How many devices may wait for news at once.
const WAITING_MAX: usize = 1_000;
/// How many requests of devices are worked on at once. Each may be inflated to many times its size
/// and have an answer of megabytes; more than a few share the processor and the disk no better.
const TALKING_MAX: usize = 16;
/// How many bytes of requests may be on their way in, or wait for their turn.
const ARRIVING_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Room is given out in parts of this size.
const ARRIVING_PART: usize = 16 * 1024;

/// The server behind all routes.
#[derive(Clone)]
pub(crate) struct App {
    shared: Arc<Shared>,
}

struct Shared {
    node: Arc<Node>,
    passwords: Passwords,
    limits: Limits,
    metrics: Metrics,
    desks: Desks,
    above: Above,
    imports: Imports,
    alerts: Alerts,
    changes: watch::Sender<u64>,
    waiting: Arc<Semaphore>,
    talking: Arc<Semaphore>,
    arriving: Arc<Semaphore>,
    /// How far the central order went at a change, so that those who wait look once together.
    order: Mutex<Option<(u64, OrderEnd)>>,
}

impl App {
    /// With alerts that end with the program.
    #[cfg(test)]
    pub(crate) fn new(node: Node) -> Self {
        Self::with_room_for(node, WAITING_MAX, Alerts::in_memory())
    }

    pub(crate) fn with_alerts(node: Node, alerts: Alerts) -> Self {
        Self::with_room_for(node, WAITING_MAX, alerts)
    }

    /// With room for so many devices that wait for news.
    pub(crate) fn with_room_for(node: Node, waiting: usize, alerts: Alerts) -> Self {
        let changes = watch::Sender::new(node.changes());
        Self {
            shared: Arc::new(Shared {
                node: Arc::new(node),
                passwords: Passwords::start(),
                limits: Limits::new(),
                metrics: Metrics::default(),
                desks: Desks::default(),
                above: Above::default(),
                imports: Imports::default(),
                alerts,
                changes,
                waiting: Arc::new(Semaphore::new(waiting)),
                talking: Arc::new(Semaphore::new(TALKING_MAX)),
                arriving: Arc::new(Semaphore::new(ARRIVING_BYTES_MAX / ARRIVING_PART)),
                order: Mutex::new(None),
            }),
        }
    }

    /// Makes and checks passwords.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.shared.passwords
    }

    /// How often one address may try.
    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// What is counted while the server runs.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// How a hub stands with the server above it.
    pub(crate) fn above(&self) -> &Above {
        &self.shared.above
    }

    /// Where people scan.
    pub(crate) fn desks(&self) -> &Desks {
        &self.shared.desks
    }

    /// What people import.
    pub(crate) fn imports(&self) -> &Imports {
        &self.shared.imports
    }

    /// Whom to tell what.
    pub(crate) fn alerts(&self) -> &Alerts {
        &self.shared.alerts
    }

    /// Tells whenever something was written or came in.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// Tells those who wait for changes, if there are any. Writes through this program's other
    /// doors are seen at the next look.
    pub(crate) fn tell_changes(&self) {
        let now = self.shared.node.changes();
        self.shared.changes.send_if_modified(|told| {
            let is_new = *told != now && *told != CLOSED;
            if is_new {
                *told = now;
            }
            is_new
        });
    }

    /// Lets go those who wait for changes, so that the server can stop.
    pub(crate) fn close(&self) {
        self.shared.changes.send_replace(CLOSED);
    }

    /// A place for one more device that waits for news; none when there are too many.
    pub(crate) fn waiting_room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.waiting).try_acquire_owned().ok()
    }

    /// Waits for the turn of a device's request, in the order in which they came.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.shared.talking).acquire_owned().await;
        turn.map_err(|_closed| Problem::internal())
    }

    /// Waits until there is room for a request of so many bytes.
    pub(crate) async fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let parts = bytes.min(ARRIVING_BYTES_MAX).div_ceil(ARRIVING_PART);
        let parts = u32::try_from(parts).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.shared.arriving)
            .acquire_many_owned(parts)
            .await;
        room.map_err(|_closed| Problem::internal())
    }

    /// How many devices wait for news.
    #[cfg(test)]
    pub(crate) fn waiting(&self, room: usize) -> usize {
        room.saturating_sub(self.shared.waiting.available_permits())
    }

    /// How far the central order goes, at this change or a later one; none when it cannot be read.
    pub(crate) async fn order_end(&self, change: u64) -> Option<OrderEnd> {
        let mut order = self.shared.order.lock().await;
        if let Some((seen, end)) = *order
            && seen >= change
        {
            return Some(end);
        }
        let read = |node: &Node| (node.changes(), node.order_end());
        let (seen, end) = self.work(read).await.ok()?;
        let end = end.ok()?;
        *order = Some((seen, end));
        Some(end)
    }

    /// Looks at the ledger.
    pub(crate) async fn look<T, F>(&self, look: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.work(move |node| look(&node.view())).await?
    }

    /// Does something with the node that may wait for the disk.
    pub(crate) async fn work<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Node) -> T + Send + 'static,
    {
        let node = Arc::clone(&self.shared.node);
        let done = tokio::task::spawn_blocking(move || work(&node)).await;
        self.tell_changes();
        done.map_err(|error| {
            tracing::error!(%error, "a request failed in the middle");
            Problem::internal()
        })
    }

    /// Whether the user's password is this one.
    pub(crate) async fn is_password(
        &self,
        user: UserName,
        password: String,
    ) -> Result<bool, Problem> {
        let verifier = self.work(move |node| node.password_of(&user)).await?;
        self.passwords().check(password, verifier).await
    }
}
