//! What API, pages and sync share: the node, and the one way to look at it from a request.
//!
//! Looking takes the node's lock and may wait for a write that is on its way to the disk, so it
//! never happens on the threads that serve the network.

use std::sync::Arc;

use ledger_node::{Node, View};

use crate::problem::Problem;

/// The server behind all routes.
#[derive(Clone)]
pub(crate) struct App {
    node: Arc<Node>,
}

impl App {
    pub(crate) fn new(node: Node) -> Self {
        Self {
            node: Arc::new(node),
        }
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
        let node = Arc::clone(&self.node);
        let done = tokio::task::spawn_blocking(move || work(&node)).await;
        done.map_err(|error| {
            tracing::error!(%error, "a request failed in the middle");
            Problem::internal()
        })
    }
}
