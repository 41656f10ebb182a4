//! Stock consolidated over sites: item by item, a column for each site.
//!
//! A page of it looks at the items of that page and no further than the filter makes it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{Class, ItemKind, key};
use ledger_core::fold::{Spots, Thing};
use ledger_core::{Barcode, Code, Total};

use super::{Part, View, text_of};

/// Whose stock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    /// Ours and customers'.
    #[default]
    All,
    /// Ours.
    Own,
    /// One customer's.
    Customer(Code),
}

/// What the matrix shows; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct MatrixFilter {
    /// Every word of it stands in the SKU, the name or a barcode.
    pub search: Option<String>,
    /// Only this site's column, and items that lie there.
    pub site: Option<Code>,
    /// Only what lies in this room.
    pub room: Option<String>,
    /// Whose stock.
    pub whose: Whose,
    /// Items of this kind.
    pub kind: Option<ItemKind>,
}

/// A column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixSite {
    /// The site; none is stock at locations without one.
    pub site: Option<String>,
    /// The name people read; empty without a site.
    pub name: String,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// The moment of which its numbers are known to be everybody's.
    pub as_of: Option<String>,
    /// Devices of the site whose news may be missing.
    pub behind: usize,
}

/// An item of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// The item.
    pub sku: String,
    /// The name people read.
    pub name: String,
    /// `part`, `pcba` or `assembly`.
    pub kind: &'static str,
    /// The unit of its quantities.
    pub unit: String,
    /// What lies at each site, in the order of the columns; none where there is none.
    pub cells: Vec<Option<String>>,
    /// What lies at all of them.
    pub total: String,
}

/// What lies at each site and at all of them, of items kept in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixSum {
    /// The unit.
    pub unit: String,
    /// How many items of the part are kept in it.
    pub items: usize,
    /// What lies at each site.
    pub cells: Vec<String>,
    /// What lies at all of them.
    pub total: String,
}

/// The matrix.
#[derive(Debug, Clone)]
pub struct MatrixView {
    /// The columns.
    pub sites: Vec<MatrixSite>,
    /// The items of this part.
    pub items: Part<MatrixRow>,
    /// The sums of the items of this part, by unit: pieces and metres are not added up.
    pub sums: Vec<MatrixSum>,
}

/// The words of a search, each with the items that a barcode with it stands for.
struct Search(Vec<(String, BTreeSet<Code>)>);

impl Search {
    fn takes(&self, item: &Code, name: &str) -> bool {
        let holds = |(word, by_barcode): &(String, BTreeSet<Code>)| {
            holds(item.as_str(), word) || holds(name, word) || by_barcode.contains(item)
        };
        self.0.iter().all(holds)
    }
}

/// Whether a text holds a word in small letters, whatever its own are.
fn holds(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        let (text, word) = (text.as_bytes(), word.as_bytes());
        return text
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word));
    }
    text.to_lowercase().contains(word)
}

