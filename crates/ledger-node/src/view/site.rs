//! Sites with their stock: the rows of the item × site matrix.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Code;
use ledger_core::catalogue::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of};

/// A site and what lies there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteView {
    /// The site; none is stock at locations without one.
    pub site: Option<String>,
    /// The name people read.
    pub name: String,
    /// How many locations it has.
    pub locations: usize,
    /// What lies there, by SKU.
    pub items: Vec<SiteItemView>,
    /// The moment of which the numbers are known to be everybody's.
    pub as_of: Option<String>,
}

/// An item at a site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteItemView {
    /// The item.
    pub sku: String,
    /// Our own stock there.
    pub on_hand: String,
    /// Customers' stock there.
    pub on_hand_customers: String,
}

impl View<'_> {
    /// All sites by code, and last the stock without a site, if there is any.
    #[must_use]
    pub fn sites(&self) -> Vec<SiteView> {
        let fold = self.fold();
        let site_of = self.site_of_locations();
        let mut sites: BTreeSet<Option<Code>> =
            fold.codes(Class::Site).cloned().map(Some).collect();
        sites.extend(site_of.values().filter(|site| site.is_some()).cloned());
        let mut items: BTreeMap<Option<Code>, Vec<SiteItemView>> = BTreeMap::new();
        let sums = self.sums_by(|line| site_of.get(&line.location).cloned().flatten());
        for ((site, sku), sums) in sums {
            items.entry(site).or_default().push(SiteItemView {
                sku: sku.to_string(),
                on_hand: sums.own.to_string(),
                on_hand_customers: sums.customers.to_string(),
            });
        }
        sites.extend(items.contains_key(&None).then_some(None));
        let mut views: Vec<SiteView> = sites
            .into_iter()
            .map(|site| SiteView {
                name: match &site {
                    Some(site) => fold.name_of(Class::Site, site),
                    None => "without a site".to_owned(),
                },
                locations: site_of.values().filter(|of| **of == site).count(),
                items: items.remove(&site).unwrap_or_default(),
                as_of: self.as_of(),
                site: text_of(site.as_ref()),
            })
            .collect();
        views.sort_by_key(|view| view.site.is_none());
        views
    }
}
