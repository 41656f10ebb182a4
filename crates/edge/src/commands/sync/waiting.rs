//! How whoever syncs by itself says hello to the server, and waits between two syncs.

use std::path::Path;
use std::time::Duration;

use ledger_core::Timestamp;
use ledger_node::watch::Event;
use ledger_node::{NodeError, SyncReport, SystemClock, Waiter, WallClock as _};

/// How often to look whether somebody wrote, switched, or the network is another one.
const TICK: Duration = Duration::from_secs(1);

/// What ended a wait.
#[derive(Debug)]
pub(crate) enum Ended<T> {
    /// There is news, or something that a sync says better.
    News,
    /// The server is not there any more.
    Gone(NodeError),
    /// Something here.
    Other(T),
}

/// Waits for news, and looks every second, and when the time is over, whether something else has
/// happened: `look` is given how long to wait before it does.
pub(crate) async fn wait<T>(
    waiter: &mut Option<Waiter>,
    until: Timestamp,
    mut look: impl AsyncFnMut(Duration) -> Option<T>,
) -> Ended<T> {
    let news = async {
        match waiter {
            Some(waiter) => waiter.until_news().await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(news);
    loop {
        let left = SystemClock.now().distance_millis(until);
        let tick = TICK.min(Duration::from_millis(left));
        tokio::select! {
            heard = &mut news => {
                return match heard {
                    Err(error) if error.is_unreachable() => Ended::Gone(error),
                    Ok(()) | Err(_) => Ended::News,
                };
            }
            happened = look(tick) => {
                if let Some(happened) = happened {
                    return Ended::Other(happened);
                }
            }
        }
    }
}

/// Whoever hears of news for this store, after asking whether the server is there.
pub(crate) async fn greeted(store: &Path) -> Result<Waiter, NodeError> {
    let mut waiter = Waiter::of_store(store)?;
    match waiter.greet().await {
        Err(error) if error.is_unreachable() => Err(error),
        // Another key, a refusal: a sync knows what to do about it, or says it better.
        Ok(()) | Err(_) => Ok(waiter),
    }
}

/// A sync that came through, as a watch takes it.
pub(crate) const fn synced(report: &SyncReport, waiter: &Waiter) -> Event {
    Event::Synced {
        carried: report.pushed > 0 || report.pulled > 0,
        whole: report.synced,
        told: waiter.can_wait(),
    }
}
