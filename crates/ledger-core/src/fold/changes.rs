//! What changed of late, for whoever keeps what follows from the fold and would not work it all out
//! anew.
//!
//! A change names the stock line, the item or the order of which something may answer otherwise
//! now. Only the last [`KEPT`] are kept: whoever looks more seldom works everything out anew, and
//! so does everybody when something changed that reaches far (who may do what, settings, aliases,
//! clocks).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Fold, NumberRun, TxKey};
use crate::catalogue::{Class, Subject};
use crate::code::Code;
use crate::document::Family;
use crate::entry::Body;
use crate::id::EntryId;

/// How many changes are kept.
const KEPT: usize = 4_096;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Touched {
    Line(u32),
    Item(Code),
    /// All lines at a location.
    Place(Code),
    Document(EntryId),
    /// A document for which something was moved or counted, without its other items.
    Booked(EntryId),
    /// What is made of what: the parent, then the child.
    Bom(Code, Code),
    /// The lines and the document of a transaction.
    Transaction(TxKey),
    Everything,
}

/// What the entries of an origin said that have no number yet. A number may give them another
/// place, and then what they said counts otherwise.
#[derive(Debug, Default)]
struct Unnumbered {
    by_seq: BTreeMap<u64, Touched>,
    /// The first of those that are too many to be kept.
    more_from: Option<u64>,
}

/// The last changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// How many changes there were before those that are kept.
    before: u64,
    kept: VecDeque<Touched>,
    /// By origin.
    unnumbered: BTreeMap<u32, Unnumbered>,
}

/// A moment in the life of one fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    changes: u64,
    /// The day on which batches were expired or not.
    day: u64,
}

/// What may answer otherwise since a mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Items, as they are called today.
    pub items: BTreeSet<Code>,
    /// Documents, by the entries that begin them; what the lines of orders are promised is told of
    /// by items.
    pub documents: BTreeSet<EntryId>,
}

impl Changes {
    fn note(&mut self, touched: Touched) {
        if touched == Touched::Everything {
            // One more, so that even who has seen all of them hears of it.
            self.before = self.count().saturating_add(1);
            self.kept.clear();
            return;
        }
        self.kept.push_back(touched);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.before = self.before.saturating_add(1);
        }
    }

    fn remember(&mut self, (origin, seq): TxKey, touched: Touched) {
        let unnumbered = self.unnumbered.entry(origin).or_default();
        if unnumbered.by_seq.len() < KEPT {
            unnumbered.by_seq.insert(seq, touched);
        } else {
            unnumbered.more_from.get_or_insert(seq);
        }
    }

    /// What an origin said from an entry on is not known.
    pub(super) fn forget(&mut self, origin: u32, from: u64) {
        let unnumbered = self.unnumbered.entry(origin).or_default();
        unnumbered.more_from = Some(from);
    }

    /// A run of numbers came. `is_last` when no entry of the origin is behind it.
    fn numbered(&mut self, origin: u32, run: &NumberRun, is_last: bool) {
        let Some(unnumbered) = self.unnumbered.get_mut(&origin) else {
            return;
        };
        let behind = run.first_seq.saturating_add(run.count);
        let mut numbered = unnumbered.by_seq.split_off(&run.first_seq);
        let mut later = numbered.split_off(&behind);
        unnumbered.by_seq.append(&mut later);
        let more = unnumbered.more_from.filter(|first| behind > *first);
        if more.is_some_and(|first| run.first_seq <= first) {
            unnumbered.more_from = (!is_last).then_some(behind);
        }
        let more = more.map(|_| Touched::Everything);
        if unnumbered.by_seq.is_empty() && unnumbered.more_from.is_none() {
            self.unnumbered.remove(&origin);
        }
        for touched in numbered.into_values().chain(more) {
            self.note(touched);
        }
    }

    fn count(&self) -> u64 {
        let kept = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        self.before.saturating_add(kept)
    }

    /// What was noted behind the first so many; none when that is not known any more.
    fn since(&self, count: u64) -> Option<impl Iterator<Item = &Touched>> {
        let seen = count.checked_sub(self.before)?;
        let seen = usize::try_from(seen).ok()?;
        Some(self.kept.iter().skip(seen))
    }
}

