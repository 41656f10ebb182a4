//! A part of an item's stock history, newest first: what fits on a page and passes a filter.
//!
//! The rows come from the fold; their entries are read only for what is shown, and for filters
//! that ask for an entry's own words, at most [`READ_MAX`] of them for one page.

use ledger_core::entry::Entry;
use ledger_core::fold::{HistoryRow, RowKind};
use ledger_core::{Code, EntryId, Timestamp};

use super::device::DeviceNames;
use super::history::history_view;
use super::{HistoryView, View};
use crate::NodeError;

/// How many entries are read for one page.
const READ_MAX: usize = 1_000;
/// How much of a history is worked out at first for each row of a page.
const PART_PER_ROW: usize = 4;
/// How much more of it when that does not fill the page.
const PART_GROWTH: usize = 4;

/// Which rows of a history are shown; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// The kind, in the word of [`HistoryView::kind`].
    pub kind: Option<String>,
    /// Where.
    pub location: Option<Code>,
    /// Whose: `Some(None)` is ours.
    pub owner: Option<Option<Code>>,
    /// Who wrote it, in the word of [`HistoryView::user`].
    pub user: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Every word of it stands in what the writer said.
    pub search: Option<String>,
}

/// A part of a history, newest first.
#[derive(Debug, Clone, Default)]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<HistoryView>,
    /// Where the next part begins; none when this is the last.
    pub next: Option<String>,
    /// How many entries were read in vain before the search was left off, if it was.
    pub searched: Option<usize>,
}

impl HistoryFilter {
    /// Whether anything is asked for.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.kind.is_some()
            || self.location.is_some()
            || self.owner.is_some()
            || self.user.is_some()
            || self.from.is_some()
            || self.until.is_some()
            || self.search.is_some()
    }

    /// What can be said without the entry.
    fn may_take(&self, row: &HistoryRow) -> bool {
        let location = row.line.as_ref().map(|line| &line.location);
        self.kind.as_deref().is_none_or(|kind| may_be(row, kind))
            && self
                .location
                .as_ref()
                .is_none_or(|wanted| location == Some(wanted))
            && self
                .owner
                .as_ref()
                .is_none_or(|wanted| row.owner == *wanted)
            && self.from.is_none_or(|from| row.at >= from)
            && self.until.is_none_or(|until| row.at < until)
    }

    fn takes(&self, view: &HistoryView) -> bool {
        let same = |wanted: &String, is: &str| wanted.eq_ignore_ascii_case(is);
        self.kind.as_ref().is_none_or(|kind| kind == view.kind)
            && self
                .user
                .as_ref()
                .is_none_or(|user| same(user, &view.user) || same(user, &view.device))
            && self
                .search
                .as_ref()
                .is_none_or(|search| has_words(view, search))
    }
}

/// Whether a row may turn out to be of this kind.
fn may_be(row: &HistoryRow, kind: &str) -> bool {
    match row.kind {
        RowKind::Count => kind == "count",
        RowKind::Reversal => kind == "reversal",
        RowKind::Order => kind == "order",
        RowKind::Movement if row.order.is_some() => kind == "order",
        RowKind::Movement => !["count", "reversal", "order"].contains(&kind),
    }
}

fn has_words(view: &HistoryView, search: &str) -> bool {
    let said = [
        Some(&view.location),
        Some(&view.user),
        Some(&view.device),
        Some(&view.entry),
        view.owner.as_ref(),
        view.batch.as_ref(),
        view.reason.as_ref(),
        view.order.as_ref(),
        view.lot.as_ref(),
        view.po.as_ref(),
        view.note.as_ref(),
        view.serial.as_ref(),
    ];
    let said: Vec<String> = said
        .into_iter()
        .flatten()
        .map(|text| text.to_lowercase())
        .collect();
    let mut words = search.split_whitespace().map(str::to_lowercase);
    words.all(|word| said.iter().any(|text| text.contains(&word)))
}

