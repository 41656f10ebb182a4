//! What API, pages and sync share: the node, and the one way to look at it from a request.
//!
//! Looking takes the node's lock and may wait for a write that is on its way to the disk, so it
//! never happens on the threads that serve the network.

use std::sync::Arc;

use ledger_core::UserName;
use ledger_node::{Node, View};
use tokio::sync::watch;

use crate::login::{Limits, Passwords};
use crate::metrics::Metrics;
use crate::problem::Problem;

/// What those who wait for changes hear when the server stops.
pub(crate) const CLOSED: u64 = u64::MAX;

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
    changes: watch::Sender<u64>,
}

impl App {
    pub(crate) fn new(node: Node) -> Self {
        let changes = watch::Sender::new(node.changes());
        Self {
            shared: Arc::new(Shared {
                node: Arc::new(node),
                passwords: Passwords::start(),
                limits: Limits::new(),
                metrics: Metrics::default(),
                changes,
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
