//! How the fold takes an entry: rows on stock lines, and what else it says.

use super::documents::Booked;
use super::line::Row;
use super::origin::Touch;
use super::slots::Slot;
use super::{Fold, Line, Record, TxKey, catalogue, places, symbols};
use crate::document::{DocumentRef, Family};
use crate::entry::{Body, Content, Counted, IdempotencyKey, Moved, Place};
use crate::id::EntryRef;
use crate::quantity::Quantity;
use crate::time::Timestamp;

impl Fold {
    pub(super) fn take(&mut self, origin: u32, record: Record) {
        self.entries = self.entries.saturating_add(1);
        let id = record.id;
        let key: TxKey = (origin, id.seq);
        self.bring_home(key, record.hash8);
        let marks_clock = record.content.marks_clock();
        if marks_clock {
            self.origins.mark_clock(key);
        }
        let mut slot = self
            .origins
            .next_slot(origin, record.content.time(), record.hash8);
        match record.content {
            Content::Known(entry) => {
                slot.set_said(
                    entry
                        .body
                        .particulars()
                        .and_then(|particulars| particulars.said),
                );
                let stamp = catalogue::Stamp {
                    origin,
                    seq: id.seq,
                    clock: entry.clock,
                };
                if entry.body.is_fact() {
                    self.actors.note(key, entry.user.as_ref());
                }
                self.judge(stamp, record.hash8, entry.user.as_ref(), &entry.body);
                self.take_body(key, stamp, &mut slot, entry.body);
            }
            Content::Newer { kind, touches, .. } => {
                self.newer.insert(id, (kind, touches));
            }
            Content::Bad { reason, .. } => {
                self.bad.insert(id, reason);
            }
        }
        self.origins.push(origin, slot);
        // It may have spoken of itself.
        self.bring_home(key, record.hash8);
        if self.has_time_fixes() {
            if marks_clock || id.seq == 1 {
                self.settle_clock(key);
            }
            // It may have said something of the clock that wrote it, or of who may say so.
            if self.origins.is_outdated(key) {
                self.replace_times(origin);
            }
        }
        if self.reversals.is_target(&id)
            && let Some(changed) = self.settle_reversals(id)
        {
            self.changed_effect(changed);
        }
        self.learn_revoked_entry(key);
    }

    fn take_body(&mut self, key: TxKey, stamp: catalogue::Stamp, slot: &mut Slot, body: Body) {
        match &body {
            Body::Moved(moved) => self.take_moved(key, slot, moved),
            Body::Counted(counted) => self.take_counted(key, slot, counted),
            Body::Reversed(reversed) => {
                slot.touch = Touch::Reversal;
                self.take_once(key, slot.order_time(), reversed.particulars.once);
            }
            // What it takes and gives is for `scans.rs`.
            Body::UnknownScan(scan) => {
                slot.touch = Touch::Lines(None, None);
                self.take_once(key, slot.order_time(), scan.particulars.once);
            }
            Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Tallied(_)
            | Body::Set(_)
            | Body::ItemMerged(_)
            | Body::CodeBound(_)
            | Body::CodeUnbound(_)
            | Body::BomLineSet(_)
            | Body::Order(_)
            | Body::Lot(_)
            | Body::Purchase(_)
            | Body::Stocktake(_)
            | Body::ScanResolved(_)
            | Body::ExceptionAnswered(_)
            | Body::TimeFixed(_)
            | Body::DeviceRevoked(_)
            | Body::Refused(_)
            | Body::Admitted(_) => self.take_once(key, slot.order_time(), body.once()),
        }
        if let Some(target) = self.take_fact(key, stamp, slot.order_time(), body) {
            self.changed_effect(target);
        }
    }

