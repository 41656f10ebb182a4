//! What reached this node last: the newest entries by their central number.

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::entry::{Body, Entry, Place};
use ledger_core::{EntryId, Origin};

use super::device::{DeviceNames, writer};
use super::{View, time_text};
use crate::NodeError;

/// Entries that nobody needs to hear of may lie between those that are shown.
const LOOKED_AT_PER_ROW: usize = 8;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentView {
    /// The entry that says it.
    pub entry: String,
    /// When it was written, by its device.
    pub at: String,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// What was done.
    pub deed: Deed,
}

/// What somebody did, as far as one line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Stock was added, removed, moved or adjusted (`add`, `remove`, `move`, `adjust`).
    Moved {
        /// What it was meant as.
        act: &'static str,
        /// The item.
        item: String,
        /// How much.
        quantity: String,
        /// From where.
        from: Option<String>,
        /// To where.
        to: Option<String>,
    },
    /// Stock was counted.
    Counted {
        /// The item.
        item: String,
        /// How much was there.
        quantity: String,
        /// Where.
        location: String,
    },
    /// A transaction was undone.
    Reversed {
        /// The item, when the transaction is known.
        item: Option<String>,
    },
    /// Something about an order, a lot, a purchase order or a stocktake.
    Document {
        /// What kind of document.
        family: Family,
        /// Its number, when it is known.
        number: Option<String>,
    },
    /// Something about a thing of the catalogue.
    Set {
        /// Of which class.
        class: Class,
        /// Its code.
        code: String,
    },
    /// A code was scanned that nobody knew.
    Scanned {
        /// The code.
        code: String,
        /// Where.
        location: String,
    },
    /// Somebody said what such a code stands for.
    Resolved {
        /// The code.
        code: String,
        /// The item; none when it means nothing.
        item: Option<String>,
    },
    /// An exception was taken as it is, or what waited was admitted.
    Answered,
}