impl Fold {
    /// Now, for asking later what changed since.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            changes: self.changes.count(),
            day: self.today(),
        }
    }

    /// What may answer otherwise since a mark of this fold: quantities, promises and exceptions of
    /// items and orders, and what the catalogue says of items. None when that is too much to tell.
    ///
    /// Names of customers, sites and locations, and exceptions that are about neither an item's
    /// stock nor an order, are not told of.
    #[must_use]
    pub fn changed_since(&self, mark: Mark) -> Option<News> {
        if !self.expiries.is_empty() && mark.day != self.today() {
            return None;
        }
        let mut news = News::default();
        // Many movements are for one document, and each document may have many items.
        let mut documents: BTreeSet<EntryId> = BTreeSet::new();
        let mut booked: BTreeSet<EntryId> = BTreeSet::new();
        for touched in self.changes.since(mark.changes)? {
            match touched {
                Touched::Line(line) => {
                    let line = self.line_at(*line);
                    let item = line.map(|line| self.line_key(line).item);
                    news.items.extend(item);
                }
                Touched::Item(item) => {
                    news.items.insert(item.clone());
                }
                Touched::Place(location) => {
                    let lines = self.lines_in(location);
                    news.items
                        .extend(lines.map(|line| self.line_key(line).item));
                }
                // Which things are made of themselves changes with any line of the circle.
                Touched::Bom(parent, child) if self.ever_reaches(child, parent) => return None,
                Touched::Bom(parent, child) => {
                    news.items.extend([parent.clone(), child.clone()]);
                }
                Touched::Everything => return None,
                Touched::Document(document) => {
                    documents.insert(*document);
                }
                Touched::Booked(document) => {
                    booked.insert(*document);
                }
                Touched::Transaction(key) => {
                    let voids = self.reversals.target_of(*key);
                    let id = voids.unwrap_or_else(|| self.entry_id(*key));
                    let lines = self.lines_touched(id);
                    news.items
                        .extend(lines.map(|line| self.line_key(line).item));
                    match self.touched_by_movement(*key) {
                        Some(Touched::Document(document)) => documents.insert(document),
                        Some(Touched::Booked(document)) => booked.insert(document),
                        Some(_) | None => false,
                    };
                }
            }
        }
        // It may have turned out since that a branch has one.
        for id in documents.into_iter().flat_map(|id| self.namesakes(id)) {
            news.items.extend(self.documents.items_of(id).cloned());
            news.items.extend(self.items_moved_for(id));
            news.documents.insert(id);
        }
        let booked = booked.into_iter().flat_map(|id| self.namesakes(id));
        news.documents.extend(booked);
        news.items = news.items.iter().map(|code| self.canonical(code)).collect();
        Some(news)
    }

    fn items_moved_for(&self, id: EntryId) -> impl Iterator<Item = Code> + '_ {
        let booked = self.documents.booked_for(id).iter();
        booked.filter_map(|key| self.moved_item(*key))
    }

    /// Anything may answer otherwise from now on.
    pub(super) fn note_all_changed(&mut self) {
        self.changes.note(Touched::Everything);
    }

    pub(super) fn note_line(&mut self, line: u32) {
        self.changes.note(Touched::Line(line));
    }

    /// A transaction is new, or began or ceased to count: the document that it is for has another
    /// quantity.
    pub(super) fn note_movement(&mut self, key: TxKey) {
        if let Some(touched) = self.touched_by_movement(key) {
            self.changes.note(touched);
        }
    }

    /// The document that a movement or count is for. What an order gets of one item may promise
    /// another more of the next; elsewhere only the item that was moved answers otherwise, which is
    /// told of by its stock line.
    fn touched_by_movement(&self, key: TxKey) -> Option<Touched> {
        let document = self.documents.booked.get(&key)?.document;
        Some(match document.family {
            Family::Order => Touched::Document(document.entry.id),
            Family::Lot | Family::Purchase | Family::Stocktake => {
                Touched::Booked(document.entry.id)
            }
        })
    }

    /// Takes note of what an entry says that is no row on a stock line.
    pub(super) fn note_said(&mut self, key: TxKey, body: &Body) {
        let touched = match body {
            Body::Set(write) => touched_by_set(&write.subject),
            // What is admitted stands behind its admission, wherever that comes to stand.
            Body::ItemMerged(_)
            | Body::DeviceRevoked(_)
            | Body::Admitted(_)
            | Body::Refused(_)
            | Body::TimeFixed(_) => Some(Touched::Everything),
            Body::CodeBound(bound) => Some(Touched::Item(bound.item.clone())),
            Body::CodeUnbound(unbound) => Some(Touched::Item(unbound.item.clone())),
            Body::BomLineSet(set) => Some(Touched::Bom(set.parent.clone(), set.child.clone())),
            Body::Order(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_) => {
                Some(self.touched_by_document(key, body))
            }
            // Rows and movements are noted where they are taken. What was promised before them
            // depends on where they stand.
            Body::Moved(_) | Body::Counted(_) | Body::Reversed(_) | Body::UnknownScan(_) => {
                self.remember(key, || Touched::Transaction(key));
                None
            }
            // Answers are looked up with every exception; what scans come to is told by lines.
            Body::ExceptionAnswered(_)
            | Body::ScanResolved(_)
            | Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Tallied(_) => None,
        };
        let Some(touched) = touched else { return };
        self.remember(key, || touched.clone());
        self.changes.note(touched);
    }

    fn remember(&mut self, key: TxKey, touched: impl FnOnce() -> Touched) {
        if self.origins.number_of(key).is_none() {
            self.changes.remember(key, touched());
        }
    }

    fn touched_by_document(&mut self, key: TxKey, body: &Body) -> Touched {
        if let Some((family, number)) = body.begins_document() {
            // Whatever had this number alone has it no longer.
            for other in self.documents.begun_as(family, number) {
                self.changes.note(Touched::Document(other));
            }
        }
        let about = body.about_document().and_then(|(_, document)| document);
        let document = about.map(|document| self.meant(*document));
        Touched::Document(document.unwrap_or_else(|| self.entry_id(key)))
    }

    /// Takes note that entries got their place in the central order.
    pub(super) fn note_numbers(&mut self, origin: u32, run: &NumberRun) {
        let behind = run.first_seq.saturating_add(run.count);
        let is_last = behind >= self.origins.next_seq(origin);
        self.changes.numbered(origin, run, is_last);
    }
}

