//! Transactions that columns cannot say: reversals, back-dated ones, and those that count once.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::entry::{Body, Content, IdempotencyKey, Particulars};
use ledger_core::{EntryId, EntryRef};
use ledger_format::columns::Dictionary;
use ledger_format::entry_bytes;
use ledger_store::ReadError;

use super::survey::OriginPlan;
use super::{KeyRank, Moment, RankOf, Shared};

/// One of them.
#[derive(Debug)]
pub(super) struct Special {
    /// Its place in F1 order.
    pub(super) at: Moment,
    /// Lines and by how much they change.
    pub(super) changes: [Option<(u32, i64)>; 2],
    /// The line and what was seen.
    pub(super) count: Option<(u32, i64)>,
    target: Option<EntryRef>,
    once: Option<IdempotencyKey>,
}

impl Special {
    /// Of an entry with its effective time; none when it has no effect.
    pub(super) fn read(dictionary: &mut Dictionary, at: Moment, bytes: &[u8]) -> Option<Self> {
        let Content::Known(entry) = entry_bytes::decode(bytes) else {
            return None;
        };
        let special = |particulars: &Particulars| {
            let said = particulars.said.map_or(at.0, |said| said.millis());
            Self {
                at: (said.min(at.0), at.1, at.2),
                changes: [None; 2],
                count: None,
                target: None,
                once: particulars.once,
            }
        };
        match &entry.body {
            Body::Moved(moved) => {
                let incoming = moved.quantity.ten_thousandths();
                let outgoing = moved.quantity.checked_neg()?.ten_thousandths();
                let mut line = |place| dictionary.line_of(&moved.item, place);
                let from = moved.from.as_ref().map(|from| (line(from), outgoing));
                let to = moved.to.as_ref().map(|to| (line(to), incoming));
                Some(Self {
                    changes: [from, to],
                    ..special(&moved.particulars)
                })
            }
            Body::Counted(counted) => {
                let line = dictionary.line_of(&counted.item, &counted.place);
                Some(Self {
                    count: Some((line, counted.quantity.ten_thousandths())),
                    ..special(&counted.particulars)
                })
            }
            Body::Reversed(reversed) => Some(Self {
                target: Some(reversed.target),
                ..special(&reversed.particulars)
            }),
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
            | Body::UnknownScan(_)
            | Body::ScanResolved(_)
            | Body::ExceptionAnswered(_)
            | Body::TimeFixed(_)
            | Body::DeviceRevoked(_)
            | Body::Refused(_)
            | Body::Admitted(_) => entry.body.once().map(|once| Self {
                once: Some(once),
                ..special(entry.body.particulars().unwrap_or(&Particulars::default()))
            }),
        }
    }

    fn id(&self, shared: &Shared<'_>) -> Option<EntryId> {
        let (origin, seq) = self.key();
        let origin = *shared.origins.get(usize::try_from(origin).ok()?)?;
        Some(EntryId { origin, seq })
    }

    const fn key(&self) -> (u32, u64) {
        (self.at.1, self.at.2)
    }
}

/// What counts for nothing.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// Voided transactions, by origin's place and seq.
    pub(super) void: BTreeSet<(u32, u64)>,
    /// Those whose idempotency key an earlier one has.
    suppressed: BTreeSet<(u32, u64)>,
    /// Whether a void one is a count that columns say.
    pub(super) counts_void: bool,
}

impl Resolved {
    /// Whether a special transaction counts.
    pub(super) fn counts(&self, special: &Special) -> bool {
        let key = special.key();
        !self.void.contains(&key) && !self.suppressed.contains(&key)
    }
}

/// Finds out what counts for nothing.
pub(super) fn resolve(
    shared: &Shared<'_>,
    plans: &[OriginPlan],
    specials: &[Special],
    rank_of: RankOf<'_>,
) -> Result<Resolved, ReadError> {
    let mut resolved = Resolved::default();
    let mut first: BTreeMap<IdempotencyKey, (KeyRank, Moment)> = BTreeMap::new();
    for special in specials {
        let Some(once) = special.once else { continue };
        let Some(rank) = special.id(shared).and_then(rank_of) else {
            continue;
        };
        let this = (rank, special.at);
        let best = first.entry(once).or_insert(this);
        if this == *best {
            continue;
        }
        let (_, later) = this.max(*best);
        *best = this.min(*best);
        let _new = resolved.suppressed.insert((later.1, later.2));
    }
    let targets: BTreeSet<EntryRef> = specials
        .iter()
        .filter(|special| !resolved.suppressed.contains(&special.key()))
        .filter_map(|special| special.target)
        .collect();
    for target in targets {
        let Some(found) = transaction(shared, plans, target)? else {
            continue;
        };
        resolved.counts_void |= found.is_count;
        let _new = resolved.void.insert(found.key);
    }
    Ok(resolved)
}

struct Found {
    key: (u32, u64),
    is_count: bool,
}

/// The transaction that a reversal names, if it is here and is one.
fn transaction(
    shared: &Shared<'_>,
    plans: &[OriginPlan],
    target: EntryRef,
) -> Result<Option<Found>, ReadError> {
    let EntryId { origin, seq } = target.id;
    let Ok(index) = shared.origins.binary_search(&origin) else {
        return Ok(None);
    };
    let known = plans.get(index).is_some_and(|plan| seq <= plan.last);
    if !known || seq == 0 {
        return Ok(None);
    }
    let hash = shared.store.hash_at(origin, seq)?;
    if hash.is_none_or(|hash| hash.hash8() != target.hash8) {
        return Ok(None);
    }
    let Some(bytes) = shared.store.entry(target.id)? else {
        return Ok(None);
    };
    let Content::Known(entry) = entry_bytes::decode(&bytes) else {
        return Ok(None);
    };
    let is_count = match &entry.body {
        Body::Moved(moved) if moved.quantity.checked_neg().is_some() => false,
        Body::Counted(_) => true,
        Body::Moved(_)
        | Body::Genesis(_)
        | Body::ClockMark(_)
        | Body::Tallied(_)
        | Body::Reversed(_)
        | Body::Set(_)
        | Body::ItemMerged(_)
        | Body::CodeBound(_)
        | Body::CodeUnbound(_)
        | Body::BomLineSet(_)
        | Body::Order(_)
        | Body::Lot(_)
        | Body::Purchase(_)
        | Body::Stocktake(_)
        | Body::UnknownScan(_)
        | Body::ScanResolved(_)
        | Body::ExceptionAnswered(_)
        | Body::TimeFixed(_)
        | Body::DeviceRevoked(_)
        | Body::Refused(_)
        | Body::Admitted(_) => return Ok(None),
    };
    let key = (u32::try_from(index).unwrap_or(u32::MAX), seq);
    Ok(Some(Found { key, is_count }))
}
