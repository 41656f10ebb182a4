//! Scans of codes that nobody knew, and what they come to once the code is resolved.
//!
//! A code is resolved by the last word by clock of those that say what its scans are; where nobody
//! said anything, by the item that alone has it as a barcode. Then every scan of it is a row on
//! that item's stock lines, at the scan's own place in F1 order, as if it had been a movement. When
//! the word changes the rows go elsewhere, or away.
//!
//! **Invariant.** The rows follow from the set of entries alone: whatever may give a word another
//! place, or take its effect away, leads to [`Fold::scan_word_changed`] or
//! [`Fold::scan_words_changed`].

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::catalogue::Stamp;
use super::line::Row;
use super::origin::Taken;
use super::revoked::Withheld;
use super::{Fold, TxKey};
use crate::code::{Barcode, Code, UserName};
use crate::entry::{ScanMode, ScanResolved, UnknownScan};
use crate::id::EntryId;
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// What a code that was scanned unknown stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanMeaning {
    /// Nobody knows.
    Unknown,
    /// An item, by the code under which it was named, and how much of it one scan is.
    Item(Code, Quantity),
    /// Nothing: somebody looked at its scans and dismissed them.
    Dismissed,
}

impl ScanMeaning {
    /// The meaning as it is shown.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Item(..) => "item",
            Self::Dismissed => "dismissed",
        }
    }

    /// The item, where it is one.
    #[must_use]
    pub const fn item(&self) -> Option<&Code> {
        match self {
            Self::Item(item, _) => Some(item),
            Self::Unknown | Self::Dismissed => None,
        }
    }
}

/// A scan of a code that nobody knew, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanInfo {
    /// The entry.
    pub id: EntryId,
    /// When, in the order of F1.
    pub at: Timestamp,
    /// What was scanned, and where.
    pub scan: UnknownScan,
    /// Who scanned it; none when the device acted by itself.
    pub user: Option<UserName>,
    /// What the code stands for.
    pub meaning: ScanMeaning,
    /// How much of the item it comes to; none when it changes no stock.
    pub comes_to: Option<Quantity>,
    /// Voided by a reversal.
    pub voided: bool,
    /// Written by a revoked device, so that it does not count.
    pub withheld: Option<Withheld>,
    /// Whether it has its effect, or would have it if the code were known.
    pub counts: bool,
    /// Has no central number yet.
    pub provisional: bool,
}

/// What was scanned unknown and what was said of it.
///
/// Codes stand here as [`Barcode::printed`], so that one article number is one code however a
/// scanner sends it.
#[derive(Debug, Default)]
pub(super) struct Scans {
    scans: BTreeMap<TxKey, UnknownScan>,
    of_code: BTreeMap<Barcode, Vec<TxKey>>,
    said: BTreeMap<Barcode, Vec<(Stamp, Option<Code>)>>,
    /// Entries that decide what codes stand for: about one, or about all.
    words: BTreeMap<TxKey, Option<Barcode>>,
}

impl Fold {
    /// Takes a scan. Where its code is known by now, it has its effect at once.
    pub(super) fn take_scan(&mut self, key: TxKey, order_time: Timestamp, scan: UnknownScan) {
        if !Self::can_move(scan.quantity) {
            let id = self.entry_id(key);
            self.bad.insert(id, "its quantity is out of range");
        }
        let code = scan.code.printed();
        self.scans.scans.insert(key, scan);
        let same = self.scans.of_code.entry(code.clone()).or_default();
        same.push(key);
        if same.len() == 1 {
            for spelling in code.spellings() {
                let words = self.catalogue.words_about(&spelling);
                let words = words.map(|word| (word, Some(code.clone())));
                self.scans.words.extend(words);
            }
        }
        if !self.is_replaying {
            let meaning = self.scan_meaning(&code);
            self.place_scan(key, order_time, &meaning);
        }
    }

    /// Takes what a code stands for.
    pub(super) fn take_resolution(&mut self, stamp: Stamp, resolved: ScanResolved) {
        let ScanResolved { code, item, .. } = resolved;
        let code = code.printed();
        let said = self.scans.said.entry(code.clone()).or_default();
        said.push((stamp, item));
        self.scans.words.insert(stamp.key(), Some(code.clone()));
        self.settle_scans(&code);
    }

    /// Learns that a barcode was bound to an item, or taken from it.
    pub(super) fn learn_binding(&mut self, key: TxKey, code: &Barcode) {
        let code = code.printed();
        if self.scans.of_code.contains_key(&code) {
            self.scans.words.insert(key, Some(code.clone()));
            self.settle_scans(&code);
        }
    }

    /// Learns that items were merged, or parted: what one scan of a barcode is may follow another
    /// item's word.
    pub(super) fn learn_merge(&mut self, key: TxKey) {
        self.scans.words.insert(key, None);
        self.settle_all_scans();
    }