    /// What an entry says besides rows on stock lines. Gives a transaction that began or ceased to
    /// count by it.
    pub(super) fn take_fact(
        &mut self,
        key: TxKey,
        stamp: catalogue::Stamp,
        order_time: Timestamp,
        body: Body,
    ) -> Option<TxKey> {
        self.note_said(key, &body);
        match body {
            Body::Genesis(genesis) => {
                if key.1 == 1 {
                    self.origins.set_genesis(key.0, genesis);
                    self.learn_device(key.0);
                } else {
                    self.bad
                        .insert(self.entry_id(key), "a second beginning of its origin");
                }
            }
            Body::ClockMark(_) | Body::Tallied(_) => {}
            Body::Moved(moved) => {
                if !Self::can_move(moved.quantity) {
                    self.bad
                        .insert(self.entry_id(key), "its quantity is out of range");
                }
            }
            Body::Counted(counted) => {
                if let Some(span) = counted.span {
                    self.spans.insert(key, span);
                }
            }
            Body::Reversed(reversed) => {
                let hash8 = reversed.target.hash8;
                let id = self.meant(reversed.target);
                self.reversals.add(key, EntryRef { id, hash8 });
                self.reversals.times.insert(key, order_time);
                return self.settle_reversals(id);
            }
            Body::Set(write) => {
                self.catalogue.set(stamp, write);
                self.learn_rights(key);
            }
            Body::DeviceRevoked(_) | Body::Admitted(_) | Body::Refused(_) => {
                self.take_revocation(stamp, &body);
                self.learn_rights(key);
            }
            Body::TimeFixed(fix) => self.take_fix(stamp, &fix),
            Body::ItemMerged(merged) => {
                self.catalogue.merge(stamp, merged);
                self.learn_merge(key);
            }
            Body::CodeBound(bound) => {
                let (code, pack) = (bound.barcode.clone(), Some(bound.pack));
                self.catalogue.bind(stamp, bound.item, bound.barcode, pack);
                self.learn_binding(key, &code);
            }
            Body::CodeUnbound(unbound) => {
                let code = unbound.barcode.clone();
                self.catalogue
                    .bind(stamp, unbound.item, unbound.barcode, None);
                self.learn_binding(key, &code);
            }
            Body::UnknownScan(scan) => self.take_scan(key, order_time, scan),
            Body::ScanResolved(resolved) => self.take_resolution(stamp, resolved),
            Body::BomLineSet(set) => self.boms.set(stamp, set),
            body @ (Body::Order(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_)) => {
                self.take_document(key, stamp, body);
            }
            Body::ExceptionAnswered(answered) => {
                let entries = answered.entries.into_iter().collect();
                let answers = self.answers.entry(answered.exception).or_default();
                answers.push((key, entries));
            }
        }
        None
    }

    /// What an entry says of a document, by the id that the document has here.
    fn take_document(&mut self, key: TxKey, stamp: catalogue::Stamp, mut body: Body) {
        let about = body.about_document().and_then(|(_, document)| document);
        if let Some(id) = about.map(|document| self.meant(*document)) {
            body.name_document(id);
        }
        self.documents.take(self.entry_id(key), stamp, body);
    }

    fn take_moved(&mut self, key: TxKey, slot: &mut Slot, moved: &Moved) {
        let Some(outgoing) = moved.quantity.checked_neg() else {
            return;
        };
        let from = moved
            .from
            .as_ref()
            .map(|place| self.line(&moved.item, place));
        let to = moved.to.as_ref().map(|place| self.line(&moved.item, place));
        slot.touch = Touch::Lines(from, to);
        self.take_once(key, slot.order_time(), moved.particulars.once);
        self.take_expiry(key, to.or(from), moved.particulars.expiry);
        let serial = moved.particulars.details.serial.as_deref();
        self.serials.take(key, serial);
        if let Some(document) = moved.document {
            let quantity = match (from, to) {
                (Some(_), None) => moved.quantity,
                (None, Some(_)) => outgoing,
                // It stays in the house.
                (Some(_), Some(_)) | (None, None) => Quantity::ZERO,
            };
            let has_reason = moved.particulars.details.reason.is_some();
            self.book(key, document, quantity, has_reason);
        }
        for (line, amount) in [(from, outgoing), (to, moved.quantity)] {
            if let Some(line) = line {
                self.push_row(line, Row::movement(slot.order_time(), key, amount));
            }
        }
    }

    fn take_counted(&mut self, key: TxKey, slot: &mut Slot, counted: &Counted) {
        let line = self.line(&counted.item, &counted.place);
        slot.touch = Touch::Lines(None, Some(line));
        self.take_once(key, slot.order_time(), counted.particulars.once);
        self.take_expiry(key, Some(line), counted.particulars.expiry);
        let serial = counted.particulars.details.serial.as_deref();
        self.serials.take(key, serial);
        if let Some(stocktake) = counted.stocktake {
            let stocktake = DocumentRef::new(Family::Stocktake, stocktake);
            let has_reason = counted.particulars.details.reason.is_some();
            self.book(key, stocktake, Quantity::ZERO, has_reason);
        }
        self.push_row(line, Row::count(slot.order_time(), key, counted.quantity));
    }

