//! A walk over all items for a report, in steps: each holds the node's lock for some milliseconds,
//! and others have their turn between two.
//!
//! Every transaction is about one item, so that none is told by half, however much is written
//! meanwhile: what comes in during a walk is told of the items that it has not yet passed. Where
//! something changed that reaches far, such as which items are one, it begins once more.

use std::collections::BTreeSet;

use ledger_core::fold::{LineTurnover, Mark};
use ledger_core::{Code, Timestamp};

use super::{Report, ReportFilter, Told};
use crate::standing::{Supplied, Words};
use crate::view::{View, Whose};

/// The unit of items of which nobody said one.
const PIECES: &str = "pcs";
/// A step ends behind the item with which it has read so many rows.
const ROWS_OF_STEP: usize = 50_000;
/// Or when it has looked at so many items.
const ITEMS_OF_STEP: usize = 5_000;

/// A report that is being made.
#[derive(Debug)]
pub struct Survey<R> {
    report: R,
    /// What the report was before the first step, for beginning once more.
    anew: Option<R>,
    mark: Mark,
    whose: Whose,
    search: Option<Words>,
    /// The locations of the site that is asked for.
    places: Option<BTreeSet<Code>>,
    unit: String,
    since: Timestamp,
    after: Option<Code>,
}

impl<R: Report + Clone> Survey<R> {
    pub(super) fn new(view: &View<'_>, filter: ReportFilter, since: Timestamp, report: R) -> Self {
        let unit = filter.unit;
        let unit = unit.or_else(|| view.units().into_iter().next());
        let locations_at = |site: &Code| {
            let all = view.site_of_locations().into_iter();
            let here = all.filter(|(_, of)| of.as_ref() == Some(site));
            here.map(|(location, _)| location).collect()
        };
        Self {
            anew: Some(report.clone()),
            report,
            mark: view.fold().mark(),
            whose: filter.whose,
            search: filter.search.as_deref().map(Words::of),
            places: filter.site.as_ref().map(locations_at),
            unit: unit.unwrap_or_else(|| PIECES.to_owned()),
            since,
            after: None,
        }
    }

    /// Goes on for some milliseconds; says whether all items are told.
    pub fn go_on(&mut self, view: &View<'_>) -> bool {
        let fold = view.fold();
        let after = self.after.take();
        let (mut rows, mut items) = (0_usize, 0_usize);
        view.standing().supply.look(fold, |supply| {
            for (item, supplied) in supply.after(after.as_ref()) {
                rows = rows.saturating_add(self.tell(view, item, supplied));
                items = items.saturating_add(1);
                if rows >= ROWS_OF_STEP || items >= ITEMS_OF_STEP {
                    self.after = Some(item.clone());
                    return;
                }
            }
        });
        if self.after.is_some() {
            return false;
        }
        if fold.changed_since(self.mark).is_none()
            && let Some(anew) = self.anew.take()
        {
            self.report = anew;
            return false;
        }
        true
    }

    /// What the report says.
    pub fn finish(self, view: &View<'_>) -> R::Said {
        self.report.said(view, self.unit)
    }

    /// Tells the report of an item, if the filter takes it; gives how many rows were read for that.
    fn tell(&mut self, view: &View<'_>, item: &Code, supplied: &Supplied) -> usize {
        let is_sought = |words: &Words| supplied.has_words(words);
        if !self.search.as_ref().is_none_or(is_sought) {
            return 0;
        }
        let turnover = view.fold().turnover(item, self.since);
        let rows = turnover.rows;
        let takes: Vec<bool> = turnover.lines.iter().map(|line| self.takes(line)).collect();
        if takes.contains(&true) {
            self.report.take(&Told {
                fold: view.fold(),
                item,
                supplied,
                is_in_unit: *supplied.unit == *self.unit,
                turnover,
                takes,
            });
        }
        rows
    }

    fn takes(&self, line: &LineTurnover) -> bool {
        let is_whose = match (&self.whose, &line.key.owner) {
            (Whose::All, _) | (Whose::Own, None) => true,
            (Whose::Customer(wanted), Some(owner)) => wanted == owner,
            (Whose::Own, Some(_)) | (Whose::Customer(_), None) => false,
        };
        let is_here = |places: &BTreeSet<Code>| places.contains(&line.key.location);
        is_whose && self.places.as_ref().is_none_or(is_here)
    }
}