    /// An entry began or ceased to count; what codes stand for may be another thing by that.
    pub(super) fn scan_word_changed(&mut self, key: TxKey) {
        self.scan_words_changed(key.0, key.1..=key.1);
    }

    /// The same for some entries of an origin, or they have other places among the words.
    pub(super) fn scan_words_changed(&mut self, origin: u32, seqs: RangeInclusive<u64>) {
        if seqs.is_empty() || self.scans.of_code.is_empty() || self.is_replaying {
            return;
        }
        let range = (origin, *seqs.start())..=(origin, *seqs.end());
        let words = self.scans.words.range(range);
        let about: Vec<Option<Barcode>> = words.map(|(_, code)| code.clone()).collect();
        for code in about {
            match code {
                Some(code) => self.settle_scans(&code),
                None => self.settle_all_scans(),
            }
        }
    }

    fn settle_all_scans(&mut self) {
        let codes: Vec<Barcode> = self.scans.of_code.keys().cloned().collect();
        for code in codes {
            self.settle_scans(&code);
        }
    }

    /// Puts the rows of a code's scans where they belong by what it stands for now.
    fn settle_scans(&mut self, code: &Barcode) {
        // The lines of a snapshot were packed with what follows from it.
        if self.is_replaying {
            return;
        }
        let Some(keys) = self.scans.of_code.get(code).cloned() else {
            return;
        };
        let meaning = self.scan_meaning(code);
        for key in keys {
            let time = self.origins.order_time(key);
            self.place_scan(key, time, &meaning);
        }
    }

    fn place_scan(&mut self, key: TxKey, time: Timestamp, meaning: &ScanMeaning) {
        let Some(scan) = self.scans.scans.get(&key) else {
            return;
        };
        let (from, to) = scan.places();
        let expiry = scan.particulars.expiry;
        let wanted = match meaning {
            ScanMeaning::Item(item, pack) if from.is_some() || to.is_some() => {
                let quantity = scan.quantity.checked_mul(*pack);
                let quantity = quantity.filter(|quantity| Self::can_move(*quantity));
                quantity.map(|quantity| (item.clone(), quantity))
            }
            ScanMeaning::Item(..) | ScanMeaning::Unknown | ScanMeaning::Dismissed => None,
        };
        let before = self.origins.scanned(key);
        let has = before.and_then(|taken| {
            let line = self.line_at(taken.from.or(taken.to)?)?;
            Some((self.line_key(line).item, taken.quantity))
        });
        if has == wanted {
            return;
        }
        if let Some(before) = before {
            self.origins.set_scanned(key, None);
            for line in before.lines() {
                self.remove_rows(line, key);
            }
            self.forget_expiry(key);
        }
        let Some((item, quantity)) = wanted else {
            return;
        };
        let from = from.map(|place| self.line(&item, &place));
        let to = to.map(|place| self.line(&item, &place));
        let taken = Taken { from, to, quantity };
        self.origins.set_scanned(key, Some(taken));
        self.take_expiry(key, to.or(from), expiry);
        let outgoing = quantity.checked_neg().unwrap_or_default();
        for (line, amount) in [(from, outgoing), (to, quantity)] {
            if let Some(line) = line {
                self.push_row(line, Row::movement(time, key, amount));
            }
        }
    }

    /// Forgets what a scan said of when a batch expires.
    fn forget_expiry(&mut self, key: TxKey) {
        self.expiries.retain(|_, said| {
            said.retain(|(from, _)| *from != key);
            !said.is_empty()
        });
    }

    /// What a code stands for that was scanned when nobody knew it: what somebody said of its
    /// scans last, by clock; otherwise the item that alone has it as a barcode.
    #[must_use]
    pub fn scan_meaning(&self, code: &Barcode) -> ScanMeaning {
        let claims = self.claims_in_any_spelling(code);
        let said = self.scans.said.get(&code.printed());
        let said = said.into_iter().flatten();
        let counting = said.filter(|(stamp, _)| !self.is_suppressed(stamp.key()));
        let last = counting.max_by_key(|(stamp, _)| stamp.order(&self.origins));
        match (last, claims.as_slice()) {
            (Some((_, None)), _) => ScanMeaning::Dismissed,
            (Some((_, Some(item))), _) => {
                let canonical = self.canonical(item);
                let bound = claims.iter().find(|(claimant, _)| *claimant == canonical);
                let pack = bound.map_or(Quantity::ONE, |(_, pack)| *pack);
                ScanMeaning::Item(item.clone(), pack)
            }
            (None, [(item, pack)]) => ScanMeaning::Item(item.clone(), *pack),
            (None, _) => ScanMeaning::Unknown,
        }
    }

    /// Whether a code was ever scanned when nobody knew it.
    #[must_use]
    pub fn was_scanned(&self, code: &Barcode) -> bool {
        self.scans.of_code.contains_key(&code.printed())
    }

