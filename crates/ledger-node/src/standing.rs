//! What follows from the fold for every item and every order, kept from one look to the next.
//!
//! Lists, the dashboard and exceptions ask something of all items. To work that out takes a pass
//! over the whole ledger; afterwards only what changed is worked out anew
//! ([`Fold::changed_since`]). Each part is made when it is first asked for.

mod clients;
mod outlook;
mod supply;
mod troubles;
mod waiting;

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use ledger_core::fold::{Fold, Mark, News};

pub(crate) use self::clients::Clients;
pub(crate) use self::outlook::Plans;
pub(crate) use self::supply::{Stocked, Supplied, Supply, Words};
pub(crate) use self::troubles::Troubles;
pub(crate) use self::waiting::{Waiting, Waits};

/// Something that follows from a fold, item by item and order by order.
pub(crate) trait Follows: Sized {
    /// Worked out from all of it.
    fn anew(fold: &Fold) -> Self;

    /// Works out what changed.
    fn learn(&mut self, fold: &Fold, news: News);
}

/// One part of it, as of a mark.
#[derive(Debug)]
pub(crate) struct Kept<T>(Mutex<Option<(Mark, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Follows> Kept<T> {
    /// Looks at it as of now.
    pub(crate) fn look<R>(&self, fold: &Fold, look: impl FnOnce(&T) -> R) -> R {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out meanwhile: what a panic left half done is not kept.
        let known = kept.take().and_then(|(mark, mut known)| {
            known.learn(fold, fold.changed_since(mark)?);
            Some(known)
        });
        let now = known.unwrap_or_else(|| T::anew(fold));
        let (_, now) = kept.insert((fold.mark(), now));
        look(now)
    }
}

/// All parts. It belongs to one fold and goes with it.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) supply: Kept<Supply>,
    pub(crate) troubles: Kept<Troubles>,
    pub(crate) waiting: Kept<Waiting>,
    pub(crate) clients: Kept<Clients>,
    pub(crate) plans: Kept<Plans>,
}

#[cfg(test)]
mod tests;