impl View<'_> {
    /// At most so many items with what of them lies at which site, by SKU, beginning behind one.
    #[must_use]
    pub fn matrix(&self, filter: &MatrixFilter, after: Option<&Code>, limit: usize) -> MatrixView {
        let fold = self.fold();
        let places = self.places_of(filter);
        let spots = places.as_ref().map(|places| fold.spots(places));
        let search = filter.search.as_deref().map(|search| self.search(search));
        let owned = match &filter.whose {
            Whose::Customer(customer) => Some(fold.items_owned_by(customer)),
            Whose::All | Whose::Own => None,
        };
        let candidates: Box<dyn Iterator<Item = &Code>> = match &owned {
            None => Box::new(fold.items_after(after)),
            Some(owned) => Box::new(owned.iter().filter(|item| after < Some(item))),
        };
        let mut found = candidates
            .filter(|item| self.is_in_matrix(filter, item, search.as_ref(), spots.as_ref()));
        let items: Vec<&Code> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        let mut columns = self.columns(filter);
        let mut rows = Vec::with_capacity(items.len());
        let mut sums: BTreeMap<String, (usize, Vec<Total>)> = BTreeMap::new();
        for item in items {
            let totals = self.at_sites(filter, item, &columns, places.as_ref());
            let unit = self.unit_of(item);
            let of_unit = sums.entry(unit.clone());
            let (count, of_unit) = of_unit.or_insert_with(|| (0, vec![Total::ZERO; columns.len()]));
            *count = count.saturating_add(1);
            for (sum, total) in of_unit.iter_mut().zip(&totals) {
                *sum = sum.plus(total.unwrap_or_default());
            }
            rows.push(self.matrix_row(item, unit, &totals));
        }
        let is_empty = |row: &MatrixRow| row.cells.last().is_none_or(Option::is_none);
        if columns.len() > 1 && rows.iter().all(is_empty) && columns.last() == Some(&None) {
            columns.pop();
            rows.iter_mut()
                .for_each(|row| row.cells.truncate(columns.len()));
            let of_units = sums.values_mut();
            of_units.for_each(|(_, sums)| sums.truncate(columns.len()));
        }
        let sums = sums.into_iter().map(|(unit, (items, sums))| MatrixSum {
            unit,
            items,
            total: sum_of(sums.iter().copied()).to_string(),
            cells: sums.iter().map(ToString::to_string).collect(),
        });
        MatrixView {
            sums: sums.collect(),
            items: Part { rows, more },
            sites: self.heads(&columns),
        }
    }

    fn is_in_matrix(
        &self,
        filter: &MatrixFilter,
        item: &Code,
        search: Option<&Search>,
        spots: Option<&Spots>,
    ) -> bool {
        let fold = self.fold();
        let kind = |kind: ItemKind| {
            let number = fold.field(Class::Item, item, key::ITEM_KIND);
            ItemKind::from_number(number.as_int().unwrap_or_default()) == kind
        };
        let owner = match &filter.whose {
            Whose::All => None,
            Whose::Own => Some(None),
            Whose::Customer(customer) => Some(Some(customer)),
        };
        search.is_none_or(|search| search.takes(item, &fold.name_of(Class::Item, item)))
            && filter.kind.is_none_or(kind)
            && fold.has_stock(item, spots, owner)
    }

    /// The locations that the filter asks for; none is all of them.
    fn places_of(&self, filter: &MatrixFilter) -> Option<BTreeSet<Code>> {
        if filter.site.is_none() && filter.room.is_none() {
            return None;
        }
        let is_it = |thing: &Thing<'_>| {
            let site = |site: &Code| thing.text(key::SITE) == Some(site.as_str());
            let room = |room: &String| thing.text(key::ROOM) == Some(room);
            filter.site.as_ref().is_none_or(site) && filter.room.as_ref().is_none_or(room)
        };
        let things = self.fold().things_after(Class::Location, None);
        Some(
            things
                .filter(is_it)
                .map(|thing| thing.code.clone())
                .collect(),
        )
    }

    fn search(&self, search: &str) -> Search {
        let words = search.to_lowercase();
        let words = words.split_whitespace().map(|word| {
            let is_it = |barcode: &&Barcode| holds(barcode.as_str(), word);
            let barcodes = self.fold().barcodes().filter(is_it);
            let items = barcodes.flat_map(|barcode| self.fold().claims(barcode));
            (word.to_owned(), items.map(|(item, _)| item).collect())
        });
        Search(words.collect())
    }

    /// The sites that have a column: the one asked for, else all, and last what lies at none.
    fn columns(&self, filter: &MatrixFilter) -> Vec<Option<Code>> {
        if let Some(site) = &filter.site {
            return vec![Some(site.clone())];
        }
        let sites = self.fold().codes(Class::Site).cloned().map(Some);
        sites.chain([None]).collect()
    }

    fn at_sites(
        &self,
        filter: &MatrixFilter,
        item: &Code,
        columns: &[Option<Code>],
        places: Option<&BTreeSet<Code>>,
    ) -> Vec<Option<Total>> {
        let mut totals = vec![None; columns.len()];
        for (line, total) in self.fold().stock_of(item) {
            let is_asked = match (&filter.whose, &line.owner) {
                (Whose::All, _) | (Whose::Own, None) => true,
                (Whose::Customer(wanted), Some(owner)) => wanted == owner,
                (Whose::Own, Some(_)) | (Whose::Customer(_), None) => false,
            };
            if !is_asked || places.is_some_and(|places| !places.contains(&line.location)) {
                continue;
            }
            let site = self.fold().site_of(&line.location);
            let column = columns.iter().position(|column| *column == site);
            // A site that nobody made stands with what has none.
            let column = column.unwrap_or(columns.len().saturating_sub(1));
            if let Some(cell) = totals.get_mut(column) {
                let before: Total = cell.unwrap_or_default();
                *cell = Some(before.plus(total));
            }
        }
        totals
    }

    fn matrix_row(&self, item: &Code, unit: String, totals: &[Option<Total>]) -> MatrixRow {
        let fold = self.fold();
        let kind = fold.field(Class::Item, item, key::ITEM_KIND);
        MatrixRow {
            sku: item.to_string(),
            name: fold.name_of(Class::Item, item),
            kind: ItemKind::from_number(kind.as_int().unwrap_or_default()).word(),
            unit,
            cells: totals
                .iter()
                .map(|total| total.map(|total| total.to_string()))
                .collect(),
            total: sum_of(totals.iter().flatten().copied()).to_string(),
        }
    }

    fn heads(&self, columns: &[Option<Code>]) -> Vec<MatrixSite> {
        let behind: BTreeSet<String> = self.behind().into_iter().map(|row| row.device).collect();
        let late: Vec<_> = self
            .devices()
            .into_iter()
            .filter(|device| behind.contains(&device.name))
            .collect();
        let head = |column: &Option<Code>| {
            let site = text_of(column.as_ref());
            let of_site = late.iter().filter(|device| device.site == site);
            let synced = of_site.clone().map(|device| device.last_sync.clone());
            let count = of_site.count();
            MatrixSite {
                name: column
                    .as_ref()
                    .map_or_else(String::new, |site| self.fold().name_of(Class::Site, site)),
                time_zone: column.as_ref().and_then(|site| self.zone_of_site(site)),
                // What a device did since it last synced is not here; of one that never did, no
                // moment is known.
                as_of: match synced.min() {
                    Some(oldest) => oldest,
                    None => self.as_of(),
                },
                behind: count,
                site,
            }
        };
        columns.iter().map(head).collect()
    }
}

fn sum_of(totals: impl Iterator<Item = Total>) -> Total {
    totals.fold(Total::ZERO, Total::plus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_small_and_in_large_letters() {
        for (text, word, is_there) in [
            ("Resistor 10k", "10k", true),
            ("RESISTOR", "sist", true),
            ("Größe", "größe", true),
            ("GRÖSSE 3", "grösse", true),
            ("R", "resistor", false),
            ("", "a", false),
        ] {
            assert_eq!(holds(text, word), is_there, "{text} {word}");
        }
    }
}