    /// The codes that were ever scanned unknown, in order, with what they stand for.
    pub fn scanned_codes(&self) -> impl Iterator<Item = (&Barcode, ScanMeaning)> {
        let codes = self.scans.of_code.keys();
        codes.map(|code| (code, self.scan_meaning(code)))
    }

    /// The scans of a code that nobody knew, oldest first.
    #[must_use]
    pub fn scans_of(&self, code: &Barcode) -> Vec<ScanInfo> {
        let meaning = self.scan_meaning(code);
        let keys = self.scans.of_code.get(&code.printed());
        let keys = keys.into_iter().flatten();
        let mut scans: Vec<ScanInfo> = keys
            .filter_map(|key| self.scan_info(*key, &meaning))
            .collect();
        scans.sort_by_key(|scan| (scan.at, scan.id));
        scans
    }

    /// A scan of an unknown code, by its entry.
    #[must_use]
    pub fn scan(&self, id: EntryId) -> Option<ScanInfo> {
        let key = self.origins.known_key(id)?;
        let code = &self.scans.scans.get(&key)?.code;
        self.scan_info(key, &self.scan_meaning(code))
    }

    fn scan_info(&self, key: TxKey, meaning: &ScanMeaning) -> Option<ScanInfo> {
        let id = self.entry_id(key);
        Some(ScanInfo {
            id,
            at: self.origins.order_time(key),
            scan: self.scans.scans.get(&key)?.clone(),
            user: self.actors.user_of(key).cloned(),
            meaning: meaning.clone(),
            comes_to: self.origins.scanned(key).map(|taken| taken.quantity),
            voided: self.reversals.is_void(&key),
            withheld: self.withheld(id),
            counts: !self.is_ineffective(key),
            provisional: self.central_number(id).is_none(),
        })
    }

    /// What resolved scans change on each line since its last count: for a reckoning that does not
    /// know them.
    #[must_use]
    pub fn scanned_since_count(&self) -> BTreeMap<super::LineKey, crate::Total> {
        let mut changes = BTreeMap::new();
        let scanned: Vec<_> = self.origins.all_scanned().collect();
        let mut lines: Vec<u32> = scanned
            .iter()
            .flat_map(|(_, taken)| taken.lines())
            .collect();
        lines.sort_unstable();
        lines.dedup();
        for line in lines.into_iter().filter_map(|line| self.line_at(line)) {
            let rows = self.rows_of(line);
            let (_, later) = line.since_count(&rows);
            let scans = later.iter().filter(|row| {
                self.origins.scanned(row.key()).is_some() && !self.is_ineffective(row.key())
            });
            let sum = scans.fold(crate::Total::ZERO, |sum, row| {
                sum.plus(row.amount().total())
            });
            changes.insert(self.line_key(line), sum);
        }
        changes
    }

    /// Scans in counts whose code is resolved, and that no count of the item there has seen: those
    /// after which it was not counted again, or only by the very count of which they were a part.
    pub(crate) fn uncounted_scans(&self) -> Vec<(super::LineKey, Vec<EntryId>)> {
        let mut found: BTreeMap<super::LineKey, Vec<ScanInfo>> = BTreeMap::new();
        for (code, meaning) in self.scanned_codes() {
            let Some(item) = meaning.item() else { continue };
            let item = self.canonical(item);
            for scan in self.scans_of(code) {
                if scan.scan.mode != ScanMode::Count || !scan.counts {
                    continue;
                }
                let place = scan.scan.place.clone();
                let line = super::LineKey {
                    item: item.clone(),
                    location: place.location,
                    owner: place.owner,
                    batch: place.batch,
                };
                if !self.is_seen_by_count(&scan, &line) {
                    found.entry(line).or_default().push(scan);
                }
            }
        }
        let found = found.into_iter();
        let ids = |mut scans: Vec<ScanInfo>| {
            scans.sort_by_key(|scan| (scan.at, scan.id));
            scans.into_iter().map(|scan| scan.id).collect()
        };
        found.map(|(line, scans)| (line, ids(scans))).collect()
    }

    fn is_seen_by_count(&self, scan: &ScanInfo, at: &super::LineKey) -> bool {
        let aliases = self.aliases(&at.item);
        let mut lines = aliases.iter().flat_map(|code| self.lines_of_code(code));
        lines.any(|line| {
            let key = self.line_key(line);
            let batch = at.batch.is_none() || key.batch == at.batch;
            let here = (&key.location, &key.owner) == (&at.location, &at.owner) && batch;
            let count = line.count_row(&self.packed_rows).filter(|_| here);
            count.is_some_and(|count| {
                let id = self.entry_id(count.key());
                let span = self.span_of(count.key());
                let inside = span.is_some_and(|(start, end)| (start..=end).contains(&scan.at));
                let own = id.origin == scan.id.origin && inside;
                (count.time(), id) > (scan.at, scan.id) && !own
            })
        })
    }
}