fn touched_by_set(subject: &Subject) -> Option<Touched> {
    Some(match subject.class {
        Class::Item => Touched::Item(subject.code.clone()),
        // Its site and whether it is blocked decide about what is promised of its stock.
        Class::Location => Touched::Place(subject.code.clone()),
        Class::Setting => Touched::Everything,
        Class::LocationType
        | Class::Site
        | Class::Customer
        | Class::Supplier
        | Class::User
        | Class::Device => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_seen_too_little_is_told_so() {
        let mut changes = Changes::default();
        let before = changes.count();
        changes.note(Touched::Line(1));
        let after_one = changes.count();
        changes.note(Touched::Line(2));
        let told = |changes: &Changes, count| {
            let since = changes.since(count);
            since.map(|since| since.cloned().collect::<Vec<_>>())
        };
        let both = vec![Touched::Line(1), Touched::Line(2)];
        assert_eq!(told(&changes, before), Some(both));
        assert_eq!(told(&changes, after_one), Some(vec![Touched::Line(2)]));
        assert_eq!(told(&changes, changes.count()), Some(vec![]));
        for line in 0..u32::try_from(KEPT).unwrap() {
            changes.note(Touched::Line(line));
        }
        assert_eq!(told(&changes, after_one), None);
        let newest = changes.count();
        assert_eq!(told(&changes, newest), Some(vec![]));
        changes.note(Touched::Everything);
        assert_eq!(told(&changes, newest), None);
        assert_eq!(told(&changes, changes.count()), Some(vec![]));
    }
}
