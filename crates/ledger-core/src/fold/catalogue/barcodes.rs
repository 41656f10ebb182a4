//! What barcodes stand for: the items that claim one, and by which entries.

use std::collections::BTreeMap;

use super::{Catalogue, Fold};
use crate::code::{Barcode, Code};
use crate::fold::TxKey;
use crate::id::EntryId;
use crate::quantity::Quantity;

impl Catalogue {
    /// The entries that bound a barcode to an item, or took it away.
    pub(in crate::fold) fn words_about(
        &self,
        barcode: &Barcode,
    ) -> impl Iterator<Item = TxKey> + '_ {
        let bindings = self.barcodes.get(barcode).into_iter().flatten();
        bindings.flat_map(|(_, writes)| writes.iter().map(|(stamp, _)| stamp.key()))
    }
}

impl Fold {
    /// How much of the item one scan of the barcode is, when it is bound to it.
    pub(crate) fn bound_pack(&self, barcode: &Barcode, item: &Code) -> Option<Quantity> {
        let writes = self.catalogue.barcodes.get(barcode)?.get(item)?;
        writes
            .iter()
            .filter(|(stamp, _)| !self.is_suppressed(stamp.key()))
            .max_by_key(|(stamp, _)| stamp.order(&self.origins))?
            .1
    }

    /// The items that claim a barcode, with the pack quantity each.
    #[must_use]
    pub fn claims(&self, barcode: &Barcode) -> Vec<(Code, Quantity)> {
        let mut claims: BTreeMap<Code, Quantity> = BTreeMap::new();
        let items = self.catalogue.barcodes.get(barcode).map(BTreeMap::keys);
        for item in items.into_iter().flatten() {
            if let Some(pack) = self.bound_pack(barcode, item) {
                // An item's own word counts before that of its aliases.
                let canonical = self.canonical(item);
                if canonical == *item || !claims.contains_key(&canonical) {
                    claims.insert(canonical, pack);
                }
            }
        }
        claims.into_iter().collect()
    }

    /// The items that claim an article number, however it is written; each with the pack quantity
    /// of the longest spelling that it claims.
    pub(in crate::fold) fn claims_in_any_spelling(
        &self,
        barcode: &Barcode,
    ) -> Vec<(Code, Quantity)> {
        let mut claims: BTreeMap<Code, Quantity> = BTreeMap::new();
        for spelling in barcode.spellings() {
            for (item, pack) in self.claims(&spelling) {
                claims.entry(item).or_insert(pack);
            }
        }
        claims.into_iter().collect()
    }

    /// Barcodes that more than one item claims.
    pub(crate) fn contested_barcodes(&self) -> impl Iterator<Item = (&Barcode, Vec<Code>)> {
        self.catalogue.of_several.iter().filter_map(|barcode| {
            let items: Vec<Code> = self
                .claims(barcode)
                .into_iter()
                .map(|(item, _)| item)
                .collect();
            (items.len() > 1).then_some((barcode, items))
        })
    }

    /// The entries that bound a barcode to the items that claim it, in F1 order.
    pub(crate) fn bindings(&self, barcode: &Barcode) -> Vec<EntryId> {
        let items = self.catalogue.barcodes.get(barcode);
        let last = items.into_iter().flatten().filter_map(|(item, writes)| {
            self.bound_pack(barcode, item)?;
            let counting = writes
                .iter()
                .filter(|(stamp, _)| !self.is_suppressed(stamp.key()));
            let last = counting.max_by_key(|(stamp, _)| stamp.order(&self.origins))?;
            Some(self.moment_of(last.0.key()))
        });
        let mut moments: Vec<_> = last.collect();
        moments.sort_unstable();
        moments.into_iter().map(|(_, id)| id).collect()
    }
}