/// Where a page ended: an entry, and how many of its rows were told.
fn cursor_of(rows: &[HistoryRow], told: usize) -> Option<String> {
    let last = rows.iter().rev().nth(told.checked_sub(1)?)?;
    let newer = rows.iter().rev().take(told);
    let of_entry = newer.rev().take_while(|row| row.id == last.id).count();
    Some(format!("{}.{of_entry}", last.id))
}

/// How many of the newest rows a cursor has behind it; none of them when it is not known.
fn told_before(rows: &[HistoryRow], cursor: &str) -> usize {
    let Some((entry, of_entry)) = cursor.rsplit_once('.') else {
        return 0;
    };
    let (Ok(id), Ok(of_entry)) = (entry.parse::<EntryId>(), of_entry.parse::<usize>()) else {
        return 0;
    };
    let mut newest = rows.iter().rev();
    newest
        .position(|row| row.id == id)
        .map_or(0, |at| at.saturating_add(of_entry))
}

/// A page that is being filled.
struct Filling<'a> {
    view: &'a View<'a>,
    filter: &'a HistoryFilter,
    names: DeviceNames<'a>,
    limit: usize,
    page: HistoryPage,
    /// The entry that was read last; the rows of one stand together.
    last: Option<(EntryId, Option<Entry>)>,
    read: usize,
}

impl Filling<'_> {
    /// Takes rows, newest first, from a place among them on; says where it left off because it has
    /// enough.
    fn take(&mut self, rows: &[HistoryRow], start: usize) -> Result<Option<usize>, NodeError> {
        for (at, row) in rows.iter().rev().enumerate().skip(start) {
            if !self.filter.may_take(row) {
                continue;
            }
            if self.page.rows.len() >= self.limit || self.read >= READ_MAX {
                return Ok(Some(at));
            }
            if self.last.as_ref().is_none_or(|(id, _)| *id != row.id) {
                self.last = Some((row.id, self.view.entry(row.id)?));
                self.read = self.read.saturating_add(1);
            }
            let entry = self.last.as_ref().and_then(|(_, entry)| entry.as_ref());
            let order = row.order.and_then(|order| self.view.order_number(order));
            let view = history_view(row, entry, self.names.of(row.id.origin), order);
            if self.filter.takes(&view) {
                self.page.rows.push(view);
            }
        }
        Ok(None)
    }
}

impl View<'_> {
    /// The newest rows of an item's history that pass the filter, behind a cursor.
    pub fn history_page(
        &self,
        sku: &Code,
        filter: &HistoryFilter,
        before: Option<&str>,
        limit: usize,
    ) -> Result<HistoryPage, NodeError> {
        let until = before.and_then(|cursor| self.moment_of(cursor));
        let mut filling = Filling {
            view: self,
            filter,
            names: DeviceNames::new(self.fold()),
            limit,
            page: HistoryPage::default(),
            last: None,
            read: 0,
        };
        let mut most = limit.saturating_mul(PART_PER_ROW);
        let mut taken: Option<usize> = None;
        loop {
            let part = self.fold().history_part(sku, until, most);
            let rows = &part.rows;
            let start =
                taken.unwrap_or_else(|| before.map_or(0, |before| told_before(rows, before)));
            if let Some(at) = filling.take(rows, start)? {
                let mut page = filling.page;
                page.next = cursor_of(rows, at);
                page.searched = (page.rows.len() < limit).then_some(filling.read);
                return Ok(page);
            }
            if !part.has_older {
                return Ok(filling.page);
            }
            // A larger part ends with the same rows.
            taken = Some(rows.len().max(start));
            most = most.saturating_mul(PART_GROWTH);
        }
    }

    /// The place of a cursor's entry in a history.
    fn moment_of(&self, cursor: &str) -> Option<(Timestamp, EntryId)> {
        let (entry, _) = cursor.rsplit_once('.')?;
        let id: EntryId = entry.parse().ok()?;
        Some((self.fold().effective_time(id)?, id))
    }
}