    /// Takes note of the document that a movement or count is for.
    fn book(&mut self, key: TxKey, of: DocumentRef, quantity: Quantity, has_reason: bool) {
        let id = self.meant(of.entry);
        let document = DocumentRef::new(of.family, EntryRef { id, ..of.entry });
        let booked = Booked {
            document,
            quantity,
            has_reason,
        };
        self.documents.book(key, booked);
        self.note_movement(key);
    }

    /// The line of an item at a place, made if there is none.
    pub(super) fn line(&mut self, item: &crate::Code, place: &Place) -> u32 {
        let key = symbols::LineSymbols {
            item: self.symbols.intern(item),
            location: self.symbols.intern(&place.location),
            owner: place
                .owner
                .as_ref()
                .map_or(symbols::NONE, |code| self.symbols.intern(code)),
            batch: place
                .batch
                .as_ref()
                .map_or(symbols::NONE, |code| self.symbols.intern(code)),
        };
        if let Some(line) = self.line_index.get(&key) {
            return *line;
        }
        let line = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.lines.push(Line::new(key));
        self.line_index.insert(key, line);
        self.list_line(line, key);
        line
    }

    /// Lets the lists of lines name a line.
    pub(super) fn list_line(&mut self, line: u32, key: symbols::LineSymbols) {
        self.lines_of_item.entry(key.item).or_default().push(line);
        self.places.note(&self.symbols, key, line);
        if let Some(line) = self.line_at_mut(line) {
            line.set_listed(true);
        }
    }

    /// Takes the rows of an entry off a line; a line without any is as if it never was.
    pub(super) fn remove_rows(&mut self, line: u32, key: TxKey) {
        self.note_line(line);
        let packed = std::mem::take(&mut self.packed_rows);
        let at = self.line_at_mut(line);
        let (unsettled, emptied) = at.map_or((false, false), |at| {
            let unsettled = at.remove(key, &packed);
            (unsettled, at.is_empty())
        });
        self.packed_rows = packed;
        if unsettled {
            self.dirty_lines.push(line);
        }
        if emptied {
            self.unlist_line(line);
        }
    }

    fn unlist_line(&mut self, line: u32) {
        let Some(at) = self.line_at_mut(line) else {
            return;
        };
        at.set_listed(false);
        let key = at.symbols();
        places::drop_line(&mut self.lines_of_item, key.item, line);
        let last = !self.lines_of_item.contains_key(&key.item);
        self.places.forget(&self.symbols, key, line, last);
    }

    pub(super) fn push_row(&mut self, line: u32, row: Row) {
        self.note_line(line);
        let unlisted = self.line_at(line).filter(|line| !line.is_listed());
        if let Some(key) = unlisted.map(Line::symbols) {
            self.list_line(line, key);
        }
        let counts = !self.is_ineffective(row.key());
        let origins = &self.origins;
        let Some(at) = usize::try_from(line)
            .ok()
            .and_then(|at| self.lines.get_mut(at))
        else {
            return;
        };
        if at.push(row, counts, &self.packed_rows, |a, b| {
            origins.compare_rows(a, b)
        }) {
            self.dirty_lines.push(line);
        }
    }

    /// Takes note of when the batch of a line expires.
    pub(super) fn take_expiry(&mut self, key: TxKey, line: Option<u32>, day: Option<u32>) {
        let Some(day) = day else { return };
        let line = line.and_then(|line| self.line_at(line)).map(Line::symbols);
        if let Some(line) = line.filter(|line| line.batch != symbols::NONE) {
            let said = self.expiries.entry((line.item, line.batch)).or_default();
            said.push((key, day));
        }
    }

    /// Takes note of an idempotency key; of equal ones the first by F1 order counts.
    fn take_once(&mut self, key: TxKey, time: Timestamp, once: Option<IdempotencyKey>) {
        let Some(once) = once else { return };
        let parts = (&self.origins, &self.rights, &self.revoked);
        let changed = self.once.take(once, key, |one| {
            let at = if one == key {
                time
            } else {
                parts.0.order_time(one)
            };
            super::once_order(parts, one, at)
        });
        for one in changed {
            self.changed_effect(one);
        }
    }
}