impl View<'_> {
    /// What reached this node last, the newest first, at most so many. What devices say of
    /// themselves is left out.
    pub fn recent(&self, limit: usize) -> Result<Vec<RecentView>, NodeError> {
        let mut names = DeviceNames::new(self.fold());
        let mut rows = Vec::new();
        for id in self
            .newest_first(None)
            .take(limit.saturating_mul(LOOKED_AT_PER_ROW))
        {
            if rows.len() >= limit {
                break;
            }
            rows.extend(self.told_by(id, &mut names)?);
        }
        Ok(rows)
    }

    /// All entries in the order in which they reached the central server, the newest first: what
    /// has no number yet, by origin, and then down from the largest number. `behind` leaves out an
    /// entry and all that come before it in that order.
    pub(super) fn newest_first(
        &self,
        behind: Option<EntryId>,
    ) -> impl Iterator<Item = EntryId> + '_ {
        let mut newest: BinaryHeap<(u64, EntryId)> = BinaryHeap::new();
        for origin in self.all_origins() {
            let seq = self.newest_behind(origin, behind);
            newest.extend(self.numbered(EntryId { origin, seq }));
        }
        std::iter::from_fn(move || {
            let (_, id) = newest.pop()?;
            newest.extend(self.numbered(EntryId {
                seq: id.seq.saturating_sub(1),
                ..id
            }));
            Some(id)
        })
    }

    /// What one entry says; none when it is not here, not understood or of no interest.
    pub fn told(&self, id: EntryId) -> Result<Option<RecentView>, NodeError> {
        self.told_by(id, &mut DeviceNames::new(self.fold()))
    }

    fn told_by(
        &self,
        id: EntryId,
        names: &mut DeviceNames<'_>,
    ) -> Result<Option<RecentView>, NodeError> {
        let Some(entry) = self.entry(id)? else {
            return Ok(None);
        };
        let device = names.of(id.origin);
        let user = entry.user.as_ref();
        Ok(self.deed(&entry).map(|deed| RecentView {
            entry: id.to_string(),
            at: time_text(entry.time),
            user: writer(user, &device),
            device,
            deed,
        }))
    }

    /// All origins that somebody wrote under. Not every writer was enrolled: the central server
    /// never is.
    pub(super) fn all_origins(&self) -> BTreeSet<Origin> {
        let fold = self.fold();
        let writers = fold.devices_by_name().into_iter();
        writers
            .flat_map(|(_, device)| fold.origins_of(device))
            .collect()
    }

    /// The first entry of an origin that [`View::newest_first`] gives behind another; 0 for none.
    fn newest_behind(&self, origin: Origin, behind: Option<EntryId>) -> u64 {
        let fold = self.fold();
        let Some(behind) = behind else {
            return fold.last_seq(origin);
        };
        match fold.central_number(behind) {
            Some(number) => fold.last_numbered_below(origin, number),
            None => match origin.cmp(&behind.origin) {
                Ordering::Less => fold.last_seq(origin),
                Ordering::Equal => behind.seq.saturating_sub(1),
                Ordering::Greater => fold.numbered_up_to(origin),
            },
        }
    }

    /// An entry with its place in the central order; one without a number is newer than all.
    fn numbered(&self, id: EntryId) -> Option<(u64, EntryId)> {
        let number = self.fold().central_number(id);
        (id.seq > 0).then(|| (number.unwrap_or(u64::MAX), id))
    }

    pub(super) fn deed(&self, entry: &Entry) -> Option<Deed> {
        let place = |place: &Place| place.location.to_string();
        Some(match &entry.body {
            Body::Moved(moved) => Deed::Moved {
                act: moved.act.word(),
                item: moved.item.to_string(),
                quantity: moved.quantity.to_string(),
                from: moved.from.as_ref().map(place),
                to: moved.to.as_ref().map(place),
            },
            Body::Counted(counted) => Deed::Counted {
                item: counted.item.to_string(),
                quantity: counted.quantity.to_string(),
                location: place(&counted.place),
            },
            Body::Reversed(reversed) => Deed::Reversed {
                item: self
                    .fold()
                    .item_of(reversed.target.id)
                    .map(|item| item.to_string()),
            },
            Body::Order(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_) => {
                let (family, document) = entry.body.about_document()?;
                let begun = entry.body.begins_document();
                let number = match document {
                    None => begun.map(|(_, number)| number.to_string()),
                    Some(document) => self.number_of(document.id),
                };
                Deed::Document { family, number }
            }
            Body::BomLineSet(set) => Deed::Set {
                class: Class::Item,
                code: set.parent.to_string(),
            },
            Body::Set(write) => Deed::Set {
                class: write.subject.class,
                code: if matches!(write.subject.class, Class::User | Class::Setting) {
                    // Their codes are made of names that people write in small letters.
                    write.subject.code.as_str().to_lowercase()
                } else {
                    write.subject.code.to_string()
                },
            },
            Body::ItemMerged(merged) => Deed::Set {
                class: Class::Item,
                code: merged.item.to_string(),
            },
            Body::CodeBound(bound) => Deed::Set {
                class: Class::Item,
                code: bound.item.to_string(),
            },
            Body::CodeUnbound(unbound) => Deed::Set {
                class: Class::Item,
                code: unbound.item.to_string(),
            },
            Body::UnknownScan(scan) => Deed::Scanned {
                code: scan.code.to_string(),
                location: place(&scan.place),
            },
            Body::ScanResolved(resolved) => Deed::Resolved {
                code: resolved.code.to_string(),
                item: resolved.item.as_ref().map(ToString::to_string),
            },
            Body::ExceptionAnswered(_) | Body::Admitted(_) | Body::Refused(_) => Deed::Answered,
            Body::DeviceRevoked(revoked) => Deed::Set {
                class: Class::Device,
                code: self.device_name(revoked.device),
            },
            Body::Genesis(_) | Body::ClockMark(_) | Body::Tallied(_) | Body::TimeFixed(_) => {
                return None;
            }
        })
    }
}
