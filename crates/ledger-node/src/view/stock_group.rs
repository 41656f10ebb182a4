//! Stock summed up by site, location or owner, item by item.

use std::collections::BTreeMap;

use ledger_core::catalogue::Class;
use ledger_core::fold::LineKey;
use ledger_core::{Code, Total};
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of};

/// By what stock is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// By site.
    Site,
    /// By location.
    Location,
    /// By owner.
    Owner,
}

impl Group {
    /// The group of a typed word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "site" => Some(Self::Site),
            "location" => Some(Self::Location),
            "owner" => Some(Self::Owner),
            _ => None,
        }
    }
}

/// One item in one group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StockGroupView {
    /// The group.
    #[serde(flatten)]
    pub group: GroupKey,
    /// The item.
    pub item: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// Our own stock; by owner, that owner's.
    pub on_hand: String,
    /// Customers' stock.
    pub on_hand_customers: String,
}

/// Which group a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GroupKey {
    /// A site; none is stock at locations without one.
    Site {
        /// The site.
        site: Option<String>,
    },
    /// A location and its site.
    Location {
        /// The location.
        location: String,
        /// Its site.
        site: Option<String>,
    },
    /// An owner; none is ourselves.
    Owner {
        /// The customer.
        owner: Option<String>,
    },
}

/// Our own stock and customers'.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) own: Total,
    pub(super) customers: Total,
}

impl View<'_> {
    /// All stock that is not zero, summed up.
    #[must_use]
    pub fn stock(&self, group: Group) -> Vec<StockGroupView> {
        let sites = self.site_of_locations();
        let site =
            |line: &LineKey| text_of(sites.get(&line.location).and_then(|site| site.as_ref()));
        let sums = self.sums_by(|line| match group {
            Group::Site => GroupKey::Site { site: site(line) },
            Group::Location => GroupKey::Location {
                location: line.location.to_string(),
                site: site(line),
            },
            Group::Owner => GroupKey::Owner {
                owner: text_of(line.owner.as_ref()),
            },
        });
        let rows = sums.into_iter();
        rows.map(|((key, item), sums)| {
            let known = self.fold().item(&item);
            let on_hand = match &key {
                GroupKey::Owner { owner: Some(_) } => sums.customers,
                GroupKey::Site { .. } | GroupKey::Location { .. } | GroupKey::Owner { .. } => {
                    sums.own
                }
            };
            StockGroupView {
                group: key,
                item: item.to_string(),
                name: known.name,
                unit: known.unit,
                on_hand: on_hand.to_string(),
                on_hand_customers: sums.customers.to_string(),
            }
        })
        .collect()
    }

    /// Own and customers' stock by a key and by item, without what is zero.
    pub(super) fn sums_by<K: Ord>(&self, key: impl Fn(&LineKey) -> K) -> BTreeMap<(K, Code), Sums> {
        let fold = self.fold();
        let mut sums: BTreeMap<(K, Code), Sums> = BTreeMap::new();
        for (line, total) in fold.totals().filter(|(_, total)| !total.is_zero()) {
            let item = fold.canonical(&line.item);
            let both = sums.entry((key(&line), item)).or_default();
            let sum = if line.owner.is_none() {
                &mut both.own
            } else {
                &mut both.customers
            };
            *sum = sum.plus(total);
        }
        sums.retain(|_, sums| !sums.own.is_zero() || !sums.customers.is_zero());
        sums
    }

    /// The site of every location that is defined.
    pub(super) fn site_of_locations(&self) -> BTreeMap<Code, Option<Code>> {
        let fold = self.fold();
        let site = |number: &Code| (number.clone(), fold.location(number).site);
        fold.codes(Class::Location).map(site).collect()
    }
}
