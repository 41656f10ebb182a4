//! What the dashboard and the counts in the frame say, worked out once for many looks.
//!
//! Every part of it takes a pass over all items or all open order lines. It is worked out anew
//! when something changed, but never more than a small share of the time goes into it: in a large
//! house under a stream of syncs a dashboard may be some seconds old, and says of when it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ledger_node::view::{BackorderView, ExceptionView, SupplyView};
use ledger_node::{View, time_text};

/// Rows of each part that the dashboard shows.
pub(crate) const FIRST: usize = 8;
/// A digest is kept for so many times as long as it took.
const REST: u32 = 10;
/// One that took less than this is always worked out anew.
const QUICK: Duration = Duration::from_millis(10);

/// What there is to look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digest {
    pub(crate) supply: SupplyView,
    /// Order lines that wait, the first of them.
    pub(crate) backorders: Vec<BackorderView>,
    pub(crate) backorder_count: usize,
    /// How many lines wait to be picked.
    pub(crate) ready_count: usize,
    pub(crate) exceptions: Vec<ExceptionView>,
    /// Of when it is, when something has changed since.
    pub(crate) old_since: Option<String>,
}

#[derive(Debug)]
struct Kept {
    digest: Arc<Digest>,
    change: u64,
    made: Instant,
    took: Duration,
    at: String,
}

/// The last digest.
#[derive(Debug, Default)]
pub(crate) struct Digests {
    kept: Mutex<Option<Kept>>,
}

impl Digests {
    /// The digest of a view, a kept one when that is good enough.
    pub(crate) fn of(&self, view: &View<'_>) -> Arc<Digest> {
        let change = view.changes();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.as_ref() {
            if known.change == change {
                return Arc::clone(&known.digest);
            }
            if known.took > QUICK && now().duration_since(known.made) < known.took * REST {
                let old = Digest {
                    old_since: Some(known.at.clone()),
                    ..Digest::clone(&known.digest)
                };
                return Arc::new(old);
            }
        }
        let begun = now();
        let digest = Arc::new(Digest::new(view));
        *kept = Some(Kept {
            digest: Arc::clone(&digest),
            change,
            made: now(),
            took: begun.elapsed(),
            at: time_text(view.now()),
        });
        digest
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long work took is no fact of the ledger"
)]
fn now() -> Instant {
    Instant::now()
}

impl Digest {
    fn new(view: &View<'_>) -> Self {
        let mut backorders = view.backorders(false);
        let ready = backorders.iter().filter(|row| row.ready != "0").count();
        let backorder_count = backorders.len();
        backorders.truncate(FIRST);
        Self {
            supply: view.supply(FIRST),
            backorders,
            backorder_count,
            ready_count: ready,
            exceptions: view.exceptions(),
            old_since: None,
        }
    }
}

/// How many exceptions of each kind there are.
pub(crate) fn kinds(exceptions: &[ExceptionView]) -> Vec<(&'static str, usize)> {
    let mut kinds: Vec<(&'static str, usize)> = Vec::new();
    for exception in exceptions {
        match kinds.iter_mut().find(|(kind, _)| *kind == exception.kind) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => kinds.push((exception.kind, 1)),
        }
    }
    kinds
}
