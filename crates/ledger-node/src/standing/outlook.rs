//! What is needed and what comes, kept from one look to the next.

use ledger_core::EntryId;
use ledger_core::document::Family;
use ledger_core::fold::{Fold, News, Prospect};

use super::Follows;

/// The forecast over everything that is open. It hangs together as a whole, so that it is worked
/// out anew when anything changes that it goes by; most entries change nothing of that.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plans(Prospect);

impl Plans {
    pub(crate) const fn prospect(&self) -> &Prospect {
        &self.0
    }
}

impl Follows for Plans {
    fn anew(fold: &Fold) -> Self {
        Self(fold.prospect())
    }

    fn learn(&mut self, fold: &Fold, news: News) {
        let touches = news.items.iter().any(|item| self.0.goes_by(item));
        // What is counted changes the stock that it goes by, a stocktake itself nothing.
        let is_plan = |id: &EntryId| fold.family_said(*id) != Some(Family::Stocktake);
        if touches || news.documents.iter().any(is_plan) || !self.0.is_of_today(fold) {
            self.0 = fold.prospect();
        }
    }
}
